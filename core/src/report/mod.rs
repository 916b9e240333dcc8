//! What a check found, as `execert/report/v1` (docs/spec/10-report.md): findings, axes, verdict.

mod findings;

use std::cmp::Ordering;

use crate::canon::{Object, Value, cmp_utf16, to_jcs};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::id::Uuid;
use crate::object;
use crate::words::words;

pub use findings::Findings;

words! {
    /// The answer. The first row that applies; the findings are listed all the same.
    Verdict {
        /// The file could not be read; nothing was checked. Exit 7.
        Unreadable = "unreadable",
        /// This copy is not what was sealed. Exit 1.
        Altered = "altered",
        /// Two histories claim one place. Exit 1.
        Forked = "forked",
        /// A key or certificate was withdrawn. Exit 6.
        Revoked = "revoked",
        /// Something is not signed. Exit 3.
        Unsigned = "unsigned",
        /// Signed by a key that the reader does not trust. Exit 3.
        UnknownSigner = "unknown-signer",
        /// Part of what it says it holds is not here. Exit 4.
        Incomplete = "incomplete",
        /// Its time ran out. Exit 5.
        Expired = "expired",
        /// Something the reader required is missing. Exit 8.
        RequirementMissing = "requirement-missing",
        /// Nothing wrong, signed by the reader's own key. Exit 0.
        OwnKey = "own-key",
        /// Nothing wrong, with something to know. Exit 0.
        IntactWarnings = "intact-warnings",
        /// Nothing wrong. Exit 0.
        Intact = "intact",
    }
}

impl Verdict {
    /// The exit code; frozen.
    #[must_use]
    pub const fn exit(self) -> u8 {
        match self {
            Verdict::Unreadable => 7,
            Verdict::Altered | Verdict::Forked => 1,
            Verdict::Revoked => 6,
            Verdict::Unsigned | Verdict::UnknownSigner => 3,
            Verdict::Incomplete => 4,
            Verdict::Expired => 5,
            Verdict::RequirementMissing => 8,
            Verdict::OwnKey | Verdict::IntactWarnings | Verdict::Intact => 0,
        }
    }
}

words! {
    /// How much a finding weighs.
    Severity {
        /// It decides the verdict.
        Error = "error",
        /// It is to be known.
        Warning = "warning",
    }
}

/// Where a finding stands: as much as is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The chain.
    pub chain: Option<Uuid>,
    /// seq of the record, here or missing.
    pub record: Option<u64>,
    /// Its run and `run.seq`.
    pub run: Option<(Uuid, u64)>,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// The step of verifying, 1 to 16.
    pub step: u8,
    /// Where it stands.
    pub place: Place,
    /// JSON Pointer: in content (step 8), else in the line.
    pub path: Option<String>,
    /// What was sealed.
    pub sealed: Option<String>,
    /// What this copy has.
    pub found: Option<String>,
    /// Line of the file, from 1, in steps 1 to 3.
    pub line: Option<u64>,
}

impl Finding {
    /// An error.
    #[must_use]
    pub fn error(code: Code, step: u8, place: Place) -> Finding {
        Finding {
            code,
            severity: Severity::Error,
            step,
            place,
            path: None,
            sealed: None,
            found: None,
            line: None,
        }
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: Code, step: u8, place: Place) -> Finding {
        Finding {
            severity: Severity::Warning,
            ..Finding::error(code, step, place)
        }
    }

    /// The same finding at a JSON Pointer.
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Finding {
        Finding {
            path: Some(path.into()),
            ..self
        }
    }

    /// The same finding with what was sealed and what was found.
    #[must_use]
    pub fn values(self, sealed: Option<String>, found: Option<String>) -> Finding {
        Finding { sealed, found, ..self }
    }

