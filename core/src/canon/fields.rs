//! Reading documents of the format: every member by name, once, and nothing else.
//!
//! Refusals come in the order of docs/spec/01-json.md: unknown names in UTF-16 order, missing names in the order of the list
//! given, then the values in the order in which the caller reads them. A path costs nothing until something is wrong:
//! places are linked on the stack and written out only for an error.

use super::{Object, Value, cmp_utf16, pointer_tokens, push_pointer};
use crate::codes::Code;
use crate::digest::{Digest, unb64};
use crate::error::{Error, Result};
use crate::id::{Uuid, is_ident};
use crate::key::{KeyId, PublicKey};
use crate::time::Timestamp;

/// The two codes that a document of one kind is refused with.
#[derive(Clone, Copy, Debug)]
pub struct Codes {
    /// A member or value is wrong or missing.
    pub malformed: Code,
    /// A member is there that the format does not have.
    pub unknown: Code,
}

impl Codes {
    /// Records, other documents and envelopes.
    pub const RECORD: Codes = Codes {
        malformed: Code::RecordMalformed,
        unknown: Code::RecordUnknownMember,
    };
    /// Manifests, material and withheld lines.
    pub const BUNDLE: Codes = Codes {
        malformed: Code::BundleMalformed,
        unknown: Code::BundleUnknownMember,
    };
    /// One code for both, as in documents that callers write.
    #[must_use]
    pub const fn one(code: Code) -> Codes {
        Codes {
            malformed: code,
            unknown: code,
        }
    }
}

/// A place in a document, linked to the place around it.
#[derive(Clone, Copy, Debug)]
enum Place<'a> {
    Root(&'a str),
    Member(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn write(&self, out: &mut String) {
        match self {
            Place::Root(prefix) => out.push_str(prefix),
            Place::Member(outer, name) => {
                outer.write(out);
                push_pointer(out, name);
            }
            Place::Item(outer, at) => {
                outer.write(out);
                push_pointer(out, &at.to_string());
            }
        }
    }
}

/// A value at its place.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    value: &'a Value,
    place: Place<'a>,
    codes: Codes,
}

/// An object whose names are known to be right.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    object: &'a Object,
    place: Place<'a>,
    codes: Codes,
}

