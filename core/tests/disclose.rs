//! Withholding and putting back: the bytes of the golden vectors, and everything that may be asked wrongly.
#![expect(clippy::disallowed_methods, reason = "a test reads its vectors")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

use std::io::{Read, Write};

use execert::canon::{Value, parse, to_jcs};
use execert::digest::{Digest, b64, unb64};
use execert::disclose::{redact, reveal};
use execert::limits::Limits;
use execert::{Code, Error, object, verify};

const RUN: &str = "019cc320-58f8-77fa-ac64-c655fea88080";

fn golden(name: &str) -> Vec<u8> {
    let own = || concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/golden").into();
    let folder = std::env::var_os("EXECERT_VECTORS").map_or_else(own, std::path::PathBuf::from);
    std::fs::read(folder.join(name)).unwrap()
}

fn bundle(name: &str) -> Vec<u8> {
    golden(&format!("{name}/input.execert"))
}

fn json(text: &str) -> Value {
    parse(text.as_bytes(), &Limits::DOCUMENT).unwrap()
}

/// What comes out, and the counts of fields and records.
type Answer = Result<(Vec<u8>, (u64, u64)), Error>;

fn counted(answer: Value, out: Vec<u8>) -> (Vec<u8>, (u64, u64)) {
    let number = |name: &str| answer.get(name).and_then(Value::as_int).unwrap();
    assert_eq!(answer.as_object().unwrap().len(), 2);
    (out, (number("fields"), number("records")))
}

fn hide(bundle: &[u8], request: &str) -> Answer {
    let mut out = Vec::new();
    redact(&mut &*bundle, &json(request), &mut out).map(|answer| counted(answer, out))
}

fn show(bundle: &[u8], source: &[u8], request: &str) -> Answer {
    let mut out = Vec::new();
    reveal(&mut &*bundle, &mut &*source, &json(request), &mut out).map(|answer| counted(answer, out))
}

fn refusal(answer: Answer) -> (Code, Option<String>, String) {
    let error = answer.unwrap_err();
    (
        error.code(),
        error.path().map(str::to_owned),
        error.message().to_owned(),
    )
}

fn argument(path: &str) -> (Code, Option<String>) {
    (Code::WireBadArgument, Some(path.to_owned()))
}

fn lines(file: &[u8]) -> Vec<Value> {
    let line = |line: &[u8]| parse(line, &Limits::LINE).unwrap();
    file.strip_suffix(b"\n")
        .unwrap()
        .split(|b| *b == b'\n')
        .map(line)
        .collect()
}

/// A line of a bundle replaced by what `change` makes of it.
fn changed(file: &[u8], at: usize, change: impl FnOnce(&mut execert::canon::Object)) -> Vec<u8> {
    let mut lines = lines(file);
    change(lines[at - 1].as_object_mut().unwrap());
    lines
        .iter()
        .flat_map(|line| [to_jcs(line), b"\n".to_vec()].concat())
        .collect()
}

/// Takes the content away.
fn bared(line: &mut execert::canon::Object) {
    for name in ["content", "seed", "index"] {
        line.remove(name);
    }
}

