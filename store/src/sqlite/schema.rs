//! Tables, pragmas and how a connection is opened. `PRAGMA user_version` is the version of this page.

use std::path::Path;
use std::time::Duration;

use execert::digest::Digest;
use execert::store::Durability;
use execert::{Code, Error, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::fault::{corrupt, sql};

/// "EXEC"
pub(crate) const APPLICATION: i64 = 0x4558_4543;
pub(crate) const VERSION: i64 = 1;

/// All but `envelope`, `content`, `note`, `body` can be rebuilt from the records.
///
/// `head.frontier` is the right edge of the tree over all records (log n hashes): a heartbeat's root and a checkpoint
/// cost log n, where the digests of a ledger of ten million records would be read again. It changes with the head, in
/// the same row, so that no crash separates the two. `head.first`, `intents`, `runs`, `policy`: what the next
/// heartbeat and seal say, for the same reason. `ledger.durability` is needed before the first record can be read.
pub(crate) const TABLES: &str = "
CREATE TABLE ledger    (one INTEGER PRIMARY KEY CHECK(one=1), id BLOB NOT NULL, tenant TEXT NOT NULL, origin TEXT NOT NULL, index_key BLOB NOT NULL,
                        durability TEXT NOT NULL CHECK(durability IN('durable','process','memory')),
                        state TEXT NOT NULL CHECK(state IN('open','sealed','frozen'))) STRICT;
CREATE TABLE head      (one INTEGER PRIMARY KEY CHECK(one=1), seq INTEGER NOT NULL, digest BLOB NOT NULL, epoch INTEGER NOT NULL, frontier BLOB NOT NULL,
                        at INTEGER NOT NULL, first INTEGER NOT NULL, intents INTEGER NOT NULL, runs INTEGER NOT NULL, policy BLOB) STRICT;
CREATE TABLE record    (seq INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, envelope BLOB NOT NULL,
                        run BLOB, run_seq INTEGER, recorder BLOB NOT NULL, request BLOB, UNIQUE(run, run_seq)) STRICT;
CREATE UNIQUE INDEX record_request ON record(request) WHERE request IS NOT NULL;
CREATE TABLE content   (seq INTEGER PRIMARY KEY, body BLOB NOT NULL, wrapped BLOB) STRICT;
CREATE TABLE basis     (seq INTEGER PRIMARY KEY) STRICT;
CREATE TABLE intent    (seq INTEGER PRIMARY KEY, recorder BLOB NOT NULL) STRICT;
CREATE TABLE run       (id BLOB PRIMARY KEY, seq INTEGER NOT NULL, digest BLOB NOT NULL, frontier BLOB NOT NULL, recorder BLOB, at INTEGER NOT NULL,
                        enforced INTEGER NOT NULL, observed INTEGER NOT NULL, reported INTEGER NOT NULL, steps INTEGER NOT NULL, name TEXT, thread TEXT) STRICT;
CREATE TABLE run_index (id BLOB PRIMARY KEY, name TEXT, thread TEXT, first INTEGER NOT NULL, last INTEGER, status TEXT) STRICT;
CREATE INDEX run_name   ON run_index(name);
CREATE INDEX run_thread ON run_index(thread);
CREATE TABLE request   (seq INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, thread TEXT, call_id TEXT, tool TEXT, expires INTEGER, content BLOB, seed BLOB,
                        approvals BLOB NOT NULL, state TEXT NOT NULL CHECK(state IN('waiting','approved','used','refused','expired'))) STRICT;
CREATE INDEX request_state ON request(state);
CREATE TABLE document  (digest BLOB PRIMARY KEY, envelope BLOB NOT NULL) STRICT;
CREATE TABLE tile      (level INTEGER, n INTEGER, hashes BLOB NOT NULL CHECK(length(hashes)=8192), PRIMARY KEY(level,n)) STRICT, WITHOUT ROWID;
CREATE TABLE checkpoint(size INTEGER PRIMARY KEY, note BLOB NOT NULL) STRICT;
CREATE TABLE heads     (origin TEXT PRIMARY KEY, note BLOB NOT NULL) STRICT;
CREATE TABLE witness   (name TEXT PRIMARY KEY, size INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE anchor    (size INTEGER, kind TEXT, body BLOB) STRICT;
";

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Turns.
    Write,
    /// Everything else, beside a writer.
    Read,
    /// A verifying tool: the file is never changed.
    Look,
    /// The same on a volume that cannot be written, where SQLite cannot even take a lock.
    Still,
}

/// Opens the database of a ledger that exists, and sets it up.
pub(crate) fn connect(path: &Path, purpose: Use, durability: Durability) -> Result<Connection> {
    let flags = match purpose {
        Use::Write | Use::Read => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Use::Look => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Use::Still => OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
    };
    // Each connection is used by one thread at a time.
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = if purpose == Use::Still {
        Connection::open_with_flags(still_uri(path), flags)
    } else {
        Connection::open_with_flags(path, flags)
    };
    let connection = opened.map_err(|error| sql(&error, "opening ledger.db"))?;
    set_up(&connection, purpose, durability).map_err(|error| sql(&error, "setting up ledger.db"))?;
    check(&connection, purpose, durability)?;
    Ok(connection)
}

/// `file:` URI with everything escaped that could end the path.
fn still_uri(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri + "?immutable=1"
}

fn level(purpose: Use, durability: Durability) -> i64 {
    match (purpose, durability) {
        (Use::Look | Use::Still, _) | (_, Durability::Durable) => 2,
        (_, Durability::Process) => 1,
        _ => 0,
    }
}

/// Whether closing this connection leaves the WAL as it is. Otherwise the last one to close carries it over into the
/// database and removes it, and with it whatever stands behind a damaged place.
pub(crate) fn hold_wal(connection: &Connection, hold: bool) -> rusqlite::Result<bool> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, hold)
}

