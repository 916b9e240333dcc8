//! The walk over content: it computes value hashes from a seed, or from the seeds and hashes that a redaction left.

use super::Seed;
use super::open::{Builder, Form, Lists, Trie, bad_open};
use crate::canon::{Value, push_pointer, to_jcs};
use crate::digest::{b64, domain, sha256};
use crate::error::Result;
use crate::merkle::Hash;

fn h(kind: u8, parts: &[&[u8]]) -> Hash {
    let mut all: Vec<&[u8]> = Vec::with_capacity(5);
    let kind = [kind];
    all.push(domain::CONTENT);
    all.push(&kind);
    all.extend_from_slice(parts);
    sha256(&all)
}

fn u64_of(n: usize) -> [u8; 8] {
    u64::try_from(n).unwrap_or(u64::MAX).to_be_bytes()
}

/// The hash above the items of an object (`'o'`) or array (`'a'`).
pub(super) fn container_hash(object: bool, count: usize, range: &Hash) -> Hash {
    h(if object { b'o' } else { b'a' }, &[&u64_of(count), range])
}

pub(super) fn item_hash(name: Option<&str>, value: &Hash) -> Hash {
    match name {
        Some(name) => h(b'i', &[&u64_of(name.len()), name.as_bytes(), value]),
        None => h(b'j', &[value]),
    }
}

pub(super) fn pair_hash(left: &Hash, right: &Hash) -> Hash {
    h(b'n', &[left, right])
}

/// The largest power of two below `n`, for n > 1.
pub(super) fn first_part(n: usize) -> usize {
    n.checked_sub(1)
        .and_then(usize::checked_ilog2)
        .map_or(0, |bits| 1 << bits)
}

/// The value hashes of a content document: one node for each value, in the order of the document.
#[derive(Clone, Debug)]
pub struct Tree {
    hash: Hash,
    children: Vec<Tree>,
}

impl Tree {
    /// The tree of a whole document.
    pub fn whole(content: &Value, seed: &Seed) -> Tree {
        // A whole document takes nothing from lists, so there is nothing that could be missing.
        Self::of(content, &Form::Whole(*seed)).unwrap_or(Tree {
            hash: [0; 32],
            children: Vec::new(),
        })
    }

    /// The tree of a document in either form.
    ///
    /// # Errors
    /// `disclose.material_unused` when `open` does not fit the document.
    pub fn of(content: &Value, form: &Form) -> Result<Tree> {
        match form {
            Form::Whole(seed) => Walk::new(Lists::default(), None).node(content, Some(*seed), None, None),
            Form::Redacted(open) => {
                let trie = open.trie(content)?;
                let mut walk = Walk::new(Lists::of(open), None);
                let tree = walk.node(content, None, Some(&trie), None)?;
                walk.lists.finish()?;
                Ok(tree)
            }
        }
    }

    /// The value hash of this node; of the document's own node, the content root.
    pub fn root(&self) -> Hash {
        self.hash
    }

    /// The nodes of the members or elements, in order; none for a leaf and for a hidden place.
    pub fn children(&self) -> &[Tree] {
        &self.children
    }

    /// The document with each leaf and hidden place replaced by base64 of its value hash.
    pub fn index(&self, content: &Value) -> Value {
        if self.children.is_empty() {
            return Value::String(b64(&self.hash));
        }
        match content {
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .zip(&self.children)
                    .map(|(item, tree)| tree.index(item))
                    .collect(),
            ),
            Value::Object(object) => Value::Object(
                object
                    .iter()
                    .zip(&self.children)
                    .map(|((name, item), tree)| (name.to_owned(), tree.index(item)))
                    .collect(),
            ),
            _ => Value::String(b64(&self.hash)),
        }
    }
}

/// One member or element on the walk, with what is hidden at or below it: before, and after a redaction.
struct Item<'a> {
    name: Option<&'a str>,
    at: usize,
    value: &'a Value,
    old: Option<&'a Trie>,
    new: Option<&'a Trie>,
}

