//! Canonical JSON: a strict reader (RFC 8259) and the RFC 8785 (JCS) writer.
//!
//! What the writer emits, the reader accepts, byte for byte.

pub mod fields;
mod members;
mod parse;
mod value;
mod write;

pub use members::Jcs;
pub(crate) use members::{B64, Hex, Members, members};
pub use parse::{document, parse, parse_canonical};
pub use value::{Object, Value, check_limits};
pub use write::to_jcs;

use std::cmp::Ordering;

/// Compares two names by their UTF-16 code units, as RFC 8785 sorts members.
///
/// UTF-8 order differs only where one side holds a character beyond U+FFFF: its UTF-16 form begins with a
/// surrogate (U+D800..U+DFFF), so its lead byte (0xF0..0xF4) sorts after 0xED and before 0xEE.
pub fn cmp_utf16(a: &str, b: &str) -> Ordering {
    // Against ASCII both orders are the same.
    if a.is_ascii() || b.is_ascii() {
        return a.cmp(b);
    }
    let weight = |byte: u8| if byte >= 0xf0 { (0xed, byte) } else { (byte, 0) };
    for (x, y) in a.bytes().zip(b.bytes()) {
        if x != y {
            return weight(x).cmp(&weight(y));
        }
    }
    a.len().cmp(&b.len())
}

/// How many bytes stand for themselves in a JSON string, from the front: up to a quote, a backslash or a control
/// character.
fn plain(bytes: &[u8]) -> usize {
    let special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    // Blocks without a way out in the middle are what compilers turn into vector instructions.
    let (blocks, _) = bytes.as_chunks::<16>();
    let block = |block: &&[u8; 16]| !block.iter().fold(false, |any, byte| any | special(byte));
    let clear = blocks.iter().take_while(block).count().saturating_mul(16);
    let rest = bytes.get(clear..).unwrap_or_default();
    clear.saturating_add(rest.iter().position(special).unwrap_or(rest.len()))
}

/// Adds one reference token to a JSON Pointer (RFC 6901), escaped.
pub fn push_pointer(pointer: &mut String, token: &str) {
    pointer.push('/');
    if !token.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        pointer.push_str(token);
        return;
    }
    for letter in token.chars() {
        match letter {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// One reference token as it stands in a JSON Pointer.
pub fn escape_pointer(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// The tokens of a JSON Pointer, unescaped; none if it is not one.
pub fn pointer_tokens(pointer: &str) -> Option<Vec<String>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    let rest = pointer.strip_prefix('/')?;
    rest.split('/')
        .map(|token| {
            let mut out = String::with_capacity(token.len());
            let mut letters = token.chars();
            while let Some(letter) = letters.next() {
                match letter {
                    '~' => match letters.next() {
                        Some('0') => out.push('~'),
                        Some('1') => out.push('/'),
                        _ => return None,
                    },
                    other => out.push(other),
                }
            }
            Some(out)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_that_of_utf16() {
        let names = [
            "",
            "a",
            "aa",
            "b",
            "\u{7f}",
            "\u{80}",
            "é",
            "\u{7ff}",
            "\u{800}",
            "\u{d7ff}",
            "\u{10000}",
            "\u{1f600}",
            "\u{10ffff}",
            "\u{e000}",
            "\u{fb33}",
            "\u{ffff}",
            "\u{e000}a",
        ];
        for a in names {
            for b in names {
                let want = a.encode_utf16().cmp(b.encode_utf16());
                assert_eq!(cmp_utf16(a, b), want, "{a:?} {b:?}");
            }
        }
    }
}
