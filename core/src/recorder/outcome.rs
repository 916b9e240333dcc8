//! Ends of steps: the outcome, once; a permit that was not used is cancelled.

use std::sync::atomic::Ordering;

use super::args::{self, members};
use super::group::lock;
use super::pen::{Pen, Receipt, observed};
use super::recover;
use super::step::{Begun, CLOSED, OPEN, Step, VOID, definition};
use crate::canon::{Object, Value};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::object;
use crate::record::{Draft, Failure, Kind, Link, Model, Phase, Status};

const ENDING: &[&str] = &[
    "output",
    "error",
    "status",
    "failure",
    "usage",
    "model",
    "conversions",
    "started_at",
    "ended_at",
    "links",
    "text",
    "names",
    "params",
    "artefacts",
];

impl Step {
    /// The recorded input: what was decided about, and what is to be run with.
    #[must_use]
    pub fn input(&self) -> &Value {
        &self.inner.input
    }

    /// Uses the permit: call it right before the act. Steps that no gate guards need none.
    ///
    /// # Errors
    /// `gate.permit_reused`, `gate.permit_expired` (then the outcome `cancelled` is recorded), `chain.forked_process`.
    pub fn claim(&self) -> Result<()> {
        let begun = &*self.inner;
        begun.run.alive()?;
        let Some(permit) = &begun.permit else { return Ok(()) };
        if begun.state.load(Ordering::Acquire) == CLOSED && !permit.is_claimed() {
            return Err(Error::new(Code::GatePermitExpired, "the permit was given up"));
        }
        let claimed = permit.claim(begun.run.core.host.monotonic_ms());
        if claimed
            .as_ref()
            .is_err_and(|error| error.code() == Code::GatePermitExpired)
        {
            begun.cancel("permit-expired")?;
        }
        claimed
    }

    /// Compares the permit with what is about to run: `{"name", "input", "definition"?}`.
    ///
    /// # Errors
    /// `gate.permit_mismatch`, `gate.tool_changed`, each after the outcome `cancelled` was recorded; `gate.no_permit`.
    pub fn covers(&self, act: &Value) -> Result<()> {
        let begun = &*self.inner;
        begun.run.alive()?;
        let fields = members(act, &["name", "input"], &["definition"])?;
        let permit = begun
            .permit
            .as_ref()
            .ok_or_else(|| Error::new(Code::GateNoPermit, "this step has no permit"))?;
        let mut other = permit.bound().clone();
        other.name = fields.need("name")?.ident()?;
        other.definition = fields.maybe("definition", |it| definition(&it))?.or(other.definition);
        if *fields.need("input")?.value() != begun.input {
            other.root = [0; 32];
        }
        let covered = permit.covers(&other);
        if covered.is_err() {
            begun.cancel("permit-mismatch")?;
        }
        covered
    }

    /// Ends the step: `{"output"?, "error"?: {type,message,cause?}, "status"?: ok|failed|cancelled|unknown, "failure"?,
    /// "usage"?, "model"?: {served,response_id}, "conversions"?, "started_at"?, "ended_at"?, "links"?, …}`.
    /// Answers `{record}`; for a dry run `{}`.
    ///
    /// # Errors
    /// `recorder.closed` the second time; `gate.no_permit` if a permit was not claimed; `wire.bad_argument`; `store.*`.
    pub fn close(&self, arguments: &Value) -> Result<Value> {
        let begun = &*self.inner;
        begun.run.alive()?;
        let fields = members(arguments, &[], ENDING)?;
        let mut draft = begun.outcome();
        let content = args::content(&fields, &["output", "error", "params", "names", "text", "conversions"])?;
        let default = if content.contains("error") {
            Status::Failed
        } else {
            Status::Ok
        };
        let status = fields.maybe("status", |it| it.word(Status::parse))?.unwrap_or(default);
        if !matches!(
            status,
            Status::Ok | Status::Failed | Status::Cancelled | Status::Unknown
        ) {
            let text = "a step ends as ok, failed, cancelled or unknown";
            return Err(Error::new(Code::WireBadArgument, text).at("/status"));
        }
        let failure = fields.maybe("failure", |it| it.word(Failure::parse))?;
        if failure.is_some() && status != Status::Failed {
            return Err(Error::new(Code::WireBadArgument, "`failure` stands with status `failed` only").at("/failure"));
        }
        let tool = matches!(draft.kind, Kind::ToolCall | Kind::AgentCall);
        let default = if tool { Failure::ToolError } else { Failure::Internal };
        draft.status = Some(status);
        draft.failure = (status == Status::Failed).then(|| failure.unwrap_or(default));
        draft.usage = fields.maybe("usage", |it| args::usage(&it))?;
        draft.started_at = args::time(&fields, "started_at")?.or(draft.started_at);
        draft.ended_at = args::time(&fields, "ended_at")?;
        draft
            .links
            .extend(fields.maybe("links", |it| args::links(&it))?.unwrap_or_default());
        draft.subjects = fields
            .maybe("artefacts", |it| args::artefacts(&it))?
            .unwrap_or_default();
        if let Some(node) = fields.get("model") {
            draft.model = Some(served(
                &node,
                draft.model.as_ref(),
                draft.name.as_deref().unwrap_or_default(),
            )?);
        }
        match begun.state.load(Ordering::Acquire) {
            VOID => return Ok(Value::Object(Object::new())),
            CLOSED => return Err(Error::new(Code::RecorderClosed, "the step is closed")),
            _ => {}
        }
        let unclaimed = begun.must_claim && begun.permit.as_ref().is_some_and(|permit| !permit.is_claimed());
        if unclaimed && status != Status::Cancelled {
            begun.cancel("no-permit")?;
            let text = "the act was run without claiming its permit; the outcome is recorded as cancelled";
            return Err(Error::new(Code::GateNoPermit, text));
        }
        // With the caller's own objects nobody saw what went in or came out.
        let live = draft
            .ext
            .as_ref()
            .is_some_and(|ext| ext.contains("dev.execert/live-arguments"));
        let seen = begun.permit.is_some() && !live;
        let sources = if seen {
            observed(&content, &["output", "error"])
        } else {
            Vec::new()
        };
        draft.content = begun.run.core.commit(content, sources)?;
        draft.ext = None;
        let closed = begun.settle(draft).map_err(done_already);
        match begun.run.core.or_lost(closed)? {
            Some(receipt) => Ok(Value::Object(object! { "record": receipt.to_value() })),
            None => Ok(Value::Object(Object::new())),
        }
    }
}

