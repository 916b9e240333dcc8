// Code generated from core/codes.toml by `cargo xtask generate`; DO NOT EDIT.

package execert

// Code is a stable code: area.reason. Codes are errors themselves, for [errors.Is].
type Code string

// CodeInfo is what the table says of a code.
type CodeInfo struct {
	// Kind is what the caller has to do.
	Kind Kind
	// Number is the number of the code in C.
	Number int
	// Verdict is the row of a report that an error with this code leads to; empty if it leads to none.
	Verdict Verdict
	// ReportOnly: it is met in reports only, as a warning.
	ReportOnly bool
	// Title is what is so.
	Title string
	// Causes are what can have led to it, the likeliest first.
	Causes []string
	// Next is what to do next.
	Next string
	// NotMeant is what it does not mean.
	NotMeant string
	// Since is the first release that has it.
	Since string
}

// Every code.
const (
	// CodeCanonEmpty: the input holds no bytes.
	CodeCanonEmpty Code = "canon.empty"
	// CodeCanonBom: the text begins with a byte order mark.
	CodeCanonBom Code = "canon.bom"
	// CodeCanonSyntax: the text is not JSON.
	CodeCanonSyntax Code = "canon.syntax"
	// CodeCanonTrailingBytes: bytes follow the end of the JSON value.
	CodeCanonTrailingBytes Code = "canon.trailing_bytes"
	// CodeCanonDuplicateKey: one object names the same member twice.
	CodeCanonDuplicateKey Code = "canon.duplicate_key"
	// CodeCanonNotUtf8: the bytes are not UTF-8.
	CodeCanonNotUtf8 Code = "canon.not_utf8"
	// CodeCanonLoneSurrogate: an escape names half of a surrogate pair.
	CodeCanonLoneSurrogate Code = "canon.lone_surrogate"
	// CodeCanonNumberNotExact: a number cannot be kept exactly.
	CodeCanonNumberNotExact Code = "canon.number_not_exact"
	// CodeCanonNotFinite: a number is not finite.
	CodeCanonNotFinite Code = "canon.not_finite"
	// CodeCanonNotCanonical: a payload is not written in its one canonical form.
	CodeCanonNotCanonical Code = "canon.not_canonical"
	// CodeCanonTooDeep: the document is nested deeper than the limit.
	CodeCanonTooDeep Code = "canon.too_deep"
	// CodeCanonTooMany: the document holds more values or members than the limit.
	CodeCanonTooMany Code = "canon.too_many"
	// CodeCanonTooLarge: a string, a name or the content is larger than the limit.
	CodeCanonTooLarge Code = "canon.too_large"
	// CodeCanonUnsupportedType: a value is of a type that JSON does not have.
	CodeCanonUnsupportedType Code = "canon.unsupported_type"
	// CodeCanonCycle: a value contains itself.
	CodeCanonCycle Code = "canon.cycle"
	// CodeRecordMalformed: a record's statement breaks a rule of the format.
	CodeRecordMalformed Code = "record.malformed"
	// CodeRecordVersionUnknown: a statement's type or version is not one this build reads.
	CodeRecordVersionUnknown Code = "record.version_unknown"
	// CodeRecordUnknownMember: a statement has a member that the format does not define.
	CodeRecordUnknownMember Code = "record.unknown_member"
	// CodeRecordTooLarge: a signed payload is larger than the limit.
	CodeRecordTooLarge Code = "record.too_large"
	// CodeBundleMalformed: the file breaks a rule of the bundle format.
	CodeBundleMalformed Code = "bundle.malformed"
	// CodeBundleVersionUnknown: a line is of a format version this build does not read.
	CodeBundleVersionUnknown Code = "bundle.version_unknown"
	// CodeBundleUnknownMember: a line has a member that the format does not define.
	CodeBundleUnknownMember Code = "bundle.unknown_member"
	// CodeBundleAmbiguousContainer: the container holds more than one bundle.
	CodeBundleAmbiguousContainer Code = "bundle.ambiguous_container"
	// CodeBundleTooLarge: the bundle or one of its lines is larger than the limit.
	CodeBundleTooLarge Code = "bundle.too_large"
	// CodeBundleTooMany: the bundle holds more signatures, hashes or values than the limit.
	CodeBundleTooMany Code = "bundle.too_many"
	// CodeCertificateMalformed: a plan certificate breaks a rule of its format.
	CodeCertificateMalformed Code = "certificate.malformed"
	// CodeIdentityMalformed: an X.509 certificate cannot be read or is outside the small profile accepted here.
	CodeIdentityMalformed Code = "identity.malformed"
	// CodePolicyMalformed: the policy document breaks a rule of its format.
	CodePolicyMalformed Code = "policy.malformed"
	// CodePlanMalformed: the plan breaks a rule of its format.
	CodePlanMalformed Code = "plan.malformed"
	// CodePlanTooLarge: the plan is larger than the limit.
	CodePlanTooLarge Code = "plan.too_large"
	// CodeKeyMalformed: the key cannot be read.
	CodeKeyMalformed Code = "key.malformed"
	// CodeKeyWeak: the key is one that anybody can sign for.
	CodeKeyWeak Code = "key.weak"
	// CodeKeyPermissions: the key file can be read by other users.
	CodeKeyPermissions Code = "key.permissions"
	// CodeKeyNotFound: no key found; nothing was recorded, and the call was stopped.
	CodeKeyNotFound Code = "key.not_found"
	// CodeRecorderReservedMember: the caller supplied a member that only the recorder may set.
	CodeRecorderReservedMember Code = "recorder.reserved_member"
	// CodeRecorderSourceRefused: the caller tried to say how a value was observed.
	CodeRecorderSourceRefused Code = "recorder.source_refused"
	// CodeRecorderClosed: the handle was used after it was closed.
	CodeRecorderClosed Code = "recorder.closed"
	// CodeWireBadArgument: an argument of the call is not what the function takes.
	CodeWireBadArgument Code = "wire.bad_argument"
	// CodeWireBadHandle: the handle is null, freed or of another kind.
	CodeWireBadHandle Code = "wire.bad_handle"
	// CodeDiscloseErased: the content was erased and cannot be shown again.
	CodeDiscloseErased Code = "disclose.erased"
	// CodeContentChanged: the content is not what was sealed.
	CodeContentChanged Code = "content.changed"
	// CodeContentWithheld: content is withheld although you asked for all of it.
	CodeContentWithheld Code = "content.withheld"
	// CodeContentAbsent: the content of a record is not in this file.
	CodeContentAbsent Code = "content.absent"
	// CodeDiscloseCommitmentMismatch: what is shown does not open the signed commitment.
	CodeDiscloseCommitmentMismatch Code = "disclose.commitment_mismatch"
	// CodeDiscloseMaterialUnused: the opening material does not fit the hidden places.
	CodeDiscloseMaterialUnused Code = "disclose.material_unused"
	// CodeRecordHashMismatch: a record does not follow the record it names as the one before.
	CodeRecordHashMismatch Code = "record.hash_mismatch"
	// CodeRecordSignatureMismatch: a signature does not fit what it stands on.
	CodeRecordSignatureMismatch Code = "record.signature_mismatch"
	// CodeRecordTagMismatch: the internal tag of a record does not fit.
	CodeRecordTagMismatch Code = "record.tag_mismatch"
	// CodeRecordUnsigned: a record or the manifest carries no signature.
	CodeRecordUnsigned Code = "record.unsigned"
	// CodeRecordWithheld: a whole record is withheld; only its digest is here.
	CodeRecordWithheld Code = "record.withheld"
	// CodeRecordOutcomeAbsent: an action was begun and no outcome is recorded.
	CodeRecordOutcomeAbsent Code = "record.outcome_absent"
	// CodeChainGap: records inside the chain are missing.
	CodeChainGap Code = "chain.gap"
	// CodeChainReordered: records stand in another order, or a record stands twice.
	CodeChainReordered Code = "chain.reordered"
	// CodeChainTruncated: records at the end of the chain that the manifest counts are missing.
	CodeChainTruncated Code = "chain.truncated"
	// CodeChainForeignRecord: a record does not belong where it stands.
	CodeChainForeignRecord Code = "chain.foreign_record"
	// CodeChainForked: two different histories claim the same place.
	CodeChainForked Code = "chain.forked"
	// CodeChainStartAbsent: the beginning of the chain is not in this file.
	CodeChainStartAbsent Code = "chain.start_absent"
	// CodeChainTailUnproven: nothing shows that the chain ends here.
	CodeChainTailUnproven Code = "chain.tail_unproven"
	// CodeChainEmpty: the file holds no records.
	CodeChainEmpty Code = "chain.empty"
	// CodeChainRolledBack: the chain is shorter than it is known to have been.
	CodeChainRolledBack Code = "chain.rolled_back"
	// CodeRunGap: records inside the run are missing.
	CodeRunGap Code = "run.gap"
	// CodeRunTruncated: records at the end of the run that the manifest counts are missing.
	CodeRunTruncated Code = "run.truncated"
	// CodeRunOpen: the run has no end record.
	CodeRunOpen Code = "run.open"
	// CodeBundleRootMismatch: the records do not give what the manifest states of them.
	CodeBundleRootMismatch Code = "bundle.root_mismatch"
	// CodeBundleRecordMissing: the file holds fewer records than its manifest states.
	CodeBundleRecordMissing Code = "bundle.record_missing"
	// CodeWitnessOtherContent: a witness countersigned something else.
	CodeWitnessOtherContent Code = "witness.other_content"
	// CodeWitnessSignatureMismatch: a signature on a checkpoint does not fit it.
	CodeWitnessSignatureMismatch Code = "witness.signature_mismatch"
	// CodeWitnessQuorumNotMet: fewer independent witnesses than required countersigned the whole of it.
	CodeWitnessQuorumNotMet Code = "witness.quorum_not_met"
	// CodeWitnessTimeImpossible: a witness states a time that lies ahead.
	CodeWitnessTimeImpossible Code = "witness.time_impossible"
	// CodeWitnessNone: no independent party has countersigned this.
	CodeWitnessNone Code = "witness.none"
	// CodeWitnessSameOperator: every witness that counts belongs to the signer.
	CodeWitnessSameOperator Code = "witness.same_operator"
	// CodeKeyUnknown: you have not said that you trust this signer.
	CodeKeyUnknown Code = "key.unknown"
	// CodeKeyWrongRole: the key is in your trust for another role.
	CodeKeyWrongRole Code = "key.wrong_role"
	// CodeKeyRevoked: the signer's key was revoked, and this is not among the records that still hold.
	CodeKeyRevoked Code = "key.revoked"
	// CodeKeyExpired: the key's time had run out when this was signed.
	CodeKeyExpired Code = "key.expired"
	// CodeKeyRevocationDisputed: a witness saw this record before its key was revoked for an earlier position.
	CodeKeyRevocationDisputed Code = "key.revocation_disputed"
	// CodeCertificatePlanChanged: the plan is not the one the certificate was issued for.
	CodeCertificatePlanChanged Code = "certificate.plan_changed"
	// CodeCertificateRevoked: the issuer withdrew the plan certificate.
	CodeCertificateRevoked Code = "certificate.revoked"
	// CodeCertificateChildRevoked: a plan certificate inside this one was withdrawn, so this one falls too.
	CodeCertificateChildRevoked Code = "certificate.child_revoked"
	// CodeCertificateExpired: the plan certificate's time ran out.
	CodeCertificateExpired Code = "certificate.expired"
	// CodeCertificateNotYetValid: the plan certificate's time has not begun.
	CodeCertificateNotYetValid Code = "certificate.not_yet_valid"
	// CodeCertificateStatusUnknown: whether the plan certificate was withdrawn is not known.
	CodeCertificateStatusUnknown Code = "certificate.status_unknown"
	// CodeCertificateAbsent: a run names no plan certificate although you asked for one.
	CodeCertificateAbsent Code = "certificate.absent"
	// CodeIdentityWrongUse: the X.509 certificate is not meant for this use.
	CodeIdentityWrongUse Code = "identity.wrong_use"
	// CodeIdentityWrongName: the X.509 certificate names someone else.
	CodeIdentityWrongName Code = "identity.wrong_name"
	// CodeIdentityExpired: the X.509 certificate's time had run out when this was signed.
	CodeIdentityExpired Code = "identity.expired"
	// CodeIdentityEarly: the X.509 certificate's time had not begun when this was signed.
	CodeIdentityEarly Code = "identity.early"
	// CodeIdentityRevoked: the X.509 certificate was revoked.
	CodeIdentityRevoked Code = "identity.revoked"
	// CodeRevocationStale: the revocation list is older than your trust allows.
	CodeRevocationStale Code = "revocation.stale"
	// CodeRevocationNotChecked: whether keys were revoked was not checked.
	CodeRevocationNotChecked Code = "revocation.not_checked"
	// CodeTimeNotTimestamped: no timestamp authority of your trust dated this although you asked for it.
	CodeTimeNotTimestamped Code = "time.not_timestamped"
	// CodeTimeClaimContradicted: a claimed time lies outside what witnesses saw.
	CodeTimeClaimContradicted Code = "time.claim_contradicted"
	// CodeReplayDiffers: the stored request gets another decision now.
	CodeReplayDiffers Code = "replay.differs"
	// CodeVerifyEmbedded: this checker came inside the file it checks.
	CodeVerifyEmbedded Code = "verify.embedded"
	// CodePolicyDenied: a policy rule refuses this action.
	CodePolicyDenied Code = "policy.denied"
	// CodePolicyUndecided: the policy gave no answer, which counts as no.
	CodePolicyUndecided Code = "policy.undecided"
	// CodePolicyUnavailable: the policy could not be asked, which counts as no.
	CodePolicyUnavailable Code = "policy.unavailable"
	// CodePolicyApprovalMissing: the action waits for an approval.
	CodePolicyApprovalMissing Code = "policy.approval_missing"
	// CodeGateNoPermit: a tool was run without a permit.
	CodeGateNoPermit Code = "gate.no_permit"
	// CodeGatePermitReused: a permit was used a second time.
	CodeGatePermitReused Code = "gate.permit_reused"
	// CodeGatePermitMismatch: the permit was given for something else.
	CodeGatePermitMismatch Code = "gate.permit_mismatch"
	// CodeGatePermitExpired: the permit's time ran out before it was used.
	CodeGatePermitExpired Code = "gate.permit_expired"
	// CodeGateToolChanged: the tool's definition is not the one that was approved.
	CodeGateToolChanged Code = "gate.tool_changed"
	// CodeGateNoCertificate: the policy asks for a plan certificate and the run has none.
	CodeGateNoCertificate Code = "gate.no_certificate"
	// CodeGateCredentialUnavailable: a credential that the plan needs is not there.
	CodeGateCredentialUnavailable Code = "gate.credential_unavailable"
	// CodeGateHistoryInsufficient: too few earlier runs to allow this at its tier.
	CodeGateHistoryInsufficient Code = "gate.history_insufficient"
	// CodeGateDriftOpen: a drift alarm of this plan is open.
	CodeGateDriftOpen Code = "gate.drift_open"
	// CodePlanCycle: steps of the plan wait for each other.
	CodePlanCycle Code = "plan.cycle"
	// CodePlanDeviation: the action is not the next step the plan allows.
	CodePlanDeviation Code = "plan.deviation"
	// CodeBudgetInsufficient: the budget left does not cover this action.
	CodeBudgetInsufficient Code = "budget.insufficient"
	// CodeRecorderQuota: a quota of this recorder is used up.
	CodeRecorderQuota Code = "recorder.quota"
	// CodeChainHeadMoved: another writer appended first.
	CodeChainHeadMoved Code = "chain.head_moved"
	// CodeChainLocked: the ledger is held by another process.
	CodeChainLocked Code = "chain.locked"
	// CodeChainForkedProcess: this handle belongs to the process before a fork.
	CodeChainForkedProcess Code = "chain.forked_process"
	// CodeStoreRequestReused: this request id was already used for something else.
	CodeStoreRequestReused Code = "store.request_reused"
	// CodeWitnessRollback: the head offered is older than one the witness has already signed.
	CodeWitnessRollback Code = "witness.rollback"
	// CodeWitnessFork: the head offered contradicts one the witness has already signed.
	CodeWitnessFork Code = "witness.fork"
	// CodeStoreIo: the store could not read or write.
	CodeStoreIo Code = "store.io"
	// CodeStoreFull: the disk is full; no new action is permitted.
	CodeStoreFull Code = "store.full"
	// CodeStoreReadOnly: the store may not be written.
	CodeStoreReadOnly Code = "store.read_only"
	// CodeStoreCorrupt: the store's own files contradict themselves.
	CodeStoreCorrupt Code = "store.corrupt"
	// CodeStoreUnsupportedVolume: the ledger's folder is on a volume that cannot lock safely.
	CodeStoreUnsupportedVolume Code = "store.unsupported_volume"
	// CodeStoreOutcomeUnknown: whether the last write was kept is not known.
	CodeStoreOutcomeUnknown Code = "store.outcome_unknown"
	// CodeKeySignerUnavailable: the signer did not answer in time.
	CodeKeySignerUnavailable Code = "key.signer_unavailable"
	// CodeKeySignerRefused: the signer refuses to sign this.
	CodeKeySignerRefused Code = "key.signer_refused"
	// CodeWitnessUnavailable: the witness cannot be reached.
	CodeWitnessUnavailable Code = "witness.unavailable"
	// CodeWitnessProtocol: the witness's answer is not what the protocol allows.
	CodeWitnessProtocol Code = "witness.protocol"
	// CodeInternalPanic: an error inside execert itself; this call was stopped.
	CodeInternalPanic Code = "internal.panic"
)

