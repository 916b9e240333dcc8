//! What a redaction leaves behind, and how it is made.

use std::collections::BTreeMap;

use super::Seed;
use super::tree::Walk;
use crate::canon::{Object, Value, pointer_tokens};
use crate::codes::Code;
use crate::digest::{b64, unb64};
use crate::error::{Error, Result};
use crate::merkle::Hash;

/// How content stands beside its envelope.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the format has these two forms")]
pub enum Form {
    /// All of it, with the seed.
    Whole(Seed),
    /// With `null` at the hidden places, and what the walk needs there.
    Redacted(Open),
}

/// `open`: the hidden places, their value hashes, and the seeds of everything else, in walk order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// JSON Pointers of the hidden places.
    pub hidden: Vec<String>,
    /// The 32-byte value hashes, joined.
    pub hashes: Vec<u8>,
    /// The 32-byte seeds, joined.
    pub seeds: Vec<u8>,
}

/// The refusal of an `open` that does not fit its document.
pub(super) fn bad_open(text: &str) -> Error {
    Error::new(Code::DiscloseMaterialUnused, text)
}

impl Open {
    /// Reads `{"hidden":[pointer…],"hashes":b64,"seeds":b64}`; none if the members or their types are others.
    pub fn parse(value: &Value) -> Option<Open> {
        let object = value.as_object()?;
        let hidden = object.get("hidden")?.as_array()?;
        let hidden = hidden
            .iter()
            .map(|p| p.as_str().map(str::to_owned))
            .collect::<Option<_>>()?;
        let bytes = |name: &str| unb64(object.get(name)?.as_str()?);
        let open = Open {
            hidden,
            hashes: bytes("hashes")?,
            seeds: bytes("seeds")?,
        };
        (object.len() == 3).then_some(open)
    }

    /// The document that [`Open::parse`] reads.
    pub fn to_value(&self) -> Value {
        let hidden: Vec<Value> = self.hidden.iter().map(|p| Value::from(p.as_str())).collect();
        Value::Object(crate::object! { "hidden": hidden, "hashes": b64(&self.hashes), "seeds": b64(&self.seeds) })
    }

    /// The hidden places as a tree; refused if one is twice, below another or not in the content.
    pub(super) fn trie(&self, content: &Value) -> Result<Trie> {
        if self.hidden.is_empty() {
            return Err(bad_open("`open` hides nothing"));
        }
        let mut trie = Trie::default();
        for pointer in &self.hidden {
            let known = !pointer.is_empty() && content.pointer(pointer).is_some();
            if !known || !trie.insert(pointer) {
                return Err(bad_open(
                    "`open` hides a place twice, one below another, or one that is not in the content",
                ));
            }
        }
        Ok(trie)
    }
}

/// Pointers as a tree of tokens.
#[derive(Clone, Debug, Default)]
pub(super) struct Trie {
    pub(super) hidden: bool,
    below: BTreeMap<String, Trie>,
}

impl Trie {
    pub(super) fn at(&self, token: &str) -> Option<&Trie> {
        self.below.get(token)
    }

    /// Adds a pointer; false if it is there, above one that is there, or below one.
    fn insert(&mut self, pointer: &str) -> bool {
        let mut node = self;
        for token in pointer_tokens(pointer).unwrap_or_default() {
            if node.hidden {
                return false;
            }
            node = node.below.entry(token).or_default();
        }
        let fresh = !node.hidden && node.below.is_empty();
        node.hidden = true;
        fresh
    }
}

/// The lists of an `open`, taken from the front.
#[derive(Default)]
pub(super) struct Lists {
    hidden: std::vec::IntoIter<String>,
    hashes: std::vec::IntoIter<u8>,
    seeds: std::vec::IntoIter<u8>,
    not_null: bool,
}

fn take(from: &mut std::vec::IntoIter<u8>) -> Result<[u8; 32]> {
    let bytes: Option<[u8; 32]> = from.as_slice().first_chunk().copied();
    let Some(bytes) = bytes else {
        return Err(bad_open("`open` holds fewer hashes or seeds than the content needs"));
    };
    from.nth(31);
    Ok(bytes)
}