impl<'a> Node<'a> {
    /// A document; `prefix` is the JSON Pointer of its root (`""`, or `"/payload"` inside a line).
    #[must_use]
    pub fn root(value: &'a Value, prefix: &'a str, codes: Codes) -> Node<'a> {
        Node {
            value,
            place: Place::Root(prefix),
            codes,
        }
    }

    /// The value itself.
    #[must_use]
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// JSON Pointer of the value.
    #[must_use]
    pub fn path(&self) -> String {
        path_of(&self.place)
    }

    /// The same place, refused with other codes from here on.
    #[must_use]
    pub fn with_codes(self, codes: Codes) -> Node<'a> {
        Node { codes, ..self }
    }

    /// An error of this value.
    #[must_use]
    pub fn fail(&self, what: &str) -> Error {
        Error::new(self.codes.malformed, what).at(self.path())
    }

    /// An object with exactly these members: all of `required` (missing ones are told in this order), any of `optional`.
    ///
    /// # Errors
    /// Not an object, a name in neither list, or a missing member (path: that member).
    pub fn object(&self, required: &[&str], optional: &[&str]) -> Result<Fields<'a>> {
        let fields = self.known(required, optional)?;
        match fields.missing(required) {
            Some(name) => Err(fields.missing_error(name)),
            None => Ok(fields),
        }
    }

    /// As [`Node::object`], but a missing member is told with the path of the object.
    ///
    /// # Errors
    /// Not an object, a name in neither list, or a missing member.
    pub fn whole(&self, required: &[&str], optional: &[&str]) -> Result<Fields<'a>> {
        let fields = self.known(required, optional)?;
        match fields.missing(required) {
            Some(name) => Err(self.fail(&format!("the member `{name}` is missing"))),
            None => Ok(fields),
        }
    }

    fn known(&self, required: &[&str], optional: &[&str]) -> Result<Fields<'a>> {
        let fields = self.any_object()?;
        for (name, _) in fields.object.iter() {
            if !required.contains(&name) && !optional.contains(&name) {
                let path = path_of(&Place::Member(&self.place, name));
                let text = "this member is not part of the format";
                return Err(Error::new(self.codes.unknown, text).at(path));
            }
        }
        Ok(fields)
    }

    /// An object with any members.
    ///
    /// # Errors
    /// Not an object.
    pub fn any_object(&self) -> Result<Fields<'a>> {
        let object = self
            .value
            .as_object()
            .ok_or_else(|| self.fail("an object is expected"))?;
        Ok(Fields {
            object,
            place: self.place,
            codes: self.codes,
        })
    }

    /// A list, each item read by `read`; not empty.
    ///
    /// # Errors
    /// Not a list, an empty one, or what `read` says.
    pub fn list<T>(&self, read: impl FnMut(Node<'_>) -> Result<T>) -> Result<Vec<T>> {
        if self.value.as_array().is_some_and(<[Value]>::is_empty) {
            return Err(self.fail("a list that is empty is left out"));
        }
        self.list_or_empty(read)
    }

    /// A list that may be empty.
    ///
    /// # Errors
    /// Not a list, or what `read` says.
    pub fn list_or_empty<T>(&self, mut read: impl FnMut(Node<'_>) -> Result<T>) -> Result<Vec<T>> {
        let items = self.value.as_array().ok_or_else(|| self.fail("a list is expected"))?;
        let item = |(at, value)| {
            read(Node {
                value,
                place: Place::Item(&self.place, at),
                codes: self.codes,
            })
        };
        items.iter().enumerate().map(item).collect()
    }

    /// The two items of a list of two.
    #[must_use]
    pub fn pair(&self) -> Option<(Node<'_>, Node<'_>)> {
        let [first, second] = self.value.as_array()? else {
            return None;
        };
        let item = |at, value| Node {
            value,
            place: Place::Item(&self.place, at),
            codes: self.codes,
        };
        Some((item(0, first), item(1, second)))
    }

    /// A string.
    ///
    /// # Errors
    /// Anything else.
    pub fn text(&self) -> Result<&'a str> {
        self.value.as_str().ok_or_else(|| self.fail("a string is expected"))
    }

    /// A string of which `parse` makes something; `what` names it.
    ///
    /// # Errors
    /// Not a string, or `parse` says no.
    pub fn parsed<T>(&self, what: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        self.value.as_str().and_then(parse).ok_or_else(|| self.fail(what))
    }

    /// A word of a closed list.
    ///
    /// # Errors
    /// Anything else.
    pub fn word<T>(&self, parse: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        self.parsed("a word of the format's list is expected", parse)
    }

    /// An identifier (docs/spec/01-json.md).
    ///
    /// # Errors
    /// Anything else.
    pub fn ident(&self) -> Result<String> {
        self.parsed("an identifier is expected", |text| {
            is_ident(text).then(|| text.to_owned())
        })
    }

    /// A JSON Pointer.
    ///
    /// # Errors
    /// Anything else.
    pub fn pointer(&self) -> Result<String> {
        self.parsed("a JSON Pointer is expected", |text| {
            pointer_tokens(text).map(|_| text.to_owned())
        })
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// Anything else.
    pub fn flag(&self) -> Result<bool> {
        self.value
            .as_bool()
            .ok_or_else(|| self.fail("true or false is expected"))
    }

    /// An integer from 0 to 2^53-1.
    ///
    /// # Errors
    /// Anything else.
    pub fn int(&self) -> Result<u64> {
        self.int_from(0)
    }

    /// An integer from `least` to 2^53-1.
    ///
    /// # Errors
    /// Anything else.
    pub fn int_from(&self, least: u64) -> Result<u64> {
        let number = self.value.as_int().filter(|&number| number >= least);
        number.ok_or_else(|| self.fail(&format!("a whole number from {least} to 2^53-1 is expected")))
    }

    /// `"sha256:"` and 64 hexadecimal digits.
    ///
    /// # Errors
    /// Anything else.
    pub fn digest(&self) -> Result<Digest> {
        self.parsed(
            "a digest is expected: `sha256:` and 64 hexadecimal digits",
            Digest::parse,
        )
    }

    /// 64 hexadecimal digits.
    ///
    /// # Errors
    /// Anything else.
    pub fn hex32(&self) -> Result<[u8; 32]> {
        self.parsed("64 lower-case hexadecimal digits are expected", |text| {
            Digest::from_hex(text).map(|digest| *digest.as_bytes())
        })
    }

    /// A version 7 UUID.
    ///
    /// # Errors
    /// Anything else.
    pub fn uuid(&self) -> Result<Uuid> {
        self.parsed("a version 7 UUID in lower case is expected", Uuid::parse)
    }

    /// A time of 24 letters.
    ///
    /// # Errors
    /// Anything else.
    pub fn time(&self) -> Result<Timestamp> {
        self.parsed("a time such as 2026-03-06T12:30:05.000Z is expected", Timestamp::parse)
    }

    /// Padded base64.
    ///
    /// # Errors
    /// Anything else.
    pub fn b64(&self) -> Result<Vec<u8>> {
        self.parsed("padded base64 is expected", unb64)
    }

    /// Padded base64 of exactly `N` bytes.
    ///
    /// # Errors
    /// Anything else.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N]> {
        let bytes = self.value.as_str().and_then(unb64);
        let exact = bytes.and_then(|bytes| <[u8; N]>::try_from(bytes).ok());
        exact.ok_or_else(|| self.fail(&format!("padded base64 of {N} bytes is expected")))
    }

    /// A key id.
    ///
    /// # Errors
    /// Anything else.
    pub fn keyid(&self) -> Result<KeyId> {
        self.parsed(
            "a key id is expected: base64 of the SHA-256 of the key's SPKI",
            KeyId::parse,
        )
    }

    /// The SPKI of an Ed25519 key, in base64.
    ///
    /// # Errors
    /// Anything else, other algorithms too.
    pub fn spki(&self) -> Result<PublicKey> {
        self.parsed("the base64 SPKI of an Ed25519 key is expected", |text| {
            PublicKey::from_spki(&unb64(text)?).ok()
        })
    }
}

