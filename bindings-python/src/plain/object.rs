//! Objects as members: declared fields, messages, exceptions, and an instance's own data. Properties are not read: they
//! are code.

use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType};

use super::classes::{Class, clip, failure};
use super::text::scalars;

/// Causes of an exception that are kept.
pub(super) const CAUSES: usize = 4;

/// The members of an object, and the word that names its class.
pub(super) struct Own<'py> {
    pub(super) word: String,
    pub(super) members: Vec<(String, Field<'py>)>,
}

/// A member of an object.
pub(super) enum Field<'py> {
    /// Read.
    Read(Bound<'py, PyAny>),
    /// A word of ours about the object.
    Word(String),
    /// Reading it raised an exception of this class.
    Failed(String),
}

/// Exceptions, messages, and classes that declare their fields.
pub(super) fn declared<'py>(value: &Bound<'py, PyAny>, class: &Class<'py>) -> Option<Own<'py>> {
    if value.is_instance_of::<PyBaseException>() {
        return Some(exception(value, class));
    }
    if value.is_instance_of::<PyType>() {
        return None;
    }
    let own = pydantic(value, class)
        .or_else(|| dataclass(value, class))
        .or_else(|| attrs(value, class))?;
    Some(message(value, class, &own).unwrap_or(own))
}

/// The own data of an instance of any other class of Python code.
pub(super) fn own<'py>(value: &Bound<'py, PyAny>, class: &Class<'py>) -> Option<Own<'py>> {
    if !class.holds_data() {
        return None;
    }
    let mut members = Vec::new();
    let held = instance_dict(value);
    if let Some(held) = &held {
        members.extend(pairs(held));
    }
    let slots = class.slots();
    if held.is_none() && slots.is_empty() {
        return None;
    }
    for (name, slot) in slots {
        if let Ok(item) = slot.call_method1("__get__", (value,)) {
            members.push((name, Field::Read(item)));
        }
    }
    let own = Own {
        word: format!("object:{}", class.name()),
        members,
    };
    Some(message(value, class, &own).unwrap_or(own))
}

/// The dictionary of an instance, not through `__getattr__` of its class.
pub(super) fn instance_dict<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyDict>> {
    generic(value, "__dict__")?.cast_into().ok()
}

fn generic<'py>(value: &Bound<'py, PyAny>, name: &str) -> Option<Bound<'py, PyAny>> {
    value
        .py()
        .get_type::<PyAny>()
        .call_method1("__getattribute__", (value, name))
        .ok()
}

fn pairs<'py>(members: &Bound<'py, PyDict>) -> Vec<(String, Field<'py>)> {
    let named = |pair: Bound<'py, PyAny>| {
        let (name, item) = pair.extract::<(Bound<'py, PyAny>, Bound<'py, PyAny>)>().ok()?;
        Some((scalars(name.cast::<PyString>().ok()?).0, Field::Read(item)))
    };
    members.items().iter().filter_map(named).collect()
}

/// Names of declared fields, read from the instance's dictionary, else as an attribute.
fn fields<'py>(value: &Bound<'py, PyAny>, names: Vec<String>) -> Vec<(String, Field<'py>)> {
    let held = instance_dict(value);
    let read = |name: &str| {
        if let Some(item) = held.as_ref().and_then(|held| held.get_item(name).ok().flatten()) {
            return Some(Field::Read(item));
        }
        match value.getattr(name) {
            Ok(item) => Some(Field::Read(item)),
            // Declared and never set: absent.
            Err(error) if error.is_instance_of::<pyo3::exceptions::PyAttributeError>(value.py()) => None,
            Err(error) => Some(Field::Failed(failure(value.py(), &error))),
        }
    };
    names
        .into_iter()
        .filter_map(|name| read(&name).map(|field| (name, field)))
        .collect()
}

fn pydantic<'py>(value: &Bound<'py, PyAny>, class: &Class<'py>) -> Option<Own<'py>> {
    let word = format!("pydantic:{}", class.name());
    if let Some(declared) = class.attribute("__pydantic_fields__") {
        let names = declared.cast::<PyDict>().ok()?.keys().extract().ok()?;
        let mut members = fields(value, names);
        if let Some(extra) = generic(value, "__pydantic_extra__").and_then(|extra| extra.cast_into::<PyDict>().ok()) {
            members.extend(pairs(&extra));
        }
        return Some(Own { word, members });
    }
    // Version 1 keeps fields and extras in one dictionary.
    class.attribute("__fields__")?.cast::<PyDict>().ok()?;
    let members = class.is_a("pydantic", &["BaseModel"]).then(|| instance_dict(value))??;
    Some(Own {
        word,
        members: pairs(&members),
    })
}

