//! Step 15: what records claim of their time, against what witnesses saw.

use super::Case;
use super::file::Standing;
use super::log::Cover;
use crate::codes::Code;
use crate::record::Body;
use crate::report::Finding;

/// How far a claim may be off, in milliseconds.
const SLACK_MS: i64 = 120_000;

/// `time.claim_contradicted` (warning): after the earliest quorum time that covers the record, or before the note that
/// the latest heartbeat names as its beacon.
pub(super) fn check(case: &mut Case<'_>, cover: &Cover) {
    let mut found = core::mem::take(&mut case.findings);
    for view in &case.chains {
        let mut not_before: Option<i64> = None;
        for (_, at) in &view.by_seq {
            let Some(seen) = case.file.seen(*at) else { continue };
            if let Some(Body::Heartbeat(beat)) = seen.body() {
                not_before = beat.beacon.and_then(|text| cover.beacon(&text)).map(millis);
            }
            let claim = seen.recorded_at.millis();
            let late = cover
                .at(*at)
                .is_some_and(|time| claim > millis(time).saturating_add(SLACK_MS));
            let early = not_before.is_some_and(|time| claim < time.saturating_sub(SLACK_MS));
            let counts = case
                .file
                .record(*at)
                .is_some_and(|record| record.standing() != Standing::Ignored);
            if counts && (late || early) {
                found.push(Finding::warning(Code::TimeClaimContradicted, 15, case.file.place(*at)));
            }
        }
    }
    case.findings = found;
}

/// Seconds of a cosignature as milliseconds.
pub(super) fn millis(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000)
}
