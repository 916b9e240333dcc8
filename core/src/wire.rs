//! How other languages ask: the calls of the recorder with JSON bytes in and canonical JSON bytes out.
//!
//! Handles stay typed ([`Recorder`], [`Run`], [`Step`]); everything else is a document. An input is read strictly
//! (`canon.*` with path, line and column); empty bytes stand for `{}`, since a caller in C passes (NULL, 0) for
//! "nothing". An answer is JCS, so that equal answers are equal bytes.

use std::io::{Read, Write};
use std::sync::Arc;

use crate::canon::{document, to_jcs};
use crate::digest::{hex, sha256};
use crate::error::Result;
use crate::host::Host;
use crate::id::is_ident;
use crate::recorder::{Recorder, Run, Step};
use crate::{disclose, trust, verify};

/// `recorder_open`: see [`Recorder::open`].
///
/// # Errors
/// Those of the call.
pub fn recorder_open(host: Arc<dyn Host>, ledger: &str, options: &[u8]) -> Result<Recorder> {
    Recorder::open(host, ledger, &document(options)?)
}

/// `recorder_head`: `{chain, seq, digest, epoch}`.
///
/// # Errors
/// Those of the call.
pub fn recorder_head(recorder: &Recorder) -> Result<Vec<u8>> {
    recorder.head().map(|answer| to_jcs(&answer))
}

/// `recorder_note`: approvals, and what belongs to no run.
///
/// # Errors
/// Those of the call.
pub fn recorder_note(recorder: &Recorder, note: &[u8]) -> Result<Vec<u8>> {
    recorder.note(&document(note)?).map(|answer| to_jcs(&answer))
}

/// `recorder_find`: runs; requests with their input.
///
/// # Errors
/// Those of the call.
pub fn recorder_find(recorder: &Recorder, query: &[u8]) -> Result<Vec<u8>> {
    recorder.find(&document(query)?).map(|answer| to_jcs(&answer))
}

/// `recorder_seal`: nothing may follow.
///
/// # Errors
/// Those of the call.
pub fn recorder_seal(recorder: &Recorder) -> Result<Vec<u8>> {
    recorder.seal().map(|answer| to_jcs(&answer))
}

/// `recorder_erase`: content goes for good.
///
/// # Errors
/// Those of the call.
pub fn recorder_erase(recorder: &Recorder, request: &[u8]) -> Result<Vec<u8>> {
    recorder.erase(&document(request)?).map(|answer| to_jcs(&answer))
}

/// `recorder_export`: a bundle of runs or of the chain.
///
/// # Errors
/// Those of the call.
pub fn recorder_export(recorder: &Recorder, what: &[u8], out: &mut dyn Write) -> Result<Vec<u8>> {
    recorder.export(&document(what)?, out).map(|answer| to_jcs(&answer))
}

/// `run_open`: begins a run.
///
/// # Errors
/// Those of the call.
pub fn run_open(recorder: &Recorder, arguments: &[u8]) -> Result<Run> {
    recorder.run_open(&document(arguments)?)
}

/// `run_note`: one record of the run.
///
/// # Errors
/// Those of the call.
pub fn run_note(run: &Run, note: &[u8]) -> Result<Vec<u8>> {
    run.note(&document(note)?).map(|answer| to_jcs(&answer))
}

/// `run_close`: `{run, records, head, seq}`.
///
/// # Errors
/// Those of the call.
pub fn run_close(run: &Run, arguments: &[u8]) -> Result<Vec<u8>> {
    run.close(&document(arguments)?).map(|answer| to_jcs(&answer))
}

/// `run_bundle`: the bundle of this run.
///
/// # Errors
/// Those of the call.
pub fn run_bundle(run: &Run, out: &mut dyn Write) -> Result<Vec<u8>> {
    run.bundle(out).map(|answer| to_jcs(&answer))
}

/// `step_open`: the handle and `{record, step, input, decision?, not_run?}`.
///
/// # Errors
/// Those of the call; Denied after the refusal was recorded.
pub fn step_open(run: &Run, arguments: &[u8]) -> Result<(Step, Vec<u8>)> {
    run.step_open(&document(arguments)?)
        .map(|(step, answer)| (step, to_jcs(&answer)))
}

/// `step_close`: `{record}`.
///
/// # Errors
/// Those of the call.
pub fn step_close(step: &Step, arguments: &[u8]) -> Result<Vec<u8>> {
    step.close(&document(arguments)?).map(|answer| to_jcs(&answer))
}

/// `check`: the report, whatever it says.
///
/// # Errors
/// Only for arguments that are wrong, and streams that break.
pub fn check(bundle: &mut dyn Read, trust: &[u8], options: &[u8]) -> Result<Vec<u8>> {
    verify::check(bundle, &document(trust)?, &document(options)?).map(|report| report.to_jcs())
}

/// `verify`: the report if the evidence holds.
///
/// # Errors
/// As [`check`], and Untrusted with the report unless the evidence holds.
pub fn verify(bundle: &mut dyn Read, trust: &[u8], options: &[u8]) -> Result<Vec<u8>> {
    verify::verify(bundle, &document(trust)?, &document(options)?).map(|report| report.to_jcs())
}

/// `redact`: hides fields and withholds records; needs no key.
///
/// # Errors
/// Those of the call.
pub fn redact(bundle: &mut dyn Read, request: &[u8], out: &mut dyn Write) -> Result<Vec<u8>> {
    disclose::redact(bundle, &document(request)?, out).map(|answer| to_jcs(&answer))
}

/// `trust_build`: a trust document out of key texts.
///
/// # Errors
/// Those of the call.
pub fn trust_build(request: &[u8]) -> Result<Vec<u8>> {
    trust::build(&document(request)?).map(|answer| to_jcs(&answer))
}

/// How much of a name is kept where a hash follows it.
const KEPT: usize = 180;

/// Any name, call id or thread of a framework as records hold it. Where a letter had to be replaced, or the end was cut
/// off, a hash keeps names apart.
#[must_use]
pub fn ident(text: &str) -> String {
    if is_ident(text) {
        return text.to_owned();
    }
    let letter = |c: char| {
        let may = u8::try_from(c).is_ok_and(|b| b.is_ascii_alphanumeric() || b"_.:/@+#=-".contains(&b));
        if may { c } else { '_' }
    };
    let name: String = text.chars().take(KEPT).map(letter).collect();
    let first = if is_ident(&name) { "" } else { "_" };
    let hash = hex(&sha256(&[text.as_bytes()]));
    format!("{first}{name}#{}", hash.get(..8).unwrap_or_default())
}
