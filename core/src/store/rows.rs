//! What goes into a ledger and comes out of it. Plain data; which rows fit together is the recorder's business.

use core::fmt;

use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::id::Uuid;
use crate::merkle::Frontier;
use crate::time::Timestamp;

/// What never changes in a ledger.
#[derive(Clone)]
pub struct Identity {
    /// The chain id; record 0 says the same.
    pub id: Uuid,
    /// Pseudonym of the tenant (ident).
    pub tenant: String,
    /// Log domain, `/`, chain id: the name under which checkpoints are signed.
    pub origin: String,
    /// Key of the idempotency tags: HMAC-SHA256 over the caller's request id.
    pub index_key: [u8; 32],
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The index key stays out of logs.
        f.debug_struct("Identity")
            .field("id", &self.id)
            .field("tenant", &self.tenant)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// How a ledger is opened, and made if there is none. None: the default, or what the ledger already has.
#[derive(Clone, Debug, Default)]
pub struct NewLedger {
    /// Pseudonym of the tenant; default: stem of the folder. Fixed.
    pub tenant: Option<String>,
    /// First part of the origin; default `execert.local`. Fixed.
    pub log_domain: Option<String>,
    /// Default durable. Fixed.
    pub durability: Option<Durability>,
    /// Take a network or FUSE volume too.
    pub allow_volume: bool,
    /// Another place for the head file, better on another volume.
    pub head_file: Option<String>,
}

/// What an acknowledged record survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// Kill and power cut, if the disk honours flush.
    #[default]
    Durable,
    /// Kill; a power cut may cost what came since the epoch's start, and the next open says so.
    Process,
    /// Nothing; for tests.
    Memory,
}

impl Durability {
    /// The word of `chain.open`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Durable => "durable",
            Self::Process => "process",
            Self::Memory => "memory",
        }
    }

    /// The mode of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Durable, Self::Process, Self::Memory]
            .into_iter()
            .find(|mode| mode.as_str() == word)
    }
}

/// Whether a ledger may be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// It may.
    #[default]
    Open,
    /// `chain.seal` is its last record.
    Sealed,
    /// Found damaged or rolled back: readable, not writable.
    Frozen,
}

impl State {
    /// The word in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Sealed => "sealed",
            Self::Frozen => "frozen",
        }
    }

    /// The state of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Sealed, Self::Frozen]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// The last record, and the tree over all records up to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its seq.
    pub seq: u64,
    /// Its digest.
    pub digest: Digest,
    /// Number of heartbeats up to and including it: the epoch that the next record belongs to.
    pub epoch: u64,
    /// Right edge of the tree over records `0..=seq`, so that a root costs log n, not n.
    pub frontier: Frontier,
    /// Its `recorded_at`.
    pub at: Timestamp,
    /// Seq of the first record of the epoch that the next record belongs to.
    pub first: u64,
    /// Intents without an outcome.
    pub intents: u64,
    /// Runs begun so far.
    pub runs: u64,
    /// Digest of the policy that the chain named last.
    pub policy: Option<Digest>,
}

/// Where an open run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunHead {
    /// Id of the run.
    pub id: Uuid,
    /// `run.seq` of its last record.
    pub seq: u64,
    /// Digest of that record.
    pub digest: Digest,
    /// Right edge of the tree over its records.
    pub frontier: Frontier,
    /// Whose run it is; None: detached.
    pub recorder: Option<Uuid>,
    /// `recorded_at` of its last record, ms since 1970.
    pub at: i64,
    /// What `run.end` will say.
    pub counts: RunCounts,
}

/// Counters of an open run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// Records with capture `enforced`.
    pub enforced: u64,
    /// Records with capture `observed`.
    pub observed: u64,
    /// Records with capture `reported`.
    pub reported: u64,
    /// Distinct steps.
    pub steps: u64,
    /// Name of the run.
    pub name: Option<String>,
    /// Thread it belongs to.
    pub thread: Option<String>,
}

