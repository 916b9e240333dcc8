//! Sizes at their limit are read, one more is refused: what the golden vectors are too small for.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a test may"
)]

use std::io::{Cursor, Read, repeat};
use std::path::PathBuf;

use execert::bundle::{Reader, RecordLine};
use execert::digest::{b64, unb64};
use execert::{Code, canon, limits};

fn sample() -> serde_json::Value {
    let path = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/vectors/golden/record/forms.jsonl"
    ));
    let text = std::fs::read_to_string(path).unwrap();
    let mut cases = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let case = cases.find(|case| case["name"] == "line whole with index").unwrap();
    serde_json::from_str(case["line"].as_str().unwrap()).unwrap()
}

fn refusal(line: &serde_json::Value) -> Option<(Code, String)> {
    let error = RecordLine::parse(line.to_string().as_bytes()).err()?;
    Some((error.code(), error.path().unwrap_or_default().to_owned()))
}

#[test]
fn payload() {
    let mut line = sample();
    let payload = unb64(line["payload"].as_str().unwrap()).unwrap();
    let mut value = canon::parse(&payload, &limits::Limits::PAYLOAD).unwrap();
    let fill = |value: &mut canon::Value, length: usize| {
        let mut ext = canon::Object::new();
        ext.insert("com.example", "x".repeat(length));
        let predicate = value.as_object_mut().unwrap().get_mut("predicate").unwrap();
        predicate.as_object_mut().unwrap().insert("ext", ext);
        canon::to_jcs(value)
    };
    let empty = fill(&mut value, 0).len();
    let full = fill(&mut value, limits::PAYLOAD_BYTES - empty);
    assert_eq!(full.len(), limits::PAYLOAD_BYTES);
    line["payload"] = b64(&full).into();
    assert_eq!(refusal(&line), None);
    line["payload"] = b64(&fill(&mut value, limits::PAYLOAD_BYTES - empty + 1)).into();
    assert_eq!(refusal(&line), Some((Code::RecordTooLarge, "/payload".to_owned())));
}

#[test]
fn content() {
    let mut line = sample();
    // Two strings, since one may hold 8 MiB only.
    let most = limits::CONTENT_BYTES - r#"{"input":"","output":""}"#.len();
    let half = most / 2;
    line["content"] = serde_json::json!({ "input": "x".repeat(half), "output": "x".repeat(most - half) });
    assert_eq!(refusal(&line), None);
    line["content"] = serde_json::json!({ "input": "x".repeat(half), "output": "x".repeat(most - half + 1) });
    assert_eq!(refusal(&line), Some((Code::CanonTooLarge, "/content".to_owned())));
}

#[test]
fn values() {
    let mut line = sample();
    // The document, the list and its items.
    line["content"] = serde_json::json!({ "input": vec![0; limits::VALUES - 2] });
    assert_eq!(refusal(&line), None);
    line["content"] = serde_json::json!({ "input": vec![0; limits::VALUES - 1] });
    assert_eq!(refusal(&line), Some((Code::CanonTooMany, "/content".to_owned())));
}

#[test]
fn line() {
    // White space counts: a line is as long as it is.
    let text = sample().to_string();
    let padding = limits::LINE_BYTES - text.len();
    let parse = |padding: usize| RecordLine::parse(format!("{text}{}", " ".repeat(padding)).as_bytes());
    assert!(parse(padding).is_ok());
    assert_eq!(parse(padding + 1).unwrap_err().code(), Code::BundleTooLarge);
    // A line without end is given up at the limit, not read into memory.
    let mut endless = Cursor::new(b"{\"x\":\"".to_vec()).chain(repeat(b'x'));
    let error = Reader::new(&mut endless).map(|_| ()).unwrap_err();
    assert_eq!((error.code(), error.line()), (Code::BundleTooLarge, Some((1, 1))));
}

#[test]
fn input_that_fails() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let error = Reader::new(&mut Broken).map(|_| ()).unwrap_err();
    assert_eq!(error.code(), Code::StoreIo);
}
