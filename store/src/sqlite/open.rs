//! Opening a folder, and making it a ledger.
//!
//! 1. volume, owner, modes; the database's own marks (`schema`)
//! 2. in one turn: make what is missing; whose ledger it is; is its end whole; is it behind what is remembered
//! 3. the live lock of this opener, the reserve
//!
//! What follows (signatures and tags of the newest epoch, orphans, the clock) is the recorder's.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::time::{Duration, Instant};

use execert::id::{Uuid, is_ident};
use execert::key::SecretKey;
use execert::store::{Durability, Identity, NewLedger};
use execert::{Code, Error, Result};
use rusqlite::Connection;
use zeroize::Zeroizing;

use super::schema::{self, Use};
use super::turn::Writer;
use super::{Bound, Sqlite, rows};
use crate::fault::{corrupt, os, sql};
use crate::gate::Gate;
use crate::{headfile, live, lock, mac, native, opened, point, private, reserve, slots, volume, walk};

/// How long opening waits for its turn.
const WAIT: Duration = Duration::from_secs(30);
/// What may be in a folder that is to become a ledger: traces of an opener that died while it made one.
const OWN: [&str; 10] = [
    "ledger.db",
    "ledger.db-wal",
    "ledger.db-shm",
    "ledger.db-journal",
    "next.lock",
    "turn.lock",
    "mac",
    "log.key",
    "head",
    "live",
];

/// Opens a ledger to write; with `new`, makes it if there is none.
pub(crate) fn open(path: &Path, new: Option<&NewLedger>) -> Result<Sqlite> {
    let asked = new.cloned().unwrap_or_default();
    let folder = prepare(path, new.is_some(), asked.allow_volume)?;
    // Before SQLite touches the file: an inherited connection in this process would lose commits.
    let handle = opened::enter(&folder)?;
    let made = finish(&folder, &asked, new.is_some(), handle);
    if made.is_err() {
        opened::leave(handle);
    }
    made
}

/// Opens a ledger to read: for tools that verify and export. Nothing in the folder changes but SQLite's own index.
pub(crate) fn open_read(path: &Path) -> Result<Sqlite> {
    let folder = path.canonicalize().map_err(|error| absent(path, &error))?;
    let handle = opened::enter(&folder)?;
    let made = read_only(&folder, handle);
    if made.is_err() {
        opened::leave(handle);
    }
    made
}

fn read_only(folder: &Path, handle: u64) -> Result<Sqlite> {
    let database = folder.join("ledger.db");
    if !database.is_file() {
        return Err(none(folder));
    }
    // Reading beside a writer needs SQLite's index file, which a volume that cannot be written may not have.
    let (purpose, connection) = match schema::connect(&database, Use::Look, Durability::Durable) {
        Err(error) if matches!(error.code(), Code::StoreReadOnly | Code::StoreIo) => {
            let wal = folder.join("ledger.db-wal");
            if fs::metadata(&wal).is_ok_and(|found| found.len() > 0) {
                let said = format!(
                    "{} holds records that can only be read where it can be written",
                    wal.display()
                );
                return Err(
                    Error::new(Code::StoreReadOnly, said).hint("copy the whole folder to a disk that can be written")
                );
            }
            (Use::Still, schema::connect(&database, Use::Still, Durability::Durable)?)
        }
        connection => (Use::Look, connection?),
    };
    let (identity, durability) = who(&connection)?;
    let recorder = identity.id;
    let shape = Shape {
        folder: folder.to_owned(),
        head_file: folder.join("head"),
        identity,
        durability,
        purpose,
        handle,
    };
    Ok(shape.build(recorder, false, Writer::default(), connection))
}

