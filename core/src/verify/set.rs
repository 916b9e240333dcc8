//! Step 4: is this the set of records that the manifest says, each once and in order?

use super::Case;
use super::file::{At, Standing};
use super::view::{ChainView, Places, RunView, holes, standing};
use crate::codes::Code;
use crate::digest::Digest;
use crate::record::Kind;
use crate::report::{Finding, Findings, Place};

/// What [`stand`] collects of the order of lines.
#[derive(Default)]
struct Order {
    places: Places,
    last: Option<u64>,
}

/// First half: strangers, repeats, forks and disorder, line by line; then the chains and runs in order.
/// `chain.foreign_record`, `chain.reordered`, `chain.forked`.
pub(super) fn stand(case: &mut Case<'_>) {
    let mut chains: Vec<Order> = case.file.chains.iter().map(|_| Order::default()).collect();
    let mut runs: Vec<Order> = case.file.runs.iter().map(|_| Order::default()).collect();
    let repeats = repeats(case);
    for at in case.file.basis..case.file.records.len() {
        let Some(record) = case.file.record(at) else { continue };
        let (digest, place) = (record.digest, case.file.place(at));
        if is_foreign(case, at) {
            case.findings.push(Finding::error(Code::ChainForeignRecord, 4, place));
        }
        let mut reordered = repeats.get(at) == Some(&true);
        let mut outcome = if reordered { Standing::Left } else { Standing::Counts };
        if let (Some(seq), Some(order)) = (record.seq(), chains.get_mut(record.chain())) {
            reordered |= order.last.is_some_and(|last| seq < last);
            order.last = Some(seq);
            let first = (outcome == Standing::Counts)
                .then(|| order.places.put(seq, at))
                .flatten();
            if let Some(first) = first {
                outcome = Standing::Left;
                forked(case, digest, place, first);
            }
        }
        let record = case.file.record(at);
        if let Some((run, seq)) = record.and_then(|record| record.run())
            && let Some(order) = runs.get_mut(run)
        {
            reordered |= order.last.is_some_and(|last| seq < last);
            order.last = order.last.max(Some(seq));
            // What has no place in the chain takes none in its run.
            let first = (outcome == Standing::Counts)
                .then(|| order.places.put(seq, at))
                .flatten();
            if let Some(first) = first {
                outcome = Standing::LeftOfRun;
                forked(case, digest, place, first);
            }
        }
        if reordered {
            case.findings.push(Finding::error(Code::ChainReordered, 4, place));
        }
        if let Some(record) = case.file.records.get_mut(at) {
            record.stand(outcome);
        }
    }
    case.lines = chains
        .into_iter()
        .map(|order| standing(order.places, &case.file))
        .collect();
    case.runs = runs
        .into_iter()
        .map(|order| RunView {
            by_seq: standing(order.places, &case.file),
        })
        .collect();
}

/// A chain that the manifest lacks, another tenant, in scope runs no run or one that is not listed.
fn is_foreign(case: &Case<'_>, at: At) -> bool {
    let Some(record) = case.file.record(at) else {
        return false;
    };
    let chain = case
        .file
        .chains
        .get(record.chain())
        .is_some_and(|chain| chain.named.is_some());
    let tenant = record.seen.as_ref().is_none_or(|seen| seen.tenant_fits);
    let listed = |(run, _): (At, u64)| case.file.runs.get(run).is_some_and(|run| run.range.is_some());
    let run = !case.file.of_runs() || record.run().is_some_and(listed);
    !(chain && tenant && run)
}

/// Whether each record has the digest of an earlier line, wherever it says that it stands.
fn repeats(case: &Case<'_>) -> Vec<bool> {
    let mut lines: Vec<At> = (case.file.basis..case.file.records.len()).collect();
    let digest = |at: &At| case.file.record(*at).map(|record| record.digest);
    lines.sort_unstable_by_key(|at| (digest(at), *at));
    let pairs = lines.iter().zip(lines.iter().skip(1));
    let mut again = vec![false; case.file.records.len()];
    for (_, next) in pairs.filter(|(one, next)| digest(one) == digest(next)) {
        if let Some(again) = again.get_mut(*next) {
            *again = true;
        }
    }
    again
}

/// Another record stands at this place already.
fn forked(case: &mut Case<'_>, digest: Digest, place: Place, first: At) {
    let sealed = super::view::digest(&case.file, first);
    let values = (Some(sealed.to_string()), Some(digest.to_string()));
    case.findings
        .push(Finding::error(Code::ChainForked, 4, place).values(values.0, values.1));
}

