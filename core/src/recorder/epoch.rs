//! Ends of epochs: heartbeat, MAC ratchet, checkpoint, full tiles (docs/spec/05-chain.md, 06-tree-and-log.md).

use crate::checkpoint::Checkpoint;
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::merkle::{Hash, leaf, root};
use crate::record::{Body, Draft, Heartbeat, Kind};
use crate::store::{Tile, Turn};

use super::pen::Pen;

/// Hashes of a full tile (C2SP tlog-tiles).
pub(super) const TILE: u64 = 256;

impl Pen<'_> {
    /// Ends the epoch: a heartbeat under the old MAC key, the next key, and a checkpoint over all of it.
    ///
    /// # Errors
    /// What sealing answers.
    pub(super) fn heartbeat(&mut self) -> Result<()> {
        let head = self.head()?.clone();
        let last = head.seq.saturating_add(1);
        let next = self.mac().ratchet();
        let mut draft = Draft::new(Kind::Heartbeat, self.nothing()?);
        draft.body = Body::Heartbeat(Heartbeat {
            first: head.first,
            last,
            size: last,
            root: head.frontier.root(),
            next_mac: next.commitment(),
            beacon: None,
            open_intents: head.intents,
        });
        self.add(&draft)?;
        self.ratchet(next, last.saturating_add(1));
        self.checkpoint()
    }

    /// Signs the tree as it is now; stored with the commit.
    ///
    /// # Errors
    /// What the log key answers.
    pub(super) fn checkpoint(&mut self) -> Result<()> {
        let (size, root) = {
            let frontier = &self.head()?.frontier;
            (frontier.size(), frontier.root())
        };
        let note = Checkpoint::sign(&self.core.ledger.identity().origin, size, root, &self.core.log_key)?;
        self.batch.checkpoint = Some((size, note.to_string().into_bytes()));
        Ok(())
    }

    /// Keeps the tiles that the record at `seq` has filled.
    ///
    /// # Errors
    /// What reading answers.
    pub(super) fn tiles(&mut self, seq: u64) -> Result<()> {
        let mut full = seq.saturating_add(1);
        let mut level = 0u8;
        while full.is_multiple_of(TILE) && full > 0 {
            let n = full.saturating_div(TILE).saturating_sub(1);
            let first = n.saturating_mul(TILE);
            let mut hashes: Vec<Hash> = Vec::with_capacity(256);
            if level == 0 {
                hashes.extend(self.digests(first, first.saturating_add(TILE))?.iter().map(leaf));
            } else {
                for below in first..first.saturating_add(TILE) {
                    let tile = self.tile(level.saturating_sub(1), below)?;
                    hashes.push(root(&tile_hashes(&tile)));
                }
            }
            if hashes.len() != 256 {
                return Err(Error::new(Code::StoreCorrupt, "the tree's tiles are not complete"));
            }
            self.batch.tiles.push(Tile {
                level,
                n,
                hashes: hashes.concat(),
            });
            full = full.saturating_div(TILE);
            level = level.saturating_add(1);
        }
        Ok(())
    }

    fn digests(&self, from: u64, to: u64) -> Result<Vec<Digest>> {
        let mut digests = self.turn.digests(from, to)?;
        let new = self
            .batch
            .rows
            .iter()
            .map(|new| &new.row)
            .filter(|row| (from..to).contains(&row.seq));
        digests.extend(new.map(|row| row.digest));
        Ok(digests)
    }

    fn tile(&self, level: u8, n: u64) -> Result<Vec<u8>> {
        let new = self.batch.tiles.iter().find(|tile| tile.level == level && tile.n == n);
        match new {
            Some(tile) => Ok(tile.hashes.clone()),
            None => Turn::tile(&*self.turn, level, n)?
                .ok_or_else(|| Error::new(Code::StoreCorrupt, "a full tile of the tree is missing")),
        }
    }
}

/// The hashes of a tile.
pub(super) fn tile_hashes(tile: &[u8]) -> Vec<Hash> {
    tile.as_chunks::<32>().0.to_vec()
}
