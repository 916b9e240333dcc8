//! Bytes that changed and bytes that are gone: found and named, or without meaning. Never fewer records, never other
//! ones, and nothing is mended without a word.

use std::collections::BTreeMap;
use std::fs;
use std::io::BufRead as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use execert::{Code, Result};

use crate::results::figure;
use crate::work::{json, pay, recorder};
use crate::{Dice, deep, job};

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
        let mut small = Self {
            rows: Vec::new(),
            files: files(&at),
            folder,
        };
        small.rows = rows(&at).unwrap();
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
        let at = self.at();
        let url = at.to_str().unwrap();
        let found = execert_store::open(url, None)
            .and_then(|ledger| {
                // What stands beside the database is read when it is needed.
                ledger.log_key()?;
                drop(ledger);
                execert_store::check(url, false)
            })
            .map(|_| ());
        let code = match found {
            Err(error) => {
                assert!(TOLD.contains(&error.code()), "{place}: {error}");
                Some(error.code())
            }
            Ok(()) => match rows(&at) {
                Ok(rows) if rows == self.rows => None,
                Ok(rows) => {
                    let rows = differ(&self.rows, &rows);
                    let what = rows
                        .iter()
                        .map(|row| row.split(':').next().unwrap())
                        .collect::<std::collections::BTreeSet<_>>();
                    println!("SILENT {place}: {what:?}");
                    return None;
                }
                Err(error) => panic!("{place}: not found by the check, yet {error}"),
            },
        };
        if code.is_some() {
            // Nothing was mended on the way.
            let again = execert_store::open(url, None)
                .map(drop)
                .and_then(|()| execert_store::check(url, false));
            assert!(again.is_err(), "{place}: {code:?} the first time, fine the second");
        }
        code
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

/// Every row of every table, read with SQLite alone.
fn rows(at: &Path) -> rusqlite::Result<Vec<String>> {
    let connection = rusqlite::Connection::open(at.join("ledger.db"))?;
    let mut names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut all = Vec::new();
    for name in names {
        let mut statement = connection.prepare(&format!("SELECT * FROM \"{name}\""))?;
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

/// Places in a file: all of them in the long round, else some.
fn places(dice: &mut Dice, length: usize, some: usize) -> Vec<usize> {
    if deep() || length <= some {
        return (0..length).collect();
    }
    let length = u64::try_from(length).unwrap();
    (0..some)
        .map(|_| usize::try_from(dice.below(length)).unwrap())
        .collect()
}

pub(crate) fn flipped() -> std::result::Result<(), String> {
    let mut dice = Dice::new();
    let (mut found, mut same) = (0, 0);
    for (in_wal, name, some) in [
        (false, "ledger.db", 60),
        (false, "head", 40),
        (false, "mac", 40),
        (false, "log.key", 40),
        (true, "ledger.db-wal", 80),
    ] {
        let small = Small::new(in_wal);
        let path = small.at().join(name);
        let good = fs::read(&path).unwrap();
        let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
        for at in places(&mut dice, good.len(), some) {
            let bit = 1 << dice.below(8);
            let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.write_all_at(&[good[at] ^ bit], u64::try_from(at).unwrap())
                .unwrap();
            drop(file);
            let code = small.look(&format!("byte {at} of {name}, bit {bit:#x}"));
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
        for less in places(&mut dice, page, 60) {
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
