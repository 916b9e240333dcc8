//! Makes the ledger from which the check `recover` starts: `cargo run -p execert-fuzz --example ledger -- FOLDER`.
//!
//! It is committed as it was made: another one has other keys, and the corpus counts bytes in this one. Its keys are for
//! tests, and sign nothing else.

use std::sync::Arc;

use execert::canon::{Object, Value};
use execert::key::SecretKey;
use execert::object;
use execert::recorder::Recorder;
use execert_store::Native;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: ledger FOLDER")?;
    let keys = tempfile::tempdir()?;
    let key = keys.path().join("key").to_string_lossy().into_owned();
    execert_store::write_key(&key, &SecretKey::from_seed([7; 32]))?;
    let options = object! { "key": key, "durability": "process", "allow_volume": true };
    let recorder = Recorder::open(Arc::new(Native::default()), &folder, &Value::Object(options))?;
    for name in ["first", "second"] {
        let run = recorder.run_open(&Value::Object(object! { "name": name }))?;
        let tool = object! { "op": "tool", "name": "crm.lookup", "input": object! { "customer": "c-17" } };
        let (step, _) = run.step_open(&Value::Object(tool))?;
        step.close(&Value::Object(object! { "output": object! { "tier": "gold" } }))?;
        if name == "first" {
            run.close(&Value::Object(Object::new()))?;
        }
    }
    Ok(())
}
