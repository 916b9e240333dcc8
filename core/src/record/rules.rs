//! The rules between the members of one record (docs/spec/03-record.md), in the order in which they are told.

use super::{Body, Capture, KeyRole, Kind, Mode, Phase, Record, Status, Verdict};
use crate::canon::fields::{Fields, Node, is_sorted};
use crate::digest::b64;
use crate::error::Result;

/// Checks a record whose members have the right types.
pub(crate) fn check(record: &Record, predicate: &Node<'_>) -> Result<()> {
    let at = predicate.any_object()?;
    places(record, &at)?;
    presence(record, &at)?;
    status(record, &at)?;
    let usage = record.usage.as_ref();
    if usage.is_some_and(|usage| usage.cost_micros.is_some() != usage.unit.is_some()) {
        return Err(at.fail_at("usage", "cost and unit stand together"));
    }
    links(record, &at)?;
    body(record, &at)
}

/// The places in chain and run.
fn places(record: &Record, at: &Fields<'_>) -> Result<()> {
    let chain = &record.chain;
    if (chain.seq == 0) != chain.prev.is_none() {
        return Err(at.fail_at("chain", "`prev` is null at seq 0 and only there"));
    }
    if (chain.seq == 0) != (record.kind == Kind::ChainOpen) {
        return Err(at.fail_at("chain", "seq 0 is chain.open, and nothing else is"));
    }
    let Some(run) = &record.run else {
        return match record.kind.needs_run() {
            true => Err(at.fail_at("run", "a record of this kind stands in a run")),
            false => Ok(()),
        };
    };
    if record.kind.is_chain_only() {
        return Err(at.fail_at("run", "a record of this kind stands in no run"));
    }
    if (run.seq == 0) != run.prev.is_none() {
        return Err(at.fail_at("run", "`prev` is null at run.seq 0 and only there"));
    }
    if (run.seq == 0) != (record.kind == Kind::RunStart) {
        return Err(at.fail_at("run", "run.seq 0 is run.start, and nothing else is"));
    }
    Ok(())
}

/// What a kind needs and what it does not have.
fn presence(record: &Record, at: &Fields<'_>) -> Result<()> {
    if at.object().contains("body") != record.kind.has_body() {
        let text = if record.kind.has_body() {
            "this kind has a body"
        } else {
            "this kind has no body"
        };
        return Err(at.fail_at("body", text));
    }
    if record.kind.is_step() && record.step.is_none() {
        return Err(at.fail_at("step", "a record of this kind belongs to a step"));
    }
    if record.kind.is_step() && record.name.is_none() {
        return Err(at.fail_at("name", "a record of this kind has a name"));
    }
    if !record.kind.is_step() && record.phase != Phase::Single {
        return Err(at.fail_at("phase", "a record of this kind is single"));
    }
    Ok(())
}

/// Status, failure, decision and mode (docs/spec/03-record.md).
fn status(record: &Record, at: &Fields<'_>) -> Result<()> {
    use Status::{Blocked, Cancelled, Failed, Incomplete, NotRun, Ok as Done, Unknown};
    let right = match (record.phase, record.status) {
        (Phase::Intent, status) => status.is_none(),
        (_, None) => false,
        (Phase::Outcome, Some(status)) => matches!(status, Done | Failed | Cancelled | Unknown),
        (Phase::Single, Some(Incomplete)) => record.kind == Kind::RunEnd,
        (Phase::Single, Some(status)) => status == Done || record.kind.is_step() || record.kind == Kind::RunEnd,
    };
    if !right {
        return Err(at.fail_at("status", "phase and kind do not have this status"));
    }
    if (record.status == Some(Failed)) != record.failure.is_some() {
        return Err(at.fail_at("failure", "a failure stands exactly with status failed"));
    }
    let verdict = record.decision.as_ref().map(|decision| decision.verdict);
    let gated = record.phase == Phase::Intent && record.capture == Capture::Enforced;
    let right = match record.status {
        None => !gated || verdict == Some(Verdict::Allow),
        Some(Blocked) => verdict.is_some_and(|verdict| verdict != Verdict::Allow),
        Some(NotRun) => verdict == Some(Verdict::Allow) && record.mode == Mode::DryRun,
        Some(_) => record.kind != Kind::Decision || verdict.is_some(),
    };
    if !right {
        return Err(at.fail_at("decision", "the decision does not fit phase, capture, mode and status"));
    }
    let dry = record.kind.is_step() && record.mode == Mode::DryRun;
    if dry && !matches!(record.status, Some(Blocked | NotRun)) {
        return Err(at.fail_at("status", "in a dry run a step is blocked or not_run"));
    }
    Ok(())
}

