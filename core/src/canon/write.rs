//! The RFC 8785 writer.

use super::members::Jcs;
use super::plain;
use super::value::{Object, Value, whole};

/// Room for most values, so that a small one is not moved as it grows.
const ROOM: usize = 256;

/// A value as JCS bytes.
pub fn to_jcs(value: &(impl Jcs + ?Sized)) -> Vec<u8> {
    let mut out = Vec::with_capacity(ROOM);
    value.write_jcs(&mut out);
    out
}

/// Objects are sorted by construction, so this is one walk.
pub(super) fn write_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(flag) => flag.write_jcs(out),
        Value::Number(number) => write_number(*number, out),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => items.as_slice().write_jcs(out),
        Value::Object(object) => write_object(object, out),
    }
}

pub(super) fn write_object(object: &Object, out: &mut Vec<u8>) {
    out.push(b'{');
    for (at, (name, item)) in object.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_string(name, out);
        out.push(b':');
        write_value(item, out);
    }
    out.push(b'}');
}

fn write_number(number: f64, out: &mut Vec<u8>) {
    match whole(number) {
        Some(integer) => write_integer(integer, out),
        None => out.extend_from_slice(number_text(number, &mut ryu_js::Buffer::new()).as_bytes()),
    }
}

/// An integer below 2^53, as ECMAScript writes it: all its digits.
pub(super) fn write_integer(mut rest: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first = first.saturating_sub(1);
        if let Some(slot) = digits.get_mut(first) {
            *slot = b'0' | u8::try_from(rest % 10).unwrap_or_default();
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(first..).unwrap_or_default());
}

/// ECMAScript `Number::toString`; the buffer is the caller's so that nothing is allocated.
pub(super) fn number_text(number: f64, buffer: &mut ryu_js::Buffer) -> &str {
    // A value is finite by construction; -0 is written 0 by ECMAScript itself.
    buffer.format(number)
}

pub(super) fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    // Runs without an escape are copied whole; every byte to escape is ASCII, so a cut is never inside a character.
    loop {
        let (plain, tail) = rest.split_at(plain(rest));
        out.extend_from_slice(plain);
        let Some((&byte, after)) = tail.split_first() else {
            break;
        };
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x09 => out.extend_from_slice(b"\\t"),
            0x0a => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            0x0d => out.extend_from_slice(b"\\r"),
            other => out.extend_from_slice(format!("\\u{other:04x}").as_bytes()),
        }
        rest = after;
    }
    out.push(b'"');
}
