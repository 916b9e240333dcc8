//! Documents that are neither record nor manifest: approvals, attestations, countersigns, revocation lists and those of
//! plans (docs/spec/08-documents.md).

mod plan;
mod read;

pub use plan::{Assurance, Certificate, Cost, Profile};

use crate::canon::Object;
use crate::digest::Digest;
use crate::id::Uuid;
use crate::key::KeyId;
use crate::record::{ApprovalVerdict, Tier};
use crate::statement::{DocumentKind, Subject};
use crate::time::Timestamp;

/// A document whose form is right.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it is.
    pub kind: DocumentKind,
    /// What it is about.
    pub subject: Vec<Subject>,
    /// When it was made; claimed.
    pub recorded_at: Timestamp,
    /// The key that signs it.
    pub key: KeyId,
    /// Makes two equal documents two.
    pub nonce: [u8; 16],
    /// Members of others.
    pub ext: Option<Object>,
    /// The rest, by kind.
    pub body: DocumentBody,
}

/// What a document says, by its kind.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DocumentBody {
    /// `plan-certificate/v1`, and `plan-refusal/v1` (without `expires` and `revocation`).
    Plan(Box<Certificate>),
    /// `profile/v1`
    Profile(Box<Profile>),
    /// `attestation/v1`
    Attestation(Box<Attestation>),
    /// `approval/v1`
    Approval(Box<Approval>),
    /// `countersign/v1`; `permit` is the digest of the intent it was made under.
    Countersign {
        /// The permit.
        permit: Option<Digest>,
    },
    /// `revocation-list/v1`
    RevocationList(RevocationList),
}

/// `attestation/v1`: what somebody found who checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation {
    /// Name and version of the program that checked.
    pub verifier: (String, String),
    /// It passed.
    pub passed: bool,
    /// What was checked, sorted.
    pub properties: Vec<String>,
    /// How many records, first and last seq.
    pub checked: (u64, u64, u64),
    /// Code and digest of each failure.
    pub failures: Vec<(String, Digest)>,
    /// The checkpoint that was known then.
    pub checkpoint: Option<Point>,
}

/// A head of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Origin of the log.
    pub origin: String,
    /// Its size.
    pub size: u64,
    /// Root of its tree.
    pub root: [u8; 32],
}

/// `approval/v1`: the answer of an approver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Digest of the request record.
    pub request: Digest,
    /// The answer.
    pub verdict: ApprovalVerdict,
    /// The answer counts until then.
    pub expires_at: Timestamp,
    /// In which role the approver answers.
    pub role: String,
    /// Who may answer instead, exactly with verdict `delegated`.
    pub delegation: Option<Delegation>,
}

/// What a delegated approval hands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// To whom.
    pub to: KeyId,
    /// For which tools.
    pub tools: Vec<String>,
    /// Up to which tier.
    pub tier: Tier,
    /// How often it may be handed on, at most 3.
    pub depth: u64,
}

/// `revocation-list/v1`: what an issuer has revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// Number of the list, from 1.
    pub number: u64,
    /// Digest of the list before; none at 1.
    pub prev: Option<Digest>,
    /// When it was made.
    pub this_update: Timestamp,
    /// When the next one is due.
    pub next_update: Timestamp,
    /// What is revoked.
    pub entries: Vec<Revocation>,
}

/// One entry of a revocation list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// What is revoked.
    pub target: Revoked,
    /// Why, an ident.
    pub reason: String,
    /// Since when.
    pub revoked_at: Timestamp,
    /// Origin and size of the log up to which the key's records still count.
    pub last_valid: Option<(String, u64)>,
}

/// A key or a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revoked {
    /// A key.
    Key(KeyId),
    /// A document, by its digest.
    Document(Digest),
}

/// The place of a chain, as plan profiles name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainPoint {
    /// The chain.
    pub chain: Uuid,
    /// The seq.
    pub seq: u64,
    /// Digest of that record.
    pub head: Digest,
}