/// What opened a step and failed may be tried again; what ends one may not, and the codes are the same.
fn done_already(error: Error) -> Error {
    if error.code() == Code::RecorderClosed {
        return error;
    }
    let next = format!(
        "what the step is about may have been done: do not do it again without looking. {}",
        error.next()
    );
    error.hint(next)
}

fn served(node: &crate::canon::fields::Node<'_>, asked: Option<&Model>, name: &str) -> Result<Model> {
    let fields = node.object(&[], &["provider", "requested", "served", "response_id"])?;
    let word = |member: &str, known: Option<&String>, other: &str| -> Result<String> {
        Ok(args::ident(&fields, member)?
            .or_else(|| known.cloned())
            .unwrap_or_else(|| other.to_owned()))
    };
    Ok(Model {
        provider: word("provider", asked.map(|model| &model.provider), "unknown")?,
        requested: word("requested", asked.map(|model| &model.requested), name)?,
        served: args::ident(&fields, "served")?,
        response_id: args::ident(&fields, "response_id")?,
    })
}

impl Begun {
    /// What every outcome of this step has.
    fn outcome(&self) -> Draft {
        let mut draft = self.draft.clone();
        draft.phase = Phase::Outcome;
        draft.decision = None;
        draft.links.clear();
        draft.subjects.clear();
        draft.runtime = *lock(&self.run.inner.runtime);
        if let Some(receipt) = &self.receipt {
            let (digest, seq) = (receipt.digest, Some(receipt.seq));
            draft.links.push(Link {
                rel: "intent".to_owned(),
                digest,
                chain: None,
                seq,
            });
        }
        draft
    }

    /// Writes the outcome, once.
    fn settle(&self, draft: Draft) -> Result<Receipt> {
        let closed = || Error::new(Code::RecorderClosed, "the step is closed");
        self.state
            .compare_exchange(OPEN, CLOSED, Ordering::AcqRel, Ordering::Acquire)
            .map_err(|_| closed())?;
        let intent = self.receipt.as_ref().map(|receipt| receipt.seq).ok_or_else(closed)?;
        let handle = lock(&self.run.inner.open).remove(&intent).ok_or_else(closed)?;
        let (doubt, run) = (self.doubt.load(Ordering::Acquire), self.run.inner.id);
        let written = self.run.core.write(false, move |pen: &mut Pen<'_>| {
            if doubt && !pen.intents()?.contains(&intent) {
                return recover::outcome(pen, &run, intent);
            }
            pen.add(&draft)
        });
        match &written {
            Ok(_) => {
                if self.permit.is_some() {
                    self.run.core.give_back();
                }
            }
            Err(error) => {
                let doubt = doubt || error.code() == Code::StoreOutcomeUnknown;
                self.doubt.store(doubt, Ordering::Release);
                lock(&self.run.inner.open).insert(intent, handle);
                self.state.store(OPEN, Ordering::Release);
            }
        }
        written
    }

    /// The outcome of an act that was permitted and not begun.
    fn cancel(&self, why: &str) -> Result<()> {
        if self.state.load(Ordering::Acquire) != OPEN {
            return Ok(());
        }
        let mut draft = self.outcome();
        draft.ext = None;
        draft.status = Some(Status::Cancelled);
        draft.content = self.run.core.commit(object! { "text": why }, Vec::new())?;
        self.settle(draft).map(drop)
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let unused = self.permit.as_ref().is_some_and(|permit| !permit.is_claimed());
        let open = self.state.load(Ordering::Acquire) == OPEN;
        if open && self.must_claim && unused && self.run.alive().is_ok() {
            // Nobody can be told here; if it fails, the intent stays open and later reads `unknown`, which is true.
            self.cancel("permit-dropped").ok();
        }
        if self.permit.is_some() && self.state.load(Ordering::Acquire) == OPEN {
            self.run.core.give_back();
        }
    }
}
