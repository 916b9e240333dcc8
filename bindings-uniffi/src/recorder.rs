//! A recorder: one opener of one ledger. Any thread may use it, and many at once.

use std::sync::Arc;

use execert::canon::{Object, Value, document, to_jcs};
use execert::recorder::Recorder as Core;
use execert::wire;
use execert::{Code, Error, Result};
use execert_store::bundles;

use crate::guard::{self, Failure};
use crate::key::{Key, host};
use crate::run::Run;

/// One opener of one ledger.
#[derive(uniffi::Object)]
pub struct Recorder(Core);

/// A document of the caller, with the key if there is one.
fn with_key(bytes: &[u8], key: Option<&Key>) -> Result<Value> {
    let mut object = match document(bytes)? {
        Value::Object(object) => object,
        _ => return Err(Error::new(Code::WireBadArgument, "a document is an object").at("")),
    };
    if let Some(key) = key {
        let pem = key.pem()?;
        object.insert("key", pem.as_str());
    }
    Ok(Value::Object(object))
}

#[uniffi::export]
impl Recorder {
    /// Opens or makes the ledger: a folder, or `memory:`. `options` are a JSON document (options/1), which may be empty.
    #[uniffi::constructor]
    pub fn open(ledger: String, options: Vec<u8>, key: Option<Arc<Key>>) -> std::result::Result<Arc<Self>, Failure> {
        guard::call(|| {
            let options = with_key(&options, key.as_deref())?;
            Ok(Arc::new(Recorder(Core::open(host(), &ledger, &options)?)))
        })
    }

    /// `{"gate","origin","tenant"}`: what was fixed when the ledger was made.
    pub fn about(&self) -> std::result::Result<Vec<u8>, Failure> {
        guard::call(|| {
            let mut told = Object::new();
            told.insert("gate", self.0.gate().as_str());
            told.insert("origin", self.0.origin());
            told.insert("tenant", self.0.tenant());
            Ok(to_jcs(&Value::Object(told)))
        })
    }

    /// `{"chain","digest","epoch","seq"}` of the last record.
    pub fn head(&self) -> std::result::Result<Vec<u8>, Failure> {
        guard::call(|| wire::recorder_head(&self.0))
    }

    /// Begins a run: `{"name","input"?,"thread"?,"detached"?,"links"?,…}`.
    pub fn run(&self, arguments: Vec<u8>) -> std::result::Result<Arc<Run>, Failure> {
        guard::call(|| Ok(Arc::new(Run::of(wire::run_open(&self.0, &arguments)?))))
    }

    /// Joins a detached run by its id, from any process.
    pub fn join(&self, id: String) -> std::result::Result<Arc<Run>, Failure> {
        guard::call(|| Ok(Arc::new(Run::of(self.0.run_join(&id)?))))
    }

    /// Writes what is one record and belongs to no run: `{"kind":"note","event",…}`.
    pub fn note(&self, note: Vec<u8>) -> std::result::Result<Vec<u8>, Failure> {
        guard::call(|| wire::recorder_note(&self.0, &note))
    }

    /// Answers a request for approval, `{"approve":DIGEST,"verdict":"approved"|"refused",…}`, with the approver's key.
    pub fn approve(&self, answer: Vec<u8>, key: Option<Arc<Key>>) -> std::result::Result<Vec<u8>, Failure> {
        guard::call(|| {
            let answer = with_key(&answer, key.as_deref())?;
            self.0.note(&answer).map(|answer| to_jcs(&answer))
        })
    }

    /// Runs, or requests for approval with their input: `{"runs":{…}}` or `{"requests":{…}}`.
    pub fn find(&self, query: Vec<u8>) -> std::result::Result<Vec<u8>, Failure> {
        guard::call(|| wire::recorder_find(&self.0, &query))
    }

    /// Takes one event of a framework, and answers where it went.
    pub fn feed(&self, event: Vec<u8>) -> std::result::Result<Vec<u8>, Failure> {
        guard::call(|| self.0.feed(&document(&event)?).map(|answer| to_jcs(&answer)))
    }

    /// The bundle of runs, a thread or the chain: `{"run":ID}`, `{"thread":NAME}`, `{"chain":true}`, …
    pub fn bundle(&self, what: Vec<u8>) -> std::result::Result<Vec<u8>, Failure> {
        guard::call(|| {
            let mut bytes = Vec::new();
            wire::recorder_export(&self.0, &what, &mut bytes)?;
            Ok(bytes)
        })
    }

    /// Writes the same to a file, whole or not at all, and answers `{"bundle","bytes","records"}`.
    pub fn export(&self, what: Vec<u8>, path: String) -> std::result::Result<Vec<u8>, Failure> {
        guard::call(|| bundles::write(path.as_ref(), |out| wire::recorder_export(&self.0, &what, out)))
    }

    /// Deletes content for good, and records that: `{"records":[SEQ],"reason","authority"}`.
    pub fn erase(&self, request: Vec<u8>) -> std::result::Result<Vec<u8>, Failure> {
        guard::call(|| wire::recorder_erase(&self.0, &request))
    }

    /// Ends the chain for good; nothing can be appended after it.
    pub fn seal(&self) -> std::result::Result<Vec<u8>, Failure> {
        guard::call(|| wire::recorder_seal(&self.0))
    }

    /// Ends an epoch: a checkpoint of the tree so far, and the next key of the internal tags.
    pub fn heartbeat(&self) -> std::result::Result<Vec<u8>, Failure> {
        guard::call(|| self.0.heartbeat().map(|answer| to_jcs(&answer)))
    }

    /// Closes the ledger. Runs that are still open end as incomplete.
    pub fn close(&self) -> std::result::Result<(), Failure> {
        guard::call(|| self.0.close())
    }
}
