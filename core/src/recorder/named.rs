//! What the payloads of a bundle name, so that material which nothing names can be left out.

use std::collections::BTreeSet;

use crate::canon::{Value, parse};
use crate::digest::{Digest, unb64};
use crate::envelope::Envelope;
use crate::error::Result;
use crate::key::KeyId;
use crate::limits::Limits;

/// What payloads name: digests, key ids, keys; and the seqs of basis records.
#[derive(Default)]
pub(super) struct Named {
    pub(super) hashes: BTreeSet<[u8; 32]>,
    pub(super) seqs: BTreeSet<u64>,
}

impl Named {
    pub(super) fn read(&mut self, envelope: &Envelope) -> Result<()> {
        self.hashes
            .extend(envelope.signatures.iter().map(|(keyid, _)| *keyid.as_bytes()));
        let payload = parse(&envelope.payload, &Limits::PAYLOAD)?;
        self.seqs
            .extend(payload.pointer("/predicate/chain/seq").and_then(Value::as_int));
        self.walk(&payload);
        Ok(())
    }

    fn walk(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                if let Some(digest) = Digest::parse(text).or_else(|| Digest::from_hex(text)) {
                    self.hashes.insert(*digest.as_bytes());
                } else if let Some(keyid) = KeyId::parse(text) {
                    self.hashes.insert(*keyid.as_bytes());
                } else if let Some(spki) = unb64(text).filter(|bytes| bytes.len() == 44) {
                    self.hashes.insert(*KeyId::of(&spki).as_bytes());
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            Value::Object(object) => object.iter().for_each(|(_, item)| self.walk(item)),
            _ => {}
        }
    }
}
