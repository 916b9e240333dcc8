//! A ledger in memory: for tests, for WASM, for trying out. Its records never count as kept.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use zeroize::Zeroizing;

use super::tables::Tables;
use super::{
    Batch, Durability, Each, Head, Identity, Intent, Ledger, NewLedger, Request, RequestQuery, Row, RunEntry, RunHead,
    RunQuery, State, Turn,
};
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::id::Uuid;
use crate::key::SecretKey;

/// The random part of a new ledger, from the host: three times 32 bytes.
pub struct Secrets {
    /// Key of the idempotency tags.
    pub index_key: [u8; 32],
    /// Seed of the log key.
    pub log: Zeroizing<[u8; 32]>,
    /// MAC key of epoch 0.
    pub mac: Zeroizing<[u8; 32]>,
}

/// One opener of a ledger in memory. [`Memory::another`] opens the same ledger again.
pub struct Memory {
    shared: Arc<Shared>,
    recorder: Uuid,
    gone: AtomicBool,
    forked: AtomicBool,
}

struct Shared {
    identity: Identity,
    log: Zeroizing<[u8; 32]>,
    tables: Mutex<Tables>,
    busy: Mutex<bool>,
    ended: Condvar,
}

impl Memory {
    /// A new, empty ledger, opened by `recorder`.
    #[must_use]
    pub fn new(new: &NewLedger, id: Uuid, recorder: Uuid, secrets: Secrets) -> Self {
        let domain = new.log_domain.as_deref().unwrap_or("execert.local");
        let identity = Identity {
            id,
            tenant: new.tenant.clone().unwrap_or_else(|| "memory".to_owned()),
            origin: format!("{domain}/{id}"),
            index_key: secrets.index_key,
        };
        let tables = Tables {
            mac: (0, secrets.mac),
            alive: BTreeSet::from([recorder]),
            ..Tables::default()
        };
        let shared = Shared {
            identity,
            log: secrets.log,
            tables: Mutex::new(tables),
            busy: Mutex::new(false),
            ended: Condvar::new(),
        };
        Self {
            shared: Arc::new(shared),
            recorder,
            gone: AtomicBool::new(false),
            forked: AtomicBool::new(false),
        }
    }

    /// The same ledger, opened by another recorder.
    #[must_use]
    pub fn another(&self, recorder: Uuid) -> Self {
        lock(&self.shared.tables).alive.insert(recorder);
        Self {
            shared: Arc::clone(&self.shared),
            recorder,
            gone: AtomicBool::new(false),
            forked: AtomicBool::new(false),
        }
    }

    fn tables(&self) -> Result<MutexGuard<'_, Tables>> {
        if self.forked.load(Ordering::Acquire) {
            return Err(Error::new(
                Code::ChainForkedProcess,
                "a ledger in memory does not cross a fork",
            ));
        }
        if self.gone.load(Ordering::Acquire) {
            return Err(Error::new(Code::RecorderClosed, "the ledger is closed"));
        }
        Ok(lock(&self.shared.tables))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if !self.forked.load(Ordering::Acquire) {
            lock(&self.shared.tables).alive.remove(&self.recorder);
        }
    }
}

impl Ledger for Memory {
    fn identity(&self) -> &Identity {
        &self.shared.identity
    }

    fn recorder(&self) -> Uuid {
        self.recorder
    }

    fn durability(&self) -> Durability {
        Durability::Memory
    }

    fn state(&self) -> Result<State> {
        Ok(self.tables()?.state)
    }

