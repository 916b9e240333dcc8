//! One record for one call, however many observers tell of it.
//!
//! An attempt of a call is known by (thread, call id, number). The gate's record is the stronger one and stays; of
//! several observers the first one's. A call id that comes again from the same observer under another framework id is
//! the next attempt.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::Uuid;

/// The attempts of calls in open runs, by scope (thread, else run) and call id.
#[derive(Default)]
pub(super) struct Attempts {
    calls: BTreeMap<(String, String), Call>,
}

#[derive(Default)]
struct Call {
    /// Attempts that have a record of their own by an observer.
    recorded: u64,
    /// Starts that each observer has told.
    told: BTreeMap<String, u64>,
    runs: BTreeSet<Uuid>,
}

/// What a start of a tool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// The attempt of this number, told for the first time.
    New(u64),
    /// Told before, by the gate or by another observer.
    Known,
}

impl Attempts {
    /// An observer tells that a tool begins; `allowed` attempts of this call went through the gate in this run.
    pub(super) fn start(&mut self, (scope, call): (&str, &str), stack: &str, run: Uuid, allowed: u64) -> Start {
        let call = self.calls.entry((scope.to_owned(), call.to_owned())).or_default();
        call.runs.insert(run);
        let told = call.told.entry(stack.to_owned()).or_default();
        *told = told.saturating_add(1);
        call.recorded = call.recorded.max(allowed);
        if *told <= call.recorded {
            return Start::Known;
        }
        call.recorded = *told;
        Start::New(*told)
    }

    /// Whether any record tells of the call; if not, from now on one does.
    pub(super) fn first(&mut self, scope: &str, call: &str, run: Uuid) -> bool {
        let call = self.calls.entry((scope.to_owned(), call.to_owned())).or_default();
        call.runs.insert(run);
        let first = call.recorded == 0;
        call.recorded = call.recorded.max(1);
        first
    }

    /// Forgets the calls of a run that has ended.
    pub(super) fn end(&mut self, run: Uuid) {
        self.calls
            .retain(|_, call| !call.runs.remove(&run) || !call.runs.is_empty());
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.calls.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(n: u8) -> Uuid {
        Uuid::v7(1, [n; 10])
    }

    #[test]
    fn attempts() {
        let mut attempts = Attempts::default();
        let mut start = |stack: &str, allowed| attempts.start(("t", "c"), stack, run(1), allowed);
        // The gate's first attempt, then two that the tool repeats inside.
        assert_eq!(start("lc", 1), Start::Known);
        assert_eq!(start("lc", 1), Start::New(2));
        assert_eq!(start("lc", 1), Start::New(3));
        // A second observer tells of the same three, and of one more.
        assert_eq!(start("otel", 1), Start::Known);
        assert_eq!(start("otel", 1), Start::Known);
        assert_eq!(start("otel", 1), Start::Known);
        assert_eq!(start("otel", 1), Start::New(4));
    }

    #[test]
    fn a_run_takes_its_calls_along() {
        let mut attempts = Attempts::default();
        assert!(attempts.first("t", "c", run(1)));
        assert!(!attempts.first("t", "c", run(2)));
        attempts.end(run(1));
        assert_eq!(attempts.len(), 1);
        attempts.end(run(2));
        assert_eq!(attempts.len(), 0);
        assert!(attempts.first("t", "c", run(3)));
    }
}
