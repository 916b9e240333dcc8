//! Opening: the ledger, record 0, what a dead recorder left behind.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::group::Group;
use super::options::Options;
use super::pen::{Pen, observed};
use super::{Core, Recorder, lost, recheck, recover};
use crate::canon::{Object, Value, parse};
use crate::codes::Code;
use crate::digest::Digest;
use crate::envelope::Envelope;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::key::{KeyId, Signer};
use crate::limits::Limits;
use crate::object;
use crate::privacy::Profile;
use crate::record::{Body, ChainOpen, Draft, Durability, GateMode, KeyEntry, KeyRole, Kind, Software, WitnessNeed};
use crate::store::Ledger;

impl Recorder {
    /// Opens the ledger at `ledger` (a folder, `memory:`), making it if there is none, and settles what dead recorders
    /// left open. `options` is `options/1`; `key` is a must.
    ///
    /// # Errors
    /// `wire.bad_argument` for an option that the ledger fixed otherwise; `key.*`, `policy.*`, `store.*`,
    /// `chain.rolled_back`, `chain.locked`.
    pub fn open(host: Arc<dyn Host>, ledger: &str, options: &Value) -> Result<Recorder> {
        let options = Options::read(&*host, options)?;
        let ledger = host.open_ledger(ledger, Some(&options.ledger))?;
        let opened = facts(&*ledger)?;
        let profile = options.profile.clone();
        let profile = match (&profile, &opened) {
            (Some(profile), _) => profile.clone(),
            (None, Some(facts)) => kept_profile(&*ledger, facts)?,
            (None, None) => Profile::named("full")?,
        };
        let enforce = match &opened {
            Some(facts) => facts.agree(&*ledger, &options, &profile)?,
            None => options
                .gate
                .map_or(options.policy.is_some(), |gate| gate == GateMode::Enforce),
        };
        let monotonic = i64::try_from(host.monotonic_ms()).unwrap_or(i64::MAX);
        let drift = host.now().millis().saturating_sub(monotonic);
        let runtime = runtime(&*host, &options.environment);
        let core = Arc::new(Core {
            log_key: ledger.log_key()?,
            keyid: options.key.key().keyid(),
            signer: Arc::new(options.key),
            policy: options.policy,
            profile: if options.redact_names.is_empty() {
                profile
            } else {
                profile.with_names(&options.redact_names)
            },
            enforce,
            tier: options.tier,
            deadline_ms: options.deadline_ms,
            runtime,
            group: Group::default(),
            lost: lost::Lost::default(),
            pid: AtomicU32::new(host.pid()),
            closed: AtomicBool::new(false),
            permits: AtomicU64::new(0),
            checked: AtomicU64::new(u64::MAX),
            drift: AtomicI64::new(drift),
            calls: Mutex::default(),
            epoch: Mutex::new((0, host.monotonic_ms())),
            asked: AtomicU64::new(0),
            follower: std::sync::OnceLock::new(),
            host,
            ledger,
        });
        let recorder = Recorder { core };
        if recorder.core.ledger.state()? == crate::store::State::Open {
            let core = Arc::clone(&recorder.core);
            recheck::newest_epoch(&core)?;
            recorder.core.write(false, move |pen| {
                if pen.head().is_err() {
                    open_chain(&core, pen)?;
                }
                recover::settle(&core, pen)
            })?;
        }
        Ok(recorder)
    }
}

