//! Checking content against its signed root and, when it differs, finding where (docs/spec/04-content.md).

use super::leaves;
use super::open::Form;
use super::tree::{Tree, container_hash, first_part, item_hash, pair_hash};
use crate::canon::{Value, cmp_utf16, push_pointer};
use crate::codes::Code;
use crate::digest::unb64;
use crate::merkle::Hash;

/// The most places named for one record.
const NAMED: usize = 100;

/// One way in which content is not what was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `content.changed`, `disclose.commitment_mismatch` or `disclose.material_unused`.
    pub code: Code,
    /// JSON Pointer into the content (or `/index`); none where the place cannot be named.
    pub path: Option<String>,
    /// The value hash that was sealed there, by the index.
    pub sealed: Option<Hash>,
    /// The value hash of this copy.
    pub found: Option<Hash>,
}

impl Difference {
    fn nowhere(code: Code) -> Self {
        Difference {
            code,
            path: None,
            sealed: None,
            found: None,
        }
    }

    fn index() -> Self {
        Difference {
            path: Some("/index".to_owned()),
            ..Self::nowhere(Code::DiscloseCommitmentMismatch)
        }
    }
}

/// Everything that is wrong with content beside an envelope; nothing if it is what was sealed.
pub fn check(content: &Value, form: &Form, index: Option<&Value>, root: &Hash) -> Vec<Difference> {
    let code = match form {
        Form::Whole(_) => Code::ContentChanged,
        Form::Redacted(_) => Code::DiscloseCommitmentMismatch,
    };
    let tree = match Tree::of(content, form) {
        Ok(tree) => tree,
        Err(error) => {
            // The index is judged all the same.
            let index = index.filter(|index| index_hash(index) != Some(*root));
            let mut found = vec![Difference::nowhere(error.code())];
            found.extend(index.map(|_| Difference::index()));
            return found;
        }
    };
    if tree.root() == *root {
        return match index {
            Some(index) if tree.index(content) != *index => vec![Difference::index()],
            _ => Vec::new(),
        };
    }
    let Some(index) = index else {
        return vec![Difference::nowhere(code)];
    };
    if index_hash(index) != Some(*root) {
        return vec![Difference::nowhere(code), Difference::index()];
    }
    let mut places = Places {
        code,
        path: String::new(),
        found: Vec::new(),
        count: 0,
    };
    places.compare(Some(index), Some((content, &tree)));
    if places.count == 0 || (places.count > 1 && places.count == leaves(content)) {
        return vec![Difference::nowhere(code)];
    }
    places.found
}

/// The root that an index stands for; none if a leaf of it is not a hash.
fn index_hash(index: &Value) -> Option<Hash> {
    let (object, items): (bool, Vec<Hash>) = match index {
        Value::String(text) => return unb64(text)?.try_into().ok(),
        Value::Array(items) => (
            false,
            items
                .iter()
                .map(|item| Some(item_hash(None, &index_hash(item)?)))
                .collect::<Option<_>>()?,
        ),
        Value::Object(object) => (
            true,
            object
                .iter()
                .map(|(name, item)| Some(item_hash(Some(name), &index_hash(item)?)))
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    };
    Some(container_hash(object, items.len(), &range_hash(&items)?))
}

fn range_hash(items: &[Hash]) -> Option<Hash> {
    match items {
        [] => None,
        [one] => Some(*one),
        _ => {
            let (left, right) = items.split_at_checked(first_part(items.len()))?;
            Some(pair_hash(&range_hash(left)?, &range_hash(right)?))
        }
    }
}

/// A member that only the index or only the content has.
type OnlyOne<'a> = (&'a str, Option<&'a Value>, Option<(&'a Value, &'a Tree)>);

struct Places {
    code: Code,
    path: String,
    found: Vec<Difference>,
    count: u64,
}

impl Places {
    fn differs(&mut self, sealed: Option<&Value>, found: Option<&Tree>) {
        self.count = self.count.saturating_add(1);
        if self.found.len() < NAMED {
            self.found.push(Difference {
                code: self.code,
                path: Some(self.path.clone()),
                sealed: sealed.and_then(index_hash),
                found: found.map(Tree::root),
            });
        }
    }

    fn below(&mut self, token: &str, index: Option<&Value>, content: Option<(&Value, &Tree)>) {
        let here = self.path.len();
        push_pointer(&mut self.path, token);
        self.compare(index, content);
        self.path.truncate(here);
    }

    /// Walks the index and the content together; at a place that only one of them has, that is the difference.
    fn compare(&mut self, index: Option<&Value>, content: Option<(&Value, &Tree)>) {
        let (Some(sealed), Some((value, tree))) = (index, content) else {
            return self.differs(index, content.map(|(_, tree)| tree));
        };
        // An empty container is a leaf here too.
        match (sealed, value) {
            (Value::String(_), _) => {
                if index_hash(sealed) != Some(tree.root()) {
                    self.differs(index, Some(tree));
                }
            }
            (Value::Object(names), Value::Object(object))
                if !object.is_empty() && tree.children().len() == object.len() =>
            {
                let members: Vec<_> = object.iter().zip(tree.children()).collect();
                let same =
                    names.len() == members.len() && names.iter().zip(&members).all(|((a, _), ((b, _), _))| a == *b);
                if same {
                    for ((name, sealed), ((_, value), tree)) in names.iter().zip(members) {
                        self.below(name, Some(sealed), Some((value, tree)));
                    }
                    return;
                }
                let mut only: Vec<OnlyOne<'_>> = Vec::new();
                only.extend(
                    names
                        .iter()
                        .filter(|(n, _)| !object.contains(n))
                        .map(|(n, v)| (n, Some(v), None)),
                );
                let extra = members.iter().filter(|((n, _), _)| !names.contains(n));
                only.extend(extra.map(|((n, v), tree)| (*n, None, Some((*v, *tree)))));
                only.sort_by(|a, b| cmp_utf16(a.0, b.0));
                for (name, sealed, found) in only {
                    self.below(name, sealed, found);
                }
            }
            (Value::Array(sealed), Value::Array(items))
                if !items.is_empty() && tree.children().len() == items.len() =>
            {
                let skip = if sealed.len() == items.len() {
                    0
                } else {
                    sealed.len().min(items.len())
                };
                let mut found = items.iter().zip(tree.children()).skip(skip);
                for at in skip..sealed.len().max(items.len()) {
                    self.below(&at.to_string(), sealed.get(at), found.next());
                }
            }
            _ => self.differs(index, Some(tree)),
        }
    }
}
