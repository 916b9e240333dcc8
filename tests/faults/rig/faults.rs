//! `strace -e inject`: one system call of a writing process fails, or kills it.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use execert::store::NewLedger;

use crate::common::{append, whole};
use crate::results::figure;
use crate::{Dice, deep, open};

pub(crate) const CALLS: [&str; 8] = [
    "pwrite64",
    "write",
    "fdatasync",
    "fsync",
    "ftruncate",
    "openat",
    "unlink",
    "flock",
];

/// Child: opens and appends, whatever happens; says each acknowledged record and each code.
pub(crate) fn insist(at: &Path, turns: u64) {
    let mut ledger = None;
    for _ in 0..turns {
        let handle = match ledger.take() {
            Some(handle) => Ok(handle),
            None => execert_store::open(at.to_str().unwrap(), Some(&NewLedger::default())),
        };
        let done = handle.and_then(|handle| {
            let done = append(&*handle, &["a", "b"]);
            // A handle that is closed for good is opened anew; any other is used again.
            let again = done.is_ok() || handle.head().is_ok();
            ledger = again.then_some(handle);
            done
        });
        let word = match done {
            Ok(head) => format!("{} {}", head.seq, head.digest.hex()),
            Err(error) => format!("error {} {error}", error.code().as_str()),
        };
        // The fault may hit the answer itself: then nothing was acknowledged.
        writeln!(std::io::stdout(), "{word}").ok();
    }
}

/// A job of this program under strace, with a fault at the so-and-so-manieth call.
pub(crate) fn strace(at: &Path, call: &str, fault: &str, when: u64, job: &str) -> Command {
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-o"])
        .arg(at.with_extension("strace"))
        .args([
            "-e",
            &format!("trace={call}"),
            "-e",
            &format!("inject={call}:{fault}:when={when}"),
        ])
        .arg(std::env::current_exe().unwrap())
        .env("EXECERT_TEST_JOB", job)
        .env("EXECERT_TEST_LEDGER", at);
    command
}

/// Whether strace complains that it may not be used.
pub(crate) fn forbidden(complaint: &str) -> bool {
    complaint.contains("ptrace") || complaint.contains("Operation not permitted")
}

/// What a child said that was hit, and whether it was. None: strace cannot be used here.
fn inject(at: &Path, call: &str, fault: &str, when: u64) -> Option<(String, bool)> {
    // In the long round each call of opening and a few turns is hit; what comes later is the same again.
    let job = if deep() { "insist 5" } else { "insist 24" };
    let done = strace(at, call, fault, when, job).output().ok()?;
    let said = String::from_utf8_lossy(&done.stderr);
    if forbidden(&said) {
        return None;
    }
    let log = std::fs::read_to_string(at.with_extension("strace")).unwrap_or_default();
    let hit = !done.status.success() || log.contains("(INJECTED)");
    assert!(!said.contains("panicked"), "{call} {fault} {when}: {said}");
    Some((String::from_utf8_lossy(&done.stdout).into_owned(), hit))
}

/// Faults at calls drawn by lot, or in the long round at each call in turn until there is no such call any more.
fn faults(kinds: &[&str]) -> Result<(), String> {
    let mut dice = Dice::new();
    let mut count = Count::default();
    let cannot = || "strace cannot be used here".to_owned();
    for fault in kinds {
        if deep() {
            for call in CALLS {
                let mut when = 1;
                while one(call, fault, when, &mut count).ok_or_else(cannot)? {
                    when += 1;
                }
            }
        } else {
            for round in 0..16 / kinds.len() {
                let when = dice.below(30) + 1;
                one(CALLS[(round + count.rounds) % CALLS.len()], fault, when, &mut count).ok_or_else(cannot)?;
            }
        }
    }
    println!("{kinds:?}: {count:?}");
    figure("faults_at_system_calls", u64::try_from(count.rounds).unwrap());
    figure("acknowledged_lost", count.lost);
    assert_eq!(count.lost, 0);
    assert!(count.acknowledged > 0);
    Ok(())
}

#[derive(Debug, Default)]
struct Count {
    rounds: usize,
    acknowledged: u64,
    errors: u64,
    lost: u64,
}

/// One fault; whether the child came to it.
fn one(call: &str, fault: &str, when: u64, count: &mut Count) -> Option<bool> {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    // The first calls of every other one are those of its making.
    if when.is_multiple_of(2) {
        append(&*open(&at), &["before"]).unwrap();
    }
    let (said, hit) = inject(&at, call, fault, when)?;
    count.rounds += 1;
    let place = format!("{call} {fault} {when}: {said}");
    // strace ends all threads of a process at different moments: a word may be cut.
    let lines: Vec<_> = said.lines().filter_map(|line| line.split_once(' ')).collect();
    let ledger = open(&at);
    whole(&*ledger);
    for (seq, digest) in lines
        .iter()
        .filter(|(seq, digest)| *seq != "error" && digest.len() == 64)
    {
        let row = ledger.row(seq.parse().unwrap()).unwrap();
        if row.is_none_or(|row| row.digest.hex() != *digest) {
            println!("lost {seq}; {place}");
            count.lost += 1;
        }
        count.acknowledged += 1;
    }
    for (_, error) in lines.iter().filter(|(word, _)| *word == "error") {
        let code = error.split(' ').next().unwrap();
        let known = [
            "store.io",
            "store.outcome_unknown",
            "store.full",
            "store.corrupt",
            "store.read_only",
            "key.not_found",
        ];
        assert!(known.contains(&code), "{place}");
        count.errors += 1;
    }
    append(&*ledger, &["after"]).unwrap_or_else(|error| panic!("{error}; {place}"));
    drop(ledger);
    execert_store::check(at.to_str().unwrap(), false).unwrap_or_else(|error| panic!("{error}; {place}"));
    Some(hit)
}

pub(crate) fn errors() -> Result<(), String> {
    faults(&["error=EIO", "error=ENOSPC"])
}

pub(crate) fn kills() -> Result<(), String> {
    faults(&["signal=KILL"])
}
