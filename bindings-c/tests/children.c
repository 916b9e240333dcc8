/* Forks while other threads are inside the library, holding its locks: what a child may not use, and what it may. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

#define FORKS 100

static atomic_int done;

static void *busy(void *none) {
  while (!done) {
    execert_key *key = NULL;
    execert_error *error = execert_key_from_pem(EXECERT_STR("-"), &key);
    execert_error_free(error);
  }
  return none;
}

static char key_file[4096];
static const execert_str NONE = {NULL, 0};

/* All that a child can and cannot do; whatever a thread of the parent held in the moment of the fork. */
static int child(const char *ledger, execert_key *key, execert_recorder *recorder, execert_run *run,
                 execert_step *step) {
  execert_bytes out;
  execert_key *own_key;
  execert_recorder *own;
  execert_run *own_run;
  FAILS(execert_recorder_note(recorder, EXECERT_STR("{\"kind\":\"note\",\"event\":\"n\"}"), NULL),
        "chain.forked_process");
  FAILS(execert_recorder_close(recorder), "chain.forked_process");
  FAILS(execert_run_close(run, NONE, NULL), "chain.forked_process");
  FAILS(execert_step_close(step, NONE, NULL), "chain.forked_process");
  FAILS(execert_key_id(key, &out), "chain.forked_process");
  execert_step_free(step);
  execert_run_free(run);
  execert_recorder_free(recorder);
  OK(execert_key_load(EXECERT_STR(key_file), &own_key));
  OK(execert_recorder_open(EXECERT_STR(ledger), NONE, own_key, &own));
  OK(execert_run_open(own, EXECERT_STR("child"), NONE, &own_run));
  OK(execert_run_close(own_run, NONE, NULL));
  execert_run_free(own_run);
  OK(execert_recorder_close(own));
  execert_recorder_free(own);
  execert_key_free(own_key);
  return test_failed;
}

int main(int count, char **words) {
  char ledger[4096];
  execert_key *key;
  execert_recorder *recorder;
  execert_run *run;
  execert_step *step;
  execert_bytes bundle;
  pthread_t threads[3];
  int at, grandchild = 0;
  if (count != 2) return 2;
  snprintf(ledger, sizeof ledger, "%s/fork.ledger", words[1]);
  snprintf(key_file, sizeof key_file, "%s/recorder.key", words[1]);
  OK(execert_key_generate(&key));
  OK(execert_key_save(key, EXECERT_STR(key_file)));
  OK(execert_recorder_open(EXECERT_STR(ledger), NONE, key, &recorder));
  OK(execert_run_open(recorder, EXECERT_STR("parent"), NONE, &run));
  OK(execert_step_open(run, EXECERT_STEP, EXECERT_STR("s"), NONE, &step));
  for (at = 0; at < 3; at++) pthread_create(&threads[at], NULL, busy, NULL);
  for (at = 0; at < FORKS; at++) {
    int status = -1;
    pid_t process = fork();
    if (process == 0) {
      int failed = child(at % 20 == 0 ? ledger : "memory:", key, recorder, run, step);
      /* And a child of the child. */
      if (at == 0 && (grandchild = fork()) == 0) _exit(child(ledger, key, recorder, run, step) != 0);
      if (at == 0) failed += waitpid(grandchild, &status, 0) != grandchild || status != 0;
      _exit(failed != 0);
    }
    CHECK(process > 0 && waitpid(process, &status, 0) == process && status == 0);
  }
  done = 1;
  for (at = 0; at < 3; at++) pthread_join(threads[at], NULL);
  OK(execert_step_close(step, NONE, NULL));
  OK(execert_run_close(run, NONE, NULL));
  OK(execert_run_bundle(run, &bundle));
  CHECK(bundle.len > 2000);
  execert_bytes_free(&bundle);
  execert_step_free(step);
  execert_run_free(run);
  OK(execert_recorder_close(recorder));
  execert_recorder_free(recorder);
  execert_key_free(key);
  return test_end();
}
