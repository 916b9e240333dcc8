//! The lines of a bundle below the manifest.

use crate::canon::Value;
use crate::checkpoint::{Checkpoint, Receipt};
use crate::digest::Digest;
use crate::document::Document;
use crate::envelope::Envelope;
use crate::id::Uuid;
use crate::key::PublicKey;
use crate::record::Record;

/// One line, its form checked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Line {
    /// A record.
    Record(Box<RecordLine>),
    /// A record that was taken out.
    Withheld(Withheld),
    /// Another document.
    Document(Box<DocumentLine>),
    /// Material.
    Material(Material),
}

/// A record with what of its content is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordLine {
    /// The envelope.
    pub envelope: Envelope,
    /// H(payload).
    pub digest: Digest,
    /// The record.
    pub record: Record,
    /// The content beside it.
    pub content: ContentForm,
    /// The value hashes of the content (docs/spec/04-content.md).
    pub index: Option<Value>,
}

/// The content forms of docs/spec/04-content.md. Only their form is checked, not their root.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ContentForm {
    /// Nothing is shown.
    None,
    /// All of it.
    Whole {
        /// The content document.
        content: Value,
        /// The record's seed.
        seed: [u8; 32],
    },
    /// Some places are hidden.
    Redacted {
        /// The content document with `null` at hidden places.
        content: Value,
        /// The `open` member: `hidden`, `hashes`, `seeds`, as it stands.
        open: Value,
    },
}

/// A record that was taken out: its place and digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// Its chain.
    pub chain: Uuid,
    /// Its digest.
    pub digest: Digest,
    /// Its place.
    pub at: WithheldAt,
}

/// Where a withheld record stood, as far as the file can confirm it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WithheldAt {
    /// Scope chain: its seq, and its run and `run.seq` where a later record of that run is here.
    Chain {
        /// The seq.
        seq: u64,
        /// Run and `run.seq`.
        run: Option<(Uuid, u64)>,
    },
    /// Scope runs: its run and `run.seq`.
    Run {
        /// The run.
        id: Uuid,
        /// The `run.seq`.
        seq: u64,
    },
}

/// A document that is neither record nor manifest, with what of its content is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentLine {
    /// The envelope.
    pub envelope: Envelope,
    /// H(payload).
    pub digest: Digest,
    /// The document.
    pub document: Document,
    /// The content beside it.
    pub content: ContentForm,
    /// The value hashes of the content.
    pub index: Option<Value>,
}

/// What helps to check and is not evidence itself.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Material {
    /// A public key.
    Key(PublicKey),
    /// A record of a chain of the manifest from outside the file's range.
    Basis(Box<BasisLine>),
    /// A checkpoint with its signature lines.
    Checkpoint(Checkpoint),
    /// A C2SP tlog-proof of a record or basis.
    Receipt(Box<Receipt>),
    /// DER certificates, leaf first.
    X509(Vec<Vec<u8>>),
    /// A DER timestamp token.
    Timestamp(Vec<u8>),
    /// Bytes whose digest is named in the file.
    Artefact(Vec<u8>),
    /// Lines of a plan's proof.
    ProofLines(Vec<String>),
}

/// A basis record: gives keys, revocations and erasures; has no content.
#[derive(Debug, Clone, PartialEq)]
pub struct BasisLine {
    /// The envelope.
    pub envelope: Envelope,
    /// H(payload).
    pub digest: Digest,
    /// The record.
    pub record: Record,
}
