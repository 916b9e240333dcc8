//! Step 11: checkpoints and receipts, whose cosignatures they carry, and which records they cover.

use std::collections::{BTreeMap, BTreeSet};

use super::Case;
use super::cover::{Interval, Line, paint, reaches};
use super::file::At;
use super::view::digest;
use crate::checkpoint::Checkpoint;
use crate::codes::Code;
use crate::digest::Digest;
use crate::merkle::{Hash, verify_inclusion};
use crate::note::{Kind, Signed, Vkey};
use crate::report::{Finding, Findings, Place};

/// A cosignature may be this far in the reader's future.
const AHEAD_S: u64 = 120;

/// A note whose signatures hold.
pub(super) struct Noted {
    /// H of its text: what a beacon names.
    pub(super) text: Digest,
    /// The time of each witness of the policy.
    pub(super) times: Vec<Option<u64>>,
    /// When the quorum was met.
    pub(super) met: Option<u64>,
    chain: At,
    size: u64,
    pub(super) state: State,
}

/// What a note came to when it was held against the records.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// The file does not reach what it is about.
    Unreached,
    Same,
    Other,
}

/// Which records are covered by notes that meet the quorum.
#[derive(Default)]
pub(super) struct Cover {
    time: Vec<Option<u64>>,
    size: Vec<Option<u64>>,
    /// All that covers something, whether a quorum or not.
    intervals: Vec<Interval>,
    pub(super) notes: Vec<Noted>,
}

impl Cover {
    /// The earliest quorum time that covers a record, in seconds.
    pub(super) fn at(&self, at: At) -> Option<u64> {
        self.time.get(at).copied().flatten()
    }

    /// The smallest size of a quorum note that covers a record.
    pub(super) fn size(&self, at: At) -> Option<u64> {
        self.size.get(at).copied().flatten()
    }

    /// Whether any quorum was met on anything that was held against the records.
    pub(super) fn timed(&self) -> bool {
        self.checked().any(|note| note.met.is_some())
    }

    /// The notes that fit the records.
    pub(super) fn checked(&self) -> impl Iterator<Item = &Noted> {
        self.notes.iter().filter(|note| note.state == State::Same)
    }

    /// The notes that cover a place of a chain or run.
    pub(super) fn over(&self, line: Line, position: usize) -> impl Iterator<Item = &Noted> {
        let here = move |i: &&Interval| i.line == line && (i.first..=i.last).contains(&position);
        self.intervals
            .iter()
            .filter(here)
            .filter_map(|i| self.notes.get(i.note))
    }

    /// The quorum time of the note with this text.
    pub(super) fn beacon(&self, text: &Digest) -> Option<u64> {
        self.notes
            .iter()
            .filter(|note| note.text == *text)
            .filter_map(|note| note.met)
            .min()
    }
}

