/* Arguments that are wrong in every way: each has to come back as an error, and none may end the process. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#include "test.h"

#define FREES 100000

static const execert_str NONE = {NULL, 0};

static void *number(uint64_t address) { return (void *)(uintptr_t)address; }

/* Every function with nothing at all. */
static void null_everywhere(void) {
  execert_bytes out;
  execert_key *key;
  execert_recorder *recorder;
  execert_run *run;
  execert_step *step;
  FAILS(execert_key_generate(NULL), "wire.bad_argument");
  FAILS(execert_key_load(NONE, NULL), "wire.bad_argument");
  FAILS(execert_key_load(NONE, &key), "key.not_found");
  FAILS(execert_key_from_pem(NONE, NULL), "wire.bad_argument");
  FAILS(execert_key_from_pem(NONE, &key), "key.malformed");
  FAILS(execert_key_save(NULL, NONE), "wire.bad_handle");
  FAILS(execert_key_public(NULL, NULL), "wire.bad_argument");
  FAILS(execert_key_public(NULL, &out), "wire.bad_handle");
  FAILS(execert_key_id(NULL, NULL), "wire.bad_argument");
  FAILS(execert_key_id(NULL, &out), "wire.bad_handle");
  FAILS(execert_key_fingerprint(NULL, NULL), "wire.bad_argument");
  FAILS(execert_recorder_open(NONE, NONE, NULL, NULL), "wire.bad_argument");
  FAILS(execert_recorder_open(NONE, NONE, NULL, &recorder), "key.not_found");
  FAILS(execert_recorder_head(NULL, NULL), "wire.bad_argument");
  FAILS(execert_recorder_head(NULL, &out), "wire.bad_handle");
  FAILS(execert_recorder_about(NULL, NULL), "wire.bad_argument");
  FAILS(execert_recorder_note(NULL, NONE, NULL), "wire.bad_handle");
  FAILS(execert_recorder_approve(NULL, NONE, NULL, NULL), "wire.bad_handle");
  FAILS(execert_recorder_find(NULL, NONE, NULL), "wire.bad_argument");
  FAILS(execert_recorder_find(NULL, NONE, &out), "wire.bad_handle");
  FAILS(execert_recorder_feed(NULL, NONE, NULL), "wire.bad_handle");
  FAILS(execert_recorder_bundle(NULL, NONE, NULL), "wire.bad_argument");
  FAILS(execert_recorder_bundle(NULL, NONE, &out), "wire.bad_handle");
  FAILS(execert_recorder_export(NULL, NONE, NONE, NULL), "wire.bad_handle");
  FAILS(execert_recorder_erase(NULL, NONE, NULL), "wire.bad_handle");
  FAILS(execert_recorder_seal(NULL, NULL), "wire.bad_handle");
  FAILS(execert_recorder_heartbeat(NULL, NULL), "wire.bad_handle");
  FAILS(execert_recorder_close(NULL), "wire.bad_handle");
  FAILS(execert_run_open(NULL, NONE, NONE, NULL), "wire.bad_argument");
  FAILS(execert_run_open(NULL, NONE, NONE, &run), "wire.bad_handle");
  FAILS(execert_run_open_with(NULL, NONE, &run), "wire.bad_handle");
  FAILS(execert_run_join(NULL, NONE, &run), "wire.bad_handle");
  FAILS(execert_run_id(NULL, &out), "wire.bad_handle");
  FAILS(execert_run_note(NULL, NONE, NULL), "wire.bad_handle");
  FAILS(execert_run_close(NULL, NONE, NULL), "wire.bad_handle");
  FAILS(execert_run_bundle(NULL, &out), "wire.bad_handle");
  FAILS(execert_run_save(NULL, NONE, NULL), "wire.bad_handle");
  FAILS(execert_step_open(NULL, EXECERT_TOOL, NONE, NONE, NULL), "wire.bad_argument");
  FAILS(execert_step_open(NULL, EXECERT_TOOL, NONE, NONE, &step), "wire.bad_handle");
  FAILS(execert_step_open_with(NULL, NONE, &step), "wire.bad_handle");
  FAILS(execert_step_answer(NULL, &out), "wire.bad_handle");
  FAILS(execert_step_input(NULL, &out), "wire.bad_handle");
  FAILS(execert_step_claim(NULL), "wire.bad_handle");
  FAILS(execert_step_close(NULL, NONE, NULL), "wire.bad_handle");
  FAILS(execert_check(NONE, NONE, NONE, NULL), "wire.bad_argument");
  FAILS(execert_verify(NONE, NONE, NONE, NULL), "wire.bad_argument");
  FAILS(execert_check_file(NONE, NONE, NONE, &out), "store.io");
  FAILS(execert_verify_file(NONE, NONE, NONE, &out), "store.io");
  FAILS(execert_trust(NONE, NULL), "wire.bad_argument");
  FAILS(execert_user_trust(NULL), "wire.bad_argument");
  FAILS(execert_redact(NONE, NONE, NULL), "wire.bad_argument");
  FAILS(execert_reveal(NONE, NONE, NONE, NULL), "wire.bad_argument");
  FAILS(execert_redact_file(NONE, NONE, NONE, NULL), "store.io");
  FAILS(execert_reveal_file(NONE, NONE, NONE, NONE, NULL), "store.io");
  FAILS(execert_render(NONE, NONE, NULL), "wire.bad_argument");
  FAILS(execert_render(NONE, NONE, &out), "canon.empty");
  FAILS(execert_canonical(NONE, NULL), "wire.bad_argument");
  FAILS(execert_canonical(NONE, &out), "canon.empty");
  execert_key_free(NULL);
  execert_recorder_free(NULL);
  execert_run_free(NULL);
  execert_step_free(NULL);
  execert_error_free(NULL);
  execert_bytes_free(NULL);
  execert_bytes_free(&out);
}

