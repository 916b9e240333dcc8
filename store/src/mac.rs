//! The file `mac`: the MAC key of the running epoch, `{epoch, key}` in the form of `slots`. An older key is overwritten.

use std::path::Path;

use execert::key::MacKey;
use execert::{Code, Error, Result};
use zeroize::Zeroizing;

use crate::fault::corrupt;
use crate::slots;

const MAGIC: &[u8; 4] = b"EXM1";

/// Writes the key of `epoch`; whatever came before is gone on return.
pub(crate) fn write(folder: &Path, epoch: u64, key: &[u8; 32]) -> Result<()> {
    let body = Zeroizing::new([epoch.to_be_bytes().as_slice(), key].concat());
    slots::write(&folder.join("mac"), MAGIC, &body, true, true)
}

/// What the file holds, newest first.
pub(crate) fn read(folder: &Path) -> Result<(u64, MacKey)> {
    let gone = || {
        let said = "the file mac is gone, so no record can be tagged";
        Error::new(Code::StoreCorrupt, said)
            .hint("restore the file from the folder's copy, or start a successor ledger")
    };
    let slots = slots::read(&folder.join("mac"), MAGIC)?.ok_or_else(gone)?;
    let body = Zeroizing::new(slots::newest(slots).ok_or_else(gone)?);
    let parts = body
        .split_first_chunk::<8>()
        .and_then(|(epoch, rest)| Some((epoch, rest.first_chunk::<32>()?)));
    let (epoch, key) = parts.ok_or_else(|| corrupt("the file mac holds no key"))?;
    Ok((u64::from_be_bytes(*epoch), MacKey::from_bytes(*key)))
}

/// The key of `epoch`, from one of the same or an earlier epoch. A later one cannot go back: `chain.rolled_back`.
pub(crate) fn forward((from, key): (u64, MacKey), epoch: u64) -> Result<(u64, MacKey)> {
    if from > epoch {
        let said = format!("the MAC key is that of epoch {from}, the ledger ends in epoch {epoch}");
        return Err(Error::new(Code::ChainRolledBack, said));
    }
    Ok((epoch, (from..epoch).fold(key, |key, _| key.ratchet())))
}