/// Record 0.
fn open_chain(core: &Core, pen: &mut Pen<'_>) -> Result<()> {
    let identity = core.ledger.identity();
    let entry = |role, key: &dyn Signer| KeyEntry {
        spki: key.key().clone(),
        role,
        not_after: None,
    };
    let mut keys = vec![
        entry(KeyRole::Record, &*core.signer),
        entry(KeyRole::Log, &core.log_key),
    ];
    keys.sort_by_key(|key| crate::digest::b64(&key.spki.spki()));
    let content = object! { "runtime": core.runtime.clone() };
    let sources = observed(&content, &["runtime"]);
    let mut draft = Draft::new(Kind::ChainOpen, core.commit(content, sources)?);
    let profile = core.profile.to_value();
    let policies: Vec<Digest> = core.policy.iter().map(crate::policy::Policy::digest).collect();
    draft.body = Body::ChainOpen(Box::new(ChainOpen {
        origin: identity.origin.clone(),
        keys,
        mac: pen.mac().commitment(),
        gate: core.gate(),
        durability: Durability::parse(core.ledger.durability().as_str()).unwrap_or(Durability::Memory),
        witness: WitnessNeed::Optional,
        profile: core.profile.digest(),
        software: Software {
            name: "execert".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        policies: policies.clone(),
        continues: None,
    }));
    pen.add(&draft)?;
    pen.keep(core.profile.digest(), crate::canon::to_jcs(&profile));
    if let Some(policy) = &core.policy {
        pen.keep(policy.digest(), crate::canon::to_jcs(policy.to_value()));
    }
    pen.set_policy(policies.first().copied());
    Ok(())
}

/// What record 0 says.
struct Facts(Object);

fn facts(ledger: &dyn Ledger) -> Result<Option<Facts>> {
    let Some(row) = ledger.row(0)? else { return Ok(None) };
    let predicate = predicate(&row.envelope)?;
    let body = predicate.get("body").and_then(Value::as_object).cloned();
    let identity = ledger.identity();
    let text = |value: Option<&Value>, name: &str| {
        value
            .and_then(|it| it.get(name))
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let same = text(predicate.get("chain"), "id") == Some(identity.id.to_string())
        && text(predicate.get("body"), "origin").as_deref() == Some(&identity.origin)
        && predicate.get("tenant").and_then(Value::as_str) == Some(&identity.tenant);
    match body {
        Some(body) if same => Ok(Some(Facts(body))),
        _ => Err(Error::new(
            Code::StoreCorrupt,
            "record 0 is not the opening of this ledger",
        )),
    }
}

/// The predicate of a stored envelope. Our own bytes: read as a document, not as evidence.
pub(super) fn predicate(envelope: &[u8]) -> Result<Object> {
    let broken = || Error::new(Code::StoreCorrupt, "a stored record cannot be read");
    let envelope = read_envelope(envelope)?;
    let statement = parse(&envelope.payload, &Limits::PAYLOAD).map_err(|_| broken())?;
    statement
        .get("predicate")
        .and_then(Value::as_object)
        .cloned()
        .ok_or_else(broken)
}

/// A stored envelope: payload, keys and signatures.
pub(super) fn read_envelope(bytes: &[u8]) -> Result<Envelope> {
    let broken = || Error::new(Code::StoreCorrupt, "a stored record cannot be read");
    let envelope = parse(bytes, &Limits::LINE).map_err(|_| broken())?;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned).ok_or_else(broken);
    let payload = crate::digest::unb64(&text(envelope.get("payload"))?).ok_or_else(broken)?;
    let mut signatures = Vec::new();
    for one in envelope.get("signatures").and_then(Value::as_array).unwrap_or_default() {
        let keyid = KeyId::parse(&text(one.get("keyid"))?).ok_or_else(broken)?;
        signatures.push((keyid, crate::digest::unb64(&text(one.get("sig"))?).ok_or_else(broken)?));
    }
    Ok(Envelope { payload, signatures })
}

impl Facts {
    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Compares the options with what the ledger fixed; answers whether its gate enforces.
    fn agree(&self, ledger: &dyn Ledger, options: &Options, profile: &Profile) -> Result<bool> {
        let differs = |name: &str, has: &str| {
            Error::new(
                Code::WireBadArgument,
                format!("the ledger was made with `{name}` {has}, which is fixed"),
            )
            .at(format!("/{name}"))
            .hint("leave the option out, or make a new ledger")
        };
        // Whose it is instead is nobody's business here: who asks may be another tenant.
        let others = |name: &str| {
            Error::new(
                Code::WireBadArgument,
                format!("the ledger was made with another {name}"),
            )
            .at(format!("/{name}"))
            .hint("correct the path, or leave the option out if the ledger is yours")
        };
        let identity = ledger.identity();
        if options
            .ledger
            .tenant
            .as_ref()
            .is_some_and(|tenant| *tenant != identity.tenant)
        {
            return Err(others("tenant"));
        }
        let domain = identity
            .origin
            .strip_suffix(&format!("/{}", identity.id))
            .unwrap_or_default();
        if options
            .ledger
            .log_domain
            .as_deref()
            .is_some_and(|given| given != domain)
        {
            return Err(others("log_domain"));
        }
        if options
            .ledger
            .durability
            .is_some_and(|mode| mode.as_str() != self.text("durability"))
        {
            return Err(differs("durability", self.text("durability")));
        }
        if profile.digest().to_string() != self.text("profile") {
            return Err(differs("profile", self.text("profile")));
        }
        let enforce = self.text("gate") == "enforce";
        let wanted = options
            .gate
            .map(|gate| gate == GateMode::Enforce)
            .or(options.policy.is_some().then_some(true));
        if wanted.is_some_and(|wanted| wanted != enforce) {
            return Err(differs("gate", self.text("gate")));
        }
        Ok(enforce)
    }
}

/// The profile that the ledger was made with: a named one, or the document kept beside the chain.
fn kept_profile(ledger: &dyn Ledger, facts: &Facts) -> Result<Profile> {
    let digest = facts.text("profile");
    let kept = Digest::parse(digest)
        .map(|digest| ledger.document(&digest))
        .transpose()?
        .flatten();
    match kept {
        Some(bytes) => Profile::from_value(&parse(&bytes, &Limits::DOCUMENT)?),
        None => Profile::named("full"),
    }
}

/// The fingerprint: `{"runtime":1,"execert":…}` and what the host knows; environment names, never values.
fn runtime(host: &dyn Host, names: &[String]) -> Value {
    let mut out = match host.runtime() {
        Value::Object(object) => object,
        _ => Object::new(),
    };
    out.insert("runtime", 1);
    out.insert("execert", env!("CARGO_PKG_VERSION"));
    if !names.is_empty() {
        let set: Object = host
            .environment(names)
            .into_iter()
            .map(|(name, set)| (name, Value::from(set)))
            .collect();
        out.insert("environment", set);
    }
    Value::Object(out)
}

impl Pen<'_> {
    /// The record key has to be active here: in record 0 or added, not retired or revoked. Key changes end an epoch,
    /// so one look per epoch is enough.
    ///
    /// # Errors
    /// `key.revoked`, `key.unknown`, `key.expired`.
    pub(super) fn check_key(&mut self) -> Result<()> {
        let epoch = self.head()?.epoch;
        if self.core.checked.load(Ordering::Acquire) == epoch {
            return Ok(());
        }
        let keyid = self.core.keyid.to_string();
        let spki = crate::digest::b64(&self.core.signer.key().spki());
        let mut active = false;
        let mut until = None;
        for seq in self.core.ledger.basis()? {
            let Some(row) = self.core.ledger.row(seq)? else {
                continue;
            };
            let predicate = predicate(&row.envelope)?;
            let kind = predicate.get("kind").and_then(Value::as_str).unwrap_or_default();
            let Some(body) = predicate.get("body") else { continue };
            let is_ours = |key: &Value| {
                key.get("spki").and_then(Value::as_str) == Some(&spki)
                    && key.get("role").and_then(Value::as_str) == Some("record")
            };
            let not_after = |key: &Value| {
                key.get("not_after")
                    .and_then(Value::as_str)
                    .and_then(crate::time::Timestamp::parse)
            };
            match kind {
                "chain.open" => {
                    let ours = body
                        .get("keys")
                        .and_then(Value::as_array)
                        .unwrap_or_default()
                        .iter()
                        .find(|key| is_ours(key));
                    active = ours.is_some();
                    until = ours.and_then(not_after);
                }
                "key.add" if is_ours(body) => {
                    active = true;
                    until = not_after(body);
                }
                "key.retire" | "key.revoke" if body.get("keyid").and_then(Value::as_str) == Some(&keyid) => {
                    return Err(
                        Error::new(Code::KeyRevoked, format!("this key was {} in record {seq}", word(kind)))
                            .hint("open the ledger with a key that is active in it"),
                    );
                }
                _ => {}
            }
        }
        if !active {
            return Err(
                Error::new(Code::KeyUnknown, "this key is not one of the ledger's record keys")
                    .hint("open the ledger with the key it was made with, or add this one to it first"),
            );
        }
        if until.is_some_and(|until| self.core.host.now() > until) {
            return Err(Error::new(
                Code::KeyExpired,
                "the time of this key has run out in this ledger",
            ));
        }
        self.core.checked.store(epoch, Ordering::Release);
        Ok(())
    }
}

fn word(kind: &str) -> &'static str {
    if kind == "key.retire" { "retired" } else { "revoked" }
}
