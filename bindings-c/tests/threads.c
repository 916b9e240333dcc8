/* Sixteen threads on one recorder: every record is there, in one order, and the verifier finds it whole. */
#include <pthread.h>

#include "test.h"

#define THREADS 16

static execert_recorder *recorder;
static int steps;

/* Answers what it was given if something went wrong. */
static void *work(void *failed) {
  execert_run *run;
  int at;
  char input[64];
  if (!OK(execert_run_open(recorder, EXECERT_STR("r"), EXECERT_STR(""), &run))) return failed;
  for (at = 0; at < steps; at++) {
    execert_step *step;
    snprintf(input, sizeof input, "{\"n\":%d}", at);
    if (!OK(execert_step_open(run, EXECERT_TOOL, EXECERT_STR("t"), EXECERT_STR(input), &step))) return failed;
    if (!OK(execert_step_close(step, EXECERT_STR("{\"output\":1}"), NULL))) return failed;
    execert_step_free(step);
  }
  if (!OK(execert_run_close(run, EXECERT_STR(""), NULL))) return failed;
  execert_run_free(run);
  return NULL;
}

int main(int count, char **words) {
  pthread_t threads[THREADS];
  execert_key *key;
  execert_bytes pem, trust, bundle, report, request;
  char wanted[64], text[1024];
  size_t from, to = 0;
  int at;
  if (count != 3) return 2;
  steps = atoi(words[2]);
  OK(execert_key_generate(&key));
  snprintf(text, sizeof text, "%s/threads.ledger", words[1]);
  OK(execert_recorder_open(EXECERT_STR(text), EXECERT_STR(""), key, &recorder));
  for (at = 0; at < THREADS; at++) pthread_create(&threads[at], NULL, work, &steps);
  for (at = 0; at < THREADS; at++) {
    void *failed;
    pthread_join(threads[at], &failed);
    CHECK(failed == NULL);
  }
  OK(execert_recorder_seal(recorder, NULL));
  OK(execert_recorder_bundle(recorder, EXECERT_STR("{\"chain\":true}"), &bundle));
  OK(execert_recorder_close(recorder));
  execert_recorder_free(recorder);

  /* The trust document holds the key; in JSON its line ends are escaped. */
  OK(execert_key_public(key, &pem));
  to = (size_t)snprintf(text, sizeof text, "{\"keys\":[{\"key\":\"");
  for (from = 0; from < pem.len; from++) {
    if (pem.data[from] == '\n') text[to++] = '\\';
    text[to++] = pem.data[from] == '\n' ? 'n' : (char)pem.data[from];
  }
  snprintf(text + to, sizeof text - to, "\",\"label\":\"acme\"}]}");
  OK(execert_trust(EXECERT_STR(text), &trust));
  request = trust;
  OK(execert_verify(execert_borrow(bundle), execert_borrow(request), EXECERT_STR(""), &report));
  /* And the beginning of the chain, the end of its epoch, and its seal. */
  snprintf(wanted, sizeof wanted, "\"records\":%d", 3 + THREADS * (2 + 2 * steps));
  CHECK(test_holds(report, wanted));
  CHECK(test_holds(report, "\"state\":\"sealed\""));
  execert_bytes_free(&report);
  execert_bytes_free(&bundle);
  execert_bytes_free(&trust);
  execert_bytes_free(&pem);
  execert_key_free(key);
  return test_end();
}
