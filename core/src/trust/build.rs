//! From the texts that people exchange (PEM files, verifier keys, fingerprints) to a trust document.

use crate::canon::fields::{Codes, Node};
use crate::canon::{Object, Value};
use crate::codes::Code;
use crate::digest::{b64, unb64};
use crate::error::{Error, Result};
use crate::key::{KeyId, PublicKey};
use crate::note::{Kind, Vkey};
use crate::object;
use crate::trust::{Role, Trusted};

/// Makes a trust document.
///
/// ```json
/// {"keys":["-----BEGIN PUBLIC KEY-----\n…",
///          {"key":"8e9f c2eb …","role":"record","label":"acme-claims","operator":"acme","own":true,"revocation":"none"}],
///  "witnesses":["north.example/w1+1daf8ee1+BHGN…", {"key":"south.example/w1+…","name":"s1","operator":"south"}],
///  "logs":["log.example/0197…+f9272fad+AZZU…"],
///  "quorum":2,
///  "policy":"…", "known":[…], "lists":[…], "max_age_s":604800}
/// ```
///
/// All members are optional. A key is PEM, base64 of its SPKI, a verifier key, or only a fingerprint (64 hexadecimal
/// digits) or key id; its role is `record` unless said, its label the beginning of its fingerprint. `quorum` is how
/// many operators have to cosign: 1 with witnesses and 0 without, unless said; an operator is by default the host in the
/// witness's name. `policy` is a tlog-policy text instead of `witnesses`, `logs` and `quorum`.
///
/// # Errors
/// `wire.bad_argument` with the path of what is wrong, `key.malformed` and `key.weak` for keys.
pub fn build(request: &Value) -> Result<Value> {
    let root = Node::root(request, "", Codes::one(Code::WireBadArgument));
    let names = [
        "keys",
        "witnesses",
        "logs",
        "quorum",
        "policy",
        "known",
        "lists",
        "roots",
        "tsa",
        "max_age_s",
    ];
    let members = root.object(&[], &names)?;
    let keys = members
        .maybe("keys", |node| node.list_or_empty(|key| key_entry(&key)))?
        .unwrap_or_default();
    let witnesses = members
        .maybe("witnesses", |node| node.list_or_empty(|w| witness(&w)))?
        .unwrap_or_default();
    let logs = members
        .maybe("logs", |node| node.list_or_empty(|log| vkey(&log, Kind::Log)))?
        .unwrap_or_default();
    let quorum = members.maybe("quorum", |node| node.int())?;
    let mut document = object! { "trust": 1u32, "keys": keys };
    match members.get("policy") {
        Some(_) if !witnesses.is_empty() || !logs.is_empty() || quorum.is_some() => {
            return Err(members.fail_at("policy", "a policy says all that `witnesses`, `logs` and `quorum` say"));
        }
        Some(policy) => document.put("policy", Some(policy.value().clone())),
        None if witnesses.is_empty() && logs.is_empty() && quorum.is_none() => {}
        None => {
            let text = policy(&witnesses, &logs, quorum)
                .ok_or_else(|| members.fail_at("quorum", "there are not so many operators"))?;
            document.put("policy", Some(text));
        }
    }
    for name in ["known", "lists", "roots", "tsa", "max_age_s"] {
        document.put(name, members.get(name).map(|node| node.value().clone()));
    }
    let document = Value::Object(document);
    Trusted::parse(&document)?;
    Ok(document)
}

/// Trust, put together key by key.
///
/// ```
/// use execert::trust::Trust;
/// # let fingerprint = "8e9fc2eb98ddd7469d568deb103272d3acde1dbcb9740e3a350090607e48672f";
/// let trust = Trust::new().key(fingerprint).to_value()?;
/// assert_eq!(trust.pointer("/keys/0/role").and_then(|role| role.as_str()), Some("record"));
/// # Ok::<(), execert::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Trust {
    request: Object,
}

