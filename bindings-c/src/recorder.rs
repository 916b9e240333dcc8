//! A recorder: one opener of one ledger. Any thread may use it, and many at once.

use execert::canon::{Object, Value, document, to_jcs};
use execert::recorder::Recorder;
use execert::wire;
use execert::{Code, Error, Result};
use execert_store::bundles;

use crate::bytes::{Bytes, Str, answer, borrowed, optional, out, text};
use crate::error::ErrorHandle;
use crate::handles::Table;
use crate::key::{KEYS, KeyHandle, host};
use crate::{fork, guard};

/// One opener of one ledger. A process may have several, also of one ledger.
pub struct RecorderHandle(());

pub(crate) static RECORDERS: Table<Recorder> = Table::new(3, "recorder");

/// A document of the caller, with the key if there is one.
fn with_key(bytes: &[u8], key: *const KeyHandle) -> Result<Value> {
    let mut object = match document(bytes)? {
        Value::Object(object) => object,
        _ => return Err(Error::new(Code::WireBadArgument, "a document is an object").at("")),
    };
    if !key.is_null() {
        let pem = KEYS.get(key)?.to_pem()?;
        object.insert("key", pem.as_str());
    }
    Ok(Value::Object(object))
}

/// Opens or makes the ledger: a folder, or "memory:". `options` are a JSON document (options/1), which may be empty;
/// `key` may be NULL if they name one, and may be freed afterwards. Free the recorder with `execert_recorder_free`.
///
/// # Safety
/// The texts are readable, `recorder` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_recorder_open(
    ledger: Str,
    options: Str,
    key: *const KeyHandle,
    recorder: *mut *mut RecorderHandle,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the texts.
        let (place, ledger, options) = unsafe {
            (
                out(recorder, "recorder", std::ptr::null_mut())?,
                text(ledger, "ledger")?,
                borrowed(options, "options")?,
            )
        };
        let options = with_key(options, key)?;
        let handle = RECORDERS.put(Recorder::open(host(), ledger, &options)?)?;
        fork::watch(&RECORDERS.get(handle)?);
        *place = handle;
        Ok(())
    })
}

/// `{"chain","digest","epoch","seq"}` of the last record.
///
/// # Safety
/// `head` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_recorder_head(recorder: *const RecorderHandle, head: *mut Bytes) -> *mut ErrorHandle {
    // SAFETY: the caller's promise is passed on.
    unsafe { asked(recorder, head, "head", wire::recorder_head) }
}

/// `{"gate","origin","tenant"}`: what was fixed when the ledger was made.
///
/// # Safety
/// `about` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_recorder_about(
    recorder: *const RecorderHandle,
    about: *mut Bytes,
) -> *mut ErrorHandle {
    let body = |recorder: &Recorder| {
        let mut told = Object::new();
        told.insert("gate", recorder.gate().as_str());
        told.insert("origin", recorder.origin());
        told.insert("tenant", recorder.tenant());
        Ok(to_jcs(&Value::Object(told)))
    };
    // SAFETY: the caller's promise is passed on.
    unsafe { asked(recorder, about, "about", body) }
}

/// Writes what is one record and belongs to no run: `{"kind":"note","event",…}`. `record` may be NULL.
///
/// # Safety
/// `note` is readable, `record` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_recorder_note(
    recorder: *const RecorderHandle,
    note: Str,
    record: *mut Bytes,
) -> *mut ErrorHandle {
    // SAFETY: the caller's promise is passed on.
    unsafe { told(recorder, note, "note", record, wire::recorder_note) }
}

/// Answers a request for approval, `{"approve":DIGEST,"verdict":"approved"|"refused",…}`, with the approver's key.
/// `record` may be NULL.
///
/// # Safety
/// `answer` is readable, `record` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_recorder_approve(
    recorder: *const RecorderHandle,
    answer: Str,
    key: *const KeyHandle,
    record: *mut Bytes,
) -> *mut ErrorHandle {
    let body = |recorder: &Recorder, given: &[u8]| recorder.note(&with_key(given, key)?).map(|answer| to_jcs(&answer));
    // SAFETY: the caller's promise is passed on.
    unsafe { told(recorder, answer, "answer", record, body) }
}

/// Looks up runs, or requests for approval with their input: `{"runs":{…}}` or `{"requests":{…}}`.
///
/// # Safety
/// `query` is readable, `found` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_recorder_find(
    recorder: *const RecorderHandle,
    query: Str,
    found: *mut Bytes,
) -> *mut ErrorHandle {
    // SAFETY: the caller's promise is passed on.
    unsafe { found_of(recorder, query, "query", (found, "found"), wire::recorder_find) }
}

/// Takes one event of a framework, and answers where it went. `answer` may be NULL.
///
/// # Safety
/// `event` is readable, `answer` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_recorder_feed(
    recorder: *const RecorderHandle,
    event: Str,
    answer: *mut Bytes,
) -> *mut ErrorHandle {
    let body = |recorder: &Recorder, event: &[u8]| recorder.feed(&document(event)?).map(|answer| to_jcs(&answer));
    // SAFETY: the caller's promise is passed on.
    unsafe { told(recorder, event, "event", answer, body) }
}

