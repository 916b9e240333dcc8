//! Inclusion proofs out of the ledger's tiles: the cost grows with the height of the tree, not with the ledger.

use super::epoch::{TILE, tile_hashes};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::merkle::{Hash, leaf, node, root};
use crate::store::Ledger;

/// The path of leaf `index` in the tree over the first `size` records (RFC 9162 2.1.3.1).
///
/// # Errors
/// `store.corrupt` if tiles or digests are missing.
pub(super) fn inclusion(ledger: &dyn Ledger, index: u64, size: u64) -> Result<Vec<Hash>> {
    let mut path = Vec::new();
    let (mut from, mut to) = (0, size);
    while to.saturating_sub(from) > 1 {
        let middle = from.saturating_add(split(to.saturating_sub(from)));
        let sibling = if index < middle { (middle, to) } else { (from, middle) };
        path.push(range(ledger, sibling.0, sibling.1)?);
        if index < middle {
            to = middle;
        } else {
            from = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The largest power of two below `n`, for `n` of at least 2.
fn split(n: u64) -> u64 {
    n.saturating_sub(1).checked_ilog2().map_or(0, |bits| 1 << bits)
}

/// Root of the subtree over the records `from..to`, where `from` is a multiple of the subtree's width.
pub(super) fn range(ledger: &dyn Ledger, from: u64, to: u64) -> Result<Hash> {
    let n = to.saturating_sub(from);
    if !n.is_power_of_two() {
        let middle = from.saturating_add(split(n));
        return Ok(node(&range(ledger, from, middle)?, &range(ledger, middle, to)?));
    }
    let height = n.trailing_zeros();
    // The tile level whose hashes are subtrees of at most this height: level l holds subtrees of 256^l records.
    for level in (0..=height.saturating_div(8)).rev() {
        let Ok(level) = u8::try_from(level) else { continue };
        let bits = u32::from(level).saturating_mul(8);
        let first = from >> bits;
        let count = n >> bits;
        let Some(tile) = ledger.tile(level, first.saturating_div(TILE))? else {
            continue;
        };
        let hashes = tile_hashes(&tile);
        let skip = usize::try_from(first.checked_rem(TILE).unwrap_or_default()).unwrap_or(usize::MAX);
        let take = usize::try_from(count).unwrap_or(usize::MAX);
        if let Some(part) = hashes.get(skip..skip.saturating_add(take)) {
            return Ok(root(part));
        }
    }
    if n > TILE {
        let middle = from.saturating_add(n >> 1);
        return Ok(node(&range(ledger, from, middle)?, &range(ledger, middle, to)?));
    }
    let digests = ledger.digests(from, to)?;
    if u64::try_from(digests.len()).ok() != Some(n) {
        return Err(Error::new(Code::StoreCorrupt, "digests of the tree are missing"));
    }
    Ok(root(&digests.iter().map(leaf).collect::<Vec<_>>()))
}
