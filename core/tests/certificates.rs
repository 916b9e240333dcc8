//! Plan certificates of runs: valid then, expired, too early, withdrawn, and what `plan` requires.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod support;

use execert::canon::{Object, Value, parse};
use execert::chain::Tip;
use execert::digest::{Digest, b64};
use execert::key::Signer;
use execert::limits::Limits;
use execert::object;
use execert::record::{Body, Kind, PlanEvent, RunStart, seal_document};
use execert::statement::{DocumentKind, Subject};

use support::look::{axis, look, with};
use support::{Chain, Run, codes, key, note, now, time, trust, uuid, vkey};

/// A certificate by `validator`, after `change`.
fn certificate(kind: DocumentKind, change: impl FnOnce(&mut Object)) -> (Object, Digest) {
    let zero = format!("sha256:{}", "0".repeat(64));
    let context = object! {
        "at": time(0), "catalogue": zero.as_str(), "credentials": zero.as_str(), "facts": zero.as_str(),
        "policy": zero.as_str(), "rules": zero.as_str(),
    };
    let check = |ok: bool| object! { "checked": 2, "ground": "attested", "lines": Vec::new(), "ok": ok };
    let mut predicate = object! {
        "assurances": object! { "bounded": check(true), "no_cycles": check(true), "unasked": check(false) },
        "children": Vec::new(), "content": object! { "root": "0".repeat(64) }, "context": context,
        "cost": object! { "buffer_bp": 2_000, "estimate": 25, "minimum": 30, "unit": "credit", "worst_case": 25 },
        "delta": Value::Null, "expires": time(80_000), "issued": time(1), "key": key("validator").key().keyid(),
        "nonce": b64(&[1; 16]), "proof": object! { "lines": 24, "root": zero.as_str() }, "recorded_at": time(0),
        "required": vec![Value::from("bounded"), Value::from("no_cycles")],
        "revocation": object! { "list": "list-1", "max_age_s": 86_400 }, "supersedes": Value::Null,
        "validator": object! { "name": "execert", "version": "0.1.0" }, "version": 1,
    };
    change(&mut predicate);
    let sealed = seal_document(kind, &[Subject::content([0; 32])], &predicate, &key("validator")).unwrap();
    let line = parse(&sealed.envelope, &Limits::LINE)
        .unwrap()
        .as_object()
        .unwrap()
        .clone();
    (line, sealed.digest)
}

fn plain(change: impl FnOnce(&mut Object)) -> (Object, Digest) {
    certificate(DocumentKind::PlanCertificate, change)
}

/// A `run.start` that names a certificate; the run has nothing else.
fn start(chain: &mut Chain, certificate: Digest) -> usize {
    let run = chain.runs.len();
    chain.runs.push(Run {
        tip: Tip::new(uuid(500_000_000 + u64::try_from(run).unwrap())),
        steps: 0,
        enforced: 0,
    });
    let body = RunStart {
        certificate: Some(certificate),
        ..RunStart::default()
    };
    chain.add(Kind::RunStart, Some(run), Body::RunStart(body), |_| {});
    run
}

/// What checking finds of a sealed chain whose one run is under `document`; a witness saw it at second 60.
fn found(
    document: (Object, Digest),
    trusted: &Value,
    options: &Value,
    before: &[Digest],
    after: &[Digest],
) -> Vec<(u8, &'static str, Option<u64>)> {
    let mut chain = Chain::open(1);
    let revoke = |chain: &mut Chain, digest: &Digest| {
        let body = Body::Plan {
            event: PlanEvent::Revoked,
            document: Some(*digest),
        };
        chain.push(Kind::Plan, body, |_| {});
    };
    before.iter().for_each(|digest| revoke(&mut chain, digest));
    let run = start(&mut chain, document.1);
    after.iter().for_each(|digest| revoke(&mut chain, digest));
    chain.end(run);
    chain.seal();
    let material = [
        document.0,
        note(&chain.checkpoint(chain.records.len(), &[("north", 60)])),
    ];
    let report = look(&chain.bundle(0, &material), trusted, options);
    let mut found = codes(&report);
    // A certificate without its content: not what is tested here.
    found.retain(|(_, code, _)| *code != "content.absent");
    found
}

fn knows(role: &str) -> execert::trust::Trust {
    execert::trust::Trust::new()
        .key(object! { "key": b64(&key("record").key().spki()), "operator": "acme", "revocation": "none" })
        .key(object! { "key": b64(&key("validator").key().spki()), "operator": "checker", "role": role, "revocation": "none" })
        .witness(vkey("north"))
}

fn validator() -> Value {
    knows("validator").to_value().unwrap()
}

fn required() -> Value {
    with("require", vec![Value::from("plan")])
}

#[test]
fn a_valid_certificate_is_what_plan_requires() {
    assert_eq!(found(plain(|_| {}), &validator(), &required(), &[], &[]), []);
    assert_eq!(found(plain(|_| {}), &validator(), &now(), &[], &[]), []);
}

