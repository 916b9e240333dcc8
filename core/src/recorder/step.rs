//! Steps: the intent before the act, the outcome after it; for what the gate guards, the decision in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use super::args::{self, members};
use super::group::lock;
use super::pen::{Receipt, observed};
use super::run::Run;
use super::{approve, digest_of};
use crate::canon::fields::Fields;
use crate::canon::{Object, Value};
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::gate::{self, Act, Bound, Permit};
use crate::id::Uuid;
use crate::record::{Capture, Decision, Draft, Kind, Layer, Mode, Phase, Status, Tier, Verdict};
use crate::time::Timestamp;

/// A step that was begun. Cheap to clone; a permit that is dropped unused is recorded as `cancelled`.
#[derive(Clone)]
pub struct Step {
    pub(super) inner: Arc<Begun>,
}

impl core::fmt::Debug for Step {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Step")
            .field("step", &self.inner.draft.step)
            .finish_non_exhaustive()
    }
}

pub(super) struct Begun {
    pub(super) run: Run,
    pub(super) receipt: Option<Receipt>,
    /// What the outcome repeats of the intent.
    pub(super) draft: Draft,
    pub(super) input: Value,
    pub(super) permit: Option<Permit>,
    /// The caller has to claim the permit before it closes the step.
    pub(super) must_claim: bool,
    pub(super) state: AtomicU8,
    /// The outcome may be in the ledger although its caller got an error.
    pub(super) doubt: AtomicBool,
}

pub(super) const OPEN: u8 = 0;
pub(super) const CLOSED: u8 = 1;
/// A dry run, or lost by a recorder that only observes: closing it writes nothing.
pub(super) const VOID: u8 = 2;

const ARGUMENTS: &[&str] = &[
    "input",
    "kind",
    "params",
    "call_id",
    "step",
    "attempt",
    "approval",
    "definition",
    "tier",
    "dry_run",
    "model",
    "links",
    "actor",
    "principal",
    "conversions",
    "names",
    "text",
    "request_id",
    "live_arguments",
    "started_at",
    "trace",
    "ext",
    "artefacts",
];

/// What is about to happen, read from the caller's document.
pub(super) struct Plan {
    pub(super) draft: Draft,
    content: Object,
    gated: bool,
    permit: bool,
    dry: bool,
    live: bool,
    tier: Option<Tier>,
    approval: Option<Digest>,
    pub(super) request: Option<[u8; 32]>,
    pub(super) new_step: bool,
}

/// How opening came out.
pub(super) enum Opened {
    Intent(Receipt),
    /// The request id was used for this intent, of this step.
    Known(Receipt, Option<Uuid>),
    NotRun(Receipt),
    Refused(Error),
}

impl Run {
    /// Begins a step. `{"op": step|tool|model|permit, "name", …}`; see the reference of the waist for all members.
    ///
    /// Tools, models and permits go through the gate: the intent is durable when this returns. Answers the handle and
    /// `{record, step, input, decision?, not_run?}`.
    ///
    /// # Errors
    /// Denied (`policy.*`, `gate.*`), after the refusal was recorded; `policy.approval_missing` names the request to
    /// approve. `wire.bad_argument`, `recorder.*`, `store.*`.
    pub fn step_open(&self, arguments: &Value) -> Result<(Step, Value)> {
        self.alive()?;
        let mut plan = self.plan(&members(arguments, &["op", "name"], ARGUMENTS)?)?;
        if self.inner.lost {
            return Ok(self.void(plan, None));
        }
        let input = plan.content.get("input").cloned().unwrap_or_default();
        let name = plan.draft.name.clone().unwrap_or_default();
        let act = Act {
            name: &name,
            arguments: &input,
            tier: plan.tier,
            default_tier: self.core.tier,
        };
        if plan.gated || plan.dry {
            let mut decision = if plan.gated {
                gate::decide(self.core.policy.as_ref(), &act)
            } else {
                ungated(&act)
            };
            if plan.gated && self.core.policy.is_some() {
                plan.content.insert("request", gate::request(&act));
            }
            if plan.gated
                && !plan.dry
                && self.core.enforce
                && let Err(error) = self.may_begin()
            {
                return self.refuse(plan, error, &mut decision);
            }
            plan.draft.decision = Some(decision);
        }
        let opened = self.write_open(&plan, &act);
        if let Err(error) = &opened {
            if plan.new_step {
                plan.draft.step.map(|step| lock(&self.inner.steps).remove(&step));
            }
            if error.code() == Code::StoreOutcomeUnknown {
                let mut unclear = lock(&self.inner.unclear);
                unclear.any = true;
                unclear.requests.extend(plan.request);
            }
        }
        if let (true, true, Err(error)) = (plan.gated, self.core.enforce, &opened)
            && error.code() == Code::StoreFull
            && let Some(mut decision) = plan.draft.decision.clone()
        {
            return self.refuse(plan, error.clone(), &mut decision);
        }
        let opened = match self.core.or_lost(opened)? {
            Some(opened) => opened,
            None => return Ok(self.void(plan, None)),
        };
        if plan.gated && !plan.dry {
            let passed = matches!(opened, Opened::Intent(_));
            self.core.call(self.inner.id, plan.draft.call_id.as_deref(), passed);
        }
        match opened {
            Opened::Refused(error) => Err(error),
            Opened::NotRun(receipt) => Ok(self.void(plan, Some(receipt))),
            Opened::Intent(receipt) => Ok(self.begun(plan, receipt)),
            Opened::Known(receipt, step) => self.again(plan, receipt, step),
        }
    }

