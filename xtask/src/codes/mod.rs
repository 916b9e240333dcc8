//! `core/codes.toml`, and what is made of it for each language and for readers.

mod c;
mod go;
mod json;
mod kotlin;
mod markdown;
mod python;
mod rust;
mod table;
mod typescript;

use crate::Result;
use crate::generate::Output;

/// The generated files that say what the codes are.
pub(crate) fn outputs(toml: &str) -> Result<Vec<Output>> {
    let codes = table::parse(toml)?;
    Ok(vec![
        Output {
            path: "core/src/codes.rs".into(),
            text: rust::render(&codes)?,
        },
        Output {
            path: "bindings-python/python/execert/codes.py".into(),
            text: python::render(&codes),
        },
        Output {
            path: "bindings-node/ts/codes.ts".into(),
            text: typescript::render(&codes),
        },
        Output {
            path: "bindings-go/codes.go".into(),
            text: go::render(&codes),
        },
        Output {
            path: "bindings-uniffi/kotlin/src/main/kotlin/dev/execert/Code.kt".into(),
            text: kotlin::render(&codes),
        },
        Output {
            path: "tests/vectors/codes.json".into(),
            text: json::render(&codes)?,
        },
        Output {
            path: "docs/reference/codes.md".into(),
            text: markdown::render(&codes),
        },
    ])
}

/// The codes as an enum of C.
pub(crate) fn c_enum(toml: &str) -> Result<String> {
    Ok(c::render(&table::parse(toml)?))
}
