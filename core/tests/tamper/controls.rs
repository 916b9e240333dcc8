//! What the format calls meaningless changes nothing; what may be taken away without a key shows in the report.

use execert::canon::{Value, to_jcs};
use execert::digest::{b64, hex, sha256};
use execert::disclose::redact;
use execert::render;

use crate::edit::{apart, places, pointer, together};
use crate::made::{Made, SECRET, What, chain, exit, runs, text};

/// JSON in another spelling: members backwards, white space, every letter of a string escaped.
fn spelled(value: &Value, out: &mut String) {
    let string = |text: &str, out: &mut String| {
        out.push('"');
        text.encode_utf16()
            .for_each(|unit| out.push_str(&format!("\\u{unit:04X}")));
        out.push('"');
    };
    match value {
        Value::Object(members) => {
            out.push_str("{ ");
            for (n, (name, value)) in members.iter().collect::<Vec<_>>().into_iter().rev().enumerate() {
                out.push_str(if n == 0 { "\t" } else { " ,\r" });
                string(name, out);
                out.push_str(" : ");
                spelled(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (n, value) in items.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { " , " });
                spelled(value, out);
            }
            out.push(']');
        }
        Value::String(text) => string(text, out),
        Value::Number(number) => out.push_str(&format!("{number:e}")),
        other => out.push_str(&String::from_utf8(to_jcs(other)).unwrap()),
    }
}

#[test]
fn spelling_means_nothing() {
    for made in [chain(), runs()] {
        let whole = made.report(&made.lines);
        let mut count = 0;
        let mut all = Vec::new();
        for (number, line) in made.lines.iter().enumerate() {
            // Payloads stay as they are: they are signed byte for byte.
            let mut out = String::new();
            spelled(
                &execert::canon::parse(line, &execert::limits::Limits::LINE).unwrap(),
                &mut out,
            );
            assert_ne!(out.as_bytes(), line.as_slice());
            if number % 5 == 0 {
                assert_eq!(
                    text(&made.with_line(number, out.clone().into_bytes())),
                    text(&whole),
                    "line {}",
                    number + 1
                );
                count += 1;
            }
            all.push(out.into_bytes());
        }
        assert_eq!(text(&made.report(&all)), text(&whole));
        println!("spelling: {} lines spelled otherwise", count + all.len());
    }
}

#[test]
fn material_may_be_moved_repeated_and_removed() {
    for made in [chain(), runs()] {
        let whole = made.report(&made.lines);
        let material: Vec<usize> = (0..made.lines.len())
            .filter(|n| made.what(*n) == What::Material)
            .collect();
        assert!(!material.is_empty());
        for number in &material {
            let mut moved = made.lines.clone();
            let line = moved.remove(*number);
            let without = made.report(&moved);
            moved.insert(1, line.clone());
            assert_eq!(text(&made.report(&moved)), text(&whole), "moved");
            moved.insert(1, line);
            assert_eq!(text(&made.report(&moved)), text(&whole), "repeated");
            // Less evidence never says more: the same verdict or a worse one.
            let rank = |report: &Value| {
                (
                    exit(report) != 0,
                    report.get("verdict").unwrap().as_str().unwrap() != "intact",
                )
            };
            assert!(rank(&without) >= rank(&whole), "removed: {}", text(&without));
        }
        println!("material: {} lines moved, repeated, removed", material.len());
    }
}

