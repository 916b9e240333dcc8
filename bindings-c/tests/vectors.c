/* Every vector through the C library. Cases come over standard input, from run.py: a line `WORD COUNT NAME`, then COUNT
 * fields, each a line with its length, its bytes and an end of line. */
#include "test.h"

#define FIELDS 512

static const char *folder, *name;
static execert_str field[FIELDS];
static int fields;

static void told(int before) {
  if (test_failed != before) fprintf(stderr, "  in the case %s\n", name);
}

static char *text_of(execert_str bytes) {
  char *text = (char *)malloc(bytes.len + 1);
  if (bytes.len > 0) memcpy(text, bytes.data, bytes.len);
  text[bytes.len] = '\0';
  return text;
}

/* Frees an error after looking at its code and path; "" for none. */
static void expect(execert_error *error, execert_str code, execert_str path) {
  char *wanted = text_of(code), *place = text_of(path);
  CHECK(strcmp(execert_error_path(error), place) == 0);
  if (*wanted != '\0') {
    CHECK(*execert_error_hint(error) != '\0');
    CHECK(strlen(execert_error_message(error)) < 2000);
  }
  FAILS(error, wanted);
  free(wanted);
  free(place);
}

static void save(const char *path, execert_str bytes) {
  FILE *file = fopen(path, "wb");
  if (file == NULL || (bytes.len > 0 && fwrite(bytes.data, 1, bytes.len, file) != bytes.len) || fclose(file) != 0) {
    perror(path);
    exit(74);
  }
}

static void untrusted(execert_error *error, int exit_code, execert_str report) {
  execert_str carried = execert_error_report(error);
  CHECK(execert_error_exit(error) == exit_code);
  CHECK(strcmp(execert_error_kind(error), exit_code == 0 ? "" : "untrusted") == 0);
  if (exit_code != 0) {
    CHECK(carried.len == report.len && memcmp(carried.data, report.data, report.len) == 0);
  }
  execert_error_free(error);
}

/* bundle, trust, options, report, exit code */
static void judge(void) {
  char path[4096];
  execert_bytes report;
  char *exit_text = text_of(field[4]);
  int exit_code = atoi(exit_text);
  free(exit_text);
  snprintf(path, sizeof path, "%s/input.execert", folder);
  save(path, field[0]);
  OK(execert_check(field[0], field[1], field[2], &report));
  CHECK(test_equal(report, field[3]));
  execert_bytes_free(&report);
  OK(execert_check_file(execert_text(path), field[1], field[2], &report));
  CHECK(test_equal(report, field[3]));
  execert_bytes_free(&report);
  untrusted(execert_verify(field[0], field[1], field[2], &report), exit_code, field[3]);
  CHECK(test_equal(report, field[3]));
  execert_bytes_free(&report);
  untrusted(execert_verify_file(execert_text(path), field[1], field[2], &report), exit_code, field[3]);
  CHECK(test_equal(report, field[3]));
  execert_bytes_free(&report);
}

/* The same, only once. */
static void glance(void) {
  execert_bytes report;
  char *exit_text = text_of(field[4]);
  untrusted(execert_verify(field[0], field[1], field[2], &report), atoi(exit_text), field[3]);
  CHECK(test_equal(report, field[3]));
  execert_bytes_free(&report);
  free(exit_text);
}

/* bundle, trust, options, code, path */
static void refused(void) {
  execert_bytes report;
  expect(execert_check(field[0], field[1], field[2], &report), field[3], field[4]);
  CHECK(report.data == NULL && report.len == 0);
  expect(execert_verify(field[0], field[1], field[2], &report), field[3], field[4]);
  CHECK(report.data == NULL && report.len == 0);
}

/* text, code, path, canonical */
static void text(void) {
  execert_bytes canonical, again;
  expect(execert_canonical(field[0], &canonical), field[1], field[2]);
  CHECK(test_equal(canonical, field[3]));
  if (field[1].len == 0) {
    OK(execert_canonical(execert_borrow(canonical), &again));
    CHECK(test_equal(again, execert_borrow(canonical)));
    execert_bytes_free(&again);
  }
  execert_bytes_free(&canonical);
}

/* line, code, path */
static void line(void) { expect(execert_test_record_line(field[0]), field[1], field[2]); }

/* report, subject, lines */
static void render(void) {
  execert_bytes lines;
  OK(execert_render(field[0], field[1], &lines));
  CHECK(test_equal(lines, field[2]));
  execert_bytes_free(&lines);
}

/* options, code, path */
static void options(void) {
  execert_key *key;
  execert_recorder *recorder;
  OK(execert_key_generate(&key));
  expect(execert_recorder_open(EXECERT_STR("memory:"), field[0], key, &recorder), field[1], field[2]);
  CHECK(recorder == NULL);
  execert_key_free(key);
}

