//! Step 6: the keys of each chain, from its records and basis records in order of seq, and which basis records count.

use std::collections::BTreeMap;

use super::Case;
use super::file::{At, Seen, Standing};
use super::held::Signed;
use super::judge::added;
use super::view::{ChainView, digest};
use crate::codes::Code;
use crate::digest::Digest;
use crate::key::{KeyId, PublicKey};
use crate::record::{Body, KeyEntry, KeyRole};
use crate::report::{Finding, Place};
use crate::time::Timestamp;
use crate::trust::Role;

/// The keys of one chain.
#[derive(Default)]
pub(super) struct ChainKeys {
    /// Record keys, with the seq that added them and their last day.
    pub(super) added: BTreeMap<KeyId, Vec<(u64, Option<Timestamp>)>>,
    /// Record keys that are trusted through the chain: since which seq, and by which entry of the trust in the end.
    pub(super) trusted: BTreeMap<KeyId, (u64, usize)>,
    /// Retirements and revocations of each key in order of seq.
    pub(super) ends: BTreeMap<KeyId, Vec<End>>,
    /// Log keys.
    pub(super) logs: Vec<PublicKey>,
    /// The trust entry of the key that signed record 0.
    opener: Option<usize>,
}

/// The end of a key.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) seq: u64,
    /// For a revocation the last good seq.
    pub(super) as_of: Option<u64>,
}

impl ChainKeys {
    /// The trust entry behind a key that the chain itself added before `seq` (none: at all).
    pub(super) fn trusts(&self, key: &KeyId, seq: Option<u64>) -> Option<usize> {
        let (since, root) = self.trusted.get(key)?;
        seq.is_none_or(|seq| *since < seq).then(|| self.opener.unwrap_or(*root))
    }

    /// The first end of a key before `seq`.
    pub(super) fn dead(&self, key: &KeyId, seq: u64) -> Option<End> {
        self.ends.get(key)?.first().copied().filter(|end| end.seq < seq)
    }

    /// What a record says of keys. `by` is the trust entry behind its signer, if that is trusted, alive and signed.
    fn hear(&mut self, seq: u64, seen: &Seen, by: Option<usize>) {
        match seen.body() {
            Some(Body::ChainOpen(open)) => {
                if seq == 0 {
                    self.opener = self.opener.or(by);
                }
                open.keys.iter().for_each(|entry| self.add(seq, entry, by));
            }
            Some(Body::KeyAdd(entry)) => self.add(seq, entry, by),
            Some(Body::KeyRetire { keyid }) => self.ends.entry(*keyid).or_default().push(End { seq, as_of: None }),
            Some(Body::KeyRevoke { keyid, as_of_seq, .. }) => {
                self.ends.entry(*keyid).or_default().push(End {
                    seq,
                    as_of: Some(*as_of_seq),
                });
            }
            _ => {}
        }
    }

    fn add(&mut self, seq: u64, entry: &KeyEntry, by: Option<usize>) {
        let keyid = entry.spki.keyid();
        match entry.role {
            KeyRole::Log => {
                if !self.logs.contains(&entry.spki) {
                    self.logs.push(entry.spki.clone());
                }
            }
            KeyRole::Record => {
                self.added.entry(keyid).or_default().push((seq, entry.not_after));
                if let Some(by) = by {
                    self.trusted.entry(keyid).or_insert((seq, by));
                }
            }
        }
    }
}

/// Walks every chain in order of seq. A basis record counts if its signature holds (else that is a finding of step 7) and
/// its key is trusted and not dead; another record at its seq is `chain.forked`.
pub(super) fn check(case: &mut Case<'_>) {
    sign_basis(case);
    let mut basis: Vec<Vec<(u64, At)>> = case.file.chains.iter().map(|_| Vec::new()).collect();
    for (at, record) in case.file.records.iter().enumerate().take(case.file.basis) {
        if let (Some(seq), Some(list)) = (record.seq(), basis.get_mut(record.chain())) {
            list.push((seq, at));
        }
    }
    let lines = core::mem::take(&mut case.lines);
    for (lines, mut basis) in lines.into_iter().zip(basis) {
        // By seq, in the order of the file where two have one seq.
        basis.sort_unstable();
        let (view, keys) = walk(case, lines, &basis);
        case.chains.push(view);
        case.keys.push(keys);
    }
}