/* What is asked of errors that are none. */
static void errors(void) {
  execert_bytes out;
  execert_error *error = execert_canonical(EXECERT_STR("{\"a\":[1,\0]}"), &out), *freed;
  execert_error *strange[3];
  int at;
  CHECK(error != NULL && out.data == NULL && out.len == 0);
  CHECK(strcmp(execert_error_code(error), "canon.syntax") == 0);
  CHECK(strcmp(execert_error_kind(error), "invalid") == 0);
  CHECK(execert_error_number(error) == EXECERT_CODE_CANON_SYNTAX);
  CHECK(execert_error_exit(error) == 2 || execert_error_exit(error) == 7);
  CHECK(*execert_error_message(error) != '\0' && *execert_error_hint(error) != '\0');
  CHECK(*execert_error_request(error) == '\0' && execert_error_report(error).len == 0);
  freed = error;
  execert_error_free(error);
  execert_error_free(freed);
  strange[0] = freed;
  strange[1] = (execert_error *)number(0x1234);
  strange[2] = (execert_error *)(void *)&out;
  for (at = 0; at < 3; at++) {
    CHECK(strcmp(execert_error_code(strange[at]), "wire.bad_handle") == 0);
    CHECK(strcmp(execert_error_kind(strange[at]), "invalid") == 0);
    CHECK(execert_error_number(strange[at]) == EXECERT_CODE_WIRE_BAD_HANDLE);
    CHECK(execert_error_exit(strange[at]) == 2);
    CHECK(*execert_error_message(strange[at]) != '\0' && *execert_error_path(strange[at]) == '\0');
    CHECK(*execert_error_request(strange[at]) == '\0' && *execert_error_hint(strange[at]) == '\0');
    CHECK(execert_error_report(strange[at]).len == 0);
    execert_error_free(strange[at]);
  }
  CHECK(*execert_error_code(NULL) == '\0' && *execert_error_kind(NULL) == '\0' && *execert_error_message(NULL) == '\0');
  CHECK(*execert_error_path(NULL) == '\0' && *execert_error_hint(NULL) == '\0' && *execert_error_request(NULL) == '\0');
  CHECK(execert_error_number(NULL) == 0 && execert_error_exit(NULL) == 0 && execert_error_report(NULL).data == NULL);
  /* What a function answers that cannot even keep an error. */
  strange[0] = (execert_error *)number(UINT64_MAX);
  CHECK(strcmp(execert_error_code(strange[0]), "internal.panic") == 0);
  CHECK(strcmp(execert_error_kind(strange[0]), "internal") == 0 && execert_error_exit(strange[0]) == 70);
  CHECK(execert_error_number(strange[0]) == EXECERT_CODE_INTERNAL_PANIC && *execert_error_message(strange[0]) != '\0');
  execert_error_free(strange[0]);
}

