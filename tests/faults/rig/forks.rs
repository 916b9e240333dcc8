//! Real forks, with and without the hooks.

use std::io::{BufRead as _, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use execert::Code;
use execert::store::Ledger;
use fork::{Fork, fork, waitpid};

use crate::common::{DEADLINE, append, whole};
use crate::{job, open};

/// Runs `work` in a forked child, which never comes back from here. The answer waits for it and says whether all was well.
fn in_child(work: impl FnOnce()) -> Box<dyn FnOnce() -> bool> {
    match fork().unwrap() {
        Fork::Child => {
            let done = catch_unwind(AssertUnwindSafe(work));
            std::process::exit(i32::from(done.is_err()));
        }
        Fork::Parent(pid) => Box::new(move || waitpid(pid).unwrap() == 0),
    }
}

fn with_hooks(ledger: &dyn Ledger, work: impl FnOnce()) -> Box<dyn FnOnce() -> bool> {
    ledger.before_fork();
    let child = in_child(|| {
        ledger.after_fork(true);
        work();
    });
    ledger.after_fork(false);
    child
}

pub(crate) fn both() -> Result<(), String> {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("acme.ledger");
        let ledger = open(&at);
        append(&*ledger, &["before"]).unwrap();
        let parent = ledger.recorder();
        let child = with_hooks(&*ledger, || {
            assert_ne!(ledger.recorder(), parent);
            for _ in 0..60 {
                append(&*ledger, &["child"]).unwrap();
            }
            // And a handle of its own on the same path.
            append(&*open(&at), &["child"]).unwrap();
            whole(&*ledger);
        });
        assert_eq!(ledger.recorder(), parent);
        for _ in 0..20 {
            append(&*ledger, &["parent"]).unwrap();
        }
        // The child still writes.
        drop(ledger);
        assert!(child());
        assert_eq!(whole(&*open(&at)), 1 + 60 + 1 + 20);
        assert!(execert_store::check(at.to_str().unwrap(), false).is_ok());
    }
    Ok(())
}

pub(crate) fn unhooked() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    let ledger = open(&at);
    append(&*ledger, &["before"]).unwrap();
    let mut ledger = Some(ledger);
    let child = in_child(|| {
        let handle = ledger.take().unwrap();
        for _ in 0..50 {
            let refused = [
                handle.turn(DEADLINE).err().unwrap(),
                handle.head().unwrap_err(),
                handle.row(0).unwrap_err(),
                handle.close().unwrap_err(),
                execert_store::open(at.to_str().unwrap(), None).err().unwrap(),
                execert_store::open_read(at.to_str().unwrap()).err().unwrap(),
            ];
            assert_eq!(refused.map(|error| error.code()), [Code::ChainForkedProcess; 6]);
        }
        // Hooks that come too late change nothing.
        handle.after_fork(true);
        assert_eq!(handle.head().unwrap_err().code(), Code::ChainForkedProcess);
        drop(handle);
    });
    let ledger = ledger.unwrap();
    for _ in 0..50 {
        append(&*ledger, &["parent"]).unwrap();
    }
    assert!(child());
    append(&*ledger, &["parent"]).unwrap();
    drop(ledger);
    assert_eq!(whole(&*open(&at)), 52);
    Ok(())
}

/// Threads of the parent append all the time; forks happen in between.
fn beside_threads(round: impl Fn(&dyn Ledger) -> bool) {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    let ledger = open(&at);
    let (stop, count) = (AtomicBool::new(false), AtomicU64::new(0));
    let all_well = std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    append(&*ledger, &["thread"]).unwrap();
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let all_well = (0..10).all(|_| {
            std::thread::sleep(Duration::from_millis(7));
            round(&*ledger)
        });
        stop.store(true, Ordering::Relaxed);
        all_well
    });
    assert!(all_well);
    assert!(whole(&*ledger) >= count.load(Ordering::Relaxed));
    drop(ledger);
    execert_store::check(at.to_str().unwrap(), false).unwrap();
}

pub(crate) fn threads() -> Result<(), String> {
    beside_threads(|ledger| {
        with_hooks(ledger, || {
            let began = Instant::now();
            append(ledger, &["child"]).unwrap();
            assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        })()
    });
    Ok(())
}

pub(crate) fn raw_threads() -> Result<(), String> {
    beside_threads(|ledger| {
        in_child(|| {
            let began = Instant::now();
            assert_eq!(ledger.turn(DEADLINE).err().unwrap().code(), Code::ChainForkedProcess);
            assert_eq!(ledger.head().unwrap_err().code(), Code::ChainForkedProcess);
            assert!(began.elapsed() < Duration::from_secs(20));
        })()
    });
    Ok(())
}

/// Child of `orphaned`: forks with hooks; the grandchild appends when told, this process waits to be killed.
pub(crate) fn fork_and_wait(at: &Path) {
    let ledger = open(at);
    let turn = ledger.turn(DEADLINE).unwrap();
    let (expect, mut batch) = (
        turn.head().cloned(),
        crate::common::batch(&*ledger, &*turn, &["intent"]),
    );
    batch.open_intents.push(batch.head.seq);
    turn.commit(expect.as_ref(), batch).unwrap();
    println!("{}", ledger.recorder());
    let parent = std::process::id();
    let grandchild = with_hooks(&*ledger, || {
        println!("{}", ledger.recorder());
        append(&*ledger, &["grandchild"]).unwrap();
        println!("alive");
        // Until the parent is gone, and a little longer.
        while rustix::process::getppid().is_some_and(|pid| u32::try_from(pid.as_raw_nonzero().get()) == Ok(parent)) {
            std::thread::sleep(Duration::from_millis(5));
        }
        for _ in 0..20 {
            append(&*ledger, &["grandchild"]).unwrap();
            std::thread::sleep(Duration::from_millis(10));
        }
        println!("done");
    });
    grandchild();
}

pub(crate) fn orphaned() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    let mut child = job("fork-and-wait", &at).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let (parent, grandchild) = (lines.next().unwrap(), lines.next().unwrap());
    assert_ne!(parent, grandchild);
    assert_eq!(lines.next().unwrap(), "alive");
    child.kill().unwrap();
    child.wait().unwrap();
    // The dead parent is found dead although its child lives: the child closed its copy of the live file.
    let ledger = open(&at);
    assert_eq!(
        ledger
            .orphans()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        [parent]
    );
    append(&*ledger, &["beside"]).unwrap();
    assert_eq!(lines.next().unwrap(), "done");
    assert_eq!(whole(&*ledger), 1 + 1 + 20 + 1);
    Ok(())
}