/// Reads every note of a chain of the manifest whose log key is known.
/// `witness.signature_mismatch`, `witness.other_content`, `witness.time_impossible`.
pub(super) fn cover(case: &mut Case<'_>) -> Cover {
    let origins: BTreeMap<String, At> = case
        .file
        .chains
        .iter()
        .enumerate()
        .filter_map(|(at, chain)| Some((chain.named.as_ref()?.0.clone(), at)))
        .collect();
    let logs: Vec<Vec<Vkey>> = (0..case.file.chains.len()).map(|chain| log_keys(case, chain)).collect();
    let roots = roots(case, &origins);
    let mut cover = Cover::default();
    let mut findings = core::mem::take(&mut case.findings);

    for checkpoint in &case.file.checkpoints {
        let Some(chain) = origins.get(checkpoint.origin()).copied() else {
            continue;
        };
        let Some(keys) = logs.get(chain).filter(|keys| !keys.is_empty()) else {
            continue;
        };
        let last = checkpoint.size().saturating_sub(1);
        let place = case.place_of_seq(chain, last);
        let Some(mut note) = examine(case, checkpoint, (chain, keys), place, &mut findings) else {
            continue;
        };
        note.state = against(&roots, chain, checkpoint);
        if note.state == State::Other {
            findings.push(Finding::error(Code::WitnessOtherContent, 11, place));
        }
        cover.notes.push(note);
    }
    let mut receipts: Vec<(usize, At)> = Vec::new();
    for receipt in &case.file.receipts {
        let checkpoint = receipt.checkpoint();
        let Some(chain) = origins.get(checkpoint.origin()).copied() else {
            continue;
        };
        let Some(keys) = logs.get(chain).filter(|keys| !keys.is_empty()) else {
            continue;
        };
        let place = case.place_of_seq(chain, receipt.index());
        let Some(mut note) = examine(case, checkpoint, (chain, keys), place, &mut findings) else {
            continue;
        };
        note.state = against(&roots, chain, checkpoint);
        if note.state == State::Other {
            let last = case.place_of_seq(chain, checkpoint.size().saturating_sub(1));
            findings.push(Finding::error(Code::WitnessOtherContent, 11, last));
        }
        let record = case.chains.get(chain).and_then(|view| view.at(receipt.index()));
        if let Some(at) = record.filter(|_| note.state != State::Other) {
            let leaf = crate::merkle::leaf(&digest(&case.file, at));
            let (index, size) = (receipt.index(), checkpoint.size());
            if verify_inclusion(&leaf, index, size, receipt.hashes(), checkpoint.root()) {
                note.state = State::Same;
                receipts.push((cover.notes.len(), at));
            } else {
                note.state = State::Other;
                findings.push(Finding::error(Code::WitnessOtherContent, 11, place));
            }
        }
        cover.notes.push(note);
    }
    case.findings = findings;
    for (at, note) in cover.notes.iter().enumerate() {
        // The chain is here from 0 to the size, so position and seq are one. That goes for a receipt's own note too.
        let prefix = note.state == State::Same && roots.contains_key(&(note.chain, note.size));
        let last = usize::try_from(note.size).ok().and_then(|size| size.checked_sub(1));
        if let Some(last) = last.filter(|_| prefix) {
            cover.intervals.push(Interval {
                line: Line::Chain(note.chain),
                first: 0,
                last,
                note: at,
            });
        }
    }
    if !receipts.is_empty() {
        let reach = reaches(case);
        for (note, at) in receipts {
            cover.intervals.extend(reach.of(case, at, note));
        }
    }
    if !cover.intervals.is_empty() {
        fill(case, &mut cover);
    }
    cover
}

/// Log keys of a chain: those that its records name, and those of the policy.
fn log_keys(case: &Case<'_>, chain: At) -> Vec<Vkey> {
    let Some((origin, _)) = case.file.chains.get(chain).and_then(|chain| chain.named.as_ref()) else {
        return Vec::new();
    };
    let own = case
        .keys
        .get(chain)
        .map(|keys| keys.logs.as_slice())
        .unwrap_or_default();
    let mut keys: Vec<Vkey> = own
        .iter()
        .map(|key| Vkey::new(origin.clone(), Kind::Log, key.clone()))
        .collect();
    for log in case.trust.policy.logs().iter().filter(|log| log.name() == origin) {
        if !keys.iter().any(|key| key.key() == log.key()) {
            keys.push(log.clone());
        }
    }
    keys
}

/// Roots of the chains at the sizes of all notes, as far as the chains are here from 0.
fn roots(case: &Case<'_>, origins: &BTreeMap<String, At>) -> BTreeMap<(At, u64), Hash> {
    let mut sizes: BTreeSet<(At, u64)> = BTreeSet::new();
    let notes = case
        .file
        .checkpoints
        .iter()
        .chain(case.file.receipts.iter().map(|receipt| receipt.checkpoint()));
    for note in notes {
        if let Some(chain) = origins.get(note.origin()) {
            sizes.insert((*chain, note.size()));
        }
    }
    let mut roots = BTreeMap::new();
    for (chain, view) in case.chains.iter().enumerate() {
        let sizes: Vec<u64> = sizes
            .range((chain, 0)..=(chain, u64::MAX))
            .map(|(_, size)| *size)
            .collect();
        if !sizes.is_empty() {
            roots.extend(
                view.roots(&sizes, &case.file)
                    .into_iter()
                    .map(|(size, root)| ((chain, size), root)),
            );
        }
    }
    roots
}

fn against(roots: &BTreeMap<(At, u64), Hash>, chain: At, note: &Checkpoint) -> State {
    match roots.get(&(chain, note.size())) {
        None => State::Unreached,
        Some(root) if root == note.root() => State::Same,
        Some(_) => State::Other,
    }
}