#[test]
fn the_time_of_the_run_is_what_counts() {
    // The run begins in record 1, at second 2, and a witness saw it at second 60.
    let at = |member: &'static str, second: i64| {
        found(
            plain(|p| drop(p.insert(member, time(second)))),
            &validator(),
            &now(),
            &[],
            &[],
        )
    };
    assert_eq!(at("issued", 2), []);
    assert_eq!(at("issued", 3), [(13, "certificate.not_yet_valid", Some(1))]);
    assert_eq!(at("expires", 61), []);
    assert_eq!(at("expires", 60), [(13, "certificate.expired", Some(1))]);
    assert_eq!(at("expires", 59), [(13, "certificate.expired", Some(1))]);
    let both = found(
        plain(|p| {
            p.insert("issued", time(3));
            p.insert("expires", time(4));
        }),
        &validator(),
        &required(),
        &[],
        &[],
    );
    let expected = [
        (13, "certificate.expired", Some(1)),
        (13, "certificate.not_yet_valid", Some(1)),
        (16, "certificate.absent", Some(1)),
    ];
    let mut both = both;
    both.sort_unstable();
    assert_eq!(both, expected);
}

#[test]
fn withdrawn_before_the_run_began() {
    let document = plain(|_| {});
    let digest = document.1;
    let revoked = |seq| [(14, "certificate.revoked", Some(seq))];
    assert_eq!(
        found(document.clone(), &validator(), &now(), &[digest], &[]),
        revoked(2)
    );
    assert_eq!(found(document.clone(), &validator(), &now(), &[], &[digest]), []);
    assert_eq!(
        found(document.clone(), &validator(), &now(), &[digest], &[digest]),
        revoked(2)
    );
    assert_eq!(
        found(document, &validator(), &now(), &[Digest::of(b"another")], &[]),
        []
    );
}

/// A revocation list by the key of this operator, with this document in it.
fn listing(operator: &str, digest: Digest) -> Value {
    let signer = key("revocation");
    let entry = object! { "document": digest, "reason": "withdrawn", "revoked_at": time(1) };
    let predicate = object! {
        "version": 1, "recorded_at": time(0), "key": signer.key().keyid(), "nonce": b64(&[1; 16]), "number": 1,
        "this_update": time(0), "next_update": time(604_800), "entries": vec![Value::Object(entry)],
    };
    let subject = [Subject::sha256("issuer", Digest::of(&signer.key().spki()))];
    let list = seal_document(DocumentKind::RevocationList, &subject, &predicate, &signer).unwrap();
    knows("validator")
        .key(object! { "key": b64(&signer.key().spki()), "operator": operator, "role": "revocation" })
        .list(parse(&list.envelope, &Limits::DOCUMENT).unwrap())
        .to_value()
        .unwrap()
}

#[test]
fn withdrawn_by_a_list_of_its_own_operator() {
    let document = plain(|_| {});
    let revoked = [(14, "certificate.revoked", Some(1))];
    assert_eq!(
        found(document.clone(), &listing("checker", document.1), &now(), &[], &[]),
        revoked
    );
    assert_eq!(
        found(document.clone(), &listing("acme", document.1), &now(), &[], &[]),
        []
    );
    assert_eq!(
        found(document, &listing("checker", Digest::of(b"another")), &now(), &[], &[]),
        []
    );
}

#[test]
fn what_is_no_certificate() {
    let absent = [(16, "certificate.absent", Some(1))];
    let require = |document, trusted: &Value| found(document, trusted, &required(), &[], &[]);
    // A required check that failed, or that nobody made.
    let failed = plain(|p| drop(p.insert("required", vec![Value::from("bounded"), Value::from("unasked")])));
    assert_eq!(require(failed, &validator()), absent);
    // Nobody trusts its key for this, or at all.
    let codes: Vec<&str> = require(plain(|_| {}), &knows("attestor").to_value().unwrap())
        .iter()
        .map(|(_, code, _)| *code)
        .collect();
    assert!(codes.contains(&"certificate.absent"), "{codes:?}");
    let codes: Vec<&str> = require(plain(|_| {}), &trust(&["north"], 1))
        .iter()
        .map(|(_, code, _)| *code)
        .collect();
    assert!(codes.contains(&"certificate.absent"), "{codes:?}");
    // A refusal has no expiry and certifies nothing.
    let refusal = certificate(DocumentKind::PlanRefusal, |p| {
        p.remove("expires");
        p.remove("revocation");
    });
    let codes: Vec<&str> = require(refusal, &validator())
        .iter()
        .map(|(_, code, _)| *code)
        .collect();
    assert!(
        codes.contains(&"certificate.expired") && codes.contains(&"certificate.absent"),
        "{codes:?}"
    );
    // The run names another one.
    let mut chain = Chain::open(1);
    let run = start(&mut chain, Digest::of(b"another"));
    chain.end(run);
    chain.seal();
    let material = [
        plain(|_| {}).0,
        note(&chain.checkpoint(chain.records.len(), &[("north", 60)])),
    ];
    let report = look(&chain.bundle(0, &material), &validator(), &required());
    assert!(
        report
            .findings()
            .any(|finding| finding.code.as_str() == "certificate.absent")
    );
}

