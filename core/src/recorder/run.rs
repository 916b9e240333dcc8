//! Runs: `run.start`, what happens in between, `run.end`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

use super::args::{self, members};
use super::group::lock;
use super::open::predicate;
use super::pen::observed;
use super::step::Begun;
use super::{Core, Recorder, recover};
use crate::canon::{Object, Value};
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::id::Uuid;
use crate::object;
use crate::record::{Body, Capture, Draft, Failure, Kind, Mode, Party, RunStart, Status};

/// A run: a chain of its own inside the ledger's chain. Cheap to clone.
#[derive(Clone)]
pub struct Run {
    pub(super) core: Arc<Core>,
    pub(super) inner: Arc<Inner>,
}

impl core::fmt::Debug for Run {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Run")
            .field("id", &self.inner.id)
            .finish_non_exhaustive()
    }
}

pub(super) struct Inner {
    pub(super) id: Uuid,
    pub(super) name: Option<String>,
    pub(super) thread: Option<String>,
    pub(super) mode: Mode,
    /// The recorder that opened it; None: detached.
    owner: Option<Uuid>,
    pub(super) actor: Option<Party>,
    pub(super) principal: Option<Party>,
    pub(super) trace: Option<String>,
    /// The record whose content says what ran here; None: the next record says it.
    pub(super) runtime: Mutex<Option<Digest>>,
    closed: AtomicBool,
    /// It could not be begun, in a ledger that only observes: everything in it counts as lost.
    pub(super) lost: bool,
    pub(super) steps: Mutex<BTreeSet<Uuid>>,
    /// Open intents of this handle, and who holds them.
    pub(super) open: Mutex<BTreeMap<u64, Weak<Begun>>>,
    pub(super) unclear: Mutex<Unclear>,
}

/// Intents that may be in the ledger although their callers got an error instead of a handle.
#[derive(Default)]
pub(super) struct Unclear {
    /// There may be any: the ledger is asked when the run ends.
    pub(super) any: bool,
    /// Their request ids. Nobody has a right to act yet, so one who asks again gets it.
    pub(super) requests: BTreeSet<[u8; 32]>,
}

/// What the caller says at the end.
struct End {
    content: Object,
    status: Status,
    failure: Option<Failure>,
    duplicates: Option<u64>,
    links: Vec<crate::record::Link>,
}

const OPEN: &[&str] = &[
    "input",
    "thread",
    "detached",
    "mode",
    "links",
    "actor",
    "principal",
    "params",
    "conversions",
    "names",
    "text",
    "trace",
    "ext",
    "certificate",
];

impl Recorder {
    /// Begins a run.
    ///
    /// `{"name", "input"?, "thread"?, "detached"?, "mode"?: live|dry-run|replay, "links"?, "actor"?, "principal"?,
    /// "params"?, "conversions"?, "names"?, "text"?, "trace"?, "ext"?, "certificate"?}`. A detached run belongs to whoever
    /// shows its id, in any process.
    ///
    /// # Errors
    /// `wire.bad_argument`, `recorder.*`, `store.*`, `chain.*`.
    pub fn run_open(&self, arguments: &Value) -> Result<Run> {
        let core = &self.core;
        core.alive()?;
        let fields = members(arguments, &["name"], OPEN)?;
        let name = fields.need("name")?.parsed(
            "an identifier is expected: letters, digits and `_ . : / @ + # = -`",
            |text| crate::id::is_ident(text).then(|| text.to_owned()),
        )?;
        let thread = args::ident(&fields, "thread")?;
        let detached = fields.maybe("detached", |it| it.flag())?.unwrap_or_default();
        let mut content = args::content(&fields, &["input", "params", "names", "text", "conversions"])?;
        content.insert("runtime", core.runtime.clone());
        let sources = observed(&content, &["runtime"]);
        let id = core.new_id()?;
        let mut draft = Draft::new(Kind::RunStart, core.commit(content, sources)?);
        draft.run = Some(id);
        draft.name = Some(name.clone());
        draft.mode = fields.maybe("mode", |it| it.word(Mode::parse))?.unwrap_or(Mode::Live);
        draft.actor = fields.maybe("actor", |it| args::party(&it))?;
        draft.principal = fields.maybe("principal", |it| args::party(&it))?;
        draft.trace = fields.maybe("trace", |it| args::trace(&it))?;
        draft.ext = fields.maybe("ext", |it| args::ext(&it))?;
        draft.links = fields.maybe("links", |it| args::links(&it))?.unwrap_or_default();
        draft.body = Body::RunStart(RunStart {
            thread: thread.clone(),
            certificate: fields.maybe("certificate", |it| it.digest())?,
            ..RunStart::default()
        });
        let owner = (!detached).then(|| core.ledger.recorder());
        let mut inner = Inner {
            id,
            name: Some(name.clone()),
            thread: thread.clone(),
            mode: draft.mode,
            owner,
            actor: draft.actor.clone(),
            principal: draft.principal.clone(),
            trace: draft.trace.clone(),
            runtime: Mutex::new(None),
            closed: AtomicBool::new(false),
            lost: false,
            steps: Mutex::default(),
            open: Mutex::default(),
            unclear: Mutex::default(),
        };
        let begun = core.write(true, move |pen| {
            let receipt = pen.add(&draft)?;
            pen.name_run(&id, owner, Some(name.clone()), thread.clone());
            Ok(receipt.digest)
        });
        match core.or_lost(begun)? {
            Some(start) => inner.runtime = Mutex::new(Some(start)),
            None => inner.lost = true,
        }
        Ok(Run {
            core: Arc::clone(core),
            inner: Arc::new(inner),
        })
    }

