//! Documents as bytes, trust, and evidence read from files, bytes or streams.

use execert::canon::{Value, parse as read, to_jcs};
use execert::host::Host;
use execert::limits::Limits;
use execert::render::{self, Subject};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::files::{Raised, Source, Target};
use crate::guard;
use crate::key::host;
use crate::plain::{conversions, convert as converted};
use crate::value::{Snapshot, below, from_python, to_python};

/// The RFC 8785 bytes of a value that is plain JSON. Raises `InvalidInput` with the path of what is not.
#[pyfunction]
#[pyo3(signature = (value, /))]
pub(crate) fn canonical<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    let py = value.py();
    guard::entry(py, || {
        let document = from_python(value)?;
        let bytes = guard::detached(py, || Ok(to_jcs(&document)))?;
        Ok(PyBytes::new(py, &bytes))
    })
}

/// Any name as an identifier; for integrations.
#[pyfunction]
#[pyo3(signature = (text, /))]
pub(crate) fn ident(py: Python<'_>, text: &str) -> PyResult<String> {
    guard::entry(py, || Ok(execert::wire::ident(text)))
}

/// Reads one JSON text strictly (docs/spec/01-json.md).
#[pyfunction]
#[pyo3(signature = (text, /))]
pub(crate) fn parse<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    guard::entry(py, || {
        let document = guard::detached(py, || read(text, &Limits::DOCUMENT))?;
        Ok(to_python(py, &document)?)
    })
}

/// A converted value and its conversions.
type Converted<'py> = (Bound<'py, PyAny>, Vec<(String, String)>);

/// Any value as plain JSON, and the list of `(pointer, word)` of what was converted.
///
/// It never raises, calls no serialiser of the value and consumes no iterator; what JSON cannot hold is told by the
/// list, never by a marker inside the value.
#[pyfunction]
#[pyo3(signature = (value, /))]
pub(crate) fn plain<'py>(value: &Bound<'py, PyAny>) -> PyResult<Converted<'py>> {
    let py = value.py();
    guard::entry(py, || {
        let (document, list) = converted(value);
        Ok((to_python(py, &document)?, list))
    })
}

/// A snapshot of plain JSON that will stand at `path` of its document.
#[pyfunction]
#[pyo3(signature = (value, path, /))]
pub(crate) fn snapshot(value: &Bound<'_, PyAny>, path: &str) -> PyResult<Snapshot> {
    guard::entry(value.py(), || {
        let taken = from_python(value).map_err(|error| below(path, error))?;
        Ok(Snapshot::new(taken))
    })
}

/// A snapshot of any value, and of the list of conversions with pointers below `path`; none if nothing was converted.
#[pyfunction]
#[pyo3(signature = (value, path, /))]
pub(crate) fn convert(value: &Bound<'_, PyAny>, path: &str) -> PyResult<(Snapshot, Option<Snapshot>)> {
    guard::entry(value.py(), || {
        let (document, mut list) = converted(value);
        for (pointer, _) in &mut list {
            pointer.insert_str(0, path);
        }
        Ok((Snapshot::new(document), conversions(&list).map(Snapshot::new)))
    })
}

/// A trust document from keys, witnesses and quorum.
#[pyfunction]
#[pyo3(signature = (request, /))]
pub(crate) fn trust_build<'py>(request: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = request.py();
    guard::entry(py, || {
        let request = from_python(request)?;
        let trust = guard::detached(py, || execert::trust::build(&request))?;
        Ok(to_python(py, &trust)?)
    })
}

/// The user's own trust document, if there is one.
#[pyfunction]
pub(crate) fn user_trust(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    guard::entry(py, || {
        let trust = guard::detached(py, execert_store::user::load)?;
        Ok(trust.map(|trust| to_python(py, &trust)).transpose()?)
    })
}

/// The report on evidence, as JCS.
#[pyfunction]
#[pyo3(signature = (evidence, trust, options, /))]
pub(crate) fn check<'py>(
    evidence: &Bound<'py, PyAny>,
    trust: &Bound<'py, PyAny>,
    options: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyBytes>> {
    judge(evidence, trust, options, false)
}

