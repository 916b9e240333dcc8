//! Files, by name: read whole, written once, never over another.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};

use execert::canon::{Value, parse};
use execert::limits::Limits;

use crate::fail::Fail;

/// The bytes of a file.
pub(crate) fn read(name: &str) -> Result<Vec<u8>, Fail> {
    fs::read(name).map_err(Fail::io(name))
}

/// The JSON document in a file.
pub(crate) fn document(name: &str) -> Result<Value, Fail> {
    parse(&read(name)?, &Limits::DOCUMENT).map_err(Fail::about(name))
}

/// Opens a file for reading.
pub(crate) fn open(name: &str) -> Result<File, Fail> {
    File::open(name).map_err(Fail::io(name))
}

/// Writes a new file by `write`; if that fails nothing of it stays.
pub(crate) fn create<T>(
    name: &str,
    write: impl FnOnce(&mut dyn Write) -> Result<T, execert::Error>,
) -> Result<T, Fail> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(name)
        .map_err(Fail::io(name))?;
    let mut out = BufWriter::new(file);
    let written = write(&mut out).map_err(Fail::from).and_then(|answer| {
        let flushed = out.flush().and_then(|()| out.get_ref().sync_all());
        flushed.map(|()| answer).map_err(Fail::io(name))
    });
    if written.is_err() {
        // The file is ours and half written; if it cannot be removed, the first error is still the one to tell.
        fs::remove_file(name).ok();
    }
    written
}
