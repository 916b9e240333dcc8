//! The outside world of this machine: clock, randomness, process, files, environment.

use std::path::Path;
use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use execert::canon::Value;
use execert::host::Host;
use execert::id::Uuid;
use execert::store::{Ledger, NewLedger};
use execert::time::Timestamp;
use execert::{Code, Error, Result, object};

use crate::private;

/// The host of real use: clock, randomness and files of the operating system, ledgers in folders.
///
/// `language` and `language_version` of the fingerprint are those of the SDK that uses it.
#[derive(Clone, Debug)]
pub struct Native {
    language: String,
    language_version: Option<String>,
}

impl Default for Native {
    fn default() -> Self {
        Self {
            language: "rust".to_owned(),
            language_version: None,
        }
    }
}

impl Native {
    /// The host of an SDK in another language, such as `("python", "3.12.1")`.
    #[must_use]
    pub fn of(language: &str, version: &str) -> Self {
        Self {
            language: language.to_owned(),
            language_version: Some(version.to_owned()),
        }
    }
}

impl Host for Native {
    fn now(&self) -> Timestamp {
        now()
    }

    fn monotonic_ms(&self) -> u64 {
        static START: OnceLock<Instant> = OnceLock::new();
        u64::try_from(START.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn random(&self, buffer: &mut [u8]) -> Result<()> {
        random(buffer)
    }

    fn pid(&self) -> u32 {
        std::process::id()
    }

    /// A file with a secret key must belong to this user and be closed to others: `key.permissions`.
    fn read_file(&self, path: &str) -> Result<Vec<u8>> {
        private::read_file(Path::new(path))
    }

    fn open_ledger(&self, url: &str, new: Option<&NewLedger>) -> Result<Box<dyn Ledger>> {
        crate::open(url, new)
    }

    fn environment(&self, names: &[String]) -> Vec<(String, bool)> {
        names
            .iter()
            .map(|name| (name.clone(), std::env::var_os(name).is_some()))
            .collect()
    }

    fn runtime(&self) -> Value {
        #[cfg(feature = "testing")]
        if crate::repeat::on() {
            return Value::Object(object! { "language": "repeat" });
        }
        let mut runtime = object! {
            "language": self.language.as_str(),
            "os": std::env::consts::OS,
            "arch": std::env::consts::ARCH,
            "libraries": object! { "sqlite": rusqlite::version() },
        };
        runtime.put("language_version", self.language_version.as_deref());
        Value::Object(runtime)
    }
}

/// Wall clock of now. A clock outside the years 1970 to 9999 reads as the nearest end.
pub(crate) fn now() -> Timestamp {
    #[cfg(feature = "testing")]
    if let Some(millis) = crate::repeat::now() {
        return Timestamp::nearest(millis);
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::nearest(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Random bytes of the operating system, each time: a generator of our own would repeat itself after a fork.
pub(crate) fn random(bytes: &mut [u8]) -> Result<()> {
    #[cfg(feature = "testing")]
    if crate::repeat::random(bytes) {
        return Ok(());
    }
    getrandom::fill(bytes).map_err(|error| Error::new(Code::StoreIo, format!("no random bytes: {error}")))
}

/// A new UUIDv7.
pub(crate) fn uuid() -> Result<Uuid> {
    let mut bytes = [0; 10];
    random(&mut bytes)?;
    Ok(Uuid::v7(now().millis(), bytes))
}
