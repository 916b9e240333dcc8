//! The bodies of the kinds that have one (docs/spec/03-record.md).

use super::kinds::{ApprovalVerdict, Durability, GateMode, KeyRole, PlanEvent, WitnessNeed};
use crate::digest::Digest;
use crate::id::Uuid;
use crate::key::{KeyId, PublicKey};
use crate::time::Timestamp;

/// The body of a record, by its kind.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Body {
    /// Step kinds, `decision` and `link` have none.
    None,
    /// `chain.open`
    ChainOpen(Box<ChainOpen>),
    /// `chain.seal`
    ChainSeal(ChainSeal),
    /// `heartbeat`
    Heartbeat(Heartbeat),
    /// `key.add`
    KeyAdd(KeyEntry),
    /// `key.retire`: the key is dead after this seq.
    KeyRetire {
        /// The key.
        keyid: KeyId,
    },
    /// `key.revoke`
    KeyRevoke {
        /// The key.
        keyid: KeyId,
        /// Why, an ident.
        reason: String,
        /// The last good seq.
        as_of_seq: u64,
    },
    /// `run.start`
    RunStart(RunStart),
    /// `run.end`
    RunEnd(RunEnd),
    /// `plan`
    Plan {
        /// What happened.
        event: PlanEvent,
        /// Digest of the certificate or refusal.
        document: Option<Digest>,
    },
    /// `approval.request`
    ApprovalRequest {
        /// Who is asked.
        role: String,
        /// How many have to say yes.
        quorum: u64,
        /// The question is open until then.
        expires_at: Timestamp,
    },
    /// `approval`
    Approval {
        /// The answer.
        verdict: ApprovalVerdict,
        /// Digest of the request record.
        request: Digest,
        /// Digest of the approver's document; without one the answer opens no gate.
        document: Option<Digest>,
    },
    /// `escalation`
    Escalation {
        /// The next role.
        to: String,
        /// Digest of the request record.
        request: Digest,
    },
    /// `note`
    Note {
        /// The event, an ident.
        event: String,
    },
    /// `gap`
    Gap {
        /// How many records are lost.
        lost: u64,
        /// Since when.
        since: Timestamp,
        /// Why, an ident.
        reason: String,
    },
    /// `clock.step`
    ClockStep {
        /// The clock before.
        from: Timestamp,
        /// The clock after.
        to: Timestamp,
    },
    /// `erasure`
    Erasure {
        /// The seqs whose content is gone, ascending.
        records: Vec<u64>,
        /// Why, an ident.
        reason: String,
        /// On whose word, an ident.
        authority: String,
    },
}

/// `chain.open`: what a chain begins with.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainOpen {
    /// Origin of the chain's checkpoints; ends with `/` and the chain id.
    pub origin: String,
    /// The first keys, sorted by SPKI.
    pub keys: Vec<KeyEntry>,
    /// Commitment to the MAC key of epoch 0.
    pub mac: Digest,
    /// Whether acts can be refused.
    pub gate: GateMode,
    /// When a record counts as kept.
    pub durability: Durability,
    /// Whether the chain has to be witnessed.
    pub witness: WitnessNeed,
    /// Digest of the privacy profile.
    pub profile: Digest,
    /// The program that records.
    pub software: Software,
    /// Digests of the policies in force.
    pub policies: Vec<Digest>,
    /// The chain before this one.
    pub continues: Option<Continues>,
}

/// A key of a chain.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyEntry {
    /// The key.
    pub spki: PublicKey,
    /// What it signs.
    pub role: KeyRole,
    /// It signs nothing after that.
    pub not_after: Option<Timestamp>,
}

/// Name and version of a program, two idents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Software {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The chain that a new one goes on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continues {
    /// Its id.
    pub chain: Uuid,
    /// The last seq taken over.
    pub seq: u64,
    /// Digest of that record.
    pub digest: Digest,
    /// The highest seq that was ever seen of it.
    pub highest: Option<u64>,
    /// Why, an ident.
    pub reason: String,
}

/// `chain.seal`: the last record of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainSeal {
    /// Its own seq plus one.
    pub count: u64,
    /// Its own `chain.prev`.
    pub head: Digest,
    /// How many runs the chain has.
    pub runs: u64,
    /// Intents without outcome.
    pub open_intents: u64,
}

/// `heartbeat`: the end of an epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// First seq of the epoch.
    pub first: u64,
    /// Its own seq.
    pub last: u64,
    /// Its own seq: the size of the tree below it.
    pub size: u64,
    /// Root of the tree of records 0 to seq-1.
    pub root: [u8; 32],
    /// Commitment to the MAC key of the next epoch.
    pub next_mac: Digest,
    /// H of the text of the newest cosigned note.
    pub beacon: Option<Digest>,
    /// Intents without outcome.
    pub open_intents: u64,
}

/// `run.start`: the first record of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunStart {
    /// The plan certificate of the run.
    pub certificate: Option<Digest>,
    /// Number of the run under that certificate.
    pub run_no: Option<u64>,
    /// Digest of the run before.
    pub previous: Option<Digest>,
    /// The conversation, an ident.
    pub thread: Option<String>,
}

/// `run.end`: the totals of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnd {
    /// `run.seq` plus one.
    pub records: u64,
    /// Root of the tree of the run's earlier records.
    pub root: [u8; 32],
    /// Distinct values of `step`.
    pub steps: u64,
    /// Earlier records with capture `enforced`.
    pub enforced: u64,
    /// Earlier records with capture `observed`.
    pub observed: u64,
    /// Earlier records with capture `reported`.
    pub reported: u64,
    /// Messages that came twice and were left out.
    pub duplicates: Option<u64>,
    /// Only a sample was recorded.
    pub sampled: bool,
}
