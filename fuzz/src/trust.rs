//! What a reader trusts: documents, the requests they are built from, policies, keys.

use execert::canon::{Value, parse};
use execert::digest::b64;
use execert::key::{KeyId, PublicKey};
use execert::limits::Limits;
use execert::note::Vkey;
use execert::object;
use execert::trust::{Policy, Trusted, build};

use crate::base::{bundles, keys};
use crate::draw::Draw;
use crate::edit::replace;

/// What `build` makes is a trust document; a key that is read is written as it was; a quorum of all is a quorum.
pub fn check(data: &[u8]) {
    let mut draw = Draw::new(data);
    match draw.below(5) {
        0 => {
            let mut trust = draw.of(bundles()).trust.clone();
            some(&mut trust, &mut draw);
            document(&trust);
        }
        1 => {
            let mut request = request();
            some(&mut request, &mut draw);
            built(&request);
        }
        2 => {
            if let Ok(value) = parse(draw.rest(), &Limits::DOCUMENT) {
                document(&value);
                built(&value);
            }
        }
        3 => {
            if let Ok(text) = std::str::from_utf8(draw.rest()) {
                policy(text);
            }
        }
        _ => key(draw.rest()),
    }
}

/// A few changes; one of them may double the document.
fn some(value: &mut Value, draw: &mut Draw<'_>) {
    let mut changes = 0_u8;
    while !draw.is_done() && changes < 10 {
        changes = changes.saturating_add(1);
        replace(value, draw);
    }
}

fn document(value: &Value) {
    let Ok(trust) = Trusted::parse(value) else { return };
    for entry in &trust.keys {
        assert_eq!(
            trust.entry(&entry.keyid, entry.role).map(|e| &e.label),
            Some(&entry.label)
        );
        assert!(trust.names(&entry.keyid));
    }
}

fn built(request: &Value) {
    if let Ok(made) = build(request) {
        document(&made);
        Trusted::parse(&made).expect("what build makes is a trust document");
    }
}

fn policy(text: &str) {
    let Ok(policy) = Policy::parse(text) else { return };
    let none = vec![None; policy.witnesses().len()];
    let all: Vec<Option<u64>> = (1..=policy.witnesses().len()).map(|n| u64::try_from(n).ok()).collect();
    if policy.requires() {
        assert_eq!(policy.met_at(&none), None, "no cosignature meets no quorum");
        assert!(policy.met_at(&all).is_some(), "all cosignatures meet every quorum");
    }
}

fn key(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(key) = PublicKey::from_spki(bytes) {
        assert_eq!(key.spki(), bytes, "one spelling of a key");
    }
    if let Ok(key) = PublicKey::from_pem(&text) {
        let pem = key.to_pem().expect("a key is written");
        assert_eq!(
            PublicKey::from_pem(&pem).map(|again| again.spki()).ok(),
            Some(key.spki())
        );
    }
    if let Ok(key) = Vkey::parse(&text) {
        assert_eq!(key.to_string(), text, "one spelling of a verifier key");
    }
    if let Some(id) = KeyId::parse(&text) {
        assert_eq!(id.to_string(), text, "one spelling of a key id");
    }
    if let Some(id) = KeyId::parse_fingerprint(&text) {
        assert_eq!(KeyId::parse_fingerprint(&id.fingerprint()), Some(id));
    }
}

/// A request with everything in it.
fn request() -> Value {
    let witness = |at: usize, name: &str| Vkey::new(name, execert::note::Kind::Witness, keys()[at].public().clone());
    let log = Vkey::new("log.example/x", execert::note::Kind::Log, keys()[4].public().clone());
    let first = object! {
        "key": b64(&keys()[0].public().spki()), "role": "record", "label": "acme", "operator": "acme", "own": true,
        "revocation": "none",
    };
    let pem = keys()[1].public().to_pem().expect("a key is written");
    let second = object! { "key": keys()[3].public().keyid().fingerprint(), "role": "approver" };
    let south = object! { "key": witness(7, "south.example/w").to_string(), "name": "s", "operator": "south" };
    let known = object! { "origin": "log.example/x", "size": 7, "root": "ab".repeat(32) };
    Value::Object(object! {
        "keys": vec![Value::Object(first), Value::from(pem), Value::Object(second)],
        "witnesses": vec![Value::from(witness(6, "north.example/w").to_string()), Value::Object(south)],
        "logs": vec![Value::from(log.to_string())],
        "quorum": 2,
        "known": vec![Value::Object(known)],
        "max_age_s": 60,
    })
}
