//! What is kept of a bundle while it is read: of each record its digest, its place and the few members that later steps
//! look at. Content is checked as it passes (step 8) and dropped, so memory grows with the number of records only.

use std::collections::BTreeMap;

use crate::bundle::{Manifest, Scope, WithheldAt};
use crate::checkpoint::{Checkpoint, Receipt};
use crate::content::Difference;
use crate::digest::Digest;
use crate::document;
use crate::envelope::Envelope;
use crate::id::Uuid;
use crate::key::KeyId;
use crate::merkle::Frontier;
use crate::record::{Body, Capture, Kind, Phase};
use crate::report::Place;
use crate::time::Timestamp;

use super::held::{Held, Signed};

/// Index of a record in [`File::records`]; of a chain or run in its list.
pub(super) type At = usize;

/// A bundle that was read.
pub(super) struct File {
    pub(super) manifest: Manifest,
    /// The chains of the manifest in its order, then others as they came.
    pub(super) chains: Vec<Chain>,
    pub(super) runs: Vec<Run>,
    chain_at: BTreeMap<Uuid, At>,
    run_at: BTreeMap<(At, Uuid), At>,
    /// Basis records first, then the record lines in the order of the file.
    pub(super) records: Vec<Record>,
    /// How many of them are basis records.
    pub(super) basis: usize,
    pub(super) envelopes: Vec<Envelope>,
    pub(super) documents: Vec<Document>,
    pub(super) checkpoints: Vec<Checkpoint>,
    pub(super) receipts: Vec<Receipt>,
    pub(super) held: Held,
    /// The tree over the digests of the record lines.
    pub(super) tree: Frontier,
    pub(super) fields: u64,
    pub(super) hidden: u64,
    pub(super) content: bool,
    pub(super) model: bool,
}

/// A chain: of the manifest, or one that a record claims.
pub(super) struct Chain {
    pub(super) id: Uuid,
    /// Origin and tenant by the manifest.
    pub(super) named: Option<(String, String)>,
    /// Scope chain: first, last, head, sealed.
    pub(super) range: Option<(u64, u64, Digest, bool)>,
}

/// A run of a chain.
pub(super) struct Run {
    pub(super) id: Uuid,
    pub(super) chain: At,
    /// Scope runs: records, head, closed, if the manifest lists it.
    pub(super) range: Option<(u64, Digest, bool)>,
}

/// A record line or basis record. There may be a million that are nothing but this, so it is packed: 64 bytes.
pub(super) struct Record {
    pub(super) digest: Digest,
    /// None for a withheld record.
    pub(super) seen: Option<Box<Seen>>,
    /// [`NONE`] for a withheld record in scope runs.
    seq: u64,
    /// [`NONE`] without a run.
    run_seq: u64,
    run: u32,
    /// In its two upper bits how far it takes part.
    chain: u32,
}

/// No number of the format is so large.
const NONE: u64 = u64::MAX;
const STANDING_BITS: u32 = 30;
const CHAIN_MASK: u32 = (1 << STANDING_BITS) - 1;

impl Record {
    /// A record that counts.
    pub(super) fn new(digest: Digest, chain: At, seq: Option<u64>, run: Option<(At, u64)>) -> Record {
        // A file has a million records at most, so there are not more chains and runs.
        let small = |at: At| u32::try_from(at).unwrap_or(CHAIN_MASK).min(CHAIN_MASK);
        Record {
            digest,
            seen: None,
            seq: seq.unwrap_or(NONE),
            run_seq: run.map_or(NONE, |(_, seq)| seq),
            run: run.map_or(0, |(run, _)| small(run)),
            chain: small(chain),
        }
    }

    pub(super) fn chain(&self) -> At {
        At::try_from(self.chain & CHAIN_MASK).unwrap_or(At::MAX)
    }

    /// None for a withheld record in scope runs.
    pub(super) fn seq(&self) -> Option<u64> {
        Some(self.seq).filter(|seq| *seq != NONE)
    }

