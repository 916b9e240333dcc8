/* What it costs through the C library, in CPU nanoseconds, the least of some rounds. Prints figures as JSON.
 *
 *   measure FOLDER    where the ledger is made
 */
#define _POSIX_C_SOURCE 200809L
#include <execert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 7
#define KILOBYTE 1024

static execert_key *key;
static execert_recorder *recorder;
static execert_run *run;
static char input[KILOBYTE + 16];

static void need(execert_error *error) {
  if (error == NULL) return;
  fprintf(stderr, "%s: %s\n", execert_error_code(error), execert_error_message(error));
  exit(execert_error_exit(error));
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Nanoseconds of one call. */
static double least(void (*call)(void), int times, int rounds) {
  double best = 1e18;
  call();
  for (int round = 0; round < rounds; round++) {
    double began = now();
    for (int at = 0; at < times; at++) call();
    double took = (now() - began) / times;
    if (took < best) best = took;
  }
  return best;
}

static void nothing(void) {
  volatile uint32_t number = execert_abi_version();
  (void)number;
}

static void key_id(void) {
  execert_bytes id;
  need(execert_key_id(key, &id));
  execert_bytes_free(&id);
}

static void canonical(void) {
  execert_bytes bytes;
  need(execert_canonical(execert_text(input), &bytes));
  execert_bytes_free(&bytes);
}

static void note(void) {
  static char said[KILOBYTE + 64];
  if (said[0] == '\0') snprintf(said, sizeof said, "{\"event\":\"seen\",\"input\":%s,\"kind\":\"note\"}", input);
  need(execert_run_note(run, execert_text(said), NULL));
}

static void step(void) {
  execert_step *opened;
  need(execert_step_open(run, EXECERT_STEP, execert_text("look"), execert_text(input), &opened));
  need(execert_step_close(opened, execert_text("{\"output\":{\"tier\":\"gold\"}}"), NULL));
  execert_step_free(opened);
}

/* A run to measure in, in memory or on disk. */
static void begin(const char *ledger) {
  need(execert_recorder_open(execert_text(ledger), execert_text("{\"allow_volume\":true}"), key, &recorder));
  need(execert_run_open(recorder, execert_text("bench"), execert_text(NULL), &run));
}

static void end(void) {
  need(execert_run_close(run, execert_text(NULL), NULL));
  need(execert_recorder_close(recorder));
  execert_run_free(run);
  execert_recorder_free(recorder);
}

int main(int count, char **words) {
  static const char line[] = "The committee agreed, after a long discussion, that the report on order 4471 is to be "
                             "published in March. ";
  char ledger[4096];
  if (count != 2) return 2;
  snprintf(ledger, sizeof ledger, "%s/c.ledger", words[1]);

  int at = snprintf(input, sizeof input, "{\"text\":\"");
  for (int byte = 0; byte < KILOBYTE; byte++) input[at++] = line[byte % (int)(sizeof line - 1)];
  snprintf(input + at, sizeof input - (size_t)at, "\"}");

  need(execert_key_generate(&key));
  printf("{\"c call of nothing ns\": %.1f", least(nothing, 1000000, ROUNDS));
  printf(", \"c key id ns\": %.1f", least(key_id, 20000, ROUNDS));
  printf(", \"c canonical 1 KB ns\": %.1f", least(canonical, 20000, ROUNDS));
  begin("memory:");
  printf(", \"c seal memory 1 KB\": %.2f", least(note, 300, ROUNDS) / 1e3);
  printf(", \"c step memory 1 KB\": %.2f", least(step, 200, ROUNDS) / 1e3);
  end();
  begin(ledger);
  printf(", \"c step sqlite 1 KB\": %.2f}\n", least(step, 200, ROUNDS) / 1e3);
  end();
  execert_key_free(key);
  return 0;
}
