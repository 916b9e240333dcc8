//! `execert init`: a key, a ledger and a policy, here.

use std::sync::Arc;

use execert::canon::Value;
use execert::digest::b64;
use execert::object;
use execert::recorder::Recorder;
use execert_store::Native;

use super::{keys, trust};
use crate::args::{Example, Init};
use crate::fail::{Fail, Outcome};
use crate::files;
use crate::home::{KEY, POLICY};
use crate::term::Term;

/// The policy of the refunds example: lookups and models are free, refunds up to 500 too, more needs a person.
pub(crate) const REFUNDS: &str = include_str!("../../policies/refunds.json");

pub(super) fn run(args: &Init, term: &mut Term<'_>) -> Outcome {
    let ledger = format!("{}.ledger", args.name);
    for name in [KEY, ledger.as_str()] {
        if std::path::Path::new(name).exists() {
            let next = "use it, or run `execert init` in another folder";
            return Err(Fail::usage(
                format!("{name} is here already; nothing was changed"),
                next,
            ));
        }
    }
    let public = keys::make(KEY)?;
    let keyid = public.keyid();
    let mut options = object! { "key": KEY };
    if args.example == Some(Example::Refunds) {
        write(POLICY, REFUNDS.as_bytes())?;
        options.insert("policy", POLICY);
    }
    if args.allow_volume {
        options.insert("allow_volume", true);
    }
    let recorder = Recorder::open(Arc::new(Native::default()), &ledger, &Value::Object(options))?;
    if let Some(file) = &args.auditor {
        let key = execert_store::first_mac_key(&ledger)?;
        execert_store::write_secret(file, b64(&*key).as_bytes())?;
        term.line(&format!(
            "{file}: the first MAC key, for your auditor; keep it away from this machine"
        ))?;
    }
    recorder.close()?;
    let entry = object! {
        "spki": b64(&public.spki()), "role": "record", "label": args.name.as_str(), "own": true, "revocation": "none",
    };
    trust::change(|keys| {
        keys.retain(|other| trust::keyid_of(other) != Some(keyid));
        keys.push(Value::Object(entry));
    })?;
    let folder = format!("{ledger}/");
    let mut made = vec![
        (
            KEY,
            "your key: secret, not in version control, with a copy somewhere safe",
        ),
        (
            folder.as_str(),
            "your ledger: copy it with `execert ledger backup`, never with cp",
        ),
    ];
    if args.example.is_some() {
        made.push((POLICY, "what may run; `execert policy check` reads it"));
    }
    for (name, what) in made {
        term.line(&format!("{name:<16}  {what}"))?;
    }
    term.line(&format!("fingerprint {}", keyid.fingerprint()))?;
    term.line("give the fingerprint to whoever will check your evidence, by a way that they trust")?;
    Ok(0)
}

fn write(name: &str, bytes: &[u8]) -> Result<(), Fail> {
    files::create(name, |out| {
        let failed = |_| execert::Error::new(execert::Code::StoreIo, format!("{name} could not be written"));
        out.write_all(bytes).map_err(failed)
    })
}
