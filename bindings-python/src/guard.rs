//! The one guard that every call from Python passes: panics are caught, errors become Python exceptions, and work that
//! needs no Python object runs with the interpreter released.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use execert::{Code, Error};
use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Why a call failed: by a rule of the core, or by an exception of the caller's own code.
pub(crate) enum Fault {
    /// The core's error; becomes a class of `execert.errors`.
    Core(Error),
    /// An exception that passes through unchanged.
    Python(PyErr),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Core(error)
    }
}

impl From<PyErr> for Fault {
    fn from(error: PyErr) -> Self {
        Fault::Python(error)
    }
}

/// What the body of a call answers.
pub(crate) type Outcome<T> = Result<T, Fault>;

/// Runs the body of a call from Python. A panic becomes `internal.panic` and leaves the process alive.
pub(crate) fn entry<T>(py: Python<'_>, body: impl FnOnce() -> Outcome<T>) -> PyResult<T> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        hook::check();
        body()
    }));
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(Fault::Python(error))) => Err(error),
        Ok(Err(Fault::Core(error))) => Err(exception(py, &error)),
        // The payload may hold content: it is not shown.
        Err(_panic) => Err(exception(
            py,
            &Error::new(
                Code::InternalPanic,
                "execert met a defect of its own; the call was abandoned",
            ),
        )),
    }
}

/// Runs work of the core with the interpreter released, so that other Python threads go on.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> execert::Result<T> + Send) -> Outcome<T> {
    py.detach(work).map_err(Fault::Core)
}

/// The exception of `execert.errors` for an error of the core.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    let error = &execert::privacy::shown(error);
    let build = || -> PyResult<PyErr> {
        let made = py.import("execert.errors")?.call_method1(
            "_of_core",
            (
                error.code().as_str(),
                error.kind().as_str(),
                error.to_string(),
                error.path(),
                error.next(),
                error.request_digest(),
                error.report_bytes().map(|bytes| PyBytes::new(py, bytes)),
                error.exit(),
            ),
        )?;
        Ok(PyErr::from_value(made))
    };
    build().unwrap_or_else(|failed| failed)
}

/// Lets only the interpreter that came first use this module.
///
/// # Errors
/// `ImportError` in any other.
pub(crate) fn one_interpreter(py: Python<'_>) -> PyResult<()> {
    static FIRST: AtomicUsize = AtomicUsize::new(0);
    // Every interpreter has builtins of its own.
    let mine = py.import("builtins")?.as_ptr().addr();
    match FIRST.compare_exchange(0, mine, Ordering::AcqRel, Ordering::Acquire) {
        Err(first) if first != mine => Err(PyImportError::new_err(
            "execert runs in one interpreter of a process only",
        )),
        _ => Ok(()),
    }
}

/// The test hook of N56: the next call on this thread panics.
#[cfg(feature = "testing")]
pub(crate) mod hook {
    use std::cell::Cell;

    thread_local! {
        static ARMED: Cell<bool> = const { Cell::new(false) };
    }

    /// Makes the next guarded call of this thread panic.
    pub(crate) fn arm() {
        ARMED.set(true);
    }

    #[expect(clippy::panic, reason = "panicking is what the hook is for")]
    pub(super) fn check() {
        if ARMED.replace(false) {
            panic!("test hook");
        }
    }
}

#[cfg(not(feature = "testing"))]
mod hook {
    pub(super) fn check() {}
}