fn sign_basis(case: &mut Case<'_>) {
    let basis = case.file.basis;
    let (held, envelopes) = (&case.file.held, &case.file.envelopes);
    for (record, envelope) in case.file.records.iter_mut().take(basis).zip(envelopes) {
        let Some(seen) = &mut record.seen else { continue };
        let also = seen.body().and_then(added);
        seen.signed = held.check(envelope, &seen.key, also.as_ref());
        seen.held = held.has(&seen.key);
    }
}

fn walk(case: &mut Case<'_>, lines: Vec<(u64, At)>, basis: &[(u64, At)]) -> (ChainView, ChainKeys) {
    let mut keys = ChainKeys::default();
    if basis.is_empty() {
        lines.iter().for_each(|line| hear_line(case, &mut keys, *line));
        return (ChainView::new(lines, &case.file), keys);
    }
    let mut by_seq: Vec<(u64, At)> = Vec::with_capacity(lines.len().saturating_add(basis.len()));
    let mut lines = lines.into_iter().peekable();
    for (seq, at) in basis {
        while let Some(line) = lines.next_if(|(line, _)| line <= seq) {
            hear_line(case, &mut keys, line);
            by_seq.push(line);
        }
        if !counts(case, &mut keys, (*seq, *at)) {
            if let Some(record) = case.file.records.get_mut(*at) {
                record.stand(Standing::Ignored);
            }
            continue;
        }
        match by_seq.last() {
            Some((there, first)) if there == seq => forked(case, (*first, *at)),
            _ => by_seq.push((*seq, *at)),
        }
    }
    for line in lines {
        hear_line(case, &mut keys, line);
        by_seq.push(line);
    }
    (ChainView::new(by_seq, &case.file), keys)
}

fn hear_line(case: &Case<'_>, keys: &mut ChainKeys, (seq, at): (u64, At)) {
    let Some(seen) = case.file.seen(at) else { return };
    let alive = seen.signed == Signed::Holds && keys.dead(&seen.key, seq).is_none();
    let by = signer(case, keys, seen, seq).filter(|_| alive);
    keys.hear(seq, seen, by);
}

/// The trust entry behind the signer of a record.
pub(super) fn signer(case: &Case<'_>, keys: &ChainKeys, seen: &Seen, seq: u64) -> Option<usize> {
    let direct = case.trust.position(&seen.key, Role::Record);
    direct
        .or_else(|| keys.trusts(&seen.key, Some(seq)))
        .filter(|_| seen.held)
}

fn counts(case: &mut Case<'_>, keys: &mut ChainKeys, (seq, at): (u64, At)) -> bool {
    let Some(seen) = case.file.seen(at) else { return false };
    if let Some(code) = super::sign::code(seen.signed) {
        let finding = Finding::error(code, 7, case.file.place(at));
        case.findings.push(finding);
        return false;
    }
    let by = signer(case, keys, seen, seq).filter(|_| keys.dead(&seen.key, seq).is_none());
    if by.is_some() {
        keys.hear(seq, seen, by);
    }
    by.is_some()
}

/// A basis record, and another record at its seq. It is told at the line; if both are basis records, at the second.
fn forked(case: &mut Case<'_>, (first, at): (At, At)) {
    let (sealed, found): (Digest, Digest) = (digest(&case.file, first), digest(&case.file, at));
    if sealed == found {
        return;
    }
    let place: Place = case.file.place(if case.file.is_basis(first) { at } else { first });
    let values = (Some(sealed.to_string()), Some(found.to_string()));
    case.findings
        .push(Finding::error(Code::ChainForked, 6, place).values(values.0, values.1));
}
