//! Ledgers that went back: older ones put back, last records cut off, files lost, copies written on.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use execert::recorder::Recorder;
use execert::{Code, object};

use crate::common::whole;
use crate::inspect::settle;
use crate::work::{json, pay, recorder, recorder_with};

fn calls(recorder: &Recorder, count: u64) {
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    for n in 0..count {
        let (step, _) = run.step_open(&pay(n)).unwrap();
        step.claim().unwrap();
        step.close(&json("{}")).unwrap();
    }
    run.close(&json("{}")).unwrap();
}

fn work(at: &Path, count: u64) {
    let recorder = recorder(at).unwrap();
    calls(&recorder, count);
    recorder.close().unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(0o700)).unwrap();
    for entry in fs::read_dir(from)
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().is_file())
    {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// Opening says so, again and again, and nobody may write; reading goes on.
fn frozen(at: &Path) {
    for _ in 0..2 {
        let error = recorder(at).unwrap_err();
        assert_eq!(error.code(), Code::ChainRolledBack, "{error}");
    }
    let reader = execert_store::open_read(at.to_str().unwrap()).unwrap();
    assert_eq!(reader.state().unwrap(), execert::store::State::Frozen);
    assert!(whole(&*reader) > 0);
}

pub(crate) fn older() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let (at, old) = (folder.path().join("acme.ledger"), folder.path().join("old"));
    work(&at, 2);
    copy(&at, &old);
    work(&at, 2);
    // The database of before beside the head file of today.
    fs::copy(old.join("ledger.db"), at.join("ledger.db")).unwrap();
    frozen(&at);

    // Without a head file: the MAC key has gone on to a later epoch and cannot go back.
    let at = folder.path().join("other.ledger");
    let old = folder.path().join("old-other");
    work(&at, 1);
    copy(&at, &old);
    let open = recorder(&at).unwrap();
    calls(&open, 1);
    open.heartbeat().unwrap();
    open.close().unwrap();
    drop(open);
    fs::copy(old.join("ledger.db"), at.join("ledger.db")).unwrap();
    fs::remove_file(at.join("head")).unwrap();
    frozen(&at);

    // The whole folder of before: only a head file elsewhere (or a witness) remembers.
    let at = folder.path().join("third.ledger");
    let (old, head) = (folder.path().join("old-third"), folder.path().join("third.head"));
    let with = |at: &Path| recorder_with(at, object! { "head_file": head.to_str().unwrap(), "tenant": "third" });
    let open = with(&at).unwrap();
    calls(&open, 1);
    open.close().unwrap();
    copy(&at, &old);
    let open = with(&at).unwrap();
    calls(&open, 1);
    open.close().unwrap();
    drop(open);
    assert_eq!(with(&old).unwrap_err().code(), Code::ChainRolledBack);
    Ok(())
}

pub(crate) fn copied() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let (at, twin) = (folder.path().join("acme.ledger"), folder.path().join("twin"));
    let head = folder.path().join("acme.head");
    let with = |at: &Path| recorder_with(at, object! { "head_file": head.to_str().unwrap(), "tenant": "acme" });
    let open = with(&at).unwrap();
    calls(&open, 1);
    open.close().unwrap();
    copy(&at, &twin);
    // The copy and the original both go on: whoever is opened second is not what the head file remembers.
    let open = with(&twin).unwrap();
    calls(&open, 1);
    open.close().unwrap();
    let error = with(&at).unwrap_err();
    assert_eq!(error.code(), Code::ChainRolledBack, "{error}");
    // A branch of the same length is no better.
    let other = folder.path().join("branch");
    copy(&twin, &other);
    let open = with(&twin).unwrap();
    calls(&open, 1);
    open.close().unwrap();
    let branch = recorder(&other).unwrap();
    calls(&branch, 1);
    branch.close().unwrap();
    drop(branch);
    assert_eq!(with(&other).unwrap_err().code(), Code::ChainRolledBack);
    Ok(())
}

pub(crate) fn cut() -> Result<(), String> {
    // The last k records, with everything that follows from them made anew: consistent, and shorter.
    for k in [1, 2, 5] {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("acme.ledger");
        work(&at, 3);
        let records = settle(&at, &[], "before").records;
        let connection = rusqlite::Connection::open(at.join("ledger.db")).unwrap();
        let last = records - k;
        connection
            .execute_batch(&format!(
                "DELETE FROM content WHERE seq >= {last}; DELETE FROM record WHERE seq >= {last}"
            ))
            .unwrap();
        drop(connection);
        execert_store::check(at.to_str().unwrap(), true).unwrap();
        frozen(&at);
    }
    // The database: nobody makes a new one beside what remembers the old one.
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    work(&at, 1);
    fs::remove_file(at.join("ledger.db")).unwrap();
    let error = recorder(&at).unwrap_err();
    assert_eq!(error.code(), Code::WireBadArgument, "{error}");
    assert!(!at.join("ledger.db").exists());
    // The folder: a reader is told that there is none, and a head file elsewhere takes no other ledger.
    let (at, head) = (folder.path().join("b.ledger"), folder.path().join("b.head"));
    let with = || recorder_with(&at, object! { "head_file": head.to_str().unwrap() });
    let open = with().unwrap();
    calls(&open, 1);
    open.close().unwrap();
    drop(open);
    fs::remove_dir_all(&at).unwrap();
    assert_eq!(
        execert_store::open_read(at.to_str().unwrap()).err().unwrap().code(),
        Code::StoreIo
    );
    assert_eq!(with().unwrap_err().code(), Code::WireBadArgument);
    Ok(())
}

pub(crate) fn mac() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    work(&at, 1);
    let first = fs::read(at.join("mac")).unwrap();
    let open = recorder(&at).unwrap();
    for _ in 0..2 {
        open.heartbeat().unwrap();
        calls(&open, 1);
    }
    open.close().unwrap();
    drop(open);
    let now = fs::read(at.join("mac")).unwrap();
    assert_ne!(first, now);
    // Behind, as after a crash between commit and file: it goes forward, and what is tagged with it verifies.
    fs::write(at.join("mac"), &first).unwrap();
    work(&at, 1);
    crate::inspect::verifies(&at, "a MAC file behind");
    // Missing: nothing is written.
    fs::rename(at.join("mac"), folder.path().join("mac")).unwrap();
    let before = whole(&*execert_store::open_read(at.to_str().unwrap()).unwrap());
    assert_eq!(recorder(&at).unwrap_err().code(), Code::StoreCorrupt);
    assert_eq!(whole(&*execert_store::open_read(at.to_str().unwrap()).unwrap()), before);
    // Ahead: the ledger is older than its key.
    let other = folder.path().join("other.ledger");
    work(&other, 1);
    fs::write(other.join("mac"), &now).unwrap();
    frozen(&other);
    Ok(())
}
