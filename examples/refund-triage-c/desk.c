/* Refund triage: an agent looks up a customer, refunds a little, asks for far too much, is refused, asks for what a
 * manager may allow, and waits for the manager. The evidence is saved, and judged by the verifier.
 *
 *   desk FOLDER    a folder that exists; everything is made in it
 */
#include <execert.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the program with the exit code of an error, if there is one. */
static void need(execert_error *error) {
  if (error == NULL) return;
  fprintf(stderr, "%s: %s\nhint: %s\n", execert_error_code(error), execert_error_message(error),
          execert_error_hint(error));
  exit(execert_error_exit(error));
}

static void show(const char *name, execert_bytes bytes) {
  printf("%s%.*s\n", name, (int)bytes.len, (const char *)bytes.data);
}

/* What the tools really did, noted by themselves. */
static char did[1024];
static size_t noted;

static void note(const char *tool, execert_bytes input) {
  noted +=
      (size_t)snprintf(did + noted, sizeof did - noted, "  %s %.*s\n", tool, (int)input.len, (const char *)input.data);
}

/* The tools. They are given the recorded input, and answer the result of their step. */
static const char *crm_lookup(execert_bytes input) {
  note("crm_lookup", input);
  return "{\"output\":{\"customer\":\"c-17\",\"tier\":\"gold\",\"since\":\"2019\"}}";
}

static const char *payments_refund(execert_bytes input) {
  note("payments_refund", input);
  return "{\"output\":\"refunded\"}";
}

/* One call of a tool: the gate is asked, the intent is on disk, the tool runs, and what came of it is recorded. Answers
 * 0, or why it did not run, with the request for an approval if it waits for one. */
static int call(execert_run *run, const char *asked, const char *(*tool)(execert_bytes), char request[128]) {
  execert_step *step;
  execert_bytes input;
  execert_error *refusal = execert_step_open_with(run, execert_text(asked), &step);
  if (refusal != NULL) {
    int exit_code = execert_error_exit(refusal);
    printf("refused: %s\n", execert_error_message(refusal));
    snprintf(request, 128, "%s", execert_error_request(refusal));
    execert_error_free(refusal);
    return exit_code;
  }
  need(execert_step_input(step, &input));
  need(execert_step_close(step, execert_text(tool(input)), NULL));
  show("ran: ", input);
  execert_bytes_free(&input);
  execert_step_free(step);
  return 0;
}

/* Lookups may run, refunds up to 500 too; up to 5000 a manager has to approve, and more is never paid. */
static const char *policy(const execert_key *manager) {
  static char options[2048];
  execert_bytes id;
  need(execert_key_id(manager, &id));
  snprintf(options, sizeof options,
           "{\"policy\":{\"policy\":1,\"default\":\"deny\",\"rules\":["
           "{\"id\":\"lookups\",\"tool\":\"crm_*\",\"verdict\":\"allow\"},"
           "{\"id\":\"small-refunds\",\"tool\":\"payments_refund\",\"when\":[[\"/"
           "amount\",\"<=\",500]],\"verdict\":\"allow\"},"
           "{\"id\":\"refund-limit\",\"tool\":\"payments_refund\",\"when\":[[\"/amount\",\">\",500],"
           "[\"/amount\",\"<=\",5000]],\"verdict\":\"approve\",\"reason\":\"over-limit\"},"
           "{\"id\":\"never\",\"tool\":\"payments_refund\",\"when\":[[\"/amount\",\">\",5000]],\"verdict\":\"deny\","
           "\"reason\":\"too-much\"}],\"approvers\":[{\"key\":\"%.*s\",\"role\":\"manager\"}]}}",
           (int)id.len, (const char *)id.data);
  execert_bytes_free(&id);
  return options;
}

