/* What the test programs share: checks that count, and errors that are looked at and freed. */
#ifndef EXECERT_TEST_H
#define EXECERT_TEST_H

#include <execert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of test builds of the library only. */
void execert_test_arm(void);
void execert_test_repeat(uint64_t seed);
execert_error *execert_test_record_line(execert_str line);

/* Counted by many threads at once. */
static int test_passed, test_failed;
#define TEST_COUNT(number) __atomic_fetch_add(&(number), 1, __ATOMIC_RELAXED)

#define CHECK(holds) test_check((holds) != 0, #holds, __FILE__, __LINE__)
#define OK(call) test_code((call), "", __FILE__, __LINE__)
#define FAILS(call, code) test_code((call), (code), __FILE__, __LINE__)

static inline int test_check(int holds, const char *what, const char *file, int line) {
  if (holds) {
    TEST_COUNT(test_passed);
  } else {
    TEST_COUNT(test_failed);
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
  }
  return holds;
}

/* Whether an error has the code, "" for none. Frees it. */
static inline int test_code(execert_error *error, const char *code, const char *file, int line) {
  int holds = strcmp(execert_error_code(error), code) == 0;
  if (holds) {
    TEST_COUNT(test_passed);
  } else {
    TEST_COUNT(test_failed);
    fprintf(stderr, "%s:%d: \"%s\" was to come, and \"%s\" came: %s (%s)\n", file, line, code,
            execert_error_code(error), execert_error_message(error), execert_error_path(error));
  }
  execert_error_free(error);
  return holds;
}

static inline int test_equal(execert_bytes bytes, execert_str expected) {
  return bytes.len == expected.len && (bytes.len == 0 || memcmp(bytes.data, expected.data, bytes.len) == 0);
}

/* Whether a text stands in bytes. */
static inline int test_holds(execert_bytes bytes, const char *text) {
  size_t at, len = strlen(text);
  for (at = 0; at + len <= bytes.len; at++) {
    if (memcmp(bytes.data + at, text, len) == 0) return 1;
  }
  return 0;
}

/* The text of a member of canonical JSON, the first of that name; the caller frees it. */
static inline char *test_member(execert_bytes json, const char *name) {
  char wanted[64];
  size_t at, len;
  snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
  len = strlen(wanted);
  for (at = 0; at + len <= json.len; at++) {
    if (memcmp(json.data + at, wanted, len) == 0) {
      const uint8_t *first = json.data + at + len;
      const uint8_t *end = (const uint8_t *)memchr(first, '"', json.len - at - len);
      char *text = (char *)malloc((size_t)(end - first) + 1);
      memcpy(text, first, (size_t)(end - first));
      text[end - first] = '\0';
      return text;
    }
  }
  fprintf(stderr, "no member %s\n", name);
  exit(70);
}

static inline int test_end(void) {
  printf("%d passed, %d failed, 0 skipped\n", test_passed, test_failed);
  return test_failed != 0;
}

#endif /* EXECERT_TEST_H */
