//! One line after the other: signatures and content are judged as they pass, the rest is kept for the steps.

use std::collections::{BTreeMap, BTreeSet};

use crate::bundle::{BasisLine, DocumentLine, Line, Material, RecordLine};
use crate::checkpoint::Checkpoint;
use crate::content::Difference;
use crate::digest::{Digest, b64};
use crate::document::DocumentBody;
use crate::envelope::Envelope;
use crate::key::MacKey;
use crate::record::{Body, Record as Shape};
use crate::report::{Finding, Findings, Place};
use crate::trust::Policy;

use super::file::{Document, File, Link, Record, Seen, Shown};
use super::held::Signed;
use super::judge::{Beside, Judged};
use super::mac::Ratchet;

/// The reading half of a check.
pub(super) struct Intake {
    pub(super) file: File,
    pub(super) findings: Findings,
    ratchet: Option<Ratchet>,
    /// The documents of the file by digest.
    known: BTreeMap<Digest, usize>,
    /// Origins of the chains of the manifest.
    origins: BTreeSet<String>,
    /// Names of the witnesses of the policy.
    witnesses: Vec<String>,
}

impl Intake {
    pub(super) fn new(file: File, key: Option<&MacKey>, policy: &Policy) -> Intake {
        let ratchet = key.map(Ratchet::new);
        let named = file.chains.iter().filter_map(|chain| chain.named.as_ref());
        let origins = named.map(|(origin, _)| origin.clone()).collect();
        Intake {
            file,
            findings: Findings::default(),
            ratchet,
            known: BTreeMap::new(),
            origins,
            witnesses: policy
                .witnesses()
                .iter()
                .map(|witness| witness.vkey.name().to_owned())
                .collect(),
        }
    }

    pub(super) fn line(&mut self, line: Line) {
        match line {
            Line::Record(line) => self.record(*line, None),
            Line::Withheld(line) => {
                self.file.tree.push(crate::merkle::leaf(&line.digest));
                let record = self.file.withheld(line.chain, line.digest, &line.at);
                self.file.records.push(record);
            }
            Line::Document(line) => self.document(*line),
            Line::Material(Material::Key(key)) => self.file.held.add(&key),
            Line::Material(Material::Basis(line)) => self.basis(*line),
            Line::Material(Material::Checkpoint(mut checkpoint)) => {
                if self.looks_at(&mut checkpoint) {
                    self.file.checkpoints.push(checkpoint);
                }
            }
            Line::Material(Material::Receipt(mut receipt)) => {
                if self.looks_at(receipt.checkpoint_mut()) {
                    self.file.receipts.push(*receipt);
                }
            }
            // Certificates, tokens, artefacts and proof lines say nothing that is looked at here.
            Line::Material(_) => {}
        }
    }

    /// Whether a note is of a chain of the manifest. Of its lines only those of the log and of known witnesses are kept.
    fn looks_at(&self, note: &mut Checkpoint) -> bool {
        note.keep(&self.witnesses);
        self.origins.contains(note.origin())
    }

    /// A record, maybe judged already. It may itself show the key that signed it.
    pub(super) fn record(&mut self, line: RecordLine, judged: Option<Judged>) {
        self.file.tree.push(crate::merkle::leaf(&line.digest));
        show_keys(&mut self.file, &line.record.body);
        let Judged { signed, beside, .. } = match judged {
            Some(judged) => judged.under(&line, &self.file.held),
            None => Judged::of(&line, &self.file.held),
        };
        self.file.model |= line.record.model.is_some();
        let at = self.file.records.len();
        for digest in names(&line.record) {
            let document = self.known.get(&digest).and_then(|at| self.file.documents.get_mut(*at));
            if let Some(document) = document {
                document.named.get_or_insert(at);
            }
        }
        let mut record = self.keep(line.record, line.digest, &line.envelope, signed);
        if let Some(seen) = &mut record.seen {
            seen.shown = beside.shown;
        }
        let place = self.file.place_of(&record);
        for difference in &beside.differences {
            self.findings.push(finding(difference, place));
        }
        self.file.fields = self.file.fields.saturating_add(beside.fields);
        self.file.hidden = self.file.hidden.saturating_add(beside.hidden);
        self.file.content |= matches!(beside.shown, Shown::Whole | Shown::Redacted);
        self.file.records.push(record);
    }

