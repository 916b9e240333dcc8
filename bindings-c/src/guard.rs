//! The one guard that every function passes: panics are caught, errors become handles.

use std::panic::{AssertUnwindSafe, catch_unwind};

use execert::{Code, Error, Result};

use crate::error::{self, ErrorHandle};

/// Runs the body of a function that can fail. A panic becomes `internal.panic` and leaves the process alive.
pub(crate) fn call(body: impl FnOnce() -> Result<()>) -> *mut ErrorHandle {
    match caught(body) {
        Ok(Ok(())) => std::ptr::null_mut(),
        Ok(Err(error)) => error::keep(&error),
        Err(()) => error::keep(&Error::new(
            Code::InternalPanic,
            "execert met a defect of its own; the call was abandoned",
        )),
    }
}

/// Runs the body of a function that answers with a value. After a panic it answers with the other one.
pub(crate) fn value<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    caught(body).unwrap_or(otherwise)
}

/// The payload of a panic may hold content: it is not shown.
fn caught<T>(body: impl FnOnce() -> T) -> std::result::Result<T, ()> {
    let run = || {
        #[cfg(feature = "testing")]
        crate::testing::fire();
        body()
    };
    catch_unwind(AssertUnwindSafe(run)).map_err(drop)
}
