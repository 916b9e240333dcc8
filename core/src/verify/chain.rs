//! Step 5: does each record follow the one before it, in its chain and in its run, and do the numbers of the chain hold?

use std::collections::BTreeSet;

use super::Case;
use super::file::{At, File, Seen};
use super::held::Signed;
use super::view::{digest, neighbours};
use crate::codes::Code;
use crate::digest::Digest;
use crate::record::{Body, Heartbeat, Kind};
use crate::report::Finding;

/// `record.hash_mismatch`, then `chain.foreign_record` for what the chain's own rules forbid.
pub(super) fn check(case: &mut Case<'_>) {
    let mut stands = BTreeSet::new();
    for chain in 0..case.chains.len() {
        let view = case.chains.get(chain).map(|view| &view.by_seq);
        for broken in broken(&case.file, view, |seen| seen.prev) {
            follows(case, broken, &mut stands);
        }
    }
    for run in 0..case.runs.len() {
        let view = case.runs.get(run).map(|view| &view.by_seq);
        for broken in broken(&case.file, view, |seen| seen.run_prev) {
            follows(case, broken, &mut stands);
        }
    }
    let mut found = Vec::new();
    for chain in 0..case.chains.len() {
        rules(case, chain, &mut found);
        heartbeats(case, chain, &mut found);
    }
    for view in &case.runs {
        let ends = |at: &At| case.file.seen(*at).is_some_and(|seen| seen.kind == Kind::RunEnd);
        let after = view.by_seq.iter().map(|(_, at)| *at).skip_while(|at| !ends(at)).skip(1);
        found.extend(after.map(|at| (at, None)));
    }
    found.sort();
    found.dedup();
    for (at, path) in found {
        let finding = Finding::error(Code::ChainForeignRecord, 5, case.file.place(at));
        case.findings.push(match path {
            Some(path) => finding.path(path),
            None => finding,
        });
    }
}

/// A record whose `prev` is not the digest of the one before: the one before, the record, its `prev`.
type Broken = (At, At, Option<Digest>);

/// The broken links of a chain or run. A withheld record says nothing of the one before.
fn broken(file: &File, by_seq: Option<&Vec<(u64, At)>>, prev: fn(&Seen) -> Option<Digest>) -> Vec<Broken> {
    let pairs = by_seq.into_iter().flat_map(|by_seq| neighbours(by_seq));
    let links = pairs.filter_map(|(before, at)| Some((before, at, prev(file.seen(at)?))));
    links
        .filter(|(before, _, prev)| *prev != Some(digest(file, *before)))
        .collect()
}

/// Where the one before is withheld or its signature does not hold, that one is what was changed, so the finding stands
/// there; at one record there is one.
fn follows(case: &mut Case<'_>, (before, at, prev): Broken, stands: &mut BTreeSet<At>) {
    let found = digest(&case.file, before);
    let signed = case.file.seen(before).map(|seen| seen.signed);
    let blamed = matches!(signed, None | Some(Signed::Fails | Signed::Unsigned | Signed::Weak));
    let (place, sealed) = if blamed { (before, prev) } else { (at, None) };
    if let Some(view) = case
        .file
        .record(place)
        .and_then(|record| case.chains.get_mut(record.chain()))
    {
        view.mismatch = true;
    }
    if stands.insert(place) {
        let values = (sealed.map(|digest| digest.to_string()), Some(found.to_string()));
        case.findings
            .push(Finding::error(Code::RecordHashMismatch, 5, case.file.place(place)).values(values.0, values.1));
    }
}

const ORIGIN: &str = "/payload/predicate/body/origin";

/// Epochs, origin, tenant of basis records, what follows a seal, a revocation by the key that it revokes.
fn rules(case: &Case<'_>, chain: At, found: &mut Vec<(At, Option<&'static str>)>) {
    let (Some(view), Some(named)) = (case.chains.get(chain), case.file.chains.get(chain)) else {
        return;
    };
    let mut sealed = false;
    // The last record whose epoch is known: its seq, epoch and kind.
    let mut last: Option<(u64, u64, Kind)> = None;
    for (seq, at) in &view.by_seq {
        if sealed {
            found.push((*at, None));
        }
        let Some(seen) = case.file.seen(*at) else { continue };
        let fits = last.map_or(*seq > 0 || seen.epoch == 0, |(before, epoch, kind)| {
            let next = epoch.saturating_add(u64::from(kind == Kind::Heartbeat));
            if before.checked_add(1) == Some(*seq) {
                seen.epoch == next
            } else {
                seen.epoch >= epoch
            }
        });
        let tenant = seen.tenant_fits || !case.file.is_basis(*at);
        let own = matches!(seen.body(), Some(Body::KeyRevoke { keyid, .. }) if *keyid == seen.key);
        if !fits || !tenant || own {
            found.push((*at, None));
        }
        if let (Some(Body::ChainOpen(open)), Some((origin, _))) = (seen.body(), &named.named)
            && open.origin != *origin
        {
            found.push((*at, Some(ORIGIN)));
        }
        sealed |= seen.kind == Kind::ChainSeal;
        last = Some((*seq, seen.epoch, seen.kind));
    }
}

/// First seq of the epoch and root of each heartbeat, where the chain is here from 0 and its links hold.
fn heartbeats(case: &Case<'_>, chain: At, found: &mut Vec<(At, Option<&'static str>)>) {
    let Some(view) = case.chains.get(chain).filter(|view| !view.mismatch) else {
        return;
    };
    let beats: Vec<(u64, At, &Heartbeat)> = view
        .by_seq
        .iter()
        .zip(0..view.here)
        .filter_map(|((_, at), seq)| match case.file.seen(*at)?.body()? {
            Body::Heartbeat(beat) => Some((seq, *at, beat)),
            _ => None,
        })
        .collect();
    let sizes: Vec<u64> = beats.iter().map(|(_, _, beat)| beat.size).collect();
    let roots = view.roots(&sizes, &case.file);
    // An epoch begins after a heartbeat; a withheld record may have been one.
    let hidden = |seq: u64| view.at(seq).is_some_and(|at| case.file.seen(at).is_none());
    let mut begin = 0;
    for (seq, at, beat) in beats {
        let before = beat.first.checked_sub(1).filter(|before| (begin..seq).contains(before));
        let begins = beat.first == begin || before.is_some_and(hidden);
        if !begins || roots.get(&beat.size) != Some(&beat.root) {
            found.push((at, None));
        }
        begin = seq.saturating_add(1);
    }
}
