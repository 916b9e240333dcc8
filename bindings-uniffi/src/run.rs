//! A run: what happens, recorded while it happens.

use std::sync::Arc;

use execert::recorder::Run as Core;
use execert::wire;
use execert_store::bundles;

use crate::guard::{self, Failure};
use crate::step::Step;

/// A run.
#[derive(uniffi::Object)]
pub struct Run(Core);

impl Run {
    pub(crate) fn of(run: Core) -> Self {
        Run(run)
    }
}

#[uniffi::export]
impl Run {
    /// UUIDv7. For a detached run it is what lets others join.
    pub fn id(&self) -> Result<String, Failure> {
        guard::call(|| Ok(self.0.id().to_string()))
    }

    /// The name it was given.
    pub fn name(&self) -> Result<String, Failure> {
        guard::call(|| Ok(self.0.name().to_owned()))
    }

    /// Opens a step; its intent is durable when this answers. `{"op":"step"|"tool"|"model"|"permit","name","input"?,
    /// "approval"?,"definition"?,"dry_run"?,…}`. A refusal is recorded, and an error of the kind `denied`.
    pub fn step(&self, arguments: Vec<u8>) -> Result<Arc<Step>, Failure> {
        guard::call(|| {
            let (step, answer) = wire::step_open(&self.0, &arguments)?;
            Ok(Arc::new(Step::of(step, answer)))
        })
    }

    /// Writes what is one record of the run: `{"kind":"note","event","input"?,…}`.
    pub fn note(&self, note: Vec<u8>) -> Result<Vec<u8>, Failure> {
        guard::call(|| wire::run_note(&self.0, &note))
    }

    /// Ends the run: `{"output"?,"status"?,"error"?}`, or empty for `ok`.
    pub fn close(&self, result: Vec<u8>) -> Result<Vec<u8>, Failure> {
        guard::call(|| wire::run_close(&self.0, &result))
    }

    /// The bundle of the run.
    pub fn bundle(&self) -> Result<Vec<u8>, Failure> {
        guard::call(|| {
            let mut bytes = Vec::new();
            wire::run_bundle(&self.0, &mut bytes)?;
            Ok(bytes)
        })
    }

    /// Writes the bundle of the run to a file, whole or not at all, and answers `{"bundle","bytes","records"}`.
    pub fn save(&self, path: String) -> Result<Vec<u8>, Failure> {
        guard::call(|| bundles::write(path.as_ref(), |out| wire::run_bundle(&self.0, out)))
    }
}
