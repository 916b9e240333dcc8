//! One event of a framework, as integrations hand it in.

use crate::canon::fields::{Codes, Fields, Node};
use crate::canon::{Object, Value, cmp_utf16, pointer_tokens};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::record::{Capture, Failure, Model, Status, Usage};
use crate::recorder::args::usage;
use crate::time::Timestamp;

pub(super) use super::what::What;

/// An event that was read and found right.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) what: What,
    pub(super) stack: String,
    pub(super) versions: Option<Value>,
    pub(super) id: String,
    pub(super) parent: Option<String>,
    pub(super) thread: Option<String>,
    pub(super) name: Option<String>,
    pub(super) call: Option<String>,
    pub(super) status: Option<Status>,
    pub(super) failure: Option<Failure>,
    pub(super) capture: Capture,
    pub(super) content: Object,
    pub(super) told: Told,
}

/// What the member `framework` says that has a place of its own in a record.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) plumbing: bool,
    pub(super) refused: Option<String>,
    pub(super) usage: Option<Usage>,
    pub(super) provider: Option<String>,
    pub(super) served: Option<String>,
    pub(super) response_id: Option<String>,
    pub(super) count: Option<u64>,
    pub(super) since: Option<Timestamp>,
    /// Everything else: ids and positions of the framework.
    pub(super) rest: Object,
}

const MEMBERS: &[&str] = &[
    "versions",
    "parent",
    "thread",
    "name",
    "call",
    "status",
    "failure",
    "capture",
    "content",
    "framework",
];
/// Members of content that an observer may tell.
const CONTENT: &[&str] = &["input", "output", "error", "params", "names", "text", "conversions"];
/// Letters of a framework's own id.
const ID: usize = 1_024;

impl Event {
    /// Reads `{"feed":1,"stack","event","id",…}`.
    ///
    /// # Errors
    /// `recorder.source_refused` for who says how a value came here, or claims `enforced`; `wire.bad_argument` for
    /// unknown members and wrong values, each with its path.
    pub(super) fn read(value: &Value) -> Result<Event> {
        let root = Node::root(value, "", Codes::one(Code::WireBadArgument));
        for place in ["", "/content"] {
            for name in ["source", "sources"] {
                let path = format!("{place}/{name}");
                if value.pointer(&path).is_some() {
                    let text = "only the recorder says how a value came here";
                    return Err(Error::new(Code::RecorderSourceRefused, text).at(path));
                }
            }
        }
        let fields = root.object(&["feed", "stack", "event", "id"], MEMBERS)?;
        let version = fields.need("feed")?;
        if version.int()? != 1 {
            return Err(version.fail("the version of an event is 1"));
        }
        let id = |node: Node<'_>| {
            node.parsed("an id of the framework is 1 to 1,024 bytes", |text| {
                (!text.is_empty() && text.len() <= ID).then(|| text.to_owned())
            })
        };
        let ident = |name: &str| fields.maybe(name, |node| node.ident());
        Ok(Event {
            what: fields.need("event")?.word(What::parse)?,
            stack: fields.need("stack")?.ident()?,
            versions: fields.maybe("versions", |node| {
                node.any_object().map(|it| it.object().clone().into())
            })?,
            id: id(fields.need("id")?)?,
            parent: fields.maybe("parent", id)?,
            thread: ident("thread")?,
            name: ident("name")?,
            call: ident("call")?,
            status: fields.maybe("status", status)?,
            failure: fields.maybe("failure", |node| node.word(Failure::parse))?,
            capture: fields.maybe("capture", capture)?.unwrap_or(Capture::Observed),
            content: fields.maybe("content", content)?.unwrap_or_default(),
            told: fields.maybe("framework", told)?.unwrap_or_default(),
        })
    }

    /// How it ended: what the event says, else failed for an error and ok for anything else.
    pub(super) fn ending(&self) -> Status {
        let failed = matches!(
            self.what,
            What::RunError | What::NodeError | What::ModelError | What::ToolError
        );
        self.status.unwrap_or(if failed { Status::Failed } else { Status::Ok })
    }
}

