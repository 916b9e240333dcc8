//! Values that were built, pointers into them, and the reader at its limits: one more is refused, and where.
#![expect(clippy::unwrap_used, reason = "a test may")]

use execert::canon::fields::{Codes, Node, is_sorted};
use execert::canon::{
    Object, Value, check_limits, escape_pointer, parse, parse_canonical, pointer_tokens, push_pointer, to_jcs,
};
use execert::limits::{self, Limits};
use execert::{Code, content, object};

fn refused(value: &Value) -> (Code, String) {
    let error = check_limits(value).unwrap_err();
    (error.code(), error.path().unwrap_or_default().to_owned())
}

fn nested(depth: usize) -> Value {
    (1..depth).fold(Value::Array(Vec::new()), |inner, _| Value::Array(vec![inner]))
}

#[test]
fn one_more_than_a_built_value_may_have() {
    assert!(check_limits(&nested(limits::DEPTH)).is_ok());
    assert_eq!(
        refused(&nested(limits::DEPTH + 1)),
        (Code::CanonTooDeep, "/0".repeat(limits::DEPTH))
    );
    let object = |depth: usize| {
        (1..depth).fold(Value::Object(Object::new()), |inner, _| {
            Value::Object(object! { "a": inner })
        })
    };
    assert!(check_limits(&object(limits::DEPTH)).is_ok());
    assert_eq!(refused(&object(limits::DEPTH + 1)).0, Code::CanonTooDeep);
    // What is deepest may be no container, one deeper.
    let last = (0..limits::DEPTH).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    assert!(check_limits(&last).is_ok());

    let many = |n: usize| Value::Array(vec![Value::Null; n]);
    assert!(check_limits(&many(limits::VALUES - 1)).is_ok());
    assert_eq!(
        refused(&many(limits::VALUES)),
        (Code::CanonTooMany, format!("/{}", limits::VALUES - 1))
    );

    let members = |n: usize| Value::Object((0..n).map(|k| (k.to_string(), Value::Null)).collect());
    assert!(check_limits(&members(limits::MEMBERS)).is_ok());
    let inner = Value::Array(vec![Value::Null, members(limits::MEMBERS + 1)]);
    assert_eq!(refused(&inner), (Code::CanonTooMany, "/1".into()));

    let text = |n: usize| Value::from("x".repeat(n));
    assert!(check_limits(&text(limits::STRING_BYTES)).is_ok());
    let long = Value::Object(object! { "a": vec![Value::from("short")], "b": text(limits::STRING_BYTES + 1) });
    assert_eq!(refused(&long), (Code::CanonTooLarge, "/b".into()));

    let name = |n: usize| Value::Object([("x".repeat(n), Value::Null)].into_iter().collect());
    assert!(check_limits(&name(limits::NAME_BYTES)).is_ok());
    assert_eq!(
        refused(&name(limits::NAME_BYTES + 1)),
        (Code::CanonTooLarge, String::new())
    );
    assert_eq!(
        refused(&Value::Array(vec![Value::Bool(true), Value::Number(f64::NAN)])),
        (Code::CanonNotFinite, "/1".into())
    );
}

#[test]
fn numbers_at_the_edge() {
    let most = i64::try_from(limits::MAX_INTEGER).unwrap();
    for number in [most, -most, 0] {
        assert_eq!(to_jcs(&Value::integer(number).unwrap()), number.to_string().as_bytes());
    }
    for number in [most + 1, -most - 1, i64::MIN] {
        assert_eq!(Value::integer(number).unwrap_err().code(), Code::CanonNumberNotExact);
    }
    assert_eq!(Value::count(u64::MAX).as_int(), Some(limits::MAX_INTEGER));
    assert_eq!(Value::count(7).as_int(), Some(7));
    assert!(Value::number(f64::INFINITY).is_err());
    assert_eq!(Value::number(1.5).unwrap(), Value::Number(1.5));
    assert_eq!(Value::Number(9_007_199_254_740_992.0).as_int(), None);
    assert_eq!(
        Value::Number(9_007_199_254_740_991.0).as_int(),
        Some(limits::MAX_INTEGER)
    );
    // -0 and 0 are one value, bit for bit.
    for zero in [parse(b"-0", &Limits::DOCUMENT).unwrap(), Value::number(-0.0).unwrap()] {
        assert!(zero.as_f64().unwrap().is_sign_positive());
    }
    for odd in [Value::Number(0.5), Value::Number(-1.0), Value::from("1"), Value::Null] {
        assert_eq!(odd.as_int(), None, "{odd:?}");
    }
    assert_eq!(Value::Number(0.5).as_f64(), Some(0.5));
    assert_eq!(Value::Null.as_f64(), None);
}

