//! A commit whose outcome is unknown, and a fault while that is looked into.

use execert::Code;
use execert::canon::Value;

use crate::common::{append, whole};
use crate::inspect::{predicates, settle, verifies};
use crate::open;
use crate::work::{arm, json, recorder, told};

/// COMMIT is done and its answer is an error. Who asks again with the same request id gets the record that is there.
pub(crate) fn once() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    let recorder = recorder(&at).unwrap();
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let call = json(r#"{"op":"permit","name":"pay","input":{"amount":1},"request_id":"q-1"}"#);

    // The intent: no handle, no permit; then the one permit there is.
    arm("commit.answer io 1");
    let error = run.step_open(&call).unwrap_err();
    assert_eq!(error.code(), Code::StoreOutcomeUnknown, "{error}");
    let (step, answer) = run.step_open(&call).unwrap();
    let intent = told(&answer);
    step.claim().unwrap();
    let (twin, answer) = run.step_open(&call).unwrap();
    assert_eq!(told(&answer), intent);
    assert_eq!(twin.claim().unwrap_err().code(), Code::GatePermitReused);

    // The outcome: the second attempt finds the first.
    arm("commit.answer io 1");
    assert_eq!(step.close(&json("{}")).unwrap_err().code(), Code::StoreOutcomeUnknown);
    let outcome = told(&step.close(&json("{}")).unwrap());
    assert_eq!(twin.close(&json("{}")).unwrap_err().code(), Code::RecorderClosed);

    // An intent that nobody asks for again is ended with its run.
    arm("commit.answer io 1");
    let error = run
        .step_open(&json(r#"{"op":"permit","name":"pay","input":{"amount":2}}"#))
        .unwrap_err();
    assert_eq!(error.code(), Code::StoreOutcomeUnknown);

    // The end of the run.
    arm("commit.answer io 1");
    assert_eq!(run.close(&json("{}")).unwrap_err().code(), Code::StoreOutcomeUnknown);
    assert_eq!(run.close(&json("{}")).unwrap_err().code(), Code::RecorderClosed);
    recorder.close().unwrap();
    drop((step, twin, run, recorder));

    let seen = settle(&at, &[intent, outcome], "unknown outcomes");
    assert_eq!(seen.lost, 0);
    verifies(&at, "unknown outcomes");
    let count = |kind: &str, phase: &str| {
        let is = |told: &&Value, name: &str, word: &str| told.get(name).and_then(Value::as_str) == Some(word);
        let all = predicates(&at);
        all.iter()
            .filter(|told| is(told, "kind", kind) && is(told, "phase", phase))
            .count()
    };
    assert_eq!((count("tool.call", "intent"), count("tool.call", "outcome")), (2, 2));
    assert_eq!((count("run.start", "single"), count("run.end", "single")), (1, 1));
    Ok(())
}

/// The second fault in a row ends the handle for good; only a fresh opening goes on. Nothing acknowledged is lost.
pub(crate) fn twice() -> Result<(), String> {
    // The commit, then: the question whether it is there, the new connection, the begin of the next turn.
    let faults = [
        "commit.answer io 1 turn.connect io 1",
        "commit.answer io 1 turn.begun io 2",
        "commit.answer io 1 reload io 1 turn.connect io 1",
        "commit.written io 1 turn.locked io 2",
    ];
    for fault in faults {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("acme.ledger");
        let ledger = open(&at);
        let kept = append(&*ledger, &["a"]).unwrap();
        arm(fault);
        let first = append(&*ledger, &["b"]).unwrap_err();
        assert!(
            [Code::StoreIo, Code::StoreOutcomeUnknown].contains(&first.code()),
            "{fault}: {first}"
        );
        let second = append(&*ledger, &["c"]).unwrap_err();
        assert_eq!(second.code(), Code::StoreIo, "{fault}: {second}");
        // No fault is left, and still nothing is written.
        for _ in 0..3 {
            let error = append(&*ledger, &["d"]).unwrap_err();
            assert_eq!(error.code(), Code::StoreIo, "{fault}");
            assert!(
                error.next().contains("open the ledger anew"),
                "{fault}: {}",
                error.next()
            );
        }
        drop(ledger);
        let again = open(&at);
        let there = whole(&*again);
        assert!(
            again
                .row(kept.seq)
                .unwrap()
                .is_some_and(|row| row.digest == kept.digest),
            "{fault}"
        );
        append(&*again, &["e"]).unwrap();
        assert_eq!(whole(&*again), there + 1, "{fault}");
    }
    // One fault is survived by the same handle.
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    let ledger = open(&at);
    for fault in ["commit.answer io 1", "commit.written io 1", "turn.begun io 1"] {
        arm(fault);
        append(&*ledger, &["x"]).unwrap_err();
        append(&*ledger, &["y"]).unwrap();
    }
    whole(&*ledger);
    Ok(())
}
