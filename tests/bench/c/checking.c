/* Checks a bundle some times over, as core/examples/checking.rs does.
 *
 *   checking BUNDLE TRUST NOW TIMES
 */
#include <execert.h>
#include <stdio.h>
#include <stdlib.h>

static execert_str whole(const char *path) {
  execert_str read = {NULL, 0};
  FILE *file = fopen(path, "rb");
  char *bytes = NULL;
  long length;
  if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) < 0) exit(74);
  rewind(file);
  bytes = malloc((size_t)length);
  if (bytes == NULL || fread(bytes, 1, (size_t)length, file) != (size_t)length) exit(74);
  fclose(file);
  read.data = bytes;
  read.len = (size_t)length;
  return read;
}

int main(int count, char **words) {
  char options[128];
  if (count != 5) return 2;
  execert_str bundle = whole(words[1]), trust = whole(words[2]);
  snprintf(options, sizeof options, "{\"now\":\"%s\",\"threads\":1}", words[3]);
  for (int times = atoi(words[4]); times > 0; times--) {
    execert_bytes report;
    execert_error *error = execert_verify(bundle, trust, execert_text(options), &report);
    if (error != NULL) {
      fprintf(stderr, "%s: %s\n", execert_error_code(error), execert_error_message(error));
      return execert_error_exit(error);
    }
    execert_bytes_free(&report);
  }
  free((void *)bundle.data);
  free((void *)trust.data);
  return 0;
}
