//! Every bundle of the golden vectors gives the report that is written beside it, byte for byte.
#![expect(clippy::disallowed_methods, reason = "a test reads its vectors")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may")]

use std::fs;
use std::path::{Path, PathBuf};

use execert::canon::{Value, parse, to_jcs};
use execert::limits::Limits;
use execert::verify::{check, verify};

fn golden() -> PathBuf {
    let own = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/golden"));
    std::env::var_os("EXECERT_VECTORS").map_or_else(own, PathBuf::from)
}

fn json(path: &Path) -> Value {
    parse(&fs::read(path).unwrap(), &Limits::DOCUMENT).unwrap()
}

/// The folders with a bundle and its report.
fn cases(group: &str) -> Vec<PathBuf> {
    let folders = fs::read_dir(golden().join(group))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = folders.filter(|path| path.join("report.json").exists()).collect();
    folders.sort();
    folders
}

fn without_verifier(report: &Value) -> Vec<u8> {
    let mut report = report.as_object().unwrap().clone();
    report.remove("verifier");
    to_jcs(&Value::Object(report))
}

/// The members that differ, for the message.
fn difference(name: &str, want: &Value, got: &Value) -> String {
    let mut text = format!("{name}:\n");
    for (member, value) in want.as_object().unwrap().iter() {
        let own = got.get(member);
        if own != Some(value) {
            let own = own
                .map(|own| String::from_utf8(to_jcs(own)).unwrap())
                .unwrap_or_default();
            let value = String::from_utf8(to_jcs(value)).unwrap();
            text.push_str(&format!("  {member}\n    want {value}\n    got  {own}\n"));
        }
    }
    text
}

fn run(group: &str, least: usize) {
    let cases = cases(group);
    assert!(cases.len() >= least, "{group}: only {} vectors", cases.len());
    let mut wrong = Vec::new();
    for folder in &cases {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let (trust, options) = (json(&folder.join("trust.json")), json(&folder.join("options.json")));
        let want = json(&folder.join("report.json"));
        let bundle = fs::read(folder.join("input.execert")).unwrap();
        let report = check(&mut bundle.as_slice(), &trust, &options).unwrap();
        if without_verifier(&report.to_value()) != to_jcs(&want) {
            wrong.push(difference(&name, &want, &report.to_value()));
        }
        // `verify` gives a report only where the evidence holds, and else the same report inside the error.
        let held = verify(&mut bundle.as_slice(), &trust, &options);
        assert_eq!(held.is_ok(), !name.ends_with("_fail"), "{name}");
        if let Err(error) = held {
            assert_eq!(error.report_bytes().unwrap(), report.to_jcs(), "{name}");
            assert_eq!(error.exit(), report.exit(), "{name}");
            assert_ne!(error.exit(), 0, "{name}");
        }
    }
    println!(
        "{group}: {} of {} reports",
        cases.len().saturating_sub(wrong.len()),
        cases.len()
    );
    assert!(
        wrong.is_empty(),
        "{} of {} differ\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn bundle() {
    run("bundle", 25);
}

#[test]
fn bad() {
    run("bad", 75);
}

#[test]
fn control() {
    run("control", 25);
}
