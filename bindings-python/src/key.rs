//! Signing keys. The secret half never becomes a Python object.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use execert::host::Host;
use execert::key::SecretKey;
use execert::{Code, Error};
use execert_store::Native;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::guard;

/// The world as this interpreter sees it.
pub(crate) fn host(py: Python<'_>) -> Arc<Native> {
    static HOST: PyOnceLock<Arc<Native>> = PyOnceLock::new();
    let make = || {
        let version = py.version_info();
        Arc::new(Native::of(
            "python",
            &format!("{}.{}.{}", version.major, version.minor, version.patch),
        ))
    };
    Arc::clone(HOST.get_or_init(py, make))
}

/// The path as text: documents name files, and JSON holds only Unicode.
fn text_of(path: &Path) -> execert::Result<&str> {
    let odd = || Error::new(Code::WireBadArgument, "the path of a key file is not Unicode text");
    path.to_str().ok_or_else(odd)
}

/// An Ed25519 key that signs. It can be saved, but is never shown and never pickled.
#[pyclass(frozen, module = "execert")]
pub(crate) struct Key(SecretKey);

impl Key {
    /// PEM for the core; overwritten when dropped.
    pub(crate) fn pem(&self) -> execert::Result<impl std::ops::Deref<Target = String> + use<>> {
        self.0.to_pem()
    }
}

#[pymethods]
impl Key {
    /// A new key. Nothing is written until `save`.
    #[staticmethod]
    fn generate(py: Python<'_>) -> PyResult<Self> {
        guard::entry(py, || {
            let seed = execert::host::random::<32>(&*host(py))?;
            Ok(Key(SecretKey::from_seed(seed)))
        })
    }

    /// Reads a PEM file (PKCS#8) that only its owner can read.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        guard::entry(py, || {
            let host = host(py);
            guard::detached(py, || {
                let bytes = host.read_file(text_of(&path)?)?;
                let pem = std::str::from_utf8(&bytes)
                    .map_err(|_| Error::new(Code::KeyMalformed, "the key file is not a PEM text"))?;
                Ok(Key(SecretKey::from_pem(pem)?))
            })
        })
    }

    /// Reads PEM text (PKCS#8).
    #[staticmethod]
    fn from_pem(py: Python<'_>, text: &str) -> PyResult<Self> {
        guard::entry(py, || Ok(Key(SecretKey::from_pem(text)?)))
    }

    /// Writes a PEM file that only its owner can read. A file that exists is never overwritten.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        guard::entry(py, || {
            guard::detached(py, || execert_store::write_key(text_of(&path)?, &self.0))
        })
    }

    /// The key id: base64 of the SHA-256 of the public half.
    #[getter]
    fn id(&self, py: Python<'_>) -> PyResult<String> {
        guard::entry(py, || Ok(self.0.public().keyid().to_string()))
    }

    /// The fingerprint that people compare: hexadecimal digits in groups of four.
    #[getter]
    fn fingerprint(&self, py: Python<'_>) -> PyResult<String> {
        guard::entry(py, || Ok(self.0.public().keyid().fingerprint()))
    }

    /// The public half as PEM text, to hand to others.
    #[getter]
    fn public_pem(&self, py: Python<'_>) -> PyResult<String> {
        guard::entry(py, || Ok(self.0.public().to_pem()?))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<Key {}>", self.fingerprint(py)?))
    }
}
