//! Evidence: checked, redacted and shown, with public keys only.

use std::io::Cursor;

use execert::canon::{Value, parse, to_jcs};
use execert::limits::Limits;
use execert::render::{self, Subject};
use execert::wire::{self, document};
use execert::{Result, verify};

use crate::bytes::{Bytes, Str, answer, borrowed, text};
use crate::error::ErrorHandle;
use crate::guard;

/// Options with the time, where they do not say which it is.
fn timed(options: &[u8]) -> Result<Value> {
    #[cfg_attr(
        not(feature = "record"),
        expect(unused_mut, reason = "a verifier alone has no clock")
    )]
    let mut options = document(options)?;
    #[cfg(feature = "record")]
    if let Value::Object(members) = &mut options
        && !members.contains("now")
    {
        use execert::host::Host as _;
        members.insert("now", crate::key::host().now());
    }
    Ok(options)
}

/// The report on a bundle, whatever it says, as canonical JSON. `trust` is a trust document (`execert_trust`), `options`
/// may be empty; in the static library they have to hold `now`.
///
/// # Safety
/// The texts are readable, `report` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_check(bundle: Str, trust: Str, options: Str, report: *mut Bytes) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the texts.
        let (place, bundle, trust, options) = unsafe {
            let place = answer(report, "report")?;
            (
                place,
                borrowed(bundle, "bundle")?,
                borrowed(trust, "trust")?,
                borrowed(options, "options")?,
            )
        };
        place.set(verify::check(&mut Cursor::new(bundle), &document(trust)?, &timed(options)?)?.to_jcs());
        Ok(())
    })
}

/// The same, and an error of the kind "untrusted" unless the evidence holds; `report` is filled either way.
///
/// # Safety
/// As `execert_check`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_verify(bundle: Str, trust: Str, options: Str, report: *mut Bytes) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the texts.
        let (place, bundle, trust, options) = unsafe {
            let place = answer(report, "report")?;
            (
                place,
                borrowed(bundle, "bundle")?,
                borrowed(trust, "trust")?,
                borrowed(options, "options")?,
            )
        };
        held(
            place,
            verify::verify(&mut Cursor::new(bundle), &document(trust)?, &timed(options)?),
        )
    })
}

fn held(place: crate::bytes::Answer<'_>, judged: Result<execert::report::Report>) -> Result<()> {
    match judged {
        Ok(report) => {
            place.set(report.to_jcs());
            Ok(())
        }
        Err(error) => {
            place.set(error.report_bytes().unwrap_or_default().to_vec());
            Err(error)
        }
    }
}

/// As `execert_check`, of a file: it is read in blocks, so that memory does not grow with it.
///
/// # Safety
/// The texts are readable, `report` can be written.
#[cfg(feature = "record")]
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_check_file(
    path: Str,
    trust: Str,
    options: Str,
    report: *mut Bytes,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the texts.
        let (place, path, trust, options) = unsafe {
            let place = answer(report, "report")?;
            (
                place,
                text(path, "path")?,
                borrowed(trust, "trust")?,
                borrowed(options, "options")?,
            )
        };
        let mut file = execert_store::bundles::open(path.as_ref())?;
        place.set(verify::check(&mut file, &document(trust)?, &timed(options)?)?.to_jcs());
        Ok(())
    })
}

/// As `execert_verify`, of a file.
///
/// # Safety
/// As `execert_check_file`.
#[cfg(feature = "record")]
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_verify_file(
    path: Str,
    trust: Str,
    options: Str,
    report: *mut Bytes,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the texts.
        let (place, path, trust, options) = unsafe {
            let place = answer(report, "report")?;
            (
                place,
                text(path, "path")?,
                borrowed(trust, "trust")?,
                borrowed(options, "options")?,
            )
        };
        let mut file = execert_store::bundles::open(path.as_ref())?;
        held(place, verify::verify(&mut file, &document(trust)?, &timed(options)?))
    })
}

/// A trust document out of key texts: `{"keys":[{"key":PEM|VKEY|FINGERPRINT,"label"?}],"witnesses"?,"quorum"?}`.
///
/// # Safety
/// `request` is readable, `trust` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_trust(request: Str, trust: *mut Bytes) -> *mut ErrorHandle {
    // SAFETY: the caller's promise is passed on.
    unsafe { made(request, "request", trust, "trust", wire::trust_build) }
}

/// A copy with places hidden or records withheld; no key is needed.
///
/// # Safety
/// The texts are readable, `copy` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_redact(bundle: Str, request: Str, copy: *mut Bytes) -> *mut ErrorHandle {
    let body = |bundle: &[u8]| {
        // SAFETY: the caller lends the text.
        let request = unsafe { borrowed(request, "request") }?;
        let mut bytes = Vec::new();
        wire::redact(&mut Cursor::new(bundle), request, &mut bytes)?;
        Ok(bytes)
    };
    // SAFETY: the caller's promise is passed on.
    unsafe { made(bundle, "bundle", copy, "copy", body) }
}

/// A copy with places shown again, out of a fuller copy.
///
/// # Safety
/// The texts are readable, `copy` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_reveal(bundle: Str, fuller: Str, request: Str, copy: *mut Bytes) -> *mut ErrorHandle {
    let body = |bundle: &[u8]| {
        // SAFETY: the caller lends the texts.
        let (fuller, request) = unsafe { (borrowed(fuller, "fuller")?, borrowed(request, "request")?) };
        let mut bytes = Vec::new();
        execert::disclose::reveal(
            &mut Cursor::new(bundle),
            &mut Cursor::new(fuller),
            &document(request)?,
            &mut bytes,
        )?;
        Ok(bytes)
    };
    // SAFETY: the caller's promise is passed on.
    unsafe { made(bundle, "bundle", copy, "copy", body) }
}

/// A report as the lines that `execert verify` prints. `subject` is `{"name"?,"plain"?,"trust"?}`: how the evidence and the
/// trust are called, and whether to do without marks and colours.
///
/// # Safety
/// The texts are readable, `lines` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_render(report: Str, subject: Str, lines: *mut Bytes) -> *mut ErrorHandle {
    let body = |report: &[u8]| {
        // SAFETY: the caller lends the text.
        let subject = document(unsafe { borrowed(subject, "subject") }?)?;
        let word = |name: &str| subject.get(name).and_then(Value::as_str).unwrap_or_default();
        let subject = Subject {
            name: word("name"),
            trust: word("trust"),
            plain: subject.get("plain").and_then(Value::as_bool).unwrap_or(false),
        };
        let report = parse(report, &Limits::DOCUMENT)?;
        Ok(render::text(&report, &subject).plain_text().into_bytes())
    };
    // SAFETY: the caller's promise is passed on.
    unsafe { made(report, "report", lines, "lines", body) }
}

/// The RFC 8785 bytes of a JSON text, or why there are none.
///
/// # Safety
/// `text` is readable, `canonical` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_canonical(text: Str, canonical: *mut Bytes) -> *mut ErrorHandle {
    let body = |text: &[u8]| parse(text, &Limits::DOCUMENT).map(|value| to_jcs(&value));
    // SAFETY: the caller's promise is passed on.
    unsafe { made(text, "text", canonical, "canonical", body) }
}

unsafe fn made(
    given: Str,
    name: &str,
    place: *mut Bytes,
    answer_name: &str,
    body: impl FnOnce(&[u8]) -> Result<Vec<u8>>,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the text.
        let (place, given) = unsafe { (answer(place, answer_name)?, borrowed(given, name)?) };
        place.set(body(given)?);
        Ok(())
    })
}
