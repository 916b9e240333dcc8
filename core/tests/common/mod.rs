//! A host that repeats itself: the clock steps, randomness is a counter's hash, ledgers live in memory.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    reason = "each test file uses its part of this"
)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use execert::canon::Value;
use execert::digest::sha256;
use execert::error::Result;
use execert::host::Host;
use execert::id::Uuid;
use execert::key::SecretKey;
use execert::limits::Limits;
use execert::recorder::Recorder;
use execert::store::{Ledger, Memory, NewLedger, Secrets};
use execert::time::Timestamp;
use execert::{Code, Error};

pub struct TestHost {
    pub wall: AtomicI64,
    pub monotonic: AtomicU64,
    /// Both clocks go on by so many ms each time they are asked.
    pub step: AtomicI64,
    pub pid: AtomicU32,
    counter: AtomicU64,
    ledgers: Mutex<BTreeMap<String, Memory>>,
    pub files: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl TestHost {
    pub fn new() -> Arc<TestHost> {
        Arc::new(TestHost {
            wall: AtomicI64::new(1_772_800_203_000),
            monotonic: AtomicU64::new(5_000),
            step: AtomicI64::new(0),
            pid: AtomicU32::new(7),
            counter: AtomicU64::new(0),
            ledgers: Mutex::default(),
            files: Mutex::default(),
        })
    }

    /// Lets both clocks go on.
    pub fn pass(&self, ms: i64) {
        self.wall.fetch_add(ms, Ordering::SeqCst);
        self.monotonic.fetch_add(ms.try_into().unwrap(), Ordering::SeqCst);
    }

    fn id(&self) -> Uuid {
        let mut random = [0; 10];
        self.random(&mut random).unwrap();
        Uuid::v7(self.wall.load(Ordering::SeqCst), random)
    }

    /// The ledger behind a recorder, to look at what it holds.
    pub fn ledger(&self, url: &str) -> Memory {
        let id = self.id();
        self.ledgers.lock().unwrap().get(url).unwrap().another(id)
    }
}

impl Host for TestHost {
    fn now(&self) -> Timestamp {
        let step = self.step.load(Ordering::SeqCst);
        Timestamp::from_millis(self.wall.fetch_add(step, Ordering::SeqCst)).unwrap()
    }

    fn monotonic_ms(&self) -> u64 {
        self.monotonic.load(Ordering::SeqCst)
    }

    fn random(&self, buffer: &mut [u8]) -> Result<()> {
        for chunk in buffer.chunks_mut(32) {
            let n = self.counter.fetch_add(1, Ordering::SeqCst);
            chunk.copy_from_slice(&sha256(&[b"test host", &n.to_be_bytes()])[..chunk.len()]);
        }
        Ok(())
    }

    fn pid(&self) -> u32 {
        self.pid.load(Ordering::SeqCst)
    }

    fn read_file(&self, path: &str) -> Result<Vec<u8>> {
        let files = self.files.lock().unwrap();
        files
            .get(path)
            .cloned()
            .ok_or_else(|| Error::new(Code::KeyNotFound, "no such file"))
    }

    fn open_ledger(&self, url: &str, new: Option<&NewLedger>) -> Result<Box<dyn Ledger>> {
        let (id, recorder) = (self.id(), self.id());
        let mut ledgers = self.ledgers.lock().unwrap();
        if !ledgers.contains_key(url) {
            let bytes = |tag: u8| sha256(&[url.as_bytes(), &[tag]]);
            let secrets = Secrets {
                index_key: bytes(1),
                log: bytes(2).into(),
                mac: bytes(3).into(),
            };
            let memory = Memory::new(&new.cloned().unwrap_or_default(), id, id, secrets);
            memory.close().unwrap();
            ledgers.insert(url.to_owned(), memory);
        }
        Ok(Box::new(ledgers[url].another(recorder)))
    }

    fn environment(&self, names: &[String]) -> Vec<(String, bool)> {
        names.iter().map(|name| (name.clone(), name == "HOME")).collect()
    }

