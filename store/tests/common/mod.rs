//! A small recorder for tests: rows that hang together, without signatures.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::path::Path;

use execert::canon::{Value, to_jcs};
use execert::digest::{Digest, b64};
use execert::id::Uuid;
use execert::merkle::{self, Frontier};
use execert::store::{Batch, Head, Ledger, Memory, NewLedger, NewRow, Row, Secrets, Turn};
use execert::time::Timestamp;
use execert::{Result, object};

pub(crate) const DEADLINE: u64 = 30_000;

/// A record of this chain, at this place, saying this.
pub(crate) fn record(ledger: &dyn Ledger, seq: u64, prev: Option<Digest>, says: &str) -> NewRow {
    let chain = object! {
        "id": ledger.identity().id.to_string(),
        "seq": Value::count(seq),
        "prev": prev.map_or(Value::Null, |digest| Value::from(digest.to_string())),
    };
    let payload = to_jcs(&Value::Object(
        object! { "predicate": object! { "chain": chain, "says": says } },
    ));
    let envelope = to_jcs(&Value::Object(object! { "payload": b64(&payload) }));
    let content = Some(format!("{{\"content\":\"{says}\"}}").into_bytes());
    NewRow {
        row: Row {
            seq,
            digest: Digest::of(&payload),
            envelope,
            content,
            run: None,
        },
        request: None,
    }
}

/// A batch of records that follow the head of a turn.
pub(crate) fn batch(ledger: &dyn Ledger, turn: &dyn Turn, says: &[&str]) -> Batch {
    let mut head = turn.head().cloned();
    let mut rows = Vec::new();
    for says in says {
        let seq = head.as_ref().map_or(0, |head| head.seq + 1);
        let new = record(ledger, seq, head.as_ref().map(|head| head.digest), says);
        head = Some(after(head.as_ref(), &new.row));
        rows.push(new);
    }
    let mut batch = Batch::new(head.unwrap());
    batch.rows = rows;
    batch
}

pub(crate) fn after(head: Option<&Head>, row: &Row) -> Head {
    let mut frontier = head.map_or_else(Frontier::new, |head| head.frontier.clone());
    frontier.push(merkle::leaf(&row.digest));
    let old = head.cloned();
    Head {
        seq: row.seq,
        digest: row.digest,
        frontier,
        at: Timestamp::from_millis(1_700_000_000_000).unwrap(),
        epoch: old.as_ref().map_or(0, |head| head.epoch),
        first: old.as_ref().map_or(0, |head| head.first),
        intents: 0,
        runs: 0,
        policy: old.and_then(|head| head.policy),
    }
}

/// Appends in one turn; the new head.
pub(crate) fn append(ledger: &dyn Ledger, says: &[&str]) -> Result<Head> {
    let turn = ledger.turn(DEADLINE)?;
    let (expect, batch) = (turn.head().cloned(), batch(ledger, &*turn, says));
    let head = batch.head.clone();
    turn.commit(expect.as_ref(), batch)?;
    Ok(head)
}

/// Reads everything and checks that it hangs together: the number of records.
pub(crate) fn whole(ledger: &dyn Ledger) -> u64 {
    let (mut next, mut frontier) = (0, Frontier::new());
    let mut last = None;
    ledger
        .read(0, &mut |row| {
            assert_eq!(row.seq, next, "dense");
            let envelope = execert::canon::parse(&row.envelope, &execert::limits::Limits::LINE)?;
            let payload = execert::digest::unb64(envelope.get("payload").unwrap().as_str().unwrap()).unwrap();
            assert_eq!(Digest::of(&payload), row.digest);
            let payload = execert::canon::parse(&payload, &execert::limits::Limits::PAYLOAD)?;
            let prev = payload
                .pointer("/predicate/chain/prev")
                .unwrap()
                .as_str()
                .map(|prev| Digest::parse(prev).unwrap());
            assert_eq!(prev, last, "prev of {next}");
            last = Some(row.digest);
            frontier.push(merkle::leaf(&row.digest));
            next += 1;
            Ok(())
        })
        .unwrap();
    let head = ledger.head().unwrap();
    assert_eq!(
        head.as_ref()
            .map(|head| (head.seq + 1, Some(head.digest)))
            .unwrap_or_default(),
        (next, last)
    );
    if let Some(head) = head {
        assert_eq!(head.frontier, frontier);
    }
    next
}

pub(crate) fn uuid(n: u8) -> Uuid {
    Uuid::v7(1_700_000_000_000, [n; 10])
}

/// Runs a test on every backend; it gets a function that opens the same ledger once more.
pub(crate) fn on_all(test: impl Fn(&dyn Fn() -> Box<dyn Ledger>)) {
    let first = execert_store::open("memory:", None).unwrap();
    drop(first);
    let memory = Memory::new(
        &NewLedger {
            tenant: Some("acme".into()),
            ..NewLedger::default()
        },
        uuid(1),
        uuid(2),
        Secrets {
            index_key: [1; 32],
            log: [2; 32].into(),
            mac: [3; 32].into(),
        },
    );
    let count = std::cell::Cell::new(2_u8);
    test(&|| {
        count.set(count.get() + 1);
        Box::new(memory.another(uuid(count.get())))
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("acme.ledger");
    test(&|| sqlite(&path));
}

pub(crate) fn sqlite(path: &Path) -> Box<dyn Ledger> {
    execert_store::open(path.to_str().unwrap(), Some(&NewLedger::default())).unwrap()
}
