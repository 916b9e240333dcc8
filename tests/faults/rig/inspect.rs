//! What must hold after any fault, read from the ledger with as little help as possible.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use execert::canon::{Value, parse};
use execert::digest::unb64;
use execert::host::Host as _;
use execert::limits::Limits;
use execert_store::Native;

use crate::common::whole;
use crate::work::{effects, recorder, trust};

/// What was found; all of it is a figure.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) records: u64,
    pub(crate) lost: u64,
    pub(crate) effects: u64,
    pub(crate) effects_without_intent: u64,
    pub(crate) marks: u64,
}

/// What a child said: acknowledged records, and codes of errors. A last line without its end was never said.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) acknowledged: Vec<(u64, String)>,
    pub(crate) errors: Vec<String>,
    pub(crate) calls: u64,
}

pub(crate) fn said(text: &str) -> Said {
    let mut out = Said::default();
    let whole = text.rfind('\n').map_or("", |end| text.get(..end).unwrap_or_default());
    for line in whole.lines() {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["ack", seq, digest] => out.acknowledged.push((seq.parse().unwrap(), (*digest).to_owned())),
            ["error", code, ..] => out.errors.push((*code).to_owned()),
            ["call"] => out.calls += 1,
            _ => {}
        }
    }
    out
}

/// Opens the ledger as its owner would after a crash, which settles what the dead left, and reads everything.
pub(crate) fn settle(at: &Path, acknowledged: &[(u64, String)], place: &str) -> Seen {
    let began = Instant::now();
    let recorder = recorder(at).unwrap_or_else(|error| panic!("{place}: {error}"));
    let took = began.elapsed();
    assert!(took < Duration::from_secs(30), "{place}: opening took {took:?}");
    recorder.close().unwrap();
    drop(recorder);
    read(at, acknowledged, place)
}

fn read(at: &Path, acknowledged: &[(u64, String)], place: &str) -> Seen {
    let ledger = execert_store::open_read(at.to_str().unwrap()).unwrap();
    let mut seen = Seen {
        records: whole(&*ledger),
        ..Seen::default()
    };
    let mut digests: BTreeMap<u64, String> = BTreeMap::new();
    let (mut intents, mut permitted) = (BTreeMap::new(), BTreeSet::new());
    let mut runs: BTreeMap<String, u64> = BTreeMap::new();
    ledger
        .read_range(0, u64::MAX, &mut |row| {
            digests.insert(row.seq, row.digest.to_string());
            let told = predicate(&row.envelope);
            let text = |path: &str| told.pointer(path).and_then(Value::as_str).map(str::to_owned);
            let run = text("/run/id");
            match text("/kind").as_deref() {
                Some("run.start") => drop(runs.insert(run.unwrap(), 0)),
                Some("run.end") => *runs.get_mut(&run.unwrap()).unwrap() += 1,
                _ => {}
            }
            match text("/phase").as_deref() {
                Some("intent") => {
                    intents.insert(row.seq, 0_u64);
                    if text("/decision/verdict").as_deref() == Some("allow") {
                        permitted.insert((row.seq, row.digest.to_string()));
                    }
                }
                Some("outcome") => {
                    let links = told.get("links").and_then(Value::as_array).unwrap();
                    let intent = links
                        .iter()
                        .find_map(|link| link.get("seq"))
                        .and_then(Value::as_int)
                        .unwrap();
                    *intents
                        .get_mut(&intent)
                        .unwrap_or_else(|| panic!("{place}: an outcome of no intent")) += 1;
                    let body = row.content.as_deref().map(|row| parse(row, &Limits::LINE).unwrap());
                    let mark = body
                        .as_ref()
                        .and_then(|row| row.pointer("/content/text"))
                        .and_then(Value::as_str);
                    if text("/status").as_deref() == Some("unknown") && mark == Some("orphaned") {
                        seen.marks += 1;
                    }
                }
                _ => {}
            }
            Ok(())
        })
        .unwrap();
    for (seq, outcomes) in intents {
        assert_eq!(outcomes, 1, "{place}: intent {seq} has {outcomes} outcomes");
    }
    for (run, ends) in runs {
        assert_eq!(ends, 1, "{place}: run {run} has {ends} ends");
    }
    for (seq, digest) in acknowledged {
        if digests.get(seq) != Some(digest) {
            println!("{place}: record {seq} {digest} was acknowledged and is lost");
            seen.lost += 1;
        }
    }
    let lines = std::fs::read_to_string(effects(at)).unwrap_or_default();
    for line in lines.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
        seen.effects += 1;
        let (seq, digest) = line.split_once(' ').unwrap();
        if !permitted.contains(&(seq.parse().unwrap(), digest.to_owned())) {
            println!("{place}: the effect of {seq} {digest} has no intent");
            seen.effects_without_intent += 1;
        }
    }
    seen
}

/// The predicate of a stored record.
pub(crate) fn predicate(envelope: &[u8]) -> Value {
    let envelope = parse(envelope, &Limits::LINE).unwrap();
    let payload = unb64(envelope.get("payload").and_then(Value::as_str).unwrap()).unwrap();
    let statement = parse(&payload, &Limits::PAYLOAD).unwrap();
    statement.get("predicate").unwrap().clone()
}

/// The whole ledger passes its check, and its chain verifies as evidence under trust in the key alone.
pub(crate) fn verifies(at: &Path, place: &str) {
    execert_store::check(at.to_str().unwrap(), false).unwrap_or_else(|error| panic!("{place}: {error}"));
    let recorder = recorder(at).unwrap();
    let mut bundle = Vec::new();
    recorder
        .export(&crate::work::json(r#"{"chain":true}"#), &mut bundle)
        .unwrap();
    recorder.close().unwrap();
    drop(recorder);
    // The chain goes on, so its end is not proven; everything else holds.
    let now = Native::default().now();
    let options = Value::Object(execert::object! { "now": now, "allow_open": true });
    let report = execert::verify::check(&mut bundle.as_slice(), &trust(), &options).unwrap();
    let codes: Vec<&str> = report.findings().map(|found| found.code.as_str()).collect();
    assert_eq!(report.exit(), 0, "{place}: {codes:?}");
}

/// The predicates of all records, in order.
pub(crate) fn predicates(at: &Path) -> Vec<Value> {
    let ledger = execert_store::open_read(at.to_str().unwrap()).unwrap();
    let mut all = Vec::new();
    ledger
        .read_range(0, u64::MAX, &mut |row| {
            all.push(predicate(&row.envelope));
            Ok(())
        })
        .unwrap();
    all
}
