/* A panic inside every function that the library shows: it becomes an error, or a value that says nothing. Prints the
 * names, so that run.py sees one that is missing here. */
#include "test.h"

static const execert_str NONE = {NULL, 0};
static execert_bytes out;
static execert_key *key;
static execert_recorder *recorder;
static execert_run *run;
static execert_step *step;

/* Whether the hook was used up: else the next function would meet it. */
static int used_up(void) {
  execert_error *error = execert_canonical(EXECERT_STR("1"), &out);
  int used = error == NULL;
  execert_error_free(error);
  execert_bytes_free(&out);
  return used;
}

#define FALLIBLE(name, arguments)                                                      \
  do {                                                                                 \
    printf("met %s\n", #name);                                                         \
    execert_test_arm();                                                                \
    if (!FAILS(name arguments, "internal.panic")) fprintf(stderr, "  in %s\n", #name); \
    CHECK(used_up());                                                                  \
  } while (0)
#define VALUE(name, arguments, holds) \
  do {                                \
    printf("met %s\n", #name);        \
    execert_test_arm();               \
    CHECK(name arguments holds);      \
    CHECK(used_up());                 \
  } while (0)
#define TEXT(name)              \
  do {                          \
    printf("met %s\n", #name);  \
    execert_test_arm();         \
    CHECK(*name(NULL) == '\0'); \
    CHECK(used_up());           \
  } while (0)
#define NOTHING(name, arguments) \
  do {                           \
    printf("met %s\n", #name);   \
    execert_test_arm();          \
    name arguments;              \
    CHECK(used_up());            \
  } while (0)

int main(void) {
  OK(execert_key_generate(&key));
  VALUE(execert_abi_version, (), == 0);
  VALUE(execert_version, ()[0], == '\0');
  TEXT(execert_error_code);
  TEXT(execert_error_kind);
  TEXT(execert_error_message);
  TEXT(execert_error_path);
  TEXT(execert_error_hint);
  TEXT(execert_error_request);
  VALUE(execert_error_number, (NULL), == EXECERT_CODE_INTERNAL_PANIC);
  VALUE(execert_error_exit, (NULL), == 70);
  VALUE(execert_error_report, (NULL).data, == NULL);
  NOTHING(execert_error_free, (NULL));
  NOTHING(execert_bytes_free, (&out));
  FALLIBLE(execert_set_language, (NONE, NONE));
  FALLIBLE(execert_key_generate, (&key));
  FALLIBLE(execert_key_load, (NONE, &key));
  FALLIBLE(execert_key_from_pem, (NONE, &key));
  FALLIBLE(execert_key_save, (key, NONE));
  FALLIBLE(execert_key_public, (key, &out));
  FALLIBLE(execert_key_id, (key, &out));
  FALLIBLE(execert_key_fingerprint, (key, &out));
  NOTHING(execert_key_free, (key));
  FALLIBLE(execert_recorder_open, (EXECERT_STR("memory:"), NONE, key, &recorder));
  FALLIBLE(execert_recorder_head, (recorder, &out));
  FALLIBLE(execert_recorder_about, (recorder, &out));
  FALLIBLE(execert_recorder_note, (recorder, NONE, NULL));
  FALLIBLE(execert_recorder_approve, (recorder, NONE, key, NULL));
  FALLIBLE(execert_recorder_find, (recorder, NONE, &out));
  FALLIBLE(execert_recorder_feed, (recorder, NONE, NULL));
  FALLIBLE(execert_recorder_bundle, (recorder, NONE, &out));
  FALLIBLE(execert_recorder_export, (recorder, NONE, NONE, NULL));
  FALLIBLE(execert_recorder_erase, (recorder, NONE, NULL));
  FALLIBLE(execert_recorder_seal, (recorder, NULL));
  FALLIBLE(execert_recorder_heartbeat, (recorder, NULL));
  FALLIBLE(execert_recorder_close, (recorder));
  NOTHING(execert_recorder_free, (recorder));
  FALLIBLE(execert_run_open, (recorder, NONE, NONE, &run));
  FALLIBLE(execert_run_open_with, (recorder, NONE, &run));
  FALLIBLE(execert_run_join, (recorder, NONE, &run));
  FALLIBLE(execert_run_id, (run, &out));
  FALLIBLE(execert_run_note, (run, NONE, NULL));
  FALLIBLE(execert_run_close, (run, NONE, NULL));
  FALLIBLE(execert_run_bundle, (run, &out));
  FALLIBLE(execert_run_save, (run, NONE, NULL));
  NOTHING(execert_run_free, (run));
  FALLIBLE(execert_step_open, (run, EXECERT_STEP, NONE, NONE, &step));
  FALLIBLE(execert_step_open_with, (run, NONE, &step));
  FALLIBLE(execert_step_answer, (step, &out));
  FALLIBLE(execert_step_input, (step, &out));
  FALLIBLE(execert_step_claim, (step));
  FALLIBLE(execert_step_close, (step, NONE, NULL));
  NOTHING(execert_step_free, (step));
  FALLIBLE(execert_check, (NONE, NONE, NONE, &out));
  FALLIBLE(execert_verify, (NONE, NONE, NONE, &out));
  FALLIBLE(execert_check_file, (NONE, NONE, NONE, &out));
  FALLIBLE(execert_verify_file, (NONE, NONE, NONE, &out));
  FALLIBLE(execert_trust, (NONE, &out));
  FALLIBLE(execert_user_trust, (&out));
  FALLIBLE(execert_redact, (NONE, NONE, &out));
  FALLIBLE(execert_reveal, (NONE, NONE, NONE, &out));
  FALLIBLE(execert_redact_file, (NONE, NONE, NONE, NULL));
  FALLIBLE(execert_reveal_file, (NONE, NONE, NONE, NONE, NULL));
  FALLIBLE(execert_render, (NONE, NONE, &out));
  FALLIBLE(execert_canonical, (NONE, &out));
  /* The guard left everything usable: the key that was to be freed is still there. */
  OK(execert_key_id(key, &out));
  execert_bytes_free(&out);
  execert_key_free(key);
  return test_end();
}