/// One record as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its seq.
    pub seq: u64,
    /// H(payload).
    pub digest: Digest,
    /// JCS of the DSSE envelope.
    pub envelope: Vec<u8>,
    /// JCS of the content form `{content, seed}` or `{content, open}`, with `index` where kept; None: withheld or erased.
    pub content: Option<Vec<u8>>,
    /// Run and seq in it.
    pub run: Option<(Uuid, u64)>,
}

/// A row to append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRow {
    /// The record.
    pub row: Row,
    /// Idempotency tag: HMAC-SHA256 under the index key.
    pub request: Option<[u8; 32]>,
}

/// A run as it is found: by name, thread or state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEntry {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: Option<String>,
    /// Its thread.
    pub thread: Option<String>,
    /// Seq of `run.start`.
    pub first: u64,
    /// Seq of `run.end`; None while open.
    pub last: Option<u64>,
    /// Status of `run.end`.
    pub status: Option<String>,
}

/// Which runs; members that are None do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunQuery {
    /// This one.
    pub id: Option<Uuid>,
    /// With this name.
    pub name: Option<String>,
    /// Of this thread.
    pub thread: Option<String>,
    /// Open or ended ones.
    pub state: Option<RunState>,
}

impl RunQuery {
    /// Whether an entry is one of those asked for.
    #[must_use]
    pub fn takes(&self, entry: &RunEntry) -> bool {
        let same = |asked: &Option<String>, has: &Option<String>| asked.is_none() || asked == has;
        self.id.is_none_or(|id| id == entry.id)
            && same(&self.name, &entry.name)
            && same(&self.thread, &entry.thread)
            && self
                .state
                .is_none_or(|state| (state == RunState::Open) == entry.last.is_none())
    }
}

/// Whether a run has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunState {
    /// It has not.
    Open,
    /// It has a `run.end`.
    Closed,
}

/// A request for approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Seq of the request record.
    pub seq: u64,
    /// Digest of the request record.
    pub digest: Digest,
    /// Thread of the run.
    pub thread: Option<String>,
    /// The framework's call id.
    pub call_id: Option<String>,
    /// Name of the tool.
    pub tool: Option<String>,
    /// When it lapses, ms since 1970.
    pub expires: Option<i64>,
    /// JCS of the content it was asked with; gone once used.
    pub content: Option<Vec<u8>>,
    /// Seed of that content; gone once used.
    pub seed: Option<[u8; 32]>,
    /// How far it is.
    pub state: RequestState,
    /// Digests of the approval documents that answer it.
    pub approvals: Vec<Digest>,
}

/// How far a request for approval is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestState {
    /// Nobody answered.
    #[default]
    Waiting,
    /// Granted, not used.
    Approved,
    /// Granted and used, by the intent's own commit.
    Used,
    /// Refused.
    Refused,
    /// Too late.
    Expired,
}

impl RequestState {
    /// The word in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Used => "used",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }

    /// The state of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Approved, Self::Used, Self::Refused, Self::Expired]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// Which requests; members that are None do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestQuery {
    /// This one.
    pub digest: Option<Digest>,
    /// Of this thread.
    pub thread: Option<String>,
    /// Of this call.
    pub call_id: Option<String>,
    /// In this state.
    pub state: Option<RequestState>,
}

impl RequestQuery {
    /// Whether a request is one of those asked for.
    #[must_use]
    pub fn takes(&self, request: &Request) -> bool {
        let same = |asked: &Option<String>, has: &Option<String>| asked.is_none() || asked == has;
        self.digest.is_none_or(|digest| digest == request.digest)
            && same(&self.thread, &request.thread)
            && same(&self.call_id, &request.call_id)
            && self.state.is_none_or(|state| state == request.state)
    }
}

/// An intent without an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Seq of the intent.
    pub seq: u64,
    /// Who wrote it.
    pub recorder: Uuid,
}

