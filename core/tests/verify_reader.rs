//! Checking: what depends on the reader, his trust, lists, options and requirements.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

mod support;

use execert::canon::{Value, parse, to_jcs};
use execert::digest::{Digest, b64};
use execert::key::Signer;
use execert::limits::Limits;
use execert::object;
use execert::record::{ApprovalVerdict, Body, Kind};
use execert::report::{Severity, Verdict};
use execert::statement::{DocumentKind, Subject};
use execert::verify::{check, verify};

use support::look::{axis, look, sealed, with};
use support::{Chain, codes, key, note, now, time, trust, vkey};

/// A revocation list by acme's revocation key, in a trust that knows it.
fn listed(entries: Vec<Value>, next_update: i64) -> Value {
    let signer = key("revocation");
    let predicate = object! {
        "version": 1, "recorded_at": time(0), "key": signer.key().keyid(), "nonce": b64(&[1; 16]), "number": 1,
        "this_update": time(0), "next_update": time(next_update), "entries": entries,
    };
    let subject = [Subject::sha256("issuer", Digest::of(&signer.key().spki()))];
    let list = execert::record::seal_document(DocumentKind::RevocationList, &subject, &predicate, &signer).unwrap();
    execert::trust::Trust::new()
        .key(object! { "key": b64(&key("record").key().spki()), "operator": "acme" })
        .key(object! { "key": b64(&signer.key().spki()), "operator": "acme", "role": "revocation" })
        .witness(vkey("north"))
        .list(parse(&list.envelope, &Limits::DOCUMENT).unwrap())
        .to_value()
        .unwrap()
}

#[test]
fn revocation_lists() {
    let chain = sealed(1);
    let bundle = chain.bundle(0, &[note(&chain.checkpoint(chain.records.len(), &[("north", 60)]))]);
    let report = look(&bundle, &listed(vec![], 604_800), &now());
    assert_eq!(
        (report.verdict(), axis(&report, "revocation")),
        (Verdict::Intact, "pass".into())
    );
    assert_eq!(
        report.to_value().pointer("/trust/revocationAgeS").unwrap().as_int(),
        Some(86_400)
    );

    let required = with("require", vec![Value::from("revocation")]);
    let stale = (14, "revocation.stale", None);
    let report = look(&bundle, &listed(vec![], 3_600), &now());
    assert_eq!(
        (report.verdict(), codes(&report)),
        (Verdict::IntactWarnings, vec![stale])
    );
    let report = look(&bundle, &listed(vec![], 3_600), &required);
    assert_eq!(
        (report.verdict(), codes(&report)),
        (Verdict::RequirementMissing, vec![stale])
    );

    let no_list = execert::trust::Trust::new()
        .key(b64(&key("record").key().spki()))
        .witness(vkey("north"));
    let report = look(&bundle, &no_list.to_value().unwrap(), &now());
    assert_eq!(
        (codes(&report), axis(&report, "revocation")),
        (vec![(14, "revocation.not_checked", None)], "not_checked".into())
    );
    let report = look(&bundle, &no_list.to_value().unwrap(), &required);
    assert_eq!(
        (report.verdict(), codes(&report)),
        (Verdict::RequirementMissing, vec![stale])
    );

    let entry = |size: u64| {
        let last = object! { "origin": chain.origin(), "size": Value::count(size) };
        Value::Object(object! {
            "key": key("record").key().keyid(), "reason": "stolen", "revoked_at": time(9), "last_valid": last,
        })
    };
    // The manifest has no place in a log, so it never holds; the records do while a quorum saw them in time.
    let report = look(&bundle, &listed(vec![entry(7)], 604_800), &now());
    assert_eq!(
        (report.verdict(), codes(&report)),
        (Verdict::Revoked, vec![(14, "key.revoked", None)])
    );
    let report = look(&bundle, &listed(vec![entry(6)], 604_800), &now());
    assert_eq!(codes(&report).len(), 8);
    assert_eq!(
        report.to_value().pointer("/etsi/sub").unwrap().as_str(),
        Some("REVOKED")
    );
}

