//! The strict reader (RFC 8259), left to right, first error wins. See docs/spec/01-json.md.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::value::{Object, Value};
use super::write::number_text;
use super::{Jcs, cmp_utf16, escape_pointer, plain};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::limits::{self, Limits};

/// Reads one JSON text.
///
/// # Errors
/// The `canon.*` codes, each with the JSON Pointer of the value being read and its line and column.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Value> {
    let whole = |code, text: &str| Err(Error::new(code, text).at("").on_line(1, 1));
    if bytes.is_empty() {
        return whole(Code::CanonEmpty, "there is no JSON here: the input is empty");
    }
    if bytes.len() > limits.bytes {
        return whole(Code::CanonTooLarge, "the document is larger than its limit");
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return whole(Code::CanonBom, "the text begins with a byte order mark");
    }
    let text = core::str::from_utf8(bytes).map_err(|error| {
        let (line, column) = place(bytes, error.valid_up_to());
        Error::new(Code::CanonNotUtf8, "the text is not UTF-8")
            .at("")
            .on_line(line, column)
    })?;
    let mut reader = Reader {
        text,
        bytes,
        at: 0,
        depth: 0,
        values: 0,
        limits,
    };
    reader.space();
    let value = reader.value()?;
    reader.space();
    if reader.at < bytes.len() {
        return reader.fail(Code::CanonTrailingBytes, "there is more text after the value");
    }
    Ok(value)
}

/// Reads a document that another language hands over; one that is empty says nothing, `{}`.
///
/// # Errors
/// As [`parse`].
pub fn document(bytes: &[u8]) -> Result<Value> {
    if bytes.is_empty() {
        Ok(Value::Object(Object::new()))
    } else {
        parse(bytes, &Limits::LINE)
    }
}

/// Reads a JSON text that must be its own JCS, byte for byte (a signed payload).
///
/// # Errors
/// As [`parse`], and `canon.not_canonical`.
pub fn parse_canonical(bytes: &[u8], limits: &Limits) -> Result<Value> {
    let value = parse(bytes, limits)?;
    let mut again = Vec::with_capacity(bytes.len());
    value.write_jcs(&mut again);
    if again != bytes {
        return Err(Error::new(Code::CanonNotCanonical, "the text is not in canonical form").at(""));
    }
    Ok(value)
}

/// Line and column, from 1; a column counts bytes.
fn place(bytes: &[u8], at: usize) -> (u64, u64) {
    let before = bytes.get(..at).unwrap_or(bytes);
    let lines = before.iter().filter(|&&b| b == b'\n').count();
    let column = before.iter().rev().take_while(|&&b| b != b'\n').count();
    let from_one = |n: usize| u64::try_from(n).unwrap_or(u64::MAX).saturating_add(1);
    (from_one(lines), from_one(column))
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    values: usize,
    limits: &'a Limits,
}

