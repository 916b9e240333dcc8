//! The run tree: which of the framework's ids belongs to which run, and what is open in it.

use std::collections::{BTreeMap, VecDeque};

use super::bounds::{NODES, RUNS, Recent};
use super::dedupe::Attempts;
use super::event::{Event, What};
use super::messages::Messages;
use crate::canon::{Object, Value};
use crate::digest::Digest;
use crate::error::Result;
use crate::id::Uuid;
use crate::object;
use crate::record::{Capture, Kind, Status};
use crate::recorder::{Recorder, Run};
use crate::time::Timestamp;

/// Everything that one recorder's feed remembers.
pub(super) struct Tree {
    pub(super) runs: BTreeMap<u64, Opened>,
    pub(super) nodes: BTreeMap<String, Node>,
    order: VecDeque<(u64, String)>,
    next: u64,
    pub(super) attempts: Attempts,
    pub(super) messages: Messages,
    pub(super) ended: Recent,
    /// `thread/call` of calls that a model proposed.
    pub(super) proposed: Recent,
    /// `thread/call` of calls whose answer was seen.
    pub(super) answered: Recent,
    pub(super) limits: (usize, usize),
}

/// A run of the recorder that the feed has opened.
pub(super) struct Opened {
    pub(super) run: Run,
    pub(super) root: String,
    /// Thread, else the run's id: what calls and messages are told apart by.
    pub(super) scope: String,
    pub(super) duplicates: u64,
}

/// One of the framework's ids in an open run.
pub(super) struct Node {
    /// Number of its run.
    pub(super) run: u64,
    pub(super) state: State,
    /// Events told so far, by their bit.
    pub(super) told: u32,
}

pub(super) enum State {
    /// The root, or a part of the framework that is no step.
    Frame,
    /// A step that is told by one record, at its end.
    Waiting(Box<Begun>),
    /// A tool that runs: its intent is on disk.
    Running(Box<Running>),
    /// The same call has a record already: by the gate, or by another observer.
    Known,
    /// It has ended.
    Done,
}

/// What is told of a step before it ends.
pub(super) struct Begun {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) capture: Capture,
    pub(super) content: Object,
    pub(super) told: super::event::Told,
    pub(super) at: Timestamp,
}

/// The intent of a tool.
pub(super) struct Running {
    pub(super) name: String,
    pub(super) call: Option<String>,
    pub(super) capture: Capture,
    pub(super) attempt: Option<u64>,
    pub(super) step: Uuid,
    pub(super) intent: (Digest, u64),
    pub(super) at: Timestamp,
}

