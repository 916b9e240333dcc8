//! Signing keys. The secret half never becomes a JavaScript value.

use std::sync::{Arc, OnceLock};

use execert::host::Host;
use execert::key::SecretKey;
use execert::{Code, Error, Result};
use execert_store::Native;
use napi_derive::napi;

use crate::guard::{Outcome, entry};

static HOST: OnceLock<Arc<Native>> = OnceLock::new();

/// The world as this process sees it.
pub(crate) fn host() -> Arc<Native> {
    Arc::clone(HOST.get_or_init(|| Arc::new(Native::of("node", ""))))
}

/// Says which Node this is, once; later calls change nothing.
pub(crate) fn set_version(version: &str) {
    HOST.get_or_init(|| Arc::new(Native::of("node", version)));
}

/// An Ed25519 key that signs. It can be saved, but is never shown.
#[napi]
pub struct Key(Arc<SecretKey>);

impl Key {
    /// PEM for the core; overwritten when dropped.
    pub(crate) fn pem(&self) -> Result<impl std::ops::Deref<Target = String> + use<>> {
        self.0.to_pem()
    }
}

#[napi]
impl Key {
    /// The key id: base64 of the SHA-256 of the public half.
    #[napi]
    pub fn id(&self) -> String {
        self.0.public().keyid().to_string()
    }

    /// The fingerprint that people compare.
    #[napi]
    pub fn fingerprint(&self) -> String {
        self.0.public().keyid().fingerprint()
    }

    /// The public half as PEM text.
    #[napi]
    pub fn public_pem(&self) -> Outcome<String> {
        entry(|| self.0.public().to_pem())
    }

    /// Writes a PEM file that only its owner can read. A file that exists is never overwritten.
    #[napi]
    pub fn save(&self, path: String) -> Outcome<()> {
        entry(|| execert_store::write_key(&path, &self.0))
    }
}

/// A new key. Nothing is written until `save`.
#[napi]
pub fn key_generate() -> Outcome<Key> {
    entry(|| {
        let seed = execert::host::random::<32>(&*host())?;
        Ok(Key(Arc::new(SecretKey::from_seed(seed))))
    })
}

/// Reads a PEM file (PKCS#8) that only its owner can read.
#[napi]
pub fn key_load(path: String) -> Outcome<Key> {
    entry(|| {
        let bytes = host().read_file(&path)?;
        let pem = std::str::from_utf8(&bytes)
            .map_err(|_| Error::new(Code::KeyMalformed, "the key file is not a PEM text"))?;
        Ok(Key(Arc::new(SecretKey::from_pem(pem)?)))
    })
}

/// Reads PEM text (PKCS#8).
#[napi]
pub fn key_from_pem(text: String) -> Outcome<Key> {
    entry(|| Ok(Key(Arc::new(SecretKey::from_pem(&text)?))))
}
