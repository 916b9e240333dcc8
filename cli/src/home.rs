//! What `init` made here, and the reader's own trust.

use std::path::Path;
use std::sync::Arc;

use execert::canon::Value;
use execert::object;
use execert::recorder::Recorder;
use execert_store::{Native, user};

use crate::args::Where;
use crate::fail::Fail;
use crate::files;

/// The key that `init` writes.
pub(crate) const KEY: &str = "recorder.key";
/// The policy that `init --example` writes.
pub(crate) const POLICY: &str = "policy.json";

/// The ledger that was named, or the only one here.
pub(crate) fn ledger(named: Option<&str>) -> Result<String, Fail> {
    if let Some(name) = named {
        return Ok(name.to_owned());
    }
    let mut here = Vec::new();
    for entry in std::fs::read_dir(".").map_err(Fail::io("."))? {
        let name = entry.map_err(Fail::io("."))?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".ledger") && Path::new(&name).is_dir() {
            here.push(name);
        }
    }
    match here.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Fail::usage(
            "there is no ledger here",
            "`execert init` makes one, or say --ledger DIR",
        )),
        _ => Err(Fail::usage(
            "there are several ledgers here",
            "say which one: --ledger DIR",
        )),
    }
}

/// The key that was named, or the one that `init` made here.
pub(crate) fn key(named: Option<&str>) -> Result<String, Fail> {
    match named {
        Some(name) => Ok(name.to_owned()),
        None if Path::new(KEY).exists() => Ok(KEY.to_owned()),
        None => Err(Fail::usage(
            "there is no key: nothing was recorded, and nothing ran",
            "`execert init` makes one, or say --key FILE",
        )),
    }
}

/// Opens the recorder of a place, with a policy if there is one.
pub(crate) fn recorder(place: &Where, policy: Option<&str>) -> Result<Recorder, Fail> {
    let ledger = ledger(place.ledger.as_deref())?;
    let mut options = object! { "key": key(place.key.as_deref())? };
    options.put("policy", policy);
    if place.allow_volume {
        options.insert("allow_volume", true);
    }
    Ok(Recorder::open(
        Arc::new(Native::default()),
        &ledger,
        &Value::Object(options),
    )?)
}

/// The trust to check with, and the name to show for it.
pub(crate) fn trust(given: &[String]) -> Result<(Value, String), Fail> {
    if given.is_empty() {
        return Ok(match user::load()? {
            Some(trust) => (trust, "your own".to_owned()),
            None => (
                Value::Object(object! { "trust": 1, "keys": Vec::<Value>::new() }),
                String::new(),
            ),
        });
    }
    if let [one] = given
        && Path::new(one).exists()
    {
        let bytes = files::read(one)?;
        if bytes.trim_ascii_start().first() == Some(&b'{') {
            return Ok((files::document(one)?, one.clone()));
        }
    }
    let mut keys = Vec::new();
    for item in given {
        let text = if Path::new(item).exists() {
            String::from_utf8(files::read(item)?)
                .map_err(|_| Fail::usage(format!("{item}: this is no key and no trust document"), ""))?
        } else {
            item.clone()
        };
        keys.push(Value::from(text));
    }
    let trust = execert::trust::build(&Value::Object(object! { "keys": keys }))?;
    Ok((trust, given.join(", ")))
}
