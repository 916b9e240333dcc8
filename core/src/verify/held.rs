//! The keys that the file and the trust show, and what a signature says under them (step 7).

use std::collections::BTreeMap;

use crate::envelope::Envelope;
use crate::key::{KeyId, PublicKey};
use crate::trust::Trusted;

/// Keys by id.
pub(super) struct Held(BTreeMap<KeyId, PublicKey>);

/// What the signatures of an envelope came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Signed {
    /// `key` signed, and no key that is held failed.
    Holds,
    /// `key` is not held: nothing can be said of its signature.
    NotHeld,
    /// There is no signature at all.
    Unsigned,
    /// None by `key`, or one that fails.
    Fails,
    /// `key` is of small order: it fits signatures that nobody made.
    Weak,
}

impl Held {
    pub(super) fn new(trust: &Trusted) -> Held {
        let keys = trust
            .keys
            .iter()
            .filter_map(|entry| Some((entry.keyid, entry.key.clone()?)));
        Held(keys.collect())
    }

    pub(super) fn add(&mut self, key: &PublicKey) {
        self.0.entry(key.keyid()).or_insert_with(|| key.clone());
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    pub(super) fn has(&self, key: &KeyId) -> bool {
        self.0.contains_key(key)
    }

    /// Looks at every signature by a key that is held. `also` is a second key that has to sign: that of a `key.add`.
    pub(super) fn check(&self, envelope: &Envelope, key: &KeyId, also: Option<&KeyId>) -> Signed {
        if envelope.signatures.is_empty() {
            return Signed::Unsigned;
        }
        let signs = |id: &KeyId| envelope.signature_by(id).is_some();
        if !signs(key) || also.is_some_and(|id| !signs(id)) {
            return Signed::Fails;
        }
        let message = envelope.pae();
        let mut answer = Signed::Holds;
        for (id, signature) in &envelope.signatures {
            match self.0.get(id) {
                None if id == key => answer = Signed::NotHeld,
                None => {}
                Some(held) if id == key && held.is_weak() => return Signed::Weak,
                Some(held) if !held.verify(&message, signature) => return Signed::Fails,
                Some(_) => {}
            }
        }
        answer
    }
}