/// The same; raises `Untrusted` unless the evidence holds.
#[pyfunction]
#[pyo3(signature = (evidence, trust, options, /))]
pub(crate) fn verify<'py>(
    evidence: &Bound<'py, PyAny>,
    trust: &Bound<'py, PyAny>,
    options: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyBytes>> {
    judge(evidence, trust, options, true)
}

fn judge<'py>(
    evidence: &Bound<'py, PyAny>,
    trust: &Bound<'py, PyAny>,
    options: &Bound<'py, PyAny>,
    hold: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    let py = evidence.py();
    guard::entry(py, || {
        let (source, raised) = (Source::of(evidence)?, Raised::default());
        let (trust, mut options) = (from_python(trust)?, from_python(options)?);
        if let Value::Object(options) = &mut options
            && !options.contains("now")
        {
            options.insert("now", host(py).now());
        }
        let work = || {
            let mut bundle = source.open(&raised)?;
            let report = if hold {
                execert::verify::verify(&mut *bundle, &trust, &options)?
            } else {
                execert::verify::check(&mut *bundle, &trust, &options)?
            };
            Ok(report.to_jcs())
        };
        let report = raised.before(guard::detached(py, work))?;
        Ok(PyBytes::new(py, &report))
    })
}

/// A copy with places hidden or records withheld.
#[pyfunction]
#[pyo3(signature = (evidence, request, out, /))]
pub(crate) fn redact<'py>(
    evidence: &Bound<'py, PyAny>,
    request: &Bound<'py, PyAny>,
    out: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = evidence.py();
    guard::entry(py, || {
        let (source, target, raised) = (Source::of(evidence)?, Target::of(out)?, Raised::default());
        let request = from_python(request)?;
        let work = || {
            let mut bundle = source.open(&raised)?;
            target.write(&raised, |out| execert::disclose::redact(&mut *bundle, &request, out))
        };
        let answer = raised.before(guard::detached(py, work))?;
        Ok(to_python(py, &answer)?)
    })
}

/// A copy with places shown again, out of a fuller copy.
#[pyfunction]
#[pyo3(signature = (evidence, source, request, out, /))]
pub(crate) fn reveal<'py>(
    evidence: &Bound<'py, PyAny>,
    source: &Bound<'py, PyAny>,
    request: &Bound<'py, PyAny>,
    out: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = evidence.py();
    guard::entry(py, || {
        let (bundle, fuller) = (Source::of(evidence)?, Source::of(source)?);
        let (target, raised, request) = (Target::of(out)?, Raised::default(), from_python(request)?);
        let work = || {
            let (mut bundle, mut fuller) = (bundle.open(&raised)?, fuller.open(&raised)?);
            target.write(&raised, |out| {
                execert::disclose::reveal(&mut *bundle, &mut *fuller, &request, out)
            })
        };
        let answer = raised.before(guard::detached(py, work))?;
        Ok(to_python(py, &answer)?)
    })
}

/// A report as the lines that `execert verify` prints.
#[pyfunction]
#[pyo3(signature = (report, name, trust, plain, /))]
pub(crate) fn render_text(py: Python<'_>, report: &[u8], name: &str, trust: &str, plain: bool) -> PyResult<String> {
    guard::entry(py, || {
        guard::detached(py, || {
            let report = read(report, &Limits::DOCUMENT)?;
            let subject = Subject { name, trust, plain };
            Ok(render::text(&report, &subject).plain_text())
        })
    })
}

/// The command line; answers its exit code.
#[cfg(feature = "command")]
#[pyfunction]
#[pyo3(signature = (arguments, /))]
pub(crate) fn main(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> PyResult<u8> {
    guard::entry(py, || {
        guard::detached(py, || {
            // Not locked: a command that is recorded writes its own output between ours, from other threads.
            Ok(execert_cli::run(
                arguments,
                &mut std::io::stdout(),
                &mut std::io::stderr(),
            ))
        })
    })
}

/// The next call of this thread panics inside: for the test of the guard.
#[cfg(feature = "testing")]
#[pyfunction]
pub(crate) fn _arm_panic() {
    guard::hook::arm();
}

/// Clock and randomness repeat from here on, in the whole process: for the test that languages write the same bytes.
#[cfg(feature = "testing")]
#[pyfunction]
pub(crate) fn _repeat(seed: u64) {
    execert_store::repeat(seed);
}
