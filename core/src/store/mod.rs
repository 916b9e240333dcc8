//! Where records live: the traits, the rows that pass through them, and a ledger in memory.
//!
//! A ledger is one tenant and one chain. Nobody appends except inside a [`Turn`]: turns are exclusive over all
//! threads, processes and machines that share the ledger, and `commit` is all or nothing and durable on return.
//! Crate `execert-store` implements the same traits on disk; one suite of tests runs on both.
//!
//! | outcome of a commit | code |
//! |---|---|
//! | the head is not the one expected | `chain.head_moved` |
//! | a request id that is taken | `store.request_reused` |
//! | no turn before the deadline | `chain.locked` |
//! | no space; not writable | `store.full`; `store.read_only` |
//! | an I/O error, a failed flush | `store.io` |
//! | nobody knows whether COMMIT happened | `store.outcome_unknown` |
//! | rows that contradict each other | `store.corrupt`, and the ledger is frozen |
//! | a handle that came through a fork | `chain.forked_process` |

mod memory;
mod rows;
mod tables;

pub use memory::{Memory, Secrets};
pub use rows::{
    Batch, Durability, Head, Identity, Intent, NewLedger, NewRow, Request, RequestQuery, RequestState, Row, RunCounts,
    RunEntry, RunHead, RunQuery, RunState, State, Tile,
};

use crate::digest::Digest;
use crate::error::Result;
use crate::id::Uuid;
use crate::key::SecretKey;

/// Gets each row in turn; an error stops the reading and is handed on.
pub type Each<'a> = &'a mut dyn FnMut(Row) -> Result<()>;

/// One tenant, one chain. Every method refuses a handle inherited through a fork: `chain.forked_process`.
pub trait Ledger: Send + Sync {
    /// Who this ledger is.
    fn identity(&self) -> &Identity;

    /// The id of this opener. After a fork the child has another one.
    fn recorder(&self) -> Uuid;

    /// What an acknowledged record survives; fixed when the ledger is made.
    fn durability(&self) -> Durability;

    /// Open, sealed or frozen.
    ///
    /// # Errors
    /// `store.*`.
    fn state(&self) -> Result<State>;

    /// The right to append, for one commit. Waits at most `deadline_ms`; then `chain.locked`, naming the holder.
    ///
    /// Other methods of the ledger may be called while a turn is held, but not a second `turn` on the same thread.
    ///
    /// # Errors
    /// `chain.locked`; `store.read_only`; `store.corrupt` if the ledger is frozen.
    fn turn(&self, deadline_ms: u64) -> Result<Box<dyn Turn + '_>>;

    /// The last committed record; None before record 0.
    ///
    /// # Errors
    /// `store.*`.
    fn head(&self) -> Result<Option<Head>>;

    /// Rows `from..` in order of seq.
    ///
    /// # Errors
    /// `store.*`, or what `each` answered.
    fn read(&self, from: u64, each: Each<'_>) -> Result<()> {
        self.read_range(from, u64::MAX, each)
    }

