//! A request id that is shown again: the first receipt, and never a second right to act.

use std::sync::Weak;

use super::group::lock;
use super::pen::Receipt;
use super::run::Run;
use super::step::{Opened, Plan, Step};
use crate::canon::{Object, Value};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::id::Uuid;
use crate::record::Draft;

impl Run {
    /// The same request id again: the first receipt, if it was for the same content.
    pub(super) fn known(&self, row: &crate::store::Row, draft: &Draft, content: &Object) -> Result<Opened> {
        let reused = || {
            Error::new(
                Code::StoreRequestReused,
                format!("this request id was used for record {}", row.seq),
            )
        };
        let predicate = super::open::predicate(&row.envelope)?;
        let id = predicate
            .get("id")
            .and_then(Value::as_str)
            .and_then(Uuid::parse)
            .ok_or_else(reused)?;
        if !super::same_content(row, content) || row.run.map(|(run, _)| run) != Some(self.inner.id) {
            return Err(reused());
        }
        let text = |name: &str| predicate.get(name).and_then(Value::as_str);
        let same_act = text("kind") == Some(draft.kind.as_str())
            && text("name") == draft.name.as_deref()
            && text("call_id") == draft.call_id.as_deref()
            && predicate.get("attempt").and_then(Value::as_int) == draft.attempt;
        if text("phase") != Some("intent") || !same_act {
            return Err(reused());
        }
        let run = row.run.map(|(id, seq)| crate::record::Place { id, seq, prev: None });
        let receipt = Receipt {
            seq: row.seq,
            digest: row.digest,
            id,
            run,
            at: self.core.host.now(),
        };
        Ok(Opened::Known(receipt, text("step").and_then(Uuid::parse)))
    }

    /// A request id asked again gives the handle of the first time, with its one permit: the act may have begun already,
    /// so nobody gets a second right to run it. If the first time ended in doubt there is no handle yet, and this is it.
    pub(super) fn again(&self, mut plan: Plan, receipt: Receipt, step: Option<Uuid>) -> Result<(Step, Value)> {
        if plan.new_step {
            plan.draft.step.map(|step| lock(&self.inner.steps).remove(&step));
        }
        plan.draft.step = step;
        let first = lock(&self.inner.open).get(&receipt.seq).and_then(Weak::upgrade);
        if let Some(inner) = first {
            let answer = self.allowed(&plan, &receipt);
            return Ok((Step { inner }, Value::Object(answer)));
        }
        let in_doubt = plan
            .request
            .is_some_and(|tag| lock(&self.inner.unclear).requests.remove(&tag));
        if in_doubt {
            lock(&self.inner.steps).extend(step);
            return Ok(self.begun(plan, receipt));
        }
        Err(Error::new(
            Code::GatePermitReused,
            format!("the act of record {} was run before", receipt.seq),
        ))
    }
}
