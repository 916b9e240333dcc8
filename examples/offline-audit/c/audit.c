/* Offline audit: checks bundles with a trust file, which holds public keys only, and ends with the exit code of the
 * first that does not hold. It needs no ledger, no key and no network, and the checker is inside the program.
 *
 *   audit TRUST BUNDLE...
 */
#include <execert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* The whole file; its end is not marked. */
static execert_str whole(const char *path) {
  execert_str text = {NULL, 0};
  char *bytes = NULL;
  size_t len = 0, room = 0;
  FILE *file = fopen(path, "rb");
  while (file != NULL && !feof(file) && !ferror(file)) {
    if (len == room) {
      char *more = (char *)realloc(bytes, room = room * 2 + 65536);
      if (more == NULL) exit(74);
      bytes = more;
    }
    len += fread(bytes + len, 1, room - len, file);
  }
  if (file == NULL || ferror(file)) {
    perror(path);
    exit(74);
  }
  fclose(file);
  text.data = bytes;
  text.len = len;
  return text;
}

/* The static library has no clock: what is valid when is judged by this. */
static execert_str options(void) {
  static char text[64];
  time_t now = time(NULL);
  strftime(text, sizeof text, "{\"now\":\"%Y-%m-%dT%H:%M:%S.000Z\"}", gmtime(&now));
  return execert_text(text);
}

static int audit(const char *path, execert_str trust) {
  execert_bytes report, lines;
  execert_str bundle = whole(path);
  execert_error *error = execert_verify(bundle, trust, options(), &report);
  /* Frozen: 0 ok, 1 altered or forked, 3 no trusted signature, 4 incomplete, 5 expired, 6 revoked, 7 unreadable, ... */
  int code = execert_error_exit(error);
  if (report.data == NULL) {
    fprintf(stderr, "%s: %s\n", path, execert_error_message(error));
  } else if (execert_render(execert_borrow(report), execert_text("{\"plain\":true}"), &lines) == NULL) {
    printf("%s\n%.*s\n", path, (int)lines.len, (const char *)lines.data);
    execert_bytes_free(&lines);
  }
  execert_bytes_free(&report);
  execert_error_free(error);
  free((void *)bundle.data);
  return code;
}

int main(int count, char **words) {
  int at, code = 0;
  execert_str trust;
  if (count < 3) {
    fprintf(stderr, "usage: audit TRUST BUNDLE...\n");
    return 2;
  }
  trust = whole(words[1]);
  for (at = 2; at < count; at++) {
    int found = audit(words[at], trust);
    if (code == 0) code = found;
  }
  free((void *)trust.data);
  return code;
}
