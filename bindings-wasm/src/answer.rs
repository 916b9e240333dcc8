//! What a call answers: the number of a buffer, negative if it says why there is no answer.

use execert::canon::{Value, to_jcs};
use execert::{Error, Result, object};

use crate::buffers;

/// Keeps the answer for the caller.
pub(crate) fn bytes(outcome: Result<Vec<u8>>) -> i32 {
    match outcome {
        Ok(bytes) => buffers::put(bytes),
        Err(error) => refused(&error),
    }
}

/// Keeps the reason for the caller: `{code, exit, hint, kind, message, path?, request?, report?}`, `report` as text.
pub(crate) fn refused(error: &Error) -> i32 {
    let mut told = object! {
        "code": error.code().as_str(),
        "exit": u32::from(error.exit()),
        "hint": error.next(),
        "kind": error.kind().as_str(),
        "message": error.to_string(),
    };
    told.put("path", error.path());
    told.put("request", error.request_digest());
    let report = error.report_bytes().map(String::from_utf8_lossy);
    told.put("report", report.as_deref());
    buffers::put(to_jcs(&Value::Object(told))).saturating_neg()
}
