//! Step 12: is what the manifest says it holds all here, and does the reader remember more?

use std::collections::BTreeSet;

use super::Case;
use super::file::At;
use super::log::Cover;
use super::view::RunView;
use crate::canon::Value;
use crate::codes::Code;
use crate::id::Uuid;
use crate::merkle::Hash;
use crate::object;
use crate::record::{Body, Capture, Kind, RunEnd};
use crate::report::{Finding, Place, Severity};

/// A chain (scope chain) or run (scope runs) of the manifest: what has to be complete.
pub(super) struct Part {
    chain: Uuid,
    run: Option<Uuid>,
    pub(super) first: u64,
    pub(super) last: u64,
    /// Witnessed through this number.
    pub(super) through: Option<u64>,
    /// Where findings about the whole of it stand: its last record, here or not.
    pub(super) place: Place,
    /// The last record, if it is here.
    pub(super) at: Option<At>,
    pub(super) state: State,
}

/// How a part ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Sealed,
    Witnessed,
    TailUnproven,
    Closed,
    Open,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            State::Sealed => "sealed",
            State::Witnessed => "witnessed",
            State::TailUnproven => "tail_unproven",
            State::Closed => "closed",
            State::Open => "open",
        }
    }
}

impl Part {
    /// The id of the run or chain.
    pub(super) fn id(&self) -> Uuid {
        self.run.unwrap_or(self.chain)
    }

    pub(super) fn to_value(&self) -> Value {
        Value::Object(object! {
            "chain": self.chain,
            "run": self.run.map_or(Value::Null, Value::from),
            "first": Value::count(self.first),
            "last": Value::count(self.last),
            "state": self.state.as_str(),
            "through": self.through.map_or(Value::Null, Value::count),
        })
    }
}

/// The parts in the order of the manifest.
pub(super) fn parts(case: &Case<'_>, cover: &Cover) -> Vec<Part> {
    let mut parts = Vec::new();
    let is = |at: Option<At>, kind: Kind| {
        at.and_then(|at| case.file.seen(at))
            .is_some_and(|seen| seen.kind == kind)
    };
    for (chain, view) in case.file.chains.iter().zip(&case.chains) {
        let Some((first, last, ..)) = chain.range else { continue };
        let at = view.at(last);
        let through = through(&view.by_seq, (first, last), cover);
        let state = match through {
            _ if is(at, Kind::ChainSeal) => State::Sealed,
            Some(to) if to == last => State::Witnessed,
            _ => State::TailUnproven,
        };
        let place = at.map_or_else(
            || Place {
                chain: Some(chain.id),
                record: Some(last),
                run: None,
            },
            |at| case.file.place(at),
        );
        parts.push(Part {
            chain: chain.id,
            run: None,
            first,
            last,
            through,
            place,
            at,
            state,
        });
    }
    for (run, view) in case.file.runs.iter().zip(&case.runs) {
        let (Some((records, ..)), Some(chain)) = (run.range, case.file.chains.get(run.chain)) else {
            continue;
        };
        let last = records.saturating_sub(1);
        let at = view.at(last);
        let through = through(&view.by_seq, (0, last), cover);
        let state = if is(at, Kind::RunEnd) {
            State::Closed
        } else {
            State::Open
        };
        let place = Place {
            chain: Some(chain.id),
            record: at.and_then(|at| case.file.record(at)?.seq()),
            run: Some((run.id, last)),
        };
        parts.push(Part {
            chain: chain.id,
            run: Some(run.id),
            first: 0,
            last,
            through,
            place,
            at,
            state,
        });
    }
    // Runs are found in the order of the lines; the manifest sorts them by id.
    if case.file.of_runs() {
        parts.sort_by_key(|part| part.run);
    }
    parts
}

/// The last number up to which all are here and covered by a quorum.
fn through(by_seq: &[(u64, At)], (first, last): (u64, u64), cover: &Cover) -> Option<u64> {
    let start = by_seq.partition_point(|(seq, _)| *seq < first);
    let numbers = by_seq.iter().skip(start).zip(first..=last);
    let covered = numbers.take_while(|((seq, at), want)| seq == want && cover.at(*at).is_some());
    covered.last().map(|(_, number)| number)
}

