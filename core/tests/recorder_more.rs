//! Arguments, privacy, threads, and bundles that are split and joined.
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

use common::{TestHost, check, holds, json, key, open, options, read, with_policy};
use execert::Code;
use execert::canon::Value;
use execert::digest::Digest;
use execert::record::Status;
use execert::recorder::{join, split};

#[test]
fn only_the_recorder_says_some_things() {
    let host = TestHost::new();
    let recorder = open(&host, &options("{}"));
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let step = |more: &str| {
        run.step_open(&json(&format!(r#"{{"op":"tool","name":"t",{more}}}"#)))
            .unwrap_err()
    };
    for (more, code, path) in [
        (r#""seq":4"#, Code::RecorderReservedMember, "/seq"),
        (r#""prev":"x""#, Code::RecorderReservedMember, "/prev"),
        (r#""digest":"x""#, Code::RecorderReservedMember, "/digest"),
        (r#""id":"x""#, Code::RecorderReservedMember, "/id"),
        (
            r#""sources":[["/input","observed"]]"#,
            Code::RecorderSourceRefused,
            "/sources",
        ),
        (r#""capture":"enforced""#, Code::RecorderSourceRefused, "/capture"),
        (r#""inputs":{}"#, Code::WireBadArgument, "/inputs"),
        (
            r#""links":[{"rel":"intent","digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"}]"#,
            Code::RecorderReservedMember,
            "/links/0/rel",
        ),
        (r#""tier":"huge""#, Code::WireBadArgument, "/tier"),
        (
            r#""conversions":[["input","x"]]"#,
            Code::WireBadArgument,
            "/conversions/0",
        ),
        (
            r#""definition":{"name":"t","more":1}"#,
            Code::WireBadArgument,
            "/definition/more",
        ),
    ] {
        let error = step(more);
        assert_eq!((error.code(), error.path()), (code, Some(path)), "{more}");
    }
    let (step, _) = run
        .step_open(&json(r#"{"op":"tool","name":"t","input":{"seq":1,"source":"x"}}"#))
        .unwrap();
    let error = step.close(&json(r#"{"status":"blocked"}"#)).unwrap_err();
    assert_eq!(error.path(), Some("/status"));
    assert_eq!(
        step.close(&json(r#"{"failure":"timeout"}"#)).unwrap_err().path(),
        Some("/failure")
    );
    step.close(&json("{}")).unwrap();
    assert_eq!(
        run.note(&json(r#"{"kind":"heartbeat"}"#)).unwrap_err().code(),
        Code::RecorderReservedMember
    );
    assert_eq!(
        run.note(&json(r#"{"kind":"link"}"#)).unwrap_err().path(),
        Some("/links")
    );
    run.close(&json("{}")).unwrap();
    let mut bundle = Vec::new();
    run.bundle(&mut bundle).unwrap();
    holds(&bundle, &[]);
}

#[test]
fn notes_of_every_kind_hold() {
    let host = TestHost::new();
    let recorder = open(&host, &with_policy());
    let run = recorder
        .run_open(&json(
            r#"{"name":"r","thread":"t","actor":{"type":"agent","id":"bot"},
        "trace":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","ext":{"com.example/x":1}}"#,
        ))
        .unwrap();
    let digest = Digest::of(b"x");
    for note in [
        r#"{"kind":"note","event":"handoff","text":"to Zoe","names":{"to":"Zoe"}}"#.to_owned(),
        format!(
            r#"{{"kind":"link","links":[{{"rel":"com.example/x","digest":"{digest}"}},{{"rel":"consumed","digest":"{digest}"}}]}}"#
        ),
        r#"{"kind":"gap","lost":3,"since":"2026-03-06T12:00:00.000Z","reason":"queue"}"#.to_owned(),
        format!(r#"{{"kind":"escalation","to":"director","request":"{digest}"}}"#),
        r#"{"kind":"decision","verdict":"deny","reason":"unknown-tool","name":"rm"}"#.to_owned(),
        format!(r#"{{"kind":"plan","event":"imported","document":"{digest}"}}"#),
    ] {
        run.note(&json(&note)).unwrap_or_else(|error| panic!("{note}: {error}"));
    }
    let (step, _) = run
        .step_open(&json(
            r#"{"op":"model","name":"gpt-4.1","input":{"messages":[]},"params":{"temperature":0.5},
        "model":{"provider":"openai","requested":"gpt-4.1"},"attempt":2,"conversions":[["/input/messages","tuple"]]}"#,
        ))
        .unwrap();
    step.close(&json(
        r#"{"output":{"text":"hi"},"model":{"served":"gpt-4.1-2025","response_id":"r1"},
        "usage":{"input_tokens":3,"cost_micros":12,"unit":"usd"},"ended_at":"2026-03-06T12:30:09.000Z"}"#,
    ))
    .unwrap();
    run.close(&json(r#"{"error":{"type":"E","message":"m"},"duplicates":2}"#))
        .unwrap();
    let mut bundle = Vec::new();
    run.bundle(&mut bundle).unwrap();
    holds(&bundle, &[]);
    let (_, records) = read(&bundle);
    assert_eq!(records.last().unwrap().record.status, Some(Status::Failed));
    let found = recorder
        .find(&json(r#"{"runs":{"thread":"t","state":"closed"}}"#))
        .unwrap();
    assert_eq!(found.pointer("/runs/0/status").unwrap().as_str(), Some("failed"));
}

#[test]
fn secrets_are_committed_and_never_stored() {
    let host = TestHost::new();
    let recorder = open(&host, &options(r#"{"redact_names":["ssn"]}"#));
    let run = recorder
        .run_open(&json(
            r#"{"name":"r","input":{"password":"hunter2hunter2","ssn":"123-45","city":"Bern"}}"#,
        ))
        .unwrap();
    run.close(&json("{}")).unwrap();
    let mut bundle = Vec::new();
    run.bundle(&mut bundle).unwrap();
    let text = String::from_utf8_lossy(&bundle);
    assert!(!text.contains("hunter2") && !text.contains("123-45") && text.contains("Bern"));
    let (_, records) = read(&bundle);
    let kept_out: Vec<_> = records[0]
        .record
        .content
        .kept_out
        .iter()
        .map(|(pointer, _)| pointer.as_str())
        .collect();
    assert_eq!(kept_out, ["/input/password", "/input/ssn"]);
    let host = TestHost::new();
    let recorder = open(&host, &options(r#"{"profile":"commit-only"}"#));
    let run = recorder
        .run_open(&json(r#"{"name":"r","input":{"city":"Bern"}}"#))
        .unwrap();
    run.close(&json("{}")).unwrap();
    let mut bundle = Vec::new();
    run.bundle(&mut bundle).unwrap();
    let (_, records) = read(&bundle);
    assert!(records.iter().all(|r| r.content == execert::bundle::ContentForm::None));
    assert_eq!(check(&bundle), (0, vec!["content.absent".to_owned(); 2]));
}

#[test]
fn many_threads_write_one_dense_chain() {
    let host = TestHost::new();
    let recorder = open(&host, &with_policy());
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let recorder = recorder.clone();
            scope.spawn(move || {
                let run = recorder.run_open(&json(&format!(r#"{{"name":"r{thread}"}}"#))).unwrap();
                for _ in 0..20 {
                    let (step, _) = run
                        .step_open(&json(r#"{"op":"tool","name":"crm.a","input":{"n":1}}"#))
                        .unwrap();
                    step.close(&json(r#"{"output":1}"#)).unwrap();
                }
                run.close(&json("{}")).unwrap();
            });
        }
    });
    recorder.seal().unwrap();
    let mut bundle = Vec::new();
    let told = recorder.export(&json(r#"{"chain":true}"#), &mut bundle).unwrap();
    assert_eq!(told.get("records").unwrap().as_int(), Some(1 + 16 * 42 + 2));
    holds(&bundle, &[]);
}

#[test]
fn bundles_split_and_join() {
    let host = TestHost::new();
    let recorder = open(&host, &with_policy());
    let runs: Vec<String> = (0..3)
        .map(|n| {
            let run = recorder.run_open(&json(&format!(r#"{{"name":"r{n}"}}"#))).unwrap();
            let (step, _) = run.step_open(&json(r#"{"op":"tool","name":"crm.a"}"#)).unwrap();
            step.close(&json("{}")).unwrap();
            run.close(&json("{}")).unwrap();
            run.id().to_string()
        })
        .collect();
    let export = |what: &str| {
        let mut bundle = Vec::new();
        recorder.export(&json(what), &mut bundle).unwrap();
        bundle
    };
    let whole = export(r#"{"chain":true}"#);
    let all = export(&format!(r#"{{"run":["{}","{}","{}"]}}"#, runs[0], runs[1], runs[2]));
    let take = |from: &[u8], ids: &[&String]| {
        let ids: Vec<Value> = ids.iter().map(|id| Value::from(id.as_str())).collect();
        let mut out = Vec::new();
        split(&mut &from[..], &ids, &key(1), &*host, &mut out).unwrap();
        out
    };
    let joined = |parts: &[&[u8]]| {
        let mut parts: Vec<&[u8]> = parts.to_vec();
        let mut readers: Vec<&mut dyn std::io::Read> =
            parts.iter_mut().map(|part| part as &mut dyn std::io::Read).collect();
        let mut out = Vec::new();
        join(&mut readers, &key(1), &*host, &mut out).map(|_| out)
    };
    for source in [&whole, &all] {
        let one = take(source, &[&runs[1]]);
        holds(&one, &[]);
        assert_eq!(read(&one).1.len(), 4);
        let rest = take(source, &[&runs[0], &runs[2]]);
        let again = joined(&[&rest, &one, &one]).unwrap();
        holds(&again, &[]);
        let digests = |bundle: &[u8]| read(bundle).1.iter().map(|r| r.digest).collect::<Vec<_>>();
        assert_eq!(digests(&again), digests(&all));
    }
    let (head, tail) = (
        export(r#"{"chain":true,"first":0,"last":6}"#),
        export(r#"{"chain":true,"first":5}"#),
    );
    assert_eq!(
        read(&joined(&[&tail, &head]).unwrap()).1.len(),
        read(&export(r#"{"chain":true}"#)).1.len()
    );
    let gap = joined(&[
        &export(r#"{"chain":true,"last":3}"#),
        &export(r#"{"chain":true,"first":5}"#),
    ]);
    assert_eq!(gap.unwrap_err().code(), Code::WireBadArgument);
    assert_eq!(joined(&[&whole, &all]).unwrap_err().code(), Code::WireBadArgument);
    let mut out = Vec::new();
    let missing = split(
        &mut &all[..],
        &[Value::from("0197b8c2-6a1e-7c51-9d5e-0b7e1a2c3d4e")],
        &key(1),
        &*host,
        &mut out,
    );
    assert_eq!(missing.unwrap_err().code(), Code::WireBadArgument);
}

#[test]
fn other_languages_ask_in_bytes() {
    use execert::wire;
    let host = TestHost::new();
    let options = execert::canon::to_jcs(&with_policy());
    let recorder = wire::recorder_open(host, "acme.ledger", &options).unwrap();
    let run = wire::run_open(&recorder, br#"{ "name" : "r" }"#).unwrap();
    let (step, answer) = wire::step_open(&run, br#"{"op":"tool","name":"crm.a","input":{"b":1,"a":2}}"#).unwrap();
    assert_eq!(
        json(std::str::from_utf8(&answer).unwrap()).get("input"),
        Some(&json(r#"{"a":2,"b":1}"#))
    );
    wire::step_close(&step, b"").unwrap();
    let error = wire::run_note(&run, br#"{"event":"x","event":"y"}"#).unwrap_err();
    assert_eq!((error.code(), error.line()), (Code::CanonDuplicateKey, Some((1, 21))));
    wire::run_close(&run, b"{}").unwrap();
    let mut bundle = Vec::new();
    let told = wire::run_bundle(&run, &mut bundle).unwrap();
    assert_eq!(
        json(std::str::from_utf8(&told).unwrap())
            .get("records")
            .unwrap()
            .as_int(),
        Some(4)
    );
    let head = json(std::str::from_utf8(&wire::recorder_head(&recorder).unwrap()).unwrap());
    assert_eq!(head.get("seq").unwrap().as_int(), Some(4));
    let report = wire::check(
        &mut &bundle[..],
        br#"{"trust":1,"keys":[]}"#,
        br#"{"now":"2026-03-07T00:00:00.000Z"}"#,
    )
    .unwrap();
    assert_eq!(
        json(std::str::from_utf8(&report).unwrap())
            .get("verdict")
            .unwrap()
            .as_str(),
        Some("unknown-signer")
    );
    holds(&bundle, &[]);
}
