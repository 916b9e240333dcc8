//! A ledger that takes nothing more: no record, no action.
#![allow(
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail"
)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use common::{TestHost, json, options, read, with_policy};
use execert::canon::Value;
use execert::digest::Digest;
use execert::host::Host;
use execert::id::Uuid;
use execert::key::SecretKey;
use execert::record::{Body, Kind, Status};
use execert::recorder::Recorder;
use execert::store::{
    Batch, Durability, Each, Head, Identity, Intent, Ledger, NewLedger, Request, RequestQuery, Row, RunEntry, RunHead,
    RunQuery, State, Turn,
};
use execert::time::Timestamp;
use execert::{Code, Error};

type Result<T> = core::result::Result<T, Error>;

/// A ledger whose commits fail while told to.
struct Failing {
    inner: Box<dyn Ledger>,
    state: Arc<Faults>,
}

#[derive(Default)]
struct Faults {
    /// Every commit fails with this code.
    io: AtomicBool,
    /// Commits of intents fail, and there is no reserve.
    full: AtomicBool,
}

struct FailingTurn<'a> {
    inner: Box<dyn Turn + 'a>,
    state: &'a Faults,
}

impl Turn for FailingTurn<'_> {
    fn head(&self) -> Option<&Head> {
        self.inner.head()
    }
    fn mac(&self) -> Result<(u64, [u8; 32])> {
        self.inner.mac()
    }
    fn run_head(&self, id: &Uuid) -> Result<Option<RunHead>> {
        self.inner.run_head(id)
    }
    fn digests(&self, from: u64, to: u64) -> Result<Vec<Digest>> {
        self.inner.digests(from, to)
    }
    fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>> {
        self.inner.tile(level, n)
    }
    fn request_seen(&self, tag: &[u8; 32]) -> Result<Option<Row>> {
        self.inner.request_seen(tag)
    }
    fn request(&self, digest: &Digest) -> Result<Option<Request>> {
        self.inner.request(digest)
    }
    fn commit(self: Box<Self>, expect: Option<&Head>, batch: Batch) -> Result<()> {
        if self.state.io.load(Ordering::SeqCst) {
            return Err(Error::new(Code::StoreIo, "told to fail"));
        }
        if self.state.full.load(Ordering::SeqCst) && !batch.open_intents.is_empty() {
            return Err(Error::new(Code::StoreFull, "told to be full"));
        }
        self.inner.commit(expect, batch)
    }
}

impl Ledger for Failing {
    fn identity(&self) -> &Identity {
        self.inner.identity()
    }
    fn recorder(&self) -> Uuid {
        self.inner.recorder()
    }
    fn durability(&self) -> Durability {
        self.inner.durability()
    }
    fn state(&self) -> Result<State> {
        self.inner.state()
    }
    fn turn(&self, deadline_ms: u64) -> Result<Box<dyn Turn + '_>> {
        Ok(Box::new(FailingTurn {
            inner: self.inner.turn(deadline_ms)?,
            state: &self.state,
        }))
    }
    fn head(&self) -> Result<Option<Head>> {
        self.inner.head()
    }
    fn read_range(&self, from: u64, to: u64, each: Each<'_>) -> Result<()> {
        self.inner.read_range(from, to, each)
    }
    fn run(&self, id: &Uuid, each: Each<'_>) -> Result<()> {
        self.inner.run(id, each)
    }
    fn runs(&self, query: &RunQuery) -> Result<Vec<RunEntry>> {
        self.inner.runs(query)
    }
    fn requests(&self, query: &RequestQuery) -> Result<Vec<Request>> {
        self.inner.requests(query)
    }
    fn find(&self, digest: &Digest) -> Result<Option<u64>> {
        self.inner.find(digest)
    }
    fn row(&self, seq: u64) -> Result<Option<Row>> {
        self.inner.row(seq)
    }
    fn document(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        self.inner.document(digest)
    }
    fn checkpoint(&self, at_least: u64) -> Result<Option<(u64, Vec<u8>)>> {
        self.inner.checkpoint(at_least)
    }
    fn newest_checkpoint(&self) -> Result<Option<(u64, Vec<u8>)>> {
        self.inner.newest_checkpoint()
    }
    fn digests(&self, from: u64, to: u64) -> Result<Vec<Digest>> {
        self.inner.digests(from, to)
    }
    fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>> {
        self.inner.tile(level, n)
    }
    fn intents(&self) -> Result<Vec<Intent>> {
        self.inner.intents()
    }
    fn basis(&self) -> Result<Vec<u64>> {
        self.inner.basis()
    }
    fn open_runs(&self) -> Result<Vec<RunHead>> {
        self.inner.open_runs()
    }
    fn orphans(&self) -> Result<Vec<Uuid>> {
        self.inner.orphans()
    }
    fn log_key(&self) -> Result<SecretKey> {
        self.inner.log_key()
    }
    fn reserved(&self) -> bool {
        !self.state.full.load(Ordering::SeqCst)
    }
    fn refill(&self) -> Result<bool> {
        Ok(self.reserved())
    }
    fn before_fork(&self) {
        self.inner.before_fork();
    }
    fn after_fork(&self, child: bool) {
        self.inner.after_fork(child);
    }
    fn close(&self) -> Result<()> {
        self.inner.close()
    }
}

