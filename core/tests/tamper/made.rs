//! The bundles that are changed: written by the recorder, and checked under a trust that knows its keys.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use execert::canon::{Value, to_jcs};
use execert::digest::b64;
use execert::key::Signer;
use execert::recorder::{Recorder, Run};
use execert::verify::check;

use crate::common::{TestHost, json, key, open, options, pem, policy};
use crate::edit::apart;

pub(crate) const SECRET: &str = "Rosalind Quillfeather";

/// A bundle in lines, with what it is checked under.
pub(crate) struct Made {
    pub(crate) lines: Vec<Vec<u8>>,
    pub(crate) trust: Value,
    pub(crate) options: Value,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Manifest,
    Material,
    Document,
    Record(u64),
}

impl Made {
    pub(crate) fn new(bundle: &[u8]) -> Made {
        let spki = |n| b64(&key(n).key().spki());
        let trust = format!(
            r#"{{"trust":1,"keys":[{{"spki":"{}","role":"record","label":"service","revocation":"none"}},
                {{"spki":"{}","role":"approver","label":"manager","revocation":"none"}}]}}"#,
            spki(1),
            spki(2)
        );
        Made {
            lines: bundle
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .map(<[u8]>::to_vec)
                .collect(),
            trust: json(&trust),
            options: json(r#"{"now":"2026-03-20T00:00:00.000Z"}"#),
        }
    }

    pub(crate) fn what(&self, number: usize) -> What {
        let line = apart(&self.lines[number]);
        let kind = line
            .pointer("/payload/predicateType")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match kind.rsplit_once("dev/").map(|(_, kind)| kind) {
            Some("bundle/v1") => What::Manifest,
            Some("record/v1") => What::Record(line.pointer("/payload/predicate/chain/seq").unwrap().as_int().unwrap()),
            Some(_) => What::Document,
            None => What::Material,
        }
    }

    pub(crate) fn records(&self) -> Vec<usize> {
        (0..self.lines.len())
            .filter(|n| matches!(self.what(*n), What::Record(_)))
            .collect()
    }

    /// The report of these lines.
    pub(crate) fn report(&self, lines: &[Vec<u8>]) -> Value {
        let mut bytes = lines.join(&b'\n');
        bytes.push(b'\n');
        self.report_of(&bytes)
    }

    pub(crate) fn report_of(&self, mut bytes: &[u8]) -> Value {
        check(&mut bytes, &self.trust, &self.options).unwrap().to_value()
    }

    /// The report with one line exchanged.
    pub(crate) fn with_line(&self, number: usize, line: Vec<u8>) -> Value {
        let mut lines = self.lines.clone();
        lines[number] = line;
        self.report(&lines)
    }
}

/// The exit code that a report says.
pub(crate) fn exit(report: &Value) -> u64 {
    report.get("exit").unwrap().as_int().unwrap()
}

pub(crate) fn text(report: &Value) -> String {
    String::from_utf8(to_jcs(report)).unwrap()
}

fn step(run: &Run, document: &str, close: &str) {
    let (step, _) = run.step_open(&json(document)).unwrap();
    step.close(&json(close)).unwrap();
}

fn note(recorder: &Recorder, document: &str, pem: Option<String>) {
    let mut document = json(document);
    if let Some(pem) = pem {
        document.as_object_mut().unwrap().insert("key", pem);
    }
    recorder.note(&document).unwrap();
}

