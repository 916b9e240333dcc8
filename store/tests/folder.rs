//! What is special about a ledger in a folder: modes, fixed options, rollback, lost files, backup, check, erasure.
#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a test")]

mod common;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use common::{DEADLINE, append, batch, whole};
use execert::key::MacKey;
use execert::store::{Durability, Ledger, NewLedger, State};
use execert::{Code, Result};

fn new() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    (folder, at)
}

fn try_open(at: &Path, new: NewLedger) -> Result<Box<dyn Ledger>> {
    execert_store::open(at.to_str().unwrap(), Some(&new))
}

fn open(at: &Path) -> Box<dyn Ledger> {
    try_open(at, NewLedger::default()).unwrap()
}

fn refused(at: &Path) -> (Code, String) {
    let error = try_open(at, NewLedger::default()).err().unwrap();
    (error.code(), error.message().to_owned())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(0o700)).unwrap();
    for entry in fs::read_dir(from)
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().is_file())
    {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn the_folder_is_for_its_owner_only() {
    let (_folder, at) = new();
    let ledger = open(&at);
    append(&*ledger, &["a"]).unwrap();
    assert_eq!(fs::metadata(&at).unwrap().mode() & 0o777, 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(&at).unwrap().flatten() {
        let found = entry.metadata().unwrap();
        let wanted = if found.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(found.mode() & 0o777, wanted, "{:?}", entry.file_name());
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    let all = [
        "head",
        "ledger.db",
        "ledger.db-shm",
        "ledger.db-wal",
        "live",
        "log.key",
        "mac",
        "next.lock",
        "reserve",
        "turn.lock",
    ];
    assert_eq!(names, all);
    drop(ledger);
    for name in ["log.key", "mac", "ledger.db", ""] {
        let path = at.join(name);
        let was = fs::metadata(&path).unwrap().permissions();
        fs::set_permissions(&path, fs::Permissions::from_mode(was.mode() | 0o040)).unwrap();
        assert_eq!(refused(&at).0, Code::KeyPermissions, "{name}");
        fs::set_permissions(&path, was).unwrap();
    }
    open(&at);
}

#[test]
fn nothing_is_made_where_something_is() {
    let (folder, at) = new();
    assert_eq!(
        execert_store::open(at.to_str().unwrap(), None).err().unwrap().code(),
        Code::StoreIo
    );
    assert!(!at.exists());
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("letter.txt"), "dear").unwrap();
    assert_eq!(refused(&other).0, Code::WireBadArgument);
    assert_eq!(fs::read_dir(&other).unwrap().count(), 1);
    assert_eq!(refused(&other.join("letter.txt")).0, Code::WireBadArgument);
    assert_eq!(refused(Path::new("postgres://host/db")).0, Code::WireBadArgument);
    assert_eq!(refused(Path::new("")).0, Code::WireBadArgument);
    // An empty folder is fine, and is closed to others then.
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    fs::set_permissions(&empty, fs::Permissions::from_mode(0o755)).unwrap();
    drop(open(&empty));
    assert_eq!(fs::metadata(&empty).unwrap().mode() & 0o777, 0o700);
}

#[test]
fn what_is_fixed_stays_fixed() {
    let (folder, at) = new();
    let made = NewLedger {
        tenant: Some("acme-eu".into()),
        log_domain: Some("log.acme.example".into()),
        durability: Some(Durability::Process),
        ..NewLedger::default()
    };
    let ledger = try_open(&at, made.clone()).unwrap();
    let (id, key) = (ledger.identity().id, ledger.log_key().unwrap().public().keyid());
    assert_eq!(ledger.identity().origin, format!("log.acme.example/{id}"));
    assert_eq!(
        (ledger.identity().tenant.as_str(), ledger.durability()),
        ("acme-eu", Durability::Process)
    );
    append(&*ledger, &["a"]).unwrap();
    drop(ledger);
    for again in [made, NewLedger::default()] {
        let ledger = try_open(&at, again).unwrap();
        assert_eq!(
            (ledger.identity().id, ledger.log_key().unwrap().public().keyid()),
            (id, key)
        );
    }
    let others = [
        (
            "/tenant",
            NewLedger {
                tenant: Some("other".into()),
                ..NewLedger::default()
            },
        ),
        (
            "/log_domain",
            NewLedger {
                log_domain: Some("log.other".into()),
                ..NewLedger::default()
            },
        ),
        (
            "/durability",
            NewLedger {
                durability: Some(Durability::Durable),
                ..NewLedger::default()
            },
        ),
    ];
    for (path, other) in others {
        let error = try_open(&at, other).err().unwrap();
        assert_eq!((error.code(), error.path()), (Code::WireBadArgument, Some(path)));
    }
    let spaces = try_open(&folder.path().join("my ledger"), NewLedger::default())
        .err()
        .unwrap();
    assert_eq!((spaces.code(), spaces.path()), (Code::WireBadArgument, Some("/tenant")));
}

#[test]
fn an_older_copy_is_noticed_by_the_head_file_and_frozen() {
    let (folder, at) = new();
    let old = folder.path().join("old");
    append(&*open(&at), &["a", "b"]).unwrap();
    copy(&at, &old);
    append(&*open(&at), &["c"]).unwrap();
    // The database of the older copy, the head file of today.
    fs::copy(old.join("ledger.db"), at.join("ledger.db")).unwrap();
    let (code, said) = refused(&at);
    assert_eq!(code, Code::ChainRolledBack);
    assert!(
        said.contains("ends with record 1") && said.contains("remembers record 2"),
        "{said}"
    );
    // Again, and readable all the same.
    assert_eq!(refused(&at).0, Code::ChainRolledBack);
    let reader = execert_store::open_read(at.to_str().unwrap()).unwrap();
    assert_eq!((whole(&*reader), reader.state().unwrap()), (2, State::Frozen));
    drop(reader);
    let known = execert_store::known(at.to_str().unwrap(), None).unwrap();
    assert_eq!((known.head.unwrap().seq, known.highest), (1, Some(2)));
    // Without the head file nothing in the folder remembers: the frozen state does.
    fs::remove_file(at.join("head")).unwrap();
    let ledger = open(&at);
    assert_eq!(ledger.turn(DEADLINE).err().unwrap().code(), Code::StoreCorrupt);
    drop(ledger);

    // The whole folder of before, with its own head file: nothing here can know. A head file elsewhere can.
    drop(open(&old));
}

#[test]
fn a_head_file_elsewhere_sees_a_whole_folder_go_back() {
    let (folder, at) = new();
    let head = folder.path().join("safe").join("acme.head");
    let with = NewLedger {
        head_file: Some(head.to_str().unwrap().into()),
        ..NewLedger::default()
    };
    append(&*try_open(&at, with.clone()).unwrap(), &["a"]).unwrap();
    let old = folder.path().join("old");
    copy(&at, &old);
    append(&*try_open(&at, with.clone()).unwrap(), &["b"]).unwrap();
    assert!(!at.join("head").exists());
    assert_eq!(
        try_open(&old, with.clone()).err().unwrap().code(),
        Code::ChainRolledBack
    );
    // A branch of the same length is another history.
    let branch = folder.path().join("branch");
    copy(&at, &branch);
    append(&*open(&branch), &["c"]).unwrap();
    append(&*try_open(&at, with.clone()).unwrap(), &["d"]).unwrap();
    let error = try_open(&branch, with.clone()).err().unwrap();
    assert_eq!(error.code(), Code::ChainRolledBack);
    assert!(error.message().contains("is not the one"), "{error}");
    // A new ledger does not take the head file of another.
    let third = folder.path().join("third.ledger");
    assert_eq!(try_open(&third, with).err().unwrap().code(), Code::WireBadArgument);
}

fn end_epoch(ledger: &dyn Ledger) {
    let turn = ledger.turn(DEADLINE).unwrap();
    let (expect, mut batch) = (turn.head().cloned(), batch(ledger, &*turn, &["heartbeat"]));
    let (epoch, key) = turn.mac().unwrap();
    batch.head.epoch = epoch + 1;
    batch.head.first = batch.head.seq + 1;
    batch.mac = Some((epoch + 1, *MacKey::from_bytes(key).ratchet().as_bytes()));
    turn.commit(expect.as_ref(), batch).unwrap();
}

#[test]
fn the_mac_file_goes_forward_and_never_back() {
    let (_folder, at) = new();
    let ledger = open(&at);
    append(&*ledger, &["a"]).unwrap();
    let first = fs::read(at.join("mac")).unwrap();
    end_epoch(&*ledger);
    end_epoch(&*ledger);
    let key = ledger.turn(DEADLINE).unwrap().mac().unwrap();
    assert_eq!(key.0, 2);
    drop(ledger);
    // The old key is not in the file any more.
    let now = fs::read(at.join("mac")).unwrap();
    assert!(!now.windows(32).any(|window| window == &first[12..44]));
    assert!(now.windows(32).any(|window| window == key.1));
    // A file that is behind (a crash between commit and file) goes forward.
    fs::write(at.join("mac"), &first).unwrap();
    assert_eq!(open(&at).turn(DEADLINE).unwrap().mac().unwrap(), key);
    // Gone: reading works, tagging does not.
    fs::remove_file(at.join("mac")).unwrap();
    let ledger = open(&at);
    assert_eq!(
        ledger.turn(DEADLINE).unwrap().mac().unwrap_err().code(),
        Code::StoreCorrupt
    );
    assert_eq!(whole(&*ledger), 3);
    drop(ledger);
    // Ahead: the database is older than the key.
    let (_other, other) = new();
    append(&*open(&other), &["a"]).unwrap();
    fs::write(other.join("mac"), &now).unwrap();
    assert_eq!(refused(&other).0, Code::ChainRolledBack);
}

#[test]
fn a_database_removed_or_exchanged_while_open_takes_no_record() {
    for name in ["ledger.db", "ledger.db-wal"] {
        let (_folder, at) = new();
        let ledger = open(&at);
        append(&*ledger, &["a"]).unwrap();
        fs::rename(at.join(name), at.join("elsewhere")).unwrap();
        let error = append(&*ledger, &["b"]).unwrap_err();
        assert_eq!(error.code(), Code::StoreIo, "{name}: {error}");
        assert!(append(&*ledger, &["b"]).is_err(), "{name}");
    }
}

#[test]
fn check_names_the_first_record_that_is_wrong() {
    let (_folder, at) = new();
    let url = at.to_str().unwrap();
    append(&*open(&at), &["a", "b", "c"]).unwrap();
    let fine = execert_store::check(url, false).unwrap();
    assert_eq!((fine.records, fine.contents, fine.state), (3, 3, State::Open));
    let good = fs::read(at.join("ledger.db")).unwrap();
    let spoil = [
        (
            "UPDATE record SET envelope = CAST(replace(CAST(envelope AS TEXT), 'a', 'b') AS BLOB) WHERE seq = 1",
            "/record/1",
        ),
        ("DELETE FROM record WHERE seq = 1", "/record/1"),
        ("UPDATE record SET seq = 7 WHERE seq = 2", "/record/2"),
        (
            "UPDATE record SET run = randomblob(16), run_seq = 0 WHERE seq = 1",
            "/record/1",
        ),
        ("UPDATE head SET seq = 5", "/record/5"),
        ("UPDATE head SET digest = zeroblob(32)", "/record/2"),
        ("DELETE FROM head; DELETE FROM record WHERE seq = 0", "/record/0"),
    ];
    for (sql, path) in spoil {
        fs::write(at.join("ledger.db"), &good).unwrap();
        let connection = rusqlite::Connection::open(at.join("ledger.db")).unwrap();
        connection.execute_batch(sql).unwrap();
        drop(connection);
        let error = execert_store::check(url, false).unwrap_err();
        assert_eq!(error.code(), Code::StoreCorrupt, "{sql}: {error}");
        if !sql.contains("randomblob") {
            assert_eq!(error.path(), Some(path), "{sql}: {error}");
            // The newest epoch is looked at when the ledger is opened, too.
            assert_eq!(refused(&at).0, Code::StoreCorrupt, "{sql}");
        }
    }
    fs::write(at.join("ledger.db"), &good[..good.len() / 2]).unwrap();
    assert_eq!(execert_store::check(url, false).unwrap_err().code(), Code::StoreCorrupt);
    fs::write(at.join("ledger.db"), b"this is a letter, not a database").unwrap();
    assert_eq!(refused(&at).0, Code::StoreCorrupt);
}

#[test]
fn a_damaged_key_of_the_request_index_is_found() {
    let (_folder, at) = new();
    append(&*open(&at), &["a"]).unwrap();
    let file = at.join("ledger.db");
    let connection = rusqlite::Connection::open(&file).unwrap();
    let key: Vec<u8> = connection
        .query_row("SELECT index_key FROM ledger", [], |row| row.get(0))
        .unwrap();
    drop(connection);
    let good = fs::read(&file).unwrap();
    let change = |key: &[u8]| {
        fs::write(&file, &good).unwrap();
        let connection = rusqlite::Connection::open(&file).unwrap();
        assert_eq!(
            connection.execute("UPDATE ledger SET index_key = ?1", [key]).unwrap(),
            1
        );
    };
    for bit in 0..key.len() * 8 {
        let mut damaged = key.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        change(&damaged);
        let error = execert_store::check(at.to_str().unwrap(), false).unwrap_err();
        assert_eq!(error.code(), Code::StoreCorrupt, "bit {bit}");
    }
    for length in [0, 31, 39] {
        change(&key[..length]);
        assert_eq!(refused(&at).0, Code::StoreCorrupt, "{length} bytes");
    }
    // As ledgers had it before.
    change(&key[..32]);
    execert_store::check(at.to_str().unwrap(), false).unwrap();
}

#[test]
fn a_backup_is_a_ledger_and_never_overwrites() {
    let (folder, at) = new();
    let ledger = open(&at);
    append(&*ledger, &["a", "b"]).unwrap();
    end_epoch(&*ledger);
    let to = folder.path().join("backup.ledger");
    let (from, to_url) = (at.to_str().unwrap(), to.to_str().unwrap());
    let head = execert_store::backup(from, to_url).unwrap().unwrap();
    assert_eq!(head.seq, 2);
    assert_eq!(
        execert_store::backup(from, to_url).unwrap_err().code(),
        Code::WireBadArgument
    );
    append(&*ledger, &["c"]).unwrap();
    assert_eq!(execert_store::check(to_url, false).unwrap().records, 3);
    assert_eq!(whole(&*execert_store::open_read(to_url).unwrap()), 3);
    let copy = open(&to);
    assert_eq!(copy.identity().id, ledger.identity().id);
    assert_eq!(copy.turn(DEADLINE).unwrap().mac().unwrap().0, 1);
}

#[test]
fn erased_text_is_in_no_file() {
    let (_folder, at) = new();
    let planted = "planted-4711-planted";
    let ledger = open(&at);
    append(&*ledger, &["keep"]).unwrap();
    let turn = ledger.turn(DEADLINE).unwrap();
    let (expect, mut batch) = (turn.head().cloned(), batch(&*ledger, &*turn, &["x"]));
    batch.rows.first_mut().unwrap().row.content = Some(format!("{{\"content\":\"{planted}\"}}").into_bytes());
    turn.commit(expect.as_ref(), batch).unwrap();
    let found = || {
        let files = fs::read_dir(&at)
            .unwrap()
            .flatten()
            .filter(|entry| entry.path().is_file());
        files
            .filter(|entry| {
                fs::read(entry.path())
                    .unwrap()
                    .windows(planted.len())
                    .any(|w| w == planted.as_bytes())
            })
            .count()
    };
    assert!(found() > 0);
    let turn = ledger.turn(DEADLINE).unwrap();
    let (expect, mut batch) = (turn.head().cloned(), common::batch(&*ledger, &*turn, &["erasure"]));
    batch.erase = vec![1];
    turn.commit(expect.as_ref(), batch).unwrap();
    assert_eq!(found(), 0);
}

#[test]
fn a_key_file_that_others_may_read_is_refused() {
    use execert::host::Host as _;
    let (folder, _) = new();
    let path = folder.path().join("record.pem");
    let pem = execert::key::SecretKey::from_seed([1; 32]).to_pem().unwrap();
    fs::write(&path, pem.as_bytes()).unwrap();
    let host = execert_store::Native::default();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let error = host.read_file(path.to_str().unwrap()).unwrap_err();
    assert_eq!(error.code(), Code::KeyPermissions);
    assert!(error.next().starts_with("chmod 600"), "{}", error.next());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(host.read_file(path.to_str().unwrap()).unwrap(), pem.as_bytes());
    assert_eq!(host.read_file("/none/such").unwrap_err().code(), Code::KeyNotFound);
    // A policy is no secret.
    let policy = folder.path().join("policy.json");
    fs::write(&policy, "{}").unwrap();
    fs::set_permissions(&policy, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(host.read_file(policy.to_str().unwrap()).unwrap(), b"{}");
}
