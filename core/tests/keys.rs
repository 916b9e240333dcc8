//! The keys of a chain, as checking follows them: who has to sign what, since when a key counts, and until when.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod support;

use execert::canon::{Value, parse};
use execert::digest::{Digest, b64};
use execert::error::Result;
use execert::key::{PublicKey, SecretKey, Signer};
use execert::limits::Limits;
use execert::object;
use execert::record::{ApprovalVerdict, Body, KeyEntry, KeyRole, Kind, seal_document};
use execert::statement::{DocumentKind, Subject};

use support::look::{look, witnessed};
use support::{Chain, codes, key, note, now, time, trust, vkey};

/// Signs something else than it is asked to.
struct Liar(SecretKey);

impl Signer for Liar {
    fn key(&self) -> &PublicKey {
        self.0.key()
    }

    fn sign(&self, _: &[u8]) -> Result<[u8; 64]> {
        self.0.sign(b"something else")
    }
}

/// A key of small order: its one signature fits half of all messages.
struct Weak(PublicKey);

impl Signer for Weak {
    fn key(&self) -> &PublicKey {
        &self.0
    }

    fn sign(&self, _: &[u8]) -> Result<[u8; 64]> {
        Ok([0; 64])
    }
}

fn adds(name: &str) -> Body {
    Body::KeyAdd(KeyEntry {
        spki: key(name).public().clone(),
        role: KeyRole::Record,
        not_after: None,
    })
}

fn add(chain: &mut Chain, name: &str, signers: &[&dyn Signer]) -> usize {
    chain.add_by(Kind::KeyAdd, None, adds(name), signers, |_| {})
}

fn event(chain: &mut Chain, by: &'static str) -> usize {
    let before = chain.signer;
    chain.signer = by;
    let at = chain.push(Kind::Note, Body::Note { event: "x".into() }, |_| {});
    chain.signer = before;
    at
}

fn retire(chain: &mut Chain, name: &str) -> usize {
    let body = Body::KeyRetire {
        keyid: key(name).public().keyid(),
    };
    chain.push(Kind::KeyRetire, body, |_| {})
}

/// A chain whose record 1 adds the second key, signed by these; the second key signs record 2.
fn with_second(signers: &[&dyn Signer]) -> Chain {
    let mut chain = Chain::open(1);
    add(&mut chain, "second", signers);
    event(&mut chain, "second");
    chain.seal();
    chain
}

/// The file with one more line at its end.
fn and(bundle: Vec<u8>, line: &[u8]) -> Vec<u8> {
    [bundle.as_slice(), line, b"\n"].concat()
}

#[test]
fn both_keys_sign_the_addition() {
    let (old, new, stranger) = (key("record"), key("second"), key("stranger"));
    assert_eq!(codes(&witnessed(&with_second(&[&old, &new]))), []);
    // A signature by a key that nobody has says nothing.
    assert_eq!(codes(&witnessed(&with_second(&[&old, &new, &stranger]))), []);
    let wrong = (7, "record.signature_mismatch", Some(1));
    let unknown = (7, "key.unknown", Some(2));
    // Without that of the new key, or of the old one: what it adds is added by nobody.
    assert_eq!(codes(&witnessed(&with_second(&[&old]))), [wrong, unknown]);
    // One that is there and does not hold, whoever's it is.
    assert_eq!(
        codes(&witnessed(&with_second(&[&Liar(key("record")), &new]))),
        [wrong, unknown]
    );
    assert_eq!(
        codes(&witnessed(&with_second(&[&old, &Liar(key("second"))]))),
        [wrong, unknown]
    );
    assert_eq!(
        codes(&witnessed(&with_second(&[&old, &new, &Liar(key("log"))]))),
        [wrong, unknown]
    );
}

#[test]
fn a_weak_key_is_told_as_such() {
    let weak = Weak(PublicKey::from_raw(core::array::from_fn(|n| u8::from(n == 0))).unwrap());
    let entry = KeyEntry {
        spki: weak.0.clone(),
        role: KeyRole::Record,
        not_after: None,
    };
    let mut chain = Chain::open(1);
    let old = key("record");
    chain.add_by(Kind::KeyAdd, None, Body::KeyAdd(entry), &[&old, &weak], |_| {});
    chain.add_by(Kind::Note, None, Body::Note { event: "x".into() }, &[&weak], |_| {});
    chain.seal();
    let found = codes(&witnessed(&chain));
    assert!(found.contains(&(7, "key.weak", Some(2))), "{found:?}");
    // In another's record it is a signature that does not hold.
    assert!(found.contains(&(7, "record.signature_mismatch", Some(1))), "{found:?}");
}

/// Another record at the seq that adds a key is not signed by that key.
#[test]
fn a_key_counts_after_the_record_that_adds_it() {
    let (old, new) = (key("record"), key("second"));
    let mut chain = Chain::open(1);
    add(&mut chain, "second", &[&old, &new]);
    chain.seal();
    let material = [note(&chain.checkpoint(3, &[("north", 3_600), ("south", 3_700)]))];
    let trust = trust(&["north", "south"], 2);
    let found = |seq: usize| {
        let mut other = Chain::open(1);
        if seq == 2 {
            add(&mut other, "second", &[&old, &new]);
        }
        let at = event(&mut other, "second");
        assert_eq!(at, seq);
        let line = other.records.get(at).unwrap().line(false);
        codes(&look(&and(chain.bundle(0, &material), &line), &trust, &now()))
    };
    assert!(found(1).contains(&(7, "key.unknown", Some(1))), "{:?}", found(1));
    let later = found(2);
    assert!(later.iter().all(|(_, code, _)| *code != "key.unknown"), "{later:?}");
    assert!(later.contains(&(4, "chain.forked", Some(2))), "{later:?}");
}

