//! The reader's own trust: whom this user trusts, when a command is not told.
//!
//! `$XDG_CONFIG_HOME/execert/trust.json` on Linux, the usual folder elsewhere. Nothing is read from the working folder or
//! from beside the evidence: an unpacked archive could bring keys along.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use execert::canon::{Value, parse, to_jcs};
use execert::limits::Limits;
use execert::{Code, Error, Result};

use crate::fault::os;

/// Where the user's trust is kept, if this user has a folder for such things.
pub fn path() -> Option<PathBuf> {
    Some(dirs::config_dir()?.join("execert").join("trust.json"))
}

/// The user's trust document; none if there is none yet.
///
/// # Errors
/// `canon.*` if the file is not JSON, `store.io` if it cannot be read.
pub fn load() -> Result<Option<Value>> {
    let Some(path) = path() else { return Ok(None) };
    match fs::read(&path) {
        Ok(bytes) => parse(&bytes, &Limits::DOCUMENT).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(os(&error, "reading", &path)),
    }
}

/// Replaces the user's trust document, in one step: a reader sees the old one or the new one.
///
/// # Errors
/// `store.io`.
pub fn save(trust: &Value) -> Result<()> {
    let Some(path) = path() else {
        return Err(Error::new(Code::StoreIo, "this user has no configuration folder").hint("set XDG_CONFIG_HOME"));
    };
    let folder = path.parent().map(PathBuf::from).unwrap_or_default();
    fs::create_dir_all(&folder).map_err(|error| os(&error, "making", &folder))?;
    let fresh = folder.join(format!("trust.json.{}", std::process::id()));
    let written = fs::File::create(&fresh).and_then(|mut file| {
        file.write_all(&to_jcs(trust))?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written
        .and_then(|()| fs::rename(&fresh, &path))
        .map_err(|error| os(&error, "writing", &path))
}
