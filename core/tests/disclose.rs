//! Withholding and putting back: the bytes of the golden vectors.
#![expect(clippy::disallowed_methods, reason = "a test reads its vectors")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

#[path = "support/disclosed.rs"]
mod disclosed;

use disclosed::{RUN, bared, bundle, changed, counted, golden, hidden, hide, json, lines, refusal, show};
use execert::canon::{Value, parse};
use execert::digest::unb64;
use execert::disclose::redact;
use execert::limits::Limits;
use execert::{Code, object, verify};

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
