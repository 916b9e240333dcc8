//! Checking, one step before and at each edge: epochs, heads, keys, times, lists, pairs, certificates of runs.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod support;

use execert::Code;
use execert::bundle::RecordLine;
use execert::canon::{Value, parse};
use execert::chain::Tip;
use execert::digest::{Digest, b64};
use execert::key::Signer;
use execert::limits::Limits;
use execert::note::{Kind as NoteKind, Vkey};
use execert::object;
use execert::record::{Body, KeyEntry, KeyRole, Kind, Link, seal_document};
use execert::report::Verdict;
use execert::statement::{DocumentKind, Subject};

use support::look::{axis, look, sealed, with, witnessed};
use support::{Chain, codes, key, note, now, time, trust, uuid, vkey};

#[test]
fn a_chain_begins_in_epoch_0() {
    let chain = Chain::open(1);
    let body = chain.records.first().unwrap().record.body.clone();
    for epoch in [0, 1] {
        let mut again = Chain::open(1);
        again.records.clear();
        again.leaves.clear();
        again.tip = Tip::new(again.id);
        again.epoch = (epoch, 0);
        again.push(Kind::ChainOpen, body.clone(), |_| {});
        again.seal();
        let found = codes(&witnessed(&again));
        assert_eq!(
            found.contains(&(5, "chain.foreign_record", Some(0))),
            epoch == 1,
            "{found:?}"
        );
    }
}

