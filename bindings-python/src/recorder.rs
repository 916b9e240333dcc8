//! Recorder, run and step: documents go in as snapshots, taken before any lock, and answers come out as Python objects.

use std::panic::{AssertUnwindSafe, catch_unwind};

use execert::canon::{Object, Value};
use execert::recorder::{Recorder as CoreRecorder, Run as CoreRun, Step as CoreStep};
use execert::{Code, Error};
use pyo3::prelude::*;

use crate::files::{Raised, Target};
use crate::guard::{self, Outcome};
use crate::key::{Key, host};
use crate::value::{from_python, to_python};

/// An answer of the core.
type Answer<'py> = PyResult<Bound<'py, PyAny>>;

/// One opener of one ledger.
#[pyclass(frozen, module = "execert._execert")]
pub(crate) struct Recorder(CoreRecorder);

#[pymethods]
impl Recorder {
    #[new]
    fn new(py: Python<'_>, ledger: &str, options: &Bound<'_, PyAny>, key: &Bound<'_, PyAny>) -> PyResult<Self> {
        guard::entry(py, || {
            let options = with_key(document(options)?, key)?;
            let host = host(py);
            let opened = guard::detached(py, || CoreRecorder::open(host, ledger, &Value::Object(options)))?;
            Ok(Recorder(opened))
        })
    }

    #[getter]
    fn tenant(&self, py: Python<'_>) -> PyResult<String> {
        guard::entry(py, || Ok(self.0.tenant().to_owned()))
    }

    #[getter]
    fn origin(&self, py: Python<'_>) -> PyResult<String> {
        guard::entry(py, || Ok(self.0.origin().to_owned()))
    }

    #[getter]
    fn gate(&self, py: Python<'_>) -> PyResult<String> {
        guard::entry(py, || Ok(self.0.gate().to_string()))
    }

    fn head<'py>(&self, py: Python<'py>) -> Answer<'py> {
        answer(py, || self.0.head())
    }

    fn run_open(&self, py: Python<'_>, document: &Bound<'_, PyAny>) -> PyResult<Run> {
        guard::entry(py, || {
            let document = from_python(document)?;
            Ok(Run(guard::detached(py, || self.0.run_open(&document))?))
        })
    }

    fn run_join(&self, py: Python<'_>, id: &str) -> PyResult<Run> {
        guard::entry(py, || Ok(Run(guard::detached(py, || self.0.run_join(id))?)))
    }

    fn note<'py>(&self, py: Python<'py>, document: &Bound<'_, PyAny>) -> Answer<'py> {
        asked(py, document, |document| self.0.note(document))
    }

    fn approve<'py>(&self, py: Python<'py>, document: &Bound<'_, PyAny>, key: &Bound<'_, PyAny>) -> Answer<'py> {
        guard::entry(py, || {
            let document = Value::Object(with_key(self::document(document)?, key)?);
            let answer = guard::detached(py, || self.0.note(&document))?;
            Ok(to_python(py, &answer)?)
        })
    }

    fn find<'py>(&self, py: Python<'py>, query: &Bound<'_, PyAny>) -> Answer<'py> {
        asked(py, query, |query| self.0.find(query))
    }

    fn export<'py>(&self, py: Python<'py>, query: &Bound<'_, PyAny>, out: &Bound<'_, PyAny>) -> Answer<'py> {
        guard::entry(py, || {
            let (query, target, raised) = (from_python(query)?, Target::of(out)?, Raised::default());
            let work = || target.write(&raised, |out| self.0.export(&query, out));
            let answer = raised.before(guard::detached(py, work))?;
            Ok(to_python(py, &answer)?)
        })
    }

    fn erase<'py>(&self, py: Python<'py>, request: &Bound<'_, PyAny>) -> Answer<'py> {
        asked(py, request, |request| self.0.erase(request))
    }

    fn seal<'py>(&self, py: Python<'py>) -> Answer<'py> {
        answer(py, || self.0.seal())
    }

    fn heartbeat<'py>(&self, py: Python<'py>) -> Answer<'py> {
        answer(py, || self.0.heartbeat())
    }

    fn feed<'py>(&self, py: Python<'py>, event: &Bound<'_, PyAny>) -> Answer<'py> {
        asked(py, event, |event| self.0.feed(event))
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        guard::entry(py, || guard::detached(py, || self.0.close()))
    }

    fn before_fork(&self, py: Python<'_>) -> PyResult<()> {
        guard::entry(py, || {
            guard::detached(py, || {
                self.0.before_fork();
                Ok(())
            })
        })
    }

    fn after_fork(&self, py: Python<'_>, child: bool) -> PyResult<()> {
        guard::entry(py, || {
            self.0.after_fork(child);
            Ok(())
        })
    }
}

