//! Bundles out of a ledger: whole runs, or a stretch of the chain.
//!
//! The manifest says count, root and heads, so rows are looked at twice: once for their digests and for what they
//! name, once to be written. Nothing but 40 bytes a record is held in between.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::args::members;
use super::{Recorder, proof};
use crate::bundle::{BundleWriter, ChainName, ChainRange, Materials, NewManifest, RunRange, Scope};
use crate::canon::fields::{Fields, Node};
use crate::canon::{Value, parse};
use crate::checkpoint::{Checkpoint, Receipt};
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::host::random;
use crate::id::Uuid;
use crate::key::KeyId;
use crate::limits::{self, Limits};
use crate::merkle::{Frontier, leaf};
use crate::object;
use crate::store::{Row, RunQuery, State};

/// What a first look at the rows brings.
#[derive(Default)]
struct Survey {
    seqs: Vec<u64>,
    digests: BTreeMap<u64, Digest>,
    /// Digests that payloads name and that may be kept beside the chain: approvals, policies.
    documents: BTreeSet<Digest>,
    artefacts: BTreeSet<Digest>,
    keys: BTreeSet<KeyId>,
    runs: BTreeMap<Uuid, (u64, Digest, bool, u64)>,
}

impl Survey {
    fn look(&mut self, row: &Row) -> Result<()> {
        let told = super::open::predicate(&row.envelope)?;
        self.seqs.push(row.seq);
        self.digests.insert(row.seq, row.digest);
        let digest = |value: Option<&Value>| value.and_then(Value::as_str).and_then(Digest::parse);
        for link in told.get("links").and_then(Value::as_array).unwrap_or_default() {
            if link.get("rel").and_then(Value::as_str) == Some("approved-by") {
                self.documents.extend(digest(link.get("digest")));
            }
        }
        self.documents
            .extend(told.get("body").and_then(|body| digest(body.get("document"))));
        self.artefacts
            .extend(told.get("decision").and_then(|decision| digest(decision.get("policy"))));
        self.keys
            .extend(told.get("key").and_then(Value::as_str).and_then(KeyId::parse));
        if let Some((id, seq)) = row.run {
            let closed = told.get("kind").and_then(Value::as_str) == Some("run.end");
            self.runs
                .insert(id, (seq.saturating_add(1), row.digest, closed, row.seq));
        }
        if u64::try_from(self.seqs.len()).unwrap_or(u64::MAX) > limits::BUNDLE_RECORDS {
            return Err(
                Error::new(Code::BundleTooLarge, "a bundle holds at most 1,000,000 records")
                    .hint("export parts of the chain, with `first` and `last`"),
            );
        }
        Ok(())
    }
}

impl Recorder {
    /// Writes a bundle. `{"run": UUID | [UUID] | name}`, `{"thread": T}` or `{"chain": true, "first"?, "last"?}`;
    /// `"index"`: false leaves out the value hashes by which a later change is located, `"artefacts"`: false the texts
    /// of the policies. A chain gets a heartbeat first, so that a checkpoint covers all of it. Answers
    /// `{records, bytes, bundle}`.
    ///
    /// # Errors
    /// `wire.bad_argument` if nothing matches; `bundle.too_large`; `store.*`; `store.io` if `out` fails.
    pub fn export(&self, what: &Value, out: &mut dyn Write) -> Result<Value> {
        self.core.alive()?;
        let fields = members(
            what,
            &[],
            &["run", "thread", "chain", "first", "last", "index", "artefacts"],
        )?;
        let chain = fields.maybe("chain", |it| it.flag())?.unwrap_or_default();
        let chosen = [fields.get("run").is_some(), fields.get("thread").is_some(), chain];
        if chosen.iter().filter(|chosen| **chosen).count() != 1 {
            return Err(Error::new(Code::WireBadArgument, "one of `run`, `thread` and `chain` is expected").at(""));
        }
        let (survey, scope) = if chain {
            self.chain_scope(&fields)?
        } else {
            self.run_scope(&fields)?
        };
        let index = fields.maybe("index", |it| it.flag())?.unwrap_or(true);
        let artefacts = fields.maybe("artefacts", |it| it.flag())?.unwrap_or(true);
        self.write_bundle(survey, scope, (index, artefacts), out)
    }

