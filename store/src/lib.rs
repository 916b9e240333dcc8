//! Where execert records live, and what else of the outside world the core needs.
//!
//! ```text
//! acme.ledger/              one folder, 0700; every file in it 0600; the tenant is its stem unless told
//!   ledger.db  -wal -shm    SQLite; `-wal.kept`: as it was when records of it were found missing
//!   next.lock  turn.lock    two, so that turns are fair
//!   live/ID                 locked while recorder ID lives
//!   head                    the newest head this machine remembers; option head_file puts it elsewhere
//!   mac                     epoch and MAC key
//!   log.key                 the key that signs checkpoints, PKCS#8, made with the ledger
//!   reserve                 4 MiB held back for a full disk
//! ```
//!
//! In one process only this crate may touch these files: a plain `open` and `close` of `ledger.db`, or a second SQLite
//! library, drops the locks of the first. Copy a ledger with [`backup`].
#![forbid(unsafe_code)]

mod backup;
pub mod bundles;
mod check;
mod fault;
mod gate;
mod headfile;
mod keyfile;
mod live;
mod lock;
mod mac;
mod native;
mod opened;
mod point;
mod private;
mod rebuild;
#[cfg(feature = "testing")]
mod repeat;
mod reserve;
mod signed;
mod slots;
mod sqlite;
pub mod user;
mod volume;
mod walk;

use std::path::Path;

use execert::store::{Head, Ledger, Memory, NewLedger, Secrets};
use execert::{Code, Error, Result};
use zeroize::Zeroizing;

pub use backup::Known;
pub use check::Checked;
pub use keyfile::{first_mac_key, read_key, volume_warning, write_key, write_secret};
pub use native::Native;
#[cfg(feature = "fail-points")]
pub use point::{FailHook, set_fail_hook};
#[cfg(feature = "testing")]
pub use repeat::repeat;

/// Opens a ledger to write: a folder, or `memory:`. With `new` it is made if there is none.
///
/// # Errors
/// `wire.bad_argument` if something fixed is asked for differently; `key.permissions`; `store.unsupported_volume`;
/// `chain.rolled_back` if the ledger is shorter than remembered, or different: it is frozen then;
/// `chain.forked_process`; `store.*`.
pub fn open(url: &str, new: Option<&NewLedger>) -> Result<Box<dyn Ledger>> {
    if url == "memory:" {
        return memory(new);
    }
    Ok(Box::new(sqlite::open(folder(url)?, new)?))
}

/// Opens a ledger to read, for tools that verify and export; works on a volume that cannot be written, and on a frozen
/// ledger. A turn is refused: `store.read_only`.
///
/// # Errors
/// `store.read_only` if records are left in a WAL that cannot be read here; `store.*`; `chain.forked_process`.
pub fn open_read(url: &str) -> Result<Box<dyn Ledger>> {
    Ok(Box::new(sqlite::open_read(folder(url)?)?))
}

/// Reads a whole ledger and compares each row with what it says of itself and of the row before.
///
/// With `rebuild`, everything that follows from the records is made anew first: head, tree, tiles, open intents and
/// runs, the index of runs. Records and content are never changed, and interior damage is never cut away. Requests for
/// approval stay as they are; a run that was detached and whose row is lost belongs to the recorder that began it.
///
/// # Errors
/// `store.corrupt` with the first row that is wrong, as path `/record/SEQ`; `store.*`.
pub fn check(url: &str, rebuild: bool) -> Result<Checked> {
    if rebuild {
        return rebuild::rebuild(folder(url)?);
    }
    let ledger = sqlite::open_read(folder(url)?)?;
    ledger.look(|connection| check::check(connection, ledger.identity()))
}

/// Copies a ledger that may be in use into a new folder, and answers the head that the copy ends with.
///
/// The copy is to be kept, not to be written on beside the original: that would be a second history, which only a head
/// file elsewhere or a witness notices.
///
/// # Errors
/// `wire.bad_argument` if `to` exists; `key.permissions`; `store.*`.
pub fn backup(url: &str, to: &str) -> Result<Option<Head>> {
    // Opened first, so that SQLite's files are in place and this process is allowed to touch them.
    let ledger = sqlite::open_read(folder(url)?)?;
    backup::copy(ledger.folder(), folder(to)?)
}

/// How far a ledger is and how far it is known to have been; works on a ledger that was rolled back.
///
/// `head_file`: as given when the ledger is opened; None: the one in the folder.
///
/// # Errors
/// `store.*`.
pub fn known(url: &str, head_file: Option<&str>) -> Result<Known> {
    let ledger = sqlite::open_read(folder(url)?)?;
    let head_file = head_file.map_or_else(|| ledger.folder().join("head"), Into::into);
    ledger.look(|connection| backup::known(connection, ledger.identity().id, &head_file))
}

fn folder(url: &str) -> Result<&Path> {
    if url.contains("://") {
        let said = "this build keeps ledgers in folders only";
        return Err(Error::new(Code::WireBadArgument, said)
            .at("/ledger")
            .hint("name a folder, such as acme.ledger"));
    }
    Ok(Path::new(url))
}

fn memory(new: Option<&NewLedger>) -> Result<Box<dyn Ledger>> {
    let mut secrets = Secrets {
        index_key: [0; 32],
        log: Zeroizing::new([0; 32]),
        mac: Zeroizing::new([0; 32]),
    };
    native::random(&mut secrets.index_key)?;
    native::random(secrets.log.as_mut_slice())?;
    native::random(secrets.mac.as_mut_slice())?;
    let new = new.cloned().unwrap_or_default();
    Ok(Box::new(Memory::new(&new, native::uuid()?, native::uuid()?, secrets)))
}
