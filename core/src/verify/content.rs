//! Step 8, after the lines: content that is not shown is erased, absent, or withheld with its record.

use std::collections::{BTreeMap, BTreeSet};

use super::Case;
use super::file::{At, Shown, Standing};
use super::intake::finding;
use crate::codes::Code;
use crate::record::Body;
use crate::report::{Finding, Place};

/// `content.absent` and `record.withheld` (warnings); what was found beside documents.
pub(super) fn check(case: &mut Case<'_>) {
    let mut erased: BTreeMap<At, BTreeSet<u64>> = BTreeMap::new();
    for record in case
        .file
        .records
        .iter()
        .filter(|record| record.standing() != Standing::Ignored)
    {
        if let Some(Body::Erasure { records, .. }) = record.seen.as_ref().and_then(|seen| seen.body()) {
            erased.entry(record.chain()).or_default().extend(records);
        }
    }
    let mut found = core::mem::take(&mut case.findings);
    for (at, record) in case.file.lines() {
        match (&record.seen, record.seq()) {
            (None, _) => {
                case.withheld = case.withheld.saturating_add(1);
                found.push(Finding::warning(Code::RecordWithheld, 8, case.file.place(at)));
            }
            (Some(seen), Some(seq)) if seen.shown == Shown::Nothing => {
                if erased.get(&record.chain()).is_some_and(|seqs| seqs.contains(&seq)) {
                    case.erased.insert(at);
                } else {
                    found.push(Finding::warning(Code::ContentAbsent, 8, case.file.place(at)));
                }
            }
            _ => {}
        }
    }
    for document in case.file.documents.iter().filter(|document| !document.ignored) {
        found.extend(
            document
                .differences
                .iter()
                .map(|difference| finding(difference, Place::default())),
        );
        if document.shown == Shown::Nothing {
            found.push(Finding::warning(Code::ContentAbsent, 8, Place::default()));
        }
        case.file.fields = case.file.fields.saturating_add(document.fields);
        case.file.hidden = case.file.hidden.saturating_add(document.hidden);
        case.file.content |= matches!(document.shown, Shown::Whole | Shown::Redacted);
    }
    case.findings = found;
}
