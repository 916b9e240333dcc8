//! A changed bundle, checked under the trust of its reader.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::OnceLock;

use execert::bundle::{Line, Reader};
use execert::digest::Digest;
use execert::report::Report;
use execert::verify;

use crate::base::{Base, bundles};
use crate::draw::Draw;
use crate::edit::{Edit, replace};

/// There is a report with a verdict, whatever the file; the same from a source that gives it in pieces; and where nothing
/// was signed anew, only records that were there hold.
pub fn check(data: &[u8]) {
    let mut draw = Draw::new(data);
    let base = draw.of(bundles());
    let mode = draw.byte();
    let (mut trust, mut options) = (base.trust.clone(), base.options.clone());
    let mut edit = Edit::of(base);
    let mut changes = 0_u8;
    while !draw.is_done() && changes < 6 {
        changes = changes.saturating_add(1);
        match draw.below(16) {
            0 => replace(&mut trust, &mut draw),
            1 => replace(&mut options, &mut draw),
            _ => edit.change(&mut draw),
        }
    }
    let file = edit.bytes();
    let report = match verify::check(&mut file.as_slice(), &trust, &options) {
        Ok(report) => report,
        Err(error) => {
            // Trust and options are the caller's own: they may be refused, the file may not. A MAC key is refused too if no
            // chain of the file begins with it, be it because the beginning was taken away.
            let own = trust != base.trust || options != base.options || error.path() == Some("/mac_key");
            assert!(own, "a file without a report: {error}");
            return;
        }
    };
    let exit = report.exit();
    let document = report.to_value();
    let said = document.get("exit").and_then(execert::canon::Value::as_int);
    assert_eq!(said, Some(u64::from(exit)), "the exit is in the report");
    assert!(document.get("verdict").is_some(), "a report has a verdict");
    assert_eq!(
        exit == 0,
        verify::verify(&mut file.as_slice(), &trust, &options).is_ok(),
        "verify and check agree"
    );
    if mode.is_multiple_of(4) {
        let mut pieces = Pieces {
            rest: &file,
            size: usize::from(mode).max(1),
        };
        let again = verify::check(&mut pieces, &trust, &options).map(|report| report.to_jcs());
        assert_eq!(again.ok(), Some(report.to_jcs()), "from pieces of {mode}");
    }
    if exit == 0 && !edit.signed && trust == base.trust {
        nothing_new(base, &file, &report);
    }
}

/// Every record of a file that holds is one of the vectors', signed by their keys.
fn nothing_new(base: &Base, file: &[u8], report: &Report) {
    static KNOWN: OnceLock<BTreeSet<Digest>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| bundles().iter().flat_map(|base| digests(base.bytes)).collect());
    for digest in digests(file) {
        assert!(
            known.contains(&digest),
            "{}: {digest} holds: {:?}",
            base.name,
            report.to_value()
        );
    }
}

fn digests(mut file: &[u8]) -> Vec<Digest> {
    let Ok((_, reader)) = Reader::new(&mut file) else {
        return Vec::new();
    };
    let digest = |line| match line {
        Ok((_, Line::Record(line))) => Some(line.digest),
        _ => None,
    };
    reader.filter_map(digest).collect()
}

/// A source that gives so many bytes at a time.
pub struct Pieces<'a> {
    rest: &'a [u8],
    size: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let size = self.size.min(out.len());
        self.rest.read(&mut out[..size])
    }
}
