//! A record: what happened, when, in which chain and run, by whom, and how it was decided (docs/spec/03-record.md).

mod body;
mod body_read;
mod decision;
mod kinds;
pub(crate) mod read;
pub(crate) mod rules;
mod seal;
mod write;

pub use body::{Body, ChainOpen, ChainSeal, Continues, Heartbeat, KeyEntry, RunEnd, RunStart, Software};
pub use decision::{Decision, Layer, Tier, Verdict};
pub use kinds::{
    ApprovalVerdict, Capture, Durability, Failure, GateMode, KeyRole, Kind, Mode, PartyType, Phase, PlanEvent, Source,
    Status, WitnessNeed,
};
pub use seal::{Committed, Draft, KeepOut, Sealed, seal, seal_document};

use crate::canon::Object;
use crate::canon::fields::Node;
use crate::digest::Digest;
use crate::error::Result;
use crate::id::Uuid;
use crate::key::KeyId;
use crate::statement::{self, Subject};
use crate::time::Timestamp;

/// The predicate of `record/v1`.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// When it was recorded; claimed.
    pub recorded_at: Timestamp,
    /// The key that signs it.
    pub key: KeyId,
    /// Makes two equal records two.
    pub nonce: [u8; 16],
    /// Members of others, by names such as `com.example/x`.
    pub ext: Option<Object>,
    /// A label; identity is the digest.
    pub id: Uuid,
    /// Pseudonym of the tenant, the same in the whole chain.
    pub tenant: String,
    /// Place in the chain.
    pub chain: Place,
    /// What it tells of.
    pub kind: Kind,
    /// Before, after, or all of it.
    pub phase: Phase,
    /// For real, dry or replayed.
    pub mode: Mode,
    /// How close the recorder was.
    pub capture: Capture,
    /// How it ended; none for an intent.
    pub status: Option<Status>,
    /// Class of the failure, exactly with status `failed`.
    pub failure: Option<Failure>,
    /// Place in the run.
    pub run: Option<Place>,
    /// The step it belongs to.
    pub step: Option<Uuid>,
    /// Number of the attempt, from 1.
    pub attempt: Option<u64>,
    /// Tool, model or node.
    pub name: Option<String>,
    /// The framework's or provider's id of the call.
    pub call_id: Option<String>,
    /// Who acted.
    pub actor: Option<Party>,
    /// For whom.
    pub principal: Option<Party>,
    /// Digest of the tool definition in force.
    pub tool: Option<Digest>,
    /// The model.
    pub model: Option<Model>,
    /// What the gate decided.
    pub decision: Option<Decision>,
    /// What it used.
    pub usage: Option<Usage>,
    /// When it began; claimed.
    pub started_at: Option<Timestamp>,
    /// When it ended; claimed.
    pub ended_at: Option<Timestamp>,
    /// Digest of the record whose content has `/runtime`.
    pub runtime: Option<Digest>,
    /// W3C `traceparent` of the span.
    pub trace: Option<String>,
    /// The commitment to the content.
    pub content: ContentHead,
    /// References to other records.
    pub links: Vec<Link>,
    /// What the kind adds.
    pub body: Body,
    /// Tag for checks inside the house.
    pub mac: Mac,
}

/// A place in a chain or a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The chain or run.
    pub id: Uuid,
    /// The number in it, from 0.
    pub seq: u64,
    /// Digest of the record before; none at 0.
    pub prev: Option<Digest>,
}

/// Somebody who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Agent, human or service.
    pub kind: PartyType,
    /// A pseudonym, an ident.
    pub id: String,
}

/// The model that was asked and the one that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Who runs it.
    pub provider: String,
    /// The name asked for.
    pub requested: String,
    /// The name that answered.
    pub served: Option<String>,
    /// The provider's id of the answer.
    pub response_id: Option<String>,
}

/// What a step used; whole numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: Option<u64>,
    /// Tokens written.
    pub output_tokens: Option<u64>,
    /// Tokens read from a cache.
    pub cached_tokens: Option<u64>,
    /// Tokens of reasoning.
    pub reasoning_tokens: Option<u64>,
    /// Microseconds.
    pub duration_us: Option<u64>,
    /// Millionths of `unit`.
    pub cost_micros: Option<u64>,
    /// Unit of the cost, exactly with `cost_micros`.
    pub unit: Option<String>,
}

/// The public part of the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentHead {
    /// `commit(content, seed)`.
    pub root: [u8; 32],
    /// Which place rests on what, sorted by pointer.
    pub sources: Vec<(String, Source)>,
    /// Places that were committed and never stored, with the rule's name, sorted by pointer.
    pub kept_out: Vec<(String, String)>,
}

/// A reference to another record or document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The relation: a word of the format, or `com.example/x`.
    pub rel: String,
    /// Digest of the target.
    pub digest: Digest,
    /// The chain of the target, if it is another one.
    pub chain: Option<Uuid>,
    /// Its seq there.
    pub seq: Option<u64>,
}

/// The HMAC tag of a record (docs/spec/03-record.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mac {
    /// Heartbeats with a lower seq.
    pub epoch: u64,
    /// The tag.
    pub tag: [u8; 32],
}

impl Record {
    /// Reads a record from the value of a payload: its members, its subject and the rules between them.
    ///
    /// # Errors
    /// `record.unknown_member`, `record.malformed`.
    pub(crate) fn read(payload: &Node<'_>) -> Result<Record> {
        let members = statement::parts(payload)?;
        let predicate = members.need("predicate")?;
        let record = read::read_record(&predicate)?;
        let about = Subject::content(record.content.root);
        statement::read_subjects(&members, |first| *first == about)?;
        rules::check(&record, &predicate)?;
        Ok(record)
    }
}
