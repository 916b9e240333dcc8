//! One sentence a record: who asked for what, what was decided, what came of it. Times are the recorder's claim.

use super::clean::{Sink, clean};
use crate::canon::{Value, to_jcs};

/// What a record says, as a row of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Its seq in the chain.
    pub seq: u64,
    /// `12:30:04`, claimed by the recorder.
    pub when: String,
    /// A word for what it is: done, failed, blocked, asked, approved, …
    pub mark: &'static str,
    /// The sentence.
    pub text: String,
}

/// The most letters of an input or output in a sentence.
const SHOWN: usize = 72;

/// The sentence of one record, from its predicate and what of its content is shown.
pub fn story(predicate: &Value, content: Option<&Value>) -> Sentence {
    let text = |pointer: &str| predicate.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let seen = |member: &str| match content.and_then(|content| content.get(member)) {
        None | Some(Value::Null) => String::new(),
        Some(value) => format!(" {}", shown(value)),
    };
    let (kind, phase, status) = (text("/kind"), text("/phase"), text("/status"));
    let name = clean(text("/name"), Sink::Terminal, 80);
    let reason = text("/decision/reason");
    let because = if reason.is_empty() {
        String::new()
    } else {
        format!(" ({reason})")
    };
    let (mark, text) = match (kind, phase, status) {
        ("chain.open", ..) => ("opened", format!("ledger of {} opened", text("/tenant"))),
        ("chain.seal", ..) => ("sealed", "ledger sealed: nothing can follow".into()),
        ("run.start", ..) => ("started", format!("run started{}", seen("input"))),
        ("run.end", ..) => ("ended", format!("run ended: {status}{}", seen("output"))),
        ("approval.request", ..) => ("asks", format!("approval asked for {name}{}", seen("input"))),
        ("approval", ..) => ("answered", format!("request {}", text("/body/verdict"))),
        ("escalation", ..) => ("escalated", format!("request passed on to {}", text("/body/to"))),
        ("decision", ..) => (
            text_of(text("/decision/verdict")),
            format!("decided on {name}{because}"),
        ),
        ("erasure", ..) => ("erased", format!("content erased: {}", text("/body/reason"))),
        ("note", ..) => ("noted", format!("note: {}{}", text("/body/event"), seen("text"))),
        ("gap", ..) => ("gap", format!("records were lost: {}", text("/body/reason"))),
        ("heartbeat", ..) => ("heartbeat", "heartbeat".into()),
        (_, "intent", _) => ("allowed", format!("{name}{} may run{because}", seen("input"))),
        (_, "outcome", "ok") => ("done", format!("{name} returned{}", seen("output"))),
        (_, "outcome", other) => (outcome(other), format!("{name}: {other}{}", seen("error"))),
        (_, _, "blocked") => ("blocked", format!("{name}{} was refused{because}", seen("input"))),
        (_, _, "not_run") => ("dry run", format!("{name}{} would have run{because}", seen("input"))),
        (_, _, "ok") => ("done", format!("{name}{}", seen("output"))),
        (other, _, status) => (outcome(status), format!("{} {name}", clean(other, Sink::Terminal, 40))),
    };
    let recorded = predicate
        .pointer("/recorded_at")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Sentence {
        seq: predicate
            .pointer("/chain/seq")
            .and_then(Value::as_int)
            .unwrap_or_default(),
        when: recorded.get(11..19).unwrap_or_default().to_owned(),
        mark,
        text,
    }
}

fn outcome(status: &str) -> &'static str {
    match status {
        "ok" => "done",
        "failed" => "failed",
        "cancelled" => "cancelled",
        "unknown" => "unknown",
        _ => "noted",
    }
}

fn text_of(verdict: &str) -> &'static str {
    match verdict {
        "allow" => "allowed",
        "deny" => "denied",
        "approve" => "asks",
        _ => "escalated",
    }
}

fn shown(value: &Value) -> String {
    let text = String::from_utf8(to_jcs(value)).unwrap_or_default();
    clean(&text, Sink::Terminal, SHOWN)
}