fn status(node: Node<'_>) -> Result<Status> {
    let status = node.word(Status::parse)?;
    match status {
        Status::Ok | Status::Failed | Status::Cancelled | Status::Unknown => Ok(status),
        _ => Err(node.fail("an event ends as ok, failed, cancelled or unknown")),
    }
}

fn capture(node: Node<'_>) -> Result<Capture> {
    match node.word(Capture::parse)? {
        Capture::Enforced => {
            let text = "only the gate makes a record `enforced`";
            Err(Error::new(Code::RecorderSourceRefused, text).at(node.path()))
        }
        capture => Ok(capture),
    }
}

fn content(node: Node<'_>) -> Result<Object> {
    let fields = node.object(&[], CONTENT)?;
    let mut out = fields.object().clone();
    if let Some(error) = fields.get("error") {
        error.any_object()?;
    }
    out.remove("conversions");
    if let Some(node) = fields.get("conversions") {
        out.insert("conversions", conversions(node)?);
    }
    Ok(out)
}

fn conversions(node: Node<'_>) -> Result<Vec<Value>> {
    node.list_or_empty(|pair| match pair.value().as_array() {
        Some([Value::String(pointer), Value::String(_)]) if pointer_tokens(pointer).is_some() => {
            Ok(pair.value().clone())
        }
        _ => Err(pair.fail("a pair [pointer, word] is expected")),
    })
}

/// Sets `conversions`, sorted and each place once, from those of several events; none leaves the member out.
pub(super) fn set_conversions(content: &mut Object, pairs: Vec<Value>) {
    let place = |pair: &Value| {
        pair.as_array()
            .and_then(|it| it.first()?.as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    let mut pairs: Vec<(String, Value)> = pairs.into_iter().map(|pair| (place(&pair), pair)).collect();
    pairs.sort_by(|(a, _), (b, _)| cmp_utf16(a, b));
    pairs.dedup_by(|(a, _), (b, _)| a == b);
    content.remove("conversions");
    if !pairs.is_empty() {
        content.insert(
            "conversions",
            pairs.into_iter().map(|(_, pair)| pair).collect::<Vec<_>>(),
        );
    }
}

/// Takes the conversions out.
pub(super) fn take_conversions(content: &mut Object) -> Vec<Value> {
    match content.remove("conversions") {
        Some(Value::Array(pairs)) => pairs,
        _ => Vec::new(),
    }
}

fn told(node: Node<'_>) -> Result<Told> {
    let fields = node.any_object()?;
    let ident = |name: &str| fields.maybe(name, |node| node.ident());
    let told = Told {
        plumbing: fields.maybe("plumbing", |node| node.flag())?.unwrap_or_default(),
        refused: ident("refused")?,
        usage: fields.maybe("usage", |node| usage(&node))?,
        provider: ident("provider")?,
        served: ident("served")?,
        response_id: ident("response_id")?,
        count: fields.maybe("count", |node| node.int_from(1))?,
        since: fields.maybe("since", |node| node.time())?,
        rest: Object::new(),
    };
    let own = [
        "plumbing",
        "refused",
        "usage",
        "provider",
        "served",
        "response_id",
        "count",
        "since",
    ];
    let rest = |fields: &Fields<'_>| {
        let members = fields.object().iter().filter(|(name, _)| !own.contains(name));
        members.map(|(name, value)| (name.to_owned(), value.clone())).collect()
    };
    Ok(Told {
        rest: rest(&fields),
        ..told
    })
}

impl Told {
    /// The model of a call, as far as it is told.
    pub(super) fn model(&self, start: Option<&Told>, name: &str) -> Model {
        let pick =
            |own: &Option<String>, other: Option<&Option<String>>| own.clone().or_else(|| other.cloned().flatten());
        Model {
            provider: pick(&self.provider, start.map(|it| &it.provider)).unwrap_or_else(|| "unknown".to_owned()),
            requested: name.to_owned(),
            served: pick(&self.served, start.map(|it| &it.served)),
            response_id: pick(&self.response_id, start.map(|it| &it.response_id)),
        }
    }
}
