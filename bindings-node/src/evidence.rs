//! Trust, and evidence read from files or bytes. Documents are JSON bytes both ways.

use execert::canon::{Value, document, parse as read, to_jcs};
use execert::host::Host;
use execert::limits::Limits;
use execert::render::{self, Subject};
use execert::wire;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

use crate::files::{Evidence, Source, Stop, flag, whole};
use crate::guard::{Later, Outcome, entry, later};
use crate::key::host;

/// The RFC 8785 bytes of a JSON text.
#[napi]
pub fn canonical(text: Buffer) -> Outcome<Buffer> {
    entry(|| Ok(to_jcs(&read(&text, &Limits::DOCUMENT)?).into()))
}

/// A trust document from keys, witnesses and quorum.
#[napi]
pub fn trust_build(request: Buffer) -> Outcome<Buffer> {
    entry(|| wire::trust_build(&request).map(Buffer::from))
}

/// The user's own trust document; empty if there is none.
#[napi]
pub fn user_trust() -> Later<Vec<u8>> {
    later(|| {
        let trust = execert_store::user::load()?;
        Ok(trust.map(|trust| to_jcs(&trust)).unwrap_or_default())
    })
}

/// The report on evidence. With `hold` it is a failure unless the evidence holds.
#[napi]
pub fn judge(evidence: Evidence, trust: Buffer, options: Buffer, hold: bool, stop: Option<&Stop>) -> Later<Vec<u8>> {
    let (source, stop) = (Source::of(evidence), flag(stop));
    later(move || {
        let (trust, mut options) = (document(&trust)?, document(&options)?);
        if let Value::Object(options) = &mut options
            && !options.contains("now")
        {
            options.insert("now", host().now());
        }
        let mut bundle = source.open(&stop)?;
        let report = if hold {
            execert::verify::verify(&mut bundle, &trust, &options)?
        } else {
            execert::verify::check(&mut bundle, &trust, &options)?
        };
        Ok(report.to_jcs())
    })
}

/// A copy with places hidden or records withheld.
#[napi]
pub fn redact(evidence: Evidence, request: Buffer, path: String, stop: Option<&Stop>) -> Later<Vec<u8>> {
    let (source, stop) = (Source::of(evidence), flag(stop));
    later(move || {
        let mut bundle = source.open(&stop)?;
        whole(&path, &stop, |out| wire::redact(&mut bundle, &request, out))
    })
}

/// The same, as bytes.
#[napi]
pub fn redacted(evidence: Evidence, request: Buffer, stop: Option<&Stop>) -> Later<Vec<u8>> {
    let (source, stop) = (Source::of(evidence), flag(stop));
    later(move || {
        let (mut bundle, mut out) = (source.open(&stop)?, Vec::new());
        wire::redact(&mut bundle, &request, &mut out)?;
        Ok(out)
    })
}

/// A copy with places shown again, out of a fuller copy.
#[napi]
pub fn reveal(
    evidence: Evidence,
    fuller: Evidence,
    request: Buffer,
    path: String,
    stop: Option<&Stop>,
) -> Later<Vec<u8>> {
    let (source, fuller, stop) = (Source::of(evidence), Source::of(fuller), flag(stop));
    later(move || {
        let (mut bundle, mut fuller) = (source.open(&stop)?, fuller.open(&stop)?);
        let request = document(&request)?;
        whole(&path, &stop, |out| {
            execert::disclose::reveal(&mut bundle, &mut fuller, &request, out).map(|answer| to_jcs(&answer))
        })
    })
}

/// The same, as bytes.
#[napi]
pub fn revealed(evidence: Evidence, fuller: Evidence, request: Buffer, stop: Option<&Stop>) -> Later<Vec<u8>> {
    let (source, fuller, stop) = (Source::of(evidence), Source::of(fuller), flag(stop));
    later(move || {
        let (mut bundle, mut fuller) = (source.open(&stop)?, fuller.open(&stop)?);
        let mut out = Vec::new();
        execert::disclose::reveal(&mut bundle, &mut fuller, &document(&request)?, &mut out)?;
        Ok(out)
    })
}

/// A report as the lines that `execert verify` prints.
#[napi]
pub fn render_text(report: Buffer, name: String, trust: String, plain: bool) -> Outcome<String> {
    entry(|| {
        let report = read(&report, &Limits::DOCUMENT)?;
        let subject = Subject {
            name: &name,
            trust: &trust,
            plain,
        };
        Ok(render::text(&report, &subject).plain_text())
    })
}

/// The command line; answers its exit code.
#[cfg(feature = "command")]
#[napi]
pub fn main(arguments: Vec<String>) -> Outcome<u32> {
    entry(|| {
        let arguments: Vec<std::ffi::OsString> = arguments.into_iter().map(Into::into).collect();
        // Not locked: a command that is recorded writes its own output between ours, from other threads.
        let code = execert_cli::run(arguments, &mut std::io::stdout(), &mut std::io::stderr());
        Ok(u32::from(code))
    })
}

/// The next call of this thread panics inside: for the test of the guard.
#[cfg(feature = "testing")]
#[napi]
pub fn arm_panic() {
    crate::guard::hook::arm();
}

/// Clock and randomness repeat from here on, in the whole process: for the test that languages write the same bytes.
#[cfg(feature = "testing")]
#[napi]
pub fn repeat(seed: u32) {
    execert_store::repeat(u64::from(seed));
}

/// Reads one record line alone: for the vectors of forms.
#[cfg(feature = "testing")]
#[napi]
pub fn record_line(line: Buffer) -> Outcome<()> {
    entry(|| execert::bundle::RecordLine::parse(&line).map(drop))
}
