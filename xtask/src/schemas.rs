//! `docs/reference/schemas.md` from `core/schemas/*.schema.json`: the members of every document, as tables.

use crate::{Error, Result};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const HEAD: &str = "\
<!-- Generated from core/schemas by `cargo xtask generate`; do not edit. -->
# Documents

The members of every document, from the JSON Schemas (2020-12) in `core/schemas`. A member in **bold** has to be there. Unknown
members are refused. Order of members, sorting of lists and rules across members are in the
[specification](../spec/README.md).
";

/// A schema file: its name without `.schema.json`, and what it says.
pub(crate) type Schemas = BTreeMap<String, Map<String, Value>>;

/// The reference page.
pub(crate) fn render(folder: &Path) -> Result<String> {
    let schemas = load(folder)?;
    let mut page = HEAD.to_owned();
    let links: Vec<String> = schemas.keys().map(|name| format!("[{name}](#{name})")).collect();
    page.push_str(&format!("\n{}\n", links.join(" · ")));
    let mut words: BTreeMap<String, Value> = BTreeMap::new();
    for (name, schema) in &schemas {
        page.push_str(&format!("\n## {name}\n\n{}\n", text(schema, "description")));
        let shapes = shapes(schema);
        table(&mut page, schema);
        for (shape, body) in shapes {
            if is_object(body) || body.contains_key("oneOf") {
                page.push_str(&format!("\n### {name}: {shape}\n"));
                if let Some(said) = body.get("description").and_then(Value::as_str) {
                    page.push_str(&format!("\n{}.\n", capital(said)));
                }
                table(&mut page, body);
            } else {
                words.insert(shape.clone(), Value::Object(body.clone()));
            }
        }
    }
    page.push_str("\n## Words\n\n| Word | Form |\n|---|---|\n");
    for (word, body) in &words {
        page.push_str(&format!(
            "| {word} | {} |\n",
            body.as_object().map_or_else(String::new, form)
        ));
    }
    Ok(page)
}

pub(crate) fn load(folder: &Path) -> Result<Schemas> {
    let failed = |error: std::io::Error| Error(format!("{}: {error}", folder.display()));
    let mut schemas = Schemas::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(name) = file.strip_suffix(".schema.json") else {
            continue;
        };
        let read = fs::read_to_string(&path).map_err(failed)?;
        let schema = serde_json::from_str(&read).map_err(|error| Error(format!("{file}: {error}")))?;
        schemas.insert(name.to_owned(), schema);
    }
    Ok(schemas)
}

/// The table of an object's members, or the list of what a choice has.
fn table(page: &mut String, schema: &Map<String, Value>) {
    if let Some(choices) = schema
        .get("oneOf")
        .and_then(Value::as_array)
        .filter(|_| !is_object(schema))
    {
        page.push_str("\nOne of:\n\n");
        for choice in choices.iter().filter_map(Value::as_object) {
            page.push_str(&format!("- {}\n", kind(choice)));
        }
        return;
    }
    let required = names(schema, "required");
    page.push_str("\n| Member | Type | Meaning |\n|---|---|---|\n");
    for (name, member) in object(schema, "properties") {
        let shown = if required.contains(&name.as_str()) {
            format!("**`{name}`**")
        } else {
            format!("`{name}`")
        };
        let (kind, said) = member.as_object().map_or_else(
            || ("anything".to_owned(), String::new()),
            |member| (kind(member), text(member, "description").to_owned()),
        );
        page.push_str(&format!("| {shown} | {kind} | {said} |\n"));
    }
}

/// What a member may be, in a few words.
fn kind(schema: &Map<String, Value>) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return reference.trim_start_matches("#/$defs/").to_owned();
    }
    if let Some(value) = schema.get("const") {
        return format!("`{}`", plain(value));
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values
            .iter()
            .map(|value| format!("`{}`", plain(value)))
            .collect::<Vec<_>>()
            .join(" ");
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(choices) = schema
            .get(choice)
            .and_then(Value::as_array)
            .filter(|_| !is_object(schema))
        {
            let kinds: Vec<String> = choices.iter().filter_map(Value::as_object).map(kind).collect();
            return kinds.join(" or ");
        }
    }
    match schema.get("type").map(plain).as_deref() {
        Some("array") => match (schema.get("prefixItems").and_then(Value::as_array), schema.get("items")) {
            (Some(first), _) => {
                let kinds: Vec<String> = first
                    .iter()
                    .map(|item| item.as_object().map_or_else(|| "anything".to_owned(), kind))
                    .collect();
                format!("[{}]", kinds.join(", "))
            }
            (None, Some(Value::Object(items))) => format!("list of {}", kind(items)),
            _ => "list".to_owned(),
        },
        Some("object") if is_object(schema) => {
            let required = names(schema, "required");
            let members = object(schema, "properties").map(|(name, member)| {
                let optional = if required.contains(&name.as_str()) { "" } else { " o" };
                let inner = member.as_object().map_or_else(|| "anything".to_owned(), kind);
                format!("{name}{optional}: {inner}")
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Some(other) => other.to_owned(),
        None => "anything".to_owned(),
    }
}

/// The form of a word: its pattern, range and meaning.
fn form(schema: &Map<String, Value>) -> String {
    let mut said = kind(schema);
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        let _infallible = write!(said, " `{}`", pattern.replace('|', "\\|"));
    }
    for (name, word) in [("minimum", "from"), ("maximum", "to"), ("maxLength", "at most")] {
        if let Some(limit) = schema.get(name) {
            let _infallible = write!(said, " {word} {limit}");
        }
    }
    match text(schema, "description") {
        "" => said,
        meaning => format!("{said}: {meaning}"),
    }
}

pub(crate) fn shapes(schema: &Map<String, Value>) -> impl Iterator<Item = (&String, &Map<String, Value>)> {
    object(schema, "$defs").filter_map(|(name, body)| body.as_object().map(|body| (name, body)))
}

pub(crate) fn is_object(schema: &Map<String, Value>) -> bool {
    schema.contains_key("properties")
}

pub(crate) fn object<'a>(schema: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    schema.get(name).and_then(Value::as_object).into_iter().flatten()
}

pub(crate) fn names<'a>(schema: &'a Map<String, Value>, name: &str) -> Vec<&'a str> {
    schema
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

pub(crate) fn text<'a>(schema: &'a Map<String, Value>, name: &str) -> &'a str {
    schema.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
