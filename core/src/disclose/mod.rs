//! Taking content away and putting it back, in a bundle that was already made: no key is needed, every digest and
//! signature stays what it was (docs/spec/04-content.md).

mod lines;
mod reveal;

use std::io::{Read, Write};

pub use reveal::reveal;

use crate::canon::Value;
use crate::codes::Code;
use crate::content::{Tree, redact as redact_content};
use crate::error::{Error, Result};
use crate::object;
use lines::{File, Line, Place};

/// Hides places of records' content, and withholds whole records.
///
/// `request` is a `redact/1` document: `{"redact":1,"hide":[{"chain","seq" or "run","paths"}],"withhold":[{"chain",
/// "seq" or "run"}]}`. `chain` may be left out where the bundle has one; an entry with neither `seq` nor `run` means
/// every record that has such a path. The answer counts what was done: `{"fields","records"}`.
///
/// # Errors
/// `wire.bad_argument` for a malformed request and when nothing matches; `bundle.*`, `canon.*` if the bundle cannot be
/// read; `store.io` if it cannot be written.
pub fn redact(bundle: &mut dyn Read, request: &Value, out: &mut dyn Write) -> Result<Value> {
    let request = Request::parse(request)?;
    let mut file = File::read(bundle)?;
    let (mut fields, mut records) = (0u64, 0u64);
    for (place, paths) in &request.hide {
        let mut matched = 0u64;
        for line in file.records_at(place)? {
            let wanted: Vec<String> = match (&line.content, place.is_all()) {
                (Some((content, _)), true) => paths.iter().filter(|p| content.pointer(p).is_some()).cloned().collect(),
                // A record without content has no such path; where it is named alone, that is an error.
                (None, true) => Vec::new(),
                (_, false) => paths.clone(),
            };
            if !wanted.is_empty() {
                matched = matched.saturating_add(hide(line, &wanted)?);
            }
        }
        if matched == 0 {
            return Err(nothing(place));
        }
        fields = fields.saturating_add(matched);
    }
    for place in &request.withhold {
        let matched = file.withhold(place)?;
        if matched == 0 {
            return Err(nothing(place));
        }
        records = records.saturating_add(matched);
    }
    file.write(out)?;
    Ok(Value::Object(
        object! { "fields": Value::count(fields), "records": Value::count(records) },
    ))
}

fn nothing(place: &Place) -> Error {
    let text = format!("nothing in this bundle matches {place}");
    Error::new(Code::WireBadArgument, text).hint("`execert show FILE` lists the records and their paths")
}

/// Hides these places of one record; the number of places that were not hidden before.
fn hide(line: &mut Line, paths: &[String]) -> Result<u64> {
    let Some((content, form)) = &line.content else {
        let text = "this record's content is not in the file";
        return Err(Error::new(Code::ContentAbsent, text));
    };
    let (hidden, open) = redact_content(content, form, paths)?;
    let form = crate::content::Form::Redacted(open);
    if line.index.is_some() {
        line.index = Some(Tree::of(&hidden, &form)?.index(&hidden));
    }
    line.content = Some((hidden, form));
    line.changed = true;
    Ok(u64::try_from(paths.len()).unwrap_or(u64::MAX))
}

struct Request {
    hide: Vec<(Place, Vec<String>)>,
    withhold: Vec<Place>,
}

impl Request {
    fn parse(value: &Value) -> Result<Self> {
        let bad = |path: &str| Error::new(Code::WireBadArgument, "this is not a `redact/1` document").at(path);
        let object = value.as_object().ok_or_else(|| bad(""))?;
        for (name, _) in object.iter() {
            if !["redact", "hide", "withhold"].contains(&name) {
                return Err(bad(&format!("/{}", crate::canon::escape_pointer(name))));
            }
        }
        if object.get("redact").and_then(Value::as_int) != Some(1) {
            return Err(bad("/redact"));
        }
        let list = |name: &str| match object.get(name) {
            None => Ok(Vec::new()),
            Some(value) => value
                .as_array()
                .map(<[Value]>::to_vec)
                .ok_or_else(|| bad(&format!("/{name}"))),
        };
        let mut hide = Vec::new();
        for (at, entry) in list("hide")?.iter().enumerate() {
            let path = format!("/hide/{at}");
            let place = Place::parse(entry, &["paths"]).ok_or_else(|| bad(&path))?;
            let paths = entry.get("paths").and_then(Value::as_array).unwrap_or_default();
            let paths: Option<Vec<String>> = paths.iter().map(|p| p.as_str().map(str::to_owned)).collect();
            let paths = paths
                .filter(|p| !p.is_empty())
                .ok_or_else(|| bad(&format!("{path}/paths")))?;
            hide.push((place, paths));
        }
        let mut withhold = Vec::new();
        for (at, entry) in list("withhold")?.iter().enumerate() {
            let path = format!("/withhold/{at}");
            let place = Place::parse(entry, &[]).filter(|place| !place.is_all());
            withhold.push(place.ok_or_else(|| bad(&path))?);
        }
        Ok(Request { hide, withhold })
    }
}
