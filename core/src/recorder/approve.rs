//! Approvals: the request, the answer, and the one use of it.
//!
//! A request holds the act's arguments; its record digest commits to tool, definition and arguments. An approver signs
//! that digest. The act may run once, if its `/input` has the same value hash under the request's seed.

use super::open::{predicate, read_envelope};
use super::pen::{Pen, observed};
use super::{Core, own_note};
use crate::canon::{Object, Value, parse, to_jcs};
use crate::codes::Code;
use crate::content;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::gate;
use crate::key::{KeyId, PublicKey};
use crate::limits::Limits;
use crate::object;
use crate::record::{ApprovalVerdict, Body, Decision, Draft, Kind, Link, Phase, Status, Tier, Verdict};
use crate::store::{Request, RequestQuery, RequestState};
use crate::time::Timestamp;

/// Life of a request and of an approval, ms; and the longest that an approver may choose.
pub(super) const LIFE_MS: i64 = 60 * 60 * 1_000;
pub(super) const LONGEST_MS: i64 = 24 * 60 * 60 * 1_000;

/// Whether an act that needs an approval may go on.
pub(super) enum Passed {
    Yes,
    Refused(Error),
}

/// What is asked, prepared outside the turn.
pub(super) struct Ask {
    decision: Decision,
    /// The request record's content and seed; kept until used or expired, whatever the profile.
    content: Object,
    seed: [u8; 32],
    draft: Draft,
    escalated: bool,
    explicit: Option<Digest>,
}

impl Ask {
    pub(super) fn new(core: &Core, act: &Draft, content: &Object, explicit: Option<Digest>) -> Result<Ask> {
        let missing = || Error::new(Code::InternalPanic, "an act without a decision");
        let decision = act.decision.clone().ok_or_else(missing)?;
        let mut asked = Object::new();
        for name in ["input", "request"] {
            asked.put(name, content.get(name).cloned());
        }
        let sources = observed(&asked, &["input", "request"]);
        let (committed, seed) = core.commit_with_seed(asked.clone(), sources)?;
        let escalated = decision.verdict == Verdict::Escalate;
        let mut draft = Draft::new(Kind::ApprovalRequest, committed);
        draft.run = act.run;
        draft.mode = act.mode;
        draft.step = act.step;
        draft.attempt = act.attempt;
        draft.name.clone_from(&act.name);
        draft.call_id.clone_from(&act.call_id);
        draft.actor.clone_from(&act.actor);
        draft.principal.clone_from(&act.principal);
        draft.trace.clone_from(&act.trace);
        draft.runtime = act.runtime;
        draft.tool = act.tool;
        draft.decision = Some(decision.clone());
        let policy = core.policy.as_ref();
        let role = if escalated {
            policy.and_then(|policy| policy.escalation().first().cloned())
        } else {
            policy.and_then(|policy| policy.approvers().first().map(|approver| approver.role.clone()))
        };
        let until = core.host.now().millis().saturating_add(LIFE_MS);
        draft.body = Body::ApprovalRequest {
            role: role.unwrap_or_else(|| "approver".to_owned()),
            quorum: if escalated { 2 } else { 1 },
            expires_at: Timestamp::from_millis(until).unwrap_or_else(|| core.host.now()),
        };
        Ok(Ask {
            decision,
            content: asked,
            seed,
            draft,
            escalated,
            explicit,
        })
    }
}

/// The request that this act may be for: the one named, or the last open one of the same thread and call.
fn find(pen: &Pen<'_>, ask: &Ask, thread: Option<&str>) -> Result<Option<Request>> {
    if let Some(digest) = &ask.explicit {
        return pen.request(digest);
    }
    let Some(call_id) = ask.draft.call_id.clone() else {
        return Ok(None);
    };
    let query = RequestQuery {
        thread: thread.map(str::to_owned),
        call_id: Some(call_id),
        ..Default::default()
    };
    let found = pen.core.ledger.requests(&query)?.into_iter().rev();
    let now = pen.core.host.now().millis();
    for request in found.filter(|request| request.thread.as_deref() == thread) {
        let Some(request) = pen.request(&request.digest)? else {
            continue;
        };
        if matches!(
            state_at(&request, now),
            RequestState::Waiting | RequestState::Approved | RequestState::Refused
        ) {
            return Ok(Some(request));
        }
    }
    Ok(None)
}