fn hidden(file: &[u8], at: usize) -> Vec<String> {
    let line = &lines(file)[at - 1];
    let list = line
        .pointer("/open/hidden")
        .and_then(Value::as_array)
        .unwrap_or_default();
    list.iter().map(|path| path.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_redaction_is_that_of_the_vectors_and_comes_back() {
    for (whole, less) in [
        ("bundle/good", "bundle/redacted"),
        ("bundle/run", "bundle/run-redacted"),
    ] {
        let (file, want) = (bundle(whole), bundle(less));
        let mut entries = Vec::new();
        for (at, line) in lines(&want).iter().enumerate() {
            let paths: Vec<Value> = hidden(&want, at + 1).into_iter().map(Value::from).collect();
            let payload = line.get("payload").and_then(Value::as_str).and_then(unb64);
            if let (false, Some(payload)) = (paths.is_empty(), payload) {
                let payload = parse(&payload, &Limits::PAYLOAD).unwrap();
                let place = |name: &str| payload.pointer(&format!("/predicate/{name}")).unwrap().clone();
                entries.push(Value::Object(
                    object! { "chain": place("chain/id"), "seq": place("chain/seq"), "paths": paths },
                ));
            }
        }
        let count = entries
            .iter()
            .map(|e| e.get("paths").unwrap().as_array().unwrap().len())
            .sum::<usize>();
        assert!(count > 0);
        let mut out = Vec::new();
        let request = Value::Object(object! { "redact": 1, "hide": entries });
        let answer = redact(&mut file.as_slice(), &request, &mut out).unwrap();
        let (out, counts) = counted(answer, out);
        assert_eq!(counts, (count as u64, 0), "{whole}");
        assert!(out == want, "{whole}");
        let (back, counts) = show(&want, &file, r#"{"reveal":1,"show":[{}]}"#).unwrap();
        assert!(back == file, "{whole}");
        // Every record of the file that has content, once.
        assert_eq!(
            counts,
            (
                lines(&file).iter().filter(|line| line.get("content").is_some()).count() as u64,
                0
            )
        );
    }
}

#[test]
fn records_are_withheld_as_the_vectors_have_them_and_come_back() {
    let run = format!(r#"{{"id":"{RUN}","seq":3}}"#);
    for (whole, less, place, path) in [
        ("bundle/good", "control/withheld-record", r#""seq":4"#.to_owned(), ""),
        ("bundle/run", "bundle/run-withheld", format!(r#""run":{run}"#), ""),
    ] {
        let (file, want) = (bundle(whole), bundle(less));
        let (out, counts) = hide(&file, &format!(r#"{{"redact":1,"withhold":[{{{place}}}]}}"#)).unwrap();
        assert!(out == want, "{whole}");
        assert_eq!(counts, (0, 1));
        let (back, counts) = show(&want, &file, &format!(r#"{{"reveal":1,"show":[{{{place}}}]}}"#)).unwrap();
        assert!(back == file, "{whole}{path}");
        assert_eq!(counts, (1, 1));
        // It is not there to be hidden or withheld again.
        let again = hide(&want, &format!(r#"{{"redact":1,"withhold":[{{{place}}}]}}"#));
        assert_eq!(refusal(again).0, Code::WireBadArgument);
    }
}

/// A record whose run no later line names is withheld without its run in a chain, and with it in a bundle of runs.
#[test]
fn the_last_record_of_a_run() {
    let (out, _) = hide(&bundle("bundle/good"), r#"{"redact":1,"withhold":[{"seq":7}]}"#).unwrap();
    let line = &lines(&out)[9];
    assert_eq!(
        (line.get("run"), line.get("seq").and_then(Value::as_int)),
        (None, Some(7))
    );
    let (out, _) = hide(
        &bundle("bundle/run"),
        &format!(r#"{{"redact":1,"withhold":[{{"run":{{"id":"{RUN}","seq":4}}}}]}}"#),
    )
    .unwrap();
    let line = &lines(&out)[7];
    assert_eq!(
        (line.pointer("/run/seq").and_then(Value::as_int), line.get("seq")),
        (Some(4), None)
    );
    // The run of a later record of another run is not the run of this one.
    let request = r#"{"redact":1,"withhold":[{"seq":9},{"seq":6}]}"#;
    let (out, counts) = hide(&bundle("control/chain-of-runs"), request).unwrap();
    assert_eq!(counts, (0, 2));
    let withheld: Vec<bool> = lines(&out)
        .iter()
        .filter(|l| l.get("digest").is_some())
        .map(|l| l.get("run").is_some())
        .collect();
    // Two, and record 7, which was withheld before.
    assert_eq!(withheld, [false; 3]);
    assert_eq!(lines(&out).len(), lines(&bundle("control/chain-of-runs")).len());
}

#[test]
fn only_what_is_asked_changes() {
    let file = bundle("bundle/good");
    let request = r#"{"redact":1,"hide":[{"seq":1,"paths":["/input/customer/email","/input/order"]}]}"#;
    let (once, counts) = hide(&file, request).unwrap();
    assert_eq!(counts, (2, 0));
    let (before, after) = (lines(&file), lines(&once));
    for at in (0..before.len()).filter(|at| *at != 3) {
        assert_eq!(before[at], after[at]);
    }
    assert_eq!(after[3].pointer("/content/input/order"), Some(&Value::Null));
    assert_eq!(
        after[3].pointer("/content/input/customer/name"),
        before[3].pointer("/content/input/customer/name")
    );
    assert_eq!(after[3].get("seed"), None);
    assert_eq!(after[3].get("index"), before[3].get("index"));
    assert_eq!(hidden(&once, 4), ["/input/customer/email", "/input/order"]);
    // Hiding above what is hidden already leaves one place.
    let (twice, counts) = hide(&once, r#"{"redact":1,"hide":[{"seq":1,"paths":["/input/customer"]}]}"#).unwrap();
    assert_eq!(
        (counts, hidden(&twice, 4)),
        ((1, 0), vec!["/input/customer".to_owned(), "/input/order".to_owned()])
    );
    let (trust, options) = (json(&text("trust.json")), json(&text("options.json")));
    for file in [&once, &twice] {
        assert_eq!(verify::check(&mut file.as_slice(), &trust, &options).unwrap().exit(), 0);
    }
    // One of two places comes back; a beginning of a name is not a place above it.
    let (part, counts) = show(
        &once,
        &file,
        r#"{"reveal":1,"show":[{"seq":1,"paths":["/input/customer"]}]}"#,
    )
    .unwrap();
    assert_eq!((counts, hidden(&part, 4)), ((1, 0), vec!["/input/order".to_owned()]));
    assert_eq!(lines(&part)[3].get("index"), before[3].get("index"));
    for path in ["/input/cust", "/input/orders", "/output", "/input/customer/name"] {
        let request = format!(r#"{{"reveal":1,"show":[{{"seq":1,"paths":["{path}"]}}]}}"#);
        let (code, at, said) = refusal(show(&once, &file, &request));
        assert_eq!((code, at.as_deref()), (Code::WireBadArgument, Some(path)));
        assert_eq!(said, "nothing is hidden at this path of record 1");
    }
    // Where nothing is hidden, no path can be shown.
    let request = r#"{"reveal":1,"show":[{"seq":2,"paths":["/input"]}]}"#;
    assert_eq!(refusal(show(&once, &file, request)).0, Code::WireBadArgument);
}

fn text(name: &str) -> String {
    String::from_utf8(golden(&format!("bundle/good/{name}"))).unwrap()
}

#[test]
fn with_and_without_an_index() {
    let (with, without) = (bundle("bundle/good"), bundle("control/no-index"));
    let request = r#"{"redact":1,"hide":[{"seq":1,"paths":["/input/order"]}]}"#;
    let (less, _) = hide(&without, request).unwrap();
    assert!(lines(&less).iter().all(|line| line.get("index").is_none()));
    let (back, _) = show(&less, &without, r#"{"reveal":1,"show":[{"seq":1}]}"#).unwrap();
    assert!(back == without);
    // The index comes along from a source that has one.
    let (back, _) = show(&less, &with, r#"{"reveal":1,"show":[{"seq":1}]}"#).unwrap();
    assert_eq!(lines(&back)[3].get("index"), lines(&with)[3].get("index"));
    let (less, _) = hide(&with, request).unwrap();
    let (back, _) = show(&less, &without, r#"{"reveal":1,"show":[{"seq":1}]}"#).unwrap();
    assert!(back == with);
}

#[test]
fn every_record_that_has_such_a_path() {
    let (out, counts) = hide(
        &bundle("bundle/good"),
        r#"{"redact":1,"hide":[{"paths":["/input/order","/input/customer"]}]}"#,
    )
    .unwrap();
    // Record 1 has both, records 2 and 5 one of them.
    assert_eq!(counts, (4, 0));
    assert_eq!([4, 5, 6, 8].map(|at| hidden(&out, at).len()), [2, 1, 0, 1]);
    let file = changed(&bundle("bundle/good"), 4, bared);
    let (_, counts) = hide(&file, r#"{"redact":1,"hide":[{"paths":["/input/order"]}]}"#).unwrap();
    assert_eq!(counts, (1, 0), "a record without content has no such path");
    let (code, ..) = refusal(hide(
        &file,
        r#"{"redact":1,"hide":[{"seq":1,"paths":["/input/order"]}]}"#,
    ));
    assert_eq!(code, Code::ContentAbsent);
    let (_, counts) = hide(&file, r#"{"redact":1,"hide":[{"seq":2,"paths":["/input"]},{"seq":5,"paths":["/input"]}],"withhold":[{"seq":4},{"seq":3}]}"#).unwrap();
    assert_eq!(counts, (2, 2));
}

#[test]
fn places() {
    let nothing = |place: &str, said: &str| {
        let (code, path, message) = refusal(hide(
            &bundle("bundle/good"),
            &format!(r#"{{"redact":1,"hide":[{{{place}"paths":["/nowhere"]}}]}}"#),
        ));
        assert_eq!((code, path), (Code::WireBadArgument, None));
        assert_eq!(message, format!("nothing in this bundle matches {said}"));
        let (code, path, message) = refusal(show(
            &bundle("bundle/good"),
            &bundle("bundle/good"),
            &format!(r#"{{"reveal":1,"show":[{{{place}"paths":[]}}]}}"#),
        ));
        if !place.is_empty() {
            assert_eq!((code, path.as_deref()), (Code::WireBadArgument, Some("/show/0")));
            assert_eq!(message, format!("nothing in this bundle matches {said}"));
        }
    };
    nothing(r#""seq":9,"#, "record 9");
    nothing(
        &format!(r#""run":{{"id":"{RUN}","seq":2}},"#),
        &format!("record 2 of run {RUN}"),
    );
    nothing(r#""chain":"019cc320-58f8-7530-ad5a-5f9d2ddbab5c","#, "any record");
    let (code, path, _) = refusal(hide(
        &bundle("bundle/good"),
        r#"{"redact":1,"hide":[{"paths":["/nowhere"]}]}"#,
    ));
    assert_eq!((code, path), (Code::WireBadArgument, None));
    let (code, path, _) = refusal(hide(
        &bundle("bundle/good"),
        r#"{"redact":1,"hide":[{"seq":1,"paths":["/nowhere"]}]}"#,
    ));
    assert_eq!((code, path.as_deref()), (Code::WireBadArgument, Some("/nowhere")));
    let (_, counts) = hide(
        &bundle("bundle/good"),
        r#"{"redact":1,"hide":[{"chain":"019cc320-58f8-7e49-83fe-84984bf76fe1","seq":1,"paths":["/input"]}]}"#,
    )
    .unwrap();
    assert_eq!(counts, (1, 0));
    // Of two chains, one has to be named, unless the run says which.
    let two = bundle("control/run-two-ledgers");
    for request in [
        r#"{"redact":1,"hide":[{"seq":3,"paths":["/input"]}]}"#,
        r#"{"redact":1,"withhold":[{"seq":3}]}"#,
    ] {
        let (code, _, message) = refusal(hide(&two, request));
        assert_eq!(code, Code::WireBadArgument);
        assert_eq!(
            message,
            "this bundle holds several chains: say which one, or name the record by run"
        );
    }
    let (code, _, message) = refusal(show(&two, &two, r#"{"reveal":1,"show":[{"seq":3}]}"#));
    assert_eq!(
        (code, message.contains("several chains")),
        (Code::WireBadArgument, true)
    );
    let (_, counts) = hide(
        &two,
        r#"{"redact":1,"hide":[{"chain":"019cc320-58f8-7530-ad5a-5f9d2ddbab5c","seq":3,"paths":["/input"]}]}"#,
    )
    .unwrap();
    assert_eq!(counts, (1, 0));
    let (_, counts) = hide(
        &two,
        &format!(r#"{{"redact":1,"hide":[{{"run":{{"id":"{RUN}","seq":1}},"paths":["/input"]}}]}}"#),
    )
    .unwrap();
    assert_eq!(counts, (1, 0));
    let (_, counts) = hide(&two, r#"{"redact":1,"hide":[{"paths":["/input/order"]}]}"#).unwrap();
    assert_eq!(counts, (3, 0));
}

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