/* Handles of another kind, freed ones, and numbers that somebody made up. */
static void handles(int numbers) {
  uint64_t seed = 4471;
  int round;
  execert_key *key, *next;
  execert_recorder *recorder;
  execert_run *run;
  execert_bytes out;
  OK(execert_key_generate(&key));
  OK(execert_recorder_open(EXECERT_STR("memory:"), NONE, key, &recorder));
  OK(execert_run_open(recorder, EXECERT_STR("r"), NONE, &run));
  FAILS(execert_recorder_head((const execert_recorder *)(const void *)key, &out), "wire.bad_handle");
  FAILS(execert_run_id((const execert_run *)(const void *)recorder, &out), "wire.bad_handle");
  FAILS(execert_step_claim((const execert_step *)(const void *)run), "wire.bad_handle");
  FAILS(execert_key_id((const execert_key *)(const void *)run, &out), "wire.bad_handle");
  FAILS(execert_recorder_open(EXECERT_STR("memory:"), NONE, (execert_key *)(void *)run, &recorder), "wire.bad_handle");
  CHECK(recorder == NULL);
  execert_key_free((execert_key *)(void *)run); /* is nothing */
  OK(execert_run_id(run, &out));
  execert_bytes_free(&out);
  execert_run_free(run);
  execert_run_free(run);
  FAILS(execert_run_id(run, &out), "wire.bad_handle");
  execert_key_free(key);
  OK(execert_key_generate(&next));
  CHECK(next != key); /* its place is used again, its number is not */
  FAILS(execert_key_id(key, &out), "wire.bad_handle");
  execert_key_free(key);
  OK(execert_key_id(next, &out));
  execert_bytes_free(&out);
  execert_key_free(next);
  for (round = 0; round < numbers; round++) {
    execert_error *error;
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    error = execert_key_id((const execert_key *)number(round % 2 ? seed : (seed & 0xffff) | UINT64_C(2) << 60), &out);
    if (strcmp(execert_error_code(error), "wire.bad_handle") != 0 &&
        strcmp(execert_error_code(error), "chain.forked_process") != 0) {
      CHECK(!"a number that was made up was taken");
    }
    execert_error_free(error);
  }
}

static void lengths(void) {
  const execert_str wild = {NULL, 5};
  const execert_str endless = {"x", (size_t)1 << 63};
  const execert_str longest = {"x", SIZE_MAX};
  const execert_str nothing = {"x", 0};
  const execert_str broken = {"\xff\xfe", 2};
  execert_bytes out = {NULL, 0};
  execert_key *key;
  execert_recorder *recorder;
  execert_run *run;
  FAILS(execert_canonical(wild, &out), "wire.bad_argument");
  FAILS(execert_canonical(endless, &out), "wire.bad_argument");
  FAILS(execert_canonical(longest, &out), "wire.bad_argument");
  FAILS(execert_canonical(nothing, &out), "canon.empty");
  FAILS(execert_canonical(broken, &out), "canon.not_utf8");
  FAILS(execert_check(wild, NONE, NONE, &out), "wire.bad_argument");
  FAILS(execert_check(NONE, endless, NONE, &out), "wire.bad_argument");
  FAILS(execert_check(NONE, NONE, longest, &out), "wire.bad_argument");
  FAILS(execert_check(NONE, broken, NONE, &out), "canon.not_utf8");
  FAILS(execert_key_load(broken, &key), "wire.bad_argument");
  FAILS(execert_key_load(wild, &key), "wire.bad_argument");
  OK(execert_key_generate(&key));
  FAILS(execert_recorder_open(broken, NONE, key, &recorder), "wire.bad_argument");
  FAILS(execert_recorder_open(EXECERT_STR("memory:"), broken, key, &recorder), "canon.not_utf8");
  FAILS(execert_recorder_open(EXECERT_STR("memory:"), EXECERT_STR("[]"), key, &recorder), "wire.bad_argument");
  OK(execert_recorder_open(EXECERT_STR("memory:"), NONE, key, &recorder));
  FAILS(execert_run_open(recorder, broken, NONE, &run), "wire.bad_argument");
  FAILS(execert_run_open(recorder, EXECERT_STR("r"), broken, &run), "canon.not_utf8");
  FAILS(execert_run_open(recorder, EXECERT_STR("r"), EXECERT_STR("{"), &run), "canon.syntax");
  FAILS(execert_run_join(recorder, EXECERT_STR("no id"), &run), "wire.bad_argument");
  CHECK(run == NULL);
  FAILS(execert_recorder_export(recorder, EXECERT_STR("{\"chain\":true}"), wild, NULL), "wire.bad_argument");
  FAILS(execert_recorder_note(recorder, endless, NULL), "wire.bad_argument");
  OK(execert_recorder_head(recorder, &out));
  CHECK(out.len > 50);
  execert_bytes_free(&out);
  CHECK(out.data == NULL && out.len == 0);
  execert_bytes_free(&out);
  execert_recorder_free(recorder);
  execert_key_free(key);
}