/// Links: sorted, whole, and one `intent` on an outcome (docs/spec/03-record.md).
fn links(record: &Record, at: &Fields<'_>) -> Result<()> {
    for (number, link) in record.links.iter().enumerate() {
        if link.chain.is_some() && link.seq.is_none() {
            return Err(at.fail_item("links", number, "a link to another chain has a seq"));
        }
        if link.chain == Some(record.chain.id) {
            return Err(at.fail_item("links", number, "a link to the own chain has a seq alone"));
        }
    }
    let sorted = record
        .links
        .is_sorted_by(|a, b| (&a.rel, a.digest) < (&b.rel, b.digest));
    if !sorted {
        return Err(at.fail_at("links", "links are sorted by rel and digest, each once"));
    }
    let intents = record.links.iter().filter(|link| link.rel == "intent");
    let (mut count, mut own) = (0_u32, true);
    for link in intents {
        count = count.saturating_add(1);
        own &= link.seq.is_some() && link.chain.is_none();
    }
    if count != u32::from(record.phase == Phase::Outcome) || !own {
        return Err(at.fail_at(
            "links",
            "an outcome, and nothing else, has one link to its intent, with a seq",
        ));
    }
    if record.kind == Kind::Link && record.links.is_empty() {
        return Err(at.fail_at("links", "a record of kind link has links"));
    }
    Ok(())
}

/// The equations of the bodies (docs/spec/03-record.md).
fn body(record: &Record, at: &Fields<'_>) -> Result<()> {
    let seq = record.chain.seq;
    let right = match &record.body {
        Body::ChainOpen(open) => return chain_open(record, open, at),
        Body::ChainSeal(seal) => Some(seal.count) == seq.checked_add(1) && Some(seal.head) == record.chain.prev,
        Body::Heartbeat(beat) => beat.last == seq && beat.size == seq,
        Body::RunEnd(end) => Some(end.records) == record.run.as_ref().and_then(|run| run.seq.checked_add(1)),
        Body::Erasure { records, .. } => {
            if !records.is_sorted_by(|a, b| a < b) {
                let body = at
                    .need("body")?
                    .any_object()?
                    .fail_at("records", "the seqs are sorted, each once");
                return Err(body);
            }
            true
        }
        _ => true,
    };
    if right {
        Ok(())
    } else {
        Err(at.fail_at("body", "the numbers of the body do not fit the record"))
    }
}

/// The first record: its keys and its origin.
fn chain_open(record: &Record, open: &super::ChainOpen, at: &Fields<'_>) -> Result<()> {
    let body = at.need("body")?;
    let body = body.any_object()?;
    let texts: Vec<String> = open.keys.iter().map(|key| b64(&key.spki.spki())).collect();
    if !is_sorted(texts.iter().map(String::as_str)) {
        return Err(body.fail_at("keys", "the keys are sorted by spki, each once"));
    }
    if !open
        .keys
        .iter()
        .any(|key| key.role == KeyRole::Record && key.spki.keyid() == record.key)
    {
        return Err(body.fail_at("keys", "the signing key is among the keys, with role record"));
    }
    if !is_origin(&open.origin, &record.chain.id.to_string()) {
        return Err(body.fail_at("origin", "an origin is a log domain, a slash and the chain id"));
    }
    Ok(())
}

/// An origin (docs/spec/06-tree-and-log.md): log domain, `/`, chain id; visible ASCII without `+`, at most 400 letters, and not to be
/// mistaken for anything else that is signed.
pub(crate) fn is_origin(origin: &str, chain: &str) -> bool {
    let domain = origin.strip_suffix(chain).and_then(|rest| rest.strip_suffix('/'));
    domain.is_some_and(|domain| !domain.is_empty()) && is_origin_text(origin)
}

/// The letters and beginnings that an origin may have.
pub(crate) fn is_origin_text(origin: &str) -> bool {
    let letters = origin.bytes().all(|b| b.is_ascii_graphic() && b != b'+');
    let other = ["DSSEv1", "cosignature/", "execert/"]
        .iter()
        .any(|start| origin.starts_with(start));
    letters && !other && !origin.is_empty() && origin.len() <= 400
}
