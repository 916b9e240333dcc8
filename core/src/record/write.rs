//! A record as its payload holds it: the predicate of docs/spec/03-record.md, written member by member in canonical order.

use core::ops::Range;

use super::{
    Body, ChainOpen, Continues, Decision, Heartbeat, KeyEntry, Link, Mac, Model, Party, Place, Record, RunEnd,
    RunStart, Usage,
};
use crate::canon::{B64, Hex, Jcs, Members, Value, members, parse, to_jcs};
use crate::limits::Limits;

/// Bytes of `,"tag":"…"`: 32 bytes are 44 letters of base64.
const TAG_MEMBER: usize = 53;

impl Jcs for Record {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        self.write(out);
    }
}

impl Record {
    /// Writes the predicate; answers where the member `mac.tag` stands, comma included.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> Range<usize> {
        let mut tag = 0..0;
        members(out, |it| tag = self.members(it));
        tag
    }

    fn members(&self, it: &mut Members<'_>) -> Range<usize> {
        it.maybe("actor", self.actor.as_ref());
        it.maybe("attempt", self.attempt);
        self.body(it);
        it.maybe("call_id", self.call_id.as_deref());
        it.put("capture", self.capture.as_str());
        it.put("chain", self.chain);
        it.object("content", |it| {
            it.list("kept_out", &self.content.kept_out);
            it.put("root", Hex(&self.content.root));
            let sources = self.content.sources.iter();
            let sources: Vec<_> = sources.map(|(at, source)| (at.as_str(), source.as_str())).collect();
            it.list("sources", &sources);
        });
        it.maybe("decision", self.decision.as_ref());
        it.maybe("ended_at", self.ended_at);
        it.maybe("ext", self.ext.as_ref());
        it.maybe("failure", self.failure.map(super::Failure::as_str));
        it.put("id", self.id);
        it.put("key", self.key);
        it.put("kind", self.kind.as_str());
        it.list("links", &self.links);
        it.put("mac", self.mac);
        let end = it.written().saturating_sub(1);
        it.put("mode", self.mode.as_str());
        it.maybe("model", self.model.as_ref());
        it.maybe("name", self.name.as_deref());
        it.put("nonce", B64(&self.nonce));
        it.put("phase", self.phase.as_str());
        it.maybe("principal", self.principal.as_ref());
        it.put("recorded_at", self.recorded_at);
        it.maybe("run", self.run);
        it.maybe("runtime", self.runtime);
        it.maybe("started_at", self.started_at);
        it.maybe("status", self.status.map(super::Status::as_str));
        it.maybe("step", self.step);
        it.put("tenant", self.tenant.as_str());
        if let Some(definition) = self.tool {
            it.object("tool", |it| it.put("definition", definition));
        }
        if let Some(parent) = &self.trace {
            it.object("trace", |it| it.put("traceparent", parent.as_str()));
        }
        if let Some(usage) = self.usage.as_ref().filter(|usage| **usage != Usage::default()) {
            it.put("usage", usage);
        }
        it.put("version", 1);
        end.saturating_sub(TAG_MEMBER)..end
    }

    fn body(&self, it: &mut Members<'_>) {
        match &self.body {
            Body::None => {}
            body => it.object("body", |it| write_body(body, it)),
        }
    }
}

impl Jcs for Mac {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        members(out, |it| {
            it.put("epoch", self.epoch);
            it.put("tag", B64(&self.tag));
        });
    }
}

impl Mac {
    /// What the tag of a payload covers: all but the member `tag`.
    pub(crate) fn covers<'p>(&self, payload: &'p [u8]) -> Option<[&'p [u8]; 2]> {
        // The payload is canonical, so the member stands exactly so; a text like it elsewhere would hold its own tag.
        let whole = [br#""mac":"#, to_jcs(self).as_slice()].concat();
        let found = payload.windows(whole.len()).position(|window| window == whole)?;
        let end = found.checked_add(whole.len())?.checked_sub(1)?;
        Some([payload.get(..end.checked_sub(TAG_MEMBER)?)?, payload.get(end..)?])
    }
}

impl Decision {
    /// The `decision` member.
    #[must_use]
    pub fn to_value(&self) -> Value {
        // What the writer writes, the reader reads.
        parse(&to_jcs(self), &Limits::PAYLOAD).unwrap_or_default()
    }
}

impl Jcs for Decision {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        members(out, |it| {
            it.list("deciding", &self.deciding);
            it.maybe("engine", self.engine.as_deref());
            it.maybe("engine_version", self.engine_version.as_deref());
            it.maybe("expires_at", self.expires_at);
            it.put("layer", self.layer.as_str());
            it.list("obligations", &self.obligations);
            it.maybe("policy", self.policy);
            it.put("reason", self.reason.as_str());
            it.maybe("schema", self.schema);
            it.put("tier", self.tier.as_str());
            it.put("verdict", self.verdict.as_str());
        });
    }
}

impl Jcs for Place {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        members(out, |it| {
            it.put("id", self.id);
            it.put("prev", self.prev);
            it.put("seq", self.seq);
        });
    }
}

impl Jcs for Party {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        members(out, |it| {
            it.put("id", self.id.as_str());
            it.put("type", self.kind.as_str());
        });
    }
}

