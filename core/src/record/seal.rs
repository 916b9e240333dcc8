//! Sealing a record: its content committed under a fresh seed, its statement tagged and signed.
//!
//! ```text
//! content + seed ──commit──► root ─┐
//!                                  ├─► statement ──JCS──► tag ──► payload ──DSSE──► envelope
//! place, kind, decision, links … ──┘
//! row kept beside it: {"content":…,"seed":…}  or  {"content":…,"open":…} where something is kept out
//! ```
//! docs/spec/02-envelope.md to 04-content.md. Time, seed, nonce and id are arguments; nothing here looks at the world.

use super::{
    Body, Capture, ContentHead, Decision, Failure, Kind, Link, Mode, Model, Party, Phase, Record, Source, Status, Usage,
};
use crate::canon::{B64, Jcs, Object, Value, check_limits, cmp_utf16, members, to_jcs};
use crate::codes::Code;
use crate::content;
use crate::digest::{Digest, b64};
use crate::envelope::{Envelope, pae};
use crate::error::{Error, Result};
use crate::id::Uuid;
use crate::key::{MacKey, Signer};
use crate::limits;
use crate::statement::{DocumentKind, Subject, statement};
use crate::time::Timestamp;

/// Room for most payloads and rows, so that one is not moved as it grows.
const ROOM: usize = 2048;

/// A record before it has a place: what is told, not yet where in the chain, when and by which key.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it tells of.
    pub kind: Kind,
    /// Before, after, or all of it.
    pub phase: Phase,
    /// For real, dry or replayed.
    pub mode: Mode,
    /// How close the recorder was.
    pub capture: Capture,
    /// How it ended.
    pub status: Option<Status>,
    /// Class of the failure.
    pub failure: Option<Failure>,
    /// The run it belongs to.
    pub run: Option<Uuid>,
    /// The step it belongs to.
    pub step: Option<Uuid>,
    /// Number of the attempt.
    pub attempt: Option<u64>,
    /// Tool, model or node.
    pub name: Option<String>,
    /// The framework's id of the call.
    pub call_id: Option<String>,
    /// Who acted.
    pub actor: Option<Party>,
    /// For whom.
    pub principal: Option<Party>,
    /// Tool definition in force.
    pub tool: Option<Digest>,
    /// The model.
    pub model: Option<Model>,
    /// What the gate decided.
    pub decision: Option<Decision>,
    /// What it used.
    pub usage: Option<Usage>,
    /// When it began; claimed.
    pub started_at: Option<Timestamp>,
    /// When it ended; claimed.
    pub ended_at: Option<Timestamp>,
    /// The record whose content has `/runtime`.
    pub runtime: Option<Digest>,
    /// W3C `traceparent`.
    pub trace: Option<String>,
    /// References; any order.
    pub links: Vec<Link>,
    /// What the kind adds.
    pub body: Body,
    /// Members of others.
    pub ext: Option<Object>,
    /// Artefacts that the caller declared public: name and digest.
    pub subjects: Vec<(String, Digest)>,
    /// The content, committed.
    pub content: Committed,
}

impl Draft {
    /// A draft of this kind with the least it can say: single, live, status ok, captured by the recorder itself.
    #[must_use]
    pub fn new(kind: Kind, content: Committed) -> Self {
        Draft {
            kind,
            phase: Phase::Single,
            mode: Mode::Live,
            capture: Capture::Enforced,
            status: Some(Status::Ok),
            failure: None,
            run: None,
            step: None,
            attempt: None,
            name: None,
            call_id: None,
            actor: None,
            principal: None,
            tool: None,
            model: None,
            decision: None,
            usage: None,
            started_at: None,
            ended_at: None,
            runtime: None,
            trace: None,
            links: Vec::new(),
            body: Body::None,
            ext: None,
            subjects: Vec::new(),
            content,
        }
    }
}

/// Content with its commitment, and what of it is kept.
#[derive(Debug, Clone)]
pub struct Committed {
    /// The public part.
    pub head: ContentHead,
    /// The JCS of the content form to keep beside the record; None: nothing is kept.
    pub row: Option<Vec<u8>>,
}

/// What a privacy profile does not keep.
#[derive(Debug, Clone, Default)]
pub struct KeepOut {
    /// Pointers whose values are committed and not stored; none below another.
    pub hidden: Vec<String>,
    /// The payload's `kept_out`: pointers of at most two levels with the rule's name, sorted.
    pub named: Vec<(String, String)>,
    /// Store neither content nor seed.
    pub all: bool,
}

