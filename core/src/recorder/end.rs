//! Endings: of the recorder's own runs, of content, of the chain.

use super::pen::{Pen, Receipt};
use super::{Core, recover};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::record::{Body, ChainSeal, Committed, Draft, Kind};
use crate::store::{RequestQuery, State};

/// What a recorder leaves open when it is closed: steps become `unknown`, runs end as `incomplete`.
pub(super) fn end_own(core: &Core, pen: &mut Pen<'_>) -> Result<()> {
    let own = core.ledger.recorder();
    for run in core.ledger.open_runs()? {
        if run.recorder == Some(own) {
            recover::settle_run(core, pen, &run, "closed")?;
        }
    }
    for intent in core.ledger.intents()? {
        if intent.recorder == own && pen.intents()?.contains(&intent.seq) {
            recover::settle_intent(core, pen, intent.seq, "closed")?;
        }
    }
    Ok(())
}

/// The end of the chain.
pub(super) fn seal_chain(core: &Core, pen: &mut Pen<'_>) -> Result<()> {
    for run in core.ledger.open_runs()? {
        recover::settle_run(core, pen, &run, "sealed")?;
    }
    let head = pen.head()?;
    if head.first <= head.seq {
        pen.heartbeat()?;
    }
    let head = pen.head()?.clone();
    let mut draft = Draft::new(Kind::ChainSeal, pen.nothing()?);
    draft.body = Body::ChainSeal(ChainSeal {
        count: head.seq.saturating_add(2),
        head: head.digest,
        runs: head.runs,
        open_intents: head.intents,
    });
    pen.add(&draft)?;
    pen.checkpoint()?;
    pen.set_state(State::Sealed);
    Ok(())
}

/// Erases content: the record that says so, and the rows, in one commit.
pub(super) fn erase(
    pen: &mut Pen<'_>,
    content: &Committed,
    records: &[u64],
    (reason, authority): (&str, &str),
) -> Result<Receipt> {
    let last = pen.head()?.seq;
    if let Some(seq) = records.iter().find(|seq| **seq > last) {
        return Err(Error::new(Code::WireBadArgument, format!("the chain has no record {seq}")).at("/records"));
    }
    let mut draft = Draft::new(Kind::Erasure, content.clone());
    draft.body = Body::Erasure {
        records: records.to_vec(),
        reason: reason.to_owned(),
        authority: authority.to_owned(),
    };
    let receipt = pen.add(&draft)?;
    pen.erase(records);
    // A waiting request keeps its arguments beside the record: they go too.
    for mut request in pen.core.ledger.requests(&RequestQuery::default())? {
        if records.binary_search(&request.seq).is_ok() && (request.content.is_some() || request.seed.is_some()) {
            request.content = None;
            request.seed = None;
            pen.set_request(request);
        }
    }
    Ok(receipt)
}