impl Tree {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Tree {
            runs: BTreeMap::new(),
            nodes: BTreeMap::new(),
            order: VecDeque::new(),
            next: 0,
            attempts: Attempts::default(),
            messages: Messages::new(key),
            ended: Recent::ended(),
            proposed: Recent::calls(),
            answered: Recent::calls(),
            limits: (RUNS, NODES),
        }
    }

    /// The run that an event belongs to: that of its own id, else of its parent.
    pub(super) fn run_of(&self, event: &Event) -> Option<u64> {
        let node = self
            .nodes
            .get(&event.id)
            .or_else(|| self.nodes.get(event.parent.as_ref()?))?;
        Some(node.run)
    }

    /// Notes that an event has come; false if it has come before.
    pub(super) fn first_time(&mut self, event: &Event) -> bool {
        // A node hands on several messages.
        if event.what == What::Message {
            return true;
        }
        // A retrieval is told twice under one name: without a status, and with one.
        let answer = event.what == What::Retrieval && event.status.is_some();
        let at = What::ALL.iter().position(|what| *what == event.what).unwrap_or(0);
        let at = if answer { What::ALL.len() } else { at };
        let bit = u32::try_from(at).ok().and_then(|at| 1u32.checked_shl(at)).unwrap_or(0);
        match self.nodes.get_mut(&event.id) {
            Some(node) if node.told & bit != 0 => false,
            Some(node) => {
                node.told |= bit;
                true
            }
            None => true,
        }
    }

    /// Puts an id into a run.
    pub(super) fn add(&mut self, run: u64, event: &Event, state: State) {
        let node = Node { run, state, told: 0 };
        if self.nodes.insert(event.id.clone(), node).is_none() {
            self.order.push_back((run, event.id.clone()));
        }
        self.first_time(event);
    }

    /// Remembers an id whose begin nobody has told.
    pub(super) fn ended_only(&mut self, run: u64, id: &str, what: What) {
        let end = !matches!(what, What::Message | What::Interrupt | What::Resume);
        if end && !self.nodes.contains_key(id) && self.runs.contains_key(&run) {
            let at = if what == What::Retrieval {
                Some(What::ALL.len())
            } else {
                What::ALL.iter().position(|it| *it == what)
            };
            let bit = at.and_then(|at| 1u32.checked_shl(u32::try_from(at).ok()?)).unwrap_or(0);
            self.nodes.insert(
                id.to_owned(),
                Node {
                    run,
                    state: State::Done,
                    told: bit,
                },
            );
            self.order.push_back((run, id.to_owned()));
        }
    }

    /// Begins a run of the recorder.
    pub(super) fn open(&mut self, recorder: &Recorder, event: &Event, orphan: bool) -> Result<u64> {
        while self.runs.len() >= self.limits.0 {
            self.evict()?;
        }
        let name = event.name.clone().unwrap_or_else(|| "unnamed".to_owned());
        let mut arguments = object! { "name": name };
        arguments.put("thread", event.thread.as_deref());
        let whole = event.what == What::RunStart;
        let mut params = object! { "stack": event.stack.as_str() };
        params.put("versions", event.versions.clone());
        if whole {
            for member in ["input", "names", "text", "conversions"] {
                arguments.put(member, event.content.get(member).cloned());
            }
            params.put("given", event.content.get("params").cloned());
            params.put(
                "framework",
                (!event.told.rest.is_empty()).then(|| event.told.rest.clone()),
            );
        }
        arguments.insert("params", params);
        move_params(&mut arguments);
        let run = recorder.run_open(&Value::Object(arguments))?;
        if orphan {
            run.note(&Value::Object(object! { "kind": "note", "event": "orphan" }))?;
        }
        let scope = event.thread.clone().unwrap_or_else(|| run.id().to_string());
        let number = self.next;
        self.next = self.next.saturating_add(1);
        self.runs.insert(
            number,
            Opened {
                run,
                root: event.id.clone(),
                scope,
                duplicates: 0,
            },
        );
        Ok(number)
    }

    /// Ends a run: what is open in it becomes `unknown`, and all of it is forgotten.
    pub(super) fn close(
        &mut self,
        number: u64,
        content: Object,
        status: Status,
        failure: Option<crate::record::Failure>,
    ) -> Result<()> {
        self.settle(number)?;
        let Some(opened) = self.runs.get(&number) else {
            return Ok(());
        };
        opened.run.end_observed(content, status, failure, opened.duplicates)?;
        self.drop_run(number);
        Ok(())
    }

    fn drop_run(&mut self, number: u64) {
        let Some(opened) = self.runs.remove(&number) else {
            return;
        };
        self.nodes.retain(|_, node| node.run != number);
        self.order.retain(|(run, _)| *run != number);
        self.attempts.end(opened.run.id());
        if opened.run.thread().is_none() {
            self.messages.forget(&opened.scope);
        }
        self.ended.insert(opened.root);
    }

    /// Steps that wait for an end nobody will see; tools are settled with the run.
    fn settle(&mut self, number: u64) -> Result<()> {
        let mut waiting = Vec::new();
        for node in self.nodes.values_mut().filter(|node| node.run == number) {
            if let State::Waiting(_) = node.state
                && let State::Waiting(begun) = core::mem::replace(&mut node.state, State::Done)
            {
                waiting.push(begun);
            }
        }
        let Some(opened) = self.runs.get(&number) else {
            return Ok(());
        };
        for begun in waiting {
            super::steps::unfinished(&opened.run, *begun)?;
        }
        Ok(())
    }

    /// Ends the oldest run as `incomplete`.
    pub(super) fn evict(&mut self) -> Result<()> {
        match self.runs.keys().next().copied() {
            Some(oldest) => self.close(oldest, object! { "text": "evicted" }, Status::Incomplete, None),
            None => Ok(()),
        }
    }

    /// Makes room for one step more: those that have ended go first, then the oldest run.
    pub(super) fn room(&mut self) -> Result<()> {
        if self.nodes.len() < self.limits.1 {
            return Ok(());
        }
        let nodes = &mut self.nodes;
        self.order.retain(|(_, id)| {
            let done = nodes.get(id).is_none_or(|node| matches!(node.state, State::Done));
            if done {
                nodes.remove(id);
            }
            !done
        });
        while self.nodes.len() >= self.limits.1 && !self.runs.is_empty() {
            self.evict()?;
        }
        Ok(())
    }

    /// Ends all runs as `incomplete`: the recorder closes.
    pub(super) fn end_all(&mut self, why: &str) -> Result<()> {
        let open: Vec<u64> = self.runs.keys().copied().collect();
        for number in open {
            self.close(number, object! { "text": why }, Status::Incomplete, None)?;
        }
        Ok(())
    }
}

/// The caller's own `params` stand one level deeper than where their conversions say.
pub(super) fn move_params(content: &mut Object) {
    let Some(Value::Array(pairs)) = content.get_mut("conversions") else {
        return;
    };
    for pair in pairs {
        if let Value::Array(parts) = pair
            && let Some(Value::String(pointer)) = parts.first_mut()
            && (pointer == "/params" || pointer.starts_with("/params/"))
        {
            pointer.insert_str("/params".len(), "/given");
        }
    }
}
