//! What is checked before a ledger is written on: its newest epoch, record by record, and the tree below it.
//!
//! A torn tail was never acknowledged and is gone already. What fails here is damage or a hand in the store: the ledger
//! is frozen and never mended. The full walk is `execert ledger check`.

use std::collections::BTreeMap;

use super::{Core, proof};
use crate::canon::{Object, Value, parse};
use crate::checkpoint::Checkpoint;
use crate::codes::Code;
use crate::digest::{Digest, ct_eq, unb64};
use crate::error::{Error, Result};
use crate::key::{KeyId, MacKey, PublicKey};
use crate::limits::Limits;
use crate::merkle::{Frontier, leaf};
use crate::record::Mac;
use crate::store::{Batch, Head, Ledger, Row, State, Turn};

/// Checks the newest epoch inside a turn; damage freezes the ledger.
///
/// # Errors
/// `store.corrupt`, naming the record; `chain.rolled_back`.
pub(super) fn newest_epoch(core: &Core) -> Result<()> {
    let turn = core.ledger.turn(core.deadline_ms)?;
    let Some(head) = turn.head().cloned() else {
        return Ok(());
    };
    if !keys_of(&*core.ledger, "log")?.contains_key(&core.log_key.public().keyid()) {
        let said = "the log key is not the one that the ledger was made with";
        return Err(Error::new(Code::StoreCorrupt, said)
            .hint("put the file log.key back, or restore it from a backup; nothing was written"));
    }
    match check(&*core.ledger, &*turn, &head) {
        Err(error) if error.code() == Code::StoreCorrupt => {
            let mut batch = Batch::new(head.clone());
            batch.state = Some(State::Frozen);
            turn.commit(Some(&head), batch)?;
            Err(error)
        }
        other => other,
    }
}

fn corrupt(seq: u64, what: &str) -> Error {
    Error::new(Code::StoreCorrupt, format!("record {seq} {what}; the ledger is frozen"))
}

fn check(ledger: &dyn Ledger, turn: &dyn Turn, head: &Head) -> Result<()> {
    let (epoch, key) = turn.mac()?;
    if epoch > head.epoch {
        return Err(Error::new(
            Code::ChainRolledBack,
            "the MAC key is of a later epoch than the ledger",
        ));
    }
    let mac = (epoch..head.epoch).fold(MacKey::from_bytes(key), |key, _| key.ratchet());
    let keys = keys_of(ledger, "record")?;
    let mut tree = frontier(ledger, head.first)?;
    if let Some((size, note)) = ledger.checkpoint(head.first.max(1))?
        && size == head.first
    {
        let note = String::from_utf8(note)
            .ok()
            .and_then(|note| Checkpoint::parse(&note).ok());
        if note.is_none_or(|note| *note.root() != tree.root()) {
            return Err(corrupt(
                size.saturating_sub(1),
                "and those before it are not what the checkpoint says",
            ));
        }
    }
    let mut prev = match head.first.checked_sub(1) {
        Some(seq) => ledger.row(seq)?.map(|row| row.digest),
        None => None,
    };
    let mut next = head.first;
    ledger.read_range(head.first, head.seq.saturating_add(1), &mut |row| {
        if row.seq != next {
            return Err(corrupt(next, "is missing"));
        }
        whole(&row, prev, &mac, &keys)?;
        tree.push(leaf(&row.digest));
        prev = Some(row.digest);
        next = next.saturating_add(1);
        Ok(())
    })?;
    if next != head.seq.saturating_add(1) || prev != Some(head.digest) || tree != head.frontier {
        return Err(corrupt(head.seq, "is not the head that the ledger names"));
    }
    Ok(())
}

/// Digest, place, tag and signature of one record.
fn whole(row: &Row, prev: Option<Digest>, mac: &MacKey, keys: &BTreeMap<KeyId, PublicKey>) -> Result<()> {
    let wrong = |what: &str| corrupt(row.seq, what);
    let envelope = super::open::read_envelope(&row.envelope)?;
    if envelope.digest() != row.digest {
        return Err(wrong("does not have the digest it is kept under"));
    }
    let statement = parse(&envelope.payload, &Limits::PAYLOAD).map_err(|_| wrong("cannot be read"))?;
    let told = statement
        .get("predicate")
        .and_then(Value::as_object)
        .ok_or_else(|| wrong("cannot be read"))?;
    let place = told.get("chain");
    let named = place
        .and_then(|it| it.get("prev"))
        .and_then(Value::as_str)
        .and_then(Digest::parse);
    if place.and_then(|it| it.get("seq")).and_then(Value::as_int) != Some(row.seq) || named != prev {
        return Err(wrong("does not follow the one before it"));
    }
    let key = told.get("key").and_then(Value::as_str).and_then(KeyId::parse);
    let tagged = told.get("mac").and_then(|it| {
        let tag = unb64(it.get("tag")?.as_str()?)?.try_into().ok()?;
        let epoch = it.get("epoch")?.as_int()?;
        let told = Mac { epoch, tag };
        Some(ct_eq(&mac.tag(told.covers(&envelope.payload)?), &tag))
    });
    if tagged != Some(true) {
        return Err(wrong("has a wrong tag"));
    }
    let signed = key.is_some_and(|keyid| {
        let public = keys.get(&keyid);
        let signature = envelope.signature_by(&keyid);
        public
            .zip(signature)
            .is_some_and(|(public, signature)| public.verify(&envelope.pae(), signature))
    });
    if signed {
        Ok(())
    } else {
        Err(wrong("has a wrong signature"))
    }
}

/// The keys of a role that record 0 and `key.add` records list.
fn keys_of(ledger: &dyn Ledger, role: &str) -> Result<BTreeMap<KeyId, PublicKey>> {
    let mut keys = BTreeMap::new();
    let mut add = |entry: &Object| {
        let of_role = entry.get("role").and_then(Value::as_str) == Some(role);
        let spki = entry.get("spki").and_then(Value::as_str).and_then(unb64);
        if let (true, Some(Ok(key))) = (of_role, spki.map(|der| PublicKey::from_spki(&der))) {
            keys.insert(key.keyid(), key);
        }
    };
    for seq in ledger.basis()? {
        let Some(row) = ledger.row(seq)? else { continue };
        let told = super::open::predicate(&row.envelope)?;
        let Some(body) = told.get("body").and_then(Value::as_object) else {
            continue;
        };
        for entry in body.get("keys").and_then(Value::as_array).unwrap_or_default() {
            if let Some(entry) = entry.as_object() {
                add(entry);
            }
        }
        add(body);
    }
    Ok(keys)
}

/// The right edge of the tree over the first `size` records, out of tiles and digests.
fn frontier(ledger: &dyn Ledger, size: u64) -> Result<Frontier> {
    let mut bytes = size.to_be_bytes().to_vec();
    let mut from = 0u64;
    for bit in (0..u64::BITS).rev() {
        let width = 1u64 << bit;
        if size & width != 0 {
            let to = from.saturating_add(width);
            bytes.extend_from_slice(&proof::range(ledger, from, to)?);
            from = to;
        }
    }
    Frontier::from_bytes(&bytes).ok_or_else(|| corrupt(size, "has no tree below it"))
}
