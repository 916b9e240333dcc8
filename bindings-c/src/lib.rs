//! The C library. `include/execert.h` is made from this; what a function does, and who owns what for how long, is said
//! there for each.
//!
//! Three rules hold for all. A function that can fail returns an error, or NULL; its answers come through pointers. A
//! handle is a number in the clothes of a pointer: it is looked up, never followed, so one that was freed, or is of
//! another kind, is an error and no crash. Bytes that come in are borrowed for the call, bytes that go out are the
//! caller's.
#![expect(unreachable_pub, reason = "what C reaches is `pub`; no Rust code links this library")]

mod bytes;
mod error;
mod evidence;
mod guard;
mod handles;
#[cfg(feature = "record")]
mod key;
#[cfg(feature = "record")]
mod recorder;
#[cfg(feature = "record")]
mod run;
#[cfg(feature = "record")]
mod step;
#[cfg(feature = "testing")]
mod testing;

use std::ffi::{CStr, c_char};

/// The number of this interface. Functions are added to it, and none is changed, while it stays the same.
pub const EXECERT_ABI_VERSION: u32 = 0;

/// The number of the interface that the library has. Compare it with `EXECERT_ABI_VERSION` before anything else.
#[unsafe(no_mangle)]
pub extern "C" fn execert_abi_version() -> u32 {
    guard::value(0, || EXECERT_ABI_VERSION)
}

/// The version of the library, such as "0.1.0". Static.
#[unsafe(no_mangle)]
pub extern "C" fn execert_version() -> *const c_char {
    const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(text) => text,
        Err(_) => c"",
    };
    guard::value(c"".as_ptr(), || VERSION.as_ptr())
}
