//! SHA-256, HMAC-SHA256, base64, and every domain-separation string (docs/spec/06-tree-and-log.md).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};

use crate::id::{hex_pair, hex_value};

/// The strings that keep one use of a hash or key apart from every other. All distinct, none the beginning of another.
pub mod domain {
    /// DSSE v1.0.2 pre-authentication encoding: what a document signature covers.
    pub const DSSE: &[u8] = b"DSSEv1 ";
    /// RFC 6962 leaf.
    pub const LEAF: &[u8] = &[0x00];
    /// RFC 6962 node.
    pub const NODE: &[u8] = &[0x01];
    /// C2SP tlog-cosignature.
    pub const COSIGNATURE: &[u8] = b"cosignature/v1\n";
    /// Content tree; one ASCII letter follows.
    pub const CONTENT: &[u8] = b"execert/content/v1\0";
    /// Record tag.
    pub const MAC: &[u8] = b"execert/mac/v1\0";
    /// From one epoch's MAC key to the next.
    pub const MAC_RATCHET: &[u8] = b"execert/mac-ratchet/v1\0";
    /// Commitment to a MAC key.
    pub const MAC_COMMIT: &[u8] = b"execert/mac-commit/v1\0";
    /// Proof lines of a plan certificate.
    pub const PROOF_LINE: &[u8] = b"execert/proof-line/1";
    /// Ledger index of request ids.
    pub const REQUEST: &[u8] = b"execert/request/v1\0";
    /// Sameness of messages, in memory only.
    pub const MESSAGE: &[u8] = b"execert/message/v1\0";
    /// All of them.
    pub const ALL: [&[u8]; 11] = [
        DSSE,
        LEAF,
        NODE,
        COSIGNATURE,
        CONTENT,
        MAC,
        MAC_RATCHET,
        MAC_COMMIT,
        PROOF_LINE,
        REQUEST,
        MESSAGE,
    ];
}

/// A SHA-256 digest, written `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// SHA-256 of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Digest(sha256(&[bytes]))
    }

    /// The digest with these 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Digest(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads `sha256:` and 64 lower-case digits.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_hex(text.strip_prefix("sha256:")?)
    }

    /// Reads 64 lower-case digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 {
            return None;
        }
        let mut bytes = [0u8; 32];
        for (slot, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let &[high, low] = pair else { return None };
            *slot = (hex_value(high)? << 4) | hex_value(low)?;
        }
        Some(Digest(bytes))
    }

    /// 64 lower-case digits.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    /// Appends `sha256:` and 64 lower-case digits.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"sha256:");
        hex_into(&self.0, out);
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut out = Vec::new();
    hex_into(bytes, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends lower-case hexadecimal digits.
pub(crate) fn hex_into(bytes: &[u8], out: &mut Vec<u8>) {
    let begun = out.len();
    out.resize(begun.saturating_add(bytes.len().saturating_mul(2)), 0);
    let (pairs, _) = out.get_mut(begun..).unwrap_or_default().as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = hex_pair(*byte);
    }
}

/// SHA-256 over several parts in a row.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// HMAC-SHA256 (RFC 2104) over several parts in a row.
pub fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // RFC 2104 fills a short key with zeroes to the block of 64 bytes; doing that here leaves nothing that could fail.
    let mut block = [0; 64];
    for (slot, byte) in block.iter_mut().zip(key) {
        *slot = *byte;
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// HKDF-SHA256 (RFC 5869) without salt, 32 bytes out.
pub(crate) fn hkdf(key: &[u8; 32], info: &[u8]) -> [u8; 32] {
    // Extract with an empty salt, then the first block of expand: 32 bytes are exactly one block.
    let pseudo_random = hmac(&[0; 32], &[key]);
    hmac(&pseudo_random, &[info, &[1]])
}

/// Compares without telling by its time where the first difference is.
pub fn ct_eq(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |seen, (x, y)| seen | (x ^ y)) == 0
}

/// Base64 of RFC 4648 section 4, padded.
pub fn b64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Appends base64.
pub(crate) fn b64_into(bytes: &[u8], out: &mut Vec<u8>) {
    let begun = out.len();
    let letters = bytes.len().div_ceil(3).saturating_mul(4);
    out.resize(begun.saturating_add(letters), 0);
    let room = out.get_mut(begun..).unwrap_or_default();
    // The room is what padded base64 takes, so there is nothing that could be left out.
    let written = STANDARD.encode_slice(bytes, room);
    debug_assert_eq!(written, Ok(letters));
}

/// Reads padded base64 whose unused bits are zero.
pub fn unb64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_distinct_and_prefix_free() {
        for (i, a) in domain::ALL.iter().enumerate() {
            for (j, b) in domain::ALL.iter().enumerate() {
                assert!(i == j || !a.starts_with(b), "{a:?} begins with {b:?}");
            }
        }
    }

    #[test]
    fn base64_is_strict() {
        assert_eq!(unb64("AAA="), Some(vec![0, 0]));
        for bad in ["AAA", "AAB=", "AA=", "AA_-", "AAA=\n", " AAA=", "AAA=="] {
            assert_eq!(unb64(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn hkdf_is_that_of_rfc_5869() {
        let ikm = [7; 32];
        let mut want = [0; 32];
        hkdf::Hkdf::<Sha256>::new(None, &ikm)
            .expand(b"execert", &mut want)
            .unwrap();
        assert_eq!(hkdf(&ikm, b"execert"), want);
    }
}
