//! Records of steps: models, retrievals and nodes by one record at their end, tools by intent and outcome.

use super::dedupe::Start;
use super::event::{Event, Told, What, set_conversions, take_conversions};
use super::messages::{self, Entries};
use super::tree::{Begun, Running, State, Tree, move_params};
use crate::canon::{Object, Value};
use crate::error::Result;
use crate::id::Uuid;
use crate::object;
use crate::record::{Capture, Decision, Draft, Failure, Kind, Layer, Phase, Status, Tier, Verdict};
use crate::recorder::{Observed, Receipt, Recorder, Run, intent_link};

/// What the answer to an event names.
#[derive(Default)]
pub(super) struct Done {
    pub(super) receipt: Option<Receipt>,
    pub(super) step: Option<Uuid>,
}

impl Tree {
    /// A model, retrieval or node begins: nothing is written yet.
    pub(super) fn begin(&mut self, recorder: &Recorder, number: u64, event: Event) {
        let begun = Begun {
            kind: kind_of(event.what),
            name: event.name.clone().unwrap_or_else(|| "unnamed".to_owned()),
            capture: event.capture,
            at: recorder.host().now(),
            content: Object::new(),
            told: Told::default(),
        };
        let plumbing = event.told.plumbing && event.what == What::NodeStart;
        self.add(number, &event, State::Frame);
        if plumbing {
            return;
        }
        if let Some(node) = self.nodes.get_mut(&event.id) {
            node.state = State::Waiting(Box::new(Begun {
                content: event.content,
                told: event.told,
                ..begun
            }));
        }
    }

    /// It ends: its one record.
    pub(super) fn finish(&mut self, recorder: &Recorder, number: u64, event: &Event) -> Result<Done> {
        let mut begun = match self.take(&event.id, State::Done) {
            Some(State::Waiting(begun)) => Some(*begun),
            Some(_) => return Ok(Done::default()),
            None => None,
        };
        let mut content = begun
            .as_mut()
            .map(|begun| core::mem::take(&mut begun.content))
            .unwrap_or_default();
        let Some(opened) = self.runs.get(&number) else {
            return Ok(Done::default());
        };
        let (run, scope) = (opened.run.clone(), opened.scope.clone());
        let name = begun
            .as_ref()
            .map(|begun| begun.name.clone())
            .or_else(|| event.name.clone());
        let kind = begun.as_ref().map_or_else(|| kind_of(event.what), |begun| begun.kind);
        let mut draft = step_draft(&run, kind, name.as_deref().unwrap_or("unnamed"), event.capture)?;
        end(&mut draft, event);
        draft.started_at = begun.as_ref().map(|begun| begun.at);
        draft.ended_at = Some(recorder.host().now());
        draft.usage.clone_from(&event.told.usage);
        let start = begun.as_ref().map(|begun| &begun.told);
        if kind == Kind::ModelCall {
            draft.model = Some(event.told.model(start, draft.name.as_deref().unwrap_or("unnamed")));
        }
        let rest = [start.map(|told| &told.rest), Some(&event.told.rest)];
        let mut conversions = take_conversions(&mut content);
        for (member, value) in event.content.iter() {
            if member != "conversions" {
                content.insert(member, value.clone());
            }
        }
        conversions.extend(take_conversions(&mut event.content.clone()));
        let entries = match messages::listed(content.get("input")) {
            Some(list) if kind == Kind::ModelCall => Some(self.messages.entries(&scope, list)),
            _ => None,
        };
        if let Some(entries) = &entries {
            messages::replace(&mut content, "input", entries, &mut conversions);
        }
        set_conversions(&mut content, conversions);
        params(&mut content, &rest, entries.is_some());
        let response = messages::response(content.get("output")).cloned();
        let (step, receipt) = write(&run, draft, content)?;
        if kind == Kind::ModelCall {
            self.answered(&scope, entries.as_ref(), response.as_ref(), receipt.as_ref());
        }
        Ok(Done {
            receipt,
            step: Some(step),
        })
    }

    /// Remembers what a model was told, what it answered, and the calls that it proposed.
    fn answered(
        &mut self,
        scope: &str,
        entries: Option<&Entries>,
        response: Option<&Value>,
        receipt: Option<&Receipt>,
    ) {
        if let (Some(entries), Some(receipt)) = (entries, receipt) {
            self.messages.remember(scope, receipt.digest, entries, response);
        }
        let answers = match response {
            Some(Value::Array(list)) => list.as_slice(),
            Some(one) => core::slice::from_ref(one),
            None => &[],
        };
        for call in answers
            .iter()
            .filter_map(|answer| answer.get("tool_calls")?.as_array())
            .flatten()
        {
            if let Some(id) = call.get("id").and_then(Value::as_str) {
                self.proposed.insert(format!("{scope}/{id}"));
            }
        }
    }

