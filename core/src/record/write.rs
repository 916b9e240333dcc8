//! A record as the JSON object that its payload holds: the predicate of docs/spec/03-record.md.

use super::{Body, ChainOpen, Decision, KeyEntry, Link, Model, Party, Place, Record, RunEnd, RunStart, Usage};
use crate::canon::{Object, Value};
use crate::digest::{b64, hex};
use crate::object;

impl Record {
    /// The predicate. `mac.tag` is left out while `tag` is false: the tag is made over the statement without it.
    #[must_use]
    pub fn to_object(&self, tag: bool) -> Object {
        let mut mac = object! { "epoch": Value::count(self.mac.epoch) };
        if tag {
            mac.insert("tag", b64(&self.mac.tag));
        }
        let mut out = object! {
            "version": 1,
            "recorded_at": self.recorded_at,
            "key": self.key,
            "nonce": b64(&self.nonce),
            "id": self.id,
            "tenant": self.tenant.as_str(),
            "chain": place(&self.chain),
            "kind": self.kind.as_str(),
            "phase": self.phase.as_str(),
            "mode": self.mode.as_str(),
            "capture": self.capture.as_str(),
            "content": self.content_head(),
            "mac": mac,
        };
        out.put("ext", self.ext.clone());
        out.put("status", self.status.map(super::Status::as_str));
        out.put("failure", self.failure.map(super::Failure::as_str));
        out.put("run", self.run.as_ref().map(place));
        out.put("step", self.step);
        out.put("attempt", self.attempt.map(Value::count));
        out.put("name", self.name.as_deref());
        out.put("call_id", self.call_id.as_deref());
        out.put("actor", self.actor.as_ref().map(party));
        out.put("principal", self.principal.as_ref().map(party));
        out.put("tool", self.tool.map(|definition| object! { "definition": definition }));
        out.put("model", self.model.as_ref().map(model));
        out.put("decision", self.decision.as_ref().map(Decision::to_object));
        out.put("usage", self.usage.as_ref().map(usage).filter(|it| !it.is_empty()));
        out.put("started_at", self.started_at);
        out.put("ended_at", self.ended_at);
        out.put("runtime", self.runtime);
        out.put(
            "trace",
            self.trace.as_deref().map(|parent| object! { "traceparent": parent }),
        );
        if !self.links.is_empty() {
            out.insert(
                "links",
                self.links.iter().map(|it| Value::from(link(it))).collect::<Vec<_>>(),
            );
        }
        out.put("body", body(&self.body));
        out
    }

    fn content_head(&self) -> Object {
        let mut out = object! { "root": hex(&self.content.root) };
        if !self.content.sources.is_empty() {
            out.insert(
                "sources",
                pairs(
                    self.content
                        .sources
                        .iter()
                        .map(|(at, source)| (at.as_str(), source.as_str())),
                ),
            );
        }
        if !self.content.kept_out.is_empty() {
            out.insert(
                "kept_out",
                pairs(
                    self.content
                        .kept_out
                        .iter()
                        .map(|(at, rule)| (at.as_str(), rule.as_str())),
                ),
            );
        }
        out
    }
}

impl Decision {
    /// The `decision` member.
    #[must_use]
    pub fn to_object(&self) -> Object {
        let mut out = object! {
            "verdict": self.verdict.as_str(),
            "layer": self.layer.as_str(),
            "tier": self.tier.as_str(),
            "reason": self.reason.as_str(),
        };
        out.put("deciding", strings(&self.deciding));
        out.put("policy", self.policy);
        out.put("schema", self.schema);
        out.put("engine", self.engine.as_deref());
        out.put("engine_version", self.engine_version.as_deref());
        out.put("obligations", strings(&self.obligations));
        out.put("expires_at", self.expires_at);
        out
    }
}

/// `[[a, b], …]`.
fn pairs<'a>(items: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Value> {
    items.map(|(a, b)| Value::Array(vec![a.into(), b.into()])).collect()
}

/// A list of texts; nothing when it is empty, since the format has no empty lists.
fn strings(items: &[String]) -> Option<Vec<Value>> {
    (!items.is_empty()).then(|| items.iter().map(|item| item.as_str().into()).collect())
}

fn place(at: &Place) -> Object {
    object! {
        "id": at.id,
        "seq": Value::count(at.seq),
        "prev": at.prev.map_or(Value::Null, Value::from),
    }
}

fn party(who: &Party) -> Object {
    object! { "type": who.kind.as_str(), "id": who.id.as_str() }
}

fn model(model: &Model) -> Object {
    let mut out = object! { "provider": model.provider.as_str(), "requested": model.requested.as_str() };
    out.put("served", model.served.as_deref());
    out.put("response_id", model.response_id.as_deref());
    out
}

