//! A ledger in a folder: SQLite, two lock files, and the small files of `folder`.
//!
//! One connection writes, inside turns; another reads beside it, so reading never waits for a flush. Each stands
//! behind a `Gate`, which the fork hooks can hold.

mod open;
pub(crate) mod rows;
pub(crate) mod schema;
mod turn;
pub(crate) mod write;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use execert::digest::Digest;
use execert::id::Uuid;
use execert::key::SecretKey;
use execert::store::{
    Durability, Each, Head, Identity, Intent, Ledger, Request, RequestQuery, Row, RunEntry, RunHead, RunQuery, State,
    Turn,
};
use execert::{Code, Error, Result};
use rusqlite::Connection;

pub(crate) use open::{open, open_read, who};
use schema::Use;
pub(crate) use turn::Writer;

use crate::fault::corrupt;
use crate::gate::Gate;
use crate::{live, opened, private, reserve};

/// One opener of a folder.
pub(crate) struct Sqlite {
    folder: PathBuf,
    head_file: PathBuf,
    identity: Identity,
    durability: Durability,
    /// What the reading connection is for; only beside `Read` there is a writer.
    purpose: Use,
    handle: u64,
    pid: AtomicU32,
    /// Two halves of the recorder id: it changes in a forked child, where no mutex may be asked.
    recorder: [AtomicU64; 2],
    closed: AtomicBool,
    broken: AtomicBool,
    reserved: AtomicBool,
    shut: AtomicBool,
    writer: Gate<Writer>,
    reader: Gate<Bound>,
}

/// A connection and the process that opened it. In another process it is forgotten, never closed: closing would write
/// to files whose locks the parent holds.
#[derive(Default)]
pub(crate) struct Bound {
    connection: Option<Connection>,
    pid: u32,
}

impl Bound {
    fn new(connection: Connection) -> Self {
        Self {
            connection: Some(connection),
            pid: std::process::id(),
        }
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        if self.pid != std::process::id() {
            std::mem::forget(self.connection.take());
        }
    }
}

impl Sqlite {
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn database(&self) -> PathBuf {
        self.folder.join("ledger.db")
    }

    /// What every call asks first, before any lock.
    fn check(&self) -> Result<()> {
        if self.pid.load(Ordering::Acquire) != std::process::id() {
            return Err(opened::inherited());
        }
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::new(Code::RecorderClosed, "the ledger is closed"));
        }
        if self.broken.load(Ordering::Acquire) {
            let said = "the store failed again while it recovered, so this handle stays closed";
            return Err(Error::new(Code::StoreIo, said).hint("look at the disk, then open the ledger anew"));
        }
        Ok(())
    }

    /// Reads beside turns. A connection that failed is not used again.
    pub(crate) fn look<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.check()?;
        let mut bound = self.reader.enter(None).ok_or_else(opened::inherited)?;
        if bound.connection.is_none() {
            *bound = Bound::new(schema::connect(&self.database(), self.purpose, self.durability)?);
        }
        let Some(connection) = &bound.connection else {
            return Err(corrupt("there is no connection"));
        };
        let found = read(connection);
        if found
            .as_ref()
            .is_err_and(|error| matches!(error.code(), Code::StoreIo | Code::StoreCorrupt))
        {
            *bound = Bound::default();
        }
        found
    }

    fn id(&self) -> Uuid {
        let [high, low] = self
            .recorder
            .each_ref()
            .map(|half| u128::from(half.load(Ordering::Acquire)));
        // Only ever set from a Uuid.
        Uuid::from_bytes((high << 64 | low).to_be_bytes()).unwrap_or(self.identity.id)
    }

    /// Ends the life of this opener; the last flush of a mode that flushes seldom.
    fn end(&self) -> Result<()> {
        let leave = self.purpose == Use::Read && {
            let me = self.id();
            let busy = self.look(rows::owners).map(|owners| owners.contains(&me));
            // Whoever cannot ask leaves the file: others then settle what is left.
            busy.unwrap_or(true)
        };
        self.closed.store(true, Ordering::Release);
        let Some(mut writer) = self.writer.enter(None) else {
            return Ok(());
        };
        let flushed = writer.rest(self);
        let buried = writer
            .live
            .take()
            .map_or(Ok(()), |file| live::end(&self.folder, &self.id(), &file, leave));
        writer.drop_connection();
        if let Some(mut reader) = self.reader.enter(None) {
            *reader = Bound::default();
        }
        opened::leave(self.handle);
        flushed.and(buried)
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        let ours = self.pid.load(Ordering::Acquire) == std::process::id();
        if ours && !self.closed.load(Ordering::Acquire) {
            // Nobody is left to tell; what matters was durable before it was acknowledged.
            self.end().ok();
        }
    }
}

impl Ledger for Sqlite {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn recorder(&self) -> Uuid {
        self.id()
    }

    fn durability(&self) -> Durability {
        self.durability
    }

    fn state(&self) -> Result<State> {
        self.look(rows::state)
    }

