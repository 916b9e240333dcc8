//! Reading the predicate of a record: every member by its type, in the order of their names.

use super::body_read::read_body;
use super::{
    Body, Capture, ContentHead, Decision, Failure, Kind, Layer, Link, Mac, Mode, Model, Party, PartyType, Phase, Place,
    Record, Source, Status, Tier, Usage, Verdict,
};
use crate::canon::fields::{Fields, Node, is_sorted};
use crate::canon::{Object, pointer_tokens};
use crate::error::Result;

const REQUIRED: &[&str] = &[
    "capture",
    "chain",
    "content",
    "id",
    "key",
    "kind",
    "mac",
    "mode",
    "nonce",
    "phase",
    "recorded_at",
    "tenant",
    "version",
];
const OPTIONAL: &[&str] = &[
    "actor",
    "attempt",
    "body",
    "call_id",
    "decision",
    "ended_at",
    "ext",
    "failure",
    "links",
    "model",
    "name",
    "principal",
    "run",
    "runtime",
    "started_at",
    "status",
    "step",
    "tool",
    "trace",
    "usage",
];

/// Reads the members; the rules between them are checked apart.
pub(crate) fn read_record(predicate: &Node<'_>) -> Result<Record> {
    let all = predicate.object(REQUIRED, OPTIONAL)?;
    let kind = all.need("kind")?;
    // The kind says what the body is made of; a kind that is none is told in its own turn.
    let known = kind.value().as_str().and_then(Kind::parse);
    let actor = all.maybe("actor", |node| read_party(&node))?;
    let attempt = all.maybe("attempt", |node| node.int_from(1))?;
    let body = match (known, all.get("body")) {
        (Some(kind), Some(body)) => read_body(kind, &body)?,
        _ => Body::None,
    };
    let record = Record {
        actor,
        attempt,
        body,
        call_id: all.maybe("call_id", |node| node.ident())?,
        capture: all.need("capture")?.word(Capture::parse)?,
        chain: read_place(&all.need("chain")?)?,
        content: read_content_head(&all.need("content")?)?,
        decision: all.maybe("decision", |node| read_decision(&node))?,
        ended_at: all.maybe("ended_at", |node| node.time())?,
        ext: all.maybe("ext", |node| read_ext(&node))?,
        failure: all.maybe("failure", |node| node.word(Failure::parse))?,
        id: all.need("id")?.uuid()?,
        key: all.need("key")?.keyid()?,
        kind: kind.word(Kind::parse)?,
        links: all
            .maybe("links", |node| node.list(|item| read_link(&item)))?
            .unwrap_or_default(),
        mac: read_mac(&all.need("mac")?)?,
        mode: all.need("mode")?.word(Mode::parse)?,
        model: all.maybe("model", |node| read_model(&node))?,
        name: all.maybe("name", |node| node.ident())?,
        nonce: all.need("nonce")?.bytes()?,
        phase: all.need("phase")?.word(Phase::parse)?,
        principal: all.maybe("principal", |node| read_party(&node))?,
        recorded_at: all.need("recorded_at")?.time()?,
        run: all.maybe("run", |node| read_place(&node))?,
        runtime: all.maybe("runtime", |node| node.digest())?,
        started_at: all.maybe("started_at", |node| node.time())?,
        status: all.maybe("status", |node| node.word(Status::parse))?,
        step: all.maybe("step", |node| node.uuid())?,
        tenant: all.need("tenant")?.ident()?,
        tool: all.maybe("tool", |node| {
            node.object(&["definition"], &[])?.need("definition")?.digest()
        })?,
        trace: all.maybe("trace", |node| read_trace(&node.object(&["traceparent"], &[])?))?,
        usage: all.maybe("usage", |node| read_usage(&node))?,
    };
    check_version(&all)?;
    Ok(record)
}

/// `version` is the integer 1; another one was refused when the kind of document was looked up.
pub(crate) fn check_version(predicate: &Fields<'_>) -> Result<()> {
    let version = predicate.need("version")?;
    if version.int()? == 1 {
        Ok(())
    } else {
        Err(version.fail("the version is 1"))
    }
}