/// `chain.tail_unproven`, `chain.start_absent`, `run.open`; totals of each `run.end`; remembered heads.
pub(super) fn check(case: &mut Case<'_>) {
    let mut found = core::mem::take(&mut case.findings);
    let sealed = case.options.require.sealed;
    let open = if case.options.allow_open && !sealed {
        Severity::Warning
    } else {
        Severity::Error
    };
    for part in &case.parts {
        let code = match part.state {
            State::TailUnproven => Some(Code::ChainTailUnproven),
            State::Open => Some(Code::RunOpen),
            _ => None,
        };
        found.extend(code.map(|code| Finding {
            severity: open,
            ..Finding::error(code, 12, part.place)
        }));
        if part.run.is_none() && part.first > 0 {
            let place = Place {
                chain: Some(part.chain),
                record: Some(0),
                run: None,
            };
            found.push(Finding::error(Code::ChainStartAbsent, 12, place));
        }
    }
    for (run, view) in case.file.runs.iter().zip(&case.runs) {
        let linked = case.chains.get(run.chain).is_some_and(|chain| !chain.mismatch);
        for at in wrong_totals(case, view, linked) {
            let place = case.file.place(at);
            found.push(Finding::error(Code::ChainForeignRecord, 12, place).path("/payload/predicate/body"));
        }
    }
    found.extend(remembered(case));
    case.findings = found;
}

/// What is seen of a run while its records pass.
#[derive(Default)]
struct Totals {
    steps: BTreeSet<Uuid>,
    enforced: u64,
    observed: u64,
    reported: u64,
    withheld: u64,
}

impl Totals {
    /// Whether these totals can be those of the run: withheld records make up what is missing.
    fn allow(&self, end: &RunEnd) -> bool {
        let seen = [
            (self.enforced, end.enforced),
            (self.observed, end.observed),
            (self.reported, end.reported),
        ];
        let missing = seen
            .iter()
            .try_fold(0u64, |sum, (seen, said)| sum.checked_add(said.checked_sub(*seen)?));
        let steps = u64::try_from(self.steps.len()).unwrap_or(u64::MAX);
        let more = end.steps.checked_sub(steps);
        missing == Some(self.withheld) && more.is_some_and(|more| more <= self.withheld)
    }
}

/// The `run.end` records of a run, wholly here, whose totals or root are not those of the run.
fn wrong_totals(case: &Case<'_>, view: &RunView, linked: bool) -> Vec<At> {
    let mut totals = Totals::default();
    let mut wrong = Vec::new();
    for ((_, at), _) in view.by_seq.iter().zip(0..view.here()) {
        let Some(seen) = case.file.seen(*at) else {
            totals.withheld = totals.withheld.saturating_add(1);
            continue;
        };
        if let Some(Body::RunEnd(end)) = seen.body()
            && (!totals.allow(end) || (linked && !case.fitting.contains(at)))
        {
            wrong.push(*at);
        }
        totals.steps.extend(seen.step);
        let count = match seen.capture {
            Capture::Enforced => &mut totals.enforced,
            Capture::Observed => &mut totals.observed,
            _ => &mut totals.reported,
        };
        *count = count.saturating_add(1);
    }
    wrong
}

/// Heads that the reader remembers: `chain.rolled_back`, `chain.forked`.
fn remembered(case: &Case<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, (chain, view)) in case.file.chains.iter().zip(&case.chains).enumerate() {
        let Some((origin, _)) = &chain.named else { continue };
        let known = case.trust.known.iter().filter(|head| head.origin == *origin);
        let heads: Vec<(u64, Hash)> = known.map(|head| (head.size, head.root)).collect();
        let mut sizes: Vec<u64> = heads.iter().map(|(size, _)| *size).collect();
        sizes.sort_unstable();
        sizes.dedup();
        let roots = view.roots(&sizes, &case.file);
        for (size, root) in heads {
            if let Some((0, last, ..)) = chain.range
                && size > last.saturating_add(1)
            {
                let place = case.place_of_seq(at, last);
                found.push(Finding::error(Code::ChainRolledBack, 12, place).values(Some(size.to_string()), None));
            } else if roots.get(&size).is_some_and(|own| *own != root) {
                found.push(Finding::error(
                    Code::ChainForked,
                    12,
                    case.place_of_seq(at, size.saturating_sub(1)),
                ));
            }
        }
    }
    found
}