/// Decides inside the turn whether the act is approved; if not, records the request or the refusal.
///
/// # Errors
/// `store.*`.
pub(super) fn pass(pen: &mut Pen<'_>, ask: &Ask, act: &mut Draft, thread: Option<&str>) -> Result<Passed> {
    let Some(mut request) = find(pen, ask, thread)? else {
        return Ok(Passed::Refused(open(pen, ask, thread, None)?));
    };
    let now = pen.core.host.now();
    let asked = pen
        .row(request.seq)?
        .map(|row| predicate(&row.envelope))
        .transpose()?
        .unwrap_or_default();
    let definition = asked
        .get("tool")
        .and_then(|tool| tool.get("definition"))
        .and_then(Value::as_str);
    let same_tool = asked.get("name").and_then(Value::as_str) == act.name.as_deref();
    let same_definition = definition == act.tool.map(|digest| digest.to_string()).as_deref();
    let same_input = same_input(&request, &asked, ask);
    match state_at(&request, now.millis()) {
        RequestState::Used => {
            let error = Error::new(Code::GatePermitReused, "this approval was used before");
            return block(pen, (act, ask), "permit-reused", &request, error);
        }
        RequestState::Refused => {
            let error = Error::new(Code::PolicyDenied, "the approver refused");
            return block(pen, (act, ask), "approval-refused", &request, error);
        }
        RequestState::Expired => return Ok(Passed::Refused(open(pen, ask, thread, None)?)),
        RequestState::Waiting | RequestState::Approved => {}
    }
    if !same_tool {
        let error = Error::new(Code::GatePermitMismatch, "the approval is for another tool");
        return block(pen, (act, ask), "permit-mismatch", &request, error);
    }
    if !same_definition {
        let error = Error::new(
            Code::GateToolChanged,
            "the tool's definition is not the one that was approved",
        );
        return block(pen, (act, ask), "tool-changed", &request, error);
    }
    if !same_input {
        if ask.explicit.is_some() {
            let error = Error::new(Code::GatePermitMismatch, "the approval is for other arguments");
            return block(pen, (act, ask), "permit-mismatch", &request, error);
        }
        // Edited arguments are a new request: whoever approves sees those.
        let old = Link {
            rel: "supersedes".to_owned(),
            digest: request.digest,
            chain: None,
            seq: Some(request.seq),
        };
        request.state = RequestState::Expired;
        pen.set_request(request);
        return Ok(Passed::Refused(open(pen, ask, thread, Some(old))?));
    }
    let granted = granted(pen, ask, &request, now)?;
    if granted.is_empty() {
        let text = format!(
            "`{}` still waits for an approval",
            act.name.as_deref().unwrap_or_default()
        );
        let error = Error::new(Code::PolicyApprovalMissing, text).request(request.digest.to_string());
        return block(pen, (act, ask), "approval-missing", &request, error);
    }
    act.decision = Some(gate::approved(&ask.decision));
    act.links.extend(granted.into_iter().map(|digest| Link {
        rel: "approved-by".to_owned(),
        digest,
        chain: None,
        seq: None,
    }));
    act.links.push(Link {
        rel: "authorised-by".to_owned(),
        digest: request.digest,
        chain: None,
        seq: Some(request.seq),
    });
    request.state = RequestState::Used;
    pen.set_request(request);
    Ok(Passed::Yes)
}

/// Records a refusal that rests on an approval, with a link to its request.
fn block(
    pen: &mut Pen<'_>,
    (act, ask): (&Draft, &Ask),
    reason: &str,
    request: &Request,
    error: Error,
) -> Result<Passed> {
    let mut draft = act.clone();
    draft.phase = Phase::Single;
    draft.status = Some(Status::Blocked);
    draft.decision = Some(if reason == "approval-missing" {
        Decision {
            reason: reason.to_owned(),
            ..ask.decision.clone()
        }
    } else {
        gate::not_covered(&ask.decision, reason)
    });
    let (digest, seq) = (request.digest, Some(request.seq));
    draft.links.push(Link {
        rel: "triggered-by".to_owned(),
        digest,
        chain: None,
        seq,
    });
    pen.add(&draft)?;
    Ok(Passed::Refused(error))
}

