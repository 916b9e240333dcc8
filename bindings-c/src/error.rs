//! Errors as C sees them: handles, with texts that live as long as they do.

use std::ffi::{CStr, CString, c_char};

use execert::{Code, Error, Result};

use crate::bytes::Str;
use crate::guard;
use crate::handles::Table;

/// Why a function has no answer. NULL is no error; every function here takes NULL. The texts of an error are
/// NUL-terminated, never NULL, and live until it is freed: nobody may read them while another thread frees it.
pub struct ErrorHandle(());

struct Told {
    code: CString,
    kind: CString,
    message: CString,
    path: CString,
    hint: CString,
    request: CString,
    report: Vec<u8>,
    number: u32,
    exit: i32,
}

static ERRORS: Table<Told> = Table::new(1, "error");

/// What is left when not even an error can be kept: the highest handle there is, which stands for `internal.panic`.
fn last_resort() -> *mut ErrorHandle {
    std::ptr::without_provenance_mut(usize::MAX)
}

pub(crate) fn keep(error: &Error) -> *mut ErrorHandle {
    // Texts of the core hold no NUL; one that did would end there.
    let text = |text: &str| CString::new(text.split('\0').next().unwrap_or_default()).unwrap_or_default();
    let told = Told {
        code: text(error.code().as_str()),
        kind: text(error.kind().as_str()),
        message: text(&error.to_string()),
        path: text(error.path().unwrap_or_default()),
        hint: text(error.next()),
        request: text(error.request_digest().unwrap_or_default()),
        report: error.report_bytes().unwrap_or_default().to_vec(),
        number: u32::from(error.code().number()),
        exit: i32::from(error.exit()),
    };
    ERRORS.put(told).unwrap_or_else(|_full| last_resort())
}

/// What is told of one thing that errors say: of NULL, of what is no error, and of the last resort.
struct Otherwise<T> {
    none: T,
    bad: T,
    last: T,
}

fn ask<T>(error: *const ErrorHandle, otherwise: Otherwise<T>, which: impl FnOnce(&Told) -> T) -> T {
    if error.is_null() {
        otherwise.none
    } else if error == last_resort().cast_const() {
        otherwise.last
    } else {
        let found: Result<_> = ERRORS.get(error);
        found.map_or(otherwise.bad, |told| which(&told))
    }
}

/// A text of an error. It stays where it is until the error is freed, since nothing changes or moves it before.
fn text(
    error: *const ErrorHandle,
    bad: &'static CStr,
    last: &'static CStr,
    which: impl FnOnce(&Told) -> &CString,
) -> *const c_char {
    guard::value(c"".as_ptr(), || {
        let otherwise = Otherwise {
            none: c"".as_ptr(),
            bad: bad.as_ptr(),
            last: last.as_ptr(),
        };
        ask(error, otherwise, |told| which(told).as_ptr())
    })
}

/// The stable code, such as "policy.denied"; "" for NULL. Never NULL itself. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_code(error: *const ErrorHandle) -> *const c_char {
    text(error, c"wire.bad_handle", c"internal.panic", |told| &told.code)
}

/// What to do: "invalid", "denied", "untrusted", "conflict", "unavailable" or "internal"; "" for NULL. Lives as long as
/// the error.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_kind(error: *const ErrorHandle) -> *const c_char {
    text(error, c"invalid", c"internal", |told| &told.kind)
}

/// One line: what is wrong, and where; "" for NULL. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_message(error: *const ErrorHandle) -> *const c_char {
    let bad = c"wire.bad_handle: the error was freed, or never was one";
    let last = c"internal.panic: not even the error could be kept";
    text(error, bad, last, |told| &told.message)
}

/// JSON Pointer of the value at fault; "" if there is none. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_path(error: *const ErrorHandle) -> *const c_char {
    text(error, c"", c"", |told| &told.path)
}

/// What to do next, for a person; "" for NULL. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_hint(error: *const ErrorHandle) -> *const c_char {
    text(error, c"", c"", |told| &told.hint)
}

/// Digest of the request that waits for an approval, for `execert_recorder_approve`; "" if none does. Lives as long as
/// the error.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_request(error: *const ErrorHandle) -> *const c_char {
    text(error, c"", c"", |told| &told.request)
}

/// The number of the code, one of `enum execert_code`; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_number(error: *const ErrorHandle) -> u32 {
    let number = |code: Code| u32::from(code.number());
    let otherwise = Otherwise {
        none: 0,
        bad: number(Code::WireBadHandle),
        last: number(Code::InternalPanic),
    };
    guard::value(number(Code::InternalPanic), || {
        ask(error, otherwise, |told| told.number)
    })
}

/// The exit code of a command that ends with this error, the same as `execert` has; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_exit(error: *const ErrorHandle) -> i32 {
    let otherwise = Otherwise {
        none: 0,
        bad: 2,
        last: 70,
    };
    guard::value(70, || ask(error, otherwise, |told| told.exit))
}

/// The report behind an error of the kind "untrusted", as canonical JSON; empty if there is none. Lives as long as the
/// error.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_report(error: *const ErrorHandle) -> Str {
    const NONE: Str = Str {
        data: std::ptr::null(),
        len: 0,
    };
    guard::value(NONE, || {
        // An empty vector has an address that is none: some callers keep it where only addresses may lie (the stacks of Go).
        let found = ERRORS.get(error).ok().filter(|told| !told.report.is_empty());
        found.map_or(NONE, |told| Str {
            data: told.report.as_ptr().cast(),
            len: told.report.len(),
        })
    })
}

/// Frees an error and its texts. NULL, and an error that was freed, are nothing.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_free(error: *mut ErrorHandle) {
    guard::value((), || drop(ERRORS.take(error)));
}
