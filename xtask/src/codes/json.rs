//! `tests/vectors/codes.json`: what every language's types are compared with.

use super::table::Code;
use crate::{Error, Result};
use serde_json::json;

/// The codes as one JSON array.
pub(crate) fn render(codes: &[Code]) -> Result<String> {
    let all: Vec<_> = codes
        .iter()
        .map(|code| {
            json!({
                "code": code.code,
                "kind": code.kind.name(),
                "number": code.number,
                "exit": code.exit(),
                "verdict": code.verdict,
                "report_only": code.report_only,
                "title": code.title,
                "causes": code.causes,
                "next": code.next,
                "not": code.not,
                "since": code.since,
            })
        })
        .collect();
    serde_json::to_string_pretty(&all)
        .map(|text| text + "\n")
        .map_err(|error| Error(error.to_string()))
}
