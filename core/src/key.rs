//! Ed25519 keys (RFC 8032), key ids, and the MAC key that ratchets from epoch to epoch.

use std::fmt;

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::{Zeroize, Zeroizing};

use crate::codes::Code;
use crate::digest::{Digest, b64, domain, hkdf, hmac, sha256, unb64};
use crate::error::{Error, Result};

/// DER before the 32 bytes of every Ed25519 SubjectPublicKeyInfo (RFC 8410).
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// SHA-256 of a key's SubjectPublicKeyInfo DER, written as 44 letters of base64.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; 32]);

impl KeyId {
    /// The key id of a SubjectPublicKeyInfo.
    pub fn of(spki: &[u8]) -> Self {
        KeyId(sha256(&[spki]))
    }

    /// The key id with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        KeyId(bytes)
    }

    /// Reads 44 letters of base64.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 32] = unb64(text)?.try_into().ok()?;
        Some(KeyId(bytes))
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What people compare: 64 hexadecimal digits in groups of four.
    pub fn fingerprint(&self) -> String {
        let digits = crate::digest::hex(&self.0);
        let groups: Vec<&str> = digits
            .as_bytes()
            .chunks(4)
            .filter_map(|group| core::str::from_utf8(group).ok())
            .collect();
        groups.join(" ")
    }

    /// Reads a fingerprint: 64 hexadecimal digits, spaces and colons between them ignored, either case.
    pub fn parse_fingerprint(text: &str) -> Option<Self> {
        let digits: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != ':')
            .collect();
        Digest::from_hex(&digits.to_ascii_lowercase()).map(|digest| KeyId(*digest.as_bytes()))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&b64(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An Ed25519 public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    weak: bool,
}

impl PublicKey {
    fn of(key: VerifyingKey) -> Self {
        let weak = key.is_weak();
        PublicKey { key, weak }
    }

    /// Reads a SubjectPublicKeyInfo, the 44 bytes of RFC 8410 and no other encoding.
    ///
    /// # Errors
    /// `key.malformed`.
    pub fn from_spki(der: &[u8]) -> Result<Self> {
        let raw = der
            .strip_prefix(&SPKI_PREFIX)
            .and_then(|raw| <[u8; 32]>::try_from(raw).ok());
        match raw {
            Some(raw) => Self::from_raw(raw),
            None => Err(Error::new(
                Code::KeyMalformed,
                "this is not an Ed25519 public key (SPKI DER, 44 bytes)",
            )),
        }
    }

    /// The key with these 32 bytes.
    ///
    /// # Errors
    /// `key.malformed` if they are no point of the curve.
    pub fn from_raw(raw: [u8; 32]) -> Result<Self> {
        VerifyingKey::from_bytes(&raw).map(PublicKey::of).map_err(|_| {
            Error::new(
                Code::KeyMalformed,
                "these 32 bytes are not a point of the Ed25519 curve",
            )
        })
    }

    /// Reads `-----BEGIN PUBLIC KEY-----`.
    ///
    /// # Errors
    /// `key.malformed`.
    pub fn from_pem(pem: &str) -> Result<Self> {
        VerifyingKey::from_public_key_pem(pem.trim())
            .map(PublicKey::of)
            .map_err(|_| {
                Error::new(
                    Code::KeyMalformed,
                    "this is not an Ed25519 public key in PEM (BEGIN PUBLIC KEY)",
                )
            })
    }

    /// `-----BEGIN PUBLIC KEY-----`.
    ///
    /// # Errors
    /// `key.malformed`, which does not happen for a key that was read.
    pub fn to_pem(&self) -> Result<String> {
        self.key
            .to_public_key_pem(LineEnding::LF)
            .map_err(|_| Error::new(Code::KeyMalformed, "the key could not be written as PEM"))
    }

    /// SubjectPublicKeyInfo DER, 44 bytes.
    pub fn spki(&self) -> Vec<u8> {
        [&SPKI_PREFIX[..], self.key.as_bytes()].concat()
    }

    /// The 32 bytes of RFC 8032.
    pub fn raw(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// The key id.
    pub fn keyid(&self) -> KeyId {
        KeyId::of(&self.spki())
    }

    /// Whether the point has small order: such a key fits signatures that nobody made.
    pub fn is_weak(&self) -> bool {
        self.weak
    }

    /// Strict verification: canonical A, R and S, no small order A or R, cofactorless.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else {
            return false;
        };
        self.is_canonical() && self.key.verify_strict(message, &signature).is_ok()
    }

    /// Whether the encoded y is below 2^255 - 19.
    fn is_canonical(&self) -> bool {
        let [first, middle @ .., last] = self.key.as_bytes();
        let largest = *first >= 0xed && middle.iter().all(|byte| *byte == 0xff) && last & 0x7f == 0x7f;
        !largest
    }
}

/// Whoever can sign with one Ed25519 key.
pub trait Signer: Send + Sync {
    /// The public half.
    fn key(&self) -> &PublicKey;
    /// An Ed25519 signature over the message, 64 bytes.
    ///
    /// # Errors
    /// `key.signer_unavailable`, `key.signer_refused`.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64]>;
}

/// An Ed25519 secret key; overwritten when dropped.
pub struct SecretKey {
    key: SigningKey,
    public: PublicKey,
}

impl SecretKey {
    /// The key of this seed (RFC 8032 section 5.1.5).
    pub fn from_seed(mut seed: [u8; 32]) -> Self {
        let key = SigningKey::from_bytes(&seed);
        seed.zeroize();
        let public = PublicKey::of(key.verifying_key());
        SecretKey { key, public }
    }

    /// Reads PKCS#8 PEM, `-----BEGIN PRIVATE KEY-----`.
    ///
    /// # Errors
    /// `key.malformed`.
    pub fn from_pem(pem: &str) -> Result<Self> {
        let key = SigningKey::from_pkcs8_pem(pem.trim()).map_err(|_| {
            Error::new(
                Code::KeyMalformed,
                "this is not an Ed25519 secret key in PEM (BEGIN PRIVATE KEY)",
            )
        })?;
        let public = PublicKey::of(key.verifying_key());
        Ok(SecretKey { key, public })
    }

    /// PKCS#8 PEM.
    ///
    /// # Errors
    /// `key.malformed`, which does not happen for a key that exists.
    pub fn to_pem(&self) -> Result<Zeroizing<String>> {
        self.key
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|_| Error::new(Code::KeyMalformed, "the key could not be written as PEM"))
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

impl Signer for SecretKey {
    fn key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64]> {
        Ok(self.key.sign(message).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public.keyid())
    }
}

/// The HMAC key of one epoch; the next one follows from it, never the other way.
#[derive(Clone)]
pub struct MacKey(Zeroizing<[u8; 32]>);

impl MacKey {
    /// The key with these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        MacKey(Zeroizing::new(bytes))
    }

    /// The 32 bytes, to keep them in the ledger's folder.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key of the next epoch.
    #[must_use]
    pub fn ratchet(&self) -> Self {
        MacKey::from_bytes(hkdf(&self.0, domain::MAC_RATCHET))
    }

    /// What a record says of this key before it is used.
    pub fn commitment(&self) -> Digest {
        Digest::from_bytes(sha256(&[domain::MAC_COMMIT, self.as_bytes()]))
    }

    /// The tag of a statement, given as JCS without its `predicate.mac.tag`: what is before that, and what after.
    pub fn tag(&self, [before, after]: [&[u8]; 2]) -> [u8; 32] {
        hmac(&self.0, &[domain::MAC, before, after])
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey(..)")
    }
}