    fn turn(&self, deadline_ms: u64) -> Result<Box<dyn Turn + '_>> {
        self.check()?;
        if self.purpose != Use::Read {
            return Err(Error::new(Code::StoreReadOnly, "the ledger was opened to be read"));
        }
        // A day is for ever, and cannot overflow the clock.
        let wait = Duration::from_millis(deadline_ms.min(86_400_000));
        let now = Instant::now();
        turn::begin(self, now.checked_add(wait).unwrap_or(now))
    }

    fn head(&self) -> Result<Option<Head>> {
        self.look(rows::head)
    }

    fn read_range(&self, from: u64, to: u64, each: Each<'_>) -> Result<()> {
        let mut next = from;
        while next < to {
            let slice = self.look(|connection| rows::slice(connection, next, to))?;
            let Some(last) = slice.last() else { return Ok(()) };
            next = last.seq.saturating_add(1);
            slice.into_iter().try_for_each(&mut *each)?;
        }
        Ok(())
    }

    fn run(&self, id: &Uuid, each: Each<'_>) -> Result<()> {
        let mut next = 0;
        loop {
            let slice = self.look(|connection| rows::run_slice(connection, id, next))?;
            let Some((_, last)) = slice.last().and_then(|row| row.run) else {
                return Ok(());
            };
            next = last.saturating_add(1);
            slice.into_iter().try_for_each(&mut *each)?;
        }
    }

    fn runs(&self, query: &RunQuery) -> Result<Vec<RunEntry>> {
        self.look(|connection| rows::runs(connection, query))
    }

    fn requests(&self, query: &RequestQuery) -> Result<Vec<Request>> {
        self.look(|connection| rows::requests(connection, query))
    }

    fn find(&self, digest: &Digest) -> Result<Option<u64>> {
        self.look(|connection| rows::find(connection, digest))
    }

    fn row(&self, seq: u64) -> Result<Option<Row>> {
        self.look(|connection| rows::row(connection, seq))
    }

    fn document(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        self.look(|connection| rows::document(connection, digest))
    }

    fn checkpoint(&self, at_least: u64) -> Result<Option<(u64, Vec<u8>)>> {
        self.look(|connection| rows::checkpoint(connection, Some(at_least)))
    }

    fn newest_checkpoint(&self) -> Result<Option<(u64, Vec<u8>)>> {
        self.look(|connection| rows::checkpoint(connection, None))
    }

    fn digests(&self, from: u64, to: u64) -> Result<Vec<Digest>> {
        self.look(|connection| rows::digests(connection, from, to))
    }

    fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>> {
        self.look(|connection| rows::tile(connection, level, n))
    }

    fn intents(&self) -> Result<Vec<Intent>> {
        self.look(rows::intents)
    }

    fn basis(&self) -> Result<Vec<u64>> {
        self.look(rows::basis)
    }

    fn open_runs(&self) -> Result<Vec<RunHead>> {
        self.look(rows::open_runs)
    }

    fn orphans(&self) -> Result<Vec<Uuid>> {
        let owners = self.look(rows::owners)?;
        let me = self.id();
        // Files of recorders that left nothing open are swept on the way.
        for id in live::all(&self.folder)?
            .iter()
            .filter(|id| **id != me && !owners.contains(id))
        {
            live::bury(&self.folder, id)?;
        }
        let mut dead = Vec::new();
        for id in owners.into_iter().filter(|id| *id != me) {
            if live::dead(&self.folder, &id)? {
                dead.push(id);
            }
        }
        Ok(dead)
    }

    fn log_key(&self) -> Result<SecretKey> {
        self.check()?;
        let path = self.folder.join("log.key");
        let bytes = private::read(&path)?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Error::new(Code::KeyMalformed, format!("{} is not PEM", path.display())))?;
        SecretKey::from_pem(text)
    }

    fn reserved(&self) -> bool {
        self.reserved.load(Ordering::Acquire)
    }

    fn refill(&self) -> Result<bool> {
        self.check()?;
        let held = reserve::refill(&self.folder)?;
        self.reserved.store(held, Ordering::Release);
        Ok(held)
    }

    fn before_fork(&self) {
        if self.pid.load(Ordering::Acquire) != std::process::id() {
            return;
        }
        self.writer.shut(Writer::drop_connection);
        self.reader.shut(|reader| *reader = Bound::default());
        self.shut.store(true, Ordering::Release);
    }

    fn after_fork(&self, child: bool) {
        if !self.shut.swap(false, Ordering::AcqRel) {
            return;
        }
        // Without a new id this handle stays the parent's, and every call says so.
        let adopted = !child || self.adopt().is_some();
        self.reader.open(|_| {});
        self.writer.open(|writer| {
            if child && adopted {
                // Our copy of the parent's file is closed; its lock is the parent's. A turn makes a new one.
                writer.live = None;
            }
        });
    }

    fn close(&self) -> Result<()> {
        self.check()?;
        self.end()
    }
}

impl Sqlite {
    /// Makes this handle, whose connections were closed before the fork, that of the child.
    fn adopt(&self) -> Option<()> {
        let id = crate::native::uuid().ok()?;
        for (half, bits) in self.recorder.iter().zip(halves(&id)) {
            half.store(bits, Ordering::Release);
        }
        opened::adopt(self.handle);
        self.pid.store(std::process::id(), Ordering::Release);
        Some(())
    }
}

/// The two halves of an id, as `recorder` keeps them.
fn halves(id: &Uuid) -> [u64; 2] {
    let (halves, _) = id.as_bytes().as_chunks::<8>();
    let half = |at: usize| halves.get(at).map_or(0, |bytes| u64::from_be_bytes(*bytes));
    [half(0), half(1)]
}

/// Which file a path names now: (device, number). None: none, or not to be asked here.
pub(crate) fn file_id(path: &Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
    }
    #[cfg(not(unix))]
    {
        let _unasked = path;
        None
    }
}