/// In a bundle of runs a run whose beginning is withheld shows no certificate.
#[test]
fn a_run_that_does_not_show_its_beginning() {
    // No witness saw the run, so the time of the check counts.
    let document = plain(|p| drop(p.insert("expires", time(86_401))));
    let mut chain = Chain::open(1);
    let run = start(&mut chain, document.1);
    chain.end(run);
    let file = chain.run_bundle(&[run], &[chain.basis(0), document.0]);
    let absent = |file: &[u8]| -> Vec<_> {
        let report = look(file, &validator(), &required());
        let step = report.findings().filter(|finding| finding.step == 16);
        step.map(|finding| (finding.code.as_str(), finding.place.record, finding.place.run))
            .collect()
    };
    assert_eq!(absent(&file), []);
    let id = chain.runs.first().unwrap().tip.place().id;
    let place = object! { "run": object! { "id": id, "seq": 0 } };
    let request = Value::Object(object! { "redact": 1, "withhold": vec![Value::Object(place)] });
    let mut less = Vec::new();
    execert::disclose::redact(&mut file.as_slice(), &request, &mut less).unwrap();
    assert_eq!(absent(&less), [("certificate.absent", None, Some((id, 0)))]);
}

/// Each run shows its own beginning, whatever another run of the file shows.
#[test]
fn two_runs_of_which_one_does_not_show_its_beginning() {
    let document = plain(|p| drop(p.insert("expires", time(86_401))));
    let mut chain = Chain::open(1);
    let runs = [start(&mut chain, document.1), start(&mut chain, document.1)];
    for run in runs {
        chain.end(run);
    }
    let file = chain.run_bundle(&runs, &[chain.basis(0), document.0]);
    for run in runs {
        let id = chain.runs.get(run).unwrap().tip.place().id;
        let place = object! { "run": object! { "id": id, "seq": 0 } };
        let request = Value::Object(object! { "redact": 1, "withhold": vec![Value::Object(place)] });
        let mut less = Vec::new();
        execert::disclose::redact(&mut file.as_slice(), &request, &mut less).unwrap();
        let report = look(&less, &validator(), &required());
        let found: Vec<_> = report.findings().filter(|finding| finding.step == 16).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found.first().and_then(|finding| finding.place.run), Some((id, 0)));
        assert_eq!(
            found.first().map(|finding| finding.code.as_str()),
            Some("certificate.absent")
        );
    }
}

/// The content of a certificate that counts is missed; of one by a stranger that nothing names it is not.
#[test]
fn a_certificate_without_its_content() {
    let document = plain(|_| {});
    let mut chain = Chain::open(1);
    chain.seal();
    let material = [document.0, note(&chain.checkpoint(2, &[("north", 60)]))];
    let found = |trusted: &Value| {
        let report = look(&chain.bundle(0, &material), trusted, &now());
        (codes(&report), axis(&report, "content"), axis(&report, "plan"))
    };
    let absent = vec![(8, "content.absent", None)];
    assert_eq!(found(&validator()), (absent, "warn".into(), "pass".into()));
    assert_eq!(found(&trust(&["north"], 1)), (vec![], "pass".into(), "n/a".into()));
}

/// What a witness saw of a record it saw of its copies too; another record at the same place withdraws nothing before it.
#[test]
fn a_beginning_that_stands_there_twice() {
    let document = plain(|p| drop(p.insert("expires", time(61))));
    let mut chain = Chain::open(1);
    let run = start(&mut chain, document.1);
    chain.end(run);
    chain.seal();
    let witness = note(&chain.checkpoint(4, &[("north", 60)]));
    let file = |material: &[Object], more: &[u8]| {
        let whole = chain.bundle(0, material);
        let file = [whole.as_slice(), more, b"\n"].concat();
        let found = codes(&look(&file, &validator(), &now()));
        let of = |code: &str| found.iter().filter(|(_, found, _)| *found == code).count();
        (of("certificate.expired"), of("certificate.revoked"), of("chain.forked"))
    };
    let again = chain.records.get(1).unwrap().line(false);
    assert_eq!(file(&[document.0.clone(), witness.clone()], &again), (0, 0, 0));
    // Without a witness the time of the check counts, for both.
    assert_eq!(file(core::slice::from_ref(&document.0), &again), (2, 0, 0));

    let mut other = Chain::open(1);
    let body = Body::Plan {
        event: PlanEvent::Revoked,
        document: Some(document.1),
    };
    other.push(Kind::Plan, body, |_| {});
    let revoked = other.records.get(1).unwrap().line(false);
    assert_eq!(file(&[document.0, witness], &revoked), (0, 0, 1));
}
