//! Where the next record goes: in the chain, in its run, in its epoch (docs/spec/05-chain.md).
//!
//! A chain and a run are the same thing at two sizes: a seq without holes, the digest of the record before, and a tree
//! over the digests. An epoch is a stretch of the chain that ends with a heartbeat.

use crate::digest::Digest;
use crate::id::Uuid;
use crate::merkle::{Frontier, Hash, leaf};
use crate::record::Place;

/// Records of an epoch, its heartbeat included: docs/spec/05-chain.md allows no more.
pub const EPOCH_RECORDS: u64 = 1_000;

/// The end of a chain or of a run, to which the next record is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    id: Uuid,
    last: Option<(u64, Digest)>,
    frontier: Frontier,
}

impl Tip {
    /// A chain or run without records.
    #[must_use]
    pub fn new(id: Uuid) -> Self {
        Tip {
            id,
            last: None,
            frontier: Frontier::new(),
        }
    }

    /// One that has records: seq and digest of the last, and the right edge of the tree over all of them.
    #[must_use]
    pub fn after(id: Uuid, seq: u64, digest: Digest, frontier: Frontier) -> Self {
        Tip {
            id,
            last: Some((seq, digest)),
            frontier,
        }
    }

    /// The place of the next record.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            id: self.id,
            seq: self.frontier.size(),
            prev: self.last.map(|(_, digest)| digest),
        }
    }

    /// Adds the record that was sealed for [`Tip::place`].
    pub fn push(&mut self, digest: Digest) {
        self.last = Some((self.frontier.size(), digest));
        self.frontier.push(leaf(&digest));
    }

    /// Records so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Root of the tree over the records so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Seq and digest of the last record.
    #[must_use]
    pub fn last(&self) -> Option<(u64, Digest)> {
        self.last
    }

    /// Right edge of the tree.
    #[must_use]
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }
}

/// Whether an epoch that began at `first` and whose last record is `last` has to end now.
#[must_use]
pub fn epoch_is_full(first: u64, last: u64) -> bool {
    // Records first..=last are there, and the heartbeat is one more.
    last.saturating_sub(first).saturating_add(2) >= EPOCH_RECORDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_one_another() {
        let id = Uuid::v7(0, [1; 10]);
        let mut tip = Tip::new(id);
        assert_eq!(tip.place(), Place { id, seq: 0, prev: None });
        let digests: Vec<Digest> = (0..5u8).map(|n| Digest::of(&[n])).collect();
        for (seq, digest) in digests.iter().enumerate() {
            assert_eq!(tip.place().seq, u64::try_from(seq).unwrap());
            tip.push(*digest);
            assert_eq!(tip.place().prev, Some(*digest));
        }
        let leaves: Vec<Hash> = digests.iter().map(leaf).collect();
        assert_eq!(tip.root(), crate::merkle::root(&leaves));
        assert_eq!(Tip::after(id, 4, digests[4], tip.frontier().clone()), tip);
    }

    #[test]
    fn an_epoch_holds_a_thousand_records_with_its_heartbeat() {
        assert!(!epoch_is_full(0, 997));
        assert!(epoch_is_full(0, 998));
        assert!(epoch_is_full(1_000, 1_998));
    }
}
