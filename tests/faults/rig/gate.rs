//! No record, no action: effects are counted in a file that the effect itself writes, and compared with the ledger.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use execert::{Code, object};

use crate::inspect::{said, settle, verifies};
use crate::results::figure;
use crate::work::{POINTS, json, pay, recorder, recorder_with, with_point};
use crate::{Dice, deep, faults, full, job};

/// Calls of one victim.
const EACH: u64 = 100;

pub(crate) fn calls() -> Result<(), String> {
    let mut dice = Dice::new();
    let most = if deep() { 10_000 } else { 600 };
    let (mut calls, mut effects, mut errors, mut round) = (0, 0, 0, 0);
    let (mut lost, mut bare) = (0, 0);
    let (mut strace, mut volume) = (true, true);
    while calls < most {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("acme.ledger");
        let word = EACH.to_string();
        let mut command = job(&format!("work {word}"), &at);
        let mut mounted = None;
        let place = match round % 5 {
            0 => {
                let (point, arrival) = (dice.one_of(&POINTS), dice.below(40) + 1);
                with_point(&mut command, point, "kill", arrival);
                format!("kill at {point} {arrival}")
            }
            1 | 2 => {
                let (point, arrival) = (dice.one_of(&POINTS[3..11]), dice.below(60) + 1);
                let fault = dice.one_of(&["io", "full"]);
                with_point(&mut command, point, fault, arrival);
                format!("{fault} at {point} {arrival}")
            }
            3 if strace => {
                let (call, when) = (dice.one_of(&faults::CALLS), dice.below(200) + 1);
                let fault = dice.one_of(&["error=EIO", "signal=KILL"]);
                command = faults::strace(&at, call, fault, when, &format!("work {word}"));
                format!("{call} {fault} {when}")
            }
            4 if volume => {
                // The reserve fits, and little more.
                mounted = full::Volume::new("6m");
                volume = mounted.is_some();
                let at = mounted.as_ref().map_or(at.clone(), full::Volume::path);
                command = job(&format!("work {word}"), &at);
                "a small disk".to_owned()
            }
            _ => "nothing".to_owned(),
        };
        round += 1;
        let at = mounted.as_ref().map_or(at, full::Volume::path);
        let place = format!("round {round}, {place}");
        let output = command.output();
        let Ok(output) = output else {
            strace = false;
            continue;
        };
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        if faults::forbidden(&complaint) {
            strace = false;
            continue;
        }
        assert!(!complaint.contains("panicked"), "{place}: {complaint}");
        let said = said(&String::from_utf8_lossy(&output.stdout));
        calls += said.calls;
        errors += u64::try_from(said.errors.len()).unwrap();
        if let Some(volume) = &mounted {
            volume.remount("size=200m");
        }
        let seen = settle(&at, &said.acknowledged, &place);
        verifies(&at, &place);
        effects += seen.effects;
        lost += seen.lost;
        bare += seen.effects_without_intent;
    }
    println!("{calls} calls, {effects} effects, {errors} errors, {round} rounds");
    figure("gated_calls", calls);
    figure("effects_without_intent", bare);
    figure("acknowledged_lost", lost);
    assert_eq!(
        (bare, lost),
        (0, 0),
        "effects without intent, acknowledged records lost"
    );
    assert!(effects > 0 && errors > 0);
    Ok(())
}

fn refused(at: &Path, open: impl FnOnce() -> execert::recorder::Recorder, spoil: impl FnOnce()) -> Code {
    let recorder = open();
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let (step, _) = run.step_open(&pay(1)).unwrap();
    step.claim().unwrap();
    step.close(&json("{}")).unwrap();
    spoil();
    // Nobody gets a permit, however often they ask.
    let codes: Vec<Code> = (0..3).map(|_| run.step_open(&pay(2)).unwrap_err().code()).collect();
    assert!(at.exists());
    codes[0]
}

pub(crate) fn unlinked() -> Result<(), String> {
    for name in ["ledger.db", "ledger.db-wal", "mac"] {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("acme.ledger");
        if name == "mac" {
            // The key is in memory while the recorder lives; the next one cannot tag and does not write.
            recorder(&at).unwrap().close().unwrap();
            std::fs::remove_file(at.join(name)).unwrap();
            assert_eq!(recorder(&at).unwrap_err().code(), Code::StoreCorrupt);
            continue;
        }
        let code = refused(
            &at,
            || recorder(&at).unwrap(),
            || std::fs::remove_file(at.join(name)).unwrap(),
        );
        assert_eq!(code, Code::StoreIo, "{name}");
    }
    Ok(())
}

pub(crate) fn policy() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    let path = folder.path().join("policy.json");
    let with = || recorder_with(&at, object! { "policy": path.to_str().unwrap() });
    let unavailable = |place: &str| {
        let began = Instant::now();
        let error = with().unwrap_err();
        assert_eq!(error.code(), Code::PolicyUnavailable, "{place}: {error}");
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{place}: {:?}",
            began.elapsed()
        );
        // Nothing was begun: no ledger was made on the way.
        assert!(!at.exists(), "{place}");
    };
    unavailable("missing");
    std::fs::create_dir(&path).unwrap();
    unavailable("a folder");
    std::fs::remove_dir(&path).unwrap();
    // A pipe into which nobody writes: it would be waited for without end.
    if Command::new("mkfifo")
        .arg(&path)
        .status()
        .is_ok_and(|done| done.success())
    {
        unavailable("a pipe that says nothing");
        std::fs::remove_file(&path).unwrap();
    }
    std::fs::write(&path, crate::work::POLICY).unwrap();
    with().unwrap().close().unwrap();
    // An enforcing ledger that is opened without its policy decides nothing in favour of anybody.
    std::fs::remove_file(&path).unwrap();
    assert_eq!(with().unwrap_err().code(), Code::PolicyUnavailable);
    Ok(())
}
