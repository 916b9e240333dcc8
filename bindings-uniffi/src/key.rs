//! Signing keys. The secret half is never given out, but to a file.

use std::sync::{Arc, OnceLock};

use execert::host::{Host, random};
use execert::key::SecretKey;
use execert::{Code, Error, Result};
use execert_store::Native;

use crate::guard::{self, Failure};

static HOST: OnceLock<Arc<Native>> = OnceLock::new();

/// The world as this process sees it.
pub(crate) fn host() -> Arc<Native> {
    Arc::clone(HOST.get_or_init(|| Arc::new(Native::of("uniffi", ""))))
}

/// Says which language and version records are made from. Only the first call counts, and only before anything else.
#[uniffi::export]
pub fn set_language(name: String, version: String) -> std::result::Result<(), Failure> {
    guard::call(|| {
        let name = match name.as_str() {
            "java" => "java",
            "kotlin" => "kotlin",
            "swift" => "swift",
            _ => return Err(Error::new(Code::WireBadArgument, "there is no such language here").at("/name")),
        };
        HOST.get_or_init(|| Arc::new(Native::of(name, &version)));
        Ok(())
    })
}

/// An Ed25519 key that signs. It can be saved, but is never shown.
#[derive(uniffi::Object)]
pub struct Key(SecretKey);

impl Key {
    /// PEM for the core; overwritten when dropped.
    pub(crate) fn pem(&self) -> Result<impl std::ops::Deref<Target = String> + use<>> {
        self.0.to_pem()
    }
}

#[uniffi::export]
impl Key {
    /// A new key. Nothing is written until `save`.
    #[uniffi::constructor]
    pub fn generate() -> std::result::Result<Arc<Self>, Failure> {
        guard::call(|| Ok(Arc::new(Key(SecretKey::from_seed(random::<32>(&*host())?)))))
    }

    /// Reads a PEM file (PKCS#8) that only its owner can read.
    #[uniffi::constructor]
    pub fn load(path: String) -> std::result::Result<Arc<Self>, Failure> {
        guard::call(|| {
            let bytes = host().read_file(&path)?;
            let pem = std::str::from_utf8(&bytes)
                .map_err(|_| Error::new(Code::KeyMalformed, "the key file is not a PEM text"))?;
            Ok(Arc::new(Key(SecretKey::from_pem(pem)?)))
        })
    }

    /// Reads PEM text (PKCS#8).
    #[uniffi::constructor]
    pub fn from_pem(text: String) -> std::result::Result<Arc<Self>, Failure> {
        guard::call(|| Ok(Arc::new(Key(SecretKey::from_pem(&text)?))))
    }

    /// Writes a PEM file that only its owner can read. A file that exists is never overwritten.
    pub fn save(&self, path: String) -> std::result::Result<(), Failure> {
        guard::call(|| execert_store::write_key(&path, &self.0))
    }

    /// The public half as PEM text, to hand to others.
    pub fn public_pem(&self) -> std::result::Result<String, Failure> {
        guard::call(|| self.0.public().to_pem())
    }

    /// The key id: base64 of the SHA-256 of the public half.
    pub fn id(&self) -> std::result::Result<String, Failure> {
        guard::call(|| Ok(self.0.public().keyid().to_string()))
    }

    /// The fingerprint that people compare.
    pub fn fingerprint(&self) -> std::result::Result<String, Failure> {
        guard::call(|| Ok(self.0.public().keyid().fingerprint()))
    }
}
