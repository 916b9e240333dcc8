//! Reading evidence: trust and options are documents, `now` has to be among the options.

use std::io::Cursor;

use execert::canon::{Value, document, parse, to_jcs};
use execert::limits::Limits;
use execert::render::{self, Subject};
use execert::{disclose, trust, verify};

use crate::answer;
use crate::buffers::take;

/// The version of the package.
#[unsafe(no_mangle)]
pub extern "C" fn execert_version() -> i32 {
    answer::bytes(Ok(env!("CARGO_PKG_VERSION").into()))
}

/// The report on a bundle, as JCS.
#[unsafe(no_mangle)]
pub extern "C" fn execert_check(bundle: i32, trust: i32, options: i32) -> i32 {
    let (bundle, trust, options) = (take(bundle), take(trust), take(options));
    answer::bytes((|| {
        let report = verify::check(&mut Cursor::new(bundle), &document(&trust)?, &document(&options)?)?;
        Ok(report.to_jcs())
    })())
}

/// A report as the lines that `execert verify` prints. `subject` is `{name, trust, plain}`.
#[unsafe(no_mangle)]
pub extern "C" fn execert_render(report: i32, subject: i32) -> i32 {
    let (report, subject) = (take(report), take(subject));
    answer::bytes((|| {
        let (report, subject) = (document(&report)?, document(&subject)?);
        let word = |name: &str| subject.get(name).and_then(Value::as_str).unwrap_or_default();
        let subject = Subject {
            name: word("name"),
            trust: word("trust"),
            plain: subject.get("plain").and_then(Value::as_bool).unwrap_or(false),
        };
        Ok(render::text(&report, &subject).plain_text().into_bytes())
    })())
}

/// A copy with places hidden or records withheld.
#[unsafe(no_mangle)]
pub extern "C" fn execert_redact(bundle: i32, request: i32) -> i32 {
    let (bundle, request) = (take(bundle), take(request));
    answer::bytes((|| {
        let mut out = Vec::new();
        disclose::redact(&mut Cursor::new(bundle), &document(&request)?, &mut out)?;
        Ok(out)
    })())
}

/// A trust document out of key texts.
#[unsafe(no_mangle)]
pub extern "C" fn execert_trust(request: i32) -> i32 {
    let request = take(request);
    answer::bytes((|| trust::build(&document(&request)?).map(|trust| to_jcs(&trust)))())
}

/// The RFC 8785 bytes of a JSON text.
#[unsafe(no_mangle)]
pub extern "C" fn execert_canonical(text: i32) -> i32 {
    let text = take(text);
    answer::bytes(parse(&text, &Limits::DOCUMENT).map(|value| to_jcs(&value)))
}
