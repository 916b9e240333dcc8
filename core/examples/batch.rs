//! Answers many questions in one process, a line for a line, so that other implementations can be held against this one
//! (tests/agreement).
//!
//! `batch canon`: base64 of a text in; `{"jcs"}` (base64) or `{"code","path"}` out.
#![expect(clippy::print_stderr, clippy::disallowed_methods, reason = "a program for tests")]

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use execert::canon::{self, Object};
use execert::digest::{b64, unb64};
use execert::limits::Limits;
use execert::{Code, Error, Result, object};

fn main() -> ExitCode {
    let mode = std::env::args().nth(1);
    let work = match mode.as_deref() {
        Some("canon") => canonical,
        _ => {
            eprintln!("usage: batch canon < LINES");
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

fn each_line(work: fn(&[u8]) -> Result<Object>) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().split(b'\n') {
        let answer = work(&line?).unwrap_or_else(refusal);
        out.write_all(&canon::to_jcs(&answer.into()))?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn refusal(error: Error) -> Object {
    object! { "code": error.code().as_str(), "path": error.path().unwrap_or_default() }
}

fn canonical(line: &[u8]) -> Result<Object> {
    let bad = || Error::new(Code::WireBadArgument, "the line is not base64");
    let text = unb64(core::str::from_utf8(line).map_err(|_| bad())?).ok_or_else(bad)?;
    let value = canon::parse(&text, &Limits::DOCUMENT)?;
    Ok(object! { "jcs": b64(&canon::to_jcs(&value)) })
}
