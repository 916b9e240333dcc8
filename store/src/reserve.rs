//! 4 MiB held back, so that outcomes of what is already permitted still fit when the disk is full.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use execert::{Code, Result};

use crate::fault::os;
use crate::{native, private, volume};

const SIZE: usize = 4 * 1024 * 1024;
/// Free space from which the reserve is made again: far enough from full that it does not go at once.
const ENOUGH: u64 = 64 * 1024 * 1024;

fn path(folder: &Path) -> PathBuf {
    folder.join("reserve")
}

/// Whether it is there, whole.
pub(crate) fn held(folder: &Path) -> bool {
    fs::symlink_metadata(path(folder)).is_ok_and(|found| usize::try_from(found.len()) == Ok(SIZE))
}

/// Makes it, unless it is there. False: no space. Random bytes: a volume that compresses would hold back nothing.
pub(crate) fn make(folder: &Path) -> Result<bool> {
    if held(folder) {
        return Ok(true);
    }
    let mut bytes = vec![0; SIZE];
    native::random(&mut bytes)?;
    let path = path(folder);
    remove(folder)?;
    match private::create(&path, &bytes) {
        Ok(()) => Ok(true),
        // Another opener makes it at this moment.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(held(folder)),
        Err(error) => {
            let error = os(&error, "writing", &path);
            remove(folder)?;
            if error.code() == Code::StoreFull {
                Ok(false)
            } else {
                Err(error)
            }
        }
    }
}

/// Makes it again once there is space enough.
pub(crate) fn refill(folder: &Path) -> Result<bool> {
    let enough = volume::free(folder)?.is_none_or(|free| free >= ENOUGH);
    if held(folder) || !enough {
        Ok(held(folder))
    } else {
        make(folder)
    }
}

/// Gives the space to whoever writes next.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    let path = path(folder);
    private::remove(&path).map_err(|error| os(&error, "removing", &path))
}
