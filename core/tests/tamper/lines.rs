//! Records moved, removed and repeated; the file cut; bytes flipped.

use execert::canon::Value;

use crate::made::{Made, What, chain, exit, runs, text};

/// The first finding with a code that says what happened, or a complaint.
fn noticed(made: &Made, lines: &[Vec<u8>], what: &str, codes: &[&str], wrong: &mut Vec<String>) {
    let report = made.report(lines);
    let findings = report.get("findings").unwrap().as_array().unwrap();
    let named = findings.iter().any(|it| {
        let severe = it.get("severity").and_then(Value::as_str) == Some("error");
        severe
            && it
                .get("code")
                .and_then(Value::as_str)
                .is_some_and(|code| codes.contains(&code))
    });
    if exit(&report) == 0 || !named {
        wrong.push(format!("{what}: {}", text(&report)));
    }
}

fn order(name: &str, made: &Made) {
    let mut wrong = Vec::new();
    let records = made.records();
    let (mut swapped, mut removed, mut repeated, mut cut) = (0, 0, 0, 0);
    for pair in records.windows(2) {
        let mut lines = made.lines.clone();
        lines.swap(pair[0], pair[1]);
        noticed(
            made,
            &lines,
            &format!("{pair:?} swapped"),
            &["chain.reordered"],
            &mut wrong,
        );
        swapped += 1;
    }
    for number in &records {
        let mut lines = made.lines.clone();
        let line = lines.remove(*number);
        noticed(
            made,
            &lines,
            &format!("{number} removed"),
            &["bundle.record_missing"],
            &mut wrong,
        );
        removed += 1;
        for place in [*number, records[records.len() - 1]] {
            let mut again = made.lines.clone();
            again.insert(place + 1, line.clone());
            noticed(
                made,
                &again,
                &format!("{number} repeated after {place}"),
                &["chain.reordered"],
                &mut wrong,
            );
            repeated += 1;
        }
    }
    for left in 0..made.lines.len() {
        let codes = [
            "bundle.record_missing",
            "chain.empty",
            "canon.empty",
            "bundle.malformed",
        ];
        noticed(
            made,
            &made.lines[..left],
            &format!("cut after {left} lines"),
            &codes,
            &mut wrong,
        );
        cut += 1;
    }
    println!(
        "{name}: {swapped} pairs swapped, {removed} records removed, {repeated} repeated, {cut} tails cut: {} unnoticed",
        wrong.len()
    );
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong[..wrong.len().min(10)].join("\n")
    );
}

#[test]
fn order_of_a_chain() {
    order("chain", &chain());
}

#[test]
fn order_of_two_runs() {
    order("runs", &runs());
}

/// Cut inside a line, and single bytes flipped all over the file.
#[test]
fn bytes_of_two_runs() {
    let made = runs();
    let mut file = made.lines.join(&b'\n');
    file.push(b'\n');
    let mut wrong = Vec::new();
    let (mut cuts, mut flips) = (0, 0);
    for left in (1..file.len() - 1).step_by(997) {
        if exit(&made.report_of(&file[..left])) == 0 {
            wrong.push(format!("cut at byte {left}"));
        }
        cuts += 1;
    }
    // The notes of logs are judged in `values`: what names another log there is passed over.
    let notes: Vec<bool> = (0..made.lines.len()).map(|n| made.what(n) == What::Material).collect();
    let line_of = |at: usize| file[..at].iter().filter(|byte| **byte == b'\n').count();
    for at in (0..file.len() - 1).step_by(61) {
        if notes[line_of(at)] {
            continue;
        }
        let mut bytes = file.clone();
        bytes[at] ^= 1 << (at % 7);
        let report = made.report_of(&bytes);
        if exit(&report) == 0 {
            wrong.push(format!("byte {at} flipped: {}", text(&report)));
        }
        flips += 1;
    }
    println!("bytes: {cuts} cuts, {flips} flips: {} unnoticed", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
