/* The run of repeat.py with the same seed: the same bytes have to come. */
#include "test.h"

static void step(execert_run *run, const char *asked, const char *result) {
  execert_step *opened;
  OK(execert_step_open_with(run, EXECERT_STR(asked), &opened));
  OK(execert_step_close(opened, EXECERT_STR(result), NULL));
  execert_step_free(opened);
}

int main(int count, char **words) {
  char path[4096];
  execert_key *key;
  execert_recorder *recorder;
  execert_run *run;
  execert_step *none;
  if (count != 2) return 2;
  OK(execert_set_language(EXECERT_STR("go"), EXECERT_STR("1.25")));
  execert_test_repeat(4471);
  OK(execert_key_generate(&key));
  snprintf(path, sizeof path, "%s/acme.ledger", words[1]);
  OK(execert_recorder_open(
      EXECERT_STR(path),
      EXECERT_STR("{\"tenant\":\"acme\",\"redact_names\":[\"password\"],\"policy\":{\"policy\":1,\"default\":\"deny\","
                  "\"rules\":[{\"id\":\"all\",\"tool\":\"crm.*\",\"verdict\":\"allow\"},"
                  "{\"id\":\"models\",\"tool\":\"gpt-*\",\"verdict\":\"allow\"}]}}"),
      key, &recorder));
  OK(execert_run_open_with(recorder,
                           EXECERT_STR("{\"name\":\"refund-4471\",\"thread\":\"t1\","
                                       "\"input\":{\"order\":\"o-9\",\"password\":\"hunter2\"}}"),
                           &run));
  step(run,
       "{\"op\":\"tool\",\"name\":\"crm.lookup\",\"input\":{\"customer\":\"c-17\","
       "\"list\":[1,1.5,1e21,-0,null,true,\"\\u00e9\\ud83d\\ude00\"]}}",
       "{\"output\":{\"tier\":\"gold\"}}");
  FAILS(execert_step_open(run, EXECERT_TOOL, EXECERT_STR("rm"), EXECERT_STR("{\"path\":\"/\"}"), &none),
        "policy.denied");
  step(run, "{\"op\":\"step\",\"name\":\"parse\",\"input\":{\"b\":2,\"a\":{\"z\":1,\"y\":[]}}}",
       "{\"output\":{\"ok\":true}}");
  step(run,
       "{\"op\":\"model\",\"name\":\"gpt-4.1\",\"model\":{\"provider\":\"openai\",\"requested\":\"gpt-4.1\"},"
       "\"input\":{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}}",
       "{\"output\":\"hello\"}");
  OK(execert_run_note(run, EXECERT_STR("{\"kind\":\"note\",\"event\":\"checked\",\"text\":\"by hand\"}"), NULL));
  OK(execert_run_close(run, EXECERT_STR("{\"output\":{\"tier\":\"gold\"}}"), NULL));
  snprintf(path, sizeof path, "%s/run.execert", words[1]);
  OK(execert_run_save(run, EXECERT_STR(path), NULL));
  OK(execert_recorder_seal(recorder, NULL));
  snprintf(path, sizeof path, "%s/chain.execert", words[1]);
  OK(execert_recorder_export(recorder, EXECERT_STR("{\"chain\":true}"), EXECERT_STR(path), NULL));
  OK(execert_recorder_close(recorder));
  execert_run_free(run);
  execert_recorder_free(recorder);
  execert_key_free(key);
  return test_end();
}
