//! Answers many questions in one process, a line for a line, so that other implementations can be held against this one
//! (tests/agreement).
//!
//! `batch canon`: base64 of a text in; `{"jcs"}` (base64) or `{"code","path"}` out.
//! `batch verify`: `{"bundle","trust","options"}` in (a path, a path or a document, a document); the report out, or
//! `{"error":{"code","path"}}` where there is none.
#![expect(clippy::print_stderr, clippy::disallowed_methods, reason = "a program for tests")]

use std::fs;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use execert::canon::{self, Object, Value};
use execert::digest::{b64, unb64};
use execert::limits::Limits;
use execert::{Code, Error, Result, object, verify};

/// Either way a line to write.
type Answer = core::result::Result<Object, Object>;

fn main() -> ExitCode {
    let mode = std::env::args().nth(1);
    let work = match mode.as_deref() {
        Some("canon") => canonical,
        Some("verify") => report,
        _ => {
            eprintln!("usage: batch canon|verify < LINES");
            return ExitCode::from(2);
        }
    };
    match each_line(work) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(74)
        }
    }
}

fn each_line(work: fn(&[u8]) -> Answer) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().split(b'\n') {
        let answer = work(&line?).unwrap_or_else(|refused| refused);
        out.write_all(&canon::to_jcs(&answer))?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn refusal(error: Error) -> Object {
    object! { "code": error.code().as_str(), "path": error.path().unwrap_or_default() }
}

fn canonical(line: &[u8]) -> Answer {
    let bad = || refusal(Error::new(Code::WireBadArgument, "the line is not base64"));
    let text = core::str::from_utf8(line).ok().and_then(unb64).ok_or_else(bad)?;
    let value = canon::parse(&text, &Limits::DOCUMENT).map_err(refusal)?;
    Ok(object! { "jcs": b64(&canon::to_jcs(&value)) })
}

fn report(line: &[u8]) -> Answer {
    checked(line).map_err(|error| object! { "error": refusal(error) })
}

fn checked(line: &[u8]) -> Result<Object> {
    let bad = |text: &str| Error::new(Code::WireBadArgument, text.to_owned());
    let request = canon::parse(line, &Limits::DOCUMENT)?;
    let member = |name: &str| request.get(name).ok_or_else(|| bad(name));
    let io = |error: io::Error| Error::new(Code::StoreIo, error.to_string());
    let trust = match member("trust")? {
        Value::String(path) => canon::parse(&fs::read(path).map_err(io)?, &Limits::DOCUMENT)?,
        document => document.clone(),
    };
    let path = member("bundle")?.as_str().ok_or_else(|| bad("bundle"))?;
    let mut bundle = fs::File::open(path).map_err(io)?;
    let found = verify::check(&mut bundle, &trust, member("options")?)?.to_value();
    Ok(found.as_object().cloned().unwrap_or_default())
}
