//! `execert doctor`: look for trouble.

use std::sync::Arc;

use execert::canon::{Value, to_jcs};
use execert::host::Host;
use execert::object;
use execert::recorder::Recorder;
use execert_store::{Native, user};

use crate::fail::{Fail, Outcome};
use crate::home;
use crate::term::Term;

/// One thing that was looked at.
struct Finding {
    good: bool,
    what: &'static str,
    text: String,
}

pub(super) fn run(ledger: Option<&str>, json: bool, term: &mut Term<'_>) -> Outcome {
    let mut findings = vec![random(), trusted()];
    let named = home::ledger(ledger);
    match (&named, ledger) {
        (Ok(path), _) => look(path, &mut findings),
        (Err(_), None) => findings.push(Finding {
            good: true,
            what: "ledger",
            text: "none here".into(),
        }),
        (Err(_), Some(path)) => findings.push(Finding {
            good: false,
            what: "ledger",
            text: format!("{path} cannot be found"),
        }),
    }
    let bad = findings.iter().filter(|finding| !finding.good).count();
    if json {
        let list: Vec<Value> = findings
            .iter()
            .map(|f| Value::Object(object! { "what": f.what, "good": f.good, "text": f.text.as_str() }))
            .collect();
        let report = object! { "doctor": 1, "version": env!("CARGO_PKG_VERSION"), "findings": list };
        term.bytes(&to_jcs(&Value::Object(report)))?;
        term.line("")?;
    } else {
        for finding in &findings {
            let mark = match (finding.good, term.plain) {
                (true, true) => "[ok]",
                (true, false) => "✓",
                (false, true) => "[x]",
                (false, false) => "✗",
            };
            term.line(&format!("{mark} {:<10} {}", finding.what, finding.text))?;
        }
        term.line(&format!("execert {}, bundle format 1", env!("CARGO_PKG_VERSION")))?;
    }
    Ok(if bad == 0 { 0 } else { 74 })
}

fn random() -> Finding {
    let good = Native::default().random(&mut [0; 16]).is_ok();
    Finding {
        good,
        what: "random",
        text: if good {
            "the operating system gives randomness".into()
        } else {
            "no randomness: nothing can be signed".into()
        },
    }
}

fn trusted() -> Finding {
    match user::load() {
        Ok(trust) => {
            let keys = trust
                .as_ref()
                .and_then(|trust| trust.get("keys"))
                .and_then(Value::as_array)
                .unwrap_or_default();
            let own = keys.iter().filter(|key| key.get("own").is_some()).count();
            Finding {
                good: true,
                what: "trust",
                text: format!("{} keys, {own} of them your own", keys.len()),
            }
        }
        Err(error) => Finding {
            good: false,
            what: "trust",
            text: error.to_string(),
        },
    }
}

fn look(path: &str, findings: &mut Vec<Finding>) {
    match health(path) {
        Ok(list) => findings.extend(list),
        Err(fail) => findings.push(Finding {
            good: false,
            what: "ledger",
            text: match fail {
                Fail::Error(error) => format!("{path}: {error} ({})", error.code().as_str()),
                Fail::Usage(text, _) => text,
                _ => format!("{path} cannot be read"),
            },
        }),
    }
}

fn health(path: &str) -> Result<Vec<Finding>, Fail> {
    let key = home::key(None)?;
    let options = Value::Object(object! { "key": key, "allow_volume": true });
    let recorder = Recorder::open(Arc::new(Native::default()), path, &options)?;
    let head = recorder.head()?;
    let seq = head.get("seq").and_then(Value::as_int).unwrap_or_default();
    let mut list = vec![Finding {
        good: true,
        what: "ledger",
        text: format!("{path}: opens; last record {seq}"),
    }];
    let waiting = recorder.find(&Value::Object(object! { "requests": object! { "state": "waiting" } }))?;
    let waiting = waiting
        .get("requests")
        .and_then(Value::as_array)
        .map_or(0, <[Value]>::len);
    list.push(Finding {
        good: true,
        what: "approvals",
        text: format!("{waiting} waiting"),
    });
    if let Some(text) = execert_store::volume_warning(path)? {
        list.push(Finding {
            good: false,
            what: "volume",
            text,
        });
    }
    recorder.close()?;
    Ok(list)
}
