//! in-toto Statements v1: what a payload says it is about, and the kinds of document of the format (format.md chapter 2).

use crate::canon::Object;
use crate::digest::Digest;
use crate::words::words;

/// `_type` of every statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

words! {
    /// The documents of the format, by `predicateType`.
    DocumentKind {
        /// A record of a chain.
        Record = "https://execert.dev/record/v1",
        /// The manifest of a bundle.
        Bundle = "https://execert.dev/bundle/v1",
        /// A plan that holds.
        PlanCertificate = "https://execert.dev/plan-certificate/v1",
        /// A plan that does not.
        PlanRefusal = "https://execert.dev/plan-refusal/v1",
        /// What the runs under a certificate came to.
        Profile = "https://execert.dev/profile/v1",
        /// Somebody checked a bundle or record.
        Attestation = "https://execert.dev/attestation/v1",
        /// The answer of an approver.
        Approval = "https://execert.dev/approval/v1",
        /// A tool signs a value.
        Countersign = "https://execert.dev/countersign/v1",
        /// Keys and documents that are revoked.
        RevocationList = "https://execert.dev/revocation-list/v1",
    }
}

/// A statement whose form is right as far as this module knows; the predicate is read by its kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What it is.
    pub kind: DocumentKind,
    /// What it is about; at least one.
    pub subject: Vec<Subject>,
    /// What it says.
    pub predicate: Object,
}

/// A name and a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The name.
    pub name: String,
    /// The digest.
    pub digest: SubjectDigest,
}

/// The two digests that a subject may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubjectDigest {
    /// Under `sha256`.
    Sha256(Digest),
    /// Under `execert-content-v1`: the salted root of content.
    Content([u8; 32]),
}
