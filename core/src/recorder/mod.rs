//! Recording live: runs, steps, decisions, approvals and notes go into a ledger as they happen.
//!
//! ```text
//! Recorder::open ─► run_open ─► step_open ─► (the act) ─► step close ─► run close ─► bundle
//!                               │ intent durable            │ outcome      │ run.end
//! ```
//! Every document is plain JSON; unknown members are refused. All time and randomness come from the [`Host`].

mod again;
pub(crate) mod args;
mod answer;
mod approve;
mod desk;
mod end;
mod epoch;
mod export;
mod follow;
mod group;
mod lost;
mod named;
mod note;
mod open;
mod options;
mod outcome;
mod pen;
mod proof;
mod recheck;
mod recover;
mod regroup;
mod run;
mod seen;
mod step;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::canon::{Object, Value};
use crate::codes::Code;
use crate::digest::{Digest, domain, hmac};
use crate::error::{Error, Result};
use crate::host::{Host, random};
use crate::id::Uuid;
use crate::key::{KeyId, SecretKey, Signer};
use crate::object;
use crate::policy::Policy;
use crate::privacy::{Profile, kept_out};
use crate::record::{Body, Committed, Draft, GateMode, KeepOut, Kind, Source, Tier};
use crate::store::{Ledger, RequestQuery, RequestState, RunQuery, RunState, State};
use crate::time::Timestamp;

pub(crate) use follow::{Follower, Observed, intent_link};
pub(crate) use pen::Receipt;
pub use regroup::{join, split};
pub use run::Run;
pub use step::Step;

use group::Group;

/// An epoch ends after so long, if anything is written.
const EPOCH_MS: u64 = 600_000;

/// A recorder: one opener of one ledger. Cheap to clone; every clone is the same recorder.
#[derive(Clone)]
pub struct Recorder {
    core: Arc<Core>,
}

impl core::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Recorder")
            .field("origin", &self.origin())
            .finish_non_exhaustive()
    }
}

/// What all handles of one recorder share.
pub(crate) struct Core {
    host: Arc<dyn Host>,
    ledger: Box<dyn Ledger>,
    signer: Arc<dyn Signer>,
    keyid: KeyId,
    log_key: SecretKey,
    policy: Option<Policy>,
    profile: Profile,
    enforce: bool,
    tier: Tier,
    deadline_ms: u64,
    runtime: Value,
    group: Group,
    lost: lost::Lost,
    pid: AtomicU32,
    closed: AtomicBool,
    permits: AtomicU64,
    /// Epoch for which the key was last seen to be active.
    checked: AtomicU64,
    /// Wall clock minus monotonic clock, ms, when they were last compared.
    drift: AtomicI64,
    /// Calls that the gate decided about, by run and call id: how often, and permits not told of by an event.
    calls: Mutex<BTreeMap<(Uuid, String), (u64, u64)>>,
    /// The running epoch, and when it was first seen, monotonic ms.
    epoch: Mutex<(u64, u64)>,
    /// When space was last asked for, monotonic ms.
    asked: AtomicU64,
    /// The feed of framework events, once it is used.
    follower: std::sync::OnceLock<Box<dyn Follower>>,
}

impl Core {
    pub(super) fn gate(&self) -> GateMode {
        if self.enforce {
            GateMode::Enforce
        } else {
            GateMode::Observe
        }
    }

