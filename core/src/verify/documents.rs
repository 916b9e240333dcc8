//! Step 13: what other documents say, against the records that name them.

use std::collections::{BTreeMap, BTreeSet};

use super::Case;
use super::file::{At, Document};
use super::log::Cover;
use super::sign::code;
use super::time::millis;
use crate::codes::Code;
use crate::digest::Digest;
use crate::document::{Certificate, DocumentBody, Revoked};
use crate::record::{Body, PlanEvent};
use crate::report::{Finding, Place};
use crate::statement::DocumentKind;
use crate::trust::Role;

/// What the certificates came to.
#[derive(Default)]
pub(super) struct Certificates {
    /// The file has one, or a run names one.
    pub(super) any: bool,
    /// The `run.start` records whose certificate was valid.
    pub(super) valid: BTreeSet<At>,
}

/// An approval that is not what its record says: `chain.foreign_record`. A certificate whose time was not then:
/// `certificate.expired`, `certificate.not_yet_valid`; one that was withdrawn: `certificate.revoked`.
pub(super) fn check(case: &mut Case<'_>, cover: &Cover) -> Certificates {
    let documents: BTreeMap<Digest, &Document> = case
        .file
        .documents
        .iter()
        .filter(|document| !document.ignored)
        .map(|document| (document.digest, document))
        .collect();
    let withdrawn = withdrawn(case);
    let certificate = |document: &&Document| document.document.kind == DocumentKind::PlanCertificate;
    let mut certificates = Certificates {
        any: documents.values().any(certificate),
        valid: BTreeSet::new(),
    };
    let mut found = core::mem::take(&mut case.findings);
    for (at, record) in case.file.lines() {
        let Some(seen) = &record.seen else { continue };
        match seen.body() {
            Some(Body::Approval {
                verdict,
                request,
                document: Some(document),
            }) => {
                let body = documents.get(document).map(|document| &document.document.body);
                if let Some(DocumentBody::Approval(said)) = body
                    && (said.request, said.verdict) != (*request, *verdict)
                {
                    found.push(Finding::error(Code::ChainForeignRecord, 13, case.file.place(at)));
                }
            }
            Some(Body::RunStart(start)) => {
                let Some(named) = start.certificate else { continue };
                certificates.any = true;
                let Some(document) = documents.get(&named) else {
                    continue;
                };
                let DocumentBody::Plan(certificate) = &document.document.body else {
                    continue;
                };
                let place = case.file.place(at);
                let time = cover.at(at).map_or(case.options.now.millis(), millis);
                let mut wrong = Vec::new();
                if seen.recorded_at < certificate.issued {
                    wrong.push(Finding::error(Code::CertificateNotYetValid, 13, place));
                }
                if certificate.expires.is_none_or(|expires| time >= expires.millis()) {
                    wrong.push(Finding::error(Code::CertificateExpired, 13, place));
                }
                let since = withdrawn.get(&(record.chain(), named));
                if since.is_some_and(|since| Some(*since) < record.seq()) || listed(case, document) {
                    wrong.push(Finding::error(Code::CertificateRevoked, 14, place));
                }
                if wrong.is_empty() && holds(case, document, certificate) {
                    certificates.valid.insert(at);
                }
                found.extend(wrong);
            }
            _ => {}
        }
    }
    case.findings = found;
    certificates
}

/// Certificates that a `plan` record of their own chain revoked, and the first seq that did.
fn withdrawn(case: &Case<'_>) -> BTreeMap<(At, Digest), u64> {
    let mut all = BTreeMap::new();
    for (_, record) in case.file.lines() {
        let body = record.seen.as_ref().and_then(|seen| seen.body());
        if let (
            Some(Body::Plan {
                event: PlanEvent::Revoked,
                document: Some(document),
            }),
            Some(seq),
        ) = (body, record.seq())
        {
            let first = all.entry((record.chain(), *document)).or_insert(seq);
            *first = seq.min(*first);
        }
    }
    all
}

/// Whether a list of its signer's operator names a document.
fn listed(case: &Case<'_>, document: &Document) -> bool {
    let operator = |key, role| case.trust.entry(key, role).map(|entry| entry.operator.as_deref());
    let own = operator(&document.document.key, Role::Validator);
    own.is_some()
        && case.trust.lists.iter().any(|list| {
            operator(&list.key, Role::Revocation) == own
                && list
                    .list
                    .entries
                    .iter()
                    .any(|entry| entry.target == Revoked::Document(document.digest))
        })
}

/// Signed by a trusted validator, with every required check passed.
fn holds(case: &Case<'_>, document: &Document, certificate: &Certificate) -> bool {
    let key = &document.document.key;
    let trusted = case.file.held.has(key) && case.trust.entry(key, Role::Validator).is_some();
    let signed = code(case.file.held.check(&document.envelope, key, None)).is_none();
    let passed = |name: &String| {
        certificate
            .assurances
            .iter()
            .any(|(check, assurance)| check == name && assurance.ok)
    };
    let certificate_kind = document.document.kind == DocumentKind::PlanCertificate;
    trusted && signed && certificate_kind && certificate.required.iter().all(passed)
}

/// Where a run begins that shows no `run.start`.
pub(super) fn start_of(part: &super::completeness::Part) -> Place {
    Place {
        record: None,
        run: part.place.run.map(|(id, _)| (id, 0)),
        ..part.place
    }
}
