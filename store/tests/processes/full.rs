//! No space, no right to write.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use execert::Code;
use execert::store::Ledger;

use crate::common::{append, whole};
use crate::{job, open};

/// A small volume in memory; None where this user may not mount one.
struct Volume(tempfile::TempDir);

impl Volume {
    fn new(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size},mode=0700"), "tmpfs"])
            .arg(folder.path())
            .output();
        mounted.is_ok_and(|done| done.status.success()).then(|| Self(folder))
    }

    fn remount(&self, how: &str) -> bool {
        let done = Command::new("mount")
            .args(["-o", &format!("remount,{how}")])
            .arg(self.0.path())
            .output();
        done.is_ok_and(|done| done.status.success())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("acme.ledger")
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(self.0.path()).output().unwrap();
    }
}

fn append_large(ledger: &dyn Ledger) -> execert::Result<u64> {
    let large = "x".repeat(40_000);
    append(ledger, &[&large]).map(|head| head.seq)
}

pub(crate) fn disk() -> Result<(), String> {
    let Some(volume) = Volume::new("16m") else {
        return Err("may not mount a tmpfs".to_owned());
    };
    let at = volume.path();
    let ledger = open(&at);
    assert!(ledger.reserved());
    let mut last = None;
    let error = loop {
        match append_large(&*ledger) {
            Ok(seq) => last = Some(seq),
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), Code::StoreFull);
    assert!(last.unwrap() > 20, "{last:?}");
    // The reserve is gone: no new permits, but what is under way still fits.
    assert!(!ledger.reserved());
    assert!(!at.join("reserve").exists());
    for _ in 0..10 {
        last = Some(append_large(&*ledger).unwrap());
    }
    assert!(!ledger.refill().unwrap(), "under 64 MiB are free");
    // Others see it too.
    assert_eq!(whole(&*ledger), last.unwrap() + 1);
    // Until that is used up as well: still coded, still whole.
    let error = loop {
        match append_large(&*ledger) {
            Ok(seq) => last = Some(seq),
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), Code::StoreFull);
    assert_eq!(whole(&*ledger), last.unwrap() + 1);
    drop(ledger);
    // A ledger on a full disk can be opened and read; once there is space it goes on, with a reserve.
    if volume.remount("size=200m") {
        let ledger = open(&at);
        assert_eq!(whole(&*ledger), last.unwrap() + 1);
        assert!(ledger.refill().unwrap());
        assert!(ledger.reserved() && at.join("reserve").exists());
        append_large(&*ledger).unwrap();
    }
    execert_store::check(at.to_str().unwrap(), false).unwrap();
    Ok(())
}

/// Child: appends until something refuses, then says how many records were acknowledged and the code.
pub(crate) fn fill(at: &Path) {
    let ledger = open(at);
    let mut count = whole(&*ledger);
    let error = loop {
        match append_large(&*ledger) {
            Ok(seq) => count = seq + 1,
            Err(error) => break error,
        }
    };
    println!("{count} {}", error.code().as_str());
}

pub(crate) fn limit() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    append(&*open(&at), &["first"]).unwrap();
    let exe = std::env::current_exe().unwrap();
    // No file may grow beyond 5 MiB; the signal of it is ignored, so that writes fail instead.
    let script = "trap '' XFSZ; ulimit -f 10240; exec \"$0\"";
    let mut command = Command::new("sh");
    command
        .args(["-c", script])
        .arg(exe)
        .env("EXECERT_TEST_JOB", "fill")
        .env("EXECERT_TEST_LEDGER", &at);
    let done = command.output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    let (count, code) = said
        .trim()
        .split_once(' ')
        .unwrap_or_else(|| panic!("{said:?} {:?}", done.stderr));
    assert!(["store.io", "store.full"].contains(&code), "{code}");
    let ledger = open(&at);
    let there = whole(&*ledger);
    assert!(there >= count.parse::<u64>().unwrap(), "{there} of {count}");
    append(&*ledger, &["after"]).unwrap();
    drop(ledger);
    execert_store::check(at.to_str().unwrap(), false).unwrap();
    Ok(())
}

pub(crate) fn read_only() -> Result<(), String> {
    let Some(volume) = Volume::new("32m") else {
        return Err("may not mount a tmpfs".to_owned());
    };
    let at = volume.path();
    let ledger = open(&at);
    append(&*ledger, &["a", "b"]).unwrap();
    ledger.close().unwrap();
    drop(ledger);
    if !volume.remount("ro") {
        return Err("may not remount".to_owned());
    }
    let url = at.to_str().unwrap();
    assert_eq!(
        execert_store::open(url, None).err().unwrap().code(),
        Code::StoreReadOnly
    );
    let reader = execert_store::open_read(url).unwrap();
    assert_eq!(whole(&*reader), 2);
    assert_eq!(reader.turn(100).err().unwrap().code(), Code::StoreReadOnly);
    drop(reader);

    // A writer that died left records in the WAL: they cannot be read here, and that is said.
    assert!(volume.remount("rw"));
    let mut child = job("append", &at).spawn().unwrap();
    let mut said = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    assert!(said.nth(3).is_some());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(fs::metadata(at.join("ledger.db-wal")).unwrap().len() > 0);
    fs::remove_file(at.join("ledger.db-shm")).unwrap();
    assert!(volume.remount("ro"));
    let error = execert_store::open_read(url).err().unwrap();
    assert_eq!(error.code(), Code::StoreReadOnly);
    assert!(error.next().contains("copy"), "{}", error.next());
    Ok(())
}
