//! Recorder, run and step: documents go in as JSON bytes, made before any lock, and answers come out as JSON bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use execert::canon::{Object, Value, document, to_jcs};
use execert::recorder::{Recorder as CoreRecorder, Run as CoreRun, Step as CoreStep};
use execert::wire;
use execert::{Code, Error, Result};
use napi::bindgen_prelude::{Buffer, Either3};
use napi_derive::napi;

use crate::files::{Stop, flag, whole};
use crate::guard::{Answer, Later, Outcome, entry, later};
use crate::key::{Key, host};

/// A key to sign with: ours, the text or path of a PEM file, or none.
pub(crate) type KeyArgument<'a> = Either3<&'a Key, String, ()>;

/// One opener of one ledger.
#[napi]
pub struct Recorder(Arc<CoreRecorder>);

/// A run.
#[napi]
pub struct Run(Arc<CoreRun>);

/// A step that was opened. Empty only while it is dropped.
#[napi]
pub struct Step {
    step: Option<CoreStep>,
    answer: Vec<u8>,
    settled: Arc<AtomicBool>,
}

impl Answer for Recorder {
    type Js = Self;
    fn js(self) -> Self {
        self
    }
}

impl Answer for Run {
    type Js = Self;
    fn js(self) -> Self {
        self
    }
}

impl Answer for Step {
    type Js = Self;
    fn js(self) -> Self {
        self
    }
}

/// Opens or makes a ledger.
#[napi]
pub fn recorder_open(ledger: String, options: Buffer, key: KeyArgument<'_>) -> Later<Recorder> {
    let key = pem(key);
    later(move || {
        let options = with_key(object(&options)?, key?);
        let opened = CoreRecorder::open(host(), &ledger, &Value::Object(options))?;
        Ok(Recorder(Arc::new(opened)))
    })
}

#[napi]
impl Recorder {
    /// Whose ledger it is.
    #[napi]
    pub fn tenant(&self) -> Outcome<String> {
        entry(|| Ok(self.0.tenant().to_owned()))
    }

    /// The name of the ledger's log.
    #[napi]
    pub fn origin(&self) -> Outcome<String> {
        entry(|| Ok(self.0.origin().to_owned()))
    }

    /// `enforce` or `observe`.
    #[napi]
    pub fn gate(&self) -> Outcome<String> {
        entry(|| Ok(self.0.gate().to_string()))
    }

    /// `{chain, seq, digest, epoch}`.
    #[napi]
    pub fn head(&self) -> Later<Vec<u8>> {
        self.ask(wire::recorder_head)
    }

    /// Begins a run.
    #[napi]
    pub fn run_open(&self, arguments: Buffer) -> Later<Run> {
        let recorder = Arc::clone(&self.0);
        later(move || Ok(Run(Arc::new(wire::run_open(&recorder, &arguments)?))))
    }

    /// Joins a detached run.
    #[napi]
    pub fn run_join(&self, id: String) -> Later<Run> {
        let recorder = Arc::clone(&self.0);
        later(move || Ok(Run(Arc::new(recorder.run_join(&id)?))))
    }

    /// What is one record and belongs to no run.
    #[napi]
    pub fn note(&self, note: Buffer) -> Later<Vec<u8>> {
        self.ask(move |recorder| wire::recorder_note(recorder, &note))
    }

    /// An answer to a request, with the approver's key.
    #[napi]
    pub fn approve(&self, answer: Buffer, key: KeyArgument<'_>) -> Later<Vec<u8>> {
        let key = pem(key);
        self.ask(move |recorder| {
            let answer = Value::Object(with_key(object(&answer)?, key?));
            recorder.note(&answer).map(|answer| to_jcs(&answer))
        })
    }

    /// Runs; requests with their input.
    #[napi]
    pub fn find(&self, query: Buffer) -> Later<Vec<u8>> {
        self.ask(move |recorder| wire::recorder_find(recorder, &query))
    }

    /// Writes a bundle to a file, whole or not at all.
    #[napi]
    pub fn export(&self, query: Buffer, path: String, stop: Option<&Stop>) -> Later<Vec<u8>> {
        let stop = flag(stop);
        self.ask(move |recorder| whole(&path, &stop, |out| wire::recorder_export(recorder, &query, out)))
    }

    /// The bytes of a bundle.
    #[napi]
    pub fn bundle(&self, query: Buffer) -> Later<Vec<u8>> {
        self.ask(move |recorder| {
            let mut out = Vec::new();
            wire::recorder_export(recorder, &query, &mut out)?;
            Ok(out)
        })
    }

    /// Content goes for good.
    #[napi]
    pub fn erase(&self, request: Buffer) -> Later<Vec<u8>> {
        self.ask(move |recorder| wire::recorder_erase(recorder, &request))
    }

    /// Nothing may follow.
    #[napi]
    pub fn seal(&self) -> Later<Vec<u8>> {
        self.ask(wire::recorder_seal)
    }

