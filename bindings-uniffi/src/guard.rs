//! The one guard that every function passes: panics are caught, errors become a value that both languages can read.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use execert::{Code, Error, Result};

/// Why a function has no answer.
#[derive(Debug, uniffi::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The core refused, or could not.
    Refused {
        /// Stable `area.reason`.
        code: String,
        /// What to do: `invalid`, `denied`, `untrusted`, `conflict`, `unavailable` or `internal`.
        kind: String,
        /// One sentence, with the place.
        detail: String,
        /// JSON Pointer of the value at fault.
        path: Option<String>,
        /// What to do next.
        hint: String,
        /// The exit code of a command that ends with it.
        exit: u8,
        /// Digest of the request that waits for an approval.
        request: Option<String>,
        /// The report behind it, as canonical JSON.
        report: Option<Vec<u8>>,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure::Refused { code, detail, .. } = self;
        write!(out, "{detail} [{code}]")
    }
}

impl std::error::Error for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Refused {
            code: error.code().as_str().to_owned(),
            kind: error.kind().as_str().to_owned(),
            detail: error.to_string(),
            path: error.path().map(str::to_owned),
            hint: error.next().to_owned(),
            exit: error.exit(),
            request: error.request_digest().map(str::to_owned),
            report: error.report_bytes().map(<[u8]>::to_vec),
        }
    }
}

/// Runs the body of a function. A panic becomes `internal.panic` and leaves the process alive.
pub(crate) fn call<T>(body: impl FnOnce() -> Result<T>) -> std::result::Result<T, Failure> {
    let run = || {
        #[cfg(feature = "testing")]
        crate::testing::fire();
        body()
    };
    let told = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_panic| {
        // The payload of a panic may hold content: it is not shown.
        Err(Error::new(
            Code::InternalPanic,
            "execert met a defect of its own; the call was abandoned",
        ))
    });
    told.map_err(Failure::from)
}
