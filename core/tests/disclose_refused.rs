//! Withholding and putting back, asked wrongly, of the wrong file, from a source that has not got it.
#![expect(clippy::disallowed_methods, reason = "a test reads its vectors")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

#[path = "support/disclosed.rs"]
mod disclosed;

use std::io::{Read, Write};

use disclosed::{RUN, argument, bared, bundle, changed, hidden, hide, json, lines, refusal, show};
use execert::canon::{Value, to_jcs};
use execert::digest::{Digest, b64};
use execert::disclose::{redact, reveal};
use execert::{Code, object};

#[test]
fn requests_that_are_wrong() {
    let file = bundle("bundle/good");
    let run = format!(r#"{{"id":"{RUN}","seq":1}}"#);
    let both = format!(r#"{{"redact":1,"hide":[{{"seq":1,"run":{run},"paths":["/input"]}}]}}"#);
    for (request, path) in [
        ("[]", ""),
        (r#"{"redact":1,"a/b":1}"#, "/a~1b"),
        (r#"{"redact":2}"#, "/redact"),
        (r#"{"hide":[]}"#, "/redact"),
        (r#"{"redact":1,"hide":{}}"#, "/hide"),
        (r#"{"redact":1,"withhold":1}"#, "/withhold"),
        (r#"{"redact":1,"hide":[{"paths":["/input"],"more":1}]}"#, "/hide/0"),
        (r#"{"redact":1,"hide":["x"]}"#, "/hide/0"),
        (r#"{"redact":1,"hide":[{"seq":-1,"paths":["/input"]}]}"#, "/hide/0"),
        (r#"{"redact":1,"hide":[{"chain":"x","paths":["/input"]}]}"#, "/hide/0"),
        (r#"{"redact":1,"hide":[{"chain":1,"paths":["/input"]}]}"#, "/hide/0"),
        (
            r#"{"redact":1,"hide":[{"run":{"id":"x","seq":1},"paths":["/input"]}]}"#,
            "/hide/0",
        ),
        (
            r#"{"redact":1,"hide":[{"run":{"seq":1},"paths":["/input"]}]}"#,
            "/hide/0",
        ),
        (both.as_str(), "/hide/0"),
        (r#"{"redact":1,"hide":[{"seq":1}]}"#, "/hide/0/paths"),
        (r#"{"redact":1,"hide":[{"seq":1,"paths":[]}]}"#, "/hide/0/paths"),
        (
            r#"{"redact":1,"hide":[{"seq":1,"paths":["/input"]},{"seq":2,"paths":[1]}]}"#,
            "/hide/1/paths",
        ),
        (r#"{"redact":1,"withhold":[{}]}"#, "/withhold/0"),
        (
            r#"{"redact":1,"withhold":[{"seq":4},{"chain":"019cc320-58f8-7e49-83fe-84984bf76fe1"}]}"#,
            "/withhold/1",
        ),
        (
            r#"{"redact":1,"withhold":[{"seq":4,"paths":["/input"]}]}"#,
            "/withhold/0",
        ),
    ] {
        let (code, at, _) = refusal(hide(&file, request));
        assert_eq!((code, at), argument(path), "{request}");
    }
    for (request, path) in [
        (r#"{"reveal":2,"show":[]}"#, "/reveal"),
        (r#"{"show":[]}"#, "/reveal"),
        (r#"{"reveal":1}"#, "/show"),
        (r#"{"reveal":1,"show":{}}"#, "/show"),
        (r#"{"reveal":1,"show":[{"seq":"1"}]}"#, "/show/0"),
        (r#"{"reveal":1,"show":[{"seq":1,"paths":"/input"}]}"#, "/show/0/paths"),
        (r#"{"reveal":1,"show":[{"seq":1},{"seq":50}]}"#, "/show/1"),
    ] {
        let (code, at, _) = refusal(show(&file, &file, request));
        assert_eq!((code, at), argument(path), "{request}");
    }
}

#[test]
fn a_source_that_has_not_got_it_or_something_else() {
    let file = bundle("bundle/good");
    let (less, _) = hide(
        &file,
        r#"{"redact":1,"hide":[{"seq":1,"paths":["/input"]}],"withhold":[{"seq":4}]}"#,
    )
    .unwrap();
    // Withheld in the source too; not in it at all; both without content.
    let (code, _, message) = refusal(show(&less, &less, r#"{"reveal":1,"show":[{"seq":4}]}"#));
    assert_eq!(
        (code, message.as_str()),
        (
            Code::DiscloseErased,
            "the source has not got the content of record 4 either"
        )
    );
    assert_eq!(
        refusal(show(&less, &bundle("bundle/six"), r#"{"reveal":1,"show":[{"seq":1}]}"#)).0,
        Code::DiscloseErased
    );
    let bare = changed(&file, 4, bared);
    assert_eq!(
        refusal(show(&bare, &bare, r#"{"reveal":1,"show":[{"seq":1}]}"#)).0,
        Code::DiscloseErased
    );
    // A withheld record comes back without the content that its source has lost, and counts as a record.
    let lost = changed(&file, 7, bared);
    let (back, counts) = show(&less, &lost, r#"{"reveal":1,"show":[{"seq":4}]}"#).unwrap();
    assert_eq!((counts, lines(&back)[6].get("payload").is_some()), ((0, 1), true));
    let (back, counts) = show(&bare, &file, r#"{"reveal":1,"show":[{"seq":1}]}"#).unwrap();
    assert!(back == file && counts == (1, 0));
    // Paths mean nothing where all content is missing here.
    let (back, counts) = show(
        &bare,
        &file,
        r#"{"reveal":1,"show":[{"seq":1,"paths":["/input","/output"]}]}"#,
    )
    .unwrap();
    assert!(back == file && counts == (2, 0));
    let other = changed(&file, 4, |line| {
        line.insert("content", json(r#"{"input":"something else"}"#));
    });
    let (code, _, message) = refusal(show(&less, &other, r#"{"reveal":1,"show":[{"seq":1}]}"#));
    assert_eq!(code, Code::DiscloseCommitmentMismatch);
    assert_eq!(message, "the source's content of record 1 is not what was sealed");
    // Another record's envelope under this digest: none has it.
    let stranger = changed(&less, 7, |line| {
        line.insert("digest", Digest::of(b"x").to_string());
    });
    assert_eq!(
        refusal(show(&stranger, &file, r#"{"reveal":1,"show":[{"seq":4}]}"#)).0,
        Code::DiscloseErased
    );
}

/// Code, line and column of a refusal to read.
fn unread(file: &[u8]) -> (Code, Option<(u64, u64)>) {
    let error = hide(file, r#"{"redact":1,"hide":[{"seq":1,"paths":["/input"]}]}"#).unwrap_err();
    (error.code(), error.line())
}

fn payload(statement: &str) -> Value {
    Value::Object(object! { "payload": b64(statement.as_bytes()) })
}

#[test]
fn files_that_cannot_be_read() {
    let file = bundle("bundle/good");
    assert_eq!(unread(b"").0, Code::CanonEmpty);
    let broken = [file.as_slice(), b"  {\"a\":x}\n"].concat();
    assert_eq!(unread(&broken), (Code::CanonSyntax, Some((12, 8))));
    let first = |text: &str| unread(text.as_bytes());
    for text in [
        "[]",
        "{}",
        r#"{"payload":1}"#,
        r#"{"payload":"*"}"#,
        r#"{"payload":"e30="}"#,
    ] {
        assert_eq!(first(text), (Code::BundleMalformed, Some((1, 1))), "{text}");
    }
    let malformed = (Code::BundleMalformed, Some((4, 1)));
    type Change = fn(&mut execert::canon::Object);
    let changes: [(&str, Change); 9] = [
        ("no seed", |line| drop(line.remove("seed"))),
        ("a short seed", |line| drop(line.insert("seed", "AAAA"))),
        ("a seed that is no text", |line| drop(line.insert("seed", 1))),
        ("a seed without content", |line| drop(line.remove("content"))),
        ("both", |line| drop(line.insert("open", "x"))),
        ("an opening of another form", |line| {
            line.remove("seed");
            line.insert("open", "x");
        }),
        ("no predicate", |line| {
            line.insert("payload", b64(br#"{"predicateType":"https://execert.dev/record/v1"}"#));
        }),
        ("no chain", |line| {
            line.insert(
                "payload",
                b64(br#"{"predicate":{"chain":{"seq":1}},"predicateType":"https://execert.dev/record/v1"}"#),
            );
        }),
        ("no seq", |line| {
            let id = "019cc320-58f8-7e49-83fe-84984bf76fe1";
            let text = format!(
                r#"{{"predicate":{{"chain":{{"id":"{id}"}}}},"predicateType":"https://execert.dev/record/v1"}}"#
            );
            line.insert("payload", b64(text.as_bytes()));
        }),
    ];
    for (what, change) in changes {
        assert_eq!(unread(&changed(&file, 4, change)), malformed, "{what}");
    }
    let withheld = bundle("control/withheld-record");
    for member in ["chain", "digest"] {
        let bad = changed(&withheld, 7, |line| drop(line.insert(member, "x")));
        assert_eq!(unread(&bad), (Code::BundleMalformed, Some((7, 1))), "{member}");
    }
    // Material and documents pass as they are, white space too.
    let statement = payload(r#"{"predicate":{},"predicateType":"https://execert.dev/plan/v1"}"#);
    let more = [
        file.as_slice(),
        &to_jcs(&statement),
        b"\n {\"execert\" : \"material/1\"}\n",
    ]
    .concat();
    let (out, _) = hide(&more, r#"{"redact":1,"hide":[{"seq":1,"paths":["/input"]}]}"#).unwrap();
    assert!(out.ends_with(b" {\"execert\" : \"material/1\"}\n"));
}

#[test]
fn an_opening_that_does_not_fit() {
    let less = bundle("bundle/redacted");
    let at = (1..=lines(&less).len())
        .find(|at| !hidden(&less, *at).is_empty())
        .unwrap();
    let bad = changed(&less, at, |line| {
        let open = line.get_mut("open").unwrap().as_object_mut().unwrap();
        open.insert("seeds", "");
    });
    let whole = r#"{"redact":1,"hide":[{"paths":["/input","/output","/params","/request"]}]}"#;
    assert_eq!(refusal(hide(&bad, whole)).0, Code::DiscloseMaterialUnused);
}

/// A source or sink that fails.
struct Fails;

impl Read for Fails {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the disk is gone"))
    }
}

impl Write for Fails {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the disk is gone"))
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn input_and_output_that_fail() {
    let (file, request) = (bundle("bundle/good"), json(r#"{"redact":1,"withhold":[{"seq":4}]}"#));
    let error = redact(&mut Fails, &request, &mut Vec::new()).unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (Code::StoreIo, "the bundle could not be read")
    );
    let error = redact(&mut file.as_slice(), &request, &mut Fails).unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (Code::StoreIo, "the bundle could not be written")
    );
    let request = json(r#"{"reveal":1,"show":[{}]}"#);
    for error in [
        reveal(&mut file.as_slice(), &mut Fails, &request, &mut Vec::new()),
        reveal(&mut file.as_slice(), &mut file.as_slice(), &request, &mut Fails),
    ] {
        assert_eq!(error.unwrap_err().code(), Code::StoreIo);
    }
}
