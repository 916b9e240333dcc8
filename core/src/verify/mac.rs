//! Step 10: tags, checked with k(0) of the chain inside the house.

use std::collections::BTreeMap;

use super::Case;
use super::file::Standing;
use crate::codes::Code;
use crate::digest::ct_eq;
use crate::error::{Error, Result};
use crate::key::MacKey;
use crate::record::{Body, Mac};
use crate::report::Finding;

/// Epochs between two keys that are remembered.
const STRIDE: u64 = 1_024;
/// Epochs after which a claim is taken for wrong without being followed: 80 years of one every ten minutes.
const FAR: u64 = 4_194_304;

/// The MAC keys of the epochs, from k(0) on. Remembers some, so that going back and forth costs little.
pub(super) struct Ratchet {
    marks: BTreeMap<u64, MacKey>,
    current: (u64, MacKey),
}

impl Ratchet {
    pub(super) fn new(key: &MacKey) -> Ratchet {
        let key = || MacKey::from_bytes(*key.as_bytes());
        Ratchet {
            marks: BTreeMap::from([(0, key())]),
            current: (0, key()),
        }
    }

    fn key(&mut self, epoch: u64) -> Option<&MacKey> {
        if epoch > FAR {
            return None;
        }
        let (mark, key) = self.marks.range(..=epoch).next_back()?;
        if epoch < self.current.0 || *mark > self.current.0 {
            self.current = (*mark, MacKey::from_bytes(*key.as_bytes()));
        }
        while self.current.0 < epoch {
            self.current = (self.current.0.saturating_add(1), self.current.1.ratchet());
            if self.current.0.is_multiple_of(STRIDE) {
                let key = MacKey::from_bytes(*self.current.1.as_bytes());
                self.marks.entry(self.current.0).or_insert(key);
            }
        }
        Some(&self.current.1)
    }

    /// Whether this is the tag of the payload: HMAC over the statement without it. Before each epoch there is a heartbeat,
    /// so that no record has an epoch above its own seq.
    pub(super) fn fits(&mut self, payload: &[u8], mac: &Mac, seq: u64) -> bool {
        if mac.epoch > seq {
            return false;
        }
        let Some(key) = self.key(mac.epoch) else { return false };
        mac.covers(payload)
            .is_some_and(|parts| ct_eq(&key.tag(parts), &mac.tag))
    }
}

/// Step 10: `record.tag_mismatch` in the chains whose record 0 commits to the key.
///
/// # Errors
/// `wire.bad_argument` if no chain does.
pub(super) fn check(case: &mut Case<'_>) -> Result<()> {
    let Some(key) = &case.options.mac_key else {
        return Ok(());
    };
    let commitment = key.commitment();
    let commits = |view: &super::view::ChainView| {
        let first = view.by_seq.first().filter(|(seq, _)| *seq == 0);
        let body = first.and_then(|(_, at)| case.file.seen(*at)?.body());
        matches!(body, Some(Body::ChainOpen(open)) if open.mac == commitment)
    };
    let committed: Vec<bool> = case.chains.iter().map(commits).collect();
    if !committed.contains(&true) {
        let text = "no chain of the file began with this MAC key";
        return Err(Error::new(Code::WireBadArgument, text).at("/mac_key"));
    }
    for (at, record) in case.file.records.iter().enumerate() {
        let wrong = record.seen.as_ref().is_some_and(|seen| seen.tag == Some(false));
        let takes_part = matches!(record.standing(), Standing::Counts | Standing::LeftOfRun);
        if wrong && takes_part && committed.get(record.chain()) == Some(&true) {
            case.findings
                .push(Finding::error(Code::RecordTagMismatch, 10, case.file.place(at)));
        }
    }
    Ok(())
}