    /// By step, chain, record, run, path and code; what is not known comes first, paths go by UTF-16.
    fn order(&self, other: &Finding) -> Ordering {
        let key = |f: &Finding| (f.step, f.place.chain, f.place.record, f.place.run);
        let path = || match (&self.path, &other.path) {
            (Some(a), Some(b)) => cmp_utf16(a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        };
        key(self)
            .cmp(&key(other))
            .then_with(path)
            .then_with(|| self.code.as_str().cmp(other.code.as_str()))
    }

    fn path_bytes(&self) -> usize {
        self.path.as_ref().map_or(0, String::len)
    }

    fn to_value(&self) -> Value {
        let run = self
            .place
            .run
            .map(|(id, seq)| Value::from(object! { "id": id, "seq": Value::count(seq) }));
        let null = |value: Option<Value>| value.unwrap_or(Value::Null);
        Value::Object(object! {
            "code": self.code.as_str(),
            "severity": self.severity.as_str(),
            "step": u32::from(self.step),
            "chain": null(self.place.chain.map(Value::from)),
            "record": null(self.place.record.map(Value::count)),
            "run": null(run),
            "path": null(self.path.as_deref().map(Value::from)),
            "sealed": null(self.sealed.as_deref().map(Value::from)),
            "found": null(self.found.as_deref().map(Value::from)),
            "line": null(self.line.map(Value::count)),
        })
    }
}

/// What the axes say where no finding says otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bases {
    pub(crate) content: bool,
    pub(crate) cosigned: bool,
    pub(crate) timed: bool,
    /// No signer needs a revocation list.
    pub(crate) unrevoked: bool,
    pub(crate) certificate: bool,
}

/// The eleven axes. `bases` is none for a file that could not be read.
pub(crate) fn axes(findings: &Findings, bases: Option<&Bases>) -> Object {
    let Some(bases) = bases else {
        return NAMES
            .iter()
            .map(|name| ((*name).to_owned(), Value::from("not_checked")))
            .collect();
    };
    let base = |name: &str| match name {
        "content" if !bases.content => "absent",
        "witness" if !bases.cosigned => "absent",
        "time" if !bases.timed => "absent",
        "revocation" if bases.unrevoked => "n/a",
        "plan" if !bases.certificate => "n/a",
        "replay" => "not_checked",
        _ => "pass",
    };
    let axis = |name: &&str| {
        let worst = findings.worst(|code| belongs(name, code));
        let word = match worst {
            Some(Severity::Error) => "fail",
            Some(Severity::Warning) => "warn",
            None if *name == "revocation" && findings.has(Code::RevocationNotChecked) => "not_checked",
            None => base(name),
        };
        ((*name).to_owned(), Value::from(word))
    };
    NAMES.iter().map(axis).collect()
}

const NAMES: [&str; 11] = [
    "content",
    "order",
    "completeness",
    "signatures",
    "signer",
    "witness",
    "time",
    "revocation",
    "disclosure",
    "plan",
    "replay",
];

/// Whether a finding of this code moves this axis.
fn belongs(axis: &str, code: &str) -> bool {
    let (area, _) = code.split_once('.').unwrap_or((code, ""));
    let order = matches!(
        code,
        "chain.gap" | "chain.reordered" | "chain.forked" | "chain.foreign_record" | "run.gap" | "record.hash_mismatch"
    ) || area == "bundle";
    let withheld = matches!(code, "record.withheld" | "record.outcome_absent");
    let revoked = matches!(code, "certificate.revoked" | "certificate.child_revoked");
    match axis {
        "content" => matches!(code, "content.changed" | "content.absent") || area == "disclose",
        "order" => order,
        "completeness" => withheld || (matches!(area, "chain" | "run") && !order),
        "signatures" => area == "record" && !order && !withheld,
        "signer" => matches!(area, "key" | "identity"),
        // What these two say is a base, not a warning.
        "witness" => area == "witness" && code != "witness.none",
        "revocation" => {
            (area == "revocation" && code != "revocation.not_checked")
                || matches!(code, "key.revoked" | "key.revocation_disputed")
                || revoked
        }
        "time" => area == "time",
        "disclosure" => code == "content.withheld",
        "plan" => area == "certificate",
        "replay" => area == "replay",
        _ => false,
    }
}

