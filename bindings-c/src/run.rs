//! A run: what happens, recorded while it happens.

use std::ops::Deref;
use std::sync::Arc;

use execert::canon::{Object, Value, parse};
use execert::limits::Limits;
use execert::recorder::{Recorder, Run};
use execert::{Result, wire};
use execert_store::bundles;

use crate::bytes::{Bytes, Str, answer, borrowed, optional, out, text};
use crate::error::ErrorHandle;
use crate::guard;
use crate::handles::Table;
use crate::recorder::{RECORDERS, RecorderHandle};

/// A run: what happened between its beginning and its end, in one order.
pub struct RunHandle(());

/// A run and its recorder, which a fork has to find as long as either is held.
pub(crate) struct Opened {
    run: Run,
    pub(crate) recorder: Arc<Recorder>,
}

impl Deref for Opened {
    type Target = Run;

    fn deref(&self) -> &Run {
        &self.run
    }
}

pub(crate) static RUNS: Table<Opened> = Table::new(4, "run");

fn keep(recorder: *const RecorderHandle, open: impl FnOnce(&Recorder) -> Result<Run>) -> Result<*mut RunHandle> {
    let recorder = RECORDERS.get(recorder)?;
    let run = open(&recorder)?;
    RUNS.put(Opened { run, recorder })
}

/// `{"name","input"?}`; an input that is empty is none.
pub(crate) fn named(op: Option<&str>, name: &str, input: &[u8]) -> Result<Value> {
    let mut told = Object::new();
    if let Some(op) = op {
        told.insert("op", op);
    }
    told.insert("name", name);
    if !input.is_empty() {
        told.insert(
            "input",
            parse(input, &Limits::LINE).map_err(|error| error.below("input"))?,
        );
    }
    Ok(Value::Object(told))
}

/// Begins a run. `input` is JSON, or empty for none. Free the run with `execert_run_free`.
///
/// # Safety
/// The texts are readable, `run` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_run_open(
    recorder: *const RecorderHandle,
    name: Str,
    input: Str,
    run: *mut *mut RunHandle,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the texts.
        let (place, name, input) = unsafe {
            (
                out(run, "run", std::ptr::null_mut())?,
                text(name, "name")?,
                borrowed(input, "input")?,
            )
        };
        *place = keep(recorder, |recorder| recorder.run_open(&named(None, name, input)?))?;
        Ok(())
    })
}

/// The same, with all that can be said of a run: `{"name","input"?,"thread"?,"detached"?,"links"?,…}`. Free the run
/// with `execert_run_free`.
///
/// # Safety
/// `arguments` is readable, `run` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_run_open_with(
    recorder: *const RecorderHandle,
    arguments: Str,
    run: *mut *mut RunHandle,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the text.
        let (place, arguments) = unsafe {
            (
                out(run, "run", std::ptr::null_mut())?,
                borrowed(arguments, "arguments")?,
            )
        };
        *place = keep(recorder, |recorder| wire::run_open(recorder, arguments))?;
        Ok(())
    })
}

/// Joins a detached run by its id, from any process. Free the run with `execert_run_free`.
///
/// # Safety
/// `id` is readable, `run` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_run_join(
    recorder: *const RecorderHandle,
    id: Str,
    run: *mut *mut RunHandle,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the text.
        let (place, id) = unsafe { (out(run, "run", std::ptr::null_mut())?, text(id, "id")?) };
        *place = keep(recorder, |recorder| recorder.run_join(id))?;
        Ok(())
    })
}

/// The run's id: UUIDv7 as text. For a detached run it is what lets others join.
///
/// # Safety
/// `id` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_run_id(run: *const RunHandle, id: *mut Bytes) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written.
        let place = unsafe { answer(id, "id") }?;
        place.set(RUNS.get(run)?.id().to_string().into_bytes());
        Ok(())
    })
}

/// Writes what is one record of the run: `{"kind":"note","event","input"?,…}`. `record` may be NULL.
///
/// # Safety
/// `note` is readable, `record` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_run_note(run: *const RunHandle, note: Str, record: *mut Bytes) -> *mut ErrorHandle {
    // SAFETY: the caller's promise is passed on.
    unsafe { told(run, note, "note", record, wire::run_note) }
}

/// Ends the run: `{"output"?,"status"?,"error"?}`, or empty for `ok`. `end`, which may be NULL, is
/// `{"head","records","run","seq"}`. The handle stays the caller's, to be freed.
///
/// # Safety
/// `result` is readable, `end` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_run_close(run: *const RunHandle, result: Str, end: *mut Bytes) -> *mut ErrorHandle {
    // SAFETY: the caller's promise is passed on.
    unsafe { told(run, result, "result", end, wire::run_close) }
}

/// The bundle of the run, in memory.
///
/// # Safety
/// `bundle` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_run_bundle(run: *const RunHandle, bundle: *mut Bytes) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written.
        let place = unsafe { answer(bundle, "bundle") }?;
        let mut bytes = Vec::new();
        wire::run_bundle(&*RUNS.get(run)?, &mut bytes)?;
        place.set(bytes);
        Ok(())
    })
}

/// Writes the bundle of the run to a file, whole or not at all. `saved`, which may be NULL, is
/// `{"bundle","bytes","records"}`.
///
/// # Safety
/// `path` is readable, `saved` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_run_save(run: *const RunHandle, path: Str, saved: *mut Bytes) -> *mut ErrorHandle {
    let body = |run: &Run, _: &[u8]| {
        // SAFETY: the caller lends the path.
        let path = unsafe { text(path, "path") }?;
        bundles::write(path.as_ref(), |out| wire::run_bundle(run, out))
    };
    // SAFETY: the caller's promise is passed on.
    unsafe { told(run, path, "path", saved, body) }
}

/// Frees a run. One that is open ends as incomplete when the ledger is closed. NULL, and a run that was freed, are
/// nothing.
#[unsafe(no_mangle)]
pub extern "C" fn execert_run_free(run: *mut RunHandle) {
    guard::value((), || drop(RUNS.take(run)));
}

unsafe fn told(
    run: *const RunHandle,
    given: Str,
    name: &str,
    place: *mut Bytes,
    body: impl FnOnce(&Run, &[u8]) -> Result<Vec<u8>>,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the text.
        let (place, given) = unsafe { (optional(place), borrowed(given, name)?) };
        let found = body(&*RUNS.get(run)?, given)?;
        if let Some(place) = place {
            place.set(found);
        }
        Ok(())
    })
}
