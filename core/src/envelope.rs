//! DSSE v1.0.2 envelopes: a payload and who signed it (format.md chapter 2).

use crate::digest::Digest;
use crate::key::KeyId;

/// The only `payloadType` there is.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// A payload with its signatures. The digest is that of the payload alone, so that a further signature changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The signed bytes: canonical JSON of a statement.
    pub payload: Vec<u8>,
    /// Key and signature, as many bytes as were given; nothing is checked here.
    pub signatures: Vec<(KeyId, Vec<u8>)>,
}

impl Envelope {
    /// H(payload), the digest of the document.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.payload)
    }

    /// The bytes that are signed: DSSE's pre-authentication encoding of the payload.
    #[must_use]
    pub fn pae(&self) -> Vec<u8> {
        pae(&self.payload)
    }

    /// The signature by a key, if there is one.
    #[must_use]
    pub fn signature_by(&self, key: &KeyId) -> Option<&[u8]> {
        self.signatures
            .iter()
            .find(|(id, _)| id == key)
            .map(|(_, sig)| sig.as_slice())
    }
}

/// DSSE's pre-authentication encoding: `DSSEv1 28 application/vnd.in-toto+json LENGTH PAYLOAD`.
#[must_use]
pub fn pae(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}
