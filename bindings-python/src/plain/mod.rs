//! Total, deterministic conversion of any Python value to plain JSON, with a list of what was converted.
//!
//! It never raises, calls no serialiser of the value (`__str__`, `__repr__`, `model_dump`), consumes no iterator and
//! prints no address. The table of words is docs/guide/conversion.md; `tests/vectors/plain` holds one case per row.

mod classes;
mod leaf;
mod members;
mod object;
mod text;

use execert::canon::{Value, cmp_utf16, push_pointer, to_jcs};
use execert::limits;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyString, PyTuple};

use classes::Class;

/// A converted value stands inside a content document, which is one level itself.
const DEPTH: usize = limits::DEPTH - 1;
/// Values left to one conversion. With the conversions (three values each) and the content document around them this
/// stays below the 200,000 of a document.
const NODES: usize = 130_000;
/// Entries in the list of conversions.
const ENTRIES: usize = 20_000;
/// Bytes of the converted value and of the list, so that content stays below its 16 MiB.
const BYTES: usize = 12 * 1024 * 1024;

/// A value as plain JSON, and the pairs (JSON pointer, word) of what was converted, sorted by pointer.
pub(crate) fn convert(value: &Bound<'_, PyAny>) -> (Value, Vec<(String, String)>) {
    let mut plain = Plain {
        path: String::new(),
        open: Vec::new(),
        list: Vec::new(),
        nodes: NODES,
        bytes: BYTES,
        levels: 0,
        causes: 0,
    };
    let converted = match plain.value(value) {
        Ok(converted) => converted,
        Err(stop) => {
            plain.list = vec![(String::new(), stop.word().to_owned())];
            Value::Null
        }
    };
    plain.list.sort_by(|(a, _), (b, _)| cmp_utf16(a, b));
    (converted, plain.list)
}

/// The list of conversions as the content member `conversions`; none if nothing was converted.
pub(crate) fn conversions(list: &[(String, String)]) -> Option<Value> {
    let pair = |(pointer, word): &(String, String)| Value::Array(vec![pointer.as_str().into(), word.as_str().into()]);
    (!list.is_empty()).then(|| Value::Array(list.iter().map(pair).collect()))
}

/// A budget ran out: the innermost container around the value is left out whole.
#[derive(Clone, Copy)]
enum Stop {
    Nodes,
    Bytes,
}

impl Stop {
    fn word(self) -> &'static str {
        match self {
            Stop::Nodes => "omitted:nodes",
            Stop::Bytes => "omitted:bytes",
        }
    }
}

type Step<T> = Result<T, Stop>;

struct Plain {
    /// Pointer of the value being converted.
    path: String,
    /// Address and pointer length of each object around it.
    open: Vec<(usize, usize)>,
    list: Vec<(String, String)>,
    nodes: usize,
    bytes: usize,
    /// Containers around the value in the JSON.
    levels: usize,
    /// Exceptions around this one, by which it is the cause.
    causes: usize,
}

impl Plain {
    fn value(&mut self, value: &Bound<'_, PyAny>) -> Step<Value> {
        if value.is_none() {
            self.spend(4)?;
            Ok(Value::Null)
        } else if let Ok(flag) = value.cast_exact::<PyBool>() {
            self.spend(5)?;
            Ok(Value::Bool(flag.is_true()))
        } else if value.is_exact_instance_of::<PyInt>() {
            self.integer(value)
        } else if let Ok(number) = value.cast_exact::<PyFloat>() {
            self.float(number.value())
        } else if let Ok(text) = value.cast_exact::<PyString>() {
            self.string(text)
        } else if let Ok(items) = value.cast_exact::<PyList>() {
            self.list(value, items)
        } else if let Ok(members) = value.cast_exact::<PyDict>() {
            self.dict(value, members)
        } else {
            self.other(value)
        }
    }

    /// Everything that is not exactly JSON: the rows of the table, from the most to the least particular.
    fn other(&mut self, value: &Bound<'_, PyAny>) -> Step<Value> {
        let class = Class::of(value);
        if class.is_secret() {
            return self.null("secret");
        }
        if let Some(known) = class.known(value.py()) {
            return self.known(value, &class, &known);
        }
        if let Some(done) = self.buffer(value) {
            return done;
        }
        if let Some(own) = object::declared(value, &class) {
            return self.record(value, own);
        }
        if value.is_instance_of::<PyInt>() {
            return self.integer(value);
        }
        if let Ok(number) = value.cast::<PyFloat>() {
            return self.float(number.value());
        }
        if let Ok(text) = value.cast::<PyString>() {
            return self.string(text);
        }
        if let Ok(items) = value.cast::<PyTuple>() {
            return self.tuple(value, items, &class);
        }
        if value.is_instance_of::<PySet>() || value.is_instance_of::<PyFrozenSet>() {
            return self.set(value);
        }
        if let Ok(items) = value.cast::<PyList>() {
            return self.list(value, items);
        }
        if let Ok(members) = value.cast::<PyDict>() {
            return self.dict(value, members);
        }
        match object::own(value, &class) {
            Some(own) => self.record(value, own),
            None => self.null(&format!("opaque:{}", class.name())),
        }
    }

    fn list(&mut self, value: &Bound<'_, PyAny>, items: &Bound<'_, PyList>) -> Step<Value> {
        // Its length is looked at again at each step: reading a member may run code that changes the list.
        self.container(value, items.len(), |plain| plain.items(items.iter()))
    }

