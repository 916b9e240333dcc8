//! `strace -e inject`: one system call of a writing process fails, or kills it.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use execert::store::NewLedger;

use crate::common::{append, whole};
use crate::{Dice, open, rounds};

const CALLS: [&str; 8] = [
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
pub(crate) fn insist(at: &Path) {
    let mut ledger = None;
    for _ in 0..24 {
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

/// Runs the child under strace; None: it cannot be used here.
fn inject(at: &Path, call: &str, fault: &str, when: u64) -> Option<String> {
    let log = at.with_extension("strace");
    let done = Command::new("strace")
        .args(["-f", "-qq", "-o"])
        .arg(&log)
        .args([
            "-e",
            &format!("trace={call}"),
            "-e",
            &format!("inject={call}:{fault}:when={when}"),
        ])
        .arg(std::env::current_exe().unwrap())
        .env("EXECERT_TEST_JOB", "insist")
        .env("EXECERT_TEST_LEDGER", at)
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&done.stderr);
    if said.contains("ptrace") || said.contains("Operation not permitted") {
        return None;
    }
    assert!(!said.contains("panicked"), "{call} {fault} {when}: {said}");
    Some(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// Faults at many calls in turn, the first ones (while it is made) among them.
fn faults(fault: &str) -> Result<(), String> {
    let mut dice = Dice::new();
    let (mut acknowledged, mut errors) = (0, 0);
    for round in 0..rounds(24) {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("acme.ledger");
        if round % 2 == 0 {
            append(&*open(&at), &["before"]).unwrap();
        }
        let call = CALLS[usize::try_from(round).unwrap() % CALLS.len()];
        let when = dice.below(30) + 1;
        let Some(said) = inject(&at, call, fault, when) else {
            return Err("strace cannot be used here".to_owned());
        };
        let place = format!("{call} {fault} {when}: {said}");
        // strace ends all threads of a process at different moments: a word may be cut.
        let lines: Vec<_> = said.lines().filter_map(|line| line.split_once(' ')).collect();
        let ledger = open(&at);
        whole(&*ledger);
        for (seq, digest) in lines
            .iter()
            .filter(|(seq, digest)| *seq != "error" && digest.len() == 64)
        {
            let row = ledger
                .row(seq.parse().unwrap())
                .unwrap()
                .unwrap_or_else(|| panic!("lost {seq}; {place}"));
            assert_eq!(row.digest.hex(), *digest, "{place}");
            acknowledged += 1;
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
            errors += 1;
        }
        append(&*ledger, &["after"]).unwrap_or_else(|error| panic!("{error}; {place}"));
        drop(ledger);
        execert_store::check(at.to_str().unwrap(), false).unwrap_or_else(|error| panic!("{error}; {place}"));
    }
    println!("{fault}: {acknowledged} acknowledged, {errors} errors");
    assert!(acknowledged > 0);
    Ok(())
}

pub(crate) fn errors() -> Result<(), String> {
    faults("error=EIO")
}

pub(crate) fn kills() -> Result<(), String> {
    faults("signal=KILL")
}