    /// Refuses a handle that came through a fork or was closed. Called before any lock is taken.
    ///
    /// # Errors
    /// `chain.forked_process`, `recorder.closed`.
    fn alive(&self) -> Result<()> {
        if self.host.pid() != self.pid.load(Ordering::Acquire) {
            return Err(Error::new(
                Code::ChainForkedProcess,
                "this recorder belongs to the process before the fork",
            ));
        }
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::new(Code::RecorderClosed, "the recorder is closed"));
        }
        Ok(())
    }

    /// Commits to content; what the profile and the scanner name is not kept.
    ///
    /// # Errors
    /// `canon.*`; no randomness.
    fn commit(&self, content: Object, sources: Vec<(String, Source)>) -> Result<Committed> {
        Ok(self.commit_with_seed(content, sources)?.0)
    }

    fn commit_with_seed(&self, content: Object, sources: Vec<(String, Source)>) -> Result<(Committed, [u8; 32])> {
        let seed = random(&*self.host)?;
        let content = Value::Object(content);
        crate::canon::check_limits(&content)?;
        let hidden = self.profile.hide(&content);
        let keep = KeepOut {
            named: kept_out(&hidden),
            hidden: hidden.into_iter().map(|hit| hit.pointer).collect(),
            all: self.profile.keeps_nothing(),
        };
        let Value::Object(content) = content else {
            return Err(Error::new(Code::InternalPanic, "content is an object"));
        };
        Ok((Committed::new(content, &seed, sources, keep)?, seed))
    }

    /// A fresh id.
    ///
    /// # Errors
    /// No randomness.
    fn new_id(&self) -> Result<Uuid> {
        Ok(Uuid::v7(self.host.now().millis(), random(&*self.host)?))
    }

    /// The tag under which the ledger knows a caller's request id.
    fn request_tag(&self, id: &str) -> [u8; 32] {
        hmac(&self.ledger.identity().index_key, &[domain::REQUEST, id.as_bytes()])
    }

    /// Whether the wall clock has gone more than a minute away from the monotonic one since the last time.
    fn clock_jumped(&self, now: Timestamp) -> bool {
        let monotonic = i64::try_from(self.host.monotonic_ms()).unwrap_or(i64::MAX);
        let drift = now.millis().saturating_sub(monotonic);
        let before = self.drift.swap(drift, Ordering::AcqRel);
        drift.saturating_sub(before).abs() > 60_000
    }

    /// Whether this recorder has seen the epoch for 10 minutes.
    fn epoch_is_old(&self, epoch: u64) -> bool {
        let now = self.host.monotonic_ms();
        let mut seen = group::lock(&self.epoch);
        if seen.0 != epoch {
            *seen = (epoch, now);
        }
        now.saturating_sub(seen.1) >= EPOCH_MS
    }

    /// A permit is used, given up or forgotten.
    fn give_back(&self) {
        let less = |count: u64| count.checked_sub(1);
        // Nothing to give back: the permit is from before a fork.
        self.permits
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, less)
            .ok();
    }

    /// A key file by path, or the PEM itself.
    ///
    /// # Errors
    /// `key.*`.
    fn key(&self, text: &str) -> Result<SecretKey> {
        options::load_key(&*self.host, text)
    }
}

impl Recorder {
    /// Where the chain stands: `{chain, seq, digest, epoch}`.
    ///
    /// # Errors
    /// `store.*`, `recorder.closed`, `chain.forked_process`.
    pub fn head(&self) -> Result<Value> {
        self.core.alive()?;
        let head = self
            .core
            .ledger
            .head()?
            .ok_or_else(|| Error::new(Code::ChainEmpty, "the ledger has no record"))?;
        Ok(Value::Object(object! {
            "chain": self.core.ledger.identity().id,
            "seq": Value::count(head.seq),
            "digest": head.digest,
            "epoch": Value::count(head.epoch),
        }))
    }

