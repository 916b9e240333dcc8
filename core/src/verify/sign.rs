//! Step 7: signatures of records, manifest and documents, who signed them, and what became of their keys.

use std::collections::{BTreeMap, BTreeSet};

use super::Case;
use super::file::{At, Standing};
use super::held::Signed;
use super::keys::signer;
use super::log::Cover;
use super::view::{ChainView, digest, neighbours};
use crate::codes::Code;
use crate::key::KeyId;
use crate::record::Kind;
use crate::report::{Finding, Place};
use crate::statement::DocumentKind;
use crate::trust::Role;

/// Somebody who signed, in one role.
pub(super) struct Signer {
    pub(super) keyid: KeyId,
    pub(super) role: Role,
    pub(super) trusted: bool,
    /// The entries of the trust that it rests on.
    pub(super) entries: BTreeSet<usize>,
}

/// The signers in order of first use.
#[derive(Default)]
pub(super) struct Signers {
    pub(super) list: Vec<Signer>,
    at: BTreeMap<(KeyId, Role), usize>,
}

/// What a signature that does not hold is called.
pub(super) fn code(signed: Signed) -> Option<Code> {
    match signed {
        Signed::Holds | Signed::NotHeld => None,
        Signed::Unsigned => Some(Code::RecordUnsigned),
        Signed::Fails => Some(Code::RecordSignatureMismatch),
        Signed::Weak => Some(Code::KeyWeak),
    }
}

/// `record.unsigned`, `record.signature_mismatch`, `key.weak`; `key.unknown`, `key.wrong_role`; `key.revoked`,
/// `key.revocation_disputed`, `key.expired`, `chain.foreign_record` for a key never added.
pub(super) fn check(case: &mut Case<'_>, cover: &Cover) {
    manifest(case);
    for at in case.file.basis..case.file.records.len() {
        let Some(seen) = case.file.seen(at) else { continue };
        let (key, signed, place) = (seen.key, seen.signed, case.file.place(at));
        if let Some(code) = code(signed) {
            case.findings.push(Finding::error(code, 7, place));
        }
        let entry = case.file.record(at).and_then(|record| {
            let keys = case.keys.get(record.chain())?;
            signer(case, keys, case.file.seen(at)?, record.seq()?)
        });
        used(case, (key, Role::Record), entry, place);
    }
    documents(case);
    let shown = Places::new(case, cover);
    for at in 0..case.file.records.len() {
        if let Some(finding) = ended(case, at, cover, &shown) {
            finding.into_iter().for_each(|finding| case.findings.push(finding));
        }
    }
    revocations(case);
}

/// Notes a use of a key; one finding for each key and role that is not trusted, where that is seen first.
fn used(case: &mut Case<'_>, (keyid, role): (KeyId, Role), entry: Option<usize>, place: Place) {
    let next = case.signers.list.len();
    let at = *case.signers.at.entry((keyid, role)).or_insert(next);
    if at == next {
        case.signers.list.push(Signer {
            keyid,
            role,
            trusted: true,
            entries: BTreeSet::new(),
        });
    }
    let Some(signer) = case.signers.list.get_mut(at) else {
        return;
    };
    match entry {
        Some(entry) => {
            signer.entries.insert(entry);
        }
        None if signer.trusted => {
            signer.trusted = false;
            let other = case.trust.names(&keyid) && case.trust.position(&keyid, role).is_none();
            let code = if other { Code::KeyWrongRole } else { Code::KeyUnknown };
            case.findings.push(Finding::error(code, 7, place));
        }
        None => {}
    }
}

