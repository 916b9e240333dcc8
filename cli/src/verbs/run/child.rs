//! The command itself: its streams pass through and are kept beside.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::process::{Command, Stdio};
use std::thread;

/// The most of a stream that is kept.
pub(super) const KEPT: usize = 1_048_576;

/// What came of a command.
pub(super) struct Ended {
    /// Its exit code; 128 and the signal if a signal ended it.
    pub(super) exit: u8,
    pub(super) stdout: Stream,
    pub(super) stderr: Stream,
}

/// What a command wrote: the beginning, and how much it was.
#[derive(Default)]
pub(super) struct Stream {
    pub(super) kept: Vec<u8>,
    pub(super) total: u64,
}

pub(super) fn run(command: &[OsString]) -> io::Result<Ended> {
    let mut words = command.iter();
    let program = words
        .next()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut child = Command::new(program)
        .args(words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = thread::scope(|scope| {
        let out = scope.spawn(|| pass(stdout, &mut io::stdout()));
        let err = scope.spawn(|| pass(stderr, &mut io::stderr()));
        (out.join().unwrap_or_default(), err.join().unwrap_or_default())
    });
    let status = child.wait()?;
    Ok(Ended {
        exit: exit_code(status),
        stdout,
        stderr,
    })
}

fn pass(from: Option<impl Read>, to: &mut dyn Write) -> Stream {
    let mut stream = Stream::default();
    let Some(mut from) = from else { return stream };
    let mut chunk = [0; 65_536];
    loop {
        let read = match from.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        let bytes = chunk.get(..read).unwrap_or_default();
        let room = KEPT.saturating_sub(stream.kept.len());
        stream.kept.extend(bytes.iter().take(room));
        stream.total = stream.total.saturating_add(u64::try_from(read).unwrap_or(0));
        // Nobody may be reading our side any more; the command still runs to its end and is recorded.
        if to.write_all(bytes).and_then(|()| to.flush()).is_err() {
            continue;
        }
    }
    stream
}

#[cfg(unix)]
fn exit_code(status: std::process::ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| signal.saturating_add(128)));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(not(unix))]
fn exit_code(status: std::process::ExitStatus) -> u8 {
    status.code().map_or(1, |code| u8::try_from(code).unwrap_or(1))
}
