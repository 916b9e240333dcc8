//! A JSON value whose objects are always sorted as RFC 8785 writes them.

use std::cmp::Ordering;

use super::{cmp_utf16, escape_pointer, pointer_tokens};
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::id::Uuid;
use crate::key::KeyId;
use crate::limits;
use crate::time::Timestamp;

/// A JSON value. Numbers are IEEE 754 doubles, as in RFC 8785; integers up to 2^53 - 1 are exact.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "JSON has these six kinds and will not get another"
)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A finite double.
    Number(f64),
    /// Unicode scalar values, never normalised.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object.
    Object(Object),
}

/// Members up to which looking at each is the fastest way to find one.
const SMALL: usize = 32;

/// The members of an object, sorted by UTF-16 code units, each name once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Vec<(String, Value)>);

impl Object {
    /// An object without members.
    pub fn new() -> Self {
        Object(Vec::new())
    }

    /// Wraps members that are already sorted and distinct.
    pub(super) fn from_sorted(members: Vec<(String, Value)>) -> Self {
        Object(members)
    }

    fn place(&self, name: &str) -> core::result::Result<usize, usize> {
        // Members mostly arrive in order: look at the end first.
        if self
            .0
            .last()
            .is_none_or(|(last, _)| cmp_utf16(last, name) == Ordering::Less)
        {
            return Err(self.0.len());
        }
        self.0.binary_search_by(|(other, _)| cmp_utf16(other, name))
    }

    /// Where a member is. Most objects are small, and most names differ in length from the one that is looked for.
    fn find(&self, name: &str) -> Option<usize> {
        if self.0.len() <= SMALL {
            return self.0.iter().position(|(other, _)| other == name);
        }
        self.place(name).ok()
    }

    /// Sets a member; the value that it had, if any, is returned.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        let (name, value) = (name.into(), value.into());
        match self.place(&name) {
            Ok(at) => self.0.get_mut(at).map(|(_, old)| core::mem::replace(old, value)),
            Err(at) => {
                self.0.insert(at, (name, value));
                None
            }
        }
    }

    /// Sets a member if there is a value: absent members are absent, never null.
    pub fn put(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.insert(name, value);
        }
    }

    /// The member of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let at = self.find(name)?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// The member of this name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let at = self.find(name)?;
        self.0.get_mut(at).map(|(_, value)| value)
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.find(name)?;
        Some(self.0.remove(at).1)
    }

    /// Whether there is a member of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The members in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> + Clone {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The members in order, as a slice.
    pub fn members(&self) -> &[(String, Value)] {
        &self.0
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, Value)> for Object {
    /// Of a name that comes twice, the last value stays.
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(members: I) -> Self {
        let mut object = Object::new();
        for (name, value) in members {
            object.insert(name, value);
        }
        object
    }
}

impl IntoIterator for Object {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<(String, Value)>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Value {
    /// A counter of our own: a sequence number, a size, a count. Those stay far below 2^53.
    #[expect(clippy::as_conversions, reason = "clamped to 2^53 - 1, which a double holds exactly")]
    pub fn count(number: u64) -> Value {
        Value::Number(number.min(limits::MAX_INTEGER) as f64)
    }

    /// An integer of a caller.
    ///
    /// # Errors
    /// `canon.number_not_exact` beyond 2^53 - 1 on either side of zero.
    #[expect(
        clippy::as_conversions,
        reason = "checked to be at most 2^53 - 1, which a double holds exactly"
    )]
    pub fn integer(number: i64) -> Result<Value> {
        if number.unsigned_abs() > limits::MAX_INTEGER {
            let text = "an integer beyond 2^53 - 1 cannot be kept exactly";
            return Err(Error::new(Code::CanonNumberNotExact, text).at(""));
        }
        Ok(Value::Number(number as f64))
    }

    /// A number of a caller; -0 becomes 0.
    ///
    /// # Errors
    /// `canon.not_finite` for NaN and the infinities.
    pub fn number(number: f64) -> Result<Value> {
        if !number.is_finite() {
            return Err(Error::new(Code::CanonNotFinite, "a number is not finite").at(""));
        }
        Ok(Value::Number(number + 0.0))
    }

    /// A member of an object.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_object()?.get(name)
    }

    /// The string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The number.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The number, if it is an integer from 0 to 2^53 - 1.
    pub fn as_int(&self) -> Option<u64> {
        whole(self.as_f64()?)
    }

    /// The elements.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The object, to change it.
    pub fn as_object_mut(&mut self) -> Option<&mut Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The value at a JSON Pointer (RFC 6901).
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        let mut here = self;
        for token in pointer_tokens(pointer)? {
            here = match here {
                Value::Object(object) => object.get(&token)?,
                Value::Array(items) => items.get(array_index(&token)?)?,
                _ => return None,
            };
        }
        Some(here)
    }
}

