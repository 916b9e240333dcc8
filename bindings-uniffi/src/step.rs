//! A step of a run: opened before it happens, closed with what came of it.

use execert::canon::to_jcs;
use execert::recorder::Step as Core;
use execert::wire;

use crate::guard::{self, Failure};

/// A step that was opened: an intent on disk, waiting for its outcome.
#[derive(uniffi::Object)]
pub struct Step {
    step: Core,
    answer: Vec<u8>,
}

impl Step {
    pub(crate) fn of(step: Core, answer: Vec<u8>) -> Self {
        Step { step, answer }
    }
}

#[uniffi::export]
impl Step {
    /// `{"decision"?,"input"?,"not_run"?,"record","step"}`: what opening it answered.
    pub fn answer(&self) -> Result<Vec<u8>, Failure> {
        guard::call(|| Ok(self.answer.clone()))
    }

    /// The recorded input: what is done is to use this, not what was passed in.
    pub fn input(&self) -> Result<Vec<u8>, Failure> {
        guard::call(|| Ok(to_jcs(self.step.input())))
    }

    /// Uses a permit, once. A second time, or too late, is an error of the kind `denied`.
    pub fn claim(&self) -> Result<(), Failure> {
        guard::call(|| self.step.claim())
    }

    /// Records the outcome, once: `{"output"?,"status"?,"error"?,"usage"?,…}`, or empty for `ok` without output.
    pub fn close(&self, result: Vec<u8>) -> Result<Vec<u8>, Failure> {
        guard::call(|| wire::step_close(&self.step, &result))
    }
}
