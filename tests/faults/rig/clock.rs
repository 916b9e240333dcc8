//! Clocks that are wrong, with libfaketime: order is the chain's, a step is a record, permits live on another clock.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use execert::Code;
use execert::canon::Value;

use crate::inspect::{predicates, settle, verifies};
use crate::job;
use crate::work::{json, pay, recorder};

fn library() -> Option<PathBuf> {
    let roots = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let names = ["faketime/libfaketime.so.1", "libfaketime.so.1"];
    roots
        .flat_map(|root| names.map(|name| root.join(name)))
        .find(|path| path.is_file())
}

/// A child whose wall clock is as far off as the file says, read again each time. `monotonic`: that clock too.
fn off(script: &str, at: &Path, monotonic: bool) -> Option<Command> {
    let clock = at.with_extension("clock");
    fs::write(&clock, "+0\n").unwrap();
    let mut command = job(script, at);
    let spared = if monotonic { "0" } else { "1" };
    command
        .env("LD_PRELOAD", library()?)
        .env("FAKETIME_TIMESTAMP_FILE", clock)
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", spared)
        .env("DONT_FAKE_MONOTONIC", spared);
    Some(command)
}

const ABSENT: &str = "libfaketime is not installed (Debian package faketime)";

fn set(at: &Path, how: &str) {
    let mut file = fs::File::create(at.with_extension("clock")).unwrap();
    file.write_all(format!("{how}\n").as_bytes()).unwrap();
}

/// Child: what happens while the clock is set.
pub(crate) fn child(at: &Path, script: &str) {
    let recorder = recorder(at).unwrap();
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let call = || {
        let (step, _) = run.step_open(&pay(1)).unwrap();
        step.claim().unwrap();
        step.close(&json("{}")).unwrap();
    };
    match script {
        "steps" => {
            call();
            for how in ["-1h", "+1y", "-30d", "+0"] {
                let (step, _) = run.step_open(&pay(2)).unwrap();
                set(at, how);
                // The permit is from before the step, and as good as before.
                step.claim().unwrap();
                step.close(&json("{}")).unwrap();
                call();
            }
        }
        "late" => {
            let (step, _) = run.step_open(&pay(2)).unwrap();
            set(at, "+59s");
            let (kept, _) = run.step_open(&pay(3)).unwrap();
            set(at, "+61s");
            assert_eq!(step.claim().unwrap_err().code(), Code::GatePermitExpired);
            kept.claim().unwrap();
            kept.close(&json("{}")).unwrap();
        }
        // A permit that stands in the future of its clock proves nothing.
        "back" => {
            let (step, _) = run.step_open(&pay(2)).unwrap();
            set(at, "-1h");
            assert_eq!(step.claim().unwrap_err().code(), Code::GatePermitExpired);
        }
        _ => (0..20).for_each(|_| call()),
    }
    run.close(&json("{}")).unwrap();
    recorder.close().unwrap();
}

fn kinds(at: &Path, kind: &str) -> usize {
    let all = predicates(at);
    all.iter()
        .filter(|told| told.get("kind").and_then(Value::as_str) == Some(kind))
        .count()
}

/// N54: the wall clock goes back an hour, on a year, back, home. Each step is one record.
pub(crate) fn steps() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    let mut command = off("clock steps", &at, false).ok_or(ABSENT)?;
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    settle(&at, &[], "clock steps");
    assert_eq!(kinds(&at, "clock.step"), 4);
    let times: Vec<String> = predicates(&at)
        .iter()
        .map(|told| told.get("recorded_at").and_then(Value::as_str).unwrap().to_owned())
        .collect();
    assert!(!times.is_sorted(), "the clock did go back");
    verifies(&at, "clock steps");
    Ok(())
}

/// L29: eight writers whose clocks are hours apart. The order is that of the chain, and it verifies.
pub(crate) fn writers() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    recorder(&at).unwrap().close().unwrap();
    let mut children = Vec::new();
    for n in 0..8 {
        let mut command = job("clock plain", &at);
        command
            .env("LD_PRELOAD", library().ok_or(ABSENT)?)
            .env("FAKETIME", format!("{:+}h", n * 3 - 12))
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DONT_FAKE_MONOTONIC", "1");
        children.push(command.spawn().unwrap());
    }
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let seen = settle(&at, &[], "eight clocks");
    assert!(seen.records > 8 * (2 + 2 * 20));
    assert!(kinds(&at, "clock.step") > 0);
    verifies(&at, "eight clocks");
    Ok(())
}

/// N48: a permit is good for 60 s of the monotonic clock.
pub(crate) fn permits() -> Result<(), String> {
    for script in ["late", "back"] {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("acme.ledger");
        let mut command = off(&format!("clock {script}"), &at, true).ok_or(ABSENT)?;
        let done = command.output().unwrap();
        assert!(
            done.status.success(),
            "{script}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        settle(&at, &[], script);
        verifies(&at, script);
    }
    Ok(())
}
