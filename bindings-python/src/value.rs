//! Python values that are plain JSON, to the core's [`Value`] and back. Exact types only: what is not plain JSON is
//! refused with its path, never converted.

use execert::canon::{Object, Value, escape_pointer};
use execert::{Code, Error, Result, limits};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};

/// Snapshot of a Python value. No Python code runs meanwhile, so it cannot change under the walk.
///
/// # Errors
/// `canon.unsupported_type`, `canon.number_not_exact`, `canon.not_finite`, `canon.lone_surrogate`, `canon.cycle`,
/// `canon.too_deep`, `canon.too_many`, `canon.too_large`, each with the JSON Pointer of the value.
pub(crate) fn from_python(value: &Bound<'_, PyAny>) -> Result<Value> {
    let mut walk = Walk {
        open: Vec::new(),
        values: 0,
    };
    walk.value(value)
}

/// Plain JSON that was read once: what the caller changes later does not change it.
#[pyclass(frozen, module = "execert._execert")]
pub(crate) struct Snapshot(Value);

impl Snapshot {
    pub(crate) fn new(value: Value) -> Self {
        Snapshot(value)
    }
}

/// The same error about a value that stands below `path` in its document.
pub(crate) fn below(path: &str, error: Error) -> Error {
    let place = format!("{path}{}", error.path().unwrap_or_default());
    error.at(place)
}

struct Walk {
    /// Addresses of the containers around the value being read.
    open: Vec<usize>,
    values: usize,
}

impl Walk {
    /// Where this is in the value is told by those who read what is around it.
    fn fail<T>(&self, code: Code, message: impl Into<String>) -> Result<T> {
        Err(Error::new(code, message).at(""))
    }

    fn value(&mut self, value: &Bound<'_, PyAny>) -> Result<Value> {
        self.values = self.values.saturating_add(1);
        if self.values > limits::VALUES {
            return self.fail(Code::CanonTooMany, "a document holds more than 200,000 values");
        }
        if value.is_none() {
            Ok(Value::Null)
        } else if let Ok(text) = value.cast_exact::<PyString>() {
            let text = self.text(text)?;
            if text.len() > limits::STRING_BYTES {
                return self.fail(Code::CanonTooLarge, "a string is longer than 8 MiB");
            }
            Ok(Value::String(text))
        } else if let Ok(flag) = value.cast_exact::<PyBool>() {
            Ok(Value::Bool(flag.is_true()))
        } else if value.is_exact_instance_of::<PyInt>() {
            self.integer(value)
        } else if let Ok(number) = value.cast_exact::<PyFloat>() {
            Value::number(number.value())
        } else if let Ok(object) = value.cast_exact::<PyDict>() {
            self.container(value, |walk| walk.object(object))
        } else if let Ok(items) = value.cast_exact::<PyList>() {
            self.container(value, |walk| walk.array(items))
        } else if let Ok(snapshot) = value.cast_exact::<Snapshot>() {
            Ok(snapshot.get().0.clone())
        } else {
            let hint = "convert it first: `execert.plain` does, and lists what it converted";
            self.fail(Code::CanonUnsupportedType, unsupported(value))
                .map_err(|error: Error| error.hint(hint))
        }
    }

    fn integer(&self, value: &Bound<'_, PyAny>) -> Result<Value> {
        // Extraction fails only beyond 64 bits.
        match value.extract::<i64>() {
            Ok(number) => Value::integer(number),
            Err(_) => self.fail(
                Code::CanonNumberNotExact,
                "an integer beyond 2^53 - 1 cannot be kept exactly",
            ),
        }
    }

    fn text(&self, text: &Bound<'_, PyString>) -> Result<String> {
        match text.to_str() {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => self.fail(Code::CanonLoneSurrogate, "a string holds half of a surrogate pair"),
        }
    }

    fn container(&mut self, value: &Bound<'_, PyAny>, body: impl FnOnce(&mut Self) -> Result<Value>) -> Result<Value> {
        let address = value.as_ptr().addr();
        if self.open.contains(&address) {
            return self.fail(Code::CanonCycle, "a value contains itself");
        }
        if self.open.len() >= limits::DEPTH {
            return self.fail(Code::CanonTooDeep, "a document is nested more than 64 deep");
        }
        self.open.push(address);
        let out = body(self);
        self.open.pop();
        out
    }

    fn array(&mut self, items: &Bound<'_, PyList>) -> Result<Value> {
        let mut out = Vec::with_capacity(items.len().min(limits::VALUES));
        for (at, item) in items.iter().enumerate() {
            out.push(self.value(&item).map_err(|error| error.below(&at.to_string()))?);
        }
        Ok(Value::Array(out))
    }

    fn object(&mut self, members: &Bound<'_, PyDict>) -> Result<Value> {
        if members.len() > limits::MEMBERS {
            return self.fail(Code::CanonTooMany, "an object has more than 10,000 members");
        }
        let mut out = Object::new();
        for (name, item) in members.iter() {
            let Ok(name) = name.cast_exact::<PyString>() else {
                return self.fail(Code::CanonUnsupportedType, "a member name is not a string");
            };
            let name = self.text(name)?;
            if name.len() > limits::NAME_BYTES {
                return self.fail(Code::CanonTooLarge, "a member name is longer than 1 KiB");
            }
            let item = self.value(&item).map_err(|error| error.below(&escape_pointer(&name)))?;
            out.insert(name, item);
        }
        Ok(Value::Object(out))
    }
}

fn unsupported(value: &Bound<'_, PyAny>) -> String {
    match value.get_type().name() {
        Ok(name) => format!("a value of type `{name}` is not plain JSON"),
        Err(_) => "a value is not plain JSON".to_owned(),
    }
}

/// A document of the core as Python objects: an integer becomes `int`, any other number `float`.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(flag) => PyBool::new(py, *flag).to_owned().into_any(),
        Value::Number(number) => match exact(*number) {
            Some(integer) => integer.into_pyobject(py)?.into_any(),
            None => PyFloat::new(py, *number).into_any(),
        },
        Value::String(text) => PyString::new(py, text).into_any(),
        Value::Array(items) => {
            let out = PyList::empty(py);
            for item in items {
                out.append(to_python(py, item)?)?;
            }
            out.into_any()
        }
        Value::Object(object) => {
            let out = PyDict::new(py);
            for (name, item) in object.iter() {
                out.set_item(name, to_python(py, item)?)?;
            }
            out.into_any()
        }
    })
}

#[expect(
    clippy::as_conversions,
    reason = "an integer up to 2^53 - 1 converts exactly both ways"
)]
fn exact(number: f64) -> Option<i64> {
    let limit = limits::MAX_INTEGER as f64;
    (number.fract() == 0.0 && number.abs() <= limit).then_some(number as i64)
}
