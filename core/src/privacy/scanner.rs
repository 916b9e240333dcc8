//! The walk of the secret scanner over a content document.

use std::collections::BTreeSet;

use super::names::{self, Says};
use super::text::{RUN, scan_bytes, scan_text};
use super::{Hidden, checks};
use crate::canon::{Object, Value, push_pointer, to_jcs};
use crate::digest::unb64;

/// Strings above this many bytes are committed and not kept.
pub(super) const LONG: usize = 1 << 20;

/// Finds what is not to be stored.
pub(super) struct Scanner<'a> {
    /// Member names of the option `redact_names`, folded.
    names: &'a [String],
    /// Places whose text is base64 of bytes.
    bytes: BTreeSet<&'a str>,
    pub(super) hits: Vec<Hidden>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(content: &'a Value, names: &'a [String]) -> Self {
        let entries = content.get("conversions").and_then(Value::as_array).unwrap_or_default();
        let bytes = entries
            .iter()
            .filter_map(|entry| match entry.as_array()? {
                [place, from] if from.as_str()?.starts_with("bytes") => place.as_str(),
                _ => None,
            })
            .collect();
        Scanner {
            names,
            bytes,
            hits: Vec::new(),
        }
    }

    pub(super) fn hide(&mut self, pointer: &str, rule: &'static str) {
        self.hits.push(Hidden {
            pointer: pointer.to_owned(),
            rule,
        });
    }

    /// Looks at a value and all below it.
    pub(super) fn scan(&mut self, value: &Value, path: &mut String) {
        let rule = match value {
            Value::String(text) => self.scan_string(text, path),
            Value::Number(number) if number.abs() >= 1e12 => scan_text_of_number(value),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
            Value::Array(items) => return self.scan_array(items, path),
            Value::Object(object) => return self.scan_object(object, path),
        };
        if let Some(rule) = rule {
            self.hide(path, rule);
        }
    }

    fn scan_string(&self, text: &str, path: &str) -> Option<&'static str> {
        if text.len() > LONG {
            return Some("size");
        }
        if self.bytes.contains(path) {
            return unb64(text).map_or_else(|| scan_text(text), |bytes| scan_bytes(&bytes));
        }
        scan_text(text)
    }

    fn scan_object(&mut self, object: &Object, path: &mut String) {
        // A name cannot be hidden alone: a secret used as a member name hides the object.
        let mut names = object.iter().map(|(name, _)| name).filter(|name| name.len() >= RUN);
        if let Some(rule) = names.find_map(scan_text) {
            return self.hide(path, rule);
        }
        let schema = path.ends_with("/properties");
        let named = ["name", "key", "header", "field"]
            .iter()
            .find_map(|word| object.get(word)?.as_str())
            .map_or(Says::Nothing, |name| names::read(name, self.names));
        let here = path.len();
        for (name, value) in object.iter() {
            let mut says = names::read(name, self.names);
            if schema && is_schema(value) {
                says = Says::Nothing;
            }
            if name == "value" && says == Says::Nothing {
                says = named;
            }
            push_pointer(path, name);
            self.member(says, value, path);
            path.truncate(here);
        }
    }

    fn scan_array(&mut self, items: &[Value], path: &mut String) {
        // Headers and maps come as pairs in a list, command lines as `--password VALUE`.
        let pair = items.len() == 2 && path.rsplit('/').next().is_some_and(is_index);
        let mut says = Says::Nothing;
        let here = path.len();
        for (at, item) in items.iter().enumerate() {
            push_pointer(path, &at.to_string());
            self.member(says, item, path);
            path.truncate(here);
            says = match item.as_str() {
                Some(text) if text.starts_with('-') && !text.contains('=') => names::read(text, self.names),
                Some(text) if pair && at == 0 => names::read(text, self.names),
                _ => Says::Nothing,
            };
        }
    }

    fn member(&mut self, says: Says, value: &Value, path: &mut String) {
        let empty = match value {
            Value::Null | Value::Bool(_) => true,
            Value::Number(_) => says == Says::SecretText,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(object) => object.is_empty(),
        };
        if says == Says::Nothing || empty {
            self.scan(value, path);
        } else {
            self.hide(path, "secret-name");
        }
    }
}

/// A card number may come as a number; 13 digits and more.
fn scan_text_of_number(value: &Value) -> Option<&'static str> {
    checks::has_card(&to_jcs(value)).then_some("payment-card")
}

/// `{"type": "string"}`: says how a field called `password` looks, and holds none.
fn is_schema(value: &Value) -> bool {
    ["type", "$ref", "anyOf", "oneOf", "allOf", "enum"]
        .iter()
        .any(|word| value.get(word).is_some())
}

fn is_index(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit())
}
