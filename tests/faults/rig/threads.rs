//! Many threads and processes on one ledger: one dense chain, every run dense in itself.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Barrier;

use execert::canon::Value;
use execert::recorder::{Recorder, Run};
use execert::{Code, Result};

use crate::inspect::{predicates, settle, verifies};
use crate::results::figure;
use crate::work::{json, pay, recorder, told};
use crate::{deep, job};

const THREADS: u64 = 8;
const PROCESSES: u64 = 8;

/// One run of so many steps: two records each, and its two ends.
fn steps(recorder: &Recorder, each: u64) {
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    for _ in 0..each {
        let (step, _) = run.step_open(&json(r#"{"op":"step","name":"s"}"#)).unwrap();
        step.close(&json("{}")).unwrap();
    }
    run.close(&json("{}")).unwrap();
}

fn together(recorder: &Recorder, threads: u64, each: u64) {
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| steps(recorder, each));
        }
    });
}

/// Child: eight threads on one recorder.
pub(crate) fn child(at: &Path, each: u64) {
    let recorder = recorder(at).unwrap();
    together(&recorder, THREADS, each);
    recorder.close().unwrap();
}

/// Every run has its records, one after another, and all of the chain verifies.
fn dense(at: &Path, runs: u64, each: u64, place: &str) {
    let seen = settle(at, &[], place);
    let mut found: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for told in predicates(at) {
        if let Some(run) = told.get("run") {
            let id = run.get("id").and_then(Value::as_str).unwrap().to_owned();
            found
                .entry(id)
                .or_default()
                .push(run.get("seq").and_then(Value::as_int).unwrap());
        }
    }
    assert_eq!(u64::try_from(found.len()).unwrap(), runs);
    let wanted: Vec<u64> = (0..2 + 2 * each).collect();
    assert!(found.values().all(|seqs| *seqs == wanted), "{place}");
    assert!(seen.records > runs * (2 + 2 * each));
    figure("concurrent_records", seen.records);
    verifies(at, place);
}

/// N38, F7: 8 processes of 8 threads; 1,000 records each in the long round.
pub(crate) fn processes() -> std::result::Result<(), String> {
    let each = if deep() { 62 } else { 3 };
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    recorder(&at).unwrap().close().unwrap();
    let children: Vec<_> = (0..PROCESSES)
        .map(|_| job(&format!("threads {each}"), &at).spawn().unwrap())
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    dense(&at, PROCESSES * THREADS, each, "eight processes");
    Ok(())
}

/// N55: 64 and 100 threads; 1,000 records each in the long round.
pub(crate) fn threads() -> std::result::Result<(), String> {
    for threads in [64, 100] {
        let each = if deep() { 499 } else { 2 };
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("acme.ledger");
        let recorder = recorder(&at).unwrap();
        together(&recorder, threads, each);
        recorder.close().unwrap();
        drop(recorder);
        dense(&at, threads, each, "threads");
    }
    Ok(())
}

fn ask(run: &Run, amount: u64) -> Result<(u64, bool)> {
    let mut call = pay(amount);
    if let Value::Object(call) = &mut call {
        call.insert("request_id", "q-1");
    }
    let (step, answer) = run.step_open(&call)?;
    Ok((told(&answer).0, step.claim().is_ok()))
}

/// F10: one record and one right to act, however many ask at once.
pub(crate) fn request() -> std::result::Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    let recorder = recorder(&at).unwrap();
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let (first, _) = run.step_open(&json(r#"{"op":"step","name":"before"}"#)).unwrap();
    first.close(&json("{}")).unwrap();
    let start = Barrier::new(100);
    let answers: Vec<Result<(u64, bool)>> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..100)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    ask(&run, 1)
                })
            })
            .collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let rights = answers.iter().filter(|answer| matches!(answer, Ok((_, true)))).count();
    assert_eq!(rights, 1, "the act may be run once: {answers:?}");
    let seqs: std::collections::BTreeSet<u64> = answers.iter().flatten().map(|(seq, _)| *seq).collect();
    assert_eq!(seqs.len(), 1);
    let others = answers.iter().filter_map(|answer| answer.as_ref().err());
    assert!(
        others
            .map(execert::Error::code)
            .all(|code| code == Code::GatePermitReused)
    );
    assert_eq!(ask(&run, 2).unwrap_err().code(), Code::StoreRequestReused);
    run.close(&json("{}")).unwrap();
    recorder.close().unwrap();
    drop((run, recorder));
    let all = predicates(&at);
    let intents = all.iter().filter(|told| told.get("decision").is_some());
    assert_eq!(intents.count(), 1);
    verifies(&at, "one request");
    Ok(())
}