/// `ext`: names such as `com.example` or `com.example/x`, any values.
pub(crate) fn read_ext(node: &Node<'_>) -> Result<Object> {
    let fields = node.any_object()?;
    for (name, member) in fields.each() {
        if !is_ext_name(name) {
            return Err(member.fail("a name such as com.example or com.example/x is expected"));
        }
    }
    Ok(fields.object().clone())
}

/// A domain name read backwards, of two labels or more, and perhaps one word after a slash.
fn is_ext_name(name: &str) -> bool {
    let (domain, word) = match name.split_once('/') {
        Some((domain, word)) => (domain, Some(word)),
        None => (name, None),
    };
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    // RFC 1123 2.1: a hyphen stands between others.
    let hyphens = |text: &str| text.starts_with('-') || text.ends_with('-');
    let label = |text: &str| !text.is_empty() && !hyphens(text) && text.bytes().all(|b| plain(b) || b == b'-');
    let word_ok = |text: &str| {
        !text.starts_with(['.', '-'])
            && !text.is_empty()
            && text.bytes().all(|b| plain(b) || matches!(b, b'.' | b'_' | b'-'))
    };
    domain.contains('.') && domain.split('.').all(label) && word.is_none_or(word_ok)
}

fn read_place(node: &Node<'_>) -> Result<Place> {
    let fields = node.object(&["id", "prev", "seq"], &[])?;
    let prev = fields.need("prev")?;
    Ok(Place {
        id: fields.need("id")?.uuid()?,
        prev: if prev.value().is_null() {
            None
        } else {
            Some(prev.digest()?)
        },
        seq: fields.need("seq")?.int()?,
    })
}

fn read_party(node: &Node<'_>) -> Result<Party> {
    let fields = node.object(&["id", "type"], &[])?;
    Ok(Party {
        id: fields.need("id")?.ident()?,
        kind: fields.need("type")?.word(PartyType::parse)?,
    })
}

fn read_model(node: &Node<'_>) -> Result<Model> {
    let fields = node.object(&["provider", "requested"], &["response_id", "served"])?;
    Ok(Model {
        provider: fields.need("provider")?.ident()?,
        requested: fields.need("requested")?.ident()?,
        response_id: fields.maybe("response_id", |node| node.ident())?,
        served: fields.maybe("served", |node| node.ident())?,
    })
}

fn read_decision(node: &Node<'_>) -> Result<Decision> {
    let optional = &[
        "deciding",
        "engine",
        "engine_version",
        "expires_at",
        "obligations",
        "policy",
        "schema",
    ];
    let fields = node.object(&["layer", "reason", "tier", "verdict"], optional)?;
    let idents = |name: &str| -> Result<Vec<String>> {
        Ok(fields
            .maybe(name, |node| node.list(|item| item.ident()))?
            .unwrap_or_default())
    };
    Ok(Decision {
        deciding: idents("deciding")?,
        engine: fields.maybe("engine", |node| node.ident())?,
        engine_version: fields.maybe("engine_version", |node| node.ident())?,
        expires_at: fields.maybe("expires_at", |node| node.time())?,
        layer: fields.need("layer")?.word(Layer::parse)?,
        obligations: idents("obligations")?,
        policy: fields.maybe("policy", |node| node.digest())?,
        reason: fields.need("reason")?.ident()?,
        schema: fields.maybe("schema", |node| node.digest())?,
        tier: fields.need("tier")?.word(Tier::parse)?,
        verdict: fields.need("verdict")?.word(Verdict::parse)?,
    })
}

