//! A turn: both locks, `BEGIN IMMEDIATE`, the head; then one commit.

use std::cell::RefCell;
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use execert::digest::Digest;
use execert::id::Uuid;
use execert::key::MacKey;
use execert::store::{Batch, Durability, Head, Request, RequestQuery, Row, RunHead, State, Turn};
use execert::{Code, Error, Result};
use rusqlite::Connection;

use super::schema::{self, Use};
use super::{Bound, Sqlite, file_id, rows, write};
use crate::fault::{corrupt, os, sql};
use crate::gate::Entered;
use crate::lock::{self, Held};
use crate::{headfile, live, mac, point, reserve};

/// How long an erasure waits for readers, so that the WAL can be cut.
const CUT: Duration = Duration::from_secs(2);

/// What only the holder of a turn touches.
#[derive(Default)]
pub(crate) struct Writer {
    bound: Bound,
    /// Which files the connection has open: one that is removed or exchanged would swallow commits.
    files: [Option<(u64, u64)>; 2],
    mac: RefCell<Option<(u64, MacKey)>>,
    pub(super) live: Option<File>,
    failures: u8,
    /// A head that the head file does not have yet, and whether it must survive a power cut.
    owed: Option<(Head, bool)>,
    /// Erased content is still in the WAL.
    uncut: bool,
    /// Commits that were not flushed.
    unflushed: bool,
}

impl Writer {
    pub(super) fn new(live: Option<File>) -> Self {
        Self {
            live,
            ..Self::default()
        }
    }

    pub(super) fn drop_connection(&mut self) {
        self.bound = Bound::default();
        self.files = [None; 2];
    }

    fn connection(&self) -> Result<&Connection> {
        self.bound
            .connection
            .as_ref()
            .ok_or_else(|| corrupt("there is no connection"))
    }

    /// The connection to write with; opened again after a fork or a failure.
    fn ready(&mut self, ledger: &Sqlite) -> Result<()> {
        let names = files(ledger);
        if self.bound.connection.is_none() {
            point::reach("turn.connect")?;
            self.bound = Bound::new(schema::connect(&ledger.database(), Use::Write, ledger.durability)?);
            // The first reading opens the WAL.
            rows::state(self.connection()?)?;
            self.files = names.each_ref().map(|path| file_id(path));
        }
        for (path, was) in names.iter().zip(self.files) {
            if file_id(path) != was {
                let said = format!("{} was removed or exchanged while it was open", path.display());
                return Err(
                    Error::new(Code::StoreIo, said).hint("put the file back or restore a backup, then open anew")
                );
            }
        }
        if self.live.is_none() {
            self.live = Some(live::begin(&ledger.folder, &ledger.id())?);
        }
        Ok(())
    }

    /// What the last commit still owes outside the database.
    pub(super) fn rest(&mut self, ledger: &Sqlite) -> Result<()> {
        if let Some((head, sync)) = &self.owed {
            headfile::write(&ledger.head_file, head, *sync)?;
            self.owed = None;
        }
        if self.uncut && self.bound.connection.is_some() {
            self.cut(Duration::ZERO)?;
        }
        if self.unflushed {
            self.flush(ledger)?;
        }
        Ok(())
    }

    /// Empties the WAL: erased content is in it until then. Readers of other processes may delay it.
    fn cut(&mut self, wait: Duration) -> Result<()> {
        let connection = self.connection()?;
        let cut = || -> rusqlite::Result<i64> {
            connection.busy_timeout(wait)?;
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        };
        let busy = cut().map_err(|error| sql(&error, "emptying the WAL"))?;
        self.uncut = busy != 0;
        Ok(())
    }

    /// Flushes the WAL of a mode that does not do so at each commit. SQLite holds no lock on this file, so opening
    /// and closing it here takes none away.
    fn flush(&mut self, ledger: &Sqlite) -> Result<()> {
        let [_, wal] = files(ledger);
        File::open(&wal)
            .and_then(|file| file.sync_all())
            .map_err(|error| os(&error, "flushing", &wal))?;
        self.unflushed = false;
        Ok(())
    }

    /// After an I/O error the connection is not used again; after the second in a row, nor is the handle.
    fn failed(&mut self, ledger: &Sqlite, error: Error) -> Error {
        if error.code() == Code::StoreReadOnly {
            // SQLite opens what it may not write as read-only, and leaves it so: the next turn asks again.
            self.drop_connection();
        }
        if matches!(error.code(), Code::StoreIo | Code::StoreOutcomeUnknown) {
            self.drop_connection();
            self.failures = self.failures.saturating_add(1);
            if self.failures > 1 {
                ledger.broken.store(true, Ordering::Release);
            }
        }
        error
    }

