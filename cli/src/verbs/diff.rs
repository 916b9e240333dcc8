//! `execert diff`: two bundles, record by record.

use std::collections::BTreeMap;

use execert::canon::{Value, push_pointer, to_jcs};
use execert::render::{Sink, clean};

use super::show::{Opened, documents};
use crate::fail::{Fail, Outcome};
use crate::term::Term;

/// The most places listed for one record.
const LISTED: usize = 20;

pub(super) fn run(a: &str, b: &str, term: &mut Term<'_>) -> Outcome {
    let (left, right) = (records(a)?, records(b)?);
    let mut places: Vec<&String> = left.keys().chain(right.keys()).collect();
    places.sort();
    places.dedup();
    let mut differ = 0usize;
    for place in &places {
        let mut lines = Vec::new();
        match (left.get(*place), right.get(*place)) {
            (Some(_), None) => lines.push(format!("only in {a}")),
            (None, Some(_)) => lines.push(format!("only in {b}")),
            (Some(x), Some(y)) => {
                compare(&x.statement, &y.statement, &mut "/payload".to_owned(), &mut lines);
                let none = Value::Null;
                let (before, after) = (x.content.as_ref().unwrap_or(&none), y.content.as_ref().unwrap_or(&none));
                compare(before, after, &mut String::new(), &mut lines);
            }
            (None, None) => {}
        }
        if lines.is_empty() {
            continue;
        }
        differ = differ.saturating_add(1);
        term.line(&format!("record {place}"))?;
        for line in lines.iter().take(LISTED) {
            term.line(&format!("  {line}"))?;
        }
        if lines.len() > LISTED {
            term.line(&format!("  and {} more", lines.len().saturating_sub(LISTED)))?;
        }
    }
    term.line(&format!("{} of {} records differ", differ, places.len()))?;
    Ok(u8::from(differ > 0))
}

/// Records by their run and `run.seq`, or by seq where they have none.
fn records(name: &str) -> Result<BTreeMap<String, Opened>, Fail> {
    let mut all = BTreeMap::new();
    for doc in documents(name)? {
        if !doc.kind().ends_with("/record/v1") {
            continue;
        }
        let number = |pointer: &str| {
            doc.predicate()
                .pointer(pointer)
                .and_then(Value::as_int)
                .unwrap_or_default()
        };
        let place = match doc.predicate().pointer("/run/id").and_then(Value::as_str) {
            Some(run) => format!("{}/{:04}", clean(run, Sink::Terminal, 60), number("/run/seq")),
            None => format!("{:08}", number("/chain/seq")),
        };
        all.insert(place, doc);
    }
    Ok(all)
}

fn compare(a: &Value, b: &Value, path: &mut String, lines: &mut Vec<String>) {
    if a == b {
        return;
    }
    let here = path.len();
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            let mut names: Vec<&str> = x.iter().chain(y.iter()).map(|(name, _)| name).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                push_pointer(path, name);
                pair(x.get(name), y.get(name), path, lines);
                path.truncate(here);
            }
        }
        (Value::Array(x), Value::Array(y)) => {
            for at in 0..x.len().max(y.len()) {
                push_pointer(path, &at.to_string());
                pair(x.get(at), y.get(at), path, lines);
                path.truncate(here);
            }
        }
        _ => pair_differs(Some(a), Some(b), path, lines),
    }
}

fn pair(a: Option<&Value>, b: Option<&Value>, path: &mut String, lines: &mut Vec<String>) {
    match (a, b) {
        (Some(a), Some(b)) => compare(a, b, path, lines),
        _ => pair_differs(a, b, path, lines),
    }
}

fn pair_differs(a: Option<&Value>, b: Option<&Value>, path: &str, lines: &mut Vec<String>) {
    let shown = |value: Option<&Value>| match value {
        None => "absent".to_owned(),
        Some(value) => clean(
            &String::from_utf8(to_jcs(value)).unwrap_or_default(),
            Sink::Terminal,
            60,
        ),
    };
    lines.push(format!(
        "`{}`  {}  ->  {}",
        clean(path, Sink::Terminal, 200),
        shown(a),
        shown(b)
    ));
}
