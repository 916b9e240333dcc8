//! The findings of a check while it goes on: the first of each code and severity, and how many there are
//! (docs/spec/10-report.md).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Finding, Severity, Verdict};
use crate::canon::Value;
use crate::codes::Code;
use crate::limits;

/// What a check found: the first of each code and severity, and how many there are. A hostile file can have as many
/// findings as it has bytes; a report that grew with them would be an attack of its own.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
    /// How many of them are in order and within the limits.
    settled: usize,
    /// Bytes of the paths behind those.
    paths: usize,
    tallies: BTreeMap<(Code, Severity), Tally>,
}

/// The findings of one code and severity.
#[derive(Clone, Debug, Default)]
struct Tally {
    count: u64,
    /// The first that is not listed: what comes after it is not listed either.
    cut: Option<Finding>,
}

impl Findings {
    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        let tally = self.tallies.entry((finding.code, finding.severity)).or_default();
        tally.count = tally.count.saturating_add(1);
        if tally
            .cut
            .as_ref()
            .is_some_and(|cut| finding.order(cut) != Ordering::Less)
        {
            return;
        }
        self.paths = self.paths.saturating_add(finding.path_bytes());
        self.list.push(finding);
        // Rare enough to cost nothing, often enough to keep memory small.
        let fresh = self.list.len().saturating_sub(self.settled);
        if fresh > limits::FINDINGS.saturating_mul(4) || self.paths > limits::FINDING_PATHS.saturating_mul(4) {
            self.sort();
        }
    }

    /// In the order of the report, and of each code and severity no more than a report lists.
    pub(crate) fn sort(&mut self) {
        self.list.sort_by(Finding::order);
        let mut kept: BTreeMap<(Code, Severity), (usize, usize)> = BTreeMap::new();
        let tallies = &mut self.tallies;
        self.list.retain(|finding| {
            let key = (finding.code, finding.severity);
            let (number, paths) = kept.entry(key).or_default();
            *number = number.saturating_add(1);
            *paths = paths.saturating_add(finding.path_bytes());
            let fits = *number <= limits::FINDINGS && *paths <= limits::FINDING_PATHS;
            let tally = tallies.entry(key).or_default();
            if !fits
                && tally
                    .cut
                    .as_ref()
                    .is_none_or(|cut| finding.order(cut) == Ordering::Less)
            {
                tally.cut = Some(finding.clone());
            }
            fits
        });
        (self.settled, self.paths) = (self.list.len(), 0);
    }

    /// Those that the report lists.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.list.iter()
    }

    /// Whether there is one with this code.
    #[must_use]
    pub fn has(&self, code: Code) -> bool {
        self.tallies.keys().any(|(has, _)| *has == code)
    }

    /// Whether there is one of this severity.
    pub(crate) fn any(&self, severity: Severity) -> bool {
        self.tallies.keys().any(|(_, has)| *has == severity)
    }

    /// The verdict of the first row that has an error; none without errors.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        let errors = self.tallies.keys().filter(|(_, severity)| *severity == Severity::Error);
        // An error that no row names does not let the evidence pass.
        errors
            .map(|(code, _)| code.verdict().and_then(Verdict::parse).unwrap_or(Verdict::Altered))
            .min()
    }

    /// The worst severity among the findings whose code `belongs`.
    pub(super) fn worst(&self, belongs: impl Fn(&str) -> bool) -> Option<Severity> {
        let codes = self.tallies.keys().filter(|(code, _)| belongs(code.as_str()));
        codes.map(|(_, severity)| *severity).min()
    }

    pub(crate) fn to_value(&self) -> Value {
        Value::Array(self.list.iter().map(Finding::to_value).collect())
    }

    /// How many of each code and severity are not listed, in order of the code, errors first. Asked after [`Self::sort`].
    pub(crate) fn unlisted(&self) -> Vec<(Code, Severity, u64)> {
        let mut all: Vec<(Code, Severity, u64)> = Vec::new();
        for ((code, severity), tally) in self.tallies.iter().filter(|(_, tally)| tally.cut.is_some()) {
            let listed = self
                .list
                .iter()
                .filter(|f| (f.code, f.severity) == (*code, *severity))
                .count();
            let listed = u64::try_from(listed).unwrap_or(u64::MAX);
            all.push((*code, *severity, tally.count.saturating_sub(listed)));
        }
        all.sort_by_key(|(code, severity, _)| (code.as_str(), *severity));
        all
    }
}