#[test]
fn a_list_that_is_not_signed_by_its_key_says_nothing() {
    let chain = sealed(1);
    let bundle = chain.bundle(0, &[note(&chain.checkpoint(chain.records.len(), &[("north", 60)]))]);
    let mut trust = listed(vec![], 604_800);
    let lists = trust.as_object_mut().unwrap().get_mut("lists").unwrap();
    let Value::Array(lists) = lists else {
        panic!("lists is a list")
    };
    let signatures = lists[0].as_object_mut().unwrap().get_mut("signatures").unwrap();
    let Value::Array(signatures) = signatures else {
        panic!("signatures is a list")
    };
    signatures[0].as_object_mut().unwrap().insert("sig", b64(&[0; 64]));
    assert_eq!(
        codes(&look(&bundle, &trust, &now())),
        [(14, "revocation.not_checked", None)]
    );
}

#[test]
fn requirements() {
    let chain = sealed(1);
    let size = chain.records.len();
    let bundle = chain.bundle(0, &[note(&chain.checkpoint(size, &[("north", 60)]))]);
    let require = |word: &str| with("require", vec![Value::from(word)]);
    let one = |word: &str| codes(&look(&bundle, &trust(&["north"], 1), &require(word)));
    assert_eq!(one("sealed"), []);
    assert_eq!(one("no-withheld"), []);
    assert_eq!(one("witness:1"), []);
    assert_eq!(one("witness:2"), [(16, "witness.quorum_not_met", Some(6))]);
    assert_eq!(one("timestamp"), [(16, "time.not_timestamped", Some(6))]);
    assert_eq!(one("plan"), [(16, "certificate.absent", Some(1))]);
    for bad in ["", "witness:", "witness:0", "witness:+1", "witness:x", "Sealed"] {
        let error = check(&mut &bundle[..], &trust(&[], 0), &require(bad)).unwrap_err();
        assert_eq!(
            (error.code().as_str(), error.path()),
            ("wire.bad_argument", Some("/require/0")),
            "{bad}"
        );
    }
    // One line without its content, and without the right to say why.
    let text = String::from_utf8(bundle).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut line = parse(lines[3].as_bytes(), &Limits::LINE).unwrap();
    line.as_object_mut().unwrap().remove("content");
    line.as_object_mut().unwrap().remove("seed");
    lines[3] = String::from_utf8(to_jcs(&line)).unwrap();
    let bundle = lines.join("\n");
    let report = look(bundle.as_bytes(), &trust(&["north"], 1), &require("no-withheld"));
    assert_eq!(
        codes(&report),
        [(8, "content.absent", Some(1)), (16, "content.withheld", Some(1))]
    );
    assert_eq!(
        (report.exit(), axis(&report, "content"), axis(&report, "disclosure")),
        (8, "warn".into(), "fail".into())
    );
}

#[test]
fn an_empty_file_and_a_file_without_records() {
    let report = look(b"", &trust(&[], 0), &now());
    let first = report.findings().next().unwrap();
    assert_eq!(
        (report.exit(), first.code.as_str(), first.step, first.line),
        (7, "canon.empty", 1, Some(1))
    );
    let bundle = sealed(1).bundle(0, &[]);
    let manifest = bundle.split(|b| *b == b'\n').next().unwrap();
    let report = look(manifest, &trust(&[], 0), &now());
    let found: Vec<&str> = report.findings().map(|finding| finding.code.as_str()).collect();
    assert!(
        found.contains(&"chain.empty")
            && found.contains(&"bundle.record_missing")
            && found.contains(&"chain.truncated")
    );
    assert_eq!(
        (report.verdict(), axis(&report, "content")),
        (Verdict::Altered, "absent".into())
    );
}

