//! What a value's class is, read without running any code of that class.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};

/// Letters of a class or member name in a word.
const NAME: usize = 200;

/// Classes of the standard library and of well-known packages that have a row of their own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    Enum,
    DateTime,
    Date,
    Time,
    Duration,
    Decimal,
    Fraction,
    Uuid,
    Path,
    Url,
    NumpyScalar,
    NumpyArray,
}

const KNOWN: [(&str, &str, Row); 17] = [
    ("enum", "Enum", Row::Enum),
    ("datetime", "datetime", Row::DateTime),
    ("datetime", "date", Row::Date),
    ("datetime", "time", Row::Time),
    ("datetime", "timedelta", Row::Duration),
    ("decimal", "Decimal", Row::Decimal),
    ("fractions", "Fraction", Row::Fraction),
    ("uuid", "UUID", Row::Uuid),
    ("pathlib", "PurePath", Row::Path),
    ("yarl", "URL", Row::Url),
    ("httpx", "URL", Row::Url),
    ("pydantic_core", "Url", Row::Url),
    ("pydantic_core", "MultiHostUrl", Row::Url),
    ("pydantic.networks", "_BaseUrl", Row::Url),
    ("pydantic.networks", "_BaseMultiHostUrl", Row::Url),
    ("numpy", "generic", Row::NumpyScalar),
    ("numpy", "ndarray", Row::NumpyArray),
];

/// A class with a row of its own. Its methods are called unbound, so that a subclass's own are not.
pub(super) struct Known<'py> {
    pub(super) row: Row,
    class: Bound<'py, PyAny>,
}

impl<'py> Known<'py> {
    /// `Class.method(value)`.
    pub(super) fn call(&self, method: &str, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.class.call_method1(method, (value,))
    }

    /// The data descriptor `Class.name` read on the value.
    pub(super) fn read(&self, name: &str, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.class.getattr(name)?.call_method1("__get__", (value,))
    }

    /// Whether another value has this class too.
    pub(super) fn holds(&self, value: &Bound<'py, PyAny>) -> bool {
        Class::of(value).mro.iter().any(|class| class.is(&self.class))
    }
}

/// A value's class and its bases, in method resolution order.
pub(super) struct Class<'py> {
    mro: Vec<Bound<'py, PyAny>>,
}

impl<'py> Class<'py> {
    pub(super) fn of(value: &Bound<'py, PyAny>) -> Self {
        let class = value.get_type().into_any();
        let mro = of_type(value.py(), "__mro__", &class).and_then(|mro| Ok(mro.cast_into::<PyTuple>()?));
        match mro {
            Ok(mro) => Class {
                mro: mro.iter().collect(),
            },
            Err(_) => Class { mro: vec![class] },
        }
    }

    /// The name without module.
    pub(super) fn name(&self) -> String {
        self.names().next().unwrap_or_default()
    }

    fn names(&self) -> impl Iterator<Item = String> {
        self.mro.iter().map(|class| text_of_type("__name__", class))
    }

    /// The first part of the module's name, of each class.
    fn roots(&self) -> impl Iterator<Item = (String, String)> {
        self.mro.iter().map(|class| {
            let module = text_of_type("__module__", class);
            let root = module.split('.').next().unwrap_or_default().to_owned();
            (root, text_of_type("__name__", class))
        })
    }

    /// Whether this class or a base is one of these, in a package of this name.
    pub(super) fn is_a(&self, package: &str, names: &[&str]) -> bool {
        self.roots()
            .any(|(root, name)| root.starts_with(package) && names.contains(&name.as_str()))
    }

    /// Holders of secrets are never read, whatever package they come from.
    pub(super) fn is_secret(&self) -> bool {
        let secrets = ["SecretStr", "SecretBytes", "_SecretBase", "_SecretField"];
        self.names().any(|name| secrets.contains(&name.as_str()))
    }

