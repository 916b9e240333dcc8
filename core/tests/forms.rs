//! The golden vectors of the reading half: every line is read, or refused with this code, at this path, on this line.
#![expect(clippy::disallowed_methods, reason = "a test reads its vectors")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test may"
)]

use std::fs;
use std::io::{Cursor, Read};
use std::path::PathBuf;

use execert::Error;
use execert::bundle::{Reader, RecordLine};
use execert::canon;
use execert::digest::unb64;
use serde_json::Value;

fn golden() -> PathBuf {
    let own = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/golden"));
    std::env::var_os("EXECERT_VECTORS").map_or_else(own, PathBuf::from)
}

fn cases(file: &str) -> Vec<Value> {
    let text = fs::read_to_string(golden().join(file)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Code and path as the vectors write them (the root is null), and the line.
type Outcome = (Option<String>, Option<String>, Option<u64>);

fn outcome(result: Result<(), Error>) -> Outcome {
    let Err(error) = result else { return (None, None, None) };
    let path = error.path().filter(|path| !path.is_empty()).map(str::to_owned);
    let line = error.line().map(|(line, _)| line);
    (Some(error.code().as_str().to_owned()), path, line)
}

fn text(case: &Value, name: &str) -> Option<String> {
    case[name].as_str().map(str::to_owned)
}

#[test]
fn records_alone() {
    let cases = cases("record/forms.jsonl");
    let mut wrong = Vec::new();
    for case in &cases {
        let line = case["line"].as_str().unwrap();
        let (code, path, _) = outcome(RecordLine::parse(line.as_bytes()).map(|_| ()));
        let expected = (text(case, "code"), text(case, "path"));
        if (&code, &path) != (&expected.0, &expected.1) {
            wrong.push(format!(
                "{}: expected {expected:?}, found {:?}",
                case["name"],
                (code, path)
            ));
        }
    }
    println!(
        "record/forms.jsonl: {} of {} lines",
        cases.len() - wrong.len(),
        cases.len()
    );
    assert_eq!(cases.len(), 976);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the reader understood of a record is all of it: written again, it is the signed predicate.
#[test]
fn records_are_written_as_they_were_read() {
    let mut read = 0;
    for case in cases("record/forms.jsonl") {
        if let Ok(line) = RecordLine::parse(case["line"].as_str().unwrap().as_bytes()) {
            let payload: Value = serde_json::from_slice(&line.envelope.payload).unwrap();
            let written = canon::to_jcs(&line.record);
            let written: Value = serde_json::from_slice(&written).unwrap();
            assert_eq!(written, payload["predicate"], "{}", case["name"]);
            assert_eq!(canon::to_jcs(&line.envelope).len(), {
                let mut envelope: Value = serde_json::from_str(case["line"].as_str().unwrap()).unwrap();
                for beside in ["content", "index", "open", "seed"] {
                    envelope.as_object_mut().unwrap().remove(beside);
                }
                envelope.to_string().len()
            });
            read += 1;
        }
    }
    println!("records written as they were read: {read}");
    assert!(read > 200);
}

/// A source that gives one byte at a time, as a slow pipe may.
struct Drops<R>(R);

impl<R: Read> Read for Drops<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let one = out.len().min(1);
        self.0.read(&mut out[..one])
    }
}

/// Reads all of a bundle; the step tells where the error arose.
fn read_bundle(source: &mut dyn Read) -> (Outcome, u8) {
    let mut reader = Reader::start(source);
    let mut result = reader.manifest().map(|_| ());
    if result.is_ok() {
        result = reader.by_ref().try_for_each(|line| line.map(|_| ()));
    }
    (outcome(result), reader.step())
}

#[test]
fn bundles() {
    let cases = cases("bundle/forms.jsonl");
    let mut wrong = Vec::new();
    for case in &cases {
        let file = match text(case, "file") {
            Some(file) => file.into_bytes(),
            None => unb64(case["file64"].as_str().unwrap()).unwrap(),
        };
        let (found, step) = read_bundle(&mut Cursor::new(&file));
        assert_eq!(
            read_bundle(&mut Drops(Cursor::new(&file))),
            (found.clone(), step),
            "{}",
            case["name"]
        );
        let expected = (text(case, "code"), text(case, "path"), case["at"].as_u64());
        if found != expected {
            wrong.push(format!("{}: expected {expected:?}, found {found:?}", case["name"]));
        }
    }
    println!(
        "bundle/forms.jsonl: {} of {} files",
        cases.len() - wrong.len(),
        cases.len()
    );
    assert_eq!(cases.len(), 217);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every bundle with a report: unreadable ones are refused as the report says, all others are read to the end.
#[test]
fn reported_bundles() {
    let (mut read, mut refused) = (0, 0);
    for group in ["bundle", "bad", "control"] {
        for folder in fs::read_dir(golden().join(group)).unwrap() {
            let folder = folder.unwrap().path();
            let Ok(report) = fs::read_to_string(folder.join("report.json")) else {
                continue;
            };
            let report: Value = serde_json::from_str(&report).unwrap();
            let (found, step) = read_bundle(&mut fs::File::open(folder.join("input.execert")).unwrap());
            if report["verdict"] != "unreadable" {
                assert_eq!(found, (None, None, None), "{}", folder.display());
                read += 1;
                continue;
            }
            let finding = &report["findings"][0];
            let expected = (text(finding, "code"), text(finding, "path"), finding["line"].as_u64());
            assert_eq!(found, expected, "{}", folder.display());
            assert_eq!(Some(u64::from(step)), finding["step"].as_u64(), "{}", folder.display());
            refused += 1;
        }
    }
    println!("bundles with a report: {read} read, {refused} refused");
    assert!(read > 100 && refused > 20);
}

/// Bytes changed, dropped and doubled anywhere: an answer each time, the same one twice, with a line that exists.
#[test]
fn damaged_bundles() {
    let good = fs::read(golden().join("bundle/run-witnessed/input.execert")).unwrap();
    let lines = u64::try_from(good.iter().filter(|&&byte| byte == b'\n').count()).unwrap();
    let mut state = 1_u64;
    let mut draw = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut refused = 0;
    for _ in 0..300 {
        let mut bytes = good.clone();
        let at = draw(bytes.len());
        match draw(3) {
            0 => bytes[at] = u8::try_from(draw(256)).unwrap(),
            1 => drop(bytes.remove(at)),
            _ => bytes.insert(at, bytes[at]),
        }
        let (found, step) = read_bundle(&mut Cursor::new(&bytes));
        assert_eq!(read_bundle(&mut Cursor::new(&bytes)), (found.clone(), step));
        if let Some(line) = found.2 {
            assert!((1..=lines + 1).contains(&line) && (1..=3).contains(&step));
            refused += 1;
        }
    }
    println!("damaged bundles: {refused} of 300 refused at reading");
    // What is left is changed inside signatures and hashes, which the form does not see.
    assert!(refused > 200);
}
