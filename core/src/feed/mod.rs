//! Events of agent frameworks become runs and steps.
//!
//! ```text
//! run-start ─► run.start      model-start … model-end ─► one model.call      tool-start ─► intent
//! run-end   ─► run.end        retrieval   … retrieval ─► one retrieval       tool-end   ─► outcome
//! ```
//! An observer tells what a framework did; it could not have stopped it, so no event makes a record `enforced`. What
//! the gate has recorded is not recorded again: the observer's event is counted in `duplicates` of the run's end.

mod bounds;
mod dedupe;
mod event;
mod messages;
mod steps;
mod tree;
mod what;

use std::any::Any;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::canon::{Object, Value};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::host::random;
use crate::object;
use crate::record::Status;
use crate::recorder::{Follower, Recorder};

use event::{Event, What, set_conversions, take_conversions};
use steps::Done;
use tree::{State, Tree};

/// The feed of one recorder. After a fork the child begins anew, without touching the parent's lock.
struct Feed {
    tree: Mutex<Tree>,
    key: [u8; 32],
    child: OnceLock<Box<Feed>>,
}

impl Feed {
    fn new(key: [u8; 32]) -> Feed {
        Feed {
            tree: Mutex::new(Tree::new(key)),
            key,
            child: OnceLock::new(),
        }
    }

    fn here(&self) -> &Feed {
        let mut feed = self;
        while let Some(child) = feed.child.get() {
            feed = child;
        }
        feed
    }