    /// The row of the first class in order that has one.
    pub(super) fn known(&self, py: Python<'py>) -> Option<Known<'py>> {
        let mut modules = None;
        for class in &self.mro {
            let name = text_of_type("__name__", class);
            for &(module, _, row) in KNOWN.iter().filter(|(_, known, _)| *known == name) {
                // A class that is not imported cannot be the class of a value.
                if modules.is_none() {
                    modules = py.import("sys").and_then(|sys| sys.getattr("modules")).ok();
                }
                let found = modules
                    .as_ref()?
                    .get_item(module)
                    .and_then(|module| module.getattr(name.as_str()));
                if let Ok(found) = found
                    && found.is(class)
                {
                    return Some(Known { row, class: found });
                }
            }
        }
        None
    }

    /// An attribute that a class or base defines itself, not read through the instance.
    pub(super) fn attribute(&self, name: &str) -> Option<Bound<'py, PyAny>> {
        self.mro.iter().find_map(|class| {
            let members = of_type(class.py(), "__dict__", class).ok()?;
            members.get_item(name).ok()
        })
    }

    /// The slots of Python classes: names and their descriptors.
    pub(super) fn slots(&self) -> Vec<(String, Bound<'py, PyAny>)> {
        let mut out = Vec::new();
        for class in &self.mro {
            let Ok(members) = of_type(class.py(), "__dict__", class).and_then(|members| members.call_method0("copy"))
            else {
                continue;
            };
            let Ok(members) = members.cast_into::<PyDict>() else {
                continue;
            };
            for pair in members.items().iter() {
                let Ok((name, member)) = pair.extract::<(String, Bound<'py, PyAny>)>() else {
                    continue;
                };
                let slot = text_of_type("__name__", member.get_type().as_any()) == "member_descriptor";
                // `__dict__` and `__weakref__` are slots too.
                if slot && !name.starts_with("__") {
                    out.push((name, member));
                }
            }
        }
        out
    }

    /// The field names, if this is a named tuple.
    pub(super) fn tuple_fields(&self) -> Option<Vec<String>> {
        let fields = self.attribute("_fields")?;
        fields.cast_exact::<PyTuple>().ok()?;
        fields.extract().ok()
    }

    /// Whether instances hold data of their own and nothing else: no class of the standard library among the bases
    /// (streams, locks, queues, threads), and neither iterator nor awaitable.
    pub(super) fn holds_data(&self) -> bool {
        let live = ["__next__", "__anext__", "__await__"];
        if live.iter().any(|name| self.attribute(name).is_some()) {
            return false;
        }
        let Some(first) = self.mro.first() else {
            return false;
        };
        let standard = first
            .py()
            .import("sys")
            .and_then(|sys| sys.getattr("stdlib_module_names"));
        let Ok(standard) = standard else {
            return false;
        };
        self.roots().all(|(root, name)| match (root.as_str(), name.as_str()) {
            ("builtins", "object") | ("types", "SimpleNamespace") | ("argparse", "Namespace") => true,
            ("abc" | "typing" | "contextlib", _) => true,
            ("collections", "Hashable" | "Sized" | "Iterable" | "Container" | "Collection" | "Callable") => true,
            _ => !standard.contains(root).unwrap_or(true),
        })
    }
}

/// What `type` itself says about a class: a metaclass may say otherwise, and is not asked.
fn of_type<'py>(py: Python<'py>, name: &str, class: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    static MEMBERS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let members = MEMBERS.get_or_try_init(py, || py.get_type::<PyType>().getattr("__dict__").map(Bound::unbind))?;
    members.bind(py).get_item(name)?.call_method1("__get__", (class,))
}

fn text_of_type(name: &str, class: &Bound<'_, PyAny>) -> String {
    let text = of_type(class.py(), name, class).and_then(|text| Ok(text.cast_into::<PyString>()?));
    text.map(|text| clip(&super::text::scalars(&text).0))
        .unwrap_or_default()
}

/// A name as a word may hold it.
pub(super) fn clip(name: &str) -> String {
    name.chars().take(NAME).collect()
}

/// The class name of an exception; an interrupt that came while a member was read is raised again later.
pub(super) fn failure(py: Python<'_>, error: &PyErr) -> String {
    if error.is_instance_of::<pyo3::exceptions::PyKeyboardInterrupt>(py) {
        // It was meant for the program, not for us.
        let again = py
            .import("_thread")
            .and_then(|thread| thread.call_method0("interrupt_main"));
        drop(again);
    }
    Class::of(error.value(py).as_any()).name()
}
