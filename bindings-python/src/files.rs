//! Where evidence comes from and goes to: paths, bytes, and open binary files of Python.

use std::io::{self, BufReader, BufWriter, Cursor, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use execert::{Code, Error, Result};
use execert_store::bundles;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::guard::Outcome;

/// Bytes that are read or written at once through a Python object.
const BLOCK: usize = 1 << 16;

/// An exception that a Python file raised while the core was reading or writing; it is worth more than the core's own
/// error about it.
#[derive(Clone, Default)]
pub(crate) struct Raised(Arc<Mutex<Option<PyErr>>>);

impl Raised {
    fn keep(&self, error: PyErr) -> io::Error {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        io::Error::other("the Python file raised an exception")
    }

    /// What the call answers, unless a Python file raised.
    pub(crate) fn before<T>(&self, outcome: Outcome<T>) -> Outcome<T> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(raised) => Err(raised.into()),
            None => outcome,
        }
    }
}

/// Evidence to read.
pub(crate) enum Source {
    /// A file.
    Path(PathBuf),
    /// Bytes.
    Bytes(Vec<u8>),
    /// An object with `read`.
    Object(Py<PyAny>),
}

impl Source {
    pub(crate) fn of(value: &Bound<'_, PyAny>) -> Outcome<Source> {
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Source::Bytes(bytes.as_bytes().to_vec()));
        }
        if value.is_instance_of::<PyString>() {
            return Ok(Source::Path(value.extract()?));
        }
        if value.hasattr("read")? {
            return Ok(Source::Object(value.clone().unbind()));
        }
        Err(Error::new(
            Code::WireBadArgument,
            "evidence is a path, bytes, or an open binary file",
        )
        .into())
    }

    /// # Errors
    /// `store.io` if the file cannot be opened.
    pub(crate) fn open(self, raised: &Raised) -> Result<Box<dyn Read>> {
        Ok(match self {
            Source::Path(path) => Box::new(bundles::open(&path)?),
            Source::Bytes(bytes) => Box::new(Cursor::new(bytes)),
            Source::Object(object) => Box::new(BufReader::with_capacity(BLOCK, Object(object, raised.clone()))),
        })
    }
}

/// Where a bundle goes.
pub(crate) enum Target {
    /// A file, replaced whole or not at all.
    Path(PathBuf),
    /// An object with `write`.
    Object(Py<PyAny>),
}

impl Target {
    pub(crate) fn of(value: &Bound<'_, PyAny>) -> Outcome<Target> {
        if value.is_instance_of::<PyString>() {
            return Ok(Target::Path(value.extract()?));
        }
        if value.hasattr("write")? {
            return Ok(Target::Object(value.clone().unbind()));
        }
        Err(Error::new(Code::WireBadArgument, "the target is a path or an open binary file").into())
    }

    /// Lets `work` write; a file appears under its name only when all of it is on the disk.
    ///
    /// # Errors
    /// Those of `work`; `store.io`.
    pub(crate) fn write<T>(self, raised: &Raised, work: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
        match self {
            Target::Object(object) => {
                let mut out = BufWriter::with_capacity(BLOCK, Object(object, raised.clone()));
                let answer = work(&mut out)?;
                out.flush()
                    .map_err(|error| Error::new(Code::StoreIo, format!("the bundle could not be written: {error}")))?;
                Ok(answer)
            }
            Target::Path(path) => bundles::write(&path, work),
        }
    }
}

/// A Python file. Each block takes the interpreter for a moment.
struct Object(Py<PyAny>, Raised);

impl Read for Object {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Python::attach(|py| {
            let read = || -> PyResult<Vec<u8>> { self.0.bind(py).call_method1("read", (buffer.len(),))?.extract() };
            let bytes = read().map_err(|error| self.1.keep(error))?;
            let Some(place) = buffer.get_mut(..bytes.len()) else {
                return Err(io::Error::other("`read` answered more than it was asked for"));
            };
            place.copy_from_slice(&bytes);
            Ok(bytes.len())
        })
    }
}

impl Write for Object {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Python::attach(|py| {
            let write = || -> PyResult<usize> {
                let answer = self.0.bind(py).call_method1("write", (PyBytes::new(py, bytes),))?;
                // Raw files may write less; others answer with all or with nothing.
                if answer.is_none() {
                    Ok(bytes.len())
                } else {
                    answer.extract()
                }
            };
            write().map_err(|error| self.1.keep(error))
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
