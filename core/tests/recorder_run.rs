//! A run from opening to bundle: what is written is what a strict reader accepts.
#![allow(
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail"
)]

mod common;

use common::{TestHost, json, open, options, read, with_policy};
use execert::Code;
use execert::record::{Body, Capture, Kind, Phase, Source, Status};

#[test]
fn two_tools_and_a_refusal() {
    let host = TestHost::new();
    let recorder = open(&host, &with_policy());
    let run = recorder
        .run_open(&json(r#"{"name":"refund-4471","input":{"ticket":4471}}"#))
        .unwrap();
    let (step, answer) = run
        .step_open(&json(
            r#"{"op":"tool","name":"crm.lookup","input":{"customer":"c-17"},"call_id":"call_1"}"#,
        ))
        .unwrap();
    assert_eq!(step.input(), &json(r#"{"customer":"c-17"}"#));
    assert_eq!(answer.pointer("/decision/verdict").unwrap().as_str(), Some("allow"));
    step.close(&json(r#"{"output":{"tier":"gold"},"usage":{"duration_us":12}}"#))
        .unwrap();
    let (permit, _) = run
        .step_open(&json(
            r#"{"op":"permit","name":"payments.refund","input":{"amount":90,"order":"o-9"}}"#,
        ))
        .unwrap();
    permit.claim().unwrap();
    permit
        .close(&json(
            r#"{"error":{"type":"Timeout","message":"no answer"},"failure":"timeout"}"#,
        ))
        .unwrap();
    let refused = run
        .step_open(&json(r#"{"op":"tool","name":"rm","input":{"path":"/"}}"#))
        .unwrap_err();
    assert_eq!(refused.code(), Code::PolicyDenied);
    let closed = run.close(&json(r#"{"output":{"done":true}}"#)).unwrap();
    assert_eq!(closed.get("records").unwrap().as_int(), Some(7));

    let mut bundle = Vec::new();
    let told = run.bundle(&mut bundle).unwrap();
    assert_eq!(told.get("records").unwrap().as_int(), Some(7));
    assert_eq!(told.get("bytes").unwrap().as_int(), Some(bundle.len() as u64));
    let (manifest, records) = read(&bundle);
    assert_eq!(
        manifest.digest.to_string(),
        told.get("bundle").unwrap().as_str().unwrap()
    );
    assert!(manifest.index);
    let kinds: Vec<_> = records
        .iter()
        .map(|r| (r.record.kind, r.record.phase, r.record.status))
        .collect();
    assert_eq!(
        kinds,
        [
            (Kind::RunStart, Phase::Single, Some(Status::Ok)),
            (Kind::ToolCall, Phase::Intent, None),
            (Kind::ToolCall, Phase::Outcome, Some(Status::Ok)),
            (Kind::ToolCall, Phase::Intent, None),
            (Kind::ToolCall, Phase::Outcome, Some(Status::Failed)),
            (Kind::ToolCall, Phase::Single, Some(Status::Blocked)),
            (Kind::RunEnd, Phase::Single, Some(Status::Ok)),
        ]
    );
    let intent = &records[1].record;
    assert_eq!(intent.capture, Capture::Enforced);
    let observed = |place: &str| (place.to_owned(), Source::Observed);
    assert_eq!(intent.content.sources, [observed("/input"), observed("/request")]);
    assert_eq!(records[2].record.content.sources, [observed("/output")]);
    assert_eq!(
        intent.runtime,
        Some(records[0].digest),
        "the run's first record says what ran here"
    );
    let Body::RunEnd(end) = &records[6].record.body else {
        panic!("the last record is a run.end")
    };
    assert_eq!((end.records, end.steps, end.enforced, end.observed), (7, 3, 6, 0));
    recorder.close().unwrap();
    assert_eq!(recorder.head().unwrap_err().code(), Code::RecorderClosed);
}

#[test]
fn ungated_steps_and_the_whole_chain() {
    let host = TestHost::new();
    let recorder = open(&host, &options("{}"));
    let run = recorder.run_open(&json(r#"{"name":"plain"}"#)).unwrap();
    let (step, answer) = run
        .step_open(&json(r#"{"op":"step","name":"parse","input":{"mail":"x"}}"#))
        .unwrap();
    assert!(answer.get("decision").is_none());
    step.close(&json("{}")).unwrap();
    assert_eq!(step.close(&json("{}")).unwrap_err().code(), Code::RecorderClosed);
    run.close(&json("{}")).unwrap();
    recorder.seal().unwrap();
    let mut bundle = Vec::new();
    recorder.export(&json(r#"{"chain":true}"#), &mut bundle).unwrap();
    let (_, records) = read(&bundle);
    let kinds: Vec<_> = records.iter().map(|r| r.record.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "chain.open",
            "run.start",
            "code",
            "code",
            "run.end",
            "heartbeat",
            "chain.seal"
        ]
    );
    assert_eq!(records[2].record.capture, Capture::Observed);
    let again = recorder.run_open(&json(r#"{"name":"late"}"#)).err().unwrap();
    assert_eq!(again.code(), Code::RecorderClosed, "nothing follows the seal");
}

#[test]
fn the_same_host_gives_the_same_bytes() {
    let make = || {
        let host = TestHost::new();
        let recorder = open(&host, &with_policy());
        let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
        let (step, _) = run
            .step_open(&json(r#"{"op":"tool","name":"crm.a","input":{}}"#))
            .unwrap();
        step.close(&json(r#"{"output":1}"#)).unwrap();
        run.close(&json("{}")).unwrap();
        let mut bundle = Vec::new();
        run.bundle(&mut bundle).unwrap();
        bundle
    };
    assert_eq!(make(), make());
}

#[test]
fn usage_without_numbers_is_left_out() {
    let recorder = open(&TestHost::new(), &with_policy());
    let run = recorder.run_open(&json(r#"{"name":"empty"}"#)).unwrap();
    let call = json(r#"{"op":"tool","name":"crm.lookup","input":{"customer":"c-17"}}"#);
    let (step, _) = run.step_open(&call).unwrap();
    step.close(&json(r#"{"output":{},"usage":{}}"#)).unwrap();
    run.close(&json("{}")).unwrap();
    let mut bundle = Vec::new();
    run.bundle(&mut bundle).unwrap();
    let (_, records) = read(&bundle);
    assert!(records.iter().all(|line| line.record.usage.is_none()));
}

#[test]
fn a_relation_that_readers_refuse_is_refused() {
    let recorder = open(&TestHost::new(), &options("{}"));
    let run = recorder.run_open(&json(r#"{"name":"links"}"#)).unwrap();
    let note = |rel: &str| {
        let digest = format!("sha256:{}", "0".repeat(64));
        run.note(&json(&format!(
            r#"{{"event":"e","links":[{{"rel":"{rel}","digest":"{digest}"}}]}}"#
        )))
    };
    for rel in ["consumed", "com.example/cites"] {
        note(rel).unwrap();
    }
    for rel in [
        "Com.Example/cites",
        "com.example/Cites",
        "com.example/a/b",
        "example/cites",
        "cites",
    ] {
        assert_eq!(note(rel).unwrap_err().code(), Code::WireBadArgument, "{rel}");
    }
}
