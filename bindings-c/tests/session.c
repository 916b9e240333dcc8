/* A whole recording session. Leaves its evidence in a folder, where run.py lets the others judge it.
 *
 *   session FOLDER          records
 *   session --join FOLDER RUN    another process, that joins a run
 *   session --verify BUNDLE TRUST EXIT    the verdict on anybody's evidence; `own` is the user's own trust
 */
#define _POSIX_C_SOURCE 200809L
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static char path_buffer[8][4096];

static const char *in(const char *folder, const char *name) {
  static int turn;
  char *path = path_buffer[turn++ % 8];
  snprintf(path, sizeof *path_buffer, "%s/%s", folder, name);
  return path;
}

static execert_bytes read_file(const char *path) {
  execert_bytes bytes = {NULL, 0};
  FILE *file = fopen(path, "rb");
  long len;
  if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (len = ftell(file)) < 0) {
    perror(path);
    exit(74);
  }
  rewind(file);
  bytes.data = (uint8_t *)malloc((size_t)len + 1);
  bytes.len = fread(bytes.data, 1, (size_t)len, file);
  fclose(file);
  return bytes;
}

static void write_file(const char *path, execert_str bytes) {
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(bytes.data, 1, bytes.len, file) != bytes.len || fclose(file) != 0) {
    perror(path);
    exit(74);
  }
}

static execert_key *key, *manager;

/* Lookups run, refunds up to 500 too; more needs a manager. */
static char *options(void) {
  static char text[2048];
  execert_bytes id;
  OK(execert_key_id(manager, &id));
  snprintf(text, sizeof text,
           "{\"tenant\":\"acme\",\"policy\":{\"policy\":1,\"default\":\"deny\",\"rules\":["
           "{\"id\":\"lookups\",\"tool\":\"crm.*\",\"verdict\":\"allow\"},"
           "{\"id\":\"models\",\"tool\":\"gpt-*\",\"verdict\":\"allow\"},"
           "{\"id\":\"small\",\"tool\":\"pay\",\"when\":[[\"/amount\",\"<=\",500]],\"verdict\":\"allow\"},"
           "{\"id\":\"limit\",\"tool\":\"pay\",\"when\":[[\"/amount\",\">\",500]],\"verdict\":\"approve\"}],"
           "\"approvers\":[{\"key\":\"%.*s\",\"role\":\"manager\"}]}}",
           (int)id.len, (char *)id.data);
  execert_bytes_free(&id);
  return text;
}

static void keys(const char *folder) {
  execert_key *again;
  execert_bytes pem, id, other;
  struct stat about;
  OK(execert_key_generate(&key));
  OK(execert_key_generate(&manager));
  OK(execert_key_save(key, EXECERT_STR(in(folder, "recorder.key"))));
  CHECK(stat(in(folder, "recorder.key"), &about) == 0 && (about.st_mode & 0777) == 0600);
  FAILS(execert_key_save(key, EXECERT_STR(in(folder, "recorder.key"))), "store.io");
  OK(execert_key_load(EXECERT_STR(in(folder, "recorder.key")), &again));
  OK(execert_key_id(key, &id));
  OK(execert_key_id(again, &other));
  CHECK(test_equal(id, execert_borrow(other)));
  execert_bytes_free(&other);
  execert_bytes_free(&id);
  execert_key_free(again);
  pem = read_file(in(folder, "recorder.key"));
  OK(execert_key_from_pem(execert_borrow(pem), &again));
  execert_key_free(again);
  free(pem.data);
  CHECK(chmod(in(folder, "recorder.key"), 0644) == 0);
  FAILS(execert_key_load(EXECERT_STR(in(folder, "recorder.key")), &again), "key.permissions");
  CHECK(again == NULL);
  CHECK(chmod(in(folder, "recorder.key"), 0600) == 0);
  FAILS(execert_key_load(EXECERT_STR(in(folder, "none.key")), &again), "key.not_found");
  FAILS(execert_key_from_pem(EXECERT_STR("-----BEGIN"), &again), "key.malformed");
  OK(execert_key_public(key, &pem));
  write_file(in(folder, "acme.pem"), execert_borrow(pem));
  execert_bytes_free(&pem);
  OK(execert_key_public(manager, &pem));
  write_file(in(folder, "manager.pem"), execert_borrow(pem));
  execert_bytes_free(&pem);
  OK(execert_key_fingerprint(key, &id));
  CHECK(id.len > 60);
  execert_bytes_free(&id);
}

