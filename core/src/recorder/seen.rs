//! Which calls came through the gate, so that an observer's event about the same call is no second record.

use std::sync::Arc;

use super::group::lock;
use super::run::Run;
use super::{Core, Recorder};
use crate::host::Host;
use crate::id::Uuid;

/// Calls that are remembered; those of the oldest runs go first.
const CALLS: usize = 100_000;

impl Recorder {
    /// The world.
    pub(crate) fn host(&self) -> &Arc<dyn Host> {
        &self.core.host
    }
}

impl Run {
    /// How often the gate of this recorder decided about a call of this run, and how often it allowed it.
    pub(crate) fn gate_calls(&self, call_id: &str) -> (u64, u64) {
        lock(&self.core.calls)
            .get(&(self.inner.id, call_id.to_owned()))
            .copied()
            .unwrap_or_default()
    }
}

impl Core {
    /// Remembers that the gate decided about a call.
    pub(super) fn call(&self, run: Uuid, call_id: Option<&str>, passed: bool) {
        let Some(call_id) = call_id else { return };
        let mut calls = lock(&self.calls);
        let (seen, passes) = calls.entry((run, call_id.to_owned())).or_default();
        *seen = seen.saturating_add(1);
        *passes = passes.saturating_add(u64::from(passed));
        if calls.len() > CALLS {
            // Run ids begin with their time.
            calls.pop_first();
        }
    }

    /// Forgets the calls of a run that has ended.
    pub(super) fn forget_calls(&self, run: Uuid) {
        let mut calls = lock(&self.calls);
        let of_run = calls
            .range((run, String::new())..)
            .map(|(key, _)| key)
            .take_while(|(id, _)| *id == run);
        let of_run: Vec<_> = of_run.cloned().collect();
        for key in of_run {
            calls.remove(&key);
        }
    }
}
