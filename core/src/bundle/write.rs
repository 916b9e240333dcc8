//! Writing bundles: the manifest, sorted material, then record lines, each as JCS and an LF.
//!
//! Nothing is held back: the caller knows count, root and heads before the first line, so records stream through.

use std::collections::BTreeSet;
use std::io::Write;

#[cfg(feature = "record")]
use super::ContentForm;
use super::{ChainName, ChainRange, RunRange, Scope};
#[cfg(feature = "record")]
use crate::canon::B64;
use crate::canon::{Object, Value, members, parse, to_jcs};
use crate::codes::Code;
use crate::content::{Form, Open, Tree};
use crate::digest::{Digest, b64, hex, unb64};
#[cfg(feature = "record")]
use crate::envelope::Envelope;
use crate::error::{Error, Result};
use crate::id::Uuid;
use crate::key::Signer;
use crate::limits::{self, Limits};
use crate::merkle::Hash;
use crate::object;
use crate::record::{Sealed, seal_document};
use crate::statement::{DocumentKind, Subject};
use crate::time::Timestamp;

/// A manifest to be signed.
#[derive(Clone, Debug)]
pub struct NewManifest {
    /// When it is made; claimed.
    pub recorded_at: Timestamp,
    /// A label.
    pub id: Uuid,
    /// Makes two equal manifests two.
    pub nonce: [u8; 16],
    /// Each line with content gets an index.
    pub index: bool,
    /// Record lines.
    pub count: u64,
    /// Root of the tree over their digests.
    pub root: Hash,
    /// Digests of the artefact lines; any order.
    pub artefacts: Vec<Digest>,
    /// Digests of all key revocations of these chains; any order.
    pub revocations: Vec<Digest>,
    /// What has to be complete; any order.
    pub scope: Scope,
}

impl NewManifest {
    /// Signs it.
    ///
    /// # Errors
    /// `record.too_large`; what the signer answers.
    pub fn seal(mut self, signer: &dyn Signer) -> Result<Sealed> {
        self.artefacts.sort();
        self.artefacts.dedup();
        self.revocations.sort();
        self.revocations.dedup();
        let digests = |list: &[Digest]| -> Option<Vec<Value>> {
            (!list.is_empty()).then(|| list.iter().map(|digest| Value::from(*digest)).collect())
        };
        let mut out = object! {
            "version": 1,
            "recorded_at": self.recorded_at,
            "key": signer.key().keyid(),
            "nonce": b64(&self.nonce),
            "id": self.id,
            "index": self.index,
            "records": object! { "count": Value::count(self.count), "root": hex(&self.root) },
        };
        out.put("artefacts", digests(&self.artefacts));
        out.put("revocations", digests(&self.revocations));
        match self.scope {
            Scope::Chain(mut chains) => {
                chains.sort_by_key(|chain| chain.id);
                out.insert("scope", "chain");
                out.insert(
                    "chains",
                    chains.iter().map(|chain| Value::from(range(chain))).collect::<Vec<_>>(),
                );
            }
            Scope::Runs { mut chains, mut runs } => {
                chains.sort_by_key(|chain| chain.id);
                runs.sort_by_key(|run| run.id);
                out.insert("scope", "runs");
                out.insert(
                    "chains",
                    chains.iter().map(|chain| Value::from(name(chain))).collect::<Vec<_>>(),
                );
                out.insert("runs", runs.iter().map(|one| Value::from(run(one))).collect::<Vec<_>>());
            }
        }
        let subject = [Subject::sha256("records", Digest::from_bytes(self.root))];
        seal_document(DocumentKind::Bundle, &subject, &out, signer)
    }
}

fn range(chain: &ChainRange) -> Object {
    object! {
        "id": chain.id,
        "origin": chain.origin.as_str(),
        "tenant": chain.tenant.as_str(),
        "first": Value::count(chain.first),
        "last": Value::count(chain.last),
        "head": chain.head,
        "sealed": chain.sealed,
    }
}