    /// Rows `from..to` in order of seq. No lock is held while `each` runs.
    ///
    /// # Errors
    /// `store.*`, or what `each` answered.
    fn read_range(&self, from: u64, to: u64, each: Each<'_>) -> Result<()>;

    /// The rows of one run in order of run seq, by index: the cost is that of the run.
    ///
    /// # Errors
    /// `store.*`, or what `each` answered.
    fn run(&self, id: &Uuid, each: Each<'_>) -> Result<()>;

    /// Runs, oldest first.
    ///
    /// # Errors
    /// `store.*`.
    fn runs(&self, query: &RunQuery) -> Result<Vec<RunEntry>>;

    /// Requests for approval, oldest first.
    ///
    /// # Errors
    /// `store.*`.
    fn requests(&self, query: &RequestQuery) -> Result<Vec<Request>>;

    /// The seq of the record with this digest.
    ///
    /// # Errors
    /// `store.*`.
    fn find(&self, digest: &Digest) -> Result<Option<u64>>;

    /// One row.
    ///
    /// # Errors
    /// `store.*`.
    fn row(&self, seq: u64) -> Result<Option<Row>>;

    /// The envelope of an approval, certificate or other document kept beside the chain.
    ///
    /// # Errors
    /// `store.*`.
    fn document(&self, digest: &Digest) -> Result<Option<Vec<u8>>>;

    /// The smallest stored checkpoint of at least this size: (size, note).
    ///
    /// # Errors
    /// `store.*`.
    fn checkpoint(&self, at_least: u64) -> Result<Option<(u64, Vec<u8>)>>;

    /// The largest stored checkpoint: (size, note).
    ///
    /// # Errors
    /// `store.*`.
    fn newest_checkpoint(&self) -> Result<Option<(u64, Vec<u8>)>>;

    /// Record digests `from..to`, fewer if the chain is shorter.
    ///
    /// # Errors
    /// `store.*`.
    fn digests(&self, from: u64, to: u64) -> Result<Vec<Digest>>;

    /// A full tile of 256 hashes (8,192 bytes); None: not full yet, compute it.
    ///
    /// # Errors
    /// `store.*`.
    fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>>;

    /// Intents without an outcome, by seq.
    ///
    /// # Errors
    /// `store.*`.
    fn intents(&self) -> Result<Vec<Intent>>;

    /// Seqs of record 0 and of the key.* and erasure records, ascending.
    ///
    /// # Errors
    /// `store.*`.
    fn basis(&self) -> Result<Vec<u64>>;

    /// Runs without an end, by id.
    ///
    /// # Errors
    /// `store.*`.
    fn open_runs(&self) -> Result<Vec<RunHead>>;

    /// Recorders that are dead and whose leftovers nobody has dealt with. Ask inside a turn; put those dealt with
    /// into [`Batch::bury`].
    ///
    /// # Errors
    /// `store.*`.
    fn orphans(&self) -> Result<Vec<Uuid>>;

    /// The key that signs checkpoints, made when the ledger was.
    ///
    /// # Errors
    /// `key.permissions`, `key.not_found`, `key.malformed`.
    fn log_key(&self) -> Result<SecretKey>;

    /// Whether space is held back for the outcomes of what is already permitted. False: give no permits.
    fn reserved(&self) -> bool;

    /// Tries to hold space back again; true if it is held now. Cheap enough to call every 10 s.
    ///
    /// # Errors
    /// `store.io`.
    fn refill(&self) -> Result<bool>;

    /// Waits for the turn of this process to end, lets nobody begin another, closes what must not cross a fork.
    /// Call [`Ledger::after_fork`] in parent and child, from the same thread.
    fn before_fork(&self);

    /// Lets everybody on again; a child goes on as a new recorder, at its next use.
    fn after_fork(&self, child: bool);

    /// Gives up liveness and files. Later calls are `recorder.closed`.
    ///
    /// # Errors
    /// `store.io` if the last flush failed.
    fn close(&self) -> Result<()>;
}

/// The exclusive right to append once. Dropping it appends nothing.
pub trait Turn {
    /// What the batch must follow.
    fn head(&self) -> Option<&Head>;

    /// The MAC key of the head's epoch: (epoch, key); epoch 0 before record 0.
    ///
    /// # Errors
    /// `chain.rolled_back` if the kept key is of a later epoch than the ledger; `store.corrupt` if it is gone.
    fn mac(&self) -> Result<(u64, [u8; 32])>;

    /// Where an open run stands; None: unknown or ended.
    ///
    /// # Errors
    /// `store.*`.
    fn run_head(&self, id: &Uuid) -> Result<Option<RunHead>>;

    /// Record digests `from..to`, fewer if the chain is shorter.
    ///
    /// # Errors
    /// `store.*`.
    fn digests(&self, from: u64, to: u64) -> Result<Vec<Digest>>;

    /// A full tile.
    ///
    /// # Errors
    /// `store.*`.
    fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>>;

    /// The record that was written for this idempotency tag.
    ///
    /// # Errors
    /// `store.*`.
    fn request_seen(&self, tag: &[u8; 32]) -> Result<Option<Row>>;

    /// The approval request with this record digest.
    ///
    /// # Errors
    /// `store.*`.
    fn request(&self, digest: &Digest) -> Result<Option<Request>>;

    /// All of the batch, durable on return, or nothing. `expect` is the head that the rows were sealed against.
    ///
    /// # Errors
    /// See the table of this module.
    fn commit(self: Box<Self>, expect: Option<&Head>, batch: Batch) -> Result<()>;
}
