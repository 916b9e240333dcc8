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
            for hint in policy.hints() {
                term.line(&format!("to know  {hint}"))?;
            }
            term.line(&format!("{file} can be used; digest {}", policy.digest()))?;
            Ok(0)
        }
        Policy::Test { cases, policy } => {
            let rules = policy::Policy::parse(&files::document(policy)?).map_err(Fail::about(policy))?;
            let results = policy::test(&rules, &read_cases(cases)?).map_err(Fail::about(cases))?;
            let (mut passed, mut failed) = (0u64, 0u64);
            for result in results.get("results").and_then(Value::as_array).unwrap_or_default() {
                let text = |name: &str| result.get(name).and_then(Value::as_str).unwrap_or_default();
                if result.get("ok").and_then(Value::as_bool) == Some(true) {
                    passed = passed.saturating_add(1);
                } else {
                    failed = failed.saturating_add(1);
                    term.line(&format!("differs  {}: expected {}, got {}", text("name"), text("expect"), text("got")))?;
                }
            }
            term.line(&format!("{passed} passed, {failed} failed"))?;
            if passed == 0 && failed == 0 {
                return Err(Fail::usage(format!("{cases}: there are no cases"), "write one case a line"));
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
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        cases.push(parse(line, &Limits::DOCUMENT).map_err(Fail::about(name))?);
    }
    Ok(Value::Array(cases))
}
