//! Evidence: checked, redacted and shown, with public keys only.

use std::io::{Cursor, Read};

use execert::canon::{Value, document, parse, to_jcs};
use execert::host::Host;
use execert::limits::Limits;
use execert::render::{self, Subject};
use execert::{Result, disclose, verify, wire};
use execert_store::bundles;

use crate::guard::{self, Failure};
use crate::key::host;

type Answer<T> = std::result::Result<T, Failure>;

/// Reads evidence; `hold` makes an error of what does not hold.
fn judged(bundle: &mut dyn Read, trust: &[u8], options: &[u8], hold: bool) -> Result<Vec<u8>> {
    let (trust, mut options) = (document(trust)?, document(options)?);
    if let Value::Object(members) = &mut options
        && !members.contains("now")
    {
        members.insert("now", host().now());
    }
    let judge = if hold { verify::verify } else { verify::check };
    judge(bundle, &trust, &options).map(|report| report.to_jcs())
}

/// The report on a bundle, whatever it says, as canonical JSON. `trust` is a trust document, `options` may be empty.
#[uniffi::export]
pub fn check(bundle: Vec<u8>, trust: Vec<u8>, options: Vec<u8>) -> Answer<Vec<u8>> {
    guard::call(|| judged(&mut Cursor::new(bundle), &trust, &options, false))
}

/// The same, and an error of the kind `untrusted`, which has the report, unless the evidence holds.
#[uniffi::export]
pub fn verify(bundle: Vec<u8>, trust: Vec<u8>, options: Vec<u8>) -> Answer<Vec<u8>> {
    guard::call(|| judged(&mut Cursor::new(bundle), &trust, &options, true))
}

/// As `check`, of a file: it is read in blocks, so that memory does not grow with it.
#[uniffi::export]
pub fn check_file(path: String, trust: Vec<u8>, options: Vec<u8>) -> Answer<Vec<u8>> {
    guard::call(|| judged(&mut bundles::open(path.as_ref())?, &trust, &options, false))
}

/// As `verify`, of a file.
#[uniffi::export]
pub fn verify_file(path: String, trust: Vec<u8>, options: Vec<u8>) -> Answer<Vec<u8>> {
    guard::call(|| judged(&mut bundles::open(path.as_ref())?, &trust, &options, true))
}

/// A trust document out of key texts: `{"keys":[{"key":PEM|VKEY|FINGERPRINT,"label"?}],"witnesses"?,"quorum"?}`.
#[uniffi::export]
pub fn trust(request: Vec<u8>) -> Answer<Vec<u8>> {
    guard::call(|| wire::trust_build(&request))
}

/// The user's own trust document; empty if there is none.
#[uniffi::export]
pub fn user_trust() -> Answer<Vec<u8>> {
    guard::call(|| {
        let trust = execert_store::user::load()?;
        Ok(trust.map(|trust| to_jcs(&trust)).unwrap_or_default())
    })
}

/// A copy with places hidden or records withheld.
#[uniffi::export]
pub fn redact(bundle: Vec<u8>, request: Vec<u8>) -> Answer<Vec<u8>> {
    guard::call(|| {
        let mut copy = Vec::new();
        disclose::redact(&mut Cursor::new(bundle), &document(&request)?, &mut copy)?;
        Ok(copy)
    })
}

/// The same from file to file; the copy is written whole or not at all. Answers `{"changed","fields"}`.
#[uniffi::export]
pub fn redact_file(bundle: String, request: Vec<u8>, copy: String) -> Answer<Vec<u8>> {
    guard::call(|| {
        let (mut source, request) = (bundles::open(bundle.as_ref())?, document(&request)?);
        bundles::write(copy.as_ref(), |out| disclose::redact(&mut source, &request, out)).map(|told| to_jcs(&told))
    })
}

/// A copy with places shown again, out of a fuller copy.
#[uniffi::export]
pub fn reveal(bundle: Vec<u8>, fuller: Vec<u8>, request: Vec<u8>) -> Answer<Vec<u8>> {
    guard::call(|| {
        let (mut bundle, mut fuller) = (Cursor::new(bundle), Cursor::new(fuller));
        let mut copy = Vec::new();
        disclose::reveal(&mut bundle, &mut fuller, &document(&request)?, &mut copy)?;
        Ok(copy)
    })
}

/// The same from files to file. Answers `{"changed","fields"}`.
#[uniffi::export]
pub fn reveal_file(bundle: String, fuller: String, request: Vec<u8>, copy: String) -> Answer<Vec<u8>> {
    guard::call(|| {
        let (mut bundle, mut fuller) = (bundles::open(bundle.as_ref())?, bundles::open(fuller.as_ref())?);
        let request = document(&request)?;
        let write = |out: &mut dyn std::io::Write| disclose::reveal(&mut bundle, &mut fuller, &request, out);
        bundles::write(copy.as_ref(), write).map(|told| to_jcs(&told))
    })
}

/// A report as the lines that `execert verify` prints. `subject` is `{"name"?,"plain"?,"trust"?}`: how the evidence and
/// the trust are called, and whether to do without marks and colours.
#[uniffi::export]
pub fn render(report: Vec<u8>, subject: Vec<u8>) -> Answer<String> {
    guard::call(|| {
        let subject = document(&subject)?;
        let word = |name: &str| subject.get(name).and_then(Value::as_str).unwrap_or_default();
        let subject = Subject {
            name: word("name"),
            trust: word("trust"),
            plain: subject.get("plain").and_then(Value::as_bool).unwrap_or(false),
        };
        let report = parse(&report, &Limits::DOCUMENT)?;
        Ok(render::text(&report, &subject).plain_text())
    })
}

/// The RFC 8785 bytes of a JSON text, or why there are none.
#[uniffi::export]
pub fn canonical(text: Vec<u8>) -> Answer<Vec<u8>> {
    guard::call(|| Ok(to_jcs(&parse(&text, &Limits::DOCUMENT)?)))
}

/// The version of the library.
#[uniffi::export]
pub fn version() -> Answer<String> {
    guard::call(|| Ok(env!("CARGO_PKG_VERSION").to_owned()))
}
