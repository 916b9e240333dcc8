//! Checkpoints of a chain's log and receipts of its records.
//!
//! A checkpoint is a signed note of exactly three lines (<https://c2sp.org/tlog-checkpoint>): origin, size, root.
//! A receipt is a C2SP tlog-proof (<https://c2sp.org/tlog-proof>): the index of a record, the hashes of its inclusion
//! proof (RFC 9162 2.1.3) and the checkpoint that they lead to.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! index 2
//! 13A+30/AHbMb4SxHNz55QdklvwOuN1y+OqJFb4vVggs=
//! …
//!
//! log.example/0197b8c2-…
//! 6
//! dXWI86PY5acDZct3A7mkgd8Z0nGA/3fNifQ6KSG71w8=
//!
//! — log.example/0197b8c2-… +ScvrV4o…
//! ```

use core::fmt;

use crate::codes::Code;
use crate::digest::{Digest, b64, unb64};
use crate::error::{Error, Result};
use crate::key::Signer;
use crate::limits::{MAX_INTEGER, PROOF_HASHES};
use crate::merkle;
use crate::note::Note;

const HEADER: &str = "c2sp.org/tlog-proof@v1\n";

/// A signed tree head: this log had `size` records, and the tree over their digests has this root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: [u8; 32],
    note: Note,
}

impl Checkpoint {
    /// Reads a checkpoint. Refused with `bundle.malformed`, path `/note`: anything but three text lines, leading
    /// zeroes, size 0 or beyond 2^53-1, a root that is not 32 bytes of base64, and what [`Note::parse`] refuses.
    pub fn parse(note: &str) -> Result<Checkpoint> {
        let note = Note::parse(note)?;
        let bad = |what: &str| Error::new(Code::BundleMalformed, what).at("/note");
        let lines: Vec<&str> = note.text().split_terminator('\n').collect();
        let &[origin, size, root] = lines.as_slice() else {
            return Err(bad("a checkpoint has exactly three lines"));
        };
        if !is_origin(origin) {
            return Err(bad(
                "the origin of a checkpoint is 1 to 400 ASCII letters without space and plus",
            ));
        }
        let size = decimal(size)
            .filter(|s| *s > 0)
            .ok_or_else(|| bad("the size of a checkpoint is a decimal number from 1"))?;
        let root = hash(root).ok_or_else(|| bad("the root of a checkpoint is base64 of 32 bytes"))?;
        Ok(Checkpoint {
            origin: origin.to_owned(),
            size,
            root,
            note,
        })
    }

    /// A checkpoint signed by the log's own key; `origin` as in the chain's record 0.
    pub fn sign(origin: &str, size: u64, root: [u8; 32], log: &dyn Signer) -> Result<Checkpoint> {
        let mut note = Note::unsigned(format!("{origin}\n{size}\n{}\n", b64(&root)));
        note.sign(origin, log)?;
        Ok(Checkpoint {
            origin: origin.to_owned(),
            size,
            root,
            note,
        })
    }

    /// Log domain, slash, chain id.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Number of records, at least 1.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Root of the RFC 6962 tree over the first `size` record digests.
    #[must_use]
    pub fn root(&self) -> &[u8; 32] {
        &self.root
    }

    /// The note with all signature lines.
    #[must_use]
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Keeps only the signature lines of the log and of `others`.
    pub(crate) fn keep(&mut self, others: &[String]) {
        let origin = &self.origin;
        self.note
            .keep(|name| name == origin || others.iter().any(|other| other == name));
    }

    /// For adding cosignatures.
    pub fn note_mut(&mut self) -> &mut Note {
        &mut self.note
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

/// Proof that a record is in the tree of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    index: u64,
    hashes: Vec<[u8; 32]>,
    checkpoint: Checkpoint,
}

impl Receipt {
    /// Reads a receipt. Refused with `bundle.malformed`, path `/proof`: another first line, an `extra` line, leading
    /// zeroes, wrong base64; more than 63 hashes are `bundle.too_many`; path `/note` for what [`Checkpoint::parse`]
    /// refuses of its note.
    pub fn parse(proof: &str) -> Result<Receipt> {
        let bad = |what: &str| Error::new(Code::BundleMalformed, what).at("/proof");
        let rest = proof
            .strip_prefix(HEADER)
            .ok_or_else(|| bad("a receipt begins with c2sp.org/tlog-proof@v1"))?;
        let (head, note) = rest
            .split_once("\n\n")
            .ok_or_else(|| bad("a receipt has an empty line before its checkpoint"))?;
        let mut lines = head.split('\n');
        let index = lines.next().and_then(|l| l.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or_else(|| bad("the second line of a receipt is its index"))?;
        let lines: Vec<&str> = lines.collect();
        if lines.len() > PROOF_HASHES {
            return Err(Error::new(Code::BundleTooMany, "a receipt has at most 63 hashes").at("/proof"));
        }
        let hashes = lines.into_iter().map(hash).collect::<Option<Vec<_>>>();
        let hashes = hashes.ok_or_else(|| bad("each hash of a receipt is base64 of 32 bytes"))?;
        Ok(Receipt {
            index,
            hashes,
            checkpoint: Checkpoint::parse(note)?,
        })
    }

    /// A receipt of record `index`; the hashes go from the leaf's sibling up to below the root.
    #[must_use]
    pub fn new(index: u64, hashes: Vec<[u8; 32]>, checkpoint: Checkpoint) -> Receipt {
        Receipt {
            index,
            hashes,
            checkpoint,
        }
    }

    /// seq of the record.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The hashes of the inclusion proof.
    #[must_use]
    pub fn hashes(&self) -> &[[u8; 32]] {
        &self.hashes
    }

    /// The checkpoint that the proof leads to.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    pub(crate) fn checkpoint_mut(&mut self) -> &mut Checkpoint {
        &mut self.checkpoint
    }

    /// Whether the proof leads from this record digest to the root. Says nothing about who signed the checkpoint.
    #[must_use]
    pub fn proves(&self, digest: &Digest) -> bool {
        merkle::verify_inclusion(
            &merkle::leaf(digest),
            self.index,
            self.checkpoint.size,
            &self.hashes,
            &self.checkpoint.root,
        )
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}index {}", self.index)?;
        self.hashes.iter().try_for_each(|h| writeln!(f, "{}", b64(h)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Log domain, slash, chain id: ASCII without space and plus, at most 400 letters, and not the beginning of another
/// signed text.
#[must_use]
pub fn is_origin(text: &str) -> bool {
    crate::record::rules::is_origin_text(text)
}

/// A decimal number from 0 to 2^53-1 as it is written: no sign, no leading zeroes.
fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse::<u64>().ok().filter(|n| plain && *n <= MAX_INTEGER)
}

fn hash(text: &str) -> Option<[u8; 32]> {
    unb64(text)?.try_into().ok()
}
