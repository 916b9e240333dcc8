//! Documents as bytes, and evidence read from files, bytes or streams.

use execert::canon::parse;
use execert::limits::Limits;
use execert::render::{self, Subject};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::guard;
use crate::plain::convert;
use crate::value::{from_python, to_python};

/// The RFC 8785 bytes of a value that is plain JSON.
#[pyfunction]
#[pyo3(signature = (value, /))]
pub(crate) fn canonical<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    let py = value.py();
    guard::entry(py, || {
        let document = from_python(value)?;
        let bytes = guard::detached(py, || Ok(execert::canon::to_jcs(&document)))?;
        Ok(PyBytes::new(py, &bytes))
    })
}

/// A converted value and its conversions.
type Converted<'py> = (Bound<'py, PyAny>, Vec<(String, String)>);

/// Any value as plain JSON, and the list of `(pointer, word)` of what was converted.
#[pyfunction]
#[pyo3(signature = (value, /))]
pub(crate) fn plain<'py>(value: &Bound<'py, PyAny>) -> PyResult<Converted<'py>> {
    let py = value.py();
    guard::entry(py, || {
        let (document, conversions) = convert(value);
        Ok((to_python(py, &document)?, conversions))
    })
}

/// The next call of this thread panics inside: for the test of the guard.
#[cfg(feature = "testing")]
#[pyfunction]
pub(crate) fn _arm_panic() {
    guard::hook::arm();
}

/// A report as the lines that `execert verify` prints.
#[pyfunction]
#[pyo3(signature = (report, name, trust, plain, /))]
pub(crate) fn render_text(py: Python<'_>, report: &[u8], name: &str, trust: &str, plain: bool) -> PyResult<String> {
    guard::entry(py, || {
        guard::detached(py, || {
            let report = parse(report, &Limits::DOCUMENT)?;
            let subject = Subject { name, trust, plain };
            Ok(render::text(&report, &subject).plain_text())
        })
    })
}
