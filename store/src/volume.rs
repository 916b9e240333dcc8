//! On which kind of volume a folder is: file locks and flushes mean nothing on some.

use std::path::Path;

use execert::{Code, Error, Result};

use crate::fault::os;

const HINT: &str = "put the ledger on a local disk (in a container: a folder inside it, or a volume of the Linux host); \
                    allow_volume takes this one for trying out";

/// Refuses network, FUSE and host-shared file systems: `store.unsupported_volume`.
pub(crate) fn check(folder: &Path, allowed: bool) -> Result<()> {
    match kind(folder)? {
        Some(kind) if !allowed => {
            let said = format!(
                "{} is on {kind}, where locks or flushes cannot be relied on",
                folder.display()
            );
            Err(Error::new(Code::StoreUnsupportedVolume, said).hint(HINT))
        }
        _ => Ok(()),
    }
}

/// The name of an unsafe kind of volume.
#[cfg(target_os = "linux")]
fn kind(folder: &Path) -> Result<Option<&'static str>> {
    let found = rustix::fs::statfs(folder).map_err(|error| os(&error.into(), "asking for the volume of", folder))?;
    // The width and sign of f_type differ by machine; the magic numbers of statfs(2) are 32 bits.
    let magic = i128::from(found.f_type) & 0xFFFF_FFFF;
    Ok(match magic {
        0x6969 => Some("NFS"),
        0x517B | 0xFF53_4D42 | 0xFE53_4D42 => Some("SMB"),
        0x0102_1997 => Some("9p"),
        0x6573_5546 => Some("FUSE"),
        0x786F_4256 => Some("a VirtualBox share"),
        0x7375_7245 => Some("Coda"),
        0x5346_414F => Some("AFS"),
        0x00C3_6400 => Some("Ceph"),
        0x0BD0_0BD3 => Some("Lustre"),
        0x4750_4653 => Some("GPFS"),
        _ => None,
    })
}

#[cfg(target_os = "macos")]
fn kind(folder: &Path) -> Result<Option<&'static str>> {
    const LOCAL: u32 = 0x1000;
    let found = rustix::fs::statfs(folder).map_err(|error| os(&error.into(), "asking for the volume of", folder))?;
    Ok((found.f_flags & LOCAL == 0).then_some("a network volume"))
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn kind(_folder: &Path) -> Result<Option<&'static str>> {
    Ok(None)
}

/// Free bytes for this user; None: cannot be asked here.
#[cfg(unix)]
pub(crate) fn free(folder: &Path) -> Result<Option<u64>> {
    let found = rustix::fs::statvfs(folder).map_err(|error| os(&error.into(), "asking for free space in", folder))?;
    Ok(Some(found.f_bavail.saturating_mul(found.f_frsize)))
}

#[cfg(not(unix))]
pub(crate) fn free(_folder: &Path) -> Result<Option<u64>> {
    Ok(None)
}