/* Whose signatures count: the recorder's, and the manager's on approvals. */
static execert_bytes trusted(const execert_key *key, const execert_key *manager) {
  char request[1024];
  execert_bytes ours, theirs, trust;
  need(execert_key_fingerprint(key, &ours));
  need(execert_key_fingerprint(manager, &theirs));
  snprintf(request, sizeof request,
           "{\"keys\":[{\"key\":\"%.*s\",\"label\":\"acme-refunds\",\"revocation\":\"none\"},"
           "{\"key\":\"%.*s\",\"role\":\"approver\",\"label\":\"refund-manager\",\"revocation\":\"none\"}]}",
           (int)ours.len, (const char *)ours.data, (int)theirs.len, (const char *)theirs.data);
  need(execert_trust(execert_text(request), &trust));
  execert_bytes_free(&ours);
  execert_bytes_free(&theirs);
  return trust;
}

int main(int count, char **words) {
  char path[4096], request[128] = "", text[512];
  execert_key *key, *manager;
  execert_recorder *recorder;
  execert_run *run;
  execert_bytes trust, report, lines, saved;
  FILE *file;
  if (count != 2 || execert_abi_version() != EXECERT_ABI_VERSION) {
    fprintf(stderr, "usage: desk FOLDER\n");
    return 2;
  }
  need(execert_key_generate(&key));
  /* In earnest this key is on the manager's machine. */
  need(execert_key_generate(&manager));
  snprintf(path, sizeof path, "%s/acme.ledger", words[1]);
  need(execert_recorder_open(execert_text(path), execert_text(policy(manager)), key, &recorder));
  need(execert_run_open(recorder, execert_text("refund-desk"), execert_text("\"Refund order o-9 of customer c-17.\""),
                        &run));

  /* The script of a model: what it asks for, one call after the other. */
  call(run, "{\"op\":\"tool\",\"name\":\"crm_lookup\",\"input\":{\"customer\":\"c-17\"}}", crm_lookup, request);
  call(run, "{\"op\":\"tool\",\"name\":\"payments_refund\",\"input\":{\"order\":\"o-9\",\"amount\":40}}",
       payments_refund, request);
  call(run, "{\"op\":\"tool\",\"name\":\"payments_refund\",\"input\":{\"order\":\"o-9\",\"amount\":9000}}",
       payments_refund, request);
  if (call(run, "{\"op\":\"tool\",\"name\":\"payments_refund\",\"input\":{\"order\":\"o-9\",\"amount\":900}}",
           payments_refund, request) != 10) {
    fprintf(stderr, "nothing waits for the manager\n");
    return 1;
  }
  /* The manager signs exactly these arguments; the same call, asked for again, then runs once. */
  snprintf(text, sizeof text, "{\"approve\":\"%s\"}", request);
  need(execert_recorder_approve(recorder, execert_text(text), manager, NULL));
  snprintf(
      text, sizeof text,
      "{\"op\":\"tool\",\"name\":\"payments_refund\",\"input\":{\"order\":\"o-9\",\"amount\":900},\"approval\":\"%s\"}",
      request);
  if (call(run, text, payments_refund, request) != 0) return 1;
  need(execert_run_close(run, execert_text("{\"output\":\"9000 was refused, 900 was refunded\"}"), NULL));

  snprintf(path, sizeof path, "%s/refund-triage.execert", words[1]);
  need(execert_run_save(run, execert_text(path), &saved));
  execert_run_free(run);
  need(execert_recorder_close(recorder));
  execert_recorder_free(recorder);
  printf("\nWhat the tools really did, noted by themselves:\n%s\n", did);

  trust = trusted(key, manager);
  /* An error of the kind "untrusted" if anything was changed since. */
  need(execert_verify_file(execert_text(path), execert_borrow(trust), execert_text(""), &report));
  need(execert_render(execert_borrow(report), execert_text("{\"name\":\"refund-triage.execert\",\"plain\":true}"),
                      &lines));
  show("", lines);
  show("evidence: ", saved);
  snprintf(path, sizeof path, "%s/acme.trust", words[1]);
  file = fopen(path, "wb");
  if (file == NULL || fwrite(trust.data, 1, trust.len, file) != trust.len || fclose(file) != 0) return 74;
  execert_bytes_free(&saved);
  execert_bytes_free(&lines);
  execert_bytes_free(&report);
  execert_bytes_free(&trust);
  execert_key_free(key);
  execert_key_free(manager);
  return 0;
}