/// The signatures of a note; none if they do not hold.
fn examine(
    case: &Case<'_>,
    checkpoint: &Checkpoint,
    (chain, keys): (At, &[Vkey]),
    place: Place,
    findings: &mut Findings,
) -> Option<Noted> {
    let note = checkpoint.note();
    let log: Vec<Signed> = keys.iter().map(|key| note.check(key)).collect();
    let witnesses: Vec<Signed> = case
        .trust
        .policy
        .witnesses()
        .iter()
        .map(|witness| note.check(&witness.vkey))
        .collect();
    let signed = log.iter().any(|line| matches!(line, Signed::Good(_)));
    if !signed || log.contains(&Signed::Bad) || witnesses.contains(&Signed::Bad) {
        findings.push(Finding::error(Code::WitnessSignatureMismatch, 11, place));
        return None;
    }
    let now = u64::try_from(case.options.now.millis()).unwrap_or(0);
    let possible = |time: &u64| {
        time.checked_mul(1_000)
            .is_some_and(|ms| ms <= now.saturating_add(AHEAD_S.saturating_mul(1_000)))
    };
    let all = |line: &Signed| match line {
        Signed::Good(times) => times.clone(),
        _ => Vec::new(),
    };
    let times: Vec<Option<u64>> = witnesses
        .iter()
        .map(|line| all(line).into_iter().filter(possible).min())
        .collect();
    let met = case.trust.policy.met_at(&times);
    if witnesses.iter().any(|line| !all(line).iter().all(possible)) {
        let enough = met.is_some() || !case.trust.policy.requires();
        let finding = if enough { Finding::warning } else { Finding::error };
        findings.push(finding(Code::WitnessTimeImpossible, 11, place));
    }
    let text = Digest::of(note.text().as_bytes());
    Some(Noted {
        text,
        times,
        met,
        chain,
        size: checkpoint.size(),
        state: State::Unreached,
    })
}

/// For each record the earliest time and the smallest size of a quorum note that covers it.
fn fill(case: &Case<'_>, cover: &mut Cover) {
    cover.time = vec![None; case.file.records.len()];
    cover.size = cover.time.clone();
    let mut by_line: BTreeMap<Line, Vec<&Interval>> = BTreeMap::new();
    for interval in &cover.intervals {
        by_line.entry(interval.line).or_default().push(interval);
    }
    let lower = |slots: &mut Vec<Option<u64>>, at: At, value: u64| {
        if let Some(slot) = slots.get_mut(at) {
            *slot = Some(slot.map_or(value, |old| old.min(value)));
        }
    };
    for (line, intervals) in by_line {
        let by_seq = match line {
            Line::Chain(chain) => case.chains.get(chain).map(|view| &view.by_seq),
            Line::Run(run) => case.runs.get(run).map(|view| &view.by_seq),
        };
        let Some(by_seq) = by_seq else { continue };
        let met = |i: &&Interval| cover.notes.get(i.note).and_then(|note| Some((note.met?, note.size)));
        let times = intervals
            .iter()
            .filter_map(|i| Some((met(i)?.0, i.first, i.last)))
            .collect();
        let sizes = intervals
            .iter()
            .filter_map(|i| Some((met(i)?.1, i.first, i.last)))
            .collect();
        for (slots, values) in [
            (&mut cover.time, paint(times, by_seq.len())),
            (&mut cover.size, paint(sizes, by_seq.len())),
        ] {
            for ((_, at), value) in by_seq.iter().zip(values) {
                if let Some(value) = value {
                    lower(slots, *at, value);
                }
            }
        }
    }
    // What covers a record covers it wherever it stands.
    for (again, first) in case.file.repeats() {
        for slots in [&mut cover.time, &mut cover.size] {
            if let Some(value) = slots.get(first).copied().flatten() {
                lower(slots, again, value);
            }
        }
    }
}

/// What the witnesses come to for the reader: `witness.quorum_not_met`, `witness.none`, `witness.same_operator`.
pub(super) fn judge(case: &mut Case<'_>, cover: &Cover) {
    let policy = &case.trust.policy;
    let mut found = core::mem::take(&mut case.findings);
    if policy.requires() {
        for part in &case.parts {
            if part.through != Some(part.last) {
                found.push(Finding::error(Code::WitnessQuorumNotMet, 11, part.place));
            }
        }
    }
    let operators: BTreeSet<&str> = cover
        .checked()
        .flat_map(|note| note.times.iter().zip(policy.witnesses()))
        .filter_map(|(time, witness)| time.map(|_| witness.operator.as_str()))
        .collect();
    if operators.is_empty() {
        if !policy.requires() {
            found.push(Finding::warning(Code::WitnessNone, 11, Place::default()));
        }
    } else if operators.iter().all(|operator| case.is_signers(operator)) {
        found.push(Finding::warning(Code::WitnessSameOperator, 11, Place::default()));
    }
    case.findings = found;
}
