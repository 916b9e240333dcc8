//! Trust: the policy text, and what is built from the texts that people exchange.
#![expect(clippy::unwrap_used, reason = "a test may")]

use execert::canon::Value;
use execert::digest::b64;
use execert::key::{SecretKey, Signer};
use execert::note::{Kind, Vkey};
use execert::object;
use execert::trust::{Policy, Trusted, build};

fn key(number: u8) -> SecretKey {
    SecretKey::from_seed([number; 32])
}

fn witness(name: &str, number: u8) -> String {
    Vkey::new(name, Kind::Witness, key(number).key().clone()).to_string()
}

/// Two operators with two witnesses and one with one; two of the three have to cosign.
fn text() -> String {
    let line = |name: &str, number| format!("witness {name} {} https://w.example/\n", witness(name, number));
    let witnesses: String = ["a1", "a2", "b1", "b2", "c1"]
        .iter()
        .zip(1..)
        .map(|(name, n)| line(name, n))
        .collect();
    format!("# ours\n\n{witnesses}group a any a1 a2\n\tgroup  b all b1 b2 \ngroup q 2 a b c1\nquorum q\n")
}

#[test]
fn quorum_by_groups_and_its_time() {
    let policy = Policy::parse(&text()).unwrap();
    assert_eq!((policy.quorum(), policy.requires()), ("q", true));
    let operators: Vec<&str> = policy.witnesses().iter().map(|w| w.operator.as_str()).collect();
    assert_eq!(operators, ["a", "a", "b", "b", "q"]);
    let met = |times: [u64; 5]| policy.met_at(&times.map(|time| (time > 0).then_some(time)));
    assert_eq!(met([0, 0, 0, 0, 0]), None);
    assert_eq!(met([5, 7, 0, 0, 0]), None, "one operator, twice");
    assert_eq!(met([5, 0, 9, 0, 0]), None, "b needs both");
    assert_eq!(met([5, 0, 9, 8, 0]), Some(9));
    assert_eq!(met([5, 3, 0, 0, 4]), Some(4), "the earliest of a is 3, then c at 4");
    assert_eq!(met([9, 0, 1, 2, 3]), Some(3), "b at 2 and c at 3 come before a");
    let none = Policy::parse(&text().replace("quorum q", "quorum none")).unwrap();
    assert_eq!((none.quorum(), none.requires()), ("none", false));
    assert_eq!(none.met_at(&[None, Some(7), Some(6), None, None]), Some(6));
}

#[test]
fn policies_that_are_refused() {
    let good = text();
    let log = Vkey::new("log.example/x", Kind::Log, key(9).key().clone()).to_string();
    assert!(Policy::parse(&format!("{good}log {log}\n")).is_ok());
    for (from, to) in [
        ("quorum q", ""),
        ("quorum q", "quorum q\nquorum q"),
        ("quorum q", "quorum z"),
        ("any a1 a2", "any a1 zz"),
        ("any a1 a2", "any a1 a1"),
        ("any a1 a2", "any"),
        ("any a1 a2", "3 a1 a2"),
        ("any a1 a2", "0 a1 a2"),
        ("any a1 a2", "+1 a1 a2"),
        ("any a1 a2", "any a1 a2 b1"),
        ("group a ", "group none "),
        ("group a ", "group a1 "),
        ("group q 2 a b", "group q 2 a q"),
        ("# ours", "ours"),
        ("# ours", "# \u{7}"),
        ("witness a2", "witness a1"),
        ("witness a2", "log"),
    ] {
        let bad = good.replacen(from, to, 1);
        let error = Policy::parse(&bad).unwrap_err();
        assert_eq!(
            (error.code().as_str(), error.path()),
            ("wire.bad_argument", Some("/policy")),
            "{from} -> {to}"
        );
    }
    let twice = good.replacen(&witness("a2", 2), &witness("other", 1), 1);
    assert!(Policy::parse(&twice).is_err(), "one key under two names");
    let as_witness = good.replacen(&witness("a1", 1), &log, 1);
    assert!(Policy::parse(&as_witness).is_err(), "a log key as a witness");
}

#[test]
fn every_text_for_a_key() {
    let public = key(1).key().clone();
    let (keyid, spki) = (public.keyid(), b64(&public.spki()));
    let vkey = Vkey::new("acme.example/log", Kind::Log, public.clone()).to_string();
    let shown = [public.to_pem().unwrap(), spki.clone(), vkey];
    let named = [
        keyid.fingerprint(),
        keyid.fingerprint().replace(' ', "").to_uppercase(),
        keyid.to_string(),
    ];
    for text in shown.iter().chain(&named) {
        let trust = build(&Value::Object(object! { "keys": vec![Value::from(text.as_str())] })).unwrap();
        let entry = trust.pointer("/keys/0").unwrap();
        let whole = entry.get("spki").is_some();
        assert_eq!(whole, shown.contains(text), "{text}");
        assert_eq!(
            Trusted::parse(&trust).unwrap().keys.first().unwrap().keyid,
            keyid,
            "{text}"
        );
    }
    for bad in [
        "",
        "11f1 276e",
        "acme",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "a+b+c",
    ] {
        let error = build(&Value::Object(object! { "keys": vec![Value::from(bad)] })).unwrap_err();
        assert_eq!(
            (error.code().as_str(), error.path()),
            ("key.malformed", Some("/keys/0")),
            "{bad}"
        );
    }
}

#[test]
fn a_quorum_counts_operators() {
    let request = |witnesses: Vec<Value>, quorum: u32| {
        build(&Value::Object(object! { "witnesses": witnesses, "quorum": quorum }))
    };
    let one = || Value::from(witness("north.example/w1", 1));
    let other = || Value::from(witness("north.example/w2", 2));
    let south = || Value::Object(object! { "key": witness("south.example/w1", 3), "operator": "quorum", "name": "s1" });
    let policy = |trust: Value| Policy::parse(trust.get("policy").unwrap().as_str().unwrap()).unwrap();
    let two = policy(request(vec![one(), other(), south()], 2).unwrap());
    assert_eq!(
        two.met_at(&[Some(1), Some(2), None]),
        None,
        "two witnesses of one operator are one"
    );
    assert_eq!(two.met_at(&[None, Some(2), Some(1)]), Some(2));
    let operators: Vec<&str> = two.witnesses().iter().map(|w| w.operator.as_str()).collect();
    assert_eq!(operators, ["north.example", "north.example", "quorum"]);
    let error = request(vec![one(), other()], 2).unwrap_err();
    assert_eq!(
        (error.code().as_str(), error.path()),
        ("wire.bad_argument", Some("/quorum"))
    );
    assert!(!policy(request(vec![one()], 0).unwrap()).requires());
    // A witness that is called like its operator gives way: operators are what is compared with the signer's.
    let alone = policy(request(vec![Value::from(witness("north", 1))], 1).unwrap());
    let only = alone.witnesses().first().unwrap();
    assert_eq!((only.name.as_str(), only.operator.as_str()), ("north_", "north"));
    assert_eq!(alone.met_at(&[Some(4)]), Some(4));
}