impl<'a> Fields<'a> {
    /// The object itself.
    #[must_use]
    pub fn object(&self) -> &'a Object {
        self.object
    }

    /// A member, if it is there.
    #[must_use]
    pub fn get<'s>(&'s self, name: &'s str) -> Option<Node<'s>> {
        let value = self.object.get(name)?;
        Some(Node {
            value,
            place: Place::Member(&self.place, name),
            codes: self.codes,
        })
    }

    /// A member that has to be there.
    ///
    /// # Errors
    /// It is missing.
    pub fn need<'s>(&'s self, name: &'s str) -> Result<Node<'s>> {
        self.get(name).ok_or_else(|| self.missing_error(name))
    }

    /// A member that may be absent, read by `read`.
    ///
    /// # Errors
    /// What `read` says.
    pub fn maybe<T>(&self, name: &str, read: impl FnOnce(Node<'_>) -> Result<T>) -> Result<Option<T>> {
        self.get(name).map(read).transpose()
    }

    /// Every member.
    pub fn each<'s>(&'s self) -> impl Iterator<Item = (&'a str, Node<'s>)> {
        let object: &'a Object = self.object;
        object.iter().map(|(name, value)| {
            (
                name,
                Node {
                    value,
                    place: Place::Member(&self.place, name),
                    codes: self.codes,
                },
            )
        })
    }

    /// An error of the whole object.
    #[must_use]
    pub fn fail(&self, what: &str) -> Error {
        Error::new(self.codes.malformed, what).at(path_of(&self.place))
    }

    /// An error of a member, whether it is there or not.
    #[must_use]
    pub fn fail_at(&self, name: &str, what: &str) -> Error {
        Error::new(self.codes.malformed, what).at(path_of(&Place::Member(&self.place, name)))
    }

    /// An error of an item of a list among the members.
    #[must_use]
    pub fn fail_item(&self, name: &str, at: usize, what: &str) -> Error {
        let list = Place::Member(&self.place, name);
        Error::new(self.codes.malformed, what).at(path_of(&Place::Item(&list, at)))
    }

    fn missing<'n>(&self, required: &[&'n str]) -> Option<&'n str> {
        required.iter().find(|name| !self.object.contains(name)).copied()
    }

    fn missing_error(&self, name: &str) -> Error {
        self.fail_at(name, "this member is missing")
    }
}

fn path_of(place: &Place<'_>) -> String {
    let mut out = String::new();
    place.write(&mut out);
    out
}

/// Whether a list of names is strictly ascending by UTF-16 code units.
pub fn is_sorted<'t>(names: impl IntoIterator<Item = &'t str>) -> bool {
    let mut names = names.into_iter();
    let Some(mut last) = names.next() else { return true };
    names.all(|name| {
        let rises = cmp_utf16(last, name).is_lt();
        last = name;
        rises
    })
}
