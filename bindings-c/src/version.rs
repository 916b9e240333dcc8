//! Which library this is.

use std::ffi::{CStr, c_char};

use crate::guard;

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
