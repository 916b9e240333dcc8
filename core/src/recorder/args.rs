//! Reading what callers hand in: documents whose members are known, and nothing that only the recorder may say.

use crate::canon::fields::{Codes, Fields, Node, is_sorted};
use crate::canon::{Object, Value, cmp_utf16};
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::record::read::{is_rel, read_usage};
use crate::record::{Link, Model, Party, PartyType, Usage};
use crate::time::Timestamp;

/// Members of records that the recorder alone sets.
const RESERVED: &[&str] = &[
    "seq",
    "prev",
    "digest",
    "chain",
    "id",
    "nonce",
    "recorded_at",
    "tenant",
    "mac",
    "epoch",
    "root",
    "content",
    "phase",
    "version",
    "decision",
    "runtime",
    "run",
    "seed",
    "signatures",
    "payload",
    "request",
    "countersigns",
    "body",
    "subject",
    "kept_out",
];
/// Members by which a caller would say how a value came here.
const SOURCES: &[&str] = &["source", "sources", "capture"];

/// An argument document: all of `required`, any of `optional`, nothing else.
///
/// # Errors
/// `recorder.reserved_member`, `recorder.source_refused`, `wire.bad_argument`, each with the member's path.
pub(super) fn members<'a>(value: &'a Value, required: &[&str], optional: &[&str]) -> Result<Fields<'a>> {
    let node = Node::root(value, "", Codes::one(Code::WireBadArgument));
    for (name, member) in node.any_object()?.each() {
        if required.contains(&name) || optional.contains(&name) {
            continue;
        }
        if RESERVED.contains(&name) {
            let text = format!("only the recorder sets `{name}`");
            return Err(Error::new(Code::RecorderReservedMember, text).at(member.path()));
        }
        if SOURCES.contains(&name) {
            let text = "only the recorder says how a value came here";
            return Err(Error::new(Code::RecorderSourceRefused, text).at(member.path()));
        }
        return Err(Error::new(Code::WireBadArgument, format!("this call takes no member `{name}`")).at(member.path()));
    }
    node.object(required, optional)
}

/// The content of a record, from the members of `names` that the caller gave.
///
/// # Errors
/// `conversions` is not a sorted list of `[pointer, word]`; `error` is not an object.
pub(super) fn content(fields: &Fields<'_>, names: &[&str]) -> Result<Object> {
    let mut out = Object::new();
    for name in names {
        let Some(node) = fields.get(name) else { continue };
        match *name {
            "conversions" => {
                let pairs = conversions(&node)?;
                if !pairs.is_empty() {
                    out.insert("conversions", pairs);
                }
            }
            "error" => {
                node.any_object()?;
                out.insert("error", node.value().clone());
            }
            _ => {
                out.insert(*name, node.value().clone());
            }
        }
    }
    Ok(out)
}

fn conversions(node: &Node<'_>) -> Result<Vec<Value>> {
    let mut pairs = node.list_or_empty(|pair| {
        let parts = pair.list(|part| Ok(part.value().clone()))?;
        match parts.as_slice() {
            [Value::String(pointer), Value::String(from)] if crate::canon::pointer_tokens(pointer).is_some() => {
                Ok((pointer.clone(), from.clone()))
            }
            _ => Err(pair.fail("a pair [pointer, word] is expected")),
        }
    })?;
    pairs.sort_by(|(a, _), (b, _)| cmp_utf16(a, b));
    if !is_sorted(pairs.iter().map(|(pointer, _)| pointer.as_str())) {
        return Err(node.fail("a pointer stands here twice"));
    }
    Ok(pairs
        .into_iter()
        .map(|(pointer, from)| Value::Array(vec![pointer.into(), from.into()]))
        .collect())
}

/// `{"type":…,"id":…}`.
///
/// # Errors
/// Other members, another type, no ident.
pub(super) fn party(node: &Node<'_>) -> Result<Party> {
    let fields = node.object(&["type", "id"], &[])?;
    Ok(Party {
        kind: fields.need("type")?.word(PartyType::parse)?,
        id: fields.need("id")?.ident()?,
    })
}

