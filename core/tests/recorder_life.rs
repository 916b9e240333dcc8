//! Life of a ledger: recovery, detached runs, epochs, erasure, keys, clocks, forks, request ids.
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

use std::sync::atomic::Ordering;

use common::{TestHost, json, key, open, options, pem, read, with_policy};
use execert::Code;
use execert::bundle::{Line, Material, Reader, RecordLine};
use execert::canon::Value;
use execert::checkpoint::{Checkpoint, Receipt};
use execert::key::Signer;
use execert::record::{Body, Kind, Phase, Status};
use execert::recorder::Recorder;
use execert::store::Ledger;

fn lines(bundle: &[u8]) -> Vec<Line> {
    let mut input = bundle;
    let (_, reader) = Reader::new(&mut input).unwrap();
    reader.map(|line| line.unwrap().1).collect()
}

fn chain(recorder: &Recorder) -> Vec<RecordLine> {
    let mut bundle = Vec::new();
    recorder.export(&json(r#"{"chain":true}"#), &mut bundle).unwrap();
    read(&bundle).1
}

fn kinds(records: &[RecordLine]) -> Vec<&'static str> {
    records.iter().map(|r| r.record.kind.as_str()).collect()
}

#[test]
fn what_a_dead_recorder_left_is_settled() {
    let host = TestHost::new();
    let dead = open(&host, &with_policy());
    let run = dead.run_open(&json(r#"{"name":"r","mode":"live"}"#)).unwrap();
    let (step, _) = run
        .step_open(&json(r#"{"op":"tool","name":"crm.a","input":{}}"#))
        .unwrap();
    let living = open(&host, &with_policy());
    assert_eq!(
        kinds(&chain(&living)),
        ["chain.open", "run.start", "tool.call", "heartbeat"],
        "the living are let alone"
    );
    // It dies: nobody closes anything.
    drop((step, run, dead));
    let next = open(&host, &with_policy());
    let records = chain(&next);
    assert_eq!(kinds(&records)[4..], ["tool.call", "run.end", "heartbeat"]);
    assert_eq!(records[4].record.status, Some(Status::Unknown));
    assert_eq!(records[5].record.status, Some(Status::Incomplete));
    let Body::RunEnd(end) = &records[5].record.body else {
        panic!()
    };
    assert_eq!((end.records, end.steps), (4, 1));
    drop(living);
}

#[test]
fn closing_ends_what_is_open() {
    let host = TestHost::new();
    let recorder = open(&host, &with_policy());
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let (step, _) = run.step_open(&json(r#"{"op":"tool","name":"crm.a"}"#)).unwrap();
    recorder.close().unwrap();
    assert_eq!(step.close(&json("{}")).unwrap_err().code(), Code::RecorderClosed);
    assert_eq!(run.close(&json("{}")).unwrap_err().code(), Code::RecorderClosed);
    let records = chain(&open(&host, &with_policy()));
    let ends: Vec<_> = records[3..5]
        .iter()
        .map(|r| (r.record.kind, r.record.status.unwrap()))
        .collect();
    assert_eq!(
        ends,
        [(Kind::ToolCall, Status::Unknown), (Kind::RunEnd, Status::Incomplete)]
    );
}

#[test]
fn a_run_that_ends_settles_its_steps() {
    let host = TestHost::new();
    let recorder = open(&host, &options("{}"));
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let (step, _) = run.step_open(&json(r#"{"op":"step","name":"a"}"#)).unwrap();
    run.close(&json("{}")).unwrap();
    assert_eq!(step.close(&json("{}")).unwrap_err().code(), Code::RecorderClosed);
    let records = chain(&recorder);
    assert_eq!(records[3].record.status, Some(Status::Unknown));
    assert_eq!(records[4].record.kind, Kind::RunEnd);
}

#[test]
fn a_detached_run_belongs_to_who_shows_its_id() {
    let host = TestHost::new();
    let first = open(&host, &options("{}"));
    let run = first.run_open(&json(r#"{"name":"deploy","detached":true}"#)).unwrap();
    let same = "0197b8c2-6a1e-7c51-9d5e-0b7e1a2c3d4e";
    let step = format!(r#"{{"op":"step","name":"a","step":"{same}"}}"#);
    let (one, _) = run.step_open(&json(&step)).unwrap();
    one.close(&json("{}")).unwrap();
    let id = run.id().to_string();
    first.close().unwrap();
    let second = open(&host, &options("{}"));
    let joined = second.run_join(&id).unwrap();
    assert_eq!(joined.name(), "deploy");
    let (two, _) = joined.step_open(&json(&step)).unwrap();
    two.close(&json("{}")).unwrap();
    let closed = joined.close(&json("{}")).unwrap();
    assert_eq!(closed.get("records").unwrap().as_int(), Some(6));
    assert_eq!(second.run_join(&id).unwrap_err().code(), Code::RecorderClosed);
    let end = chain(&second)
        .into_iter()
        .find(|r| r.record.kind == Kind::RunEnd)
        .unwrap();
    let Body::RunEnd(end) = end.record.body else { panic!() };
    assert_eq!(end.steps, 1, "the same step id, in two processes, is one step");
    let own = second.run_open(&json(r#"{"name":"own"}"#)).unwrap().id().to_string();
    let third = open(&host, &options("{}"));
    assert_eq!(third.run_join(&own).unwrap_err().code(), Code::WireBadArgument);
}

#[test]
fn a_detached_run_lapses_after_a_day() {
    let host = TestHost::new();
    let first = open(&host, &options("{}"));
    let id = first
        .run_open(&json(r#"{"name":"deploy","detached":true}"#))
        .unwrap()
        .id()
        .to_string();
    first.close().unwrap();
    host.pass(23 * 3_600_000);
    open(&host, &options("{}")).run_join(&id).unwrap();
    host.pass(3_600_000);
    let error = open(&host, &options("{}")).run_join(&id).unwrap_err();
    assert_eq!(error.code(), Code::RecorderClosed);
}

#[test]
fn epochs_end_with_a_heartbeat_and_a_checkpoint() {
    let host = TestHost::new();
    let recorder = open(&host, &options("{}"));
    let run = recorder.run_open(&json(r#"{"name":"early"}"#)).unwrap();
    run.close(&json("{}")).unwrap();
    for n in 0..2_200 {
        recorder
            .note(&json(&format!(r#"{{"kind":"note","event":"n{n}"}}"#)))
            .unwrap();
    }
    let records = chain(&recorder);
    let beats: Vec<u64> = records
        .iter()
        .filter(|r| r.record.kind == Kind::Heartbeat)
        .map(|r| r.record.chain.seq)
        .collect();
    assert_eq!(beats[..2], [999, 1_999]);
    let mut epoch = 0;
    for record in &records {
        assert_eq!(record.record.mac.epoch, epoch, "record {}", record.record.chain.seq);
        epoch += u64::from(record.record.kind == Kind::Heartbeat);
    }
    let ledger = host.ledger("acme.ledger");
    let (size, note) = ledger.checkpoint(1).unwrap().unwrap();
    assert_eq!(size, 1_000);
    let checkpoint = Checkpoint::parse(&String::from_utf8(note).unwrap()).unwrap();
    let leaves: Vec<_> = records
        .iter()
        .take(1_000)
        .map(|r| execert::merkle::leaf(&r.digest))
        .collect();
    assert_eq!(*checkpoint.root(), execert::merkle::root(&leaves));
    for n in 0..8 {
        let tile = ledger.tile(0, n).unwrap().expect("a full tile");
        let want: Vec<u8> = records[n as usize * 256..][..256]
            .iter()
            .flat_map(|r| execert::merkle::leaf(&r.digest))
            .collect();
        assert_eq!(tile, want);
    }
    // A run's bundle has a receipt for its last record, out of the tiles.
    let mut bundle = Vec::new();
    recorder.export(&json(r#"{"run":"early"}"#), &mut bundle).unwrap();
    let proofs: Vec<Receipt> = lines(&bundle)
        .into_iter()
        .filter_map(|line| match line {
            Line::Material(Material::Receipt(proof)) => Some(*proof),
            _ => None,
        })
        .collect();
    let of = |seq: u64| proofs.iter().find(|proof| proof.index() == seq).unwrap();
    assert!(of(0).proves(&records[0].digest), "the basis record");
    assert!(of(2).proves(&records[2].digest), "the run's end");
    assert!(!of(2).proves(&records[1].digest));
    recorder.close().unwrap();
    // Opening anew checks the newest epoch and goes on.
    let again = open(&host, &options("{}"));
    again.note(&json(r#"{"event":"on"}"#)).unwrap();
}

#[test]
fn old_epochs_end_by_time() {
    let host = TestHost::new();
    let recorder = open(&host, &options("{}"));
    recorder.note(&json(r#"{"event":"a"}"#)).unwrap();
    host.pass(600_000);
    recorder.note(&json(r#"{"event":"b"}"#)).unwrap();
    recorder.heartbeat().unwrap();
    recorder.heartbeat().unwrap();
    assert_eq!(
        kinds(&chain(&recorder)),
        ["chain.open", "note", "heartbeat", "note", "heartbeat"]
    );
}

#[test]
fn erased_content_is_gone_and_said_to_be() {
    let host = TestHost::new();
    let recorder = open(&host, &options("{}"));
    let run = recorder
        .run_open(&json(r#"{"name":"r","input":{"mail":"zoe@example.org"}}"#))
        .unwrap();
    run.close(&json("{}")).unwrap();
    let bad = recorder
        .erase(&json(r#"{"records":[99],"reason":"request","authority":"dpo"}"#))
        .unwrap_err();
    assert_eq!((bad.code(), bad.path()), (Code::WireBadArgument, Some("/records")));
    recorder
        .erase(&json(r#"{"records":[1],"reason":"request","authority":"dpo"}"#))
        .unwrap();
    let mut bundle = Vec::new();
    run.bundle(&mut bundle).unwrap();
    assert!(!String::from_utf8_lossy(&bundle).contains("zoe@example.org"));
    let basis: Vec<_> = lines(&bundle)
        .into_iter()
        .filter_map(|line| match line {
            Line::Material(Material::Basis(basis)) => Some(basis.record.kind),
            _ => None,
        })
        .collect();
    assert_eq!(basis.len(), 2);
    assert!(basis.contains(&Kind::Erasure) && basis.contains(&Kind::ChainOpen));
}

#[test]
fn keys_are_added_retired_and_revoked() {
    let host = TestHost::new();
    let old = open(&host, &options("{}"));
    let note = |recorder: &Recorder, more: &str, pem: Option<String>| {
        let mut note = json(more);
        if let (Value::Object(note), Some(pem)) = (&mut note, pem) {
            note.insert("key", pem);
        }
        recorder.note(&note)
    };
    let stranger = options(&format!(r#"{{"key":{:?}}}"#, pem(5)));
    let open_with = |options: &Value| Recorder::open(host.clone(), "acme.ledger", options);
    assert_eq!(open_with(&stranger).unwrap_err().code(), Code::KeyUnknown);
    note(&old, r#"{"kind":"key.add"}"#, Some(pem(5))).unwrap();
    let new = open_with(&stranger).unwrap();
    let keyid = |n| key(n).key().keyid().to_string();
    let own = note(
        &new,
        &format!(
            r#"{{"kind":"key.revoke","keyid":"{}","reason":"lost","as_of_seq":0}}"#,
            keyid(5)
        ),
        None,
    );
    assert_eq!(own.unwrap_err().code(), Code::WireBadArgument);
    note(
        &new,
        &format!(r#"{{"kind":"key.retire","keyid":"{}"}}"#, keyid(1)),
        None,
    )
    .unwrap();
    let dead = old.note(&json(r#"{"event":"x"}"#)).unwrap_err();
    assert_eq!(dead.code(), Code::KeyRevoked, "another writer's key died meanwhile");
    let records = chain(&new);
    let added = records.iter().find(|r| r.record.kind == Kind::KeyAdd).unwrap();
    assert_eq!(
        added.envelope.signatures.len(),
        2,
        "signed by the old key and the new one"
    );
    for (keyid, signature) in &added.envelope.signatures {
        let public = if *keyid == key(1).key().keyid() { key(1) } else { key(5) };
        assert!(public.key().verify(&added.envelope.pae(), signature));
    }
    let mut bundle = Vec::new();
    new.export(&json(r#"{"chain":true}"#), &mut bundle).unwrap();
    let (manifest, _) = read(&bundle);
    assert_eq!(manifest.revocations.len(), 1);
}

#[test]
fn clocks_that_go_back_are_told() {
    let host = TestHost::new();
    let recorder = open(&host, &options("{}"));
    host.wall.fetch_sub(365 * 86_400_000, Ordering::SeqCst);
    recorder.note(&json(r#"{"event":"a"}"#)).unwrap();
    recorder.note(&json(r#"{"event":"b"}"#)).unwrap();
    assert_eq!(
        kinds(&chain(&recorder)),
        ["chain.open", "clock.step", "note", "note", "heartbeat"]
    );
    host.wall.fetch_add(61_000, Ordering::SeqCst);
    recorder.note(&json(r#"{"event":"c"}"#)).unwrap();
    assert_eq!(
        kinds(&chain(&recorder))[5..],
        ["clock.step", "note", "heartbeat"],
        "a minute apart from the monotonic clock"
    );
}

#[test]
fn a_forked_process_is_refused_before_any_lock() {
    let host = TestHost::new();
    let recorder = open(&host, &options("{}"));
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let (step, _) = run.step_open(&json(r#"{"op":"tool","name":"a"}"#)).unwrap();
    host.pid.store(8, Ordering::SeqCst);
    let refused = Code::ChainForkedProcess;
    assert_eq!(recorder.head().unwrap_err().code(), refused);
    assert_eq!(step.claim().unwrap_err().code(), refused);
    assert_eq!(step.close(&json("{}")).unwrap_err().code(), refused);
    assert_eq!(run.close(&json("{}")).unwrap_err().code(), refused);
    host.pid.store(7, Ordering::SeqCst);
    recorder.before_fork();
    recorder.after_fork(false);
    step.close(&json("{}")).unwrap();
    run.close(&json("{}")).unwrap();
}

#[test]
fn a_request_id_writes_once() {
    let host = TestHost::new();
    let recorder = open(&host, &with_policy());
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let call = |customer: &str| {
        json(&format!(
            r#"{{"op":"tool","name":"crm.a","input":{{"customer":"{customer}"}},"request_id":"q-1"}}"#
        ))
    };
    let (step, first) = run.step_open(&call("c-1")).unwrap();
    let (twin, again) = run.step_open(&call("c-1")).unwrap();
    assert_eq!(first.get("record"), again.get("record"));
    assert_eq!(
        run.step_open(&call("c-2")).unwrap_err().code(),
        Code::StoreRequestReused
    );
    step.close(&json("{}")).unwrap();
    assert_eq!(
        twin.close(&json("{}")).unwrap_err().code(),
        Code::RecorderClosed,
        "one outcome"
    );
    assert_eq!(
        run.step_open(&call("c-1")).unwrap_err().code(),
        Code::GatePermitReused,
        "it was run"
    );
    run.close(&json("{}")).unwrap();
    let intents = chain(&recorder)
        .iter()
        .filter(|r| r.record.phase == Phase::Intent)
        .count();
    assert_eq!(intents, 1);
}

#[test]
fn what_the_ledger_fixed_stays() {
    let host = TestHost::new();
    open(&host, &options(r#"{"tenant":"acme","log_domain":"log.example"}"#))
        .close()
        .unwrap();
    for (given, path) in [
        (r#"{"tenant":"other"}"#, "/tenant"),
        (r#"{"log_domain":"x.example"}"#, "/log_domain"),
        (r#"{"profile":"commit-only"}"#, "/profile"),
        (r#"{"gate":"enforce"}"#, "/gate"),
        (r#"{"durability":"durable"}"#, "/durability"),
    ] {
        let error = Recorder::open(host.clone(), "acme.ledger", &options(given)).unwrap_err();
        assert_eq!(
            (error.code(), error.path()),
            (Code::WireBadArgument, Some(path)),
            "{given}"
        );
    }
    let error = Recorder::open(host.clone(), "acme.ledger", &with_policy()).unwrap_err();
    assert_eq!(
        error.path(),
        Some("/gate"),
        "a policy has to be enforced, or the caller says that it is not"
    );
    assert_eq!(
        Recorder::open(host.clone(), "x", &json("{}")).unwrap_err().code(),
        Code::KeyNotFound
    );
    let missing = Recorder::open(host.clone(), "x", &options(r#"{"policy":"no-such-file"}"#)).unwrap_err();
    assert_eq!(missing.code(), Code::PolicyUnavailable);
}
