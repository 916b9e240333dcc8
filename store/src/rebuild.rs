//! Making anew what follows from the records: `ledger check --rebuild`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use execert::canon::Value;
use execert::digest::Digest;
use execert::id::Uuid;
use execert::merkle::{self, Frontier};
use execert::store::{Batch, Durability, Head, Identity, Row, RunCounts, RunEntry, RunHead, RunQuery, State};
use execert::time::Timestamp;
use execert::{Code, Error, Result};
use rusqlite::{Connection, params};

use crate::check::{self, Checked, Tiles};
use crate::fault::{corrupt, sql};
use crate::sqlite::schema::{self, Use};
use crate::sqlite::{rows, who, write};
use crate::walk::Chain;
use crate::{lock, opened};

const WAIT: Duration = Duration::from_secs(30);

/// Rebuilds in one transaction, and commits only what then passes the check.
pub(crate) fn rebuild(path: &Path) -> Result<Checked> {
    let folder = path
        .canonicalize()
        .map_err(|error| crate::fault::os(&error, "opening", path))?;
    let handle = opened::enter(&folder)?;
    let done = in_turn(&folder);
    opened::leave(handle);
    done
}

fn in_turn(folder: &Path) -> Result<Checked> {
    let now = Instant::now();
    let _turn = lock::turn(folder, now.checked_add(WAIT).unwrap_or(now))?;
    let connection = schema::connect(&folder.join("ledger.db"), Use::Write, Durability::Durable)?;
    let (identity, _) = who(&connection)?;
    let run = |text: &str| {
        connection
            .execute_batch(text)
            .map_err(|error| sql(&error, "rebuilding"))
    };
    run("BEGIN IMMEDIATE")?;
    let checked = all(&connection, &identity).and_then(|()| check::check(&connection, &identity));
    run(if checked.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    checked
}

/// What the records say, read from the first to the last.
#[derive(Default)]
pub(crate) struct Told {
    chain: Chain,
    frontier: Frontier,
    head: Option<Head>,
    basis: Vec<u64>,
    intents: BTreeMap<u64, Uuid>,
    runs: BTreeMap<Uuid, Run>,
    entries: BTreeMap<Uuid, RunEntry>,
    epoch: u64,
    first: u64,
    begun: u64,
    policy: Option<Digest>,
    sealed: bool,
}

struct Run {
    head: RunHead,
    steps: BTreeSet<String>,
}

fn all(connection: &Connection, identity: &Identity) -> Result<()> {
    let did = |done: rusqlite::Result<usize>| done.map_err(|error| sql(&error, "rebuilding"));
    // Detached runs are known by their row alone.
    let detached: BTreeSet<Uuid> = rows::open_runs(connection)?
        .into_iter()
        .filter(|run| run.recorder.is_none())
        .map(|run| run.id)
        .collect();
    did(connection.execute("DELETE FROM tile", []))?;
    let (mut told, mut tiles) = (Told::default(), Tiles::default());
    loop {
        let slice = rows::slice(connection, told.frontier.size(), u64::MAX)?;
        if slice.is_empty() {
            break;
        }
        for row in slice {
            let payload = told.chain.take(&row, identity)?;
            let predicate = payload.get("predicate").unwrap_or(&Value::Null);
            let leaf = merkle::leaf(&row.digest);
            tiles.push(0, leaf, &mut |level, n, hashes| {
                let text = "INSERT INTO tile(level, n, hashes) VALUES(?1, ?2, ?3)";
                did(connection.execute(text, params![level, n, hashes.concat()])).map(|_| ())
            })?;
            told.take(connection, &row, predicate)?;
            let place = place(predicate);
            if place != row.run {
                let (id, seq) = place.as_ref().map(|(id, seq)| (id.as_bytes(), seq)).unzip();
                did(connection.execute(
                    "UPDATE record SET run = ?1, run_seq = ?2 WHERE seq = ?3",
                    params![id, seq, row.seq],
                ))?;
            }
        }
    }
    told.write(connection, &detached)
}

fn place(predicate: &Value) -> Option<(Uuid, u64)> {
    let run = predicate.get("run")?;
    Some((Uuid::parse(run.get("id")?.as_str()?)?, run.get("seq")?.as_int()?))
}

impl Told {
    /// Takes the next record.
    pub(crate) fn take(&mut self, connection: &Connection, row: &Row, predicate: &Value) -> Result<()> {
        self.frontier.push(merkle::leaf(&row.digest));
        let text = |name: &str| predicate.get(name).and_then(Value::as_str);
        let kind = text("kind").unwrap_or_default();
        let links = predicate.get("links").and_then(Value::as_array).unwrap_or_default();
        let linked = |rel: &str| {
            links
                .iter()
                .find(|link| link.get("rel").and_then(Value::as_str) == Some(rel))
        };
        let digest = |value: &Value| value.as_str().and_then(Digest::parse);
        self.sealed = kind == "chain.seal";
        match kind {
            "heartbeat" => {
                self.epoch = self.epoch.saturating_add(1);
                self.first = row.seq.saturating_add(1);
            }
            "chain.open" => {
                let first = predicate.pointer("/body/policies/0");
                self.policy = first.and_then(digest);
            }
            "note" if predicate.pointer("/body/event").and_then(Value::as_str) == Some("policy-changed") => {
                self.policy = linked("governed-by")
                    .and_then(|link| link.get("digest"))
                    .and_then(digest);
            }
            "run.start" => self.begun = self.begun.saturating_add(1),
            _ => {}
        }
        if matches!(kind, "chain.open" | "key.add" | "key.retire" | "key.revoke" | "erasure") {
            self.basis.push(row.seq);
        }
        match text("phase") {
            Some("intent") => {
                self.intents.insert(row.seq, author(connection, row.seq)?);
            }
            Some("outcome") => {
                if let Some(seq) = linked("intent").and_then(|link| link.get("seq")?.as_int()) {
                    self.intents.remove(&seq);
                }
            }
            _ => {}
        }
        let at = text("recorded_at").and_then(Timestamp::parse);
        let at = at.ok_or_else(|| corrupt(format!("record {}: it does not say when", row.seq)))?;
        if let Some((id, seq)) = place(predicate) {
            self.run(connection, row, (id, seq, at), predicate)?;
        }
        self.head = Some(Head {
            seq: row.seq,
            digest: row.digest,
            epoch: self.epoch,
            frontier: self.frontier.clone(),
            at,
            first: self.first,
            intents: u64::try_from(self.intents.len()).unwrap_or(u64::MAX),
            runs: self.begun,
            policy: self.policy,
        });
        Ok(())
    }

    fn run(
        &mut self,
        connection: &Connection,
        row: &Row,
        place: (Uuid, u64, Timestamp),
        predicate: &Value,
    ) -> Result<()> {
        let (id, seq, at) = place;
        let text = |name: &str| predicate.get(name).and_then(Value::as_str);
        let owned = |value: Option<&str>| value.map(str::to_owned);
        if text("kind") == Some("run.start") {
            let thread = owned(predicate.pointer("/body/thread").and_then(Value::as_str));
            let counts = RunCounts {
                name: owned(text("name")),
                thread: thread.clone(),
                ..RunCounts::default()
            };
            let recorder = Some(author(connection, row.seq)?);
            let head = RunHead {
                id,
                seq,
                digest: row.digest,
                frontier: Frontier::new(),
                recorder,
                at: at.millis(),
                counts,
            };
            self.runs.insert(
                id,
                Run {
                    head,
                    steps: BTreeSet::new(),
                },
            );
            let name = owned(text("name"));
            self.entries.insert(
                id,
                RunEntry {
                    id,
                    name,
                    thread,
                    first: row.seq,
                    last: None,
                    status: None,
                },
            );
        }
        let none = || corrupt(format!("record {}: its run did not begin", row.seq)).at(format!("/record/{}", row.seq));
        let run = self.runs.get_mut(&id).ok_or_else(none)?;
        run.head.frontier.push(merkle::leaf(&row.digest));
        (run.head.seq, run.head.digest, run.head.at) = (seq, row.digest, at.millis());
        run.steps.extend(owned(text("step")));
        let counts = &mut run.head.counts;
        let counter = match text("capture") {
            Some("enforced") => &mut counts.enforced,
            Some("observed") => &mut counts.observed,
            _ => &mut counts.reported,
        };
        *counter = counter.saturating_add(1);
        counts.steps = u64::try_from(run.steps.len()).unwrap_or(u64::MAX);
        if text("kind") == Some("run.end") {
            self.runs.remove(&id);
            if let Some(entry) = self.entries.get_mut(&id) {
                entry.last = Some(row.seq);
                entry.status = owned(text("status"));
            }
        }
        Ok(())
    }

    /// Whether the tables that follow from the records are those of these records.
    pub(crate) fn compare(&self, connection: &Connection) -> Result<()> {
        let same = |same: bool, table: &str| {
            if same {
                return Ok(());
            }
            let said = format!("the table {table} is not that of the records");
            Err(corrupt(said).hint("`execert ledger check --rebuild` makes it anew"))
        };
        same(rows::head(connection)? == self.head, "head")?;
        same(rows::basis(connection)? == self.basis, "basis")?;
        let intents: BTreeMap<u64, Uuid> = rows::intents(connection)?
            .into_iter()
            .map(|intent| (intent.seq, intent.recorder))
            .collect();
        same(intents == self.intents, "intent")?;
        let runs = rows::open_runs(connection)?;
        let mut ours: Vec<RunHead> = self.runs.values().map(|run| run.head.clone()).collect();
        // A detached run belongs to nobody, and only its row knows.
        for (ours, row) in ours.iter_mut().zip(&runs).filter(|(_, row)| row.recorder.is_none()) {
            ours.recorder = row.recorder;
        }
        same(runs == ours, "run")?;
        let mut entries: Vec<&RunEntry> = self.entries.values().collect();
        entries.sort_by_key(|entry| entry.first);
        let stored = rows::runs(connection, &RunQuery::default())?;
        same(stored.iter().eq(entries), "run_index")
    }

    fn write(self, connection: &Connection, detached: &BTreeSet<Uuid>) -> Result<()> {
        let did = |done: rusqlite::Result<()>| done.map_err(|error| sql(&error, "rebuilding"));
        did(connection.execute_batch(
            "DELETE FROM head; DELETE FROM basis; DELETE FROM intent; DELETE FROM run; DELETE FROM run_index",
        ))?;
        let Some(head) = self.head else { return Ok(()) };
        let mut batch = Batch::new(head);
        batch.basis = self.basis;
        batch.runs = self.runs.into_values().map(|run| run.head).collect();
        for run in batch.runs.iter_mut().filter(|run| detached.contains(&run.id)) {
            run.recorder = None;
        }
        batch.run_entries = self.entries.into_values().collect();
        // A ledger that was frozen because its tables were wrong is open again; one that went back is found so when it
        // is opened.
        batch.state = Some(if self.sealed { State::Sealed } else { State::Open });
        for (seq, recorder) in &self.intents {
            let text = "INSERT INTO intent(seq, recorder) VALUES(?1, ?2)";
            did(connection.execute(text, params![seq, recorder.as_bytes()]).map(|_| ()))?;
        }
        let nobody = Uuid::v7(0, [0; 10]);
        let written = write::batch(connection, None, &batch, &nobody).map_err(|error| sql(&error, "rebuilding"))?;
        if written {
            Ok(())
        } else {
            Err(Error::new(Code::ChainHeadMoved, "there is a head already"))
        }
    }
}

/// Who wrote a record.
fn author(connection: &Connection, seq: u64) -> Result<Uuid> {
    let ask = || {
        connection.query_row("SELECT recorder FROM record WHERE seq = ?1", [seq], |row| {
            row.get::<_, [u8; 16]>(0)
        })
    };
    let bytes = ask().map_err(|error| sql(&error, "reading who wrote a record"))?;
    Uuid::from_bytes(bytes).ok_or_else(|| corrupt(format!("record {seq}: its recorder is not an id")))
}
