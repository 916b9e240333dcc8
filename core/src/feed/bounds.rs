//! How much the feed keeps in memory.

use std::collections::{BTreeMap, VecDeque};

/// Open runs of one recorder.
pub(super) const RUNS: usize = 10_000;
/// Steps of open runs that are remembered.
pub(super) const NODES: usize = 100_000;
/// Ids of roots that have ended, so that a second observer's end does not begin them anew.
const ENDED: usize = 10_000;
/// Call ids that models have proposed, and that were answered.
const CALLS: usize = 20_000;

/// A set that forgets its oldest members.
pub(super) struct Recent {
    limit: usize,
    order: VecDeque<(String, u64)>,
    /// Each with the number of its insertion: a member may be removed and come again.
    set: BTreeMap<String, u64>,
    next: u64,
}

impl Recent {
    pub(super) fn ended() -> Self {
        Recent::new(ENDED)
    }

    pub(super) fn calls() -> Self {
        Recent::new(CALLS)
    }

    fn new(limit: usize) -> Self {
        Recent {
            limit,
            order: VecDeque::new(),
            set: BTreeMap::new(),
            next: 0,
        }
    }

    pub(super) fn insert(&mut self, member: String) {
        if self.set.contains_key(&member) {
            return;
        }
        self.next = self.next.saturating_add(1);
        self.set.insert(member.clone(), self.next);
        self.order.push_back((member, self.next));
        if self.order.len() > self.limit
            && let Some((oldest, number)) = self.order.pop_front()
            && self.set.get(&oldest) == Some(&number)
        {
            self.set.remove(&oldest);
        }
    }

    /// Forgets a member; whether it was one.
    pub(super) fn remove(&mut self, member: &str) -> bool {
        self.set.remove(member).is_some()
    }

    pub(super) fn contains(&self, member: &str) -> bool {
        self.set.contains_key(member)
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

    #[test]
    fn what_was_removed_may_come_again() {
        let mut recent = Recent::new(2);
        recent.insert("a".to_owned());
        assert!(recent.remove("a") && !recent.remove("a"));
        for member in ["a", "b"] {
            recent.insert(member.to_owned());
        }
        assert!(recent.contains("a") && recent.contains("b"));
        recent.insert("c".to_owned());
        assert!(!recent.contains("a") && recent.contains("c"));
    }
}
