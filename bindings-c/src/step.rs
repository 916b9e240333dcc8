//! A step of a run: opened before it happens, closed with what came of it.

use std::sync::Arc;

use execert::canon::to_jcs;
use execert::recorder::{Recorder, Step};
use execert::{Code, Error, wire};

use crate::bytes::{Bytes, Str, answer, borrowed, optional, out, text};
use crate::error::ErrorHandle;
use crate::guard;
use crate::handles::Table;
use crate::run::{RUNS, RunHandle, named};

/// A step that was opened: an intent on disk, waiting for its outcome.
pub struct StepHandle(());

struct Opened {
    step: Step,
    answer: Vec<u8>,
    /// A fork has to find it as long as the step is held.
    _recorder: Arc<Recorder>,
}

static STEPS: Table<Opened> = Table::new(5, "step");

/// A step that is recorded and not asked for.
pub const EXECERT_STEP: u32 = 0;
/// A call of a tool: the gate is asked.
pub const EXECERT_TOOL: u32 = 1;
/// A call of a model: the gate is asked.
pub const EXECERT_MODEL: u32 = 2;
/// Leave to do one thing once, within 60 seconds: the gate is asked, and `execert_step_claim` uses it.
pub const EXECERT_PERMIT: u32 = 3;

/// Opens a step; its intent is durable when this answers. `kind` is `EXECERT_STEP`, `EXECERT_TOOL`, `EXECERT_MODEL` or
/// `EXECERT_PERMIT`; `input` is JSON, or empty for none. A refusal is recorded, and an error of the kind "denied": then
/// nothing may be done. Free the step with `execert_step_free`.
///
/// # Safety
/// The texts are readable, `step` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_step_open(
    run: *const RunHandle,
    kind: u32,
    name: Str,
    input: Str,
    step: *mut *mut StepHandle,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the texts.
        let (place, name, input) = unsafe {
            (
                out(step, "step", std::ptr::null_mut())?,
                text(name, "name")?,
                borrowed(input, "input")?,
            )
        };
        let op = match kind {
            EXECERT_STEP => "step",
            EXECERT_TOOL => "tool",
            EXECERT_MODEL => "model",
            EXECERT_PERMIT => "permit",
            _ => return Err(Error::new(Code::WireBadArgument, "there is no step of this kind").at("/kind")),
        };
        let run = RUNS.get(run)?;
        let (opened, told) = run.step_open(&named(Some(op), name, input)?)?;
        *place = STEPS.put(Opened {
            step: opened,
            answer: to_jcs(&told),
            _recorder: Arc::clone(&run.recorder),
        })?;
        Ok(())
    })
}

/// The same, with all that can be said of a step: `{"op":"step"|"tool"|"model"|"permit","name","input"?,"approval"?,
/// "definition"?,"dry_run"?,…}`. Free the step with `execert_step_free`.
///
/// # Safety
/// `arguments` is readable, `step` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_step_open_with(
    run: *const RunHandle,
    arguments: Str,
    step: *mut *mut StepHandle,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the text.
        let (place, arguments) = unsafe {
            (
                out(step, "step", std::ptr::null_mut())?,
                borrowed(arguments, "arguments")?,
            )
        };
        let run = RUNS.get(run)?;
        let (step, answer) = wire::step_open(&run, arguments)?;
        *place = STEPS.put(Opened {
            step,
            answer,
            _recorder: Arc::clone(&run.recorder),
        })?;
        Ok(())
    })
}

/// `{"decision"?,"input"?,"not_run"?,"record","step"}`: what opening it answered.
///
/// # Safety
/// `told` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_step_answer(step: *const StepHandle, told: *mut Bytes) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written.
        let place = unsafe { answer(told, "told") }?;
        place.set(STEPS.get(step)?.answer.clone());
        Ok(())
    })
}

/// The recorded input, canonical: do what is done with this, not with what was passed in.
///
/// # Safety
/// `input` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_step_input(step: *const StepHandle, input: *mut Bytes) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written.
        let place = unsafe { answer(input, "input") }?;
        place.set(to_jcs(STEPS.get(step)?.step.input()));
        Ok(())
    })
}

/// Uses a permit, once. A second time, or too late, is an error of the kind "denied".
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn execert_step_claim(step: *const StepHandle) -> *mut ErrorHandle {
    guard::call(|| STEPS.get(step)?.step.claim())
}

/// Records the outcome, once: `{"output"?,"status"?,"error"?,"usage"?,…}`, or empty for `ok` without output. `record`
/// may be NULL. The handle stays the caller's, to be freed.
///
/// # Safety
/// `result` is readable, `record` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_step_close(
    step: *const StepHandle,
    result: Str,
    record: *mut Bytes,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the text.
        let (place, result) = unsafe { (optional(record), borrowed(result, "result")?) };
        let found = wire::step_close(&STEPS.get(step)?.step, result)?;
        if let Some(place) = place {
            place.set(found);
        }
        Ok(())
    })
}

/// Frees a step. One that is open stays so, and the ledger says `unknown` of it when it is closed; a permit that was
/// not used is recorded as cancelled, which writes. NULL, and a step that was freed, are nothing.
#[unsafe(no_mangle)]
pub extern "C" fn execert_step_free(step: *mut StepHandle) {
    guard::value((), || drop(STEPS.take(step)));
}