    fn lock(&self) -> MutexGuard<'_, Tree> {
        self.here().tree.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower for Feed {
    fn closing(&self, _: &Recorder) {
        // What cannot be written now is settled by the next open, as after a crash.
        self.lock().end_all("closed").ok();
    }

    fn forked(&self) {
        let here = self.here();
        here.child.get_or_init(|| Box::new(Feed::new(here.key)));
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Recorder {
    /// Takes one event of a framework: `{"feed":1,"stack","event","id","versions"?,"parent"?,"thread"?,"name"?,"call"?,
    /// "status"?,"failure"?,"capture"?: observed|reported,"content"?,"framework"?}`.
    ///
    /// Events are `run-` `node-` `model-` `tool-` each `start` `end` `error`, and `retrieval` `interrupt` `resume`
    /// `message` `lost`. Of `framework`, `plumbing` `refused` `usage` `provider` `served` `response_id` `count` `since`
    /// have places of their own; the rest is kept as it is.
    ///
    /// Answers `{"run"?, "record"?, "step"?, "duplicate"?: true}`.
    ///
    /// # Errors
    /// `recorder.source_refused` for `enforced`; `wire.bad_argument` with the path; `canon.*`, `store.*`, `recorder.*`.
    pub fn feed(&self, event: &Value) -> Result<Value> {
        self.usable()?;
        let event = Event::read(event)?;
        let key = random(&**self.host())?;
        let follower = self.follower(|| Box::new(Feed::new(key)));
        let feed = follower.as_any().downcast_ref::<Feed>();
        let feed = feed.ok_or_else(|| Error::new(Code::InternalPanic, "something else follows this recorder"))?;
        let mut tree = feed.lock();
        take(&mut tree, self, event).map(Value::Object)
    }
}

fn take(tree: &mut Tree, recorder: &Recorder, mut event: Event) -> Result<Object> {
    if event.what == What::Lost {
        return lost(recorder, &event);
    }
    if !tree.first_time(&event) {
        return Ok(duplicate(tree, &event));
    }
    if tree.ended.contains(&event.id) && !tree.nodes.contains_key(&event.id) {
        // A second observer's end of a run that has ended.
        return Ok(object! { "duplicate": true });
    }
    tree.room()?;
    let begins = !tree.nodes.contains_key(&event.id);
    let known = tree.run_of(&event);
    let mut own = false;
    let number = match (known, event.what) {
        (Some(number), _) => number,
        (None, What::Message | What::RunEnd | What::RunError) => return Ok(Object::new()),
        (None, What::Interrupt | What::Resume) => {
            let note = recorder.note(&Value::Object(steps::note(&event)))?;
            return Ok(note.as_object().cloned().unwrap_or_default());
        }
        (None, what) => {
            // A root, or something whose parent nobody has told of.
            own = what != What::RunStart;
            tree.open(recorder, &event, own)?
        }
    };
    let run = tree.runs.get(&number).map(|opened| opened.run.id());
    let ends = tree.runs.get(&number).is_some_and(|opened| opened.root == event.id) && (own || !begins);
    let (id, what, status) = (event.id.clone(), event.what, event.ending());
    let done = match event.what {
        What::RunStart if known.is_none() => {
            tree.add(number, &event, State::Frame);
            Some(Done::default())
        }
        // A run inside a run is a node of it.
        What::RunStart => {
            event.told.plumbing = false;
            tree.begin(recorder, number, event);
            Some(Done::default())
        }
        What::RunEnd | What::RunError if ends => {
            end_run(tree, number, event)?;
            return Ok(answer(run, Some(Done::default())));
        }
        What::NodeStart | What::ModelStart => {
            tree.begin(recorder, number, event);
            Some(Done::default())
        }
        What::Retrieval if event.status.is_none() => {
            tree.begin(recorder, number, event);
            Some(Done::default())
        }
        What::RunEnd
        | What::RunError
        | What::NodeEnd
        | What::NodeError
        | What::ModelEnd
        | What::ModelError
        | What::Retrieval => Some(tree.finish(recorder, number, &event)?),
        What::ToolStart => tree.tool_start(recorder, number, &event)?,
        What::ToolEnd | What::ToolError => tree.tool_end(recorder, number, &event)?,
        What::Message => {
            // That a known call is answered is no second telling of it.
            let done = tree.message(number, &event)?;
            return Ok(answer(run, Some(done.unwrap_or_default())));
        }
        What::Interrupt | What::Resume => {
            if let Some(opened) = tree.runs.get(&number) {
                opened.run.note(&Value::Object(steps::note(&event)))?;
            }
            Some(Done::default())
        }
        What::Lost => Some(Done::default()),
    };
    if done.is_none()
        && let Some(opened) = tree.runs.get_mut(&number)
    {
        opened.duplicates = opened.duplicates.saturating_add(1);
    }
    if begins && known.is_some() {
        // Told only at its end: a second telling is a duplicate.
        tree.ended_only(number, &id, what);
    }
    let over = matches!(tree.nodes.get(&id).map(|node| &node.state), None | Some(State::Done));
    let root = tree.runs.get(&number).is_some_and(|opened| opened.root == id);
    if root && over && !matches!(what, What::RunStart) {
        // A step that was a run of its own takes the run along.
        let failure = (status == Status::Failed).then_some(crate::record::Failure::Unknown);
        tree.close(number, Object::new(), status, failure)?;
    }
    Ok(answer(run, done))
}

fn end_run(tree: &mut Tree, number: u64, event: Event) -> Result<()> {
    let status = event.ending();
    let mut content = event.content;
    let mut conversions = take_conversions(&mut content);
    let scope = tree
        .runs
        .get(&number)
        .map(|opened| opened.scope.clone())
        .unwrap_or_default();
    if let Some(list) = messages::listed(content.get("output")) {
        let entries = tree.messages.entries(&scope, list);
        messages::replace(&mut content, "output", &entries, &mut conversions);
        let mut params = object! { "entries": true };
        params.put("given", content.remove("params"));
        content.insert("params", params);
    }
    set_conversions(&mut content, conversions);
    tree.close(number, content, status, event.failure)
}

fn duplicate(tree: &mut Tree, event: &Event) -> Object {
    let number = tree.run_of(event);
    let opened = number.and_then(|number| tree.runs.get_mut(&number));
    let mut out = object! { "duplicate": true };
    if let Some(opened) = opened {
        opened.duplicates = opened.duplicates.saturating_add(1);
        out.insert("run", opened.run.id());
    }
    out
}

/// What an observer could not hand over.
fn lost(recorder: &Recorder, event: &Event) -> Result<Object> {
    let since = event.told.since.unwrap_or_else(|| recorder.host().now());
    let gap = object! {
        "kind": "gap",
        "lost": Value::count(event.told.count.unwrap_or(1)),
        "since": since,
        "reason": "observer",
    };
    let note = recorder.note(&Value::Object(gap))?;
    Ok(note.as_object().cloned().unwrap_or_default())
}

fn answer(run: Option<crate::id::Uuid>, done: Option<Done>) -> Object {
    let mut out = Object::new();
    out.put("run", run);
    match done {
        None => {
            out.insert("duplicate", true);
        }
        Some(done) => {
            out.put("step", done.step);
            out.put("record", done.receipt.map(|receipt| receipt.to_value()));
        }
    }
    out
}
