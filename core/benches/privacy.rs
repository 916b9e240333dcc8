//! The secret scanner: at most 3 microseconds for each kilobyte of content.
//!
//! `cargo bench -p execert --bench privacy`; the throughput column has to stay above 333 MB/s.
#![expect(clippy::unwrap_used, reason = "a bench may stop")]
#![allow(
    missing_docs,
    clippy::allow_attributes,
    reason = "divan's attribute writes public functions"
)]

use divan::Bencher;
use divan::counter::BytesCount;
use execert::canon::{Value, parse, to_jcs};
use execert::limits::Limits;
use execert::privacy::Profile;

fn main() {
    divan::main();
}

/// A chat of an agent: prose, arguments, ids, times.
fn chat() -> Value {
    let turn = r#"{"role":"user","content":"My order ORD-20931-AB from 2026-03-04 has not arrived. I paid 129.90 EUR and the parcel service says it was delivered on Tuesday, which is not true. Please check with the warehouse and tell me when I can expect it, or refund the money to the card that I used. Thank you for your help with this matter."},
        {"role":"assistant","content":"I am sorry to hear that. I will look up the order and the shipment first.","tool_calls":[{"id":"call_abCDefGH12ijKLmn34opQRst","name":"crm.lookup","arguments":{"order":"ORD-20931-AB","at":"2026-03-06T12:31:00.000Z"}}]},
        {"role":"tool","tool_call_id":"call_abCDefGH12ijKLmn34opQRst","content":"{\"id\":\"0197b8c2-6a1e-7c51-9d5e-0b7e1a2c3d4e\",\"state\":\"shipped\",\"carrier\":\"DHL\",\"url\":\"https://example.com/track?id=993812\"}"}"#;
    let text = format!(r#"{{"input":{{"messages":[{}]}}}}"#, vec![turn; 60].join(","));
    parse(text.as_bytes(), &Limits::DOCUMENT).unwrap()
}

/// One long text, as a tool reads it from a file.
fn page() -> Value {
    let line = "The committee agreed, after a long discussion, that the report of 2025 is to be published in March. ";
    let text = format!(r#"{{"output":"{}"}}"#, line.repeat(640));
    parse(text.as_bytes(), &Limits::DOCUMENT).unwrap()
}

/// Hashes and ids only: what costs most.
fn ids() -> Value {
    let id =
        r#""9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","0197b8c2-6a1e-7c51-9d5e-0b7e1a2c3d4e""#;
    let text = format!(r#"{{"output":[{}]}}"#, vec![id; 600].join(","));
    parse(text.as_bytes(), &Limits::DOCUMENT).unwrap()
}

#[divan::bench(args = ["chat", "page", "ids"])]
fn scan(bencher: Bencher<'_, '_>, what: &str) {
    let content = match what {
        "chat" => chat(),
        "page" => page(),
        _ => ids(),
    };
    let profile = Profile::default();
    assert_eq!(profile.hide(&content), Vec::new());
    bencher
        .counter(BytesCount::new(to_jcs(&content).len()))
        .bench(|| profile.hide(divan::black_box(&content)));
}