impl Trust {
    /// Trust in nobody.
    #[must_use]
    pub fn new() -> Trust {
        Trust::default()
    }

    /// A key that signs records: PEM, base64 of the SPKI, a fingerprint or a key id; or an object as for [`build`].
    #[must_use]
    pub fn key(self, key: impl Into<Value>) -> Trust {
        self.push("keys", key.into())
    }

    /// A witness: its verifier key, or an object as for [`build`].
    #[must_use]
    pub fn witness(self, vkey: impl Into<Value>) -> Trust {
        self.push("witnesses", vkey.into())
    }

    /// A log that record 0 of the chain does not name: its verifier key.
    #[must_use]
    pub fn log(self, vkey: impl Into<Value>) -> Trust {
        self.push("logs", vkey.into())
    }

    /// How many operators of witnesses have to cosign.
    #[must_use]
    pub fn quorum(mut self, operators: u32) -> Trust {
        self.request.insert("quorum", operators);
        self
    }

    /// A remembered head: `{"origin","size","root"}`.
    #[must_use]
    pub fn known(self, head: impl Into<Value>) -> Trust {
        self.push("known", head.into())
    }

    /// A revocation list: its envelope.
    #[must_use]
    pub fn list(self, envelope: impl Into<Value>) -> Trust {
        self.push("lists", envelope.into())
    }

    /// The trust document.
    ///
    /// # Errors
    /// As [`build`].
    pub fn to_value(&self) -> Result<Value> {
        build(&Value::Object(self.request.clone()))
    }

    fn push(mut self, name: &str, value: Value) -> Trust {
        match self.request.get_mut(name) {
            Some(Value::Array(items)) => items.push(value),
            _ => {
                self.request.insert(name, vec![value]);
            }
        }
        self
    }
}

fn key_entry(node: &Node<'_>) -> Result<Value> {
    if let Some(text) = node.value().as_str() {
        let (mut entry, label) = key(text, &node.path())?;
        entry.insert("label", label);
        entry.insert("role", Role::Record.as_str());
        return Ok(Value::Object(entry));
    }
    let members = node.object(&["key"], &["role", "label", "operator", "own", "revocation"])?;
    let text = members.need("key")?;
    let (mut entry, label) = key(text.text()?, &text.path())?;
    let role = members
        .maybe("role", |role| role.word(Role::parse))?
        .unwrap_or(Role::Record);
    entry.insert("role", role.as_str());
    entry.insert(
        "label",
        members.get("label").map_or(Value::from(label), |l| l.value().clone()),
    );
    for name in ["operator", "own", "revocation"] {
        entry.put(name, members.get(name).map(|value| value.value().clone()));
    }
    Ok(Value::Object(entry))
}

/// The members that name a key, and a label for want of a better one.
fn key(text: &str, path: &str) -> Result<(Object, String)> {
    let text = text.trim();
    let whole = |key: PublicKey, label: Option<&str>| {
        let label = label.map_or_else(|| short(&key.keyid()), str::to_owned);
        (object! { "spki": b64(&key.spki()) }, label)
    };
    if text.starts_with("-----BEGIN") {
        return PublicKey::from_pem(text)
            .map(|key| whole(key, None))
            .map_err(|error| error.at(path));
    }
    if text.contains('+') && text.splitn(3, '+').nth(2).is_some() && Vkey::parse(text).is_ok() {
        let vkey = Vkey::parse(text).map_err(|error| error.at(path))?;
        return Ok(whole(vkey.key().clone(), Some(vkey.name())));
    }
    let bare = text
        .strip_prefix("sha256:")
        .or(text.strip_prefix("SHA256:"))
        .unwrap_or(text);
    if let Some(keyid) = KeyId::parse_fingerprint(bare).or_else(|| KeyId::parse(bare)) {
        return Ok((object! { "keyid": keyid }, short(&keyid)));
    }
    let spki = unb64(text).ok_or_else(|| {
        let what = "a key is PEM, base64 of its SPKI, a verifier key, or a whole fingerprint of 64 hexadecimal digits";
        Error::new(Code::KeyMalformed, what).at(path)
    })?;
    PublicKey::from_spki(&spki)
        .map(|key| whole(key, None))
        .map_err(|error| error.at(path))
}

