//! Wrong input, made once for every language (tests/vectors/negative): the code and the place, through the core.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test may"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use execert::canon::{Value, parse, to_jcs};
use execert::digest::unb64;
use execert::limits::Limits;
use execert::report::Severity;
use execert::verify::{check, verify};

fn vectors() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors"))
}

fn json(bytes: &[u8]) -> Value {
    parse(bytes, &Limits::LINE).unwrap()
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

fn number(value: &Value, name: &str) -> Option<usize> {
    usize::try_from(value.get(name)?.as_int()?).ok()
}

/// The bytes that the parts of a case describe; tests/vectors/negative/README.md says how.
fn built(case: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    for part in case.get("parts").unwrap().as_array().unwrap() {
        let times = number(part, "times").unwrap_or(1);
        if let Some(each) = text(part, "each") {
            let all: Vec<String> = (0..times).map(|n| each.replace('%', &n.to_string())).collect();
            out.extend(all.join(text(part, "join").unwrap()).bytes());
            continue;
        }
        let one = if let Some(plain) = text(part, "text") {
            plain.as_bytes().to_vec()
        } else if let Some(encoded) = text(part, "b64") {
            unb64(encoded).unwrap()
        } else {
            let file = fs::read(vectors().join("golden").join(text(part, "golden").unwrap())).unwrap();
            let range: Vec<usize> = part
                .get("lines")
                .unwrap()
                .as_array()
                .unwrap()
                .iter()
                .map(|n| usize::try_from(n.as_int().unwrap()).unwrap())
                .collect();
            let lines = file.split_inclusive(|byte| *byte == b'\n');
            lines
                .skip(range[0] - 1)
                .take(range[1] + 1 - range[0])
                .flatten()
                .copied()
                .collect()
        };
        out.extend(one.repeat(times));
    }
    out
}

fn cases(what: &str) -> Vec<(String, Value)> {
    let file = fs::read(vectors().join("negative/cases.jsonl")).unwrap();
    let lines = file
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(json);
    let cases = lines.filter(|case| text(case, "what") == Some(what));
    let cases: Vec<_> = cases
        .map(|case| {
            (
                format!("{} {}", text(&case, "n").unwrap(), text(&case, "name").unwrap()),
                case,
            )
        })
        .collect();
    assert!(cases.len() > 30, "{}", cases.len());
    println!("{what}: {} cases", cases.len());
    cases
}

#[test]
fn texts() {
    for (name, case) in cases("text") {
        match parse(&built(&case), &Limits::DOCUMENT) {
            Ok(value) => {
                assert!(case.get("code").is_none(), "{name}: it was read");
                // What is read can be written and read again.
                assert_eq!(parse(&to_jcs(&value), &Limits::DOCUMENT).unwrap(), value, "{name}");
            }
            Err(error) => {
                let path = error.path().filter(|path| !path.is_empty());
                let found = (Some(error.code().as_str()), path);
                assert_eq!(found, (text(&case, "code"), text(&case, "path")), "{name}");
                assert_eq!(error.exit(), 2, "{name}");
            }
        }
    }
}

#[test]
fn bundles() {
    let six = |file: &str| json(&fs::read(vectors().join("golden/bundle/six").join(file)).unwrap());
    for (name, case) in cases("bundle") {
        let or = |member: &str, file: &str| case.get(member).cloned().unwrap_or_else(|| six(file));
        let (trust, options) = (or("trust", "trust.json"), or("options", "options.json"));
        let bundle = built(&case);
        let report = match check(&mut bundle.as_slice(), &trust, &options) {
            Ok(report) => report,
            Err(error) => {
                assert_eq!(Some(error.code().as_str()), text(&case, "refused"), "{name}");
                continue;
            }
        };
        assert!(case.get("refused").is_none(), "{name}: there is a report");
        let exit = usize::from(report.exit());
        assert_eq!(
            Some(exit),
            number(&case, "exit"),
            "{name}: {:?}",
            report.findings().collect::<Vec<_>>()
        );
        let first = report.findings().find(|finding| finding.severity == Severity::Error);
        let code = first.map(|finding| finding.code.as_str());
        assert_eq!(code, text(&case, "code"), "{name}");
        if let Some(codes) = case.get("codes") {
            let errors = report.findings().filter(|finding| finding.severity == Severity::Error);
            let found: BTreeSet<&str> = errors.map(|finding| finding.code.as_str()).collect();
            let expected = codes.as_array().unwrap().iter();
            assert!(
                expected.map(|code| code.as_str().unwrap()).eq(found.iter().copied()),
                "{name}: {found:?}"
            );
        }
        let (path, line) = (text(&case, "path"), number(&case, "line"));
        if path.is_some() || line.is_some() {
            let first = first.unwrap();
            let at = first.line.map(|line| usize::try_from(line).unwrap());
            assert_eq!((first.path.as_deref(), at), (path, line), "{name}");
        }
        assert_eq!(
            verify(&mut bundle.as_slice(), &trust, &options).is_ok(),
            exit == 0,
            "{name}"
        );
    }
}
