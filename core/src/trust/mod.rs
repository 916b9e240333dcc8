//! Whom the reader believes: keys with their roles, witnesses and quorum, remembered heads, revocation lists. It comes
//! from outside the evidence; nothing in a bundle can add to it.
//!
//! ```json
//! {"trust":1,
//!  "keys":[{"spki":"MCowBQYDK2VwAyEA…","role":"record","label":"acme-claims","operator":"acme","revocation":"none"}],
//!  "policy":"witness n1 north.example/w1+1daf8ee1+BHGN…\ngroup north any n1\nquorum north\n",
//!  "known":[{"origin":"log.example/0197…","size":40,"root":"64 hex"}],
//!  "lists":[{"payloadType":"application/vnd.in-toto+json","payload":"…","signatures":[…]}],
//!  "max_age_s":604800}
//! ```

mod build;
mod policy;

use std::collections::BTreeMap;

pub use build::{Trust, build};
pub use policy::{Policy, Witness};

use crate::canon::fields::{Codes, Node};
use crate::canon::{Value, to_jcs};
use crate::codes::Code;
use crate::digest::{Digest, unb64};
use crate::document::{Document, DocumentBody, RevocationList};
use crate::envelope::Envelope;
use crate::error::{Error, Result};
use crate::key::{KeyId, PublicKey};
use crate::statement::{self, DocumentKind};
use crate::words::words;

/// A week: how old a revocation list may be unless the trust says otherwise.
const MAX_AGE_S: u64 = 604_800;

words! {
    /// What a key is trusted for. One key, one role.
    Role {
        /// Records, manifests, profiles.
        Record = "record",
        /// Checkpoints.
        Log = "log",
        /// Plan certificates.
        Validator = "validator",
        /// Attestations.
        Attestor = "attestor",
        /// Approvals.
        Approver = "approver",
        /// Countersigned values.
        Tool = "tool",
        /// Revocation lists.
        Revocation = "revocation",
    }
}

/// A trust document that was read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Trusted {
    /// H(JCS) of the document.
    pub digest: Digest,
    /// The keys in order.
    pub keys: Vec<Entry>,
    /// Logs, witnesses, quorum; without one, none is required.
    pub policy: Policy,
    /// Heads that the reader has seen before.
    pub known: Vec<Known>,
    /// Revocation lists whose form is right; who signed them is looked at when they are used.
    pub lists: Vec<List>,
    /// How old a revocation list may be.
    pub max_age_s: u64,
    index: BTreeMap<(KeyId, Role), usize>,
}

/// A key of the trust.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// Its id.
    pub keyid: KeyId,
    /// The key; without it, the file has to show one with this id.
    pub key: Option<PublicKey>,
    /// What it is trusted for.
    pub role: Role,
    /// The reader's name for it.
    pub label: String,
    /// Who uses it.
    pub operator: Option<String>,
    /// The reader's own key.
    pub own: bool,
    /// Its owner publishes no revocation list.
    pub unrevoked: bool,
}

/// A head that the reader remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Known {
    /// Origin of the log.
    pub origin: String,
    /// Number of records.
    pub size: u64,
    /// Root of the tree over them.
    pub root: [u8; 32],
}

/// A revocation list with the envelope it came in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct List {
    /// The envelope.
    pub envelope: Envelope,
    /// The key that signs it.
    pub key: KeyId,
    /// What it says.
    pub list: RevocationList,
}

