//! How a command ends when it does not succeed: one line, the code, and one next step.

use std::io;

use execert::{Code, Error, privacy};

use crate::term::Term;

/// A failed command.
#[derive(Debug)]
pub(crate) enum Fail {
    /// An error of the library.
    Error(Box<Error>),
    /// The command was used in a way that cannot work: text, next step.
    Usage(String, String),
    /// A file of this name could not be read or written.
    Io(String, io::Error),
    /// Nobody reads our output any more.
    Closed,
}

/// What a verb answers: its exit code.
pub(crate) type Outcome = Result<u8, Fail>;

impl From<Error> for Fail {
    fn from(error: Error) -> Self {
        Fail::Error(Box::new(error))
    }
}

impl Fail {
    pub(crate) fn usage(text: impl Into<String>, next: impl Into<String>) -> Self {
        Fail::Usage(text.into(), next.into())
    }

    /// An error of the library about a named file.
    pub(crate) fn about(file: &str) -> impl Fn(Error) -> Fail + '_ {
        move |error| {
            let mut named = Error::new(error.code(), format!("{file}: {}", error.message())).hint(error.next());
            if let Some(path) = error.path() {
                named = named.at(path);
            }
            if let Some((line, column)) = error.line() {
                named = named.on_line(line, column);
            }
            Fail::from(named)
        }
    }

    pub(crate) fn io(file: &str) -> impl Fn(io::Error) -> Fail + '_ {
        move |error| Fail::Io(file.to_owned(), error)
    }

    /// Writes the message; the answer is the exit code.
    pub(crate) fn report(&self, term: &mut Term<'_>) -> u8 {
        let (text, hint, code) = match self {
            Fail::Error(error) => {
                let error = &privacy::shown(error);
                let mut text = format!("{error} ({})", error.code().as_str());
                if let Some(request) = error.request_digest() {
                    text.push_str(&format!("; the request is {request}"));
                }
                (text, error.next().to_owned(), error.exit())
            }
            Fail::Usage(text, next) => (text.clone(), next.clone(), 2),
            Fail::Io(file, error) => {
                let next = match error.kind() {
                    io::ErrorKind::NotFound => "check the name; nothing was changed",
                    io::ErrorKind::AlreadyExists => "execert never writes over a file: move it away or name another",
                    _ => "check the permissions and the disk; nothing was changed",
                };
                (format!("{file}: {}", plain_io(error)), next.to_owned(), 74)
            }
            Fail::Closed => return 74,
        };
        // If the error cannot be written either, the exit code still says it.
        term.error(&text, &hint).map_or(74, |()| code)
    }
}

fn plain_io(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::AlreadyExists => "it is there already".into(),
        _ => error.to_string().to_lowercase(),
    }
}

/// The code that stands for a missing argument or document of ours.
pub(crate) fn bad_argument(text: impl Into<String>) -> Fail {
    Fail::from(Error::new(Code::WireBadArgument, text))
}
