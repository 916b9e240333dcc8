//! The world, as far as a recorder needs it: clocks, randomness, the process, files, ledgers.

use crate::canon::Value;
use crate::error::Result;
use crate::store::{Ledger, NewLedger};
use crate::time::Timestamp;

/// What the core cannot do itself. `execert_store::Native` is the one for real use; tests bring one that repeats.
pub trait Host: Send + Sync {
    /// The wall clock.
    fn now(&self) -> Timestamp;

    /// A clock that never goes back, in ms from anywhere.
    fn monotonic_ms(&self) -> u64;

    /// Fills the buffer from the operating system's generator, each time anew (a generator of our own would repeat
    /// itself after a fork).
    ///
    /// # Errors
    /// `store.io` if there is no randomness; nothing is sealed without.
    fn random(&self, buffer: &mut [u8]) -> Result<()>;

    /// Id of this process; changes in a forked child.
    fn pid(&self) -> u32;

    /// A file: a key in PEM, a policy.
    ///
    /// # Errors
    /// `key.not_found`, `key.permissions`, `store.io`.
    fn read_file(&self, path: &str) -> Result<Vec<u8>>;

    /// Opens a ledger; with `new`, makes it if there is none.
    ///
    /// # Errors
    /// `store.*`, `chain.*`, `wire.bad_argument`.
    fn open_ledger(&self, url: &str, new: Option<&NewLedger>) -> Result<Box<dyn Ledger>>;

    /// Which of these environment variables are set; never their values.
    fn environment(&self, names: &[String]) -> Vec<(String, bool)>;

    /// Fingerprint of what runs here: `{language, language_version, os, arch, libraries}`, each optional.
    fn runtime(&self) -> Value;
}

/// `N` fresh random bytes.
///
/// # Errors
/// What [`Host::random`] answers.
pub fn random<const N: usize>(host: &dyn Host) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    host.random(&mut bytes)?;
    Ok(bytes)
}
