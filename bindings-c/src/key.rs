//! Signing keys. The secret half is never given out, but to a file.

use std::sync::{Arc, OnceLock};

use execert::host::{Host, random};
use execert::key::SecretKey;
use execert::{Code, Error, Result};
use execert_store::Native;

use crate::bytes::{Bytes, Str, answer, out, text};
use crate::error::ErrorHandle;
use crate::guard;
use crate::handles::Table;

/// An Ed25519 key that signs.
pub struct KeyHandle(());

pub(crate) static KEYS: Table<SecretKey> = Table::new(2, "key");

static HOST: OnceLock<Arc<Native>> = OnceLock::new();

/// The world as this process sees it.
pub(crate) fn host() -> Arc<Native> {
    Arc::clone(HOST.get_or_init(|| Arc::new(Native::of("c", ""))))
}

/// Says which language records are made from ("c", "go", "java", "kotlin", "swift"; anything else counts as "c"), and
/// which version of it. For bindings of other languages; it counts once, before any key or recorder is made.
///
/// # Safety
/// The texts are readable.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_set_language(name: Str, version: Str) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller lends the texts.
        let (name, version) = unsafe { (text(name, "name")?, text(version, "version")?) };
        let name = match name {
            "go" => "go",
            "java" => "java",
            "kotlin" => "kotlin",
            "swift" => "swift",
            _ => "c",
        };
        HOST.get_or_init(|| Arc::new(Native::of(name, version)));
        Ok(())
    })
}

/// A new key. Nothing is written until `execert_key_save`. Free it with `execert_key_free`.
///
/// # Safety
/// `key` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_key_generate(key: *mut *mut KeyHandle) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written.
        let place = unsafe { out(key, "key", std::ptr::null_mut()) }?;
        *place = KEYS.put(SecretKey::from_seed(random::<32>(&*host())?))?;
        Ok(())
    })
}

/// Reads a PEM file (PKCS#8), which has to be readable by its owner alone. Free the key with `execert_key_free`.
///
/// # Safety
/// `path` is readable, `key` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_key_load(path: Str, key: *mut *mut KeyHandle) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the path.
        let (place, path) = unsafe { (out(key, "key", std::ptr::null_mut())?, text(path, "path")?) };
        let bytes = host().read_file(path)?;
        let pem = std::str::from_utf8(&bytes)
            .map_err(|_| Error::new(Code::KeyMalformed, "the key file is not a PEM text"))?;
        *place = KEYS.put(SecretKey::from_pem(pem)?)?;
        Ok(())
    })
}

/// Reads PEM text (PKCS#8). Free the key with `execert_key_free`.
///
/// # Safety
/// `pem` is readable, `key` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_key_from_pem(pem: Str, key: *mut *mut KeyHandle) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the text.
        let (place, pem) = unsafe { (out(key, "key", std::ptr::null_mut())?, text(pem, "pem")?) };
        *place = KEYS.put(SecretKey::from_pem(pem)?)?;
        Ok(())
    })
}

/// Writes a PEM file that only its owner can read. A file that exists is never overwritten.
///
/// # Safety
/// `path` is readable.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_key_save(key: *const KeyHandle, path: Str) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller lends the path.
        let path = unsafe { text(path, "path") }?;
        execert_store::write_key(path, &*KEYS.get(key)?)
    })
}

/// The public half as PEM text, to hand to others.
///
/// # Safety
/// `pem` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_key_public(key: *const KeyHandle, pem: *mut Bytes) -> *mut ErrorHandle {
    // SAFETY: the caller's promise is passed on.
    unsafe { asked(key, pem, "pem", |key| key.public().to_pem()) }
}

/// The key id: base64 of the SHA-256 of the public half.
///
/// # Safety
/// `id` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_key_id(key: *const KeyHandle, id: *mut Bytes) -> *mut ErrorHandle {
    // SAFETY: the caller's promise is passed on.
    unsafe { asked(key, id, "id", |key| Ok(key.public().keyid().to_string())) }
}

/// The fingerprint that people compare.
///
/// # Safety
/// `fingerprint` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_key_fingerprint(key: *const KeyHandle, fingerprint: *mut Bytes) -> *mut ErrorHandle {
    // SAFETY: the caller's promise is passed on.
    unsafe {
        asked(key, fingerprint, "fingerprint", |key| {
            Ok(key.public().keyid().fingerprint())
        })
    }
}

unsafe fn asked(
    key: *const KeyHandle,
    place: *mut Bytes,
    name: &str,
    body: impl FnOnce(&SecretKey) -> Result<String>,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written.
        let place = unsafe { answer(place, name) }?;
        place.set(body(&*KEYS.get(key)?)?.into_bytes());
        Ok(())
    })
}

/// Frees a key. Recorders that were opened with it go on. NULL, and a key that was freed, are nothing.
#[unsafe(no_mangle)]
pub extern "C" fn execert_key_free(key: *mut KeyHandle) {
    guard::value((), || drop(KEYS.take(key)));
}
