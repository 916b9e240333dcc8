//! Framework events and the records that they become: the scenarios of `tests/vectors/feed`, read back from the bundle.
#![expect(clippy::disallowed_methods, reason = "a test reads its vectors")]

mod common;

use std::fs;
use std::path::Path;

use common::{TestHost, json, open, options, read, with_policy};
use execert::bundle::ContentForm;
use execert::canon::{Value, parse};
use execert::limits::Limits;
use execert::recorder::Recorder;

/// A record in short: kind, phase, status, capture, name, call id, attempt, reason, event of a note, links by their place in the
/// list of records, body of a run's end.
fn short(recorder: &Recorder) -> Vec<Value> {
    let mut bundle = Vec::new();
    recorder.export(&json(r#"{"chain":true}"#), &mut bundle).unwrap();
    let (_, records) = read(&bundle);
    let digests: Vec<String> = records.iter().map(|line| line.digest.to_string()).collect();
    let mut out = Vec::new();
    for line in &records {
        let payload = parse(&line.envelope.payload, &Limits::PAYLOAD).unwrap();
        let told = payload.get("predicate").unwrap().clone();
        let kind = told.get("kind").unwrap().as_str().unwrap().to_owned();
        if ["chain.open", "heartbeat"].contains(&kind.as_str()) {
            continue;
        }
        let mut record = execert::object! { "kind": kind.as_str() };
        for name in [
            "phase", "status", "capture", "name", "call_id", "attempt", "failure", "usage", "model",
        ] {
            record.put(name, told.get(name).cloned());
        }
        record.put("reason", told.pointer("/decision/reason").cloned());
        record.put("layer", told.pointer("/decision/layer").cloned());
        for name in ["event", "thread", "lost"] {
            record.put(name, told.pointer(&format!("/body/{name}")).cloned());
        }
        if kind == "run.end" {
            for name in ["duplicates", "steps", "observed", "enforced", "reported"] {
                record.put(name, told.pointer(&format!("/body/{name}")).cloned());
            }
        }
        let links = told.get("links").and_then(Value::as_array).unwrap_or_default();
        let links: Vec<Value> = links
            .iter()
            .map(|link| {
                let target = link.get("digest").unwrap().as_str().unwrap();
                let place = digests.iter().position(|digest| digest == target).unwrap();
                format!("{} {place}", link.get("rel").unwrap().as_str().unwrap()).into()
            })
            .collect();
        record.put("links", (!links.is_empty()).then_some(links));
        let content = match &line.content {
            ContentForm::Whole { content, .. } | ContentForm::Redacted { content, .. } => content.clone(),
            _ => Value::Null,
        };
        let mut shown = content.as_object().cloned().unwrap_or_default();
        shown.remove("runtime");
        let text = String::from_utf8(execert::canon::to_jcs(&shown)).unwrap();
        let text = digests
            .iter()
            .enumerate()
            .fold(text, |text, (at, digest)| text.replace(digest, &format!("RECORD {at}")));
        record.insert("content", json(&text));
        out.push(record.into());
    }
    out
}

/// Whether all that is expected is there; objects may have more.
fn holds(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Object(want), Value::Object(have)) => want.iter().all(|(name, value)| match have.get(name) {
            Some(found) => holds(value, found),
            None => value.is_null(),
        }),
        (Value::Array(want), Value::Array(have)) => {
            want.len() == have.len() && want.iter().zip(have).all(|(a, b)| holds(a, b))
        }
        _ => expected == found,
    }
}

/// `{"event": …}` in short (`feed` and `stack` are filled in), `{"open": …, "in": ID}` and `{"close": …}` of the gate,
/// `{"end": true}` to close the recorder.
fn play(recorder: &Recorder, story: &[Value]) -> Vec<Value> {
    let mut answers = Vec::new();
    let mut runs = std::collections::BTreeMap::new();
    let mut steps = Vec::new();
    for line in story {
        if let Some(arguments) = line.get("open") {
            let id = line.get("in").unwrap().as_str().unwrap();
            let run: &String = &runs[id];
            match recorder.run_join(run).unwrap().step_open(arguments) {
                Ok((step, _)) => steps.push(step),
                Err(error) => answers.push(execert::object! { "refused": error.code().as_str() }.into()),
            }
        } else if let Some(arguments) = line.get("close") {
            let step = steps.pop().unwrap();
            step.claim().unwrap();
            step.close(arguments).unwrap();
        } else if line.get("end").is_some() {
            recorder.close().unwrap();
        } else {
            let mut event = line.as_object().unwrap().clone();
            if !event.contains("feed") {
                event.insert("feed", 1);
            }
            if !event.contains("stack") {
                event.insert("stack", "test");
            }
            let id = event.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            match recorder.feed(&event.into()) {
                Ok(answer) => {
                    if let Some(run) = answer.get("run").and_then(Value::as_str) {
                        runs.insert(id, run.to_owned());
                    }
                    answers.push(answer);
                }
                Err(error) => {
                    let path = error.path().unwrap_or_default();
                    answers.push(execert::object! { "error": error.code().as_str(), "path": path }.into());
                }
            }
        }
    }
    answers
}

