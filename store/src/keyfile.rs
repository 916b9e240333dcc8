//! Key files: PKCS#8 PEM, 0600, never written over.

use std::path::Path;

use execert::key::SecretKey;
use execert::{Code, Error, Result};
use zeroize::Zeroizing;

use crate::{fault::os, mac, private, volume};

/// Writes a new key file.
///
/// # Errors
/// `store.io` if there is a file of that name, or it cannot be written.
pub fn write_key(path: &str, key: &SecretKey) -> Result<()> {
    write_secret(path, key.to_pem()?.as_bytes())
}

/// Writes a new file that only this user can read.
///
/// # Errors
/// As [`write_key`].
pub fn write_secret(path: &str, bytes: &[u8]) -> Result<()> {
    let path = Path::new(path);
    private::make(path, bytes).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::new(
            Code::StoreIo,
            format!("{} is there already and is not written over", path.display()),
        )
        .hint("move it away, or name another file"),
        _ => os(&error, "writing", path),
    })
}

/// Reads a key file.
///
/// # Errors
/// `key.not_found`, `key.permissions` if others may read it, `key.malformed`.
pub fn read_key(path: &str) -> Result<SecretKey> {
    let bytes = private::read(Path::new(path))?;
    let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
    SecretKey::from_pem(&text)
}

/// The first MAC key of a ledger, k(0), for its auditor: only while the ledger is in its first epoch.
///
/// # Errors
/// `key.not_found` once the first epoch is over: k(0) is gone for good; `store.*`.
pub fn first_mac_key(ledger: &str) -> Result<Zeroizing<[u8; 32]>> {
    match mac::read(Path::new(ledger))? {
        (0, key) => Ok(Zeroizing::new(*key.as_bytes())),
        _ => {
            let text = "the first epoch of this ledger is over, and its MAC key is gone";
            Err(Error::new(Code::KeyNotFound, text).hint("ask for the auditor's file when the ledger is made"))
        }
    }
}

/// The kind of volume a ledger is on, if locks and flushes cannot be relied on there.
///
/// # Errors
/// `store.io`.
pub fn volume_warning(ledger: &str) -> Result<Option<String>> {
    match volume::check(Path::new(ledger), false) {
        Ok(()) => Ok(None),
        Err(error) if error.code() == Code::StoreUnsupportedVolume => Ok(Some(error.to_string())),
        Err(error) => Err(error),
    }
}
