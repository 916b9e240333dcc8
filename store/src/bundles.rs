//! Bundles as files: read in blocks, and written whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use execert::{Code, Error, Result};

/// Opens a file to read.
///
/// # Errors
/// `store.io`, with the path.
pub fn open(path: &Path) -> Result<BufReader<File>> {
    File::open(path)
        .map(BufReader::new)
        .map_err(|error| failed(path, &error))
}

/// Lets `work` write; the file appears under its name, in place of one that was there, only when all of it is on the
/// disk.
///
/// # Errors
/// Those of `work`; `store.io`, with the path.
pub fn write<T>(path: &Path, work: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let partial = beside(path);
    let answer = fill(&partial, work).and_then(|answer| {
        std::fs::rename(&partial, path).map_err(|error| failed(path, &error))?;
        Ok(answer)
    });
    if answer.is_err() {
        // Nothing of it is kept; if even that fails, the error to tell is the first one.
        std::fs::remove_file(&partial).ok();
    }
    answer
}

fn fill<T>(path: &Path, work: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(path);
    let mut out = BufWriter::new(file.map_err(|error| failed(path, &error))?);
    let answer = work(&mut out)?;
    let file = out.into_inner().map_err(|error| failed(path, error.error()))?;
    file.sync_all().map_err(|error| failed(path, &error))?;
    Ok(answer)
}

/// Two writers of one process must not share it either.
fn beside(path: &Path) -> PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.{count}.partial", std::process::id()));
    path.with_file_name(name)
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::new(Code::StoreIo, format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.execert");
        let put = |text: &'static [u8]| {
            write(&path, |out| {
                out.write_all(text).unwrap();
                Ok(text.len())
            })
        };
        assert_eq!(put(b"first").unwrap(), 5);
        let broken: Result<()> = write(&path, |out| {
            out.write_all(b"half").unwrap();
            Err(Error::new(Code::StoreIo, "no more"))
        });
        assert!(broken.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        put(b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn an_absent_file_is_named() {
        let error = open(Path::new("absent.execert")).map(drop).unwrap_err();
        assert_eq!(error.code(), Code::StoreIo);
        assert!(error.to_string().contains("absent.execert"));
    }
}