    /// Run and `run.seq`.
    pub(super) fn run(&self) -> Option<(At, u64)> {
        let run = At::try_from(self.run).unwrap_or(At::MAX);
        Some((run, self.run_seq)).filter(|(_, seq)| *seq != NONE)
    }

    pub(super) fn standing(&self) -> Standing {
        match self.chain >> STANDING_BITS {
            0 => Standing::Counts,
            1 => Standing::Left,
            2 => Standing::LeftOfRun,
            _ => Standing::Ignored,
        }
    }

    pub(super) fn stand(&mut self, standing: Standing) {
        let bits = match standing {
            Standing::Counts => 0,
            Standing::Left => 1,
            Standing::LeftOfRun => 2,
            Standing::Ignored => 3u32,
        };
        self.chain = (self.chain & CHAIN_MASK) | (bits << STANDING_BITS);
    }
}

/// How far a record takes part in the steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// It does.
    Counts,
    /// The same record again, or another at its seq: not in steps 5, 6 and 9 to 12.
    Left,
    /// Another at its place in the run: not in what is checked of the run.
    LeftOfRun,
    /// A basis that is ignored.
    Ignored,
}

/// What is kept of a record that is shown.
pub(super) struct Seen {
    pub(super) prev: Option<Digest>,
    pub(super) run_prev: Option<Digest>,
    pub(super) key: KeyId,
    pub(super) kind: Kind,
    pub(super) phase: Phase,
    pub(super) capture: Capture,
    pub(super) recorded_at: Timestamp,
    pub(super) epoch: u64,
    pub(super) step: Option<Uuid>,
    pub(super) attempt: Option<u64>,
    pub(super) links: Vec<Link>,
    /// Of the kinds that later steps look at.
    pub(super) body: Option<Box<Body>>,
    pub(super) tenant_fits: bool,
    pub(super) signed: Signed,
    /// Whether `key` was held when this record came.
    pub(super) held: bool,
    /// With a MAC key: whether the tag is right.
    pub(super) tag: Option<bool>,
    pub(super) shown: Shown,
}

impl Seen {
    /// The body, of the kinds that were kept.
    pub(super) fn body(&self) -> Option<&Body> {
        self.body.as_deref()
    }
}

/// A link to a record.
pub(super) struct Link {
    pub(super) intent: bool,
    pub(super) digest: Digest,
    pub(super) chain: Option<Uuid>,
    pub(super) seq: Option<u64>,
}

/// What is shown of a content.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Nothing,
    /// There is none beside it: a basis, a document without content.
    Elsewhere,
    Whole,
    Redacted,
}

/// Another document of the file, without its content.
pub(super) struct Document {
    pub(super) envelope: Envelope,
    pub(super) digest: Digest,
    pub(super) document: document::Document,
    pub(super) shown: Shown,
    pub(super) differences: Vec<Difference>,
    pub(super) fields: u64,
    pub(super) hidden: u64,
    /// The first record that names it.
    pub(super) named: Option<At>,
    /// It is by somebody unknown and nothing names it.
    pub(super) ignored: bool,
}

impl File {
    pub(super) fn new(manifest: Manifest, held: Held) -> File {
        let mut file = File {
            chains: Vec::new(),
            runs: Vec::new(),
            chain_at: BTreeMap::new(),
            run_at: BTreeMap::new(),
            records: Vec::new(),
            basis: 0,
            envelopes: Vec::new(),
            documents: Vec::new(),
            checkpoints: Vec::new(),
            receipts: Vec::new(),
            held,
            tree: Frontier::new(),
            fields: 0,
            hidden: 0,
            content: false,
            model: false,
            manifest: manifest.clone(),
        };
        match manifest.scope {
            Scope::Chain(chains) => {
                for c in chains {
                    let named = Some((c.origin, c.tenant));
                    file.name_chain(Chain {
                        id: c.id,
                        named,
                        range: Some((c.first, c.last, c.head, c.sealed)),
                    });
                }
            }
            Scope::Runs { chains, runs } => {
                for c in chains {
                    file.name_chain(Chain {
                        id: c.id,
                        named: Some((c.origin, c.tenant)),
                        range: None,
                    });
                }
                for run in runs {
                    let chain = file.chain(run.chain);
                    let at = file.run(chain, run.id);
                    if let Some(known) = file.runs.get_mut(at) {
                        known.range = Some((run.records, run.head, run.closed));
                    }
                }
            }
        }
        file
    }

