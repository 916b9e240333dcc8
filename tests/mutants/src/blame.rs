//! Which mutants a compiler's errors are about: those whose switch stands in, or next before, what it underlines.

use std::collections::BTreeSet;
use std::io::{BufRead, Write};
use std::path::Path;
use std::{fs, io};

use serde_json::Value;

const SWITCH: &str = "crate::mutant::on(";

/// Reads messages from standard input; fails if an error is about no mutant.
pub(crate) fn blame(skip: &Path, root: &Path) -> io::Result<()> {
    let mut numbers = BTreeSet::new();
    for line in io::stdin().lock().lines() {
        let Ok(message) = serde_json::from_str::<Value>(&line?) else {
            continue;
        };
        let message = &message["message"];
        if message["level"] != "error" {
            continue;
        }
        let found = about(message, root)?;
        if found.is_empty() && message["spans"].as_array().is_some_and(|spans| !spans.is_empty()) {
            let text = message["rendered"].as_str().unwrap_or_default();
            return Err(io::Error::other(format!("an error about no mutant:\n{text}")));
        }
        numbers.extend(found);
    }
    let mut file = fs::OpenOptions::new().append(true).create(true).open(skip)?;
    for number in &numbers {
        writeln!(file, "{number}")?;
    }
    println!("{} do not compile", numbers.len());
    Ok(())
}

fn about(message: &Value, root: &Path) -> io::Result<BTreeSet<usize>> {
    let mut numbers = BTreeSet::new();
    for span in message["spans"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|span| span["is_primary"] == true)
    {
        let path = root.join(span["file_name"].as_str().unwrap_or_default());
        let Ok(text) = fs::read_to_string(path) else { continue };
        let at = |name: &str| span[name].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let (start, end) = (at("byte_start"), at("byte_end"));
        // A match that lacks an arm: the switches of its arms come after what is underlined.
        if message["code"]["code"] == "E0004" {
            let after = text[end..].split("match ").next().unwrap_or_default();
            numbers.extend(after.split("if !crate::mutant::on(").skip(1).filter_map(number));
            continue;
        }
        // The last switch before the place, if it is near; else the first inside.
        let before = text[..start].rfind(SWITCH).filter(|found| start - found < 400);
        let inside = text[start..end].match_indices(SWITCH).map(|(found, _)| start + found);
        let found: Vec<usize> = before.into_iter().chain(inside.take(1)).collect();
        numbers.extend(found.first().and_then(|found| number(&text[found + SWITCH.len()..])));
    }
    Ok(numbers)
}

fn number(text: &str) -> Option<usize> {
    text.split(')').next()?.parse().ok()
}
