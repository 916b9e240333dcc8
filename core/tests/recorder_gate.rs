//! The gate: permits, approvals, dry runs. Nothing runs without a record, and a record of a refusal is one too.
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

use common::{TestHost, json, key, open, options, pem, policy, read, with_policy};
use execert::canon::Value;
use execert::digest::Digest;
use execert::key::Signer;
use execert::record::{Body, Kind, Layer, Phase, Status, Verdict};
use execert::recorder::{Recorder, Run};
use execert::{Code, Error};

fn setup() -> (std::sync::Arc<TestHost>, Recorder, Run) {
    let host = TestHost::new();
    let recorder = open(&host, &with_policy());
    let run = recorder.run_open(&json(r#"{"name":"refunds","thread":"t1"}"#)).unwrap();
    (host, recorder, run)
}

fn refund(run: &Run, amount: u64, more: &str) -> Result<execert::recorder::Step, Error> {
    let text = format!(r#"{{"op":"permit","name":"payments.refund","input":{{"amount":{amount}}}{more}}}"#);
    run.step_open(&json(&text)).map(|(step, _)| step)
}

fn approve(recorder: &Recorder, request: &str, by: u8, more: &str) -> Value {
    let mut note = json(&format!(r#"{{"approve":"{request}"{more}}}"#));
    if let Value::Object(note) = &mut note {
        note.insert("key", pem(by));
    }
    recorder.note(&note).unwrap()
}

fn records(recorder: &Recorder) -> Vec<execert::bundle::RecordLine> {
    let mut bundle = Vec::new();
    recorder.export(&json(r#"{"chain":true}"#), &mut bundle).unwrap();
    read(&bundle).1
}

#[test]
fn an_approval_opens_the_gate_once() {
    let (_, recorder, run) = setup();
    let error = refund(&run, 900, r#","call_id":"c1""#).unwrap_err();
    assert_eq!(error.code(), Code::PolicyApprovalMissing);
    let request = error.request_digest().unwrap().to_owned();
    let found = recorder
        .find(&json(r#"{"requests":{"state":"waiting","thread":"t1"}}"#))
        .unwrap();
    assert_eq!(
        found.pointer("/requests/0/digest").unwrap().as_str(),
        Some(request.as_str())
    );
    assert_eq!(found.pointer("/requests/0/input/amount").unwrap().as_int(), Some(900));

    let waits = refund(&run, 900, &format!(r#","approval":"{request}""#)).unwrap_err();
    assert_eq!(
        (waits.code(), waits.request_digest()),
        (Code::PolicyApprovalMissing, Some(request.as_str()))
    );

    approve(&recorder, &request, 2, "");
    // Without `approval` it is found by thread and call id.
    let step = refund(&run, 900, r#","call_id":"c1""#).unwrap();
    step.claim().unwrap();
    step.close(&json(r#"{"output":{"ok":true}}"#)).unwrap();
    let again = refund(&run, 900, &format!(r#","approval":"{request}""#)).unwrap_err();
    assert_eq!(again.code(), Code::GatePermitReused);

    run.close(&json("{}")).unwrap();
    let records = records(&recorder);
    let asked = records.iter().find(|r| r.record.kind == Kind::ApprovalRequest).unwrap();
    assert_eq!(asked.digest.to_string(), request);
    let intent = records.iter().find(|r| r.record.phase == Phase::Intent).unwrap();
    let decision = intent.record.decision.as_ref().unwrap();
    assert_eq!((decision.verdict, decision.layer), (Verdict::Allow, Layer::Approval));
    let rels: Vec<_> = intent.record.links.iter().map(|link| link.rel.as_str()).collect();
    assert_eq!(rels, ["approved-by", "authorised-by"]);
    let blocked = records
        .iter()
        .filter(|r| r.record.status == Some(Status::Blocked))
        .count();
    assert_eq!(blocked, 2, "one while it waited, one after it was used");

    // The bundle of the run holds the approval, and the approver's key.
    let mut bundle = Vec::new();
    run.bundle(&mut bundle).unwrap();
    let (_, reader) = execert::bundle::Reader::new(&mut &bundle[..])
        .map(|(m, r)| (m, r.map(Result::unwrap).map(|(_, l)| l).collect::<Vec<_>>()))
        .unwrap();
    let document = reader.iter().find_map(|line| match line {
        execert::bundle::Line::Document(line) => Some(line),
        _ => None,
    });
    let document = document.expect("the approval travels with the run");
    assert!(document.envelope.signature_by(&key(2).key().keyid()).is_some());
    let shown = reader.iter().any(
        |line| matches!(line, execert::bundle::Line::Material(execert::bundle::Material::Key(k)) if k == key(2).key()),
    );
    assert!(shown, "the approver's key is in the file");
}

#[test]
fn an_approval_covers_only_what_was_asked() {
    let (_, recorder, run) = setup();
    let definition = r#","definition":{"name":"payments.refund","parameters":{"type":"object"}}"#;
    let request = refund(&run, 900, definition)
        .unwrap_err()
        .request_digest()
        .unwrap()
        .to_owned();
    approve(&recorder, &request, 2, "");
    let with = |amount, definition: &str| {
        refund(&run, amount, &format!(r#"{definition},"approval":"{request}""#))
            .unwrap_err()
            .code()
    };
    assert_eq!(with(901, definition), Code::GatePermitMismatch);
    assert_eq!(
        with(900, r#","definition":{"name":"payments.refund","parameters":{}}"#),
        Code::GateToolChanged
    );
    assert_eq!(with(900, ""), Code::GateToolChanged);
    refund(&run, 900, &format!(r#"{definition},"approval":"{request}""#)).unwrap();
}

#[test]
fn edited_arguments_are_a_new_request() {
    let (_, recorder, run) = setup();
    let first = refund(&run, 900, r#","call_id":"c1""#)
        .unwrap_err()
        .request_digest()
        .unwrap()
        .to_owned();
    approve(&recorder, &first, 2, "");
    let second = refund(&run, 901, r#","call_id":"c1""#).unwrap_err();
    assert_eq!(second.code(), Code::PolicyApprovalMissing);
    let second = second.request_digest().unwrap().to_owned();
    assert_ne!(first, second);
    let asked = records(&recorder)
        .into_iter()
        .find(|r| r.digest.to_string() == second)
        .unwrap();
    let link = &asked.record.links[0];
    assert_eq!((link.rel.as_str(), link.digest.to_string()), ("supersedes", first));
    approve(&recorder, &second, 2, "");
    refund(&run, 901, r#","call_id":"c1""#).unwrap();
}

#[test]
fn only_approvers_in_time_open_it() {
    let (host, recorder, run) = setup();
    let ask = |call: &str| {
        let text = format!(r#","call_id":"{call}""#);
        refund(&run, 900, &text)
            .unwrap_err()
            .request_digest()
            .unwrap()
            .to_owned()
    };
    let still_waits = |request: &str| {
        refund(&run, 900, &format!(r#","approval":"{request}""#))
            .unwrap_err()
            .code()
            == Code::PolicyApprovalMissing
    };
    let by_stranger = ask("a");
    approve(&recorder, &by_stranger, 9, "");
    assert!(still_waits(&by_stranger), "a key that the policy does not list");
    let by_requester = ask("b");
    approve(&recorder, &by_requester, 1, "");
    assert!(still_waits(&by_requester), "the recorder's own key");
    let refused = ask("c");
    approve(&recorder, &refused, 2, r#","verdict":"refused""#);
    let error = refund(&run, 900, &format!(r#","approval":"{refused}""#)).unwrap_err();
    assert_eq!(error.code(), Code::PolicyDenied);
    let late = ask("d");
    host.pass(3_600_001);
    let error = recorder.note(&{
        let mut note = json(&format!(r#"{{"approve":"{late}"}}"#));
        note.as_object_mut().unwrap().insert("key", pem(2));
        note
    });
    assert_eq!(
        error.unwrap_err().code(),
        Code::WireBadArgument,
        "the request has lapsed"
    );
    let renewed = refund(&run, 900, &format!(r#","approval":"{late}""#)).unwrap_err();
    assert_ne!(
        renewed.request_digest().unwrap(),
        late,
        "a lapsed request is asked anew"
    );
}

#[test]
fn a_delegate_may_answer_within_what_was_given() {
    let (_, recorder, run) = setup();
    let request = refund(&run, 900, "").unwrap_err().request_digest().unwrap().to_owned();
    let to = key(9).key().keyid();
    let given =
        |tool: &str| format!(r#","verdict":"delegated","to":"{to}","tools":["{tool}"],"tier":"moderate","depth":1"#);
    approve(&recorder, &request, 2, &given("crm.lookup"));
    approve(&recorder, &request, 9, "");
    let again = format!(r#","approval":"{request}""#);
    assert_eq!(
        refund(&run, 900, &again).unwrap_err().code(),
        Code::PolicyApprovalMissing,
        "another tool was delegated"
    );
    approve(&recorder, &request, 2, &given("payments.refund"));
    refund(&run, 900, &again).unwrap();
}

#[test]
fn an_escalation_needs_two() {
    let host = TestHost::new();
    let policy = policy().replace(r#""verdict":"approve""#, r#""verdict":"escalate""#);
    let recorder = open(&host, &options(&format!(r#"{{"policy":{policy}}}"#)));
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let request = refund(&run, 900, "").unwrap_err().request_digest().unwrap().to_owned();
    let told = records(&recorder);
    let asked = told.iter().find(|r| r.digest.to_string() == request).unwrap();
    let Body::ApprovalRequest { role, quorum, .. } = &asked.record.body else {
        panic!()
    };
    assert_eq!((role.as_str(), *quorum), ("director", 2));
    assert!(told.iter().any(|r| r.record.kind == Kind::Escalation));
    let again = format!(r#","approval":"{request}""#);
    approve(&recorder, &request, 2, "");
    approve(&recorder, &request, 2, "");
    assert_eq!(
        refund(&run, 900, &again).unwrap_err().code(),
        Code::PolicyApprovalMissing,
        "twice the same person"
    );
    approve(&recorder, &request, 3, "");
    refund(&run, 900, &again).unwrap();
}

#[test]
fn a_permit_is_good_once_for_a_minute() {
    let (host, recorder, run) = setup();
    let step = refund(&run, 1, "").unwrap();
    step.claim().unwrap();
    assert_eq!(step.claim().unwrap_err().code(), Code::GatePermitReused);
    step.close(&json("{}")).unwrap();

    let late = refund(&run, 2, "").unwrap();
    host.pass(61_000);
    host.wall.fetch_sub(3_600_000, Ordering::SeqCst);
    assert_eq!(
        late.claim().unwrap_err().code(),
        Code::GatePermitExpired,
        "whatever the wall clock says"
    );
    assert_eq!(late.close(&json("{}")).unwrap_err().code(), Code::RecorderClosed);

    let unclaimed = refund(&run, 3, "").unwrap();
    assert_eq!(
        unclaimed.close(&json(r#"{"output":1}"#)).unwrap_err().code(),
        Code::GateNoPermit
    );
    drop(refund(&run, 4, "").unwrap());

    let other = refund(&run, 5, "").unwrap();
    let act = |name: &str, amount: u64| json(&format!(r#"{{"name":"{name}","input":{{"amount":{amount}}}}}"#));
    other.covers(&act("payments.refund", 5)).unwrap();
    assert_eq!(
        other.covers(&act("payments.refund", 6)).unwrap_err().code(),
        Code::GatePermitMismatch
    );

    run.close(&json("{}")).unwrap();
    let told = records(&recorder);
    let outcomes: Vec<_> = told
        .iter()
        .filter(|r| r.record.phase == Phase::Outcome)
        .map(|r| r.record.status.unwrap())
        .collect();
    assert_eq!(
        outcomes,
        [
            Status::Ok,
            Status::Cancelled,
            Status::Cancelled,
            Status::Cancelled,
            Status::Cancelled
        ]
    );
    assert_eq!(told.iter().filter(|r| r.record.phase == Phase::Intent).count(), 5);
}

#[test]
fn n47_a_permit_is_void_when_the_tool_definition_changed() {
    let (_, recorder, run) = setup();
    let first = r#"{"name":"payments.refund","description":"pays back"}"#;
    let second = r#"{"name":"payments.refund","description":"pays anybody"}"#;
    let open = |definition: &str| {
        let more = if definition.is_empty() {
            String::new()
        } else {
            format!(r#","definition":{definition}"#)
        };
        refund(&run, 5, &more).unwrap()
    };
    let act = |definition: &str| {
        let input = r#""name":"payments.refund","input":{"amount":5}"#;
        json(&format!(r#"{{{input},"definition":{definition}}}"#))
    };
    open(first).covers(&act(first)).unwrap();
    // Another definition, and one where the permit was given without any: the step is over, its permit worth nothing.
    for (asked, found) in [(first, second), ("", second)] {
        let permit = open(asked);
        assert_eq!(permit.covers(&act(found)).unwrap_err().code(), Code::GateToolChanged);
        assert!(permit.claim().is_err());
    }
    let told = records(&recorder);
    let cancelled = told
        .iter()
        .filter(|r| r.record.status == Some(Status::Cancelled))
        .count();
    let with = |definition: &str| {
        let digest = Digest::of(&execert::canon::to_jcs(&json(&definition.replacen(
            '{',
            r#"{"tool":1,"#,
            1,
        ))));
        told.iter()
            .filter(|r| r.record.phase == Phase::Intent && r.record.tool == Some(digest))
            .count()
    };
    assert_eq!(
        (with(first), with(second)),
        (2, 0),
        "each intent says which definition it was for"
    );
    // The first permit was dropped unused: that is cancelled too.
    assert_eq!(cancelled, 3);
}

#[test]
fn a_dry_run_records_and_runs_nothing() {
    let host = TestHost::new();
    let recorder = open(&host, &with_policy());
    let run = recorder.run_open(&json(r#"{"name":"dry","mode":"dry-run"}"#)).unwrap();
    let (step, answer) = run
        .step_open(&json(r#"{"op":"tool","name":"crm.a","input":{}}"#))
        .unwrap();
    assert_eq!(answer.get("not_run").unwrap().as_bool(), Some(true));
    step.close(&json(r#"{"output":1}"#)).unwrap();
    let (step, _) = run.step_open(&json(r#"{"op":"step","name":"parse"}"#)).unwrap();
    step.close(&json("{}")).unwrap();
    let error = refund(&run, 900, "").unwrap_err();
    assert_eq!(
        (error.code(), error.request_digest()),
        (Code::PolicyApprovalMissing, None)
    );
    assert_eq!(
        run.step_open(&json(r#"{"op":"tool","name":"rm"}"#)).unwrap_err().code(),
        Code::PolicyDenied
    );
    let live = recorder.run_open(&json(r#"{"name":"live"}"#)).unwrap();
    let (_, answer) = live
        .step_open(&json(r#"{"op":"tool","name":"crm.a","dry_run":true}"#))
        .unwrap();
    assert!(answer.get("not_run").is_some());
    run.close(&json("{}")).unwrap();
    let statuses: Vec<_> = records(&recorder)
        .iter()
        .filter(|r| r.record.kind.is_step())
        .map(|r| (r.record.phase, r.record.status.unwrap()))
        .collect();
    let single = |status| (Phase::Single, status);
    assert_eq!(
        statuses,
        [
            single(Status::NotRun),
            single(Status::NotRun),
            single(Status::Blocked),
            single(Status::Blocked),
            single(Status::NotRun)
        ]
    );
}

#[test]
fn a_new_policy_is_noted_before_its_first_decision() {
    let (host, recorder, run) = setup();
    run.close(&json("{}")).unwrap();
    recorder.close().unwrap();
    let other = r#"{"policy":1,"default":"allow","rules":[{"id":"no","tool":"rm","verdict":"deny"}]}"#;
    let recorder = open(&host, &options(&format!(r#"{{"policy":{other}}}"#)));
    let run = recorder.run_open(&json(r#"{"name":"r2"}"#)).unwrap();
    for _ in 0..2 {
        let (step, _) = run.step_open(&json(r#"{"op":"tool","name":"anything"}"#)).unwrap();
        step.close(&json("{}")).unwrap();
    }
    let told = records(&recorder);
    let notes: Vec<_> = told
        .iter()
        .filter(|r| matches!(&r.record.body, Body::Note { event } if event == "policy-changed"))
        .collect();
    assert_eq!(notes.len(), 1);
    let digest = told
        .iter()
        .rev()
        .find_map(|r| r.record.decision.as_ref())
        .unwrap()
        .policy
        .unwrap();
    assert_eq!(notes[0].record.links[0].digest, digest);
    let text = host.ledger("acme.ledger");
    let kept = execert::store::Ledger::document(&text, &digest).unwrap().unwrap();
    assert_eq!(Digest::of(&kept), digest, "the policy's text is kept beside the chain");
}

#[test]
fn what_only_observes_does_not_refuse() {
    let host = TestHost::new();
    let recorder = open(
        &host,
        &options(&format!(r#"{{"gate":"observe","policy":{}}}"#, policy())),
    );
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let (step, _) = run.step_open(&json(r#"{"op":"tool","name":"rm"}"#)).unwrap();
    step.close(&json("{}")).unwrap();
    let told = records(&recorder);
    let intent = told.iter().find(|r| r.record.phase == Phase::Intent).unwrap();
    assert_eq!(intent.record.decision.as_ref().unwrap().verdict, Verdict::Deny);
    assert_eq!(intent.record.capture.as_str(), "observed");
}