    fn run_scope(&self, fields: &Fields<'_>) -> Result<(Survey, Scope)> {
        let ids = match (fields.get("run"), fields.get("thread")) {
            (Some(node), _) => self.run_ids(&node)?,
            (None, Some(node)) => {
                let thread = Some(node.ident()?);
                let runs = self.core.ledger.runs(&RunQuery {
                    thread,
                    ..RunQuery::default()
                })?;
                if runs.is_empty() {
                    return Err(node.fail("this ledger has no run of this thread"));
                }
                runs.into_iter().map(|entry| entry.id).collect()
            }
            (None, None) => Vec::new(),
        };
        let mut survey = Survey::default();
        for id in &ids {
            let before = survey.seqs.len();
            self.core.ledger.run(id, &mut |row| survey.look(&row))?;
            if survey.seqs.len() == before {
                return Err(Error::new(Code::WireBadArgument, format!("this ledger has no run {id}")).at("/run"));
            }
        }
        survey.seqs.sort_unstable();
        let identity = self.core.ledger.identity();
        let runs = survey.runs.iter().map(|(id, (records, head, closed, _))| RunRange {
            id: *id,
            chain: identity.id,
            records: *records,
            head: *head,
            closed: *closed,
        });
        let chain = ChainName {
            id: identity.id,
            origin: identity.origin.clone(),
            tenant: identity.tenant.clone(),
        };
        let scope = Scope::Runs {
            chains: vec![chain],
            runs: runs.collect(),
        };
        Ok((survey, scope))
    }

    fn run_ids(&self, node: &Node<'_>) -> Result<Vec<Uuid>> {
        if node.value().as_array().is_some() {
            let mut ids = node.list(|it| it.uuid())?;
            ids.sort_unstable();
            ids.dedup();
            return Ok(ids);
        }
        let text = node.text()?;
        if let Some(id) = Uuid::parse(text) {
            return Ok(vec![id]);
        }
        let runs = self.core.ledger.runs(&RunQuery {
            name: Some(text.to_owned()),
            ..RunQuery::default()
        })?;
        match runs.as_slice() {
            [] => Err(node.fail("this ledger has no run with this id or name")),
            [one] => Ok(vec![one.id]),
            many => Err(node
                .fail(&format!("{} runs have this name", many.len()))
                .hint("name one by its id, or give a list of ids")),
        }
    }

    fn chain_scope(&self, fields: &Fields<'_>) -> Result<(Survey, Scope)> {
        let ledger = &*self.core.ledger;
        if ledger.state()? == State::Open && fields.get("last").is_none() {
            self.heartbeat()?;
        }
        let head = ledger
            .head()?
            .ok_or_else(|| Error::new(Code::ChainEmpty, "the ledger has no record"))?;
        let first = fields.maybe("first", |it| it.int())?.unwrap_or_default();
        let last = fields.maybe("last", |it| it.int())?.unwrap_or(head.seq);
        if first > last || last > head.seq {
            let text = format!("the chain has the records 0 to {}", head.seq);
            let name = if last > head.seq { "/last" } else { "/first" };
            return Err(Error::new(Code::WireBadArgument, text).at(name));
        }
        let mut survey = Survey::default();
        let mut sealed = false;
        ledger.read_range(first, last.saturating_add(1), &mut |row| {
            if row.seq == last {
                let told = super::open::predicate(&row.envelope)?;
                sealed = told.get("kind").and_then(Value::as_str) == Some("chain.seal");
            }
            survey.look(&row)
        })?;
        let missing = || Error::new(Code::StoreCorrupt, "records of the range are missing");
        let identity = ledger.identity();
        let range = ChainRange {
            id: identity.id,
            origin: identity.origin.clone(),
            tenant: identity.tenant.clone(),
            first,
            last,
            head: survey.digests.get(&last).copied().ok_or_else(missing)?,
            sealed,
        };
        Ok((survey, Scope::Chain(vec![range])))
    }

