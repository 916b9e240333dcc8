//! Checking a bundle under the trust of its reader (docs/spec/09-verifying.md). One pass over the file, no network, no
//! files, no clock; memory grows with the number of records, not with their content.
//!
//! The steps and the modules that take them:
//!
//! | Steps | Module |
//! |---|---|
//! | 1 to 3, reading | `crate::bundle`, `intake` (lines side by side: `ahead`, `judge`) |
//! | 4 set | `set` |
//! | 5 chain | `chain` |
//! | 6 keys, 7 signatures | `keys`, `sign`, `held` |
//! | 8 content, 9 pairs, 10 tags | `content`, `pairs`, `mac` |
//! | 11 log | `log`, `cover` |
//! | 12 completeness | `completeness` |
//! | 13 documents, 14 revocation, 15 time, 16 requirements | modules of these names |
//! | 17 verdict | `verdict` |

#[cfg(feature = "parallel")]
mod ahead;
mod chain;
mod completeness;
mod content;
mod cover;
mod documents;
mod file;
mod held;
mod intake;
mod judge;
mod keys;
mod log;
mod mac;
mod options;
mod pairs;
mod requirements;
mod revocation;
mod set;
mod sign;
mod time;
mod verdict;
mod view;

use std::collections::BTreeSet;
use std::io::Read;

use crate::bundle::Reader;
use crate::canon::Value;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::report::{Findings, Place, Report};
use crate::trust::Trusted;

#[cfg(feature = "parallel")]
use ahead::lines;
use completeness::Part;
use file::{At, File};
use held::Held;
use intake::Intake;
use keys::ChainKeys;
use options::Options;
use sign::Signers;
use view::{ChainView, RunView};

/// Checks a bundle and says all that was found. The report is there whatever it says; look at its verdict.
///
/// `trust` is a trust document ([`crate::trust`]), `options` is `{"now": time, "allow_open"?: bool, "require"?: [word],
/// "mac_key"?: b64 of k(0), "threads"?: count}` with the words `sealed`, `timestamp`, `no-withheld`, `witness:N`, `plan`,
/// `revocation`. With the feature `parallel` as many threads work on it as there are cores, eight at most, or `threads`;
/// the report is the same.
///
/// # Errors
/// `wire.bad_argument` with a path, `key.malformed`, `key.weak` for trust and options; `store.io` if the bundle cannot be
/// read from its source. A bundle that is not one gives a report with verdict `unreadable`.
pub fn check(bundle: &mut dyn Read, trust: &Value, options: &Value) -> Result<Report> {
    let trust = Trusted::parse(trust)?;
    let options = Options::parse(options)?;
    let mut reader = Reader::start(bundle);
    let refused = |step: u8, error: Error| match error.code() {
        Code::StoreIo => Err(error),
        _ => Ok(verdict::unreadable(&trust, &options, step, &error)),
    };
    let manifest = match reader.manifest() {
        Ok(manifest) => manifest,
        Err(error) => return refused(reader.step(), error),
    };
    let mut intake = Intake::new(
        File::new(manifest, Held::new(&trust)),
        options.mac_key.as_ref(),
        &trust.policy,
    );
    if let Err(error) = lines(&mut reader, &mut intake, options.threads) {
        return refused(reader.step(), error);
    }
    Case::new(intake, &trust, &options).judge()
}

/// Reads the lines that follow the manifest.
#[cfg(not(feature = "parallel"))]
fn lines(reader: &mut Reader<'_>, intake: &mut Intake, _threads: Option<usize>) -> Result<()> {
    for line in reader.by_ref() {
        intake.line(line?.1);
    }
    Ok(())
}

/// Checks a bundle and returns its report only if it holds (exit 0).
///
/// # Errors
/// Those of [`check`], and for every verdict with another exit an error of kind Untrusted that carries the report.
pub fn verify(bundle: &mut dyn Read, trust: &Value, options: &Value) -> Result<Report> {
    check(bundle, trust, options)?.hold()
}

/// A bundle that was read, and what the steps find out about it.
struct Case<'a> {
    trust: &'a Trusted,
    options: &'a Options,
    file: File,
    findings: Findings,
    /// Lines of each chain in order, until the keys are known.
    lines: Vec<Vec<(u64, At)>>,
    chains: Vec<ChainView>,
    runs: Vec<RunView>,
    keys: Vec<ChainKeys>,
    parts: Vec<Part>,
    /// The `run.end` records whose root is that of their run.
    fitting: BTreeSet<At>,
    signers: Signers,
    manifest_trusted: bool,
    erased: BTreeSet<At>,
    withheld: u64,
}

impl<'a> Case<'a> {
    fn new(intake: Intake, trust: &'a Trusted, options: &'a Options) -> Case<'a> {
        Case {
            trust,
            options,
            file: intake.file,
            findings: intake.findings,
            lines: Vec::new(),
            chains: Vec::new(),
            runs: Vec::new(),
            keys: Vec::new(),
            parts: Vec::new(),
            fitting: BTreeSet::new(),
            signers: Signers::default(),
            manifest_trusted: false,
            erased: BTreeSet::new(),
            withheld: 0,
        }
    }

    /// Takes the steps. They are in the order in which one needs what another found, not in that of their numbers;
    /// the report sorts.
    fn judge(mut self) -> Result<Report> {
        set::stand(&mut self);
        keys::check(&mut self);
        set::complete(&mut self);
        chain::check(&mut self);
        mac::check(&mut self)?;
        self.fitting = cover::fitting(&self);
        let cover = log::cover(&mut self);
        self.parts = completeness::parts(&self, &cover);
        sign::check(&mut self, &cover);
        content::check(&mut self);
        pairs::check(&mut self);
        log::judge(&mut self, &cover);
        completeness::check(&mut self);
        let certificates = documents::check(&mut self, &cover);
        let lists = revocation::check(&mut self, &cover);
        time::check(&mut self, &cover);
        requirements::check(&mut self, &cover, &certificates);
        Ok(verdict::report(self, &cover, &certificates, &lists))
    }

    /// The place of a seq of a chain, whether a record is there or not.
    fn place_of_seq(&self, chain: At, seq: u64) -> Place {
        let id = self.file.chains.get(chain).map(|chain| chain.id);
        let here = self.chains.get(chain).and_then(|view| view.at(seq));
        here.map_or(
            Place {
                chain: id,
                record: Some(seq),
                run: None,
            },
            |at| self.file.place(at),
        )
    }

    /// Whether this operator is one of the signers'.
    fn is_signers(&self, operator: &str) -> bool {
        let mut entries = self.signers.list.iter().flat_map(|signer| &signer.entries);
        entries.any(|at| {
            self.trust
                .keys
                .get(*at)
                .is_some_and(|entry| entry.operator.as_deref() == Some(operator))
        })
    }
}
