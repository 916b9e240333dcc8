//! What others saw: steps that a framework tells about. One record each, never `enforced`.

use std::sync::Arc;

use super::group::lock;
use super::pen::Receipt;
use super::run::Run;
use super::{Core, Recorder};
use crate::canon::Object;
use crate::error::Result;
use crate::host::Host;
use crate::id::Uuid;
use crate::record::{Capture, Decision, Draft, Failure, Kind, Link, Model, Party, Status, Usage};
use crate::time::Timestamp;

/// A step that is told when it is over.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// Observed or reported.
    pub(crate) capture: Capture,
    pub(crate) status: Status,
    pub(crate) failure: Option<Failure>,
    pub(crate) step: Option<Uuid>,
    pub(crate) attempt: Option<u64>,
    pub(crate) call_id: Option<String>,
    pub(crate) actor: Option<Party>,
    pub(crate) model: Option<Model>,
    pub(crate) usage: Option<Usage>,
    pub(crate) decision: Option<Decision>,
    pub(crate) links: Vec<Link>,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) content: Object,
}

impl Seen {
    /// A step of this kind and name that ended well.
    pub(crate) fn new(kind: Kind, name: &str, content: Object) -> Self {
        Seen {
            kind,
            name: name.to_owned(),
            capture: Capture::Observed,
            status: Status::Ok,
            failure: None,
            step: None,
            attempt: None,
            call_id: None,
            actor: None,
            model: None,
            usage: None,
            decision: None,
            links: Vec::new(),
            started_at: None,
            ended_at: None,
            content,
        }
    }
}

impl Recorder {
    /// The world.
    pub(crate) fn host(&self) -> &Arc<dyn Host> {
        &self.core.host
    }
}

impl Run {
    /// Records a step that is over, as one record; None if a recorder that only observes could not.
    ///
    /// # Errors
    /// `recorder.closed`, `canon.*`, `store.*`.
    pub(crate) fn seen(&self, seen: Seen) -> Result<Option<Receipt>> {
        self.alive()?;
        if self.inner.lost {
            return Ok(None);
        }
        let core = &self.core;
        let mut content = seen.content;
        let (runtime, told) = self.name_runtime(&mut content);
        let sources = super::pen::observed(&content, &["runtime"]);
        let step = match seen.step {
            Some(step) => step,
            None => core.new_id()?,
        };
        let mut draft = Draft::new(seen.kind, core.commit(content, sources)?);
        draft.run = Some(self.inner.id);
        draft.mode = self.inner.mode;
        draft.capture = if seen.capture == Capture::Enforced { Capture::Observed } else { seen.capture };
        draft.status = Some(seen.status);
        draft.failure = (seen.status == Status::Failed).then(|| seen.failure.unwrap_or(Failure::Internal));
        draft.step = Some(step);
        draft.attempt = seen.attempt;
        draft.name = Some(seen.name);
        draft.call_id = seen.call_id;
        draft.actor = seen.actor.or_else(|| self.inner.actor.clone());
        draft.principal.clone_from(&self.inner.principal);
        draft.trace.clone_from(&self.inner.trace);
        draft.model = seen.model;
        draft.usage = seen.usage;
        draft.decision = seen.decision;
        draft.links = seen.links;
        draft.started_at = seen.started_at;
        draft.ended_at = seen.ended_at;
        draft.runtime = runtime;
        let (id, new) = (self.inner.id, lock(&self.inner.steps).insert(step));
        let written = core.write(false, move |pen| {
            let receipt = pen.add(&draft)?;
            if new {
                pen.count_step(&id);
            }
            Ok(receipt)
        });
        let receipt = core.or_lost(written)?;
        if let (Some(receipt), true) = (&receipt, told) {
            *lock(&self.inner.runtime) = Some(receipt.digest);
        }
        Ok(receipt)
    }

    /// How often the gate of this recorder decided about a call of this run, and how many of its permits no event has
    /// told of yet.
    pub(crate) fn gate_calls(&self, call_id: &str) -> (u64, u64) {
        lock(&self.core.calls).get(&(self.inner.id, call_id.to_owned())).copied().unwrap_or_default()
    }

    /// Takes one such permit: the event that tells of it is no news.
    pub(crate) fn take_pass(&self, call_id: &str) -> bool {
        let mut calls = lock(&self.core.calls);
        match calls.get_mut(&(self.inner.id, call_id.to_owned())) {
            Some((_, passes)) if *passes > 0 => {
                *passes = passes.saturating_sub(1);
                true
            }
            _ => false,
        }
    }
}

impl Core {
    /// Remembers that the gate decided about a call.
    pub(super) fn call(&self, run: Uuid, call_id: Option<&str>, passed: bool) {
        let Some(call_id) = call_id else { return };
        let mut calls = lock(&self.calls);
        let (seen, passes) = calls.entry((run, call_id.to_owned())).or_default();
        *seen = seen.saturating_add(1);
        *passes = passes.saturating_add(u64::from(passed));
    }

    /// Forgets the calls of a run that has ended.
    pub(super) fn forget_calls(&self, run: Uuid) {
        lock(&self.calls).retain(|(id, _), _| *id != run);
    }
}
