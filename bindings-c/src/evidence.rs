//! Evidence: checked, redacted and shown, with public keys only.

use std::io::Cursor;

use execert::canon::{Value, document, parse, to_jcs};
use execert::limits::Limits;
use execert::render::{self, Subject};
use execert::{Result, disclose, trust, verify};
#[cfg(feature = "record")]
use execert_store::bundles;

use crate::bytes::{Bytes, Str, answer, borrowed};
#[cfg(feature = "record")]
use crate::bytes::{optional, text};
use crate::error::ErrorHandle;
use crate::guard;

/// Whose keys count; an empty text trusts nobody.
fn trusted(trust: &[u8]) -> Result<Value> {
    let given = document(trust)?;
    if trust.is_empty() {
        trust::build(&given)
    } else {
        Ok(given)
    }
}

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

/// The report on a bundle, whatever it says, as canonical JSON. `trust` is a trust document (`execert_trust`); an empty
/// one trusts nobody. `options` are
/// `{"now"?,"allow_open"?,"require"?:["sealed","no-withheld","witness:N",…],"mac_key"?,"threads"?}`; the static library
/// has no clock, and needs `now`.
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
        place.set(verify::check(&mut Cursor::new(bundle), &trusted(trust)?, &timed(options)?)?.to_jcs());
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
            verify::verify(&mut Cursor::new(bundle), &trusted(trust)?, &timed(options)?),
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

/// As `execert_check`, of a file: it is read in blocks, so that memory does not grow with it. Not in the
/// static library.
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
        let mut file = bundles::open(path.as_ref())?;
        place.set(verify::check(&mut file, &trusted(trust)?, &timed(options)?)?.to_jcs());
        Ok(())
    })
}

/// As `execert_verify`, of a file. Not in the static library.
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
        let mut file = bundles::open(path.as_ref())?;
        held(place, verify::verify(&mut file, &trusted(trust)?, &timed(options)?))
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
    unsafe {
        made(request, "request", trust, "trust", |given| {
            trust::build(&document(given)?).map(|trust| to_jcs(&trust))
        })
    }
}

/// The trust document of this user, as `execert trust` keeps it; empty if there is none. Not in the static library.
///
/// # Safety
/// `trust` can be written.
#[cfg(feature = "record")]
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_user_trust(trust: *mut Bytes) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written.
        let place = unsafe { answer(trust, "trust") }?;
        place.set(
            execert_store::user::load()?
                .map(|found| to_jcs(&found))
                .unwrap_or_default(),
        );
        Ok(())
    })
}

/// A copy with places hidden or records withheld; no key is needed, and its signatures hold. `request` is
/// `{"redact":1,"hide"?:[{"chain"?,"seq" or "run","paths"}],"withhold"?:[{"chain"?,"seq" or "run"}]}`.
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
        disclose::redact(&mut Cursor::new(bundle), &document(request)?, &mut bytes)?;
        Ok(bytes)
    };
    // SAFETY: the caller's promise is passed on.
    unsafe { made(bundle, "bundle", copy, "copy", body) }
}

/// A copy with places shown again, out of a fuller copy: `request` is
/// `{"reveal":1,"show":[{"chain"?,"seq" or "run","paths"?}]}`.
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
        disclose::reveal(
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

/// As `execert_redact`, from file to file: the copy is written whole or not at all, and memory does not grow with it.
/// `told`, which may be NULL, is `{"fields","records"}`: what was done. Not in the static library.
///
/// # Safety
/// The texts are readable, `told` is NULL or can be written.
#[cfg(feature = "record")]
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_redact_file(
    bundle: Str,
    request: Str,
    copy: Str,
    told: *mut Bytes,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the texts.
        let (place, bundle, request, copy) = unsafe {
            let place = optional(told);
            (
                place,
                text(bundle, "bundle")?,
                document(borrowed(request, "request")?)?,
                text(copy, "copy")?,
            )
        };
        let mut source = bundles::open(bundle.as_ref())?;
        let answer = bundles::write(copy.as_ref(), |out| disclose::redact(&mut source, &request, out))?;
        if let Some(place) = place {
            place.set(to_jcs(&answer));
        }
        Ok(())
    })
}

/// As `execert_reveal`, from files to file. `told` may be NULL. Not in the static library.
///
/// # Safety
/// As `execert_redact_file`.
#[cfg(feature = "record")]
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execert_reveal_file(
    bundle: Str,
    fuller: Str,
    request: Str,
    copy: Str,
    told: *mut Bytes,
) -> *mut ErrorHandle {
    guard::call(|| {
        // SAFETY: the caller says that it can be written, and lends the texts.
        let (place, bundle, fuller, request, copy) = unsafe {
            let place = optional(told);
            (
                place,
                text(bundle, "bundle")?,
                text(fuller, "fuller")?,
                document(borrowed(request, "request")?)?,
                text(copy, "copy")?,
            )
        };
        let (mut bundle, mut fuller) = (bundles::open(bundle.as_ref())?, bundles::open(fuller.as_ref())?);
        let answer = bundles::write(copy.as_ref(), |out| {
            disclose::reveal(&mut bundle, &mut fuller, &request, out)
        })?;
        if let Some(place) = place {
            place.set(to_jcs(&answer));
        }
        Ok(())
    })
}

/// A report as the lines that `execert verify` prints. `subject` is `{"name"?,"plain"?,"trust"?}`: how the evidence and
/// the trust are called, and whether to do without marks and colours.
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