    /// Goes on with a detached run, from any process.
    ///
    /// # Errors
    /// `wire.bad_argument` if there is no such run or it belongs to one recorder; `recorder.closed` if it has ended.
    pub fn run_join(&self, id: &str) -> Result<Run> {
        let core = &self.core;
        core.alive()?;
        let unknown = |text: &str| Error::new(Code::WireBadArgument, text).at("");
        let id = Uuid::parse(id).ok_or_else(|| unknown("the id of a run is expected"))?;
        let entry = core.ledger.runs(&crate::store::RunQuery {
            id: Some(id),
            ..Default::default()
        })?;
        let entry = entry
            .first()
            .ok_or_else(|| unknown("this ledger has no run with this id"))?;
        let head = core.ledger.open_runs()?.into_iter().find(|run| run.id == id);
        let head = head.ok_or_else(|| Error::new(Code::RecorderClosed, "the run has ended"))?;
        if head.recorder.is_some_and(|owner| owner != core.ledger.recorder()) {
            return Err(unknown("the run belongs to another recorder")
                .hint("open it with `detached`, so that others can join it"));
        }
        let missing = || Error::new(Code::StoreCorrupt, "the run's first record is missing");
        let start = core.ledger.row(entry.first)?.ok_or_else(missing)?;
        let told = predicate(&start.envelope)?;
        // Its records name the fingerprint of run.start only if they come from the same kind of process.
        let content = start
            .content
            .as_deref()
            .and_then(|row| crate::canon::parse(row, &crate::limits::Limits::LINE).ok());
        let same = content.as_ref().and_then(|row| row.pointer("/content/runtime")) == Some(&core.runtime);
        let text = |name: &str| told.get(name).and_then(Value::as_str);
        let party = |name: &str| {
            let kind = told
                .get(name)?
                .get("type")?
                .as_str()
                .and_then(crate::record::PartyType::parse)?;
            Some(Party {
                kind,
                id: told.get(name)?.get("id")?.as_str()?.to_owned(),
            })
        };
        let inner = Inner {
            id,
            name: entry.name.clone(),
            thread: entry.thread.clone(),
            mode: text("mode").and_then(Mode::parse).unwrap_or(Mode::Live),
            owner: head.recorder,
            actor: party("actor"),
            principal: party("principal"),
            trace: told
                .get("trace")
                .and_then(|it| it.get("traceparent"))
                .and_then(Value::as_str)
                .map(str::to_owned),
            runtime: Mutex::new(same.then_some(start.digest)),
            closed: AtomicBool::new(false),
            lost: false,
            steps: Mutex::default(),
            open: Mutex::default(),
            unclear: Mutex::default(),
        };
        Ok(Run {
            core: Arc::clone(core),
            inner: Arc::new(inner),
        })
    }
}

