//! Privacy profiles: which part of the content is stored.

use super::scanner::Scanner;
use super::{Hidden, names};
use crate::canon::{Value, pointer_tokens, push_pointer, to_jcs};
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::object;

/// The rule ident of what a profile keeps out.
pub(super) const RULE: &str = "profile";
/// Name of the scanner's rules; another set of rules is another name, so that a profile's digest says which applied.
const SCANNER: &str = "secrets/1";

/// What is stored of the content of records.
///
/// Its document is `{"profile":1,"name":"evidence","keep":["/input/amount"],"rules":"secrets/1"}`; `keep` only with
/// `evidence`. The digest of the document stands in the first record of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    name: Name,
    keep: Vec<String>,
    redact_names: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Full,
    Evidence,
    CommitOnly,
}

impl Default for Profile {
    /// Everything is stored except what the scanner finds.
    fn default() -> Self {
        Profile {
            name: Name::Full,
            keep: Vec::new(),
            redact_names: Vec::new(),
        }
    }
}

impl Profile {
    /// The profile `full`, `evidence` (which stores nothing until [`with_keep`](Self::with_keep)) or `commit-only`.
    ///
    /// # Errors
    /// `wire.bad_argument` for another name.
    pub fn named(name: &str) -> Result<Self> {
        let name = match name {
            "full" => Name::Full,
            "evidence" => Name::Evidence,
            "commit-only" => Name::CommitOnly,
            _ => return Err(bad("a privacy profile is `full`, `evidence` or `commit-only`", "")),
        };
        Ok(Profile {
            name,
            ..Profile::default()
        })
    }

    /// A profile from its name or its document.
    ///
    /// # Errors
    /// `wire.bad_argument` with the path of the member that is unknown, missing or wrong.
    pub fn from_value(value: &Value) -> Result<Self> {
        if let Some(name) = value.as_str() {
            return Self::named(name);
        }
        let document = value
            .as_object()
            .ok_or_else(|| bad("a privacy profile is a name or an object", ""))?;
        for (name, _) in document.iter() {
            if !["profile", "name", "keep", "rules"].contains(&name) {
                let mut path = String::new();
                push_pointer(&mut path, name);
                return Err(bad("a privacy profile does not have this member", &path));
            }
        }
        if value.get("profile").and_then(Value::as_int) != Some(1) {
            return Err(bad("the version of a privacy profile is 1", "/profile"));
        }
        if value.get("rules").is_some_and(|rules| rules.as_str() != Some(SCANNER)) {
            return Err(bad("the rules of the scanner are `secrets/1`", "/rules"));
        }
        let name = value.get("name").and_then(Value::as_str).unwrap_or_default();
        let profile = Self::named(name).map_err(|error| error.at("/name"))?;
        let Some(keep) = document.get("keep") else {
            return Ok(profile);
        };
        let pointers = keep
            .as_array()
            .and_then(|items| items.iter().map(Value::as_str).collect::<Option<Vec<_>>>())
            .ok_or_else(|| bad("`keep` is a list of JSON Pointers", "/keep"))?;
        profile
            .with_keep(&pointers)
            .map_err(|error| error.at(format!("/keep{}", error_index(&pointers))))
    }

    /// The same profile with the places that `evidence` stores, each with all below it.
    ///
    /// # Errors
    /// `wire.bad_argument` for what is no JSON Pointer into content, or if the profile is not `evidence`.
    pub fn with_keep<S: AsRef<str>>(mut self, keep: &[S]) -> Result<Self> {
        if self.name != Name::Evidence {
            return Err(bad("only the profile `evidence` has a list of what is kept", "/keep"));
        }
        for pointer in keep {
            if !is_place(pointer.as_ref()) {
                return Err(bad(
                    "a place to keep is a JSON Pointer into the content, like `/input/amount`",
                    "/keep",
                ));
            }
            self.keep.push(pointer.as_ref().to_owned());
        }
        self.keep.sort();
        self.keep.dedup();
        Ok(self)
    }

    /// The same profile that also keeps out every member of these names (option `redact_names`); case, `_` and `-`
    /// do not count. They are no part of the document.
    #[must_use]
    pub fn with_names<S: AsRef<str>>(mut self, own: &[S]) -> Self {
        let folded = own.iter().map(|name| names::fold(name.as_ref()));
        self.redact_names.extend(folded.filter(|name| !name.is_empty()));
        self
    }

