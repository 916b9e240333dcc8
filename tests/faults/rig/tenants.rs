//! Two tenants on one machine: whatever is swapped, nothing of B is seen by who asks for A, in errors neither.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use execert::canon::{Object, Value};
use execert::recorder::Recorder;
use execert::{Error, object};
use execert_store::Native;

use crate::work::{POLICY, json, key};

/// What only B has: its name, what it runs with, its log domain.
const SECRETS: [&str; 4] = ["bravo", "crm.secret", "planted-4711", "log.b.example"];

fn open(at: &Path, who: u8, more: Object) -> execert::Result<Recorder> {
    let mut options = object! { "key": key(who).to_pem().unwrap().as_str(), "policy": POLICY, "allow_volume": true };
    for (name, value) in more {
        options.insert(name, value);
    }
    Recorder::open(
        Arc::new(Native::default()),
        at.to_str().unwrap(),
        &Value::Object(options),
    )
}

fn fill(recorder: &Recorder, tool: &str, input: &str) {
    let run = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap();
    let step = json(&format!(
        r#"{{"op":"step","name":"{tool}","input":{{"text":"{input}"}}}}"#
    ));
    run.step_open(&step).unwrap().0.close(&json("{}")).unwrap();
    run.close(&json("{}")).unwrap();
    recorder.close().unwrap();
}

fn quiet(error: &Error, place: &str) {
    let said = format!("{error} {} {:?} {}", error.message(), error.path(), error.next());
    for secret in SECRETS {
        assert!(!said.contains(secret), "{place} tells {secret}: {said}");
    }
}

pub(crate) fn apart() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("alpha.ledger"), folder.path().join("second.ledger"));
    fill(&open(&a, 1, object! { "tenant": "alpha" }).unwrap(), "pay", "of a");
    let of_b = object! { "tenant": "bravo", "log_domain": "log.b.example" };
    fill(&open(&b, 2, of_b).unwrap(), "crm.secret", "planted-4711");

    // The wrong path, with what A says about itself.
    for more in [
        object! { "tenant": "alpha" },
        object! { "log_domain": "execert.local" },
        object! { "tenant": "alpha", "durability": "process" },
        object! { "profile": "commit-only" },
        Object::new(),
    ] {
        let error = open(&b, 1, more).unwrap_err();
        quiet(&error, "a path of B");
    }

    // Folders and files swapped below A's feet: one file at a time, then all.
    let kept = folder.path().join("kept");
    for names in [
        vec!["ledger.db"],
        vec!["ledger.db", "head"],
        vec!["ledger.db", "head", "mac"],
        vec!["ledger.db", "head", "mac", "log.key"],
        vec!["head"],
        vec!["mac"],
        vec!["log.key"],
        vec!["mac", "log.key"],
    ] {
        copy(&a, &kept);
        for name in &names {
            fs::copy(b.join(name), a.join(name)).unwrap();
        }
        let place = names.join(" and ");
        let error = open(&a, 1, Object::new()).unwrap_err();
        quiet(&error, &place);
        // Frozen now, if it was A's database: opened to be read, and nothing is written.
        match open(&a, 1, object! { "tenant": "alpha" }) {
            Err(error) => quiet(&error, &place),
            Ok(recorder) => {
                let error = recorder.run_open(&json(r#"{"name":"r"}"#)).unwrap_err();
                assert_eq!(error.code(), execert::Code::StoreCorrupt, "{place}: {error}");
                quiet(&error, &place);
            }
        }
        fs::remove_dir_all(&a).unwrap();
        copy(&kept, &a);
        fs::remove_dir_all(&kept).unwrap();
    }
    // A's own ledger is none the worse.
    let recorder = open(&a, 1, object! { "tenant": "alpha" }).unwrap();
    let mut bundle = Vec::new();
    recorder.export(&json(r#"{"chain":true}"#), &mut bundle).unwrap();
    let text = String::from_utf8(bundle).unwrap();
    assert!(SECRETS.iter().all(|secret| !text.contains(secret)));
    assert_eq!(recorder.tenant(), "alpha");
    Ok(())
}

fn copy(from: &Path, to: &Path) {
    let private = || std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, private()).unwrap();
    for entry in fs::read_dir(from)
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().is_file())
    {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