fn usage(usage: &Usage) -> Object {
    let mut out = Object::new();
    let counts = [
        ("input_tokens", usage.input_tokens),
        ("output_tokens", usage.output_tokens),
        ("cached_tokens", usage.cached_tokens),
        ("reasoning_tokens", usage.reasoning_tokens),
        ("duration_us", usage.duration_us),
        ("cost_micros", usage.cost_micros),
    ];
    for (name, count) in counts {
        out.put(name, count.map(Value::count));
    }
    out.put("unit", usage.unit.as_deref());
    out
}

fn link(link: &Link) -> Object {
    let mut out = object! { "rel": link.rel.as_str(), "digest": link.digest };
    out.put("chain", link.chain);
    out.put("seq", link.seq.map(Value::count));
    out
}

fn key_entry(key: &KeyEntry) -> Object {
    let mut out = object! { "spki": b64(&key.spki.spki()), "role": key.role.as_str() };
    out.put("not_after", key.not_after);
    out
}

fn body(body: &Body) -> Option<Object> {
    Some(match body {
        Body::None => return None,
        Body::ChainOpen(open) => chain_open(open),
        Body::ChainSeal(seal) => object! {
            "count": Value::count(seal.count),
            "head": seal.head,
            "runs": Value::count(seal.runs),
            "open_intents": Value::count(seal.open_intents),
        },
        Body::Heartbeat(beat) => {
            let mut out = object! {
                "first": Value::count(beat.first),
                "last": Value::count(beat.last),
                "size": Value::count(beat.size),
                "root": hex(&beat.root),
                "next_mac": beat.next_mac,
                "open_intents": Value::count(beat.open_intents),
            };
            out.put("beacon", beat.beacon);
            out
        }
        Body::KeyAdd(key) => key_entry(key),
        Body::KeyRetire { keyid } => object! { "keyid": *keyid },
        Body::KeyRevoke {
            keyid,
            reason,
            as_of_seq,
        } => {
            object! { "keyid": *keyid, "reason": reason.as_str(), "as_of_seq": Value::count(*as_of_seq) }
        }
        Body::RunStart(start) => run_start(start),
        Body::RunEnd(end) => run_end(end),
        Body::Plan { event, document } => {
            let mut out = object! { "event": event.as_str() };
            out.put("document", *document);
            out
        }
        Body::ApprovalRequest {
            role,
            quorum,
            expires_at,
        } => {
            object! { "role": role.as_str(), "quorum": Value::count(*quorum), "expires_at": *expires_at }
        }
        Body::Approval {
            verdict,
            request,
            document,
        } => {
            let mut out = object! { "verdict": verdict.as_str(), "request": *request };
            out.put("document", *document);
            out
        }
        Body::Escalation { to, request } => object! { "to": to.as_str(), "request": *request },
        Body::Note { event } => object! { "event": event.as_str() },
        Body::Gap { lost, since, reason } => {
            object! { "lost": Value::count(*lost), "since": *since, "reason": reason.as_str() }
        }
        Body::ClockStep { from, to } => object! { "from": *from, "to": *to },
        Body::Erasure {
            records,
            reason,
            authority,
        } => object! {
            "records": records.iter().map(|seq| Value::count(*seq)).collect::<Vec<_>>(),
            "reason": reason.as_str(),
            "authority": authority.as_str(),
        },
    })
}

fn chain_open(open: &ChainOpen) -> Object {
    let mut out = object! {
        "origin": open.origin.as_str(),
        "keys": open.keys.iter().map(|key| Value::from(key_entry(key))).collect::<Vec<_>>(),
        "mac": open.mac,
        "gate": open.gate.as_str(),
        "durability": open.durability.as_str(),
        "witness": open.witness.as_str(),
        "profile": open.profile,
        "software": object! { "name": open.software.name.as_str(), "version": open.software.version.as_str() },
    };
    if !open.policies.is_empty() {
        out.insert(
            "policies",
            open.policies
                .iter()
                .map(|digest| Value::from(*digest))
                .collect::<Vec<_>>(),
        );
    }
    out.put(
        "continues",
        open.continues.as_ref().map(|old| {
            let mut out = object! {
                "chain": old.chain,
                "seq": Value::count(old.seq),
                "digest": old.digest,
                "reason": old.reason.as_str(),
            };
            out.put("highest", old.highest.map(Value::count));
            out
        }),
    );
    out
}

fn run_start(start: &RunStart) -> Object {
    let mut out = Object::new();
    out.put("certificate", start.certificate);
    out.put("run_no", start.run_no.map(Value::count));
    out.put("previous", start.previous);
    out.put("thread", start.thread.as_deref());
    out
}

fn run_end(end: &RunEnd) -> Object {
    let mut out = object! {
        "records": Value::count(end.records),
        "root": hex(&end.root),
        "steps": Value::count(end.steps),
        "enforced": Value::count(end.enforced),
        "observed": Value::count(end.observed),
        "reported": Value::count(end.reported),
    };
    out.put("duplicates", end.duplicates.map(Value::count));
    if end.sampled {
        out.insert("sampled", true);
    }
    out
}
