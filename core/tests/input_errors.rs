//! Wrong input gives its code at its place, quickly and without a crash. The names are those of tests/negative.md.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test may"
)]

mod common;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use common::{TestHost, json, open, options};
use execert::canon::{Value, parse, parse_canonical, to_jcs};
use execert::digest::{b64, unb64};
use execert::limits::Limits;
use execert::verify::check;
use execert::{Code, Error, render};

fn refused(text: impl AsRef<[u8]>) -> (Code, String) {
    let error = parse(text.as_ref(), &Limits::DOCUMENT).unwrap_err();
    (error.code(), error.path().unwrap().to_owned())
}

fn golden(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/golden")).join(name)
}

fn document(name: &str) -> Value {
    parse(&fs::read(golden(name)).unwrap(), &Limits::DOCUMENT).unwrap()
}

fn six() -> Vec<u8> {
    fs::read(golden("bundle/six/input.execert")).unwrap()
}

/// The report on a bundle under the trust and options of `bundle/six`.
fn report(bundle: &[u8]) -> Value {
    let (trust, options) = (document("bundle/six/trust.json"), document("bundle/six/options.json"));
    check(&mut { bundle }, &trust, &options).unwrap().to_value()
}

fn first(report: &Value) -> (String, Option<String>) {
    let text = |name: &str| {
        report
            .pointer(&format!("/findings/0/{name}"))
            .unwrap()
            .as_str()
            .map(str::to_owned)
    };
    (text("code").unwrap(), text("path"))
}

/// `bundle/six` with the payload of one line changed as text; signatures stay.
fn with_payload(line: usize, from: &str, to: &str) -> Vec<u8> {
    let file = String::from_utf8(six()).unwrap();
    let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
    let mut value = parse(lines[line].as_bytes(), &Limits::LINE).unwrap();
    let payload = String::from_utf8(unb64(value.get("payload").unwrap().as_str().unwrap()).unwrap()).unwrap();
    assert!(payload.contains(from), "{payload}");
    value
        .as_object_mut()
        .unwrap()
        .insert("payload", b64(payload.replacen(from, to, 1).as_bytes()));
    lines[line] = String::from_utf8(to_jcs(&value)).unwrap();
    lines.join("\n").into_bytes()
}

#[test]
fn n01_empty() {
    assert_eq!(refused(""), (Code::CanonEmpty, String::new()));
    assert_eq!(first(&report(b"")).0, "canon.empty");
}

#[test]
fn n02_byte_order_mark() {
    assert_eq!(refused("\u{feff}{}"), (Code::CanonBom, String::new()));
}

#[test]
fn n03_bytes_after_the_value() {
    assert_eq!(refused("{} x"), (Code::CanonTrailingBytes, String::new()));
    assert_eq!(refused("1 2"), (Code::CanonTrailingBytes, String::new()));
}

