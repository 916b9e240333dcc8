//! Canonical JSON written without building a value first: for what is written often and whose members are known.

use super::value::{Object, Value};
use super::write::{write_integer, write_object, write_string, write_value};
use crate::digest::{Digest, b64_into, hex_into};
use crate::id::Uuid;
use crate::key::KeyId;
use crate::limits;
use crate::time::Timestamp;

/// What has one canonical text (RFC 8785).
pub trait Jcs {
    /// Appends that text.
    fn write_jcs(&self, out: &mut Vec<u8>);
}

/// The members of an object that is being written. They come in their order, each once: names are ASCII and rise.
pub(crate) struct Members<'o> {
    out: &'o mut Vec<u8>,
    last: &'static str,
}

/// Writes an object.
pub(crate) fn members(out: &mut Vec<u8>, write: impl FnOnce(&mut Members<'_>)) {
    out.push(b'{');
    write(&mut Members { out, last: "" });
    out.push(b'}');
}

impl Members<'_> {
    /// A member whose value `write` writes.
    pub(crate) fn with(&mut self, name: &'static str, write: impl FnOnce(&mut Vec<u8>)) {
        debug_assert!(self.last < name, "{name} comes after {}", self.last);
        if !self.last.is_empty() {
            self.out.push(b',');
        }
        self.last = name;
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        write(self.out);
    }

    /// A member.
    pub(crate) fn put(&mut self, name: &'static str, value: impl Jcs) {
        self.with(name, |out| value.write_jcs(out));
    }

    /// A member that is an object.
    pub(crate) fn object(&mut self, name: &'static str, write: impl FnOnce(&mut Members<'_>)) {
        self.with(name, |out| members(out, write));
    }

    /// A member if there is a value: absent members are absent, never null.
    pub(crate) fn maybe(&mut self, name: &'static str, value: Option<impl Jcs>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    /// A list; absent when it is empty, since the format has no empty lists.
    pub(crate) fn list<T: Jcs>(&mut self, name: &'static str, items: &[T]) {
        self.maybe(name, (!items.is_empty()).then_some(items));
    }

    /// How many bytes there are so far.
    pub(crate) fn written(&self) -> usize {
        self.out.len()
    }
}

impl Jcs for Value {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        write_value(self, out);
    }
}

impl Jcs for Object {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        write_object(self, out);
    }
}

impl Jcs for str {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        write_string(self, out);
    }
}

impl Jcs for String {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        write_string(self, out);
    }
}

impl Jcs for bool {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

/// A counter of our own, far below 2^53 ([`Value::count`]).
impl Jcs for u64 {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        write_integer((*self).min(limits::MAX_INTEGER), out);
    }
}

impl<T: Jcs> Jcs for [T] {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        for (at, item) in self.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            item.write_jcs(out);
        }
        out.push(b']');
    }
}

/// A pair is a list of two.
impl<A: Jcs, B: Jcs> Jcs for (A, B) {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        self.0.write_jcs(out);
        out.push(b',');
        self.1.write_jcs(out);
        out.push(b']');
    }
}

impl<T: Jcs + ?Sized> Jcs for &T {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        (**self).write_jcs(out);
    }
}

/// `null` for none.
impl<T: Jcs> Jcs for Option<T> {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.write_jcs(out),
            None => out.extend_from_slice(b"null"),
        }
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) struct Hex<'b>(pub(crate) &'b [u8]);

/// Bytes as padded base64.
pub(crate) struct B64<'b>(pub(crate) &'b [u8]);

/// What needs no escape.
fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

impl Jcs for Hex<'_> {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        quoted(out, |out| hex_into(self.0, out));
    }
}

impl Jcs for B64<'_> {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        quoted(out, |out| b64_into(self.0, out));
    }
}

impl Jcs for KeyId {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        B64(self.as_bytes()).write_jcs(out);
    }
}

impl Jcs for Digest {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        quoted(out, |out| self.write(out));
    }
}

impl Jcs for Uuid {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        quoted(out, |out| out.extend_from_slice(&self.text()));
    }
}

impl Jcs for Timestamp {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        quoted(out, |out| out.extend_from_slice(&self.text()));
    }
}
