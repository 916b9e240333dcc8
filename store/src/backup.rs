//! Copying a ledger that is in use, and what is known of how far a ledger was.

use std::path::Path;
use std::time::Duration;

use execert::id::Uuid;
use execert::store::{Durability, Head};
use execert::{Code, Error, Result};
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use crate::fault::{os, sql};
use crate::sqlite::rows;
use crate::sqlite::schema::{self, Use};
use crate::{headfile, private};

/// Pages copied at a time.
const STEP: std::ffi::c_int = 1_000;

/// Copies the ledger in `from` into the new folder `to`; the head that the copy ends with.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<Option<Head>> {
    if to.exists() {
        let said = format!("{} exists; a backup is never written over", to.display());
        return Err(Error::new(Code::WireBadArgument, said).at("/to"));
    }
    private::make_folder(to)?;
    // Keys first: the MAC key may be older than the copy of the database (it goes forward), never newer.
    for name in ["log.key", "mac"] {
        let bytes = private::read(&from.join(name))?;
        private::make(&to.join(name), &bytes).map_err(|error| os(&error, "writing", &to.join(name)))?;
    }
    let target = to.join("ledger.db");
    private::make(&target, b"").map_err(|error| os(&error, "making", &target))?;
    let source = schema::connect(&from.join("ledger.db"), Use::Look, Durability::Durable)?;
    let pages = || -> rusqlite::Result<()> {
        // One reading from begin to end: writers go on meanwhile, and the copy is of one moment.
        source.execute_batch("BEGIN")?;
        source.query_row("SELECT count(*) FROM head", [], |_| Ok(()))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut copy = Connection::open_with_flags(&target, flags)?;
        copy.pragma_update(None, "synchronous", 2)?;
        copy.pragma_update(None, "fullfsync", 1)?;
        Backup::new(&source, &mut copy)?.run_to_completion(STEP, Duration::ZERO, None)?;
        copy.close().map_err(|(_, error)| error)
    };
    pages().map_err(|error| sql(&error, "copying ledger.db"))?;
    let head = rows::head(&source)?;
    private::flush_folder(to)?;
    Ok(head)
}

/// How far a ledger is, and how far it is known to have been. A successor's `continues` says both.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Known {
    /// The chain id.
    pub chain: Uuid,
    /// The last record there is.
    pub head: Option<Head>,
    /// The highest seq that the head file or a witness remembers.
    pub highest: Option<u64>,
}

/// Asks everything in the folder that remembers a size.
pub(crate) fn known(connection: &Connection, chain: Uuid, head_file: &Path) -> Result<Known> {
    let head = rows::head(connection)?;
    let seen = headfile::read(head_file)?.map(|seen| seen.seq);
    let ask = || connection.query_row("SELECT max(size) FROM witness", [], |row| row.get::<_, Option<u64>>(0));
    let witnessed = ask().map_err(|error| sql(&error, "reading what witnesses saw"))?;
    let witnessed = witnessed.and_then(|size| size.checked_sub(1));
    let highest = [head.as_ref().map(|head| head.seq), seen, witnessed]
        .into_iter()
        .flatten()
        .max();
    Ok(Known { chain, head, highest })
}
