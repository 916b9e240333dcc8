//! Documents about plans: certificate, refusal and profile (plans.md chapters 4 and 7).

use crate::digest::Digest;
use crate::document::ChainPoint;
use crate::time::Timestamp;

/// `plan-certificate/v1` and `plan-refusal/v1`: what was checked of a plan, and how it came out.
#[derive(Debug, Clone, PartialEq)]
pub struct Certificate {
    /// Digests of catalogue, policy, credentials, rules and facts, in this order.
    pub context: [Digest; 5],
    /// When the plan was looked at.
    pub at: Timestamp,
    /// Name and version of the validator.
    pub validator: (String, String),
    /// The checks that have to hold.
    pub required: Vec<String>,
    /// The checks that were made, by name.
    pub assurances: Vec<(String, Assurance)>,
    /// Lines and root of the proof.
    pub proof: (u64, [u8; 32]),
    /// What the plan costs.
    pub cost: Cost,
    /// Id and digest of the certificates it rests on.
    pub children: Vec<(String, Digest)>,
    /// The certificate it takes the place of.
    pub supersedes: Option<Digest>,
    /// The certificate it was made from by difference, steps unchanged, and the steps that changed.
    pub delta: Option<(Digest, u64, Vec<String>)>,
    /// When it was made.
    pub issued: Timestamp,
    /// It counts until then; none for a refusal.
    pub expires: Option<Timestamp>,
    /// List and greatest age in seconds; none for a refusal.
    pub revocation: Option<(String, u64)>,
    /// Root of its content.
    pub content: [u8; 32],
}

/// One check of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assurance {
    /// It holds.
    pub ok: bool,
    /// How many things were checked.
    pub checked: u64,
    /// Proved by the rules; otherwise the issuer's word.
    pub proved: bool,
    /// Lines of the proof.
    pub lines: Vec<u64>,
}

/// What a plan costs, in `unit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// The unit, an ident.
    pub unit: String,
    /// As likely.
    pub estimate: u64,
    /// At worst.
    pub worst_case: u64,
    /// Reserve, in basis points.
    pub buffer_bp: u64,
    /// What has to be there before it begins.
    pub minimum: u64,
}

/// `profile/v1`: what the runs under a certificate came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Id of the certificate.
    pub ctc: String,
    /// The record up to which it counts.
    pub through: ChainPoint,
    /// How many runs.
    pub runs: u64,
    /// The whole predicate; its other numbers are recomputed, not believed.
    pub value: crate::canon::Object,
}