#[test]
fn what_is_said_of_wrong_trust_and_options() {
    let bundle = sealed(1).bundle(0, &[]);
    let refused = |trust: &Value, options: &Value| {
        let error = check(&mut &bundle[..], trust, options).unwrap_err();
        (error.code().as_str(), error.path().unwrap_or("-").to_owned())
    };
    let none = Value::Object(object! {});
    assert_eq!(refused(&trust(&[], 0), &none), ("wire.bad_argument", "/now".into()));
    assert_eq!(
        refused(&trust(&[], 0), &with("later", true)),
        ("wire.bad_argument", "/later".into())
    );
    assert_eq!(refused(&none, &now()), ("wire.bad_argument", "/trust".into()));
    let keys =
        |entry: execert::canon::Object| Value::Object(object! { "trust": 1, "keys": vec![Value::Object(entry)] });
    let bad = |entry| refused(&keys(entry), &now());
    assert_eq!(
        bad(object! { "spki": "AAAA", "role": "record", "label": "x" }),
        ("key.malformed", "/keys/0/spki".into())
    );
    assert_eq!(
        bad(object! { "role": "record", "label": "x" }),
        ("wire.bad_argument", "/keys/0".into())
    );
    let spki = b64(&key("record").key().spki());
    assert_eq!(
        bad(object! { "spki": spki.clone(), "role": "god", "label": "x" }),
        ("wire.bad_argument", "/keys/0/role".into())
    );
    // The neutral point has order 1: every signature with R of small order fits it.
    let neutral = [&key("record").key().spki()[..12], &[1], &[0; 31]].concat();
    assert_eq!(
        bad(object! { "spki": b64(&neutral), "role": "record", "label": "x" }),
        ("key.weak", "/keys/0/spki".into())
    );
    let twice = object! { "spki": spki, "role": "record", "label": "x" };
    let twice = object! { "trust": 1, "keys": vec![Value::Object(twice.clone()), Value::Object(twice)] };
    assert_eq!(
        refused(&Value::Object(twice), &now()),
        ("wire.bad_argument", "/keys".into())
    );
}

#[test]
fn verify_holds_or_raises() {
    let chain = sealed(1);
    let bundle = chain.bundle(0, &[]);
    assert_eq!(
        verify(&mut &bundle[..], &trust(&[], 0), &now()).unwrap().verdict(),
        Verdict::IntactWarnings
    );
    let stranger = execert::trust::Trust::new().to_value().unwrap();
    let error = verify(&mut &bundle[..], &stranger, &now()).unwrap_err();
    assert_eq!(
        (error.code().as_str(), error.exit(), error.kind()),
        ("key.unknown", 3, execert::Kind::Untrusted)
    );
    let report = parse(error.report_bytes().unwrap(), &Limits::DOCUMENT).unwrap();
    assert_eq!(report.get("verdict").unwrap().as_str(), Some("unknown-signer"));
}

#[test]
fn severities_follow_allow_open() {
    let mut chain = Chain::open(1);
    let run = chain.run();
    chain.step(run);
    let bundle = chain.bundle(0, &[]);
    let severity = |options: &Value| {
        let report = look(&bundle, &trust(&[], 0), options);
        let finding = report
            .findings()
            .find(|finding| finding.code.as_str() == "chain.tail_unproven")
            .unwrap();
        (finding.severity, report.exit())
    };
    assert_eq!(severity(&now()), (Severity::Error, 4));
    assert_eq!(severity(&with("allow_open", true)), (Severity::Warning, 0));
}

/// A source that gives so much and then fails.
struct Broken<'a>(&'a [u8]);

impl std::io::Read for Broken<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match self.0.is_empty() {
            true => Err(std::io::Error::other("the disk is gone")),
            false => self.0.read(out),
        }
    }
}

/// A source that cannot be read says nothing of the bundle: it is no report.
#[test]
fn a_source_that_fails() {
    let chain = sealed(1);
    let bundle = chain.bundle(0, &[]);
    let first = bundle.iter().position(|byte| *byte == b'\n').unwrap();
    for length in [0, 10, first + 1, first + 100, bundle.len()] {
        let error = check(&mut Broken(&bundle[..length]), &trust(&[], 0), &now()).unwrap_err();
        assert_eq!(error.code().as_str(), "store.io", "{length}");
        let error = verify(&mut Broken(&bundle[..length]), &trust(&[], 0), &now()).unwrap_err();
        assert_eq!(error.code().as_str(), "store.io", "{length}");
    }
}