    fn plan(&self, fields: &Fields<'_>) -> Result<Plan> {
        let op = fields.need("op")?;
        let (kind, gated) = match op.text()? {
            "step" => (Kind::Code, false),
            "tool" | "permit" => (Kind::ToolCall, true),
            "model" => (Kind::ModelCall, true),
            _ => return Err(op.fail("`step`, `tool`, `model` or `permit` is expected")),
        };
        let permit = op.text()? == "permit";
        let mut content = args::content(fields, &["input", "params", "names", "text", "conversions"])?;
        let kind = match fields.get("kind") {
            None => kind,
            Some(node) => {
                let kind = node.word(Kind::parse)?;
                if !kind.is_step() {
                    return Err(node.fail("a kind of step is expected, such as `tool.call`, `retrieval` or `code`"));
                }
                kind
            }
        };
        let live = fields.maybe("live_arguments", |it| it.flag())?.unwrap_or_default();
        let dry = self.inner.mode == Mode::DryRun || fields.maybe("dry_run", |it| it.flag())?.unwrap_or_default();
        let step = fields.maybe("step", |it| it.uuid())?;
        let step = match step {
            Some(step) => step,
            None => self.core.new_id()?,
        };
        let (runtime, _) = self.name_runtime(&mut content);
        // Committed when all of the content is known.
        let mut draft = Draft::new(kind, self.core.commit(Object::new(), Vec::new())?);
        draft.run = Some(self.inner.id);
        draft.runtime = runtime;
        draft.mode = if dry { Mode::DryRun } else { self.inner.mode };
        draft.capture = if gated && self.core.enforce {
            Capture::Enforced
        } else {
            Capture::Observed
        };
        draft.step = Some(step);
        draft.attempt = fields.maybe("attempt", |it| it.int_from(1))?;
        draft.name = Some(fields.need("name")?.ident()?);
        draft.call_id = args::ident(fields, "call_id")?;
        draft.actor = fields
            .maybe("actor", |it| args::party(&it))?
            .or_else(|| self.inner.actor.clone());
        draft.principal = fields
            .maybe("principal", |it| args::party(&it))?
            .or_else(|| self.inner.principal.clone());
        draft.trace = fields
            .maybe("trace", |it| args::trace(&it))?
            .or_else(|| self.inner.trace.clone());
        draft.tool = fields.maybe("definition", |it| definition(&it))?;
        draft.model = fields.maybe("model", |it| args::model(&it))?;
        draft.links = fields.maybe("links", |it| args::links(&it))?.unwrap_or_default();
        draft.started_at = args::time(fields, "started_at")?;
        draft.ext = fields.maybe("ext", |it| args::ext(&it))?;
        draft.subjects = fields
            .maybe("artefacts", |it| args::artefacts(&it))?
            .unwrap_or_default();
        if live {
            // What runs is the caller's own object, not the recorded one: the record says so.
            let mut ext = draft.ext.take().unwrap_or_default();
            ext.insert("dev.execert/live-arguments", true);
            draft.ext = Some(ext);
        }
        let new_step = lock(&self.inner.steps).insert(step);
        Ok(Plan {
            draft,
            content,
            gated,
            permit,
            dry,
            live,
            tier: fields.maybe("tier", |it| it.word(Tier::parse))?,
            approval: fields.maybe("approval", |it| it.digest())?,
            request: fields.maybe("request_id", |it| Ok(self.core.request_tag(it.text()?)))?,
            new_step,
        })
    }

