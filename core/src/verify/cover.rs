//! How far a receipt reaches, and the least of many intervals over a line of records.

use std::collections::BTreeSet;

use super::Case;
use super::file::{At, File};
use crate::merkle::{Frontier, leaf};
use crate::record::Body;

/// A chain or a run, by index.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Line {
    Chain(At),
    Run(At),
}

/// Positions `first` to `last` of a line are covered by a note.
pub(super) struct Interval {
    pub(super) line: Line,
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) note: usize,
}

/// How far back a receipt of each record reaches.
pub(super) struct Reach {
    chains: Vec<Vec<usize>>,
    runs: Vec<Vec<usize>>,
}

/// Computes it for all chains and runs, once.
pub(super) fn reaches(case: &Case<'_>) -> Reach {
    // In scope runs a receipt reaches over its run, else over its chain.
    let (chains, runs) = if case.file.of_runs() {
        (
            Vec::new(),
            case.runs.iter().map(|view| back(&case.file, &view.by_seq)).collect(),
        )
    } else {
        (
            case.chains.iter().map(|view| back(&case.file, &view.by_seq)).collect(),
            Vec::new(),
        )
    };
    Reach { chains, runs }
}

/// For each position the first one that its `prev` leads back to: to a hole, or to and including a withheld record.
fn back(file: &File, by_seq: &[(u64, At)]) -> Vec<usize> {
    let mut first: Vec<usize> = Vec::with_capacity(by_seq.len());
    for (position, (seq, at)) in by_seq.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|p| Some((p, by_seq.get(p)?)));
        let joined = before.filter(|(_, (s, b))| s.checked_add(1) == Some(*seq) && !file.is_basis(*b));
        first.push(match joined {
            // Nothing leads on from a withheld record, whose own `prev` is not here: the way ends with it.
            _ if file.seen(*at).is_none() => position,
            Some((p, _)) => first.get(p).copied().unwrap_or(p),
            None => position,
        });
    }
    first
}

impl Reach {
    /// What a receipt of this record covers.
    pub(super) fn of(&self, case: &Case<'_>, at: At, note: usize) -> Vec<Interval> {
        let Some(record) = case.file.record(at) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        if let Some(last) = record
            .seq()
            .and_then(|seq| case.chains.get(record.chain())?.position(seq))
        {
            let reach = self
                .chains
                .get(record.chain())
                .and_then(|first| first.get(last).copied());
            let first = reach.filter(|_| !case.file.is_basis(at)).unwrap_or(last);
            all.push(Interval {
                line: Line::Chain(record.chain()),
                first,
                last,
                note,
            });
        }
        if let Some((run, seq)) = record.run()
            && let Some(last) = case.runs.get(run).and_then(|view| view.position(seq))
        {
            let whole = case.fitting.contains(&at).then_some(0);
            let reach = self.runs.get(run).and_then(|first| first.get(last).copied());
            if let Some(first) = whole.or(reach) {
                all.push(Interval {
                    line: Line::Run(run),
                    first,
                    last,
                    note,
                });
            }
        }
        all
    }
}

/// The `run.end` records whose `root` is that of their run's earlier records, which are all here.
pub(super) fn fitting(case: &Case<'_>) -> BTreeSet<At> {
    let mut fits = BTreeSet::new();
    for view in &case.runs {
        let mut tree = Frontier::new();
        for ((_, at), _) in view.by_seq.iter().zip(0..view.here()) {
            let Some(record) = case.file.record(*at) else { continue };
            if let Some(Body::RunEnd(end)) = record.seen.as_ref().and_then(|seen| seen.body())
                && end.root == tree.root()
            {
                fits.insert(*at);
            }
            tree.push(leaf(&record.digest));
        }
    }
    fits
}

/// For each of `length` positions the least value of the intervals (value, first, last) over it. Each position is filled
/// once, by the first interval in order of value; a list of what is still open jumps over the rest.
pub(super) fn paint(mut intervals: Vec<(u64, usize, usize)>, length: usize) -> Vec<Option<u64>> {
    intervals.sort_unstable();
    let mut least = vec![None; length];
    let mut next: Vec<usize> = (0..=length).collect();
    for (value, first, last) in intervals {
        let end = last.saturating_add(1).min(length);
        let mut at = open(&mut next, first.min(length));
        while at < end {
            if let Some(slot) = least.get_mut(at) {
                *slot = Some(value);
            }
            let after = at.saturating_add(1);
            if let Some(jump) = next.get_mut(at) {
                *jump = after;
            }
            at = open(&mut next, after);
        }
    }
    least
}

/// The first open position from `at` on, shortening the way there.
fn open(next: &mut [usize], mut at: usize) -> usize {
    while let Some(jump) = next.get(at).copied().filter(|jump| *jump != at) {
        let far = next.get(jump).copied().unwrap_or(jump);
        if let Some(slot) = next.get_mut(at) {
            *slot = far;
        }
        at = far;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::paint;

    #[test]
    fn least_of_all_intervals() {
        let mut state = 7u64;
        let mut random = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        for length in 0..40 {
            let intervals: Vec<(u64, usize, usize)> = (0..random(12))
                .map(|_| {
                    let first = random(length + 1);
                    (u64::try_from(random(20)).unwrap(), first, first + random(10))
                })
                .collect();
            let want: Vec<Option<u64>> = (0..length)
                .map(|at| {
                    intervals
                        .iter()
                        .filter(|(_, a, b)| (*a..=*b).contains(&at))
                        .map(|(v, ..)| *v)
                        .min()
                })
                .collect();
            assert_eq!(paint(intervals, length), want);
        }
    }
}
