//! The bundle of one run costs what that run costs, however long the ledger is.
//!
//! `EXECERT_RECORDS=100000 cargo test -p execert-store --test small_run -- --nocapture` prints the figures of a long one.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::arithmetic_side_effects,
    reason = "a test on a real folder"
)]

use std::sync::Arc;
use std::time::Instant;

use execert::canon::Value;
use execert::host::Host;
use execert::key::SecretKey;
use execert::recorder::{Recorder, Run};
use execert::{object, verify};
use execert_store::Native;

/// A run of exactly 50 records: its start, 24 steps of two records, its end.
fn fifty(recorder: &Recorder, name: &str) -> Run {
    let run = recorder.run_open(&Value::Object(object! { "name": name })).unwrap();
    for number in 0..24_u32 {
        let tool = object! { "op": "tool", "name": "crm.lookup", "input": object! { "number": number } };
        let (step, _) = run.step_open(&Value::Object(tool)).unwrap();
        step.close(&Value::Object(object! { "output": object! { "tier": "gold" } }))
            .unwrap();
    }
    run.close(&Value::Object(object! {})).unwrap();
    run
}

#[test]
fn a_run_stays_small() {
    let others: usize = std::env::var("EXECERT_RECORDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(4_000);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let mut seed = [0; 32];
    Native::default().random(&mut seed).unwrap();
    let key = SecretKey::from_seed(seed);
    execert_store::write_key(&path("key"), &key).unwrap();
    let options = object! { "key": path("key"), "durability": "process", "allow_volume": true };
    let host = Arc::new(Native::default());
    let recorder = Recorder::open(host, &path("a.ledger"), &Value::Object(options)).unwrap();

    let run = fifty(&recorder, "ours");
    let threads = 16;
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..others.div_ceil(50 * threads)).for_each(|_| drop(fifty(&recorder, "other"))));
        }
    });
    let seq = recorder.head().unwrap().get("seq").and_then(Value::as_int).unwrap();
    assert!(seq >= u64::try_from(others).unwrap());

    let began = Instant::now();
    let mut bundle = Vec::new();
    run.bundle(&mut bundle).unwrap();
    let took = began.elapsed();
    let entry = object! { "spki": execert::digest::b64(&key.public().spki()), "role": "record", "label": "us", "revocation": "none" };
    let trust = Value::Object(object! { "trust": 1, "keys": vec![Value::Object(entry)] });
    let options = Value::Object(object! { "now": Native::default().now() });
    let report = verify::check(&mut bundle.as_slice(), &trust, &options)
        .unwrap()
        .to_value();
    assert_eq!(report.get("exit").and_then(Value::as_int), Some(0), "{report:?}");
    assert_eq!(report.pointer("/subject/records").and_then(Value::as_int), Some(50));
    assert_eq!(
        report.pointer("/completeness/0/state").and_then(Value::as_str),
        Some("closed")
    );
    assert_eq!(
        report.get("completeness").and_then(Value::as_array).map(<[Value]>::len),
        Some(1)
    );
    println!(
        "one run of 50 out of {seq} records: {} bytes in {took:.1?}",
        bundle.len()
    );
}