    /// Ends an epoch.
    #[napi]
    pub fn heartbeat(&self) -> Later<Vec<u8>> {
        self.ask(|recorder| recorder.heartbeat().map(|answer| to_jcs(&answer)))
    }

    /// One event of a framework.
    #[napi]
    pub fn feed(&self, event: Buffer) -> Later<Vec<u8>> {
        self.ask(move |recorder| recorder.feed(&document(&event)?).map(|answer| to_jcs(&answer)))
    }

    /// Closes the ledger.
    #[napi]
    pub fn close(&self) -> Later<()> {
        let recorder = Arc::clone(&self.0);
        later(move || recorder.close())
    }

    fn ask(&self, body: impl FnOnce(&CoreRecorder) -> Result<Vec<u8>> + Send + 'static) -> Later<Vec<u8>> {
        let recorder = Arc::clone(&self.0);
        later(move || body(&recorder))
    }
}

#[napi]
impl Run {
    /// UUIDv7.
    #[napi]
    pub fn id(&self) -> Outcome<String> {
        entry(|| Ok(self.0.id().to_string()))
    }

    /// The name it was given.
    #[napi]
    pub fn name(&self) -> Outcome<String> {
        entry(|| Ok(self.0.name().to_owned()))
    }

    /// Opens a step: asks the gate, and writes the intent.
    #[napi]
    pub fn step_open(&self, arguments: Buffer) -> Later<Step> {
        let run = Arc::clone(&self.0);
        later(move || {
            let (step, answer) = wire::step_open(&run, &arguments)?;
            Ok(Step {
                step: Some(step),
                answer,
                settled: Arc::new(AtomicBool::new(false)),
            })
        })
    }

    /// What is one record of the run.
    #[napi]
    pub fn note(&self, note: Buffer) -> Later<Vec<u8>> {
        let run = Arc::clone(&self.0);
        later(move || wire::run_note(&run, &note))
    }

    /// Ends the run with its totals.
    #[napi]
    pub fn close(&self, result: Buffer) -> Later<Vec<u8>> {
        let run = Arc::clone(&self.0);
        later(move || wire::run_close(&run, &result))
    }

    /// The bytes of its bundle.
    #[napi]
    pub fn bundle(&self) -> Later<Vec<u8>> {
        let run = Arc::clone(&self.0);
        later(move || {
            let mut out = Vec::new();
            wire::run_bundle(&run, &mut out)?;
            Ok(out)
        })
    }

    /// Writes its bundle to a file, whole or not at all.
    #[napi]
    pub fn save(&self, path: String, stop: Option<&Stop>) -> Later<Vec<u8>> {
        let (run, stop) = (Arc::clone(&self.0), flag(stop));
        later(move || whole(&path, &stop, |out| wire::run_bundle(&run, out)))
    }
}

#[napi]
impl Step {
    /// `{record, step, input, decision?, not_run?}`.
    #[napi]
    pub fn answer(&self) -> Buffer {
        self.answer.clone().into()
    }

    /// The recorded input.
    #[napi]
    pub fn input(&self) -> Outcome<Buffer> {
        entry(|| Ok(to_jcs(self.step()?.input()).into()))
    }

    /// Uses the permit, once.
    #[napi]
    pub fn claim(&self) -> Later<()> {
        let step = self.step();
        later(move || step?.claim())
    }

    /// Records the outcome.
    #[napi]
    pub fn close(&self, result: Buffer) -> Later<Vec<u8>> {
        let (step, settled) = (self.step(), Arc::clone(&self.settled));
        later(move || {
            let answer = wire::step_close(&step?, &result)?;
            settled.store(true, Ordering::Release);
            Ok(answer)
        })
    }

    fn step(&self) -> Result<CoreStep> {
        let gone = || Error::new(Code::WireBadHandle, "the step is gone");
        self.step.clone().ok_or_else(gone)
    }
}

impl Drop for Step {
    /// An unused permit is recorded as cancelled: disk work, so not on the thread of JavaScript, which collects garbage.
    fn drop(&mut self) {
        let step = self.step.take();
        if step.is_none() || self.settled.load(Ordering::Acquire) {
            return;
        }
        // Without a thread the next opening of the ledger says what became of the step.
        let thread = std::thread::Builder::new().name("execert drop".to_owned());
        drop(thread.spawn(move || {
            // Nobody can be told about a panic here.
            drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(step))));
        }));
    }
}

/// A document of the caller.
fn object(bytes: &[u8]) -> Result<Object> {
    match document(bytes)? {
        Value::Object(object) => Ok(object),
        _ => Err(Error::new(Code::WireBadArgument, "a document is an object").at("")),
    }
}

/// The key as the document names it.
fn pem(key: KeyArgument<'_>) -> Result<Option<String>> {
    match key {
        Either3::A(key) => key.pem().map(|pem| Some(pem.clone())),
        Either3::B(text) => Ok(Some(text)),
        Either3::C(()) => Ok(None),
    }
}

fn with_key(mut document: Object, key: Option<String>) -> Object {
    if let Some(key) = key {
        document.insert("key", key);
    }
    document
}
