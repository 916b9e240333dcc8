//! What of a record's content is stored: privacy profiles and the secret scanner.
//!
//! Everything is committed: the content root covers each value, kept or not. A profile and the scanner only say
//! which values are *kept out* of the store. Where a value is not kept its salt is not kept either, or whoever holds
//! the store could guess it: the caller redacts the content with the pointers that [`Profile::hide`] names.

mod checks;
mod names;
mod patterns;
mod profile;
mod random;
mod scanner;
mod text;

pub use patterns::RULES;
pub use profile::Profile;
pub use text::scan_text;

use std::collections::BTreeMap;

use crate::canon::{cmp_utf16, pointer_tokens, push_pointer};
use crate::error::Error;

/// A value that is committed and never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// Where it stands in the content document (JSON Pointer, RFC 6901). Never the root, never below another.
    pub pointer: String,
    /// The rule that keeps it out, an ident: `profile`, `size`, or a rule of the scanner.
    pub rule: &'static str,
}

/// The list `content.kept_out` of the signed payload: pointers at most two levels deep, sorted, each once.
///
/// A payload is public, so a second level is shown only for a scanner hit under a plain name: a profile hides
/// whole documents, and a map may have people's addresses as its member names.
pub fn kept_out(hidden: &[Hidden]) -> Vec<(String, String)> {
    let mut places: BTreeMap<String, &'static str> = BTreeMap::new();
    for hit in hidden {
        let mut pointer = String::new();
        let tokens = pointer_tokens(&hit.pointer).unwrap_or_default();
        for (level, token) in tokens.iter().take(2).enumerate() {
            if level == 1 && (hit.rule == profile::RULE || !is_plain(token)) {
                break;
            }
            push_pointer(&mut pointer, token);
        }
        if !pointer.is_empty() {
            places.entry(pointer).or_insert(hit.rule);
        }
    }
    let mut list: Vec<_> = places
        .into_iter()
        .map(|(pointer, rule)| (pointer, rule.to_owned()))
        .collect();
    list.sort_by(|(a, _), (b, _)| cmp_utf16(a, b));
    list
}

/// An error as it may be shown and logged: its path without member names that are secrets, each of them as `…`.
#[must_use]
pub fn shown(error: &Error) -> Error {
    let tokens = error.path().and_then(pointer_tokens).unwrap_or_default();
    let secret = |token: &String| token.len() >= text::RUN && scan_text(token).is_some();
    if !tokens.iter().any(secret) {
        return error.clone();
    }
    let mut path = String::new();
    for token in &tokens {
        push_pointer(&mut path, if secret(token) { "…" } else { token });
    }
    error.clone().at(path)
}

/// A member name that reads as a field, not as somebody's name, address or number.
fn is_plain(token: &str) -> bool {
    let letters = token.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    let index = letters == 0 && !token.is_empty() && token.len() <= 5;
    let word = letters > 0 && digits <= 3 && token.len() <= 40;
    (index || word) && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(pointer: &str, rule: &'static str) -> Hidden {
        Hidden {
            pointer: pointer.to_owned(),
            rule,
        }
    }

    #[test]
    fn the_payload_shows_two_levels_at_most() {
        let list = kept_out(&[
            hit("/input/headers/authorization", "secret-name"),
            hit("/input/headers/cookie", "secret-name"),
            hit("/output/jane@example.com/token", "secret-name"),
            hit("/output/4915112345678", "payment-card"),
            hit("/error/0", "jwt"),
            hit("/input/deep/er", "profile"),
        ]);
        let shown: Vec<_> = list.iter().map(|(p, r)| (p.as_str(), r.as_str())).collect();
        assert_eq!(
            shown,
            [
                ("/error/0", "jwt"),
                ("/input", "profile"),
                ("/input/headers", "secret-name"),
                ("/output", "secret-name"),
            ]
        );
    }
}
