//! Step 17: the verdict, and the report around it.

use std::collections::BTreeMap;

use super::Case;
use super::documents::Certificates;
use super::log::{Cover, State};
use super::options::Options;
use super::revocation::Lists;
use super::time::millis;
use crate::canon::{Object, Value};
use crate::codes::Code;
use crate::error::Error;
use crate::limits;
use crate::object;
use crate::report::{Bases, Finding, Findings, Place, Report, Severity, Verdict, axes, etsi, shows, verifier};
use crate::time::Timestamp;
use crate::trust::Trusted;

/// The report of a file that could not be read.
pub(super) fn unreadable(trust: &Trusted, options: &Options, step: u8, error: &Error) -> Report {
    let mut findings = Findings::default();
    let finding = Finding::error(error.code(), step, Place::default());
    findings.push(Finding {
        path: error.path().filter(|path| !path.is_empty()).map(str::to_owned),
        line: error.line().map(|(line, _)| line),
        ..finding
    });
    let subject = object! { "kind": "bundle", "records": 0u32, "chains": 0u32 };
    let none = || Value::Array(Vec::new());
    let mut members = frame(options, &findings, (Verdict::Unreadable, false, false), None);
    members.insert("subject", subject);
    for name in ["completeness", "times", "signers", "witnesses"] {
        members.insert(name, none());
    }
    let disclosure = object! { "fields": 0u32, "withheld": 0u32, "erased": 0u32, "recordsWithheld": 0u32 };
    members.insert("disclosure", disclosure);
    members.insert("trust", trust_of(trust, None));
    Report::new(members, Verdict::Unreadable, findings)
}

/// The report of a file that was read.
pub(super) fn report(mut case: Case<'_>, cover: &Cover, certificates: &Certificates, lists: &Lists) -> Report {
    case.findings.sort();
    let verdict = case.findings.verdict().unwrap_or_else(|| passed(&case));
    let bases = Bases {
        content: case.file.content,
        cosigned: cover.checked().any(|note| note.times.iter().any(Option::is_some)),
        timed: cover.timed(),
        unrevoked: lists.none_needed,
        certificate: certificates.any,
    };
    let flags = (verdict, bases.timed, case.file.model);
    let mut members = frame(case.options, &case.findings, flags, Some(&bases));
    let named = case.file.chains.iter().filter(|chain| chain.named.is_some()).count();
    let subject = object! {
        "kind": "bundle",
        "digest": case.file.manifest.digest,
        "records": Value::count(case.file.line_count()),
        "chains": Value::count(u64::try_from(named).unwrap_or(u64::MAX)),
    };
    members.insert("subject", subject);
    members.insert(
        "completeness",
        Value::Array(case.parts.iter().map(|part| part.to_value()).collect()),
    );
    members.insert("times", times(&case, cover));
    members.insert("signers", signers(&case));
    members.insert("witnesses", witnesses(&case, cover));
    let erased = u64::try_from(case.erased.len()).unwrap_or(u64::MAX);
    let disclosure = object! {
        "fields": Value::count(case.file.fields),
        "withheld": Value::count(case.file.hidden),
        "erased": Value::count(erased),
        "recordsWithheld": Value::count(case.withheld),
    };
    members.insert("disclosure", disclosure);
    members.insert("trust", trust_of(case.trust, lists.age_s));
    Report::new(members, verdict, case.findings)
}

/// Without errors: own key, warnings, or neither.
fn passed(case: &Case<'_>) -> Verdict {
    let own = |at: &usize| case.trust.keys.get(*at).is_some_and(|entry| entry.own);
    let signers = &case.signers.list;
    let all_own = signers
        .iter()
        .all(|signer| !signer.entries.is_empty() && signer.entries.iter().all(own));
    if all_own {
        Verdict::OwnKey
    } else if case.findings.any(Severity::Warning) {
        Verdict::IntactWarnings
    } else {
        Verdict::Intact
    }
}

/// The members that every report has from its findings.
fn frame(
    options: &Options,
    findings: &Findings,
    (verdict, timed, model): (Verdict, bool, bool),
    bases: Option<&Bases>,
) -> Object {
    let unlisted = findings.unlisted();
    let all = unlisted.iter().all(|(_, severity, _)| *severity != Severity::Error);
    let (shows, not_shown) = shows(verdict, timed, model, all);
    let mut members = object! {
        "report": 1u32,
        "verdict": verdict.as_str(),
        "exit": u32::from(verdict.exit()),
        "etsi": etsi(verdict, findings, timed),
        "axes": axes(findings, bases),
        "findings": findings.to_value(),
        "shows": shows,
        "not_shown": not_shown,
        "verifier": verifier(),
        "at": options.now,
    };
    if !unlisted.is_empty() {
        let more = |(code, severity, count): (Code, Severity, u64)| {
            Value::Object(
                object! { "code": code.as_str(), "severity": severity.as_str(), "count": Value::count(count) },
            )
        };
        members.insert("unlisted", Value::Array(unlisted.into_iter().map(more).collect()));
    }
    members
}

fn trust_of(trust: &Trusted, age: Option<u64>) -> Object {
    object! {
        "digest": trust.digest,
        "quorum": trust.policy.quorum(),
        "revocationAgeS": age.map_or(Value::Null, Value::count),
    }
}

/// The earliest quorum time over the last record of each part.
fn times(case: &Case<'_>, cover: &Cover) -> Value {
    let time = |part: &super::completeness::Part| {
        let at = Timestamp::from_millis(millis(cover.at(part.at?)?))?;
        Some(Value::Object(
            object! { "what": part.id(), "at": at, "by": "witnessed" },
        ))
    };
    Value::Array(case.parts.iter().filter_map(time).collect())
}

fn signers(case: &Case<'_>) -> Value {
    let signer = |signer: &super::sign::Signer| {
        let label = case
            .trust
            .entry(&signer.keyid, signer.role)
            .map(|entry| entry.label.as_str());
        Value::Object(object! {
            "keyid": signer.keyid,
            "label": label.map_or(Value::Null, Value::from),
            "role": signer.role.as_str(),
            "trusted": signer.trusted,
        })
    };
    Value::Array(case.signers.list.iter().take(limits::FINDINGS).map(signer).collect())
}

/// The witnesses of the policy by name, and what each of them cosigned.
fn witnesses(case: &Case<'_>, cover: &Cover) -> Value {
    let mut all = BTreeMap::new();
    for (at, witness) in case.trust.policy.witnesses().iter().enumerate() {
        let signed = cover
            .notes
            .iter()
            .filter(|note| note.times.get(at).is_some_and(Option::is_some));
        let state = match signed.map(|note| note.state).max() {
            Some(State::Other) => "other",
            Some(State::Same) => "same",
            _ => "none",
        };
        let value = object! {
            "label": witness.name.as_str(),
            "operator": witness.operator.as_str(),
            "independent": !case.is_signers(&witness.operator),
            "state": state,
        };
        all.insert(witness.name.as_str(), Value::Object(value));
    }
    Value::Array(all.into_values().collect())
}
