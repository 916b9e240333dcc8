//! Puts all mutants that `cargo mutants --list --json` names into one build, each behind a number of the environment.
//!
//! Building each mutant alone takes most of the time of a run. Here the core is built once, and a mutant costs what the
//! tests cost that reach it: thousands of mutants in an hour, on an ordinary machine.
//!
//! ```text
//! execert-mutants plant LIST SKIP ROOT    rewrites the sources below ROOT; SKIP: numbers that do not compile
//! execert-mutants blame LIST SKIP ROOT    reads rustc's JSON messages, adds the numbers that they are about to SKIP
//! ```
//!
//! A number is a mutant's place in LIST, from 1.

mod blame;
mod plant;

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::Value;

/// One mutant of the list.
struct Mutant {
    number: usize,
    file: PathBuf,
    genre: String,
    replacement: String,
    /// Line from 1, column from 1, in letters.
    start: (usize, usize),
    end: (usize, usize),
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [verb, list, skip, root] = arguments.as_slice() else {
        return Err(io::Error::other("usage: execert-mutants plant|blame LIST SKIP ROOT"));
    };
    let (skip, root) = (Path::new(skip), Path::new(root));
    match verb.as_str() {
        "plant" => plant::plant(&read(list)?, &skipped(skip)?, root),
        "blame" => blame::blame(skip, root),
        _ => Err(io::Error::other("plant or blame")),
    }
}

fn read(list: &str) -> io::Result<Vec<Mutant>> {
    let list: Vec<Value> = serde_json::from_slice(&fs::read(list)?)?;
    let place = |value: &Value| {
        let number = |name: &str| value[name].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        (number("line"), number("column"))
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mutant = |(at, one): (usize, &Value)| Mutant {
        number: at + 1,
        file: text(&one["file"]).into(),
        genre: text(&one["genre"]),
        replacement: text(&one["replacement"]),
        start: place(&one["span"]["start"]),
        end: place(&one["span"]["end"]),
    };
    Ok(list.iter().enumerate().map(mutant).collect())
}

fn skipped(path: &Path) -> io::Result<Vec<usize>> {
    let text = fs::read_to_string(path)?;
    Ok(text.split_whitespace().filter_map(|word| word.parse().ok()).collect())
}