impl Lists {
    pub(super) fn of(open: &Open) -> Self {
        Lists {
            hidden: open.hidden.clone().into_iter(),
            hashes: open.hashes.clone().into_iter(),
            seeds: open.seeds.clone().into_iter(),
            not_null: false,
        }
    }

    pub(super) fn seed(&mut self) -> Result<Seed> {
        take(&mut self.seeds)
    }

    pub(super) fn hash(&mut self, path: &str, value: &Value) -> Result<Hash> {
        if self.hidden.next().as_deref() != Some(path) {
            return Err(bad_open(
                "the hidden places of `open` are not in the order of the content",
            ));
        }
        self.not_null |= !value.is_null();
        take(&mut self.hashes)
    }

    /// Nothing may be left over, and every hidden place must have been null.
    pub(super) fn finish(&self) -> Result<()> {
        if self.hidden.len() > 0 || self.hashes.len() > 0 || self.seeds.len() > 0 {
            return Err(bad_open("`open` holds more hashes or seeds than the content needs"));
        }
        if self.not_null {
            let text = "a hidden place holds a value: it has to be null";
            return Err(Error::new(Code::DiscloseCommitmentMismatch, text));
        }
        Ok(())
    }
}

/// What a redaction notes on its walk.
#[derive(Default)]
pub(super) struct Builder {
    open: Open,
}

impl Builder {
    pub(super) fn hide(&mut self, path: &str, hash: Hash) {
        self.open.hidden.push(path.to_owned());
        self.open.hashes.extend_from_slice(&hash);
    }

    pub(super) fn keep(&mut self, seed: Seed) {
        self.open.seeds.extend_from_slice(&seed);
    }
}

/// Hides places of a content document: the same document with `null` there, and the `open` that goes with it.
/// A document that was redacted before keeps what it hid. The empty pointer, and pointers below another, are left out.
///
/// # Errors
/// `wire.bad_argument` for a pointer that leads nowhere; `disclose.*` if the given form does not fit the document.
pub fn redact(content: &Value, form: &Form, hide: &[String]) -> Result<(Value, Open)> {
    let before: &[String] = match form {
        Form::Whole(_) => &[],
        Form::Redacted(open) => &open.hidden,
    };
    for pointer in hide {
        if content.pointer(pointer).is_none() {
            let text = "there is nothing to hide at this path";
            return Err(Error::new(Code::WireBadArgument, text).at(pointer.clone()));
        }
    }
    let mut all: Vec<&String> = before
        .iter()
        .chain(hide)
        .filter(|pointer| !pointer.is_empty())
        .collect();
    // Shorter pointers first: those below another then meet it and are left out.
    all.sort_by_key(|pointer| pointer.len());
    let mut new = Trie::default();
    let mut hidden = content.clone();
    for pointer in all {
        if !covered(&new, pointer) {
            new.insert(pointer);
            blank(&mut hidden, &pointer_tokens(pointer).unwrap_or_default());
        }
    }
    let mut builder = Builder::default();
    match form {
        Form::Whole(seed) => {
            Walk::new(Lists::default(), Some(&mut builder)).node(content, Some(*seed), None, Some(&new))?;
        }
        Form::Redacted(open) => {
            let old = open.trie(content)?;
            let mut walk = Walk::new(Lists::of(open), Some(&mut builder));
            walk.node(content, None, Some(&old), Some(&new))?;
            walk.lists.finish()?;
        }
    }
    Ok((hidden, builder.open))
}

fn covered(trie: &Trie, pointer: &str) -> bool {
    let mut node = Some(trie);
    for token in pointer_tokens(pointer).unwrap_or_default() {
        node = node.and_then(|trie| trie.at(&token));
        if node.is_some_and(|trie| trie.hidden) {
            return true;
        }
    }
    false
}

fn blank(value: &mut Value, tokens: &[String]) {
    let Some((token, rest)) = tokens.split_first() else {
        *value = Value::Null;
        return;
    };
    let below = match value {
        Value::Object(object) => Object::get_mut(object, token),
        Value::Array(items) => token.parse::<usize>().ok().and_then(|at| items.get_mut(at)),
        _ => None,
    };
    if let Some(below) = below {
        blank(below, rest);
    }
}
