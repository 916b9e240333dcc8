// Every code of execert. Generated from `core/codes.toml` by `cargo xtask generate`; do not edit.

/** Every code: `area.reason`. */
export type Code =
  | "canon.empty"
  | "canon.bom"
  | "canon.syntax"
  | "canon.trailing_bytes"
  | "canon.duplicate_key"
  | "canon.not_utf8"
  | "canon.lone_surrogate"
  | "canon.number_not_exact"
  | "canon.not_finite"
  | "canon.not_canonical"
  | "canon.too_deep"
  | "canon.too_many"
  | "canon.too_large"
  | "canon.unsupported_type"
  | "canon.cycle"
  | "record.malformed"
  | "record.version_unknown"
  | "record.unknown_member"
  | "record.too_large"
  | "bundle.malformed"
  | "bundle.version_unknown"
  | "bundle.unknown_member"
  | "bundle.ambiguous_container"
  | "bundle.too_large"
  | "bundle.too_many"
  | "certificate.malformed"
  | "identity.malformed"
  | "policy.malformed"
  | "plan.malformed"
  | "plan.too_large"
  | "key.malformed"
  | "key.weak"
  | "key.permissions"
  | "key.not_found"
  | "recorder.reserved_member"
  | "recorder.source_refused"
  | "recorder.closed"
  | "wire.bad_argument"
  | "wire.bad_handle"
  | "disclose.erased"
  | "content.changed"
  | "content.withheld"
  | "content.absent"
  | "disclose.commitment_mismatch"
  | "disclose.material_unused"
  | "record.hash_mismatch"
  | "record.signature_mismatch"
  | "record.tag_mismatch"
  | "record.unsigned"
  | "record.withheld"
  | "record.outcome_absent"
  | "chain.gap"
  | "chain.reordered"
  | "chain.truncated"
  | "chain.foreign_record"
  | "chain.forked"
  | "chain.start_absent"
  | "chain.tail_unproven"
  | "chain.empty"
  | "chain.rolled_back"
  | "run.gap"
  | "run.truncated"
  | "run.open"
  | "bundle.root_mismatch"
  | "bundle.record_missing"
  | "witness.other_content"
  | "witness.signature_mismatch"
  | "witness.quorum_not_met"
  | "witness.time_impossible"
  | "witness.none"
  | "witness.same_operator"
  | "key.unknown"
  | "key.wrong_role"
  | "key.revoked"
  | "key.expired"
  | "key.revocation_disputed"
  | "certificate.plan_changed"
  | "certificate.revoked"
  | "certificate.child_revoked"
  | "certificate.expired"
  | "certificate.not_yet_valid"
  | "certificate.status_unknown"
  | "certificate.absent"
  | "identity.wrong_use"
  | "identity.wrong_name"
  | "identity.expired"
  | "identity.early"
  | "identity.revoked"
  | "revocation.stale"
  | "revocation.not_checked"
  | "time.not_timestamped"
  | "time.claim_contradicted"
  | "replay.differs"
  | "verify.embedded"
  | "policy.denied"
  | "policy.undecided"
  | "policy.unavailable"
  | "policy.approval_missing"
  | "gate.no_permit"
  | "gate.permit_reused"
  | "gate.permit_mismatch"
  | "gate.permit_expired"
  | "gate.tool_changed"
  | "gate.no_certificate"
  | "gate.credential_unavailable"
  | "gate.history_insufficient"
  | "gate.drift_open"
  | "plan.cycle"
  | "plan.deviation"
  | "budget.insufficient"
  | "recorder.quota"
  | "chain.head_moved"
  | "chain.locked"
  | "chain.forked_process"
  | "store.request_reused"
  | "witness.rollback"
  | "witness.fork"
  | "store.io"
  | "store.full"
  | "store.read_only"
  | "store.corrupt"
  | "store.unsupported_volume"
  | "store.outcome_unknown"
  | "key.signer_unavailable"
  | "key.signer_refused"
  | "witness.unavailable"
  | "witness.protocol"
  | "internal.panic";

/** What a code says. */
export interface Entry {
  /** What the caller has to do. */
  readonly kind: "Invalid" | "Denied" | "Untrusted" | "Conflict" | "Unavailable" | "Internal";
  /** The number of the code in C and Go. */
  readonly number: number;
  /** The row of a report that an error with this code leads to. */
  readonly verdict: string | null;
  /** Whether it is met in reports only, as a warning. */
  readonly reportOnly: boolean;
  /** What is so. */
  readonly title: string;
  /** What can have led to it, the likeliest first. */
  readonly causes: readonly string[];
  /** What to do next. */
  readonly next: string;
  /** What it does not mean. */
  readonly notMeant: string;
  /** The first release that has it. */
  readonly since: string;
}