    /// A tool begins: its intent, unless the gate or another observer has told of this call. None: known.
    pub(super) fn tool_start(&mut self, recorder: &Recorder, number: u64, event: &Event) -> Result<Option<Done>> {
        let Some(opened) = self.runs.get_mut(&number) else {
            return Ok(None);
        };
        let (run, scope) = (opened.run.clone(), opened.scope.clone());
        let mut attempt = None;
        if let Some(call) = &event.call {
            let (_, allowed) = run.gate_calls(call);
            match self.attempts.start((&scope, call), &event.stack, run.id(), allowed) {
                Start::New(n) => attempt = (n > 1).then_some(n),
                Start::Known => {
                    self.add(number, event, State::Known);
                    return Ok(None);
                }
            }
        }
        let name = event.name.clone().unwrap_or_else(|| "unnamed".to_owned());
        let at = recorder.host().now();
        let mut draft = step_draft(&run, Kind::ToolCall, &name, event.capture)?;
        draft.phase = Phase::Intent;
        draft.status = None;
        draft.call_id.clone_from(&event.call);
        draft.attempt = attempt;
        draft.started_at = Some(at);
        let (step, receipt) = write(&run, draft, own_content(event))?;
        let state = match &receipt {
            Some(receipt) => State::Running(Box::new(Running {
                name,
                call: event.call.clone(),
                capture: event.capture,
                attempt,
                step,
                intent: (receipt.digest, receipt.seq),
                at,
            })),
            // Its intent is lost, so its outcome cannot be told either; both are counted.
            None => State::Done,
        };
        self.add(number, event, state);
        Ok(Some(Done {
            receipt,
            step: Some(step),
        }))
    }

    /// A tool ends: its outcome. None: another record tells it.
    pub(super) fn tool_end(&mut self, recorder: &Recorder, number: u64, event: &Event) -> Result<Option<Done>> {
        let state = self.take(&event.id, State::Done);
        let Some(opened) = self.runs.get(&number) else {
            return Ok(None);
        };
        let run = opened.run.clone();
        let running = match state {
            Some(State::Known | State::Frame) => return Ok(None),
            Some(State::Running(running)) => *running,
            Some(State::Waiting(_) | State::Done) => return Ok(Some(Done::default())),
            None => return self.tool_without_start(&run, event).map(Some),
        };
        let mut draft = step_draft(&run, Kind::ToolCall, &running.name, running.capture)?;
        draft.phase = Phase::Outcome;
        draft.step = Some(running.step);
        draft.call_id.clone_from(&running.call);
        draft.attempt = running.attempt;
        draft.started_at = Some(running.at);
        draft.ended_at = Some(recorder.host().now());
        draft.links = vec![intent_link(running.intent.0, running.intent.1)];
        end(&mut draft, event);
        if event.told.refused.is_some() {
            // The framework stopped it after it had told that it begins: the body did not run.
            draft.status = Some(Status::Cancelled);
            draft.failure = None;
        }
        let content = own_content(event);
        let receipt = run.observe(Observed {
            draft,
            content: content.clone(),
            new_step: false,
        })?;
        if let Some(reason) = &event.told.refused {
            let call = running.call.as_deref();
            return refusal(&run, &running.name, call, reason, (event.capture, content)).map(Some);
        }
        Ok(Some(Done {
            receipt,
            step: Some(running.step),
        }))
    }

    fn tool_without_start(&mut self, run: &Run, event: &Event) -> Result<Done> {
        let name = event.name.as_deref().unwrap_or("unnamed");
        if let Some(reason) = &event.told.refused {
            return refusal(
                run,
                name,
                event.call.as_deref(),
                reason,
                (event.capture, own_content(event)),
            );
        }
        let mut draft = step_draft(run, Kind::ToolCall, name, event.capture)?;
        draft.call_id.clone_from(&event.call);
        end(&mut draft, event);
        let (step, receipt) = write(run, draft, own_content(event))?;
        Ok(Done {
            receipt,
            step: Some(step),
        })
    }

