//! Step 16: what the reader asked for beyond the rules.

use std::collections::BTreeSet;

use super::Case;
use super::completeness::State;
use super::cover::Line;
use super::documents::{Certificates, start_of};
use super::file::{At, Shown};
use super::log::Cover;
use crate::codes::Code;
use crate::record::Kind;
use crate::report::Finding;

/// `chain.tail_unproven` (`sealed`), `time.not_timestamped`, `content.withheld`, `witness.quorum_not_met` (`witness:N`),
/// `certificate.absent` (`plan`). `revocation` is seen to in step 14.
pub(super) fn check(case: &mut Case<'_>, cover: &Cover, certificates: &Certificates) {
    let require = &case.options.require;
    let mut found = core::mem::take(&mut case.findings);
    for part in &case.parts {
        if require.sealed && part.state == State::Witnessed {
            found.push(Finding::error(Code::ChainTailUnproven, 16, part.place));
        }
        // Tokens of time stamping authorities are not read yet, so nothing is timestamped.
        if require.timestamp {
            found.push(Finding::error(Code::TimeNotTimestamped, 16, part.place));
        }
        if require.witnesses > independent(case, cover, part.at) {
            found.push(Finding::error(Code::WitnessQuorumNotMet, 16, part.place));
        }
    }
    if require.no_withheld {
        for (at, record) in case.file.lines() {
            let hidden = match &record.seen {
                None => true,
                Some(seen) => {
                    seen.shown == Shown::Redacted || (seen.shown == Shown::Nothing && !case.erased.contains(&at))
                }
            };
            if hidden {
                found.push(Finding::error(Code::ContentWithheld, 16, case.file.place(at)));
            }
        }
    }
    if require.plan {
        let starts = |at: At| case.file.seen(at).is_some_and(|seen| seen.kind == Kind::RunStart);
        let mut seen = BTreeSet::new();
        for (at, record) in case.file.lines().filter(|(at, _)| starts(*at)) {
            seen.extend(record.run().map(|(run, _)| run));
            if !certificates.valid.contains(&at) {
                found.push(Finding::error(Code::CertificateAbsent, 16, case.file.place(at)));
            }
        }
        for part in case
            .parts
            .iter()
            .filter(|part| part.place.run.is_some() && case.file.of_runs())
        {
            let chain = part.place.chain.and_then(|id| case.file.find_chain(&id));
            let run = case
                .file
                .runs
                .iter()
                .position(|run| Some(run.id) == part.place.run.map(|(id, _)| id) && Some(run.chain) == chain);
            if run.is_some_and(|run| !seen.contains(&run)) {
                found.push(Finding::error(Code::CertificateAbsent, 16, start_of(part)));
            }
        }
    }
    case.findings = found;
}

/// How many operators, none of them a signer's, cover a record.
fn independent(case: &Case<'_>, cover: &Cover, at: Option<At>) -> u64 {
    let Some(record) = at.and_then(|at| case.file.record(at)) else {
        return 0;
    };
    let chain = record
        .seq()
        .and_then(|seq| case.chains.get(record.chain())?.position(seq));
    let run = record
        .run()
        .and_then(|(run, seq)| Some((run, case.runs.get(run)?.position(seq)?)));
    let by_chain = chain
        .into_iter()
        .flat_map(|position| cover.over(Line::Chain(record.chain()), position));
    let by_run = run
        .into_iter()
        .flat_map(|(run, position)| cover.over(Line::Run(run), position));
    let operators: BTreeSet<&str> = by_chain
        .chain(by_run)
        .flat_map(|note| note.times.iter().zip(case.trust.policy.witnesses()))
        .filter_map(|(time, witness)| time.map(|_| witness.operator.as_str()))
        .filter(|operator| !case.is_signers(operator))
        .collect();
    u64::try_from(operators.len()).unwrap_or(u64::MAX)
}
