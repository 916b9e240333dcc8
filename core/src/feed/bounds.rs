//! How much the feed keeps in memory.

use std::collections::{BTreeSet, VecDeque};

/// Open runs of one recorder.
pub(super) const RUNS: usize = 10_000;
/// Steps of open runs that are remembered.
pub(super) const NODES: usize = 100_000;
/// Ids of roots that have ended, so that a second observer's end does not begin them anew.
const ENDED: usize = 10_000;
/// Call ids that models have proposed.
const PROPOSED: usize = 20_000;

/// A set that forgets its oldest members.
pub(super) struct Recent {
    limit: usize,
    order: VecDeque<String>,
    set: BTreeSet<String>,
}

impl Recent {
    pub(super) fn ended() -> Self {
        Recent::new(ENDED)
    }

    pub(super) fn proposed() -> Self {
        Recent::new(PROPOSED)
    }

    fn new(limit: usize) -> Self {
        Recent {
            limit,
            order: VecDeque::new(),
            set: BTreeSet::new(),
        }
    }

    pub(super) fn insert(&mut self, member: String) {
        if !self.set.insert(member.clone()) {
            return;
        }
        self.order.push_back(member);
        if self.order.len() > self.limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
    }

    pub(super) fn contains(&self, member: &str) -> bool {
        self.set.contains(member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes() {
        let mut recent = Recent::new(2);
        for member in ["a", "b", "a", "c"] {
            recent.insert(member.to_owned());
        }
        assert!(!recent.contains("a") && recent.contains("b") && recent.contains("c"));
        assert_eq!(recent.order.len(), recent.set.len());
    }
}
