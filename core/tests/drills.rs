//! Drills: what an outsider, an owner or a thief of one file would do, many times over. `EXECERT_DEEP=1` does them all.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test may"
)]

mod support;

use execert::canon::{Value, parse, to_jcs};
use execert::digest::{b64, unb64};
use execert::key::Signer;
use execert::limits::Limits;
use execert::object;

use support::dice::Dice;
use support::look::{look, sealed};
use support::{Chain, key, note, now, trust, vkey};

fn deep(often: usize, deep: usize) -> usize {
    if std::env::var_os("EXECERT_DEEP").is_some() {
        deep
    } else {
        often
    }
}

fn lines(bundle: &[u8]) -> Vec<Vec<u8>> {
    bundle
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

fn states(report: &execert::report::Report) -> Vec<String> {
    let value = report.to_value();
    let parts = value.get("completeness").unwrap().as_array().unwrap();
    parts
        .iter()
        .map(|part| part.get("state").unwrap().as_str().unwrap().to_owned())
        .collect()
}

/// Who trusts one key, and one known head.
fn knows(origin: &str, size: usize, root: [u8; 32]) -> Value {
    let mut document = trust(&[], 0);
    let head = object! { "origin": origin, "size": Value::count(u64::try_from(size).unwrap()), "root": hex(&root) };
    document
        .as_object_mut()
        .unwrap()
        .insert("known", vec![Value::Object(head)]);
    document
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// T3, L9: cut after each record, by someone without a key and by the owner who makes a new manifest.
#[test]
fn a_tail_that_is_cut_off_is_never_sealed() {
    let chain = sealed(6);
    let whole = lines(&chain.bundle(0, &[]));
    assert_eq!(states(&look(&whole.concat(), &trust(&[], 0), &now())), ["sealed"]);
    let records = chain.records.len();
    for left in 0..records {
        let report = look(&whole[..=left].concat(), &trust(&[], 0), &now());
        assert!(
            report.exit() != 0 && states(&report) != ["sealed"],
            "{left} of {records} without a key"
        );
        if left == 0 {
            continue;
        }
        let mut cut = sealed(6);
        cut.records.truncate(left);
        let report = look(&cut.bundle(0, &[]), &trust(&[], 0), &now());
        assert_eq!(
            (report.exit(), states(&report)),
            (4, vec!["tail_unproven".to_owned()]),
            "{left} by the owner"
        );
    }
}

/// T2: the owner writes the whole history anew. Whoever saw it before is not fooled.
#[test]
fn a_history_written_anew_is_never_green() {
    let (old, mut new) = (sealed(3), Chain::open(1));
    let run = new.run();
    new.step(run);
    new.end(run);
    new.seal();
    let (size, fewer) = (old.records.len(), new.records.len());
    let seen = old.checkpoint(size, &[("north", 60)]);
    let root = execert::merkle::root(&old.leaves);
    let witness = trust(&["north"], 1);
    // The new history alone, under trust that asks for a witness; with the cosignature of the old one; by a known head.
    let report = look(&new.bundle(0, &[]), &witness, &now());
    assert_eq!(report.exit(), 8);
    let of_old = old.checkpoint(fewer, &[("north", 60)]);
    let report = look(&new.bundle(0, &[note(&of_old)]), &witness, &now());
    assert_eq!(report.exit(), 1, "a genuine cosignature over another history");
    let report = look(&new.bundle(0, &[note(&seen)]), &witness, &now());
    assert_eq!(report.exit(), 8, "over more records than there are");
    let report = look(&new.bundle(0, &[]), &knows(&old.origin(), size, root), &now());
    assert_eq!(report.exit(), 4, "the reader remembers more");
    let before = execert::merkle::root(&old.leaves[..fewer]);
    let report = look(&new.bundle(0, &[]), &knows(&old.origin(), fewer, before), &now());
    assert_eq!(report.exit(), 1, "the reader remembers something else");
}

/// T5: records and material of one ledger put into the bundle of another; all are signed by the same key.
#[test]
fn splices_between_ledgers_are_never_green() {
    let seed = std::env::var("EXECERT_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(5);
    let mut dice = Dice(seed);
    let bundles: Vec<Vec<Vec<u8>>> = (1..=8)
        .map(|number| {
            let mut chain = Chain::open(number);
            let run = chain.run();
            for _ in 0..2 {
                chain.pair(run);
            }
            chain.end(run);
            chain.seal();
            let checkpoint = chain.checkpoint(chain.records.len(), &[("north", 60)]);
            lines(&chain.bundle(0, &[note(&checkpoint)]))
        })
        .collect();
    let trust = trust(&["north"], 1);
    for bundle in &bundles {
        assert_eq!(look(&bundle.concat(), &trust, &now()).exit(), 0);
    }
    let times = deep(200, 80_000);
    for round in 0..times {
        let (into, from) = (dice.below(8), dice.below(7));
        let from = (into + 1 + from) % 8;
        let mut made = bundles[into].clone();
        // The manifest, the note or a record of another ledger; more than one, now and then.
        for _ in 0..=dice.below(3) {
            let (at, other) = (dice.below(made.len()), dice.below(bundles[from].len()));
            let foreign = bundles[from][other].clone();
            match dice.below(3) {
                0 => made[at] = foreign,
                1 => made.insert(at.max(1), foreign),
                _ => {
                    made.truncate(at.max(1));
                    made.extend(bundles[from][other..].iter().cloned());
                }
            }
        }
        let exit = look(&made.concat(), &trust, &now()).exit();
        let same_lines = |number: usize| {
            let kept: Vec<&Vec<u8>> = made.iter().filter(|line| bundles[number].contains(line)).collect();
            kept.len() == bundles[number].len() && kept.iter().zip(&bundles[number]).all(|(one, other)| *one == other)
        };
        // A note of a strange origin is ignored, and so it may be there: that is no splice of records.
        let harmless = (0..8).any(same_lines)
            && made
                .iter()
                .filter(|line| !bundles.iter().any(|bundle| bundle[1] == **line))
                .count()
                == bundles[0].len() - 1;
        assert!(exit != 0 || harmless, "seed {seed}, round {round}: {into} with {from}");
    }
    println!("{times} splices");
}

/// L10, T2: an outsider makes a perfect bundle, with a key of his own.
#[test]
fn an_outsider_is_never_green() {
    let chain = sealed(4);
    let size = chain.records.len();
    let checkpoint = chain.checkpoint(size, &[("north", 60), ("south", 60)]);
    let stranger = execert::trust::Trust::new()
        .key(object! { "key": b64(&key("another").key().spki()), "operator": "acme", "revocation": "none" })
        .witness(vkey("north"))
        .quorum(1)
        .to_value()
        .unwrap();
    let nobody = execert::canon::parse(br#"{"trust":1,"keys":[]}"#, &Limits::DOCUMENT).unwrap();
    let mut runs = Chain::open(2);
    let run = runs.run();
    runs.pair(run);
    runs.end(run);
    let files = [
        chain.bundle(0, &[]),
        chain.bundle(0, &[note(&checkpoint)]),
        runs.run_bundle(&[run], &[runs.basis(0)]),
        runs.run_bundle(&[run], &[]),
    ];
    for (at, file) in files.iter().enumerate() {
        let exit = |trust: &Value| look(file, trust, &now()).exit();
        assert_eq!(exit(&nobody), 3, "file {at}");
        assert_eq!(exit(&stranger), 3, "file {at}");
    }
    // With his key in another role he is no better off.
    let role = object! { "spki": b64(&key("record").key().spki()), "role": "approver", "label": "x" };
    let wrong = Value::Object(object! { "trust": 1, "keys": vec![Value::Object(role)] });
    assert_eq!(look(&files[0], &wrong, &now()).exit(), 3);
}

/// T9, L11, L12: every edit of every envelope, by someone without the key.
#[test]
fn envelope_edits_of_every_kind_are_refused() {
    let mut chain = Chain::open(1);
    let run = chain.run();
    chain.pair(run);
    chain.end(run);
    let files = [
        lines(&chain.bundle(0, &[])),
        lines(&chain.run_bundle(&[run], &[chain.basis(0)])),
    ];
    let mut edits = 0;
    for (file, options) in files.iter().zip([support::look::with("allow_open", true), now()]) {
        assert_eq!(look(&file.concat(), &trust(&[], 0), &options).exit(), 0);
        for at in 0..file.len() {
            let line = parse(&file[at], &Limits::LINE).unwrap();
            let pointer = if line.get("envelope").is_some() {
                Some("envelope")
            } else {
                None
            };
            for (name, edit) in edits_of(&file[(at + 1) % file.len()]) {
                let mut value = line.clone();
                let envelope = match pointer {
                    Some(member) => value.as_object_mut().unwrap().get_mut(member).unwrap(),
                    None => &mut value,
                };
                edit(envelope);
                let mut made = file.clone();
                made[at] = [to_jcs(&value), b"\n".to_vec()].concat();
                let exit = look(&made.concat(), &trust(&[], 0), &options).exit();
                assert_ne!(exit, 0, "line {}: {name}", at + 1);
                edits += 1;
            }
        }
    }
    println!("{edits} edits of envelopes");
    assert!(edits > 150);
}

type Edit = Box<dyn Fn(&mut Value)>;

fn edits_of(other: &[u8]) -> Vec<(&'static str, Edit)> {
    let other = parse(other, &Limits::LINE).unwrap();
    let others = other.get("envelope").cloned().unwrap_or(other);
    let other_signatures = others.get("signatures").unwrap().clone();
    let other_payload = others.get("payload").unwrap().clone();
    let set = |name: &'static str, to: Value| -> Edit {
        Box::new(move |envelope| drop(envelope.as_object_mut().unwrap().insert(name, to.clone())))
    };
    let signature = |change: fn(&mut Value)| -> Edit {
        Box::new(move |envelope| {
            let all = envelope.as_object_mut().unwrap().get_mut("signatures").unwrap();
            if let Value::Array(all) = all {
                change(&mut all[0]);
            }
        })
    };
    let sign = |name: &'static str, drop_first: bool| -> Edit {
        Box::new(move |envelope| {
            let payload = unb64(envelope.get("payload").unwrap().as_str().unwrap()).unwrap();
            let message = [
                format!("DSSEv1 28 application/vnd.in-toto+json {} ", payload.len()).into_bytes(),
                payload,
            ]
            .concat();
            let sig = b64(&key(name).sign(&message).unwrap());
            let keyid = key(if drop_first { name } else { "record" }).key().keyid().to_string();
            let one = Value::Object(object! { "keyid": keyid, "sig": sig });
            envelope.as_object_mut().unwrap().insert("signatures", vec![one]);
        })
    };
    vec![
        ("no signatures", set("signatures", Value::Array(Vec::new()))),
        ("signatures null", set("signatures", Value::Null)),
        ("signatures of another line", set("signatures", other_signatures)),
        ("payload of another line", set("payload", other_payload)),
        ("payload empty", set("payload", Value::from(""))),
        ("payload type", set("payloadType", Value::from("application/json"))),
        ("a member more", set("alg", Value::from("none"))),
        ("signed by a stranger under his name", sign("stranger", true)),
        ("signed by a stranger under the signer's name", sign("stranger", false)),
        (
            "signature empty",
            signature(|one| drop(one.as_object_mut().unwrap().insert("sig", ""))),
        ),
        (
            "signature of zeros",
            signature(|one| drop(one.as_object_mut().unwrap().insert("sig", b64(&[0; 64])))),
        ),
        (
            "signature cut",
            signature(|one| drop(one.as_object_mut().unwrap().insert("sig", b64(&[1; 63])))),
        ),
        (
            "key id empty",
            signature(|one| drop(one.as_object_mut().unwrap().insert("keyid", ""))),
        ),
        (
            "key id of another algorithm",
            signature(|one| drop(one.as_object_mut().unwrap().insert("keyid", "HS256"))),
        ),
        (
            "key id null",
            signature(|one| drop(one.as_object_mut().unwrap().insert("keyid", Value::Null))),
        ),
        (
            "no key id",
            signature(|one| drop(one.as_object_mut().unwrap().remove("keyid"))),
        ),
        (
            "an algorithm beside it",
            signature(|one| drop(one.as_object_mut().unwrap().insert("alg", "EdDSA"))),
        ),
        (
            "one bit of the signature",
            signature(|one| {
                let mut bytes = unb64(one.get("sig").unwrap().as_str().unwrap()).unwrap();
                bytes[7] ^= 1;
                one.as_object_mut().unwrap().insert("sig", b64(&bytes));
            }),
        ),
        (
            "S plus the order of the group",
            signature(|one| {
                let mut bytes = unb64(one.get("sig").unwrap().as_str().unwrap()).unwrap();
                let order = [
                    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0,
                    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10u8,
                ];
                let mut carry = 0u16;
                for (byte, add) in bytes[32..].iter_mut().zip(order) {
                    let sum = u16::from(*byte) + u16::from(add) + carry;
                    *byte = u8::try_from(sum & 0xff).unwrap();
                    carry = sum >> 8;
                }
                one.as_object_mut().unwrap().insert("sig", b64(&bytes));
            }),
        ),
    ]
}