impl Jcs for Model {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        members(out, |it| {
            it.put("provider", self.provider.as_str());
            it.put("requested", self.requested.as_str());
            it.maybe("response_id", self.response_id.as_deref());
            it.maybe("served", self.served.as_deref());
        });
    }
}

impl Jcs for Usage {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        members(out, |it| {
            it.maybe("cached_tokens", self.cached_tokens);
            it.maybe("cost_micros", self.cost_micros);
            it.maybe("duration_us", self.duration_us);
            it.maybe("input_tokens", self.input_tokens);
            it.maybe("output_tokens", self.output_tokens);
            it.maybe("reasoning_tokens", self.reasoning_tokens);
            it.maybe("unit", self.unit.as_deref());
        });
    }
}

impl Jcs for Link {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        members(out, |it| {
            it.maybe("chain", self.chain);
            it.put("digest", self.digest);
            it.put("rel", self.rel.as_str());
            it.maybe("seq", self.seq);
        });
    }
}

impl KeyEntry {
    fn members(&self, it: &mut Members<'_>) {
        it.maybe("not_after", self.not_after);
        it.put("role", self.role.as_str());
        it.put("spki", B64(&self.spki.spki()));
    }
}

impl Jcs for KeyEntry {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        members(out, |it| self.members(it));
    }
}

fn write_body(body: &Body, it: &mut Members<'_>) {
    match body {
        Body::None => {}
        Body::ChainOpen(open) => chain_open(open, it),
        Body::ChainSeal(seal) => {
            it.put("count", seal.count);
            it.put("head", seal.head);
            it.put("open_intents", seal.open_intents);
            it.put("runs", seal.runs);
        }
        Body::Heartbeat(beat) => heartbeat(beat, it),
        Body::KeyAdd(key) => key.members(it),
        Body::KeyRetire { keyid } => it.put("keyid", *keyid),
        Body::KeyRevoke {
            keyid,
            reason,
            as_of_seq,
        } => {
            it.put("as_of_seq", *as_of_seq);
            it.put("keyid", *keyid);
            it.put("reason", reason.as_str());
        }
        Body::RunStart(start) => run_start(start, it),
        Body::RunEnd(end) => run_end(end, it),
        Body::Plan { event, document } => {
            it.maybe("document", *document);
            it.put("event", event.as_str());
        }
        Body::ApprovalRequest {
            role,
            quorum,
            expires_at,
        } => {
            it.put("expires_at", *expires_at);
            it.put("quorum", *quorum);
            it.put("role", role.as_str());
        }
        Body::Approval {
            verdict,
            request,
            document,
        } => {
            it.maybe("document", *document);
            it.put("request", *request);
            it.put("verdict", verdict.as_str());
        }
        Body::Escalation { to, request } => {
            it.put("request", *request);
            it.put("to", to.as_str());
        }
        Body::Note { event } => it.put("event", event.as_str()),
        Body::Gap { lost, since, reason } => {
            it.put("lost", *lost);
            it.put("reason", reason.as_str());
            it.put("since", *since);
        }
        Body::ClockStep { from, to } => {
            it.put("from", *from);
            it.put("to", *to);
        }
        Body::Erasure {
            records,
            reason,
            authority,
        } => {
            it.put("authority", authority.as_str());
            it.put("reason", reason.as_str());
            it.put("records", records.as_slice());
        }
    }
}

fn chain_open(open: &ChainOpen, it: &mut Members<'_>) {
    it.maybe("continues", open.continues.as_ref());
    it.put("durability", open.durability.as_str());
    it.put("gate", open.gate.as_str());
    it.put("keys", open.keys.as_slice());
    it.put("mac", open.mac);
    it.put("origin", open.origin.as_str());
    it.list("policies", &open.policies);
    it.put("profile", open.profile);
    it.object("software", |it| {
        it.put("name", open.software.name.as_str());
        it.put("version", open.software.version.as_str());
    });
    it.put("witness", open.witness.as_str());
}

impl Jcs for Continues {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        members(out, |it| {
            it.put("chain", self.chain);
            it.put("digest", self.digest);
            it.maybe("highest", self.highest);
            it.put("reason", self.reason.as_str());
            it.put("seq", self.seq);
        });
    }
}

fn heartbeat(beat: &Heartbeat, it: &mut Members<'_>) {
    it.maybe("beacon", beat.beacon);
    it.put("first", beat.first);
    it.put("last", beat.last);
    it.put("next_mac", beat.next_mac);
    it.put("open_intents", beat.open_intents);
    it.put("root", Hex(&beat.root));
    it.put("size", beat.size);
}

fn run_start(start: &RunStart, it: &mut Members<'_>) {
    it.maybe("certificate", start.certificate);
    it.maybe("previous", start.previous);
    it.maybe("run_no", start.run_no);
    it.maybe("thread", start.thread.as_deref());
}

fn run_end(end: &RunEnd, it: &mut Members<'_>) {
    it.maybe("duplicates", end.duplicates);
    it.put("enforced", end.enforced);
    it.put("observed", end.observed);
    it.put("records", end.records);
    it.put("reported", end.reported);
    it.put("root", Hex(&end.root));
    it.maybe("sampled", end.sampled.then_some(true));
    it.put("steps", end.steps);
}
