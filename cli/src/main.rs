//! The `execert` command.
#![forbid(unsafe_code)]

use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(execert_cli::run(
        std::env::args_os(),
        &mut io::stdout(),
        &mut io::stderr(),
    ))
}