fn short(keyid: &KeyId) -> String {
    keyid.fingerprint().chars().take(19).collect()
}

struct Named {
    name: String,
    operator: String,
    vkey: Vkey,
}

fn witness(node: &Node<'_>) -> Result<Named> {
    let (vkey, name, operator) = if node.value().as_str().is_some() {
        (vkey(node, Kind::Witness)?, None, None)
    } else {
        let members = node.object(&["key"], &["name", "operator"])?;
        let word = |name: &str| members.maybe(name, |node| node.parsed("a name without spaces is expected", plain));
        (
            vkey(&members.need("key")?, Kind::Witness)?,
            word("name")?,
            word("operator")?,
        )
    };
    let host = vkey
        .name()
        .split_once('/')
        .map_or(vkey.name(), |(host, _)| host)
        .to_owned();
    Ok(Named {
        name: name.unwrap_or_else(|| vkey.name().to_owned()),
        operator: operator.unwrap_or(host),
        vkey,
    })
}

fn plain(text: &str) -> Option<String> {
    let fits = !text.is_empty() && text != "none" && text.bytes().all(|b| b > 0x20 && b != 0x7f);
    fits.then(|| text.to_owned())
}

fn vkey(node: &Node<'_>, kind: Kind) -> Result<Vkey> {
    let vkey = Vkey::parse(node.text()?.trim()).map_err(|error| error.at(node.path()))?;
    if vkey.kind() == kind {
        return Ok(vkey);
    }
    Err(node.fail(match kind {
        Kind::Log => "the verifier key of a log is of type 1",
        Kind::Witness => "the verifier key of a witness is of type 4",
    }))
}

/// A tlog-policy with one group per operator; none if the quorum is more than the operators.
fn policy(witnesses: &[Named], logs: &[Vkey], quorum: Option<u64>) -> Option<String> {
    let mut operators: Vec<&str> = Vec::new();
    for witness in witnesses {
        if !operators.contains(&witness.operator.as_str()) {
            operators.push(&witness.operator);
        }
    }
    let need = quorum.unwrap_or(u64::from(!witnesses.is_empty()));
    if need > u64::try_from(operators.len()).ok()? {
        return None;
    }
    // Each operator is a group of its own name, which is what a signer's operator is compared with; so a witness that is
    // called like an operator gives way.
    let names: Vec<String> = witnesses
        .iter()
        .map(|w| free(&w.name, &|name| operators.contains(&name)))
        .collect();
    let mut lines: Vec<String> = logs.iter().map(|log| format!("log {log}")).collect();
    lines.extend(
        witnesses
            .iter()
            .zip(&names)
            .map(|(w, name)| format!("witness {name} {}", w.vkey)),
    );
    for operator in &operators {
        let own = witnesses.iter().zip(&names).filter(|(w, _)| w.operator == **operator);
        let members: Vec<&str> = own.map(|(_, name)| name.as_str()).collect();
        lines.push(format!("group {operator} any {}", members.join(" ")));
    }
    if need == 0 {
        lines.push("quorum none".to_owned());
    } else {
        let taken = |name: &str| operators.contains(&name) || names.iter().any(|witness| witness == name);
        let name = free("quorum", &taken);
        lines.push(format!("group {name} {need} {}", operators.join(" ")));
        lines.push(format!("quorum {name}"));
    }
    Some(lines.join("\n") + "\n")
}

/// A name that is not taken.
fn free(name: &str, taken: &dyn Fn(&str) -> bool) -> String {
    let mut name = name.to_owned();
    while taken(&name) {
        name.push('_');
    }
    name
}
