//! What is one record: notes, links, gaps, decisions made elsewhere, escalations, key changes, approvals.

use std::sync::Arc;

use super::args::{self, members};
use super::pen::Pen;
use super::run::Run;
use super::{Core, Recorder};
use crate::canon::fields::{Codes, Fields, Node};
use crate::canon::{Object, Value};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::key::{KeyId, Signer};
use crate::object;
use crate::record::{Body, Capture, Decision, Draft, KeyEntry, KeyRole, Kind, Layer, PlanEvent, Tier, Verdict};

const TOLD: &[&str] = &[
    "input",
    "output",
    "params",
    "names",
    "text",
    "conversions",
    "links",
    "actor",
    "principal",
    "ext",
];

impl Recorder {
    /// Writes one record that belongs to no run.
    ///
    /// `{"approve": REQUEST, "key": …}` answers an approval request (see [`Recorder::find`] for those that wait).
    /// Otherwise `{"kind": …}` with the members of that kind:
    ///
    /// | kind | members |
    /// |---|---|
    /// | `note` | `event` |
    /// | `link` | `links` to other ledgers |
    /// | `gap` | `lost`, `since`, `reason` |
    /// | `escalation` | `to`, `request` |
    /// | `decision` | `verdict`, `reason`, `tier`: what a framework decided |
    /// | `plan` | `event`, `document`? |
    /// | `key.add` | `key` (PEM or path of the new secret key), `not_after`? |
    /// | `key.retire` | `keyid` |
    /// | `key.revoke` | `keyid`, `reason`, `as_of_seq` |
    ///
    /// and, for all but key changes, `input`? `output`? `params`? `names`? `text`? `conversions`? `links`? `actor`?
    /// `principal`? `ext`?. Answers `{record}`.
    ///
    /// # Errors
    /// `wire.bad_argument`, `recorder.*`, `key.*`, `store.*`.
    pub fn note(&self, arguments: &Value) -> Result<Value> {
        self.core.alive()?;
        if arguments.get("approve").is_some() {
            return self.approve(arguments);
        }
        if let Some(kind @ (Kind::KeyAdd | Kind::KeyRetire | Kind::KeyRevoke)) = kind_of(arguments) {
            return self.key_change(kind, arguments);
        }
        write(&self.core, None, arguments)
    }

    fn key_change(&self, kind: Kind, arguments: &Value) -> Result<Value> {
        let core = Arc::clone(&self.core);
        let mut draft = Draft::new(kind, core.commit(Object::new(), Vec::new())?);
        let mut added = None;
        draft.body = match kind {
            Kind::KeyAdd => {
                let fields = members(arguments, &["kind", "key"], &["not_after"])?;
                let key = core.key(fields.need("key")?.text()?)?;
                let not_after = args::time(&fields, "not_after")?;
                let entry = KeyEntry {
                    spki: key.key().clone(),
                    role: KeyRole::Record,
                    not_after,
                };
                added = Some(Arc::new(key));
                Body::KeyAdd(entry)
            }
            Kind::KeyRetire => {
                let fields = members(arguments, &["kind", "keyid"], &[])?;
                Body::KeyRetire {
                    keyid: other_key(&core, &fields)?,
                }
            }
            _ => {
                let fields = members(arguments, &["kind", "keyid", "reason", "as_of_seq"], &[])?;
                let keyid = other_key(&core, &fields)?;
                let reason = fields.need("reason")?.ident()?;
                Body::KeyRevoke {
                    keyid,
                    reason,
                    as_of_seq: fields.need("as_of_seq")?.int()?,
                }
            }
        };
        let receipt = core.write(false, move |pen| {
            if let Body::KeyRevoke { as_of_seq, .. } = &draft.body
                && *as_of_seq > pen.head()?.seq
            {
                return Err(
                    Error::new(Code::WireBadArgument, "the last good record is not in the chain yet").at("/as_of_seq"),
                );
            }
            let more: Vec<&dyn Signer> = added.iter().map(|key| -> &dyn Signer { &**key }).collect();
            let receipt = pen.add_signed(&draft, &more, None)?;
            // Other writers look at the keys anew when an epoch begins.
            pen.heartbeat()?;
            Ok(receipt)
        })?;
        Ok(Value::Object(object! { "record": receipt.to_value() }))
    }
}

/// A key that dies; never the one that signs here, since it could not even end the epoch afterwards.
fn other_key(core: &Core, fields: &Fields<'_>) -> Result<KeyId> {
    let node = fields.need("keyid")?;
    let keyid = node.keyid()?;
    if keyid == core.keyid {
        return Err(node
            .fail("this recorder signs with that key")
            .hint("open the ledger with another of its keys; add one first if there is none"));
    }
    Ok(keyid)
}