/* A tool that is allowed, one that is not, and one that waits for the manager. */
static void tools(execert_recorder *recorder, execert_run *run) {
  execert_step *step;
  execert_error *error;
  execert_bytes told, request;
  char answer[512], again[512];
  OK(execert_step_open(run, EXECERT_TOOL, EXECERT_STR("crm.lookup"), EXECERT_STR("{\"customer\" : \"c-17\"}"), &step));
  OK(execert_step_input(step, &told));
  CHECK(test_equal(told, EXECERT_STR("{\"customer\":\"c-17\"}")));
  execert_bytes_free(&told);
  OK(execert_step_answer(step, &told));
  CHECK(test_holds(told, "\"verdict\":\"allow\""));
  execert_bytes_free(&told);
  OK(execert_step_close(step, EXECERT_STR("{\"output\":{\"tier\":\"gold\"}}"), &told));
  CHECK(test_holds(told, "\"record\":"));
  execert_bytes_free(&told);
  FAILS(execert_step_close(step, EXECERT_STR(""), NULL), "recorder.closed");
  execert_step_free(step);

  error = execert_step_open(run, EXECERT_TOOL, EXECERT_STR("rm"), EXECERT_STR("{\"path\":\"/\"}"), &step);
  CHECK(step == NULL);
  CHECK(strcmp(execert_error_kind(error), "denied") == 0);
  CHECK(execert_error_number(error) == EXECERT_CODE_POLICY_DENIED);
  CHECK(execert_error_exit(error) == 9);
  FAILS(error, "policy.denied");

  error = execert_step_open(run, EXECERT_PERMIT, EXECERT_STR("pay"), EXECERT_STR("{\"amount\":900}"), &step);
  CHECK(execert_error_exit(error) == 10);
  OK(execert_recorder_find(recorder, EXECERT_STR("{\"requests\":{}}"), &request));
  CHECK(test_holds(request, execert_error_request(error)));
  CHECK(test_holds(request, "\"amount\":900"));
  execert_bytes_free(&request);
  snprintf(answer, sizeof answer, "{\"approve\":\"%s\",\"role\":\"manager\",\"text\":\"gold\"}",
           execert_error_request(error));
  snprintf(again, sizeof again, "{\"op\":\"permit\",\"name\":\"pay\",\"input\":{\"amount\":900},\"approval\":\"%s\"}",
           execert_error_request(error));
  FAILS(error, "policy.approval_missing");
  OK(execert_recorder_approve(recorder, EXECERT_STR(answer), manager, &told));
  execert_bytes_free(&told);
  OK(execert_step_open_with(run, EXECERT_STR(again), &step));
  OK(execert_step_claim(step));
  FAILS(execert_step_claim(step), "gate.permit_reused");
  OK(execert_step_close(step, EXECERT_STR("{\"output\":\"paid\"}"), NULL));
  execert_step_free(step);

  /* A permit that nobody uses is a record too. */
  OK(execert_step_open(run, EXECERT_PERMIT, EXECERT_STR("pay"), EXECERT_STR("{\"amount\":1}"), &step));
  execert_step_free(step);
  OK(execert_step_open(run, EXECERT_MODEL, EXECERT_STR("gpt-4.1"), EXECERT_STR("{\"messages\":[]}"), &step));
  OK(execert_step_close(
      step, EXECERT_STR("{\"status\":\"failed\",\"error\":{\"type\":\"Timeout\",\"message\":\"no answer\"}}"), NULL));
  execert_step_free(step);
  OK(execert_step_open(run, EXECERT_STEP, EXECERT_STR("parse"), EXECERT_STR(""), &step));
  OK(execert_step_close(step, EXECERT_STR(""), NULL));
  execert_step_free(step);
  FAILS(execert_step_open(run, 4, EXECERT_STR("parse"), EXECERT_STR(""), &step), "wire.bad_argument");
}

