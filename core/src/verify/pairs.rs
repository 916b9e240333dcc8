//! Step 9: links lead where they say, and every outcome belongs to an intent of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::Case;
use super::file::{At, Link, Record, Seen, Standing};
use super::view::digest;
use crate::codes::Code;
use crate::digest::Digest;
use crate::record::Phase;
use crate::report::Finding;

const LINKS: &str = "/payload/predicate/links";

/// `chain.foreign_record` at [`LINKS`], and `record.outcome_absent` (warning).
pub(super) fn check(case: &mut Case<'_>) {
    let mut found = core::mem::take(&mut case.findings);
    let mut answered: BTreeSet<(At, u64)> = BTreeSet::new();
    let withheld = withheld(case);
    let takes_part = |record: &&Record| matches!(record.standing, Standing::Counts | Standing::LeftOfRun);
    for (at, record) in case
        .file
        .records
        .iter()
        .enumerate()
        .filter(|(_, record)| takes_part(record))
    {
        let Some(seen) = &record.seen else { continue };
        let mut wrong = false;
        for link in &seen.links {
            let chain = link.chain.map_or(Some(record.chain), |id| case.file.find_chain(&id));
            let (Some(chain), Some(seq)) = (chain, link.seq) else {
                continue;
            };
            let view = case.chains.get(chain);
            let target = view.and_then(|view| view.at(seq));
            let linked = view.is_some_and(|view| !view.mismatch);
            wrong |= linked && target.is_some_and(|target| digest(&case.file, target) != link.digest);
            if link.intent {
                wrong |= !answered.insert((chain, seq));
                wrong |= !fits(case, (at, record, seen), (link, target), &withheld);
            }
        }
        if wrong {
            found.push(Finding::error(Code::ChainForeignRecord, 9, case.file.place(at)).path(LINKS));
        }
    }
    for (at, record) in case
        .file
        .records
        .iter()
        .enumerate()
        .filter(|(_, record)| takes_part(record))
    {
        let intent = record.seen.as_ref().is_some_and(|seen| seen.phase == Phase::Intent);
        let open = record.seq.is_some_and(|seq| !answered.contains(&(record.chain, seq)));
        if intent && open {
            found.push(Finding::warning(Code::RecordOutcomeAbsent, 9, case.file.place(at)));
        }
    }
    case.findings = found;
}

/// Digests of the withheld records of each run.
fn withheld(case: &Case<'_>) -> BTreeMap<At, BTreeSet<Digest>> {
    let mut all: BTreeMap<At, BTreeSet<Digest>> = BTreeMap::new();
    for (_, record) in case.file.lines().filter(|(_, record)| record.seen.is_none()) {
        if let Some((run, _)) = record.run {
            all.entry(run).or_default().insert(record.digest);
        }
    }
    all
}

/// Whether the target of an `intent` link can be the intent of this outcome.
fn fits(
    case: &Case<'_>,
    (at, record, seen): (At, &Record, &Seen),
    (link, target): (&Link, Option<At>),
    withheld: &BTreeMap<At, BTreeSet<Digest>>,
) -> bool {
    let Some(target) = target else {
        // Not here: that is so of what lies outside the file, but not of a run that is here up to this outcome.
        let Some((run, seq)) = record.run else { return true };
        let here = case
            .runs
            .get(run)
            .is_some_and(|view| view.here() >= seq && view.at(seq) == Some(at));
        return !here || withheld.get(&run).is_some_and(|digests| digests.contains(&link.digest));
    };
    let Some(intent) = case.file.record(target) else {
        return true;
    };
    // A withheld intent cannot be looked at.
    let Some(before) = &intent.seen else { return true };
    let run = |record: &Record| record.run.map(|(run, _)| run);
    before.phase == Phase::Intent
        && intent.seq < record.seq
        && (before.kind, before.step, before.attempt) == (seen.kind, seen.step, seen.attempt)
        && run(intent) == run(record)
}
