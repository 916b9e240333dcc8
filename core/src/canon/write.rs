//! The RFC 8785 writer.

use super::plain;
use super::value::Value;

/// Room for most values, so that a small one is not moved as it grows.
const ROOM: usize = 256;

/// A value as JCS bytes.
pub fn to_jcs(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(ROOM);
    write_jcs(value, &mut out);
    out
}

/// Appends a value as JCS bytes. Objects are sorted by construction, so this is one walk.
pub fn write_jcs(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => out.extend_from_slice(number_text(*number, &mut ryu_js::Buffer::new()).as_bytes()),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_jcs(item, out);
            }
            out.push(b']');
        }
        Value::Object(object) => {
            out.push(b'{');
            for (at, (name, item)) in object.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_string(name, out);
                out.push(b':');
                write_jcs(item, out);
            }
            out.push(b'}');
        }
    }
}

/// ECMAScript `Number::toString`; the buffer is the caller's so that nothing is allocated.
pub(super) fn number_text(number: f64, buffer: &mut ryu_js::Buffer) -> &str {
    // A value is finite by construction; -0 is written 0 by ECMAScript itself.
    buffer.format(number)
}

fn write_string(text: &str, out: &mut Vec<u8>) {
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
