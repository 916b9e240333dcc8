//! Arguments, privacy, threads, a full disk, and bundles that are split and joined.
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

use common::{TestHost, check, holds, json, key, open, options, read, with_policy};
use execert::canon::Value;
use execert::digest::Digest;
use execert::host::Host;
use execert::id::Uuid;
use execert::key::SecretKey;
use execert::record::{Body, Kind, Status};
use execert::recorder::{Recorder, join, split};
use execert::store::{
    Batch, Durability, Each, Head, Identity, Intent, Ledger, NewLedger, Request, RequestQuery, Row, RunEntry, RunHead,
    RunQuery, State, Turn,
};
use execert::time::Timestamp;
use execert::{Code, Error};

type Result<T> = core::result::Result<T, Error>;

#[test]
fn only_the_recorder_says_some_things() {
    let host = TestHost::new();
    let recorder = open(&host, &options("{}"));
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let step = |more: &str| {
        run.step_open(&json(&format!(r#"{{"op":"tool","name":"t",{more}}}"#)))
            .unwrap_err()
    };
    for (more, code, path) in [
        (r#""seq":4"#, Code::RecorderReservedMember, "/seq"),
        (r#""prev":"x""#, Code::RecorderReservedMember, "/prev"),
        (r#""digest":"x""#, Code::RecorderReservedMember, "/digest"),
        (r#""id":"x""#, Code::RecorderReservedMember, "/id"),
        (
            r#""sources":[["/input","observed"]]"#,
            Code::RecorderSourceRefused,
            "/sources",
        ),
        (r#""capture":"enforced""#, Code::RecorderSourceRefused, "/capture"),
        (r#""inputs":{}"#, Code::WireBadArgument, "/inputs"),
        (
            r#""links":[{"rel":"intent","digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"}]"#,
            Code::RecorderReservedMember,
            "/links/0/rel",
        ),
        (r#""tier":"huge""#, Code::WireBadArgument, "/tier"),
        (
            r#""conversions":[["input","x"]]"#,
            Code::WireBadArgument,
            "/conversions/0",
        ),
        (
            r#""definition":{"name":"t","more":1}"#,
            Code::WireBadArgument,
            "/definition/more",
        ),
    ] {
        let error = step(more);
        assert_eq!((error.code(), error.path()), (code, Some(path)), "{more}");
    }
    let (step, _) = run
        .step_open(&json(r#"{"op":"tool","name":"t","input":{"seq":1,"source":"x"}}"#))
        .unwrap();
    let error = step.close(&json(r#"{"status":"blocked"}"#)).unwrap_err();
    assert_eq!(error.path(), Some("/status"));
    assert_eq!(
        step.close(&json(r#"{"failure":"timeout"}"#)).unwrap_err().path(),
        Some("/failure")
    );
    step.close(&json("{}")).unwrap();
    assert_eq!(
        run.note(&json(r#"{"kind":"heartbeat"}"#)).unwrap_err().code(),
        Code::RecorderReservedMember
    );
    assert_eq!(
        run.note(&json(r#"{"kind":"link"}"#)).unwrap_err().path(),
        Some("/links")
    );
    run.close(&json("{}")).unwrap();
    let mut bundle = Vec::new();
    run.bundle(&mut bundle).unwrap();
    holds(&bundle, &[]);
}

#[test]
fn notes_of_every_kind_hold() {
    let host = TestHost::new();
    let recorder = open(&host, &with_policy());
    let run = recorder
        .run_open(&json(
            r#"{"name":"r","thread":"t","actor":{"type":"agent","id":"bot"},
        "trace":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","ext":{"com.example/x":1}}"#,
        ))
        .unwrap();
    let digest = Digest::of(b"x");
    for note in [
        r#"{"kind":"note","event":"handoff","text":"to Zoe","names":{"to":"Zoe"}}"#.to_owned(),
        format!(
            r#"{{"kind":"link","links":[{{"rel":"com.example/x","digest":"{digest}"}},{{"rel":"consumed","digest":"{digest}"}}]}}"#
        ),
        r#"{"kind":"gap","lost":3,"since":"2026-03-06T12:00:00.000Z","reason":"queue"}"#.to_owned(),
        format!(r#"{{"kind":"escalation","to":"director","request":"{digest}"}}"#),
        r#"{"kind":"decision","verdict":"deny","reason":"unknown-tool","name":"rm"}"#.to_owned(),
        format!(r#"{{"kind":"plan","event":"imported","document":"{digest}"}}"#),
    ] {
        run.note(&json(&note)).unwrap_or_else(|error| panic!("{note}: {error}"));
    }
    let (step, _) = run
        .step_open(&json(
            r#"{"op":"model","name":"gpt-4.1","input":{"messages":[]},"params":{"temperature":0.5},
        "model":{"provider":"openai","requested":"gpt-4.1"},"attempt":2,"conversions":[["/input/messages","tuple"]]}"#,
        ))
        .unwrap();
    step.close(&json(
        r#"{"output":{"text":"hi"},"model":{"served":"gpt-4.1-2025","response_id":"r1"},
        "usage":{"input_tokens":3,"cost_micros":12,"unit":"usd"},"ended_at":"2026-03-06T12:30:09.000Z"}"#,
    ))
    .unwrap();
    run.close(&json(r#"{"error":{"type":"E","message":"m"},"duplicates":2}"#))
        .unwrap();
    let mut bundle = Vec::new();
    run.bundle(&mut bundle).unwrap();
    holds(&bundle, &[]);
    let (_, records) = read(&bundle);
    assert_eq!(records.last().unwrap().record.status, Some(Status::Failed));
    let found = recorder
        .find(&json(r#"{"runs":{"thread":"t","state":"closed"}}"#))
        .unwrap();
    assert_eq!(found.pointer("/runs/0/status").unwrap().as_str(), Some("failed"));
}

#[test]
fn secrets_are_committed_and_never_stored() {
    let host = TestHost::new();
    let recorder = open(&host, &options(r#"{"redact_names":["ssn"]}"#));
    let run = recorder
        .run_open(&json(
            r#"{"name":"r","input":{"password":"hunter2hunter2","ssn":"123-45","city":"Bern"}}"#,
        ))
        .unwrap();
    run.close(&json("{}")).unwrap();
    let mut bundle = Vec::new();
    run.bundle(&mut bundle).unwrap();
    let text = String::from_utf8_lossy(&bundle);
    assert!(!text.contains("hunter2") && !text.contains("123-45") && text.contains("Bern"));
    let (_, records) = read(&bundle);
    let kept_out: Vec<_> = records[0]
        .record
        .content
        .kept_out
        .iter()
        .map(|(pointer, _)| pointer.as_str())
        .collect();
    assert_eq!(kept_out, ["/input/password", "/input/ssn"]);
    let host = TestHost::new();
    let recorder = open(&host, &options(r#"{"profile":"commit-only"}"#));
    let run = recorder
        .run_open(&json(r#"{"name":"r","input":{"city":"Bern"}}"#))
        .unwrap();
    run.close(&json("{}")).unwrap();
    let mut bundle = Vec::new();
    run.bundle(&mut bundle).unwrap();
    let (_, records) = read(&bundle);
    assert!(records.iter().all(|r| r.content == execert::bundle::ContentForm::None));
    assert_eq!(check(&bundle), (0, vec!["content.absent".to_owned(); 2]));
}

#[test]
fn many_threads_write_one_dense_chain() {
    let host = TestHost::new();
    let recorder = open(&host, &with_policy());
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let recorder = recorder.clone();
            scope.spawn(move || {
                let run = recorder.run_open(&json(&format!(r#"{{"name":"r{thread}"}}"#))).unwrap();
                for _ in 0..20 {
                    let (step, _) = run
                        .step_open(&json(r#"{"op":"tool","name":"crm.a","input":{"n":1}}"#))
                        .unwrap();
                    step.close(&json(r#"{"output":1}"#)).unwrap();
                }
                run.close(&json("{}")).unwrap();
            });
        }
    });
    recorder.seal().unwrap();
    let mut bundle = Vec::new();
    let told = recorder.export(&json(r#"{"chain":true}"#), &mut bundle).unwrap();
    assert_eq!(told.get("records").unwrap().as_int(), Some(1 + 16 * 42 + 2));
    holds(&bundle, &[]);
}

#[test]
fn bundles_split_and_join() {
    let host = TestHost::new();
    let recorder = open(&host, &with_policy());
    let runs: Vec<String> = (0..3)
        .map(|n| {
            let run = recorder.run_open(&json(&format!(r#"{{"name":"r{n}"}}"#))).unwrap();
            let (step, _) = run.step_open(&json(r#"{"op":"tool","name":"crm.a"}"#)).unwrap();
            step.close(&json("{}")).unwrap();
            run.close(&json("{}")).unwrap();
            run.id().to_string()
        })
        .collect();
    let export = |what: &str| {
        let mut bundle = Vec::new();
        recorder.export(&json(what), &mut bundle).unwrap();
        bundle
    };
    let whole = export(r#"{"chain":true}"#);
    let all = export(&format!(r#"{{"run":["{}","{}","{}"]}}"#, runs[0], runs[1], runs[2]));
    let take = |from: &[u8], ids: &[&String]| {
        let ids: Vec<Value> = ids.iter().map(|id| Value::from(id.as_str())).collect();
        let mut out = Vec::new();
        split(&mut &from[..], &ids, &key(1), &*host, &mut out).unwrap();
        out
    };
    let joined = |parts: &[&[u8]]| {
        let mut parts: Vec<&[u8]> = parts.to_vec();
        let mut readers: Vec<&mut dyn std::io::Read> =
            parts.iter_mut().map(|part| part as &mut dyn std::io::Read).collect();
        let mut out = Vec::new();
        join(&mut readers, &key(1), &*host, &mut out).map(|_| out)
    };
    for source in [&whole, &all] {
        let one = take(source, &[&runs[1]]);
        holds(&one, &[]);
        assert_eq!(read(&one).1.len(), 4);
        let rest = take(source, &[&runs[0], &runs[2]]);
        let again = joined(&[&rest, &one, &one]).unwrap();
        holds(&again, &[]);
        let digests = |bundle: &[u8]| read(bundle).1.iter().map(|r| r.digest).collect::<Vec<_>>();
        assert_eq!(digests(&again), digests(&all));
    }
    let (head, tail) = (
        export(r#"{"chain":true,"first":0,"last":6}"#),
        export(r#"{"chain":true,"first":5}"#),
    );
    assert_eq!(
        read(&joined(&[&tail, &head]).unwrap()).1.len(),
        read(&export(r#"{"chain":true}"#)).1.len()
    );
    let gap = joined(&[
        &export(r#"{"chain":true,"last":3}"#),
        &export(r#"{"chain":true,"first":5}"#),
    ]);
    assert_eq!(gap.unwrap_err().code(), Code::WireBadArgument);
    assert_eq!(joined(&[&whole, &all]).unwrap_err().code(), Code::WireBadArgument);
    let mut out = Vec::new();
    let missing = split(
        &mut &all[..],
        &[Value::from("0197b8c2-6a1e-7c51-9d5e-0b7e1a2c3d4e")],
        &key(1),
        &*host,
        &mut out,
    );
    assert_eq!(missing.unwrap_err().code(), Code::WireBadArgument);
}

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
    assert_eq!(run.step_open(&call).unwrap_err().code(), Code::StoreIo);
    assert_eq!(step.close(&json("{}")).unwrap_err().code(), Code::StoreIo);
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

#[test]
fn other_languages_ask_in_bytes() {
    use execert::wire;
    let host = TestHost::new();
    let options = execert::canon::to_jcs(&with_policy());
    let recorder = wire::recorder_open(host, "acme.ledger", &options).unwrap();
    let run = wire::run_open(&recorder, br#"{ "name" : "r" }"#).unwrap();
    let (step, answer) = wire::step_open(&run, br#"{"op":"tool","name":"crm.a","input":{"b":1,"a":2}}"#).unwrap();
    assert_eq!(
        json(std::str::from_utf8(&answer).unwrap()).get("input"),
        Some(&json(r#"{"a":2,"b":1}"#))
    );
    wire::step_close(&step, b"").unwrap();
    let error = wire::run_note(&run, br#"{"event":"x","event":"y"}"#).unwrap_err();
    assert_eq!((error.code(), error.line()), (Code::CanonDuplicateKey, Some((1, 21))));
    wire::run_close(&run, b"{}").unwrap();
    let mut bundle = Vec::new();
    let told = wire::run_bundle(&run, &mut bundle).unwrap();
    assert_eq!(
        json(std::str::from_utf8(&told).unwrap())
            .get("records")
            .unwrap()
            .as_int(),
        Some(4)
    );
    let head = json(std::str::from_utf8(&wire::recorder_head(&recorder).unwrap()).unwrap());
    assert_eq!(head.get("seq").unwrap().as_int(), Some(4));
    let report = wire::check(
        &mut &bundle[..],
        br#"{"trust":1,"keys":[]}"#,
        br#"{"now":"2026-03-07T00:00:00.000Z"}"#,
    )
    .unwrap();
    assert_eq!(
        json(std::str::from_utf8(&report).unwrap())
            .get("verdict")
            .unwrap()
            .as_str(),
        Some("unknown-signer")
    );
    holds(&bundle, &[]);
}
