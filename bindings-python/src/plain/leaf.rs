//! Scalars that JSON does not have: their text, or the nearest exact number.

use execert::canon::Value;
use execert::digest::b64;
use execert::limits;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDelta, PyInt, PyMemoryView, PyString};

use super::classes::{Class, Known, Row, clip, failure};
use super::{Plain, Step, object, text};

/// Elements of a numpy array that are written out.
const ARRAY: usize = 1_024;
/// Bytes of any number as JSON.
const NUMBER: usize = 25;

impl Plain {
    /// A value of one of the classes that have a row of their own.
    pub(super) fn known<'py>(
        &mut self,
        value: &Bound<'py, PyAny>,
        class: &Class<'py>,
        known: &Known<'py>,
    ) -> Step<Value> {
        let done = match known.row {
            Row::Enum => self.member(value, class),
            Row::DateTime => datetime(value, known).map(|(text, word)| self.word(text, word)),
            Row::Date => known
                .call("isoformat", value)
                .map(|text| self.python_text(&text, "date")),
            Row::Time => known
                .call("isoformat", value)
                .map(|text| self.python_text(&text, "time")),
            Row::Duration => duration(value, known).map(|micros| self.duration(micros)),
            Row::Decimal => known.call("__str__", value).map(|text| self.decimal(&text)),
            Row::Fraction => known
                .call("__str__", value)
                .map(|text| self.python_text(&text, "fraction")),
            Row::Uuid => known.call("__str__", value).map(|text| self.python_text(&text, "uuid")),
            Row::Path => known.call("__str__", value).map(|text| self.python_text(&text, "path")),
            Row::Url => known.call("__str__", value).map(|text| self.python_text(&text, "url")),
            Row::NumpyScalar => self.numpy_scalar(value, class, known),
            Row::NumpyArray => self.numpy_array(value, known),
        };
        done.unwrap_or_else(|error| self.null(&format!("failed:{}", failure(value.py(), &error))))
    }

    fn member(&mut self, value: &Bound<'_, PyAny>, class: &Class<'_>) -> PyResult<Step<Value>> {
        let members = object::instance_dict(value)
            .ok_or_else(|| pyo3::exceptions::PyAttributeError::new_err("an enum member without data"))?;
        let inner = members.as_any().get_item("_value_")?;
        let name = members.as_any().get_item("_name_").ok();
        let name = name.and_then(|name| Some(text::scalars(name.cast::<PyString>().ok()?).0));
        let word = match name {
            Some(name) => format!("enum:{}.{}", class.name(), clip(&name)),
            None => format!("enum:{}", class.name()),
        };
        Ok(self.value(&inner).and_then(|out| self.converted(out, &word)))
    }

    pub(super) fn integer(&mut self, value: &Bound<'_, PyAny>) -> Step<Value> {
        self.spend(NUMBER)?;
        if let Some(number) = value
            .extract::<i64>()
            .ok()
            .and_then(|number| Value::integer(number).ok())
        {
            return Ok(number);
        }
        match value.py().get_type::<PyInt>().call_method1("__repr__", (value,)) {
            Ok(text) => self.python_text(&text, "int"),
            // Python itself writes no integer beyond 4,300 digits.
            Err(error) => self.null(&format!("failed:{}", failure(value.py(), &error))),
        }
    }

    pub(super) fn float(&mut self, number: f64) -> Step<Value> {
        self.spend(NUMBER)?;
        if number.is_nan() {
            self.converted("NaN".into(), "float")
        } else if number.is_infinite() {
            let text = if number.is_sign_positive() {
                "Infinity"
            } else {
                "-Infinity"
            };
            self.converted(text.into(), "float")
        } else if number.is_sign_negative() && number.abs() <= 0.0 {
            self.converted(Value::Number(0.0), "float:-0")
        } else {
            Ok(Value::Number(number))
        }
    }

    pub(super) fn string(&mut self, value: &Bound<'_, PyString>) -> Step<Value> {
        let (text, odd) = text::scalars(value);
        let out = self.text_of(text)?;
        if odd { self.converted(out, "surrogate") } else { Ok(out) }
    }

    /// A string of our own making, if there is room for it.
    pub(super) fn text_of(&mut self, text: String) -> Step<Value> {
        let length = text::jcs_len(&text);
        if text.len() > limits::STRING_BYTES || length > self.bytes {
            return self.null("omitted:bytes");
        }
        self.spend(length)?;
        Ok(Value::String(text))
    }

    fn word(&mut self, text: String, word: &str) -> Step<Value> {
        let out = self.text_of(text)?;
        self.converted(out, word)
    }

    fn python_text(&mut self, value: &Bound<'_, PyAny>, word: &str) -> Step<Value> {
        match value.cast::<PyString>() {
            Ok(text) => self.word(text::scalars(text).0, word),
            Err(_) => self.null("failed:TypeError"),
        }
    }

    fn decimal(&mut self, value: &Bound<'_, PyAny>) -> Step<Value> {
        match value.cast::<PyString>() {
            // The context of the thread may ask for a small `e`.
            Ok(text) => self.word(text::scalars(text).0.replace('e', "E"), "decimal"),
            Err(_) => self.null("failed:TypeError"),
        }
    }

    fn duration(&mut self, micros: i128) -> Step<Value> {
        let number = i64::try_from(micros)
            .ok()
            .and_then(|number| Value::integer(number).ok());
        let out = match number {
            Some(number) => {
                self.spend(NUMBER)?;
                number
            }
            None => self.text_of(micros.to_string())?,
        };
        self.converted(out, "duration")
    }

    /// Bytes in any of Python's three forms, as base64.
    pub(super) fn buffer(&mut self, value: &Bound<'_, PyAny>) -> Option<Step<Value>> {
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Some(self.base64(bytes.as_bytes().len(), || Ok(bytes.as_bytes().to_vec())));
        }
        if let Ok(bytes) = value.cast::<PyByteArray>() {
            return Some(self.base64(bytes.len(), || Ok(bytes.to_vec())));
        }
        if value.is_instance_of::<PyMemoryView>() {
            // A released view raises here.
            let length = value.getattr("nbytes").and_then(|length| length.extract());
            return Some(match length {
                Ok(length) => self.base64(length, || value.call_method0("tobytes")?.extract()),
                Err(error) => self.null(&format!("failed:{}", failure(value.py(), &error))),
            });
        }
        None
    }

    fn base64(&mut self, length: usize, bytes: impl FnOnce() -> PyResult<Vec<u8>>) -> Step<Value> {
        // The text is a third longer.
        if length.saturating_add(length.div_ceil(3)) > self.bytes {
            return self.null("omitted:bytes");
        }
        match bytes() {
            Ok(bytes) => self.word(b64(&bytes), "bytes"),
            Err(_) => self.null("failed:BufferError"),
        }
    }

    fn numpy_scalar<'py>(
        &mut self,
        value: &Bound<'py, PyAny>,
        class: &Class<'py>,
        known: &Known<'py>,
    ) -> PyResult<Step<Value>> {
        let word = numpy_word(value, known)?;
        let item = known.call("item", value)?;
        let step = if item.is_instance_of::<pyo3::types::PyComplex>() {
            self.null(&format!("opaque:{}", class.name()))
        } else if known.holds(&item) {
            // A long double is its own item.
            let number = item.extract::<f64>()?;
            self.float(number)
        } else {
            self.value(&item)
        };
        Ok(step.and_then(|out| self.converted(out, &word)))
    }

    fn numpy_array<'py>(&mut self, value: &Bound<'py, PyAny>, known: &Known<'py>) -> PyResult<Step<Value>> {
        let size = known.read("size", value)?.extract::<usize>()?;
        if size > ARRAY {
            return Ok(self.null("omitted:nodes"));
        }
        let word = numpy_word(value, known)?;
        let items = known.call("tolist", value)?;
        Ok(self.value(&items).and_then(|out| self.converted(out, &word)))
    }
}

