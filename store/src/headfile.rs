//! The head file: the head that this machine remembers, `"EXH1", epoch u64, seq u64, digest 32` in the form of `slots`.
//!
//! It is written after each commit, so a power cut cannot put it ahead; a ledger that is behind it was rolled back.

use std::path::Path;

use execert::digest::Digest;
use execert::store::{Durability, Head};
use execert::{Code, Error, Result};

use crate::fault::corrupt;
use crate::slots;

const MAGIC: &[u8; 4] = b"EXH1";

/// A head as it was last seen.
pub(crate) struct Seen {
    pub(crate) epoch: u64,
    pub(crate) seq: u64,
    pub(crate) digest: Digest,
}

/// Remembers a head; `sync`: also over a power cut.
pub(crate) fn write(path: &Path, head: &Head, sync: bool) -> Result<()> {
    let body = [
        head.epoch.to_be_bytes().as_slice(),
        &head.seq.to_be_bytes(),
        head.digest.as_bytes(),
    ]
    .concat();
    slots::write(path, MAGIC, &body, sync, false)
}

/// The newest head that the file remembers; None: no file, or nothing yet.
pub(crate) fn read(path: &Path) -> Result<Option<Seen>> {
    let Some(body) = slots::read(path, MAGIC)?.and_then(slots::newest) else {
        return Ok(None);
    };
    let parts = body.split_first_chunk::<8>().and_then(|(epoch, rest)| {
        let (seq, rest) = rest.split_first_chunk::<8>()?;
        Some((
            u64::from_be_bytes(*epoch),
            u64::from_be_bytes(*seq),
            rest.first_chunk::<32>()?,
        ))
    });
    let (epoch, seq, digest) = parts.ok_or_else(|| corrupt(format!("{} holds no head", path.display())))?;
    Ok(Some(Seen {
        epoch,
        seq,
        digest: Digest::from_bytes(*digest),
    }))
}

/// Compares what is remembered with what the ledger has: `there` is its digest at the remembered seq.
pub(crate) fn compare(seen: &Seen, there: Option<Digest>, head: Option<&Head>, mode: Durability) -> Result<()> {
    match there {
        Some(digest) if digest == seen.digest => Ok(()),
        Some(_) => {
            let said = format!(
                "record {} is not the one this machine remembers ({})",
                seen.seq, seen.digest
            );
            Err(Error::new(Code::ChainRolledBack, said))
        }
        None => {
            let has = head.map_or_else(
                || "is empty".to_owned(),
                |head| format!("ends with record {}", head.seq),
            );
            let lost = head.map_or(seen.seq.saturating_add(1), |head| seen.seq.saturating_sub(head.seq));
            let power = match mode {
                Durability::Durable => "",
                _ => " (this durability mode may lose records in a power cut)",
            };
            let said = format!(
                "the ledger {has}, but this machine remembers record {} of epoch {}: {lost} lost{power}",
                seen.seq, seen.epoch
            );
            Err(Error::new(Code::ChainRolledBack, said))
        }
    }
}
