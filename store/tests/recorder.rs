//! The real recorder on a ledger in a folder: what it writes passes the check, can be rebuilt, and survives its death.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::Path;
use std::sync::Arc;

use execert::canon::{Value, parse};
use execert::key::SecretKey;
use execert::limits::Limits;
use execert::recorder::Recorder;
use execert_store::{Native, check};

fn json(text: &str) -> Value {
    parse(text.as_bytes(), &Limits::DOCUMENT).unwrap()
}

fn open(at: &Path) -> Recorder {
    let pem = SecretKey::from_seed([7; 32]).to_pem().unwrap();
    let mut options = execert::canon::Object::new();
    options.insert("key", pem.as_str());
    Recorder::open(
        Arc::new(Native::default()),
        at.to_str().unwrap(),
        &Value::Object(options),
    )
    .unwrap()
}

/// Two runs, one left open with a step in the air; more than an epoch.
fn work(recorder: &Recorder, steps: usize) -> impl Sized + use<> {
    let mut left = None;
    for (name, ends) in [("refund", true), ("triage", false)] {
        let run = recorder
            .run_open(&json(&format!(
                r#"{{"name":"{name}","thread":"t-1","input":{{"order":7}}}}"#
            )))
            .unwrap();
        for _ in 0..steps {
            let (step, _) = run
                .step_open(&json(r#"{"op":"tool","name":"lookup","input":{"id":1}}"#))
                .unwrap();
            step.close(&json(r#"{"output":{"found":true}}"#)).unwrap();
        }
        if ends {
            run.close(&json(r#"{"output":"done"}"#)).unwrap();
        } else {
            let (step, _) = run
                .step_open(&json(r#"{"op":"tool","name":"pay","input":{"id":2}}"#))
                .unwrap();
            left = Some((step, run));
        }
    }
    left
}

/// Every row of the tables that follow from the records.
fn derived(at: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(at.join("ledger.db")).unwrap();
    let tables = ["head", "basis", "intent", "run", "run_index", "tile"];
    let places = "SELECT seq || ':' || coalesce(hex(run), '') || ':' || coalesce(run_seq, '') FROM record ORDER BY seq";
    let mut all = Vec::new();
    for table in tables {
        let text = format!("SELECT * FROM {table} ORDER BY 1, 2");
        let text = if table == "basis" {
            "SELECT * FROM basis ORDER BY 1".to_owned()
        } else {
            text
        };
        let mut statement = connection.prepare(&text).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<_> = (0..columns)
                .map(|at| format!("{:?}", row.get_ref(at).unwrap()))
                .collect();
            all.push(format!("{table}: {}", values.join(" ")));
        }
    }
    let mut statement = connection.prepare(places).unwrap();
    all.extend(
        statement
            .query_map([], |row| row.get::<_, String>(0))
            .unwrap()
            .map(Result::unwrap),
    );
    all
}

#[test]
fn derived_tables_are_made_anew_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    let url = at.to_str().unwrap();
    let recorder = open(&at);
    // Dies: nothing is closed, no outcome is written.
    std::mem::forget((work(&recorder, 300), recorder));
    let before = check(url, false).unwrap();
    assert!(before.records > 1_200 && before.tiles >= 4, "{before}");
    let rows = derived(&at);
    assert!(rows.iter().any(|row| row.starts_with("intent")) && rows.iter().any(|row| row.starts_with("run:")));
    let damage = [
        "DELETE FROM head",
        "UPDATE head SET frontier = zeroblob(8)",
        "DELETE FROM tile WHERE n = 1; DELETE FROM intent; DELETE FROM run; DELETE FROM run_index; DELETE FROM basis",
        "UPDATE record SET run = NULL, run_seq = NULL",
        "UPDATE tile SET hashes = zeroblob(8192)",
    ];
    for sql in damage {
        let connection = rusqlite::Connection::open(at.join("ledger.db")).unwrap();
        connection.execute_batch(sql).unwrap();
        drop(connection);
        let after = check(url, true).unwrap();
        assert_eq!(after.to_string(), before.to_string(), "{sql}");
        assert_eq!(derived(&at), rows, "{sql}");
    }
    // A record is never invented, nor is one cut away.
    let connection = rusqlite::Connection::open(at.join("ledger.db")).unwrap();
    connection.execute_batch("DELETE FROM record WHERE seq = 700").unwrap();
    drop(connection);
    let error = check(url, true).unwrap_err();
    assert_eq!(
        (error.code(), error.path()),
        (execert::Code::StoreCorrupt, Some("/record/700"))
    );
}

#[test]
fn content_that_was_changed_is_located() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    let recorder = open(&at);
    drop(work(&recorder, 1));
    recorder.close().unwrap();
    drop(recorder);
    let connection = rusqlite::Connection::open(at.join("ledger.db")).unwrap();
    let text = r#"UPDATE content SET body = CAST(replace(CAST(body AS TEXT), '"order":7', '"order":8') AS BLOB)"#;
    connection.execute_batch(text).unwrap();
    drop(connection);
    let error = check(at.to_str().unwrap(), false).unwrap_err();
    assert_eq!(error.code(), execert::Code::StoreCorrupt);
    assert!(
        error.message().contains("its content is not what was sealed"),
        "{error}"
    );
}

#[test]
fn what_a_dead_recorder_left_open_is_settled_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    let recorder = open(&at);
    let left = work(&recorder, 2);
    let alive = open(&at);
    let open_runs = |recorder: &Recorder| {
        recorder
            .find(&json(r#"{"runs":{"state":"open"}}"#))
            .unwrap()
            .get("runs")
            .unwrap()
            .as_array()
            .unwrap()
            .len()
    };
    // Its run is not touched while it lives.
    assert_eq!(open_runs(&alive), 1);
    drop(alive);
    // The last handle of the recorder: only now its live lock is free.
    drop((left, recorder));
    let records = check(at.to_str().unwrap(), false).unwrap().records;
    let again = open(&at);
    assert_eq!(open_runs(&again), 0);
    drop(again);
    let settled = check(at.to_str().unwrap(), false).unwrap().records;
    // One outcome and one run.end, by whoever came first; never twice.
    assert!(
        settled >= records && settled <= records.saturating_add(2),
        "{records} {settled}"
    );
    drop(open(&at));
    assert_eq!(check(at.to_str().unwrap(), false).unwrap().records, settled);
}

/// Everything that writes a record, in the middle of things: approvals asked for, given and used, detached runs, feeds
/// of frameworks, keys that come and go, another policy, erasure, losses of a run that was left.
fn everything(at: &Path) -> Vec<Recorder> {
    const POLICY: &str = r#"{"policy":1,"default":"allow","rules":[
        {"id":"ask","tool":"pay","when":[["/amount",">",10]],"verdict":"approve"},
        {"id":"never","tool":"steal","verdict":"deny"}],"approvers":[{"key":"KEY","role":"manager"}]}"#;
    let approver = SecretKey::from_seed([2; 32]).public().keyid().to_string();
    let policy = POLICY.replace("KEY", &approver);
    let pem = |n| SecretKey::from_seed([n; 32]).to_pem().unwrap().to_string();
    let open = |key: u8, policy: &str| {
        let options = execert::object! { "key": pem(key), "policy": policy };
        let url = at.to_str().unwrap();
        Recorder::open(Arc::new(Native::default()), url, &Value::Object(options)).unwrap()
    };
    let note = |recorder: &Recorder, text: &str, key: Option<u8>| {
        let mut note = json(text);
        if let (Value::Object(note), Some(key)) = (&mut note, key) {
            note.insert("key", pem(key));
        }
        recorder.note(&note).unwrap();
    };
    let recorder = open(7, &policy);
    let run = recorder
        .run_open(&json(r#"{"name":"r","thread":"t","input":{"a":1}}"#))
        .unwrap();
    let pay = |amount: u64, more: &str| {
        run.step_open(&json(&format!(
            r#"{{"op":"tool","name":"pay","input":{{"amount":{amount}}}{more}}}"#
        )))
    };
    pay(1, r#","request_id":"q-1""#).unwrap().0.close(&json("{}")).unwrap();
    for call in ["c-1", "c-2"] {
        let more = format!(r#","call_id":"{call}""#);
        let error = pay(900, &more).unwrap_err();
        let request = error.request_digest().unwrap().to_owned();
        note(&recorder, &format!(r#"{{"approve":"{request}"}}"#), Some(2));
        if call == "c-1" {
            pay(900, &more)
                .unwrap()
                .0
                .close(&json(r#"{"error":{"text":"no"}}"#))
                .unwrap();
        }
    }
    run.step_open(&json(r#"{"op":"tool","name":"steal"}"#)).unwrap_err();
    run.step_open(&json(
        r#"{"op":"tool","name":"pay","input":{"amount":2},"dry_run":true}"#,
    ))
    .unwrap();
    let left = run.step_open(&json(r#"{"op":"model","name":"gpt-5"}"#)).unwrap();
    std::mem::forget(left);
    let detached = recorder.run_open(&json(r#"{"name":"d","detached":true}"#)).unwrap();
    detached
        .step_open(&json(r#"{"op":"step","name":"s"}"#))
        .unwrap()
        .0
        .close(&json("{}"))
        .unwrap();
    for kind in [
        r#"{"kind":"note","event":"e","text":"x"}"#,
        r#"{"kind":"gap","lost":3,"since":"2026-03-06T12:00:00.000Z","reason":"r"}"#,
        r#"{"kind":"escalation","to":"boss","request":"r"}"#,
        r#"{"kind":"decision","verdict":"allow","reason":"r","tier":"low"}"#,
    ] {
        // Not every one of these is complete; those that are taken are in the chain.
        recorder.note(&json(kind)).ok();
    }
    for event in [
        r#""event":"run-start","id":"a","name":"agent""#,
        r#""event":"tool-start","id":"b","parent":"a","name":"search""#,
        r#""event":"tool-end","id":"b""#,
        r#""event":"tool-start","id":"c","parent":"a","name":"search""#,
        r#""event":"run-start","id":"z","name":"closed""#,
        r#""event":"run-end","id":"z""#,
    ] {
        recorder
            .feed(&json(&format!(r#"{{"feed":1,"stack":"test",{event}}}"#)))
            .unwrap();
    }
    recorder.heartbeat().unwrap();
    recorder
        .erase(&json(r#"{"records":[2],"reason":"asked","authority":"law"}"#))
        .unwrap();
    note(&recorder, r#"{"kind":"key.add"}"#, Some(5));
    // Another opener, with the new key and a policy of its own; it joins the detached run.
    let other = open(
        5,
        r#"{"policy":1,"default":"allow","rules":[{"id":"ok","tool":"*","verdict":"allow"}]}"#,
    );
    let joined = other.run_join(&detached.id().to_string()).unwrap();
    joined
        .step_open(&json(r#"{"op":"tool","name":"pay","input":{"amount":900}}"#))
        .unwrap();
    let third = other.run_open(&json(r#"{"name":"t"}"#)).unwrap();
    third.step_open(&json(r#"{"op":"step","name":"s"}"#)).unwrap();
    std::mem::forget((run, detached, joined, third));
    vec![recorder, other]
}

#[test]
fn a_ledger_with_everything_in_it_passes_its_check() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    let url = at.to_str().unwrap();
    let recorders = everything(&at);
    let before = check(url, false).unwrap_or_else(|error| panic!("in the middle of things: {error}"));
    assert!(before.records > 30, "{before}");
    for recorder in &recorders {
        recorder.close().unwrap();
        check(url, false).unwrap_or_else(|error| panic!("after a close: {error}"));
    }
    drop(recorders);
    let rows = derived(&at);
    check(url, true).unwrap();
    assert_eq!(derived(&at), rows, "made anew as it was");
    let last = open(&at);
    last.seal().unwrap();
    last.close().unwrap();
    drop(last);
    check(url, false).unwrap();
}
