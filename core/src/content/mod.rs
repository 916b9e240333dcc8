//! Content is committed, not embedded: a salted Merkle tree over the JSON, so that any value can be withheld later
//! and a change is found at its path (docs/spec/04-content.md).
//!
//! ```text
//! commit(v, s):   scalar             h('s', h('S', s), JCS(v))
//!                 {} or []           h('e', h('S', s), "{}" or "[]")
//!                 object, n members  h('o', u64(n), range(members, s))
//!                 array, n elements  h('a', u64(n), range(elements, s))
//! range(one, s):  member             h('i', u64(length of name), name, commit(v, s))
//!                 element            h('j', commit(v, s))
//! range(n>1, s):  h('n', range(first k, h('L', s)), range(the rest, h('R', s))), k = largest power of two < n
//! ```

mod locate;
mod open;
mod tree;

pub use locate::{Difference, check};
pub use open::{Form, Open, redact};
pub use tree::Tree;

use crate::canon::Value;
use crate::merkle::Hash;

/// 32 random bytes from which every salt of one content document follows.
pub type Seed = [u8; 32];

/// The value hash of a value under a seed; of the whole content document this is the content root.
pub fn commit(value: &Value, seed: &Seed) -> Hash {
    Tree::whole(value, seed).root()
}

/// The leaves of a content document: scalars and empty containers. A hidden place is `null`, so it counts too.
pub fn leaves(value: &Value) -> u64 {
    let sum = |total: u64, item: &Value| total.saturating_add(leaves(item));
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().fold(0, sum),
        Value::Object(object) if !object.is_empty() => object.iter().map(|(_, item)| item).fold(0, sum),
        _ => 1,
    }
}

/// All values of a document, containers included.
pub fn values(value: &Value) -> u64 {
    let sum = |total: u64, item: &Value| total.saturating_add(values(item));
    match value {
        Value::Array(items) => items.iter().fold(1, sum),
        Value::Object(object) => object.iter().map(|(_, item)| item).fold(1, sum),
        _ => 1,
    }
}