/// The bundle of runs, a thread or the chain: `{"run":ID}`, `{"thread":NAME}`, `{"chain":true}`, …
///
/// # Safety
/// `what` is readable, `bundle` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_recorder_bundle(
    recorder: *const RecorderHandle,
    what: Str,
    bundle: *mut Bytes,
) -> *mut ErrorHandle {
    let body = |recorder: &Recorder, what: &[u8]| {
        let mut bytes = Vec::new();
        wire::recorder_export(recorder, what, &mut bytes)?;
        Ok(bytes)
    };
    // SAFETY: the caller's promise is passed on.
    unsafe { found_of(recorder, what, "what", (bundle, "bundle"), body) }
}

/// Writes the same to a file, whole or not at all; the memory that this takes does not grow with it. `saved`, which may
/// be NULL, is `{"bundle","bytes","records"}`.
///
/// # Safety
/// The texts are readable, `saved` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_recorder_export(
    recorder: *const RecorderHandle,
    what: Str,
    path: Str,
    saved: *mut Bytes,
) -> *mut ErrorHandle {
    let body = |recorder: &Recorder, what: &[u8]| {
        // SAFETY: the caller lends the path.
        let path = unsafe { text(path, "path") }?;
        bundles::write(path.as_ref(), |out| wire::recorder_export(recorder, what, out))
    };
    // SAFETY: the caller's promise is passed on.
    unsafe { told(recorder, what, "what", saved, body) }
}

/// Deletes content for good, and records that, why, and by whose authority: `{"records":[SEQ],"reason","authority"}`.
/// `record` may be NULL.
///
/// # Safety
/// `request` is readable, `record` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_recorder_erase(
    recorder: *const RecorderHandle,
    request: Str,
    record: *mut Bytes,
) -> *mut ErrorHandle {
    // SAFETY: the caller's promise is passed on.
    unsafe { told(recorder, request, "request", record, wire::recorder_erase) }
}

/// Ends the chain for good; nothing can be appended after it. `head` may be NULL.
///
/// # Safety
/// `head` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_recorder_seal(recorder: *const RecorderHandle, head: *mut Bytes) -> *mut ErrorHandle {
    let body = |recorder: &Recorder, _: &[u8]| wire::recorder_seal(recorder);
    // SAFETY: the caller's promise is passed on; the text is empty.
    unsafe { told(recorder, NOTHING, "", head, body) }
}

/// Ends an epoch: a checkpoint of the tree so far, and the next key of the internal tags. `head` may be NULL.
///
/// # Safety
/// `head` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_recorder_heartbeat(
    recorder: *const RecorderHandle,
    head: *mut Bytes,
) -> *mut ErrorHandle {
    let body = |recorder: &Recorder, _: &[u8]| recorder.heartbeat().map(|answer| to_jcs(&answer));
    // SAFETY: the caller's promise is passed on; the text is empty.
    unsafe { told(recorder, NOTHING, "", head, body) }
}

/// Closes the ledger. Runs that are still open end as incomplete, and later calls are refused (recorder.closed). The
/// handle stays the caller's, to be freed. A second time is recorder.closed.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn execert_recorder_close(recorder: *const RecorderHandle) -> *mut ErrorHandle {
    guard::call(|| RECORDERS.get(recorder)?.close())
}

/// Frees a recorder; runs and steps of it that are held go on. The ledger is closed with the last of them, which may
/// write. NULL, and a recorder that was freed, are nothing.
#[unsafe(no_mangle)]
pub extern "C" fn execert_recorder_free(recorder: *mut RecorderHandle) {
    guard::value((), || drop(RECORDERS.take(recorder)));
}

const NOTHING: Str = Str {
    data: std::ptr::null(),
    len: 0,
};

unsafe fn asked(
    recorder: *const RecorderHandle,
    place: *mut Bytes,
    name: &str,
    body: impl FnOnce(&Recorder) -> Result<Vec<u8>>,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written.
        let place = unsafe { answer(place, name) }?;
        place.set(body(&*RECORDERS.get(recorder)?)?);
        Ok(())
    })
}

unsafe fn found_of(
    recorder: *const RecorderHandle,
    given: Str,
    name: &str,
    (place, place_name): (*mut Bytes, &str),
    body: impl FnOnce(&Recorder, &[u8]) -> Result<Vec<u8>>,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the text.
        let (place, given) = unsafe { (answer(place, place_name)?, borrowed(given, name)?) };
        place.set(body(&*RECORDERS.get(recorder)?, given)?);
        Ok(())
    })
}

/// Of what was written the answer may be left out; of what is asked for it may not.
unsafe fn told(
    recorder: *const RecorderHandle,
    given: Str,
    name: &str,
    place: *mut Bytes,
    body: impl FnOnce(&Recorder, &[u8]) -> Result<Vec<u8>>,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the text.
        let (place, given) = unsafe { (optional(place), borrowed(given, name)?) };
        let found = body(&*RECORDERS.get(recorder)?, given)?;
        if let Some(place) = place {
            place.set(found);
        }
        Ok(())
    })
}
