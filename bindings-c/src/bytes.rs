//! Bytes on their way in (borrowed for a call) and out (owned by the caller).

use std::ffi::c_char;

use execert::{Code, Error, Result};

use crate::guard;

/// Borrowed bytes: `len` of them at `data`, which only have to be there during the call. (NULL, 0) is empty. Texts are
/// UTF-8 and need no NUL at their end.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    /// The first byte; may be NULL if there is none.
    pub data: *const c_char,
    /// How many bytes.
    pub len: usize,
}

/// Bytes that belong to the caller, to be given back with `execert_bytes_free`, unchanged: neither with `free`, nor a
/// copy of this struct as well.
#[repr(C)]
pub struct Bytes {
    /// The first byte; NULL if there is none. Not NUL-terminated.
    pub data: *mut u8,
    /// How many bytes.
    pub len: usize,
}

impl Bytes {
    const EMPTY: Bytes = Bytes {
        data: std::ptr::null_mut(),
        len: 0,
    };

    fn of(bytes: Vec<u8>) -> Bytes {
        if bytes.is_empty() {
            return Bytes::EMPTY;
        }
        let len = bytes.len();
        Bytes {
            data: Box::into_raw(bytes.into_boxed_slice()).cast(),
            len,
        }
    }
}

fn wrong(name: &str, what: &str) -> Error {
    Error::new(Code::WireBadArgument, format!("the argument `{name}` {what}")).at(format!("/{name}"))
}

/// What a caller lends for one call.
///
/// # Errors
/// `wire.bad_argument` for NULL with a length, and for a length that no object has.
///
/// # Safety
/// `text.len` bytes can be read at `text.data` as long as the answer lives.
pub(crate) unsafe fn borrowed<'a>(text: Str, name: &str) -> Result<&'a [u8]> {
    if text.len == 0 {
        return Ok(&[]);
    }
    if text.data.is_null() {
        return Err(wrong(name, "is NULL with a length"));
    }
    if isize::try_from(text.len).is_err() {
        return Err(wrong(name, "has a length that nothing has"));
    }
    // SAFETY: not null, of a length that an object may have, and the caller lends that many bytes.
    Ok(unsafe { std::slice::from_raw_parts(text.data.cast(), text.len) })
}

/// The same as text.
///
/// # Errors
/// As [`borrowed`], and for what is not UTF-8.
///
/// # Safety
/// As [`borrowed`].
#[cfg(feature = "record")]
pub(crate) unsafe fn text<'a>(given: Str, name: &str) -> Result<&'a str> {
    // SAFETY: the caller's promise is passed on.
    let bytes = unsafe { borrowed(given, name) }?;
    std::str::from_utf8(bytes).map_err(|_| wrong(name, "is not UTF-8"))
}

/// A place where an answer goes: empty at first, so that it holds nothing wild after an error.
///
/// # Errors
/// `wire.bad_argument` for NULL.
///
/// # Safety
/// `place` is NULL or can be written.
pub(crate) unsafe fn out<'a, T>(place: *mut T, name: &str, empty: T) -> Result<&'a mut T> {
    if place.is_null() {
        return Err(wrong(name, "is NULL: the answer has no place to go"));
    }
    // SAFETY: not null, and the caller says that it can be written; what stood there is not read.
    unsafe {
        place.write(empty);
        Ok(&mut *place)
    }
}

/// A place for bytes.
///
/// # Errors
/// As [`out`].
///
/// # Safety
/// As [`out`].
pub(crate) unsafe fn answer<'a>(place: *mut Bytes, name: &str) -> Result<Answer<'a>> {
    // SAFETY: the caller's promise is passed on.
    unsafe { out(place, name, Bytes::EMPTY) }.map(Answer)
}

/// A place for bytes that nobody has to ask for.
///
/// # Safety
/// `place` is NULL or can be written.
#[cfg(feature = "record")]
pub(crate) unsafe fn optional<'a>(place: *mut Bytes) -> Option<Answer<'a>> {
    // SAFETY: the caller's promise is passed on.
    unsafe { answer(place, "answer") }.ok()
}

/// Takes an answer, once.
pub(crate) struct Answer<'a>(&'a mut Bytes);

impl Answer<'_> {
    pub(crate) fn set(self, bytes: Vec<u8>) {
        *self.0 = Bytes::of(bytes);
    }
}

/// Gives bytes back, and leaves (NULL, 0), so that a second time is nothing; NULL is nothing too.
///
/// # Safety
/// `bytes` is NULL or points at bytes of this library, which no other thread uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_bytes_free(bytes: *mut Bytes) {
    guard::value((), || {
        if bytes.is_null() {
            return;
        }
        // SAFETY: not null, and the caller says that these are bytes of ours.
        let given = unsafe { bytes.replace(Bytes::EMPTY) };
        if !given.data.is_null() {
            // SAFETY: made by `Bytes::of` from a boxed slice of this length; the place no longer names it.
            drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(given.data, given.len)) });
        }
    });
}
