//! Generated from `codes.toml` by `cargo xtask generate`; do not edit.

use crate::error::Kind;

/// What happened, as `area.reason`. Codes and their numbers are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Code {
    /// `canon.empty`: the input holds no bytes.
    CanonEmpty,
    /// `canon.bom`: the text begins with a byte order mark.
    CanonBom,
    /// `canon.syntax`: the text is not JSON.
    CanonSyntax,
    /// `canon.trailing_bytes`: bytes follow the end of the JSON value.
    CanonTrailingBytes,
    /// `canon.duplicate_key`: one object names the same member twice.
    CanonDuplicateKey,
    /// `canon.not_utf8`: the bytes are not UTF-8.
    CanonNotUtf8,
    /// `canon.lone_surrogate`: an escape names half of a surrogate pair.
    CanonLoneSurrogate,
    /// `canon.number_not_exact`: a number cannot be kept exactly.
    CanonNumberNotExact,
    /// `canon.not_finite`: a number is not finite.
    CanonNotFinite,
    /// `canon.not_canonical`: a payload is not written in its one canonical form.
    CanonNotCanonical,
    /// `canon.too_deep`: the document is nested deeper than the limit.
    CanonTooDeep,
    /// `canon.too_many`: the document holds more values or members than the limit.
    CanonTooMany,
    /// `canon.too_large`: a string, a name or the content is larger than the limit.
    CanonTooLarge,
    /// `canon.unsupported_type`: a value is of a type that JSON does not have.
    CanonUnsupportedType,
    /// `canon.cycle`: a value contains itself.
    CanonCycle,
    /// `record.malformed`: a record's statement breaks a rule of the format.
    RecordMalformed,
    /// `record.version_unknown`: a statement's type or version is not one this build reads.
    RecordVersionUnknown,
    /// `record.unknown_member`: a statement has a member that the format does not define.
    RecordUnknownMember,
    /// `record.too_large`: a signed payload is larger than the limit.
    RecordTooLarge,
    /// `bundle.malformed`: the file breaks a rule of the bundle format.
    BundleMalformed,
    /// `bundle.version_unknown`: a line is of a format version this build does not read.
    BundleVersionUnknown,
    /// `bundle.unknown_member`: a line has a member that the format does not define.
    BundleUnknownMember,
    /// `bundle.ambiguous_container`: the container holds more than one bundle.
    BundleAmbiguousContainer,
    /// `bundle.too_large`: the bundle or one of its lines is larger than the limit.
    BundleTooLarge,
    /// `bundle.too_many`: the bundle holds more signatures, hashes or values than the limit.
    BundleTooMany,
    /// `certificate.malformed`: a plan certificate breaks a rule of its format.
    CertificateMalformed,
    /// `identity.malformed`: an X.509 certificate cannot be read or is outside the small profile accepted here.
    IdentityMalformed,
    /// `policy.malformed`: the policy document breaks a rule of its format.
    PolicyMalformed,
    /// `plan.malformed`: the plan breaks a rule of its format.
    PlanMalformed,
    /// `plan.too_large`: the plan is larger than the limit.
    PlanTooLarge,
    /// `key.malformed`: the key cannot be read.
    KeyMalformed,
    /// `key.weak`: the key is one that anybody can sign for.
    KeyWeak,
    /// `key.permissions`: the key file can be read by other users.
    KeyPermissions,
    /// `key.not_found`: no key found; nothing was recorded, and the call was stopped.
    KeyNotFound,
    /// `recorder.reserved_member`: the caller supplied a member that only the recorder may set.
    RecorderReservedMember,
    /// `recorder.source_refused`: the caller tried to say how a value was observed.
    RecorderSourceRefused,
    /// `recorder.closed`: the handle was used after it was closed.
    RecorderClosed,
    /// `wire.bad_argument`: an argument of the call is not what the function takes.
    WireBadArgument,
    /// `wire.bad_handle`: the handle is null, freed or of another kind.
    WireBadHandle,
    /// `disclose.erased`: the content was erased and cannot be shown again.
    DiscloseErased,
    /// `content.changed`: the content is not what was sealed.
    ContentChanged,
    /// `content.withheld`: content is withheld although you asked for all of it.
    ContentWithheld,
    /// `content.absent`: the content of a record is not in this file.
    ContentAbsent,
    /// `disclose.commitment_mismatch`: what is shown does not open the signed commitment.
    DiscloseCommitmentMismatch,
    /// `disclose.material_unused`: the opening material does not fit the hidden places.
    DiscloseMaterialUnused,
    /// `record.hash_mismatch`: a record does not follow the record it names as the one before.
    RecordHashMismatch,
    /// `record.signature_mismatch`: a signature does not fit what it stands on.
    RecordSignatureMismatch,
    /// `record.tag_mismatch`: the internal tag of a record does not fit.
    RecordTagMismatch,
    /// `record.unsigned`: a record or the manifest carries no signature.
    RecordUnsigned,
    /// `record.withheld`: a whole record is withheld; only its digest is here.
    RecordWithheld,
    /// `record.outcome_absent`: an action was begun and no outcome is recorded.
    RecordOutcomeAbsent,
    /// `chain.gap`: records inside the chain are missing.
    ChainGap,
    /// `chain.reordered`: records stand in another order, or a record stands twice.
    ChainReordered,
    /// `chain.truncated`: records at the end of the chain that the manifest counts are missing.
    ChainTruncated,
    /// `chain.foreign_record`: a record does not belong where it stands.
    ChainForeignRecord,
    /// `chain.forked`: two different histories claim the same place.
    ChainForked,
    /// `chain.start_absent`: the beginning of the chain is not in this file.
    ChainStartAbsent,
    /// `chain.tail_unproven`: nothing shows that the chain ends here.
    ChainTailUnproven,
    /// `chain.empty`: the file holds no records.
    ChainEmpty,
    /// `chain.rolled_back`: the chain is shorter than it is known to have been.
    ChainRolledBack,
    /// `run.gap`: records inside the run are missing.
    RunGap,
    /// `run.truncated`: records at the end of the run that the manifest counts are missing.
    RunTruncated,
    /// `run.open`: the run has no end record.
    RunOpen,
    /// `bundle.root_mismatch`: the records do not give what the manifest states of them.
    BundleRootMismatch,
    /// `bundle.record_missing`: the file holds fewer records than its manifest states.
    BundleRecordMissing,
    /// `witness.other_content`: a witness countersigned something else.
    WitnessOtherContent,
    /// `witness.signature_mismatch`: a signature on a checkpoint does not fit it.
    WitnessSignatureMismatch,
    /// `witness.quorum_not_met`: fewer independent witnesses than required countersigned the whole of it.
    WitnessQuorumNotMet,
    /// `witness.time_impossible`: a witness states a time that lies ahead.
    WitnessTimeImpossible,
    /// `witness.none`: no independent party has countersigned this.
    WitnessNone,
    /// `witness.same_operator`: every witness that counts belongs to the signer.
    WitnessSameOperator,
    /// `key.unknown`: you have not said that you trust this signer.
    KeyUnknown,
    /// `key.wrong_role`: the key is in your trust for another role.
    KeyWrongRole,
    /// `key.revoked`: the signer's key was revoked, and this is not among the records that still hold.
    KeyRevoked,
    /// `key.expired`: the key's time had run out when this was signed.
    KeyExpired,
    /// `key.revocation_disputed`: a witness saw this record before its key was revoked for an earlier position.
    KeyRevocationDisputed,
    /// `certificate.plan_changed`: the plan is not the one the certificate was issued for.
    CertificatePlanChanged,
    /// `certificate.revoked`: the issuer withdrew the plan certificate.
    CertificateRevoked,
    /// `certificate.child_revoked`: a plan certificate inside this one was withdrawn, so this one falls too.
    CertificateChildRevoked,
    /// `certificate.expired`: the plan certificate's time ran out.
    CertificateExpired,
    /// `certificate.not_yet_valid`: the plan certificate's time has not begun.
    CertificateNotYetValid,
    /// `certificate.status_unknown`: whether the plan certificate was withdrawn is not known.
    CertificateStatusUnknown,
    /// `certificate.absent`: a run names no plan certificate although you asked for one.
    CertificateAbsent,
    /// `identity.wrong_use`: the X.509 certificate is not meant for this use.
    IdentityWrongUse,
    /// `identity.wrong_name`: the X.509 certificate names someone else.
    IdentityWrongName,
    /// `identity.expired`: the X.509 certificate's time had run out when this was signed.
    IdentityExpired,
    /// `identity.early`: the X.509 certificate's time had not begun when this was signed.
    IdentityEarly,
    /// `identity.revoked`: the X.509 certificate was revoked.
    IdentityRevoked,
    /// `revocation.stale`: the revocation list is older than your trust allows.
    RevocationStale,
    /// `revocation.not_checked`: whether keys were revoked was not checked.
    RevocationNotChecked,
    /// `time.not_timestamped`: no timestamp authority of your trust dated this although you asked for it.
    TimeNotTimestamped,
    /// `time.claim_contradicted`: a claimed time lies outside what witnesses saw.
    TimeClaimContradicted,
    /// `replay.differs`: the stored request gets another decision now.
    ReplayDiffers,
    /// `verify.embedded`: this checker came inside the file it checks.
    VerifyEmbedded,
    /// `policy.denied`: a policy rule refuses this action.
    PolicyDenied,
    /// `policy.undecided`: the policy gave no answer, which counts as no.
    PolicyUndecided,
    /// `policy.unavailable`: the policy could not be asked, which counts as no.
    PolicyUnavailable,
    /// `policy.approval_missing`: the action waits for an approval.
    PolicyApprovalMissing,
    /// `gate.no_permit`: a tool was run without a permit.
    GateNoPermit,
    /// `gate.permit_reused`: a permit was used a second time.
    GatePermitReused,
    /// `gate.permit_mismatch`: the permit was given for something else.
    GatePermitMismatch,
    /// `gate.permit_expired`: the permit's time ran out before it was used.
    GatePermitExpired,
    /// `gate.tool_changed`: the tool's definition is not the one that was approved.
    GateToolChanged,
    /// `gate.no_certificate`: the policy asks for a plan certificate and the run has none.
    GateNoCertificate,
    /// `gate.credential_unavailable`: a credential that the plan needs is not there.
    GateCredentialUnavailable,
    /// `gate.history_insufficient`: too few earlier runs to allow this at its tier.
    GateHistoryInsufficient,
    /// `gate.drift_open`: a drift alarm of this plan is open.
    GateDriftOpen,
    /// `plan.cycle`: steps of the plan wait for each other.
    PlanCycle,
    /// `plan.deviation`: the action is not the next step the plan allows.
    PlanDeviation,
    /// `budget.insufficient`: the budget left does not cover this action.
    BudgetInsufficient,
    /// `recorder.quota`: a quota of this recorder is used up.
    RecorderQuota,
    /// `chain.head_moved`: another writer appended first.
    ChainHeadMoved,
    /// `chain.locked`: the ledger is held by another process.
    ChainLocked,
    /// `chain.forked_process`: this handle belongs to the process before a fork.
    ChainForkedProcess,
    /// `store.request_reused`: this request id was already used for something else.
    StoreRequestReused,
    /// `witness.rollback`: the head offered is older than one the witness has already signed.
    WitnessRollback,
    /// `witness.fork`: the head offered contradicts one the witness has already signed.
    WitnessFork,
    /// `store.io`: the store could not read or write.
    StoreIo,
    /// `store.full`: the disk is full; no new action is permitted.
    StoreFull,
    /// `store.read_only`: the store may not be written.
    StoreReadOnly,
    /// `store.corrupt`: the store's own files contradict themselves.
    StoreCorrupt,
    /// `store.unsupported_volume`: the ledger's folder is on a volume that cannot lock safely.
    StoreUnsupportedVolume,
    /// `store.outcome_unknown`: whether the last write was kept is not known.
    StoreOutcomeUnknown,
    /// `key.signer_unavailable`: the signer did not answer in time.
    KeySignerUnavailable,
    /// `key.signer_refused`: the signer refuses to sign this.
    KeySignerRefused,
    /// `witness.unavailable`: the witness cannot be reached.
    WitnessUnavailable,
    /// `witness.protocol`: the witness's answer is not what the protocol allows.
    WitnessProtocol,
    /// `internal.panic`: an error inside execert itself; this call was stopped.
    InternalPanic,
}