/// Records a new request; answers the error that names it.
fn open(pen: &mut Pen<'_>, ask: &Ask, thread: Option<&str>, supersedes: Option<Link>) -> Result<Error> {
    let mut draft = ask.draft.clone();
    draft.links.extend(supersedes);
    let receipt = pen.add(&draft)?;
    let expires = match &draft.body {
        Body::ApprovalRequest { expires_at, .. } => Some(expires_at.millis()),
        _ => None,
    };
    pen.set_request(Request {
        seq: receipt.seq,
        digest: receipt.digest,
        thread: thread.map(str::to_owned),
        call_id: draft.call_id.clone(),
        tool: draft.name.clone(),
        expires,
        content: Some(to_jcs(&Value::Object(ask.content.clone()))),
        seed: Some(ask.seed),
        state: RequestState::Waiting,
        approvals: Vec::new(),
    });
    if ask.escalated {
        let mut up = Draft::new(Kind::Escalation, pen.nothing()?);
        up.run = draft.run;
        up.mode = draft.mode;
        up.runtime = draft.runtime;
        let to = match &draft.body {
            Body::ApprovalRequest { role, .. } => role.clone(),
            _ => "approver".to_owned(),
        };
        up.body = Body::Escalation {
            to,
            request: receipt.digest,
        };
        pen.add(&up)?;
    }
    let name = draft.name.as_deref().unwrap_or_default();
    Ok(gate::refused(name, &ask.decision, receipt.seq).request(receipt.digest.to_string()))
}

/// The arguments have the value hash that they have in the request: put into its content, they give its root.
fn same_input(request: &Request, asked: &Object, ask: &Ask) -> bool {
    let (Some(kept), Some(seed)) = (&request.content, &request.seed) else {
        return false;
    };
    let Ok(Value::Object(mut content)) = parse(kept, &Limits::DOCUMENT) else {
        return false;
    };
    content.remove("input");
    content.put("input", ask.content.get("input").cloned());
    let root = asked
        .get("content")
        .and_then(|head| head.get("root"))
        .and_then(Value::as_str);
    Some(crate::digest::hex(&content::commit(&Value::Object(content), seed)).as_str()) == root
}

/// The approval documents that open the gate: signed by distinct approvers of the policy, in time, enough of them.
fn granted(pen: &Pen<'_>, ask: &Ask, request: &Request, now: Timestamp) -> Result<Vec<Digest>> {
    let Some(policy) = &pen.core.policy else {
        return Ok(Vec::new());
    };
    let quorum = if ask.escalated { 2 } else { 1 };
    let mut trusted: Vec<(KeyId, usize)> = policy.approvers().iter().map(|approver| (approver.key, 0)).collect();
    let mut signers: Vec<KeyId> = Vec::new();
    let mut good = Vec::new();
    // A delegation may stand after what rests on it, so look until nothing new is found.
    for _ in 0..=request.approvals.len() {
        let before = (trusted.len(), good.len());
        for digest in &request.approvals {
            let Some(bytes) = pen.core.ledger.document(digest)? else {
                continue;
            };
            let Some(answer) = Answer::read(&bytes, |keyid| spki(pen, keyid))? else {
                continue;
            };
            let Some((_, depth)) = trusted.iter().find(|(key, _)| *key == answer.signer).copied() else {
                continue;
            };
            if answer.request != request.digest || answer.expires_at < now || answer.signer == pen.core.keyid {
                continue;
            }
            match answer.verdict {
                ApprovalVerdict::Approved if !signers.contains(&answer.signer) => {
                    signers.push(answer.signer);
                    good.push(*digest);
                }
                ApprovalVerdict::Delegated => {
                    let covers = answer.covers(ask.draft.name.as_deref().unwrap_or_default(), ask.decision.tier);
                    let next = depth.saturating_add(1);
                    if let Some(to) = answer.to
                        && covers
                        && next <= answer.depth.min(3)
                        && !trusted.iter().any(|(key, _)| *key == to)
                    {
                        trusted.push((to, next));
                    }
                }
                _ => {}
            }
        }
        if before == (trusted.len(), good.len()) {
            break;
        }
    }
    Ok(if signers.len() >= quorum { good } else { Vec::new() })
}

