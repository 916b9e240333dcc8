//! Members of containers: dictionaries with any keys, elements of sets, and the fields of objects.

use std::collections::BTreeSet;

use execert::canon::{Object, Value, pointer_tokens, push_pointer, to_jcs};
use execert::limits;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PySet, PyString};

use super::classes::Class;
use super::object::{CAUSES, Field, Own};
use super::{Plain, Step};

impl Plain {
    pub(super) fn dict(&mut self, value: &Bound<'_, PyAny>, members: &Bound<'_, PyDict>) -> Step<Value> {
        // A copy: reading a member may run code that changes the dictionary.
        let pairs: Vec<Pair<'_>> = members
            .items()
            .iter()
            .filter_map(|pair| pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>().ok())
            .collect();
        match names(&pairs) {
            Some(names) => {
                let items = pairs.into_iter().map(|(_, item)| Field::Read(item));
                self.object(value, names.into_iter().zip(items).collect())
            }
            None => self.map(value, pairs),
        }
    }

    /// The fields of an object, under the word of its class.
    pub(super) fn record(&mut self, value: &Bound<'_, PyAny>, mut own: Own<'_>) -> Step<Value> {
        let exception = own.word.starts_with("exception:");
        if exception && self.causes >= CAUSES {
            own.members.retain(|(name, _)| name != "cause");
        }
        let causes = self.causes;
        self.causes = if exception { causes.saturating_add(1) } else { 0 };
        let fit = own.members.iter().all(|(name, _)| name.len() <= limits::NAME_BYTES);
        let out = if fit {
            self.object(value, own.members)
        } else {
            self.null("omitted:bytes")
        };
        self.causes = causes;
        self.converted(out?, &own.word)
    }

    fn object(&mut self, value: &Bound<'_, PyAny>, members: Vec<(String, Field<'_>)>) -> Step<Value> {
        if members.len() > limits::MEMBERS {
            return self.null("omitted:nodes");
        }
        self.container(value, members.len(), |plain| {
            let here = plain.path.len();
            let mut out = Object::new();
            for (name, item) in members {
                plain.spend(super::text::jcs_len(&name).saturating_add(1))?;
                push_pointer(&mut plain.path, &name);
                let item = plain.field(item);
                plain.path.truncate(here);
                out.insert(name, item?);
            }
            Ok(Value::Object(out))
        })
    }

    fn field(&mut self, item: Field<'_>) -> Step<Value> {
        match item {
            Field::Read(item) => self.value(&item),
            Field::Word(word) => self.text_of(word),
            Field::Failed(failure) => self.null(&format!("failed:{failure}")),
        }
    }

    /// A dictionary whose keys are not all distinct short strings: pairs, sorted by key.
    fn map(&mut self, value: &Bound<'_, PyAny>, pairs: Vec<Pair<'_>>) -> Step<Value> {
        if self.levels.saturating_add(1) >= super::DEPTH {
            return self.null("omitted:depth");
        }
        let count = pairs.len().saturating_mul(3);
        let out = self.container(value, count, |plain| {
            let mut parts = Vec::with_capacity(pairs.len());
            for (key, item) in pairs {
                let mut part = plain.apart(|plain| plain.pair(&key, &item))?;
                if let Value::Array(both) = &part.value {
                    part.key = both.first().map(to_jcs).unwrap_or_default();
                }
                parts.push(part);
            }
            plain.sorted(parts)
        })?;
        self.converted(out, "map")
    }

    fn pair(&mut self, key: &Bound<'_, PyAny>, item: &Bound<'_, PyAny>) -> Step<Value> {
        let here = self.path.len();
        self.levels = self.levels.saturating_add(1);
        push_pointer(&mut self.path, "0");
        let key = self.value(key);
        self.path.truncate(here);
        push_pointer(&mut self.path, "1");
        let item = key.and_then(|key| Ok((key, self.value(item)?)));
        self.path.truncate(here);
        self.levels = self.levels.saturating_sub(1);
        let (key, item) = item?;
        Ok(Value::Array(vec![key, item]))
    }
}

type Pair<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

/// The keys as member names, if all of them are distinct strings that JSON can hold as names.
fn names(pairs: &[Pair<'_>]) -> Option<Vec<String>> {
    let mut names = Vec::with_capacity(pairs.len());
    let mut exact = true;
    for (key, _) in pairs {
        if !key.is_exact_instance_of::<PyString>() {
            exact = false;
            // A subclass of str is a name, an enum member is not.
            if Class::of(key).known(key.py()).is_some() {
                return None;
            }
        }
        let name = key.cast::<PyString>().ok()?.to_str().ok()?;
        if name.len() > limits::NAME_BYTES {
            return None;
        }
        names.push(name.to_owned());
    }
    // Keys that are exactly strings are distinct; a subclass may compare as it likes.
    let distinct = exact || names.iter().collect::<BTreeSet<_>>().len() == names.len();
    distinct.then_some(names)
}

/// The elements of a set, by the set's own iterator even if a subclass has another.
pub(super) fn elements<'py>(value: &Bound<'py, PyAny>) -> Vec<Bound<'py, PyAny>> {
    let py = value.py();
    let base = if value.is_instance_of::<PySet>() {
        py.get_type::<PySet>()
    } else {
        py.get_type::<PyFrozenSet>()
    };
    let Ok(items) = base
        .call_method1("__iter__", (value,))
        .and_then(|iterator| iterator.try_iter())
    else {
        return Vec::new();
    };
    items.filter_map(Result::ok).collect()
}

/// Rewrites the text of a cycle, an ancestor's pointer, whose provisional start is now known.
pub(super) fn move_cycle(value: &mut Value, pointer: &str, provisional: &str, place: &str) {
    let mut here = value;
    for token in pointer_tokens(pointer).unwrap_or_default() {
        let next = match here {
            Value::Object(object) => object.get_mut(&token),
            Value::Array(items) => token.parse::<usize>().ok().and_then(|at| items.get_mut(at)),
            _ => None,
        };
        match next {
            Some(next) => here = next,
            None => return,
        }
    }
    if let Value::String(text) = here
        && let Some(rest) = text.strip_prefix(provisional)
        && (rest.is_empty() || rest.starts_with('/'))
    {
        *text = format!("{place}{rest}");
    }
}