impl Trusted {
    /// Reads a trust document.
    ///
    /// # Errors
    /// `wire.bad_argument` with the path of what is wrong; `key.malformed` for a key, `key.weak` for one of small order.
    pub fn parse(document: &Value) -> Result<Trusted> {
        let root = Node::root(document, "", Codes::one(Code::WireBadArgument));
        let members = root.object(
            &["trust", "keys"],
            &["roots", "tsa", "policy", "known", "lists", "max_age_s"],
        )?;
        if members.need("trust")?.value().as_int() != Some(1) {
            return Err(members.fail_at("trust", "the version of a trust document is 1"));
        }
        let keys = members.need("keys")?.list_or_empty(|node| entry(&node))?;
        let index: BTreeMap<(KeyId, Role), usize> = keys
            .iter()
            .enumerate()
            .map(|(at, entry)| ((entry.keyid, entry.role), at))
            .collect();
        if index.len() != keys.len() {
            return Err(members.fail_at("keys", "a key is there twice with one role"));
        }
        // Certificates are kept for readers that know them; their form is all that is looked at here.
        for name in ["roots", "tsa"] {
            members.maybe(name, |node| node.list_or_empty(|der| der.b64()))?;
        }
        let policy = members.maybe("policy", |node| Policy::parse(node.text()?))?;
        let known = members.maybe("known", |node| node.list_or_empty(|head| known(&head)))?;
        let lists = members.maybe("lists", |node| node.list_or_empty(|envelope| list(&envelope)))?;
        Ok(Trusted {
            digest: Digest::of(&to_jcs(document)),
            keys,
            policy: policy.unwrap_or_default(),
            known: known.unwrap_or_default(),
            lists: lists.unwrap_or_default(),
            max_age_s: members.maybe("max_age_s", |node| node.int())?.unwrap_or(MAX_AGE_S),
            index,
        })
    }

    /// The entry of a key in a role.
    #[must_use]
    pub fn entry(&self, keyid: &KeyId, role: Role) -> Option<&Entry> {
        self.keys.get(self.position(keyid, role)?)
    }

    /// Where that entry stands in the list.
    pub(crate) fn position(&self, keyid: &KeyId, role: Role) -> Option<usize> {
        self.index.get(&(*keyid, role)).copied()
    }

    /// Whether a key is there in any role.
    #[must_use]
    pub fn names(&self, keyid: &KeyId) -> bool {
        self.keys.iter().any(|entry| entry.keyid == *keyid)
    }
}

fn entry(node: &Node<'_>) -> Result<Entry> {
    let members = node.object(&["role", "label"], &["spki", "keyid", "operator", "own", "revocation"])?;
    let key = members.maybe("spki", |spki| {
        let der = spki.text()?;
        let der =
            unb64(der).ok_or_else(|| Error::new(Code::KeyMalformed, "the key is not padded base64").at(spki.path()))?;
        let key = PublicKey::from_spki(&der).map_err(|error| error.at(spki.path()))?;
        if key.is_weak() {
            return Err(
                Error::new(Code::KeyWeak, "a key of small order fits signatures that nobody made").at(spki.path()),
            );
        }
        Ok(key)
    })?;
    let keyid = members.maybe("keyid", |keyid| keyid.keyid())?;
    let keyid = match (&key, keyid) {
        (Some(key), None) => key.keyid(),
        (None, Some(keyid)) => keyid,
        _ => return Err(node.fail("a key has either `spki` or `keyid`")),
    };
    Ok(Entry {
        keyid,
        key,
        role: members.need("role")?.word(Role::parse)?,
        label: members.need("label")?.text()?.to_owned(),
        operator: members.maybe("operator", |operator| operator.text().map(str::to_owned))?,
        own: members.maybe("own", |own| own.flag())?.unwrap_or(false),
        unrevoked: members
            .maybe("revocation", |word| word.word(|w| (w == "none").then_some(())))?
            .is_some(),
    })
}

fn known(node: &Node<'_>) -> Result<Known> {
    let members = node.object(&["origin", "size", "root"], &[])?;
    Ok(Known {
        origin: members.need("origin")?.text()?.to_owned(),
        size: members.need("size")?.int_from(1)?,
        root: members.need("root")?.hex32()?,
    })
}

fn list(node: &Node<'_>) -> Result<List> {
    // Whatever is wrong inside, it is the reader's own document that is wrong: its code, with the place of the list.
    let fail = |error: Error| node.fail(error.message());
    let envelope = Envelope::parse(&to_jcs(node.value())).map_err(fail)?;
    let payload = envelope.payload_value("/payload").map_err(fail)?;
    let payload = Node::root(&payload, "/payload", Codes::RECORD);
    let kind = statement::kind_of(&payload).map_err(fail)?;
    if kind != DocumentKind::RevocationList {
        return Err(node.fail("a revocation list is expected"));
    }
    let Document { key, body, .. } = Document::read(kind, &payload).map_err(fail)?;
    match body {
        DocumentBody::RevocationList(list) => Ok(List { envelope, key, list }),
        _ => Err(node.fail("a revocation list is expected")),
    }
}