/// The manifest: signed by a key that is trusted for each of its chains and that none of their records ended.
fn manifest(case: &mut Case<'_>) {
    let key = case.file.manifest.key;
    let signed = case.file.held.check(&case.file.manifest.envelope, &key, None);
    if let Some(code) = code(signed) {
        case.findings.push(Finding::error(code, 7, Place::default()));
    }
    let mut named = case
        .file
        .chains
        .iter()
        .zip(&case.keys)
        .filter(|(chain, _)| chain.named.is_some());
    let through = named
        .try_fold(None, |_, (_, keys)| keys.trusts(&key, None).map(Some))
        .flatten();
    let entry = case
        .trust
        .position(&key, Role::Record)
        .or(through)
        .filter(|_| case.file.held.has(&key));
    used(case, (key, Role::Record), entry, Place::default());
    case.manifest_trusted = entry.is_some();
    let ended = |(keys, view): (&super::keys::ChainKeys, &ChainView)| {
        let last = view.last_line(&case.file).map(|(seq, _)| seq);
        let counts = |end: &&super::keys::End| end.as_of.is_some() || Some(end.seq) <= last;
        keys.ends.get(&key)?.iter().find(counts).map(|end| end.seq)
    };
    if let Some(seq) = case.keys.iter().zip(&case.chains).find_map(ended) {
        let finding = Finding::error(Code::KeyRevoked, 7, Place::default()).values(None, Some(seq.to_string()));
        case.findings.push(finding);
    }
}

/// The role that signs a document.
pub(super) fn role(kind: DocumentKind) -> Role {
    match kind {
        DocumentKind::PlanCertificate | DocumentKind::PlanRefusal => Role::Validator,
        DocumentKind::Attestation => Role::Attestor,
        DocumentKind::Approval => Role::Approver,
        DocumentKind::Countersign => Role::Tool,
        DocumentKind::RevocationList => Role::Revocation,
        _ => Role::Record,
    }
}

fn documents(case: &mut Case<'_>) {
    for at in 0..case.file.documents.len() {
        let Some(document) = case.file.documents.get(at) else {
            continue;
        };
        let (key, role) = (document.document.key, role(document.document.kind));
        let through = || {
            let mut chains = case.keys.iter().filter(|_| role == Role::Record);
            chains.find_map(|keys| keys.trusts(&key, None))
        };
        let entry = case
            .trust
            .position(&key, role)
            .or_else(through)
            .filter(|_| case.file.held.has(&key));
        if entry.is_none() && document.named.is_none() {
            if let Some(document) = case.file.documents.get_mut(at) {
                document.ignored = true;
            }
            continue;
        }
        if let Some(code) = code(case.file.held.check(&document.envelope, &key, None)) {
            case.findings.push(Finding::error(code, 7, Place::default()));
        }
        used(case, (key, role), entry, Place::default());
    }
}

/// Which records have a place in their chain that something shows.
struct Places {
    /// Covered by a quorum, or led back to from such a record.
    covered: BTreeSet<At>,
    /// For each position of a chain the first one that is led back to from it.
    back: Vec<Vec<usize>>,
}

impl Places {
    fn new(case: &Case<'_>, cover: &Cover) -> Places {
        let revokes = |end: &super::keys::End| end.as_of.is_some();
        if !case.keys.iter().any(|keys| keys.ends.values().flatten().any(revokes)) {
            return Places {
                covered: BTreeSet::new(),
                back: Vec::new(),
            };
        }
        let leads = |before: At, at: At, run: bool| {
            let (Some(_), Some(seen)) = (case.file.seen(before), case.file.seen(at)) else {
                return false;
            };
            let prev = if run { seen.run_prev } else { seen.prev };
            prev == Some(digest(&case.file, before))
        };
        let mut edges: BTreeMap<At, Vec<At>> = BTreeMap::new();
        for (view, run) in case
            .chains
            .iter()
            .map(|v| (&v.by_seq, false))
            .chain(case.runs.iter().map(|v| (&v.by_seq, true)))
        {
            for (before, at) in neighbours(view).filter(|(before, at)| leads(*before, *at, run)) {
                edges.entry(at).or_default().push(before);
            }
        }
        let mut open: Vec<At> = (0..case.file.records.len())
            .filter(|at| cover.at(*at).is_some())
            .collect();
        let mut covered: BTreeSet<At> = open.iter().copied().collect();
        while let Some(at) = open.pop() {
            for before in edges.get(&at).into_iter().flatten() {
                if covered.insert(*before) {
                    open.push(*before);
                }
            }
        }
        for (again, first) in case.file.repeats() {
            if covered.contains(&first) {
                covered.insert(again);
            }
        }
        let back = case.chains.iter().map(|view| {
            let mut first = Vec::with_capacity(view.by_seq.len());
            for (position, (seq, at)) in view.by_seq.iter().enumerate() {
                let before = position.checked_sub(1).and_then(|p| view.by_seq.get(p));
                let led = before.is_some_and(|(s, b)| s.checked_add(1) == Some(*seq) && leads(*b, *at, false));
                let inherited = first.last().copied().filter(|_| led);
                first.push(inherited.unwrap_or(position));
            }
            first
        });
        Places {
            covered,
            back: back.collect(),
        }
    }

