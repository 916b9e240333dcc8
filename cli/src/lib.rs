//! The command line as a function, so that the wheel and the npm package offer the same command.
#![forbid(unsafe_code)]

mod args;
mod fail;
mod files;
mod home;
mod progress;
mod term;
mod verbs;

use std::ffi::OsString;
use std::io::Write;

use clap::{CommandFactory, Parser};

use crate::args::Cli;
use crate::term::Term;

/// Runs one command: `args` with the program's name first, data to `out`, everything else to `err`. The answer is the
/// exit code, as `execert --help` lists it. `out` and `err` must not hold the locks of this process's streams: a command
/// that is recorded writes to them from threads of its own.
pub fn run(args: impl IntoIterator<Item = OsString>, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let text = error.render().to_string();
            let (sink, code): (&mut dyn Write, u8) = if error.use_stderr() { (err, 2) } else { (out, 0) };
            return if sink.write_all(text.as_bytes()).is_ok() {
                code
            } else {
                74
            };
        }
    };
    let mut term = Term::new(out, err, &cli);
    match verbs::run(cli.verb, &mut term) {
        Ok(code) => code,
        Err(fail) => fail.report(&mut term),
    }
}

/// The command as clap describes it, for the reference, the man page and completions.
pub fn command() -> clap::Command {
    Cli::command()
}
