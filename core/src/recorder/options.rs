//! `options/1`: how a recorder is opened.

use super::args::members;
use crate::canon::{Value, parse};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::key::SecretKey;
use crate::limits::Limits;
use crate::policy::Policy;
use crate::privacy::Profile;
use crate::record::{GateMode, Tier};
use crate::store::{Durability, NewLedger};

/// Options that were given; fixed ones are compared with those of the ledger, see `open`.
pub(super) struct Options {
    pub(super) key: SecretKey,
    pub(super) policy: Option<Policy>,
    pub(super) gate: Option<GateMode>,
    pub(super) profile: Option<Profile>,
    pub(super) redact_names: Vec<String>,
    pub(super) environment: Vec<String>,
    pub(super) tier: Tier,
    pub(super) deadline_ms: u64,
    pub(super) ledger: NewLedger,
}

impl Options {
    /// Reads the document, the key and the policy.
    ///
    /// # Errors
    /// `key.not_found` without a key; `policy.unavailable`, `policy.malformed`; `wire.bad_argument`.
    pub(super) fn read(host: &dyn Host, document: &Value) -> Result<Options> {
        let optional = [
            "options",
            "key",
            "policy",
            "gate",
            "durability",
            "profile",
            "keep",
            "tenant",
            "log_domain",
            "head_file",
            "environment",
            "redact_names",
            "tier",
            "deadline_ms",
            "allow_volume",
        ];
        let fields = members(document, &[], &optional)?;
        if let Some(version) = fields.get("options")
            && version.int()? != 1
        {
            return Err(version.fail("options of version 1 are expected"));
        }
        let Some(key) = fields.get("key") else {
            return Err(Error::new(Code::KeyNotFound, "no key was given; nothing was recorded").at("/key"));
        };
        let key = load_key(host, key.text()?)?;
        let keep = fields.maybe("keep", |it| it.list_or_empty(|one| one.pointer()))?;
        let profile = match (fields.get("profile"), keep) {
            (None, None) => None,
            (None, Some(keep)) => Some(Profile::named("evidence")?.with_keep(&keep)?),
            (Some(node), keep) => {
                let profile = Profile::from_value(node.value())?;
                Some(match keep {
                    Some(keep) => profile.with_keep(&keep)?,
                    None => profile,
                })
            }
        };
        let texts = |name| fields.maybe(name, |it| it.list_or_empty(|one| one.text().map(str::to_owned)));
        let policy = fields.maybe("policy", |it| load_policy(host, it.value()))?;
        let deadline_ms = fields.maybe("deadline_ms", |it| it.int_from(1))?.unwrap_or(30_000);
        Ok(Options {
            key,
            policy,
            gate: fields.maybe("gate", |it| it.word(GateMode::parse))?,
            profile,
            redact_names: texts("redact_names")?.unwrap_or_default(),
            environment: texts("environment")?.unwrap_or_default(),
            tier: fields
                .maybe("tier", |it| it.word(Tier::parse))?
                .unwrap_or(Tier::Moderate),
            deadline_ms,
            ledger: NewLedger {
                tenant: fields.maybe("tenant", |it| it.ident())?,
                log_domain: fields.maybe("log_domain", |it| {
                    it.parsed("a log domain such as `log.example` is expected", log_domain)
                })?,
                durability: fields.maybe("durability", |it| it.word(Durability::parse))?,
                allow_volume: fields.maybe("allow_volume", |it| it.flag())?.unwrap_or_default(),
                head_file: fields.maybe("head_file", |it| it.text().map(str::to_owned))?,
            },
        })
    }
}

/// An origin begins with the log domain: ASCII without space and `+`, and nothing that begins another signed text.
fn log_domain(text: &str) -> Option<String> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'+');
    let taken = ["DSSEv1", "cosignature/", "execert/"]
        .iter()
        .any(|start| text.starts_with(start));
    (plain && !taken && !text.is_empty() && text.len() <= 360).then(|| text.to_owned())
}

/// A secret key: the PEM itself, or the path of a file with it.
///
/// # Errors
/// `key.not_found`, `key.permissions`, `key.malformed`.
pub(super) fn load_key(host: &dyn Host, text: &str) -> Result<SecretKey> {
    if text.contains("-----BEGIN") {
        return SecretKey::from_pem(text);
    }
    let bytes = zeroize::Zeroizing::new(host.read_file(text)?);
    let pem =
        core::str::from_utf8(&bytes).map_err(|_| Error::new(Code::KeyMalformed, "the key file is not a PEM text"))?;
    SecretKey::from_pem(pem)
}

/// A policy: the document, its text, or the path of a file with it. What cannot be had counts as no.
fn load_policy(host: &dyn Host, given: &Value) -> Result<Policy> {
    let Some(text) = given.as_str() else {
        return Policy::parse(given);
    };
    let bytes = if text.trim_start().starts_with('{') {
        text.as_bytes().to_vec()
    } else {
        host.read_file(text).map_err(|error| {
            Error::new(
                Code::PolicyUnavailable,
                format!("the policy file cannot be read: {}", error.message()),
            )
        })?
    };
    Policy::parse(&parse(&bytes, &Limits::DOCUMENT)?)
}