    /// Space for the outcome, and room among the permits.
    fn may_begin(&self) -> Result<()> {
        self.core.room()?;
        if self.core.permits.load(Ordering::Acquire) >= gate::PERMITS {
            return Err(Error::new(
                Code::RecorderQuota,
                "10,000 permits of this recorder are outstanding",
            ));
        }
        Ok(())
    }

    /// Records that an act may not begin for a reason of the store or a quota, if that can still be recorded.
    fn refuse(&self, mut plan: Plan, error: Error, decision: &mut Decision) -> Result<(Step, Value)> {
        decision.verdict = Verdict::Deny;
        decision.layer = Layer::Store;
        decision.reason = error.code().as_str().replace('.', "-");
        plan.draft.decision = Some(decision.clone());
        self.ready(&mut plan)?;
        plan.draft.phase = Phase::Single;
        plan.draft.status = Some(Status::Blocked);
        self.core.call(self.inner.id, plan.draft.call_id.as_deref(), false);
        let (draft, id, new) = (plan.draft, self.inner.id, plan.new_step);
        self.core.write(false, move |pen| {
            pen.add(&draft)?;
            if new {
                pen.count_step(&id);
            }
            Ok(())
        })?;
        Err(error)
    }

    /// Commits to the content of the plan.
    fn ready(&self, plan: &mut Plan) -> Result<()> {
        let seen: &[&str] = match (plan.gated, plan.live) {
            (true, false) => &["input", "request", "runtime"],
            (true, true) => &["request", "runtime"],
            (false, _) => &["runtime"],
        };
        let sources = observed(&plan.content, seen);
        plan.draft.content = self.core.commit(plan.content.clone(), sources)?;
        Ok(())
    }

    fn write_open(&self, plan: &Plan, act: &Act<'_>) -> Result<Opened> {
        let mut plan = Plan {
            draft: plan.draft.clone(),
            content: plan.content.clone(),
            ..*plan
        };
        self.ready(&mut plan)?;
        let Plan {
            mut draft,
            content,
            gated,
            dry,
            approval,
            request,
            new_step,
            ..
        } = plan;
        let verdict = draft
            .decision
            .as_ref()
            .map_or(Verdict::Allow, |decision| decision.verdict);
        let run = self.clone();
        let name = act.name.to_owned();
        let held = gated && self.core.enforce && matches!(verdict, Verdict::Approve | Verdict::Escalate) && !dry;
        let blocked = verdict != Verdict::Allow && (self.core.enforce || dry);
        let asked = if held {
            Some(approve::Ask::new(&self.core, &draft, &content, approval)?)
        } else {
            None
        };
        let thread = self.inner.thread.clone();
        self.core.write(gated && !blocked, move |pen| {
            if let Some(tag) = &request
                && let Some(row) = pen.seen(tag)?
            {
                return run.known(&row, &draft, &content);
            }
            if draft.decision.is_some() && gated {
                approve::note_policy(pen)?;
            }
            let opened = if let Some(ask) = &asked {
                approve::pass(pen, ask, &mut draft, thread.as_deref())?
            } else if blocked {
                let decision = draft.decision.clone();
                draft.phase = Phase::Single;
                draft.status = Some(Status::Blocked);
                let receipt = pen.add_for(&draft, request)?;
                let error = decision.map(|decision| gate::refused(&name, &decision, receipt.seq));
                approve::Passed::Refused(error.unwrap_or_else(|| Error::new(Code::PolicyDenied, "refused")))
            } else {
                approve::Passed::Yes
            };
            let answer = match opened {
                approve::Passed::Refused(error) => Opened::Refused(error),
                approve::Passed::Yes if dry => {
                    draft.phase = Phase::Single;
                    draft.status = Some(Status::NotRun);
                    Opened::NotRun(pen.add_for(&draft, request)?)
                }
                approve::Passed::Yes => {
                    draft.phase = Phase::Intent;
                    draft.status = None;
                    if gated && let Some(decision) = &mut draft.decision {
                        let life = i64::try_from(gate::PERMIT_MS).unwrap_or(i64::MAX);
                        let until = pen.core.host.now().millis().saturating_add(life);
                        decision.expires_at = Timestamp::from_millis(until);
                    }
                    Opened::Intent(pen.add_for(&draft, request)?)
                }
            };
            if new_step && let Some(run) = draft.run {
                pen.count_step(&run);
            }
            Ok(answer)
        })
    }