/// What a key signed for the very seq that ends it, it signed while it lived: two basis records dispute that place.
#[test]
fn a_key_lives_up_to_the_record_that_ends_it() {
    let (old, new, third) = (key("record"), key("second"), key("third"));
    let chain = || {
        let mut chain = Chain::open(1);
        add(&mut chain, "second", &[&old, &new]);
        chain
    };
    let (mut main, mut other) = (chain(), chain());
    retire(&mut main, "second");
    main.seal();
    add(&mut other, "third", &[&new, &third]);
    let basis = |more| {
        let material = [main.basis(0), main.basis(1), main.basis(2), more];
        codes(&look(&main.bundle(3, &material), &trust(&[], 0), &now()))
    };
    let forked = (6, "chain.forked", Some(2));
    assert!(basis(other.basis(2)).contains(&forked), "{:?}", basis(other.basis(2)));
    // The same record twice disputes nothing.
    assert!(!basis(main.basis(2)).contains(&forked), "{:?}", basis(main.basis(2)));
}

#[test]
fn a_dead_key_adds_nothing() {
    let (old, new, third) = (key("record"), key("second"), key("third"));
    let chain = |end: bool| {
        let mut chain = Chain::open(1);
        add(&mut chain, "third", &[&old, &third]);
        match end {
            true => retire(&mut chain, "third"),
            false => event(&mut chain, "record"),
        };
        add(&mut chain, "second", &[&third, &new]);
        event(&mut chain, "second");
        chain.seal();
        codes(&witnessed(&chain))
    };
    assert_eq!(chain(false), []);
    assert_eq!(chain(true), [(7, "key.revoked", Some(3)), (7, "key.unknown", Some(4))]);
}

/// All keys of a chain rest on the entry of the trust that opened it, also those that another trusted key added.
#[test]
fn a_chain_rests_on_who_opened_it() {
    let (old, new, third) = (key("record"), key("second"), key("third"));
    let mut chain = Chain::open(1);
    add(&mut chain, "third", &[&old, &third]);
    add(&mut chain, "second", &[&third, &new]);
    event(&mut chain, "second");
    chain.seal();
    let bundle = chain.bundle(0, &[note(&chain.checkpoint(5, &[("north", 60)]))]);
    let found = |operator: &str| {
        let signer = key("revocation");
        let entry = object! { "key": new.key().keyid(), "reason": "lost", "revoked_at": time(1) };
        let predicate = object! {
            "version": 1, "recorded_at": time(0), "key": signer.key().keyid(), "nonce": b64(&[1; 16]), "number": 1,
            "this_update": time(0), "next_update": time(604_800), "entries": vec![Value::Object(entry)],
        };
        let subject = [Subject::sha256("issuer", Digest::of(&signer.key().spki()))];
        let list = seal_document(DocumentKind::RevocationList, &subject, &predicate, &signer).unwrap();
        let entry = |name: &str, operator: &str| {
            object! { "key": b64(&key(name).key().spki()), "operator": operator, "revocation": "none" }
        };
        let trust = execert::trust::Trust::new()
            .key(entry("record", "acme"))
            .key(entry("third", "other"))
            .key(object! { "key": b64(&signer.key().spki()), "operator": operator, "role": "revocation" })
            .witness(vkey("north"))
            .list(parse(&list.envelope, &Limits::DOCUMENT).unwrap())
            .to_value()
            .unwrap();
        codes(&look(&bundle, &trust, &now()))
    };
    assert_eq!(found("acme"), [(14, "key.revoked", Some(3))]);
    assert_eq!(found("other"), []);
}

/// What a key signs after it was revoked is not in dispute.
#[test]
fn a_revoked_key_signs_on() {
    let (old, new) = (key("record"), key("second"));
    let mut chain = Chain::open(1);
    add(&mut chain, "second", &[&old, &new]);
    let body = Body::KeyRevoke {
        keyid: new.key().keyid(),
        reason: "lost".into(),
        as_of_seq: 1,
    };
    chain.push(Kind::KeyRevoke, body, |_| {});
    event(&mut chain, "second");
    chain.seal();
    assert_eq!(codes(&witnessed(&chain)), [(7, "key.revoked", Some(3))]);
}

/// A key that a chain adds signs records, and no approval.
#[test]
fn a_key_of_a_chain_approves_nothing() {
    let (old, new) = (key("record"), key("second"));
    let request = Digest::of(b"request");
    let predicate = object! {
        "version": 1, "recorded_at": time(0), "key": new.key().keyid(), "nonce": b64(&[1; 16]), "request": request,
        "verdict": "approved", "expires_at": time(900), "role": "lead",
    };
    let subject = [Subject::sha256("request", request)];
    let sealed = seal_document(DocumentKind::Approval, &subject, &predicate, &new).unwrap();
    let mut chain = Chain::open(1);
    add(&mut chain, "second", &[&old, &new]);
    let body = Body::Approval {
        verdict: ApprovalVerdict::Approved,
        request,
        document: Some(sealed.digest),
    };
    chain.push(Kind::Approval, body, |_| {});
    chain.seal();
    let line = parse(&sealed.envelope, &Limits::LINE).unwrap();
    let material = [
        line.as_object().unwrap().clone(),
        note(&chain.checkpoint(4, &[("north", 60)])),
    ];
    let found = codes(&look(&chain.bundle(0, &material), &trust(&["north"], 1), &now()));
    assert_eq!(found, [(7, "key.unknown", None)]);
}