struct FailingHost(Arc<TestHost>, Arc<Faults>);

impl Host for FailingHost {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
    fn monotonic_ms(&self) -> u64 {
        self.0.monotonic_ms()
    }
    fn random(&self, buffer: &mut [u8]) -> Result<()> {
        self.0.random(buffer)
    }
    fn pid(&self) -> u32 {
        self.0.pid()
    }
    fn read_file(&self, path: &str) -> Result<Vec<u8>> {
        self.0.read_file(path)
    }
    fn open_ledger(&self, url: &str, new: Option<&NewLedger>) -> Result<Box<dyn Ledger>> {
        Ok(Box::new(Failing {
            inner: self.0.open_ledger(url, new)?,
            state: self.1.clone(),
        }))
    }
    fn environment(&self, names: &[String]) -> Vec<(String, bool)> {
        self.0.environment(names)
    }
    fn runtime(&self) -> Value {
        self.0.runtime()
    }
}

fn failing(options: &Value) -> (Arc<TestHost>, Arc<Faults>, Recorder) {
    let (host, faults) = (TestHost::new(), Arc::new(Faults::default()));
    let recorder = Recorder::open(
        Arc::new(FailingHost(host.clone(), faults.clone())),
        "acme.ledger",
        options,
    )
    .unwrap();
    (host, faults, recorder)
}

fn chain(recorder: &Recorder) -> Vec<execert::bundle::RecordLine> {
    let mut bundle = Vec::new();
    recorder.export(&json(r#"{"chain":true}"#), &mut bundle).unwrap();
    read(&bundle).1
}

#[test]
fn no_record_no_action() {
    let (_, faults, recorder) = failing(&with_policy());
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let call = json(r#"{"op":"tool","name":"crm.a","input":{}}"#);
    let (step, _) = run.step_open(&call).unwrap();
    faults.io.store(true, Ordering::SeqCst);
    let (before, after) = (run.step_open(&call).unwrap_err(), step.close(&json("{}")).unwrap_err());
    assert_eq!([before.code(), after.code()], [Code::StoreIo; 2]);
    // Whoever sees only the code must not pay twice.
    let done = |error: &Error| error.next().contains("may have been done");
    assert_eq!([done(&before), done(&after)], [false, true]);
    assert!(after.next().ends_with(Code::StoreIo.next()));
    faults.io.store(false, Ordering::SeqCst);
    step.close(&json("{}")).unwrap();
    run.close(&json("{}")).unwrap();
    assert_eq!(chain(&recorder).len(), 6, "what failed left no trace");
}

#[test]
fn what_only_observes_counts_what_it_lost() {
    let (_, faults, recorder) = failing(&options("{}"));
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    faults.io.store(true, Ordering::SeqCst);
    let (step, answer) = run.step_open(&json(r#"{"op":"tool","name":"a","input":1}"#)).unwrap();
    assert!(answer.get("record").is_none());
    assert_eq!(step.input(), &json("1"));
    step.close(&json("{}")).unwrap();
    run.note(&json(r#"{"event":"x"}"#)).unwrap();
    let lost = recorder.run_open(&json(r#"{"name":"lost"}"#)).unwrap();
    lost.step_open(&json(r#"{"op":"step","name":"a"}"#)).unwrap();
    faults.io.store(false, Ordering::SeqCst);
    run.close(&json("{}")).unwrap();
    let records = chain(&recorder);
    let Body::Gap { lost, .. } = records[2].record.body else {
        panic!("a gap record comes first")
    };
    assert_eq!(lost, 3);
    assert_eq!(records.iter().filter(|r| r.record.kind == Kind::Gap).count(), 1);
}

#[test]
fn a_full_disk_ends_acts_and_begins_none() {
    let (host, faults, recorder) = failing(&with_policy());
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let call = json(r#"{"op":"tool","name":"crm.a","input":{}}"#);
    let (step, _) = run.step_open(&call).unwrap();
    faults.full.store(true, Ordering::SeqCst);
    assert_eq!(run.step_open(&call).unwrap_err().code(), Code::StoreFull);
    assert_eq!(run.step_open(&call).unwrap_err().code(), Code::StoreFull);
    step.close(&json(r#"{"output":1}"#)).unwrap();
    faults.full.store(false, Ordering::SeqCst);
    host.pass(10_000);
    let (step, _) = run.step_open(&call).unwrap();
    step.close(&json("{}")).unwrap();
    run.close(&json("{}")).unwrap();
    let records = chain(&recorder);
    let events: Vec<_> = records
        .iter()
        .filter_map(|r| match &r.record.body {
            Body::Note { event } => Some(event.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(events, ["store-full", "store-resumed"]);
    let blocked = records.iter().filter(|r| r.record.status == Some(Status::Blocked));
    let reasons: Vec<_> = blocked
        .map(|r| r.record.decision.as_ref().unwrap().reason.as_str())
        .collect();
    assert_eq!(reasons, ["store-full", "store-full"]);
}
