//! `execert policy`: read a policy, run cases against it.

use execert::canon::{Value, parse};
use execert::limits::Limits;
use execert::policy;

use crate::args::Policy;
use crate::fail::{Fail, Outcome};
use crate::files;
use crate::term::Term;

pub(super) fn run(verb: &Policy, term: &mut Term<'_>) -> Outcome {
    match verb {
        Policy::Check { file } => {
            let policy = policy::Policy::parse(&files::document(file)?).map_err(Fail::about(file))?;
            let found = policy.check();
            for hint in found.get("hints").and_then(Value::as_array).unwrap_or_default() {
                let text = |name: &str| hint.get(name).and_then(Value::as_str).unwrap_or_default();
                term.line(&format!("to know  {}: {}", text("path"), text("text")))?;
            }
            term.line(&format!("{file} can be used; digest {}", policy.digest()))?;
            Ok(0)
        }
        Policy::Test { cases, policy } => {
            let rules = policy::Policy::parse(&files::document(policy)?).map_err(Fail::about(policy))?;
            let results = rules.test(&read_cases(cases)?).map_err(Fail::about(cases))?;
            let number = |name: &str| results.get(name).and_then(Value::as_int).unwrap_or_default();
            let (passed, failed) = (number("passed"), number("failed"));
            for case in results.get("cases").and_then(Value::as_array).unwrap_or_default() {
                let text = |name: &str| case.get(name).and_then(Value::as_str).unwrap_or_default();
                if case.get("ok").and_then(Value::as_bool) != Some(true) {
                    let got = format!("{} ({})", text("verdict"), text("reason"));
                    term.line(&format!(
                        "differs  {}: expected {}, got {got}",
                        text("name"),
                        text("expect")
                    ))?;
                }
            }
            term.line(&format!("{passed} passed, {failed} failed"))?;
            if passed == 0 && failed == 0 {
                return Err(Fail::usage(
                    format!("{cases}: there are no cases"),
                    "write one case a line",
                ));
            }
            Ok(if failed == 0 { 0 } else { 1 })
        }
    }
}

/// A JSON list, or one case a line.
fn read_cases(name: &str) -> Result<Value, Fail> {
    let bytes = files::read(name)?;
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return parse(&bytes, &Limits::DOCUMENT).map_err(Fail::about(name));
    }
    let mut cases = Vec::new();
    for line in bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
    {
        cases.push(parse(line, &Limits::DOCUMENT).map_err(Fail::about(name))?);
    }
    Ok(Value::Array(cases))
}
