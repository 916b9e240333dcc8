//! `execert verify`: the verdict on bundles, always offline.

use std::time::Instant;

use execert::canon::{Value, to_jcs};
use execert::digest::b64;
use execert::host::Host;
use execert::render::{Subject, text};
use execert::time::Timestamp;
use execert::{object, verify};
use execert_store::Native;

use super::sarif;
use crate::args::{Format, Verify};
use crate::fail::{Fail, Outcome, bad_argument};
use crate::progress::Watched;
use crate::term::Term;
use crate::{files, home};

/// The order in which the exit codes of several files are judged: the worst first.
const WORST: [u8; 8] = [7, 1, 6, 3, 4, 5, 8, 0];

pub(super) fn run(args: &Verify, term: &mut Term<'_>) -> Outcome {
    let (trust, trust_name) = home::trust(&args.trust)?;
    let options = options(args)?;
    let mut reports = Vec::new();
    for (at, name) in args.files.iter().enumerate() {
        let started = Instant::now();
        let file = files::open(name)?;
        let size = file.metadata().map_or(0, |meta| meta.len());
        let mut reader = Watched::new(file, size, term.interactive);
        let report = verify::check(&mut reader, &trust, &options).map_err(Fail::about(name))?;
        drop(reader);
        let value = report.to_value();
        match args.format {
            Format::Text => {
                if at > 0 && !args.quiet {
                    term.line("")?;
                }
                let subject = Subject {
                    name,
                    trust: &trust_name,
                    plain: term.plain,
                };
                term.report(&text(&value, &subject), args.quiet)?;
            }
            Format::Json => {
                term.bytes(&to_jcs(&value))?;
                term.line("")?;
            }
            Format::Sarif => {}
        }
        if args.verbose {
            term.note(&format!(
                "{name}: {size} bytes in {:.3} s",
                started.elapsed().as_secs_f64()
            ))?;
        }
        reports.push((name.as_str(), value, report.exit()));
    }
    if args.format == Format::Sarif {
        let pages: Vec<(&str, &Value)> = reports.iter().map(|(name, value, _)| (*name, value)).collect();
        term.bytes(&to_jcs(&sarif::log(&pages)))?;
        term.line("")?;
    }
    let rank = |exit: u8| WORST.iter().position(|code| *code == exit).unwrap_or(0);
    Ok(reports
        .iter()
        .map(|(_, _, exit)| *exit)
        .min_by_key(|exit| rank(*exit))
        .unwrap_or(2))
}

fn options(args: &Verify) -> Result<Value, Fail> {
    let now = match &args.at {
        Some(text) => {
            Timestamp::parse(text).ok_or_else(|| bad_argument("--at takes a time such as 2026-03-06T12:00:00.000Z"))?
        }
        None => Native::default().now(),
    };
    let mut options = object! { "now": now };
    if args.allow_open {
        options.insert("allow_open", true);
    }
    if !args.require.is_empty() {
        let list: Vec<Value> = args.require.iter().map(|item| Value::from(item.as_str())).collect();
        options.insert("require", list);
    }
    if let Some(file) = &args.auditor {
        let text = String::from_utf8(files::read(file)?).unwrap_or_default();
        let key = execert::digest::unb64(text.trim()).filter(|key| key.len() == 32);
        let key = key.ok_or_else(|| bad_argument(format!("{file} is not an auditor's file of `execert init`")))?;
        options.insert("mac_key", b64(&key));
    }
    Ok(Value::Object(options))
}
