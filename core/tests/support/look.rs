//! What the tests of checking ask of a report.

use execert::canon::Value;
use execert::object;
use execert::report::Report;
use execert::verify::check;

use super::{Chain, note, now, time, trust};

pub fn with(member: &str, value: impl Into<Value>) -> Value {
    let mut options = object! { "now": time(86_400) };
    options.insert(member, value);
    Value::Object(options)
}

pub fn look(bundle: &[u8], trust: &Value, options: &Value) -> Report {
    check(&mut &bundle[..], trust, options).unwrap()
}

/// A sealed chain with one run of `pairs` intents and outcomes, and a heartbeat.
pub fn sealed(pairs: usize) -> Chain {
    let mut chain = Chain::open(1);
    let run = chain.run();
    for _ in 0..pairs {
        chain.pair(run);
    }
    chain.beat(|_| {});
    chain.end(run);
    chain.seal();
    chain
}

/// The bundle of a chain with a checkpoint of north and south over all of it, under trust in both.
pub fn witnessed(chain: &Chain) -> Report {
    let checkpoint = chain.checkpoint(chain.records.len(), &[("north", 3_600), ("south", 3_700)]);
    look(
        &chain.bundle(0, &[note(&checkpoint)]),
        &trust(&["north", "south"], 2),
        &now(),
    )
}

pub fn axis(report: &Report, name: &str) -> String {
    report
        .to_value()
        .get("axes")
        .unwrap()
        .get(name)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}