#[test]
fn vectors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/feed");
    let mut count = 0;
    let mut wrong = Vec::new();
    for entry in fs::read_dir(root).unwrap() {
        let dir = entry.unwrap().path();
        if !dir.is_dir() {
            continue;
        }
        let file = |name: &str| parse(&fs::read(dir.join(name)).unwrap(), &Limits::DOCUMENT).unwrap();
        let (input, expect) = (file("input.json"), file("expect.json"));
        let host = TestHost::new();
        let settings = match input.get("policy") {
            Some(_) => with_policy(),
            None => options("{}"),
        };
        let recorder = open(&host, &settings);
        let answers = play(&recorder, input.get("story").unwrap().as_array().unwrap());
        let reader = if input.get("closed").is_some() {
            open(&host, &settings)
        } else {
            recorder
        };
        let records = short(&reader);
        let name = dir.file_name().unwrap().to_str().unwrap().to_owned();
        if !holds(expect.get("records").unwrap(), &records.clone().into()) {
            let lines: Vec<String> = records
                .iter()
                .map(|it| String::from_utf8(execert::canon::to_jcs(it)).unwrap())
                .collect();
            wrong.push(format!("{name}: {}", lines.join("\n  ")));
        }
        if let Some(want) = expect.get("answers")
            && !holds(want, &answers.clone().into())
        {
            wrong.push(format!("{name}: answers {answers:?}"));
        }
        // What was recorded has to be evidence: the verifier finds it whole.
        let mut bundle = Vec::new();
        reader.export(&json(r#"{"chain":true}"#), &mut bundle).unwrap();
        let keys: Vec<Value> = vec![execert::digest::b64(&reader.key().spki()).into()];
        let trust = execert::trust::build(&execert::object! { "keys": keys }.into()).unwrap();
        let checked = execert::verify::check(
            &mut bundle.as_slice(),
            &trust,
            &json(r#"{"now":"2026-03-06T12:31:00.000Z","allow_open":true}"#),
        )
        .unwrap();
        if checked.exit() != 0 {
            wrong.push(format!("{name}: {}", String::from_utf8(checked.to_jcs()).unwrap()));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(count >= 12, "{count} vectors");
}

#[test]
fn before_the_fork_hook_the_child_is_refused() {
    let host = TestHost::new();
    let recorder = open(&host, &options("{}"));
    let event = |text: &str| recorder.feed(&json(&format!(r#"{{"feed":1,"stack":"test",{text}}}"#)));
    event(r#""event":"run-start","id":"r","name":"agent""#).unwrap();
    host.pid.store(8, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(
        event(r#""event":"run-end","id":"r""#).unwrap_err().code().as_str(),
        "chain.forked_process"
    );
}

#[test]
fn ten_thousand_open_runs_and_no_more() {
    let host = TestHost::new();
    let recorder = open(&host, &options(r#"{"durability":"memory"}"#));
    let mut first = None;
    for n in 0..10_001 {
        let event = format!(r#"{{"feed":1,"stack":"test","event":"run-start","id":"r{n}","name":"agent"}}"#);
        let answer = recorder.feed(&json(&event)).unwrap();
        first = first.or_else(|| answer.get("run").cloned());
    }
    let query = execert::object! { "runs": execert::object! { "state": "closed" } }.into();
    let closed = recorder.find(&query).unwrap();
    let closed = closed.get("runs").unwrap().as_array().unwrap();
    assert_eq!(closed.len(), 1);
    assert_eq!(closed[0].get("id"), first.as_ref(), "the oldest goes");
    assert_eq!(closed[0].get("status").and_then(Value::as_str), Some("incomplete"));
}