impl Reader<'_> {
    /// Where this is in the document is told by those who read what is around it.
    fn fail<T>(&self, code: Code, text: &str) -> Result<T> {
        let (line, column) = place(self.bytes, self.at);
        Err(Error::new(code, text).at("").on_line(line, column))
    }

    fn syntax<T>(&self) -> Result<T> {
        let text = match self.peek() {
            None => "the JSON text ends too early",
            Some(_) => "this is not JSON",
        };
        self.fail(Code::CanonSyntax, text)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn byte_at(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at.saturating_add(ahead)).copied()
    }

    fn digit_at(&self, ahead: usize) -> bool {
        self.byte_at(ahead).is_some_and(|byte| byte.is_ascii_digit())
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.step();
        }
    }

    fn value(&mut self) -> Result<Value> {
        let first = self.peek();
        if !matches!(
            first,
            Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')
        ) {
            return self.syntax();
        }
        if matches!(first, Some(b'{' | b'[')) && self.depth >= self.limits.depth {
            return self.fail(Code::CanonTooDeep, "the document is nested too deep");
        }
        self.values = self.values.saturating_add(1);
        if self.values > self.limits.values {
            return self.fail(Code::CanonTooMany, "the document holds too many values");
        }
        match first {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => Ok(Value::String(
                self.string(limits::STRING_BYTES, "a string is longer than 8 MiB")?,
            )),
            Some(b't') => self.word(b"true", Value::Bool(true)),
            Some(b'f') => self.word(b"false", Value::Bool(false)),
            Some(b'n') => self.word(b"null", Value::Null),
            _ => self.number(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value>) -> Result<Value> {
        self.depth = self.depth.saturating_add(1);
        self.step();
        let value = read(self)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(value)
    }

    fn word(&mut self, word: &[u8], value: Value) -> Result<Value> {
        for &letter in word {
            if self.peek() != Some(letter) {
                return self.syntax();
            }
            self.step();
        }
        Ok(value)
    }

    fn array(&mut self) -> Result<Value> {
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.step();
            return Ok(Value::Array(items));
        }
        loop {
            self.space();
            let item = self.value().map_err(|error| error.below(&items.len().to_string()));
            items.push(item?);
            self.space();
            match self.peek() {
                Some(b',') => self.step(),
                Some(b']') => {
                    self.step();
                    return Ok(Value::Array(items));
                }
                _ => return self.syntax(),
            }
        }
    }

    fn object(&mut self) -> Result<Value> {
        let mut members: Vec<(String, Value)> = Vec::with_capacity(8);
        // Names in rising order cannot repeat; only from the first that is not are the names kept in a set.
        let mut sorted = true;
        let mut names: BTreeSet<String> = BTreeSet::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.step();
            return Ok(Value::Object(Object::new()));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return self.syntax();
            }
            let name = self.string(limits::NAME_BYTES, "a member name is longer than 1 KiB")?;
            let rises = members
                .last()
                .is_none_or(|(last, _)| cmp_utf16(last, &name) == Ordering::Less);
            if sorted && !rises {
                sorted = false;
                names = members.iter().map(|(name, _)| name.clone()).collect();
            }
            if !sorted && !names.insert(name.clone()) {
                return self.fail(Code::CanonDuplicateKey, "a member name comes twice in one object");
            }
            if members.len() >= limits::MEMBERS {
                return self.fail(Code::CanonTooMany, "an object has more than 10,000 members");
            }
            self.space();
            if self.peek() != Some(b':') {
                return self.syntax();
            }
            self.step();
            self.space();
            let value = self.value().map_err(|error| error.below(&escape_pointer(&name)))?;
            members.push((name, value));
            self.space();
            match self.peek() {
                Some(b',') => self.step(),
                Some(b'}') => break,
                _ => return self.syntax(),
            }
        }
        self.step();
        if !sorted {
            members.sort_by(|(a, _), (b, _)| cmp_utf16(a, b));
        }
        Ok(Value::Object(Object::from_sorted(members)))
    }

    fn string(&mut self, limit: usize, too_long: &str) -> Result<String> {
        self.step();
        let mut out = String::new();
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let run = plain(rest);
            if run == rest.len() {
                self.at = self.bytes.len();
                return self.syntax();
            }
            let end = self.at.saturating_add(run);
            out.push_str(self.text.get(self.at..end).unwrap_or_default());
            self.at = end;
            match self.peek() {
                Some(b'"') => {
                    self.step();
                    // Judged where the string ends: one that never ends is no string.
                    if out.len() > limit {
                        return self.fail(Code::CanonTooLarge, too_long);
                    }
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.step();
                    out.push(self.escape()?);
                }
                _ => return self.fail(Code::CanonSyntax, "a control character stands unescaped in a string"),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let letter = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return self.syntax(),
        };
        self.step();
        Ok(letter)
    }

    /// `\uXXXX`, or two of them that form a surrogate pair.
    fn unicode(&mut self) -> Result<char> {
        let unit = self.unit()?;
        if let Some(letter) = char::from_u32(unit) {
            return Ok(letter);
        }
        let lone = "an escaped surrogate stands without its partner";
        if unit >= 0xdc00 || self.byte_at(0) != Some(b'\\') || self.byte_at(1) != Some(b'u') {
            return self.fail(Code::CanonLoneSurrogate, lone);
        }
        self.step();
        // Whatever is wrong with the next escape, the surrogate before it is without its partner.
        let low = self.unit().or_else(|_| self.fail(Code::CanonLoneSurrogate, lone))?;
        let pair = char::decode_utf16([unit, low].map(|u| u16::try_from(u).unwrap_or_default())).next();
        match pair {
            Some(Ok(letter)) => Ok(letter),
            _ => self.fail(Code::CanonLoneSurrogate, lone),
        }
    }

    /// The `u` and four hexadecimal digits.
    fn unit(&mut self) -> Result<u32> {
        self.step();
        let mut unit = 0u32;
        for _ in 0..4 {
            let digit = self.peek().and_then(|b| char::from(b).to_digit(16));
            let Some(digit) = digit else { return self.syntax() };
            unit = (unit << 4) | digit;
            self.step();
        }
        Ok(unit)
    }

    fn digits(&mut self) -> Result<()> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.syntax();
        }
        while let Some(b'0'..=b'9') = self.peek() {
            self.step();
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.step();
        }
        if self.peek() == Some(b'0') {
            self.step();
        } else {
            self.digits()?;
        }
        let mut plain = true;
        // The longest match: in `1.` and `1e+` the number is `1`, and the rest comes after a value.
        if self.peek() == Some(b'.') && self.digit_at(1) {
            plain = false;
            self.step();
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            let signed = matches!(self.byte_at(1), Some(b'+' | b'-'));
            let prefix = if signed { 2 } else { 1 };
            if self.digit_at(prefix) {
                plain = false;
                self.at = self.at.saturating_add(prefix);
                self.digits()?;
            }
        }
        let token = self.text.get(start..self.at).unwrap_or_default();
        // Rust reads any length of decimal text exactly, to the nearest double, ties to even.
        let number: f64 = token.parse().unwrap_or(f64::NAN);
        if !number.is_finite() {
            return self.fail(Code::CanonNotFinite, "a number is too large for a double");
        }
        let inexact = "a number cannot be kept exactly";
        if plain {
            let digits = token.strip_prefix('-').unwrap_or(token);
            let small = digits.parse::<u64>().is_ok_and(|n| n <= limits::MAX_INTEGER);
            if !small && number_text(number, &mut ryu_js::Buffer::new()) != token {
                return self.fail(Code::CanonNumberNotExact, inexact);
            }
        } else {
            let mantissa = token.split(['e', 'E']).next().unwrap_or_default();
            let zero = number.abs() <= 0.0;
            if zero && mantissa.bytes().any(|b| matches!(b, b'1'..=b'9')) {
                return self.fail(Code::CanonNumberNotExact, inexact);
            }
        }
        // -0 and 0 are one value.
        Ok(Value::Number(number + 0.0))
    }
}
