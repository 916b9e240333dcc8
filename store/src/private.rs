//! Files that only their owner may read, and the folders they are in. The checks are Unix only.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use execert::{Code, Error, Result};
use zeroize::Zeroizing;

use crate::fault::os;

/// Longest key file: a PEM file with comments.
const MOST: u64 = 65_536;
/// Longest policy or other document, as `limits`.
const MOST_FILE: u64 = 16 * 1024 * 1024;
/// How long a pipe or device may take to give a file.
const SLOW: Duration = Duration::from_secs(5);
/// What every secret key in PEM says of itself.
const SECRET: &[u8] = b"PRIVATE KEY-----";

/// Names of files in the making. One that stays belongs to a process that died.
pub(crate) const EARLY: &str = ".execert-";

/// Makes a file with mode 0600, whole and flushed before it has its name. One that exists is never overwritten.
pub(crate) fn make(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let early = path.with_file_name(format!("{EARLY}{}-{name}", std::process::id()));
    remove(&early)?;
    let made = create(&early, bytes).and_then(|()| match fs::hard_link(&early, path) {
        // A volume without hard links: between the question and the new name somebody else may be as fast.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !path.exists() => fs::rename(&early, path),
        linked => linked,
    });
    made.and(remove(&early))
}

/// Makes a file with mode 0600 and flushes it; a crash may leave it short.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes a file unless it is there already.
pub(crate) fn make_once(path: &Path, bytes: &[u8]) -> Result<()> {
    match make(path, bytes) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(os(&error, "making", path)),
        _ => Ok(()),
    }
}

/// Reads a key file: ours, and nobody else may read it.
pub(crate) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path).map_err(|error| missing(&error, path))?;
    // The open file is looked at, not the path: it cannot be exchanged in between.
    check(&file.metadata().map_err(|error| missing(&error, path))?, path)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MOST)
        .read_to_end(&mut bytes)
        .map_err(|error| missing(&error, path))?;
    Ok(bytes)
}

/// Reads any file; one with a secret key in it only if it is private. A pipe or device has to give it in time.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>> {
    let waits = |found: &Metadata| !found.is_file() && !found.is_dir();
    if !fs::metadata(path).is_ok_and(|found| waits(&found)) {
        return read_now(path);
    }
    // Neither opening nor reading a pipe has a deadline of its own. A thread that waits for nothing ends with the process.
    let (send, receive) = mpsc::channel();
    let own = path.to_owned();
    thread::Builder::new()
        .name("execert file".to_owned())
        .spawn(move || send.send(read_now(&own)).ok())
        .map_err(|error| os(&error, "reading", path))?;
    receive.recv_timeout(SLOW).unwrap_or_else(|_| {
        let said = format!("{} gave nothing for {} s", path.display(), SLOW.as_secs());
        Err(Error::new(Code::StoreIo, said))
    })
}

fn read_now(path: &Path) -> Result<Vec<u8>> {
    let file = File::open(path).map_err(|error| missing(&error, path))?;
    let mut bytes = Vec::new();
    (&file)
        .take(MOST_FILE)
        .read_to_end(&mut bytes)
        .map_err(|error| missing(&error, path))?;
    if bytes.windows(SECRET.len()).any(|window| window == SECRET) {
        check(&file.metadata().map_err(|error| missing(&error, path))?, path)?;
    }
    Ok(bytes)
}

/// Refuses a file or folder that others may read or write, or that is another user's: `key.permissions`.
pub(crate) fn check(found: &Metadata, path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let (mode, wanted) = (found.mode() & 0o777, if found.is_dir() { "700" } else { "600" });
        if mode & 0o077 != 0 {
            let said = format!("{} has mode {mode:o}, so others may read or write it", path.display());
            return Err(Error::new(Code::KeyPermissions, said).hint(format!("chmod {wanted} {}", path.display())));
        }
        let me = rustix::process::geteuid().as_raw();
        if found.uid() != me {
            let said = format!(
                "{} belongs to user {}, not to this one ({me})",
                path.display(),
                found.uid()
            );
            return Err(Error::new(Code::KeyPermissions, said));
        }
    }
    #[cfg(not(unix))]
    let _unchecked = (found, path);
    Ok(())
}

/// Flushes a folder, so that a name made in it survives a power cut.
pub(crate) fn flush_folder(path: &Path) -> Result<()> {
    #[cfg(unix)]
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| os(&error, "flushing", path))?;
    #[cfg(not(unix))]
    let _unflushed = path;
    Ok(())
}

/// Makes a folder with mode 0700, unless it is there.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| os(&error, "making", path))
}

fn missing(error: &io::Error, path: &Path) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => Error::new(Code::KeyNotFound, format!("there is no file {}", path.display())),
        io::ErrorKind::PermissionDenied => Error::new(
            Code::KeyPermissions,
            format!("{} may not be read by this user", path.display()),
        ),
        _ => os(error, "reading", path),
    }
}
