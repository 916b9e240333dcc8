//! Strings: lone surrogates as text, and the length that the writer will need.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// A Python string as Unicode scalar values; true if it held a lone surrogate. Then `\` is doubled and each surrogate
/// reads `\ud800`, so the text can be told back and a scanner still reads it.
pub(super) fn scalars(text: &Bound<'_, PyString>) -> (String, bool) {
    if let Ok(text) = text.to_str() {
        return (text.to_owned(), false);
    }
    // UTF-32, not UTF-16: two lone halves side by side must not become one character.
    let bytes = text
        .py()
        .get_type::<PyString>()
        .call_method1("encode", (text, "utf-32-le", "surrogatepass"))
        .and_then(|bytes| Ok(bytes.cast_into::<PyBytes>()?));
    let Ok(bytes) = bytes else {
        return (String::new(), true);
    };
    let mut out = String::new();
    for unit in bytes.as_bytes().as_chunks::<4>().0 {
        let code = u32::from_le_bytes(*unit);
        match char::from_u32(code) {
            Some('\\') => out.push_str("\\\\"),
            Some(letter) => out.push(letter),
            None => out.push_str(&format!("\\u{code:04x}")),
        }
    }
    (out, true)
}

/// Bytes of a string as JCS, quotes included.
pub(super) fn jcs_len(text: &str) -> usize {
    let escapes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | 0x08 | 0x09 | 0x0a | 0x0c | 0x0d => 1_usize,
        0x00..0x20 => 5,
        _ => 0,
    });
    escapes.fold(text.len().saturating_add(2), usize::saturating_add)
}