/// The integer that a double is, from 0 to 2^53 - 1.
#[expect(
    clippy::as_conversions,
    reason = "an integer from 0 to 2^53 - 1 converts exactly both ways"
)]
pub(super) fn whole(number: f64) -> Option<u64> {
    let limit = limits::MAX_INTEGER as f64;
    let integer = number as u64;
    // The conversion cuts off and saturates: what comes back equal was an integer.
    ((0.0..=limit).contains(&number) && integer as f64 >= number).then_some(integer)
}

/// An array index as RFC 6901 writes it: no sign, no leading zero.
pub(crate) fn array_index(token: &str) -> Option<usize> {
    let plain = token.bytes().all(|b| b.is_ascii_digit()) && (token == "0" || !token.starts_with('0'));
    if plain { token.parse().ok() } else { None }
}

/// Checks a value that was built, not read, against the limits of content: depth, values, members, lengths.
///
/// # Errors
/// `canon.too_deep`, `canon.too_many`, `canon.too_large` with the path; `canon.not_finite` for a bad number.
pub fn check_limits(value: &Value) -> Result<()> {
    let mut seen = 0;
    check(value, 0, &mut seen)
}

fn check(value: &Value, depth: usize, seen: &mut usize) -> Result<()> {
    let fail = |code, text: &str| Err(Error::new(code, text).at(""));
    *seen = seen.saturating_add(1);
    if *seen > limits::VALUES {
        return fail(Code::CanonTooMany, "a document holds more than 200,000 values");
    }
    let inner = depth.saturating_add(1);
    if inner > limits::DEPTH && matches!(value, Value::Array(_) | Value::Object(_)) {
        return fail(Code::CanonTooDeep, "a document is nested more than 64 deep");
    }
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) if number.is_finite() => {}
        Value::Number(_) => return fail(Code::CanonNotFinite, "a number is not finite"),
        Value::String(text) if text.len() > limits::STRING_BYTES => {
            return fail(Code::CanonTooLarge, "a string is longer than 8 MiB");
        }
        Value::String(_) => {}
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                check(item, inner, seen).map_err(|error| error.below(&at.to_string()))?;
            }
        }
        Value::Object(object) => {
            if object.len() > limits::MEMBERS {
                return fail(Code::CanonTooMany, "an object has more than 10,000 members");
            }
            for (name, item) in object.iter() {
                if name.len() > limits::NAME_BYTES {
                    return fail(Code::CanonTooLarge, "a member name is longer than 1 KiB");
                }
                check(item, inner, seen).map_err(|error| error.below(&escape_pointer(name)))?;
            }
        }
    }
    Ok(())
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}
impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Bool(flag)
    }
}
impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Value::Number(number.into())
    }
}
impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Value::Number(number.into())
    }
}
impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value::Array(items)
    }
}
impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Value::Object(object)
    }
}
impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Value::String(time.to_string())
    }
}
impl From<Digest> for Value {
    fn from(digest: Digest) -> Self {
        Value::String(digest.to_string())
    }
}
impl From<KeyId> for Value {
    fn from(id: KeyId) -> Self {
        Value::String(id.to_string())
    }
}
impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Value::String(id.to_string())
    }
}

/// Builds an [`Object`]: `object! { "seq": Value::count(3), "kind": "note" }`.
#[macro_export]
macro_rules! object {
    ($($name:literal : $value:expr),* $(,)?) => {{
        #[allow(unused_mut, clippy::allow_attributes, reason = "an object without members is not changed")]
        let mut object = $crate::canon::Object::new();
        $(object.insert($name, $value);)*
        object
    }};
}