var codes = map[Code]CodeInfo{
	CodeCanonEmpty: {
		Kind:    ErrInvalid,
		Number:  100,
		Verdict: "unreadable",
		Title:   "the input holds no bytes",
		Causes: []string{
			"the file was never written or the copy stopped at once",
			"a pipe before this one failed",
		},
		Next:     "Get the file again from its source and compare the sizes.",
		NotMeant: "It does not mean that the original is empty or altered.",
		Since:    "0.1.0",
	},
	CodeCanonBom: {
		Kind:    ErrInvalid,
		Number:  101,
		Verdict: "unreadable",
		Title:   "the text begins with a byte order mark",
		Causes: []string{
			"an editor saved the file as \"UTF-8 with BOM\"",
			"a shell redirected it on Windows",
		},
		Next:     "Ask for the file as it was exported, byte for byte; do not edit it.",
		NotMeant: "It does not mean that the content was changed on purpose.",
		Since:    "0.1.0",
	},
	CodeCanonSyntax: {
		Kind:    ErrInvalid,
		Number:  102,
		Verdict: "unreadable",
		Title:   "the text is not JSON",
		Causes: []string{
			"the file was cut or joined in transit",
			"it is another kind of file",
			"comments or trailing commas were added by hand",
		},
		Next:     "Look at the line and column named, then get the file again from its source.",
		NotMeant: "It does not say whether the signed original is sound: nothing was checked.",
		Since:    "0.1.0",
	},
	CodeCanonTrailingBytes: {
		Kind:    ErrInvalid,
		Number:  103,
		Verdict: "unreadable",
		Title:   "bytes follow the end of the JSON value",
		Causes: []string{
			"two documents stand on one line",
			"a file was appended to another",
		},
		Next:     "Give one JSON value per line or document.",
		NotMeant: "It does not mean that the first value is damaged.",
		Since:    "0.1.0",
	},
	CodeCanonDuplicateKey: {
		Kind:    ErrInvalid,
		Number:  104,
		Verdict: "unreadable",
		Title:   "one object names the same member twice",
		Causes: []string{
			"a writer joined two objects",
			"someone prepared a text that two readers read differently",
		},
		Next:     "Refuse the document and ask its writer to name each member once.",
		NotMeant: "It does not say which of the two values was meant: neither is used.",
		Since:    "0.1.0",
	},
	CodeCanonNotUtf8: {
		Kind:    ErrInvalid,
		Number:  105,
		Verdict: "unreadable",
		Title:   "the bytes are not UTF-8",
		Causes: []string{
			"the file was saved in another encoding",
			"bytes were damaged in transit",
			"a binary file was given",
		},
		Next:     "Get the file again from its source, or encode the text as UTF-8 before recording it.",
		NotMeant: "It does not mean that the file was altered on purpose.",
		Since:    "0.1.0",
	},
	CodeCanonLoneSurrogate: {
		Kind:    ErrInvalid,
		Number:  106,
		Verdict: "unreadable",
		Title:   "an escape names half of a surrogate pair",
		Causes: []string{
			"a program cut a string in the middle of a character",
			"a string came from a system that allows broken UTF-16",
		},
		Next:     "Repair the string at its source, or record its bytes as base64 with a conversion.",
		NotMeant: "It does not mean that other strings of the document are broken.",
		Since:    "0.1.0",
	},
	CodeCanonNumberNotExact: {
		Kind:    ErrInvalid,
		Number:  107,
		Verdict: "unreadable",
		Title:   "a number cannot be kept exactly",
		Causes: []string{
			"an identifier beyond 9007199254740991 is written as a number",
			"a number is too small for a double",
		},
		Next:     "Write the value as a string.",
		NotMeant: "It does not mean that a stored value was rounded: nothing was stored.",
		Since:    "0.1.0",
	},
	CodeCanonNotFinite: {
		Kind:    ErrInvalid,
		Number:  108,
		Verdict: "unreadable",
		Title:   "a number is not finite",
		Causes: []string{
			"a calculation gave NaN or infinity",
			"the exponent is beyond the range of a double, as in 1e400",
		},
		Next:     "Write the value as a string or leave the member out.",
		NotMeant: "It does not mean that the value was taken as null or zero: it was refused.",
		Since:    "0.1.0",
	},
	CodeCanonNotCanonical: {
		Kind:    ErrInvalid,
		Number:  109,
		Verdict: "unreadable",
		Title:   "a payload is not written in its one canonical form",
		Causes: []string{
			"the payload was written again by a program after it was signed",
			"its writer does not follow RFC 8785",
		},
		Next:     "Ask for the file as it was sealed; a writer has to use JCS (RFC 8785) bytes for payloads.",
		NotMeant: "It does not mean that the signature fails: this was refused before any signature was looked at.",
		Since:    "0.1.0",
	},
	CodeCanonTooDeep: {
		Kind:    ErrInvalid,
		Number:  110,
		Verdict: "unreadable",
		Title:   "the document is nested deeper than the limit",
		Causes: []string{
			"a structure refers to its own kind without end",
			"a text was made to exhaust readers",
		},
		Next:     "Flatten the value, or record the inner part as an artefact by digest.",
		NotMeant: "It does not mean that the shallower part is wrong: none of it was used.",
		Since:    "0.1.0",
	},
	CodeCanonTooMany: {
		Kind:    ErrInvalid,
		Number:  111,
		Verdict: "unreadable",
		Title:   "the document holds more values or members than the limit",
		Causes: []string{
			"a table was recorded as content",
			"a text was made to exhaust readers",
		},
		Next:     "Record the large part as an artefact by digest, or raise the limit by argument if you wrote the file yourself.",
		NotMeant: "It does not mean that the values are wrong.",
		Since:    "0.1.0",
	},
	CodeCanonTooLarge: {
		Kind:    ErrInvalid,
		Number:  112,
		Verdict: "unreadable",
		Title:   "a string, a name or the content is larger than the limit",
		Causes: []string{
			"a file was recorded as content",
			"a text was made to exhaust readers",
		},
		Next:     "Record the large value as an artefact by digest.",
		NotMeant: "It does not mean that the value is wrong, nor that a part of it was kept.",
		Since:    "0.1.0",
	},
	CodeCanonUnsupportedType: {
		Kind:    ErrInvalid,
		Number:  113,
		Verdict: "unreadable",
		Title:   "a value is of a type that JSON does not have",
		Causes: []string{
			"a date, decimal, set, map, big integer or byte string was passed",
			"a JavaScript value was undefined",
		},
		Next:     "Convert the value at the path named, or let the SDK convert and note the conversion.",
		NotMeant: "It does not mean that the value was dropped or replaced: the call was refused.",
		Since:    "0.1.0",
	},
	CodeCanonCycle: {
		Kind:    ErrInvalid,
		Number:  114,
		Verdict: "unreadable",
		Title:   "a value contains itself",
		Causes: []string{
			"an object of the application links back to its parent",
		},
		Next:     "Pass the fields that matter instead of the live object.",
		NotMeant: "It does not mean that the object is broken for the application's own use.",
		Since:    "0.1.0",
	},
	CodeRecordMalformed: {
		Kind:    ErrInvalid,
		Number:  120,
		Verdict: "unreadable",
		Title:   "a record's statement breaks a rule of the format",
		Causes: []string{
			"the writer has an error or another format in mind",
			"a member was edited before signing",
		},
		Next:     "Look at the path named and ask the writer of the file for a corrected export.",
		NotMeant: "It does not mean that the content was changed after sealing: that was not looked at.",
		Since:    "0.1.0",
	},
	CodeRecordVersionUnknown: {
		Kind:    ErrInvalid,
		Number:  121,
		Verdict: "unreadable",
		Title:   "a statement's type or version is not one this build reads",
		Causes: []string{
			"the file was written by a newer release",
			"it is another kind of in-toto statement",
		},
		Next:     "Check it with a newer release of execert.",
		NotMeant: "It does not mean that the file is damaged.",
		Since:    "0.1.0",
	},
	CodeRecordUnknownMember: {
		Kind:    ErrInvalid,
		Number:  122,
		Verdict: "unreadable",
		Title:   "a statement has a member that the format does not define",
		Causes: []string{
			"the file was written by a newer release",
			"a member was added by hand",
		},
		Next:     "Check it with a newer release; extra data belongs in `ext` under a name of your own.",
		NotMeant: "It does not mean that the other members are wrong: nothing was used.",
		Since:    "0.1.0",
	},
	CodeRecordTooLarge: {
		Kind:    ErrInvalid,
		Number:  123,
		Verdict: "unreadable",
		Title:   "a signed payload is larger than the limit",
		Causes: []string{
			"data that belongs in content was put into `ext` or identifiers",
		},
		Next:     "Move the data into the content of the record.",
		NotMeant: "It does not limit content: that has a limit of its own.",
		Since:    "0.1.0",
	},
	CodeBundleMalformed: {
		Kind:    ErrInvalid,
		Number:  125,
		Verdict: "unreadable",
		Title:   "the file breaks a rule of the bundle format",
		Causes: []string{
			"lines were moved, blanked or edited",
			"the file was compressed",
			"the transfer stopped inside a line",
		},
		Next:     "Get the file again from its source and do not edit or compress it.",
		NotMeant: "It does not mean that the records in it were altered: nothing was checked.",
		Since:    "0.1.0",
	},
	CodeBundleVersionUnknown: {
		Kind:    ErrInvalid,
		Number:  126,
		Verdict: "unreadable",
		Title:   "a line is of a format version this build does not read",
		Causes: []string{
			"the file was written by a newer release",
		},
		Next:     "Check it with a newer release of execert.",
		NotMeant: "It does not mean that the file is damaged.",
		Since:    "0.1.0",
	},
	CodeBundleUnknownMember: {
		Kind:    ErrInvalid,
		Number:  127,
		Verdict: "unreadable",
		Title:   "a line has a member that the format does not define",
		Causes: []string{
			"the file was written by a newer release",
			"a member was added after the export",
		},
		Next:     "Check it with a newer release, or ask for the file as it was exported.",
		NotMeant: "It does not mean that the signed parts are wrong: nothing was used.",
		Since:    "0.1.0",
	},
	CodeBundleAmbiguousContainer: {
		Kind:    ErrInvalid,
		Number:  128,
		Verdict: "unreadable",
		Title:   "the container holds more than one bundle",
		Causes: []string{
			"a second bundle was attached to a pack",
			"two packs were joined",
		},
		Next:     "Take the bundle you mean out of the pack and check that file alone.",
		NotMeant: "It does not say that either bundle is wrong.",
		Since:    "0.1.0",
	},
	CodeBundleTooLarge: {
		Kind:    ErrInvalid,
		Number:  129,
		Verdict: "unreadable",
		Title:   "the bundle or one of its lines is larger than the limit",
		Causes: []string{
			"a very long period was exported at once",
			"large files were embedded",
		},
		Next:     "Split the bundle, or raise the limit by argument if you know where the file comes from.",
		NotMeant: "It does not mean that the records are wrong: they were not read to the end.",
		Since:    "0.1.0",
	},
	CodeBundleTooMany: {
		Kind:    ErrInvalid,
		Number:  130,
		Verdict: "unreadable",
		Title:   "the bundle holds more signatures, hashes or values than the limit",
		Causes: []string{
			"a file was made to exhaust readers",
			"a very large export was not split",
		},
		Next:     "Split the bundle, or raise the limit by argument if you know where the file comes from.",
		NotMeant: "It does not mean that the signatures are wrong.",
		Since:    "0.1.0",
	},
	CodeCertificateMalformed: {
		Kind:    ErrInvalid,
		Number:  135,
		Verdict: "unreadable",
		Title:   "a plan certificate breaks a rule of its format",
		Causes: []string{
			"its writer has an error",
			"it was edited before signing",
		},
		Next:     "Ask the issuer for a corrected certificate.",
		NotMeant: "It does not mean that the plan is wrong: it was not looked at.",
		Since:    "0.1.0",
	},
	CodeIdentityMalformed: {
		Kind:    ErrInvalid,
		Number:  137,
		Verdict: "unreadable",
		Title:   "an X.509 certificate cannot be read or is outside the small profile accepted here",
		Causes: []string{
			"the file is not DER",
			"it uses extensions or algorithms that the profile refuses",
			"the chain is too long",
		},
		Next:     "Issue a certificate of the documented profile.",
		NotMeant: "It does not mean that the key in it is weak.",
		Since:    "0.1.0",
	},
	CodePolicyMalformed: {
		Kind:   ErrInvalid,
		Number: 139,
		Title:  "the policy document breaks a rule of its format",
		Causes: []string{
			"a member is misspelt",
			"a rule names a condition that does not exist",
			"the four required lists are not all there",
		},
		Next:     "Correct the place named, then run `execert policy check FILE`.",
		NotMeant: "It does not mean that an action was allowed: with a policy that cannot be read nothing runs.",
		Since:    "0.1.0",
	},
	CodePlanMalformed: {
		Kind:   ErrInvalid,
		Number: 141,
		Title:  "the plan breaks a rule of its format",
		Causes: []string{
			"the importer met a construct it does not know",
			"a step refers to a step that does not exist",
		},
		Next:     "Correct the plan at the place named and check it again.",
		NotMeant: "It does not mean that the plan breaks the policy: the policy was not asked.",
		Since:    "0.1.0",
	},
	CodePlanTooLarge: {
		Kind:   ErrInvalid,
		Number: 142,
		Title:  "the plan is larger than the limit",
		Causes: []string{
			"the plan was generated without a bound",
			"children are nested too deep",
		},
		Next:     "Split the plan into child plans.",
		NotMeant: "It does not mean that any step is wrong.",
		Since:    "0.1.0",
	},
	CodeKeyMalformed: {
		Kind:   ErrInvalid,
		Number: 150,
		Title:  "the key cannot be read",
		Causes: []string{
			"the file is not PEM or holds another kind of key",
			"a fingerprint was shortened",
			"the file was cut",
		},
		Next:     "Give an Ed25519 key as PKCS#8 or SPKI, or the whole fingerprint.",
		NotMeant: "It does not mean that records signed with the key are wrong.",
		Since:    "0.1.0",
	},
	CodeKeyWeak: {
		Kind:    ErrInvalid,
		Number:  151,
		Verdict: "unknown-signer",
		Title:   "the key is one that anybody can sign for",
		Causes: []string{
			"a test or made-up key was put into the trust",
			"someone prepared a small-order key",
		},
		Next:     "Remove the key from the trust and get the signer's real key by another route.",
		NotMeant: "It does not mean that other keys of this signer are weak.",
		Since:    "0.1.0",
	},
	CodeKeyPermissions: {
		Kind:   ErrInvalid,
		Number: 152,
		Title:  "the key file can be read by other users",
		Causes: []string{
			"it was copied with open permissions",
			"the folder is shared",
		},
		Next:     "Make the file readable by its owner only (`chmod 600`), and rotate the key if others may have read it.",
		NotMeant: "It does not mean that the key was read by anyone.",
		Since:    "0.1.0",
	},
	CodeKeyNotFound: {
		Kind:   ErrInvalid,
		Number: 153,
		Title:  "no key found; nothing was recorded, and the call was stopped",
		Causes: []string{
			"no key was given",
			"the path is wrong",
			"`execert init` has not been run here",
		},
		Next:     "Give the key's path, or make a key with `execert init`.",
		NotMeant: "It does not mean that a key was made for you: no SDK makes one silently.",
		Since:    "0.1.0",
	},
	CodeRecorderReservedMember: {
		Kind:   ErrInvalid,
		Number: 160,
		Title:  "the caller supplied a member that only the recorder may set",
		Causes: []string{
			"the code passes seq, prev, digest, times or the like",
			"a whole record was passed as input",
		},
		Next:     "Leave the member out: the recorder sets it.",
		NotMeant: "It does not mean that the value would have been wrong.",
		Since:    "0.1.0",
	},
	CodeRecorderSourceRefused: {
		Kind:   ErrInvalid,
		Number: 161,
		Title:  "the caller tried to say how a value was observed",
		Causes: []string{
			"the code marks its own value as observed or countersigned",
		},
		Next:     "Leave the source out: the recorder sets it from what it saw.",
		NotMeant: "It does not mean that the value is wrong: it counts as claimed.",
		Since:    "0.1.0",
	},
	CodeRecorderClosed: {
		Kind:   ErrInvalid,
		Number: 162,
		Title:  "the handle was used after it was closed",
		Causes: []string{
			"a run or step is closed twice",
			"work goes on in another thread after the close",
		},
		Next:     "Open a new run, or close after the last use.",
		NotMeant: "It does not mean that records were lost: what was acknowledged is kept.",
		Since:    "0.1.0",
	},
	CodeWireBadArgument: {
		Kind:   ErrInvalid,
		Number: 170,
		Title:  "an argument of the call is not what the function takes",
		Causes: []string{
			"an option is misspelt",
			"a required option is absent",
			"a MAC key belongs to no chain of the file",
		},
		Next:     "Compare the call with the reference of this function.",
		NotMeant: "It says nothing about the evidence: nothing was checked.",
		Since:    "0.1.0",
	},
	CodeWireBadHandle: {
		Kind:   ErrInvalid,
		Number: 171,
		Title:  "the handle is null, freed or of another kind",
		Causes: []string{
			"a handle was freed before its last use",
			"two handles were exchanged",
		},
		Next:     "Keep each handle until its last use and free it once.",
		NotMeant: "It does not mean that the ledger is damaged.",
		Since:    "0.1.0",
	},
	CodeDiscloseErased: {
		Kind:    ErrInvalid,
		Number:  180,
		Verdict: "altered",
		Title:   "the content was erased and cannot be shown again",
		Causes: []string{
			"an erasure record of this ledger names the record",
		},
		Next:     "Read the erasure record for who asked and why; another holder may have an earlier copy.",
		NotMeant: "It does not mean that the record was altered: its commitment still stands.",
		Since:    "0.1.0",
	},
	CodeContentChanged: {
		Kind:    ErrUntrusted,
		Number:  300,
		Verdict: "altered",
		Title:   "the content is not what was sealed",
		Causes: []string{
			"content of this copy was changed after it was sealed",
			"content of another record was put here",
		},
		Next:     "Do not rely on this copy; ask the sender for the original and compare with `execert diff A B`.",
		NotMeant: "It does not say who changed it or when, nor that the original is wrong.",
		Since:    "0.1.0",
	},
	CodeContentWithheld: {
		Kind:    ErrUntrusted,
		Number:  301,
		Verdict: "requirement-missing",
		Title:   "content is withheld although you asked for all of it",
		Causes: []string{
			"the sender redacted fields or left out content",
			"a record was withheld whole",
		},
		Next:     "Ask the sender for a fuller copy, or drop the requirement `no-withheld`.",
		NotMeant: "It does not mean that anything shown was changed.",
		Since:    "0.1.0",
	},
	CodeContentAbsent: {
		Kind:       ErrUntrusted,
		Number:     302,
		ReportOnly: true,
		Title:      "the content of a record is not in this file",
		Causes: []string{
			"the sender left it out",
			"the privacy profile never kept it",
		},
		Next:     "Ask the sender for the content if you need it.",
		NotMeant: "It does not mean that it was erased or changed: its commitment is still signed.",
		Since:    "0.1.0",
	},
	CodeDiscloseCommitmentMismatch: {
		Kind:    ErrUntrusted,
		Number:  305,
		Verdict: "altered",
		Title:   "what is shown does not open the signed commitment",
		Causes: []string{
			"a shown field of a redacted record was changed",
			"hashes or seeds of another record were put beside it",
			"the digest list was edited",
		},
		Next:     "Do not rely on this copy; ask the sender to redact the original again.",
		NotMeant: "It does not say which field differs unless a path is named.",
		Since:    "0.1.0",
	},
	CodeDiscloseMaterialUnused: {
		Kind:    ErrUntrusted,
		Number:  306,
		Verdict: "altered",
		Title:   "the opening material does not fit the hidden places",
		Causes: []string{
			"hashes or seeds were added, removed or reordered",
			"a hidden place is listed twice or is not in the content",
		},
		Next:     "Do not rely on this copy; ask the sender to redact the original again.",
		NotMeant: "It does not mean that the original record is wrong.",
		Since:    "0.1.0",
	},
	CodeRecordHashMismatch: {
		Kind:    ErrUntrusted,
		Number:  310,
		Verdict: "altered",
		Title:   "a record does not follow the record it names as the one before",
		Causes: []string{
			"a record was replaced, moved or removed",
			"records of two histories were mixed",
		},
		Next:     "Do not rely on this copy; ask the sender for the original.",
		NotMeant: "It does not say which of the two records was replaced unless a signature also fails.",
		Since:    "0.1.0",
	},
	CodeRecordSignatureMismatch: {
		Kind:    ErrUntrusted,
		Number:  311,
		Verdict: "altered",
		Title:   "a signature does not fit what it stands on",
		Causes: []string{
			"the signed part was changed after signing",
			"the signature was replaced",
			"the wrong key was given under this name",
		},
		Next:     "Do not rely on this copy; ask the sender for the original and compare the key's fingerprint by another route.",
		NotMeant: "It does not mean that the content beside the envelope changed: the wrong key may have been given.",
		Since:    "0.1.0",
	},
	CodeRecordTagMismatch: {
		Kind:    ErrUntrusted,
		Number:  312,
		Verdict: "altered",
		Title:   "the internal tag of a record does not fit",
		Causes: []string{
			"the record was sealed by someone who had the signing key but not the tag key",
			"the tag key given is not the one of this chain's start",
		},
		Next:     "Treat the signing key as stolen until the cause is known.",
		NotMeant: "It does not show to outsiders: they cannot check tags and their verdict is made without them.",
		Since:    "0.1.0",
	},
	CodeRecordUnsigned: {
		Kind:    ErrUntrusted,
		Number:  313,
		Verdict: "unsigned",
		Title:   "a record or the manifest carries no signature",
		Causes: []string{
			"the signature was taken away",
			"the writer never signed",
		},
		Next:     "Ask for the signed original: anyone could have written this.",
		NotMeant: "It does not mean that the content was changed: no more can be said either way.",
		Since:    "0.1.0",
	},
	CodeRecordWithheld: {
		Kind:       ErrUntrusted,
		Number:     314,
		ReportOnly: true,
		Title:      "a whole record is withheld; only its digest is here",
		Causes: []string{
			"the sender left it out on purpose",
		},
		Next:     "Ask the sender what it is: it may be a refusal.",
		NotMeant: "It does not break the chain: its place and digest are signed.",
		Since:    "0.1.0",
	},
	CodeRecordOutcomeAbsent: {
		Kind:       ErrUntrusted,
		Number:     315,
		ReportOnly: true,
		Title:      "an action was begun and no outcome is recorded",
		Causes: []string{
			"the process ended before the action did",
			"the export was made while it was running",
		},
		Next:     "Ask the operator what became of the action; a later export may hold its outcome.",
		NotMeant: "It does not mean that the action failed, nor that it succeeded.",
		Since:    "0.1.0",
	},
	CodeChainGap: {
		Kind:    ErrUntrusted,
		Number:  320,
		Verdict: "altered",
		Title:   "records inside the chain are missing",
		Causes: []string{
			"records were removed",
			"two exports were joined with a part left out",
		},
		Next:     "Do not rely on this copy; ask the sender for the original.",
		NotMeant: "It does not say what the missing records held.",
		Since:    "0.1.0",
	},
	CodeChainReordered: {
		Kind:    ErrUntrusted,
		Number:  321,
		Verdict: "altered",
		Title:   "records stand in another order, or a record stands twice",
		Causes: []string{
			"lines were moved or copied",
			"two files were joined by hand",
		},
		Next:     "Do not rely on this copy; ask the sender for the original, or join files with `execert bundle join`.",
		NotMeant: "It does not mean that the records themselves were changed.",
		Since:    "0.1.0",
	},
	CodeChainTruncated: {
		Kind:    ErrUntrusted,
		Number:  322,
		Verdict: "altered",
		Title:   "records at the end of the chain that the manifest counts are missing",
		Causes: []string{
			"the end was cut off",
			"the transfer stopped",
		},
		Next:     "Do not rely on this copy; ask the sender for the whole file.",
		NotMeant: "It does not say what the missing records held.",
		Since:    "0.1.0",
	},
	CodeChainForeignRecord: {
		Kind:    ErrUntrusted,
		Number:  323,
		Verdict: "altered",
		Title:   "a record does not belong where it stands",
		Causes: []string{
			"a record of another chain, run or tenant was put in",
			"it was signed by a key that was not active there",
			"a link or a count points to what is not so",
		},
		Next:     "Do not rely on this copy; ask the sender for the original.",
		NotMeant: "It does not mean that the record is wrong in its own place.",
		Since:    "0.1.0",
	},
	CodeChainForked: {
		Kind:    ErrUntrusted,
		Number:  324,
		Verdict: "forked",
		Title:   "two different histories claim the same place",
		Causes: []string{
			"the chain was rewritten",
			"a ledger was restored from a copy and used again",
			"two recorders shared one ledger through a broken volume",
		},
		Next:     "Keep both files: at most one is what happened.",
		NotMeant: "It does not say which of the two is the true one.",
		Since:    "0.1.0",
	},
	CodeChainStartAbsent: {
		Kind:    ErrUntrusted,
		Number:  325,
		Verdict: "incomplete",
		Title:   "the beginning of the chain is not in this file",
		Causes: []string{
			"only a part was exported",
		},
		Next:     "Ask the sender for the earlier part, then join the files.",
		NotMeant: "It does not mean that what is here was changed.",
		Since:    "0.1.0",
	},
	CodeChainTailUnproven: {
		Kind:    ErrUntrusted,
		Number:  326,
		Verdict: "incomplete",
		Title:   "nothing shows that the chain ends here",
		Causes: []string{
			"the chain is still in use",
			"it was exported without a seal or a witness",
			"the end was cut off by its owner",
		},
		Next:     "Ask for a sealed or witnessed export, or accept an open end with `--allow-open`.",
		NotMeant: "It does not mean that records are missing: it means that nobody could tell.",
		Since:    "0.1.0",
	},
	CodeChainEmpty: {
		Kind:    ErrUntrusted,
		Number:  327,
		Verdict: "incomplete",
		Title:   "the file holds no records",
		Causes: []string{
			"all records were removed",
			"nothing was recorded",
		},
		Next:     "Ask the sender for a file that holds the records.",
		NotMeant: "It does not mean that nothing happened.",
		Since:    "0.1.0",
	},
	CodeChainRolledBack: {
		Kind:    ErrUntrusted,
		Number:  328,
		Verdict: "incomplete",
		Title:   "the chain is shorter than it is known to have been",
		Causes: []string{
			"the ledger was restored from an old copy",
			"the owner cut the chain and sealed it again",
		},
		Next:     "Ask the operator for the records up to the known head and keep both files.",
		NotMeant: "It does not mean that the records here were changed.",
		Since:    "0.1.0",
	},
	CodeRunGap: {
		Kind:    ErrUntrusted,
		Number:  330,
		Verdict: "altered",
		Title:   "records inside the run are missing",
		Causes: []string{
			"records were removed from the file",
		},
		Next:     "Do not rely on this copy; ask the sender for the original.",
		NotMeant: "It does not say what the missing records held.",
		Since:    "0.1.0",
	},
	CodeRunTruncated: {
		Kind:    ErrUntrusted,
		Number:  331,
		Verdict: "altered",
		Title:   "records at the end of the run that the manifest counts are missing",
		Causes: []string{
			"the end was cut off",
			"the transfer stopped",
		},
		Next:     "Do not rely on this copy; ask the sender for the whole file.",
		NotMeant: "It does not say what the missing records held.",
		Since:    "0.1.0",
	},
	CodeRunOpen: {
		Kind:    ErrUntrusted,
		Number:  332,
		Verdict: "incomplete",
		Title:   "the run has no end record",
		Causes: []string{
			"the run is still going on",
			"the process ended without closing it",
			"the export was made too early",
		},
		Next:     "Ask for an export made after the run was closed, or accept an open end with `--allow-open`.",
		NotMeant: "It does not mean that what is here was changed.",
		Since:    "0.1.0",
	},
	CodeBundleRootMismatch: {
		Kind:    ErrUntrusted,
		Number:  335,
		Verdict: "altered",
		Title:   "the records do not give what the manifest states of them",
		Causes: []string{
			"records were replaced, added or moved",
			"the manifest of another bundle was put first",
		},
		Next:     "Do not rely on this copy; ask the sender for the original.",
		NotMeant: "It does not name the record: look at the other findings for that.",
		Since:    "0.1.0",
	},
	CodeBundleRecordMissing: {
		Kind:    ErrUntrusted,
		Number:  336,
		Verdict: "altered",
		Title:   "the file holds fewer records than its manifest states",
		Causes: []string{
			"records were removed",
			"the transfer stopped",
			"a revocation was left out",
		},
		Next:     "Do not rely on this copy; ask the sender for the whole file.",
		NotMeant: "It does not say what the missing records held.",
		Since:    "0.1.0",
	},
	CodeWitnessOtherContent: {
		Kind:    ErrUntrusted,
		Number:  340,
		Verdict: "altered",
		Title:   "a witness countersigned something else",
		Causes: []string{
			"the history was rewritten after it was witnessed",
			"a countersignature of another chain was put in",
		},
		Next:     "Keep this file and ask the witness for the head it countersigned.",
		NotMeant: "It does not mean that the witness erred: its statement is genuine, of other content.",
		Since:    "0.1.0",
	},
	CodeWitnessSignatureMismatch: {
		Kind:    ErrUntrusted,
		Number:  341,
		Verdict: "altered",
		Title:   "a signature on a checkpoint does not fit it",
		Causes: []string{
			"the checkpoint or its signature line was changed",
			"the wrong key of the log or witness was given",
		},
		Next:     "Do not rely on this checkpoint; ask the sender or the witness for it again.",
		NotMeant: "It does not mean that the records differ.",
		Since:    "0.1.0",
	},
	CodeWitnessQuorumNotMet: {
		Kind:    ErrUntrusted,
		Number:  342,
		Verdict: "requirement-missing",
		Title:   "fewer independent witnesses than required countersigned the whole of it",
		Causes: []string{
			"witnesses were not reachable at export",
			"the trust names others",
			"two witnesses have one operator",
		},
		Next:     "Submit the chain to more witnesses and export again, or lower the quorum in your trust.",
		NotMeant: "It does not mean that anything was changed.",
		Since:    "0.1.0",
	},
	CodeWitnessTimeImpossible: {
		Kind:    ErrUntrusted,
		Number:  343,
		Verdict: "requirement-missing",
		Title:   "a witness states a time that lies ahead",
		Causes: []string{
			"the witness's clock is wrong",
			"the clock of this machine is wrong",
			"the witness dates its statements falsely",
		},
		Next:     "Check the clock of this machine, then ask the witness.",
		NotMeant: "It does not mean that the records differ: the countersignature is only not counted.",
		Since:    "0.1.0",
	},
	CodeWitnessNone: {
		Kind:       ErrUntrusted,
		Number:     344,
		ReportOnly: true,
		Title:      "no independent party has countersigned this",
		Causes: []string{
			"no witness was used",
			"your trust names none of those used",
		},
		Next:     "Add a witness, or treat the signer's word as the only source.",
		NotMeant: "It does not mean that anything was changed: the signer could have rewritten it before sending.",
		Since:    "0.1.0",
	},
	CodeWitnessSameOperator: {
		Kind:       ErrUntrusted,
		Number:     345,
		ReportOnly: true,
		Title:      "every witness that counts belongs to the signer",
		Causes: []string{
			"the signer runs the witness",
			"your trust gives both the same operator",
		},
		Next:     "Ask for a countersignature by a witness of another operator.",
		NotMeant: "It does not mean that the countersignature is wrong: it is only not independent.",
		Since:    "0.1.0",
	},
	CodeKeyUnknown: {
		Kind:    ErrUntrusted,
		Number:  350,
		Verdict: "unknown-signer",
		Title:   "you have not said that you trust this signer",
		Causes: []string{
			"the signer's key is not in the trust given",
			"someone else made a key and signed with it",
			"the signer has a new key",
		},
		Next:     "Compare the fingerprint with one you got by another route, then add it to your trust.",
		NotMeant: "It does not mean that the file was changed, nor that it was not: anyone can make a key.",
		Since:    "0.1.0",
	},
	CodeKeyWrongRole: {
		Kind:    ErrUntrusted,
		Number:  351,
		Verdict: "unknown-signer",
		Title:   "the key is in your trust for another role",
		Causes: []string{
			"a witness, tool or validator key signed a record",
			"the role in the trust document is misspelt",
		},
		Next:     "Ask the signer which key signs what, then correct the trust if it is wrong.",
		NotMeant: "It does not mean that the signature fails.",
		Since:    "0.1.0",
	},
	CodeKeyRevoked: {
		Kind:    ErrUntrusted,
		Number:  352,
		Verdict: "revoked",
		Title:   "the signer's key was revoked, and this is not among the records that still hold",
		Causes: []string{
			"the key was stolen and used afterwards",
			"its owner signed on with a retired key",
			"a list given by you names it",
		},
		Next:     "Rely only on records up to the last good position; ask the signer for the rest under a new key.",
		NotMeant: "It does not mean that records up to the last good position are wrong.",
		Since:    "0.1.0",
	},
	CodeKeyExpired: {
		Kind:    ErrUntrusted,
		Number:  353,
		Verdict: "expired",
		Title:   "the key's time had run out when this was signed",
		Causes: []string{
			"the key was not rotated in time",
			"the recorder's clock is wrong",
		},
		Next:     "Ask the signer for a record under a current key.",
		NotMeant: "It does not mean that the content was changed.",
		Since:    "0.1.0",
	},
	CodeKeyRevocationDisputed: {
		Kind:       ErrUntrusted,
		Number:     354,
		ReportOnly: true,
		Title:      "a witness saw this record before its key was revoked for an earlier position",
		Causes: []string{
			"the key was stolen before the witness looked",
			"the owner dated the revocation back",
		},
		Next:     "Ask the signer why the last good position lies before what was witnessed.",
		NotMeant: "It does not decide who is right: the record does not count either way.",
		Since:    "0.1.0",
	},
	CodeCertificatePlanChanged: {
		Kind:    ErrUntrusted,
		Number:  360,
		Verdict: "altered",
		Title:   "the plan is not the one the certificate was issued for",
		Causes: []string{
			"a step was changed after issue",
			"another plan was put beside the certificate",
		},
		Next:     "Do not run this plan under this certificate; ask for a certificate of the changed plan.",
		NotMeant: "It does not mean that the new plan breaks the policy: it was not checked.",
		Since:    "0.1.0",
	},
	CodeCertificateRevoked: {
		Kind:    ErrUntrusted,
		Number:  361,
		Verdict: "revoked",
		Title:   "the issuer withdrew the plan certificate",
		Causes: []string{
			"the policy changed",
			"an error was found",
			"the plan was replaced",
		},
		Next:     "Start no new run under it; read the reason given in the revocation list.",
		NotMeant: "It does not undo runs made before it was withdrawn.",
		Since:    "0.1.0",
	},
	CodeCertificateChildRevoked: {
		Kind:    ErrUntrusted,
		Number:  362,
		Verdict: "revoked",
		Title:   "a plan certificate inside this one was withdrawn, so this one falls too",
		Causes: []string{
			"the issuer of the child plan revoked it",
		},
		Next:     "Start no new run under it; ask for a certificate with a child that stands.",
		NotMeant: "It does not mean that the outer plan itself was withdrawn.",
		Since:    "0.1.0",
	},
	CodeCertificateExpired: {
		Kind:    ErrUntrusted,
		Number:  363,
		Verdict: "expired",
		Title:   "the plan certificate's time ran out",
		Causes: []string{
			"it was not renewed",
			"nobody witnessed that it was used in time",
		},
		Next:     "Start no new run under it; ask the issuer for a new one.",
		NotMeant: "It does not mean that runs inside its time were wrong.",
		Since:    "0.1.0",
	},
	CodeCertificateNotYetValid: {
		Kind:    ErrUntrusted,
		Number:  364,
		Verdict: "expired",
		Title:   "the plan certificate's time has not begun",
		Causes: []string{
			"it was issued for a later start",
			"the clock of this machine is wrong",
		},
		Next:     "Check the clock, then wait for the start named in it.",
		NotMeant: "It does not mean that it was withdrawn.",
		Since:    "0.1.0",
	},
	CodeCertificateStatusUnknown: {
		Kind:    ErrUntrusted,
		Number:  365,
		Verdict: "incomplete",
		Title:   "whether the plan certificate was withdrawn is not known",
		Causes: []string{
			"no revocation list of the issuer was given",
			"the list is too old",
		},
		Next:     "Give a current revocation list of the issuer.",
		NotMeant: "It does not mean that it was withdrawn.",
		Since:    "0.1.0",
	},
	CodeCertificateAbsent: {
		Kind:    ErrUntrusted,
		Number:  366,
		Verdict: "requirement-missing",
		Title:   "a run names no plan certificate although you asked for one",
		Causes: []string{
			"the run was started without a plan",
			"the certificate was left out of the file",
		},
		Next:     "Ask the sender for the certificate, or drop the requirement `plan`.",
		NotMeant: "It does not mean that the run broke a plan.",
		Since:    "0.1.0",
	},
	CodeIdentityWrongUse: {
		Kind:    ErrUntrusted,
		Number:  370,
		Verdict: "unknown-signer",
		Title:   "the X.509 certificate is not meant for this use",
		Causes: []string{
			"a server or client certificate was used",
			"a CA certificate signed directly",
		},
		Next:     "Issue a certificate with the documented key usage.",
		NotMeant: "It does not mean that the key is weak.",
		Since:    "0.1.0",
	},
	CodeIdentityWrongName: {
		Kind:    ErrUntrusted,
		Number:  371,
		Verdict: "unknown-signer",
		Title:   "the X.509 certificate names someone else",
		Causes: []string{
			"the certificate of another service was given",
			"a name constraint of the CA excludes it",
		},
		Next:     "Compare the name with the one your trust expects.",
		NotMeant: "It does not mean that the signature fails.",
		Since:    "0.1.0",
	},
	CodeIdentityExpired: {
		Kind:    ErrUntrusted,
		Number:  372,
		Verdict: "expired",
		Title:   "the X.509 certificate's time had run out when this was signed",
		Causes: []string{
			"it was not renewed",
			"nobody witnessed that the record was made in time",
		},
		Next:     "Ask for a witnessed or timestamped record, or one under a current certificate.",
		NotMeant: "It does not mean that the content was changed.",
		Since:    "0.1.0",
	},
	CodeIdentityEarly: {
		Kind:    ErrUntrusted,
		Number:  373,
		Verdict: "expired",
		Title:   "the X.509 certificate's time had not begun when this was signed",
		Causes: []string{
			"the recorder's clock is wrong",
			"the certificate was issued afterwards",
		},
		Next:     "Check the clocks of recorder and CA.",
		NotMeant: "It does not mean that the content was changed.",
		Since:    "0.1.0",
	},
	CodeIdentityRevoked: {
		Kind:    ErrUntrusted,
		Number:  374,
		Verdict: "revoked",
		Title:   "the X.509 certificate was revoked",
		Causes: []string{
			"the key was stolen",
			"the service was shut down",
		},
		Next:     "Rely only on records witnessed before the revocation.",
		NotMeant: "It does not mean that earlier witnessed records are wrong.",
		Since:    "0.1.0",
	},
	CodeRevocationStale: {
		Kind:    ErrUntrusted,
		Number:  380,
		Verdict: "requirement-missing",
		Title:   "the revocation list is older than your trust allows",
		Causes: []string{
			"no newer list was fetched",
			"the signer stopped publishing",
		},
		Next:     "Get the signer's current list and check again.",
		NotMeant: "It does not mean that a key was revoked.",
		Since:    "0.1.0",
	},
	CodeRevocationNotChecked: {
		Kind:       ErrUntrusted,
		Number:     381,
		ReportOnly: true,
		Title:      "whether keys were revoked was not checked",
		Causes: []string{
			"no list was given",
			"the trust does not say that this signer publishes none",
		},
		Next:     "Give the signer's list, or note in your trust that there is none.",
		NotMeant: "It does not mean that a key was revoked, nor that none was.",
		Since:    "0.1.0",
	},
	CodeTimeNotTimestamped: {
		Kind:    ErrUntrusted,
		Number:  384,
		Verdict: "requirement-missing",
		Title:   "no timestamp authority of your trust dated this although you asked for it",
		Causes: []string{
			"none was asked at export",
			"the token is of another checkpoint",
		},
		Next:     "Ask the sender for a timestamped export, or drop the requirement `timestamp`.",
		NotMeant: "It does not mean that the claimed times are wrong.",
		Since:    "0.1.0",
	},
	CodeTimeClaimContradicted: {
		Kind:       ErrUntrusted,
		Number:     385,
		ReportOnly: true,
		Title:      "a claimed time lies outside what witnesses saw",
		Causes: []string{
			"the recorder's clock was wrong",
			"the record was dated back or ahead",
		},
		Next:     "Use the witnessed interval and ask the operator about the clock.",
		NotMeant: "It does not change the order of records: that never rests on clocks.",
		Since:    "0.1.0",
	},
	CodeReplayDiffers: {
		Kind:   ErrUntrusted,
		Number: 388,
		Title:  "the stored request gets another decision now",
		Causes: []string{
			"the policy or engine given is not the one of that time",
			"the stored decision was not made by this policy",
		},
		Next:     "Compare the policy digest of the record with the policy given.",
		NotMeant: "It does not mean that the earlier decision was wrong.",
		Since:    "0.1.0",
	},
	CodeVerifyEmbedded: {
		Kind:       ErrUntrusted,
		Number:     390,
		ReportOnly: true,
		Title:      "this checker came inside the file it checks",
		Causes: []string{
			"a self-checking pack was opened directly",
		},
		Next:     "Drop the whole file on a checker you got elsewhere, or run `execert verify FILE`.",
		NotMeant: "It does not mean that the file was altered: whoever could change it could change the checker.",
		Since:    "0.1.0",
	},
	CodePolicyDenied: {
		Kind:   ErrDenied,
		Number: 200,
		Title:  "a policy rule refuses this action",
		Causes: []string{
			"a rule forbids the tool, the amount or the actor",
			"no rule allows it",
		},
		Next:     "Do not run it; read the rule named and ask whoever owns the policy.",
		NotMeant: "It does not mean that the action is wrong: it means that this policy does not allow it.",
		Since:    "0.1.0",
	},
	CodePolicyUndecided: {
		Kind:   ErrDenied,
		Number: 201,
		Title:  "the policy gave no answer, which counts as no",
		Causes: []string{
			"a condition needs a value that the request lacks",
			"the engine reported an error",
		},
		Next:     "Give the value the rule needs, or add a rule that covers this case.",
		NotMeant: "It does not mean that a rule forbids the action.",
		Since:    "0.1.0",
	},
	CodePolicyUnavailable: {
		Kind:   ErrDenied,
		Number: 202,
		Title:  "the policy could not be asked, which counts as no",
		Causes: []string{
			"the policy file is missing or unreadable",
			"the engine did not answer in time",
		},
		Next:     "Restore the policy, then try again.",
		NotMeant: "It does not mean that a rule forbids the action.",
		Since:    "0.1.0",
	},
	CodePolicyApprovalMissing: {
		Kind:   ErrDenied,
		Number: 203,
		Title:  "the action waits for an approval",
		Causes: []string{
			"nobody has answered the request",
			"the approval expired or was for other arguments",
			"the quorum is not reached",
		},
		Next:     "Have the request answered with `execert approve REQUEST`, then try again with that approval.",
		NotMeant: "It does not mean that the action was refused.",
		Since:    "0.1.0",
	},
	CodeGateNoPermit: {
		Kind:   ErrDenied,
		Number: 210,
		Title:  "a tool was run without a permit",
		Causes: []string{
			"the code calls the tool directly",
			"the permit was made for another recorder",
		},
		Next:     "Call the tool through the recorder, or take a permit first.",
		NotMeant: "It does not mean that the policy refuses the action: it was not asked.",
		Since:    "0.1.0",
	},
	CodeGatePermitReused: {
		Kind:   ErrDenied,
		Number: 211,
		Title:  "a permit was used a second time",
		Causes: []string{
			"a retry reuses the first permit",
			"a permit was copied",
		},
		Next:     "Take a new permit for each attempt.",
		NotMeant: "It does not mean that the first use was wrong.",
		Since:    "0.1.0",
	},
	CodeGatePermitMismatch: {
		Kind:   ErrDenied,
		Number: 212,
		Title:  "the permit was given for something else",
		Causes: []string{
			"arguments were changed after the permit was given",
			"the permit of another tool or run was used",
		},
		Next:     "Take a permit for exactly these arguments.",
		NotMeant: "It does not mean that the policy refuses these arguments: it was not asked about them.",
		Since:    "0.1.0",
	},
	CodeGatePermitExpired: {
		Kind:   ErrDenied,
		Number: 213,
		Title:  "the permit's time ran out before it was used",
		Causes: []string{
			"the action was delayed",
			"a clock was set back",
		},
		Next:     "Take a new permit and use it at once.",
		NotMeant: "It does not mean that the policy changed its mind.",
		Since:    "0.1.0",
	},
	CodeGateToolChanged: {
		Kind:   ErrDenied,
		Number: 214,
		Title:  "the tool's definition is not the one that was approved",
		Causes: []string{
			"the tool server was updated",
			"someone changed a description or schema",
		},
		Next:     "Compare the two definitions, then approve the new one or restore the old.",
		NotMeant: "It does not mean that the new definition is harmful.",
		Since:    "0.1.0",
	},
	CodeGateNoCertificate: {
		Kind:   ErrDenied,
		Number: 215,
		Title:  "the policy asks for a plan certificate and the run has none",
		Causes: []string{
			"the run was opened without a plan",
			"the certificate was not handed in",
		},
		Next:     "Have the plan checked, then open the run with its certificate.",
		NotMeant: "It does not mean that a plan was refused.",
		Since:    "0.1.0",
	},
	CodeGateCredentialUnavailable: {
		Kind:   ErrDenied,
		Number: 216,
		Title:  "a credential that the plan needs is not there",
		Causes: []string{
			"it was not provisioned",
			"it expired",
			"its scope is too small",
		},
		Next:     "Provide the credential named, then try again.",
		NotMeant: "It does not mean that the plan is wrong.",
		Since:    "0.1.0",
	},
	CodeGateHistoryInsufficient: {
		Kind:   ErrDenied,
		Number: 217,
		Title:  "too few earlier runs to allow this at its tier",
		Causes: []string{
			"the plan is new",
			"runs were not recorded in this ledger",
		},
		Next:     "Run it at a lower tier or with approval until the history is long enough.",
		NotMeant: "It does not mean that earlier runs failed.",
		Since:    "0.1.0",
	},
	CodeGateDriftOpen: {
		Kind:   ErrDenied,
		Number: 218,
		Title:  "a drift alarm of this plan is open",
		Causes: []string{
			"a tool's schema, a model or the runtime changed",
			"failures or costs went up",
		},
		Next:     "Look at what changed, then close the alarm or issue a new plan certificate.",
		NotMeant: "It does not mean that the certificate was withdrawn.",
		Since:    "0.1.0",
	},
	CodePlanCycle: {
		Kind:   ErrDenied,
		Number: 230,
		Title:  "steps of the plan wait for each other",
		Causes: []string{
			"a dependency was drawn the wrong way",
			"a plan contains itself as a child",
		},
		Next:     "Remove one of the dependencies named.",
		NotMeant: "It does not mean that loops are impossible: a bounded loop is a step of its own kind.",
		Since:    "0.1.0",
	},
	CodePlanDeviation: {
		Kind:   ErrDenied,
		Number: 231,
		Title:  "the action is not the next step the plan allows",
		Causes: []string{
			"the step is not in the plan",
			"a step it depends on is not done",
			"the agent left its plan",
		},
		Next:     "Follow the plan, or have a changed plan checked.",
		NotMeant: "It does not mean that a policy rule forbids the action.",
		Since:    "0.1.0",
	},
	CodeBudgetInsufficient: {
		Kind:   ErrDenied,
		Number: 240,
		Title:  "the budget left does not cover this action",
		Causes: []string{
			"earlier steps cost more than estimated",
			"the budget was set without a margin",
		},
		Next:     "Raise the budget, or leave the action out.",
		NotMeant: "It does not mean that the action was charged: it did not run.",
		Since:    "0.1.0",
	},
	CodeRecorderQuota: {
		Kind:   ErrDenied,
		Number: 245,
		Title:  "a quota of this recorder is used up",
		Causes: []string{
			"too many permits are outstanding",
			"records come faster than the quota allows",
		},
		Next:     "Use or drop outstanding permits, or raise the quota by option.",
		NotMeant: "It does not mean that the store is full.",
		Since:    "0.1.0",
	},
	CodeChainHeadMoved: {
		Kind:   ErrConflict,
		Number: 400,
		Title:  "another writer appended first",
		Causes: []string{
			"two recorders work on one ledger",
			"a prepared record was committed too late",
		},
		Next:     "Read the head again and retry; the recorder does so by itself.",
		NotMeant: "It does not mean that the chain is forked: that is what this prevents.",
		Since:    "0.1.0",
	},
	CodeChainLocked: {
		Kind:   ErrConflict,
		Number: 401,
		Title:  "the ledger is held by another process",
		Causes: []string{
			"a backup or a repair is running",
			"another program keeps its turn",
		},
		Next:     "Wait for the process named to finish, then try again.",
		NotMeant: "It does not mean that the ledger is damaged.",
		Since:    "0.1.0",
	},
	CodeChainForkedProcess: {
		Kind:   ErrConflict,
		Number: 402,
		Title:  "this handle belongs to the process before a fork",
		Causes: []string{
			"a worker was forked after the ledger was opened",
			"a connection was inherited open",
		},
		Next:     "Open the ledger again in this process.",
		NotMeant: "It does not mean that the chain is forked or that records were lost.",
		Since:    "0.1.0",
	},
	CodeStoreRequestReused: {
		Kind:   ErrConflict,
		Number: 410,
		Title:  "this request id was already used for something else",
		Causes: []string{
			"an idempotency key was reused for another request",
		},
		Next:     "Use a new request id for a new request.",
		NotMeant: "It does not mean that the first request failed.",
		Since:    "0.1.0",
	},
	CodeWitnessRollback: {
		Kind:   ErrConflict,
		Number: 420,
		Title:  "the head offered is older than one the witness has already signed",
		Causes: []string{
			"the ledger was restored from an old copy",
			"an old checkpoint was submitted",
		},
		Next:     "Submit the current head; if it is lost, continue in a new chain.",
		NotMeant: "It does not mean that the witness lost data.",
		Since:    "0.1.0",
	},
	CodeWitnessFork: {
		Kind:   ErrConflict,
		Number: 421,
		Title:  "the head offered contradicts one the witness has already signed",
		Causes: []string{
			"the chain was rewritten",
			"a copy of the ledger was used beside it",
		},
		Next:     "Keep both heads and find the second writer before appending anything.",
		NotMeant: "It does not say which of the two histories is the true one.",
		Since:    "0.1.0",
	},
	CodeStoreIo: {
		Kind:   ErrUnavailable,
		Number: 500,
		Title:  "the store could not read or write",
		Causes: []string{
			"a disk error",
			"a volume was unmounted",
			"the database did not answer",
		},
		Next:     "Check the volume named, then reopen the ledger.",
		NotMeant: "It does not mean that acknowledged records were lost.",
		Since:    "0.1.0",
	},
	CodeStoreFull: {
		Kind:   ErrUnavailable,
		Number: 501,
		Title:  "the disk is full; no new action is permitted",
		Causes: []string{
			"logs or other data filled the volume",
			"the quota of the volume is reached",
		},
		Next:     "Free space on the volume named, then reopen the ledger.",
		NotMeant: "It does not mean that acknowledged records were lost: outcomes still fit into a reserve.",
		Since:    "0.1.0",
	},
	CodeStoreReadOnly: {
		Kind:   ErrUnavailable,
		Number: 502,
		Title:  "the store may not be written",
		Causes: []string{
			"the volume was remounted read-only",
			"the file's permissions changed",
		},
		Next:     "Make the ledger's folder writable for this user again.",
		NotMeant: "It does not mean that the ledger is damaged.",
		Since:    "0.1.0",
	},
	CodeStoreCorrupt: {
		Kind:   ErrUnavailable,
		Number: 503,
		Title:  "the store's own files contradict themselves",
		Causes: []string{
			"a disk error",
			"another program wrote to the files",
			"a copy was made while it was in use",
		},
		Next:     "Stop writing, keep the folder as it is, and restore a backup into a new folder.",
		NotMeant: "It does not mean that exported bundles are affected.",
		Since:    "0.1.0",
	},
	CodeStoreUnsupportedVolume: {
		Kind:   ErrUnavailable,
		Number: 504,
		Title:  "the ledger's folder is on a volume that cannot lock safely",
		Causes: []string{
			"it is a network file system",
			"it is a synchronised folder",
		},
		Next:     "Move the ledger to a local disk, or use PostgreSQL.",
		NotMeant: "It does not mean that records were lost.",
		Since:    "0.1.0",
	},
	CodeStoreOutcomeUnknown: {
		Kind:   ErrUnavailable,
		Number: 505,
		Title:  "whether the last write was kept is not known",
		Causes: []string{
			"the connection broke during a commit",
			"the disk failed while flushing",
		},
		Next:     "Reopen the ledger and read its head: the record is there or it is not.",
		NotMeant: "It does not mean that the write failed.",
		Since:    "0.1.0",
	},
	CodeKeySignerUnavailable: {
		Kind:   ErrUnavailable,
		Number: 510,
		Title:  "the signer did not answer in time",
		Causes: []string{
			"the signing process or key service is down",
			"the network is slow",
		},
		Next:     "Restore the signer, then try again.",
		NotMeant: "It does not mean that the key was lost or refused.",
		Since:    "0.1.0",
	},
	CodeKeySignerRefused: {
		Kind:   ErrUnavailable,
		Number: 511,
		Title:  "the signer refuses to sign this",
		Causes: []string{
			"the record would branch from or go behind what it signed last",
			"its quota is used up",
		},
		Next:     "Find the second writer, or read the signer's log, before trying again.",
		NotMeant: "It does not mean that the key was revoked.",
		Since:    "0.1.0",
	},
	CodeWitnessUnavailable: {
		Kind:   ErrUnavailable,
		Number: 520,
		Title:  "the witness cannot be reached",
		Causes: []string{
			"it is down",
			"the address is wrong",
			"the network blocks it",
		},
		Next:     "Try again later; what was recorded is kept and can be witnessed then.",
		NotMeant: "It does not mean that the witness refused.",
		Since:    "0.1.0",
	},
	CodeWitnessProtocol: {
		Kind:   ErrUnavailable,
		Number: 521,
		Title:  "the witness's answer is not what the protocol allows",
		Causes: []string{
			"the address is not that of a witness",
			"a proxy answered",
			"the answer is too long or too slow",
		},
		Next:     "Check the address, then ask the witness's operator.",
		NotMeant: "It does not mean that your records are wrong.",
		Since:    "0.1.0",
	},
	CodeInternalPanic: {
		Kind:   ErrInternal,
		Number: 900,
		Title:  "an error inside execert itself; this call was stopped",
		Causes: []string{
			"a fault in our code that a test has not met",
		},
		Next:     "Report it with the code, the version and, if you may share it, the input.",
		NotMeant: "It does not mean that the evidence is wrong, nor that your process is harmed: the next call works.",
		Since:    "0.1.0",
	},
}
