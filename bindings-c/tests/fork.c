/* Workers of a server that forks: parent and children record in one ledger, opened before the fork by the parent and by
 * each child anew, while a thread of the parent goes on writing.
 *
 *   fork LEDGER    a folder that does not exist yet
 */
#define _DEFAULT_SOURCE
#include <execert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 4
#define NOTES 20

static int failed;

#define SAME(got, wanted)                                                                                              \
  do {                                                                                                                 \
    if (strcmp((got), (wanted)) != 0) {                                                                                \
      fprintf(stderr, "line %d: %s, wanted %s\n", __LINE__, (got), (wanted));                                          \
      failed = 1;                                                                                                      \
    }                                                                                                                  \
  } while (0)

static void need(execert_error *error, int line) {
  if (error == NULL) return;
  fprintf(stderr, "line %d: %s\n", line, execert_error_message(error));
  _exit(1);
}
#define NEED(call) need((call), __LINE__)

static void code(execert_error *error, const char *wanted) {
  SAME(execert_error_code(error), wanted);
  execert_error_free(error);
}

static void record(execert_recorder *recorder, const char *name) {
  execert_run *run;
  int note;
  NEED(execert_run_open(recorder, execert_text(name), execert_text(NULL), &run));
  for (note = 0; note < NOTES; note++)
    NEED(execert_run_note(run, execert_text("{\"event\":\"seen\",\"kind\":\"note\"}"), NULL));
  NEED(execert_run_close(run, execert_text(NULL), NULL));
  execert_run_free(run);
}

static void *write_on(void *recorder) {
  int times;
  for (times = 0; times < 5; times++) record((execert_recorder *)recorder, "thread");
  return NULL;
}

int main(int count, char **words) {
  execert_key *key;
  execert_recorder *recorder;
  execert_run *run;
  execert_bytes pem, found;
  pthread_t writer;
  pid_t children[CHILDREN];
  int child, status;
  static char options[1024];
  static const char *const head = "{\"allow_volume\":true,\"gate\":\"observe\"}";

  if (count != 2) return 2;
  NEED(execert_key_generate(&key));
  NEED(execert_key_public(key, &pem));
  snprintf(options, sizeof options, "%s.key", words[1]);
  NEED(execert_key_save(key, execert_text(options)));
  NEED(execert_recorder_open(execert_text(words[1]), execert_text(head), key, &recorder));
  NEED(execert_run_open(recorder, execert_text("parent"), execert_text(NULL), &run));
  if (pthread_create(&writer, NULL, write_on, recorder) != 0) return 74;

  for (child = 0; child < CHILDREN; child++) {
    children[child] = fork();
    if (children[child] == 0) {
      execert_recorder *own;
      execert_key *loaded;
      code(execert_run_note(run, execert_text("{\"event\":\"x\",\"kind\":\"note\"}"), NULL), "chain.forked_process");
      code(execert_recorder_head(recorder, &found), "chain.forked_process");
      code(execert_key_id(key, &found), "chain.forked_process");
      execert_run_free(run);
      execert_recorder_free(recorder);
      NEED(execert_key_load(execert_text(options), &loaded));
      NEED(execert_recorder_open(execert_text(words[1]), execert_text(head), loaded, &own));
      record(own, "child");
      NEED(execert_recorder_close(own));
      execert_recorder_free(own);
      execert_key_free(loaded);
      _exit(failed);
    }
  }
  for (child = 0; child < CHILDREN; child++) {
    if (waitpid(children[child], &status, 0) < 0 || status != 0) {
      fprintf(stderr, "child %d ended with %d\n", child, status);
      failed = 1;
    }
  }
  pthread_join(writer, NULL);
  NEED(execert_run_close(run, execert_text(NULL), NULL));
  NEED(execert_recorder_find(recorder, execert_text("{\"runs\":{}}"), &found));
  {
    /* Of each run one entry: the parent's, five of its thread, one of each child. */
    int runs = 0;
    const char *at = (const char *)found.data;
    const char *end = at + found.len;
    for (; at + 8 <= end; at++) runs += memcmp(at, "\"state\":", 8) == 0;
    if (runs != 1 + 5 + CHILDREN) {
      fprintf(stderr, "%d runs: %.*s\n", runs, (int)found.len, (const char *)found.data);
      failed = 1;
    }
  }
  execert_bytes_free(&found);
  NEED(execert_recorder_close(recorder));
  execert_run_free(run);
  execert_recorder_free(recorder);
  execert_key_free(key);
  execert_bytes_free(&pem);
  printf("%s\n", failed ? "failed" : "ok");
  return failed;
}
