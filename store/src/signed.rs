//! Signatures of what is stored: records, by the record keys that the chain itself lists, and checkpoints, by its log
//! keys. Who those keys belong to is for `verify`; here a byte that changed outside the signed bytes is found.

use std::collections::BTreeMap;

use execert::Result;
use execert::canon::{Value, to_jcs};
use execert::checkpoint::Checkpoint;
use execert::digest::{Digest, unb64};
use execert::envelope::Envelope;
use execert::key::{KeyId, PublicKey};
use execert::note::{Kind, Signed, Vkey};
use execert::store::{Identity, Row};
use rusqlite::Connection;

use crate::fault::{corrupt, sql};

/// The keys that the records so far list.
#[derive(Default)]
pub(crate) struct Keys {
    all: BTreeMap<KeyId, PublicKey>,
    log: Vec<PublicKey>,
}

impl Keys {
    /// Takes the keys of a record, then checks its envelope: as it is written, and every signature of a known key.
    pub(crate) fn take(&mut self, row: &Row, predicate: &Value) -> Result<()> {
        let wrong = |what: &str| corrupt(format!("record {}: {what}", row.seq)).at(format!("/record/{}", row.seq));
        if let Some(body) = predicate.get("body") {
            let listed = body.get("keys").and_then(Value::as_array).unwrap_or_default();
            listed.iter().chain([body]).for_each(|entry| self.add(entry));
        }
        let envelope = Envelope::parse(&row.envelope).map_err(|_| wrong("its envelope cannot be read"))?;
        if to_jcs(&envelope) != row.envelope {
            return Err(wrong("its envelope is not as it was written"));
        }
        let signer = predicate.get("key").and_then(Value::as_str).and_then(KeyId::parse);
        if !signer.is_some_and(|signer| self.all.contains_key(&signer) && envelope.signature_by(&signer).is_some()) {
            return Err(wrong("it is not signed by a key of this chain"));
        }
        let pae = envelope.pae();
        let good = |(keyid, signature): &(KeyId, Vec<u8>)| {
            let key = self.all.get(keyid);
            key.is_none_or(|key| key.verify(&pae, signature))
        };
        if envelope.signatures.iter().all(good) {
            Ok(())
        } else {
            Err(wrong("it has a wrong signature"))
        }
    }

    fn add(&mut self, entry: &Value) {
        let spki = entry.get("spki").and_then(Value::as_str).and_then(unb64);
        let Some(Ok(key)) = spki.map(|der| PublicKey::from_spki(&der)) else {
            return;
        };
        if entry.get("role").and_then(Value::as_str) == Some("log") {
            self.log.push(key.clone());
        }
        self.all.insert(key.keyid(), key);
    }

    /// Every checkpoint is one of this log, signed by one of its keys.
    pub(crate) fn notes(&self, connection: &Connection, identity: &Identity) -> Result<()> {
        let keys: Vec<Vkey> = self
            .log
            .iter()
            .map(|key| Vkey::new(identity.origin.as_str(), Kind::Log, key.clone()))
            .collect();
        let sound = |size: u64, note: &[u8]| {
            let note = std::str::from_utf8(note).ok()?;
            let checkpoint = Checkpoint::parse(note).ok()?;
            let checks = || keys.iter().map(|key| checkpoint.note().check(key));
            let signed = checks().any(|one| matches!(one, Signed::Good(_))) && checks().all(|one| one != Signed::Bad);
            let as_written = checkpoint.to_string() == note;
            (signed && as_written && checkpoint.size() == size && checkpoint.origin() == identity.origin).then_some(())
        };
        each(connection, "SELECT size, note FROM checkpoint", |row| {
            let (size, note): (u64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            Ok(sound(size, &note).ok_or_else(|| corrupt(format!("the checkpoint of {size} records is damaged"))))
        })
    }
}

/// Every document is the one it is filed as: by the digest of its bytes, or of its payload.
pub(crate) fn documents(connection: &Connection) -> Result<()> {
    each(connection, "SELECT digest, envelope FROM document", |row| {
        let (digest, bytes): ([u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?);
        let digest = Digest::from_bytes(digest);
        let payload = || Envelope::parse(&bytes).ok().map(|envelope| envelope.digest());
        let fits = Digest::of(&bytes) == digest || payload() == Some(digest);
        Ok(if fits {
            Ok(())
        } else {
            Err(corrupt(format!("the document {digest} is damaged")))
        })
    })
}

fn each(
    connection: &Connection,
    text: &str,
    mut check: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<Result<()>>,
) -> Result<()> {
    let mut all = || -> rusqlite::Result<Result<()>> {
        let mut statement = connection.prepare(text)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if let Err(error) = check(row)? {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    };
    all().map_err(|error| sql(&error, "reading what stands beside the records"))?
}