    fn write_bundle(
        &self,
        mut survey: Survey,
        scope: Scope,
        (index, artefacts): (bool, bool),
        out: &mut dyn Write,
    ) -> Result<Value> {
        let core = &self.core;
        let mut material = Materials::default();
        let revocations = self.basis(&mut survey, &mut material)?;
        self.proofs(&survey, &scope, &mut material)?;
        self.documents(&mut survey, &mut material)?;
        let mut named = Vec::new();
        if artefacts {
            for digest in &survey.artefacts {
                if let Some(text) = core.ledger.document(digest)? {
                    material.artefact(&text);
                    named.push(*digest);
                }
            }
        }
        survey.keys.insert(core.keyid);
        for keyid in &survey.keys {
            if *keyid == core.keyid {
                material.key(&core.signer.key().spki());
            } else if let Some(spki) = core.ledger.document(&Digest::from_bytes(*keyid.as_bytes()))? {
                material.key(&spki);
            }
        }
        let mut tree = Frontier::new();
        for digest in survey.seqs.iter().filter_map(|seq| survey.digests.get(seq)) {
            tree.push(leaf(digest));
        }
        let manifest = NewManifest {
            recorded_at: core.host.now(),
            id: core.new_id()?,
            nonce: random(&*core.host)?,
            index,
            count: tree.size(),
            root: tree.root(),
            artefacts: named,
            revocations,
            scope,
        };
        let manifest = manifest.seal(&*core.signer)?;
        let mut writer = BundleWriter::start(out, &manifest, index, &material)?;
        for seq in &survey.seqs {
            let missing = || Error::new(Code::StoreCorrupt, format!("record {seq} is missing"));
            let row = core.ledger.row(*seq)?.ok_or_else(missing)?;
            writer.record(&row.envelope, row.content.as_deref())?;
        }
        let bytes = writer.finish()?;
        Ok(Value::Object(object! {
            "records": Value::count(tree.size()),
            "bytes": Value::count(bytes),
            "bundle": manifest.digest,
        }))
    }

    /// Record 0, key changes, and the erasures of what is exported, where they are not record lines themselves; with
    /// a receipt each. Answers the digests of all revocations, and adds the keys that the basis brings.
    fn basis(&self, survey: &mut Survey, material: &mut Materials) -> Result<Vec<Digest>> {
        let ledger = &*self.core.ledger;
        let mut revocations = Vec::new();
        for seq in ledger.basis()? {
            let Some(row) = ledger.row(seq)? else { continue };
            let told = super::open::predicate(&row.envelope)?;
            let kind = told.get("kind").and_then(Value::as_str).unwrap_or_default();
            if matches!(kind, "key.retire" | "key.revoke") {
                revocations.push(row.digest);
            }
            if survey.digests.contains_key(&seq) {
                continue;
            }
            if kind == "erasure" {
                let erased = told
                    .get("body")
                    .and_then(|body| body.get("records"))
                    .and_then(Value::as_array);
                let mut erased = erased.unwrap_or_default().iter().filter_map(Value::as_int);
                if !erased.any(|seq| survey.digests.contains_key(&seq)) {
                    continue;
                }
            }
            material.basis(&row.envelope)?;
            survey
                .keys
                .extend(told.get("key").and_then(Value::as_str).and_then(KeyId::parse));
            if let Some(receipt) = self.receipt(seq)? {
                material.receipt(&receipt);
            }
        }
        Ok(revocations)
    }

    /// A receipt for the last record of each run; for a chain the checkpoint over its last record.
    fn proofs(&self, survey: &Survey, scope: &Scope, material: &mut Materials) -> Result<()> {
        match scope {
            Scope::Chain(chains) => {
                for chain in chains {
                    let found = self.core.ledger.checkpoint(chain.last.saturating_add(1))?;
                    if let Some(note) = found.and_then(|(_, note)| String::from_utf8(note).ok()) {
                        material.checkpoint(&note);
                    }
                }
            }
            Scope::Runs { .. } => {
                for (_, _, _, last) in survey.runs.values() {
                    if let Some(receipt) = self.receipt(*last)? {
                        material.receipt(&receipt);
                    }
                }
            }
        }
        Ok(())
    }

    /// The receipt of a record, if a stored checkpoint covers it.
    fn receipt(&self, seq: u64) -> Result<Option<String>> {
        let ledger = &*self.core.ledger;
        let Some((size, note)) = ledger.checkpoint(seq.saturating_add(1))? else {
            return Ok(None);
        };
        let Ok(note) = String::from_utf8(note) else {
            return Ok(None);
        };
        let checkpoint = Checkpoint::parse(&note)?;
        let path = proof::inclusion(ledger, seq, size)?;
        Ok(Some(Receipt::new(seq, path, checkpoint).to_string()))
    }

    /// Approvals and other documents that records name, with the keys of their signers.
    fn documents(&self, survey: &mut Survey, material: &mut Materials) -> Result<()> {
        for digest in &survey.documents {
            let Some(bytes) = self.core.ledger.document(digest)? else {
                continue;
            };
            let signers = super::open::read_envelope(&bytes)?.signatures;
            survey.keys.extend(signers.into_iter().map(|(keyid, _)| keyid));
            // As JCS whatever it was kept as.
            material.document(crate::canon::to_jcs(&parse(&bytes, &Limits::LINE)?));
        }
        Ok(())
    }
}