impl Code {
    /// Every code, in the order of the table.
    pub const ALL: &'static [Code] = &[
        Code::CanonEmpty,
        Code::CanonBom,
        Code::CanonSyntax,
        Code::CanonTrailingBytes,
        Code::CanonDuplicateKey,
        Code::CanonNotUtf8,
        Code::CanonLoneSurrogate,
        Code::CanonNumberNotExact,
        Code::CanonNotFinite,
        Code::CanonNotCanonical,
        Code::CanonTooDeep,
        Code::CanonTooMany,
        Code::CanonTooLarge,
        Code::CanonUnsupportedType,
        Code::CanonCycle,
        Code::RecordMalformed,
        Code::RecordVersionUnknown,
        Code::RecordUnknownMember,
        Code::RecordTooLarge,
        Code::BundleMalformed,
        Code::BundleVersionUnknown,
        Code::BundleUnknownMember,
        Code::BundleAmbiguousContainer,
        Code::BundleTooLarge,
        Code::BundleTooMany,
        Code::CertificateMalformed,
        Code::IdentityMalformed,
        Code::PolicyMalformed,
        Code::PlanMalformed,
        Code::PlanTooLarge,
        Code::KeyMalformed,
        Code::KeyWeak,
        Code::KeyPermissions,
        Code::KeyNotFound,
        Code::RecorderReservedMember,
        Code::RecorderSourceRefused,
        Code::RecorderClosed,
        Code::WireBadArgument,
        Code::WireBadHandle,
        Code::DiscloseErased,
        Code::ContentChanged,
        Code::ContentWithheld,
        Code::ContentAbsent,
        Code::DiscloseCommitmentMismatch,
        Code::DiscloseMaterialUnused,
        Code::RecordHashMismatch,
        Code::RecordSignatureMismatch,
        Code::RecordTagMismatch,
        Code::RecordUnsigned,
        Code::RecordWithheld,
        Code::RecordOutcomeAbsent,
        Code::ChainGap,
        Code::ChainReordered,
        Code::ChainTruncated,
        Code::ChainForeignRecord,
        Code::ChainForked,
        Code::ChainStartAbsent,
        Code::ChainTailUnproven,
        Code::ChainEmpty,
        Code::ChainRolledBack,
        Code::RunGap,
        Code::RunTruncated,
        Code::RunOpen,
        Code::BundleRootMismatch,
        Code::BundleRecordMissing,
        Code::WitnessOtherContent,
        Code::WitnessSignatureMismatch,
        Code::WitnessQuorumNotMet,
        Code::WitnessTimeImpossible,
        Code::WitnessNone,
        Code::WitnessSameOperator,
        Code::KeyUnknown,
        Code::KeyWrongRole,
        Code::KeyRevoked,
        Code::KeyExpired,
        Code::KeyRevocationDisputed,
        Code::CertificatePlanChanged,
        Code::CertificateRevoked,
        Code::CertificateChildRevoked,
        Code::CertificateExpired,
        Code::CertificateNotYetValid,
        Code::CertificateStatusUnknown,
        Code::CertificateAbsent,
        Code::IdentityWrongUse,
        Code::IdentityWrongName,
        Code::IdentityExpired,
        Code::IdentityEarly,
        Code::IdentityRevoked,
        Code::RevocationStale,
        Code::RevocationNotChecked,
        Code::TimeNotTimestamped,
        Code::TimeClaimContradicted,
        Code::ReplayDiffers,
        Code::VerifyEmbedded,
        Code::PolicyDenied,
        Code::PolicyUndecided,
        Code::PolicyUnavailable,
        Code::PolicyApprovalMissing,
        Code::GateNoPermit,
        Code::GatePermitReused,
        Code::GatePermitMismatch,
        Code::GatePermitExpired,
        Code::GateToolChanged,
        Code::GateNoCertificate,
        Code::GateCredentialUnavailable,
        Code::GateHistoryInsufficient,
        Code::GateDriftOpen,
        Code::PlanCycle,
        Code::PlanDeviation,
        Code::BudgetInsufficient,
        Code::RecorderQuota,
        Code::ChainHeadMoved,
        Code::ChainLocked,
        Code::ChainForkedProcess,
        Code::StoreRequestReused,
        Code::WitnessRollback,
        Code::WitnessFork,
        Code::StoreIo,
        Code::StoreFull,
        Code::StoreReadOnly,
        Code::StoreCorrupt,
        Code::StoreUnsupportedVolume,
        Code::StoreOutcomeUnknown,
        Code::KeySignerUnavailable,
        Code::KeySignerRefused,
        Code::WitnessUnavailable,
        Code::WitnessProtocol,
        Code::InternalPanic,
    ];

    /// The code as text: `area.reason`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.entry().text
    }

    /// What the caller has to do.
    #[must_use]
    pub const fn kind(self) -> Kind {
        self.entry().kind
    }

    /// The number of this code in C and Go. Frozen.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.entry().number
    }

    /// The row of a report that an error with this code leads to, if it leads to one.
    #[must_use]
    pub const fn verdict(self) -> Option<&'static str> {
        self.entry().verdict
    }

    /// Whether this is met in reports only, as a warning.
    #[must_use]
    pub const fn report_only(self) -> bool {
        self.entry().report_only
    }

    /// What is so, as a sentence fragment.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.entry().title
    }

    /// What can have led to it, the likeliest first.
    #[must_use]
    pub const fn causes(self) -> &'static [&'static str] {
        self.help().causes
    }

    /// What to do next.
    #[must_use]
    pub const fn next(self) -> &'static str {
        self.entry().next
    }

    /// What this does not mean.
    #[must_use]
    pub const fn not_meant(self) -> &'static str {
        self.help().not_meant
    }

    /// The first release that has this code.
    #[must_use]
    pub const fn since(self) -> &'static str {
        self.help().since
    }

    /// The code that is written so, if there is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Code> {
        Some(match text {
            "canon.empty" => Code::CanonEmpty,
            "canon.bom" => Code::CanonBom,
            "canon.syntax" => Code::CanonSyntax,
            "canon.trailing_bytes" => Code::CanonTrailingBytes,
            "canon.duplicate_key" => Code::CanonDuplicateKey,
            "canon.not_utf8" => Code::CanonNotUtf8,
            "canon.lone_surrogate" => Code::CanonLoneSurrogate,
            "canon.number_not_exact" => Code::CanonNumberNotExact,
            "canon.not_finite" => Code::CanonNotFinite,
            "canon.not_canonical" => Code::CanonNotCanonical,
            "canon.too_deep" => Code::CanonTooDeep,
            "canon.too_many" => Code::CanonTooMany,
            "canon.too_large" => Code::CanonTooLarge,
            "canon.unsupported_type" => Code::CanonUnsupportedType,
            "canon.cycle" => Code::CanonCycle,
            "record.malformed" => Code::RecordMalformed,
            "record.version_unknown" => Code::RecordVersionUnknown,
            "record.unknown_member" => Code::RecordUnknownMember,
            "record.too_large" => Code::RecordTooLarge,
            "bundle.malformed" => Code::BundleMalformed,
            "bundle.version_unknown" => Code::BundleVersionUnknown,
            "bundle.unknown_member" => Code::BundleUnknownMember,
            "bundle.ambiguous_container" => Code::BundleAmbiguousContainer,
            "bundle.too_large" => Code::BundleTooLarge,
            "bundle.too_many" => Code::BundleTooMany,
            "certificate.malformed" => Code::CertificateMalformed,
            "identity.malformed" => Code::IdentityMalformed,
            "policy.malformed" => Code::PolicyMalformed,
            "plan.malformed" => Code::PlanMalformed,
            "plan.too_large" => Code::PlanTooLarge,
            "key.malformed" => Code::KeyMalformed,
            "key.weak" => Code::KeyWeak,
            "key.permissions" => Code::KeyPermissions,
            "key.not_found" => Code::KeyNotFound,
            "recorder.reserved_member" => Code::RecorderReservedMember,
            "recorder.source_refused" => Code::RecorderSourceRefused,
            "recorder.closed" => Code::RecorderClosed,
            "wire.bad_argument" => Code::WireBadArgument,
            "wire.bad_handle" => Code::WireBadHandle,
            "disclose.erased" => Code::DiscloseErased,
            "content.changed" => Code::ContentChanged,
            "content.withheld" => Code::ContentWithheld,
            "content.absent" => Code::ContentAbsent,
            "disclose.commitment_mismatch" => Code::DiscloseCommitmentMismatch,
            "disclose.material_unused" => Code::DiscloseMaterialUnused,
            "record.hash_mismatch" => Code::RecordHashMismatch,
            "record.signature_mismatch" => Code::RecordSignatureMismatch,
            "record.tag_mismatch" => Code::RecordTagMismatch,
            "record.unsigned" => Code::RecordUnsigned,
            "record.withheld" => Code::RecordWithheld,
            "record.outcome_absent" => Code::RecordOutcomeAbsent,
            "chain.gap" => Code::ChainGap,
            "chain.reordered" => Code::ChainReordered,
            "chain.truncated" => Code::ChainTruncated,
            "chain.foreign_record" => Code::ChainForeignRecord,
            "chain.forked" => Code::ChainForked,
            "chain.start_absent" => Code::ChainStartAbsent,
            "chain.tail_unproven" => Code::ChainTailUnproven,
            "chain.empty" => Code::ChainEmpty,
            "chain.rolled_back" => Code::ChainRolledBack,
            "run.gap" => Code::RunGap,
            "run.truncated" => Code::RunTruncated,
            "run.open" => Code::RunOpen,
            "bundle.root_mismatch" => Code::BundleRootMismatch,
            "bundle.record_missing" => Code::BundleRecordMissing,
            "witness.other_content" => Code::WitnessOtherContent,
            "witness.signature_mismatch" => Code::WitnessSignatureMismatch,
            "witness.quorum_not_met" => Code::WitnessQuorumNotMet,
            "witness.time_impossible" => Code::WitnessTimeImpossible,
            "witness.none" => Code::WitnessNone,
            "witness.same_operator" => Code::WitnessSameOperator,
            "key.unknown" => Code::KeyUnknown,
            "key.wrong_role" => Code::KeyWrongRole,
            "key.revoked" => Code::KeyRevoked,
            "key.expired" => Code::KeyExpired,
            "key.revocation_disputed" => Code::KeyRevocationDisputed,
            "certificate.plan_changed" => Code::CertificatePlanChanged,
            "certificate.revoked" => Code::CertificateRevoked,
            "certificate.child_revoked" => Code::CertificateChildRevoked,
            "certificate.expired" => Code::CertificateExpired,
            "certificate.not_yet_valid" => Code::CertificateNotYetValid,
            "certificate.status_unknown" => Code::CertificateStatusUnknown,
            "certificate.absent" => Code::CertificateAbsent,
            "identity.wrong_use" => Code::IdentityWrongUse,
            "identity.wrong_name" => Code::IdentityWrongName,
            "identity.expired" => Code::IdentityExpired,
            "identity.early" => Code::IdentityEarly,
            "identity.revoked" => Code::IdentityRevoked,
            "revocation.stale" => Code::RevocationStale,
            "revocation.not_checked" => Code::RevocationNotChecked,
            "time.not_timestamped" => Code::TimeNotTimestamped,
            "time.claim_contradicted" => Code::TimeClaimContradicted,
            "replay.differs" => Code::ReplayDiffers,
            "verify.embedded" => Code::VerifyEmbedded,
            "policy.denied" => Code::PolicyDenied,
            "policy.undecided" => Code::PolicyUndecided,
            "policy.unavailable" => Code::PolicyUnavailable,
            "policy.approval_missing" => Code::PolicyApprovalMissing,
            "gate.no_permit" => Code::GateNoPermit,
            "gate.permit_reused" => Code::GatePermitReused,
            "gate.permit_mismatch" => Code::GatePermitMismatch,
            "gate.permit_expired" => Code::GatePermitExpired,
            "gate.tool_changed" => Code::GateToolChanged,
            "gate.no_certificate" => Code::GateNoCertificate,
            "gate.credential_unavailable" => Code::GateCredentialUnavailable,
            "gate.history_insufficient" => Code::GateHistoryInsufficient,
            "gate.drift_open" => Code::GateDriftOpen,
            "plan.cycle" => Code::PlanCycle,
            "plan.deviation" => Code::PlanDeviation,
            "budget.insufficient" => Code::BudgetInsufficient,
            "recorder.quota" => Code::RecorderQuota,
            "chain.head_moved" => Code::ChainHeadMoved,
            "chain.locked" => Code::ChainLocked,
            "chain.forked_process" => Code::ChainForkedProcess,
            "store.request_reused" => Code::StoreRequestReused,
            "witness.rollback" => Code::WitnessRollback,
            "witness.fork" => Code::WitnessFork,
            "store.io" => Code::StoreIo,
            "store.full" => Code::StoreFull,
            "store.read_only" => Code::StoreReadOnly,
            "store.corrupt" => Code::StoreCorrupt,
            "store.unsupported_volume" => Code::StoreUnsupportedVolume,
            "store.outcome_unknown" => Code::StoreOutcomeUnknown,
            "key.signer_unavailable" => Code::KeySignerUnavailable,
            "key.signer_refused" => Code::KeySignerRefused,
            "witness.unavailable" => Code::WitnessUnavailable,
            "witness.protocol" => Code::WitnessProtocol,
            "internal.panic" => Code::InternalPanic,
            _ => return None,
        })
    }

    const fn entry(self) -> &'static Entry {
        match self {
            Code::CanonEmpty => &Entry {
                text: "canon.empty",
                kind: Kind::Invalid,
                number: 100,
                verdict: Some("unreadable"),
                report_only: false,
                title: "the input holds no bytes",
                next: "Get the file again from its source and compare the sizes.",
            },
            Code::CanonBom => &Entry {
                text: "canon.bom",
                kind: Kind::Invalid,
                number: 101,
                verdict: Some("unreadable"),
                report_only: false,
                title: "the text begins with a byte order mark",
                next: "Ask for the file as it was exported, byte for byte; do not edit it.",
            },
            Code::CanonSyntax => &Entry {
                text: "canon.syntax",
                kind: Kind::Invalid,
                number: 102,
                verdict: Some("unreadable"),
                report_only: false,
                title: "the text is not JSON",
                next: "Look at the line and column named, then get the file again from its source.",
            },
            Code::CanonTrailingBytes => &Entry {
                text: "canon.trailing_bytes",
                kind: Kind::Invalid,
                number: 103,
                verdict: Some("unreadable"),
                report_only: false,
                title: "bytes follow the end of the JSON value",
                next: "Give one JSON value per line or document.",
            },
            Code::CanonDuplicateKey => &Entry {
                text: "canon.duplicate_key",
                kind: Kind::Invalid,
                number: 104,
                verdict: Some("unreadable"),
                report_only: false,
                title: "one object names the same member twice",
                next: "Refuse the document and ask its writer to name each member once.",
            },
            Code::CanonNotUtf8 => &Entry {
                text: "canon.not_utf8",
                kind: Kind::Invalid,
                number: 105,
                verdict: Some("unreadable"),
                report_only: false,
                title: "the bytes are not UTF-8",
                next: "Get the file again from its source, or encode the text as UTF-8 before recording it.",
            },
            Code::CanonLoneSurrogate => &Entry {
                text: "canon.lone_surrogate",
                kind: Kind::Invalid,
                number: 106,
                verdict: Some("unreadable"),
                report_only: false,
                title: "an escape names half of a surrogate pair",
                next: "Repair the string at its source, or record its bytes as base64 with a conversion.",
            },
            Code::CanonNumberNotExact => &Entry {
                text: "canon.number_not_exact",
                kind: Kind::Invalid,
                number: 107,
                verdict: Some("unreadable"),
                report_only: false,
                title: "a number cannot be kept exactly",
                next: "Write the value as a string.",
            },
            Code::CanonNotFinite => &Entry {
                text: "canon.not_finite",
                kind: Kind::Invalid,
                number: 108,
                verdict: Some("unreadable"),
                report_only: false,
                title: "a number is not finite",
                next: "Write the value as a string or leave the member out.",
            },
            Code::CanonNotCanonical => &Entry {
                text: "canon.not_canonical",
                kind: Kind::Invalid,
                number: 109,
                verdict: Some("unreadable"),
                report_only: false,
                title: "a payload is not written in its one canonical form",
                next: "Ask for the file as it was sealed; a writer has to use JCS (RFC 8785) bytes for payloads.",
            },
            Code::CanonTooDeep => &Entry {
                text: "canon.too_deep",
                kind: Kind::Invalid,
                number: 110,
                verdict: Some("unreadable"),
                report_only: false,
                title: "the document is nested deeper than the limit",
                next: "Flatten the value, or record the inner part as an artefact by digest.",
            },
            Code::CanonTooMany => &Entry {
                text: "canon.too_many",
                kind: Kind::Invalid,
                number: 111,
                verdict: Some("unreadable"),
                report_only: false,
                title: "the document holds more values or members than the limit",
                next: "Record the large part as an artefact by digest, or raise the limit by argument if you wrote the file yourself.",
            },
            Code::CanonTooLarge => &Entry {
                text: "canon.too_large",
                kind: Kind::Invalid,
                number: 112,
                verdict: Some("unreadable"),
                report_only: false,
                title: "a string, a name or the content is larger than the limit",
                next: "Record the large value as an artefact by digest.",
            },
            Code::CanonUnsupportedType => &Entry {
                text: "canon.unsupported_type",
                kind: Kind::Invalid,
                number: 113,
                verdict: Some("unreadable"),
                report_only: false,
                title: "a value is of a type that JSON does not have",
                next: "Convert the value at the path named, or let the SDK convert and note the conversion.",
            },
            Code::CanonCycle => &Entry {
                text: "canon.cycle",
                kind: Kind::Invalid,
                number: 114,
                verdict: Some("unreadable"),
                report_only: false,
                title: "a value contains itself",
                next: "Pass the fields that matter instead of the live object.",
            },
            Code::RecordMalformed => &Entry {
                text: "record.malformed",
                kind: Kind::Invalid,
                number: 120,
                verdict: Some("unreadable"),
                report_only: false,
                title: "a record's statement breaks a rule of the format",
                next: "Look at the path named and ask the writer of the file for a corrected export.",
            },
            Code::RecordVersionUnknown => &Entry {
                text: "record.version_unknown",
                kind: Kind::Invalid,
                number: 121,
                verdict: Some("unreadable"),
                report_only: false,
                title: "a statement's type or version is not one this build reads",
                next: "Check it with a newer release of execert.",
            },
            Code::RecordUnknownMember => &Entry {
                text: "record.unknown_member",
                kind: Kind::Invalid,
                number: 122,
                verdict: Some("unreadable"),
                report_only: false,
                title: "a statement has a member that the format does not define",
                next: "Check it with a newer release; extra data belongs in `ext` under a name of your own.",
            },
            Code::RecordTooLarge => &Entry {
                text: "record.too_large",
                kind: Kind::Invalid,
                number: 123,
                verdict: Some("unreadable"),
                report_only: false,
                title: "a signed payload is larger than the limit",
                next: "Move the data into the content of the record.",
            },
            Code::BundleMalformed => &Entry {
                text: "bundle.malformed",
                kind: Kind::Invalid,
                number: 125,
                verdict: Some("unreadable"),
                report_only: false,
                title: "the file breaks a rule of the bundle format",
                next: "Get the file again from its source and do not edit or compress it.",
            },
            Code::BundleVersionUnknown => &Entry {
                text: "bundle.version_unknown",
                kind: Kind::Invalid,
                number: 126,
                verdict: Some("unreadable"),
                report_only: false,
                title: "a line is of a format version this build does not read",
                next: "Check it with a newer release of execert.",
            },
            Code::BundleUnknownMember => &Entry {
                text: "bundle.unknown_member",
                kind: Kind::Invalid,
                number: 127,
                verdict: Some("unreadable"),
                report_only: false,
                title: "a line has a member that the format does not define",
                next: "Check it with a newer release, or ask for the file as it was exported.",
            },
            Code::BundleAmbiguousContainer => &Entry {
                text: "bundle.ambiguous_container",
                kind: Kind::Invalid,
                number: 128,
                verdict: Some("unreadable"),
                report_only: false,
                title: "the container holds more than one bundle",
                next: "Take the bundle you mean out of the pack and check that file alone.",
            },
            Code::BundleTooLarge => &Entry {
                text: "bundle.too_large",
                kind: Kind::Invalid,
                number: 129,
                verdict: Some("unreadable"),
                report_only: false,
                title: "the bundle or one of its lines is larger than the limit",
                next: "Split the bundle, or raise the limit by argument if you know where the file comes from.",
            },
            Code::BundleTooMany => &Entry {
                text: "bundle.too_many",
                kind: Kind::Invalid,
                number: 130,
                verdict: Some("unreadable"),
                report_only: false,
                title: "the bundle holds more signatures, hashes or values than the limit",
                next: "Split the bundle, or raise the limit by argument if you know where the file comes from.",
            },
            Code::CertificateMalformed => &Entry {
                text: "certificate.malformed",
                kind: Kind::Invalid,
                number: 135,
                verdict: Some("unreadable"),
                report_only: false,
                title: "a plan certificate breaks a rule of its format",
                next: "Ask the issuer for a corrected certificate.",
            },
            Code::IdentityMalformed => &Entry {
                text: "identity.malformed",
                kind: Kind::Invalid,
                number: 137,
                verdict: Some("unreadable"),
                report_only: false,
                title: "an X.509 certificate cannot be read or is outside the small profile accepted here",
                next: "Issue a certificate of the documented profile.",
            },
            Code::PolicyMalformed => &Entry {
                text: "policy.malformed",
                kind: Kind::Invalid,
                number: 139,
                verdict: None,
                report_only: false,
                title: "the policy document breaks a rule of its format",
                next: "Correct the place named, then run `execert policy check FILE`.",
            },
            Code::PlanMalformed => &Entry {
                text: "plan.malformed",
                kind: Kind::Invalid,
                number: 141,
                verdict: None,
                report_only: false,
                title: "the plan breaks a rule of its format",
                next: "Correct the plan at the place named and check it again.",
            },
            Code::PlanTooLarge => &Entry {
                text: "plan.too_large",
                kind: Kind::Invalid,
                number: 142,
                verdict: None,
                report_only: false,
                title: "the plan is larger than the limit",
                next: "Split the plan into child plans.",
            },
            Code::KeyMalformed => &Entry {
                text: "key.malformed",
                kind: Kind::Invalid,
                number: 150,
                verdict: None,
                report_only: false,
                title: "the key cannot be read",
                next: "Give an Ed25519 key as PKCS#8 or SPKI, or the whole fingerprint.",
            },
            Code::KeyWeak => &Entry {
                text: "key.weak",
                kind: Kind::Invalid,
                number: 151,
                verdict: Some("unknown-signer"),
                report_only: false,
                title: "the key is one that anybody can sign for",
                next: "Remove the key from the trust and get the signer's real key by another route.",
            },
            Code::KeyPermissions => &Entry {
                text: "key.permissions",
                kind: Kind::Invalid,
                number: 152,
                verdict: None,
                report_only: false,
                title: "the key file can be read by other users",
                next: "Make the file readable by its owner only (`chmod 600`), and rotate the key if others may have read it.",
            },
            Code::KeyNotFound => &Entry {
                text: "key.not_found",
                kind: Kind::Invalid,
                number: 153,
                verdict: None,
                report_only: false,
                title: "no key found; nothing was recorded, and the call was stopped",
                next: "Give the key's path, or make a key with `execert init`.",
            },
            Code::RecorderReservedMember => &Entry {
                text: "recorder.reserved_member",
                kind: Kind::Invalid,
                number: 160,
                verdict: None,
                report_only: false,
                title: "the caller supplied a member that only the recorder may set",
                next: "Leave the member out: the recorder sets it.",
            },
            Code::RecorderSourceRefused => &Entry {
                text: "recorder.source_refused",
                kind: Kind::Invalid,
                number: 161,
                verdict: None,
                report_only: false,
                title: "the caller tried to say how a value was observed",
                next: "Leave the source out: the recorder sets it from what it saw.",
            },
            Code::RecorderClosed => &Entry {
                text: "recorder.closed",
                kind: Kind::Invalid,
                number: 162,
                verdict: None,
                report_only: false,
                title: "the handle was used after it was closed",
                next: "Open a new run, or close after the last use.",
            },
            Code::WireBadArgument => &Entry {
                text: "wire.bad_argument",
                kind: Kind::Invalid,
                number: 170,
                verdict: None,
                report_only: false,
                title: "an argument of the call is not what the function takes",
                next: "Compare the call with the reference of this function.",
            },
            Code::WireBadHandle => &Entry {
                text: "wire.bad_handle",
                kind: Kind::Invalid,
                number: 171,
                verdict: None,
                report_only: false,
                title: "the handle is null, freed or of another kind",
                next: "Keep each handle until its last use and free it once.",
            },
            Code::DiscloseErased => &Entry {
                text: "disclose.erased",
                kind: Kind::Invalid,
                number: 180,
                verdict: Some("altered"),
                report_only: false,
                title: "the content was erased and cannot be shown again",
                next: "Read the erasure record for who asked and why; another holder may have an earlier copy.",
            },
            Code::ContentChanged => &Entry {
                text: "content.changed",
                kind: Kind::Untrusted,
                number: 300,
                verdict: Some("altered"),
                report_only: false,
                title: "the content is not what was sealed",
                next: "Do not rely on this copy; ask the sender for the original and compare with `execert diff A B`.",
            },
            Code::ContentWithheld => &Entry {
                text: "content.withheld",
                kind: Kind::Untrusted,
                number: 301,
                verdict: Some("requirement-missing"),
                report_only: false,
                title: "content is withheld although you asked for all of it",
                next: "Ask the sender for a fuller copy, or drop the requirement `no-withheld`.",
            },
            Code::ContentAbsent => &Entry {
                text: "content.absent",
                kind: Kind::Untrusted,
                number: 302,
                verdict: None,
                report_only: true,
                title: "the content of a record is not in this file",
                next: "Ask the sender for the content if you need it.",
            },
            Code::DiscloseCommitmentMismatch => &Entry {
                text: "disclose.commitment_mismatch",
                kind: Kind::Untrusted,
                number: 305,
                verdict: Some("altered"),
                report_only: false,
                title: "what is shown does not open the signed commitment",
                next: "Do not rely on this copy; ask the sender to redact the original again.",
            },
            Code::DiscloseMaterialUnused => &Entry {
                text: "disclose.material_unused",
                kind: Kind::Untrusted,
                number: 306,
                verdict: Some("altered"),
                report_only: false,
                title: "the opening material does not fit the hidden places",
                next: "Do not rely on this copy; ask the sender to redact the original again.",
            },
            Code::RecordHashMismatch => &Entry {
                text: "record.hash_mismatch",
                kind: Kind::Untrusted,
                number: 310,
                verdict: Some("altered"),
                report_only: false,
                title: "a record does not follow the record it names as the one before",
                next: "Do not rely on this copy; ask the sender for the original.",
            },
            Code::RecordSignatureMismatch => &Entry {
                text: "record.signature_mismatch",
                kind: Kind::Untrusted,
                number: 311,
                verdict: Some("altered"),
                report_only: false,
                title: "a signature does not fit what it stands on",
                next: "Do not rely on this copy; ask the sender for the original and compare the key's fingerprint by another route.",
            },
            Code::RecordTagMismatch => &Entry {
                text: "record.tag_mismatch",
                kind: Kind::Untrusted,
                number: 312,
                verdict: Some("altered"),
                report_only: false,
                title: "the internal tag of a record does not fit",
                next: "Treat the signing key as stolen until the cause is known.",
            },
            Code::RecordUnsigned => &Entry {
                text: "record.unsigned",
                kind: Kind::Untrusted,
                number: 313,
                verdict: Some("unsigned"),
                report_only: false,
                title: "a record or the manifest carries no signature",
                next: "Ask for the signed original: anyone could have written this.",
            },
            Code::RecordWithheld => &Entry {
                text: "record.withheld",
                kind: Kind::Untrusted,
                number: 314,
                verdict: None,
                report_only: true,
                title: "a whole record is withheld; only its digest is here",
                next: "Ask the sender what it is: it may be a refusal.",
            },
            Code::RecordOutcomeAbsent => &Entry {
                text: "record.outcome_absent",
                kind: Kind::Untrusted,
                number: 315,
                verdict: None,
                report_only: true,
                title: "an action was begun and no outcome is recorded",
                next: "Ask the operator what became of the action; a later export may hold its outcome.",
            },
            Code::ChainGap => &Entry {
                text: "chain.gap",
                kind: Kind::Untrusted,
                number: 320,
                verdict: Some("altered"),
                report_only: false,
                title: "records inside the chain are missing",
                next: "Do not rely on this copy; ask the sender for the original.",
            },
            Code::ChainReordered => &Entry {
                text: "chain.reordered",
                kind: Kind::Untrusted,
                number: 321,
                verdict: Some("altered"),
                report_only: false,
                title: "records stand in another order, or a record stands twice",
                next: "Do not rely on this copy; ask the sender for the original, or join files with `execert bundle join`.",
            },
            Code::ChainTruncated => &Entry {
                text: "chain.truncated",
                kind: Kind::Untrusted,
                number: 322,
                verdict: Some("altered"),
                report_only: false,
                title: "records at the end of the chain that the manifest counts are missing",
                next: "Do not rely on this copy; ask the sender for the whole file.",
            },
            Code::ChainForeignRecord => &Entry {
                text: "chain.foreign_record",
                kind: Kind::Untrusted,
                number: 323,
                verdict: Some("altered"),
                report_only: false,
                title: "a record does not belong where it stands",
                next: "Do not rely on this copy; ask the sender for the original.",
            },
            Code::ChainForked => &Entry {
                text: "chain.forked",
                kind: Kind::Untrusted,
                number: 324,
                verdict: Some("forked"),
                report_only: false,
                title: "two different histories claim the same place",
                next: "Keep both files: at most one is what happened.",
            },
            Code::ChainStartAbsent => &Entry {
                text: "chain.start_absent",
                kind: Kind::Untrusted,
                number: 325,
                verdict: Some("incomplete"),
                report_only: false,
                title: "the beginning of the chain is not in this file",
                next: "Ask the sender for the earlier part, then join the files.",
            },
            Code::ChainTailUnproven => &Entry {
                text: "chain.tail_unproven",
                kind: Kind::Untrusted,
                number: 326,
                verdict: Some("incomplete"),
                report_only: false,
                title: "nothing shows that the chain ends here",
                next: "Ask for a sealed or witnessed export, or accept an open end with `--allow-open`.",
            },
            Code::ChainEmpty => &Entry {
                text: "chain.empty",
                kind: Kind::Untrusted,
                number: 327,
                verdict: Some("incomplete"),
                report_only: false,
                title: "the file holds no records",
                next: "Ask the sender for a file that holds the records.",
            },
            Code::ChainRolledBack => &Entry {
                text: "chain.rolled_back",
                kind: Kind::Untrusted,
                number: 328,
                verdict: Some("incomplete"),
                report_only: false,
                title: "the chain is shorter than it is known to have been",
                next: "Ask the operator for the records up to the known head and keep both files.",
            },
            Code::RunGap => &Entry {
                text: "run.gap",
                kind: Kind::Untrusted,
                number: 330,
                verdict: Some("altered"),
                report_only: false,
                title: "records inside the run are missing",
                next: "Do not rely on this copy; ask the sender for the original.",
            },
            Code::RunTruncated => &Entry {
                text: "run.truncated",
                kind: Kind::Untrusted,
                number: 331,
                verdict: Some("altered"),
                report_only: false,
                title: "records at the end of the run that the manifest counts are missing",
                next: "Do not rely on this copy; ask the sender for the whole file.",
            },
            Code::RunOpen => &Entry {
                text: "run.open",
                kind: Kind::Untrusted,
                number: 332,
                verdict: Some("incomplete"),
                report_only: false,
                title: "the run has no end record",
                next: "Ask for an export made after the run was closed, or accept an open end with `--allow-open`.",
            },
            Code::BundleRootMismatch => &Entry {
                text: "bundle.root_mismatch",
                kind: Kind::Untrusted,
                number: 335,
                verdict: Some("altered"),
                report_only: false,
                title: "the records do not give what the manifest states of them",
                next: "Do not rely on this copy; ask the sender for the original.",
            },
            Code::BundleRecordMissing => &Entry {
                text: "bundle.record_missing",
                kind: Kind::Untrusted,
                number: 336,
                verdict: Some("altered"),
                report_only: false,
                title: "the file holds fewer records than its manifest states",
                next: "Do not rely on this copy; ask the sender for the whole file.",
            },
            Code::WitnessOtherContent => &Entry {
                text: "witness.other_content",
                kind: Kind::Untrusted,
                number: 340,
                verdict: Some("altered"),
                report_only: false,
                title: "a witness countersigned something else",
                next: "Keep this file and ask the witness for the head it countersigned.",
            },
            Code::WitnessSignatureMismatch => &Entry {
                text: "witness.signature_mismatch",
                kind: Kind::Untrusted,
                number: 341,
                verdict: Some("altered"),
                report_only: false,
                title: "a signature on a checkpoint does not fit it",
                next: "Do not rely on this checkpoint; ask the sender or the witness for it again.",
            },
            Code::WitnessQuorumNotMet => &Entry {
                text: "witness.quorum_not_met",
                kind: Kind::Untrusted,
                number: 342,
                verdict: Some("requirement-missing"),
                report_only: false,
                title: "fewer independent witnesses than required countersigned the whole of it",
                next: "Submit the chain to more witnesses and export again, or lower the quorum in your trust.",
            },
            Code::WitnessTimeImpossible => &Entry {
                text: "witness.time_impossible",
                kind: Kind::Untrusted,
                number: 343,
                verdict: Some("requirement-missing"),
                report_only: false,
                title: "a witness states a time that lies ahead",
                next: "Check the clock of this machine, then ask the witness.",
            },
            Code::WitnessNone => &Entry {
                text: "witness.none",
                kind: Kind::Untrusted,
                number: 344,
                verdict: None,
                report_only: true,
                title: "no independent party has countersigned this",
                next: "Add a witness, or treat the signer's word as the only source.",
            },
            Code::WitnessSameOperator => &Entry {
                text: "witness.same_operator",
                kind: Kind::Untrusted,
                number: 345,
                verdict: None,
                report_only: true,
                title: "every witness that counts belongs to the signer",
                next: "Ask for a countersignature by a witness of another operator.",
            },
            Code::KeyUnknown => &Entry {
                text: "key.unknown",
                kind: Kind::Untrusted,
                number: 350,
                verdict: Some("unknown-signer"),
                report_only: false,
                title: "you have not said that you trust this signer",
                next: "Compare the fingerprint with one you got by another route, then add it to your trust.",
            },
            Code::KeyWrongRole => &Entry {
                text: "key.wrong_role",
                kind: Kind::Untrusted,
                number: 351,
                verdict: Some("unknown-signer"),
                report_only: false,
                title: "the key is in your trust for another role",
                next: "Ask the signer which key signs what, then correct the trust if it is wrong.",
            },
            Code::KeyRevoked => &Entry {
                text: "key.revoked",
                kind: Kind::Untrusted,
                number: 352,
                verdict: Some("revoked"),
                report_only: false,
                title: "the signer's key was revoked, and this is not among the records that still hold",
                next: "Rely only on records up to the last good position; ask the signer for the rest under a new key.",
            },
            Code::KeyExpired => &Entry {
                text: "key.expired",
                kind: Kind::Untrusted,
                number: 353,
                verdict: Some("expired"),
                report_only: false,
                title: "the key's time had run out when this was signed",
                next: "Ask the signer for a record under a current key.",
            },
            Code::KeyRevocationDisputed => &Entry {
                text: "key.revocation_disputed",
                kind: Kind::Untrusted,
                number: 354,
                verdict: None,
                report_only: true,
                title: "a witness saw this record before its key was revoked for an earlier position",
                next: "Ask the signer why the last good position lies before what was witnessed.",
            },
            Code::CertificatePlanChanged => &Entry {
                text: "certificate.plan_changed",
                kind: Kind::Untrusted,
                number: 360,
                verdict: Some("altered"),
                report_only: false,
                title: "the plan is not the one the certificate was issued for",
                next: "Do not run this plan under this certificate; ask for a certificate of the changed plan.",
            },
            Code::CertificateRevoked => &Entry {
                text: "certificate.revoked",
                kind: Kind::Untrusted,
                number: 361,
                verdict: Some("revoked"),
                report_only: false,
                title: "the issuer withdrew the plan certificate",
                next: "Start no new run under it; read the reason given in the revocation list.",
            },
            Code::CertificateChildRevoked => &Entry {
                text: "certificate.child_revoked",
                kind: Kind::Untrusted,
                number: 362,
                verdict: Some("revoked"),
                report_only: false,
                title: "a plan certificate inside this one was withdrawn, so this one falls too",
                next: "Start no new run under it; ask for a certificate with a child that stands.",
            },
            Code::CertificateExpired => &Entry {
                text: "certificate.expired",
                kind: Kind::Untrusted,
                number: 363,
                verdict: Some("expired"),
                report_only: false,
                title: "the plan certificate's time ran out",
                next: "Start no new run under it; ask the issuer for a new one.",
            },
            Code::CertificateNotYetValid => &Entry {
                text: "certificate.not_yet_valid",
                kind: Kind::Untrusted,
                number: 364,
                verdict: Some("expired"),
                report_only: false,
                title: "the plan certificate's time has not begun",
                next: "Check the clock, then wait for the start named in it.",
            },
            Code::CertificateStatusUnknown => &Entry {
                text: "certificate.status_unknown",
                kind: Kind::Untrusted,
                number: 365,
                verdict: Some("incomplete"),
                report_only: false,
                title: "whether the plan certificate was withdrawn is not known",
                next: "Give a current revocation list of the issuer.",
            },
            Code::CertificateAbsent => &Entry {
                text: "certificate.absent",
                kind: Kind::Untrusted,
                number: 366,
                verdict: Some("requirement-missing"),
                report_only: false,
                title: "a run names no plan certificate although you asked for one",
                next: "Ask the sender for the certificate, or drop the requirement `plan`.",
            },
            Code::IdentityWrongUse => &Entry {
                text: "identity.wrong_use",
                kind: Kind::Untrusted,
                number: 370,
                verdict: Some("unknown-signer"),
                report_only: false,
                title: "the X.509 certificate is not meant for this use",
                next: "Issue a certificate with the documented key usage.",
            },
            Code::IdentityWrongName => &Entry {
                text: "identity.wrong_name",
                kind: Kind::Untrusted,
                number: 371,
                verdict: Some("unknown-signer"),
                report_only: false,
                title: "the X.509 certificate names someone else",
                next: "Compare the name with the one your trust expects.",
            },
            Code::IdentityExpired => &Entry {
                text: "identity.expired",
                kind: Kind::Untrusted,
                number: 372,
                verdict: Some("expired"),
                report_only: false,
                title: "the X.509 certificate's time had run out when this was signed",
                next: "Ask for a witnessed or timestamped record, or one under a current certificate.",
            },
            Code::IdentityEarly => &Entry {
                text: "identity.early",
                kind: Kind::Untrusted,
                number: 373,
                verdict: Some("expired"),
                report_only: false,
                title: "the X.509 certificate's time had not begun when this was signed",
                next: "Check the clocks of recorder and CA.",
            },
            Code::IdentityRevoked => &Entry {
                text: "identity.revoked",
                kind: Kind::Untrusted,
                number: 374,
                verdict: Some("revoked"),
                report_only: false,
                title: "the X.509 certificate was revoked",
                next: "Rely only on records witnessed before the revocation.",
            },
            Code::RevocationStale => &Entry {
                text: "revocation.stale",
                kind: Kind::Untrusted,
                number: 380,
                verdict: Some("requirement-missing"),
                report_only: false,
                title: "the revocation list is older than your trust allows",
                next: "Get the signer's current list and check again.",
            },
            Code::RevocationNotChecked => &Entry {
                text: "revocation.not_checked",
                kind: Kind::Untrusted,
                number: 381,
                verdict: None,
                report_only: true,
                title: "whether keys were revoked was not checked",
                next: "Give the signer's list, or note in your trust that there is none.",
            },
            Code::TimeNotTimestamped => &Entry {
                text: "time.not_timestamped",
                kind: Kind::Untrusted,
                number: 384,
                verdict: Some("requirement-missing"),
                report_only: false,
                title: "no timestamp authority of your trust dated this although you asked for it",
                next: "Ask the sender for a timestamped export, or drop the requirement `timestamp`.",
            },
            Code::TimeClaimContradicted => &Entry {
                text: "time.claim_contradicted",
                kind: Kind::Untrusted,
                number: 385,
                verdict: None,
                report_only: true,
                title: "a claimed time lies outside what witnesses saw",
                next: "Use the witnessed interval and ask the operator about the clock.",
            },
            Code::ReplayDiffers => &Entry {
                text: "replay.differs",
                kind: Kind::Untrusted,
                number: 388,
                verdict: None,
                report_only: false,
                title: "the stored request gets another decision now",
                next: "Compare the policy digest of the record with the policy given.",
            },
            Code::VerifyEmbedded => &Entry {
                text: "verify.embedded",
                kind: Kind::Untrusted,
                number: 390,
                verdict: None,
                report_only: true,
                title: "this checker came inside the file it checks",
                next: "Drop the whole file on a checker you got elsewhere, or run `execert verify FILE`.",
            },
            Code::PolicyDenied => &Entry {
                text: "policy.denied",
                kind: Kind::Denied,
                number: 200,
                verdict: None,
                report_only: false,
                title: "a policy rule refuses this action",
                next: "Do not run it; read the rule named and ask whoever owns the policy.",
            },
            Code::PolicyUndecided => &Entry {
                text: "policy.undecided",
                kind: Kind::Denied,
                number: 201,
                verdict: None,
                report_only: false,
                title: "the policy gave no answer, which counts as no",
                next: "Give the value the rule needs, or add a rule that covers this case.",
            },
            Code::PolicyUnavailable => &Entry {
                text: "policy.unavailable",
                kind: Kind::Denied,
                number: 202,
                verdict: None,
                report_only: false,
                title: "the policy could not be asked, which counts as no",
                next: "Restore the policy, then try again.",
            },
            Code::PolicyApprovalMissing => &Entry {
                text: "policy.approval_missing",
                kind: Kind::Denied,
                number: 203,
                verdict: None,
                report_only: false,
                title: "the action waits for an approval",
                next: "Have the request answered with `execert approve REQUEST`, then try again with that approval.",
            },
            Code::GateNoPermit => &Entry {
                text: "gate.no_permit",
                kind: Kind::Denied,
                number: 210,
                verdict: None,
                report_only: false,
                title: "a tool was run without a permit",
                next: "Call the tool through the recorder, or take a permit first.",
            },
            Code::GatePermitReused => &Entry {
                text: "gate.permit_reused",
                kind: Kind::Denied,
                number: 211,
                verdict: None,
                report_only: false,
                title: "a permit was used a second time",
                next: "Take a new permit for each attempt.",
            },
            Code::GatePermitMismatch => &Entry {
                text: "gate.permit_mismatch",
                kind: Kind::Denied,
                number: 212,
                verdict: None,
                report_only: false,
                title: "the permit was given for something else",
                next: "Take a permit for exactly these arguments.",
            },
            Code::GatePermitExpired => &Entry {
                text: "gate.permit_expired",
                kind: Kind::Denied,
                number: 213,
                verdict: None,
                report_only: false,
                title: "the permit's time ran out before it was used",
                next: "Take a new permit and use it at once.",
            },
            Code::GateToolChanged => &Entry {
                text: "gate.tool_changed",
                kind: Kind::Denied,
                number: 214,
                verdict: None,
                report_only: false,
                title: "the tool's definition is not the one that was approved",
                next: "Compare the two definitions, then approve the new one or restore the old.",
            },
            Code::GateNoCertificate => &Entry {
                text: "gate.no_certificate",
                kind: Kind::Denied,
                number: 215,
                verdict: None,
                report_only: false,
                title: "the policy asks for a plan certificate and the run has none",
                next: "Have the plan checked, then open the run with its certificate.",
            },
            Code::GateCredentialUnavailable => &Entry {
                text: "gate.credential_unavailable",
                kind: Kind::Denied,
                number: 216,
                verdict: None,
                report_only: false,
                title: "a credential that the plan needs is not there",
                next: "Provide the credential named, then try again.",
            },
            Code::GateHistoryInsufficient => &Entry {
                text: "gate.history_insufficient",
                kind: Kind::Denied,
                number: 217,
                verdict: None,
                report_only: false,
                title: "too few earlier runs to allow this at its tier",
                next: "Run it at a lower tier or with approval until the history is long enough.",
            },
            Code::GateDriftOpen => &Entry {
                text: "gate.drift_open",
                kind: Kind::Denied,
                number: 218,
                verdict: None,
                report_only: false,
                title: "a drift alarm of this plan is open",
                next: "Look at what changed, then close the alarm or issue a new plan certificate.",
            },
            Code::PlanCycle => &Entry {
                text: "plan.cycle",
                kind: Kind::Denied,
                number: 230,
                verdict: None,
                report_only: false,
                title: "steps of the plan wait for each other",
                next: "Remove one of the dependencies named.",
            },
            Code::PlanDeviation => &Entry {
                text: "plan.deviation",
                kind: Kind::Denied,
                number: 231,
                verdict: None,
                report_only: false,
                title: "the action is not the next step the plan allows",
                next: "Follow the plan, or have a changed plan checked.",
            },
            Code::BudgetInsufficient => &Entry {
                text: "budget.insufficient",
                kind: Kind::Denied,
                number: 240,
                verdict: None,
                report_only: false,
                title: "the budget left does not cover this action",
                next: "Raise the budget, or leave the action out.",
            },
            Code::RecorderQuota => &Entry {
                text: "recorder.quota",
                kind: Kind::Denied,
                number: 245,
                verdict: None,
                report_only: false,
                title: "a quota of this recorder is used up",
                next: "Use or drop outstanding permits, or raise the quota by option.",
            },
            Code::ChainHeadMoved => &Entry {
                text: "chain.head_moved",
                kind: Kind::Conflict,
                number: 400,
                verdict: None,
                report_only: false,
                title: "another writer appended first",
                next: "Read the head again and retry; the recorder does so by itself.",
            },
            Code::ChainLocked => &Entry {
                text: "chain.locked",
                kind: Kind::Conflict,
                number: 401,
                verdict: None,
                report_only: false,
                title: "the ledger is held by another process",
                next: "Wait for the process named to finish, then try again.",
            },
            Code::ChainForkedProcess => &Entry {
                text: "chain.forked_process",
                kind: Kind::Conflict,
                number: 402,
                verdict: None,
                report_only: false,
                title: "this handle belongs to the process before a fork",
                next: "Open the ledger again in this process.",
            },
            Code::StoreRequestReused => &Entry {
                text: "store.request_reused",
                kind: Kind::Conflict,
                number: 410,
                verdict: None,
                report_only: false,
                title: "this request id was already used for something else",
                next: "Use a new request id for a new request.",
            },
            Code::WitnessRollback => &Entry {
                text: "witness.rollback",
                kind: Kind::Conflict,
                number: 420,
                verdict: None,
                report_only: false,
                title: "the head offered is older than one the witness has already signed",
                next: "Submit the current head; if it is lost, continue in a new chain.",
            },
            Code::WitnessFork => &Entry {
                text: "witness.fork",
                kind: Kind::Conflict,
                number: 421,
                verdict: None,
                report_only: false,
                title: "the head offered contradicts one the witness has already signed",
                next: "Keep both heads and find the second writer before appending anything.",
            },
            Code::StoreIo => &Entry {
                text: "store.io",
                kind: Kind::Unavailable,
                number: 500,
                verdict: None,
                report_only: false,
                title: "the store could not read or write",
                next: "Check the volume named, then reopen the ledger.",
            },
            Code::StoreFull => &Entry {
                text: "store.full",
                kind: Kind::Unavailable,
                number: 501,
                verdict: None,
                report_only: false,
                title: "the disk is full; no new action is permitted",
                next: "Free space on the volume named, then reopen the ledger.",
            },
            Code::StoreReadOnly => &Entry {
                text: "store.read_only",
                kind: Kind::Unavailable,
                number: 502,
                verdict: None,
                report_only: false,
                title: "the store may not be written",
                next: "Make the ledger's folder writable for this user again.",
            },
            Code::StoreCorrupt => &Entry {
                text: "store.corrupt",
                kind: Kind::Unavailable,
                number: 503,
                verdict: None,
                report_only: false,
                title: "the store's own files contradict themselves",
                next: "Stop writing, keep the folder as it is, and restore a backup into a new folder.",
            },
            Code::StoreUnsupportedVolume => &Entry {
                text: "store.unsupported_volume",
                kind: Kind::Unavailable,
                number: 504,
                verdict: None,
                report_only: false,
                title: "the ledger's folder is on a volume that cannot lock safely",
                next: "Move the ledger to a local disk, or use PostgreSQL.",
            },
            Code::StoreOutcomeUnknown => &Entry {
                text: "store.outcome_unknown",
                kind: Kind::Unavailable,
                number: 505,
                verdict: None,
                report_only: false,
                title: "whether the last write was kept is not known",
                next: "Reopen the ledger and read its head: the record is there or it is not.",
            },
            Code::KeySignerUnavailable => &Entry {
                text: "key.signer_unavailable",
                kind: Kind::Unavailable,
                number: 510,
                verdict: None,
                report_only: false,
                title: "the signer did not answer in time",
                next: "Restore the signer, then try again.",
            },
            Code::KeySignerRefused => &Entry {
                text: "key.signer_refused",
                kind: Kind::Unavailable,
                number: 511,
                verdict: None,
                report_only: false,
                title: "the signer refuses to sign this",
                next: "Find the second writer, or read the signer's log, before trying again.",
            },
            Code::WitnessUnavailable => &Entry {
                text: "witness.unavailable",
                kind: Kind::Unavailable,
                number: 520,
                verdict: None,
                report_only: false,
                title: "the witness cannot be reached",
                next: "Try again later; what was recorded is kept and can be witnessed then.",
            },
            Code::WitnessProtocol => &Entry {
                text: "witness.protocol",
                kind: Kind::Unavailable,
                number: 521,
                verdict: None,
                report_only: false,
                title: "the witness's answer is not what the protocol allows",
                next: "Check the address, then ask the witness's operator.",
            },
            Code::InternalPanic => &Entry {
                text: "internal.panic",
                kind: Kind::Internal,
                number: 900,
                verdict: None,
                report_only: false,
                title: "an error inside execert itself; this call was stopped",
                next: "Report it with the code, the version and, if you may share it, the input.",
            },
        }
    }

    const fn help(self) -> &'static Help {
        match self {
            Code::CanonEmpty => &Help {
                causes: &[
                    "the file was never written or the copy stopped at once",
                    "a pipe before this one failed",
                ],
                not_meant: "It does not mean that the original is empty or altered.",
                since: "0.1.0",
            },
            Code::CanonBom => &Help {
                causes: &[
                    "an editor saved the file as \"UTF-8 with BOM\"",
                    "a shell redirected it on Windows",
                ],
                not_meant: "It does not mean that the content was changed on purpose.",
                since: "0.1.0",
            },
            Code::CanonSyntax => &Help {
                causes: &[
                    "the file was cut or joined in transit",
                    "it is another kind of file",
                    "comments or trailing commas were added by hand",
                ],
                not_meant: "It does not say whether the signed original is sound: nothing was checked.",
                since: "0.1.0",
            },
            Code::CanonTrailingBytes => &Help {
                causes: &["two documents stand on one line", "a file was appended to another"],
                not_meant: "It does not mean that the first value is damaged.",
                since: "0.1.0",
            },
            Code::CanonDuplicateKey => &Help {
                causes: &[
                    "a writer joined two objects",
                    "someone prepared a text that two readers read differently",
                ],
                not_meant: "It does not say which of the two values was meant: neither is used.",
                since: "0.1.0",
            },
            Code::CanonNotUtf8 => &Help {
                causes: &[
                    "the file was saved in another encoding",
                    "bytes were damaged in transit",
                    "a binary file was given",
                ],
                not_meant: "It does not mean that the file was altered on purpose.",
                since: "0.1.0",
            },
            Code::CanonLoneSurrogate => &Help {
                causes: &[
                    "a program cut a string in the middle of a character",
                    "a string came from a system that allows broken UTF-16",
                ],
                not_meant: "It does not mean that other strings of the document are broken.",
                since: "0.1.0",
            },
            Code::CanonNumberNotExact => &Help {
                causes: &[
                    "an identifier beyond 9007199254740991 is written as a number",
                    "a number is too small for a double",
                ],
                not_meant: "It does not mean that a stored value was rounded: nothing was stored.",
                since: "0.1.0",
            },
            Code::CanonNotFinite => &Help {
                causes: &[
                    "a calculation gave NaN or infinity",
                    "the exponent is beyond the range of a double, as in 1e400",
                ],
                not_meant: "It does not mean that the value was taken as null or zero: it was refused.",
                since: "0.1.0",
            },
            Code::CanonNotCanonical => &Help {
                causes: &[
                    "the payload was written again by a program after it was signed",
                    "its writer does not follow RFC 8785",
                ],
                not_meant: "It does not mean that the signature fails: this was refused before any signature was looked at.",
                since: "0.1.0",
            },
            Code::CanonTooDeep => &Help {
                causes: &[
                    "a structure refers to its own kind without end",
                    "a text was made to exhaust readers",
                ],
                not_meant: "It does not mean that the shallower part is wrong: none of it was used.",
                since: "0.1.0",
            },
            Code::CanonTooMany => &Help {
                causes: &["a table was recorded as content", "a text was made to exhaust readers"],
                not_meant: "It does not mean that the values are wrong.",
                since: "0.1.0",
            },
            Code::CanonTooLarge => &Help {
                causes: &["a file was recorded as content", "a text was made to exhaust readers"],
                not_meant: "It does not mean that the value is wrong, nor that a part of it was kept.",
                since: "0.1.0",
            },
            Code::CanonUnsupportedType => &Help {
                causes: &[
                    "a date, decimal, set, map, big integer or byte string was passed",
                    "a JavaScript value was undefined",
                ],
                not_meant: "It does not mean that the value was dropped or replaced: the call was refused.",
                since: "0.1.0",
            },
            Code::CanonCycle => &Help {
                causes: &["an object of the application links back to its parent"],
                not_meant: "It does not mean that the object is broken for the application's own use.",
                since: "0.1.0",
            },
            Code::RecordMalformed => &Help {
                causes: &[
                    "the writer has an error or another format in mind",
                    "a member was edited before signing",
                ],
                not_meant: "It does not mean that the content was changed after sealing: that was not looked at.",
                since: "0.1.0",
            },
            Code::RecordVersionUnknown => &Help {
                causes: &[
                    "the file was written by a newer release",
                    "it is another kind of in-toto statement",
                ],
                not_meant: "It does not mean that the file is damaged.",
                since: "0.1.0",
            },
            Code::RecordUnknownMember => &Help {
                causes: &["the file was written by a newer release", "a member was added by hand"],
                not_meant: "It does not mean that the other members are wrong: nothing was used.",
                since: "0.1.0",
            },
            Code::RecordTooLarge => &Help {
                causes: &["data that belongs in content was put into `ext` or identifiers"],
                not_meant: "It does not limit content: that has a limit of its own.",
                since: "0.1.0",
            },
            Code::BundleMalformed => &Help {
                causes: &[
                    "lines were moved, blanked or edited",
                    "the file was compressed",
                    "the transfer stopped inside a line",
                ],
                not_meant: "It does not mean that the records in it were altered: nothing was checked.",
                since: "0.1.0",
            },
            Code::BundleVersionUnknown => &Help {
                causes: &["the file was written by a newer release"],
                not_meant: "It does not mean that the file is damaged.",
                since: "0.1.0",
            },
            Code::BundleUnknownMember => &Help {
                causes: &[
                    "the file was written by a newer release",
                    "a member was added after the export",
                ],
                not_meant: "It does not mean that the signed parts are wrong: nothing was used.",
                since: "0.1.0",
            },
            Code::BundleAmbiguousContainer => &Help {
                causes: &["a second bundle was attached to a pack", "two packs were joined"],
                not_meant: "It does not say that either bundle is wrong.",
                since: "0.1.0",
            },
            Code::BundleTooLarge => &Help {
                causes: &["a very long period was exported at once", "large files were embedded"],
                not_meant: "It does not mean that the records are wrong: they were not read to the end.",
                since: "0.1.0",
            },
            Code::BundleTooMany => &Help {
                causes: &[
                    "a file was made to exhaust readers",
                    "a very large export was not split",
                ],
                not_meant: "It does not mean that the signatures are wrong.",
                since: "0.1.0",
            },
            Code::CertificateMalformed => &Help {
                causes: &["its writer has an error", "it was edited before signing"],
                not_meant: "It does not mean that the plan is wrong: it was not looked at.",
                since: "0.1.0",
            },
            Code::IdentityMalformed => &Help {
                causes: &[
                    "the file is not DER",
                    "it uses extensions or algorithms that the profile refuses",
                    "the chain is too long",
                ],
                not_meant: "It does not mean that the key in it is weak.",
                since: "0.1.0",
            },
            Code::PolicyMalformed => &Help {
                causes: &[
                    "a member is misspelt",
                    "a rule names a condition that does not exist",
                    "the four required lists are not all there",
                ],
                not_meant: "It does not mean that an action was allowed: with a policy that cannot be read nothing runs.",
                since: "0.1.0",
            },
            Code::PlanMalformed => &Help {
                causes: &[
                    "the importer met a construct it does not know",
                    "a step refers to a step that does not exist",
                ],
                not_meant: "It does not mean that the plan breaks the policy: the policy was not asked.",
                since: "0.1.0",
            },
            Code::PlanTooLarge => &Help {
                causes: &["the plan was generated without a bound", "children are nested too deep"],
                not_meant: "It does not mean that any step is wrong.",
                since: "0.1.0",
            },
            Code::KeyMalformed => &Help {
                causes: &[
                    "the file is not PEM or holds another kind of key",
                    "a fingerprint was shortened",
                    "the file was cut",
                ],
                not_meant: "It does not mean that records signed with the key are wrong.",
                since: "0.1.0",
            },
            Code::KeyWeak => &Help {
                causes: &[
                    "a test or made-up key was put into the trust",
                    "someone prepared a small-order key",
                ],
                not_meant: "It does not mean that other keys of this signer are weak.",
                since: "0.1.0",
            },
            Code::KeyPermissions => &Help {
                causes: &["it was copied with open permissions", "the folder is shared"],
                not_meant: "It does not mean that the key was read by anyone.",
                since: "0.1.0",
            },
            Code::KeyNotFound => &Help {
                causes: &[
                    "no key was given",
                    "the path is wrong",
                    "`execert init` has not been run here",
                ],
                not_meant: "It does not mean that a key was made for you: no SDK makes one silently.",
                since: "0.1.0",
            },
            Code::RecorderReservedMember => &Help {
                causes: &[
                    "the code passes seq, prev, digest, times or the like",
                    "a whole record was passed as input",
                ],
                not_meant: "It does not mean that the value would have been wrong.",
                since: "0.1.0",
            },
            Code::RecorderSourceRefused => &Help {
                causes: &["the code marks its own value as observed or countersigned"],
                not_meant: "It does not mean that the value is wrong: it counts as claimed.",
                since: "0.1.0",
            },
            Code::RecorderClosed => &Help {
                causes: &[
                    "a run or step is closed twice",
                    "work goes on in another thread after the close",
                ],
                not_meant: "It does not mean that records were lost: what was acknowledged is kept.",
                since: "0.1.0",
            },
            Code::WireBadArgument => &Help {
                causes: &[
                    "an option is misspelt",
                    "a required option is absent",
                    "a MAC key belongs to no chain of the file",
                ],
                not_meant: "It says nothing about the evidence: nothing was checked.",
                since: "0.1.0",
            },
            Code::WireBadHandle => &Help {
                causes: &["a handle was freed before its last use", "two handles were exchanged"],
                not_meant: "It does not mean that the ledger is damaged.",
                since: "0.1.0",
            },
            Code::DiscloseErased => &Help {
                causes: &["an erasure record of this ledger names the record"],
                not_meant: "It does not mean that the record was altered: its commitment still stands.",
                since: "0.1.0",
            },
            Code::ContentChanged => &Help {
                causes: &[
                    "content of this copy was changed after it was sealed",
                    "content of another record was put here",
                ],
                not_meant: "It does not say who changed it or when, nor that the original is wrong.",
                since: "0.1.0",
            },
            Code::ContentWithheld => &Help {
                causes: &[
                    "the sender redacted fields or left out content",
                    "a record was withheld whole",
                ],
                not_meant: "It does not mean that anything shown was changed.",
                since: "0.1.0",
            },
            Code::ContentAbsent => &Help {
                causes: &["the sender left it out", "the privacy profile never kept it"],
                not_meant: "It does not mean that it was erased or changed: its commitment is still signed.",
                since: "0.1.0",
            },
            Code::DiscloseCommitmentMismatch => &Help {
                causes: &[
                    "a shown field of a redacted record was changed",
                    "hashes or seeds of another record were put beside it",
                    "the digest list was edited",
                ],
                not_meant: "It does not say which field differs unless a path is named.",
                since: "0.1.0",
            },
            Code::DiscloseMaterialUnused => &Help {
                causes: &[
                    "hashes or seeds were added, removed or reordered",
                    "a hidden place is listed twice or is not in the content",
                ],
                not_meant: "It does not mean that the original record is wrong.",
                since: "0.1.0",
            },
            Code::RecordHashMismatch => &Help {
                causes: &[
                    "a record was replaced, moved or removed",
                    "records of two histories were mixed",
                ],
                not_meant: "It does not say which of the two records was replaced unless a signature also fails.",
                since: "0.1.0",
            },
            Code::RecordSignatureMismatch => &Help {
                causes: &[
                    "the signed part was changed after signing",
                    "the signature was replaced",
                    "the wrong key was given under this name",
                ],
                not_meant: "It does not mean that the content beside the envelope changed: the wrong key may have been given.",
                since: "0.1.0",
            },
            Code::RecordTagMismatch => &Help {
                causes: &[
                    "the record was sealed by someone who had the signing key but not the tag key",
                    "the tag key given is not the one of this chain's start",
                ],
                not_meant: "It does not show to outsiders: they cannot check tags and their verdict is made without them.",
                since: "0.1.0",
            },
            Code::RecordUnsigned => &Help {
                causes: &["the signature was taken away", "the writer never signed"],
                not_meant: "It does not mean that the content was changed: no more can be said either way.",
                since: "0.1.0",
            },
            Code::RecordWithheld => &Help {
                causes: &["the sender left it out on purpose"],
                not_meant: "It does not break the chain: its place and digest are signed.",
                since: "0.1.0",
            },
            Code::RecordOutcomeAbsent => &Help {
                causes: &[
                    "the process ended before the action did",
                    "the export was made while it was running",
                ],
                not_meant: "It does not mean that the action failed, nor that it succeeded.",
                since: "0.1.0",
            },
            Code::ChainGap => &Help {
                causes: &["records were removed", "two exports were joined with a part left out"],
                not_meant: "It does not say what the missing records held.",
                since: "0.1.0",
            },
            Code::ChainReordered => &Help {
                causes: &["lines were moved or copied", "two files were joined by hand"],
                not_meant: "It does not mean that the records themselves were changed.",
                since: "0.1.0",
            },
            Code::ChainTruncated => &Help {
                causes: &["the end was cut off", "the transfer stopped"],
                not_meant: "It does not say what the missing records held.",
                since: "0.1.0",
            },
            Code::ChainForeignRecord => &Help {
                causes: &[
                    "a record of another chain, run or tenant was put in",
                    "it was signed by a key that was not active there",
                    "a link or a count points to what is not so",
                ],
                not_meant: "It does not mean that the record is wrong in its own place.",
                since: "0.1.0",
            },
            Code::ChainForked => &Help {
                causes: &[
                    "the chain was rewritten",
                    "a ledger was restored from a copy and used again",
                    "two recorders shared one ledger through a broken volume",
                ],
                not_meant: "It does not say which of the two is the true one.",
                since: "0.1.0",
            },
            Code::ChainStartAbsent => &Help {
                causes: &["only a part was exported"],
                not_meant: "It does not mean that what is here was changed.",
                since: "0.1.0",
            },
            Code::ChainTailUnproven => &Help {
                causes: &[
                    "the chain is still in use",
                    "it was exported without a seal or a witness",
                    "the end was cut off by its owner",
                ],
                not_meant: "It does not mean that records are missing: it means that nobody could tell.",
                since: "0.1.0",
            },
            Code::ChainEmpty => &Help {
                causes: &["all records were removed", "nothing was recorded"],
                not_meant: "It does not mean that nothing happened.",
                since: "0.1.0",
            },
            Code::ChainRolledBack => &Help {
                causes: &[
                    "the ledger was restored from an old copy",
                    "the owner cut the chain and sealed it again",
                ],
                not_meant: "It does not mean that the records here were changed.",
                since: "0.1.0",
            },
            Code::RunGap => &Help {
                causes: &["records were removed from the file"],
                not_meant: "It does not say what the missing records held.",
                since: "0.1.0",
            },
            Code::RunTruncated => &Help {
                causes: &["the end was cut off", "the transfer stopped"],
                not_meant: "It does not say what the missing records held.",
                since: "0.1.0",
            },
            Code::RunOpen => &Help {
                causes: &[
                    "the run is still going on",
                    "the process ended without closing it",
                    "the export was made too early",
                ],
                not_meant: "It does not mean that what is here was changed.",
                since: "0.1.0",
            },
            Code::BundleRootMismatch => &Help {
                causes: &[
                    "records were replaced, added or moved",
                    "the manifest of another bundle was put first",
                ],
                not_meant: "It does not name the record: look at the other findings for that.",
                since: "0.1.0",
            },
            Code::BundleRecordMissing => &Help {
                causes: &[
                    "records were removed",
                    "the transfer stopped",
                    "a revocation was left out",
                ],
                not_meant: "It does not say what the missing records held.",
                since: "0.1.0",
            },
            Code::WitnessOtherContent => &Help {
                causes: &[
                    "the history was rewritten after it was witnessed",
                    "a countersignature of another chain was put in",
                ],
                not_meant: "It does not mean that the witness erred: its statement is genuine, of other content.",
                since: "0.1.0",
            },
            Code::WitnessSignatureMismatch => &Help {
                causes: &[
                    "the checkpoint or its signature line was changed",
                    "the wrong key of the log or witness was given",
                ],
                not_meant: "It does not mean that the records differ.",
                since: "0.1.0",
            },
            Code::WitnessQuorumNotMet => &Help {
                causes: &[
                    "witnesses were not reachable at export",
                    "the trust names others",
                    "two witnesses have one operator",
                ],
                not_meant: "It does not mean that anything was changed.",
                since: "0.1.0",
            },
            Code::WitnessTimeImpossible => &Help {
                causes: &[
                    "the witness's clock is wrong",
                    "the clock of this machine is wrong",
                    "the witness dates its statements falsely",
                ],
                not_meant: "It does not mean that the records differ: the countersignature is only not counted.",
                since: "0.1.0",
            },
            Code::WitnessNone => &Help {
                causes: &["no witness was used", "your trust names none of those used"],
                not_meant: "It does not mean that anything was changed: the signer could have rewritten it before sending.",
                since: "0.1.0",
            },
            Code::WitnessSameOperator => &Help {
                causes: &["the signer runs the witness", "your trust gives both the same operator"],
                not_meant: "It does not mean that the countersignature is wrong: it is only not independent.",
                since: "0.1.0",
            },
            Code::KeyUnknown => &Help {
                causes: &[
                    "the signer's key is not in the trust given",
                    "someone else made a key and signed with it",
                    "the signer has a new key",
                ],
                not_meant: "It does not mean that the file was changed, nor that it was not: anyone can make a key.",
                since: "0.1.0",
            },
            Code::KeyWrongRole => &Help {
                causes: &[
                    "a witness, tool or validator key signed a record",
                    "the role in the trust document is misspelt",
                ],
                not_meant: "It does not mean that the signature fails.",
                since: "0.1.0",
            },
            Code::KeyRevoked => &Help {
                causes: &[
                    "the key was stolen and used afterwards",
                    "its owner signed on with a retired key",
                    "a list given by you names it",
                ],
                not_meant: "It does not mean that records up to the last good position are wrong.",
                since: "0.1.0",
            },
            Code::KeyExpired => &Help {
                causes: &["the key was not rotated in time", "the recorder's clock is wrong"],
                not_meant: "It does not mean that the content was changed.",
                since: "0.1.0",
            },
            Code::KeyRevocationDisputed => &Help {
                causes: &[
                    "the key was stolen before the witness looked",
                    "the owner dated the revocation back",
                ],
                not_meant: "It does not decide who is right: the record does not count either way.",
                since: "0.1.0",
            },
            Code::CertificatePlanChanged => &Help {
                causes: &[
                    "a step was changed after issue",
                    "another plan was put beside the certificate",
                ],
                not_meant: "It does not mean that the new plan breaks the policy: it was not checked.",
                since: "0.1.0",
            },
            Code::CertificateRevoked => &Help {
                causes: &["the policy changed", "an error was found", "the plan was replaced"],
                not_meant: "It does not undo runs made before it was withdrawn.",
                since: "0.1.0",
            },
            Code::CertificateChildRevoked => &Help {
                causes: &["the issuer of the child plan revoked it"],
                not_meant: "It does not mean that the outer plan itself was withdrawn.",
                since: "0.1.0",
            },
            Code::CertificateExpired => &Help {
                causes: &["it was not renewed", "nobody witnessed that it was used in time"],
                not_meant: "It does not mean that runs inside its time were wrong.",
                since: "0.1.0",
            },
            Code::CertificateNotYetValid => &Help {
                causes: &["it was issued for a later start", "the clock of this machine is wrong"],
                not_meant: "It does not mean that it was withdrawn.",
                since: "0.1.0",
            },
            Code::CertificateStatusUnknown => &Help {
                causes: &["no revocation list of the issuer was given", "the list is too old"],
                not_meant: "It does not mean that it was withdrawn.",
                since: "0.1.0",
            },
            Code::CertificateAbsent => &Help {
                causes: &[
                    "the run was started without a plan",
                    "the certificate was left out of the file",
                ],
                not_meant: "It does not mean that the run broke a plan.",
                since: "0.1.0",
            },
            Code::IdentityWrongUse => &Help {
                causes: &[
                    "a server or client certificate was used",
                    "a CA certificate signed directly",
                ],
                not_meant: "It does not mean that the key is weak.",
                since: "0.1.0",
            },
            Code::IdentityWrongName => &Help {
                causes: &[
                    "the certificate of another service was given",
                    "a name constraint of the CA excludes it",
                ],
                not_meant: "It does not mean that the signature fails.",
                since: "0.1.0",
            },
            Code::IdentityExpired => &Help {
                causes: &[
                    "it was not renewed",
                    "nobody witnessed that the record was made in time",
                ],
                not_meant: "It does not mean that the content was changed.",
                since: "0.1.0",
            },
            Code::IdentityEarly => &Help {
                causes: &["the recorder's clock is wrong", "the certificate was issued afterwards"],
                not_meant: "It does not mean that the content was changed.",
                since: "0.1.0",
            },
            Code::IdentityRevoked => &Help {
                causes: &["the key was stolen", "the service was shut down"],
                not_meant: "It does not mean that earlier witnessed records are wrong.",
                since: "0.1.0",
            },
            Code::RevocationStale => &Help {
                causes: &["no newer list was fetched", "the signer stopped publishing"],
                not_meant: "It does not mean that a key was revoked.",
                since: "0.1.0",
            },
            Code::RevocationNotChecked => &Help {
                causes: &[
                    "no list was given",
                    "the trust does not say that this signer publishes none",
                ],
                not_meant: "It does not mean that a key was revoked, nor that none was.",
                since: "0.1.0",
            },
            Code::TimeNotTimestamped => &Help {
                causes: &["none was asked at export", "the token is of another checkpoint"],
                not_meant: "It does not mean that the claimed times are wrong.",
                since: "0.1.0",
            },
            Code::TimeClaimContradicted => &Help {
                causes: &["the recorder's clock was wrong", "the record was dated back or ahead"],
                not_meant: "It does not change the order of records: that never rests on clocks.",
                since: "0.1.0",
            },
            Code::ReplayDiffers => &Help {
                causes: &[
                    "the policy or engine given is not the one of that time",
                    "the stored decision was not made by this policy",
                ],
                not_meant: "It does not mean that the earlier decision was wrong.",
                since: "0.1.0",
            },
            Code::VerifyEmbedded => &Help {
                causes: &["a self-checking pack was opened directly"],
                not_meant: "It does not mean that the file was altered: whoever could change it could change the checker.",
                since: "0.1.0",
            },
            Code::PolicyDenied => &Help {
                causes: &["a rule forbids the tool, the amount or the actor", "no rule allows it"],
                not_meant: "It does not mean that the action is wrong: it means that this policy does not allow it.",
                since: "0.1.0",
            },
            Code::PolicyUndecided => &Help {
                causes: &[
                    "a condition needs a value that the request lacks",
                    "the engine reported an error",
                ],
                not_meant: "It does not mean that a rule forbids the action.",
                since: "0.1.0",
            },
            Code::PolicyUnavailable => &Help {
                causes: &[
                    "the policy file is missing or unreadable",
                    "the engine did not answer in time",
                ],
                not_meant: "It does not mean that a rule forbids the action.",
                since: "0.1.0",
            },
            Code::PolicyApprovalMissing => &Help {
                causes: &[
                    "nobody has answered the request",
                    "the approval expired or was for other arguments",
                    "the quorum is not reached",
                ],
                not_meant: "It does not mean that the action was refused.",
                since: "0.1.0",
            },
            Code::GateNoPermit => &Help {
                causes: &[
                    "the code calls the tool directly",
                    "the permit was made for another recorder",
                ],
                not_meant: "It does not mean that the policy refuses the action: it was not asked.",
                since: "0.1.0",
            },
            Code::GatePermitReused => &Help {
                causes: &["a retry reuses the first permit", "a permit was copied"],
                not_meant: "It does not mean that the first use was wrong.",
                since: "0.1.0",
            },
            Code::GatePermitMismatch => &Help {
                causes: &[
                    "arguments were changed after the permit was given",
                    "the permit of another tool or run was used",
                ],
                not_meant: "It does not mean that the policy refuses these arguments: it was not asked about them.",
                since: "0.1.0",
            },
            Code::GatePermitExpired => &Help {
                causes: &["the action was delayed", "a clock was set back"],
                not_meant: "It does not mean that the policy changed its mind.",
                since: "0.1.0",
            },
            Code::GateToolChanged => &Help {
                causes: &["the tool server was updated", "someone changed a description or schema"],
                not_meant: "It does not mean that the new definition is harmful.",
                since: "0.1.0",
            },
            Code::GateNoCertificate => &Help {
                causes: &["the run was opened without a plan", "the certificate was not handed in"],
                not_meant: "It does not mean that a plan was refused.",
                since: "0.1.0",
            },
            Code::GateCredentialUnavailable => &Help {
                causes: &["it was not provisioned", "it expired", "its scope is too small"],
                not_meant: "It does not mean that the plan is wrong.",
                since: "0.1.0",
            },
            Code::GateHistoryInsufficient => &Help {
                causes: &["the plan is new", "runs were not recorded in this ledger"],
                not_meant: "It does not mean that earlier runs failed.",
                since: "0.1.0",
            },
            Code::GateDriftOpen => &Help {
                causes: &[
                    "a tool's schema, a model or the runtime changed",
                    "failures or costs went up",
                ],
                not_meant: "It does not mean that the certificate was withdrawn.",
                since: "0.1.0",
            },
            Code::PlanCycle => &Help {
                causes: &[
                    "a dependency was drawn the wrong way",
                    "a plan contains itself as a child",
                ],
                not_meant: "It does not mean that loops are impossible: a bounded loop is a step of its own kind.",
                since: "0.1.0",
            },
            Code::PlanDeviation => &Help {
                causes: &[
                    "the step is not in the plan",
                    "a step it depends on is not done",
                    "the agent left its plan",
                ],
                not_meant: "It does not mean that a policy rule forbids the action.",
                since: "0.1.0",
            },
            Code::BudgetInsufficient => &Help {
                causes: &[
                    "earlier steps cost more than estimated",
                    "the budget was set without a margin",
                ],
                not_meant: "It does not mean that the action was charged: it did not run.",
                since: "0.1.0",
            },
            Code::RecorderQuota => &Help {
                causes: &[
                    "too many permits are outstanding",
                    "records come faster than the quota allows",
                ],
                not_meant: "It does not mean that the store is full.",
                since: "0.1.0",
            },
            Code::ChainHeadMoved => &Help {
                causes: &[
                    "two recorders work on one ledger",
                    "a prepared record was committed too late",
                ],
                not_meant: "It does not mean that the chain is forked: that is what this prevents.",
                since: "0.1.0",
            },
            Code::ChainLocked => &Help {
                causes: &["a backup or a repair is running", "another program keeps its turn"],
                not_meant: "It does not mean that the ledger is damaged.",
                since: "0.1.0",
            },
            Code::ChainForkedProcess => &Help {
                causes: &[
                    "a worker was forked after the ledger was opened",
                    "a connection was inherited open",
                ],
                not_meant: "It does not mean that the chain is forked or that records were lost.",
                since: "0.1.0",
            },
            Code::StoreRequestReused => &Help {
                causes: &["an idempotency key was reused for another request"],
                not_meant: "It does not mean that the first request failed.",
                since: "0.1.0",
            },
            Code::WitnessRollback => &Help {
                causes: &[
                    "the ledger was restored from an old copy",
                    "an old checkpoint was submitted",
                ],
                not_meant: "It does not mean that the witness lost data.",
                since: "0.1.0",
            },
            Code::WitnessFork => &Help {
                causes: &["the chain was rewritten", "a copy of the ledger was used beside it"],
                not_meant: "It does not say which of the two histories is the true one.",
                since: "0.1.0",
            },
            Code::StoreIo => &Help {
                causes: &["a disk error", "a volume was unmounted", "the database did not answer"],
                not_meant: "It does not mean that acknowledged records were lost.",
                since: "0.1.0",
            },
            Code::StoreFull => &Help {
                causes: &[
                    "logs or other data filled the volume",
                    "the quota of the volume is reached",
                ],
                not_meant: "It does not mean that acknowledged records were lost: outcomes still fit into a reserve.",
                since: "0.1.0",
            },
            Code::StoreReadOnly => &Help {
                causes: &["the volume was remounted read-only", "the file's permissions changed"],
                not_meant: "It does not mean that the ledger is damaged.",
                since: "0.1.0",
            },
            Code::StoreCorrupt => &Help {
                causes: &[
                    "a disk error",
                    "another program wrote to the files",
                    "a copy was made while it was in use",
                ],
                not_meant: "It does not mean that exported bundles are affected.",
                since: "0.1.0",
            },
            Code::StoreUnsupportedVolume => &Help {
                causes: &["it is a network file system", "it is a synchronised folder"],
                not_meant: "It does not mean that records were lost.",
                since: "0.1.0",
            },
            Code::StoreOutcomeUnknown => &Help {
                causes: &["the connection broke during a commit", "the disk failed while flushing"],
                not_meant: "It does not mean that the write failed.",
                since: "0.1.0",
            },
            Code::KeySignerUnavailable => &Help {
                causes: &["the signing process or key service is down", "the network is slow"],
                not_meant: "It does not mean that the key was lost or refused.",
                since: "0.1.0",
            },
            Code::KeySignerRefused => &Help {
                causes: &[
                    "the record would branch from or go behind what it signed last",
                    "its quota is used up",
                ],
                not_meant: "It does not mean that the key was revoked.",
                since: "0.1.0",
            },
            Code::WitnessUnavailable => &Help {
                causes: &["it is down", "the address is wrong", "the network blocks it"],
                not_meant: "It does not mean that the witness refused.",
                since: "0.1.0",
            },
            Code::WitnessProtocol => &Help {
                causes: &[
                    "the address is not that of a witness",
                    "a proxy answered",
                    "the answer is too long or too slow",
                ],
                not_meant: "It does not mean that your records are wrong.",
                since: "0.1.0",
            },
            Code::InternalPanic => &Help {
                causes: &["a fault in our code that a test has not met"],
                not_meant: "It does not mean that the evidence is wrong, nor that your process is harmed: the next call works.",
                since: "0.1.0",
            },
        }
    }
}

/// One row of the table.
struct Entry {
    text: &'static str,
    kind: Kind,
    number: u16,
    verdict: Option<&'static str>,
    report_only: bool,
    title: &'static str,
    next: &'static str,
}

/// What only people ask for. It stands apart so that a small verifier can be without.
struct Help {
    causes: &'static [&'static str],
    not_meant: &'static str,
    since: &'static str,
}