/// A full tile of the tree (C2SP tlog-tiles).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// 0: leaf hashes; each level above stands for 256 tiles below.
    pub level: u8,
    /// Place in its level.
    pub n: u64,
    /// 256 hashes, 8,192 bytes.
    pub hashes: Vec<u8>,
}

/// All that one commit changes.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Records to append, dense from the seq after the head; may be empty.
    pub rows: Vec<NewRow>,
    /// The head after them.
    pub head: Head,
    /// Intents that these rows open, by seq, for this recorder.
    pub open_intents: Vec<u64>,
    /// Intents that these rows settle.
    pub close_intents: Vec<u64>,
    /// Open runs, where they stand now.
    pub runs: Vec<RunHead>,
    /// Runs that ended.
    pub closed_runs: Vec<Uuid>,
    /// Entries of the index of runs, new or changed.
    pub run_entries: Vec<RunEntry>,
    /// Requests for approval, new or changed.
    pub requests: Vec<Request>,
    /// Documents to keep: digest, envelope.
    pub documents: Vec<(Digest, Vec<u8>)>,
    /// Of these rows: record 0, key.* and erasure records, by seq; every bundle needs them.
    pub basis: Vec<u64>,
    /// Records whose content goes, for good.
    pub erase: Vec<u64>,
    /// Tiles that are full now.
    pub tiles: Vec<Tile>,
    /// A checkpoint: size, note. One of the same size is replaced (cosignatures are added).
    pub checkpoint: Option<(u64, Vec<u8>)>,
    /// The MAC key of a new epoch; the older one is overwritten after the commit.
    pub mac: Option<(u64, [u8; 32])>,
    /// A new state of the ledger.
    pub state: Option<State>,
    /// Dead recorders whose leftovers these rows deal with.
    pub bury: Vec<Uuid>,
    /// Flush before returning, whatever the mode: intents, decisions, approvals, refusals and their outcomes.
    pub durable: bool,
}

impl Batch {
    /// A batch that changes nothing yet and ends at `head`.
    #[must_use]
    pub fn new(head: Head) -> Self {
        Self {
            rows: Vec::new(),
            head,
            open_intents: Vec::new(),
            close_intents: Vec::new(),
            runs: Vec::new(),
            closed_runs: Vec::new(),
            run_entries: Vec::new(),
            requests: Vec::new(),
            documents: Vec::new(),
            basis: Vec::new(),
            erase: Vec::new(),
            tiles: Vec::new(),
            checkpoint: None,
            mac: None,
            state: None,
            bury: Vec::new(),
            durable: true,
        }
    }

    /// Whether rows and head fit each other and follow `before`. Every backend asks this first.
    ///
    /// # Errors
    /// `store.corrupt`: the caller put the batch together wrongly; nothing is written.
    pub fn check(&self, before: Option<&Head>) -> Result<()> {
        let wrong = |what: &str| Err(Error::new(Code::StoreCorrupt, what));
        let mut next = before.map_or(0, |head| head.seq.saturating_add(1));
        for new in &self.rows {
            if new.row.seq != next {
                return wrong("the records of a batch are not in a row");
            }
            next = next.saturating_add(1);
        }
        match self.rows.last() {
            Some(last) if last.row.digest != self.head.digest || last.row.seq != self.head.seq => {
                return wrong("the new head is not the last record of its batch");
            }
            None if before != Some(&self.head) => return wrong("the head changes without a record"),
            _ => {}
        }
        if self.head.frontier.size() != next {
            return wrong("the tree of the new head has another size than the chain");
        }
        if before.is_some_and(|head| head.epoch > self.head.epoch) {
            return wrong("the epoch goes back");
        }
        if self.tiles.iter().any(|tile| tile.hashes.len() != 8192) {
            return wrong("a tile is not 8,192 bytes long");
        }
        Ok(())
    }
}
