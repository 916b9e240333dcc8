//! One addon per process. Two of them would be two SQLite libraries, and the second drops the file locks of the first.

use std::path::Path;

use execert::{Code, Error, Result};

/// Refuses if another file of this addon is loaded in this process, by whatever thread.
///
/// # Errors
/// `wire.bad_handle`, naming both files.
pub(crate) fn only(file: &str) -> Result<()> {
    let mine = std::fs::canonicalize(file).unwrap_or_else(|_| file.into());
    match others(&mine) {
        None => Ok(()),
        Some(other) => Err(Error::new(
            Code::WireBadHandle,
            format!("execert is loaded in this process already, from {other}, and now from {file}"),
        )
        .hint("install one copy: `npm ls execert` shows who brings the second")),
    }
}

/// The system's list of what is mapped; where there is none, nothing is found.
fn others(mine: &Path) -> Option<String> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let path = |line: &str| line.find('/').and_then(|at| line.get(at..)).map(str::to_owned);
    maps.lines().filter_map(path).find(|path| {
        let name = path.rsplit('/').next().unwrap_or_default();
        name.starts_with("execert.") && name.ends_with(".node") && Path::new(path) != mine
    })
}
