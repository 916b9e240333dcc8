//! `execert demo`: make evidence, check it, change one field, see the place named. No network, no account.

use std::fs;
use std::sync::Arc;

use execert::canon::{Value, parse, to_jcs};
use execert::host::Host;
use execert::limits::Limits;
use execert::recorder::Recorder;
use execert::render::{Subject, text};
use execert::{Kind, object, verify};
use execert_store::Native;

use super::init::REFUNDS;
use super::keys;
use crate::fail::{Fail, Outcome};
use crate::files;
use crate::term::Term;

pub(super) fn run(term: &mut Term<'_>) -> Outcome {
    let folder = tempfile::Builder::new()
        .prefix("execert-demo-")
        .tempdir()
        .map_err(Fail::io("temporary folder"))?;
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let key = path("recorder.key");
    let public = keys::make(&key)?;
    let policy = parse(REFUNDS.as_bytes(), &Limits::DOCUMENT)?;
    let options = Value::Object(object! { "key": key.as_str(), "policy": policy, "allow_volume": true });
    let recorder = Recorder::open(Arc::new(Native::default()), &path("acme.ledger"), &options)?;

    term.heading("1. an agent works; every step is recorded before it happens")?;
    let run = recorder.run_open(&Value::Object(
        object! { "name": "refund-4471", "input": object! { "order": "o-9" } },
    ))?;
    act(
        &run,
        "crm.lookup",
        object! { "customer": "c-17" },
        object! { "tier": "gold" },
        term,
    )?;
    act(
        &run,
        "payments.refund",
        object! { "order": "o-9", "amount": 40 },
        object! { "paid": 40 },
        term,
    )?;
    act(
        &run,
        "payments.refund",
        object! { "order": "o-9", "amount": 900 },
        object! { "paid": 900 },
        term,
    )?;
    act(&run, "shell.exec", object! { "command": "rm -rf /" }, object! {}, term)?;
    run.close(&Value::Object(object! { "output": object! { "refunded": 40 } }))?;
    let bundle = path("refund-4471.execert");
    files::create(&bundle, |out| run.bundle(out))?;
    recorder.close()?;

    let trust = object! {
        "spki": execert::digest::b64(&public.spki()), "role": "record", "label": "acme", "revocation": "none",
    };
    let trust = Value::Object(object! { "trust": 1, "keys": vec![Value::Object(trust)] });
    term.line("")?;
    term.heading("2. anyone checks the file, offline, with the public key only")?;
    check(&bundle, "refund-4471.execert", &trust, term)?;

    term.line("")?;
    term.heading("3. someone turns the refund of 40 into one of 41, in a copy")?;
    let altered = path("altered.execert");
    let changed = alter(&fs::read_to_string(&bundle).map_err(Fail::io(&bundle))?)?;
    fs::write(&altered, changed).map_err(Fail::io(&altered))?;
    check(&altered, "altered.execert", &trust, term)?;
    term.line("")?;
    term.line("nothing of this demo is kept. Yours: `execert init`, then `execert run -- CMD`")?;
    Ok(0)
}

fn act(
    run: &execert::recorder::Run,
    tool: &str,
    input: execert::canon::Object,
    output: execert::canon::Object,
    term: &mut Term<'_>,
) -> Result<(), Fail> {
    let shown = String::from_utf8(to_jcs(&Value::Object(input.clone()))).unwrap_or_default();
    let step = object! { "op": "tool", "name": tool, "input": input };
    match run.step_open(&Value::Object(step)) {
        Ok((step, _)) => {
            step.close(&Value::Object(object! { "output": output }))?;
            term.line(&format!("  {tool} {shown}: done"))
        }
        Err(error) if error.kind() == Kind::Denied => term.line(&format!(
            "  {tool} {shown}: not run, {error} ({})",
            error.code().as_str()
        )),
        Err(error) => Err(Fail::from(error)),
    }
}

fn check(file: &str, name: &str, trust: &Value, term: &mut Term<'_>) -> Result<(), Fail> {
    let options = Value::Object(object! { "now": Native::default().now() });
    let report = verify::check(&mut files::open(file)?, trust, &options)?;
    let subject = Subject {
        name,
        trust: "acme",
        plain: term.plain,
    };
    term.report(&text(&report.to_value(), &subject), false)
}

/// Changes `"paid":40` in the content of one record to 41; everything else stays byte for byte.
fn alter(bundle: &str) -> Result<String, Fail> {
    let changed = bundle.replacen("\"paid\":40", "\"paid\":41", 1);
    if changed == bundle {
        return Err(Fail::usage(
            "the demo's bundle is not what it should be",
            "report this: it is a defect",
        ));
    }
    Ok(changed)
}
