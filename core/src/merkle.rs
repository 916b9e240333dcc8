//! The RFC 6962 tree over record digests: roots, and the proofs of RFC 9162 sections 2.1.3 and 2.1.4.

use crate::digest::{Digest, domain, sha256};

/// The hash of a leaf or node, or a root: 32 bytes.
pub type Hash = [u8; 32];

/// The leaf of a record digest.
pub fn leaf(digest: &Digest) -> Hash {
    leaf_of(digest.as_bytes())
}

/// The leaf of any entry.
pub fn leaf_of(entry: &[u8]) -> Hash {
    sha256(&[domain::LEAF, entry])
}

/// The node above two others.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    sha256(&[domain::NODE, left, right])
}

/// The root over these leaf hashes; that of no leaves is SHA-256 of nothing.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    for hash in leaves {
        frontier.push(*hash);
    }
    frontier.root()
}

/// The roots of the full subtrees of a growing tree, largest first: all that is needed to append and to tell the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    hashes: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // Each trailing one bit of the size is a full subtree that now gets its right half.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.hashes.pop() {
                hash = node(&left, &hash);
            }
        }
        self.hashes.push(hash);
        self.size = self.size.saturating_add(1);
    }

    /// The root of the tree so far.
    pub fn root(&self) -> Hash {
        let mut hashes = self.hashes.iter().rev();
        let Some(last) = hashes.next() else { return sha256(&[]) };
        hashes.fold(*last, |right, left| node(left, &right))
    }

    /// Size (8 bytes, big-endian) and hashes, to store.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.size.to_be_bytes().to_vec();
        for hash in &self.hashes {
            out.extend_from_slice(hash);
        }
        out
    }

    /// Reads what [`Frontier::to_bytes`] wrote; none if the hashes are not as many as the size has one bits.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, rest) = bytes.split_first_chunk::<8>()?;
        let size = u64::from_be_bytes(*size);
        let (hashes, tail) = rest.as_chunks::<32>();
        let expected = usize::try_from(size.count_ones()).ok()?;
        (tail.is_empty() && hashes.len() == expected).then(|| Frontier {
            size,
            hashes: hashes.to_vec(),
        })
    }
}

/// The largest power of two below `n` (n > 1).
fn split(n: usize) -> usize {
    n.checked_sub(1)
        .and_then(usize::checked_ilog2)
        .map_or(0, |bits| 1 << bits)
}

/// The audit path of leaf `index` among these leaf hashes (RFC 9162, 2.1.3.1), lowest first.
pub fn prove_inclusion(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    if leaves.len() == 1 {
        return Some(Vec::new());
    }
    let (left, right) = leaves.split_at_checked(split(leaves.len()))?;
    let (mut path, sibling) = match index.checked_sub(left.len()) {
        None => (prove_inclusion(left, index)?, root(right)),
        Some(inner) => (prove_inclusion(right, inner)?, root(left)),
    };
    path.push(sibling);
    Some(path)
}

/// Whether the path leads from this leaf hash at `index` to the root of a tree of `size` leaves (RFC 9162, 2.1.3.2).
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    let Some(last) = size.checked_sub(1) else { return false };
    if index > last {
        return false;
    }
    let (mut at, mut end, mut hash) = (index, last, *leaf);
    for sibling in path {
        if end == 0 {
            return false;
        }
        if at & 1 == 1 || at == end {
            hash = node(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                end >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        at >>= 1;
        end >>= 1;
    }
    end == 0 && hash == *root
}

/// The proof that the first `old` of these leaf hashes are the tree of that size (RFC 9162, 2.1.4.1).
pub fn prove_consistency(leaves: &[Hash], old: usize) -> Option<Vec<Hash>> {
    if old == 0 || old > leaves.len() {
        return None;
    }
    subproof(leaves, old, true)
}

fn subproof(leaves: &[Hash], old: usize, known: bool) -> Option<Vec<Hash>> {
    if old == leaves.len() {
        return Some(if known { Vec::new() } else { vec![root(leaves)] });
    }
    let (left, right) = leaves.split_at_checked(split(leaves.len()))?;
    let (mut path, sibling) = match old.checked_sub(left.len()) {
        None | Some(0) => (subproof(left, old, known)?, root(right)),
        Some(inner) => (subproof(right, inner, false)?, root(left)),
    };
    path.push(sibling);
    Some(path)
}

/// Whether the tree of `new` leaves begins with the tree of `old` leaves (RFC 9162, 2.1.4.2).
pub fn verify_consistency(old: u64, new: u64, path: &[Hash], old_root: &Hash, new_root: &Hash) -> bool {
    if old == 0 || old > new {
        return false;
    }
    if old == new {
        return path.is_empty() && old_root == new_root;
    }
    // A tree that is a power of two is itself the first node of the path.
    let mut steps = path.iter();
    let first = if old.is_power_of_two() {
        Some(old_root)
    } else {
        steps.next()
    };
    let Some(first) = first else { return false };
    let (Some(mut at), Some(mut end)) = (old.checked_sub(1), new.checked_sub(1)) else {
        return false;
    };
    while at & 1 == 1 {
        at >>= 1;
        end >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in steps {
        if end == 0 {
            return false;
        }
        if at & 1 == 1 || at == end {
            old_hash = node(sibling, &old_hash);
            new_hash = node(sibling, &new_hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                end >>= 1;
            }
        } else {
            new_hash = node(&new_hash, sibling);
        }
        at >>= 1;
        end >>= 1;
    }
    end == 0 && old_hash == *old_root && new_hash == *new_root
}