    fn name_chain(&mut self, chain: Chain) {
        self.chain_at.insert(chain.id, self.chains.len());
        self.chains.push(chain);
    }

    /// The chain of this id; a new one is not of the manifest.
    pub(super) fn chain(&mut self, id: Uuid) -> At {
        if let Some(at) = self.chain_at.get(&id) {
            return *at;
        }
        self.name_chain(Chain {
            id,
            named: None,
            range: None,
        });
        self.chains.len().saturating_sub(1)
    }

    /// The chain of this id, if the file has it.
    pub(super) fn find_chain(&self, id: &Uuid) -> Option<At> {
        self.chain_at.get(id).copied()
    }

    /// The run of this id in a chain.
    pub(super) fn run(&mut self, chain: At, id: Uuid) -> At {
        let next = self.runs.len();
        let at = *self.run_at.entry((chain, id)).or_insert(next);
        if at == next {
            self.runs.push(Run { id, chain, range: None });
        }
        at
    }

    /// The lines that hold a record again, each with the line that held it first.
    pub(super) fn repeats(&self) -> BTreeMap<At, At> {
        let left = || self.lines().filter(|(_, record)| record.standing() == Standing::Left);
        let mut first: BTreeMap<Digest, Option<At>> = left().map(|(_, record)| (record.digest, None)).collect();
        if first.is_empty() {
            return BTreeMap::new();
        }
        for (at, record) in self.lines().filter(|(_, record)| record.standing() != Standing::Left) {
            if let Some(slot) = first.get_mut(&record.digest) {
                *slot = Some(at);
            }
        }
        left()
            .filter_map(|(at, record)| Some((at, first.get(&record.digest).copied().flatten()?)))
            .collect()
    }

    /// The place of a withheld line.
    pub(super) fn withheld(&mut self, chain: Uuid, digest: Digest, place: &WithheldAt) -> Record {
        let chain = self.chain(chain);
        let (seq, run) = match place {
            WithheldAt::Chain { seq, run } => (Some(*seq), *run),
            WithheldAt::Run { id, seq } => (None, Some((*id, *seq))),
        };
        let run = run.map(|(id, seq)| (self.run(chain, id), seq));
        Record::new(digest, chain, seq, run)
    }

    /// Whether the file holds runs and not parts of chains.
    pub(super) fn of_runs(&self) -> bool {
        matches!(self.manifest.scope, Scope::Runs { .. })
    }

    pub(super) fn is_basis(&self, at: At) -> bool {
        at < self.basis
    }

    /// The record lines with their index.
    pub(super) fn lines(&self) -> impl DoubleEndedIterator<Item = (At, &Record)> {
        self.records.iter().enumerate().skip(self.basis)
    }

    pub(super) fn line_count(&self) -> u64 {
        self.tree.size()
    }

    pub(super) fn record(&self, at: At) -> Option<&Record> {
        self.records.get(at)
    }

    pub(super) fn seen(&self, at: At) -> Option<&Seen> {
        self.records.get(at)?.seen.as_deref()
    }

    pub(super) fn place(&self, at: At) -> Place {
        let Some(record) = self.records.get(at) else {
            return Place::default();
        };
        self.place_of(record)
    }

    pub(super) fn place_of(&self, record: &Record) -> Place {
        let run = |(at, seq): (At, u64)| self.runs.get(at).map(|run| (run.id, seq));
        Place {
            chain: self.chains.get(record.chain()).map(|chain| chain.id),
            record: record.seq(),
            run: record.run().and_then(run),
        }
    }
}
