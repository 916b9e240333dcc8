//! Whether the rows of a ledger hold together: digest, order, links. Signatures and tags are the recorder's to check.

use execert::Result;
use execert::canon::{self, Value};
use execert::digest::{Digest, unb64};
use execert::limits::Limits;
use execert::store::{Head, Identity, Row};
use rusqlite::Connection;

use crate::fault::corrupt;
use crate::sqlite::rows;

/// The payload of a row, if its digest is right.
pub(crate) fn payload(row: &Row) -> Result<Value> {
    let wrong = |what: &str| corrupt(format!("record {}: {what}", row.seq)).at(format!("/record/{}", row.seq));
    let envelope = canon::parse(&row.envelope, &Limits::LINE).map_err(|_| wrong("its envelope cannot be read"))?;
    let payload = envelope.get("payload").and_then(Value::as_str).and_then(unb64);
    let payload = payload.ok_or_else(|| wrong("its envelope holds no payload"))?;
    if Digest::of(&payload) != row.digest {
        return Err(wrong("its payload does not have the digest it is filed under"));
    }
    canon::parse(&payload, &Limits::PAYLOAD).map_err(|_| wrong("its payload cannot be read"))
}

/// One record after another.
#[derive(Default)]
pub(crate) struct Chain {
    next: u64,
    prev: Option<Digest>,
}

impl Chain {
    /// Goes on after a record that is taken as it is.
    pub(crate) fn after(seq: u64, digest: Digest) -> Self {
        Self {
            next: seq.saturating_add(1),
            prev: Some(digest),
        }
    }

    /// Takes the next row: its payload, if it belongs here.
    pub(crate) fn take(&mut self, row: &Row, identity: &Identity) -> Result<Value> {
        let wrong = |what: &str| corrupt(format!("record {}: {what}", row.seq)).at(format!("/record/{}", row.seq));
        if row.seq != self.next {
            return Err(corrupt(format!("record {} is missing", self.next)).at(format!("/record/{}", self.next)));
        }
        let payload = payload(row)?;
        let chain = payload
            .pointer("/predicate/chain")
            .ok_or_else(|| wrong("it names no chain"))?;
        if chain.get("id").and_then(Value::as_str) != Some(identity.id.to_string().as_str()) {
            return Err(wrong("it is of another chain"));
        }
        let prev = chain.get("prev").and_then(Value::as_str).and_then(Digest::parse);
        if chain.get("seq").and_then(Value::as_int) != Some(row.seq) || prev != self.prev {
            return Err(wrong("it does not follow the record before it"));
        }
        *self = Self::after(row.seq, row.digest);
        Ok(payload)
    }
}

/// At open: record 0 is of this ledger, the newest epoch hangs together, and the head is its last record.
pub(crate) fn newest(connection: &Connection, identity: &Identity) -> Result<()> {
    let Some(head) = rows::head(connection)? else {
        // Any record, not only record 0: another chain would begin beside the rest of this one.
        return match rows::slice(connection, 0, u64::MAX)?.is_empty() {
            false => Err(corrupt("there are records, but no head")),
            true => Ok(()),
        };
    };
    let first = rows::row(connection, 0)?.ok_or_else(|| corrupt("record 0 is missing").at("/record/0"))?;
    Chain::default().take(&first, identity)?;
    let mut chain = match head.first.checked_sub(1) {
        None => Chain::default(),
        Some(before) => {
            let row = rows::row(connection, before)?;
            let row =
                row.ok_or_else(|| corrupt(format!("record {before} is missing")).at(format!("/record/{before}")))?;
            Chain::after(before, row.digest)
        }
    };
    let mut next = head.first;
    loop {
        let slice = rows::slice(connection, next, u64::MAX)?;
        let Some(last) = slice.last() else { break };
        next = last.seq.saturating_add(1);
        for row in &slice {
            chain.take(row, identity)?;
        }
    }
    ends(&chain, &head)
}

/// Whether a walk ended where the head says.
pub(crate) fn ends(chain: &Chain, head: &Head) -> Result<()> {
    if chain.next != head.seq.saturating_add(1) || chain.prev != Some(head.digest) {
        let said = format!(
            "the head is record {}, but the records end before {}",
            head.seq, chain.next
        );
        return Err(corrupt(said).at(format!("/record/{}", head.seq)));
    }
    if head.frontier.size() != chain.next {
        return Err(corrupt("the tree of the head has another size than the chain"));
    }
    Ok(())
}
