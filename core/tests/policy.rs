//! The built-in rules against `tests/vectors/policy`, and what check and test tell.
#![expect(clippy::disallowed_methods, reason = "a test reads its vectors")]

use std::fs;
use std::path::Path;

use execert::canon::{Value, parse};
use execert::digest::Digest;
use execert::limits::Limits;
use execert::policy::{Policy, Request, decide, refusal};
use execert::record::Tier;

fn json(text: &str) -> Value {
    parse(text.as_bytes(), &Limits::DOCUMENT).unwrap()
}

#[test]
fn vectors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/policy");
    let mut count = 0;
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let vector = parse(&fs::read(&path).unwrap(), &Limits::DOCUMENT).unwrap();
        let list = |member: &str| {
            vector
                .get(member)
                .and_then(Value::as_array)
                .unwrap_or_default()
                .to_vec()
        };
        for pair in list("malformed") {
            let [document, path] = pair.as_array().unwrap() else {
                panic!("{name}")
            };
            let error = Policy::parse(document).unwrap_err();
            assert_eq!(
                (error.code().as_str(), error.path()),
                ("policy.malformed", path.as_str()),
                "{name}: {document:?}"
            );
            count += 1;
        }
        let policy = vector.get("policy").map(|document| Policy::parse(document).unwrap());
        for case in list("cases") {
            let request = Request {
                name: case.get("tool").unwrap().as_str().unwrap(),
                arguments: case.get("arguments").unwrap(),
                tier: case
                    .get("given")
                    .map(|tier| Tier::parse(tier.as_str().unwrap()).unwrap()),
                declared: case.get("declared").is_some(),
            };
            let decision = decide(policy.as_ref(), &request);
            let mut want = case.get("decision").unwrap().as_object().unwrap().clone();
            want.put("policy", policy.as_ref().map(Policy::digest));
            assert_eq!(decision.to_value(), Value::Object(want), "{name}: {case:?}");
            let code = refusal(&decision).map(|code| Value::from(code.as_str()));
            assert_eq!(code.as_ref(), case.get("code"), "{name}: {case:?}");
            count += 1;
        }
    }
    assert!(count >= 50, "{count}");
}

#[test]
fn the_digest_is_that_of_the_canonical_document() {
    let a = Policy::parse(&json(
        r#"{"policy":1,"default":"deny","rules":[{"id":"a","tool":"t","verdict":"allow"}]}"#,
    ))
    .unwrap();
    let b = Policy::parse(&json(
        r#"{ "rules": [{"verdict":"allow","tool":"t","id":"a"}], "default":"deny", "policy":1.0 }"#,
    ))
    .unwrap();
    assert_eq!(a.digest(), b.digest());
    let text = r#"{"default":"deny","policy":1,"rules":[{"id":"a","tool":"t","verdict":"allow"}]}"#;
    assert_eq!(a.digest(), Digest::of(text.as_bytes()));
}

#[test]
fn hints_name_what_is_hardly_meant() {
    let policy = Policy::parse(&json(
        r#"{"policy":1,"default":"allow","rules":[
        {"id":"a","tool":"pay.*","verdict":"deny"},
        {"id":"b","tool":"pay.out","verdict":"approve","when":[["/x",">",1]]},
        {"id":"c","tool":"crm","verdict":"allow"},
        {"id":"d","tool":"crm","verdict":"allow"},
        {"id":"e","tool":"crm*","verdict":"allow"}],"escalation":["head"]}"#,
    ))
    .unwrap();
    let report = policy.check();
    let hints = report.get("hints").unwrap().as_array().unwrap();
    let paths: Vec<&str> = hints
        .iter()
        .map(|hint| hint.get("path").unwrap().as_str().unwrap())
        .collect();
    assert_eq!(
        paths,
        ["/default", "/rules/1", "/rules/3", "/approvers", "/escalation/0"]
    );
    let good = json(r#"{"policy":1,"default":"deny","rules":[{"id":"a","tool":"t","verdict":"allow"}]}"#);
    assert_eq!(
        Policy::parse(&good).unwrap().check().get("hints"),
        Some(&Value::Array(Vec::new()))
    );
}

#[test]
fn cases_are_told_apart() {
    let good = json(r#"{"policy":1,"default":"deny","rules":[{"id":"a","tool":"t","verdict":"allow"}]}"#);
    let policy = Policy::parse(&good).unwrap();
    let cases = r#"[{"name":"one","tool":"t","arguments":{},"expect":"allow","rule":"a"},
        {"name":"two","tool":"t","arguments":{},"expect":"deny"},
        {"name":"three","tool":"u","arguments":{},"expect":"deny","rule":"a"}]"#;
    let result = policy.test(&json(cases)).unwrap();
    assert_eq!(result.get("passed"), Some(&Value::count(1)));
    assert_eq!(result.get("failed"), Some(&Value::count(2)));
    for (cases, path) in [
        ("{}", ""),
        ("[]", ""),
        (
            r#"[{"name":"x","tool":"t","arguments":{},"expect":"yes"}]"#,
            "/0/expect",
        ),
        (r#"[{"name":"x","tool":"t","expect":"deny"}]"#, "/0/arguments"),
        (
            r#"[{"name":"x","tool":"t","arguments":{},"expect":"deny","note":1}]"#,
            "/0/note",
        ),
    ] {
        let error = policy.test(&json(cases)).unwrap_err();
        assert_eq!(
            (error.code().as_str(), error.path()),
            ("wire.bad_argument", Some(path)),
            "{cases}"
        );
    }
}