#[test]
fn each_kind_is_itself_only() {
    let all = [
        Value::Null,
        Value::from(true),
        Value::from(3_u32),
        Value::from("x".to_owned()),
        Value::from(vec![Value::from(-1)]),
        Value::from(Object::new()),
    ];
    for (at, value) in all.iter().enumerate() {
        let mut copy = value.clone();
        let kinds = [
            value.is_null(),
            value.as_bool().is_some(),
            value.as_f64().is_some(),
            value.as_str().is_some(),
            value.as_array().is_some(),
            value.as_object().is_some(),
        ];
        assert_eq!(kinds.iter().position(|is| *is), Some(at));
        assert_eq!(kinds.iter().filter(|is| **is).count(), 1);
        assert_eq!(copy.as_object_mut().is_some(), at == 5);
        assert_eq!(value.get("a"), None);
    }
    assert_eq!(
        (all.get(1).unwrap().as_bool(), Value::from(false).as_bool()),
        (Some(true), Some(false))
    );
    assert_eq!(to_jcs(&Value::from(all.to_vec())), br#"[null,true,3,"x",[-1],{}]"#);
}

#[test]
fn an_object_stays_sorted() {
    let mut object = Object::new();
    assert_eq!((object.is_empty(), object.len()), (true, 0));
    for (name, value) in [("m", 1), ("a", 2), ("z", 3), ("b", 4)] {
        assert_eq!(object.insert(name, value), None);
    }
    assert_eq!(object.insert("a", 5), Some(Value::from(2)));
    object.put("none", None::<i32>);
    object.put("put", Some(6));
    let names: Vec<&str> = object.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "b", "m", "put", "z"]);
    assert_eq!((object.len(), object.is_empty(), object.iter().len()), (5, false, 5));
    assert_eq!(object.get("b"), Some(&Value::from(4)));
    assert_eq!(
        (object.get("c"), object.contains("c"), object.contains("z")),
        (None, false, true)
    );
    *object.get_mut("m").unwrap() = Value::Null;
    assert_eq!(object.get_mut("c"), None);
    assert_eq!((object.remove("a"), object.remove("a")), (Some(Value::from(5)), None));
    assert_eq!(object.members().first().map(|(name, _)| name.as_str()), Some("b"));
    assert_eq!(
        to_jcs(&Value::Object(object.clone())),
        br#"{"b":4,"m":null,"put":6,"z":3}"#
    );
    let twice: Object = [("k".to_owned(), Value::Null), ("k".to_owned(), Value::from(1))]
        .into_iter()
        .collect();
    assert_eq!(twice.get("k"), Some(&Value::from(1)));
    let back: Vec<(String, Value)> = object.into_iter().collect();
    assert_eq!(back.len(), 4);
}

