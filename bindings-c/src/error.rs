//! Errors as C sees them: handles, with texts that live as long as they do.

use std::ffi::{CString, c_char};

use execert::{Error, Result};

use crate::bytes::Str;
use crate::guard;
use crate::handles::Table;

/// Why a function has no answer. NULL is no error; every function here takes NULL.
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

/// A text of an error. It stays where it is until the error is freed, since nothing changes or moves it before.
fn told(
    error: *const ErrorHandle,
    otherwise: &'static std::ffi::CStr,
    which: impl FnOnce(&Told) -> &CString,
) -> *const c_char {
    guard::value(c"".as_ptr(), || {
        if error.is_null() {
            return c"".as_ptr();
        }
        let found: Result<_> = ERRORS.get(error);
        found.map_or(otherwise.as_ptr(), |told| which(&told).as_ptr())
    })
}

/// The stable code, such as "policy.denied"; "" for NULL. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_code(error: *const ErrorHandle) -> *const c_char {
    told(error, c"wire.bad_handle", |told| &told.code)
}

/// What to do: "invalid", "denied", "untrusted", "conflict", "unavailable" or "internal"; "" for NULL. Lives as long as
/// the error.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_kind(error: *const ErrorHandle) -> *const c_char {
    told(error, c"invalid", |told| &told.kind)
}

/// One sentence with the place; "" for NULL. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_message(error: *const ErrorHandle) -> *const c_char {
    told(error, c"the error was freed, or never was one", |told| &told.message)
}

/// JSON Pointer of the value at fault; "" if there is none. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_path(error: *const ErrorHandle) -> *const c_char {
    told(error, c"", |told| &told.path)
}

/// What to do next; "" for NULL. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_hint(error: *const ErrorHandle) -> *const c_char {
    told(error, c"", |told| &told.hint)
}

/// Digest of the request that waits for an approval; "" if none does. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_request(error: *const ErrorHandle) -> *const c_char {
    told(error, c"", |told| &told.request)
}

/// The number of the code, one of `enum execert_code`; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_number(error: *const ErrorHandle) -> u32 {
    let bad = u32::from(execert::Code::WireBadHandle.number());
    number(error, 0, bad, |told| told.number)
}

/// The exit code of a command that ends with this error; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_exit(error: *const ErrorHandle) -> i32 {
    number(error, 0, 2, |told| told.exit)
}

fn number<T: Copy>(error: *const ErrorHandle, none: T, bad: T, which: impl FnOnce(&Told) -> T) -> T {
    guard::value(bad, || {
        if error.is_null() {
            return none;
        }
        ERRORS.get(error).map_or(bad, |told| which(&told))
    })
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
        ERRORS.get(error).map_or(NONE, |told| Str {
            data: told.report.as_ptr().cast(),
            len: told.report.len(),
        })
    })
}

/// Lets go of an error and its texts. NULL, and an error that was freed, are nothing.
#[unsafe(no_mangle)]
pub extern "C" fn execert_error_free(error: *mut ErrorHandle) {
    guard::value((), || drop(ERRORS.take(error)));
}
