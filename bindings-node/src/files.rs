//! Where evidence comes from and goes to: paths and bytes, and a way to stop a long reading.

use std::io::{self, Cursor, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use execert::Result;
use execert_store::bundles;
use napi::bindgen_prelude::{Buffer, Either};
use napi_derive::napi;

/// A flag that ends readings and writings at their next block.
#[napi]
pub struct Stop(Arc<AtomicBool>);

#[napi]
impl Stop {
    /// Not yet.
    #[napi(constructor)]

    pub fn new() -> Self {
        Stop(Arc::default())
    }

    /// From now on.
    #[napi]
    pub fn stop(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// The flag of a call; without one it is never set.
pub(crate) fn flag(stop: Option<&Stop>) -> Arc<AtomicBool> {
    stop.map_or_else(Arc::default, |stop| Arc::clone(&stop.0))
}

/// Evidence to read: a path, or bytes.
pub(crate) type Evidence = Either<String, Buffer>;

/// The same, away from the thread of JavaScript.
pub(crate) enum Source {
    Path(String),
    Bytes(Vec<u8>),
}

impl Source {
    /// The bytes are copied: the caller may change them while they are read.
    pub(crate) fn of(evidence: Evidence) -> Self {
        match evidence {
            Either::A(path) => Source::Path(path),
            Either::B(bytes) => Source::Bytes(bytes.to_vec()),
        }
    }

    /// # Errors
    /// `store.io` if the file cannot be opened.
    pub(crate) fn open(self, stop: &Arc<AtomicBool>) -> Result<impl Read + use<>> {
        let inner: Box<dyn Read> = match self {
            Source::Path(path) => Box::new(bundles::open(path.as_ref())?),
            Source::Bytes(bytes) => Box::new(Cursor::new(bytes)),
        };
        Ok(Stoppable(inner, Arc::clone(stop)))
    }
}

/// Writes a file by `work`, whole or not at all.
///
/// # Errors
/// Those of `work`; `store.io`.
pub(crate) fn whole<T>(
    path: &str,
    stop: &Arc<AtomicBool>,
    work: impl FnOnce(&mut dyn Write) -> Result<T>,
) -> Result<T> {
    bundles::write(path.as_ref(), |out| work(&mut Stoppable(out, Arc::clone(stop))))
}

struct Stoppable<T>(T, Arc<AtomicBool>);

impl<T> Stoppable<T> {
    fn goes_on(&self) -> io::Result<()> {
        if self.1.load(Ordering::Acquire) {
            return Err(io::Error::other("the caller stopped it"));
        }
        Ok(())
    }
}

impl<T: Read> Read for Stoppable<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.goes_on()?;
        self.0.read(buffer)
    }
}

impl<T: Write> Write for Stoppable<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.goes_on()?;
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
