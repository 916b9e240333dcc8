//! The manifest: line 1 of a bundle, which says what the file holds.

use crate::canon::Object;
use crate::digest::Digest;
use crate::envelope::Envelope;
use crate::id::Uuid;
use crate::key::KeyId;
use crate::time::Timestamp;

/// The manifest of a bundle whose form is right.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The envelope it came in.
    pub envelope: Envelope,
    /// The bundle hash.
    pub digest: Digest,
    /// When it was made; claimed.
    pub recorded_at: Timestamp,
    /// The key that signs it.
    pub key: KeyId,
    /// Makes two equal manifests two.
    pub nonce: [u8; 16],
    /// Members of others.
    pub ext: Option<Object>,
    /// A label.
    pub id: Uuid,
    /// Every line with content has an index, or none has.
    pub index: bool,
    /// How many record lines, withheld ones too.
    pub count: u64,
    /// Root of the tree over their digests.
    pub root: [u8; 32],
    /// Digests of the artefacts, sorted.
    pub artefacts: Vec<Digest>,
    /// Digests of all key revocations that the writer knows, sorted.
    pub revocations: Vec<Digest>,
    /// What has to be complete.
    pub scope: Scope,
}

/// What a bundle says it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// Parts of chains, without holes; sorted by chain id.
    Chain(Vec<ChainRange>),
    /// Whole runs.
    Runs {
        /// Exactly the chains of the runs, sorted by id.
        chains: Vec<ChainName>,
        /// The runs, sorted by id.
        runs: Vec<RunRange>,
    },
}

/// A part of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainRange {
    /// The chain.
    pub id: Uuid,
    /// Its origin.
    pub origin: String,
    /// Its tenant.
    pub tenant: String,
    /// The first seq.
    pub first: u64,
    /// The last seq.
    pub last: u64,
    /// Digest of the last record.
    pub head: Digest,
    /// The last record is a `chain.seal`.
    pub sealed: bool,
}

/// A chain that runs of the file belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainName {
    /// The chain.
    pub id: Uuid,
    /// Its origin.
    pub origin: String,
    /// Its tenant.
    pub tenant: String,
}

/// A run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunRange {
    /// The run.
    pub id: Uuid,
    /// Its chain.
    pub chain: Uuid,
    /// How many of its records are here, from `run.seq` 0.
    pub records: u64,
    /// Digest of the last of them.
    pub head: Digest,
    /// The last of them is a `run.end`.
    pub closed: bool,
}
