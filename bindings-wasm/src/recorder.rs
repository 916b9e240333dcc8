//! Recorder, run and step, by number. Time and randomness are handed in before each call (`host.rs`).

use std::cell::RefCell;
use std::sync::Arc;

use execert::canon::{document, to_jcs};
use execert::key::SecretKey;
use execert::recorder::{Recorder, Run, Step};
use execert::wire;
use execert::{Code, Error, Result, host};

use crate::answer;
use crate::buffers::{Table, take};
use crate::host::Handed;

thread_local! {
    static RECORDERS: RefCell<Table<Recorder>> = const { RefCell::new(Table::new()) };
    static RUNS: RefCell<Table<Run>> = const { RefCell::new(Table::new()) };
    static STEPS: RefCell<Table<(Step, Vec<u8>)>> = const { RefCell::new(Table::new()) };
}

type Held<T> = std::thread::LocalKey<RefCell<Table<T>>>;

fn gone() -> Error {
    Error::new(Code::WireBadHandle, "there is nothing of this number")
}

/// Asks the thing of this number for bytes.
fn ask<T: Clone + 'static>(held: &'static Held<T>, number: i32, body: impl FnOnce(&T) -> Result<Vec<u8>>) -> i32 {
    // Not borrowed meanwhile: a step that is dropped writes a record.
    let found = held.with_borrow(|table| table.get(number).cloned());
    answer::bytes(found.ok_or_else(gone).and_then(|thing| body(&thing)))
}

/// Keeps a new thing, or says why there is none.
fn keep<T>(held: &'static Held<T>, made: Result<T>) -> i32 {
    match made {
        Ok(thing) => held.with_borrow_mut(|table| table.put(thing)),
        Err(error) => answer::refused(&error),
    }
}

/// A new key, as PKCS#8 PEM.
#[unsafe(no_mangle)]
pub extern "C" fn execert_key() -> i32 {
    answer::bytes((|| {
        let key = SecretKey::from_seed(host::random::<32>(&Handed)?);
        Ok(key.to_pem()?.as_bytes().to_vec())
    })())
}

/// The public half of a key in PEM, as PEM.
#[unsafe(no_mangle)]
pub extern "C" fn execert_key_public(pem: i32) -> i32 {
    let pem = take(pem);
    answer::bytes((|| {
        let text =
            std::str::from_utf8(&pem).map_err(|_| Error::new(Code::KeyMalformed, "the key is not a PEM text"))?;
        Ok(SecretKey::from_pem(text)?.public().to_pem()?.into_bytes())
    })())
}

/// Opens a new ledger in memory: `{key, policy?, …}`, the key as PEM text. Answers the number of a recorder.
#[unsafe(no_mangle)]
pub extern "C" fn execert_recorder_open(options: i32) -> i32 {
    let options = take(options);
    keep(&RECORDERS, wire::recorder_open(Arc::new(Handed), "memory:", &options))
}

/// Answers the number of a run.
#[unsafe(no_mangle)]
pub extern "C" fn execert_run_open(recorder: i32, arguments: i32) -> i32 {
    let arguments = take(arguments);
    let recorder = RECORDERS.with_borrow(|table| table.get(recorder).cloned());
    keep(
        &RUNS,
        recorder
            .ok_or_else(gone)
            .and_then(|recorder| wire::run_open(&recorder, &arguments)),
    )
}

/// The id of a run.
#[unsafe(no_mangle)]
pub extern "C" fn execert_run_id(run: i32) -> i32 {
    ask(&RUNS, run, |run| Ok(run.id().to_string().into_bytes()))
}

/// Answers the number of a step.
#[unsafe(no_mangle)]
pub extern "C" fn execert_step_open(run: i32, arguments: i32) -> i32 {
    let arguments = take(arguments);
    let run = RUNS.with_borrow(|table| table.get(run).cloned());
    keep(
        &STEPS,
        run.ok_or_else(gone).and_then(|run| wire::step_open(&run, &arguments)),
    )
}

/// `{record, step, input, decision?, not_run?}`.
#[unsafe(no_mangle)]
pub extern "C" fn execert_step_answer(step: i32) -> i32 {
    ask(&STEPS, step, |(_, answer)| Ok(answer.clone()))
}

/// Uses a permit, once.
#[unsafe(no_mangle)]
pub extern "C" fn execert_step_claim(step: i32) -> i32 {
    ask(&STEPS, step, |(step, _)| step.claim().map(|()| Vec::new()))
}

/// Records the outcome.
#[unsafe(no_mangle)]
pub extern "C" fn execert_step_close(step: i32, result: i32) -> i32 {
    let result = take(result);
    ask(&STEPS, step, |(step, _)| wire::step_close(step, &result))
}

/// Lets go of a step; a permit that was not used is recorded as cancelled.
#[unsafe(no_mangle)]
pub extern "C" fn execert_step_free(step: i32) {
    let step = STEPS.with_borrow_mut(|table| table.take(step));
    drop(step);
}

/// What is one record of the run.
#[unsafe(no_mangle)]
pub extern "C" fn execert_run_note(run: i32, note: i32) -> i32 {
    let note = take(note);
    ask(&RUNS, run, |run| wire::run_note(run, &note))
}

/// Ends the run with its totals.
#[unsafe(no_mangle)]
pub extern "C" fn execert_run_close(run: i32, result: i32) -> i32 {
    let result = take(result);
    ask(&RUNS, run, |run| wire::run_close(run, &result))
}

/// The bytes of its bundle.
#[unsafe(no_mangle)]
pub extern "C" fn execert_run_bundle(run: i32) -> i32 {
    ask(&RUNS, run, |run| {
        let mut out = Vec::new();
        wire::run_bundle(run, &mut out)?;
        Ok(out)
    })
}

/// Lets go of a run.
#[unsafe(no_mangle)]
pub extern "C" fn execert_run_free(run: i32) {
    let run = RUNS.with_borrow_mut(|table| table.take(run));
    drop(run);
}

/// Writes a bundle of what the query names.
#[unsafe(no_mangle)]
pub extern "C" fn execert_recorder_export(recorder: i32, query: i32) -> i32 {
    let query = take(query);
    ask(&RECORDERS, recorder, |recorder| {
        let mut out = Vec::new();
        wire::recorder_export(recorder, &query, &mut out)?;
        Ok(out)
    })
}

/// What is one record and belongs to no run; also an answer to a request.
#[unsafe(no_mangle)]
pub extern "C" fn execert_recorder_note(recorder: i32, note: i32) -> i32 {
    let note = take(note);
    ask(&RECORDERS, recorder, |recorder| wire::recorder_note(recorder, &note))
}

/// Takes one event of a framework. Answers `{run?, record?, step?, duplicate?}`.
#[unsafe(no_mangle)]
pub extern "C" fn execert_recorder_feed(recorder: i32, event: i32) -> i32 {
    let event = take(event);
    ask(&RECORDERS, recorder, |recorder| {
        recorder.feed(&document(&event)?).map(|answer| to_jcs(&answer))
    })
}

/// Nothing may follow.
#[unsafe(no_mangle)]
pub extern "C" fn execert_recorder_seal(recorder: i32) -> i32 {
    ask(&RECORDERS, recorder, wire::recorder_seal)
}

/// Lets go of a recorder, and of its ledger once its runs are gone too.
#[unsafe(no_mangle)]
pub extern "C" fn execert_recorder_free(recorder: i32) {
    let recorder = RECORDERS.with_borrow_mut(|table| table.take(recorder));
    drop(recorder);
}
