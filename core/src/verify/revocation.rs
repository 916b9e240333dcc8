//! Step 14: the revocation lists of the trust.

use std::collections::{BTreeMap, BTreeSet};

use super::Case;
use super::file::Standing;
use super::keys::signer;
use super::log::Cover;
use crate::codes::Code;
use crate::document::{Revocation, Revoked};
use crate::key::KeyId;
use crate::report::{Finding, Findings, Place};
use crate::trust::{List, Role};

/// What the lists came to.
#[derive(Default)]
pub(super) struct Lists {
    /// Age in seconds of the oldest list that was used.
    pub(super) age_s: Option<u64>,
    /// Every signer publishes none.
    pub(super) none_needed: bool,
}

/// `key.revoked`, `certificate.revoked`, `revocation.not_checked`, `revocation.stale`.
pub(super) fn check(case: &mut Case<'_>, cover: &Cover) -> Lists {
    let lists = signed(case);
    let mut found = core::mem::take(&mut case.findings);
    revoked(case, cover, &lists, &mut found);
    let mut answer = Lists {
        age_s: None,
        none_needed: true,
    };
    let mut used = BTreeSet::new();
    let mut unchecked = false;
    for entry in case.signers.list.iter().flat_map(|signer| &signer.entries) {
        let Some(entry) = case.trust.keys.get(*entry) else {
            continue;
        };
        let covering = lists
            .iter()
            .enumerate()
            .filter(|(_, (operator, _))| *operator == entry.operator.as_deref());
        match covering.max_by_key(|(_, (_, list))| list.list.number) {
            // A list counts also for a signer of whom the reader says that there is none.
            Some((at, _)) => {
                used.insert(at);
                answer.none_needed = false;
            }
            None => {
                unchecked |= !entry.unrevoked;
                answer.none_needed &= entry.unrevoked;
            }
        }
    }
    let now = case.options.now;
    let required = case.options.require.revocation;
    let used = lists
        .iter()
        .enumerate()
        .filter(|(at, _)| used.contains(at))
        .map(|(_, (_, list))| &list.list);
    let ages: Vec<(u64, bool)> = used
        .map(|list| {
            let age = now.millis().saturating_sub(list.this_update.millis()).div_euclid(1_000);
            let age = u64::try_from(age).unwrap_or(0);
            (age, now > list.next_update || age > case.trust.max_age_s)
        })
        .collect();
    answer.age_s = ages.iter().map(|(age, _)| *age).max();
    let stale = ages.iter().any(|(_, stale)| *stale);
    let finding = if required { Finding::error } else { Finding::warning };
    if stale || (unchecked && required) {
        found.push(finding(Code::RevocationStale, 14, Place::default()));
    } else if unchecked {
        found.push(Finding::warning(Code::RevocationNotChecked, 14, Place::default()));
    }
    case.findings = found;
    answer
}

/// The lists that a trusted key of role revocation signed, with its operator.
fn signed<'t>(case: &Case<'t>) -> Vec<(Option<&'t str>, &'t List)> {
    let trust = case.trust;
    let lists = trust.lists.iter().filter_map(|list| {
        let entry = trust.entry(&list.key, Role::Revocation)?;
        let key = entry.key.as_ref()?;
        let signature = list.envelope.signature_by(&list.key)?;
        key.verify(&list.envelope.pae(), signature)
            .then_some((entry.operator.as_deref(), list))
    });
    lists.collect()
}

fn revoked(case: &Case<'_>, cover: &Cover, lists: &[(Option<&str>, &List)], found: &mut Findings) {
    if lists.is_empty() {
        return;
    }
    let mut by_key: BTreeMap<KeyId, Vec<(Option<&str>, &Revocation)>> = BTreeMap::new();
    for (operator, list) in lists {
        for listed in &list.list.entries {
            if let Revoked::Key(key) = listed.target {
                by_key.entry(key).or_default().push((*operator, listed));
            }
        }
    }
    // A list covers the signers of its own operator.
    let entries = |key: KeyId, entry: usize| {
        let operator = case.trust.keys.get(entry).and_then(|entry| entry.operator.as_deref());
        let all = by_key.get(&key).into_iter().flatten();
        all.filter(move |(of, _)| *of == operator).map(|(_, listed)| *listed)
    };
    let manifest = case.file.manifest.key;
    let rests_on = |key: KeyId, role: Role| {
        let signer = case
            .signers
            .list
            .iter()
            .find(|signer| signer.keyid == key && signer.role == role);
        signer.and_then(|signer| signer.entries.first().copied())
    };
    if rests_on(manifest, Role::Record).is_some_and(|entry| entries(manifest, entry).next().is_some()) {
        found.push(Finding::error(Code::KeyRevoked, 14, Place::default()));
    }
    for (at, record) in case
        .file
        .records
        .iter()
        .enumerate()
        .filter(|(_, r)| r.standing() != Standing::Ignored)
    {
        let (Some(seen), Some(seq), Some(keys)) = (&record.seen, record.seq(), case.keys.get(record.chain())) else {
            continue;
        };
        let Some(entry) = signer(case, keys, seen, seq) else {
            continue;
        };
        let origin = case
            .file
            .chains
            .get(record.chain())
            .and_then(|chain| chain.named.as_ref())
            .map(|(origin, _)| origin);
        let holds = |listed: &Revocation| match &listed.last_valid {
            Some((log, size)) => origin == Some(log) && cover.size(at).is_some_and(|covered| covered <= *size),
            None => false,
        };
        if !entries(seen.key, entry).all(holds) {
            found.push(Finding::error(Code::KeyRevoked, 14, case.file.place(at)));
        }
    }
    for document in case.file.documents.iter().filter(|document| !document.ignored) {
        let key = document.document.key;
        let Some(entry) = rests_on(key, super::sign::role(document.document.kind)) else {
            continue;
        };
        if entries(key, entry).next().is_some() {
            found.push(Finding::error(Code::KeyRevoked, 14, Place::default()));
        }
    }
}