static pthread_barrier_t barrier;
static execert_key *shared;
static execert_error *refusal;
static int rounds;

static void *frees(void *none) {
  int round;
  for (round = 0; round < rounds; round++) {
    pthread_barrier_wait(&barrier);
    execert_error_free(refusal);
    execert_key_free(shared);
    pthread_barrier_wait(&barrier);
  }
  return none;
}

/* Two threads free the same handles at once, again and again, and one of them uses one first. */
static void two_free(void) {
  pthread_t thread;
  int round, strange = 0;
  execert_bytes out;
  pthread_barrier_init(&barrier, NULL, 2);
  pthread_create(&thread, NULL, frees, NULL);
  for (round = 0; round < rounds; round++) {
    uint32_t number;
    refusal = execert_canonical(NONE, &out);
    if (round % 50 == 0 && !OK(execert_key_generate(&shared))) strange++;
    pthread_barrier_wait(&barrier);
    number = execert_error_number(refusal);
    if (number != EXECERT_CODE_CANON_EMPTY && number != EXECERT_CODE_WIRE_BAD_HANDLE) strange++;
    if (round % 50 == 0) {
      execert_error *error = execert_key_id(shared, &out);
      if (error != NULL && strcmp(execert_error_code(error), "wire.bad_handle") != 0) strange++;
      if (out.len != (error == NULL ? 44u : 0u)) strange++;
      execert_error_free(error);
      execert_bytes_free(&out);
    }
    execert_error_free(refusal);
    execert_key_free(shared);
    pthread_barrier_wait(&barrier);
  }
  pthread_join(thread, NULL);
  pthread_barrier_destroy(&barrier);
  CHECK(strange == 0);
}

static execert_recorder *busy;

static void *records(void *found) {
  int *closed = (int *)found;
  while (!*closed) {
    execert_error *error = execert_recorder_note(busy, EXECERT_STR("{\"kind\":\"note\",\"event\":\"n\"}"), NULL);
    if (error == NULL) continue;
    *closed = strcmp(execert_error_code(error), "recorder.closed") == 0 ||
                      strcmp(execert_error_code(error), "wire.bad_handle") == 0
                  ? 1
                  : 2;
    execert_error_free(error);
  }
  return NULL;
}

/* A recorder is closed, or only freed, while others record with it. */
static void close_while_recording(int only_free) {
  pthread_t threads[4];
  int closed[4] = {0, 0, 0, 0}, at;
  execert_key *key;
  OK(execert_key_generate(&key));
  OK(execert_recorder_open(EXECERT_STR("memory:"), NONE, key, &busy));
  execert_key_free(key);
  for (at = 0; at < 4; at++) pthread_create(&threads[at], NULL, records, &closed[at]);
  for (at = 0; at < 20; at++) OK(execert_recorder_note(busy, EXECERT_STR("{\"kind\":\"note\",\"event\":\"m\"}"), NULL));
  if (!only_free) OK(execert_recorder_close(busy));
  execert_recorder_free(busy);
  for (at = 0; at < 4; at++) {
    pthread_join(threads[at], NULL);
    CHECK(closed[at] == 1);
  }
}

int main(int count, char **words) {
  (void)words;
  CHECK(execert_abi_version() == EXECERT_ABI_VERSION);
  CHECK(strlen(execert_version()) >= 5);
  null_everywhere();
  errors();
  handles(count > 1 ? 200 : 20000);
  lengths();
  /* With a word behind: under a tool that makes all this slow, fewer rounds. */
  rounds = count > 1 ? 200 : FREES;
  two_free();
  close_while_recording(0);
  close_while_recording(1);
  return test_end();
}