static void joined(const char *program, const char *folder, execert_recorder *recorder) {
  execert_run *run;
  execert_bytes id, told;
  char text[64];
  pid_t child;
  int status = -1;
  OK(execert_run_open_with(recorder, EXECERT_STR("{\"name\":\"far\",\"detached\":true}"), &run));
  OK(execert_run_id(run, &id));
  snprintf(text, sizeof text, "%.*s", (int)id.len, (char *)id.data);
  execert_bytes_free(&id);
  child = fork();
  if (child == 0) {
    execl(program, program, "--join", folder, text, (char *)NULL);
    _exit(127);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  OK(execert_run_close(run, EXECERT_STR("{\"output\":1}"), &told));
  CHECK(test_holds(told, "\"records\":4"));
  execert_bytes_free(&told);
  execert_run_free(run);
}

static int join(const char *folder, const char *id) {
  execert_recorder *recorder;
  execert_run *run;
  execert_step *step;
  execert_key *mine;
  OK(execert_key_load(EXECERT_STR(in(folder, "recorder.key")), &mine));
  OK(execert_recorder_open(EXECERT_STR(in(folder, "acme.ledger")), EXECERT_STR(""), mine, &recorder));
  execert_key_free(mine);
  OK(execert_run_join(recorder, EXECERT_STR(id), &run));
  OK(execert_step_open(run, EXECERT_STEP, EXECERT_STR("from-afar"), EXECERT_STR("1"), &step));
  OK(execert_step_close(step, EXECERT_STR("{\"output\":2}"), NULL));
  execert_step_free(step);
  execert_run_free(run);
  OK(execert_recorder_close(recorder));
  execert_recorder_free(recorder);
  return test_failed != 0;
}

/* What is hidden in a copy, in memory and in files, and put back. */
static void disclosed(const char *folder) {
  const char *hide = "{\"redact\":1,\"hide\":[{\"paths\":[\"/output/tier\"]}]}";
  const char *show = "{\"reveal\":1,\"show\":[{}]}";
  execert_bytes whole = read_file(in(folder, "run.execert")), hidden, shown, told, file;
  CHECK(test_holds(whole, "\"tier\":\"gold\""));
  OK(execert_redact(execert_borrow(whole), EXECERT_STR(hide), &hidden));
  CHECK(!test_holds(hidden, "\"tier\":\"gold\""));
  OK(execert_reveal(execert_borrow(hidden), execert_borrow(whole), EXECERT_STR(show), &shown));
  CHECK(test_equal(shown, execert_borrow(whole)));
  OK(execert_redact_file(EXECERT_STR(in(folder, "run.execert")), EXECERT_STR(hide),
                         EXECERT_STR(in(folder, "hidden.execert")), &told));
  CHECK(test_equal(told, EXECERT_STR("{\"fields\":1,\"records\":0}")));
  execert_bytes_free(&told);
  file = read_file(in(folder, "hidden.execert"));
  CHECK(test_equal(file, execert_borrow(hidden)));
  free(file.data);
  OK(execert_reveal_file(EXECERT_STR(in(folder, "hidden.execert")), EXECERT_STR(in(folder, "run.execert")),
                         EXECERT_STR(show), EXECERT_STR(in(folder, "shown.execert")), NULL));
  file = read_file(in(folder, "shown.execert"));
  CHECK(test_equal(file, execert_borrow(whole)));
  free(file.data);
  FAILS(execert_redact(execert_borrow(whole), EXECERT_STR("{\"redact\":1,\"hide\":[{\"paths\":[\"/no\"]}]}"), &told),
        "wire.bad_argument");
  CHECK(told.data == NULL);
  execert_bytes_free(&hidden);
  execert_bytes_free(&shown);
  free(whole.data);
}

static int record(const char *program, const char *folder) {
  execert_recorder *recorder;
  execert_run *run;
  execert_bytes told, bundle, file, id;
  char query[256];
  keys(folder);
  OK(execert_recorder_open(EXECERT_STR(in(folder, "acme.ledger")), EXECERT_STR(options()), key, &recorder));
  OK(execert_recorder_about(recorder, &told));
  CHECK(test_holds(told, "\"tenant\":\"acme\"") && test_holds(told, "\"gate\":\"enforce\""));
  execert_bytes_free(&told);
  OK(execert_recorder_head(recorder, &told));
  CHECK(test_holds(told, "\"epoch\":0"));
  execert_bytes_free(&told);

  OK(execert_run_open(recorder, EXECERT_STR("refund-4471"), EXECERT_STR("{\"order\":\"o-9\"}"), &run));
  tools(recorder, run);
  OK(execert_run_note(run, EXECERT_STR("{\"kind\":\"note\",\"event\":\"checked\",\"text\":\"by hand\"}"), &told));
  execert_bytes_free(&told);
  OK(execert_run_close(run, EXECERT_STR("{\"output\":{\"ok\":true}}"), &told));
  CHECK(test_holds(told, "\"head\":") && test_holds(told, "\"seq\":"));
  execert_bytes_free(&told);
  FAILS(execert_run_close(run, EXECERT_STR(""), NULL), "recorder.closed");
  OK(execert_run_bundle(run, &bundle));
  OK(execert_run_save(run, EXECERT_STR(in(folder, "run.execert")), &told));
  CHECK(test_holds(told, "\"bytes\":"));
  execert_bytes_free(&told);
  file = read_file(in(folder, "run.execert"));
  CHECK(file.len > 5000 && bundle.len == file.len);
  free(file.data);
  execert_bytes_free(&bundle);
  OK(execert_run_id(run, &id));
  snprintf(query, sizeof query, "{\"run\":\"%.*s\"}", (int)id.len, (char *)id.data);
  OK(execert_recorder_bundle(recorder, EXECERT_STR(query), &bundle));
  CHECK(bundle.len > 5000);
  execert_bytes_free(&bundle);
  OK(execert_recorder_find(recorder, EXECERT_STR("{\"runs\":{}}"), &told));
  CHECK(test_holds(told, "refund-4471"));
  execert_bytes_free(&told);
  execert_bytes_free(&id);
  execert_run_free(run);

  OK(execert_recorder_feed(
      recorder, EXECERT_STR("{\"feed\":1,\"stack\":\"test\",\"event\":\"run-start\",\"id\":\"r\",\"name\":\"agent\"}"),
      &told));
  CHECK(test_holds(told, "\"run\":"));
  execert_bytes_free(&told);
  OK(execert_recorder_feed(
      recorder, EXECERT_STR("{\"feed\":1,\"stack\":\"test\",\"event\":\"run-end\",\"id\":\"r\",\"status\":\"ok\"}"),
      NULL));
  OK(execert_recorder_note(recorder, EXECERT_STR("{\"kind\":\"note\",\"event\":\"started\"}"), NULL));
  OK(execert_recorder_heartbeat(recorder, &told));
  CHECK(test_holds(told, "\"epoch\":1"));
  execert_bytes_free(&told);
  joined(program, folder, recorder);
  OK(execert_recorder_erase(recorder, EXECERT_STR("{\"records\":[1],\"reason\":\"asked\",\"authority\":\"dpo\"}"),
                            &told));
  execert_bytes_free(&told);
  OK(execert_recorder_seal(recorder, &told));
  CHECK(test_holds(told, "\"digest\":\"sha256:"));
  execert_bytes_free(&told);
  FAILS(execert_recorder_note(recorder, EXECERT_STR("{\"kind\":\"note\",\"event\":\"late\"}"), NULL),
        "recorder.closed");
  OK(execert_recorder_export(recorder, EXECERT_STR("{\"chain\":true}"), EXECERT_STR(in(folder, "chain.execert")),
                             &told));
  execert_bytes_free(&told);
  OK(execert_recorder_close(recorder));
  FAILS(execert_recorder_close(recorder), "recorder.closed");
  execert_recorder_free(recorder);
  disclosed(folder);
  execert_key_free(key);
  execert_key_free(manager);
  return test_end();
}

static int judge(const char *bundle, const char *trust_file, int exit_code) {
  execert_bytes trust, report, lines;
  execert_error *error;
  if (strcmp(trust_file, "own") == 0) {
    OK(execert_user_trust(&trust));
  } else {
    trust = read_file(trust_file);
  }
  error = execert_verify_file(EXECERT_STR(bundle), execert_borrow(trust), EXECERT_STR(""), &report);
  CHECK(execert_error_exit(error) == exit_code);
  execert_error_free(error);
  OK(execert_render(execert_borrow(report), EXECERT_STR("{\"plain\":true}"), &lines));
  CHECK(lines.len > 100);
  execert_bytes_free(&lines);
  execert_bytes_free(&report);
  if (strcmp(trust_file, "own") == 0) {
    execert_bytes_free(&trust);
  } else {
    free(trust.data);
  }
  return test_end();
}

int main(int count, char **words) {
  if (count == 2) return record(words[0], words[1]);
  if (count == 4 && strcmp(words[1], "--join") == 0) return join(words[2], words[3]);
  if (count == 5 && strcmp(words[1], "--verify") == 0) return judge(words[2], words[3], atoi(words[4]));
  return 2;
}