fn request(hide: &str, withhold: &str) -> Value {
    crate::common::json(&format!(r#"{{"redact":1,"hide":[{hide}],"withhold":[{withhold}]}}"#))
}

fn redacted(made: &Made, request: &Value) -> Vec<u8> {
    let mut bundle = made.lines.join(&b'\n');
    bundle.push(b'\n');
    let mut out = Vec::new();
    redact(&mut bundle.as_slice(), request, &mut out).unwrap();
    out
}

/// Every value of every content hidden alone: it holds, and says so.
#[test]
fn proper_redaction_holds() {
    let made = chain();
    let mut count = 0;
    for number in made.records() {
        let What::Record(seq) = made.what(number) else { continue };
        let line = apart(&made.lines[number]);
        let Some(content) = line.get("content") else { continue };
        for (path, _) in places(content).into_iter().filter(|(path, _)| !path.is_empty()) {
            let hide = format!(
                r#"{{"seq":{seq},"paths":[{}]}}"#,
                String::from_utf8(to_jcs(&pointer(&path))).unwrap()
            );
            let report = made.report_of(&redacted(&made, &request(&hide, "")));
            assert_eq!(exit(&report), 0, "record {seq} {}: {}", pointer(&path), text(&report));
            assert_eq!(report.pointer("/disclosure/withheld").unwrap().as_int(), Some(1));
            count += 1;
        }
    }
    println!("redaction: {count} values hidden one by one");
    assert!(count > 100);
}

#[test]
fn a_withheld_record_holds_and_shows() {
    let made = runs();
    let mut count = 0;
    for number in made.records() {
        let line = apart(&made.lines[number]);
        let kind = line
            .pointer("/payload/predicate/kind")
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned();
        let seq = line.pointer("/payload/predicate/chain/seq").unwrap();
        let withhold = format!(r#"{{"seq":{}}}"#, String::from_utf8(to_jcs(seq)).unwrap());
        let report = made.report_of(&redacted(&made, &request("", &withhold)));
        assert_eq!(report.pointer("/disclosure/recordsWithheld").unwrap().as_int(), Some(1));
        let said = report.get("findings").unwrap().as_array().unwrap();
        assert!(
            said.iter()
                .any(|it| it.get("code").unwrap().as_str() == Some("record.withheld"))
        );
        // Only the end of a run says that it is whole.
        let expected = if kind == "run.end" { 4 } else { 0 };
        assert_eq!(exit(&report), expected, "{kind}: {}", text(&report));
        count += 1;
    }
    println!("withheld: {count} records one by one");
}

/// A wrong opening of a hidden value, or its place filled with the value or another.
#[test]
fn a_hidden_place_cannot_be_filled() {
    let made = runs();
    let bundle = redacted(&made, &request(r#"{"paths":["/input/who"]}"#, ""));
    let redacted = Made {
        lines: Made::new(&bundle).lines,
        ..made
    };
    let mut count = 0;
    for number in redacted.records() {
        let line = apart(&redacted.lines[number]);
        if line.get("open").is_none() {
            continue;
        }
        for filling in [Value::from(SECRET), "x".into(), 0.into(), false.into()] {
            let path = ["content", "input", "who"].map(str::to_owned);
            let filled = crate::edit::with(&line, &path, filling);
            let report = redacted.with_line(number, together(&filled));
            assert_eq!(exit(&report), 1, "{}", text(&report));
            count += 1;
        }
    }
    println!("hidden places filled: {count}");
    assert!(count >= 8);
}

/// What was withheld is nowhere: not in the bundle, the report or its text; neither its letters nor its plain digest.
#[test]
fn withheld_values_appear_nowhere() {
    let made = chain();
    let mut bundle = made.lines.join(&b'\n');
    bundle.push(b'\n');
    let forms = |value: &str| {
        let quoted = format!("\"{value}\"");
        let digests = [sha256(&[value.as_bytes()]), sha256(&[quoted.as_bytes()])];
        let mut forms = vec![value.to_owned(), b64(value.as_bytes()), hex(value.as_bytes())];
        forms.extend(digests.iter().flat_map(|digest| [hex(digest), b64(digest)]));
        forms
    };
    let holds = |bytes: &[u8], form: &str| bytes.windows(form.len()).any(|part| part == form.as_bytes());
    assert!(holds(&bundle, SECRET), "it is there before");
    let hide = r#"{"paths":["/input/customer","/names/customer","/output/name"]}"#;
    let out = redacted(&made, &request(hide, ""));
    let report = made.report_of(&out);
    assert_eq!(exit(&report), 0, "{}", text(&report));
    assert_eq!(report.pointer("/disclosure/withheld").unwrap().as_int(), Some(4));
    let page = render::text(
        &report,
        &render::Subject {
            name: "a.execert",
            trust: "mine",
            plain: true,
        },
    )
    .plain_text();
    for form in forms(SECRET) {
        for (what, bytes) in [
            ("bundle", out.as_slice()),
            ("report", text(&report).as_bytes()),
            ("text", page.as_bytes()),
        ] {
            assert!(!holds(bytes, &form), "{form} is in the {what}");
        }
    }
    // Payloads are base64 in the file: in plain they do not hold it either.
    for line in Made::new(&out).lines {
        assert!(!holds(&to_jcs(&apart(&line)), SECRET));
    }
}