#[test]
fn pointers() {
    let value = parse(br#"{"a/b":{"~":[10,11]},"":1,"0":"zero"}"#, &Limits::DOCUMENT).unwrap();
    let at = |pointer: &str| {
        value
            .pointer(pointer)
            .map(|value| String::from_utf8(to_jcs(value)).unwrap())
    };
    assert_eq!(at("").as_deref(), Some(r#"{"":1,"0":"zero","a/b":{"~":[10,11]}}"#));
    assert_eq!(at("/a~1b/~0/1").as_deref(), Some("11"));
    assert_eq!(
        (at("/").as_deref(), at("/0").as_deref()),
        (Some("1"), Some(r#""zero""#))
    );
    for pointer in [
        "/a~1b/~0/2",
        "/a~1b/~0/01",
        "/a~1b/~0/+1",
        "/a~1b/~0/-",
        "/a~1b/~0/",
        "/a~1b/~0/0/0",
        "a",
        "/a~2b",
        "/a~",
        "/0/0",
    ] {
        assert_eq!(at(pointer), None, "{pointer}");
    }
    assert_eq!(at("/a~1b/~0/0").as_deref(), Some("10"));
    assert_eq!(pointer_tokens("/a~1~0/"), Some(vec!["a/~".to_owned(), String::new()]));
    assert_eq!(
        (pointer_tokens(""), pointer_tokens("x"), pointer_tokens("/~01")),
        (Some(vec![]), None, Some(vec!["~1".to_owned()]))
    );
    let mut pointer = "/x".to_owned();
    push_pointer(&mut pointer, "a/~b");
    assert_eq!(
        (pointer.as_str(), escape_pointer("a/~b").as_str()),
        ("/x/a~1~0b", "a~1~0b")
    );
}

#[test]
fn the_reader_at_its_limits() {
    let limits = Limits {
        bytes: 8,
        depth: 2,
        values: 3,
    };
    let code = |text: &str| parse(text.as_bytes(), &limits).map_err(|error| (error.code(), error.line().unwrap()));
    assert!(code("[[1,  ]]").is_err());
    assert!(code("[[1   ]]").is_ok());
    assert_eq!(code("[[1    ]]"), Err((Code::CanonTooLarge, (1, 1))));
    assert_eq!(code("[[[]]]"), Err((Code::CanonTooDeep, (1, 3))));
    assert!(code("[1,2]").is_ok());
    assert_eq!(code("[1,2,3]"), Err((Code::CanonTooMany, (1, 6))));
    assert_eq!(code("[[],[]]").map(|_| ()), Ok(()), "beside is not below");
    let name =
        |n: usize| parse(format!("{{\"{}\":0}}", "x".repeat(n)).as_bytes(), &Limits::DOCUMENT).map_err(|e| e.code());
    assert!(name(limits::NAME_BYTES).is_ok());
    assert_eq!(name(limits::NAME_BYTES + 1), Err(Code::CanonTooLarge));
}

/// Code, path, line and column.
fn place(text: &str) -> (Code, String, (u64, u64)) {
    let error = parse(text.as_bytes(), &Limits::DOCUMENT).unwrap_err();
    (error.code(), error.path().unwrap().to_owned(), error.line().unwrap())
}

#[test]
fn where_a_text_is_wrong() {
    for (text, code, path, at) in [
        ("{\"a\": [1,\n  2 x", Code::CanonSyntax, "/a", (2, 5)),
        ("[\n\"é\", nul]", Code::CanonSyntax, "/1", (2, 10)),
        ("[1] 2", Code::CanonTrailingBytes, "", (1, 5)),
        ("[1.]", Code::CanonSyntax, "", (1, 3)),
        ("[1e+]", Code::CanonSyntax, "", (1, 3)),
        ("[-]", Code::CanonSyntax, "/0", (1, 3)),
        ("[01]", Code::CanonSyntax, "", (1, 3)),
        ("{\"a\" 1}", Code::CanonSyntax, "", (1, 6)),
        ("{\"a\":1,}", Code::CanonSyntax, "", (1, 8)),
        ("{1:1}", Code::CanonSyntax, "", (1, 2)),
        ("{\"b\":1,\"a\":2,\"b\":3}", Code::CanonDuplicateKey, "", (1, 17)),
        ("{\"a\":1,\"a\":3}", Code::CanonDuplicateKey, "", (1, 11)),
        ("[\"a", Code::CanonSyntax, "/0", (1, 4)),
        ("[\"\\x\"]", Code::CanonSyntax, "/0", (1, 4)),
        ("[\"\\u12g4\"]", Code::CanonSyntax, "/0", (1, 7)),
        ("[\"\u{1}\"]", Code::CanonSyntax, "/0", (1, 3)),
        ("[\"\\ud83d\"]", Code::CanonLoneSurrogate, "/0", (1, 9)),
        ("[\"\\ud83d\\n\"]", Code::CanonLoneSurrogate, "/0", (1, 9)),
        ("[\"\\ud83dxu\"]", Code::CanonLoneSurrogate, "/0", (1, 9)),
        ("[\"\\ude00\\ude00\"]", Code::CanonLoneSurrogate, "/0", (1, 9)),
        ("[\"\\ud83d\\u0041\"]", Code::CanonLoneSurrogate, "/0", (1, 15)),
        ("[1e-400]", Code::CanonNumberNotExact, "/0", (1, 8)),
        ("[9007199254740993]", Code::CanonNumberNotExact, "/0", (1, 18)),
        ("[-9007199254740993]", Code::CanonNumberNotExact, "/0", (1, 19)),
    ] {
        assert_eq!(place(text), (code, path.to_owned(), at), "{text}");
    }
    let read = |text: &str| String::from_utf8(to_jcs(&parse(text.as_bytes(), &Limits::DOCUMENT).unwrap())).unwrap();
    assert_eq!(
        read("[\"\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\\u001f\\udbff\\udfff\\uffff\"]"),
        "[\"😀\\\"\\\\/\\b\\f\\n\\r\\t\\u001f\u{10ffff}\u{ffff}\"]"
    );
    assert_eq!(
        read(" [ 0.0e-400 , -0 , 0E+5, 1E2, 100000000000000000000, 9007199254740992 , -1.5e-3 ] \r\n\t"),
        "[0,0,0,100,100000000000000000000,9007199254740992,-0.0015]"
    );
    assert_eq!(read(r#"{"b":1,"a":{},"c":[ ]}"#), r#"{"a":{},"b":1,"c":[]}"#);
    let error = parse_canonical(b"[1 ]", &Limits::DOCUMENT).unwrap_err();
    assert_eq!((error.code(), error.path()), (Code::CanonNotCanonical, Some("")));
}

#[test]
fn what_a_document_may_ask_of_its_members() {
    let value = parse(
        br#"{"n":3,"list":[],"pair":[1,2],"flag":true,"text":"t","deep":{"x":[7]}}"#,
        &Limits::DOCUMENT,
    )
    .unwrap();
    let node = Node::root(&value, "/here", Codes::one(Code::WireBadArgument));
    let all = ["n", "list", "pair", "flag", "text", "deep"];
    let fields = node.object(&all, &[]).unwrap();
    let path = |error: execert::Error| error.path().unwrap().to_owned();
    assert_eq!(path(node.object(&all[1..], &[]).unwrap_err()), "/here/n");
    assert!(node.object(&all[1..], &["n"]).is_ok());
    assert_eq!(path(node.object(&["gone"], &all).unwrap_err()), "/here/gone");
    assert_eq!(path(node.whole(&["gone"], &all).unwrap_err()), "/here");
    let n = fields.need("n").unwrap();
    assert_eq!((n.int().unwrap(), n.int_from(3).unwrap()), (3, 3));
    assert_eq!(path(n.int_from(4).unwrap_err()), "/here/n");
    let list = fields.need("list").unwrap();
    assert_eq!(list.list_or_empty(|item| item.int()).unwrap(), Vec::<u64>::new());
    assert_eq!(path(list.list(|item| item.int()).unwrap_err()), "/here/list");
    let pair = fields.need("pair").unwrap();
    let (first, second) = pair.pair().unwrap();
    assert_eq!(
        (first.int().unwrap(), second.int().unwrap(), second.path()),
        (1, 2, "/here/pair/1".to_owned())
    );
    assert!(list.pair().is_none() && n.pair().is_none());
    assert_eq!(
        path(pair.list(|item| item.text().map(str::to_owned)).unwrap_err()),
        "/here/pair/0"
    );
    assert!(fields.need("flag").unwrap().flag().unwrap());
    assert_eq!(path(fields.need("text").unwrap().flag().unwrap_err()), "/here/text");
    assert_eq!(path(fields.fail_item("pair", 1, "x")), "/here/pair/1");
    assert_eq!(
        (path(fields.fail("x")), path(fields.fail_at("a/b", "x"))),
        ("/here".to_owned(), "/here/a~1b".to_owned())
    );
    let names: Vec<String> = fields
        .each()
        .map(|(name, node)| format!("{name} {}", node.path()))
        .collect();
    assert_eq!(names.first().map(String::as_str), Some("deep /here/deep"));
    assert_eq!(names.len(), 6);
    let sorted = |names: &[&str]| is_sorted(names.iter().copied());
    assert!(sorted(&[]) && sorted(&["a"]) && sorted(&["a", "b", "c"]));
    assert!(!sorted(&["a", "a"]) && !sorted(&["b", "a"]) && !sorted(&["a", "c", "b"]));
}

#[test]
fn leaves_and_values() {
    for (text, leaves, values) in [
        ("1", 1, 1),
        ("[]", 1, 1),
        ("{}", 1, 1),
        ("[[],{}]", 2, 3),
        (r#"{"a":[1,2,{"b":null}]}"#, 3, 6),
    ] {
        let value = parse(text.as_bytes(), &Limits::DOCUMENT).unwrap();
        assert_eq!(
            (content::leaves(&value), content::values(&value)),
            (leaves, values),
            "{text}"
        );
    }
}
