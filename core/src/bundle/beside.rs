//! What stands beside an envelope on its line: content, seed or opening, and index.

use super::ContentForm;
use crate::canon::fields::{Codes, Fields, Node, is_sorted};
use crate::canon::{Value, check_limits, to_jcs};
use crate::codes::Code;
use crate::envelope::{self, Envelope};
use crate::error::{Error, Result};
use crate::limits;

/// An envelope line whose members have the right form; the payload is not read yet.
pub(super) struct EnvelopeLine {
    pub(super) envelope: Envelope,
    pub(super) content: ContentForm,
    pub(super) index: Option<Value>,
    /// Bare: nothing but the envelope.
    pub(super) alone: bool,
}

const BESIDE: [&str; 4] = ["content", "index", "open", "seed"];

/// Reads an envelope with what stands beside it. `bytes` is the length of the line, `codes` are those for its members.
pub(super) fn read_envelope_line(line: Value, bytes: usize, codes: Codes) -> Result<EnvelopeLine> {
    let node = Node::root(&line, "", codes);
    envelope::check_type(&node)?;
    let all = node.object(envelope::MEMBERS, &BESIDE)?;
    let open = all.get("open");
    if let Some(content) = all.get("content") {
        check_content(
            &content.with_codes(Codes::RECORD),
            open.as_ref().map(|open| open.value()),
        )?;
    }
    // Canonical text is at most six times as long as what was read (1e20 is the worst): short lines need no measuring.
    if bytes > limits::CONTENT_BYTES / 6 {
        check_size(&all)?;
    }
    if let Some(index) = all.get("index") {
        within_limits(&index)?;
    }
    if let Some(open) = open {
        check_open(&open.with_codes(Codes::RECORD))?;
    }
    let envelope = Envelope::read(&all)?;
    let seed = all.maybe("seed", |node| node.with_codes(Codes::RECORD).bytes::<32>())?;
    let alone = !BESIDE.iter().any(|name| all.object().contains(name));
    check_together(&all)?;
    let Value::Object(mut members) = line else {
        return Err(Error::new(Code::BundleMalformed, "a line is an object").at(""));
    };
    let index = members.remove("index");
    let content = match (members.remove("content"), seed, members.remove("open")) {
        (Some(content), Some(seed), _) => ContentForm::Whole { content, seed },
        (Some(content), None, Some(open)) => ContentForm::Redacted { content, open },
        _ => ContentForm::None,
    };
    Ok(EnvelopeLine {
        envelope,
        content,
        index,
        alone,
    })
}

/// Content with seed or opening, index only with content, and nothing without it.
fn check_together(all: &Fields<'_>) -> Result<()> {
    let has = |name: &str| all.object().contains(name);
    let right = match has("content") {
        true => has("seed") != has("open"),
        false => !has("seed") && !has("open") && !has("index"),
    };
    match right {
        true => Ok(()),
        false => Err(Error::new(
            Code::RecordMalformed,
            "content stands with either `seed` or `open`, and neither \
            they nor `index` stand without it",
        )
        .at("")),
    }
}

/// Depth and number of values of content or index.
fn within_limits(node: &Node<'_>) -> Result<()> {
    check_limits(node.value()).map_err(|error| error.at(node.path()))
}

/// The size of content as JCS.
fn check_size(all: &Fields<'_>) -> Result<()> {
    let Some(content) = all.get("content") else {
        return Ok(());
    };
    if to_jcs(content.value()).len() > limits::CONTENT_BYTES {
        return Err(Error::new(Code::CanonTooLarge, "the content is larger than 16 MiB").at(content.path()));
    }
    Ok(())
}

/// The content document: its members, and the form of those that the format itself defines.
fn check_content(node: &Node<'_>, open: Option<&Value>) -> Result<()> {
    within_limits(node)?;
    let names = [
        "conversions",
        "countersigns",
        "error",
        "input",
        "names",
        "output",
        "params",
        "request",
        "runtime",
        "text",
    ];
    let all = node.object(&[], &names)?;
    // A hidden place is null and has no form.
    let hidden = |pointer: &str| {
        let list = open.and_then(|open| open.get("hidden")).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|item| item.as_str() == Some(pointer)))
    };
    let shown = |node: &Node<'_>| {
        let path = node.path();
        !(node.value().is_null() && hidden(path.strip_prefix("/content").unwrap_or(&path)))
    };
    all.maybe("conversions", |node| {
        if shown(&node) {
            check_conversions(&node, shown)
        } else {
            Ok(())
        }
    })?;
    all.maybe("countersigns", |node| {
        if shown(&node) {
            check_countersigns(&node, shown)
        } else {
            Ok(())
        }
    })?;
    Ok(())
}

/// Pairs `[pointer, from]`, sorted by pointer.
fn check_conversions(node: &Node<'_>, shown: impl Fn(&Node<'_>) -> bool) -> Result<()> {
    let pointers = node.list(|item| {
        if !shown(&item) {
            return Ok(None);
        }
        let Some((pointer, from)) = item.pair() else {
            return Err(item.fail("a pair is expected: a pointer, and what was there"));
        };
        if shown(&from) {
            from.text()?;
        }
        if shown(&pointer) {
            pointer.pointer().map(Some)
        } else {
            Ok(None)
        }
    })?;
    match is_sorted(pointers.iter().flatten().map(String::as_str)) {
        true => Ok(()),
        false => Err(node.fail("the pairs are not sorted by pointer")),
    }
}

/// `{"envelope", "pointer", "seed"}`: what a tool signed. Whether it counts is not a question of form.
fn check_countersigns(node: &Node<'_>, shown: impl Fn(&Node<'_>) -> bool) -> Result<()> {
    node.list(|item| {
        if !shown(&item) {
            return Ok(());
        }
        let all = item.object(&["envelope", "pointer", "seed"], &[])?;
        let (envelope, pointer, seed) = (all.need("envelope")?, all.need("pointer")?, all.need("seed")?);
        if shown(&envelope) {
            envelope.any_object()?;
        }
        if shown(&pointer) {
            pointer.pointer()?;
        }
        if shown(&seed) {
            seed.bytes::<32>()?;
        }
        Ok(())
    })?;
    Ok(())
}

/// The opening of a redacted form: whether it fits the content is not a question of form.
fn check_open(node: &Node<'_>) -> Result<()> {
    let all = node.object(&["hashes", "hidden", "seeds"], &[])?;
    all.need("hashes")?.b64()?;
    all.need("hidden")?.list_or_empty(|item| item.pointer())?;
    all.need("seeds")?.b64()?;
    Ok(())
}
