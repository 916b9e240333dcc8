//! `execert show`: what a bundle says, without a word on whether it holds.

use std::io::{BufRead, BufReader};

use execert::canon::{Object, Value, parse, to_jcs};
use execert::digest::{Digest, unb64};
use execert::limits::Limits;
use execert::object;
use execert::render::{Sink, clean, story};

use super::redact::place;
use crate::args::{Format, Show};
use crate::fail::{Fail, Outcome};
use crate::files;
use crate::term::Term;

/// A line of a bundle, opened.
pub(super) struct Opened {
    pub(super) digest: Digest,
    pub(super) statement: Value,
    pub(super) content: Option<Value>,
}

impl Opened {
    pub(super) fn kind(&self) -> &str {
        self.statement
            .get("predicateType")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(super) fn predicate(&self) -> &Value {
        self.statement.get("predicate").unwrap_or(&Value::Null)
    }
}

/// The documents of a bundle, in order; lines without a payload are left out.
pub(super) fn documents(name: &str) -> Result<Vec<Opened>, Fail> {
    let mut all = Vec::new();
    for (at, line) in BufReader::new(files::open(name)?).split(b'\n').enumerate() {
        let line = line.map_err(Fail::io(name))?;
        let about = |error: execert::Error| {
            let column = error.line().map_or(1, |(_, column)| column);
            let number = u64::try_from(at).unwrap_or(u64::MAX).saturating_add(1);
            Fail::about(name)(error.on_line(number, column))
        };
        let value = parse(&line, &Limits::LINE).map_err(about)?;
        let payload = value.get("payload").and_then(Value::as_str).and_then(unb64);
        let Some(payload) = payload else { continue };
        all.push(Opened {
            digest: Digest::of(&payload),
            statement: parse(&payload, &Limits::PAYLOAD).map_err(about)?,
            content: value.get("content").cloned(),
        });
    }
    Ok(all)
}

pub(super) fn run(args: &Show, term: &mut Term<'_>) -> Outcome {
    let documents = documents(&args.file)?;
    let records: Vec<&Opened> = documents
        .iter()
        .filter(|doc| doc.kind().ends_with("/record/v1"))
        .collect();
    if let Some(text) = &args.record {
        let wanted = place(text)?;
        let found = records.iter().find(|doc| {
            let at = |pointer: &str| doc.predicate().pointer(pointer).cloned();
            match wanted.get("run") {
                Some(run) => at("/run/id") == run.get("id").cloned() && at("/run/seq") == run.get("seq").cloned(),
                None => at("/chain/seq") == wanted.get("seq").cloned(),
            }
        });
        let Some(found) = found else {
            return Err(Fail::usage(
                format!("{}: there is no record {text}", args.file),
                "`execert show FILE` lists them",
            ));
        };
        let mut whole = object! { "digest": found.digest, "statement": found.statement.clone() };
        whole.put("content", found.content.clone());
        term.bytes(&pretty(&Value::Object(whole)))?;
        return Ok(0);
    }
    if args.format != Format::Text {
        for doc in &records {
            let mut whole = object! { "digest": doc.digest, "predicate": doc.predicate().clone() };
            whole.put("content", doc.content.clone());
            term.bytes(&to_jcs(&Value::Object(whole)))?;
            term.line("")?;
        }
        return Ok(0);
    }
    term.line(&format!(
        "not verified: run `execert verify {}`",
        clean(&args.file, Sink::Terminal, 200)
    ))?;
    let mut run = String::new();
    for doc in &records {
        let here = doc
            .predicate()
            .pointer("/run/id")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if here != run {
            run = here.to_owned();
            term.line("")?;
            term.line(&if run.is_empty() {
                "outside a run".to_owned()
            } else {
                format!("run {}", clean(&run, Sink::Terminal, 60))
            })?;
        }
        let row = story(doc.predicate(), doc.content.as_ref());
        term.line(&format!(
            "  {:>5}  {} (claimed)  {:<9}  {}",
            row.seq, row.when, row.mark, row.text
        ))?;
    }
    Ok(0)
}

/// JSON for people: indented, one member a line, hostile letters escaped.
fn pretty(value: &Value) -> Vec<u8> {
    let mut out = String::new();
    write(value, 0, &mut out);
    out.push('\n');
    out.into_bytes()
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let indent = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    let inner = depth.saturating_add(1);
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                indent(out, inner);
                write(item, inner, out);
            }
            indent(out, depth);
            out.push(']');
        }
        Value::Object(object) if !object.is_empty() => {
            out.push('{');
            for (at, (name, item)) in Object::iter(object).enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                indent(out, inner);
                out.push_str(&scalar(&Value::from(name)));
                out.push_str(": ");
                write(item, inner, out);
            }
            indent(out, depth);
            out.push('}');
        }
        other => out.push_str(&scalar(other)),
    }
}

fn scalar(value: &Value) -> String {
    let text = String::from_utf8(to_jcs(value)).unwrap_or_default();
    clean(&text, Sink::Terminal, 4_000)
}
