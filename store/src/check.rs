//! `ledger check`: every row of a ledger read and compared with what it says of itself and of the row before.
//!
//! 1. SQLite's own check of its pages, of the table rules and of each index
//! 2. each record: payload digest, seq, prev, chain id, signature by a key of the chain, its place in its run, its
//!    content against the content root
//! 3. the tree of the head, and each stored tile, against the digests; head, open intents and runs, and the index of
//!    runs, against the records
//! 4. the newest checkpoint against the tree; all of them, and each document, against what they are filed as
//!
//! Tags, what records mean, and whose the keys are, are for `verify`.

use std::fmt;

use execert::canon::{self, Value};
use execert::content::{self, Form, Open};
use execert::digest::{Digest, unb64};
use execert::id::Uuid;
use execert::limits::Limits;
use execert::merkle::{self, Frontier};
use execert::store::{Head, Identity, Row, State};
use execert::{Error, Result};
use rusqlite::Connection;

use crate::fault::{corrupt, sql};
use crate::rebuild::Told;
use crate::signed::{self, Keys};
use crate::sqlite::rows;
use crate::walk::{self, Chain};

/// What a whole check found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Checked {
    /// Records.
    pub records: u64,
    /// Records with content beside them.
    pub contents: u64,
    /// Full tiles stored.
    pub tiles: u64,
    /// Digest of the last record.
    pub head: Option<Digest>,
    /// Open, sealed or frozen.
    pub state: State,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            records,
            contents,
            tiles,
            head,
            state,
        } = self;
        write!(
            f,
            "{records} records, {contents} with content, {tiles} tiles, {}",
            state.as_str()
        )?;
        match head {
            Some(head) => write!(f, "; head {head}"),
            None => Ok(()),
        }
    }
}

/// Checks a ledger through this connection.
pub(crate) fn check(connection: &Connection, identity: &Identity) -> Result<Checked> {
    pages(connection)?;
    let head = rows::head(connection)?;
    let (mut chain, mut tree, mut contents) = (Chain::default(), Frontier::new(), 0_u64);
    let (mut tiles, mut found) = (Tiles::default(), 0_u64);
    let (mut told, mut keys, mut whole) = (Told::default(), Keys::default(), false);
    loop {
        let slice = rows::slice(connection, tree.size(), u64::MAX)?;
        if slice.is_empty() {
            break;
        }
        for row in &slice {
            let payload = chain.take(row, identity)?;
            place(row, &payload)?;
            let predicate = payload.get("predicate").unwrap_or(&Value::Null);
            if row.seq == 0 {
                // Rows that are no records, as tests of the store write them, say nothing that could be compared.
                whole = predicate.get("kind").is_some();
                whose(predicate, identity)?;
            }
            if whole {
                keys.take(row, predicate)?;
                told.take(connection, row, predicate)?;
            }
            contents = contents.saturating_add(u64::from(content_of(row, &payload)?));
            let leaf = merkle::leaf(&row.digest);
            tree.push(leaf);
            tiles.push(0, leaf, &mut |level, n, hashes| {
                match rows::tile(connection, level, n)? {
                    Some(stored) if stored != hashes.concat() => {
                        return Err(corrupt(format!("tile {level}/{n} is not that of the records")));
                    }
                    stored => found = found.saturating_add(u64::from(stored.is_some())),
                }
                Ok(())
            })?;
        }
    }
    let checked = |head| {
        Ok(Checked {
            records: tree.size(),
            contents,
            tiles: found,
            head,
            state: rows::state(connection)?,
        })
    };
    match &head {
        None if tree.size() == 0 => checked(None),
        None => Err(corrupt("there are records, but no head")),
        Some(head) => {
            walk::ends(&chain, head)?;
            ends(connection, head, &tree)?;
            no_more(connection, found)?;
            if whole {
                told.compare(connection)?;
                keys.notes(connection, identity)?;
                signed::documents(connection)?;
            }
            checked(Some(head.digest))
        }
    }
}

/// Record 0 names the tenant and the log that the table does.
fn whose(predicate: &Value, identity: &Identity) -> Result<()> {
    let differs = |path: &str, here: &str| {
        let told = predicate.pointer(path).and_then(Value::as_str);
        told.is_some_and(|told| told != here)
    };
    if differs("/tenant", &identity.tenant) || differs("/body/origin", &identity.origin) {
        return Err(corrupt("record 0 is not the opening of this ledger").at("/record/0"));
    }
    Ok(())
}

/// Indexes too: what a table and its index say differently is damage.
fn pages(connection: &Connection) -> Result<()> {
    let ask = || connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
    match ask()
        .map_err(|error| sql(&error, "checking the pages of ledger.db"))?
        .as_str()
    {
        "ok" => Ok(()),
        found => Err(corrupt(format!("ledger.db: {found}"))),
    }
}

