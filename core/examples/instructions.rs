//! Work that is the same each time, for counting its instructions (`tests/bench/instructions.py`): fixed seeds and
//! clocks, one thread. What is counted is what happens inside the functions called `counted_…`.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for tests")]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::hint::black_box;

use common::{TestHost, json, options};
use execert::canon::{Value, parse, to_jcs};
use execert::content::{Seed, Tree};
use execert::limits::Limits;
use execert::privacy::Profile;
use execert::recorder::{Recorder, Run};
use execert::{disclose, object, verify};
use support::{Chain, now, trust};

const SEED: Seed = [7; 32];

/// Messages and data, as an agent has them: about 16 KB.
fn document() -> Value {
    let mut text = String::from("[");
    for n in 0..60 {
        let turn =
            r#"{"role":"user","content":"My order has not arrived \u2014 \"paid\", says the bill.","total":129.5,"#;
        write!(text, r#"{turn}"id":{n},"ok":true,"none":null,"tags":["a","b{n}"]}},"#).unwrap();
    }
    text.pop();
    text.push(']');
    let messages = parse(text.as_bytes(), &Limits::DOCUMENT).unwrap();
    Value::Object(object! { "input": messages })
}

fn prose(size: usize) -> String {
    let line = "The committee agreed, after a long discussion, that the report is to be published in March. ";
    line.repeat(size / line.len() + 1).chars().take(size).collect()
}

#[inline(never)]
fn counted_canon_read(text: &[u8]) -> Value {
    parse(text, &Limits::DOCUMENT).unwrap()
}

#[inline(never)]
fn counted_canon_write(value: &Value) -> Vec<u8> {
    to_jcs(value)
}

#[inline(never)]
fn counted_content_tree(value: &Value) -> [u8; 32] {
    Tree::whole(value, &SEED).root()
}

#[inline(never)]
fn counted_secret_scan(profile: &Profile, value: &Value) -> usize {
    profile.hide(value).len()
}

#[inline(never)]
fn counted_note_1_kb(run: &Run, note: &Value) {
    black_box(run.note(note).unwrap());
}

#[inline(never)]
fn counted_note_100_kb(run: &Run, note: &Value) {
    black_box(run.note(note).unwrap());
}

#[inline(never)]
fn counted_tool_step(run: &Run, open: &Value, close: &Value) {
    let (step, _) = run.step_open(open).unwrap();
    black_box(step.close(close).unwrap());
}

#[inline(never)]
fn counted_export_50_records(run: &Run) -> Vec<u8> {
    let mut out = Vec::new();
    run.bundle(&mut out).unwrap();
    out
}

#[inline(never)]
fn counted_verify_100_records(bundle: &[u8], trust: &Value, options: &Value) -> String {
    verify::check(&mut &bundle[..], trust, options)
        .unwrap()
        .verdict()
        .to_string()
}

#[inline(never)]
fn counted_redact_100_records(bundle: &[u8], request: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    disclose::redact(&mut &bundle[..], request, &mut out).unwrap();
    out
}

/// Where the counting of one piece of work ends.
#[inline(never)]
fn counted_end() {
    black_box(());
}

fn ended<T>(value: T) -> T {
    counted_end();
    value
}

fn main() {
    let (document, profile) = (document(), Profile::default());
    let text = ended(counted_canon_write(&document));
    assert_eq!(ended(counted_canon_read(&text)), document);
    black_box(ended(counted_content_tree(&document)));
    assert_eq!(ended(counted_secret_scan(&profile, &document)), 0);

    let recorder = Recorder::open(TestHost::new(), "memory:a", &options("{}")).unwrap();
    let run = recorder.run_open(&json(r#"{"name":"count"}"#)).unwrap();
    let note = |size| Value::Object(object! { "kind": "note", "event": "seen", "input": prose(size) });
    let (small, large) = (note(1 << 10), note(100 << 10));
    // The first of each sets up what lasts.
    run.note(&note(10)).unwrap();
    counted_note_1_kb(&run, &small);
    counted_end();
    counted_note_100_kb(&run, &large);
    counted_end();
    let open = json(r#"{"op":"tool","name":"crm.lookup","input":{"customer":"c-17","fields":["tier","city"]}}"#);
    let close = json(r#"{"output":{"tier":"gold","city":"Ghent"}}"#);
    for _ in 0..22 {
        run.step_open(&open).unwrap().0.close(&close).unwrap();
    }
    counted_tool_step(&run, &open, &close);
    counted_end();
    run.close(&json("{}")).unwrap();
    let exported = ended(counted_export_50_records(&run));

    let mut chain = Chain::open(1);
    let run = chain.run();
    for _ in 0..49 {
        chain.pair(run);
    }
    chain.end(run);
    let bundle = chain.run_bundle(&[run], &[]);
    let (trust, now) = (trust(&[], 0), now());
    let verdict = ended(counted_verify_100_records(&bundle, &trust, &now));
    let request = json(r#"{"redact":1,"hide":[{"paths":["/input/of"]}]}"#);
    let redacted = ended(counted_redact_100_records(&bundle, &request));
    println!("{verdict}, {} bytes, {} bytes", redacted.len(), exported.len());
}