    fn answer(&self, plan: &Plan, receipt: Option<&Receipt>) -> Object {
        let mut answer = Object::new();
        answer.put("record", receipt.map(Receipt::to_value));
        answer.put("step", plan.draft.step);
        answer.put("input", plan.content.get("input").cloned());
        answer.put("decision", plan.draft.decision.as_ref().map(Decision::to_value));
        answer
    }

    /// The answer of an act that may be run: whoever asked, the verdict is `allow` now.
    pub(super) fn allowed(&self, plan: &Plan, receipt: &Receipt) -> Object {
        let mut answer = self.answer(plan, Some(receipt));
        if let Some(Value::Object(decision)) = answer.get_mut("decision")
            && plan.draft.capture == Capture::Enforced
        {
            decision.insert("verdict", Verdict::Allow.as_str());
        }
        answer
    }

    pub(super) fn begun(&self, plan: Plan, receipt: Receipt) -> (Step, Value) {
        let answer = self.allowed(&plan, &receipt);
        if plan.content.contains("runtime") {
            *lock(&self.inner.runtime) = Some(receipt.digest);
        }
        let seq = receipt.seq;
        let bound = Bound {
            chain: self.core.ledger.identity().id,
            seq: receipt.seq,
            name: plan.draft.name.clone().unwrap_or_default(),
            definition: plan.draft.tool,
            root: plan.draft.content.head.root,
        };
        let permit = plan.gated.then(|| Permit::new(bound, self.core.host.monotonic_ms()));
        if permit.is_some() {
            self.core.permits.fetch_add(1, Ordering::AcqRel);
        }
        let inner = Begun {
            run: self.clone(),
            receipt: Some(receipt),
            input: plan.content.get("input").cloned().unwrap_or_default(),
            draft: plan.draft,
            permit,
            must_claim: plan.permit && self.core.enforce,
            state: AtomicU8::new(OPEN),
            doubt: AtomicBool::new(false),
        };
        let inner = Arc::new(inner);
        lock(&self.inner.open).insert(seq, Arc::downgrade(&inner));
        (Step { inner }, Value::Object(answer))
    }

    fn void(&self, plan: Plan, receipt: Option<Receipt>) -> (Step, Value) {
        let mut answer = self.answer(&plan, receipt.as_ref());
        if plan.dry {
            answer.insert("not_run", true);
        }
        let inner = Begun {
            run: self.clone(),
            receipt,
            input: plan.content.get("input").cloned().unwrap_or_default(),
            draft: plan.draft,
            permit: None,
            must_claim: false,
            state: AtomicU8::new(VOID),
            doubt: AtomicBool::new(false),
        };
        (Step { inner: Arc::new(inner) }, Value::Object(answer))
    }
}

/// The decision of a dry run over a step that no gate guards.
fn ungated(act: &Act<'_>) -> Decision {
    let mut decision = gate::decide(None, act);
    decision.verdict = Verdict::Allow;
    decision.reason = "not-gated".to_owned();
    decision
}

/// Digest of a tool definition: the small document `{"tool":1,"name","description"?,"parameters"?}`.
pub(super) fn definition(node: &crate::canon::fields::Node<'_>) -> Result<Digest> {
    if let Some(text) = node.value().as_str() {
        return Digest::parse(text).ok_or_else(|| node.fail("a tool definition or its digest is expected"));
    }
    let fields = node.object(&["name"], &["description", "parameters", "tool"])?;
    let mut document = fields.object().clone();
    document.insert("tool", 1);
    Ok(digest_of(&Value::Object(document)))
}