/// A whole chain: 50 records, every kind there is.
pub(crate) fn chain() -> Made {
    let host = TestHost::new();
    host.step.store(7, Ordering::SeqCst);
    let recorder = open(&host, &options(&format!(r#"{{"policy":{}}}"#, policy())));
    let run = recorder
        .run_open(&json(&format!(
            r#"{{"name":"refund-4471","thread":"t1","input":{{"ticket":4471,"customer":"{SECRET}"}},"actor":{{"type":"agent","id":"refunds"}},
                "principal":{{"type":"human","id":"p-17"}},"trace":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "ext":{{"com.example/ticket":4471}},"names":{{"customer":"{SECRET}"}}}}"#
        )))
        .unwrap();
    step(
        &run,
        r#"{"op":"tool","name":"crm.lookup","input":{"customer":"c-17","fields":["name","tier"]},"call_id":"call_1","definition":{"name":"crm.lookup"}}"#,
        &format!(
            r#"{{"output":{{"name":"{SECRET}","tier":"gold","score":0.75,"tags":[]}},"usage":{{"duration_us":1200}}}}"#
        ),
    );
    step(
        &run,
        r#"{"op":"model","name":"gpt-5","model":{"provider":"example","requested":"gpt-5"},"input":{"messages":[{"role":"user","content":"hi"}]},"params":{"temperature":0.2}}"#,
        r#"{"output":{"text":"refund"},"model":{"served":"gpt-5-a","response_id":"r1"},"usage":{"input_tokens":10,"output_tokens":3,"cost_micros":12,"unit":"usd"}}"#,
    );
    for kind in [
        "retrieval",
        "embedding",
        "agent.call",
        "workflow.node",
        "http",
        "code",
        "human.input",
    ] {
        let document =
            format!(r#"{{"op":"step","kind":"{kind}","name":"{kind}.a","input":{{"query":"{kind}","top":3}}}}"#);
        step(&run, &document, r#"{"output":{"hits":[1,2.5,null,true]}}"#);
    }
    for n in 0..2 {
        let document = format!(r#"{{"op":"tool","name":"crm.history","input":{{"page":{n}}},"tier":"low"}}"#);
        step(&run, &document, r#"{"output":{"rows":[["a",1],["b",2]],"next":null}}"#);
    }
    let (failing, _) = run
        .step_open(&json(r#"{"op":"tool","name":"crm.write","input":{"a":1}}"#))
        .unwrap();
    failing
        .close(&json(
            r#"{"error":{"type":"Timeout","message":"no answer"},"failure":"timeout"}"#,
        ))
        .unwrap();
    run.step_open(&json(r#"{"op":"tool","name":"rm","input":{"path":"/"}}"#))
        .unwrap_err();
    step(
        &run,
        r#"{"op":"tool","name":"crm.dry","input":{"b":2},"dry_run":true}"#,
        "{}",
    );
    let refund = r#"{"op":"permit","name":"payments.refund","input":{"amount":900,"order":"o-9"},"call_id":"c1"}"#;
    let waits = run.step_open(&json(refund)).unwrap_err();
    let request = waits.request_digest().unwrap().to_owned();
    note(
        &recorder,
        &format!(r#"{{"kind":"escalation","to":"director","request":"{request}"}}"#),
        None,
    );
    note(&recorder, &format!(r#"{{"approve":"{request}"}}"#), Some(pem(2)));
    let (permit, _) = run.step_open(&json(refund)).unwrap();
    permit.claim().unwrap();
    permit.close(&json(r#"{"output":{"ok":true}}"#)).unwrap();
    run.note(&json(
        r#"{"kind":"decision","verdict":"deny","reason":"unknown-tool","name":"other.tool"}"#,
    ))
    .unwrap();
    run.note(&json(r#"{"kind":"plan","event":"imported"}"#)).unwrap();
    run.close(&json(r#"{"output":{"done":true}}"#)).unwrap();
    let other = "sha256:0101010101010101010101010101010101010101010101010101010101010101";
    note(
        &recorder,
        &format!(
            r#"{{"kind":"link","links":[{{"rel":"com.example/ledger","digest":"{other}"}}],"text":{{"why":"the other ledger"}}}}"#
        ),
        None,
    );
    note(
        &recorder,
        r#"{"kind":"gap","lost":2,"since":"2026-03-06T00:00:00.000Z","reason":"disk"}"#,
        None,
    );
    let erased = recorder.find(&json(r#"{"runs":{"name":"refund-4471"}}"#)).unwrap();
    assert_eq!(erased.pointer("/runs").unwrap().as_array().unwrap().len(), 1);
    recorder
        .erase(&json(r#"{"records":[4],"reason":"request","authority":"dpo"}"#))
        .unwrap();
    host.wall.fetch_sub(86_400_000, Ordering::SeqCst);
    note(
        &recorder,
        r#"{"event":"handoff","text":{"to":"the night shift"}}"#,
        None,
    );
    for n in [4, 5] {
        note(&recorder, r#"{"kind":"key.add"}"#, Some(pem(n)));
    }
    let keyid = |n| key(n).key().keyid();
    note(
        &recorder,
        &format!(r#"{{"kind":"key.retire","keyid":"{}"}}"#, keyid(4)),
        None,
    );
    note(
        &recorder,
        &format!(
            r#"{{"kind":"key.revoke","keyid":"{}","reason":"lost","as_of_seq":40}}"#,
            keyid(5)
        ),
        None,
    );
    recorder.seal().unwrap();
    let mut bundle = Vec::new();
    recorder.export(&json(r#"{"chain":true}"#), &mut bundle).unwrap();
    Made::new(&bundle)
}

/// Two runs of one chain in which eight wrote in turn.
pub(crate) fn runs() -> Made {
    let host = TestHost::new();
    host.step.store(3, Ordering::SeqCst);
    let recorder = open(&host, &options(&format!(r#"{{"policy":{}}}"#, policy())));
    let runs: Vec<Run> = (0..8)
        .map(|n| {
            recorder
                .run_open(&json(&format!(
                    r#"{{"name":"run-{n}","input":{{"n":{n},"who":"{SECRET}"}}}}"#
                )))
                .unwrap()
        })
        .collect();
    for round in 0..3 {
        let mut open = Vec::new();
        for (n, run) in runs.iter().enumerate() {
            let document = format!(r#"{{"op":"tool","name":"crm.a{round}","input":{{"n":{n},"list":[{round},"x"]}}}}"#);
            open.push(run.step_open(&json(&document)).unwrap().0);
        }
        for (n, step) in open.iter().enumerate().rev() {
            step.close(&json(&format!(r#"{{"output":{{"sum":{}}}}}"#, n + round)))
                .unwrap();
        }
    }
    for run in &runs {
        run.close(&json(r#"{"output":{"done":true}}"#)).unwrap();
    }
    let mut bundle = Vec::new();
    let ids = format!(r#"{{"run":["{}","{}"]}}"#, runs[2].id(), runs[5].id());
    recorder.export(&json(&ids), &mut bundle).unwrap();
    Made::new(&bundle)
}

/// How many records of each kind.
pub(crate) fn kinds(made: &Made) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for number in made.records() {
        let line = apart(&made.lines[number]);
        let kind = line
            .pointer("/payload/predicate/kind")
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned();
        *kinds.entry(kind).or_insert(0) += 1;
    }
    kinds
}
