//! Which ledgers this process has open. A child that came through a fork without our hooks must not touch those: SQLite keeps
//! its locks in a table per process, so a path opened beside an inherited connection loses commits that were acknowledged.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use execert::{Code, Error, Result};

struct Opened {
    folder: PathBuf,
    handle: u64,
    pid: u32,
}

static OPENED: Mutex<Vec<Opened>> = Mutex::new(Vec::new());
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Notes that this process opens `folder` (canonical), or `chain.forked_process`.
pub(crate) fn enter(folder: &Path) -> Result<u64> {
    let pid = std::process::id();
    let mut opened = table().ok_or_else(inherited)?;
    if opened.iter().any(|one| one.folder == folder && one.pid != pid) {
        return Err(inherited());
    }
    let handle = NEXT.fetch_add(1, Ordering::Relaxed);
    opened.push(Opened {
        folder: folder.to_owned(),
        handle,
        pid,
    });
    Ok(handle)
}

/// Notes that a handle closed all its connections.
pub(crate) fn leave(handle: u64) {
    if let Some(mut opened) = table() {
        opened.retain(|one| one.handle != handle);
    }
}

/// A child takes a handle over whose connections were closed before the fork.
pub(crate) fn adopt(handle: u64) {
    if let Some(mut opened) = table() {
        for one in opened.iter_mut().filter(|one| one.handle == handle) {
            one.pid = std::process::id();
        }
    }
}

/// None: locked for a second, so by a thread that did not come through the fork.
fn table() -> Option<MutexGuard<'static, Vec<Opened>>> {
    for _ in 0..1_000 {
        match OPENED.try_lock() {
            Ok(opened) => return Some(opened),
            Err(TryLockError::Poisoned(poisoned)) => return Some(PoisonError::into_inner(poisoned)),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(1)),
        }
    }
    None
}

/// What every call on an inherited handle answers.
pub(crate) fn inherited() -> Error {
    Error::new(
        Code::ChainForkedProcess,
        "this ledger was opened before a fork, in the parent process",
    )
}