    /// Runs statements that only matter if they succeed: rolling back ends a transaction that may be over already.
    fn try_run(&self, text: &str) {
        if let Some(connection) = &self.bound.connection {
            connection.execute_batch(text).ok();
        }
    }
}

fn files(ledger: &Sqlite) -> [PathBuf; 2] {
    [ledger.database(), ledger.folder.join("ledger.db-wal")]
}

struct SqliteTurn<'a> {
    ledger: &'a Sqlite,
    head: Option<Head>,
    state: State,
    // Dropped in this order: first other processes go on, then other threads.
    _held: Held,
    writer: Entered<'a, Writer>,
}

pub(super) fn begin(ledger: &Sqlite, deadline: Instant) -> Result<Box<dyn Turn + '_>> {
    let mut writer = ledger.writer.enter(Some(deadline)).ok_or_else(|| {
        Error::new(
            Code::ChainLocked,
            format!(
                "no turn in time; another thread of process {} holds it",
                std::process::id()
            ),
        )
    })?;
    ledger.check()?;
    let held = lock::turn(&ledger.folder, deadline)?;
    let began = (|| {
        point::reach("turn.locked")?;
        writer.rest(ledger)?;
        writer.ready(ledger)?;
        let found = transaction(writer.connection()?, deadline)?;
        point::reach("turn.begun")?;
        Ok(found)
    })();
    match began {
        Ok((_, State::Frozen)) => {
            writer.try_run("ROLLBACK");
            let said = "the ledger is frozen: it was found damaged or rolled back, and is only read";
            Err(Error::new(Code::StoreCorrupt, said).hint("check it, then start a successor ledger from a good copy"))
        }
        Ok((head, state)) => {
            writer.failures = 0;
            ledger.reserved.store(reserve::held(&ledger.folder), Ordering::Release);
            Ok(Box::new(SqliteTurn {
                ledger,
                head,
                state,
                _held: held,
                writer,
            }))
        }
        Err(error) => {
            writer.try_run("ROLLBACK");
            Err(writer.failed(ledger, error))
        }
    }
}

fn transaction(connection: &Connection, deadline: Instant) -> Result<(Option<Head>, State)> {
    // Inside a turn the database is free, unless someone writes without one.
    let wait = deadline
        .saturating_duration_since(Instant::now())
        .max(Duration::from_millis(10));
    let begin = || {
        connection.busy_timeout(wait)?;
        connection.execute_batch("BEGIN IMMEDIATE")
    };
    begin().map_err(|error| sql(&error, "beginning a turn"))?;
    Ok((rows::head(connection)?, rows::state(connection)?))
}

impl Drop for SqliteTurn<'_> {
    fn drop(&mut self) {
        // In a forked child the transaction is the parent's.
        if self.writer.bound.pid == std::process::id()
            && self
                .writer
                .bound
                .connection
                .as_ref()
                .is_some_and(|connection| !connection.is_autocommit())
        {
            self.writer.try_run("ROLLBACK");
        }
    }
}

impl Turn for SqliteTurn<'_> {
    fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    fn mac(&self) -> Result<(u64, [u8; 32])> {
        self.ledger.check()?;
        let epoch = self.head.as_ref().map_or(0, |head| head.epoch);
        let mut kept = self.writer.mac.borrow_mut();
        let from = match kept.take() {
            Some(kept) => kept,
            None => mac::read(&self.ledger.folder)?,
        };
        let (epoch, key) = kept.insert(mac::forward(from, epoch)?);
        Ok((*epoch, *key.as_bytes()))
    }

    fn run_head(&self, id: &Uuid) -> Result<Option<RunHead>> {
        rows::run_head(self.connection()?, id)
    }

    fn digests(&self, from: u64, to: u64) -> Result<Vec<Digest>> {
        rows::digests(self.connection()?, from, to)
    }

    fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>> {
        rows::tile(self.connection()?, level, n)
    }

    fn request_seen(&self, tag: &[u8; 32]) -> Result<Option<Row>> {
        rows::by_tag(self.connection()?, tag)
    }

    fn request(&self, digest: &Digest) -> Result<Option<Request>> {
        let query = RequestQuery {
            digest: Some(*digest),
            ..RequestQuery::default()
        };
        Ok(rows::requests(self.connection()?, &query)?.pop())
    }

    fn commit(mut self: Box<Self>, expect: Option<&Head>, batch: Batch) -> Result<()> {
        self.ledger.check()?;
        let place = |head: &Head| (head.seq, head.digest);
        if self.head.as_ref().map(place) != expect.map(place) {
            return Err(moved());
        }
        batch.check(expect)?;
        if self.state == State::Sealed && !batch.rows.is_empty() {
            return Err(Error::new(Code::RecorderClosed, "the ledger is sealed"));
        }
        if expect.is_none()
            && let Some((epoch, key)) = &batch.mac
        {
            // Record 0 commits to this key: it must be there before record 0 is.
            mac::write(&self.ledger.folder, *epoch, key)?;
        }
        self.put(expect, &batch).map_err(|error| self.refuse(error))?;
        self.settle(&batch)
    }
}

