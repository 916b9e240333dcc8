//! Defects that shipped in other products, each with the test that would have caught it (tests/lessons.md).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test may"
)]

mod common;
mod support;

use execert::canon::{Value, parse, to_jcs};
use execert::content::commit;
use execert::digest::b64;
use execert::key::Signer;
use execert::limits::Limits;
use execert::object;
use execert::record::{Body, Kind};

use support::look::{look, sealed};
use support::{Chain, key, note, now, trust};

fn jcs(text: &str) -> String {
    String::from_utf8(to_jcs(&common::json(text))).unwrap()
}

fn lines(bundle: &[u8]) -> Vec<Vec<u8>> {
    bundle
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

#[test]
fn l01_l02_numbers_are_those_of_ecmascript() {
    for (text, want) in [
        ("1e-07", "1e-7"),
        ("1e+16", "10000000000000000"),
        ("1.0", "1"),
        ("1e21", "1e+21"),
        ("0.000001", "0.000001"),
        ("0.1e-6", "1e-7"),
        ("333333333.33333329", "333333333.3333333"),
        ("5e-324", "5e-324"),
        ("9007199254740992.0", "9007199254740992"),
        ("-0.0", "0"),
    ] {
        assert_eq!(jcs(text), want);
        assert_eq!(jcs(want), want, "what is written is read, and written the same");
    }
    // By UTF-16 code units, not by code points.
    assert_eq!(
        jcs("{\"\u{fb33}\":1,\"\u{1f600}\":2}"),
        "{\"\u{1f600}\":2,\"\u{fb33}\":1}"
    );
}

#[test]
fn l03_names_are_data() {
    let text = r#"{"10":1,"9":2,"__proto__":{"a":3},"constructor":4,"toString":5}"#;
    assert_eq!(
        jcs(r#"{"toString":5,"9":2,"__proto__":{"a":3},"10":1,"constructor":4}"#),
        text
    );
}

#[test]
fn l04_values_stay_whatever_they_are_called() {
    for name in ["amount", "price", "total", "rate", "id", "date"] {
        let text = format!(r#"{{"{name}":1.005}}"#);
        assert_eq!(jcs(&text), text);
        let other = common::json(&format!(r#"{{"{name}":1.01}}"#));
        assert_ne!(commit(&common::json(&text), &[7; 32]), commit(&other, &[7; 32]));
    }
}

#[test]
fn l05_null_is_not_absent() {
    let digest = |text: &str| commit(&common::json(text), &[7; 32]);
    let all = [
        r#"{"a":null}"#,
        "{}",
        r#"{"a":{}}"#,
        r#"{"a":[]}"#,
        r#"{"a":""}"#,
        r#"{"a":false}"#,
        r#"{"a":0}"#,
    ];
    for one in all {
        for other in all {
            assert_eq!(digest(one) == digest(other), one == other, "{one} {other}");
        }
    }
}

#[test]
fn l12_each_signature_removed_or_remade() {
    let chain = sealed(2);
    let file = lines(&chain.bundle(0, &[]));
    for at in 0..file.len() {
        let whole = parse(&file[at], &Limits::LINE).unwrap();
        let payload = execert::digest::unb64(whole.get("payload").unwrap().as_str().unwrap()).unwrap();
        let head = format!("DSSEv1 28 application/vnd.in-toto+json {} ", payload.len());
        let message = [head.into_bytes(), payload].concat();
        let remade =
            object! { "keyid": key("second").key().keyid(), "sig": b64(&key("second").sign(&message).unwrap()) };
        for signatures in [Vec::new(), vec![Value::Object(remade)]] {
            let mut line = whole.clone();
            line.as_object_mut().unwrap().insert("signatures", signatures);
            let mut made = file.clone();
            made[at] = [to_jcs(&line), b"\n".to_vec()].concat();
            assert_ne!(
                look(&made.concat(), &trust(&[], 0), &now()).exit(),
                0,
                "line {}",
                at + 1
            );
        }
    }
}

#[test]
fn l13_content_changed_digests_kept() {
    let file = lines(&sealed(1).bundle(0, &[]));
    for at in 1..file.len() {
        let text = String::from_utf8(file[at].clone()).unwrap();
        let mut made = file.clone();
        made[at] = text.replace("what was asked", "what was wanted").into_bytes();
        assert_ne!(made[at], file[at]);
        let report = look(&made.concat(), &trust(&[], 0), &now());
        assert_eq!(report.exit(), 1);
        assert!(
            report
                .findings()
                .any(|finding| finding.code.as_str() == "content.changed")
        );
    }
}

#[test]
fn l14_material_of_another_chain() {
    let (one, other) = (sealed(2), {
        let mut chain = Chain::open(2);
        let run = chain.run();
        chain.pair(run);
        chain.end(run);
        chain.seal();
        chain
    });
    let witness = trust(&["north"], 1);
    let exit = |material: &[execert::canon::Object]| look(&one.bundle(0, material), &witness, &now()).exit();
    let size = one.records.len();
    assert_eq!(exit(&[note(&one.checkpoint(size, &[("north", 60)]))]), 0);
    // Genuine, cosigned, of another chain: it says nothing here.
    assert_eq!(
        exit(&[note(&other.checkpoint(other.records.len(), &[("north", 60)]))]),
        8
    );
    // A receipt of another record, and of a record of another chain.
    let last = support::proof(&other.receipt(other.records.len() - 1, other.records.len(), &[("north", 60)]));
    assert_eq!(exit(&[last]), 8);
    // A genuine path of another record of the same chain.
    let genuine = one.receipt(0, size, &[("north", 60)]).to_string();
    let moved =
        object! { "execert": "material/1", "type": "receipt", "proof": genuine.replacen("index 0", "index 1", 1) };
    assert_eq!(exit(&[moved]), 1);
}

#[test]
fn l15_one_witness_many_times() {
    let chain = sealed(1);
    let size = chain.records.len();
    let two = trust(&["north", "south"], 2);
    let exit = |witnesses: &[(&str, i64)]| {
        let notes: Vec<_> = witnesses
            .iter()
            .map(|one| note(&chain.checkpoint(size, &[*one])))
            .collect();
        look(&chain.bundle(0, &notes), &two, &now()).exit()
    };
    let both = note(&chain.checkpoint(size, &[("north", 60), ("south", 60)]));
    assert_eq!(look(&chain.bundle(0, &[both]), &two, &now()).exit(), 0);
    assert_eq!(exit(&[("north", 60), ("north", 61), ("north", 62)]), 8);
    // The line itself twice in one note.
    let text = chain.checkpoint(size, &[("north", 60)]).to_string();
    let cosigned = text.lines().last().unwrap().to_owned();
    let twice = object! { "execert": "material/1", "type": "checkpoint", "note": format!("{text}{cosigned}\n") };
    assert_ne!(look(&chain.bundle(0, &[twice]), &two, &now()).exit(), 0);
}

#[test]
fn l19_lines_that_are_nothing() {
    let file = lines(&sealed(1).bundle(0, &[]));
    for nothing in [
        &b"\n"[..],
        b" \n",
        b"\t\r\n",
        b"garbage\n",
        b"# a comment\n",
        b"null\n",
        b"[]\n",
        b"{}\n",
        b"\0\n",
    ] {
        for at in 0..=file.len() {
            let mut made = file.clone();
            made.insert(at, nothing.to_vec());
            assert_eq!(
                look(&made.concat(), &trust(&[], 0), &now()).exit(),
                7,
                "{nothing:?} before line {}",
                at + 1
            );
        }
    }
}

/// A ledger 60 times as long: whoever verifies all of it at each append takes 60 times as long. Ten times is allowed, so
/// that a busy machine changes nothing, and the fastest of eight counts.
#[test]
fn l20_an_append_costs_the_same_in_a_long_ledger() {
    let host = common::TestHost::new();
    let recorder = common::open(&host, &common::options("{}"));
    let append = |times: u32| {
        let began = std::time::Instant::now();
        for _ in 0..times {
            recorder.note(&common::json(r#"{"event":"e"}"#)).unwrap();
        }
        began.elapsed()
    };
    let fastest = || (0..8).map(|_| append(2)).min().unwrap();
    let short = fastest();
    append(900);
    let long = fastest();
    assert!(long < short * 10, "{short:?} at first, {long:?} later");
}

#[test]
fn l26_digests_have_32_bytes() {
    assert_eq!(size_of::<execert::digest::Digest>(), 32);
    assert_eq!(size_of::<execert::merkle::Hash>(), 32);
    assert_eq!(execert::digest::Digest::of(b"").to_string().len(), "sha256:".len() + 64);
    assert_eq!(size_of_val(key("record").key().keyid().as_bytes()), 32);
}

#[test]
fn l29_order_is_seq_not_time() {
    let mut chain = Chain::open(1);
    for seconds in [500, 100, 900, 50, 50] {
        let at = support::time(seconds);
        chain.push(Kind::Note, Body::Note { event: "e".into() }, |record| {
            record.recorded_at = at
        });
    }
    chain.seal();
    let report = look(&chain.bundle(0, &[]), &trust(&[], 0), &now());
    let codes: Vec<&str> = report.findings().map(|finding| finding.code.as_str()).collect();
    assert_eq!((report.exit(), codes), (0, vec!["witness.none"]));
}

/// One function decides a signature, and it is the strict one.
#[test]
fn l31_every_path_is_strict() {
    fn sources(folder: &std::path::Path, out: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, out);
            } else {
                out.push(path);
            }
        }
    }
    let mut files = Vec::new();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    for part in ["core/src", "store/src", "cli/src", "bindings-python/src"] {
        sources(&std::path::Path::new(root).join(part), &mut files);
    }
    let mut strict = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(!text.contains("verify_batch") && !text.contains("hazmat"), "{name}");
        if text.contains("ed25519_dalek") || text.contains("verify_strict") {
            strict.push(name);
        }
    }
    assert_eq!(strict, ["key.rs"]);
    let key = std::fs::read_to_string(std::path::Path::new(root).join("core/src/key.rs")).unwrap();
    assert_eq!(key.matches("verify_strict(").count(), 1);
    assert!(
        !key.contains("Verifier"),
        "the trait that is not strict is not even in scope"
    );
}
