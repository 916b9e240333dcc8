//! Every leaf changed, every member deleted, every container grown.

use std::sync::atomic::{AtomicUsize, Ordering};

use execert::canon::Value;

use crate::edit::{Path, apart, grown, other, other_text, places, pointer, together, with, without};
use crate::made::{Made, What, chain, exit, runs, text};

/// One change of one line.
struct Change {
    number: usize,
    line: Vec<u8>,
    path: Path,
    how: &'static str,
}

fn changes(made: &Made) -> Vec<Change> {
    let mut found = Vec::new();
    for (number, line) in made.lines.iter().enumerate() {
        let value = apart(line);
        let what = made.what(number);
        let mut add = |path: &Path, how, new: Value| {
            found.push(Change {
                number,
                line: together(&new),
                path: path.clone(),
                how,
            });
        };
        for (path, here) in places(&value) {
            match &here {
                Value::Object(_) | Value::Array(_) => add(&path, "grown", grown(&value, &path)),
                leaf if path.last().is_some_and(|name| name == "note" || name == "proof") => {
                    // The text of a note: every line of it in turn.
                    let text = leaf.as_str().unwrap();
                    for n in (0..text.lines().count()).filter(|n| !text.lines().nth(*n).unwrap().is_empty()) {
                        let lines = text.lines().enumerate().map(|(k, line)| match k == n {
                            true => format!("{}\n", other_text(line)),
                            false => format!("{line}\n"),
                        });
                        add(
                            &path,
                            if n == origin_line(text) { "origin" } else { "leaf" },
                            with(&value, &path, lines.collect::<String>().into()),
                        );
                    }
                }
                leaf => {
                    let signer = what == What::Document && path.join("/") == "payload/predicate/key";
                    add(
                        &path,
                        if signer { "stranger" } else { "leaf" },
                        with(&value, &path, other(leaf)),
                    );
                }
            }
            if !path.is_empty() {
                add(&path, "deleted", without(&value, &path));
            }
        }
    }
    found
}

/// The line of a checkpoint or receipt that names the log.
fn origin_line(text: &str) -> usize {
    let header = text
        .lines()
        .next()
        .is_some_and(|line| line.starts_with("c2sp.org/tlog-proof@"));
    if header {
        text.lines().position(str::is_empty).unwrap() + 1
    } else {
        0
    }
}

/// What is wrong with the answer to a change, if anything is.
fn judge(made: &Made, whole: &Value, change: &Change) -> Option<String> {
    let report = made.with_line(change.number, change.line.clone());
    let wrong = |why: &str| {
        Some(format!(
            "line {} {} {}: {why}\n{}",
            change.number + 1,
            pointer(&change.path),
            change.how,
            text(&report)
        ))
    };
    if ["origin", "stranger"].contains(&change.how) {
        // A note of another log, and a document of a stranger that no record names, are passed over as if they were not there.
        let mut lines = made.lines.clone();
        lines.remove(change.number);
        if change.how == "stranger" {
            // With it goes the key that only it names.
            lines.retain(|line| apart(line).get("type").and_then(Value::as_str) != Some("key"));
        }
        return if report == made.report(&lines) {
            None
        } else {
            wrong("not as if the line were absent")
        };
    }
    if exit(&report) == 0 || text(&report) == text(whole) {
        return wrong("not noticed");
    }
    let findings = report.get("findings").unwrap().as_array().unwrap();
    let line = Value::count(u64::try_from(change.number).unwrap() + 1);
    if findings.iter().any(|finding| finding.get("line") == Some(&line)) {
        return None;
    }
    let What::Record(seq) = made.what(change.number) else {
        return None;
    };
    // A changed payload says another seq where just that was changed.
    let moved = change.path.join("/").starts_with("payload/predicate/chain/");
    let here: Vec<&Value> = findings
        .iter()
        .filter(|it| it.get("record").unwrap().as_int() == Some(seq))
        .collect();
    if here.is_empty() && !moved {
        return wrong("the record is not named");
    }
    let in_content = change.path.first().is_some_and(|name| name == "content");
    if in_content {
        let named: Vec<&str> = here
            .iter()
            .filter(|it| it.get("code").unwrap().as_str() == Some("content.changed"))
            .filter_map(|it| it.get("path").unwrap().as_str())
            .collect();
        let own = pointer(&change.path[1..]);
        let grown = format!("{own}/");
        let fits = match (change.how, named.as_slice()) {
            // Of a list the positions behind a removed element move up: the first of them is named.
            ("deleted", [one, ..]) => own.starts_with(one) || one.starts_with(own.rsplit_once('/').unwrap().0),
            ("grown", [one]) => one.starts_with(&grown) || *one == own,
            ("leaf", [one]) => *one == own,
            _ => false,
        };
        if !fits {
            return wrong("the place is not named");
        }
    }
    None
}

fn every_value(name: &str, made: &Made) {
    let changes = changes(made);
    let whole = made.report(&made.lines);
    let next = AtomicUsize::new(0);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let work = || {
            let mut wrong = Vec::new();
            while let Some(change) = changes.get(next.fetch_add(1, Ordering::Relaxed)) {
                wrong.extend(judge(made, &whole, change));
            }
            wrong
        };
        let other = scope.spawn(work);
        let mut wrong = work();
        wrong.extend(other.join().unwrap());
        wrong
    });
    let count = |how| changes.iter().filter(|change| change.how == how).count();
    println!(
        "{name}: {} leaves changed, {} members deleted, {} containers grown, {} notes of another log, {} documents of a stranger: {} not as the format says",
        count("leaf"),
        count("deleted"),
        count("grown"),
        count("origin"),
        count("stranger"),
        wrong.len()
    );
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.iter().take(10).cloned().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn of_a_chain() {
    let made = chain();
    every_value("a chain of 50 records of all kinds", &made);
}

#[test]
fn of_two_runs() {
    let made = runs();
    every_value("two of eight interleaved runs", &made);
}