    /// The tenant's pseudonym.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.core.ledger.identity().tenant
    }

    /// The name under which checkpoints of this chain are signed.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.core.ledger.identity().origin
    }

    /// What the gate does when something cannot be recorded: fixed when the ledger was made.
    #[must_use]
    pub fn gate(&self) -> GateMode {
        self.core.gate()
    }

    /// The public key that signs this recorder's records.
    #[must_use]
    pub fn key(&self) -> &crate::key::PublicKey {
        self.core.signer.key()
    }

    /// Finds runs or approval requests.
    ///
    /// `{"runs":{"name"?,"thread"?,"state"?:open|closed,"id"?}}` answers `{"runs":[{id,name,thread,state,first,last,status}]}`;
    /// `{"requests":{"state"?,"thread"?,"call_id"?,"digest"?}}` answers
    /// `{"requests":[{digest,seq,tool,thread,call_id,expires,state,input}]}`. Members without a value are absent.
    ///
    /// # Errors
    /// `wire.bad_argument`, `store.*`.
    pub fn find(&self, query: &Value) -> Result<Value> {
        self.core.alive()?;
        let fields = args::members(query, &[], &["runs", "requests"])?;
        match (fields.get("runs"), fields.get("requests")) {
            (Some(node), None) => {
                let query = node.object(&[], &["name", "thread", "state", "id"])?;
                let query = RunQuery {
                    id: query.maybe("id", |it| it.uuid())?,
                    name: args::ident(&query, "name")?,
                    thread: args::ident(&query, "thread")?,
                    state: query.maybe("state", |it| {
                        it.parsed("`open` or `closed` is expected", |word| match word {
                            "open" => Some(RunState::Open),
                            "closed" => Some(RunState::Closed),
                            _ => None,
                        })
                    })?,
                };
                let found = self.core.ledger.runs(&query)?;
                Ok(Value::Object(
                    object! { "runs": found.iter().map(run_entry).collect::<Vec<_>>() },
                ))
            }
            (None, Some(node)) => {
                let query = node.object(&[], &["state", "thread", "call_id", "digest"])?;
                let state = query.maybe("state", |it| it.word(RequestState::parse))?;
                let query = RequestQuery {
                    digest: query.maybe("digest", |it| it.digest())?,
                    thread: args::ident(&query, "thread")?,
                    call_id: args::ident(&query, "call_id")?,
                    state: None,
                };
                let now = self.core.host.now().millis();
                let found: Vec<Value> = self
                    .core
                    .ledger
                    .requests(&query)?
                    .into_iter()
                    .map(|mut request| {
                        request.state = approve::state_at(&request, now);
                        request
                    })
                    .filter(|request| state.is_none_or(|state| state == request.state))
                    .map(|request| approve::describe(&request))
                    .collect();
                Ok(Value::Object(object! { "requests": found }))
            }
            _ => Err(Error::new(Code::WireBadArgument, "one of `runs` and `requests` is expected").at("")),
        }
    }

    /// Ends the running epoch: a heartbeat and a checkpoint. Call it about every 10 minutes of use; nothing happens
    /// if the last record is a heartbeat already. Answers as [`Recorder::head`].
    ///
    /// # Errors
    /// `store.*`, `chain.locked`, `recorder.closed`.
    pub fn heartbeat(&self) -> Result<Value> {
        self.core.write(false, |pen| {
            let head = pen.head()?;
            if head.first > head.seq { Ok(()) } else { pen.heartbeat() }
        })?;
        self.head()
    }

    /// Ends the chain: a heartbeat, then `chain.seal`. Runs that are open are ended as `incomplete` before. Nothing may
    /// follow. Answers as [`Recorder::head`].
    ///
    /// # Errors
    /// `store.*`, `chain.locked`, `recorder.closed`.
    pub fn seal(&self) -> Result<Value> {
        let core = Arc::clone(&self.core);
        self.core.write(false, move |pen| end::seal_chain(&core, pen))?;
        self.head()
    }

    /// Erases content for good: `{"records":[seq],"reason":ident,"authority":ident}`; answers `{record}`.
    ///
    /// # Errors
    /// `wire.bad_argument` for a seq that is not in the chain; `store.*`.
    pub fn erase(&self, request: &Value) -> Result<Value> {
        let fields = args::members(request, &["records", "reason", "authority"], &[])?;
        let mut records = fields.need("records")?.list(|it| it.int())?;
        records.sort_unstable();
        records.dedup();
        let (reason, authority) = (fields.need("reason")?.ident()?, fields.need("authority")?.ident()?);
        let content = self.core.commit(Object::new(), Vec::new())?;
        let receipt = self.core.write(false, move |pen| {
            end::erase(pen, &content, &records, (&reason, &authority))
        })?;
        Ok(Value::Object(object! { "record": receipt.to_value() }))
    }

    /// Gives up the ledger. Runs that this recorder left open are ended as `incomplete`, and open steps as `unknown`.
    ///
    /// # Errors
    /// `store.*` if that could not be written; the recorder is closed all the same. A second close is `recorder.closed`.
    pub fn close(&self) -> Result<()> {
        self.core.alive()?;
        if let Some(follower) = self.core.follower.get() {
            follower.closing(self);
        }
        let core = Arc::clone(&self.core);
        // What cannot be written any more (a key that died, a disk that failed) must not keep the ledger open.
        let ended = match self.core.ledger.state() {
            Ok(State::Open) => self.core.write(false, move |pen| end::end_own(&core, pen)),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        self.core.closed.store(true, Ordering::Release);
        let closed = self.core.ledger.close();
        ended.and(closed)
    }

    /// Call before a fork, on the thread that forks: waits for the turn and closes what must not be inherited.
    pub fn before_fork(&self) {
        if self.core.alive().is_ok() {
            self.core.group.hold();
            self.core.ledger.before_fork();
        }
    }

    /// Call after a fork, in parent and child. The child goes on as a new recorder; its runs are its own.
    pub fn after_fork(&self, child: bool) {
        if self.core.closed.load(Ordering::Acquire) {
            return;
        }
        self.core.ledger.after_fork(child);
        if child {
            self.core.group.forked();
            if let Some(follower) = self.core.follower.get() {
                follower.forked();
            }
            self.core.permits.store(0, Ordering::Release);
            self.core.pid.store(self.core.host.pid(), Ordering::Release);
        } else {
            self.core.group.let_go();
        }
    }
}