/// The folder, there and fit for a ledger, in its canonical spelling.
fn prepare(path: &Path, make: bool, allow_volume: bool) -> Result<PathBuf> {
    if path.as_os_str().is_empty() {
        return Err(Error::new(Code::WireBadArgument, "the ledger has no name").at("/ledger"));
    }
    if !path.exists() {
        if !make {
            return Err(none(path));
        }
        private::make_folder(path)?;
    }
    let folder = path.canonicalize().map_err(|error| absent(path, &error))?;
    let found = fs::metadata(&folder).map_err(|error| absent(path, &error))?;
    if !found.is_dir() {
        let said = format!("{} is a file; a ledger is a folder", path.display());
        return Err(Error::new(Code::WireBadArgument, said).at("/ledger"));
    }
    volume::check(&folder, allow_volume)?;
    let database = folder.join("ledger.db");
    if !database.exists() {
        if !make {
            return Err(none(path));
        }
        adopt(&folder)?;
    }
    private::check(&fs::metadata(&folder).map_err(|error| absent(path, &error))?, &folder)?;
    Ok(folder)
}

/// Makes an empty folder ours alone. One with other things in it is somebody's, and stays as it is.
fn adopt(folder: &Path) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|error| os(&error, "reading", folder))?;
    for entry in entries.flatten() {
        let own = |name: &str| OWN.contains(&name) || name.starts_with(private::EARLY);
        if !entry.file_name().to_str().is_some_and(own) {
            let said = format!("{} is not empty and holds no ledger", folder.display());
            return Err(Error::new(Code::WireBadArgument, said)
                .at("/ledger")
                .hint("name a new folder"));
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
            .map_err(|error| os(&error, "closing", folder))?;
    }
    Ok(())
}

fn finish(folder: &Path, asked: &NewLedger, make: bool, handle: u64) -> Result<Sqlite> {
    let now = Instant::now();
    let _turn = lock::turn(folder, now.checked_add(WAIT).unwrap_or(now))?;
    point::reach("open.locked")?;
    let database = folder.join("ledger.db");
    let head_file = asked
        .head_file
        .as_ref()
        .map_or_else(|| folder.join("head"), PathBuf::from);
    if !database.exists() || !schema::filled(&database)? {
        if !make {
            return Err(none(folder));
        }
        fill(folder, &database, &head_file, asked)?;
        point::reach("open.filled")?;
    }
    for name in ["ledger.db", "mac", "log.key"] {
        let path = folder.join(name);
        if let Ok(found) = fs::metadata(&path) {
            private::check(&found, &path)?;
        }
    }
    // A database whose making was cut short may not be in WAL mode yet: opening it to write sees to that.
    let writing = schema::connect(&database, Use::Write, Durability::Durable)?;
    let connection = schema::connect(&database, Use::Read, Durability::Durable)?;
    drop(writing);
    let hold = |hold| schema::hold_wal(&connection, hold).map_err(|error| sql(&error, "setting up ledger.db"));
    hold(true)?;
    let (identity, durability) = who(&connection)?;
    same(&identity, durability, asked)?;
    walk::newest(&connection, &identity)?;
    if let Err(error) = remembered(folder, &head_file, &connection, durability) {
        if error.code() == Code::ChainRolledBack {
            keep_wal(folder);
            freeze(&database)?;
        }
        return Err(error);
    }
    hold(false)?;
    point::reach("open.checked")?;
    let recorder = native::uuid()?;
    let live = live::begin(folder, &recorder)?;
    point::reach("open.live")?;
    let reserved = reserve::make(folder)?;
    let shape = Shape {
        folder: folder.to_owned(),
        head_file,
        identity,
        durability,
        purpose: Use::Read,
        handle,
    };
    Ok(shape.build(recorder, reserved, Writer::new(Some(live)), connection))
}

/// The parts that do not change.
struct Shape {
    folder: PathBuf,
    head_file: PathBuf,
    identity: Identity,
    durability: Durability,
    purpose: Use,
    handle: u64,
}

