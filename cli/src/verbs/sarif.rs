//! Reports as one SARIF 2.1.0 log: a result for each finding, the code as its rule.

use execert::canon::Value;
use execert::render::{Sink, clean};
use execert::{Code, object};

pub(super) fn log(reports: &[(&str, &Value)]) -> Value {
    let mut results = Vec::new();
    let mut rules: Vec<&str> = Vec::new();
    for (file, report) in reports {
        for finding in report.get("findings").and_then(Value::as_array).unwrap_or_default() {
            let text = |name: &str| finding.get(name).and_then(Value::as_str);
            let Some(code) = text("code") else { continue };
            if !rules.contains(&code) {
                rules.push(code);
            }
            let level = if text("severity") == Some("warning") {
                "warning"
            } else {
                "error"
            };
            let title = Code::parse(code).map_or("", |known| known.title());
            let mut message = title.to_owned();
            if let Some(seq) = finding.get("record").and_then(Value::as_int) {
                message = format!("record {seq}: {message}");
            }
            if let Some(path) = text("path") {
                message.push_str(&format!(" at {}", clean(path, Sink::Sarif, 200)));
            }
            let mut physical = object! { "artifactLocation": object! { "uri": clean(file, Sink::Terminal, 400) } };
            if let Some(line) = finding.get("line").and_then(Value::as_int) {
                physical.insert("region", object! { "startLine": Value::count(line) });
            }
            results.push(Value::Object(object! {
                "ruleId": code, "level": level, "message": object! { "text": message },
                "locations": vec![Value::Object(object! { "physicalLocation": physical })],
            }));
        }
        // What the report counts and does not list is said, not left out.
        for left in report.get("unlisted").and_then(Value::as_array).unwrap_or_default() {
            let text = |name: &str| left.get(name).and_then(Value::as_str).unwrap_or_default();
            let more = left.get("count").and_then(Value::as_int).unwrap_or_default();
            let physical = object! { "artifactLocation": object! { "uri": clean(file, Sink::Terminal, 400) } };
            results.push(Value::Object(object! {
                "ruleId": text("code"), "level": text("severity"),
                "message": object! { "text": format!("and {more} more, which the report does not list") },
                "locations": vec![Value::Object(object! { "physicalLocation": physical })],
            }));
        }
    }
    let rules: Vec<Value> = rules
        .iter()
        .map(|code| {
            let known = Code::parse(code);
            Value::Object(object! {
                "id": *code,
                "shortDescription": object! { "text": known.map_or("", |known| known.title()) },
                "help": object! { "text": known.map_or("", |known| known.next()) },
            })
        })
        .collect();
    let driver = object! { "name": "execert", "version": env!("CARGO_PKG_VERSION"), "rules": rules };
    let run = object! { "tool": object! { "driver": driver }, "results": results };
    Value::Object(object! {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
        "runs": vec![Value::Object(run)],
    })
}
