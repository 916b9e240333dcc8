//! What lies beside the chain while a turn is written: runs, requests, documents, what was seen before.

use std::collections::BTreeSet;

use super::open::predicate;
use super::pen::{Pen, Receipt};
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::id::Uuid;
use crate::record::{Body, Draft, Kind, RunEnd};
use crate::store::{Request, Row};

impl Pen<'_> {
    /// Says what the run just begun is called and whose it is; before its `run.start` counts for others.
    pub(super) fn name_run(&mut self, id: &Uuid, owner: Option<Uuid>, name: Option<String>, thread: Option<String>) {
        if let Some(Some(run)) = self.batch.runs.get_mut(id) {
            run.recorder = owner;
            run.counts.name.clone_from(&name);
            run.counts.thread.clone_from(&thread);
        }
        if let Some(entry) = self.batch.entries.get_mut(id) {
            entry.name = name;
            entry.thread = thread;
        }
    }

    /// Counts distinct steps of a run beyond those that intents and singles have brought.
    pub(super) fn count_step(&mut self, id: &Uuid) {
        if let Some(Some(run)) = self.batch.runs.get_mut(id) {
            run.counts.steps = run.counts.steps.saturating_add(1);
        }
    }

    /// Ends a run: totals and root are those of its earlier records.
    ///
    /// # Errors
    /// As [`Pen::add`].
    pub(super) fn end_run(&mut self, draft: &mut Draft, duplicates: Option<u64>) -> Result<Receipt> {
        let id = draft
            .run
            .ok_or_else(|| Error::new(Code::InternalPanic, "a run.end without a run"))?;
        let run = self.run_for(id, Kind::RunEnd)?;
        // A detached run is written by many: only its records say which steps are distinct.
        let steps = if run.recorder.is_none() {
            self.distinct_steps(&id)?
        } else {
            run.counts.steps
        };
        draft.body = Body::RunEnd(RunEnd {
            records: run.seq.saturating_add(2),
            root: run.frontier.root(),
            steps,
            enforced: run.counts.enforced,
            observed: run.counts.observed,
            reported: run.counts.reported,
            duplicates,
            sampled: false,
        });
        self.add(draft)
    }

    fn distinct_steps(&self, id: &Uuid) -> Result<u64> {
        let mut seen = BTreeSet::new();
        let mut look = |envelope: &[u8]| -> Result<()> {
            if let Some(crate::canon::Value::String(step)) = predicate(envelope)?.remove("step") {
                seen.insert(step);
            }
            Ok(())
        };
        self.core.ledger.run(id, &mut |row| look(&row.envelope))?;
        for new in self
            .batch
            .rows
            .iter()
            .filter(|new| new.row.run.is_some_and(|(run, _)| run == *id))
        {
            look(&new.row.envelope)?;
        }
        Ok(u64::try_from(seen.len()).unwrap_or(u64::MAX))
    }

    /// An approval request, the changes of this turn included.
    ///
    /// # Errors
    /// `store.*`.
    pub(super) fn request(&self, digest: &Digest) -> Result<Option<Request>> {
        match self.batch.requests.get(digest) {
            Some(request) => Ok(Some(request.clone())),
            None => self.turn.request(digest),
        }
    }

    /// Sets a request, new or changed.
    pub(super) fn set_request(&mut self, request: Request) {
        self.changes = self.changes.saturating_add(1);
        self.batch.requests.insert(request.digest, request);
    }

    /// The record that was written for this idempotency tag, in this turn or before.
    ///
    /// # Errors
    /// `store.*`.
    pub(super) fn seen(&self, tag: &[u8; 32]) -> Result<Option<Row>> {
        match self.batch.rows.iter().find(|new| new.request == Some(*tag)) {
            Some(new) => Ok(Some(new.row.clone())),
            None => self.turn.request_seen(tag),
        }
    }

    /// Keeps a document.
    pub(super) fn keep(&mut self, digest: Digest, bytes: Vec<u8>) {
        self.changes = self.changes.saturating_add(1);
        self.batch.documents.insert(digest, bytes);
    }

    /// Lets the content of these records go.
    pub(super) fn erase(&mut self, seqs: &[u64]) {
        self.changes = self.changes.saturating_add(1);
        self.batch.erase.extend_from_slice(seqs);
    }

    /// These recorders' leftovers are dealt with.
    pub(super) fn bury(&mut self, dead: Vec<Uuid>) {
        self.changes = self.changes.saturating_add(1);
        self.batch.bury.extend(dead);
    }

    /// Nothing may follow.
    pub(super) fn set_state(&mut self, state: crate::store::State) {
        self.batch.state = Some(state);
    }

    /// The policy that is in force from here on.
    pub(super) fn set_policy(&mut self, policy: Option<Digest>) {
        if let Some(head) = &mut self.head {
            head.policy = policy;
        }
    }

    /// The policy in force.
    pub(super) fn policy(&self) -> Option<Digest> {
        self.head.as_ref().and_then(|head| head.policy)
    }

    /// Row of a record of this turn or before.
    ///
    /// # Errors
    /// `store.*`.
    pub(super) fn row(&self, seq: u64) -> Result<Option<Row>> {
        match self.batch.rows.iter().find(|new| new.row.seq == seq) {
            Some(new) => Ok(Some(new.row.clone())),
            None => self.core.ledger.row(seq),
        }
    }

    /// Open intents, the changes of this turn included.
    ///
    /// # Errors
    /// `store.*`.
    pub(super) fn intents(&self) -> Result<Vec<u64>> {
        let mut open: BTreeSet<u64> = self
            .core
            .ledger
            .intents()?
            .into_iter()
            .map(|intent| intent.seq)
            .collect();
        open.extend(&self.batch.open);
        Ok(open.difference(&self.batch.closed).copied().collect())
    }
}
