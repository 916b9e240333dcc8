//! The rows of a ledger in memory, with the rules that a database has as constraints.

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use super::{Batch, Head, NewRow, Request, RequestState, Row, RunEntry, RunHead, State};
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::id::Uuid;

#[derive(Default)]
pub(super) struct Tables {
    pub(super) head: Option<Head>,
    pub(super) state: State,
    pub(super) rows: Vec<Row>,
    pub(super) digests: BTreeMap<Digest, u64>,
    pub(super) tags: BTreeMap<[u8; 32], u64>,
    pub(super) run_rows: BTreeMap<(Uuid, u64), u64>,
    pub(super) intents: BTreeMap<u64, Uuid>,
    pub(super) runs: BTreeMap<Uuid, RunHead>,
    pub(super) entries: BTreeMap<Uuid, RunEntry>,
    pub(super) requests: BTreeMap<u64, Request>,
    pub(super) documents: BTreeMap<Digest, Vec<u8>>,
    pub(super) basis: BTreeSet<u64>,
    pub(super) tiles: BTreeMap<(u8, u64), Vec<u8>>,
    pub(super) checkpoints: BTreeMap<u64, Vec<u8>>,
    pub(super) mac: (u64, Zeroizing<[u8; 32]>),
    pub(super) alive: BTreeSet<Uuid>,
}

impl Tables {
    pub(super) fn row(&self, seq: u64) -> Option<Row> {
        self.rows.get(usize::try_from(seq).ok()?).cloned()
    }

    pub(super) fn digests_between(&self, from: u64, to: u64) -> Vec<Digest> {
        let start = usize::try_from(from).unwrap_or(usize::MAX);
        let count = usize::try_from(to.saturating_sub(from)).unwrap_or(usize::MAX);
        self.rows.iter().skip(start).take(count).map(|row| row.digest).collect()
    }

    /// What a database would refuse by a constraint. All of it is looked at before anything changes.
    pub(super) fn check(&self, batch: &Batch) -> Result<()> {
        let corrupt = |what: &str| Err(Error::new(Code::StoreCorrupt, what));
        if self.state == State::Sealed && !batch.rows.is_empty() {
            return Err(Error::new(Code::RecorderClosed, "the ledger is sealed"));
        }
        let mut tags = BTreeSet::new();
        let mut digests = BTreeSet::new();
        let mut places = BTreeSet::new();
        for new in &batch.rows {
            if let Some(tag) = &new.request
                && (self.tags.contains_key(tag) || !tags.insert(tag))
            {
                return Err(Error::new(
                    Code::StoreRequestReused,
                    "a record for this request id exists",
                ));
            }
            if self.digests.contains_key(&new.row.digest) || !digests.insert(new.row.digest) {
                return corrupt("a record with this digest exists");
            }
            if let Some(place) = new.row.run
                && (self.run_rows.contains_key(&place) || !places.insert(place))
            {
                return corrupt("a record with this place in its run exists");
            }
        }
        for tile in &batch.tiles {
            if self
                .tiles
                .get(&(tile.level, tile.n))
                .is_some_and(|known| *known != tile.hashes)
            {
                return corrupt("a tile of the tree would change");
            }
        }
        Ok(())
    }

    pub(super) fn apply(&mut self, batch: Batch, recorder: Uuid) {
        for NewRow { row, request } in batch.rows {
            self.digests.insert(row.digest, row.seq);
            if let Some(tag) = request {
                self.tags.insert(tag, row.seq);
            }
            if let Some(place) = row.run {
                self.run_rows.insert(place, row.seq);
            }
            self.rows.push(row);
        }
        self.head = Some(batch.head);
        self.intents
            .extend(batch.open_intents.into_iter().map(|seq| (seq, recorder)));
        for seq in batch.close_intents {
            self.intents.remove(&seq);
        }
        self.runs.extend(batch.runs.into_iter().map(|run| (run.id, run)));
        for id in batch.closed_runs {
            self.runs.remove(&id);
        }
        self.entries
            .extend(batch.run_entries.into_iter().map(|entry| (entry.id, entry)));
        self.requests
            .extend(batch.requests.into_iter().map(|request| (request.seq, spent(request))));
        self.documents.extend(batch.documents);
        self.basis.extend(batch.basis);
        for seq in batch.erase {
            if let Some(row) = usize::try_from(seq).ok().and_then(|at| self.rows.get_mut(at)) {
                row.content = None;
            }
        }
        self.tiles
            .extend(batch.tiles.into_iter().map(|tile| ((tile.level, tile.n), tile.hashes)));
        self.checkpoints.extend(batch.checkpoint);
        if let Some((epoch, key)) = batch.mac {
            self.mac = (epoch, Zeroizing::new(key));
        }
        if let Some(state) = batch.state {
            self.state = state;
        }
    }
}

/// A used request keeps nothing to guess its arguments from.
fn spent(mut request: Request) -> Request {
    if request.state == RequestState::Used {
        request.content = None;
        request.seed = None;
    }
    request
}