fn dataclass<'py>(value: &Bound<'py, PyAny>, class: &Class<'py>) -> Option<Own<'py>> {
    let declared = class.attribute("__dataclass_fields__")?;
    let names = declared
        .cast::<PyDict>()
        .ok()?
        .items()
        .iter()
        .filter_map(|pair| {
            let (name, field) = pair.extract::<(String, Bound<'py, PyAny>)>().ok()?;
            let kind: String = field
                .getattr("_field_type")
                .ok()?
                .getattr("name")
                .ok()?
                .extract()
                .ok()?;
            (kind == "_FIELD").then_some(name)
        })
        .collect();
    Some(Own {
        word: format!("dataclass:{}", class.name()),
        members: fields(value, names),
    })
}

fn attrs<'py>(value: &Bound<'py, PyAny>, class: &Class<'py>) -> Option<Own<'py>> {
    let declared = class.attribute("__attrs_attrs__")?;
    let declared = declared.cast::<PyTuple>().ok()?;
    let names = declared
        .iter()
        .filter_map(|field| field.getattr("name").ok()?.extract().ok())
        .collect();
    Some(Own {
        word: format!("dataclass:{}", class.name()),
        members: fields(value, names),
    })
}

/// A chat message of any framework: an object called a message, with a content and a role.
fn message<'py>(value: &Bound<'py, PyAny>, class: &Class<'py>, own: &Own<'py>) -> Option<Own<'py>> {
    let name = class.name();
    if !(name.ends_with("Message") || name.ends_with("MessageChunk") || class.is_a("langchain", &["BaseMessage"])) {
        return None;
    }
    let member = |wanted: &str| {
        own.members.iter().find_map(|(name, field)| match field {
            Field::Read(item) if name == wanted && !item.is_none() => Some(item.clone()),
            _ => None,
        })
    };
    let role = member("role").or_else(|| member("type"))?;
    let role = word(value.py(), &role)?;
    let mut members = vec![
        ("role".to_owned(), Field::Word(role.clone())),
        ("content".to_owned(), Field::Read(member("content")?)),
    ];
    for name in ["name", "tool_calls", "tool_call_id", "status"] {
        let Some(item) = member(name) else { continue };
        let empty = item.cast::<PyList>().is_ok_and(|list| list.is_empty());
        if !empty {
            members.push((name.to_owned(), Field::Read(item)));
        }
    }
    Some(Own {
        word: format!("message:{}", clip(&role)),
        members,
    })
}

/// A role: a string, or an enum member whose value is one.
fn word<'py>(py: Python<'py>, value: &Bound<'py, PyAny>) -> Option<String> {
    let value = match Class::of(value).known(py) {
        Some(_) => instance_dict(value)?.get_item("_value_").ok()??,
        None => value.clone(),
    };
    Some(scalars(value.cast::<PyString>().ok()?).0)
}

/// `{type, message, cause}`. The message is made of the arguments: `__str__` is code.
fn exception<'py>(value: &Bound<'py, PyAny>, class: &Class<'py>) -> Own<'py> {
    let base = value.py().get_type::<PyBaseException>();
    let read = |name: &str| {
        base.getattr(name)
            .and_then(|member| member.call_method1("__get__", (value,)))
    };
    let arguments = read("args")
        .ok()
        .and_then(|arguments| arguments.cast_into::<PyTuple>().ok());
    let texts: Vec<String> = arguments
        .iter()
        .flatten()
        .filter_map(|argument| argument_text(&argument))
        .collect();
    let mut members = vec![
        ("type".to_owned(), Field::Word(class.name())),
        ("message".to_owned(), Field::Word(texts.join(", "))),
    ];
    let hidden = read("__suppress_context__")
        .and_then(|flag| flag.is_truthy())
        .unwrap_or(false);
    let cause = read("__cause__").ok().filter(|cause| !cause.is_none());
    let cause = cause.or_else(|| read("__context__").ok().filter(|context| !hidden && !context.is_none()));
    if let Some(cause) = cause {
        members.push(("cause".to_owned(), Field::Read(cause)));
    }
    Own {
        word: format!("exception:{}", class.name()),
        members,
    }
}

fn argument_text(argument: &Bound<'_, PyAny>) -> Option<String> {
    if let Ok(text) = argument.cast::<PyString>() {
        return Some(scalars(text).0);
    }
    let plain = argument.is_none()
        || argument.is_exact_instance_of::<PyInt>()
        || argument.is_exact_instance_of::<PyFloat>()
        || argument.is_exact_instance_of::<PyBool>();
    if !plain {
        return None;
    }
    argument.str().ok().map(|text| scalars(&text).0)
}
