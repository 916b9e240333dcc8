//! The golden vectors of the reading half: every line is read, or refused with this code, at this path, on this line.
#![expect(clippy::disallowed_methods, reason = "a test reads its vectors")]

use std::fs;
use std::io::{Cursor, Read};
use std::path::PathBuf;

use execert::Error;
use execert::bundle::{Reader, RecordLine};
use execert::digest::unb64;
use serde_json::Value;

fn cases(file: &str) -> Vec<Value> {
    let folder = std::env::var_os("EXECERT_VECTORS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/golden")),
        PathBuf::from,
    );
    let text = fs::read_to_string(folder.join(file)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Code and path as the vectors write them: the root is null.
fn outcome(result: Result<(), Error>) -> (Option<String>, Option<String>, Option<u64>) {
    let Err(error) = result else { return (None, None, None) };
    let path = error.path().filter(|path| !path.is_empty()).map(str::to_owned);
    (
        Some(error.code().as_str().to_owned()),
        path,
        error.line().map(|(line, _)| line),
    )
}

fn text(case: &Value, name: &str) -> Option<String> {
    case[name].as_str().map(str::to_owned)
}

#[test]
fn records_alone() {
    let cases = cases("record/forms.jsonl");
    let mut wrong = Vec::new();
    for case in &cases {
        let (code, path, _) = outcome(RecordLine::parse(case["line"].as_str().unwrap().as_bytes()).map(|_| ()));
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

/// A source that gives one byte at a time, as a slow pipe may.
struct Drops<R>(R);

impl<R: Read> Read for Drops<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let one = out.len().min(1);
        self.0.read(&mut out[..one])
    }
}

fn read_bundle(source: &mut dyn Read) -> Result<(), Error> {
    let (_, reader) = Reader::new(source)?;
    for line in reader {
        line?;
    }
    Ok(())
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
        let found = outcome(read_bundle(&mut Cursor::new(&file)));
        assert_eq!(
            outcome(read_bundle(&mut Drops(Cursor::new(&file)))),
            found,
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
