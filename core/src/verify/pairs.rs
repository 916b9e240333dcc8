//! Step 9: links lead where they say, and every outcome belongs to an intent of its own.

use std::collections::BTreeSet;

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
    let withheld = Withheld::of(case);
    let takes_part = |record: &&Record| matches!(record.standing(), Standing::Counts | Standing::LeftOfRun);
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
            let chain = link.chain.map_or(Some(record.chain()), |id| case.file.find_chain(&id));
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
        let open = record
            .seq()
            .is_some_and(|seq| !answered.contains(&(record.chain(), seq)));
        if intent && open {
            found.push(Finding::warning(Code::RecordOutcomeAbsent, 9, case.file.place(at)));
        }
    }
    case.findings = found;
}

/// The withheld records of the runs, sorted by run and digest.
struct Withheld(Vec<(At, At)>);

impl Withheld {
    fn of(case: &Case<'_>) -> Withheld {
        let lines = case.file.lines().filter(|(_, record)| record.seen.is_none());
        let mut all: Vec<(At, At)> = lines.filter_map(|(at, record)| Some((record.run()?.0, at))).collect();
        all.sort_unstable_by_key(|(run, at)| (*run, digest(&case.file, *at)));
        Withheld(all)
    }

    fn has(&self, case: &Case<'_>, run: At, wanted: &Digest) -> bool {
        let place = |(of, at): &(At, At)| (*of, digest(&case.file, *at));
        self.0.binary_search_by_key(&(run, *wanted), place).is_ok()
    }
}

/// Whether the target of an `intent` link can be the intent of this outcome.
fn fits(
    case: &Case<'_>,
    (at, record, seen): (At, &Record, &Seen),
    (link, target): (&Link, Option<At>),
    withheld: &Withheld,
) -> bool {
    let Some(target) = target else {
        // Not here: that is so of what lies outside the file, but not of a run that is here up to this outcome.
        let Some((run, seq)) = record.run() else { return true };
        let here = case
            .runs
            .get(run)
            .is_some_and(|view| view.here() >= seq && view.at(seq) == Some(at));
        return !here || withheld.has(case, run, &link.digest);
    };
    let Some(intent) = case.file.record(target) else {
        return true;
    };
    // A withheld intent cannot be looked at.
    let Some(before) = &intent.seen else { return true };
    let run = |record: &Record| record.run().map(|(run, _)| run);
    before.phase == Phase::Intent
        && intent.seq() < record.seq()
        && (before.kind, before.step, before.attempt) == (seen.kind, seen.step, seen.attempt)
        && run(intent) == run(record)
}