#[test]
fn witnessed_is_only_what_a_witness_saw() {
    let mut chain = Chain::open(1);
    let run = chain.run();
    chain.pair(run);
    let state = |size: usize| {
        let material = [note(&chain.checkpoint(size, &[("north", 60)]))];
        let report = look(
            &chain.bundle(0, &material),
            &trust(&["north"], 1),
            &with("allow_open", true),
        );
        report
            .to_value()
            .pointer("/completeness/0/state")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    assert_eq!(state(4).as_deref(), Some("witnessed"));
    for size in [1, 3] {
        assert_eq!(state(size).as_deref(), Some("tail_unproven"), "{size}");
    }
}

#[test]
fn a_key_does_not_sign_the_record_that_adds_it() {
    let mut chain = Chain::open(1);
    let new = key("second");
    let entry = KeyEntry {
        spki: new.key().clone(),
        role: KeyRole::Record,
        not_after: None,
    };
    chain.add_by(Kind::KeyAdd, None, Body::KeyAdd(entry), &[&new], |_| {});
    chain.seal();
    let found = codes(&witnessed(&chain));
    assert!(found.contains(&(7, "chain.foreign_record", Some(1))), "{found:?}");
}

/// Two minutes of slack between a beacon and a claim: at exactly that, nothing is said.
#[test]
fn two_minutes_of_slack() {
    let found = |second: i64| {
        let mut chain = Chain::open(1);
        let earlier = chain.checkpoint(1, &[("north", second)]);
        let text = Digest::of(earlier.note().text().as_bytes());
        chain.beat(|beat| beat.beacon = Some(text));
        chain.seal();
        let material = [note(&earlier), note(&chain.checkpoint(3, &[("north", 4_000)]))];
        codes(&look(&chain.bundle(0, &material), &trust(&["north"], 1), &now()))
    };
    // The heartbeat claims second 2, the seal second 3.
    assert_eq!(found(122), []);
    assert_eq!(found(123), [(15, "time.claim_contradicted", Some(1))]);
    // A witness that saw a record before its time: the same the other way, at the time of the last record.
    let late = |second: i64| {
        let mut chain = Chain::open(1);
        chain.clock = 1_000;
        chain.seal();
        codes(&look(
            &chain.bundle(0, &[note(&chain.checkpoint(2, &[("north", second)]))]),
            &trust(&["north"], 1),
            &now(),
        ))
    };
    assert_eq!(late(881), []);
    assert_eq!(late(880), [(15, "time.claim_contradicted", Some(1))]);
}

#[test]
fn a_list_is_stale_when_it_is_older_than_the_reader_says() {
    let chain = sealed(1);
    let bundle = chain.bundle(0, &[note(&chain.checkpoint(chain.records.len(), &[("north", 60)]))]);
    let signer = key("revocation");
    let verdict = |most: u32, next: i64| {
        let predicate = object! {
            "version": 1, "recorded_at": time(0), "key": signer.key().keyid(), "nonce": b64(&[1; 16]), "number": 1,
            "this_update": time(0), "next_update": time(next), "entries": Vec::new(),
        };
        let subject = [Subject::sha256("issuer", Digest::of(&signer.key().spki()))];
        let list = seal_document(DocumentKind::RevocationList, &subject, &predicate, &signer).unwrap();
        let mut trusted = execert::trust::Trust::new()
            .key(object! { "key": b64(&key("record").key().spki()), "operator": "acme" })
            .key(object! { "key": b64(&signer.key().spki()), "operator": "acme", "role": "revocation" })
            .witness(vkey("north"))
            .list(parse(&list.envelope, &Limits::DOCUMENT).unwrap())
            .to_value()
            .unwrap();
        trusted.as_object_mut().unwrap().insert("max_age_s", most);
        look(&bundle, &trusted, &now()).verdict()
    };
    // A day old now.
    assert_eq!(verdict(86_400, 86_400), Verdict::Intact);
    assert_eq!(verdict(86_399, 86_400), Verdict::IntactWarnings);
    assert_eq!(verdict(86_400, 86_399), Verdict::IntactWarnings);
}

#[test]
fn an_outcome_follows_an_intent() {
    let mut chain = Chain::open(1);
    let run = chain.run();
    let step = chain.step(run);
    chain.outcome(run, step);
    chain.end(run);
    chain.seal();
    let found = codes(&witnessed(&chain));
    assert!(found.contains(&(9, "chain.foreign_record", Some(3))), "{found:?}");
}

/// Nothing is withheld from a whole bundle, and the content of all of it was looked at.
#[test]
fn nothing_is_withheld() {
    let chain = sealed(1);
    let bundle = chain.bundle(0, &[note(&chain.checkpoint(chain.records.len(), &[("north", 60)]))]);
    let report = look(
        &bundle,
        &trust(&["north"], 1),
        &with("require", vec![Value::from("no-withheld")]),
    );
    assert_eq!((report.verdict(), codes(&report)), (Verdict::Intact, vec![]));
    assert_eq!(axis(&report, "content"), "pass");
}

/// A link into a chain that is not in the file is not held against the chain that is.
#[test]
fn a_link_elsewhere() {
    let found = |elsewhere: Option<u64>| {
        let mut chain = Chain::open(1);
        chain.push(Kind::Note, Body::Note { event: "x".into() }, |record| {
            record.links = vec![Link {
                rel: "consumed".into(),
                digest: Digest::of(b"what is there"),
                chain: elsewhere.map(uuid),
                seq: Some(0),
            }];
        });
        chain.seal();
        codes(&witnessed(&chain))
    };
    assert_eq!(found(Some(77)), []);
    assert_eq!(found(None), [(9, "chain.foreign_record", Some(1))]);
}

/// A log that the reader names counts beside the one that the chain names.
#[test]
fn a_log_of_the_reader() {
    let mut chain = sealed(1);
    chain.log = key("another log");
    let bundle = chain.bundle(0, &[note(&chain.checkpoint(chain.records.len(), &[("north", 60)]))]);
    let trusted = |logs: &[&str]| {
        let entry = object! { "key": b64(&key("record").key().spki()), "operator": "acme", "revocation": "none" };
        let trust = execert::trust::Trust::new().key(entry).witness(vkey("north"));
        let named = |name: &&str| Vkey::new(chain.origin(), NoteKind::Log, key(name).key().clone()).to_string();
        let trust = logs.iter().map(named).fold(trust, |trust, log| trust.log(log));
        codes(&look(&bundle, &trust.to_value().unwrap(), &now()))
    };
    assert_eq!(trusted(&["another log"]), []);
    assert_eq!(trusted(&["another log", "log"]), []);
    assert!(trusted(&["log"]).contains(&(11, "witness.signature_mismatch", Some(6))));
    assert!(trusted(&[]).contains(&(11, "witness.signature_mismatch", Some(6))));
}

/// Each document in the file is signed by a key of its own role.
#[test]
fn documents_and_their_roles() {
    let signer = key("other");
    let head = || {
        object! {
            "version": 1, "recorded_at": time(0), "key": signer.key().keyid(), "nonce": b64(&[1; 16]),
        }
    };
    let mut list = head();
    list.insert("number", 1);
    list.insert("this_update", time(0));
    list.insert("next_update", time(604_800));
    list.insert("entries", Vec::new());
    let issuer = Subject::sha256("issuer", Digest::of(&signer.key().spki()));
    let mut attestation = head();
    attestation.insert("checked", object! { "first": 0, "last": 2, "records": 3 });
    attestation.insert("properties", vec![Value::from("signatures")]);
    attestation.insert("result", "pass");
    attestation.insert("verifier", object! { "id": "execert", "version": "1" });
    let checked = Subject::sha256("bundle", Digest::of(b"another file"));
    for (kind, subject, predicate, role) in [
        (DocumentKind::RevocationList, issuer, list, "revocation"),
        (DocumentKind::Attestation, checked, attestation, "attestor"),
    ] {
        let sealed = seal_document(kind, &[subject], &predicate, &signer).unwrap();
        let line = parse(&sealed.envelope, &Limits::LINE).unwrap();
        let mut chain = Chain::open(1);
        chain.push(Kind::Note, Body::Note { event: "x".into() }, |record| {
            record.links = vec![Link {
                rel: "consumed".into(),
                digest: sealed.digest,
                chain: None,
                seq: None,
            }];
        });
        chain.seal();
        let checkpoint = note(&chain.checkpoint(3, &[("north", 60)]));
        let bundle = chain.bundle(0, &[line.as_object().unwrap().clone(), checkpoint]);
        let found = |role: &str| {
            let own = object! { "key": b64(&key("record").key().spki()), "operator": "acme", "revocation": "none" };
            let other =
                object! { "key": b64(&signer.key().spki()), "operator": "acme", "revocation": "none", "role": role };
            let trust = execert::trust::Trust::new().key(own).key(other).witness(vkey("north"));
            codes(&look(&bundle, &trust.to_value().unwrap(), &now()))
        };
        assert_eq!(found(role), []);
        for wrong in ["record", "approver"] {
            assert_eq!(found(wrong), [(7, "key.wrong_role", None)], "{role}: {wrong}");
        }
    }
}

/// A record that no other confirms may come after a withheld one at its seq: who added its key is then not known.
#[test]
fn beside_a_withheld_record() {
    let mut chain = Chain::open(1);
    chain.push(Kind::Note, Body::Note { event: "x".into() }, |_| {});
    chain.seal();
    let file = chain.bundle(0, &[]);
    let place = object! { "chain": chain.id, "seq": 1 };
    let request = Value::Object(object! { "redact": 1, "withhold": vec![Value::Object(place)] });
    let mut less = Vec::new();
    execert::disclose::redact(&mut file.as_slice(), &request, &mut less).unwrap();
    let found = |file: &[u8]| {
        let mut other = Chain::open(1);
        other.signer = "second";
        other.push(Kind::Note, Body::Note { event: "y".into() }, |_| {});
        let line = other.records.get(1).unwrap().line(false);
        let entry = |name: &str| {
            object! { "key": b64(&key(name).key().spki()), "operator": "acme", "revocation": "none" }
        };
        let trust = execert::trust::Trust::new().key(entry("record")).key(entry("second"));
        let file = [file, line.as_slice(), b"\n"].concat();
        codes(&look(&file, &trust.to_value().unwrap(), &now()))
    };
    let stranger = (7, "chain.foreign_record", Some(1));
    assert!(found(&file).contains(&stranger), "{:?}", found(&file));
    assert!(!found(&less).contains(&stranger), "{:?}", found(&less));
}

/// W3C Trace Context: version, ids and flags, each of its length, in small digits, no id all zero, nothing after them.
#[test]
fn a_trace_is_written_in_one_way() {
    let line = |trace: &str| {
        let mut chain = Chain::open(1);
        chain.push(Kind::Note, Body::Note { event: "x".into() }, |record| {
            record.trace = Some(trace.to_owned());
        });
        let line = chain.records.get(1).unwrap().line(false);
        RecordLine::parse(&line).map(|line| line.record.trace)
    };
    let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let good = format!("00-{trace}-{span}-01");
    assert_eq!(line(&good).unwrap(), Some(good.clone()));
    let zero = |text: &str| "0".repeat(text.len());
    for wrong in [
        format!("01-{trace}-{span}-01"),
        format!("00-{}-{span}-01", zero(trace)),
        format!("00-{trace}-{}-01", zero(span)),
        format!("00-{}-{span}-01", &trace[1..]),
        format!("00-{trace}0-{span}-01"),
        format!("00-{trace}-{}-01", &span[1..]),
        format!("00-{trace}-{span}0-01"),
        format!("00-{trace}-{span}-1"),
        format!("00-{trace}-{span}-011"),
        format!("00-{trace}-{span}-01-00"),
        format!("00-{trace}-{span}-01-"),
        format!("00-{trace}-{span}"),
        format!("00-{}-{span}-01", trace.to_uppercase()),
        format!("00-{}g-{span}-01", &trace[1..]),
        format!("00-{trace}-{}g-01", &span[1..]),
        format!("00-{trace}-{span}-0g"),
    ] {
        let error = line(&wrong).unwrap_err();
        assert_eq!(error.code().as_str(), "record.malformed", "{wrong}");
        assert_eq!(error.path(), Some("/payload/predicate/trace/traceparent"), "{wrong}");
    }
}

/// A head that the reader remembers: the very end of the chain, one beyond it, and another one.
#[test]
fn a_remembered_head() {
    let chain = sealed(1);
    let size = chain.records.len();
    let root = |root: &[u8; 32]| execert::digest::hex(root);
    let last = u64::try_from(size).unwrap();
    let bundle = chain.bundle(0, &[note(&chain.checkpoint(size, &[("north", 60)]))]);
    let found = |size: u64, root: String| {
        let entry = object! { "key": b64(&key("record").key().spki()), "operator": "acme", "revocation": "none" };
        let known = object! { "origin": chain.origin(), "size": Value::count(size), "root": root };
        let trust = execert::trust::Trust::new()
            .key(entry)
            .witness(vkey("north"))
            .known(known);
        codes(&look(&bundle, &trust.to_value().unwrap(), &now()))
    };
    let own = root(&execert::merkle::root(&chain.leaves));
    let before = root(&execert::merkle::root(&chain.leaves[..size - 1]));
    assert_eq!(found(last, own.clone()), []);
    assert_eq!(found(last - 1, before.clone()), []);
    assert_eq!(
        found(last + 1, own.clone()),
        [(12, "chain.rolled_back", Some(last - 1))]
    );
    assert_eq!(found(last, before), [(12, "chain.forked", Some(last - 1))]);
    assert_eq!(found(last - 1, own), [(12, "chain.forked", Some(last - 2))]);
}

/// What lies beyond the run that the manifest lists leaves no gap in it.
#[test]
fn a_record_beyond_the_run() {
    let mut chain = Chain::open(1);
    let run = chain.run();
    chain.step(run);
    chain.step(run);
    let file = chain.run_bundle(&[run], &[chain.basis(0)]);
    chain.step(run);
    let beyond = chain.step(run);
    let line = chain.records.get(beyond).unwrap().line(false);
    let found = codes(&look(&[&file, line.as_slice(), b"\n"].concat(), &trust(&[], 0), &now()));
    assert!(found.contains(&(4, "bundle.root_mismatch", None)), "{found:?}");
    assert!(found.iter().all(|(_, code, _)| *code != "run.gap"), "{found:?}");
}

fn line_of(kind: Kind, body: Body, rel: Option<&str>) -> Result<(), (Code, Option<String>)> {
    let mut chain = Chain::open(1);
    chain.push(kind, body, |record| {
        record.links = rel
            .map(|rel| Link {
                rel: rel.into(),
                digest: Digest::of(b"what is there"),
                chain: None,
                seq: None,
            })
            .into_iter()
            .collect();
    });
    let line = chain.records.get(1).unwrap().line(false);
    let read = RecordLine::parse(&line).map(|_| ());
    read.map_err(|error| (error.code(), error.path().map(str::to_owned)))
}

/// A relation is one of the format, or has the name of who made it, with a slash.
#[test]
fn a_relation_is_known_or_named() {
    let relation = |rel| line_of(Kind::Note, Body::Note { event: "x".into() }, Some(rel));
    for good in ["consumed", "com.example/checked", "com.ex-ample/checked"] {
        assert_eq!(relation(good), Ok(()), "{good}");
    }
    for bad in [
        "checked",
        "com.example",
        "com example/checked",
        "/",
        "checked/",
        "com.-example/x",
        "com.example-/x",
    ] {
        let error = (Code::RecordMalformed, Some("/payload/predicate/links/0/rel".to_owned()));
        assert_eq!(relation(bad), Err(error), "{bad}");
    }
}

/// What is erased is listed in order, each once.
#[test]
fn an_erasure_lists_each_record_once() {
    let erasure = |records: &[u64]| {
        let body = Body::Erasure {
            records: records.to_vec(),
            reason: "asked".into(),
            authority: "dpo".into(),
        };
        line_of(Kind::Erasure, body, None)
    };
    assert_eq!(erasure(&[0, 1]), Ok(()));
    let error = (
        Code::RecordMalformed,
        Some("/payload/predicate/body/records".to_owned()),
    );
    for wrong in [&[1, 1], &[1, 0]] {
        assert_eq!(erasure(wrong), Err(error.clone()), "{wrong:?}");
    }
}

/// One signature that does not hold is enough, whoever's it is: of the log, of another log, of a witness.
#[test]
fn each_signature_of_a_note_holds() {
    let mut chain = sealed(1);
    let size = chain.records.len();
    let of = |chain: &Chain, size| chain.checkpoint(size, &[("north", 60)]).to_string();
    let (good, smaller) = (of(&chain, size), of(&chain, size - 1));
    chain.log = key("another log");
    let (another, another_smaller) = (of(&chain, size), of(&chain, size - 1));
    let line = |note: &str, n: usize| format!("{}\n", note.split("\n\n").nth(1).unwrap().lines().nth(n).unwrap());
    let text = format!("{}\n\n", good.split("\n\n").next().unwrap());
    let found = |signatures: &[String]| {
        let whole = format!("{text}{}", signatures.concat());
        let material = [object! { "execert": "material/1", "type": "checkpoint", "note": whole }];
        let log = Vkey::new(chain.origin(), NoteKind::Log, key("another log").key().clone()).to_string();
        let entry = object! { "key": b64(&key("record").key().spki()), "operator": "acme", "revocation": "none" };
        let trust = execert::trust::Trust::new().key(entry).witness(vkey("north")).log(log);
        codes(&look(&chain.bundle(0, &material), &trust.to_value().unwrap(), &now()))
    };
    let (log, other, north) = (line(&good, 0), line(&another, 0), line(&good, 1));
    assert_eq!(found(&[log.clone(), other.clone(), north.clone()]), []);
    let wrong = (11, "witness.signature_mismatch", Some(6));
    for signatures in [
        [log.clone(), line(&another_smaller, 0), north.clone()],
        [line(&smaller, 0), other.clone(), north],
        [log, other, line(&smaller, 1)],
    ] {
        assert!(found(&signatures).contains(&wrong), "{signatures:?}");
    }
}