/// A run.
#[pyclass(frozen, module = "execert._execert")]
pub(crate) struct Run(CoreRun);

#[pymethods]
impl Run {
    #[getter]
    fn id(&self, py: Python<'_>) -> PyResult<String> {
        guard::entry(py, || Ok(self.0.id().to_string()))
    }

    #[getter]
    fn name(&self, py: Python<'_>) -> PyResult<String> {
        guard::entry(py, || Ok(self.0.name().to_owned()))
    }

    fn step_open<'py>(&self, py: Python<'py>, document: &Bound<'_, PyAny>) -> PyResult<(Step, Bound<'py, PyAny>)> {
        guard::entry(py, || {
            let document = from_python(document)?;
            let (step, answer) = guard::detached(py, || self.0.step_open(&document))?;
            Ok((Step(Some(step)), to_python(py, &answer)?))
        })
    }

    fn note<'py>(&self, py: Python<'py>, document: &Bound<'_, PyAny>) -> Answer<'py> {
        asked(py, document, |document| self.0.note(document))
    }

    fn close<'py>(&self, py: Python<'py>, result: &Bound<'_, PyAny>) -> Answer<'py> {
        asked(py, result, |result| self.0.close(result))
    }

    fn bundle<'py>(&self, py: Python<'py>, out: &Bound<'_, PyAny>) -> Answer<'py> {
        guard::entry(py, || {
            let (target, raised) = (Target::of(out)?, Raised::default());
            let work = || target.write(&raised, |out| self.0.bundle(out));
            let answer = raised.before(guard::detached(py, work))?;
            Ok(to_python(py, &answer)?)
        })
    }
}

/// A step that was opened. Empty only while it is dropped.
#[pyclass(frozen, module = "execert._execert")]
pub(crate) struct Step(Option<CoreStep>);

impl Step {
    fn step(&self) -> Outcome<&CoreStep> {
        let gone = || Error::new(Code::WireBadHandle, "the step is gone").into();
        self.0.as_ref().ok_or_else(gone)
    }
}

impl Drop for Step {
    /// An unused permit is recorded as cancelled: disk work, so not with the interpreter held.
    fn drop(&mut self) {
        let step = self.0.take();
        // None: the interpreter is ending; the next opening of the ledger says what became of the step.
        let let_go = || Python::try_attach(|py| py.detach(|| drop(step))).is_some();
        // Nobody can be told about a panic here.
        drop(catch_unwind(AssertUnwindSafe(let_go)));
    }
}

#[pymethods]
impl Step {
    fn input<'py>(&self, py: Python<'py>) -> Answer<'py> {
        guard::entry(py, || Ok(to_python(py, self.step()?.input())?))
    }

    fn claim(&self, py: Python<'_>) -> PyResult<()> {
        guard::entry(py, || {
            let step = self.step()?;
            guard::detached(py, || step.claim())
        })
    }

    fn close<'py>(&self, py: Python<'py>, result: &Bound<'_, PyAny>) -> Answer<'py> {
        guard::entry(py, || {
            let (result, step) = (from_python(result)?, self.step()?);
            let answer = guard::detached(py, || step.close(&result))?;
            Ok(to_python(py, &answer)?)
        })
    }
}

/// A document of the caller.
fn document(value: &Bound<'_, PyAny>) -> Outcome<Object> {
    match from_python(value)? {
        Value::Object(object) => Ok(object),
        _ => Err(Error::new(Code::WireBadArgument, "a document is an object")
            .at("")
            .into()),
    }
}

/// The document with the key: a `Key`, the text or path of a PEM file, or none.
fn with_key(mut document: Object, key: &Bound<'_, PyAny>) -> Outcome<Object> {
    if let Ok(key) = key.cast::<Key>() {
        document.insert("key", key.get().pem()?.as_str());
    } else if !key.is_none() {
        document.insert("key", from_python(key)?);
    }
    Ok(document)
}

fn answer<'py>(py: Python<'py>, work: impl FnOnce() -> execert::Result<Value> + Send) -> Answer<'py> {
    guard::entry(py, || Ok(to_python(py, &guard::detached(py, work)?)?))
}

fn asked<'py>(
    py: Python<'py>,
    document: &Bound<'_, PyAny>,
    work: impl FnOnce(&Value) -> execert::Result<Value> + Send,
) -> Answer<'py> {
    guard::entry(py, || {
        let document = from_python(document)?;
        Ok(to_python(py, &guard::detached(py, || work(&document))?)?)
    })
}