impl Committed {
    /// Commits to `content` under `seed`. `sources` need not be sorted; `claimed` is the default and may be left out.
    ///
    /// # Errors
    /// `canon.*` if the content breaks a limit of docs/spec/12-constants.md.
    pub fn new(content: Object, seed: &[u8; 32], mut sources: Vec<(String, Source)>, keep: KeepOut) -> Result<Self> {
        let content = Value::Object(content);
        check_limits(&content)?;
        let root = content::commit(&content, seed);
        sources.sort_by(|(a, _), (b, _)| cmp_utf16(a, b));
        sources.dedup();
        let row = if keep.all {
            None
        } else {
            let mut row = Vec::with_capacity(ROOM);
            if keep.hidden.is_empty() {
                members(&mut row, |it| {
                    it.put("content", &content);
                    it.put("seed", B64(seed));
                });
            } else {
                let (content, open) = content::redact(&content, &content::Form::Whole(*seed), &keep.hidden)?;
                members(&mut row, |it| {
                    it.put("content", content);
                    it.put("open", open.to_value());
                });
            }
            if row.len() > limits::CONTENT_BYTES {
                return Err(Error::new(Code::CanonTooLarge, "the content of a record is larger than 16 MiB").at(""));
            }
            Some(row)
        };
        Ok(Committed {
            head: ContentHead {
                root,
                sources,
                kept_out: keep.named,
            },
            row,
        })
    }
}

/// A sealed document: its digest and the JCS of its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// H(payload).
    pub digest: Digest,
    /// JCS of the DSSE envelope.
    pub envelope: Vec<u8>,
}

/// Tags and signs a record. `record.mac.tag` is set here; the first signer is the record's `key`, a second one the
/// key that a `key.add` brings in.
///
/// # Errors
/// `record.too_large`; what the signer answers.
pub fn seal(
    record: &mut Record,
    subjects: &[(String, Digest)],
    mac: &MacKey,
    signers: &[&dyn Signer],
) -> Result<Sealed> {
    let mut subject = vec![Subject::content(record.content.root)];
    subject.extend(subjects.iter().map(|(name, digest)| Subject::sha256(name, *digest)));
    record
        .links
        .sort_by(|a, b| (a.rel.as_str(), a.digest).cmp(&(b.rel.as_str(), b.digest)));
    record.links.dedup();
    let mut payload = Vec::with_capacity(ROOM);
    let mut tag = 0..0;
    let predicate = |out: &mut Vec<u8>| tag = record.write(out);
    statement(DocumentKind::Record, &subject, predicate, &mut payload);
    // The tag is made over the statement without it, then put where it belongs.
    let (before, rest) = payload.split_at(tag.start);
    let after = rest.get(tag.len()..).unwrap_or_default();
    record.mac.tag = mac.tag([before, after]);
    let member = format!(r#","tag":"{}""#, b64(&record.mac.tag));
    payload.splice(tag, member.into_bytes());
    sign(payload, signers)
}

/// Signs a document that is not a record: manifest, approval and the like.
///
/// # Errors
/// `record.too_large`; what the signer answers.
pub fn seal_document(
    kind: DocumentKind,
    subject: &[Subject],
    predicate: &Object,
    signer: &dyn Signer,
) -> Result<Sealed> {
    let mut payload = Vec::with_capacity(ROOM);
    statement(kind, subject, |out| predicate.write_jcs(out), &mut payload);
    sign(payload, &[signer])
}

fn sign(payload: Vec<u8>, signers: &[&dyn Signer]) -> Result<Sealed> {
    if payload.len() > limits::PAYLOAD_BYTES {
        return Err(Error::new(
            Code::RecordTooLarge,
            "the signed part of a record is larger than 512 KiB",
        )
        .hint("put what is large into the content: input, output or params"));
    }
    let message = pae(&payload);
    let mut signatures = Vec::with_capacity(signers.len());
    for signer in signers {
        signatures.push((signer.key().keyid(), signer.sign(&message)?.to_vec()));
    }
    let envelope = Envelope { payload, signatures };
    Ok(Sealed {
        digest: envelope.digest(),
        envelope: to_jcs(&envelope),
    })
}