/// A list of this operator that ends these keys, by a key of its own.
fn list_of(operator: &str, ends: &[&str]) -> (execert::canon::Object, Value) {
    let signer = key(&format!("lists of {operator}"));
    let entry = |name: &&str| {
        let keyid = key(name).key().keyid();
        Value::Object(object! { "key": keyid, "reason": "stolen", "revoked_at": time(9) })
    };
    let predicate = object! {
        "version": 1, "recorded_at": time(0), "key": signer.key().keyid(), "nonce": b64(&[1; 16]), "number": 1,
        "this_update": time(0), "next_update": time(604_800), "entries": ends.iter().map(entry).collect::<Vec<_>>(),
    };
    let subject = [Subject::sha256("issuer", Digest::of(&signer.key().spki()))];
    let list = execert::record::seal_document(DocumentKind::RevocationList, &subject, &predicate, &signer).unwrap();
    let trusted = object! { "key": b64(&signer.key().spki()), "operator": operator, "role": "revocation" };
    (trusted, parse(&list.envelope, &Limits::DOCUMENT).unwrap())
}

/// Two approvers, of whom the second one's operator publishes a list: who comes first changes nothing.
#[test]
fn a_list_ends_the_keys_of_its_operator_only() {
    let look_at = |order: [&str; 2], ends: &[&str]| {
        let mut chain = Chain::open(1);
        let mut material = Vec::new();
        for name in order {
            let (approver, request) = (key(name), Digest::of(name.as_bytes()));
            let predicate = object! {
                "version": 1, "recorded_at": time(0), "key": approver.key().keyid(), "nonce": b64(&[1; 16]),
                "request": request, "verdict": "approved", "expires_at": time(900), "role": "lead",
            };
            let subject = [Subject::sha256("request", request)];
            let sealed =
                execert::record::seal_document(DocumentKind::Approval, &subject, &predicate, &approver).unwrap();
            let body = Body::Approval {
                verdict: ApprovalVerdict::Approved,
                request,
                document: Some(sealed.digest),
            };
            chain.push(Kind::Approval, body, |_| {});
            let line = parse(&sealed.envelope, &Limits::LINE).unwrap();
            material.push(line.as_object().unwrap().clone());
        }
        chain.seal();
        material.push(note(&chain.checkpoint(4, &[("north", 60)])));
        let spki = |name: &str| b64(&key(name).key().spki());
        let (acme, acme_list) = list_of("acme", &["first"]);
        let (other, other_list) = list_of("b", ends);
        let trust = execert::trust::Trust::new()
            .key(object! { "key": spki("record"), "operator": "acme" })
            .key(object! { "key": spki("first"), "operator": "a", "role": "approver", "revocation": "none" })
            .key(object! { "key": spki("second"), "operator": "b", "role": "approver" })
            .key(acme)
            .key(other)
            .list(acme_list)
            .list(other_list)
            .witness(vkey("north"));
        let report = look(&chain.bundle(0, &material), &trust.to_value().unwrap(), &now());
        (
            codes(&report),
            axis(&report, "revocation"),
            axis(&report, "content"),
            axis(&report, "plan"),
        )
    };
    for order in [["first", "second"], ["second", "first"]] {
        // The list of acme names a key of another operator: that means nothing.
        let fine = (vec![], "pass".into(), "pass".into(), "n/a".into());
        assert_eq!(look_at(order, &[]), fine, "{order:?}");
        let (found, axis, ..) = look_at(order, &["second"]);
        assert_eq!(
            (found, axis.as_str()),
            (vec![(14, "key.revoked", None)], "fail"),
            "{order:?}"
        );
    }
}

/// A field that is withheld counts as much as a record.
#[test]
fn a_withheld_field_is_withheld() {
    let chain = sealed(1);
    let bundle = chain.bundle(0, &[note(&chain.checkpoint(chain.records.len(), &[("north", 60)]))]);
    let paths = vec![Value::from("/input/of")];
    let hide = vec![Value::Object(object! { "seq": 2, "paths": paths })];
    let request = Value::Object(object! { "redact": 1, "hide": hide });
    let mut less = Vec::new();
    execert::disclose::redact(&mut bundle.as_slice(), &request, &mut less).unwrap();
    let required = with("require", vec![Value::from("no-withheld")]);
    let found = |file: &[u8]| codes(&look(file, &trust(&["north"], 1), &required));
    assert_eq!(found(&bundle), []);
    assert_eq!(found(&less), [(16, "content.withheld", Some(2))]);
}
