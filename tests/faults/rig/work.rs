//! The victim: a recorder that makes gated calls. Each effect goes to a file of its own, flushed, so that effects can
//! be counted without the ledger. What is acknowledged is said on standard output, one line each.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use execert::canon::{Object, Value, parse};
use execert::key::{SecretKey, Signer as _};
use execert::limits::Limits;
use execert::recorder::Recorder;
use execert::{Code, Error, Result, object};
use execert_store::Native;

pub(crate) const POLICY: &str =
    r#"{"policy":1,"default":"deny","rules":[{"id":"pay","tool":"pay","verdict":"allow"}]}"#;

/// Where a process may end: the store's own places, and those of the caller.
pub(crate) const POINTS: [&str; 16] = [
    "open.locked",
    "open.checked",
    "open.live",
    "turn.locked",
    "turn.connect",
    "turn.begun",
    "commit.written",
    "commit.answer",
    "commit.settling",
    "commit.key",
    "commit.head",
    "intent.answered",
    "effect.before",
    "effect.after",
    "outcome.before",
    "outcome.answered",
];

pub(crate) fn json(text: &str) -> Value {
    parse(text.as_bytes(), &Limits::DOCUMENT).unwrap()
}

pub(crate) fn key(n: u8) -> SecretKey {
    SecretKey::from_seed([n; 32])
}

/// Options with the usual key and policy, and these members.
pub(crate) fn options(more: Object) -> Value {
    let mut options = object! { "key": key(7).to_pem().unwrap().as_str(), "policy": POLICY, "allow_volume": true };
    for (name, value) in more {
        options.insert(name, value);
    }
    Value::Object(options)
}

pub(crate) fn recorder(at: &Path) -> Result<Recorder> {
    recorder_with(at, Object::new())
}

pub(crate) fn recorder_with(at: &Path, more: Object) -> Result<Recorder> {
    Recorder::open(Arc::new(Native::default()), at.to_str().unwrap(), &options(more))
}

/// Trust in the usual key, and nothing else.
pub(crate) fn trust() -> Value {
    let spki = execert::digest::b64(&key(7).key().spki());
    Value::Object(object! {
        "trust": 1,
        "keys": vec![Value::Object(object! { "spki": spki, "role": "record", "label": "us", "revocation": "none" })],
    })
}

pub(crate) fn effects(at: &Path) -> PathBuf {
    at.with_extension("effects")
}

/// `pay`, as a call that has to claim its permit.
pub(crate) fn pay(amount: u64) -> Value {
    json(&format!(
        r#"{{"op":"permit","name":"pay","input":{{"amount":{amount}}}}}"#
    ))
}

/// Seq and digest of the record that an answer names.
pub(crate) fn told(answer: &Value) -> (u64, String) {
    let record = answer.get("record").unwrap();
    (
        record.get("seq").and_then(Value::as_int).unwrap(),
        record.get("digest").and_then(Value::as_str).unwrap().to_owned(),
    )
}

/// A fail point, what it does (`kill`, or fails with `io` or `full`), and how many arrivals are left until then.
type Fault = (String, String, u64);

static FAULTS: Mutex<Vec<Fault>> = Mutex::new(Vec::new());

fn hook(name: &'static str) -> Option<Error> {
    let due = |(at, _, left): &mut Fault| {
        *left -= u64::from(at == name);
        *left == 0
    };
    let found = FAULTS.lock().unwrap().extract_if(.., due).next();
    let (_, fault, _) = found?;
    match fault.as_str() {
        "kill" => {
            let own = rustix::process::getpid();
            rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
            // The signal takes a moment to arrive; nothing may happen in it.
            loop {
                std::thread::park();
            }
        }
        "full" => Some(Error::new(Code::StoreFull, "the test says so")),
        _ => Some(Error::new(Code::StoreIo, "the test says so")),
    }
}

/// Arms fail points of this process: `NAME FAULT ARRIVAL`, several after each other.
pub(crate) fn arm(text: &str) {
    let words: Vec<&str> = text.split(' ').collect();
    let faults = words.as_chunks::<3>().0.iter();
    *FAULTS.lock().unwrap() = faults
        .map(|[name, fault, arrival]| ((*name).to_owned(), (*fault).to_owned(), arrival.parse().unwrap()))
        .collect();
    execert_store::set_fail_hook(Some(hook));
}

/// Gives a child its fail point.
pub(crate) fn with_point(command: &mut Command, point: &str, fault: &str, arrival: u64) {
    command.env("EXECERT_TEST_POINT", format!("{point} {fault} {arrival}"));
}

/// Child: makes `calls` gated calls, whatever happens, and says what is acknowledged. A recorder that is closed for
/// good is opened anew, up to a few times.
pub(crate) fn work(at: &Path, calls: u64) {
    if let Ok(point) = std::env::var("EXECERT_TEST_POINT") {
        arm(&point);
    }
    let mut file = OpenOptions::new().create(true).append(true).open(effects(at)).unwrap();
    let (mut left, mut tries) = (calls, 40);
    while left > 0 && tries > 0 {
        tries -= 1;
        let done = recorder(at).and_then(|recorder| {
            say("open");
            while left > 0 {
                run(&recorder, &mut left, &mut file)?;
            }
            recorder.close()
        });
        if let Err(error) = done {
            say(&format!("error {} {error}", error.code().as_str()));
        }
    }
    say("end");
}

/// One run: three calls that are allowed, one that is refused.
fn run(recorder: &Recorder, left: &mut u64, file: &mut File) -> Result<()> {
    let run = recorder.run_open(&json(r#"{"name":"r"}"#))?;
    for n in 0..3 {
        *left = left.saturating_sub(1);
        say("call");
        call(&run, n, file)?;
    }
    *left = left.saturating_sub(1);
    say("call");
    let refused = run
        .step_open(&json(r#"{"op":"tool","name":"steal","input":{}}"#))
        .unwrap_err();
    if refused.code() != Code::PolicyDenied {
        return Err(refused);
    }
    let end = run.close(&json("{}"))?;
    let (seq, head) = (
        end.get("seq").and_then(Value::as_int),
        end.get("head").and_then(Value::as_str),
    );
    say(&format!("ack {} {}", seq.unwrap(), head.unwrap()));
    Ok(())
}

fn call(run: &execert::recorder::Run, n: u64, file: &mut File) -> Result<()> {
    let (step, answer) = run.step_open(&pay(n))?;
    acknowledge(&answer);
    hook("intent.answered");
    step.claim()?;
    hook("effect.before");
    let (seq, digest) = told(&answer);
    // One write, so that two processes do not mix their lines.
    let done = file
        .write_all(format!("{seq} {digest}\n").as_bytes())
        .and_then(|()| file.sync_data());
    hook("effect.after");
    let ending = match done {
        Ok(()) => r#"{"output":{"paid":true}}"#,
        Err(_) => r#"{"error":{"text":"not paid"}}"#,
    };
    hook("outcome.before");
    acknowledge(&step.close(&json(ending))?);
    hook("outcome.answered");
    Ok(())
}

fn acknowledge(answer: &Value) {
    let (seq, digest) = told(answer);
    say(&format!("ack {seq} {digest}"));
}

/// The fault may hit the answer itself: then nothing was acknowledged.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes())
        .and_then(|()| out.flush())
        .ok();
}
