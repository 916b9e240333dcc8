//! Fair turns: lock `next`, lock `turn`, unlock `next`; commit; unlock `turn`.
//!
//! With one lock, whoever just let go gets it again; with two, whoever waits longest stands at `turn` already.
//! Locks belong to the open file (flock), so a dead process frees them. They are unlocked, not only closed: a child
//! that came through a fork holds copies of the same open files.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use execert::{Code, Error, Result};

use crate::fault;
use crate::native;

/// Threads of this process that wait for a lock nobody wants any more. Only a stopped holder makes them many.
static LATE: AtomicUsize = AtomicUsize::new(0);
/// Where the holder says who it is. Only its first line counts: the rest may be of one with a longer number.
const WHO: &str = if cfg!(windows) { "turn.who" } else { "turn.lock" };
const MOST_LATE: usize = 32;

/// The turn among all processes. Dropping it ends the turn.
pub(crate) struct Held {
    file: File,
    pid: u32,
}

impl Drop for Held {
    fn drop(&mut self) {
        // A child must not end the turn of its parent, who holds the same open file.
        if std::process::id() == self.pid {
            unlock(&self.file);
        }
    }
}

/// Takes both locks in `folder`, or `chain.locked` at the deadline, naming the holder.
pub(crate) fn turn(folder: &Path, deadline: Instant) -> Result<Held> {
    let next = open(folder, "next.lock")?;
    let turn = open(folder, "turn.lock")?;
    let file = take(next, turn, deadline).map_err(|error| fault::os(&error, "locking in", folder))?;
    let Some(mut file) = file else {
        return Err(locked(folder));
    };
    let pid = std::process::id();
    // For whoever waits too long. No flush: it only has to outlive this process, not the machine.
    let told = format!("{pid} {}\n", native::now());
    let written = if cfg!(windows) {
        // There a locked file cannot be read by others.
        std::fs::write(folder.join(WHO), &told)
    } else {
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.write_all(told.as_bytes()))
    };
    let held = Held { file, pid };
    match written {
        // On a full disk the turn is still good: outcomes have a reserve.
        Err(error) if !matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => {
            Err(fault::os(&error, "writing turn.lock in", folder))
        }
        _ => Ok(held),
    }
}

fn open(folder: &Path, name: &str) -> Result<File> {
    let path = folder.join(name);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path).map_err(|error| fault::os(&error, "opening", &path))
}

/// None: the deadline passed. A file lock has no deadline of its own, so a thread waits where somebody has to. When
/// its lock comes too late it gives it back at once. Asking again and again instead was measured a third slower and less
/// fair (slowest/fastest 0.86 against 0.91 on a busy machine): the kernel keeps its waiters in order.
fn take(next: File, turn: File, deadline: Instant) -> io::Result<Option<File>> {
    let first = try_lock(&next)?;
    if first && try_lock(&turn)? {
        unlock(&next);
        return Ok(Some(turn));
    }
    if LATE.load(Ordering::Relaxed) >= MOST_LATE {
        return ask(&next, first, turn, deadline);
    }
    let (send, receive) = mpsc::sync_channel::<io::Result<File>>(0);
    LATE.fetch_add(1, Ordering::Relaxed);
    let wait = move || {
        let locked = if first { Ok(()) } else { next.lock() }.and_then(|()| turn.lock());
        unlock(&next);
        LATE.fetch_sub(1, Ordering::Relaxed);
        // No room in the channel: only somebody who still waits takes it.
        if let Err(mpsc::SendError(Ok(late))) = send.send(locked.map(|()| turn)) {
            unlock(&late);
        }
    };
    if let Err(error) = thread::Builder::new().name("execert turn".to_owned()).spawn(wait) {
        LATE.fetch_sub(1, Ordering::Relaxed);
        return Err(error);
    }
    match receive.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(file) => file.map(Some),
        Err(mpsc::RecvTimeoutError::Timeout) => Ok(None),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(io::Error::other("the waiting thread ended")),
    }
}

/// Without a thread: ask every half millisecond.
fn ask(next: &File, mut first: bool, turn: File, deadline: Instant) -> io::Result<Option<File>> {
    loop {
        first = first || try_lock(next)?;
        if first && try_lock(&turn)? {
            unlock(next);
            return Ok(Some(turn));
        }
        if Instant::now() >= deadline {
            unlock(next);
            return Ok(None);
        }
        thread::sleep(Duration::from_micros(500));
    }
}

pub(crate) fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Unlocking an open file fails only where locks do not exist; closing it unlocks too.
pub(crate) fn unlock(file: &File) {
    file.unlock().ok();
}

fn locked(folder: &Path) -> Error {
    let mut holder = String::new();
    let path = folder.join(WHO);
    let read = File::open(&path).and_then(|file| file.take(100).read_to_string(&mut holder));
    let who = match (read, holder.lines().next().and_then(|line| line.split_once(' '))) {
        (Ok(_), Some((pid, since))) => format!("process {pid}, in its turn since {since}"),
        _ => "a process that did not say who it is".to_owned(),
    };
    Error::new(
        Code::ChainLocked,
        format!("no turn in time; the ledger is held by {who}"),
    )
}