impl Run {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.inner.id
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.inner.name.as_deref().unwrap_or_default()
    }

    /// Refuses what a closed run, or one from before a fork, must not do.
    pub(super) fn alive(&self) -> Result<()> {
        self.core.alive()?;
        if self
            .inner
            .owner
            .is_some_and(|owner| owner != self.core.ledger.recorder())
        {
            return Err(Error::new(
                Code::ChainForkedProcess,
                "the run belongs to the process before the fork",
            )
            .hint("open a run of this process, linked `child-of`"));
        }
        if self.inner.closed.load(Ordering::Acquire) {
            return Err(Error::new(Code::RecorderClosed, "the run is closed"));
        }
        Ok(())
    }

    /// Nothing more goes through this handle.
    pub(super) fn close_handle(&self) {
        self.inner.closed.store(true, Ordering::Release);
    }

    /// Whether the run belongs to whoever shows its id.
    pub(super) fn is_detached(&self) -> bool {
        self.inner.owner.is_none()
    }

    /// Names the record that says what runs here, or adds the fingerprint to this one's content: then `true`.
    pub(super) fn name_runtime(&self, content: &mut Object) -> (Option<Digest>, bool) {
        match *lock(&self.inner.runtime) {
            Some(digest) => (Some(digest), false),
            None => {
                content.insert("runtime", self.core.runtime.clone());
                (None, true)
            }
        }
    }

    /// Ends the run: `{"output"?, "status"?: ok|failed|cancelled|unknown|blocked, "error"?, "failure"?, "conversions"?,
    /// "text"?, "duplicates"?}`. Steps that are open become `unknown`. Answers `{run, records, head, seq}`.
    ///
    /// # Errors
    /// `recorder.closed` the second time; `wire.bad_argument`; `store.*`.
    pub fn close(&self, arguments: &Value) -> Result<Value> {
        self.alive()?;
        let optional = [
            "output",
            "status",
            "error",
            "failure",
            "conversions",
            "text",
            "duplicates",
            "links",
        ];
        let fields = members(arguments, &[], &optional)?;
        let content = args::content(&fields, &["output", "error", "conversions", "text"])?;
        let status = fields.maybe("status", |it| it.word(Status::parse))?;
        let status = status.unwrap_or(if content.contains("error") {
            Status::Failed
        } else {
            Status::Ok
        });
        if status == Status::NotRun {
            return Err(Error::new(Code::WireBadArgument, "a run does not end as `not_run`").at("/status"));
        }
        let failure = fields.maybe("failure", |it| it.word(Failure::parse))?;
        if failure.is_some() && status != Status::Failed {
            return Err(Error::new(Code::WireBadArgument, "`failure` stands with status `failed` only").at("/failure"));
        }
        let duplicates = fields.maybe("duplicates", |it| it.int())?;
        let links = fields.maybe("links", |it| args::links(&it))?.unwrap_or_default();
        if self.inner.closed.swap(true, Ordering::AcqRel) {
            return Err(Error::new(Code::RecorderClosed, "the run is closed"));
        }
        let end = End {
            content,
            status,
            failure,
            duplicates,
            links,
        };
        let written = self.write_end(end);
        if written.is_err() {
            self.inner.closed.store(false, Ordering::Release);
        }
        let Some((receipt, records)) = self.core.or_lost(written)?.flatten() else {
            return Ok(Value::Object(object! { "run": self.inner.id }));
        };
        Ok(Value::Object(object! {
            "run": self.inner.id,
            "records": Value::count(records),
            "head": receipt.digest,
            "seq": Value::count(receipt.seq),
        }))
    }

    fn write_end(&self, end: End) -> Result<Option<(super::pen::Receipt, u64)>> {
        let End {
            content,
            status,
            failure,
            duplicates,
            links,
        } = end;
        let core = Arc::clone(&self.core);
        if self.inner.lost {
            return Ok(None);
        }
        let mut draft = Draft::new(Kind::RunEnd, core.commit(content, Vec::new())?);
        draft.run = Some(self.inner.id);
        draft.name.clone_from(&self.inner.name);
        draft.mode = self.inner.mode;
        draft.status = Some(status);
        draft.failure = (status == Status::Failed).then(|| failure.unwrap_or(Failure::Internal));
        draft.actor.clone_from(&self.inner.actor);
        draft.principal.clone_from(&self.inner.principal);
        draft.trace.clone_from(&self.inner.trace);
        draft.runtime = *lock(&self.inner.runtime);
        draft.links = links;
        draft.capture = Capture::Enforced;
        let id = self.inner.id;
        // Intents that no handle of this run knows: of others, or of a commit whose outcome was unclear.
        let all = self.is_detached() || lock(&self.inner.unclear).any;
        let open: Vec<u64> = lock(&self.inner.open).keys().copied().collect();
        let (receipt, records) = self.core.write(false, move |pen| {
            if all {
                recover::settle_steps(&core, pen, &id, "run-ended")?;
            } else {
                let still = if open.is_empty() { Vec::new() } else { pen.intents()? };
                for seq in open.iter().filter(|seq| still.contains(seq)) {
                    recover::settle_intent(&core, pen, *seq, "run-ended")?;
                }
            }
            let receipt = pen.end_run(&mut draft, duplicates)?;
            Ok((
                receipt.clone(),
                receipt.run.map_or(0, |place| place.seq.saturating_add(1)),
            ))
        })?;
        lock(&self.inner.open).clear();
        self.core.forget_calls(self.inner.id);
        Ok(Some((receipt, records)))
    }

    /// Writes the bundle of this run, as far as it has come. Answers `{records, bytes, bundle}`.
    ///
    /// # Errors
    /// `run.open` is a matter of the verifier: an open run is bundled too. `store.*`; `store.io` if `out` fails.
    pub fn bundle(&self, out: &mut dyn Write) -> Result<Value> {
        let recorder = Recorder {
            core: Arc::clone(&self.core),
        };
        recorder.export(&Value::Object(object! { "run": self.inner.id }), out)
    }
}
