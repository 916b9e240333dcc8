//! `execert approve`: answer a request that waits.

use execert::canon::{Value, to_jcs};
use execert::object;
use execert::render::{Sink, clean};

use crate::args::{Approve, Where};
use crate::fail::{Fail, Outcome};
use crate::home;
use crate::term::Term;

pub(super) fn run(args: &Approve, term: &mut Term<'_>) -> Outcome {
    let place = Where {
        ledger: args.ledger.clone(),
        key: args.recorder_key.clone(),
        allow_volume: false,
    };
    let recorder = home::recorder(&place, None)?;
    let Some(request) = &args.request else {
        let found = recorder.find(&Value::Object(object! { "requests": object! { "state": "waiting" } }))?;
        let list = found.get("requests").and_then(Value::as_array).unwrap_or_default();
        if list.is_empty() {
            term.line("nothing waits for an answer")?;
        }
        for entry in list {
            let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
            term.line(&format!(
                "{}  {}",
                text("digest"),
                clean(text("tool"), Sink::Terminal, 80)
            ))?;
            if let Some(input) = entry.get("input") {
                let shown = String::from_utf8(to_jcs(input)).unwrap_or_default();
                term.line(&format!("  {}", clean(&shown, Sink::Terminal, 400)))?;
            }
        }
        return Ok(0);
    };
    let Some(key) = &args.key else {
        return Err(Fail::usage("an answer needs the approver's key", "say --key FILE"));
    };
    let verdict = if args.refuse { "refused" } else { "approved" };
    let answer = object! { "approve": request.as_str(), "key": key.as_str(), "verdict": verdict };
    let done = recorder.note(&Value::Object(answer))?;
    let seq = done
        .pointer("/record/seq")
        .or(done.get("seq"))
        .and_then(Value::as_int)
        .unwrap_or_default();
    term.line(&format!("{verdict}: {request}; the answer is record {seq}"))?;
    recorder.close()?;
    Ok(0)
}