pub(crate) fn read_usage(node: &Node<'_>) -> Result<Usage> {
    let optional = &[
        "cached_tokens",
        "cost_micros",
        "duration_us",
        "input_tokens",
        "output_tokens",
        "reasoning_tokens",
        "unit",
    ];
    let fields = node.object(&[], optional)?;
    if fields.object().is_empty() {
        return Err(node.fail("an object without members is left out"));
    }
    let int = |name: &str| fields.maybe(name, |node| node.int());
    Ok(Usage {
        cached_tokens: int("cached_tokens")?,
        cost_micros: int("cost_micros")?,
        duration_us: int("duration_us")?,
        input_tokens: int("input_tokens")?,
        output_tokens: int("output_tokens")?,
        reasoning_tokens: int("reasoning_tokens")?,
        unit: fields.maybe("unit", |node| node.ident())?,
    })
}

/// W3C Trace Context, version 00: `00-`, 32 digits, 16 digits, 2 digits; neither id is zero.
fn read_trace(fields: &Fields<'_>) -> Result<String> {
    let digits = |text: &str, count: usize| {
        text.len() == count && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
    };
    let not_zero = |text: &str| text.bytes().any(|b| b != b'0');
    fields
        .need("traceparent")?
        .parsed("a W3C traceparent of version 00 is expected", |text| {
            let mut parts = text.split('-');
            let four = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
            let ("00", trace, span, flags) = four else { return None };
            let right = parts.next().is_none() && digits(trace, 32) && digits(span, 16) && digits(flags, 2);
            (right && not_zero(trace) && not_zero(span)).then(|| text.to_owned())
        })
}

fn read_mac(node: &Node<'_>) -> Result<Mac> {
    let fields = node.object(&["epoch", "tag"], &[])?;
    Ok(Mac {
        epoch: fields.need("epoch")?.int()?,
        tag: fields.need("tag")?.bytes()?,
    })
}

fn read_link(node: &Node<'_>) -> Result<Link> {
    let fields = node.object(&["digest", "rel"], &["chain", "seq"])?;
    Ok(Link {
        chain: fields.maybe("chain", |node| node.uuid())?,
        digest: fields.need("digest")?.digest()?,
        rel: fields.need("rel")?.word(|text| is_rel(text).then(|| text.to_owned()))?,
        seq: fields.maybe("seq", |node| node.int())?,
    })
}

/// Whether this is a relation of the format, or one such as `com.example/x`.
pub(crate) fn is_rel(text: &str) -> bool {
    let known = [
        "intent",
        "authorised-by",
        "governed-by",
        "approved-by",
        "consumed",
        "produced",
        "triggered-by",
        "child-of",
        "dry-run-of",
        "replays",
        "retry-of",
        "supersedes",
        "continues",
        "erases",
        "withdraws",
    ];
    known.contains(&text) || (text.contains('/') && is_ext_name(text))
}

/// `content`: the root, and which place rests on what.
fn read_content_head(node: &Node<'_>) -> Result<ContentHead> {
    let fields = node.object(&["root"], &["kept_out", "sources"])?;
    let kept_out = fields.maybe("kept_out", |node| read_pairs(&node, |word| word.ident()))?;
    let root = fields.need("root")?.hex32()?;
    let sources = fields.maybe("sources", |node| read_pairs(&node, |word| word.word(Source::parse)))?;
    Ok(ContentHead {
        root,
        sources: sources.unwrap_or_default(),
        kept_out: kept_out.unwrap_or_default(),
    })
}

/// Pairs `[pointer, word]`, sorted by pointer. What stands here is public: at most two levels deep.
fn read_pairs<T>(node: &Node<'_>, word: impl Fn(&Node<'_>) -> Result<T>) -> Result<Vec<(String, T)>> {
    let pairs = node.list(|item| {
        let levels = |text: &&str| pointer_tokens(text).is_some_and(|tokens| tokens.len() <= 2);
        let pair = item
            .pair()
            .filter(|(pointer, _)| pointer.value().as_str().as_ref().is_some_and(levels));
        match pair {
            Some((pointer, second)) => Ok((pointer.pointer()?, word(&second)?)),
            None => Err(item.fail("a pair is expected: a pointer of at most two levels, and a word")),
        }
    })?;
    match is_sorted(pairs.iter().map(|(pointer, _)| pointer.as_str())) {
        true => Ok(pairs),
        false => Err(node.fail("the pairs are not sorted by pointer")),
    }
}
