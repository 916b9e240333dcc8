//! Bytes that changed and bytes that are gone: found and named, or without meaning. Never fewer records, never other
//! ones, and nothing is mended without a word.

use std::collections::BTreeMap;
use std::fs;
use std::io::BufRead as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use execert::key::{KeyId, SecretKey};
use execert::{Code, Result};

use crate::results::figure;
use crate::work::{json, pay, recorder};
use crate::{Dice, deep, job, rounds};

/// The codes by which damage may be told.
const TOLD: [Code; 4] = [
    Code::StoreCorrupt,
    Code::ChainRolledBack,
    Code::KeyMalformed,
    Code::StoreIo,
];

/// A ledger with everything in it, closed, or with its last records in the WAL.
struct Small {
    folder: tempfile::TempDir,
    files: BTreeMap<PathBuf, Vec<u8>>,
    rows: Vec<String>,
    log: KeyId,
}

impl Small {
    fn new(in_wal: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("acme.ledger");
        let recorder = recorder(&at).unwrap();
        for ends in [true, false] {
            let run = recorder.run_open(&json(r#"{"name":"r","thread":"t"}"#)).unwrap();
            let (step, _) = run.step_open(&pay(1)).unwrap();
            step.claim().unwrap();
            step.close(&json("{}")).unwrap();
            if ends {
                run.close(&json("{}")).unwrap();
                recorder.heartbeat().unwrap();
            }
        }
        recorder.close().unwrap();
        drop(recorder);
        if in_wal {
            die(&at);
        }
        let files = files(&at);
        let log = std::str::from_utf8(&files[&at.join("log.key")]).unwrap();
        let small = Self {
            rows: rows(&at).unwrap(),
            log: SecretKey::from_pem(log).unwrap().public().keyid(),
            files,
            folder,
        };
        small.restore();
        small
    }

    fn at(&self) -> PathBuf {
        self.folder.path().join("acme.ledger")
    }

    /// As it was: looking at it may have changed it.
    fn restore(&self) {
        for (path, bytes) in files(&self.at()) {
            if self.files.get(&path) != Some(&bytes) {
                fs::remove_file(path).unwrap();
            }
        }
        for (path, bytes) in self.files.iter().filter(|(path, _)| !path.exists()) {
            fs::write(path, bytes).unwrap();
            let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            fs::set_permissions(path, private).unwrap();
        }
    }

    /// Whether damage was found, and how; None: the ledger says what it said before.
    fn look(&self, place: &str) -> Option<Code> {
        let code = match self.probe() {
            Err(error) => error.code(),
            Ok(()) => match rows(&self.at()) {
                Ok(rows) if rows == self.rows => return None,
                Ok(rows) => panic!("{place}: not found, and other rows: {:?}", differ(&self.rows, &rows)),
                Err(error) => panic!("{place}: not found by the check, yet {error}"),
            },
        };
        assert!(TOLD.contains(&code), "{place}: {code:?}");
        // Nothing was mended on the way.
        assert!(
            self.probe().is_err(),
            "{place}: {code:?} the first time, fine the second"
        );
        Some(code)
    }

    /// Opens, and looks at all there is.
    fn probe(&self) -> Result<()> {
        let at = self.at();
        let ledger = execert_store::open(at.to_str().unwrap(), None)?;
        // What stands beside the database is read when it is needed.
        let key = ledger.log_key()?.public().keyid();
        drop(ledger);
        if key != self.log {
            // Another key, well written: only the records know that it is not theirs.
            return Err(recorder(&at).err().unwrap());
        }
        execert_store::check(at.to_str().unwrap(), false).map(drop)
    }
}

/// Leaves records in the WAL, as a process that was killed does.
fn die(at: &Path) {
    let mut child = job("work 1000000", at).spawn().unwrap();
    let lines = std::io::BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(std::result::Result::ok);
    assert_eq!(lines.filter(|line| line.starts_with("ack")).take(8).count(), 8);
    child.kill().unwrap();
    child.wait().unwrap();
}

fn differ<'a>(one: &'a [String], other: &'a [String]) -> Vec<&'a String> {
    let only = |a: &'a [String], b: &'a [String]| a.iter().filter(|row| !b.contains(row)).collect::<Vec<_>>();
    [only(one, other), only(other, one)].concat()
}

fn files(at: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(at).unwrap().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

/// Every row of every table, read with SQLite alone. Two columns say nothing about records and have no second copy
/// to compare with: who wrote a record whose run and intent are closed, and the key of the tags of request ids (with
/// another key, a request id that was used is not known any more).
fn rows(at: &Path) -> rusqlite::Result<Vec<String>> {
    let connection = rusqlite::Connection::open(at.join("ledger.db"))?;
    let mut names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut all = Vec::new();
    for name in names {
        let columns = match name.as_str() {
            "ledger" => "id, tenant, origin, durability, state",
            "record" => "seq, digest, envelope, run, run_seq, request",
            _ => "*",
        };
        let mut statement = connection.prepare(&format!("SELECT {columns} FROM \"{name}\""))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let values: Vec<String> = (0..columns)
                .map(|at| format!("{:?}", row.get_ref(at).unwrap()))
                .collect();
            all.push(format!("{name}: {}", values.join(" ")));
        }
    }
    Ok(all)
}

/// Places in a file: some by lot; in the long round every one that holds something and each 16th that does not, of a
/// large file as many as rounds allow.
fn places(dice: &mut Dice, bytes: &[u8], some: usize) -> Vec<usize> {
    let full = |at: &usize| bytes[*at] != 0 || at.is_multiple_of(16);
    let all: Vec<usize> = (0..bytes.len()).filter(|at| !deep() || full(at)).collect();
    let most = if deep() {
        usize::try_from(rounds(0)).unwrap().saturating_mul(100)
    } else {
        some
    };
    if all.len() <= most {
        return all;
    }
    let length = u64::try_from(all.len()).unwrap();
    (0..most)
        .map(|_| all[usize::try_from(dice.below(length)).unwrap()])
        .collect()
}

pub(crate) fn flipped() -> std::result::Result<(), String> {
    let mut dice = Dice::new();
    let (mut found, mut same) = (0, 0);
    for (in_wal, name, some) in [
        (false, "ledger.db", 60),
        (false, "head", 20),
        (false, "mac", 20),
        (false, "log.key", 12),
        (true, "ledger.db-wal", 30),
    ] {
        let small = Small::new(in_wal);
        let path = small.at().join(name);
        let good = fs::read(&path).unwrap();
        let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
        for at in places(&mut dice, &good, some) {
            let bit = 1 << dice.below(8);
            let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.write_all_at(&[good[at] ^ bit], u64::try_from(at).unwrap())
                .unwrap();
            drop(file);
            let place = format!("byte {at} of {name}, bit {bit:#x}");
            let code = small.look(&place);
            if in_wal && code == Some(Code::ChainRolledBack) {
                // What stands behind the damage is not thrown away.
                let kept = fs::read(small.at().join("ledger.db-wal.kept")).unwrap();
                assert!(
                    kept.iter().zip(&good).filter(|(kept, good)| kept != good).count() == 1,
                    "{place}"
                );
                assert_eq!(kept.len(), good.len(), "{place}");
            }
            *codes.entry(code.map_or("the same", |code| code.as_str())).or_default() += 1;
            small.restore();
        }
        let free = codes.get("the same").copied().unwrap_or_default();
        same += free;
        found += codes.values().sum::<u64>() - free;
        println!("{name}, {} bytes: {codes:?}", good.len());
    }
    figure("bytes_flipped", found + same);
    figure("bytes_flipped_found", found);
    assert!(found > 0 && same > 0);
    Ok(())
}

pub(crate) fn cut() -> std::result::Result<(), String> {
    let mut dice = Dice::new();
    let (mut found, mut whole) = (0, 0);
    for (in_wal, name) in [(false, "ledger.db"), (true, "ledger.db-wal")] {
        let small = Small::new(in_wal);
        let path = small.at().join(name);
        let length = fs::metadata(&path).unwrap().len();
        let page = if in_wal { 4_096 + 24 } else { 4_096 };
        let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
        for less in places(&mut dice, &vec![1; page], 25) {
            let less = u64::try_from(less).unwrap() + 1;
            let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.set_len(length - less).unwrap();
            drop(file);
            let place = format!("{name} without its last {less} bytes");
            let code = small.look(&place);
            if code.is_none() {
                // Then it goes on where it was, and overwrites nothing.
                go_on(&small, &place).unwrap();
                whole += 1;
            } else {
                found += 1;
            }
            *codes.entry(code.map_or("the same", |code| code.as_str())).or_default() += 1;
            small.restore();
        }
        println!("{name}, {length} bytes: {codes:?}");
    }
    figure("cuts", found + whole);
    assert!(found > 0);
    Ok(())
}

fn go_on(small: &Small, place: &str) -> Result<()> {
    let recorder = recorder(&small.at())?;
    let run = recorder.run_open(&json(r#"{"name":"after"}"#))?;
    run.close(&json("{}"))?;
    recorder.close()?;
    drop((run, recorder));
    let now = rows(&small.at()).unwrap();
    let records = |rows: &[String]| {
        rows.iter()
            .filter(|row| row.starts_with("record:"))
            .cloned()
            .collect::<Vec<_>>()
    };
    let (before, after) = (records(&small.rows), records(&now));
    assert!(before.iter().all(|row| after.contains(row)), "{place}");
    assert!(after.len() >= before.len() + 2, "{place}");
    Ok(())
}