    fn tuple(&mut self, value: &Bound<'_, PyAny>, items: &Bound<'_, PyTuple>, class: &Class<'_>) -> Step<Value> {
        if let Some(names) = class.tuple_fields() {
            let members = names.into_iter().zip(items.iter().map(object::Field::Read)).collect();
            let word = format!("namedtuple:{}", class.name());
            return self.record(value, object::Own { word, members });
        }
        let out = self.container(value, items.len(), |plain| plain.items(items.iter()))?;
        self.converted(out, "tuple")
    }

    fn items<'py>(&mut self, items: impl Iterator<Item = Bound<'py, PyAny>>) -> Step<Value> {
        let here = self.path.len();
        let mut out = Vec::new();
        for (at, item) in items.enumerate() {
            push_pointer(&mut self.path, &at.to_string());
            let item = self.value(&item);
            self.path.truncate(here);
            out.push(item?);
        }
        Ok(Value::Array(out))
    }

    fn set(&mut self, value: &Bound<'_, PyAny>) -> Step<Value> {
        let items = members::elements(value);
        let out = self.container(value, items.len(), |plain| {
            let mut parts = Vec::with_capacity(items.len());
            for item in &items {
                parts.push(plain.apart(|plain| plain.value(item))?);
            }
            plain.sorted(parts)
        })?;
        self.converted(out, "set")
    }

    /// Opens a container of `count` values: cycles, depth and budgets. What a budget cuts off is left out whole.
    fn container(
        &mut self,
        value: &Bound<'_, PyAny>,
        count: usize,
        body: impl FnOnce(&mut Self) -> Step<Value>,
    ) -> Step<Value> {
        let address = value.as_ptr().addr();
        if let Some(&(_, end)) = self.open.iter().find(|(open, _)| *open == address) {
            let ancestor = self.path.get(..end).unwrap_or_default().to_owned();
            let out = self.text_of(ancestor)?;
            return self.converted(out, "cycle");
        }
        if self.levels >= DEPTH {
            return self.null("omitted:depth");
        }
        if count > self.nodes {
            return self.null("omitted:nodes");
        }
        self.nodes = self.nodes.saturating_sub(count);
        let (mark, bytes) = (self.list.len(), self.bytes);
        self.spend(count.saturating_add(2))?;
        self.levels = self.levels.saturating_add(1);
        self.open.push((address, self.path.len()));
        let out = body(self);
        self.open.pop();
        self.levels = self.levels.saturating_sub(1);
        out.or_else(|stop| {
            self.list.truncate(mark);
            // Half of what there was: so many containers that fail one after the other cost no more than two.
            self.bytes = bytes >> 1;
            self.null(stop.word())
        })
    }

    /// Spends bytes of the written JSON.
    fn spend(&mut self, bytes: usize) -> Step<()> {
        self.bytes = self.bytes.checked_sub(bytes).ok_or(Stop::Bytes)?;
        Ok(())
    }

    /// Null in place of a value, and why.
    fn null(&mut self, word: &str) -> Step<Value> {
        self.spend(4)?;
        self.converted(Value::Null, word)
    }

    /// Notes what the value at this place was. A word already noted for it gives way, the outer one says more, unless
    /// it says why the value is not there.
    fn converted(&mut self, value: Value, word: &str) -> Step<Value> {
        // A value's own entry comes after those below it.
        if let Some((path, noted)) = self.list.last()
            && *path == self.path
        {
            let lost = ["omitted:", "cycle", "failed:", "opaque:", "secret"];
            if lost.iter().any(|lost| noted.starts_with(lost)) {
                return Ok(value);
            }
            self.list.pop();
        }
        if self.list.len() >= ENTRIES {
            return Err(Stop::Nodes);
        }
        self.spend(self.path.len().saturating_add(word.len()).saturating_add(8))?;
        self.list.push((self.path.clone(), word.to_owned()));
        Ok(value)
    }
}

/// Part of a container whose place is not known before all parts are sorted: converted under the pointer token `*`.
struct Part {
    value: Value,
    key: Vec<u8>,
    entries: Vec<(String, String)>,
}

impl Plain {
    /// Converts one part under the provisional token `*`.
    fn apart(&mut self, body: impl FnOnce(&mut Self) -> Step<Value>) -> Step<Part> {
        let (here, mark) = (self.path.len(), self.list.len());
        push_pointer(&mut self.path, "*");
        let value = body(self);
        self.path.truncate(here);
        let value = value?;
        Ok(Part {
            key: to_jcs(&value),
            value,
            entries: self.list.split_off(mark),
        })
    }

    /// The parts in order of their keys, each entry moved to its part's final place.
    fn sorted(&mut self, mut parts: Vec<Part>) -> Step<Value> {
        parts.sort_by(|a, b| {
            let values = || to_jcs(&a.value).cmp(&to_jcs(&b.value));
            a.key
                .cmp(&b.key)
                .then_with(values)
                .then_with(|| a.entries.cmp(&b.entries))
        });
        let mut out = Vec::with_capacity(parts.len());
        for (at, mut part) in parts.into_iter().enumerate() {
            let provisional = format!("{}/*", self.path);
            let place = format!("{}/{at}", self.path);
            for (pointer, word) in part.entries {
                let Some(rest) = pointer.strip_prefix(&provisional) else {
                    continue;
                };
                if word == "cycle" {
                    members::move_cycle(&mut part.value, rest, &provisional, &place);
                }
                self.list.push((format!("{place}{rest}"), word));
            }
            out.push(part.value);
        }
        Ok(Value::Array(out))
    }
}
