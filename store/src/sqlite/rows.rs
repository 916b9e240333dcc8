//! Reading rows out of SQLite. Every function works on any connection: in a turn, beside one, or read-only.

use execert::Result;
use execert::digest::Digest;
use execert::id::Uuid;
use execert::merkle::Frontier;
use execert::store::{
    Head, Intent, Request, RequestQuery, RequestState, Row, RunCounts, RunEntry, RunHead, RunQuery, RunState, State,
};
use execert::time::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Params};

use crate::fault::sql;

/// Rows of one slice: the WAL can be reset between slices, and memory stays flat.
const SLICE_ROWS: u64 = 10_000;
const SLICE_BYTES: usize = 8 * 1024 * 1024;

const RECORD: &str =
    "SELECT r.seq, r.digest, r.envelope, c.body, r.run, r.run_seq FROM record r LEFT JOIN content c ON c.seq = r.seq";

/// Our own types as columns; a column of another form is an error, never a default.
struct Col<T>(T);

impl FromSql for Col<Digest> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        FromSql::column_result(value).map(|bytes| Col(Digest::from_bytes(bytes)))
    }
}

impl FromSql for Col<Uuid> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Uuid::from_bytes(FromSql::column_result(value)?)
            .map(Col)
            .ok_or(FromSqlError::InvalidType)
    }
}

impl FromSql for Col<Frontier> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Frontier::from_bytes(value.as_blob()?)
            .map(Col)
            .ok_or(FromSqlError::InvalidType)
    }
}

impl FromSql for Col<Timestamp> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Timestamp::from_millis(value.as_i64()?)
            .map(Col)
            .ok_or(FromSqlError::InvalidType)
    }
}

impl FromSql for Col<RequestState> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        RequestState::parse(value.as_str()?)
            .map(Col)
            .ok_or(FromSqlError::InvalidType)
    }
}

impl FromSql for Col<State> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        State::parse(value.as_str()?).map(Col).ok_or(FromSqlError::InvalidType)
    }
}

/// Digests one after the other, 32 bytes each.
impl FromSql for Col<Vec<Digest>> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let (all, []) = value.as_blob()?.as_chunks::<32>() else {
            return Err(FromSqlError::InvalidType);
        };
        Ok(Col(all.iter().map(|bytes| Digest::from_bytes(*bytes)).collect()))
    }
}

type Found<'r> = rusqlite::Row<'r>;