/// The walk. Seeds come from above (`Some`) or, where something is hidden below, from the lists; a builder, if there
/// is one, notes what a redaction has to leave behind.
pub(super) struct Walk<'b> {
    pub(super) lists: Lists,
    builder: Option<&'b mut Builder>,
    path: String,
}

impl<'b> Walk<'b> {
    pub(super) fn new(lists: Lists, builder: Option<&'b mut Builder>) -> Self {
        Walk {
            lists,
            builder,
            path: String::new(),
        }
    }

    /// `old`: hidden already at or below this node; `new`: to be hidden, while a builder listens.
    pub(super) fn node(
        &mut self,
        value: &Value,
        seed: Option<Seed>,
        old: Option<&Trie>,
        new: Option<&Trie>,
    ) -> Result<Tree> {
        if let Some(new) = new
            && new.hidden
        {
            // The hash is computed with nobody listening, then noted.
            let tree = self.node(value, seed, old, None)?;
            if let Some(builder) = &mut self.builder {
                builder.hide(&self.path, tree.hash);
            }
            return Ok(tree);
        }
        if old.is_some_and(|trie| trie.hidden) {
            let hash = self.lists.hash(&self.path, value)?;
            return Ok(Tree {
                hash,
                children: Vec::new(),
            });
        }
        let seed = match (seed, old) {
            (Some(seed), _) => Some(seed),
            (None, None) => Some(self.lists.seed()?),
            (None, Some(_)) => None,
        };
        let items: Vec<Item<'_>> = match value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(at, value)| Item {
                    name: None,
                    at,
                    value,
                    old: old.and_then(|trie| trie.at(&at.to_string())),
                    new: new.and_then(|trie| trie.at(&at.to_string())),
                })
                .collect(),
            Value::Object(object) => object
                .iter()
                .enumerate()
                .map(|(at, (name, value))| Item {
                    name: Some(name),
                    at,
                    value,
                    old: old.and_then(|trie| trie.at(name)),
                    new: new.and_then(|trie| trie.at(name)),
                })
                .collect(),
            _ => Vec::new(),
        };
        if items.is_empty() {
            let Some(seed) = seed else {
                return Err(bad_open("`open` hides a place below a value that has nothing below it"));
            };
            let kind = if matches!(value, Value::Array(_) | Value::Object(_)) {
                b'e'
            } else {
                b's'
            };
            let hash = h(kind, &[&h(b'S', &[&seed]), &to_jcs(value)]);
            return Ok(Tree {
                hash,
                children: Vec::new(),
            });
        }
        let mut children = Vec::with_capacity(items.len());
        let listens = new.is_some();
        let range = self.range(&items, seed, listens, &mut children)?;
        let object = matches!(value, Value::Object(_));
        Ok(Tree {
            hash: container_hash(object, items.len(), &range),
            children,
        })
    }

    fn range(
        &mut self,
        items: &[Item<'_>],
        seed: Option<Seed>,
        listens: bool,
        children: &mut Vec<Tree>,
    ) -> Result<Hash> {
        let seed = match seed {
            None if items.iter().all(|item| item.old.is_none()) => Some(self.lists.seed()?),
            other => other,
        };
        let touched = items.iter().any(|item| item.new.is_some());
        if listens
            && !touched
            && let (Some(builder), Some(seed)) = (&mut self.builder, seed)
        {
            builder.keep(seed);
        }
        let listens = listens && touched;
        if let [item] = items {
            let here = self.path.len();
            match item.name {
                Some(name) => push_pointer(&mut self.path, name),
                None => push_pointer(&mut self.path, &item.at.to_string()),
            }
            let tree = self.node(item.value, seed, item.old, item.new.filter(|_| listens))?;
            self.path.truncate(here);
            let hash = item_hash(item.name, &tree.hash);
            children.push(tree);
            return Ok(hash);
        }
        let (left, right) = items.split_at_checked(first_part(items.len())).unwrap_or((items, &[]));
        let half = |side: u8| seed.map(|seed| h(side, &[&seed]));
        let left = self.range(left, half(b'L'), listens, children)?;
        let right = self.range(right, half(b'R'), listens, children)?;
        Ok(pair_hash(&left, &right))
    }
}