/// The words of ETSI EN 319 102-1 for a verdict; `timed` if any quorum has cosigned.
pub(crate) fn etsi(verdict: Verdict, findings: &Findings, timed: bool) -> Object {
    let (passed, failed, open) = ("TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE");
    let (main, sub) = match verdict {
        Verdict::Unreadable => (failed, "FORMAT_FAILURE"),
        Verdict::Altered if findings.has(Code::RecordSignatureMismatch) => (failed, "SIG_CRYPTO_FAILURE"),
        Verdict::Altered => (failed, "HASH_FAILURE"),
        Verdict::Forked => (failed, "https://execert.dev/etsi/forked"),
        Verdict::Revoked if timed => (failed, "REVOKED"),
        Verdict::Revoked => (open, "REVOKED_NO_POE"),
        Verdict::Unsigned => (open, "NO_SIGNING_CERTIFICATE_FOUND"),
        Verdict::UnknownSigner | Verdict::OwnKey => (open, "NO_CERTIFICATE_CHAIN_FOUND"),
        Verdict::Incomplete => (open, "SIGNED_DATA_NOT_FOUND"),
        Verdict::Expired if timed => (failed, "EXPIRED"),
        Verdict::Expired => (open, "OUT_OF_BOUNDS_NO_POE"),
        Verdict::RequirementMissing => (open, "SIG_CONSTRAINTS_FAILURE"),
        Verdict::IntactWarnings | Verdict::Intact => (passed, ""),
    };
    object! { "main": main, "sub": sub }
}

/// What a verdict shows, and what it does not; `all` if every error is listed.
pub(crate) fn shows(verdict: Verdict, timed: bool, model: bool, all: bool) -> (Value, Value) {
    let list = |words: &[&str]| Value::Array(words.iter().map(|word| Value::from(*word)).collect());
    let shows = match (verdict, verdict.exit()) {
        // Where not all errors are listed, not every record that differs has its mark.
        (Verdict::Altered, _) if !all => list(&["original_sealed"]),
        (Verdict::Altered, _) => list(&["original_sealed", "unmarked_match"]),
        (_, 0 | 4 | 5 | 8) => list(&["records_as_signed", "none_added_removed_moved", "key_signed"]),
        _ => list(&[]),
    };
    let mut not = vec!["outcome_quality", "input_truth", "nothing_else_ran", "key_holder"];
    not.extend((!timed).then_some("when"));
    not.extend(model.then_some("model_identity"));
    not.extend((verdict == Verdict::Altered).then_some("author_of_change"));
    (shows, list(&not))
}

/// Who made a report: name, version, the formats it reads.
pub(crate) fn verifier() -> Object {
    let formats = ["record/v1", "bundle/v1", "report/v1"].map(Value::from).to_vec();
    object! { "name": "execert", "version": env!("CARGO_PKG_VERSION"), "formats": formats }
}

/// The report of a check.
#[derive(Clone, Debug)]
pub struct Report {
    value: Value,
    verdict: Verdict,
    findings: Findings,
}

impl Report {
    pub(crate) fn new(members: Object, verdict: Verdict, findings: Findings) -> Report {
        Report {
            value: Value::Object(members),
            verdict,
            findings,
        }
    }

    /// The verdict.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The exit code of the verdict.
    #[must_use]
    pub fn exit(&self) -> u8 {
        self.verdict.exit()
    }

    /// The findings in the order of the report.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter()
    }

    /// The whole report.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.value.clone()
    }

    /// The whole report as JCS.
    #[must_use]
    pub fn to_jcs(&self) -> Vec<u8> {
        to_jcs(&self.value)
    }

    /// The report, if the evidence holds.
    ///
    /// # Errors
    /// Else an error that carries the report. Its code is that of the first finding that led to the verdict.
    pub fn hold(self) -> Result<Report> {
        if self.exit() == 0 {
            return Ok(self);
        }
        let row = Some(self.verdict.as_str());
        let errors = || {
            self.findings
                .iter()
                .filter(|finding| finding.severity == Severity::Error)
        };
        let first = errors()
            .find(|finding| finding.code.verdict() == row)
            .or_else(|| errors().next());
        let code = first.map_or(Code::InternalPanic, |finding| finding.code);
        let mut error = Error::new(code, format!("the evidence does not hold: {}", code.title()));
        if let Some(path) = first.and_then(|finding| finding.path.as_deref()) {
            error = error.at(path);
        }
        Err(error.report(self.to_jcs(), self.exit()))
    }
}