static void asked(const execert_recorder *recorder, execert_str document, execert_str answer, execert_str code) {
  execert_run *run;
  execert_step *step = NULL;
  execert_bytes told_back;
  char *wanted = text_of(code);
  OK(execert_run_open(recorder, EXECERT_STR("r"), EXECERT_STR(""), &run));
  FAILS(execert_step_open_with(run, document, &step), wanted);
  if (code.len == 0) {
    char *decision = text_of(answer);
    OK(execert_step_answer(step, &told_back));
    CHECK(test_holds(told_back, decision));
    execert_bytes_free(&told_back);
    free(decision);
  }
  CHECK((step == NULL) == (code.len != 0));
  execert_step_free(step);
  execert_run_free(run);
  free(wanted);
}

/* options, then of each case: step, what its answer holds, code */
static void decisions(void) {
  execert_key *key;
  execert_recorder *recorder;
  int at;
  OK(execert_key_generate(&key));
  OK(execert_recorder_open(EXECERT_STR("memory:"), field[0], key, &recorder));
  for (at = 1; at + 2 < fields; at += 3) asked(recorder, field[at], field[at + 1], field[at + 2]);
  execert_recorder_free(recorder);
  execert_key_free(key);
}

/* ledger, options, seed, bundle of the chain, then of each line of the story: word, run, document, answer, code, path
 */
static void feed(void) {
  execert_key *key;
  execert_recorder *recorder;
  execert_step *step = NULL;
  execert_bytes bundle;
  char *seed = text_of(field[2]);
  int at, closed = 0;
  execert_test_repeat(strtoull(seed, NULL, 10));
  free(seed);
  OK(execert_key_generate(&key));
  OK(execert_recorder_open(field[0], field[1], key, &recorder));
  for (at = 4; at + 5 < fields; at += 6) {
    execert_bytes answer = {NULL, 0};
    switch (*field[at].data) {
      case 'o': { /* open */
        execert_run *run;
        OK(execert_run_join(recorder, field[at + 1], &run));
        expect(execert_step_open_with(run, field[at + 2], &step), field[at + 4], field[at + 5]);
        execert_run_free(run);
        break;
      }
      case 'c': /* close */
        OK(execert_step_claim(step));
        OK(execert_step_close(step, field[at + 2], NULL));
        execert_step_free(step);
        break;
      case 'e': /* end */
        OK(execert_recorder_close(recorder));
        closed = 1;
        break;
      default:
        expect(execert_recorder_feed(recorder, field[at + 2], &answer), field[at + 4], field[at + 5]);
        CHECK(test_equal(answer, field[at + 3]));
    }
    execert_bytes_free(&answer);
  }
  if (closed) {
    execert_recorder_free(recorder);
    OK(execert_recorder_open(field[0], field[1], key, &recorder));
  }
  OK(execert_recorder_bundle(recorder, EXECERT_STR("{\"chain\":true}"), &bundle));
  CHECK(test_equal(bundle, field[3]));
  execert_bytes_free(&bundle);
  OK(execert_recorder_close(recorder));
  execert_recorder_free(recorder);
  execert_key_free(key);
}

static const struct {
  const char *word;
  void (*act)(void);
} ACTS[] = {{"judge", judge},   {"glance", glance},   {"refused", refused},     {"text", text}, {"line", line},
            {"render", render}, {"options", options}, {"decisions", decisions}, {"feed", feed}};

static int next_case(char *word, char *label) {
  int at;
  if (scanf("%31s %d %255[^\n]", word, &fields, label) != 3) return 0;
  for (at = 0; at < fields; at++) {
    size_t len;
    char *bytes;
    if (at >= FIELDS || scanf("%zu", &len) != 1 || getchar() != '\n') exit(70);
    /* Of exactly this length, so that a reader beyond its end is seen. */
    bytes = (char *)malloc(len == 0 ? 1 : len);
    if (fread(bytes, 1, len, stdin) != len || getchar() != '\n') exit(70);
    field[at].data = len == 0 ? NULL : bytes;
    field[at].len = len;
    if (len == 0) free(bytes);
  }
  return 1;
}

int main(int count, char **words) {
  char word[32], label[256];
  int seen = 0;
  folder = count > 1 ? words[1] : ".";
  name = label;
  while (next_case(word, label)) {
    size_t at;
    int act, found = 0, before = test_failed;
    for (act = 0; act < (int)(sizeof ACTS / sizeof *ACTS); act++) {
      if (strcmp(ACTS[act].word, word) == 0) {
        ACTS[act].act();
        found = 1;
      }
    }
    CHECK(found);
    told(before);
    for (at = 0; at < (size_t)fields; at++) free((void *)field[at].data);
    seen++;
  }
  printf("%d cases\n", seen);
  return test_end();
}
