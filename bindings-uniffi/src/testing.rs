//! What only test builds have: a panic on demand, clock and randomness that repeat, and a record line alone. Plain
//! functions, so that what is generated is the same with and without them.

use std::cell::Cell;
use std::ffi::{CString, c_char};

thread_local! {
    static ARMED: Cell<bool> = const { Cell::new(false) };
    static ANSWER: Cell<CString> = Cell::default();
}

/// The next function of this thread panics.
#[unsafe(no_mangle)]
pub extern "C" fn execert_test_arm() {
    ARMED.set(true);
}

#[expect(clippy::panic, reason = "panicking is what the hook is for")]
pub(crate) fn fire() {
    if ARMED.replace(false) {
        panic!("test hook");
    }
}

/// Clock and randomness repeat from here on, in the whole process.
#[unsafe(no_mangle)]
pub extern "C" fn execert_test_repeat(seed: u64) {
    execert_store::repeat(seed);
}

/// Reads one record line alone: empty, or code and path in two lines. The answer lives until the next of this thread.
///
/// # Safety
/// `len` bytes can be read at `line`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_test_record_line(line: *const u8, len: usize) -> *const c_char {
    // SAFETY: the caller lends the line.
    let line = unsafe { std::slice::from_raw_parts(line, len) };
    let told = match execert::bundle::RecordLine::parse(line) {
        Ok(_record) => String::new(),
        Err(error) => format!("{}\n{}", error.code().as_str(), error.path().unwrap_or_default()),
    };
    let text = CString::new(told).unwrap_or_default();
    let place = text.as_ptr();
    ANSWER.set(text);
    place
}
