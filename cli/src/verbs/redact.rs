//! `execert redact` and `execert reveal`.

use execert::canon::Value;
use execert::{disclose, object};

use crate::args::{Redact, Reveal};
use crate::fail::{Fail, Outcome};
use crate::files;
use crate::term::Term;

pub(super) fn redact(args: &Redact, term: &mut Term<'_>) -> Outcome {
    if args.hide.is_empty() && args.withhold.is_empty() {
        return Err(Fail::usage(
            "say what to hide: --hide PLACE:/path or --withhold PLACE",
            "",
        ));
    }
    let hide: Vec<Value> = args.hide.iter().map(|text| with_path(text)).collect::<Result<_, _>>()?;
    let withhold: Vec<Value> = args.withhold.iter().map(|text| place(text)).collect::<Result<_, _>>()?;
    let request = Value::Object(object! { "redact": 1, "hide": hide, "withhold": withhold });
    let mut file = files::open(&args.file)?;
    let done = files::create(&args.output, |out| disclose::redact(&mut file, &request, out))?;
    let number = |name: &str| done.get(name).and_then(Value::as_int).unwrap_or_default();
    let what = counted(number("fields"), number("records"));
    term.line(&format!("{}: {what} withheld; every signature still fits", args.output))?;
    Ok(0)
}

pub(super) fn reveal(args: &Reveal, term: &mut Term<'_>) -> Outcome {
    let mut show = Vec::new();
    for text in &args.show {
        show.push(if text.contains(":/") {
            with_path(text)?
        } else {
            place(text)?
        });
    }
    let request = Value::Object(object! { "reveal": 1, "show": show });
    let (mut file, mut source) = (files::open(&args.file)?, files::open(&args.from)?);
    let done = files::create(&args.output, |out| {
        disclose::reveal(&mut file, &mut source, &request, out)
    })?;
    let number = |name: &str| done.get(name).and_then(Value::as_int).unwrap_or_default();
    let what = counted(number("fields"), number("records"));
    term.line(&format!("{}: {what} put back", args.output))?;
    Ok(0)
}

fn counted(fields: u64, records: u64) -> String {
    let many = |n: u64, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    match (fields, records) {
        (_, 0) => many(fields, "field"),
        (0, _) => many(records, "record"),
        _ => format!("{} and {}", many(fields, "field"), many(records, "record")),
    }
}

/// `PLACE:/path` as an entry of the request.
fn with_path(text: &str) -> Result<Value, Fail> {
    let bad = || {
        Fail::usage(
            format!("`{text}` is not PLACE:/path"),
            "such as 3:/output/approved, or *:/input/mail",
        )
    };
    let at = text.find(":/").ok_or_else(bad)?;
    let (before, path) = text.split_at_checked(at).ok_or_else(bad)?;
    let path = path.strip_prefix(':').ok_or_else(bad)?;
    let mut entry = match place(before)? {
        Value::Object(entry) => entry,
        _ => return Err(bad()),
    };
    entry.insert("paths", vec![Value::from(path)]);
    Ok(Value::Object(entry))
}

/// SEQ, RUN/SEQ or `*` as a place.
pub(super) fn place(text: &str) -> Result<Value, Fail> {
    let bad = || Fail::usage(format!("`{text}` is not a place"), "a place is SEQ, RUN/SEQ or *");
    if text == "*" {
        return Ok(Value::Object(object! {}));
    }
    if let Some((run, seq)) = text.split_once('/') {
        let seq: u64 = seq.parse().map_err(|_| bad())?;
        return Ok(Value::Object(
            object! { "run": object! { "id": run, "seq": Value::count(seq) } },
        ));
    }
    let seq: u64 = text.parse().map_err(|_| bad())?;
    Ok(Value::Object(object! { "seq": Value::count(seq) }))
}
