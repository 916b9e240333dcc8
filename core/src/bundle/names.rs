//! Which keys and artefacts the payloads of a file name: a `key` or `artefact` line that nothing names is refused.

use std::collections::{BTreeMap, BTreeSet};

use crate::canon::Value;
use crate::digest::Digest;
use crate::envelope::Envelope;
use crate::key::KeyId;

/// A keyid is the SHA-256 of an SPKI, an artefact is named by its SHA-256: both are 32 bytes.
type Hash = [u8; 32];

/// What is named so far, and which lines wait for their name.
///
/// Names are kept only until the first record line: from then on, all that can still be named is here.
#[derive(Debug, Default)]
pub(super) struct Names {
    named: BTreeSet<Hash>,
    waiting: BTreeMap<Hash, (u64, &'static str)>,
    records: bool,
}

impl Names {
    /// The records begin: no line that needs a name comes any more.
    pub(super) fn records_begin(&mut self) {
        self.records = true;
        self.named = BTreeSet::new();
    }

    /// A line that something has to name; `member` is where its bytes stand.
    pub(super) fn wait(&mut self, hash: Hash, line: u64, member: &'static str) {
        if !self.named.contains(&hash) {
            self.waiting.entry(hash).or_insert((line, member));
        }
    }

    /// Takes note of what an envelope names: the keys of its signatures, and in its payload digests and key ids.
    pub(super) fn read(&mut self, envelope: &Envelope, payload: &Value) {
        if self.records && self.waiting.is_empty() {
            return;
        }
        for (key, _) in &envelope.signatures {
            self.name(*key.as_bytes());
        }
        self.walk(payload);
    }

    /// The first line that nothing named.
    pub(super) fn unnamed(&self) -> Option<(u64, &'static str)> {
        self.waiting.values().min().copied()
    }

    fn name(&mut self, hash: Hash) {
        self.waiting.remove(&hash);
        if !self.records {
            self.named.insert(hash);
        }
    }

    fn walk(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            Value::Object(object) => object.iter().for_each(|(_, member)| self.walk(member)),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(digest) = Digest::parse(text).or_else(|| Digest::from_hex(text)) {
            self.name(*digest.as_bytes());
        } else if let Some(key) = KeyId::parse(text) {
            self.name(*key.as_bytes());
        }
    }
}
