//! No space, no right to write.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use execert::canon::Value;
use execert::store::Ledger;
use execert::{Code, object};

use crate::common::{append, whole};
use crate::inspect::{settle, verifies};
use crate::work::{json, pay, recorder, told};
use crate::{Dice, job, open, rounds};

const MOUNT: &str = "may not mount a small volume";

/// A small volume in memory; None where this user may not mount one.
pub(crate) struct Volume(tempfile::TempDir);

impl Volume {
    pub(crate) fn new(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size},mode=0700"), "tmpfs"])
            .arg(folder.path())
            .output();
        mounted.is_ok_and(|done| done.status.success()).then(|| Self(folder))
    }

    pub(crate) fn remount(&self, how: &str) -> bool {
        let done = Command::new("mount")
            .args(["-o", &format!("remount,{how}")])
            .arg(self.0.path())
            .output();
        done.is_ok_and(|done| done.status.success())
    }

    pub(crate) fn path(&self) -> PathBuf {
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
        return Err(MOUNT.to_owned());
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

/// Child: appends until something refuses, then says how many records were acknowledged and the code. No file may grow
/// beyond `bytes`.
pub(crate) fn fill(at: &Path, bytes: u64) {
    let ledger = open(at);
    let limit = rustix::process::Rlimit {
        current: Some(bytes),
        maximum: Some(bytes),
    };
    rustix::process::setrlimit(rustix::process::Resource::Fsize, limit).unwrap();
    let mut count = whole(&*ledger);
    let error = loop {
        match append_large(&*ledger) {
            Ok(seq) => count = seq + 1,
            Err(error) => break error,
        }
    };
    // A file that ends where the limit is: the write was a short one.
    let length = |name| fs::metadata(at.join(name)).map_or(0, |found| found.len());
    let short = ["ledger.db", "ledger.db-wal"].iter().any(|name| length(name) == bytes);
    println!("{count} {} {short}", error.code().as_str());
}

/// A write that meets the limit is cut short there, at any byte, and the next one fails.
pub(crate) fn limit() -> Result<(), String> {
    let mut dice = Dice::new();
    let mut short = 0;
    for _ in 0..rounds(4) {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("acme.ledger");
        append(&*open(&at), &["first"]).unwrap();
        let bytes = 300_000 + dice.below(3_000_000);
        // The signal of it is ignored, so that writes fail instead.
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' XFSZ; exec \"$0\""])
            .arg(std::env::current_exe().unwrap())
            .env("EXECERT_TEST_JOB", format!("fill {bytes}"))
            .env("EXECERT_TEST_LEDGER", &at);
        let done = command.output().unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        let complaint = String::from_utf8_lossy(&done.stderr);
        let (count, code) = said
            .trim()
            .split_once(' ')
            .unwrap_or_else(|| panic!("{bytes}: {said:?} {complaint}"));
        let (code, cut) = code.split_once(' ').unwrap();
        assert!(["store.io", "store.full"].contains(&code), "{bytes}: {code}");
        short += u64::from(cut == "true");
        let ledger = open(&at);
        let there = whole(&*ledger);
        assert!(there >= count.parse::<u64>().unwrap(), "{bytes}: {there} of {count}");
        append(&*ledger, &["after"]).unwrap();
        drop(ledger);
        execert_store::check(at.to_str().unwrap(), false).unwrap();
    }
    println!("{short} writes were cut short");
    assert!(short > 0);
    Ok(())
}

/// 2 MB: the reserve does not fit, so nothing is permitted; what is only observed is recorded until the disk is full.
pub(crate) fn tiny() -> Result<(), String> {
    let Some(volume) = Volume::new("2m") else {
        return Err(MOUNT.to_owned());
    };
    let at = volume.path();
    let recorder = recorder(&at).unwrap();
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let error = run.step_open(&pay(1)).unwrap_err();
    assert_eq!(error.code(), Code::StoreFull, "{error}");
    let mut kept = Vec::new();
    let large = "x".repeat(20_000);
    let error = loop {
        let step = object! { "op": "step", "name": "s", "input": object! { "text": large.as_str() } };
        match run.step_open(&Value::Object(step)) {
            Ok((_, answer)) => kept.push(told(&answer)),
            Err(error) => break error,
        }
        assert!(kept.len() < 1_000);
    };
    assert_eq!(error.code(), Code::StoreFull, "{error}");
    assert!(!kept.is_empty());
    assert_eq!(run.step_open(&pay(1)).unwrap_err().code(), Code::StoreFull);
    drop((run, recorder));
    if volume.remount("size=200m") {
        let seen = settle(&at, &kept, "2 MB");
        assert_eq!(seen.lost, 0);
        verifies(&at, "2 MB");
    }
    Ok(())
}

/// The reserve went to what was under way, and somebody else took that space too: the intent stays open, and the next
/// opener says that nobody knows how the act ended. That is true.
pub(crate) fn stolen() -> Result<(), String> {
    let Some(volume) = Volume::new("16m") else {
        return Err(MOUNT.to_owned());
    };
    let at = volume.path();
    let recorder = recorder(&at).unwrap();
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let (step, intent) = run.step_open(&pay(1)).unwrap();
    step.claim().unwrap();
    steal(&at.with_extension("stolen"));
    // Full: no further permit, a refusal that is recorded, and the reserve is gone.
    let error = run.step_open(&pay(2)).unwrap_err();
    assert_eq!(error.code(), Code::StoreFull, "{error}");
    assert!(!at.join("reserve").exists());
    steal(&at.with_extension("again"));
    let large = "x".repeat(200_000);
    let output = Value::Object(object! { "output": object! { "text": large.as_str() } });
    assert_eq!(step.close(&output).unwrap_err().code(), Code::StoreFull);
    drop((step, run, recorder));
    let seen = if volume.remount("size=200m") {
        settle(&at, &[told(&intent)], "stolen")
    } else {
        return Err(MOUNT.to_owned());
    };
    assert_eq!((seen.lost, seen.marks), (0, 1), "{seen:?}");
    verifies(&at, "stolen");
    Ok(())
}

/// Takes all the space that is left.
fn steal(path: &Path) {
    let mut file = fs::File::create(path).unwrap();
    for size in [65_536, 4_096, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

pub(crate) fn read_only() -> Result<(), String> {
    let Some(volume) = Volume::new("32m") else {
        return Err(MOUNT.to_owned());
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
