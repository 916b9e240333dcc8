//! What programs were compiled against: `bindings-c/abi/N.txt` holds every constant, struct and function of interface
//! N, read from the header. Lines are added to it; one that changes or goes away needs another N.

use std::fs;
use std::path::Path;

use crate::{Error, Result};

/// Where the interface of this number is written down.
pub(crate) fn path(header: &str) -> Result<String> {
    Ok(format!("bindings-c/abi/{}.txt", version(header)?))
}

fn version(header: &str) -> Result<u32> {
    let found = lines(header)?.into_iter().find_map(|line| {
        let rest = line.strip_prefix("constant EXECERT_ABI_VERSION ")?;
        rest.parse().ok()
    });
    found.ok_or_else(|| Error("the header has no EXECERT_ABI_VERSION".to_owned()))
}

/// The new text of that file, if the old one allows it.
pub(crate) fn render(top: &Path, header: &str) -> Result<String> {
    let lines = lines(header)?;
    let path = path(header)?;
    if let Ok(old) = fs::read_to_string(top.join(&path)) {
        let gone: Vec<&str> = old.lines().filter(|old| !lines.iter().any(|new| new == old)).collect();
        if !gone.is_empty() {
            return Err(Error(format!(
                "{path}: programs are compiled against this, and the header has it no more:\n  {}\n\
                 hint: leave it as it was and add something of another name, or raise EXECERT_ABI_VERSION",
                gone.join("\n  ")
            )));
        }
    }
    Ok(lines.join("\n") + "\n")
}

/// Looks at any header: the tests show changed ones.
pub(crate) fn check(top: &Path, header: &Path) -> Result<String> {
    let text = fs::read_to_string(header).map_err(|error| Error(format!("{}: {error}", header.display())))?;
    let path = path(&text)?;
    if !top.join(&path).exists() {
        return Err(Error(format!("{path} is not there\nhint: run `cargo xtask generate`")));
    }
    render(top, &text).map(|_| format!("{path} holds\n"))
}

/// The names that the shared library shows.
pub(crate) fn symbols(header: &str) -> Result<String> {
    let mut names: Vec<String> = lines(header)?
        .iter()
        .filter_map(|line| Some(line.strip_prefix("function ")?.split_once(':')?.0.to_owned()))
        .collect();
    names.sort();
    Ok(names.join("\n") + "\n")
}

fn lines(header: &str) -> Result<Vec<String>> {
    let mut out = Vec::new();
    let mut rest = String::new();
    let mut cpp = false;
    for line in without_comments(header).lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["#ifdef", "__cplusplus"] => cpp = true,
            ["#endif"] => cpp = false,
            ["#define", name, value] if name.starts_with("EXECERT_") && value.parse::<i64>().is_ok() => {
                out.push(format!("constant {name} {value}"));
            }
            [first, ..] if first.starts_with('#') => {}
            [] => {}
            _ if cpp => {}
            words => {
                rest.push_str(&words.join(" "));
                rest.push(' ');
            }
        }
    }
    for declaration in declarations(&rest) {
        out.extend(entries(&declaration)?);
    }
    Ok(out)
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    let bare = out
        .lines()
        .map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    bare.collect::<Vec<_>>().join("\n")
}

/// What ends with `;` or, as functions with a body do, with `}`: the latter are not of the library.
fn declarations(text: &str) -> Vec<String> {
    let (mut out, mut one, mut depth) = (Vec::new(), String::new(), 0_usize);
    for char in text.chars() {
        one.push(char);
        match char {
            '{' => depth = depth.saturating_add(1),
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let body = char == '}' && one.trim_start().starts_with("static inline");
        if depth == 0 && (char == ';' || body) {
            if !body {
                out.push(one.trim().trim_end_matches(';').to_owned());
            }
            one.clear();
        }
    }
    out
}

fn entries(declaration: &str) -> Result<Vec<String>> {
    let strange = || Error(format!("the header has a declaration of no known kind: {declaration}"));
    let declaration = declaration.trim_start_matches("EXECERT_MUST_USE").trim();
    if let Some(rest) = declaration.strip_prefix("enum execert_code {") {
        let entries = rest.trim_end_matches('}').split(',').map(str::trim);
        let named = entries.filter(|entry| !entry.is_empty());
        return Ok(named.map(|entry| format!("code {}", entry.replace(" =", ""))).collect());
    }
    if let Some(rest) = declaration.strip_prefix("typedef struct ") {
        return Ok(vec![match rest.rsplit_once('}') {
            Some((body, _)) => format!("struct {body}}}"),
            None => format!("opaque {}", rest.split(' ').next().unwrap_or_default()),
        }]);
    }
    let (head, arguments) = declaration.split_once('(').ok_or_else(strange)?;
    let at = head.rfind("execert_").ok_or_else(strange)?;
    let (answer, name) = head.split_at(at);
    if head.contains('{') || name.contains(' ') {
        return Err(strange());
    }
    let types: Vec<&str> = arguments.trim_end_matches(')').split(',').map(of_type).collect();
    Ok(vec![format!(
        "function {name}: {}({})",
        answer.trim(),
        types.join(", ")
    )])
}

/// An argument without its name, which may change.
fn of_type(argument: &str) -> &str {
    let argument = argument.trim();
    let bare = argument.trim_end_matches(|char: char| char.is_ascii_alphanumeric() || char == '_');
    if bare.is_empty() { argument } else { bare.trim_end() }
}