    fn runtime(&self) -> Value {
        json(r#"{"language":"rust","os":"linux","arch":"x86-64"}"#)
    }
}

pub fn json(text: &str) -> Value {
    execert::canon::parse(text.as_bytes(), &Limits::DOCUMENT).unwrap()
}

pub fn key(n: u8) -> SecretKey {
    SecretKey::from_seed([n; 32])
}

pub fn pem(n: u8) -> String {
    key(n).to_pem().unwrap().to_string()
}

/// The options document with key 1 and these further members.
pub fn options(more: &str) -> Value {
    let mut options = json(more);
    if let Value::Object(object) = &mut options
        && !object.contains("key")
    {
        object.insert("key", pem(1));
    }
    options
}

pub const POLICY: &str = r#"{"policy":1,"default":"deny","rules":[
    {"id":"lookups","tool":"crm.*","verdict":"allow"},
    {"id":"models","tool":"gpt-*","verdict":"allow"},
    {"id":"small-refunds","tool":"payments.refund","when":[["/amount","<=",500]],"verdict":"allow"},
    {"id":"refund-limit","tool":"payments.refund","when":[["/amount",">",500]],"verdict":"approve","reason":"over-limit"}],
    "approvers":[{"key":"KEY2","role":"manager"},{"key":"KEY3","role":"director"}],"escalation":["director"]}"#;

pub fn policy() -> String {
    use execert::key::Signer;
    POLICY
        .replace("KEY2", &key(2).key().keyid().to_string())
        .replace("KEY3", &key(3).key().keyid().to_string())
}

pub fn with_policy() -> Value {
    options(&format!(r#"{{"policy":{}}}"#, policy()))
}

pub fn open(host: &Arc<TestHost>, options: &Value) -> Recorder {
    Recorder::open(host.clone(), "acme.ledger", options).unwrap()
}

/// Every line of a bundle through the strict reader; the records come back.
pub fn read(bundle: &[u8]) -> (execert::bundle::Manifest, Vec<execert::bundle::RecordLine>) {
    let (exit, found) = check(bundle);
    assert_eq!(exit, 0, "{found:?}");
    let mut input = bundle;
    let (manifest, reader) = execert::bundle::Reader::new(&mut input).unwrap();
    let mut records = Vec::new();
    for line in reader {
        let (number, line) = line.unwrap();
        assert!(number > 1);
        if let execert::bundle::Line::Record(record) = line {
            records.push(*record);
        }
    }
    (manifest, records)
}

/// MAC key of epoch 0 of a ledger of [`TestHost`].
pub fn mac_key(url: &str) -> [u8; 32] {
    sha256(&[url.as_bytes(), &[3]])
}

/// Checks a bundle with everything that there is, key 1 trusted for records, 2 and 3 as approvers, 5 for records too.
/// Answers the codes found, beside `witness.none`.
pub fn check(bundle: &[u8]) -> (u8, Vec<String>) {
    use execert::key::Signer;
    let trusted = |n: u8, role: &str| {
        let spki = execert::digest::b64(&key(n).key().spki());
        format!(r#"{{"spki":"{spki}","role":"{role}","label":"k{n}","revocation":"none"}}"#)
    };
    let keys = [trusted(1, "record"), trusted(2, "approver"), trusted(3, "approver")].join(",");
    let trust = json(&format!(r#"{{"trust":1,"keys":[{keys}]}}"#));
    let mac = execert::digest::b64(&mac_key("acme.ledger"));
    // A bundle of runs does not hold record 0 as a line, but as basis: that commits to the MAC key too.
    let options = json(&format!(
        r#"{{"now":"2026-03-07T00:00:00.000Z","allow_open":true,"mac_key":"{mac}"}}"#
    ));
    let report = execert::verify::check(&mut &bundle[..], &trust, &options).unwrap();
    let codes = report.findings().map(|finding| finding.code.as_str().to_owned());
    (report.exit(), codes.filter(|code| code != "witness.none").collect())
}

/// The bundle holds, and the verifier has nothing to say but these warnings.
pub fn holds(bundle: &[u8], warnings: &[&str]) {
    let (exit, found) = check(bundle);
    assert_eq!(
        (exit, found.iter().map(String::as_str).collect::<Vec<_>>().as_slice()),
        (0, warnings)
    );
}