impl Shape {
    fn build(self, recorder: Uuid, reserved: bool, writer: Writer, reader: Connection) -> Sqlite {
        let Self {
            folder,
            head_file,
            identity,
            durability,
            purpose,
            handle,
        } = self;
        Sqlite {
            folder,
            head_file,
            identity,
            durability,
            purpose,
            handle,
            pid: AtomicU32::new(std::process::id()),
            recorder: super::halves(&recorder).map(AtomicU64::new),
            closed: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            reserved: AtomicBool::new(reserved),
            shut: AtomicBool::new(false),
            writer: Gate::new(writer),
            reader: Gate::new(Bound::new(reader)),
        }
    }
}

/// Makes the ledger. The database comes last and whole: before it, there is no ledger, and a new attempt goes on with
/// the keys of the one that died.
fn fill(folder: &Path, database: &Path, head_file: &Path, asked: &NewLedger) -> Result<()> {
    let id = native::uuid()?;
    let stem = folder.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let tenant = asked.tenant.clone().unwrap_or_else(|| stem.to_owned());
    if !is_ident(&tenant) {
        let said = format!("`{tenant}` cannot be a tenant: letters, digits and _.:/@+#=- only");
        return Err(Error::new(Code::WireBadArgument, said)
            .at("/tenant")
            .hint("give a tenant, or name the folder so"));
    }
    let domain = asked.log_domain.as_deref().unwrap_or("execert.local");
    // The origin is the name in a C2SP signed note, which has no room for these.
    if !is_ident(domain) || domain.contains('+') || domain.starts_with("DSSEv1") || domain.starts_with("cosignature/") {
        let said = format!("`{domain}` cannot be a log domain; use a host name such as log.example.org");
        return Err(Error::new(Code::WireBadArgument, said).at("/log_domain"));
    }
    sweep(folder)?;
    let mut secret = Zeroizing::new([0; 32]);
    native::random(secret.as_mut_slice())?;
    private::make_once(
        &folder.join("log.key"),
        SecretKey::from_seed(*secret).to_pem()?.as_bytes(),
    )?;
    native::random(secret.as_mut_slice())?;
    if !folder.join("mac").exists() || mac::read(folder).is_err() {
        mac::write(folder, 0, &secret)?;
    }
    if let Some(parent) = head_file.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        private::make_folder(parent)?;
    }
    if headfile::read(head_file)?.is_some() {
        let said = format!("{} remembers another ledger", head_file.display());
        return Err(Error::new(Code::WireBadArgument, said)
            .at("/head_file")
            .hint("name a file that does not exist"));
    }
    slots::make(head_file)?;
    point::reach("open.keys")?;
    let mut index_key = [0; 32];
    native::random(&mut index_key)?;
    let identity = Identity {
        id,
        tenant,
        origin: format!("{domain}/{id}"),
        index_key,
    };
    private::make_once(database, b"")?;
    schema::create(database, &identity, asked.durability.unwrap_or_default())?;
    private::flush_folder(folder)
}

/// Removes what an opener that died was about to name; nobody else makes files here in this turn.
fn sweep(folder: &Path) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|error| os(&error, "reading", folder))?;
    for entry in entries.flatten() {
        if entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(private::EARLY))
        {
            private::remove(&entry.path()).map_err(|error| os(&error, "removing", &entry.path()))?;
        }
    }
    Ok(())
}

pub(crate) fn who(connection: &Connection) -> Result<(Identity, Durability)> {
    let ask = || {
        connection.query_row(
            "SELECT id, tenant, origin, index_key, durability FROM ledger",
            [],
            |row| {
                let (id, mode): ([u8; 16], String) = (row.get(0)?, row.get(4)?);
                Ok((id, row.get(1)?, row.get(2)?, row.get(3)?, mode))
            },
        )
    };
    let (id, tenant, origin, index_key, mode) = ask().map_err(|error| sql(&error, "reading whose ledger this is"))?;
    let wrong = || corrupt("the table ledger does not say whose it is");
    let index_key: Vec<u8> = index_key;
    let index_key = schema::index_key(&index_key).ok_or_else(|| corrupt("the key of the request index is damaged"))?;
    let id = Uuid::from_bytes(id).ok_or_else(wrong)?;
    Ok((
        Identity {
            id,
            tenant,
            origin,
            index_key,
        },
        Durability::parse(&mode).ok_or_else(wrong)?,
    ))
}