/// `{"provider":…,"requested":…}` of an opening call.
///
/// # Errors
/// Other members, no ident.
pub(super) fn model(node: &Node<'_>) -> Result<Model> {
    let fields = node.object(&["provider", "requested"], &["served", "response_id"])?;
    Ok(Model {
        provider: fields.need("provider")?.ident()?,
        requested: fields.need("requested")?.ident()?,
        served: fields.maybe("served", |it| it.ident())?,
        response_id: fields.maybe("response_id", |it| it.ident())?,
    })
}

/// What a step used.
///
/// # Errors
/// Other members, numbers that are not whole; cost without unit.
pub(crate) fn usage(node: &Node<'_>) -> Result<Usage> {
    // A record leaves an empty object out; a caller may hand one over.
    if node.value().as_object().is_some_and(Object::is_empty) {
        return Ok(Usage::default());
    }
    let usage = read_usage(node)?;
    if usage.unit.is_some() != usage.cost_micros.is_some() {
        return Err(node.fail("`cost_micros` and `unit` stand together"));
    }
    Ok(usage)
}

/// Links by which the recorder says what it did.
const OWN_LINKS: &[&str] = &["intent", "authorised-by", "governed-by", "approved-by", "erases"];
/// `[{"rel":…,"digest":…,"chain"?,"seq"?}]`.
///
/// # Errors
/// `recorder.reserved_member` for a relation that the recorder sets; other members; a relation that is not one.
pub(super) fn links(node: &Node<'_>) -> Result<Vec<Link>> {
    node.list_or_empty(|item| {
        let fields = item.object(&["rel", "digest"], &["chain", "seq"])?;
        let rel = fields.need("rel")?;
        let word = rel.ident()?;
        if OWN_LINKS.contains(&word.as_str()) {
            let text = format!("only the recorder sets links `{word}`");
            return Err(Error::new(Code::RecorderReservedMember, text).at(rel.path()));
        }
        if !is_rel(&word) {
            return Err(rel.fail("a relation of the format, or one such as `com.example/x`, is expected"));
        }
        let link = Link {
            rel: word,
            digest: fields.need("digest")?.digest()?,
            chain: fields.maybe("chain", |it| it.uuid())?,
            seq: fields.maybe("seq", |it| it.int())?,
        };
        if link.chain.is_some() && link.seq.is_none() {
            return Err(item.fail("a link to another chain needs `seq`"));
        }
        Ok(link)
    })
}

/// Artefacts that the caller makes public: `[{"name":…,"digest":…}]`.
///
/// # Errors
/// Other members, no ident, no digest.
pub(super) fn artefacts(node: &Node<'_>) -> Result<Vec<(String, Digest)>> {
    node.list_or_empty(|item| {
        let fields = item.object(&["name", "digest"], &[])?;
        let name = fields.need("name")?.ident()?;
        if name == "content" {
            return Err(item.fail("`content` is the name of the content itself"));
        }
        Ok((name, fields.need("digest")?.digest()?))
    })
}

/// A W3C traceparent of version 00 whose ids are not zero.
///
/// # Errors
/// Anything else.
pub(super) fn trace(node: &Node<'_>) -> Result<String> {
    node.parsed("a W3C traceparent of version 00 is expected", |text| {
        let hex = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        let mut parts = text.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let zero = |part: &str| part.bytes().all(|b| b == b'0');
        let good = version == "00" && hex(trace, 32) && hex(span, 16) && hex(flags, 2) && parts.next().is_none();
        (good && !zero(trace) && !zero(span)).then(|| text.to_owned())
    })
}

/// Members of others: names such as `com.example` or `com.example/x`.
///
/// # Errors
/// Another name.
pub(super) fn ext(node: &Node<'_>) -> Result<Object> {
    for (name, member) in node.any_object()?.each() {
        let domain = name.split('/').next().unwrap_or_default();
        if !domain.contains('.') || !crate::id::is_ident(name) {
            return Err(member.fail("a name such as `com.example` or `com.example/x` is expected"));
        }
    }
    Ok(node.any_object()?.object().clone())
}

/// A member that holds a time, or nothing.
///
/// # Errors
/// Anything else.
pub(super) fn time(fields: &Fields<'_>, name: &str) -> Result<Option<Timestamp>> {
    fields.maybe(name, |it| it.time())
}

/// A member that holds an ident, or nothing.
///
/// # Errors
/// Anything else.
pub(super) fn ident(fields: &Fields<'_>, name: &str) -> Result<Option<String>> {
    fields.maybe(name, |it| it.ident())
}
