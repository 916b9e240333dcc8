//! What went wrong below us, as codes.

use std::io;
use std::path::Path;

use execert::{Code, Error};
use rusqlite::ErrorCode;

/// An error of SQLite while doing `what`.
pub(crate) fn sql(error: &rusqlite::Error, what: &str) -> Error {
    let rusqlite::Error::SqliteFailure(failure, text) = error else {
        // A column of another type, a row that is not there: the tables are not as we left them.
        return Error::new(Code::StoreCorrupt, format!("{what}: {error}"));
    };
    let code = match failure.code {
        ErrorCode::DiskFull => Code::StoreFull,
        ErrorCode::ReadOnly => Code::StoreReadOnly,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Code::ChainLocked,
        ErrorCode::ConstraintViolation if text.as_deref().is_some_and(|text| text.contains("record.request")) => {
            Code::StoreRequestReused
        }
        ErrorCode::ConstraintViolation | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Code::StoreCorrupt,
        _ => Code::StoreIo,
    };
    // SQLite's own words name tables and columns, never values.
    Error::new(
        code,
        format!(
            "{what}: {} ({})",
            text.as_deref().unwrap_or("no text"),
            failure.extended_code
        ),
    )
}

/// An error of the operating system at `path` while doing `what`.
pub(crate) fn os(error: &io::Error, what: &str, path: &Path) -> Error {
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Code::StoreFull,
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Code::StoreReadOnly,
        _ => Code::StoreIo,
    };
    Error::new(code, format!("{what} {}: {error}", path.display()))
}

/// The store contradicts itself.
pub(crate) fn corrupt(what: impl Into<String>) -> Error {
    Error::new(Code::StoreCorrupt, what)
}