/// What was fixed when the ledger was made cannot be asked for differently now.
fn same(identity: &Identity, durability: Durability, asked: &NewLedger) -> Result<()> {
    let other = |what: &str, has: &str| {
        let said = format!("this ledger has {what} `{has}`, which is fixed when it is made");
        Err(Error::new(Code::WireBadArgument, said).at(format!("/{what}")))
    };
    // Whose it is instead is nobody's business here: who asks may be another tenant.
    let others = |what: &str| {
        let said = format!("this ledger was made with another {what}");
        Err(Error::new(Code::WireBadArgument, said)
            .at(format!("/{what}"))
            .hint("correct the path, or leave the option out if the ledger is yours"))
    };
    if asked.tenant.as_ref().is_some_and(|tenant| *tenant != identity.tenant) {
        return others("tenant");
    }
    let domain = identity
        .origin
        .strip_suffix(&format!("/{}", identity.id))
        .ok_or_else(|| corrupt("the origin is not that of this chain"))?;
    if asked.log_domain.as_ref().is_some_and(|asked| asked != domain) {
        return others("log_domain");
    }
    if asked.durability.is_some_and(|asked| asked != durability) {
        return other("durability", durability.as_str());
    }
    Ok(())
}

/// Compares the ledger with everything that remembers how far it was.
fn remembered(folder: &Path, head_file: &Path, connection: &Connection, mode: Durability) -> Result<()> {
    let head = rows::head(connection)?;
    if let Some(seen) = headfile::read(head_file)? {
        let there = rows::row(connection, seen.seq)?.map(|row| row.digest);
        headfile::compare(&seen, there, head.as_ref(), mode)?;
    }
    // A missing key stops writing when it is needed; reading goes on.
    if folder.join("mac").exists() {
        mac::forward(mac::read(folder)?, head.as_ref().map_or(0, |head| head.epoch))?;
    }
    let size = head.as_ref().map_or(0, |head| head.seq.saturating_add(1));
    let ask = || connection.query_row("SELECT max(size) FROM witness", [], |row| row.get::<_, Option<u64>>(0));
    match ask().map_err(|error| sql(&error, "reading what witnesses saw"))? {
        Some(seen) if seen > size => {
            let said = format!("a witness saw {seen} records, the ledger has {size}");
            Err(Error::new(Code::ChainRolledBack, said))
        }
        _ => Ok(()),
    }
}

/// A damaged place in the WAL hides what comes after it, and the next commit (that of freezing, too) overwrites it:
/// the file as it was found is kept for whoever looks into it. SQLite holds no lock on this file.
fn keep_wal(folder: &Path) {
    let kept = folder.join("ledger.db-wal.kept");
    let found = fs::read(folder.join("ledger.db-wal")).unwrap_or_default();
    if !found.is_empty() {
        // Without it the ledger is as frozen as with it.
        private::make_once(&kept, &found).ok();
    }
}

fn freeze(database: &Path) -> Result<()> {
    let connection = schema::connect(database, Use::Write, Durability::Durable)?;
    connection
        .execute_batch("UPDATE ledger SET state = 'frozen'")
        .map_err(|error| sql(&error, "freezing the ledger"))
}

fn none(path: &Path) -> Error {
    Error::new(Code::StoreIo, format!("there is no ledger at {}", path.display())).hint("make one, or correct the path")
}

fn absent(path: &Path, error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::NotFound => none(path),
        _ => os(error, "opening", path),
    }
}