    fn turn(&self, deadline_ms: u64) -> Result<Box<dyn Turn + '_>> {
        drop(self.tables()?);
        let mut busy = lock(&self.shared.busy);
        // Looked at first: WebAssembly has no clock to wait by, and nobody to wait for.
        if *busy {
            let pause = Duration::from_millis(deadline_ms);
            let waited = self.shared.ended.wait_timeout_while(busy, pause, |busy| *busy);
            (busy, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        if *busy {
            return Err(Error::new(
                Code::ChainLocked,
                "another turn of this process has not ended in time",
            ));
        }
        *busy = true;
        drop(busy);
        let mut turn = MemoryTurn {
            ledger: self,
            head: None,
        };
        let tables = self.tables()?;
        if tables.state == State::Frozen {
            return Err(Error::new(Code::StoreCorrupt, "the ledger is frozen"));
        }
        turn.head.clone_from(&tables.head);
        Ok(Box::new(turn))
    }

    fn head(&self) -> Result<Option<Head>> {
        Ok(self.tables()?.head.clone())
    }

    fn read_range(&self, from: u64, to: u64, each: Each<'_>) -> Result<()> {
        let mut seq = from;
        while seq < to {
            // One at a time: `each` may call the ledger.
            let Some(row) = self.row(seq)? else { return Ok(()) };
            each(row)?;
            seq = seq.saturating_add(1);
        }
        Ok(())
    }

    fn run(&self, id: &Uuid, each: Each<'_>) -> Result<()> {
        let seqs: Vec<u64> = self
            .tables()?
            .run_rows
            .range((*id, 0)..=(*id, u64::MAX))
            .map(|(_, seq)| *seq)
            .collect();
        for seq in seqs {
            if let Some(row) = self.row(seq)? {
                each(row)?;
            }
        }
        Ok(())
    }

    fn runs(&self, query: &RunQuery) -> Result<Vec<RunEntry>> {
        let tables = self.tables()?;
        // One run by its id is asked for at the end of each.
        let (first, last) = match query.id {
            Some(id) => (Bound::Included(id), Bound::Included(id)),
            None => (Bound::Unbounded, Bound::Unbounded),
        };
        let entries = tables.entries.range((first, last)).map(|(_, entry)| entry);
        let mut found: Vec<_> = entries.filter(|entry| query.takes(entry)).cloned().collect();
        found.sort_by_key(|entry| entry.first);
        Ok(found)
    }

    fn requests(&self, query: &RequestQuery) -> Result<Vec<Request>> {
        Ok(self
            .tables()?
            .requests
            .values()
            .filter(|request| query.takes(request))
            .cloned()
            .collect())
    }

    fn find(&self, digest: &Digest) -> Result<Option<u64>> {
        Ok(self.tables()?.digests.get(digest).copied())
    }

    fn row(&self, seq: u64) -> Result<Option<Row>> {
        Ok(self.tables()?.row(seq))
    }

    fn document(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        Ok(self.tables()?.documents.get(digest).cloned())
    }

    fn checkpoint(&self, at_least: u64) -> Result<Option<(u64, Vec<u8>)>> {
        Ok(self
            .tables()?
            .checkpoints
            .range(at_least..)
            .next()
            .map(|(size, note)| (*size, note.clone())))
    }

    fn newest_checkpoint(&self) -> Result<Option<(u64, Vec<u8>)>> {
        Ok(self
            .tables()?
            .checkpoints
            .last_key_value()
            .map(|(size, note)| (*size, note.clone())))
    }

    fn digests(&self, from: u64, to: u64) -> Result<Vec<Digest>> {
        Ok(self.tables()?.digests_between(from, to))
    }

    fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>> {
        Ok(self.tables()?.tiles.get(&(level, n)).cloned())
    }

    fn intents(&self) -> Result<Vec<Intent>> {
        Ok(self
            .tables()?
            .intents
            .iter()
            .map(|(seq, recorder)| Intent {
                seq: *seq,
                recorder: *recorder,
            })
            .collect())
    }

    fn basis(&self) -> Result<Vec<u64>> {
        Ok(self.tables()?.basis.iter().copied().collect())
    }

    fn open_runs(&self) -> Result<Vec<RunHead>> {
        Ok(self.tables()?.runs.values().cloned().collect())
    }

    fn orphans(&self) -> Result<Vec<Uuid>> {
        let tables = self.tables()?;
        let owners = tables
            .intents
            .values()
            .copied()
            .chain(tables.runs.values().filter_map(|run| run.recorder));
        let dead: BTreeSet<Uuid> = owners.filter(|owner| !tables.alive.contains(owner)).collect();
        Ok(dead.into_iter().collect())
    }

    fn log_key(&self) -> Result<SecretKey> {
        Ok(SecretKey::from_seed(*self.shared.log))
    }

    fn reserved(&self) -> bool {
        true
    }

    fn refill(&self) -> Result<bool> {
        Ok(true)
    }

    fn before_fork(&self) {
        let busy = lock(&self.shared.busy);
        *self
            .shared
            .ended
            .wait_while(busy, |busy| *busy)
            .unwrap_or_else(PoisonError::into_inner) = true;
    }

    fn after_fork(&self, child: bool) {
        if child {
            // Memory is copied, not shared: going on here would be a second history. No lock is touched, since a
            // thread that is not in this process may hold it.
            self.forked.store(true, Ordering::Release);
        } else {
            self.end_turn();
        }
    }

    fn close(&self) -> Result<()> {
        self.tables()?.alive.remove(&self.recorder);
        self.gone.store(true, Ordering::Release);
        Ok(())
    }
}

impl Memory {
    fn end_turn(&self) {
        *lock(&self.shared.busy) = false;
        self.shared.ended.notify_one();
    }
}

struct MemoryTurn<'a> {
    ledger: &'a Memory,
    head: Option<Head>,
}

impl Drop for MemoryTurn<'_> {
    fn drop(&mut self) {
        self.ledger.end_turn();
    }
}

impl Turn for MemoryTurn<'_> {
    fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    fn mac(&self) -> Result<(u64, [u8; 32])> {
        let tables = self.ledger.tables()?;
        Ok((tables.mac.0, *tables.mac.1))
    }

    fn run_head(&self, id: &Uuid) -> Result<Option<RunHead>> {
        Ok(self.ledger.tables()?.runs.get(id).cloned())
    }

    fn digests(&self, from: u64, to: u64) -> Result<Vec<Digest>> {
        self.ledger.digests(from, to)
    }

    fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>> {
        self.ledger.tile(level, n)
    }

    fn request_seen(&self, tag: &[u8; 32]) -> Result<Option<Row>> {
        let tables = self.ledger.tables()?;
        Ok(tables.tags.get(tag).and_then(|seq| tables.row(*seq)))
    }

    fn request(&self, digest: &Digest) -> Result<Option<Request>> {
        Ok(self
            .ledger
            .tables()?
            .requests
            .values()
            .find(|request| request.digest == *digest)
            .cloned())
    }

    fn commit(self: Box<Self>, expect: Option<&Head>, batch: Batch) -> Result<()> {
        let mut tables = self.ledger.tables()?;
        let place = |head: &Head| (head.seq, head.digest);
        if tables.head.as_ref().map(place) != expect.map(place) {
            return Err(Error::new(
                Code::ChainHeadMoved,
                "the chain has another head than the one these records follow",
            ));
        }
        batch.check(expect)?;
        if let Err(error) = tables.check(&batch) {
            if error.code() == Code::StoreCorrupt {
                tables.state = State::Frozen;
            }
            return Err(error);
        }
        tables.apply(batch, self.ledger.recorder);
        Ok(())
    }
}

/// A panic elsewhere does not make the rows wrong: each change is applied whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
