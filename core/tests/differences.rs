//! Where content differs from what was sealed, and openings that do not fit: each place, and no place more.
#![expect(clippy::unwrap_used, reason = "a test may")]

use execert::bundle::RecordLine;
use execert::canon::{Object, Value, parse, to_jcs};
use execert::content::{Form, Open, Tree, check, redact};
use execert::digest::{b64, unb64};
use execert::key::SecretKey;
use execert::limits::{self, Limits};
use execert::record::seal_document;
use execert::statement::DocumentKind;
use execert::{Code, object};

fn json(text: &str) -> Value {
    parse(text.as_bytes(), &Limits::DOCUMENT).unwrap()
}

/// The paths at which `found` differs from `sealed`, with whether each side has a value there.
fn places(sealed: &str, found: &str) -> Vec<(Option<String>, bool, bool)> {
    let (sealed, found, seed) = (json(sealed), json(found), [7; 32]);
    let tree = Tree::whole(&sealed, &seed);
    let index = tree.index(&sealed);
    assert_eq!(check(&sealed, &Form::Whole(seed), Some(&index), &tree.root()), vec![]);
    let differences = check(&found, &Form::Whole(seed), Some(&index), &tree.root());
    assert!(
        differences
            .iter()
            .all(|difference| difference.code == Code::ContentChanged)
    );
    let one = |d: &execert::content::Difference| (d.path.clone(), d.sealed.is_some(), d.found.is_some());
    differences.iter().map(one).collect()
}

