//! Changes to a bundle that the bytes of a fuzzer choose: they get past the readers, which random bytes do not.

use execert::canon::{Object, Value, parse, to_jcs};
use execert::content::values;
use execert::digest::{b64, unb64};
use execert::envelope::pae;
use execert::key::Signer;
use execert::limits::Limits;
use execert::object;

use crate::base::{Base, bundles, keys};
use crate::draw::Draw;

/// Lines of a bundle in the making.
pub struct Edit {
    /// The lines without their line feeds.
    pub lines: Vec<Vec<u8>>,
    /// Whether something was signed with a key of the vectors: then anything may be true of the file.
    pub signed: bool,
}

impl Edit {
    /// A base as it is.
    #[must_use]
    pub fn of(base: &Base) -> Edit {
        Edit {
            lines: base.lines.iter().map(|line| line.to_vec()).collect(),
            signed: false,
        }
    }

    /// One line of a base; none if the base has none.
    #[must_use]
    pub fn line(base: &Base, at: usize) -> Edit {
        Edit {
            lines: base.lines.get(at).map(|line| line.to_vec()).into_iter().collect(),
            signed: false,
        }
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = self.lines.join(&b'\n');
        out.push(b'\n');
        out
    }

    /// Makes one change.
    pub fn change(&mut self, draw: &mut Draw<'_>) {
        let kind = draw.below(12);
        let count = self.lines.len();
        let at = draw.below(count);
        if count == 0 {
            return;
        }
        match kind {
            0 => self.flip(at, draw),
            1 => drop(self.lines.remove(at)),
            2 => {
                let to = draw.below(count.saturating_add(1));
                self.lines.insert(to, self.lines[at].clone());
            }
            3 => {
                let other = draw.below(count);
                self.lines.swap(at, other);
            }
            4 | 5 => self.inside(at, draw),
            6..=8 => self.payload(at, draw),
            9 => {
                let other = draw.of(bundles());
                let line = *draw.of(&other.lines);
                self.lines.insert(at, line.to_vec());
            }
            10 => self.lines.truncate(at),
            _ => self.lines.insert(at, draw.bytes(255).to_vec()),
        }
    }

    fn flip(&mut self, at: usize, draw: &mut Draw<'_>) {
        let line = &mut self.lines[at];
        let place = draw.below(line.len());
        if let Some(byte) = line.get_mut(place) {
            *byte ^= draw.byte().max(1);
        }
    }

    /// A value of the line itself: material, content, index, signatures.
    fn inside(&mut self, at: usize, draw: &mut Draw<'_>) {
        if let Ok(mut value) = parse(&self.lines[at], &Limits::LINE) {
            replace(&mut value, draw);
            self.lines[at] = to_jcs(&value);
        }
    }

    /// A value of the signed payload; then it is signed again, by one of the keys or by nobody.
    fn payload(&mut self, at: usize, draw: &mut Draw<'_>) {
        let Ok(mut line) = parse(&self.lines[at], &Limits::LINE) else {
            return;
        };
        let bytes = line.get("payload").and_then(Value::as_str).and_then(unb64);
        let Some(mut payload) = bytes.and_then(|bytes| parse(&bytes, &Limits::PAYLOAD).ok()) else {
            return;
        };
        for _ in 0..=draw.below(3) {
            replace(&mut payload, draw);
        }
        let payload = to_jcs(&payload);
        let Some(members) = line.as_object_mut() else { return };
        let by = draw.below(keys().len().saturating_add(1));
        if let Some(key) = keys().get(by) {
            self.signed = true;
            members.insert("signatures", vec![signature(key, &payload)]);
        }
        members.insert("payload", b64(&payload));
        self.lines[at] = to_jcs(&line);
    }
}

fn signature(key: &execert::key::SecretKey, payload: &[u8]) -> Value {
    let signed = key.sign(&pae(payload)).expect("an Ed25519 key in memory signs");
    Value::Object(object! { "keyid": key.key().keyid().to_string(), "sig": b64(&signed) })
}

/// Replaces one value somewhere in a document, or adds, renames or removes a member.
pub fn replace(value: &mut Value, draw: &mut Draw<'_>) {
    let count = usize::try_from(values(value)).unwrap_or(1);
    let at = draw.below(count);
    let old = value.clone();
    let Some(place) = nth(value, at) else { return };
    match (draw.below(8), &mut *place) {
        (0, Value::Object(object)) => {
            let names: Vec<String> = object.iter().map(|(name, _)| name.to_owned()).collect();
            if !names.is_empty() {
                object.remove(&names[draw.below(names.len())]);
            }
        }
        (1, Value::Object(object)) => {
            let name = String::from_utf8_lossy(draw.bytes(12)).into_owned();
            object.insert(name, scalar(draw));
        }
        (2, Value::Array(items)) => {
            let item = items.get(draw.below(items.len())).cloned().unwrap_or_default();
            items.push(item);
        }
        (3, Value::Array(items)) if !items.is_empty() => drop(items.remove(draw.below(items.len()))),
        (4, Value::String(text)) => *text = spoil(text, draw),
        (5, here) => {
            // Something else of the same document.
            let mut copy = old;
            if let Some(other) = nth(&mut copy, draw.below(count)) {
                *here = std::mem::take(other);
            }
        }
        (6, Value::Number(number)) => *number += [1.0, -1.0, 2.0, 0.5][draw.below(4)],
        (_, here) => *here = scalar(draw),
    }
}

fn spoil(text: &str, draw: &mut Draw<'_>) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = draw.below(letters.len().saturating_add(1));
    match draw.below(3) {
        0 => letters.truncate(at),
        1 => letters.insert(at, char::from(draw.byte())),
        _ => {
            if let Some(letter) = letters.get_mut(at) {
                *letter = *draw.of(&['0', '1', 'f', 'A', '=', '/', '\n', ' ', '+', '9']);
            }
        }
    }
    letters.into_iter().collect()
}

fn scalar(draw: &mut Draw<'_>) -> Value {
    match draw.below(7) {
        0 => Value::Null,
        1 => Value::Bool(draw.byte().is_multiple_of(2)),
        2 => Value::count(u64::from(draw.byte())),
        3 => Value::from(String::from_utf8_lossy(draw.bytes(40)).into_owned()),
        4 => Value::Array(vec![Value::count(u64::from(draw.byte()))]),
        5 => Value::Object(Object::new()),
        _ => {
            let of = [0.5, -1.0, 9_007_199_254_740_991.0, 1e300, -0.0];
            Value::Number(of[draw.below(of.len())] + 0.0)
        }
    }
}

/// The n-th value of a document, containers included, in its order.
#[must_use]
pub fn nth(value: &mut Value, n: usize) -> Option<&mut Value> {
    if n == 0 {
        return Some(value);
    }
    let mut left = n.saturating_sub(1);
    let mut size = |below: &Value| {
        let size = usize::try_from(values(below)).unwrap_or(usize::MAX);
        let here = left < size;
        if !here {
            left = left.saturating_sub(size);
        }
        here
    };
    match value {
        Value::Array(items) => {
            let at = items.iter().position(&mut size)?;
            nth(items.get_mut(at)?, left)
        }
        Value::Object(object) => {
            let name = object.iter().find(|(_, below)| size(below))?.0.to_owned();
            nth(object.get_mut(&name)?, left)
        }
        _ => None,
    }
}
