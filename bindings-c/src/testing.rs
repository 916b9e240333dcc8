//! What only test builds have: a panic on demand, and clock and randomness that repeat.

use std::cell::Cell;

use crate::bytes::{Str, borrowed};
use crate::error::ErrorHandle;
use crate::guard;

thread_local! {
    static ARMED: Cell<bool> = const { Cell::new(false) };
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
#[cfg(feature = "record")]
#[unsafe(no_mangle)]
pub extern "C" fn execert_test_repeat(seed: u64) {
    execert_store::repeat(seed);
}

/// Reads one record line alone.
///
/// # Safety
/// `line` is readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_test_record_line(line: Str) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller lends the line.
        execert::bundle::RecordLine::parse(unsafe { borrowed(line, "line") }?).map(drop)
    })
}