    /// `full`, `evidence` or `commit-only`.
    pub fn name(&self) -> &'static str {
        match self.name {
            Name::Full => "full",
            Name::Evidence => "evidence",
            Name::CommitOnly => "commit-only",
        }
    }

    /// The places that `evidence` keeps.
    pub fn keep(&self) -> &[String] {
        &self.keep
    }

    /// Whether no content and no seed is stored at all.
    pub fn keeps_nothing(&self) -> bool {
        self.name == Name::CommitOnly
    }

    /// The document that says it.
    pub fn to_value(&self) -> Value {
        let mut document = object! {
            "profile": Value::count(1),
            "name": self.name(),
            "rules": SCANNER,
        };
        if !self.keep.is_empty() {
            let keep: Vec<Value> = self.keep.iter().map(|pointer| pointer.as_str().into()).collect();
            document.insert("keep", keep);
        }
        document.into()
    }

    /// SHA-256 of the document's JCS.
    pub fn digest(&self) -> Digest {
        Digest::of(&to_jcs(&self.to_value()))
    }

    /// The values of a content document that are committed and not stored, none below another.
    ///
    /// `content` is an object of the members of the content document and is not changed. Entries of `conversions` and
    /// `countersigns` go with the value that they describe: the seed of a countersignature would open it.
    pub fn hide(&self, content: &Value) -> Vec<Hidden> {
        let Some(members) = content.as_object() else {
            return Vec::new();
        };
        let mut scanner = Scanner::new(content, &self.redact_names);
        for (name, value) in members.iter() {
            let mut path = String::new();
            push_pointer(&mut path, name);
            match name {
                "conversions" | "countersigns" if self.name != Name::CommitOnly && value.as_array().is_some() => {}
                _ => self.walk(value, &mut path, &mut scanner),
            }
        }
        if self.name != Name::CommitOnly {
            self.hide_entries(content, &mut scanner);
        }
        scanner.hits
    }

    fn walk(&self, value: &Value, path: &mut String, scanner: &mut Scanner<'_>) {
        match (self.name, self.kept(path), value) {
            (Name::Full, ..) | (Name::Evidence, Kept::All, _) => scanner.scan(value, path),
            (Name::Evidence, Kept::Part, Value::Object(object)) if !object.is_empty() => {
                let here = path.len();
                for (name, item) in object.iter() {
                    push_pointer(path, name);
                    self.walk(item, path, scanner);
                    path.truncate(here);
                }
            }
            (Name::Evidence, Kept::Part, Value::Array(items)) if !items.is_empty() => {
                let here = path.len();
                for (at, item) in items.iter().enumerate() {
                    push_pointer(path, &at.to_string());
                    self.walk(item, path, scanner);
                    path.truncate(here);
                }
            }
            _ => scanner.hide(path, RULE),
        }
    }

    fn kept(&self, path: &str) -> Kept {
        let mut kept = Kept::Nothing;
        for pointer in &self.keep {
            if is_within(path, pointer) {
                return Kept::All;
            }
            if is_within(pointer, path) {
                kept = Kept::Part;
            }
        }
        kept
    }

    /// Entries about places: `[pointer, from]` and `{pointer, seed, envelope}`.
    fn hide_entries(&self, content: &Value, scanner: &mut Scanner<'_>) {
        for list in ["conversions", "countersigns"] {
            let entries = content.get(list).and_then(Value::as_array).unwrap_or_default();
            for (at, entry) in entries.iter().enumerate() {
                let place = match entry {
                    Value::Array(pair) => pair.first(),
                    other => other.get("pointer"),
                };
                let place = place.and_then(Value::as_str).unwrap_or_default();
                if let Some(rule) = self.entry_rule(list, place, scanner) {
                    scanner.hide(&format!("/{list}/{at}"), rule);
                }
            }
        }
    }

    fn entry_rule(&self, list: &str, place: &str, scanner: &Scanner<'_>) -> Option<&'static str> {
        let hit = scanner
            .hits
            .iter()
            .find(|hit| is_within(place, &hit.pointer) || (list == "countersigns" && is_within(&hit.pointer, place)));
        if let Some(hit) = hit {
            return Some(hit.rule);
        }
        let outside = self.name == Name::Evidence && !matches!(self.kept(place), Kept::All);
        if outside {
            return Some(RULE);
        }
        super::scan_text(place)
    }
}

enum Kept {
    Nothing,
    Part,
    All,
}

/// Whether a place is the other one or below it.
fn is_within(place: &str, other: &str) -> bool {
    place
        .strip_prefix(other)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A pointer into content: RFC 6901, not the root.
fn is_place(pointer: &str) -> bool {
    !pointer.is_empty() && pointer_tokens(pointer).is_some()
}

/// `/N` of the first pointer that is none.
fn error_index(pointers: &[&str]) -> String {
    let at = pointers.iter().position(|pointer| !is_place(pointer));
    at.map_or_else(String::new, |at| format!("/{at}"))
}

fn bad(message: &str, path: &str) -> Error {
    Error::new(Code::WireBadArgument, message).at(path)
}
