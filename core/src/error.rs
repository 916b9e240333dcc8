//! One error type: where, what, and what to do next.

use std::fmt;

use crate::codes::Code;
use crate::shown;

/// What the caller has to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// The call or the document is wrong: correct it.
    Invalid,
    /// Policy, approval, certificate or budget says no: do not run it.
    Denied,
    /// The evidence does not hold or cannot be read: do not rely on it.
    Untrusted,
    /// Someone else moved first: open again and repeat.
    Conflict,
    /// Store, signer or witness failed: stop, and try later.
    Unavailable,
    /// A defect in execert: report it.
    Internal,
}

impl Kind {
    /// The word used in documents and other languages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Invalid => "invalid",
            Kind::Denied => "denied",
            Kind::Untrusted => "untrusted",
            Kind::Conflict => "conflict",
            Kind::Unavailable => "unavailable",
            Kind::Internal => "internal",
        }
    }
}

/// `Result` with [`Error`].
pub type Result<T> = core::result::Result<T, Error>;

/// An error: a stable [`Code`], one sentence, the place, and the next step.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    code: Code,
    message: String,
    path: Option<String>,
    hint: Option<String>,
    line: Option<(u64, u64)>,
    request: Option<String>,
    report: Option<(Vec<u8>, u8)>,
}

impl Error {
    /// An error of this code. `message` is a sentence fragment and never holds content or keys.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            code,
            message: message.into(),
            path: None,
            hint: None,
            line: None,
            request: None,
            report: None,
        }))
    }

    /// The same error with the JSON Pointer (RFC 6901) of the value at fault; `""` is the root.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.0.path = Some(path.into());
        self
    }

    /// The same error seen from one level above: its path is below this reference token, which is escaped already.
    #[must_use]
    pub fn below(mut self, token: &str) -> Self {
        let path = self.0.path.unwrap_or_default();
        self.0.path = Some(format!("/{token}{path}"));
        self
    }

    /// The same error with a next step better than the one of its code.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.0.hint = Some(text.into());
        self
    }

    /// The same error with its place in a text, both from 1.
    #[must_use]
    pub fn on_line(mut self, line: u64, column: u64) -> Self {
        self.0.line = Some((line, column));
        self
    }

    /// The same error with the digest of the approval request that was recorded.
    #[must_use]
    pub fn request(mut self, digest: impl Into<String>) -> Self {
        self.0.request = Some(digest.into());
        self
    }

    /// The same error with the whole report (JCS) and its exit code.
    #[must_use]
    pub fn report(mut self, report: Vec<u8>, exit: u8) -> Self {
        self.0.report = Some((report, exit));
        self
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What the caller has to do about it. With a report behind it, whatever the code: do not rely on the evidence.
    pub fn kind(&self) -> Kind {
        match self.0.report {
            Some(_) => Kind::Untrusted,
            None => self.0.code.kind(),
        }
    }

    /// What happened, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// JSON Pointer of the value at fault.
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// What to do next.
    pub fn next(&self) -> &str {
        self.0.hint.as_deref().unwrap_or_else(|| self.0.code.next())
    }

    /// Line and column, from 1.
    pub fn line(&self) -> Option<(u64, u64)> {
        self.0.line
    }

    /// Digest of the approval request that waits for an answer.
    pub fn request_digest(&self) -> Option<&str> {
        self.0.request.as_deref()
    }

    /// The report behind an `Untrusted` error, as JCS.
    pub fn report_bytes(&self) -> Option<&[u8]> {
        self.0.report.as_ref().map(|(bytes, _)| bytes.as_slice())
    }

    /// The exit code of a command that ends with this error.
    pub fn exit(&self) -> u8 {
        if let Some((_, exit)) = &self.0.report {
            return *exit;
        }
        match (self.kind(), self.code()) {
            (_, Code::PolicyApprovalMissing) => 10,
            (Kind::Invalid, _) => 2,
            (Kind::Denied, _) => 9,
            (Kind::Untrusted, _) => 1,
            (Kind::Conflict | Kind::Unavailable, _) => 74,
            (Kind::Internal, _) => 70,
        }
    }
}

/// Letters of a message, and of a path, that a line shows: names in a path come from whoever wrote the document.
const SHOWN: (usize, usize) = (1_000, 300);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown::line(&self.0.message, SHOWN.0))?;
        let path = self.path().map(|path| shown::line(path, SHOWN.1)).unwrap_or_default();
        match self.line() {
            Some((line, column)) if path.is_empty() => write!(f, " (line {line}, column {column})"),
            Some((line, column)) => write!(f, " (line {line}, column {column}, `{path}`)"),
            None if path.is_empty() => Ok(()),
            None => write!(f, " (`{path}`)"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code().as_str())
    }
}

impl std::error::Error for Error {}