fn name(chain: &ChainName) -> Object {
    object! { "id": chain.id, "origin": chain.origin.as_str(), "tenant": chain.tenant.as_str() }
}

fn run(run: &RunRange) -> Object {
    object! {
        "id": run.id,
        "chain": run.chain,
        "records": Value::count(run.records),
        "head": run.head,
        "closed": run.closed,
    }
}

/// Material and documents, sorted as they will stand: by type, then by bytes; each once.
#[derive(Debug, Default)]
pub struct Materials(BTreeSet<(&'static str, Vec<u8>)>);

impl Materials {
    /// A public key (SPKI DER).
    pub fn key(&mut self, spki: &[u8]) {
        self.add("key", "spki", Value::from(b64(spki)));
    }

    /// Record 0, a key.* or erasure record from outside the range: the JCS of its envelope.
    ///
    /// # Errors
    /// The `canon.*` codes if that is no JSON.
    pub fn basis(&mut self, envelope: &[u8]) -> Result<()> {
        self.add("basis", "envelope", parse(envelope, &Limits::LINE)?);
        Ok(())
    }

    /// A checkpoint: the whole note.
    pub fn checkpoint(&mut self, note: &str) {
        self.add("checkpoint", "note", note.into());
    }

    /// A receipt: the whole tlog-proof.
    pub fn receipt(&mut self, proof: &str) {
        self.add("receipt", "proof", proof.into());
    }

    /// Bytes that a payload names by digest.
    pub fn artefact(&mut self, data: &[u8]) {
        self.add("artefact", "data", Value::from(b64(data)));
    }

    /// Another document: the JCS of its envelope, with its content form if it has one.
    pub fn document(&mut self, line: Vec<u8>) {
        self.0.insert(("document", line));
    }

    /// A material line that was read elsewhere; `kind` is its `type`.
    #[cfg(feature = "record")]
    pub(crate) fn line(&mut self, kind: &'static str, line: Vec<u8>) {
        self.0.insert((kind, line));
    }

    fn add(&mut self, kind: &'static str, member: &'static str, value: Value) {
        let mut line = object! { "execert": "material/1", "type": kind };
        line.insert(member, value);
        self.0.insert((kind, to_jcs(&Value::Object(line))));
    }
}

/// Writes lines and counts bytes.
pub struct BundleWriter<'w> {
    out: &'w mut dyn Write,
    bytes: u64,
    index: bool,
}

impl<'w> BundleWriter<'w> {
    /// Writes the manifest and the material.
    ///
    /// # Errors
    /// `store.io` if `out` fails; `bundle.too_large`.
    pub fn start(out: &'w mut dyn Write, manifest: &Sealed, index: bool, material: &Materials) -> Result<Self> {
        let lines = material
            .0
            .iter()
            .map(|(_, line)| u64::try_from(line.len()).unwrap_or(u64::MAX));
        let (count, bytes) = lines.fold((0u64, 0u64), |(count, sum), length| {
            (count.saturating_add(1), sum.saturating_add(length))
        });
        if count > limits::BUNDLE_MATERIAL || bytes > limits::BUNDLE_MATERIAL_BYTES {
            let text = "receipts, approvals and other documents are more than 100,000 lines or 32 MiB";
            return Err(
                Error::new(Code::BundleTooLarge, text).hint("export fewer runs, or a shorter part of the chain")
            );
        }
        let mut writer = BundleWriter { out, bytes: 0, index };
        writer.line(&manifest.envelope)?;
        for (_, line) in &material.0 {
            writer.line(line)?;
        }
        Ok(writer)
    }

    /// A record: the JCS of its envelope and of the content form kept beside it.
    ///
    /// # Errors
    /// `store.io` if `out` fails; `store.corrupt` if the row is no record; `bundle.too_large`.
    pub fn record(&mut self, envelope: &[u8], content: Option<&[u8]>) -> Result<()> {
        let line = record_line(envelope, content, self.index)?;
        self.line(&line)
    }

    /// A line as it is.
    ///
    /// # Errors
    /// `store.io` if `out` fails; `bundle.too_large`.
    pub fn line(&mut self, line: &[u8]) -> Result<()> {
        if line.len() > limits::LINE_BYTES {
            return Err(
                Error::new(Code::BundleTooLarge, "a line of the bundle is larger than 24 MiB")
                    .hint("export without an index: `\"index\":false`"),
            );
        }
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX).saturating_add(1);
        self.bytes = self.bytes.saturating_add(length);
        if self.bytes > limits::BUNDLE_BYTES {
            return Err(Error::new(Code::BundleTooLarge, "the bundle is larger than 2 GiB")
                .hint("export parts of the chain, with `first` and `last`"));
        }
        let io = |error: std::io::Error| Error::new(Code::StoreIo, format!("the bundle cannot be written: {error}"));
        self.out.write_all(line).map_err(io)?;
        self.out.write_all(b"\n").map_err(io)
    }

    /// Flushes; answers how many bytes were written.
    ///
    /// # Errors
    /// `store.io`.
    pub fn finish(self) -> Result<u64> {
        let io = |error: std::io::Error| Error::new(Code::StoreIo, format!("the bundle cannot be written: {error}"));
        self.out.flush().map_err(io)?;
        Ok(self.bytes)
    }
}

