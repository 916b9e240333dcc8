//! What the feed of framework events needs of the recorder: records that are only observed, and which calls the gate
//! has opened, so that an observer's event about the same call is no second record.

use std::any::Any;
use std::sync::Arc;

use super::group::lock;
use super::pen::Receipt;
use super::run::Run;
use super::{Recorder, recover};
use crate::canon::Object;
use crate::digest::Digest;
use crate::error::Result;
use crate::id::Uuid;
use crate::record::{Body, Capture, Draft, Failure, Kind, Link, Mode, Status};

/// One that follows a recorder and has to act before it closes.
pub(crate) trait Follower: Send + Sync {
    /// The recorder is about to close.
    fn closing(&self, recorder: &Recorder);
    /// This is the child of a fork now.
    fn forked(&self);
    /// To find its own type again.
    fn as_any(&self) -> &dyn Any;
}

/// One record of a step, as an observer saw it.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) draft: Draft,
    pub(crate) content: Object,
    /// It brings a step that was not in the run before.
    pub(crate) new_step: bool,
}

impl Recorder {
    pub(crate) fn follower(&self, make: impl FnOnce() -> Box<dyn Follower>) -> &dyn Follower {
        &**self.core.follower.get_or_init(make)
    }

    /// # Errors
    /// `recorder.closed`, `chain.forked_process`.
    pub(crate) fn usable(&self) -> Result<()> {
        self.core.alive()
    }
}

impl Run {
    /// An empty draft of a step of this run.
    pub(crate) fn draft(&self, kind: Kind, capture: Capture) -> Result<Draft> {
        let mut draft = Draft::new(kind, self.core.commit(Object::new(), Vec::new())?);
        draft.run = Some(self.inner.id);
        draft.mode = if self.inner.mode == Mode::DryRun {
            Mode::Live
        } else {
            self.inner.mode
        };
        draft.capture = capture;
        draft.actor.clone_from(&self.inner.actor);
        draft.principal.clone_from(&self.inner.principal);
        draft.trace.clone_from(&self.inner.trace);
        Ok(draft)
    }

    pub(crate) fn thread(&self) -> Option<&str> {
        self.inner.thread.as_deref()
    }

    /// A fresh id of a step.
    pub(crate) fn new_step(&self) -> Result<Uuid> {
        self.core.new_id()
    }

    /// Writes what was observed; None if it was lost in a ledger that only observes.
    ///
    /// # Errors
    /// `canon.*`, `store.*`, `recorder.closed`.
    pub(crate) fn observe(&self, observed: Observed) -> Result<Option<Receipt>> {
        self.alive()?;
        let Observed {
            mut draft,
            mut content,
            new_step,
        } = observed;
        if self.inner.lost {
            return Ok(None);
        }
        let (runtime, told) = self.name_runtime(&mut content);
        draft.runtime = runtime;
        let sources = super::pen::observed(&content, &["runtime"]);
        draft.content = self.core.commit(content, sources)?;
        let id = self.inner.id;
        let written = self.core.write(false, move |pen| {
            let receipt = pen.add(&draft)?;
            if new_step {
                pen.count_step(&id);
            }
            Ok(receipt)
        });
        let receipt = self.core.or_lost(written)?;
        if let (Some(receipt), true) = (&receipt, told) {
            *lock(&self.inner.runtime) = Some(receipt.digest);
        }
        Ok(receipt)
    }

    /// Ends the run as it was observed to end. What is still open in it, whoever opened it, becomes `unknown`.
    ///
    /// # Errors
    /// `store.*`; `recorder.closed` if it has ended.
    pub(crate) fn end_observed(
        &self,
        content: Object,
        status: Status,
        failure: Option<Failure>,
        duplicates: u64,
    ) -> Result<()> {
        self.alive()?;
        self.core.forget_calls(self.inner.id);
        if self.inner.lost {
            return Ok(());
        }
        let core = Arc::clone(&self.core);
        let mut draft = self.draft(Kind::RunEnd, Capture::Enforced)?;
        draft.content = core.commit(content, Vec::new())?;
        draft.name.clone_from(&self.inner.name);
        draft.mode = self.inner.mode;
        draft.status = Some(status);
        draft.failure = (status == Status::Failed).then(|| failure.unwrap_or(Failure::Internal));
        draft.runtime = *lock(&self.inner.runtime);
        draft.body = Body::None;
        let id = self.inner.id;
        let written = self.core.write(false, move |pen| {
            recover::settle_steps(&core, pen, &id, "run-ended")?;
            pen.end_run(&mut draft, (duplicates > 0).then_some(duplicates))
                .map(drop)
        });
        self.core.or_lost(written)?;
        self.close_handle();
        Ok(())
    }
}

/// The link of an outcome to its intent.
pub(crate) fn intent_link(digest: Digest, seq: u64) -> Link {
    Link {
        rel: "intent".to_owned(),
        digest,
        chain: None,
        seq: Some(seq),
    }
}
