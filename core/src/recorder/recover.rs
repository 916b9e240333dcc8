//! What dead recorders left: open intents become `unknown`, open runs end as `incomplete`.

use super::Core;
use super::open::predicate;
use super::pen::{Pen, Receipt};
use crate::canon::{Object, Value};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::id::Uuid;
use crate::object;
use crate::record::{Capture, Draft, Kind, Link, Mode, Phase, Status};
use crate::store::{Row, RunHead};
use crate::time::Timestamp;

/// A detached run without a record for so long is ended, ms.
const ABANDONED_MS: i64 = 24 * 60 * 60 * 1_000;

/// Settles what recorders left that are no longer alive, and detached runs that nobody has touched for a day.
///
/// # Errors
/// `store.*`.
pub(super) fn settle(core: &Core, pen: &mut Pen<'_>) -> Result<()> {
    let dead = core.ledger.orphans()?;
    for intent in core.ledger.intents()? {
        if dead.contains(&intent.recorder) {
            settle_intent(core, pen, intent.seq, "orphaned")?;
        }
    }
    let now = core.host.now().millis();
    for run in core.ledger.open_runs()? {
        let left = match run.recorder {
            Some(owner) => dead.contains(&owner),
            None => now.saturating_sub(run.at) >= ABANDONED_MS,
        };
        if left {
            settle_run(core, pen, &run, "orphaned")?;
        }
    }
    if !dead.is_empty() {
        pen.bury(dead);
    }
    Ok(())
}

/// The outcome `unknown` of an intent whose end nobody saw.
///
/// # Errors
/// `store.*`.
pub(super) fn settle_intent(core: &Core, pen: &mut Pen<'_>, seq: u64, why: &str) -> Result<()> {
    let missing = || Error::new(Code::StoreCorrupt, format!("the open intent {seq} is not in the chain"));
    let row = pen.row(seq)?.ok_or_else(missing)?;
    let mut draft = outcome_of(core, &row, object! { "text": why })?;
    draft.status = Some(Status::Unknown);
    pen.add(&draft)?;
    Ok(())
}

/// An outcome for a stored intent: same kind, run, step and attempt.
fn outcome_of(core: &Core, row: &Row, content: Object) -> Result<Draft> {
    let predicate = predicate(&row.envelope)?;
    let text = |name: &str| predicate.get(name).and_then(Value::as_str);
    let kind = text("kind").and_then(Kind::parse);
    let kind = kind.ok_or_else(|| Error::new(Code::StoreCorrupt, "a stored record has no kind"))?;
    let mut draft = Draft::new(kind, core.commit(content, Vec::new())?);
    draft.phase = Phase::Outcome;
    draft.mode = text("mode").and_then(Mode::parse).unwrap_or(Mode::Live);
    draft.capture = text("capture").and_then(Capture::parse).unwrap_or(Capture::Observed);
    draft.run = row.run.map(|(id, _)| id);
    draft.step = text("step").and_then(Uuid::parse);
    draft.attempt = predicate.get("attempt").and_then(Value::as_int);
    draft.name = text("name").map(str::to_owned);
    draft.call_id = text("call_id").map(str::to_owned);
    draft.links = vec![Link {
        rel: "intent".to_owned(),
        digest: row.digest,
        chain: None,
        seq: Some(row.seq),
    }];
    Ok(draft)
}

/// Settles the open intents of a run, then ends it as `incomplete`.
///
/// # Errors
/// `store.*`.
pub(super) fn settle_run(core: &Core, pen: &mut Pen<'_>, run: &RunHead, why: &str) -> Result<()> {
    if pen.run_head(&run.id)?.is_none() {
        return Ok(());
    }
    settle_steps(core, pen, &run.id, why)?;
    let mut draft = Draft::new(Kind::RunEnd, core.commit(object! { "text": why }, Vec::new())?);
    draft.run = Some(run.id);
    draft.name.clone_from(&run.counts.name);
    draft.status = Some(Status::Incomplete);
    draft.mode = mode_of(core, &run.id)?;
    pen.end_run(&mut draft, None)?;
    Ok(())
}

/// Settles all open intents of a run, whoever wrote them.
///
/// # Errors
/// `store.*`.
pub(super) fn settle_steps(core: &Core, pen: &mut Pen<'_>, run: &Uuid, why: &str) -> Result<()> {
    for seq in pen.intents()? {
        if pen
            .row(seq)?
            .is_some_and(|row| row.run.is_some_and(|(id, _)| id == *run))
        {
            settle_intent(core, pen, seq, why)?;
        }
    }
    Ok(())
}

/// The receipt of the outcome that an intent of this run has already.
///
/// # Errors
/// `recorder.closed` if the intent was ended without one; `store.*`.
pub(super) fn outcome(pen: &Pen<'_>, run: &Uuid, intent: u64) -> Result<Receipt> {
    let mut found = None;
    pen.core.ledger.run(run, &mut |row| {
        let told = predicate(&row.envelope)?;
        let text = |name: &str| told.get(name).and_then(Value::as_str);
        let links = told.get("links").and_then(Value::as_array).unwrap_or_default();
        let ends = links.iter().any(|link| {
            link.get("rel").and_then(Value::as_str) == Some("intent")
                && link.get("seq").and_then(Value::as_int) == Some(intent)
        });
        if ends && text("phase") == Some("outcome") {
            let id = text("id").and_then(Uuid::parse);
            found = id
                .zip(text("recorded_at").and_then(Timestamp::parse))
                .map(|(id, at)| Receipt {
                    seq: row.seq,
                    digest: row.digest,
                    id,
                    run: row.run.map(|(id, seq)| crate::record::Place { id, seq, prev: None }),
                    at,
                });
        }
        Ok(())
    })?;
    found.ok_or_else(|| Error::new(Code::RecorderClosed, "the step is closed"))
}

/// The mode that a run began with.
fn mode_of(core: &Core, run: &Uuid) -> Result<Mode> {
    let query = crate::store::RunQuery {
        id: Some(*run),
        ..Default::default()
    };
    let first = core.ledger.runs(&query)?.first().map(|entry| entry.first);
    let Some(row) = first.map(|seq| core.ledger.row(seq)).transpose()?.flatten() else {
        return Ok(Mode::Live);
    };
    let mode = predicate(&row.envelope)?
        .get("mode")
        .and_then(Value::as_str)
        .and_then(Mode::parse);
    Ok(mode.unwrap_or(Mode::Live))
}