/// A line with an envelope and what stands beside it.
#[cfg(feature = "record")]
pub(crate) fn envelope_line(envelope: &Envelope, content: &ContentForm, index: Option<&Value>) -> Vec<u8> {
    let mut out = Vec::new();
    members(&mut out, |it| {
        let (mut opening, mut whole) = (None, None);
        match content {
            ContentForm::None => {}
            ContentForm::Whole { content, seed } => {
                it.put("content", content);
                whole = Some(seed);
            }
            ContentForm::Redacted { content, open } => {
                it.put("content", content);
                opening = Some(open);
            }
        }
        it.maybe("index", index);
        it.maybe("open", opening);
        envelope.members(it, |it| it.maybe("seed", whole.map(|seed| B64(seed))));
    });
    out
}

/// The line of a record that was taken out, with its place as far as that can be told.
pub(crate) fn withheld_line(chain: Uuid, digest: &Digest, seq: Option<u64>, run: Option<(Uuid, u64)>) -> Vec<u8> {
    let mut out = Vec::new();
    members(&mut out, |it| {
        it.put("chain", chain);
        it.put("digest", digest);
        it.put("execert", "withheld/1");
        if let Some((id, seq)) = run {
            it.object("run", |it| {
                it.put("id", id);
                it.put("seq", seq);
            });
        }
        it.maybe("seq", seq);
    });
    out
}

/// A record line out of a ledger's row: envelope members and content members together, with the index if asked.
///
/// # Errors
/// `store.corrupt` if the row is not what a recorder writes.
pub fn record_line(envelope: &[u8], content: Option<&[u8]>, index: bool) -> Result<Vec<u8>> {
    let broken = || Error::new(Code::StoreCorrupt, "a stored record cannot be read");
    let object = |bytes: &[u8]| match parse(bytes, &Limits::LINE) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(broken()),
    };
    let mut line = object(envelope)?;
    if let Some(content) = content {
        let mut beside = object(content)?;
        if index && !beside.contains("index") {
            let form = form_of(&beside).ok_or_else(broken)?;
            let document = beside.get("content").ok_or_else(broken)?;
            let index = Tree::of(document, &form)?.index(document);
            beside.insert("index", index);
        }
        if !index {
            beside.remove("index");
        }
        for (name, value) in beside {
            line.insert(name, value);
        }
    }
    Ok(to_jcs(&Value::Object(line)))
}

fn form_of(beside: &Object) -> Option<Form> {
    if let Some(open) = beside.get("open") {
        return Some(Form::Redacted(Open::parse(open)?));
    }
    let seed = unb64(beside.get("seed")?.as_str()?)?;
    Some(Form::Whole(seed.try_into().ok()?))
}