/// The key of an approver, kept beside the chain under its id.
fn spki(pen: &Pen<'_>, keyid: &KeyId) -> Result<Option<PublicKey>> {
    let kept = pen.core.ledger.document(&Digest::from_bytes(*keyid.as_bytes()))?;
    Ok(kept.and_then(|der| PublicKey::from_spki(&der).ok()))
}

/// An approval document whose signature holds.
struct Answer {
    request: Digest,
    verdict: ApprovalVerdict,
    expires_at: Timestamp,
    signer: KeyId,
    to: Option<KeyId>,
    tools: Vec<String>,
    tier: Option<Tier>,
    depth: usize,
}

impl Answer {
    fn read(bytes: &[u8], key: impl Fn(&KeyId) -> Result<Option<PublicKey>>) -> Result<Option<Answer>> {
        let envelope = read_envelope(bytes)?;
        let Ok(statement) = parse(&envelope.payload, &Limits::PAYLOAD) else {
            return Ok(None);
        };
        let Some(told) = statement.get("predicate") else {
            return Ok(None);
        };
        let text = |name: &str| told.get(name).and_then(Value::as_str);
        let Some(signer) = text("key").and_then(KeyId::parse) else {
            return Ok(None);
        };
        let Some(public) = key(&signer)? else { return Ok(None) };
        let holds = envelope
            .signature_by(&signer)
            .is_some_and(|signature| public.verify(&envelope.pae(), signature));
        let parsed = (
            text("request").and_then(Digest::parse),
            text("verdict").and_then(ApprovalVerdict::parse),
            text("expires_at").and_then(Timestamp::parse),
        );
        let (true, (Some(request), Some(verdict), Some(expires_at))) = (holds, parsed) else {
            return Ok(None);
        };
        let tools = told.get("tools").and_then(Value::as_array).unwrap_or_default();
        Ok(Some(Answer {
            request,
            verdict,
            expires_at,
            signer,
            to: text("to").and_then(KeyId::parse),
            tools: tools.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            tier: text("tier").and_then(Tier::parse),
            depth: told
                .get("depth")
                .and_then(Value::as_int)
                .and_then(|it| usize::try_from(it).ok())
                .unwrap_or_default(),
        }))
    }

    fn covers(&self, tool: &str, tier: Tier) -> bool {
        self.tools.iter().any(|one| one == tool) && self.tier.is_some_and(|most| tier <= most)
    }
}

/// How far a request is at a time: one that nobody answered lapses.
pub(super) fn state_at(request: &Request, now_ms: i64) -> RequestState {
    let open = matches!(request.state, RequestState::Waiting | RequestState::Approved);
    if open && request.expires.is_some_and(|until| until < now_ms) {
        RequestState::Expired
    } else {
        request.state
    }
}

/// A request for `find`.
pub(super) fn describe(request: &Request) -> Value {
    let mut out = object! {
        "digest": request.digest,
        "seq": Value::count(request.seq),
        "state": request.state.as_str(),
    };
    out.put("tool", request.tool.as_deref());
    out.put("thread", request.thread.as_deref());
    out.put("call_id", request.call_id.as_deref());
    out.put("expires", request.expires.and_then(Timestamp::from_millis));
    let content = request
        .content
        .as_deref()
        .and_then(|bytes| parse(bytes, &Limits::DOCUMENT).ok());
    out.put("input", content.and_then(|content| content.get("input").cloned()));
    Value::Object(out)
}

/// Before the first decision under another policy: a note that it changed, and the policy's text beside the chain.
pub(super) fn note_policy(pen: &mut Pen<'_>) -> Result<()> {
    let core = pen.core;
    let digest = core.policy.as_ref().map(crate::policy::Policy::digest);
    if pen.policy() == digest {
        return Ok(());
    }
    let mut draft = own_note(core, "policy-changed", Object::new())?;
    if let (Some(policy), Some(digest)) = (&core.policy, digest) {
        draft.links.push(Link {
            rel: "governed-by".to_owned(),
            digest,
            chain: None,
            seq: None,
        });
        pen.keep(digest, to_jcs(policy.to_value()));
    }
    pen.add(&draft)?;
    pen.set_policy(digest);
    Ok(())
}