    /// A tool's answer in the conversation: if no record tells of the call, the framework answered in its place.
    /// None: nothing new.
    pub(super) fn message(&mut self, number: u64, event: &Event) -> Result<Option<Done>> {
        let Some(call) = &event.call else { return Ok(None) };
        let Some(opened) = self.runs.get(&number) else {
            return Ok(None);
        };
        let (run, scope) = (opened.run.clone(), opened.scope.clone());
        let told = event.told.refused.as_deref();
        // Nodes hand on old history, also that of earlier runs: a call that a model of this thread proposed is answered
        // once, and what the framework says it refused was refused once.
        let key = format!("{scope}/{call}");
        if !self.proposed.remove(&key) && (told.is_none() || self.answered.contains(&key)) {
            return Ok(None);
        }
        self.answered.insert(key);
        if run.gate_calls(call).0 > 0 || !self.attempts.first(&scope, call, run.id()) {
            return Ok(None);
        }
        let name = event.name.as_deref().unwrap_or("unnamed");
        let reason = told.unwrap_or("blocked-elsewhere");
        refusal(&run, name, Some(call), reason, (event.capture, own_content(event))).map(Some)
    }

    fn take(&mut self, id: &str, next: State) -> Option<State> {
        self.nodes
            .get_mut(id)
            .map(|node| core::mem::replace(&mut node.state, next))
    }
}

/// A step whose end nobody will see.
pub(super) fn unfinished(run: &Run, begun: Begun) -> Result<()> {
    let mut draft = step_draft(run, begun.kind, &begun.name, begun.capture)?;
    draft.status = Some(Status::Unknown);
    draft.started_at = Some(begun.at);
    if begun.kind == Kind::ModelCall {
        draft.model = Some(begun.told.model(None, &begun.name));
    }
    let mut content = begun.content;
    params(&mut content, &[Some(&begun.told.rest)], false);
    write(run, draft, content).map(drop)
}

/// What did not run because the framework, or something in it, said no.
fn refusal(
    run: &Run,
    name: &str,
    call: Option<&str>,
    reason: &str,
    (capture, content): (Capture, Object),
) -> Result<Done> {
    let mut draft = step_draft(run, Kind::ToolCall, name, capture)?;
    draft.call_id = call.map(str::to_owned);
    draft.status = Some(Status::Blocked);
    draft.decision = Some(Decision {
        verdict: Verdict::Deny,
        layer: Layer::Framework,
        tier: Tier::Moderate,
        reason: reason.to_owned(),
        deciding: Vec::new(),
        policy: None,
        schema: None,
        engine: None,
        engine_version: None,
        obligations: Vec::new(),
        expires_at: None,
    });
    let (step, receipt) = write(run, draft, content)?;
    Ok(Done {
        receipt,
        step: Some(step),
    })
}

fn kind_of(what: What) -> Kind {
    match what {
        What::ModelStart | What::ModelEnd | What::ModelError => Kind::ModelCall,
        What::ToolStart | What::ToolEnd | What::ToolError => Kind::ToolCall,
        What::Retrieval => Kind::Retrieval,
        _ => Kind::WorkflowNode,
    }
}

fn step_draft(run: &Run, kind: Kind, name: &str, capture: Capture) -> Result<Draft> {
    let mut draft = run.draft(kind, capture)?;
    draft.step = Some(run.new_step()?);
    draft.name = Some(name.to_owned());
    Ok(draft)
}

fn end(draft: &mut Draft, event: &Event) {
    let status = event.ending();
    let default = if draft.kind == Kind::ToolCall {
        Failure::ToolError
    } else {
        Failure::Unknown
    };
    draft.status = Some(status);
    draft.failure = (status == Status::Failed).then(|| event.failure.unwrap_or(default));
}

/// The content of an event that is one record.
fn own_content(event: &Event) -> Object {
    let mut content = event.content.clone();
    let conversions = take_conversions(&mut content);
    set_conversions(&mut content, conversions);
    params(&mut content, &[Some(&event.told.rest)], false);
    content
}

/// `params` of a record: what the caller gave, what the framework told beside it, and whether messages are entries.
/// They never mix, so that nothing a user gives can look like ours.
fn params(content: &mut Object, rest: &[Option<&Object>], entries: bool) {
    let mut params = Object::new();
    params.put("given", content.remove("params"));
    let told: Object = rest.iter().flatten().flat_map(|rest| (*rest).clone()).collect();
    params.put("framework", (!told.is_empty()).then_some(told));
    params.put("entries", entries.then_some(true));
    move_params(content);
    if !params.is_empty() {
        content.insert("params", params);
    }
}

fn write(run: &Run, draft: Draft, content: Object) -> Result<(Uuid, Option<Receipt>)> {
    let step = draft.step.map_or_else(|| run.new_step(), Ok)?;
    let receipt = run.observe(Observed {
        draft,
        content,
        new_step: true,
    })?;
    Ok((step, receipt))
}

/// What an interrupt or resume says.
pub(super) fn note(event: &Event) -> Object {
    let mut content = own_content(event);
    let mut arguments = object! { "kind": "note", "event": event.what.as_str() };
    for member in ["input", "output", "params", "names", "text", "conversions"] {
        arguments.put(member, content.remove(member));
    }
    arguments
}