#[test]
fn every_place_and_no_other() {
    let at = |path: &str, sealed, found| (Some(path.to_owned()), sealed, found);
    for (sealed, found, want) in [
        (
            r#"{"x":{"a":1},"y":2,"z":3}"#,
            r#"{"x":{},"y":2,"z":3}"#,
            vec![at("/x", true, true)],
        ),
        (
            r#"{"x":{},"y":2,"z":3}"#,
            r#"{"x":{"a":1},"y":2,"z":3}"#,
            vec![at("/x", true, true)],
        ),
        (
            r#"{"x":[1,2],"y":2,"z":3}"#,
            r#"{"x":[],"y":2,"z":3}"#,
            vec![at("/x", true, true)],
        ),
        (
            r#"{"x":[],"y":2,"z":3}"#,
            r#"{"x":[1],"y":2,"z":3}"#,
            vec![at("/x", true, true)],
        ),
        (
            r#"{"x":{"a":1},"y":2,"z":3}"#,
            r#"{"x":[1],"y":2,"z":3}"#,
            vec![at("/x", true, true)],
        ),
        (
            r#"{"x":[1],"y":2,"z":3}"#,
            r#"{"x":{"0":1},"y":2,"z":3}"#,
            vec![at("/x", true, true)],
        ),
        (
            r#"{"x":[1],"y":2,"z":3}"#,
            r#"{"x":1,"y":2,"z":3}"#,
            vec![at("/x", true, true)],
        ),
        (
            r#"{"x":1,"y":2,"z":3}"#,
            r#"{"x":1,"y":5,"z":3}"#,
            vec![at("/y", true, true)],
        ),
        // A member that only one side has: the members beside it have other seeds, and are not named.
        (
            r#"{"x":{"a":1,"b":2},"y":2}"#,
            r#"{"x":{"a":1},"y":2}"#,
            vec![at("/x/b", true, false)],
        ),
        (
            r#"{"x":{"a":1},"y":2}"#,
            r#"{"x":{"a":1,"b":2,"c":3},"y":2}"#,
            vec![at("/x/b", false, true), at("/x/c", false, true)],
        ),
        (
            r#"{"x":{"a":1,"c":3},"y":2}"#,
            r#"{"x":{"a":1,"b":3},"y":2}"#,
            vec![at("/x/b", false, true), at("/x/c", true, false)],
        ),
        (
            r#"{"x":[1,2,3],"y":2}"#,
            r#"{"x":[1,2],"y":2}"#,
            vec![at("/x/2", true, false)],
        ),
        (
            r#"{"x":[1,2],"y":2}"#,
            r#"{"x":[1,2,3,4],"y":2}"#,
            vec![at("/x/2", false, true), at("/x/3", false, true)],
        ),
        (
            r#"{"x":[1,2,3],"y":2}"#,
            r#"{"x":[1,9,8],"y":2}"#,
            vec![at("/x/1", true, true), at("/x/2", true, true)],
        ),
        (
            r#"{"a/b":[{"c~":1},5],"y":2}"#,
            r#"{"a/b":[{"c~":2},5],"y":2}"#,
            vec![at("/a~1b/0/c~0", true, true)],
        ),
        // Of several leaves all differ: another document or another seed, and no place is named. Of one leaf, that is it.
        (r#"{"x":1,"y":2}"#, r#"{"x":3,"y":4}"#, vec![(None, false, false)]),
        (r#"{"x":1}"#, r#"{"x":2}"#, vec![at("/x", true, true)]),
    ] {
        assert_eq!(places(sealed, found), want, "{sealed} {found}");
    }
}

#[test]
fn a_hundred_places_are_named() {
    let numbers = |from: u32, to: u32| Value::Array((from..to).map(Value::from).collect());
    let sealed = Value::Object(object! { "many": numbers(0, 150), "one": 1 });
    let found = Value::Object(object! { "many": numbers(1_000, 1_150), "one": 1 });
    let text = |value: &Value| String::from_utf8(to_jcs(value)).unwrap();
    let found = places(&text(&sealed), &text(&found));
    assert_eq!(found.len(), 100);
    assert_eq!(found.last().unwrap().0.as_deref(), Some("/many/99"));
}

#[test]
fn an_index_that_is_not_of_the_root() {
    let (content, seed) = (json(r#"{"a":[1,{}],"b":2}"#), [1; 32]);
    let tree = Tree::whole(&content, &seed);
    let index = tree.index(&content);
    let form = Form::Whole(seed);
    let codes = |content: &Value, index: &Value| -> Vec<(Code, Option<String>)> {
        check(content, &form, Some(index), &tree.root())
            .into_iter()
            .map(|d| (d.code, d.path))
            .collect()
    };
    let wrong = (Code::DiscloseCommitmentMismatch, Some("/index".to_owned()));
    for bad in [
        json(r#"{"a":1,"b":2}"#),
        json("[]"),
        json("{}"),
        Value::from("AAAA"),
        Value::from(b64(&[0; 32])),
        Value::Null,
    ] {
        assert_eq!(codes(&content, &bad), std::slice::from_ref(&wrong), "{bad:?}");
        let nowhere = (Code::ContentChanged, None);
        assert_eq!(codes(&json("[1]"), &bad), [nowhere, wrong.clone()], "{bad:?}");
    }
    // The index of a whole branch may be one hash: it stands for the same root, but is not the index of this content.
    let Value::Object(mut short) = index else {
        panic!("the index of an object is an object")
    };
    short.insert("a", b64(&tree.children().first().unwrap().root()));
    assert_eq!(codes(&content, &Value::Object(short)), [wrong]);
}

#[test]
fn openings_that_do_not_fit() {
    let (content, seed) = (json(r#"{"a":[1,2],"b":{"c":3,"d":null},"e":4}"#), [2; 32]);
    let root = Tree::whole(&content, &seed).root();
    let (hidden, open) = redact(&content, &Form::Whole(seed), &["/a/0".into(), "/b/c".into()]).unwrap();
    let codes = |content: &Value, open: &Open| -> Vec<Code> {
        check(content, &Form::Redacted(open.clone()), None, &root)
            .into_iter()
            .map(|d| d.code)
            .collect()
    };
    assert_eq!(codes(&hidden, &open), []);
    let with = |change: &dyn Fn(&mut Open)| {
        let mut open = open.clone();
        change(&mut open);
        codes(&hidden, &open)
    };
    let unused = [Code::DiscloseMaterialUnused];
    assert_eq!(with(&|open| open.hashes.extend([0; 32])), unused);
    assert_eq!(with(&|open| open.hashes.push(0)), unused);
    assert_eq!(with(&|open| open.seeds.extend([0; 32])), unused);
    assert_eq!(with(&|open| open.seeds.push(0)), unused);
    assert_eq!(with(&|open| open.hashes.truncate(63)), unused);
    assert_eq!(with(&|open| open.seeds.truncate(31)), unused);
    assert_eq!(with(&|open| open.hidden.reverse()), unused);
    assert_eq!(with(&|open| open.hidden.clear()), unused);
    for more in ["", "/a/0", "/a", "/nowhere", "/b/c", "x"] {
        assert_eq!(with(&|open| open.hidden.push(more.to_owned())), unused, "{more}");
    }
    assert_eq!(with(&|open| open.hidden.insert(0, "/a".to_owned())), unused);
    let mismatch = [Code::DiscloseCommitmentMismatch];
    assert_eq!(
        with(&|open| open.hashes.iter_mut().take(1).for_each(|byte| *byte ^= 1)),
        mismatch
    );
    assert_eq!(
        with(&|open| open.seeds.iter_mut().take(1).for_each(|byte| *byte ^= 1)),
        mismatch
    );
    let shown = json(r#"{"a":[1,2],"b":{"c":null,"d":null},"e":4}"#);
    assert_eq!(codes(&shown, &open), mismatch, "a hidden place holds a value");
    // As a document: exactly three members of the right types.
    let value = open.to_value();
    assert_eq!(Open::parse(&value), Some(open));
    for (name, wrong) in [
        ("hidden", json("[1]")),
        ("hidden", json("{}")),
        ("hashes", json(r#""*""#)),
        ("seeds", json("1")),
        ("more", Value::Null),
    ] {
        let mut other = value.as_object().unwrap().clone();
        other.insert(name, wrong);
        assert_eq!(Open::parse(&Value::Object(other)), None, "{name}");
    }
}

#[test]
fn hiding_what_is_hidden() {
    let (content, seed) = (json(r#"{"a":{"b":1,"c":2},"d":[1,2]}"#), [3; 32]);
    let hide = |paths: &[&str]| {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        redact(&content, &Form::Whole(seed), &paths).map(|(value, open)| (value, open.hidden))
    };
    let (value, hidden) = hide(&["/a/b", "/a", "/d/1", "/d/1"]).unwrap();
    assert_eq!(
        (value, hidden),
        (
            json(r#"{"a":null,"d":[1,null]}"#),
            vec!["/a".to_owned(), "/d/1".to_owned()]
        )
    );
    let (value, hidden) = hide(&["", "/d"]).unwrap();
    assert_eq!(
        (value, hidden),
        (json(r#"{"a":{"b":1,"c":2},"d":null}"#), vec!["/d".to_owned()])
    );
    for nowhere in ["/x", "/d/2", "/d/01", "/a/b/c", "x"] {
        let error = hide(&["/a", nowhere]).unwrap_err();
        assert_eq!((error.code(), error.path()), (Code::WireBadArgument, Some(nowhere)));
    }
}

/// A golden record whose predicate is changed; nothing looks at signatures when it is read alone.
fn record(change: impl FnOnce(&mut Object)) -> Result<RecordLine, (Code, Option<String>)> {
    let file = include_bytes!("../../tests/vectors/golden/bundle/good/input.execert");
    let line = file.split(|b| *b == b'\n').nth(3).unwrap();
    let mut line = parse(line, &Limits::LINE).unwrap();
    let mut payload = parse(
        &unb64(line.get("payload").and_then(Value::as_str).unwrap()).unwrap(),
        &Limits::PAYLOAD,
    )
    .unwrap();
    change(
        payload
            .as_object_mut()
            .unwrap()
            .get_mut("predicate")
            .unwrap()
            .as_object_mut()
            .unwrap(),
    );
    line.as_object_mut().unwrap().insert("payload", b64(&to_jcs(&payload)));
    RecordLine::parse(&to_jcs(&line)).map_err(|error| (error.code(), error.path().map(str::to_owned)))
}

#[test]
fn the_version_is_one_and_a_number() {
    assert!(record(|_| {}).is_ok());
    let path = Some("/payload/predicate/version".to_owned());
    for version in [
        Value::from("1"),
        Value::Null,
        Value::Number(1.5),
        Value::from(0),
        Value::from(-1),
    ] {
        let refused = record(|predicate| drop(predicate.insert("version", version.clone())))
            .map(|_| ())
            .unwrap_err();
        assert_eq!(refused.1, path, "{version:?}");
    }
    assert_eq!(
        record(|predicate| drop(predicate.remove("version")))
            .map(|_| ())
            .unwrap_err()
            .1,
        path
    );
}

#[test]
fn what_is_signed_has_a_size() {
    let key = SecretKey::from_seed([9; 32]);
    let sealed = |length: usize| {
        let predicate = object! { "x": "x".repeat(length) };
        seal_document(DocumentKind::RevocationList, &[], &predicate, &key)
    };
    let frame = unb64(
        parse(&sealed(0).unwrap().envelope, &Limits::LINE)
            .unwrap()
            .get("payload")
            .unwrap()
            .as_str()
            .unwrap(),
    )
    .unwrap()
    .len();
    let most = limits::PAYLOAD_BYTES - frame;
    assert!(sealed(most).is_ok());
    for length in [most + 1, most + 1_000] {
        assert_eq!(sealed(length).unwrap_err().code(), Code::RecordTooLarge);
    }
}

/// An opening that cannot be used says nothing of the index beside it, which is judged all the same.
#[test]
fn an_index_beside_an_opening_that_does_not_fit() {
    let (content, seed) = (json(r#"{"input":{"a":1,"b":[2,3]}}"#), [7; 32]);
    let tree = Tree::whole(&content, &seed);
    let (hidden, mut open) = redact(&content, &Form::Whole(seed), &["/input/a".to_owned()]).unwrap();
    open.hashes.clear();
    let form = Form::Redacted(open);
    let found = |index: Option<&Value>| -> Vec<&str> {
        let all = check(&hidden, &form, index, &tree.root());
        all.iter().map(|difference| difference.code.as_str()).collect()
    };
    let alone = found(None);
    assert_eq!(alone.len(), 1);
    assert_eq!(found(Some(&tree.index(&content))), alone);
    let other = Tree::whole(&json(r#"{"input":{"a":1,"b":[2,4]}}"#), &seed).index(&content);
    assert_eq!(found(Some(&other)), [alone[0], "disclose.commitment_mismatch"]);
}