impl Extend<Finding> for Findings {
    fn extend<T: IntoIterator<Item = Finding>>(&mut self, findings: T) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Finding, Place, Severity, Verdict};
    use super::Findings;
    use crate::codes::Code;
    use crate::limits;

    fn at(code: Code, record: u64) -> Finding {
        let place = Place {
            record: Some(record),
            ..Place::default()
        };
        Finding::error(code, 4, place)
    }

    fn seqs(findings: &Findings, code: Code) -> Vec<u64> {
        findings
            .iter()
            .filter(|f| f.code == code)
            .filter_map(|f| f.place.record)
            .collect()
    }

    #[test]
    fn the_first_of_each_code_are_listed_in_whatever_order_they_come() {
        let most = u64::try_from(limits::FINDINGS).unwrap();
        for step in [1u64, 7_919, 19_999] {
            let mut findings = Findings::default();
            for n in 0..20_000u64 {
                findings.push(at(Code::ChainGap, n * step % 20_000));
            }
            findings.push(at(Code::ChainForked, 5));
            findings.push(Finding {
                severity: Severity::Warning,
                ..at(Code::ChainGap, 50_000)
            });
            findings.sort();
            let mut want: Vec<u64> = (0..most).collect();
            want.push(50_000);
            assert_eq!(seqs(&findings, Code::ChainGap), want);
            assert_eq!(seqs(&findings, Code::ChainForked), [5]);
            assert_eq!(findings.unlisted(), [(Code::ChainGap, Severity::Error, 20_000 - most)]);
        }
    }

    #[test]
    fn as_many_as_there_may_be_are_all_listed() {
        let most = u64::try_from(limits::FINDINGS).unwrap();
        let mut findings = Findings::default();
        (0..most).rev().for_each(|n| findings.push(at(Code::ChainGap, n)));
        findings.sort();
        assert_eq!(seqs(&findings, Code::ChainGap), (0..most).collect::<Vec<u64>>());
        assert_eq!(findings.unlisted(), []);
        findings.push(at(Code::ChainGap, 0));
        findings.sort();
        assert_eq!(findings.unlisted(), [(Code::ChainGap, Severity::Error, 1)]);
    }

    #[test]
    fn paths_have_a_measure_of_their_own() {
        // The third does not fit any more; what comes after it is left out even where it would.
        let lengths = [limits::FINDING_PATHS / 2, limits::FINDING_PATHS / 2, 1, 0];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
            let mut findings = Findings::default();
            for n in order {
                findings.push(at(Code::ContentChanged, u64::try_from(n).unwrap()).path("x".repeat(lengths[n])));
            }
            findings.sort();
            assert_eq!(seqs(&findings, Code::ContentChanged), [0, 1]);
            assert_eq!(findings.unlisted(), [(Code::ContentChanged, Severity::Error, 2)]);
        }
    }

    #[test]
    fn what_is_not_listed_still_counts() {
        let mut findings = Findings::default();
        for n in 0..20_000 {
            findings.push(Finding {
                severity: Severity::Warning,
                ..at(Code::ChainForked, n)
            });
        }
        assert_eq!(findings.verdict(), None);
        findings.push(at(Code::ChainForked, 30_000));
        findings.sort();
        assert_eq!(findings.verdict(), Some(Verdict::Forked));
        assert!(findings.has(Code::ChainForked) && findings.any(Severity::Error));
    }
}
