//! Project chores: `cargo xtask generate` writes what is derived from a table or a schema, `--check` says what is stale.

mod abi;
mod codes;
mod generate;
mod header;
mod schemas;
mod types;

use std::io::Write as _;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask generate [--check]
       cargo xtask abi HEADER

  generate          write every generated file
  generate --check  write nothing; fail if a generated file is not current
  abi HEADER        fail if programs that were compiled against the C library would not fit this header
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["generate"] => generate::write(),
        ["generate", "--check"] => generate::check(),
        ["abi", header] => generate::abi(header.as_ref()),
        _ => Err(Error(USAGE.to_owned())),
    };
    match outcome {
        Ok(text) => {
            // A closed pipe is no reason to fail: the work is done.
            let _closed = write!(std::io::stdout().lock(), "{text}");
            ExitCode::SUCCESS
        }
        Err(Error(text)) => {
            let _closed = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
            ExitCode::FAILURE
        }
    }
}

/// What went wrong, for the person at the terminal.
#[derive(Debug)]
struct Error(String);

type Result<T> = std::result::Result<T, Error>;

impl From<String> for Error {
    fn from(text: String) -> Self {
        Self(text)
    }
}