fn numpy_word<'py>(value: &Bound<'py, PyAny>, known: &Known<'py>) -> PyResult<String> {
    let name: String = known.read("dtype", value)?.getattr("name")?.extract()?;
    Ok(format!("numpy:{}", clip(&name)))
}

/// RFC 3339 text as precise as the value, and the word.
fn datetime<'py>(value: &Bound<'py, PyAny>, known: &Known<'py>) -> PyResult<(String, &'static str)> {
    let text: String = known.call("isoformat", value)?.extract()?;
    // `2026-03-06T12:31:00` is 19 letters; after them a fraction, then the offset.
    let offset = text
        .char_indices()
        .find(|&(at, letter)| at >= 19 && matches!(letter, '+' | '-'));
    let Some((at, _)) = offset else {
        return Ok((text, "datetime:naive"));
    };
    let (local, offset) = text.split_at_checked(at).unwrap_or((&text, ""));
    if offset == "+00:00" {
        return Ok((format!("{local}Z"), "datetime"));
    }
    if offset.len() == 6 {
        return Ok((text, "datetime"));
    }
    // RFC 3339 has no offsets with seconds: the same moment in UTC.
    let utc = value.py().import("datetime")?.getattr("timezone")?.getattr("utc")?;
    let moment = value
        .py()
        .import("datetime")?
        .getattr("datetime")?
        .call_method1("astimezone", (value, utc))?;
    let text: String = known.call("isoformat", &moment)?.extract()?;
    Ok((text.replace("+00:00", "Z"), "datetime"))
}

fn duration<'py>(value: &Bound<'py, PyAny>, known: &Known<'py>) -> PyResult<i128> {
    value.cast::<PyDelta>()?;
    let part = |name: &str| known.read(name, value)?.extract::<i64>();
    let (days, seconds, micros) = (part("days")?, part("seconds")?, part("microseconds")?);
    let seconds = i128::from(days)
        .saturating_mul(86_400)
        .saturating_add(i128::from(seconds));
    Ok(seconds.saturating_mul(1_000_000).saturating_add(i128::from(micros)))
}