/// Second half: what is missing, and whether the manifest's numbers are those of the lines.
/// `chain.gap`, `chain.truncated`, `run.gap`, `run.truncated`, `bundle.record_missing`, `bundle.root_mismatch`, `chain.empty`.
pub(super) fn complete(case: &mut Case<'_>) {
    let mut found = core::mem::take(&mut case.findings);
    for (chain, view) in case.file.chains.iter().zip(&case.chains) {
        if let Some((first, last, ..)) = chain.range {
            chain_holes(case, (chain.id, first, last), view, &mut found);
        }
    }
    for (run, view) in case.file.runs.iter().zip(&case.runs) {
        let Some(chain) = case.file.chains.get(run.chain) else {
            continue;
        };
        let missing = |code, seq| {
            Finding::error(
                code,
                4,
                Place {
                    chain: Some(chain.id),
                    record: None,
                    run: Some((run.id, seq)),
                },
            )
        };
        let numbers = view.by_seq.iter().map(|(seq, _)| *seq);
        if let Some((records, ..)) = run.range {
            let gaps = holes(numbers, 0).into_iter().filter(|seq| *seq < records);
            found.extend(gaps.map(|seq| missing(Code::RunGap, seq)));
            let next = view.by_seq.last().map_or(0, |(last, _)| last.saturating_add(1));
            found.extend((next < records).then(|| missing(Code::RunTruncated, next)));
        } else if !case.file.of_runs() {
            // Only what lies before a line up to which the chain is here from 0 can be said to be missing.
            let here = case.chains.get(run.chain).map_or(0, |view| view.here);
            let reached = view
                .by_seq
                .iter()
                .filter(|(_, at)| case.file.record(*at).is_some_and(|r| r.seq() < Some(here)));
            found.extend(
                holes(reached.map(|(seq, _)| *seq), 0)
                    .into_iter()
                    .map(|seq| missing(Code::RunGap, seq)),
            );
        }
    }
    unconfirmed(case, &mut found);
    found.extend(totals(case));
    if case.file.line_count() == 0 {
        found.push(Finding::error(Code::ChainEmpty, 4, Place::default()));
    }
    case.findings = found;
}

fn chain_holes(
    case: &Case<'_>,
    (id, first, last): (crate::id::Uuid, u64, u64),
    view: &ChainView,
    found: &mut Findings,
) {
    let missing = |code, seq| {
        Finding::error(
            code,
            4,
            Place {
                chain: Some(id),
                record: Some(seq),
                run: None,
            },
        )
    };
    let lines = view
        .by_seq
        .iter()
        .filter(|(_, at)| !case.file.is_basis(*at))
        .map(|(seq, _)| *seq);
    found.extend(holes(lines, first).into_iter().map(|seq| missing(Code::ChainGap, seq)));
    let next = view
        .last_line(&case.file)
        .map_or(first, |(seq, _)| seq.saturating_add(1).max(first));
    found.extend((next <= last).then(|| missing(Code::ChainTruncated, next)));
}

/// Scope chain: withheld lines whose place in a run no later record of it confirms.
fn unconfirmed(case: &Case<'_>, found: &mut Findings) {
    if case.file.of_runs() {
        return;
    }
    let latest = |run: At| {
        let shown = |at: At| case.file.record(at).filter(|record| record.seen.is_some())?.seq();
        let view = case.runs.get(run)?;
        view.by_seq.iter().filter_map(|(_, at)| shown(*at)).max()
    };
    let latest: Vec<Option<u64>> = (0..case.runs.len()).map(latest).collect();
    let withheld = case.file.lines().filter(|(_, record)| record.seen.is_none());
    // A line of a strange chain is told already.
    for (_, record) in withheld.filter(|(at, _)| !is_foreign(case, *at)) {
        let Some((run, _)) = record.run() else { continue };
        if latest.get(run).copied().flatten() <= record.seq() {
            found.push(Finding::error(Code::ChainForeignRecord, 4, case.file.place_of(record)));
        }
    }
}

/// Count, root, heads, ranges, `sealed` and `closed` by the manifest.
fn totals(case: &Case<'_>) -> Option<Finding> {
    let (lines, manifest) = (case.file.line_count(), &case.file.manifest);
    if lines < manifest.count {
        let values = (Some(manifest.count.to_string()), Some(lines.to_string()));
        return Some(Finding::error(Code::BundleRecordMissing, 4, Place::default()).values(values.0, values.1));
    }
    let ends = |kind: Kind, at: At| case.file.seen(at).map(|seen| seen.kind == kind);
    let chain_differs = |chain: &super::file::Chain, view: &ChainView| {
        let Some((first, last, head, sealed)) = chain.range else {
            return false;
        };
        let mut lines = view.by_seq.iter().filter(|(_, at)| !case.file.is_basis(*at));
        let outside = lines.any(|(seq, _)| *seq < first || *seq > last);
        let at = view.at(last);
        outside
            || at.is_some_and(|at| {
                super::view::digest(&case.file, at) != head || ends(Kind::ChainSeal, at) == Some(!sealed)
            })
    };
    let run_differs = |run: &super::file::Run, view: &RunView| {
        let Some((records, head, closed)) = run.range else {
            return false;
        };
        let outside = view.by_seq.last().is_some_and(|(seq, _)| *seq >= records);
        let at = records.checked_sub(1).and_then(|last| view.at(last));
        outside
            || at.is_some_and(|at| {
                super::view::digest(&case.file, at) != head || ends(Kind::RunEnd, at) == Some(!closed)
            })
    };
    let differs = lines > manifest.count
        || case.file.tree.root() != manifest.root
        || case
            .file
            .chains
            .iter()
            .zip(&case.chains)
            .any(|(chain, view)| chain_differs(chain, view))
        || case
            .file
            .runs
            .iter()
            .zip(&case.runs)
            .any(|(run, view)| run_differs(run, view));
    differs.then(|| Finding::error(Code::BundleRootMismatch, 4, Place::default()))
}