impl SqliteTurn<'_> {
    fn connection(&self) -> Result<&Connection> {
        self.ledger.check()?;
        self.writer.connection()
    }

    /// Up to the COMMIT, and the flush where the mode does none: the point after which the batch is acknowledged.
    fn put(&mut self, expect: Option<&Head>, batch: &Batch) -> Result<()> {
        let connection = self.writer.connection()?;
        let id = self.ledger.id();
        let written = write::batch(connection, expect, batch, &id).map_err(|error| sql(&error, "writing records"))?;
        if !written {
            return Err(moved());
        }
        point::reach("commit.written")?;
        let committed = connection
            .execute_batch("COMMIT")
            .map_err(|error| sql(&error, "committing"));
        committed
            .and_then(|()| point::reach("commit.answer"))
            .map_err(|error| {
                if matches!(error.code(), Code::StoreIo | Code::StoreFull) {
                    self.unknown(batch, error)
                } else {
                    error
                }
            })?;
        let epoch_ends = expect.is_some_and(|old| old.epoch != batch.head.epoch) || batch.state.is_some();
        if self.ledger.durability == Durability::Process {
            self.writer.unflushed = true;
            if batch.durable || epoch_ends {
                // The commit is there already, for everybody who reads.
                self.writer.flush(self.ledger).map_err(|error| unclear(&error))?;
            }
        }
        self.writer.owed = Some((batch.head.clone(), epoch_ends));
        Ok(())
    }

    /// An error inside COMMIT: is the batch there? Asked on a new connection, since SQLite may have written its
    /// last frame and failed to flush it.
    fn unknown(&self, batch: &Batch, error: Error) -> Error {
        let ask = || {
            point::reach("reload")?;
            rows::head(&schema::connect(
                &self.ledger.database(),
                Use::Read,
                self.ledger.durability,
            )?)
        };
        match ask() {
            Ok(Some(head)) if head.digest == batch.head.digest => unclear(&error),
            Ok(_) => error,
            // SQLite says that a disk is full before the records are there; only a fault of its own would say it later.
            Err(_) if error.code() == Code::StoreFull => error,
            Err(asking) => {
                let said = format!(
                    "{}; whether the records are there could not be asked: {}",
                    error.message(),
                    asking.message()
                );
                Error::new(Code::StoreOutcomeUnknown, said)
            }
        }
    }

    /// After a batch that was not committed.
    fn refuse(&mut self, error: Error) -> Error {
        if matches!(
            error.code(),
            Code::StoreIo | Code::StoreOutcomeUnknown | Code::StoreReadOnly
        ) {
            return self.writer.failed(self.ledger, error);
        }
        self.writer.try_run("ROLLBACK");
        match error.code() {
            Code::StoreFull => {
                // The space goes to the outcomes of what is already permitted; without it no new permits are given.
                self.ledger.reserved.store(false, Ordering::Release);
                if let Err(removing) = reserve::remove(&self.ledger.folder) {
                    return error.hint(format!("the reserve could not be given back: {}", removing.message()));
                }
            }
            Code::StoreCorrupt => self.writer.try_run("UPDATE ledger SET state = 'frozen'"),
            _ => {}
        }
        error
    }

    /// After the commit. It is acknowledged whatever happens here; what fails is done by the next turn, or stops it.
    fn settle(&mut self, batch: &Batch) -> Result<()> {
        let folder = &self.ledger.folder;
        point::reach("commit.settling").ok();
        if let Some((epoch, key)) = &batch.mac {
            // If this fails the file is behind, and the next opener goes forward from it.
            mac::write(folder, *epoch, key).ok();
            *self.writer.mac.borrow_mut() = Some((*epoch, MacKey::from_bytes(*key)));
        }
        point::reach("commit.key").ok();
        for id in &batch.bury {
            // A file that stays is swept by the next opener.
            live::bury(folder, id).ok();
        }
        if !batch.erase.is_empty() {
            self.writer.uncut = true;
            self.writer.cut(CUT).ok();
        }
        // Kept as owed if it fails: the next turn does it or stops.
        self.writer.rest(self.ledger).ok();
        point::reach("commit.head").ok();
        Ok(())
    }
}

fn unclear(error: &Error) -> Error {
    let said = format!(
        "{}; the records are there now, but perhaps not after a power cut",
        error.message()
    );
    Error::new(Code::StoreOutcomeUnknown, said)
}

fn moved() -> Error {
    Error::new(
        Code::ChainHeadMoved,
        "the chain has another head than the one these records follow",
    )
}