fn run_entry(entry: &crate::store::RunEntry) -> Value {
    let mut out = object! {
        "id": entry.id,
        "state": if entry.last.is_some() { "closed" } else { "open" },
        "first": Value::count(entry.first),
    };
    out.put("name", entry.name.as_deref());
    out.put("thread", entry.thread.as_deref());
    out.put("last", entry.last.map(Value::count));
    out.put("status", entry.status.as_deref());
    Value::Object(out)
}

impl pen::Receipt {
    /// `{seq, digest, id}`.
    pub(crate) fn to_value(&self) -> Value {
        Value::Object(object! { "seq": Value::count(self.seq), "digest": self.digest, "id": self.id })
    }
}

/// A note of the recorder's own: an event, nothing else.
fn own_note(core: &Core, event: &str, content: Object) -> Result<Draft> {
    let mut draft = Draft::new(Kind::Note, core.commit(content, Vec::new())?);
    draft.body = Body::Note {
        event: event.to_owned(),
    };
    Ok(draft)
}

/// Digest of a small document: H(JCS).
fn digest_of(document: &Value) -> Digest {
    Digest::of(&crate::canon::to_jcs(document))
}

/// Whether a stored record's content is this one: the same root under the stored seed, or, where values were kept
/// out, the same content at every place that is shown.
fn same_content(row: &crate::store::Row, content: &Object) -> bool {
    let Some(kept) = row.content.as_deref() else {
        return false;
    };
    let Ok(kept) = crate::canon::parse(kept, &crate::limits::Limits::LINE) else {
        return false;
    };
    let Some(shown) = kept.get("content") else { return false };
    let mut given = Value::Object(content.clone());
    if let Some(hidden) = kept.pointer("/open/hidden").and_then(Value::as_array) {
        for pointer in hidden.iter().filter_map(Value::as_str) {
            blank(&mut given, pointer);
        }
    }
    // What a record holds beside the caller's own members is the recorder's.
    let ours = ["runtime", "request"];
    let strip = |value: &Value| -> Object {
        value
            .as_object()
            .into_iter()
            .flat_map(Object::iter)
            .filter(|(name, _)| !ours.contains(name))
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    };
    strip(shown) == strip(&given)
}

fn blank(value: &mut Value, pointer: &str) {
    let Some(tokens) = crate::canon::pointer_tokens(pointer) else {
        return;
    };
    let mut here = value;
    for token in tokens {
        let next = match here {
            Value::Object(object) => object.get_mut(&token),
            Value::Array(items) => token.parse::<usize>().ok().and_then(|at| items.get_mut(at)),
            _ => None,
        };
        match next {
            Some(next) => here = next,
            None => return,
        }
    }
    *here = Value::Null;
}
