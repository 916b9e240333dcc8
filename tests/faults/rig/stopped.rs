//! A process that is stopped (SIGSTOP) in the middle of its turn.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use execert::Code;
use rustix::process::{Pid, Signal, kill_process};

use crate::common::{DEADLINE, append};
use crate::{job, open};

/// Child: takes a turn and keeps it until it is killed or its input ends.
pub(crate) fn hold(at: &Path) {
    let ledger = open(at);
    let turn = ledger.turn(DEADLINE).unwrap();
    println!("held");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    drop(turn);
    println!("over");
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

fn stop_in_turn(at: &Path) -> (Child, Pid, impl Iterator<Item = String>) {
    let mut child = job("hold", at).stdin(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    assert_eq!(lines.next().unwrap(), "held");
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::STOP).unwrap();
    (child, pid, lines)
}

pub(crate) fn holder() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    let ledger = open(&at);
    let (mut child, pid, _lines) = stop_in_turn(&at);
    for _ in 0..3 {
        let began = Instant::now();
        let error = ledger.turn(300).err().unwrap();
        assert_eq!(error.code(), Code::ChainLocked);
        assert!(error.message().contains(&format!("process {pid},")), "{error:?}");
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        // Whoever only reads is not held up.
        assert!(ledger.head().unwrap().is_none());
    }
    // A dead process holds nothing.
    child.kill().unwrap();
    child.wait().unwrap();
    append(&*ledger, &["after"]).unwrap();
    Ok(())
}

pub(crate) fn resumed() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    let ledger = open(&at);
    let (mut child, pid, mut lines) = stop_in_turn(&at);
    for _ in 0..4 {
        assert_eq!(ledger.turn(50).err().unwrap().code(), Code::ChainLocked);
    }
    kill_process(pid, Signal::CONT).unwrap();
    let mut input = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, b"\n").unwrap();
    assert_eq!(lines.next().unwrap(), "over");
    // Locks that came too late were given back.
    append(&*ledger, &["after"]).unwrap();
    append(&*open(&at), &["other"]).unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
    Ok(())
}
