//! Checking, where the golden vectors say nothing: one chain, one thing wrong, the finding at its place.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test may"
)]

mod support;

use execert::canon::Value;
use execert::canon::parse;
use execert::digest::{Digest, b64};
use execert::key::Signer;
use execert::limits::Limits;
use execert::object;
use execert::record::{Body, KeyEntry, KeyRole, Kind, Link, Phase};
use execert::report::Verdict;
use execert::statement::{DocumentKind, Subject};
use execert::verify::check;

use support::look::{axis, look, sealed, with, witnessed};
use support::{Chain, codes, key, note, now, proof, time, trust, uuid, vkey};

type Found = (u8, &'static str, Option<u64>);

#[test]
fn what_a_recorder_makes_is_intact() {
    let report = witnessed(&sealed(3));
    assert_eq!((report.verdict(), codes(&report)), (Verdict::Intact, vec![]));
    assert_eq!(axis(&report, "witness"), "pass");
    let tags = with("mac_key", b64(&[9; 32]));
    let report = look(&sealed(1).bundle(0, &[]), &trust(&[], 0), &tags);
    assert_eq!(codes(&report), [(11, "witness.none", None)]);
}

#[test]
fn runs_from_a_long_ledger() {
    let mut chain = Chain::open(1);
    let (a, b) = (chain.run(), chain.run());
    for _ in 0..3 {
        chain.pair(a);
        chain.pair(b);
    }
    let ends = [chain.end(a), chain.end(b)];
    chain.beat(|_| {});
    let size = chain.records.len();
    let mut material = vec![chain.basis(0)];
    material.extend(ends.map(|at| proof(&chain.receipt(at, size, &[("north", 3_600)]))));
    let trust = trust(&["north", "south"], 1);
    let report = look(&chain.run_bundle(&[a, b], &material), &trust, &now());
    assert_eq!((report.verdict(), codes(&report)), (Verdict::Intact, vec![]));
    let parts = report.to_value().get("completeness").unwrap().clone();
    assert_eq!(
        parts
            .as_array()
            .unwrap()
            .iter()
            .map(|p| p.get("through").unwrap().as_int().unwrap())
            .collect::<Vec<_>>(),
        [7, 7]
    );
    // A receipt whose path is another's proves nothing, and says so at its record.
    let good = chain.receipt(ends[0], size, &[("north", 3_600)]);
    let mut hashes = good.hashes().to_vec();
    hashes.swap(0, 1);
    let bad = execert::checkpoint::Receipt::new(good.index(), hashes, good.checkpoint().clone());
    let report = look(&chain.run_bundle(&[a], &[chain.basis(0), proof(&bad)]), &trust, &now());
    let at = Some(good.index());
    assert_eq!(
        codes(&report),
        [(11, "witness.other_content", at), (11, "witness.quorum_not_met", at)]
    );
    assert_eq!(
        report.to_value().get("witnesses").unwrap().as_array().unwrap()[0]
            .get("state")
            .unwrap()
            .as_str(),
        Some("other")
    );
}

#[test]
fn numbers_of_a_heartbeat() {
    for root in [false, true] {
        let mut chain = Chain::open(1);
        let run = chain.run();
        chain.step(run);
        chain.beat(|_| {});
        chain.step(run);
        let at = chain.beat(|beat| if root { beat.root = [1; 32] } else { beat.first -= 1 });
        chain.end(run);
        chain.seal();
        assert_eq!(
            codes(&witnessed(&chain)),
            [(5, "chain.foreign_record", Some(u64::try_from(at).unwrap()))]
        );
    }
}

#[test]
fn nothing_follows_a_seal() {
    let mut chain = sealed(1);
    chain.push(Kind::Note, Body::Note { event: "late".into() }, |_| {});
    let report = witnessed(&chain);
    assert_eq!(codes(&report), [(5, "chain.foreign_record", Some(7))]);
    assert_eq!(report.verdict(), Verdict::Altered);
}

#[test]
fn a_second_outcome_and_a_link_to_another_digest() {
    let mut chain = Chain::open(1);
    let run = chain.run();
    let (intent, _) = chain.pair(run);
    chain.outcome(run, intent);
    chain.add(Kind::Note, Some(run), Body::Note { event: "x".into() }, |record| {
        record.links = vec![Link {
            rel: "consumed".into(),
            digest: Digest::of(b"?"),
            chain: None,
            seq: Some(1),
        }];
    });
    chain.end(run);
    chain.seal();
    let report = witnessed(&chain);
    assert_eq!(
        codes(&report),
        [
            (9, "chain.foreign_record", Some(4)),
            (9, "chain.foreign_record", Some(5))
        ]
    );
    assert!(
        report
            .findings()
            .all(|finding| finding.path.as_deref() == Some("/payload/predicate/links"))
    );
}

#[test]
fn an_open_intent_is_a_warning() {
    let mut chain = Chain::open(1);
    let run = chain.run();
    let (_, outcome) = chain.pair(run);
    chain.add(Kind::Code, Some(run), Body::None, |record| {
        record.step = Some(uuid(5));
        record.name = Some("x".into());
        record.phase = Phase::Intent;
        record.status = None;
        record.capture = execert::record::Capture::Observed;
    });
    let _ = outcome;
    chain.seal();
    assert_eq!(codes(&witnessed(&chain)), [(9, "record.outcome_absent", Some(4))]);
}

#[test]
fn keys_that_nobody_added_or_that_ran_out() {
    // A key that the chain never added, but that the reader trusts.
    let mut chain = Chain::open(1);
    chain.signer = "second";
    chain.seal();
    let checkpoint = note(&chain.checkpoint(2, &[("north", 60)]));
    let both = execert::trust::Trust::new()
        .key(object! { "key": b64(&key("record").key().spki()), "revocation": "none", "operator": "acme" })
        .key(object! { "key": b64(&key("second").key().spki()), "revocation": "none", "operator": "acme" })
        .witness(vkey("north"))
        .to_value()
        .unwrap();
    let report = look(&chain.bundle(0, core::slice::from_ref(&checkpoint)), &both, &now());
    assert_eq!(codes(&report), [(7, "chain.foreign_record", Some(1))]);
    // Without that trust it is unknown as well: first in the manifest.
    let report = look(&chain.bundle(0, &[checkpoint]), &trust(&["north"], 1), &now());
    assert_eq!(
        codes(&report),
        [(7, "key.unknown", None), (7, "chain.foreign_record", Some(1))]
    );
    let signers = report.to_value().get("signers").unwrap().clone();
    assert_eq!(
        signers.as_array().unwrap()[0].get("trusted").unwrap().as_bool(),
        Some(false)
    );

    let mut chain = Chain::open_with(1, Some(time(2)));
    chain.push(Kind::Note, Body::Note { event: "x".into() }, |_| {});
    chain.seal();
    let report = witnessed(&chain);
    assert_eq!(
        (report.verdict(), codes(&report)),
        (Verdict::Expired, vec![(7, "key.expired", Some(2))])
    );
}

/// A chain whose record 1 adds a second key.
fn two_keys() -> Chain {
    let mut chain = Chain::open(1);
    let (old, new) = (key("record"), key("second"));
    let entry = KeyEntry {
        spki: new.key().clone(),
        role: KeyRole::Record,
        not_after: None,
    };
    chain.add_by(Kind::KeyAdd, None, Body::KeyAdd(entry), &[&old, &new], |_| {});
    chain
}

#[test]
fn a_key_that_revokes_itself() {
    let mut chain = two_keys();
    chain.signer = "second";
    let body = Body::KeyRevoke {
        keyid: key("second").key().keyid(),
        reason: "lost".into(),
        as_of_seq: 1,
    };
    chain.push(Kind::KeyRevoke, body, |_| {});
    chain.signer = "record";
    chain.seal();
    assert_eq!(codes(&witnessed(&chain)), [(5, "chain.foreign_record", Some(2))]);
}

#[test]
fn a_key_added_by_a_stranger_is_not_trusted() {
    let mut chain = Chain::open(1);
    let (stranger, new) = (key("stranger"), key("second"));
    let entry = KeyEntry {
        spki: new.key().clone(),
        role: KeyRole::Record,
        not_after: None,
    };
    chain.add_by(Kind::KeyAdd, None, Body::KeyAdd(entry), &[&stranger, &new], |_| {});
    chain.signer = "second";
    chain.seal();
    let report = witnessed(&chain);
    // The stranger's key is not held, the second one is: it is in the record.
    let found: Vec<Found> = vec![
        (7, "key.unknown", None),
        (7, "chain.foreign_record", Some(1)),
        (7, "key.unknown", Some(1)),
    ];
    assert_eq!(codes(&report), found);
    assert_eq!(report.verdict(), Verdict::Altered);
}

#[test]
fn a_tag_under_another_key_and_no_chain_for_a_key() {
    let chain = sealed(1);
    let error = check(
        &mut &chain.bundle(0, &[])[..],
        &trust(&[], 0),
        &with("mac_key", b64(&[8; 32])),
    )
    .unwrap_err();
    assert_eq!(
        (error.code().as_str(), error.path()),
        ("wire.bad_argument", Some("/mac_key"))
    );
}

#[test]
fn witnesses_of_the_signer_and_cosignatures_of_tomorrow() {
    let chain = sealed(1);
    let size = chain.records.len();
    let own = |operator: &str| {
        execert::trust::Trust::new()
            .key(object! { "key": b64(&key("record").key().spki()), "operator": "acme", "revocation": "none" })
            .witness(object! { "key": vkey("north"), "operator": operator, "name": "n1" })
            .witness(object! { "key": vkey("south"), "operator": "south", "name": "s1" })
            .quorum(1)
            .to_value()
            .unwrap()
    };
    let bundle = chain.bundle(0, &[note(&chain.checkpoint(size, &[("north", 60)]))]);
    let report = look(&bundle, &own("acme"), &now());
    assert_eq!(
        (report.verdict(), codes(&report)),
        (Verdict::IntactWarnings, vec![(11, "witness.same_operator", None)])
    );
    // The signer's own witness is none that is asked for.
    let report = look(&bundle, &own("acme"), &with("require", vec![Value::from("witness:1")]));
    assert_eq!(codes(&report)[1], (16, "witness.quorum_not_met", Some(6)));
    assert_eq!(report.exit(), 8);
    assert_eq!(
        codes(&look(
            &bundle,
            &own("north"),
            &with("require", vec![Value::from("witness:1")])
        )),
        []
    );

    let bundle = chain.bundle(
        0,
        &[note(&chain.checkpoint(size, &[("north", 60), ("south", 200_000)]))],
    );
    let report = look(&bundle, &own("north"), &now());
    assert_eq!(
        (report.verdict(), codes(&report)),
        (Verdict::IntactWarnings, vec![(11, "witness.time_impossible", Some(6))])
    );
}

#[test]
fn a_beacon_is_a_lower_bound() {
    let mut chain = Chain::open(1);
    let earlier = chain.checkpoint(1, &[("north", 1_000)]);
    let text = Digest::of(earlier.note().text().as_bytes());
    let at = chain.beat(|beat| beat.beacon = Some(text));
    chain.seal();
    let material = [note(&earlier), note(&chain.checkpoint(3, &[("north", 2_000)]))];
    let report = look(&chain.bundle(0, &material), &trust(&["north"], 1), &now());
    let at = u64::try_from(at).unwrap();
    let late = |seq| (15, "time.claim_contradicted", Some(seq));
    assert_eq!(
        (report.verdict(), codes(&report)),
        (Verdict::IntactWarnings, vec![late(at), late(at + 1)])
    );
}

#[test]
fn a_certificate_and_an_approval_that_are_not_as_said() {
    // An approval document says one thing, the record that names it another.
    let mut chain = Chain::open(1);
    let approver = key("approver");
    let request = Digest::of(b"request");
    let predicate = object! {
        "version": 1, "recorded_at": time(0), "key": approver.key().keyid(), "nonce": b64(&[1; 16]),
        "request": request, "verdict": "refused", "expires_at": time(900), "role": "lead",
    };
    let subject = [Subject::sha256("request", request)];
    let document = execert::record::seal_document(DocumentKind::Approval, &subject, &predicate, &approver).unwrap();
    let body = Body::Approval {
        verdict: execert::record::ApprovalVerdict::Approved,
        request,
        document: Some(document.digest),
    };
    chain.push(Kind::Approval, body, |_| {});
    chain.seal();
    let line = parse(&document.envelope, &Limits::LINE)
        .unwrap()
        .as_object()
        .unwrap()
        .clone();
    let material = [line, note(&chain.checkpoint(3, &[("north", 60)]))];
    let with_approver = execert::trust::Trust::new()
        .key(object! { "key": b64(&key("record").key().spki()), "revocation": "none" })
        .key(object! { "key": b64(&approver.key().spki()), "revocation": "none", "role": "approver", "label": "lead" })
        .witness(vkey("north"))
        .to_value()
        .unwrap();
    let report = look(&chain.bundle(0, &material), &with_approver, &now());
    assert_eq!(codes(&report), [(13, "chain.foreign_record", Some(1))]);
    // By an approver whom nobody knows, but named by a record: an unknown signer.
    let report = look(&chain.bundle(0, &material), &trust(&["north"], 1), &now());
    assert_eq!(
        codes(&report),
        [(7, "key.unknown", None), (13, "chain.foreign_record", Some(1))]
    );
}

/// One bit of a bundle changed anywhere never leaves it intact: every byte is under a hash or a signature.
#[test]
fn no_byte_can_be_changed_unseen() {
    let chain = sealed(1);
    let bundle = chain.bundle(0, &[note(&chain.checkpoint(chain.records.len(), &[("north", 60)]))]);
    let trust = trust(&["north"], 1);
    assert_eq!(look(&bundle, &trust, &now()).verdict(), Verdict::Intact);
    let mut passed = Vec::new();
    for at in (0..bundle.len()).step_by(7) {
        let mut copy = bundle.clone();
        copy[at] ^= 1;
        let report = look(&copy, &trust, &now());
        if report.exit() == 0 {
            passed.push((at, bundle[at]));
        }
    }
    assert_eq!(passed, []);
}

/// Where errors are not listed, a record without a mark is not said to be what was sealed; warnings take nothing away.
#[test]
fn what_is_not_listed_is_not_promised() {
    let mut chain = Chain::open(1);
    let run = chain.run();
    for number in 0..=execert::limits::FINDINGS {
        chain.add(Kind::Code, Some(run), Body::None, |record| {
            record.step = Some(uuid(u64::try_from(number).unwrap()));
            record.name = Some("x".into());
            record.phase = Phase::Intent;
            record.status = None;
            record.capture = execert::record::Capture::Observed;
        });
    }
    chain.seal();
    let whole = String::from_utf8(chain.bundle(0, &[])).unwrap();
    let shown = |file: &str| {
        let report = look(file.as_bytes(), &trust(&[], 0), &now()).to_value();
        let words = |path: &str, name: Option<&str>| -> Vec<String> {
            let list = report.pointer(path).and_then(Value::as_array).unwrap();
            let word = |value: &Value| {
                name.map_or(value.as_str(), |name| value.get(name).unwrap().as_str())
                    .map(str::to_owned)
            };
            list.iter().filter_map(word).collect()
        };
        (words("/shows", None), words("/unlisted", Some("code")))
    };
    let warnings = vec!["record.outcome_absent".to_owned()];
    let (sealed, marks) = ("original_sealed".to_owned(), "unmarked_match".to_owned());
    assert_eq!(
        shown(&whole.replacen("what was asked", "what was Asked", 1)),
        (vec![sealed.clone(), marks], warnings.clone())
    );
    let (words, unlisted) = shown(&whole.replace("what was asked", "what was Asked"));
    assert_eq!(words, [sealed]);
    assert!(unlisted.contains(&"content.changed".to_owned()), "{unlisted:?}");
}