#[test]
fn n04_duplicate_member() {
    assert_eq!(
        refused(r#"{"a":{"b":1,"c":2,"b":1}}"#),
        (Code::CanonDuplicateKey, "/a".to_owned())
    );
}

#[test]
fn n05_duplicate_spelled_with_an_escape() {
    assert_eq!(
        refused(r#"[{"ab":1,"\u0061b":2}]"#),
        (Code::CanonDuplicateKey, "/0".to_owned())
    );
}

#[test]
fn n06_lone_surrogate() {
    for text in [
        r#"["\ud800"]"#,
        r#"["\udc00"]"#,
        r#"["\ud800\u0041"]"#,
        r#"["\ud800\ud800"]"#,
    ] {
        assert_eq!(refused(text), (Code::CanonLoneSurrogate, "/0".to_owned()), "{text}");
    }
}

#[test]
fn n07_not_utf8() {
    for bytes in [
        &b"[\"\xff\"]"[..],
        b"[\"\xc0\x80\"]",
        b"[\"\xed\xa0\x80\"]",
        b"[\"\xf4\x90\x80\x80\"]",
        b"\xe2\x82",
    ] {
        assert_eq!(refused(bytes), (Code::CanonNotUtf8, String::new()), "{bytes:?}");
    }
}

#[test]
fn n08_control_characters_in_names_are_data() {
    let value = parse(br#"{"\u0000":1,"\u001b[31m":2,"\u202e":3}"#, &Limits::DOCUMENT).unwrap();
    assert_eq!(value.get("\0").and_then(Value::as_int), Some(1));
    let written = to_jcs(&value);
    assert!(!written.iter().any(|byte| *byte < 0x20), "written with escapes");
    assert_eq!(parse(&written, &Limits::DOCUMENT).unwrap(), value);
    let shown = render::clean("\0\u{1b}[31m\u{202e}", render::Sink::Terminal, 100);
    assert!(
        shown.chars().all(|letter| !letter.is_control() && letter != '\u{202e}'),
        "{shown:?}"
    );
}

#[test]
fn n09_depth_65() {
    let text = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(text(64).as_bytes(), &Limits::DOCUMENT).is_ok());
    assert_eq!(refused(text(65)), (Code::CanonTooDeep, "/0".repeat(64)));
}

/// As text here; as a built object in the tests of the Python package.
#[test]
fn n10_depth_100_000() {
    let began = Instant::now();
    assert_eq!(refused("[".repeat(100_000)), (Code::CanonTooDeep, "/0".repeat(64)));
    assert_eq!(
        refused("{\"a\":".repeat(100_000)),
        (Code::CanonTooDeep, "/a".repeat(64))
    );
    assert!(began.elapsed() < Duration::from_secs(60));
}

#[test]
fn n11_too_many() {
    let members = |n: u32| {
        format!(
            "{{{}}}",
            (0..n).map(|k| format!("\"{k}\":0")).collect::<Vec<_>>().join(",")
        )
    };
    assert!(parse(members(10_000).as_bytes(), &Limits::DOCUMENT).is_ok());
    assert_eq!(refused(members(10_001)), (Code::CanonTooMany, String::new()));
    let values = |n: usize| format!("[{}]", vec!["0"; n].join(","));
    assert!(parse(values(199_999).as_bytes(), &Limits::DOCUMENT).is_ok());
    assert_eq!(refused(values(200_000)), (Code::CanonTooMany, "/199999".to_owned()));
}

#[test]
fn n12_string_one_byte_over() {
    let text = |n: usize| format!("[\"{}\"]", "x".repeat(n));
    assert!(parse(text(8_388_608).as_bytes(), &Limits::DOCUMENT).is_ok());
    assert_eq!(refused(text(8_388_609)), (Code::CanonTooLarge, "/0".to_owned()));
}

#[test]
fn n13_integer_that_is_no_double() {
    assert_eq!(
        refused(r#"{"n":9007199254740993}"#),
        (Code::CanonNumberNotExact, "/n".to_owned())
    );
    assert!(parse(b"100000000000000000000", &Limits::DOCUMENT).is_ok());
}

#[test]
fn n14_numbers_out_of_range() {
    assert_eq!(refused("[1e400]"), (Code::CanonNotFinite, "/0".to_owned()));
    assert_eq!(refused("[NaN]"), (Code::CanonSyntax, "/0".to_owned()));
    assert_eq!(refused("[1e-400]"), (Code::CanonNumberNotExact, "/0".to_owned()));
    assert_eq!(Value::number(f64::NAN).unwrap_err().code(), Code::CanonNotFinite);
    assert_eq!(
        parse_canonical(b"[-0]", &Limits::PAYLOAD).unwrap_err().code(),
        Code::CanonNotCanonical
    );
    assert_eq!(to_jcs(&Value::number(-0.0).unwrap()), b"0", "a live -0.0 is written 0");
}

#[test]
fn n17_compressed() {
    for magic in [&b"\x1f\x8b\x08\x00"[..], b"PK\x03\x04", b"\x28\xb5\x2f\xfd"] {
        assert_eq!(
            first(&report(&[magic, &six()].concat())).0,
            "bundle.malformed",
            "{magic:?}"
        );
    }
}

#[test]
fn n19_counts() {
    let count = |to: &str| first(&report(&with_payload(0, r#""count":6"#, &format!(r#""count":{to}"#))));
    let path = Some("/payload/predicate/records/count".to_owned());
    assert_eq!(
        count("9223372036854775808"),
        ("canon.number_not_exact".to_owned(), path.clone())
    );
    assert_eq!(count("-1"), ("bundle.malformed".to_owned(), path));
    assert_eq!(count("6.0").0, "canon.not_canonical");
}

#[test]
fn n20_signatures() {
    let with = |n: usize| {
        let file = String::from_utf8(six()).unwrap();
        let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
        let line = lines.len() - 2;
        let mut value = parse(lines[line].as_bytes(), &Limits::LINE).unwrap();
        let one = value.pointer("/signatures/0").unwrap().clone();
        value
            .as_object_mut()
            .unwrap()
            .insert("signatures", Value::Array(vec![one; n]));
        lines[line] = String::from_utf8(to_jcs(&value)).unwrap();
        first(&report(lines.join("\n").as_bytes())).0
    };
    assert_eq!(with(17), "bundle.too_many");
    let one = r#"{"keyid":0,"sig":0}"#;
    let million = format!(
        r#"{{"payload":"","payloadType":"","signatures":[{}]}}"#,
        vec![one; 1_000_000].join(",")
    );
    let began = Instant::now();
    let found = first(&report(million.as_bytes())).0;
    assert!(found == "canon.too_many" || found == "bundle.too_large", "{found}");
    assert!(began.elapsed() < Duration::from_secs(60));
}

/// At every level of a record and of a manifest; that of all other lines is in the tests of tampering.
#[test]
fn n21_unknown_members() {
    let mut at = 0;
    for (line, code) in [(0, "bundle.unknown_member"), (1, "record.unknown_member")] {
        let file = String::from_utf8(six()).unwrap();
        let lines: Vec<&str> = file.lines().collect();
        let line = if line == 0 { 0 } else { lines.len() - 3 };
        let value = parse(lines[line].as_bytes(), &Limits::LINE).unwrap();
        let payload = unb64(value.get("payload").unwrap().as_str().unwrap()).unwrap();
        let text = String::from_utf8(payload).unwrap();
        // Members are sorted: "zz" is the last one of each object.
        for (place, _) in text.match_indices('}') {
            let (before, after) = text.split_at(place);
            let comma = if before.ends_with('{') { "" } else { "," };
            let grown = format!("{before}{comma}\"zz\":0{after}");
            let mut value = value.clone();
            value.as_object_mut().unwrap().insert("payload", b64(grown.as_bytes()));
            let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            lines[line] = String::from_utf8(to_jcs(&value)).unwrap();
            let (found, path) = first(&report(lines.join("\n").as_bytes()));
            assert!(path.unwrap().ends_with("/zz"));
            assert_eq!(found, code);
            at += 1;
        }
    }
    assert!(at > 10, "{at}");
}

#[test]
fn n22_unknown_versions() {
    let records = six().split(|byte| *byte == b'\n').count() - 3;
    for (from, to, path) in [
        (r#""version":1"#, r#""version":2"#, "/payload/predicate/version"),
        (
            "https://in-toto.io/Statement/v1",
            "https://in-toto.io/Statement/v2",
            "/payload/_type",
        ),
        (
            "https://execert.dev/record/v1",
            "https://execert.dev/record/v9",
            "/payload/predicateType",
        ),
    ] {
        let found = first(&report(&with_payload(records, from, to)));
        assert_eq!(found, ("record.version_unknown".to_owned(), Some(path.to_owned())));
    }
    let other = String::from_utf8(six())
        .unwrap()
        .replace("application/vnd.in-toto+json", "application/json");
    assert_eq!(
        first(&report(other.as_bytes())),
        ("record.version_unknown".to_owned(), Some("/payloadType".to_owned()))
    );
}

#[test]
fn n23_key_that_is_not_in_trust() {
    let options = document("bundle/six/options.json");
    let found = check(&mut six().as_slice(), &json(r#"{"trust":1,"keys":[]}"#), &options).unwrap();
    assert_eq!(found.exit(), 3);
    assert!(found.findings().any(|it| it.code == Code::KeyUnknown));
}

#[test]
fn n24_small_order_key_in_trust() {
    for raw in [[0; 32], {
        let mut one = [0; 32];
        one[0] = 1;
        one
    }] {
        let spki = [
            &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00],
            &raw[..],
        ]
        .concat();
        let trust = json(&format!(
            r#"{{"trust":1,"keys":[{{"spki":"{}","role":"record","label":"weak"}}]}}"#,
            b64(&spki)
        ));
        let error = check(&mut six().as_slice(), &trust, &document("bundle/six/options.json")).unwrap_err();
        assert_eq!(error.code(), Code::KeyWeak);
    }
}

#[test]
fn n25_genuine_cosignature_over_another_head() {
    let folder = "bundle/witness-other-content_fail";
    let bundle = fs::read(golden(folder).join("input.execert")).unwrap();
    let (trust, options) = (
        document(&format!("{folder}/trust.json")),
        document(&format!("{folder}/options.json")),
    );
    let found = check(&mut bundle.as_slice(), &trust, &options).unwrap();
    assert_eq!(found.exit(), 1);
    assert!(found.findings().any(|it| it.code == Code::WitnessOtherContent));
}

const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "<svg onload=alert(1)>",
    "\u{1b}[2J\u{1b}[31m",
    "\u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{7}",
    "\u{202e}gpj.exe\u{2066}",
    "a\r\nVERIFIED\u{0}\u{9b}1m",
];

/// As names and values of content, that then was changed: its pointers are in the report and on the page.
#[test]
fn n29_hostile_text() {
    let host = TestHost::new();
    let recorder = open(&host, &options("{}"));
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let mut input = execert::canon::Object::new();
    HOSTILE.iter().for_each(|text| drop(input.insert(*text, *text)));
    // One value stays, so that the others can be named.
    input.insert("kept", 1);
    let mut step = json(r#"{"op":"step","name":"s"}"#);
    step.as_object_mut().unwrap().insert("input", Value::Object(input));
    run.step_open(&step).unwrap().0.close(&json("{}")).unwrap();
    run.close(&json("{}")).unwrap();
    let mut bundle = Vec::new();
    run.bundle(&mut bundle).unwrap();
    let changed: Vec<Vec<u8>> = bundle
        .split(|byte| *byte == b'\n')
        .map(|line| match parse(line, &Limits::LINE) {
            Ok(mut value)
                if value
                    .pointer("/content/input")
                    .is_some_and(|input| input.as_object().is_some()) =>
            {
                let content = value.as_object_mut().unwrap().get_mut("content").unwrap();
                let input = content
                    .as_object_mut()
                    .unwrap()
                    .get_mut("input")
                    .unwrap()
                    .as_object_mut()
                    .unwrap();
                HOSTILE.iter().for_each(|text| drop(input.insert(*text, "x")));
                to_jcs(&value)
            }
            _ => line.to_vec(),
        })
        .collect();
    let options = json(r#"{"now":"2026-03-20T00:00:00.000Z"}"#);
    let trust = json(r#"{"trust":1,"keys":[]}"#);
    let found = check(&mut changed.join(&b'\n').as_slice(), &trust, &options).unwrap();
    assert_eq!(found.exit(), 1);
    let paths: Vec<&str> = found.findings().filter_map(|it| it.path.as_deref()).collect();
    assert_eq!(
        paths.iter().filter(|path| path.starts_with("/input/")).count(),
        HOSTILE.len(),
        "{paths:?}"
    );
    assert!(!found.to_jcs().iter().any(|byte| *byte < 0x20 && *byte != b'\n'));
    let page = render::text(
        &found.to_value(),
        &render::Subject {
            name: HOSTILE[2],
            trust: HOSTILE[4],
            plain: true,
        },
    )
    .plain_text();
    let bad = |letter: char| {
        (letter.is_control() && letter != '\n')
            || ('\u{202a}'..='\u{202e}').contains(&letter)
            || ('\u{2066}'..='\u{2069}').contains(&letter)
    };
    assert!(!page.contains(bad), "{page:?}");
    assert!(!page.lines().any(|line| line.starts_with("VERIFIED")));
}

fn code<T>(result: Result<T, Error>) -> (Code, Option<String>) {
    let error = result.err().unwrap();
    (error.code(), error.path().map(str::to_owned))
}

#[test]
fn n41_reserved_members() {
    let host = TestHost::new();
    let recorder = open(&host, &options("{}"));
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    for name in ["seq", "prev", "digest", "chain"] {
        let told = (Code::RecorderReservedMember, Some(format!("/{name}")));
        assert_eq!(
            code(run.step_open(&json(&format!(r#"{{"op":"step","name":"s","{name}":1}}"#)))),
            told
        );
        assert_eq!(
            code(recorder.note(&json(&format!(r#"{{"event":"e","{name}":1}}"#)))),
            told
        );
        // Inside content it is data.
        run.step_open(&json(&format!(r#"{{"op":"step","name":"s","input":{{"{name}":1}}}}"#)))
            .unwrap();
    }
}

#[test]
fn n42_source_by_the_caller() {
    let host = TestHost::new();
    let run = open(&host, &options("{}")).run_open(&json(r#"{"name":"r"}"#)).unwrap();
    for name in ["source", "sources", "capture"] {
        let told = (Code::RecorderSourceRefused, Some(format!("/{name}")));
        assert_eq!(
            code(run.step_open(&json(&format!(r#"{{"op":"step","name":"s","{name}":"observed"}}"#)))),
            told
        );
    }
}

#[test]
fn n43_use_after_close() {
    let host = TestHost::new();
    let recorder = open(&host, &options("{}"));
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let (step, _) = run.step_open(&json(r#"{"op":"step","name":"s"}"#)).unwrap();
    run.close(&json("{}")).unwrap();
    assert_eq!(code(step.close(&json("{}"))).0, Code::RecorderClosed);
    assert_eq!(
        code(run.step_open(&json(r#"{"op":"step","name":"s"}"#))).0,
        Code::RecorderClosed
    );
    assert_eq!(code(run.close(&json("{}"))).0, Code::RecorderClosed);
    recorder.close().unwrap();
    assert_eq!(code(recorder.head()).0, Code::RecorderClosed);
    assert_eq!(
        code(recorder.run_open(&json(r#"{"name":"r"}"#))).0,
        Code::RecorderClosed
    );
    assert_eq!(code(recorder.close()).0, Code::RecorderClosed);
}