    /// Whether the place of a record is shown, also by the revocation at `seq`.
    fn shown(&self, case: &Case<'_>, (chain, at): (At, At), revocation: u64) -> bool {
        if self.covered.contains(&at) {
            return true;
        }
        let reach = || {
            let view = case.chains.get(chain)?;
            let own = view.position(case.file.record(at)?.seq()?)?;
            let from = view.position(revocation)?;
            Some(own <= from && *self.back.get(chain)?.get(from)? <= own)
        };
        reach().unwrap_or(false)
    }
}

/// Rule 2 of docs/spec/05-chain.md for one record: a key that was never added, has ended, or has run out.
fn ended(case: &Case<'_>, at: At, cover: &Cover, places: &Places) -> Option<Vec<Finding>> {
    let (record, seen) = (case.file.record(at)?, case.file.seen(at)?);
    if record.standing() == Standing::Ignored {
        return None;
    }
    let (seq, keys, view) = (
        record.seq()?,
        case.keys.get(record.chain())?,
        case.chains.get(record.chain())?,
    );
    let place = case.file.place(at);
    let mut found = Vec::new();
    let added = keys
        .added
        .get(&seen.key)
        .map(|all| all.iter().filter(|(since, _)| *since < seq || *since == 0));
    match added
        .map(|all| all.map(|(_, last)| *last).collect::<Vec<_>>())
        .filter(|all| !all.is_empty())
    {
        None if seq < view.shown => found.push(Finding::error(Code::ChainForeignRecord, 7, place)),
        Some(last) if last.iter().all(|last| last.is_some_and(|last| last < seen.recorded_at)) => {
            found.push(Finding::error(Code::KeyExpired, 7, place));
        }
        _ => {}
    }
    let condemns = |end: &&super::keys::End| match end.as_of {
        _ if end.seq < seq => true,
        Some(last) if seq < end.seq => seq > last || !places.shown(case, (record.chain(), at), end.seq),
        _ => false,
    };
    if let Some(end) = keys.ends.get(&seen.key).and_then(|ends| ends.iter().find(condemns)) {
        let revoked = || Some(end.seq.to_string());
        found.push(Finding::error(Code::KeyRevoked, 7, place).values(None, revoked()));
        let disputed = end.as_of.is_some() && seq < end.seq && cover.size(at).is_some_and(|size| size <= end.seq);
        if disputed {
            found.push(Finding::warning(Code::KeyRevocationDisputed, 7, place).values(None, revoked()));
        }
    }
    Some(found)
}

/// The revocations that a trusted manifest names are here, and none is here that it does not name.
fn revocations(case: &mut Case<'_>) {
    if !case.manifest_trusted {
        return;
    }
    let ends = |at: At| {
        case.file
            .seen(at)
            .is_some_and(|seen| matches!(seen.kind, Kind::KeyRetire | Kind::KeyRevoke))
    };
    let mut here = BTreeSet::new();
    let mut found = core::mem::take(&mut case.findings);
    for (at, record) in case.file.records.iter().enumerate() {
        if record.standing() == Standing::Ignored || record.seen.is_none() {
            continue;
        }
        here.insert(record.digest);
        let unnamed = ends(at) && case.file.manifest.revocations.binary_search(&record.digest).is_err();
        if unnamed && !case.file.is_basis(at) {
            found.push(Finding::error(Code::BundleRootMismatch, 7, case.file.place(at)));
        }
    }
    let absent = case
        .file
        .manifest
        .revocations
        .iter()
        .filter(|digest| !here.contains(digest));
    found.extend(absent.map(|digest| {
        Finding::error(Code::BundleRecordMissing, 7, Place::default()).values(Some(digest.to_string()), None)
    }));
    case.findings = found;
}