impl Run {
    /// Writes one record of this run; the kinds of [`Recorder::note`] but key changes and approvals.
    ///
    /// # Errors
    /// `wire.bad_argument`, `recorder.closed`, `recorder.*`, `store.*`.
    pub fn note(&self, arguments: &Value) -> Result<Value> {
        self.alive()?;
        write(&self.core, Some(self), arguments)
    }
}

fn kind_of(arguments: &Value) -> Option<Kind> {
    arguments.get("kind").and_then(Value::as_str).and_then(Kind::parse)
}

fn write(core: &Arc<Core>, run: Option<&Run>, arguments: &Value) -> Result<Value> {
    let kind = match arguments.get("kind") {
        None => Kind::Note,
        Some(value) => Node::root(value, "/kind", Codes::one(Code::WireBadArgument)).word(Kind::parse)?,
    };
    let own: &[&str] = match kind {
        Kind::Note => &["event"],
        Kind::Link => &[],
        Kind::Gap => &["lost", "since", "reason"],
        Kind::Escalation => &["to", "request"],
        Kind::Decision => &["verdict", "reason", "tier", "name", "call_id", "step"],
        Kind::Plan => &["event", "document"],
        _ => {
            let text = "the recorder writes records of this kind itself";
            return Err(Error::new(Code::RecorderReservedMember, text).at("/kind"));
        }
    };
    let optional: Vec<&str> = ["kind"].iter().chain(TOLD).chain(own).copied().collect();
    let fields = members(arguments, &[], &optional)?;
    let mut content = args::content(&fields, &["input", "output", "params", "names", "text", "conversions"])?;
    let (runtime, told) = run.map_or((None, false), |run| run.name_runtime(&mut content));
    let sources = super::pen::observed(&content, &["runtime"]);
    let mut draft = Draft::new(kind, core.commit(content, sources)?);
    draft.capture = Capture::Observed;
    draft.runtime = runtime;
    draft.links = fields.maybe("links", |it| args::links(&it))?.unwrap_or_default();
    draft.actor = fields.maybe("actor", |it| args::party(&it))?;
    draft.principal = fields.maybe("principal", |it| args::party(&it))?;
    draft.ext = fields.maybe("ext", |it| args::ext(&it))?;
    if let Some(run) = run {
        draft.run = Some(run.inner.id);
        draft.mode = run.inner.mode;
        draft.actor = draft.actor.or_else(|| run.inner.actor.clone());
        draft.principal = draft.principal.or_else(|| run.inner.principal.clone());
        draft.trace.clone_from(&run.inner.trace);
        if run.inner.lost {
            return Ok(Value::Object(Object::new()));
        }
    }
    body(kind, &fields, &mut draft)?;
    let receipt = core.write(false, move |pen: &mut Pen<'_>| pen.add(&draft));
    let Some(receipt) = core.or_lost(receipt)? else {
        return Ok(Value::Object(Object::new()));
    };
    if let (Some(run), true) = (run, told) {
        *super::group::lock(&run.inner.runtime) = Some(receipt.digest);
    }
    Ok(Value::Object(object! { "record": receipt.to_value() }))
}

fn body(kind: Kind, fields: &Fields<'_>, draft: &mut Draft) -> Result<()> {
    draft.body = match kind {
        Kind::Note => Body::Note {
            event: fields.need("event")?.ident()?,
        },
        Kind::Gap => Body::Gap {
            lost: fields.need("lost")?.int_from(1)?,
            since: fields.need("since")?.time()?,
            reason: fields.need("reason")?.ident()?,
        },
        Kind::Escalation => Body::Escalation {
            to: fields.need("to")?.ident()?,
            request: fields.need("request")?.digest()?,
        },
        Kind::Plan => Body::Plan {
            event: fields.need("event")?.word(PlanEvent::parse)?,
            document: fields.maybe("document", |it| it.digest())?,
        },
        Kind::Decision => {
            draft.name = args::ident(fields, "name")?;
            draft.call_id = args::ident(fields, "call_id")?;
            draft.decision = Some(Decision {
                verdict: fields.need("verdict")?.word(Verdict::parse)?,
                layer: Layer::Framework,
                tier: fields
                    .maybe("tier", |it| it.word(Tier::parse))?
                    .unwrap_or(Tier::Moderate),
                reason: fields.need("reason")?.ident()?,
                deciding: Vec::new(),
                policy: None,
                schema: None,
                engine: None,
                engine_version: None,
                obligations: Vec::new(),
                expires_at: None,
            });
            Body::None
        }
        _ => {
            if draft.links.is_empty() {
                fields.need("links")?;
                return Err(Error::new(Code::WireBadArgument, "a link record has at least one link").at("/links"));
            }
            Body::None
        }
    };
    Ok(())
}
