//! Who is alive: each opener holds a lock on `live/ID` for as long as it lives.
//!
//! The lock ends with its process, so whoever can take it knows that the recorder is dead. A child that came through
//! a fork holds a copy of its parent's open file; it closes the copy and never unlocks it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use execert::Result;
use execert::id::Uuid;

use crate::fault::os;
use crate::lock;
use crate::private;

fn path(folder: &Path, recorder: &Uuid) -> PathBuf {
    folder.join("live").join(recorder.to_string())
}

/// Says that `recorder` lives. The file gets its name only once it is locked: nobody takes it for a dead one.
pub(crate) fn begin(folder: &Path, recorder: &Uuid) -> Result<File> {
    let path = path(folder, recorder);
    private::make_folder(&folder.join("live"))?;
    let early = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let begin = || -> io::Result<File> {
        let file = options.open(&early)?;
        file.lock()?;
        fs::rename(&early, &path)?;
        Ok(file)
    };
    begin().map_err(|error| os(&error, "making", &path))
}

/// Whether a recorder is dead: its file is gone or its lock is free.
pub(crate) fn dead(folder: &Path, recorder: &Uuid) -> Result<bool> {
    let path = path(folder, recorder);
    match OpenOptions::new().write(true).open(&path) {
        Ok(file) => {
            let dead = lock::try_lock(&file).map_err(|error| os(&error, "locking", &path))?;
            if dead {
                lock::unlock(&file);
            }
            Ok(dead)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(os(&error, "opening", &path)),
    }
}

/// Forgets a dead recorder. One that lives after all keeps its file.
pub(crate) fn bury(folder: &Path, recorder: &Uuid) -> Result<()> {
    if dead(folder, recorder)? {
        remove(folder, recorder)
    } else {
        Ok(())
    }
}

/// Ends our own life. With `leave` the file stays: others then settle what is left open.
pub(crate) fn end(folder: &Path, recorder: &Uuid, file: &File, leave: bool) -> Result<()> {
    let removed = if leave { Ok(()) } else { remove(folder, recorder) };
    lock::unlock(file);
    removed
}

/// Names of recorders that have a file.
pub(crate) fn all(folder: &Path) -> Result<Vec<Uuid>> {
    let live = folder.join("live");
    let entries = match fs::read_dir(&live) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(os(&error, "reading", &live)),
    };
    let names = entries
        .flatten()
        .filter_map(|entry| Uuid::parse(entry.file_name().to_str()?));
    Ok(names.collect())
}

fn remove(folder: &Path, recorder: &Uuid) -> Result<()> {
    let path = path(folder, recorder);
    private::remove(&path).map_err(|error| os(&error, "removing", &path))
}
