//! The records of one chain and of one run in order, as the steps look at them.

use std::collections::BTreeMap;

use super::file::{At, File, Standing};
use crate::digest::Digest;
use crate::merkle::{Frontier, Hash, leaf};

/// Places 0, 1, 2, … filled in any order. Almost always in order, and then this is a plain list.
#[derive(Default)]
pub(super) struct Places {
    sorted: Vec<(u64, At)>,
    late: BTreeMap<u64, At>,
}

impl Places {
    /// Fills a place; if it is taken, tells by whom and changes nothing.
    pub(super) fn put(&mut self, place: u64, at: At) -> Option<At> {
        match self.sorted.last() {
            Some((last, _)) if *last >= place => {
                let taken = self.sorted.binary_search_by_key(&place, |(place, _)| *place);
                match taken.ok().and_then(|index| self.sorted.get(index)) {
                    Some((_, first)) => Some(*first),
                    None => match self.late.entry(place) {
                        std::collections::btree_map::Entry::Occupied(first) => Some(*first.get()),
                        std::collections::btree_map::Entry::Vacant(free) => {
                            free.insert(at);
                            None
                        }
                    },
                }
            }
            _ => {
                self.sorted.push((place, at));
                None
            }
        }
    }

    /// All places in order.
    pub(super) fn into_sorted(self) -> Vec<(u64, At)> {
        let mut all = self.sorted;
        if !self.late.is_empty() {
            all.extend(self.late);
            all.sort_unstable();
        }
        all
    }
}

/// A chain: its lines, and the basis records that count, by seq.
#[derive(Default)]
pub(super) struct ChainView {
    pub(super) by_seq: Vec<(u64, At)>,
    /// How many records from 0 on are here without a hole.
    pub(super) here: u64,
    /// How many of them from 0 on are shown, not withheld.
    pub(super) shown: u64,
    /// A `record.hash_mismatch` was found in this chain.
    pub(super) mismatch: bool,
}

/// A run: its lines by `run.seq`.
#[derive(Default)]
pub(super) struct RunView {
    pub(super) by_seq: Vec<(u64, At)>,
}

impl ChainView {
    pub(super) fn new(by_seq: Vec<(u64, At)>, file: &File) -> ChainView {
        let here = unbroken(&by_seq);
        let first = by_seq.iter().zip(0..here);
        let shown = first.take_while(|((_, at), _)| file.seen(*at).is_some()).count();
        let shown = u64::try_from(shown).unwrap_or(u64::MAX);
        ChainView {
            by_seq,
            here,
            shown,
            mismatch: false,
        }
    }

    /// The record at a seq.
    pub(super) fn at(&self, seq: u64) -> Option<At> {
        find(&self.by_seq, seq)
    }

    /// Its index in the list.
    pub(super) fn position(&self, seq: u64) -> Option<usize> {
        self.by_seq.binary_search_by_key(&seq, |(seq, _)| *seq).ok()
    }

    /// The last line that is not a basis record.
    pub(super) fn last_line(&self, file: &File) -> Option<(u64, At)> {
        self.by_seq.iter().rev().find(|(_, at)| !file.is_basis(*at)).copied()
    }

    /// Roots of the trees of these sizes, as far as the chain is here from 0; `sizes` ascending.
    pub(super) fn roots(&self, sizes: &[u64], file: &File) -> BTreeMap<u64, Hash> {
        let mut tree = Frontier::new();
        let mut roots = BTreeMap::new();
        let mut sizes = sizes.iter().copied().filter(|size| *size <= self.here).peekable();
        for ((_, at), _) in self.by_seq.iter().zip(0..self.here) {
            while sizes.next_if_eq(&tree.size()).is_some() {
                roots.insert(tree.size(), tree.root());
            }
            if sizes.peek().is_none() {
                return roots;
            }
            tree.push(leaf(&digest(file, *at)));
        }
        if sizes.next_if_eq(&tree.size()).is_some() {
            roots.insert(tree.size(), tree.root());
        }
        roots
    }
}

impl RunView {
    /// The record at a `run.seq`.
    pub(super) fn at(&self, seq: u64) -> Option<At> {
        find(&self.by_seq, seq)
    }

    /// Its index in the list.
    pub(super) fn position(&self, seq: u64) -> Option<usize> {
        self.by_seq.binary_search_by_key(&seq, |(seq, _)| *seq).ok()
    }

    /// How many from 0 on are here without a hole.
    pub(super) fn here(&self) -> u64 {
        unbroken(&self.by_seq)
    }
}

/// The pairs of a list that follow each other without a hole: (the record before, the record).
pub(super) fn neighbours(by_seq: &[(u64, At)]) -> impl Iterator<Item = (At, At)> {
    let pairs = by_seq.iter().zip(by_seq.iter().skip(1));
    pairs
        .filter(|((a, _), (b, _))| a.checked_add(1) == Some(*b))
        .map(|((_, a), (_, b))| (*a, *b))
}

/// The first number of each hole below the last, from `first` on.
pub(super) fn holes(numbers: impl Iterator<Item = u64>, first: u64) -> Vec<u64> {
    let mut next = first;
    let mut holes = Vec::new();
    for number in numbers.filter(|number| *number >= first) {
        if number > next {
            holes.push(next);
        }
        next = number.saturating_add(1);
    }
    holes
}

/// Takes the lines that stand in a chain or run out of what `Places` collected.
pub(super) fn standing(places: Places, file: &File) -> Vec<(u64, At)> {
    let mut all = places.into_sorted();
    all.retain(|(_, at)| {
        file.record(*at)
            .is_some_and(|r| matches!(r.standing(), Standing::Counts | Standing::LeftOfRun))
    });
    all
}

pub(super) fn digest(file: &File, at: At) -> Digest {
    file.record(at)
        .map_or(Digest::from_bytes([0; 32]), |record| record.digest)
}

fn find(by_seq: &[(u64, At)], seq: u64) -> Option<At> {
    let index = by_seq.binary_search_by_key(&seq, |(seq, _)| *seq).ok()?;
    by_seq.get(index).map(|(_, at)| *at)
}

fn unbroken(by_seq: &[(u64, At)]) -> u64 {
    by_seq
        .iter()
        .zip(0u64..)
        .take_while(|((seq, _), want)| seq == want)
        .map(|(_, n)| n.saturating_add(1))
        .last()
        .unwrap_or(0)
}