    fn basis(&mut self, line: BasisLine) {
        show_keys(&mut self.file, &line.record.body);
        // Signatures of basis records wait: a later line may show the key.
        let record = self.keep(line.record, line.digest, &line.envelope, Signed::NotHeld);
        self.file.records.push(record);
        self.file.envelopes.push(line.envelope);
        self.file.basis = self.file.records.len();
    }

    fn document(&mut self, line: DocumentLine) {
        let mut kept = Document {
            digest: line.digest,
            shown: Shown::Elsewhere,
            differences: Vec::new(),
            fields: 0,
            hidden: 0,
            named: None,
            ignored: false,
            envelope: line.envelope,
            document: line.document,
        };
        if let DocumentBody::Plan(plan) = &kept.document.body {
            let beside = Beside::check(&line.content, line.index.as_ref(), &plan.content);
            (kept.shown, kept.fields, kept.hidden) = (beside.shown, beside.fields, beside.hidden);
            kept.differences = beside.differences;
        }
        self.known.entry(kept.digest).or_insert(self.file.documents.len());
        self.file.documents.push(kept);
    }

    fn keep(&mut self, record: Shape, digest: Digest, envelope: &Envelope, signed: Signed) -> Record {
        let chain = self.file.chain(record.chain.id);
        let run = record.run.map(|run| (self.file.run(chain, run.id), run.seq));
        let tenant = self
            .file
            .chains
            .get(chain)
            .and_then(|chain| chain.named.as_ref())
            .map(|(_, tenant)| tenant);
        let tag = self
            .ratchet
            .as_mut()
            .map(|ratchet| ratchet.fits(&envelope.payload, &record.mac, record.chain.seq));
        let links = record.links.iter().map(|link| Link {
            intent: link.rel == "intent",
            digest: link.digest,
            chain: link.chain,
            seq: link.seq,
        });
        let seen = Seen {
            prev: record.chain.prev,
            run_prev: record.run.and_then(|run| run.prev),
            key: record.key,
            kind: record.kind,
            phase: record.phase,
            capture: record.capture,
            recorded_at: record.recorded_at,
            epoch: record.mac.epoch,
            step: record.step,
            attempt: record.attempt,
            links: links.filter(|link| link.seq.is_some()).collect(),
            tenant_fits: tenant.is_none_or(|tenant| *tenant == record.tenant),
            held: self.file.held.has(&record.key),
            signed,
            tag,
            shown: Shown::Elsewhere,
            body: kept_body(record.body),
        };
        let mut kept = Record::new(digest, chain, Some(record.chain.seq), run);
        kept.seen = Some(Box::new(seen));
        kept
    }
}

/// A difference of content as a finding.
pub(super) fn finding(difference: &Difference, place: Place) -> Finding {
    let text = |hash: &Option<[u8; 32]>| hash.as_ref().map(|hash| b64(hash));
    let finding = Finding::error(difference.code, 8, place).values(text(&difference.sealed), text(&difference.found));
    match &difference.path {
        Some(path) => finding.path(path.clone()),
        None => finding,
    }
}

/// The digests by which a record names documents.
fn names(record: &Shape) -> impl Iterator<Item = Digest> + '_ {
    let body = match &record.body {
        Body::RunStart(start) => start.certificate,
        Body::Plan { document, .. } | Body::Approval { document, .. } => *document,
        _ => None,
    };
    body.into_iter().chain(record.links.iter().map(|link| link.digest))
}

fn show_keys(file: &mut File, body: &Body) {
    match body {
        Body::ChainOpen(open) => open.keys.iter().for_each(|entry| file.held.add(&entry.spki)),
        Body::KeyAdd(entry) => file.held.add(&entry.spki),
        _ => {}
    }
}

fn kept_body(body: Body) -> Option<Box<Body>> {
    match body {
        Body::ChainOpen(_)
        | Body::ChainSeal(_)
        | Body::Heartbeat(_)
        | Body::KeyAdd(_)
        | Body::KeyRetire { .. }
        | Body::KeyRevoke { .. }
        | Body::RunStart(_)
        | Body::RunEnd(_)
        | Body::Plan { .. }
        | Body::Approval { .. }
        | Body::Erasure { .. } => Some(Box::new(body)),
        _ => None,
    }
}