fn wrong(row: &Row, what: &str) -> Error {
    corrupt(format!("record {}: {what}", row.seq)).at(format!("/record/{}", row.seq))
}

/// The columns run and run_seq say what the payload says.
fn place(row: &Row, payload: &Value) -> Result<()> {
    let run = payload.pointer("/predicate/run");
    let told = run.and_then(|run| Uuid::parse(run.get("id")?.as_str()?).zip(run.get("seq")?.as_int()));
    if told != row.run {
        return Err(wrong(row, "it is filed under another place of a run than it names"));
    }
    Ok(())
}

/// Whether there is content; it has to be what was sealed.
fn content_of(row: &Row, payload: &Value) -> Result<bool> {
    let Some(bytes) = &row.content else { return Ok(false) };
    let body = canon::parse(bytes, &Limits::LINE).map_err(|_| wrong(row, "its content cannot be read"))?;
    let root = payload
        .pointer("/predicate/content/root")
        .and_then(Value::as_str)
        .and_then(Digest::from_hex);
    if let Some(root) = root {
        let seed = || Some(Form::Whole(unb64(body.get("seed")?.as_str()?)?.try_into().ok()?));
        let open = || Some(Form::Redacted(Open::parse(body.get("open")?)?));
        let form = seed()
            .or_else(open)
            .ok_or_else(|| wrong(row, "its content has neither seed nor opening"))?;
        let content = body
            .get("content")
            .ok_or_else(|| wrong(row, "its content is not there"))?;
        if let Some(first) = content::check(content, &form, body.get("index"), root.as_bytes()).first() {
            let place = first.path.as_deref().unwrap_or("a place that cannot be named");
            return Err(wrong(row, &format!("its content is not what was sealed, at {place}")));
        }
    }
    Ok(true)
}

/// The head's tree and the newest checkpoint are those of the records.
fn ends(connection: &Connection, head: &Head, tree: &Frontier) -> Result<()> {
    if head.frontier != *tree {
        return Err(corrupt("the tree of the head is not that of the records"));
    }
    let Some((size, note)) = rows::checkpoint(connection, None)? else {
        return Ok(());
    };
    if size > tree.size() {
        return Err(corrupt(format!(
            "there is a checkpoint of {size} records, but only {}",
            tree.size()
        )));
    }
    // Line 2 is the size, line 3 the root (C2SP tlog-checkpoint). A test may keep other texts here; verify reads them.
    let note = String::from_utf8_lossy(&note);
    let root = note
        .lines()
        .nth(2)
        .and_then(unb64)
        .and_then(|root| <[u8; 32]>::try_from(root).ok());
    if let Some(root) = root {
        let leaves: Vec<_> = rows::digests(connection, 0, size)?.iter().map(merkle::leaf).collect();
        if merkle::root(&leaves) != root {
            return Err(corrupt(format!(
                "the checkpoint of {size} records has another root than they have"
            )));
        }
    }
    Ok(())
}

/// Every stored tile was met on the way.
fn no_more(connection: &Connection, found: u64) -> Result<()> {
    let ask = || connection.query_row("SELECT count(*) FROM tile", [], |row| row.get::<_, u64>(0));
    let stored = ask().map_err(|error| sql(&error, "counting tiles"))?;
    if stored != found {
        return Err(corrupt(format!(
            "there are {stored} tiles where the records have {found}"
        )));
    }
    Ok(())
}

/// Gets each tile when it is full: level, number in its level, 256 hashes.
pub(crate) type Full<'a> = &'a mut dyn FnMut(u8, u64, &[merkle::Hash]) -> Result<()>;

/// Tiles in the making, level by level (C2SP tlog-tiles).
#[derive(Default)]
pub(crate) struct Tiles {
    /// The running tile of each level: its hashes, and which one it is.
    open: Vec<(Vec<merkle::Hash>, u64)>,
}

impl Tiles {
    /// Adds a hash to a level; a full tile gives its root to the level above.
    pub(crate) fn push(&mut self, level: u8, hash: merkle::Hash, full: Full<'_>) -> Result<()> {
        let at = usize::from(level);
        if self.open.len() <= at {
            self.open.push((Vec::new(), 0));
        }
        let Some((hashes, n)) = self.open.get_mut(at) else {
            return Ok(());
        };
        hashes.push(hash);
        if hashes.len() < 256 {
            return Ok(());
        }
        let (all, number) = (std::mem::take(hashes), *n);
        *n = n.saturating_add(1);
        full(level, number, &all)?;
        self.push(level.saturating_add(1), merkle::root(&all), full)
    }
}
