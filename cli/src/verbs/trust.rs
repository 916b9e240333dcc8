//! `execert trust`: whose signatures the reader trusts. The user's own store, nothing else.

use execert::canon::{Object, Value};
use execert::digest::unb64;
use execert::key::KeyId;
use execert::object;
use execert::render::{Sink, clean};
use execert_store::user;

use super::keys;
use crate::args::Trust;
use crate::fail::{Fail, Outcome};
use crate::term::Term;

pub(super) fn run(verb: &Trust, term: &mut Term<'_>) -> Outcome {
    match verb {
        Trust::Add {
            key,
            label,
            role,
            operator,
            no_revocation,
        } => {
            let mut entry = Object::new();
            let keyid = match KeyId::parse_fingerprint(key) {
                Some(keyid) => {
                    entry.insert("keyid", keyid);
                    keyid
                }
                None => {
                    let public = keys::public(key)?;
                    entry.insert("spki", execert::digest::b64(&public.spki()));
                    public.keyid()
                }
            };
            entry.insert("role", role.as_str());
            entry.insert("label", label.as_str());
            entry.put("operator", operator.as_deref());
            if *no_revocation {
                entry.insert("revocation", "none");
            }
            change(|keys| {
                keys.retain(|other| keyid_of(other) != Some(keyid));
                keys.push(Value::Object(entry));
            })?;
            term.line(&format!("you now trust {label} ({role}): {}", keyid.fingerprint()))?;
            term.line("did the fingerprint reach you by another way than the evidence? If not, this says little")?;
        }
        Trust::List => {
            let trust = user::load()?;
            let list = trust
                .as_ref()
                .and_then(|t| t.get("keys"))
                .and_then(Value::as_array)
                .unwrap_or_default();
            if list.is_empty() {
                term.line("you trust nobody yet; `execert trust add FINGERPRINT --as NAME`")?;
            }
            for key in list {
                term.line(&describe(key))?;
            }
        }
        Trust::Remove { key } => {
            let wanted = KeyId::parse_fingerprint(key);
            let mut removed = 0usize;
            change(|keys| {
                let before = keys.len();
                keys.retain(|entry| {
                    let label = entry.get("label").and_then(Value::as_str);
                    let hit = match wanted {
                        Some(keyid) => keyid_of(entry) == Some(keyid),
                        None => label == Some(key.as_str()),
                    };
                    !hit
                });
                removed = before.saturating_sub(keys.len());
            })?;
            if removed == 0 {
                return Err(Fail::usage(
                    format!("you do not trust `{key}`"),
                    "`execert trust list` shows whom you do",
                ));
            }
            term.line(&format!("removed {removed}"))?;
        }
        Trust::Show => match user::load()? {
            Some(trust) => {
                term.bytes(&execert::canon::to_jcs(&trust))?;
                term.line("")?;
            }
            None => term.line("{\"keys\":[],\"trust\":1}")?,
        },
    }
    Ok(0)
}

/// Changes the list of keys of the user's trust.
pub(super) fn change(edit: impl FnOnce(&mut Vec<Value>)) -> Result<(), Fail> {
    let mut trust = match user::load()? {
        Some(Value::Object(trust)) => trust,
        _ => object! { "trust": 1 },
    };
    let mut keys = trust.get("keys").and_then(Value::as_array).unwrap_or_default().to_vec();
    edit(&mut keys);
    trust.insert("keys", keys);
    user::save(&Value::Object(trust))?;
    Ok(())
}

/// The key id of an entry.
pub(super) fn keyid_of(entry: &Value) -> Option<KeyId> {
    match entry.get("keyid").and_then(Value::as_str) {
        Some(keyid) => KeyId::parse(keyid),
        None => Some(KeyId::of(&unb64(entry.get("spki")?.as_str()?)?)),
    }
}

/// One line about an entry.
pub(super) fn describe(entry: &Value) -> String {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
    let label = clean(text("label"), Sink::Terminal, 60);
    let own = if entry.get("own").is_some() { " (your own)" } else { "" };
    let fingerprint = keyid_of(entry).map_or_else(String::new, |id| id.fingerprint());
    format!("{label:<20} {:<10} {fingerprint}{own}", text("role"))
}
