//! Withholding and putting back in bundles of the vectors, asked in JSON.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    reason = "each test file uses a part of it"
)]

use execert::canon::{Value, parse, to_jcs};
use execert::disclose::{redact, reveal};
use execert::limits::Limits;
use execert::{Code, Error};

pub const RUN: &str = "019cc320-58f8-77fa-ac64-c655fea88080";

pub fn golden(name: &str) -> Vec<u8> {
    let own = || concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/golden").into();
    let folder = std::env::var_os("EXECERT_VECTORS").map_or_else(own, std::path::PathBuf::from);
    std::fs::read(folder.join(name)).unwrap()
}

pub fn bundle(name: &str) -> Vec<u8> {
    golden(&format!("{name}/input.execert"))
}

pub fn json(text: &str) -> Value {
    parse(text.as_bytes(), &Limits::DOCUMENT).unwrap()
}

/// What comes out, and the counts of fields and records.
pub type Answer = Result<(Vec<u8>, (u64, u64)), Error>;

pub fn counted(answer: Value, out: Vec<u8>) -> (Vec<u8>, (u64, u64)) {
    let number = |name: &str| answer.get(name).and_then(Value::as_int).unwrap();
    assert_eq!(answer.as_object().unwrap().len(), 2);
    (out, (number("fields"), number("records")))
}

pub fn hide(bundle: &[u8], request: &str) -> Answer {
    let mut out = Vec::new();
    redact(&mut &*bundle, &json(request), &mut out).map(|answer| counted(answer, out))
}

pub fn show(bundle: &[u8], source: &[u8], request: &str) -> Answer {
    let mut out = Vec::new();
    reveal(&mut &*bundle, &mut &*source, &json(request), &mut out).map(|answer| counted(answer, out))
}

pub fn refusal(answer: Answer) -> (Code, Option<String>, String) {
    let error = answer.unwrap_err();
    (
        error.code(),
        error.path().map(str::to_owned),
        error.message().to_owned(),
    )
}

pub fn argument(path: &str) -> (Code, Option<String>) {
    (Code::WireBadArgument, Some(path.to_owned()))
}

pub fn lines(file: &[u8]) -> Vec<Value> {
    let line = |line: &[u8]| parse(line, &Limits::LINE).unwrap();
    file.strip_suffix(b"\n")
        .unwrap()
        .split(|b| *b == b'\n')
        .map(line)
        .collect()
}

/// A line of a bundle replaced by what `change` makes of it.
pub fn changed(file: &[u8], at: usize, change: impl FnOnce(&mut execert::canon::Object)) -> Vec<u8> {
    let mut lines = lines(file);
    change(lines[at - 1].as_object_mut().unwrap());
    lines
        .iter()
        .flat_map(|line| [to_jcs(line), b"\n".to_vec()].concat())
        .collect()
}

/// Takes the content away.
pub fn bared(line: &mut execert::canon::Object) {
    for name in ["content", "seed", "index"] {
        line.remove(name);
    }
}

pub fn hidden(file: &[u8], at: usize) -> Vec<String> {
    let line = &lines(file)[at - 1];
    let list = line
        .pointer("/open/hidden")
        .and_then(Value::as_array)
        .unwrap_or_default();
    list.iter().map(|path| path.as_str().unwrap().to_owned()).collect()
}