/** The table of codes. */
export const CODES: Readonly<Record<Code, Entry>> = {
  "canon.empty": {
    kind: "Invalid",
    number: 100,
    verdict: "unreadable",
    reportOnly: false,
    title: "the input holds no bytes",
    causes: [
      "the file was never written or the copy stopped at once",
      "a pipe before this one failed",
    ],
    next: "Get the file again from its source and compare the sizes.",
    notMeant: "It does not mean that the original is empty or altered.",
    since: "0.1.0",
  },
  "canon.bom": {
    kind: "Invalid",
    number: 101,
    verdict: "unreadable",
    reportOnly: false,
    title: "the text begins with a byte order mark",
    causes: [
      "an editor saved the file as \"UTF-8 with BOM\"",
      "a shell redirected it on Windows",
    ],
    next: "Ask for the file as it was exported, byte for byte; do not edit it.",
    notMeant: "It does not mean that the content was changed on purpose.",
    since: "0.1.0",
  },
  "canon.syntax": {
    kind: "Invalid",
    number: 102,
    verdict: "unreadable",
    reportOnly: false,
    title: "the text is not JSON",
    causes: [
      "the file was cut or joined in transit",
      "it is another kind of file",
      "comments or trailing commas were added by hand",
    ],
    next: "Look at the line and column named, then get the file again from its source.",
    notMeant: "It does not say whether the signed original is sound: nothing was checked.",
    since: "0.1.0",
  },
  "canon.trailing_bytes": {
    kind: "Invalid",
    number: 103,
    verdict: "unreadable",
    reportOnly: false,
    title: "bytes follow the end of the JSON value",
    causes: [
      "two documents stand on one line",
      "a file was appended to another",
    ],
    next: "Give one JSON value per line or document.",
    notMeant: "It does not mean that the first value is damaged.",
    since: "0.1.0",
  },
  "canon.duplicate_key": {
    kind: "Invalid",
    number: 104,
    verdict: "unreadable",
    reportOnly: false,
    title: "one object names the same member twice",
    causes: [
      "a writer joined two objects",
      "someone prepared a text that two readers read differently",
    ],
    next: "Refuse the document and ask its writer to name each member once.",
    notMeant: "It does not say which of the two values was meant: neither is used.",
    since: "0.1.0",
  },
  "canon.not_utf8": {
    kind: "Invalid",
    number: 105,
    verdict: "unreadable",
    reportOnly: false,
    title: "the bytes are not UTF-8",
    causes: [
      "the file was saved in another encoding",
      "bytes were damaged in transit",
      "a binary file was given",
    ],
    next: "Get the file again from its source, or encode the text as UTF-8 before recording it.",
    notMeant: "It does not mean that the file was altered on purpose.",
    since: "0.1.0",
  },
  "canon.lone_surrogate": {
    kind: "Invalid",
    number: 106,
    verdict: "unreadable",
    reportOnly: false,
    title: "an escape names half of a surrogate pair",
    causes: [
      "a program cut a string in the middle of a character",
      "a string came from a system that allows broken UTF-16",
    ],
    next: "Repair the string at its source, or record its bytes as base64 with a conversion.",
    notMeant: "It does not mean that other strings of the document are broken.",
    since: "0.1.0",
  },
  "canon.number_not_exact": {
    kind: "Invalid",
    number: 107,
    verdict: "unreadable",
    reportOnly: false,
    title: "a number cannot be kept exactly",
    causes: [
      "an identifier beyond 9007199254740991 is written as a number",
      "a number is too small for a double",
    ],
    next: "Write the value as a string.",
    notMeant: "It does not mean that a stored value was rounded: nothing was stored.",
    since: "0.1.0",
  },
  "canon.not_finite": {
    kind: "Invalid",
    number: 108,
    verdict: "unreadable",
    reportOnly: false,
    title: "a number is not finite",
    causes: [
      "a calculation gave NaN or infinity",
      "the exponent is beyond the range of a double, as in 1e400",
    ],
    next: "Write the value as a string or leave the member out.",
    notMeant: "It does not mean that the value was taken as null or zero: it was refused.",
    since: "0.1.0",
  },
  "canon.not_canonical": {
    kind: "Invalid",
    number: 109,
    verdict: "unreadable",
    reportOnly: false,
    title: "a payload is not written in its one canonical form",
    causes: [
      "the payload was written again by a program after it was signed",
      "its writer does not follow RFC 8785",
    ],
    next: "Ask for the file as it was sealed; a writer has to use JCS (RFC 8785) bytes for payloads.",
    notMeant: "It does not mean that the signature fails: this was refused before any signature was looked at.",
    since: "0.1.0",
  },
  "canon.too_deep": {
    kind: "Invalid",
    number: 110,
    verdict: "unreadable",
    reportOnly: false,
    title: "the document is nested deeper than the limit",
    causes: [
      "a structure refers to its own kind without end",
      "a text was made to exhaust readers",
    ],
    next: "Flatten the value, or record the inner part as an artefact by digest.",
    notMeant: "It does not mean that the shallower part is wrong: none of it was used.",
    since: "0.1.0",
  },
  "canon.too_many": {
    kind: "Invalid",
    number: 111,
    verdict: "unreadable",
    reportOnly: false,
    title: "the document holds more values or members than the limit",
    causes: [
      "a table was recorded as content",
      "a text was made to exhaust readers",
    ],
    next: "Record the large part as an artefact by digest, or raise the limit by argument if you wrote the file yourself.",
    notMeant: "It does not mean that the values are wrong.",
    since: "0.1.0",
  },
  "canon.too_large": {
    kind: "Invalid",
    number: 112,
    verdict: "unreadable",
    reportOnly: false,
    title: "a string, a name or the content is larger than the limit",
    causes: [
      "a file was recorded as content",
      "a text was made to exhaust readers",
    ],
    next: "Record the large value as an artefact by digest.",
    notMeant: "It does not mean that the value is wrong, nor that a part of it was kept.",
    since: "0.1.0",
  },
  "canon.unsupported_type": {
    kind: "Invalid",
    number: 113,
    verdict: "unreadable",
    reportOnly: false,
    title: "a value is of a type that JSON does not have",
    causes: [
      "a date, decimal, set, map, big integer or byte string was passed",
      "a JavaScript value was undefined",
    ],
    next: "Convert the value at the path named, or let the SDK convert and note the conversion.",
    notMeant: "It does not mean that the value was dropped or replaced: the call was refused.",
    since: "0.1.0",
  },
  "canon.cycle": {
    kind: "Invalid",
    number: 114,
    verdict: "unreadable",
    reportOnly: false,
    title: "a value contains itself",
    causes: [
      "an object of the application links back to its parent",
    ],
    next: "Pass the fields that matter instead of the live object.",
    notMeant: "It does not mean that the object is broken for the application's own use.",
    since: "0.1.0",
  },
  "record.malformed": {
    kind: "Invalid",
    number: 120,
    verdict: "unreadable",
    reportOnly: false,
    title: "a record's statement breaks a rule of the format",
    causes: [
      "the writer has an error or another format in mind",
      "a member was edited before signing",
    ],
    next: "Look at the path named and ask the writer of the file for a corrected export.",
    notMeant: "It does not mean that the content was changed after sealing: that was not looked at.",
    since: "0.1.0",
  },
  "record.version_unknown": {
    kind: "Invalid",
    number: 121,
    verdict: "unreadable",
    reportOnly: false,
    title: "a statement's type or version is not one this build reads",
    causes: [
      "the file was written by a newer release",
      "it is another kind of in-toto statement",
    ],
    next: "Check it with a newer release of execert.",
    notMeant: "It does not mean that the file is damaged.",
    since: "0.1.0",
  },
  "record.unknown_member": {
    kind: "Invalid",
    number: 122,
    verdict: "unreadable",
    reportOnly: false,
    title: "a statement has a member that the format does not define",
    causes: [
      "the file was written by a newer release",
      "a member was added by hand",
    ],
    next: "Check it with a newer release; extra data belongs in `ext` under a name of your own.",
    notMeant: "It does not mean that the other members are wrong: nothing was used.",
    since: "0.1.0",
  },
  "record.too_large": {
    kind: "Invalid",
    number: 123,
    verdict: "unreadable",
    reportOnly: false,
    title: "a signed payload is larger than the limit",
    causes: [
      "data that belongs in content was put into `ext` or identifiers",
    ],
    next: "Move the data into the content of the record.",
    notMeant: "It does not limit content: that has a limit of its own.",
    since: "0.1.0",
  },
  "bundle.malformed": {
    kind: "Invalid",
    number: 125,
    verdict: "unreadable",
    reportOnly: false,
    title: "the file breaks a rule of the bundle format",
    causes: [
      "lines were moved, blanked or edited",
      "the file was compressed",
      "the transfer stopped inside a line",
    ],
    next: "Get the file again from its source and do not edit or compress it.",
    notMeant: "It does not mean that the records in it were altered: nothing was checked.",
    since: "0.1.0",
  },
  "bundle.version_unknown": {
    kind: "Invalid",
    number: 126,
    verdict: "unreadable",
    reportOnly: false,
    title: "a line is of a format version this build does not read",
    causes: [
      "the file was written by a newer release",
    ],
    next: "Check it with a newer release of execert.",
    notMeant: "It does not mean that the file is damaged.",
    since: "0.1.0",
  },
  "bundle.unknown_member": {
    kind: "Invalid",
    number: 127,
    verdict: "unreadable",
    reportOnly: false,
    title: "a line has a member that the format does not define",
    causes: [
      "the file was written by a newer release",
      "a member was added after the export",
    ],
    next: "Check it with a newer release, or ask for the file as it was exported.",
    notMeant: "It does not mean that the signed parts are wrong: nothing was used.",
    since: "0.1.0",
  },
  "bundle.ambiguous_container": {
    kind: "Invalid",
    number: 128,
    verdict: "unreadable",
    reportOnly: false,
    title: "the container holds more than one bundle",
    causes: [
      "a second bundle was attached to a pack",
      "two packs were joined",
    ],
    next: "Take the bundle you mean out of the pack and check that file alone.",
    notMeant: "It does not say that either bundle is wrong.",
    since: "0.1.0",
  },
  "bundle.too_large": {
    kind: "Invalid",
    number: 129,
    verdict: "unreadable",
    reportOnly: false,
    title: "the bundle or one of its lines is larger than the limit",
    causes: [
      "a very long period was exported at once",
      "large files were embedded",
    ],
    next: "Split the bundle, or raise the limit by argument if you know where the file comes from.",
    notMeant: "It does not mean that the records are wrong: they were not read to the end.",
    since: "0.1.0",
  },
  "bundle.too_many": {
    kind: "Invalid",
    number: 130,
    verdict: "unreadable",
    reportOnly: false,
    title: "the bundle holds more signatures, hashes or values than the limit",
    causes: [
      "a file was made to exhaust readers",
      "a very large export was not split",
    ],
    next: "Split the bundle, or raise the limit by argument if you know where the file comes from.",
    notMeant: "It does not mean that the signatures are wrong.",
    since: "0.1.0",
  },
  "certificate.malformed": {
    kind: "Invalid",
    number: 135,
    verdict: "unreadable",
    reportOnly: false,
    title: "a plan certificate breaks a rule of its format",
    causes: [
      "its writer has an error",
      "it was edited before signing",
    ],
    next: "Ask the issuer for a corrected certificate.",
    notMeant: "It does not mean that the plan is wrong: it was not looked at.",
    since: "0.1.0",
  },
  "identity.malformed": {
    kind: "Invalid",
    number: 137,
    verdict: "unreadable",
    reportOnly: false,
    title: "an X.509 certificate cannot be read or is outside the small profile accepted here",
    causes: [
      "the file is not DER",
      "it uses extensions or algorithms that the profile refuses",
      "the chain is too long",
    ],
    next: "Issue a certificate of the documented profile.",
    notMeant: "It does not mean that the key in it is weak.",
    since: "0.1.0",
  },
  "policy.malformed": {
    kind: "Invalid",
    number: 139,
    verdict: null,
    reportOnly: false,
    title: "the policy document breaks a rule of its format",
    causes: [
      "a member is misspelt",
      "a rule names a condition that does not exist",
      "the four required lists are not all there",
    ],
    next: "Correct the place named, then run `execert policy check FILE`.",
    notMeant: "It does not mean that an action was allowed: with a policy that cannot be read nothing runs.",
    since: "0.1.0",
  },
  "plan.malformed": {
    kind: "Invalid",
    number: 141,
    verdict: null,
    reportOnly: false,
    title: "the plan breaks a rule of its format",
    causes: [
      "the importer met a construct it does not know",
      "a step refers to a step that does not exist",
    ],
    next: "Correct the plan at the place named and check it again.",
    notMeant: "It does not mean that the plan breaks the policy: the policy was not asked.",
    since: "0.1.0",
  },
  "plan.too_large": {
    kind: "Invalid",
    number: 142,
    verdict: null,
    reportOnly: false,
    title: "the plan is larger than the limit",
    causes: [
      "the plan was generated without a bound",
      "children are nested too deep",
    ],
    next: "Split the plan into child plans.",
    notMeant: "It does not mean that any step is wrong.",
    since: "0.1.0",
  },
  "key.malformed": {
    kind: "Invalid",
    number: 150,
    verdict: null,
    reportOnly: false,
    title: "the key cannot be read",
    causes: [
      "the file is not PEM or holds another kind of key",
      "a fingerprint was shortened",
      "the file was cut",
    ],
    next: "Give an Ed25519 key as PKCS#8 or SPKI, or the whole fingerprint.",
    notMeant: "It does not mean that records signed with the key are wrong.",
    since: "0.1.0",
  },
  "key.weak": {
    kind: "Invalid",
    number: 151,
    verdict: "unknown-signer",
    reportOnly: false,
    title: "the key is one that anybody can sign for",
    causes: [
      "a test or made-up key was put into the trust",
      "someone prepared a small-order key",
    ],
    next: "Remove the key from the trust and get the signer's real key by another route.",
    notMeant: "It does not mean that other keys of this signer are weak.",
    since: "0.1.0",
  },
  "key.permissions": {
    kind: "Invalid",
    number: 152,
    verdict: null,
    reportOnly: false,
    title: "the key file can be read by other users",
    causes: [
      "it was copied with open permissions",
      "the folder is shared",
    ],
    next: "Make the file readable by its owner only (`chmod 600`), and rotate the key if others may have read it.",
    notMeant: "It does not mean that the key was read by anyone.",
    since: "0.1.0",
  },
  "key.not_found": {
    kind: "Invalid",
    number: 153,
    verdict: null,
    reportOnly: false,
    title: "no key found; nothing was recorded, and the call was stopped",
    causes: [
      "no key was given",
      "the path is wrong",
      "`execert init` has not been run here",
    ],
    next: "Give the key's path, or make a key with `execert init`.",
    notMeant: "It does not mean that a key was made for you: no SDK makes one silently.",
    since: "0.1.0",
  },
  "recorder.reserved_member": {
    kind: "Invalid",
    number: 160,
    verdict: null,
    reportOnly: false,
    title: "the caller supplied a member that only the recorder may set",
    causes: [
      "the code passes seq, prev, digest, times or the like",
      "a whole record was passed as input",
    ],
    next: "Leave the member out: the recorder sets it.",
    notMeant: "It does not mean that the value would have been wrong.",
    since: "0.1.0",
  },
  "recorder.source_refused": {
    kind: "Invalid",
    number: 161,
    verdict: null,
    reportOnly: false,
    title: "the caller tried to say how a value was observed",
    causes: [
      "the code marks its own value as observed or countersigned",
    ],
    next: "Leave the source out: the recorder sets it from what it saw.",
    notMeant: "It does not mean that the value is wrong: it counts as claimed.",
    since: "0.1.0",
  },
  "recorder.closed": {
    kind: "Invalid",
    number: 162,
    verdict: null,
    reportOnly: false,
    title: "the handle was used after it was closed",
    causes: [
      "a run or step is closed twice",
      "work goes on in another thread after the close",
    ],
    next: "Open a new run, or close after the last use.",
    notMeant: "It does not mean that records were lost: what was acknowledged is kept.",
    since: "0.1.0",
  },
  "wire.bad_argument": {
    kind: "Invalid",
    number: 170,
    verdict: null,
    reportOnly: false,
    title: "an argument of the call is not what the function takes",
    causes: [
      "an option is misspelt",
      "a required option is absent",
      "a MAC key belongs to no chain of the file",
    ],
    next: "Compare the call with the reference of this function.",
    notMeant: "It says nothing about the evidence: nothing was checked.",
    since: "0.1.0",
  },
  "wire.bad_handle": {
    kind: "Invalid",
    number: 171,
    verdict: null,
    reportOnly: false,
    title: "the handle is null, freed or of another kind",
    causes: [
      "a handle was freed before its last use",
      "two handles were exchanged",
    ],
    next: "Keep each handle until its last use and free it once.",
    notMeant: "It does not mean that the ledger is damaged.",
    since: "0.1.0",
  },
  "disclose.erased": {
    kind: "Invalid",
    number: 180,
    verdict: "altered",
    reportOnly: false,
    title: "the content was erased and cannot be shown again",
    causes: [
      "an erasure record of this ledger names the record",
    ],
    next: "Read the erasure record for who asked and why; another holder may have an earlier copy.",
    notMeant: "It does not mean that the record was altered: its commitment still stands.",
    since: "0.1.0",
  },
  "content.changed": {
    kind: "Untrusted",
    number: 300,
    verdict: "altered",
    reportOnly: false,
    title: "the content is not what was sealed",
    causes: [
      "content of this copy was changed after it was sealed",
      "content of another record was put here",
    ],
    next: "Do not rely on this copy; ask the sender for the original and compare with `execert diff A B`.",
    notMeant: "It does not say who changed it or when, nor that the original is wrong.",
    since: "0.1.0",
  },
  "content.withheld": {
    kind: "Untrusted",
    number: 301,
    verdict: "requirement-missing",
    reportOnly: false,
    title: "content is withheld although you asked for all of it",
    causes: [
      "the sender redacted fields or left out content",
      "a record was withheld whole",
    ],
    next: "Ask the sender for a fuller copy, or drop the requirement `no-withheld`.",
    notMeant: "It does not mean that anything shown was changed.",
    since: "0.1.0",
  },
  "content.absent": {
    kind: "Untrusted",
    number: 302,
    verdict: null,
    reportOnly: true,
    title: "the content of a record is not in this file",
    causes: [
      "the sender left it out",
      "the privacy profile never kept it",
    ],
    next: "Ask the sender for the content if you need it.",
    notMeant: "It does not mean that it was erased or changed: its commitment is still signed.",
    since: "0.1.0",
  },
  "disclose.commitment_mismatch": {
    kind: "Untrusted",
    number: 305,
    verdict: "altered",
    reportOnly: false,
    title: "what is shown does not open the signed commitment",
    causes: [
      "a shown field of a redacted record was changed",
      "hashes or seeds of another record were put beside it",
      "the digest list was edited",
    ],
    next: "Do not rely on this copy; ask the sender to redact the original again.",
    notMeant: "It does not say which field differs unless a path is named.",
    since: "0.1.0",
  },
  "disclose.material_unused": {
    kind: "Untrusted",
    number: 306,
    verdict: "altered",
    reportOnly: false,
    title: "the opening material does not fit the hidden places",
    causes: [
      "hashes or seeds were added, removed or reordered",
      "a hidden place is listed twice or is not in the content",
    ],
    next: "Do not rely on this copy; ask the sender to redact the original again.",
    notMeant: "It does not mean that the original record is wrong.",
    since: "0.1.0",
  },
  "record.hash_mismatch": {
    kind: "Untrusted",
    number: 310,
    verdict: "altered",
    reportOnly: false,
    title: "a record does not follow the record it names as the one before",
    causes: [
      "a record was replaced, moved or removed",
      "records of two histories were mixed",
    ],
    next: "Do not rely on this copy; ask the sender for the original.",
    notMeant: "It does not say which of the two records was replaced unless a signature also fails.",
    since: "0.1.0",
  },
  "record.signature_mismatch": {
    kind: "Untrusted",
    number: 311,
    verdict: "altered",
    reportOnly: false,
    title: "a signature does not fit what it stands on",
    causes: [
      "the signed part was changed after signing",
      "the signature was replaced",
      "the wrong key was given under this name",
    ],
    next: "Do not rely on this copy; ask the sender for the original and compare the key's fingerprint by another route.",
    notMeant: "It does not mean that the content beside the envelope changed: the wrong key may have been given.",
    since: "0.1.0",
  },
  "record.tag_mismatch": {
    kind: "Untrusted",
    number: 312,
    verdict: "altered",
    reportOnly: false,
    title: "the internal tag of a record does not fit",
    causes: [
      "the record was sealed by someone who had the signing key but not the tag key",
      "the tag key given is not the one of this chain's start",
    ],
    next: "Treat the signing key as stolen until the cause is known.",
    notMeant: "It does not show to outsiders: they cannot check tags and their verdict is made without them.",
    since: "0.1.0",
  },
  "record.unsigned": {
    kind: "Untrusted",
    number: 313,
    verdict: "unsigned",
    reportOnly: false,
    title: "a record or the manifest carries no signature",
    causes: [
      "the signature was taken away",
      "the writer never signed",
    ],
    next: "Ask for the signed original: anyone could have written this.",
    notMeant: "It does not mean that the content was changed: no more can be said either way.",
    since: "0.1.0",
  },
  "record.withheld": {
    kind: "Untrusted",
    number: 314,
    verdict: null,
    reportOnly: true,
    title: "a whole record is withheld; only its digest is here",
    causes: [
      "the sender left it out on purpose",
    ],
    next: "Ask the sender what it is: it may be a refusal.",
    notMeant: "It does not break the chain: its place and digest are signed.",
    since: "0.1.0",
  },
  "record.outcome_absent": {
    kind: "Untrusted",
    number: 315,
    verdict: null,
    reportOnly: true,
    title: "an action was begun and no outcome is recorded",
    causes: [
      "the process ended before the action did",
      "the export was made while it was running",
    ],
    next: "Ask the operator what became of the action; a later export may hold its outcome.",
    notMeant: "It does not mean that the action failed, nor that it succeeded.",
    since: "0.1.0",
  },
  "chain.gap": {
    kind: "Untrusted",
    number: 320,
    verdict: "altered",
    reportOnly: false,
    title: "records inside the chain are missing",
    causes: [
      "records were removed",
      "two exports were joined with a part left out",
    ],
    next: "Do not rely on this copy; ask the sender for the original.",
    notMeant: "It does not say what the missing records held.",
    since: "0.1.0",
  },
  "chain.reordered": {
    kind: "Untrusted",
    number: 321,
    verdict: "altered",
    reportOnly: false,
    title: "records stand in another order, or a record stands twice",
    causes: [
      "lines were moved or copied",
      "two files were joined by hand",
    ],
    next: "Do not rely on this copy; ask the sender for the original, or join files with `execert bundle join`.",
    notMeant: "It does not mean that the records themselves were changed.",
    since: "0.1.0",
  },
  "chain.truncated": {
    kind: "Untrusted",
    number: 322,
    verdict: "altered",
    reportOnly: false,
    title: "records at the end of the chain that the manifest counts are missing",
    causes: [
      "the end was cut off",
      "the transfer stopped",
    ],
    next: "Do not rely on this copy; ask the sender for the whole file.",
    notMeant: "It does not say what the missing records held.",
    since: "0.1.0",
  },
  "chain.foreign_record": {
    kind: "Untrusted",
    number: 323,
    verdict: "altered",
    reportOnly: false,
    title: "a record does not belong where it stands",
    causes: [
      "a record of another chain, run or tenant was put in",
      "it was signed by a key that was not active there",
      "a link or a count points to what is not so",
    ],
    next: "Do not rely on this copy; ask the sender for the original.",
    notMeant: "It does not mean that the record is wrong in its own place.",
    since: "0.1.0",
  },
  "chain.forked": {
    kind: "Untrusted",
    number: 324,
    verdict: "forked",
    reportOnly: false,
    title: "two different histories claim the same place",
    causes: [
      "the chain was rewritten",
      "a ledger was restored from a copy and used again",
      "two recorders shared one ledger through a broken volume",
    ],
    next: "Keep both files: at most one is what happened.",
    notMeant: "It does not say which of the two is the true one.",
    since: "0.1.0",
  },
  "chain.start_absent": {
    kind: "Untrusted",
    number: 325,
    verdict: "incomplete",
    reportOnly: false,
    title: "the beginning of the chain is not in this file",
    causes: [
      "only a part was exported",
    ],
    next: "Ask the sender for the earlier part, then join the files.",
    notMeant: "It does not mean that what is here was changed.",
    since: "0.1.0",
  },
  "chain.tail_unproven": {
    kind: "Untrusted",
    number: 326,
    verdict: "incomplete",
    reportOnly: false,
    title: "nothing shows that the chain ends here",
    causes: [
      "the chain is still in use",
      "it was exported without a seal or a witness",
      "the end was cut off by its owner",
    ],
    next: "Ask for a sealed or witnessed export, or accept an open end with `--allow-open`.",
    notMeant: "It does not mean that records are missing: it means that nobody could tell.",
    since: "0.1.0",
  },
  "chain.empty": {
    kind: "Untrusted",
    number: 327,
    verdict: "incomplete",
    reportOnly: false,
    title: "the file holds no records",
    causes: [
      "all records were removed",
      "nothing was recorded",
    ],
    next: "Ask the sender for a file that holds the records.",
    notMeant: "It does not mean that nothing happened.",
    since: "0.1.0",
  },
  "chain.rolled_back": {
    kind: "Untrusted",
    number: 328,
    verdict: "incomplete",
    reportOnly: false,
    title: "the chain is shorter than it is known to have been",
    causes: [
      "the ledger was restored from an old copy",
      "the owner cut the chain and sealed it again",
    ],
    next: "Ask the operator for the records up to the known head and keep both files.",
    notMeant: "It does not mean that the records here were changed.",
    since: "0.1.0",
  },
  "run.gap": {
    kind: "Untrusted",
    number: 330,
    verdict: "altered",
    reportOnly: false,
    title: "records inside the run are missing",
    causes: [
      "records were removed from the file",
    ],
    next: "Do not rely on this copy; ask the sender for the original.",
    notMeant: "It does not say what the missing records held.",
    since: "0.1.0",
  },
  "run.truncated": {
    kind: "Untrusted",
    number: 331,
    verdict: "altered",
    reportOnly: false,
    title: "records at the end of the run that the manifest counts are missing",
    causes: [
      "the end was cut off",
      "the transfer stopped",
    ],
    next: "Do not rely on this copy; ask the sender for the whole file.",
    notMeant: "It does not say what the missing records held.",
    since: "0.1.0",
  },
  "run.open": {
    kind: "Untrusted",
    number: 332,
    verdict: "incomplete",
    reportOnly: false,
    title: "the run has no end record",
    causes: [
      "the run is still going on",
      "the process ended without closing it",
      "the export was made too early",
    ],
    next: "Ask for an export made after the run was closed, or accept an open end with `--allow-open`.",
    notMeant: "It does not mean that what is here was changed.",
    since: "0.1.0",
  },
  "bundle.root_mismatch": {
    kind: "Untrusted",
    number: 335,
    verdict: "altered",
    reportOnly: false,
    title: "the records do not give what the manifest states of them",
    causes: [
      "records were replaced, added or moved",
      "the manifest of another bundle was put first",
    ],
    next: "Do not rely on this copy; ask the sender for the original.",
    notMeant: "It does not name the record: look at the other findings for that.",
    since: "0.1.0",
  },
  "bundle.record_missing": {
    kind: "Untrusted",
    number: 336,
    verdict: "altered",
    reportOnly: false,
    title: "the file holds fewer records than its manifest states",
    causes: [
      "records were removed",
      "the transfer stopped",
      "a revocation was left out",
    ],
    next: "Do not rely on this copy; ask the sender for the whole file.",
    notMeant: "It does not say what the missing records held.",
    since: "0.1.0",
  },
  "witness.other_content": {
    kind: "Untrusted",
    number: 340,
    verdict: "altered",
    reportOnly: false,
    title: "a witness countersigned something else",
    causes: [
      "the history was rewritten after it was witnessed",
      "a countersignature of another chain was put in",
    ],
    next: "Keep this file and ask the witness for the head it countersigned.",
    notMeant: "It does not mean that the witness erred: its statement is genuine, of other content.",
    since: "0.1.0",
  },
  "witness.signature_mismatch": {
    kind: "Untrusted",
    number: 341,
    verdict: "altered",
    reportOnly: false,
    title: "a signature on a checkpoint does not fit it",
    causes: [
      "the checkpoint or its signature line was changed",
      "the wrong key of the log or witness was given",
    ],
    next: "Do not rely on this checkpoint; ask the sender or the witness for it again.",
    notMeant: "It does not mean that the records differ.",
    since: "0.1.0",
  },
  "witness.quorum_not_met": {
    kind: "Untrusted",
    number: 342,
    verdict: "requirement-missing",
    reportOnly: false,
    title: "fewer independent witnesses than required countersigned the whole of it",
    causes: [
      "witnesses were not reachable at export",
      "the trust names others",
      "two witnesses have one operator",
    ],
    next: "Submit the chain to more witnesses and export again, or lower the quorum in your trust.",
    notMeant: "It does not mean that anything was changed.",
    since: "0.1.0",
  },
  "witness.time_impossible": {
    kind: "Untrusted",
    number: 343,
    verdict: "requirement-missing",
    reportOnly: false,
    title: "a witness states a time that lies ahead",
    causes: [
      "the witness's clock is wrong",
      "the clock of this machine is wrong",
      "the witness dates its statements falsely",
    ],
    next: "Check the clock of this machine, then ask the witness.",
    notMeant: "It does not mean that the records differ: the countersignature is only not counted.",
    since: "0.1.0",
  },
  "witness.none": {
    kind: "Untrusted",
    number: 344,
    verdict: null,
    reportOnly: true,
    title: "no independent party has countersigned this",
    causes: [
      "no witness was used",
      "your trust names none of those used",
    ],
    next: "Add a witness, or treat the signer's word as the only source.",
    notMeant: "It does not mean that anything was changed: the signer could have rewritten it before sending.",
    since: "0.1.0",
  },
  "witness.same_operator": {
    kind: "Untrusted",
    number: 345,
    verdict: null,
    reportOnly: true,
    title: "every witness that counts belongs to the signer",
    causes: [
      "the signer runs the witness",
      "your trust gives both the same operator",
    ],
    next: "Ask for a countersignature by a witness of another operator.",
    notMeant: "It does not mean that the countersignature is wrong: it is only not independent.",
    since: "0.1.0",
  },
  "key.unknown": {
    kind: "Untrusted",
    number: 350,
    verdict: "unknown-signer",
    reportOnly: false,
    title: "you have not said that you trust this signer",
    causes: [
      "the signer's key is not in the trust given",
      "someone else made a key and signed with it",
      "the signer has a new key",
    ],
    next: "Compare the fingerprint with one you got by another route, then add it to your trust.",
    notMeant: "It does not mean that the file was changed, nor that it was not: anyone can make a key.",
    since: "0.1.0",
  },
  "key.wrong_role": {
    kind: "Untrusted",
    number: 351,
    verdict: "unknown-signer",
    reportOnly: false,
    title: "the key is in your trust for another role",
    causes: [
      "a witness, tool or validator key signed a record",
      "the role in the trust document is misspelt",
    ],
    next: "Ask the signer which key signs what, then correct the trust if it is wrong.",
    notMeant: "It does not mean that the signature fails.",
    since: "0.1.0",
  },
  "key.revoked": {
    kind: "Untrusted",
    number: 352,
    verdict: "revoked",
    reportOnly: false,
    title: "the signer's key was revoked, and this is not among the records that still hold",
    causes: [
      "the key was stolen and used afterwards",
      "its owner signed on with a retired key",
      "a list given by you names it",
    ],
    next: "Rely only on records up to the last good position; ask the signer for the rest under a new key.",
    notMeant: "It does not mean that records up to the last good position are wrong.",
    since: "0.1.0",
  },
  "key.expired": {
    kind: "Untrusted",
    number: 353,
    verdict: "expired",
    reportOnly: false,
    title: "the key's time had run out when this was signed",
    causes: [
      "the key was not rotated in time",
      "the recorder's clock is wrong",
    ],
    next: "Ask the signer for a record under a current key.",
    notMeant: "It does not mean that the content was changed.",
    since: "0.1.0",
  },
  "key.revocation_disputed": {
    kind: "Untrusted",
    number: 354,
    verdict: null,
    reportOnly: true,
    title: "a witness saw this record before its key was revoked for an earlier position",
    causes: [
      "the key was stolen before the witness looked",
      "the owner dated the revocation back",
    ],
    next: "Ask the signer why the last good position lies before what was witnessed.",
    notMeant: "It does not decide who is right: the record does not count either way.",
    since: "0.1.0",
  },
  "certificate.plan_changed": {
    kind: "Untrusted",
    number: 360,
    verdict: "altered",
    reportOnly: false,
    title: "the plan is not the one the certificate was issued for",
    causes: [
      "a step was changed after issue",
      "another plan was put beside the certificate",
    ],
    next: "Do not run this plan under this certificate; ask for a certificate of the changed plan.",
    notMeant: "It does not mean that the new plan breaks the policy: it was not checked.",
    since: "0.1.0",
  },
  "certificate.revoked": {
    kind: "Untrusted",
    number: 361,
    verdict: "revoked",
    reportOnly: false,
    title: "the issuer withdrew the plan certificate",
    causes: [
      "the policy changed",
      "an error was found",
      "the plan was replaced",
    ],
    next: "Start no new run under it; read the reason given in the revocation list.",
    notMeant: "It does not undo runs made before it was withdrawn.",
    since: "0.1.0",
  },
  "certificate.child_revoked": {
    kind: "Untrusted",
    number: 362,
    verdict: "revoked",
    reportOnly: false,
    title: "a plan certificate inside this one was withdrawn, so this one falls too",
    causes: [
      "the issuer of the child plan revoked it",
    ],
    next: "Start no new run under it; ask for a certificate with a child that stands.",
    notMeant: "It does not mean that the outer plan itself was withdrawn.",
    since: "0.1.0",
  },
  "certificate.expired": {
    kind: "Untrusted",
    number: 363,
    verdict: "expired",
    reportOnly: false,
    title: "the plan certificate's time ran out",
    causes: [
      "it was not renewed",
      "nobody witnessed that it was used in time",
    ],
    next: "Start no new run under it; ask the issuer for a new one.",
    notMeant: "It does not mean that runs inside its time were wrong.",
    since: "0.1.0",
  },
  "certificate.not_yet_valid": {
    kind: "Untrusted",
    number: 364,
    verdict: "expired",
    reportOnly: false,
    title: "the plan certificate's time has not begun",
    causes: [
      "it was issued for a later start",
      "the clock of this machine is wrong",
    ],
    next: "Check the clock, then wait for the start named in it.",
    notMeant: "It does not mean that it was withdrawn.",
    since: "0.1.0",
  },
  "certificate.status_unknown": {
    kind: "Untrusted",
    number: 365,
    verdict: "incomplete",
    reportOnly: false,
    title: "whether the plan certificate was withdrawn is not known",
    causes: [
      "no revocation list of the issuer was given",
      "the list is too old",
    ],
    next: "Give a current revocation list of the issuer.",
    notMeant: "It does not mean that it was withdrawn.",
    since: "0.1.0",
  },
  "certificate.absent": {
    kind: "Untrusted",
    number: 366,
    verdict: "requirement-missing",
    reportOnly: false,
    title: "a run names no plan certificate although you asked for one",
    causes: [
      "the run was started without a plan",
      "the certificate was left out of the file",
    ],
    next: "Ask the sender for the certificate, or drop the requirement `plan`.",
    notMeant: "It does not mean that the run broke a plan.",
    since: "0.1.0",
  },
  "identity.wrong_use": {
    kind: "Untrusted",
    number: 370,
    verdict: "unknown-signer",
    reportOnly: false,
    title: "the X.509 certificate is not meant for this use",
    causes: [
      "a server or client certificate was used",
      "a CA certificate signed directly",
    ],
    next: "Issue a certificate with the documented key usage.",
    notMeant: "It does not mean that the key is weak.",
    since: "0.1.0",
  },
  "identity.wrong_name": {
    kind: "Untrusted",
    number: 371,
    verdict: "unknown-signer",
    reportOnly: false,
    title: "the X.509 certificate names someone else",
    causes: [
      "the certificate of another service was given",
      "a name constraint of the CA excludes it",
    ],
    next: "Compare the name with the one your trust expects.",
    notMeant: "It does not mean that the signature fails.",
    since: "0.1.0",
  },
  "identity.expired": {
    kind: "Untrusted",
    number: 372,
    verdict: "expired",
    reportOnly: false,
    title: "the X.509 certificate's time had run out when this was signed",
    causes: [
      "it was not renewed",
      "nobody witnessed that the record was made in time",
    ],
    next: "Ask for a witnessed or timestamped record, or one under a current certificate.",
    notMeant: "It does not mean that the content was changed.",
    since: "0.1.0",
  },
  "identity.early": {
    kind: "Untrusted",
    number: 373,
    verdict: "expired",
    reportOnly: false,
    title: "the X.509 certificate's time had not begun when this was signed",
    causes: [
      "the recorder's clock is wrong",
      "the certificate was issued afterwards",
    ],
    next: "Check the clocks of recorder and CA.",
    notMeant: "It does not mean that the content was changed.",
    since: "0.1.0",
  },
  "identity.revoked": {
    kind: "Untrusted",
    number: 374,
    verdict: "revoked",
    reportOnly: false,
    title: "the X.509 certificate was revoked",
    causes: [
      "the key was stolen",
      "the service was shut down",
    ],
    next: "Rely only on records witnessed before the revocation.",
    notMeant: "It does not mean that earlier witnessed records are wrong.",
    since: "0.1.0",
  },
  "revocation.stale": {
    kind: "Untrusted",
    number: 380,
    verdict: "requirement-missing",
    reportOnly: false,
    title: "the revocation list is older than your trust allows",
    causes: [
      "no newer list was fetched",
      "the signer stopped publishing",
    ],
    next: "Get the signer's current list and check again.",
    notMeant: "It does not mean that a key was revoked.",
    since: "0.1.0",
  },
  "revocation.not_checked": {
    kind: "Untrusted",
    number: 381,
    verdict: null,
    reportOnly: true,
    title: "whether keys were revoked was not checked",
    causes: [
      "no list was given",
      "the trust does not say that this signer publishes none",
    ],
    next: "Give the signer's list, or note in your trust that there is none.",
    notMeant: "It does not mean that a key was revoked, nor that none was.",
    since: "0.1.0",
  },
  "time.not_timestamped": {
    kind: "Untrusted",
    number: 384,
    verdict: "requirement-missing",
    reportOnly: false,
    title: "no timestamp authority of your trust dated this although you asked for it",
    causes: [
      "none was asked at export",
      "the token is of another checkpoint",
    ],
    next: "Ask the sender for a timestamped export, or drop the requirement `timestamp`.",
    notMeant: "It does not mean that the claimed times are wrong.",
    since: "0.1.0",
  },
  "time.claim_contradicted": {
    kind: "Untrusted",
    number: 385,
    verdict: null,
    reportOnly: true,
    title: "a claimed time lies outside what witnesses saw",
    causes: [
      "the recorder's clock was wrong",
      "the record was dated back or ahead",
    ],
    next: "Use the witnessed interval and ask the operator about the clock.",
    notMeant: "It does not change the order of records: that never rests on clocks.",
    since: "0.1.0",
  },
  "replay.differs": {
    kind: "Untrusted",
    number: 388,
    verdict: null,
    reportOnly: false,
    title: "the stored request gets another decision now",
    causes: [
      "the policy or engine given is not the one of that time",
      "the stored decision was not made by this policy",
    ],
    next: "Compare the policy digest of the record with the policy given.",
    notMeant: "It does not mean that the earlier decision was wrong.",
    since: "0.1.0",
  },
  "verify.embedded": {
    kind: "Untrusted",
    number: 390,
    verdict: null,
    reportOnly: true,
    title: "this checker came inside the file it checks",
    causes: [
      "a self-checking pack was opened directly",
    ],
    next: "Drop the whole file on a checker you got elsewhere, or run `execert verify FILE`.",
    notMeant: "It does not mean that the file was altered: whoever could change it could change the checker.",
    since: "0.1.0",
  },
  "policy.denied": {
    kind: "Denied",
    number: 200,
    verdict: null,
    reportOnly: false,
    title: "a policy rule refuses this action",
    causes: [
      "a rule forbids the tool, the amount or the actor",
      "no rule allows it",
    ],
    next: "Do not run it; read the rule named and ask whoever owns the policy.",
    notMeant: "It does not mean that the action is wrong: it means that this policy does not allow it.",
    since: "0.1.0",
  },
  "policy.undecided": {
    kind: "Denied",
    number: 201,
    verdict: null,
    reportOnly: false,
    title: "the policy gave no answer, which counts as no",
    causes: [
      "a condition needs a value that the request lacks",
      "the engine reported an error",
    ],
    next: "Give the value the rule needs, or add a rule that covers this case.",
    notMeant: "It does not mean that a rule forbids the action.",
    since: "0.1.0",
  },
  "policy.unavailable": {
    kind: "Denied",
    number: 202,
    verdict: null,
    reportOnly: false,
    title: "the policy could not be asked, which counts as no",
    causes: [
      "the policy file is missing or unreadable",
      "the engine did not answer in time",
    ],
    next: "Restore the policy, then try again.",
    notMeant: "It does not mean that a rule forbids the action.",
    since: "0.1.0",
  },
  "policy.approval_missing": {
    kind: "Denied",
    number: 203,
    verdict: null,
    reportOnly: false,
    title: "the action waits for an approval",
    causes: [
      "nobody has answered the request",
      "the approval expired or was for other arguments",
      "the quorum is not reached",
    ],
    next: "Have the request answered with `execert approve REQUEST`, then try again with that approval.",
    notMeant: "It does not mean that the action was refused.",
    since: "0.1.0",
  },
  "gate.no_permit": {
    kind: "Denied",
    number: 210,
    verdict: null,
    reportOnly: false,
    title: "a tool was run without a permit",
    causes: [
      "the code calls the tool directly",
      "the permit was made for another recorder",
    ],
    next: "Call the tool through the recorder, or take a permit first.",
    notMeant: "It does not mean that the policy refuses the action: it was not asked.",
    since: "0.1.0",
  },
  "gate.permit_reused": {
    kind: "Denied",
    number: 211,
    verdict: null,
    reportOnly: false,
    title: "a permit was used a second time",
    causes: [
      "a retry reuses the first permit",
      "a permit was copied",
    ],
    next: "Take a new permit for each attempt.",
    notMeant: "It does not mean that the first use was wrong.",
    since: "0.1.0",
  },
  "gate.permit_mismatch": {
    kind: "Denied",
    number: 212,
    verdict: null,
    reportOnly: false,
    title: "the permit was given for something else",
    causes: [
      "arguments were changed after the permit was given",
      "the permit of another tool or run was used",
    ],
    next: "Take a permit for exactly these arguments.",
    notMeant: "It does not mean that the policy refuses these arguments: it was not asked about them.",
    since: "0.1.0",
  },
  "gate.permit_expired": {
    kind: "Denied",
    number: 213,
    verdict: null,
    reportOnly: false,
    title: "the permit's time ran out before it was used",
    causes: [
      "the action was delayed",
      "a clock was set back",
    ],
    next: "Take a new permit and use it at once.",
    notMeant: "It does not mean that the policy changed its mind.",
    since: "0.1.0",
  },
  "gate.tool_changed": {
    kind: "Denied",
    number: 214,
    verdict: null,
    reportOnly: false,
    title: "the tool's definition is not the one that was approved",
    causes: [
      "the tool server was updated",
      "someone changed a description or schema",
    ],
    next: "Compare the two definitions, then approve the new one or restore the old.",
    notMeant: "It does not mean that the new definition is harmful.",
    since: "0.1.0",
  },
  "gate.no_certificate": {
    kind: "Denied",
    number: 215,
    verdict: null,
    reportOnly: false,
    title: "the policy asks for a plan certificate and the run has none",
    causes: [
      "the run was opened without a plan",
      "the certificate was not handed in",
    ],
    next: "Have the plan checked, then open the run with its certificate.",
    notMeant: "It does not mean that a plan was refused.",
    since: "0.1.0",
  },
  "gate.credential_unavailable": {
    kind: "Denied",
    number: 216,
    verdict: null,
    reportOnly: false,
    title: "a credential that the plan needs is not there",
    causes: [
      "it was not provisioned",
      "it expired",
      "its scope is too small",
    ],
    next: "Provide the credential named, then try again.",
    notMeant: "It does not mean that the plan is wrong.",
    since: "0.1.0",
  },
  "gate.history_insufficient": {
    kind: "Denied",
    number: 217,
    verdict: null,
    reportOnly: false,
    title: "too few earlier runs to allow this at its tier",
    causes: [
      "the plan is new",
      "runs were not recorded in this ledger",
    ],
    next: "Run it at a lower tier or with approval until the history is long enough.",
    notMeant: "It does not mean that earlier runs failed.",
    since: "0.1.0",
  },
  "gate.drift_open": {
    kind: "Denied",
    number: 218,
    verdict: null,
    reportOnly: false,
    title: "a drift alarm of this plan is open",
    causes: [
      "a tool's schema, a model or the runtime changed",
      "failures or costs went up",
    ],
    next: "Look at what changed, then close the alarm or issue a new plan certificate.",
    notMeant: "It does not mean that the certificate was withdrawn.",
    since: "0.1.0",
  },
  "plan.cycle": {
    kind: "Denied",
    number: 230,
    verdict: null,
    reportOnly: false,
    title: "steps of the plan wait for each other",
    causes: [
      "a dependency was drawn the wrong way",
      "a plan contains itself as a child",
    ],
    next: "Remove one of the dependencies named.",
    notMeant: "It does not mean that loops are impossible: a bounded loop is a step of its own kind.",
    since: "0.1.0",
  },
  "plan.deviation": {
    kind: "Denied",
    number: 231,
    verdict: null,
    reportOnly: false,
    title: "the action is not the next step the plan allows",
    causes: [
      "the step is not in the plan",
      "a step it depends on is not done",
      "the agent left its plan",
    ],
    next: "Follow the plan, or have a changed plan checked.",
    notMeant: "It does not mean that a policy rule forbids the action.",
    since: "0.1.0",
  },
  "budget.insufficient": {
    kind: "Denied",
    number: 240,
    verdict: null,
    reportOnly: false,
    title: "the budget left does not cover this action",
    causes: [
      "earlier steps cost more than estimated",
      "the budget was set without a margin",
    ],
    next: "Raise the budget, or leave the action out.",
    notMeant: "It does not mean that the action was charged: it did not run.",
    since: "0.1.0",
  },
  "recorder.quota": {
    kind: "Denied",
    number: 245,
    verdict: null,
    reportOnly: false,
    title: "a quota of this recorder is used up",
    causes: [
      "too many permits are outstanding",
      "records come faster than the quota allows",
    ],
    next: "Use or drop outstanding permits, or raise the quota by option.",
    notMeant: "It does not mean that the store is full.",
    since: "0.1.0",
  },
  "chain.head_moved": {
    kind: "Conflict",
    number: 400,
    verdict: null,
    reportOnly: false,
    title: "another writer appended first",
    causes: [
      "two recorders work on one ledger",
      "a prepared record was committed too late",
    ],
    next: "Read the head again and retry; the recorder does so by itself.",
    notMeant: "It does not mean that the chain is forked: that is what this prevents.",
    since: "0.1.0",
  },
  "chain.locked": {
    kind: "Conflict",
    number: 401,
    verdict: null,
    reportOnly: false,
    title: "the ledger is held by another process",
    causes: [
      "a backup or a repair is running",
      "another program keeps its turn",
    ],
    next: "Wait for the process named to finish, then try again.",
    notMeant: "It does not mean that the ledger is damaged.",
    since: "0.1.0",
  },
  "chain.forked_process": {
    kind: "Conflict",
    number: 402,
    verdict: null,
    reportOnly: false,
    title: "this handle belongs to the process before a fork",
    causes: [
      "a worker was forked after the ledger was opened",
      "a connection was inherited open",
    ],
    next: "Open the ledger again in this process.",
    notMeant: "It does not mean that the chain is forked or that records were lost.",
    since: "0.1.0",
  },
  "store.request_reused": {
    kind: "Conflict",
    number: 410,
    verdict: null,
    reportOnly: false,
    title: "this request id was already used for something else",
    causes: [
      "an idempotency key was reused for another request",
    ],
    next: "Use a new request id for a new request.",
    notMeant: "It does not mean that the first request failed.",
    since: "0.1.0",
  },
  "witness.rollback": {
    kind: "Conflict",
    number: 420,
    verdict: null,
    reportOnly: false,
    title: "the head offered is older than one the witness has already signed",
    causes: [
      "the ledger was restored from an old copy",
      "an old checkpoint was submitted",
    ],
    next: "Submit the current head; if it is lost, continue in a new chain.",
    notMeant: "It does not mean that the witness lost data.",
    since: "0.1.0",
  },
  "witness.fork": {
    kind: "Conflict",
    number: 421,
    verdict: null,
    reportOnly: false,
    title: "the head offered contradicts one the witness has already signed",
    causes: [
      "the chain was rewritten",
      "a copy of the ledger was used beside it",
    ],
    next: "Keep both heads and find the second writer before appending anything.",
    notMeant: "It does not say which of the two histories is the true one.",
    since: "0.1.0",
  },
  "store.io": {
    kind: "Unavailable",
    number: 500,
    verdict: null,
    reportOnly: false,
    title: "the store could not read or write",
    causes: [
      "a disk error",
      "a volume was unmounted",
      "the database did not answer",
    ],
    next: "Check the volume named, then reopen the ledger.",
    notMeant: "It does not mean that acknowledged records were lost.",
    since: "0.1.0",
  },
  "store.full": {
    kind: "Unavailable",
    number: 501,
    verdict: null,
    reportOnly: false,
    title: "the disk is full; no new action is permitted",
    causes: [
      "logs or other data filled the volume",
      "the quota of the volume is reached",
    ],
    next: "Free space on the volume named, then reopen the ledger.",
    notMeant: "It does not mean that acknowledged records were lost: outcomes still fit into a reserve.",
    since: "0.1.0",
  },
  "store.read_only": {
    kind: "Unavailable",
    number: 502,
    verdict: null,
    reportOnly: false,
    title: "the store may not be written",
    causes: [
      "the volume was remounted read-only",
      "the file's permissions changed",
    ],
    next: "Make the ledger's folder writable for this user again.",
    notMeant: "It does not mean that the ledger is damaged.",
    since: "0.1.0",
  },
  "store.corrupt": {
    kind: "Unavailable",
    number: 503,
    verdict: null,
    reportOnly: false,
    title: "the store's own files contradict themselves",
    causes: [
      "a disk error",
      "another program wrote to the files",
      "a copy was made while it was in use",
    ],
    next: "Stop writing, keep the folder as it is, and restore a backup into a new folder.",
    notMeant: "It does not mean that exported bundles are affected.",
    since: "0.1.0",
  },
  "store.unsupported_volume": {
    kind: "Unavailable",
    number: 504,
    verdict: null,
    reportOnly: false,
    title: "the ledger's folder is on a volume that cannot lock safely",
    causes: [
      "it is a network file system",
      "it is a synchronised folder",
    ],
    next: "Move the ledger to a local disk, or use PostgreSQL.",
    notMeant: "It does not mean that records were lost.",
    since: "0.1.0",
  },
  "store.outcome_unknown": {
    kind: "Unavailable",
    number: 505,
    verdict: null,
    reportOnly: false,
    title: "whether the last write was kept is not known",
    causes: [
      "the connection broke during a commit",
      "the disk failed while flushing",
    ],
    next: "Reopen the ledger and read its head: the record is there or it is not.",
    notMeant: "It does not mean that the write failed.",
    since: "0.1.0",
  },
  "key.signer_unavailable": {
    kind: "Unavailable",
    number: 510,
    verdict: null,
    reportOnly: false,
    title: "the signer did not answer in time",
    causes: [
      "the signing process or key service is down",
      "the network is slow",
    ],
    next: "Restore the signer, then try again.",
    notMeant: "It does not mean that the key was lost or refused.",
    since: "0.1.0",
  },
  "key.signer_refused": {
    kind: "Unavailable",
    number: 511,
    verdict: null,
    reportOnly: false,
    title: "the signer refuses to sign this",
    causes: [
      "the record would branch from or go behind what it signed last",
      "its quota is used up",
    ],
    next: "Find the second writer, or read the signer's log, before trying again.",
    notMeant: "It does not mean that the key was revoked.",
    since: "0.1.0",
  },
  "witness.unavailable": {
    kind: "Unavailable",
    number: 520,
    verdict: null,
    reportOnly: false,
    title: "the witness cannot be reached",
    causes: [
      "it is down",
      "the address is wrong",
      "the network blocks it",
    ],
    next: "Try again later; what was recorded is kept and can be witnessed then.",
    notMeant: "It does not mean that the witness refused.",
    since: "0.1.0",
  },
  "witness.protocol": {
    kind: "Unavailable",
    number: 521,
    verdict: null,
    reportOnly: false,
    title: "the witness's answer is not what the protocol allows",
    causes: [
      "the address is not that of a witness",
      "a proxy answered",
      "the answer is too long or too slow",
    ],
    next: "Check the address, then ask the witness's operator.",
    notMeant: "It does not mean that your records are wrong.",
    since: "0.1.0",
  },
  "internal.panic": {
    kind: "Internal",
    number: 900,
    verdict: null,
    reportOnly: false,
    title: "an error inside execert itself; this call was stopped",
    causes: [
      "a fault in our code that a test has not met",
    ],
    next: "Report it with the code, the version and, if you may share it, the input.",
    notMeant: "It does not mean that the evidence is wrong, nor that your process is harmed: the next call works.",
    since: "0.1.0",
  },
};
