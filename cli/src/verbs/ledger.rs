//! `execert ledger`: look after a ledger.

use execert::canon::Value;
use execert::object;
use execert::render::{Sink, clean};

use crate::args::{Ledger, Where};
use crate::fail::Outcome;
use crate::home;
use crate::term::Term;

pub(super) fn run(verb: &Ledger, term: &mut Term<'_>) -> Outcome {
    match verb {
        Ledger::List(place) => list(place, term)?,
        Ledger::Head(place) => {
            let recorder = home::recorder(place, None)?;
            let head = recorder.head()?;
            for name in ["chain", "seq", "digest", "epoch"] {
                let value = head.get(name).map(execert::canon::to_jcs).unwrap_or_default();
                term.line(&format!(
                    "{name:<8}{}",
                    String::from_utf8_lossy(&value).trim_matches('"')
                ))?;
            }
            recorder.close()?;
        }
        Ledger::Check { place, rebuild } => {
            let path = home::ledger(place.ledger.as_deref())?;
            let report = execert_store::check(&path, *rebuild)?;
            term.line(&format!("{path}: {report}"))?;
        }
        Ledger::Seal(place) => {
            let recorder = home::recorder(place, None)?;
            recorder.seal()?;
            term.line("sealed: nothing can follow; a new ledger can name this one")?;
            recorder.close()?;
        }
        Ledger::Erase {
            place,
            records,
            reason,
            authority,
        } => {
            let recorder = home::recorder(place, None)?;
            let list: Vec<Value> = records.iter().map(|seq| Value::count(*seq)).collect();
            let request = object! { "records": list, "reason": reason.as_str(), "authority": authority.as_str() };
            recorder.erase(&Value::Object(request))?;
            term.line(&format!(
                "content of {} records erased here; copies handed out before still have it",
                records.len()
            ))?;
            recorder.close()?;
        }
        Ledger::Backup { place, to } => {
            let path = home::ledger(place.ledger.as_deref())?;
            execert_store::backup(&path, to)?;
            term.line(&format!("{to}: a copy of {path} as it was; open only one of the two"))?;
        }
    }
    Ok(0)
}

fn list(place: &Where, term: &mut Term<'_>) -> Result<(), crate::fail::Fail> {
    let recorder = home::recorder(place, None)?;
    let found = recorder.find(&Value::Object(object! { "runs": object! {} }))?;
    let runs = found.get("runs").and_then(Value::as_array).unwrap_or_default();
    if runs.is_empty() {
        term.line("no runs yet")?;
    }
    for run in runs {
        let text = |name: &str| run.get(name).and_then(Value::as_str).unwrap_or_default();
        let state = run.get("status").and_then(Value::as_str).unwrap_or("open");
        let name = clean(text("name"), Sink::Terminal, 40);
        let thread = clean(text("thread"), Sink::Terminal, 40);
        term.line(&format!("{}  {state:<10} {name:<24} {thread}", text("id")))?;
    }
    recorder.close()?;
    Ok(())
}
