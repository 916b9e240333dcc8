//! Putting withheld content back from a fuller copy of the same records.

use std::io::{Read, Write};

use super::lines::{File, Place};
use crate::canon::Value;
use crate::codes::Code;
use crate::content::{Form, Tree, check, redact};
use crate::error::{Error, Result};
use crate::merkle::Hash;
use crate::object;

/// Puts hidden fields, content and withheld records of `bundle` back from `source`, a fuller bundle with the same
/// records.
///
/// `request`: `{"reveal":1,"show":[{"chain" o,"seq" or "run","paths" o}]}`; without `paths` everything that the source
/// has. The answer is `{"fields","records"}`.
///
/// # Errors
/// `wire.bad_argument` for a malformed request or a path that is not hidden; `disclose.erased` where the source has not
/// got it either; `disclose.commitment_mismatch` if its content is not what was sealed; as `redact` otherwise.
pub fn reveal(bundle: &mut dyn Read, source: &mut dyn Read, request: &Value, out: &mut dyn Write) -> Result<Value> {
    let bad = |path: &str| Error::new(Code::WireBadArgument, "this is not a `reveal/1` document").at(path);
    let mut file = File::read(bundle)?;
    let source = File::read(source)?;
    if request.get("reveal").and_then(Value::as_int) != Some(1) {
        return Err(bad("/reveal"));
    }
    let entries = request
        .get("show")
        .and_then(Value::as_array)
        .ok_or_else(|| bad("/show"))?;
    let (mut fields, mut records) = (0u64, 0u64);
    for (at, entry) in entries.iter().enumerate() {
        let path = format!("/show/{at}");
        let place = Place::parse(entry, &["paths"]).ok_or_else(|| bad(&path))?;
        let paths: Option<Vec<&str>> = match entry.get("paths") {
            None => Some(Vec::new()),
            Some(list) => list
                .as_array()
                .map(|list| list.iter().filter_map(Value::as_str).collect()),
        };
        let paths = paths.ok_or_else(|| bad(&format!("{path}/paths")))?;
        let mut matched = 0u64;
        for line in file.all_at(&place)? {
            let erased = || {
                let text = format!("the source has not got the content of {place} either");
                Error::new(Code::DiscloseErased, text)
            };
            let fuller = source.by_digest(&line.digest).filter(|line| line.envelope.is_some());
            let Some(fuller) = fuller else { return Err(erased()) };
            if line.envelope.is_none() {
                line.envelope.clone_from(&fuller.envelope);
                line.seq = fuller.seq;
                line.run = fuller.run;
                line.changed = true;
                records = records.saturating_add(1);
            } else if line.content.is_none() && fuller.content.is_none() {
                return Err(erased());
            }
            let Some((content, form)) = &fuller.content else {
                continue;
            };
            let hidden: Vec<String> = match &line.content {
                Some((_, Form::Redacted(open))) if !paths.is_empty() => open.hidden.clone(),
                _ => Vec::new(),
            };
            for path in &paths {
                if line.content.is_some() && !hidden.iter().any(|pointer| covers(path, pointer)) {
                    let text = format!("nothing is hidden at this path of {place}");
                    return Err(Error::new(Code::WireBadArgument, text).at(*path));
                }
            }
            let stays: Vec<String> = hidden
                .iter()
                .filter(|pointer| !paths.iter().any(|path| covers(path, pointer)))
                .cloned()
                .collect();
            let shown = if stays.is_empty() {
                (content.clone(), form.clone())
            } else {
                let (content, open) = redact(content, form, &stays)?;
                (content, Form::Redacted(open))
            };
            let root = root_of(line.envelope.as_ref()).ok_or_else(erased)?;
            if !check(&shown.0, &shown.1, None, &root).is_empty() {
                let text = format!("the source's content of {place} is not what was sealed");
                return Err(Error::new(Code::DiscloseCommitmentMismatch, text));
            }
            let with_index = line.index.is_some() || fuller.index.is_some();
            line.index = if with_index {
                Some(Tree::of(&shown.0, &shown.1)?.index(&shown.0))
            } else {
                None
            };
            line.content = Some(shown);
            line.changed = true;
            matched = matched.saturating_add(u64::try_from(paths.len().max(1)).unwrap_or(u64::MAX));
        }
        if matched == 0 && records == 0 {
            let text = format!("nothing in this bundle matches {place}");
            return Err(Error::new(Code::WireBadArgument, text).at(path));
        }
        fields = fields.saturating_add(matched);
    }
    file.write(out)?;
    Ok(Value::Object(
        object! { "fields": Value::count(fields), "records": Value::count(records) },
    ))
}

/// Whether showing `path` shows what was hidden at `pointer`.
fn covers(path: &str, pointer: &str) -> bool {
    pointer
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn root_of(envelope: Option<&crate::canon::Object>) -> Option<Hash> {
    let payload = crate::digest::unb64(envelope?.get("payload")?.as_str()?)?;
    let statement = crate::canon::parse(&payload, &crate::limits::Limits::PAYLOAD).ok()?;
    let root = statement.pointer("/predicate/content/root")?.as_str()?;
    Some(*crate::digest::Digest::from_hex(root)?.as_bytes())
}