fn set_up(connection: &Connection, purpose: Use, durability: Durability) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(30))?;
    connection.set_prepared_statement_cache_capacity(48);
    if purpose == Use::Write {
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    }
    connection.pragma_update(None, "synchronous", level(purpose, durability))?;
    for (name, value) in ON.iter().chain(&NUMBERS) {
        // Some of these answer with a row, some do not.
        connection.pragma(None, name, value, |_| Ok(()))?;
    }
    if matches!(purpose, Use::Read | Use::Look | Use::Still) {
        connection.pragma_update(None, "query_only", 1)?;
    }
    Ok(())
}

const ON: [(&str, i64); 6] = [
    ("fullfsync", 1),
    ("checkpoint_fullfsync", 1),
    ("secure_delete", 1),
    ("trusted_schema", 0),
    ("cell_size_check", 1),
    ("mmap_size", 0),
];
const NUMBERS: [(&str, i64); 2] = [("wal_autocheckpoint", 1_000), ("journal_size_limit", 8_388_608)];

/// Reads back what was set: a pragma that SQLite does not know or does not grant is silent.
fn check(connection: &Connection, purpose: Use, durability: Durability) -> Result<()> {
    let number = |name: &str| -> Result<Option<i64>> {
        let read = connection.pragma_query_value(None, name, |row| row.get(0));
        match read {
            Ok(value) => Ok(Some(value)),
            // `mmap_size` answers nothing where memory mapping was left out.
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            Err(error) => Err(sql(&error, "reading the settings of ledger.db")),
        }
    };
    if number("application_id")? != Some(APPLICATION) {
        return Err(corrupt("ledger.db is not the database of a ledger"));
    }
    match number("user_version")? {
        Some(VERSION) => {}
        Some(later) if later > VERSION => {
            let said = format!("ledger.db has version {later}; this software knows {VERSION}");
            return Err(Error::new(Code::StoreCorrupt, said).hint("use a newer execert"));
        }
        _ => return Err(corrupt("ledger.db has no version")),
    }
    let sync = [("synchronous", level(purpose, durability))];
    for (name, wanted) in ON.iter().chain(&NUMBERS).chain(&sync) {
        if number(name)?.is_some_and(|value| value != *wanted) {
            return Err(Error::new(
                Code::StoreIo,
                format!("SQLite does not grant {name}={wanted}"),
            ));
        }
    }
    let mode: String = connection
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .map_err(|error| sql(&error, "reading the settings of ledger.db"))?;
    if purpose != Use::Still && !mode.eq_ignore_ascii_case("wal") {
        return Err(Error::new(Code::StoreIo, "SQLite does not grant journal_mode=WAL"));
    }
    Ok(())
}

/// Fills an empty database file: all of it in one transaction, so that a crash leaves it empty.
pub(crate) fn create(path: &Path, identity: &execert::store::Identity, durability: Durability) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let fill = || -> rusqlite::Result<bool> {
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::from_secs(30))?;
        // Where SQLite fails to change the mode it says so by answering with the old one.
        let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        if mode != "wal" {
            return Ok(false);
        }
        connection.pragma_update(None, "synchronous", 2)?;
        connection.pragma_update(None, "fullfsync", 1)?;
        let transaction = connection.transaction()?;
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.execute(
            "INSERT INTO ledger(one, id, tenant, origin, index_key, durability, state) VALUES(1, ?1, ?2, ?3, ?4, ?5, 'open')",
            rusqlite::params![
                identity.id.as_bytes(),
                identity.tenant,
                identity.origin,
                checked_key(&identity.index_key),
                durability.as_str()
            ],
        )?;
        transaction.commit()?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(true)
    };
    match fill().map_err(|error| sql(&error, "making ledger.db"))? {
        true => Ok(()),
        false => Err(Error::new(Code::StoreIo, "SQLite does not grant journal_mode=WAL")),
    }
}

/// Whether the database has a ledger in it. A crash while it was made leaves it empty.
pub(crate) fn filled(path: &Path) -> Result<bool> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let ask = || -> rusqlite::Result<bool> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::from_secs(30))?;
        hold_wal(&connection, true)?;
        connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
            .map(|n| n > 0)
    };
    ask().map_err(|error| sql(&error, "opening ledger.db"))
}

/// The key of request tags as it is stored: with eight bytes of its digest behind it. Nothing else in a ledger would show
/// that a bit of it changed; a request id that was used would count as new.
fn checked_key(key: &[u8; 32]) -> Vec<u8> {
    let check = Digest::of(key);
    key.iter().chain(check.as_bytes().iter().take(8)).copied().collect()
}

/// The key out of what is stored, if it is undamaged. Ledgers that were made before have the key alone.
pub(super) fn index_key(stored: &[u8]) -> Option<[u8; 32]> {
    let (key, check) = stored.split_first_chunk::<32>()?;
    (check.is_empty() || checked_key(key) == stored).then_some(*key)
}