fn all<T, P: Params>(
    connection: &Connection,
    what: &str,
    (text, params): (&str, P),
    read: impl FnMut(&Found<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let ask = || {
        connection
            .prepare_cached(text)?
            .query_map(params, read)?
            .collect::<rusqlite::Result<Vec<T>>>()
    };
    ask().map_err(|error| sql(&error, what))
}

fn one<T, P: Params>(
    connection: &Connection,
    what: &str,
    (text, params): (&str, P),
    read: impl FnOnce(&Found<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>> {
    let ask = || connection.prepare_cached(text)?.query_row(params, read).optional();
    ask().map_err(|error: rusqlite::Error| sql(&error, what))
}

fn record(row: &Found<'_>) -> rusqlite::Result<Row> {
    let run: Option<Col<Uuid>> = row.get(4)?;
    let run_seq: Option<u64> = row.get(5)?;
    Ok(Row {
        seq: row.get(0)?,
        digest: row.get::<_, Col<_>>(1)?.0,
        envelope: row.get(2)?,
        content: row.get(3)?,
        run: run.map(|id| id.0).zip(run_seq),
    })
}

pub(crate) fn head(connection: &Connection) -> Result<Option<Head>> {
    let text = "SELECT seq, digest, epoch, frontier, at, first, intents, runs, policy FROM head";
    one(connection, "reading the head", (text, []), |row| {
        Ok(Head {
            seq: row.get(0)?,
            digest: row.get::<_, Col<_>>(1)?.0,
            epoch: row.get(2)?,
            frontier: row.get::<_, Col<_>>(3)?.0,
            at: row.get::<_, Col<_>>(4)?.0,
            first: row.get(5)?,
            intents: row.get(6)?,
            runs: row.get(7)?,
            policy: row.get::<_, Option<Col<_>>>(8)?.map(|digest| digest.0),
        })
    })
}

pub(crate) fn state(connection: &Connection) -> Result<State> {
    let found = one(
        connection,
        "reading the state",
        ("SELECT state FROM ledger", []),
        |row| row.get::<_, Col<_>>(0),
    )?;
    found
        .map(|state| state.0)
        .ok_or_else(|| crate::fault::corrupt("the table ledger is empty"))
}

pub(crate) fn row(connection: &Connection, seq: u64) -> Result<Option<Row>> {
    one(
        connection,
        "reading a record",
        (&format!("{RECORD} WHERE r.seq = ?1"), [seq]),
        record,
    )
}

pub(crate) fn by_tag(connection: &Connection, tag: &[u8; 32]) -> Result<Option<Row>> {
    one(
        connection,
        "reading a record",
        (&format!("{RECORD} WHERE r.request = ?1"), [tag]),
        record,
    )
}

/// Rows from `from`, before `to`, as many as fit a slice.
pub(crate) fn slice(connection: &Connection, from: u64, to: u64) -> Result<Vec<Row>> {
    let text = format!("{RECORD} WHERE r.seq >= ?1 AND r.seq < ?2 ORDER BY r.seq LIMIT ?3");
    // Column seq is a 63-bit number; so is every seq.
    let to = to.min(i64::MAX.unsigned_abs());
    bounded(connection, &text, (from, to, SLICE_ROWS))
}

/// Rows of a run from `from` on, as many as fit a slice.
pub(crate) fn run_slice(connection: &Connection, id: &Uuid, from: u64) -> Result<Vec<Row>> {
    let text = format!("{RECORD} WHERE r.run = ?1 AND r.run_seq >= ?2 ORDER BY r.run_seq LIMIT ?3");
    bounded(connection, &text, (id.as_bytes(), from, SLICE_ROWS))
}

fn bounded(connection: &Connection, text: &str, params: impl Params) -> Result<Vec<Row>> {
    let ask = || -> rusqlite::Result<Vec<Row>> {
        let mut statement = connection.prepare_cached(text)?;
        let mut found = statement.query(params)?;
        let (mut rows, mut bytes) = (Vec::new(), 0_usize);
        while let Some(row) = found.next()? {
            let row = record(row)?;
            bytes = bytes
                .saturating_add(row.envelope.len())
                .saturating_add(row.content.as_ref().map_or(0, Vec::len));
            rows.push(row);
            if bytes >= SLICE_BYTES {
                break;
            }
        }
        Ok(rows)
    };
    ask().map_err(|error| sql(&error, "reading records"))
}

/// The terms that were asked for; the others keep their parameter in use. So an index is taken where there is one.
fn both(terms: [(bool, &str, &str); 4]) -> String {
    terms
        .map(|(asked, term, none)| if asked { term } else { none }.to_owned())
        .join(" AND ")
}

pub(crate) fn runs(connection: &Connection, query: &RunQuery) -> Result<Vec<RunEntry>> {
    let open = query.state.map(|state| state == RunState::Open);
    let terms = [
        (query.id.is_some(), "id = ?1", "?1 IS NULL"),
        (query.name.is_some(), "name = ?2", "?2 IS NULL"),
        (query.thread.is_some(), "thread = ?3", "?3 IS NULL"),
        (query.state.is_some(), "(last IS NULL) = ?4", "?4 IS NULL"),
    ];
    let text = format!(
        "SELECT id, name, thread, first, last, status FROM run_index WHERE {} ORDER BY first",
        both(terms)
    );
    let params = (query.id.map(|id| *id.as_bytes()), &query.name, &query.thread, open);
    all(connection, "reading runs", (&text, params), |row| {
        Ok(RunEntry {
            id: row.get::<_, Col<_>>(0)?.0,
            name: row.get(1)?,
            thread: row.get(2)?,
            first: row.get(3)?,
            last: row.get(4)?,
            status: row.get(5)?,
        })
    })
}

pub(crate) fn requests(connection: &Connection, query: &RequestQuery) -> Result<Vec<Request>> {
    let terms = [
        (query.digest.is_some(), "digest = ?1", "?1 IS NULL"),
        (query.thread.is_some(), "thread = ?2", "?2 IS NULL"),
        (query.call_id.is_some(), "call_id = ?3", "?3 IS NULL"),
        (query.state.is_some(), "state = ?4", "?4 IS NULL"),
    ];
    let columns = "seq, digest, thread, call_id, tool, expires, content, seed, approvals, state";
    let text = format!("SELECT {columns} FROM request WHERE {} ORDER BY seq", both(terms));
    let digest = query.digest.map(|digest| *digest.as_bytes());
    let params = (
        digest,
        &query.thread,
        &query.call_id,
        query.state.map(RequestState::as_str),
    );
    all(connection, "reading requests", (&text, params), |row| {
        Ok(Request {
            seq: row.get(0)?,
            digest: row.get::<_, Col<_>>(1)?.0,
            thread: row.get(2)?,
            call_id: row.get(3)?,
            tool: row.get(4)?,
            expires: row.get(5)?,
            content: row.get(6)?,
            seed: row.get(7)?,
            approvals: row.get::<_, Col<_>>(8)?.0,
            state: row.get::<_, Col<_>>(9)?.0,
        })
    })
}

pub(crate) fn find(connection: &Connection, digest: &Digest) -> Result<Option<u64>> {
    let asked = ("SELECT seq FROM record WHERE digest = ?1", [digest.as_bytes()]);
    one(connection, "finding a record", asked, |row| row.get(0))
}

pub(crate) fn document(connection: &Connection, digest: &Digest) -> Result<Option<Vec<u8>>> {
    let asked = ("SELECT envelope FROM document WHERE digest = ?1", [digest.as_bytes()]);
    one(connection, "reading a document", asked, |row| row.get(0))
}

/// The smallest checkpoint of at least this size, or with None the largest of all.
pub(crate) fn checkpoint(connection: &Connection, at_least: Option<u64>) -> Result<Option<(u64, Vec<u8>)>> {
    let text = match at_least {
        Some(_) => "SELECT size, note FROM checkpoint WHERE size >= ?1 ORDER BY size LIMIT 1",
        None => "SELECT size, note FROM checkpoint WHERE ?1 IS NULL ORDER BY size DESC LIMIT 1",
    };
    one(connection, "reading a checkpoint", (text, [at_least]), |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

pub(crate) fn digests(connection: &Connection, from: u64, to: u64) -> Result<Vec<Digest>> {
    let text = "SELECT digest FROM record WHERE seq >= ?1 AND seq < ?2 ORDER BY seq";
    let to = to.min(i64::MAX.unsigned_abs());
    all(connection, "reading digests", (text, (from, to)), |row| {
        Ok(row.get::<_, Col<_>>(0)?.0)
    })
}

pub(crate) fn tile(connection: &Connection, level: u8, n: u64) -> Result<Option<Vec<u8>>> {
    let asked = ("SELECT hashes FROM tile WHERE level = ?1 AND n = ?2", (level, n));
    one(connection, "reading a tile", asked, |row| row.get(0))
}

pub(crate) fn basis(connection: &Connection) -> Result<Vec<u64>> {
    all(
        connection,
        "reading the basis",
        ("SELECT seq FROM basis ORDER BY seq", []),
        |row| row.get(0),
    )
}

pub(crate) fn intents(connection: &Connection) -> Result<Vec<Intent>> {
    all(
        connection,
        "reading intents",
        ("SELECT seq, recorder FROM intent ORDER BY seq", []),
        |row| {
            Ok(Intent {
                seq: row.get(0)?,
                recorder: row.get::<_, Col<_>>(1)?.0,
            })
        },
    )
}

/// Recorders that open intents and runs belong to.
pub(crate) fn owners(connection: &Connection) -> Result<Vec<Uuid>> {
    let text = "SELECT recorder FROM intent UNION SELECT recorder FROM run WHERE recorder IS NOT NULL";
    all(connection, "reading who is at work", (text, []), |row| {
        Ok(row.get::<_, Col<_>>(0)?.0)
    })
}

const RUN: &str =
    "SELECT id, seq, digest, frontier, recorder, at, enforced, observed, reported, steps, name, thread FROM run";

fn run(row: &Found<'_>) -> rusqlite::Result<RunHead> {
    Ok(RunHead {
        id: row.get::<_, Col<_>>(0)?.0,
        seq: row.get(1)?,
        digest: row.get::<_, Col<_>>(2)?.0,
        frontier: row.get::<_, Col<_>>(3)?.0,
        recorder: row.get::<_, Option<Col<_>>>(4)?.map(|id| id.0),
        at: row.get(5)?,
        counts: RunCounts {
            enforced: row.get(6)?,
            observed: row.get(7)?,
            reported: row.get(8)?,
            steps: row.get(9)?,
            name: row.get(10)?,
            thread: row.get(11)?,
        },
    })
}

pub(crate) fn open_runs(connection: &Connection) -> Result<Vec<RunHead>> {
    all(
        connection,
        "reading open runs",
        (&format!("{RUN} ORDER BY id"), []),
        run,
    )
}

pub(crate) fn run_head(connection: &Connection, id: &Uuid) -> Result<Option<RunHead>> {
    one(
        connection,
        "reading a run",
        (&format!("{RUN} WHERE id = ?1"), [id.as_bytes()]),
        run,
    )
}
