//! Splitting and joining bundles: the only changes that need a new manifest, and so a key.
//!
//! Record lines stay as they are, byte for byte of what is signed; what is shown of their content too. The file is held
//! in memory meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};

use super::named::Named;
use crate::bundle::{
    BundleWriter, ChainName, ChainRange, ContentForm, Line, Manifest, Material, Materials, NewManifest, Reader,
    RunRange, Scope, WithheldAt, envelope_line, withheld_line,
};
use crate::canon::{Value, parse, to_jcs};
use crate::codes::Code;
use crate::digest::{Digest, b64};
use crate::envelope::Envelope;
use crate::error::{Error, Result};
use crate::host::{Host, random};
use crate::id::Uuid;
use crate::key::{KeyId, Signer};
use crate::limits::Limits;
use crate::merkle::{Frontier, leaf};
use crate::object;
use crate::record::Kind;

/// A record line, present or withheld.
struct Entry {
    chain: Uuid,
    /// Its seq; of a withheld line of scope runs that of the line before it.
    seq: u64,
    /// Number among the lines with that seq: withheld lines stand after the one they follow.
    after: u64,
    digest: Digest,
    run: Option<(Uuid, u64)>,
    kind: Option<Kind>,
    /// None: withheld.
    envelope: Option<Envelope>,
    content: ContentForm,
    index: Option<Value>,
}

/// A bundle taken apart.
struct Parts {
    manifest: Manifest,
    entries: Vec<Entry>,
    basis: BTreeMap<Digest, Vec<u8>>,
    keys: BTreeMap<KeyId, Vec<u8>>,
    documents: BTreeMap<Digest, Vec<u8>>,
    artefacts: BTreeMap<Digest, Vec<u8>>,
    /// Receipts by the record they are of, when the file holds it.
    receipts: Vec<(u64, String, String)>,
    checkpoints: Vec<String>,
    others: Vec<(&'static str, Vec<u8>)>,
}

fn take_apart(source: &mut dyn Read) -> Result<Parts> {
    let (manifest, reader) = Reader::new(source)?;
    let mut parts = Parts {
        manifest,
        entries: Vec::new(),
        basis: BTreeMap::new(),
        keys: BTreeMap::new(),
        documents: BTreeMap::new(),
        artefacts: BTreeMap::new(),
        receipts: Vec::new(),
        checkpoints: Vec::new(),
        others: Vec::new(),
    };
    let (mut seq, mut after) = (0, 0u64);
    for line in reader {
        match line?.1 {
            Line::Record(record) => {
                (seq, after) = (record.record.chain.seq, 0);
                parts.entries.push(Entry {
                    chain: record.record.chain.id,
                    seq,
                    after,
                    digest: record.digest,
                    run: record.record.run.map(|place| (place.id, place.seq)),
                    kind: Some(record.record.kind),
                    envelope: Some(record.envelope),
                    content: record.content,
                    index: record.index,
                });
            }
            Line::Withheld(gone) => {
                let run = match gone.at {
                    WithheldAt::Chain { seq: at, run } => {
                        (seq, after) = (at, 0);
                        run
                    }
                    WithheldAt::Run { id, seq } => {
                        after = after.saturating_add(1);
                        Some((id, seq))
                    }
                };
                let (chain, digest) = (gone.chain, gone.digest);
                parts.entries.push(Entry {
                    chain,
                    seq,
                    after,
                    digest,
                    run,
                    kind: None,
                    envelope: None,
                    content: ContentForm::None,
                    index: None,
                });
            }
            Line::Document(document) => {
                let line = envelope_line(&document.envelope, &document.content, document.index.as_ref());
                parts.documents.insert(document.digest, line);
            }
            Line::Material(material) => parts.material(material),
        }
    }
    Ok(parts)
}

impl Parts {
    fn material(&mut self, material: Material) {
        let texts = |items: Vec<Value>| Value::Array(items);
        let mut other = |kind: &'static str, member: &'static str, value: Value| {
            let mut line = object! { "execert": "material/1", "type": kind };
            line.insert(member, value);
            self.others.push((kind, to_jcs(&Value::Object(line))));
        };
        match material {
            Material::Key(key) => {
                self.keys.insert(key.keyid(), key.spki());
            }
            Material::Basis(basis) => {
                self.basis.insert(basis.digest, to_jcs(&basis.envelope));
            }
            Material::Checkpoint(checkpoint) => self.checkpoints.push(checkpoint.to_string()),
            Material::Receipt(receipt) => {
                let origin = receipt.checkpoint().origin().to_owned();
                self.receipts.push((receipt.index(), origin, receipt.to_string()));
            }
            Material::Artefact(data) => {
                self.artefacts.insert(Digest::of(&data), data);
            }
            Material::X509(chain) => {
                other(
                    "x509",
                    "chain",
                    texts(chain.iter().map(|der| Value::from(b64(der))).collect()),
                );
            }
            Material::Timestamp(token) => other("timestamp", "token", Value::from(b64(&token))),
            Material::ProofLines(lines) => {
                other(
                    "proof-lines",
                    "lines",
                    texts(lines.into_iter().map(Value::from).collect()),
                );
            }
        }
    }

    fn names(&self) -> Vec<ChainName> {
        match &self.manifest.scope {
            Scope::Runs { chains, .. } => chains.clone(),
            Scope::Chain(chains) => chains
                .iter()
                .map(|chain| ChainName {
                    id: chain.id,
                    origin: chain.origin.clone(),
                    tenant: chain.tenant.clone(),
                })
                .collect(),
        }
    }
}

/// Takes runs out of a bundle into one of their own. `runs` are ids. Answers `{records, bytes, bundle}`.
///
/// # Errors
/// What reading answers; `wire.bad_argument` for a run that is not in the file; `store.io`.
pub fn split(
    source: &mut dyn Read,
    runs: &[Value],
    signer: &dyn Signer,
    host: &dyn Host,
    out: &mut dyn Write,
) -> Result<Value> {
    let bad = |text: String| Error::new(Code::WireBadArgument, text).at("/runs");
    let wanted = runs.iter().map(|id| id.as_str().and_then(Uuid::parse));
    let wanted: BTreeSet<Uuid> = wanted
        .collect::<Option<_>>()
        .ok_or_else(|| bad("ids of runs are expected".to_owned()))?;
    if wanted.is_empty() {
        return Err(bad("at least one run is expected".to_owned()));
    }
    let mut parts = take_apart(source)?;
    let told: BTreeMap<Uuid, RunRange> = match &parts.manifest.scope {
        Scope::Runs { runs, .. } => runs.iter().map(|run| (run.id, *run)).collect(),
        Scope::Chain(_) => BTreeMap::new(),
    };
    let names = parts.names();
    // What gives keys, revocations and erasures stays, as basis.
    for entry in &parts.entries {
        let gives = matches!(
            entry.kind,
            Some(Kind::ChainOpen | Kind::KeyAdd | Kind::KeyRetire | Kind::KeyRevoke | Kind::Erasure)
        );
        if let (true, Some(envelope)) = (gives, &entry.envelope) {
            parts.basis.insert(entry.digest, to_jcs(envelope));
        }
    }
    parts
        .entries
        .retain(|entry| entry.run.is_some_and(|(id, _)| wanted.contains(&id)));
    let mut ranges = BTreeMap::new();
    for entry in &parts.entries {
        let Some((id, seq)) = entry.run else { continue };
        let range = RunRange {
            id,
            chain: entry.chain,
            records: seq.saturating_add(1),
            head: entry.digest,
            closed: entry.kind == Some(Kind::RunEnd),
        };
        ranges.insert(id, told.get(&id).copied().unwrap_or(range));
    }
    if let Some(id) = wanted.iter().find(|id| !ranges.contains_key(id)) {
        return Err(bad(format!("the file has no record of run {id}")));
    }
    let used: BTreeSet<Uuid> = ranges.values().map(|run| run.chain).collect();
    let chains = names.into_iter().filter(|chain| used.contains(&chain.id)).collect();
    let scope = Scope::Runs {
        chains,
        runs: ranges.into_values().collect(),
    };
    let index = parts.manifest.index;
    write(parts, scope, index, (signer, host), out)
}

/// Joins bundles of runs, or of chains, into one. Answers `{records, bytes, bundle}`.
///
/// # Errors
/// What reading answers; `wire.bad_argument` if runs and chains are mixed, or ranges of one chain do not meet;
/// `store.io`.
pub fn join(sources: &mut [&mut dyn Read], signer: &dyn Signer, host: &dyn Host, out: &mut dyn Write) -> Result<Value> {
    let bad = |text: &str| Error::new(Code::WireBadArgument, text).at("");
    let mut all: Option<Parts> = None;
    let mut runs: BTreeMap<Uuid, RunRange> = BTreeMap::new();
    let mut chains: BTreeMap<Uuid, ChainName> = BTreeMap::new();
    let mut ranges: Vec<ChainRange> = Vec::new();
    let mut index = true;
    for source in sources.iter_mut() {
        let mut parts = take_apart(*source)?;
        index &= parts.manifest.index;
        chains.extend(parts.names().into_iter().map(|chain| (chain.id, chain)));
        match &parts.manifest.scope {
            Scope::Runs { runs: more, .. } => {
                for run in more {
                    let known = runs.entry(run.id).or_insert(*run);
                    if run.records > known.records {
                        *known = *run;
                    }
                }
            }
            Scope::Chain(more) => ranges.extend(more.iter().cloned()),
        }
        all = Some(match all {
            None => parts,
            Some(mut before) => {
                before.manifest.revocations.append(&mut parts.manifest.revocations);
                before.entries.append(&mut parts.entries);
                before.basis.append(&mut parts.basis);
                before.keys.append(&mut parts.keys);
                before.documents.append(&mut parts.documents);
                before.artefacts.append(&mut parts.artefacts);
                before.receipts.append(&mut parts.receipts);
                before.checkpoints.append(&mut parts.checkpoints);
                before.others.append(&mut parts.others);
                before
            }
        });
    }
    let mut parts = all.ok_or_else(|| bad("at least one bundle is expected"))?;
    let scope = match (runs.is_empty(), ranges.is_empty()) {
        (false, true) => Scope::Runs {
            chains: chains.into_values().collect(),
            runs: runs.into_values().collect(),
        },
        (true, false) => Scope::Chain(meet(ranges)?),
        _ => {
            return Err(
                bad("bundles of runs and bundles of chains do not join").hint("split the runs out of the chain first")
            );
        }
    };
    // The same record twice: the fuller line stays.
    parts.entries.sort_by_key(|entry| {
        let content = entry.content != ContentForm::None;
        let shown = entry.envelope.is_some().then_some((content, entry.index.is_some()));
        (
            entry.chain,
            entry.seq,
            entry.after,
            entry.digest,
            core::cmp::Reverse(shown),
        )
    });
    let mut seen = BTreeSet::new();
    let whole: BTreeSet<Digest> = parts
        .entries
        .iter()
        .filter(|one| one.envelope.is_some())
        .map(|one| one.digest)
        .collect();
    parts
        .entries
        .retain(|one| (one.envelope.is_some() || !whole.contains(&one.digest)) && seen.insert(one.digest));
    if let Scope::Chain(_) = &scope {
        parts.basis.retain(|digest, _| !seen.contains(digest));
    }
    write(parts, scope, index, (signer, host), out)
}

/// Ranges of one chain that touch or overlap become one.
fn meet(mut ranges: Vec<ChainRange>) -> Result<Vec<ChainRange>> {
    ranges.sort_by_key(|range| (range.id, range.first));
    let mut out: Vec<ChainRange> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if last.id == range.id => {
                if range.first > last.last.saturating_add(1) {
                    let text = format!(
                        "records {} to {} are in none of the files",
                        last.last.saturating_add(1),
                        range.first.saturating_sub(1)
                    );
                    return Err(Error::new(Code::WireBadArgument, text).at(""));
                }
                if range.last > last.last {
                    *last = ChainRange {
                        first: last.first,
                        ..range
                    };
                }
            }
            _ => out.push(range),
        }
    }
    Ok(out)
}

fn write(
    parts: Parts,
    scope: Scope,
    index: bool,
    (signer, host): (&dyn Signer, &dyn Host),
    out: &mut dyn Write,
) -> Result<Value> {
    let mut named = Named::default();
    for entry in &parts.entries {
        if let Some(envelope) = &entry.envelope {
            named.read(envelope)?;
        }
    }
    let mut material = Materials::default();
    let mut revocations = parts.manifest.revocations.clone();
    for line in parts.basis.values() {
        material.basis(line)?;
        named.read(&Envelope::parse(line)?)?;
    }
    for entry in &parts.entries {
        if matches!(entry.kind, Some(Kind::KeyRetire | Kind::KeyRevoke)) {
            revocations.push(entry.digest);
        }
    }
    for (digest, line) in &parts.documents {
        if named.hashes.contains(digest.as_bytes()) {
            material.document(line.clone());
            if let Value::Object(mut line) = parse(line, &Limits::LINE)? {
                for name in ["content", "seed", "open", "index"] {
                    line.remove(name);
                }
                named.read(&Envelope::parse(&to_jcs(&Value::Object(line)))?)?;
            }
        }
    }
    let signs = signer.key();
    material.key(&signs.spki());
    for (keyid, spki) in parts
        .keys
        .iter()
        .filter(|(keyid, _)| named.hashes.contains(keyid.as_bytes()))
    {
        if *keyid != signs.keyid() {
            material.key(spki);
        }
    }
    let mut artefacts = Vec::new();
    for (digest, data) in parts
        .artefacts
        .iter()
        .filter(|(digest, _)| named.hashes.contains(digest.as_bytes()))
    {
        material.artefact(data);
        artefacts.push(*digest);
    }
    let runs = matches!(scope, Scope::Runs { .. });
    let seqs: BTreeSet<u64> = parts
        .entries
        .iter()
        .map(|entry| entry.seq)
        .chain(named.seqs.iter().copied())
        .collect();
    for (_, _, proof) in parts.receipts.iter().filter(|(seq, ..)| seqs.contains(seq)) {
        material.receipt(proof);
    }
    for note in parts.checkpoints.iter().filter(|_| !runs) {
        material.checkpoint(note);
    }
    for (kind, line) in &parts.others {
        material.line(kind, line.clone());
    }
    let mut tree = Frontier::new();
    for entry in &parts.entries {
        tree.push(leaf(&entry.digest));
    }
    let now = host.now();
    let manifest = NewManifest {
        recorded_at: now,
        id: Uuid::v7(now.millis(), random(host)?),
        nonce: random(host)?,
        index,
        count: tree.size(),
        root: tree.root(),
        artefacts,
        revocations,
        scope,
    };
    let manifest = manifest.seal(signer)?;
    let mut writer = BundleWriter::start(out, &manifest, index, &material)?;
    let mut last: BTreeMap<Uuid, u64> = BTreeMap::new();
    for entry in parts.entries.iter().filter(|entry| entry.envelope.is_some()) {
        if let Some((id, seq)) = entry.run {
            last.insert(id, seq);
        }
    }
    for entry in parts.entries {
        let line = match &entry.envelope {
            Some(envelope) => envelope_line(envelope, &entry.content, entry.index.as_ref().filter(|_| index)),
            None => {
                // Only what the file itself can confirm.
                let run = entry
                    .run
                    .filter(|(id, seq)| runs || last.get(id).is_some_and(|later| later > seq));
                withheld_line(entry.chain, &entry.digest, (!runs).then_some(entry.seq), run)
            }
        };
        writer.line(&line)?;
    }
    let bytes = writer.finish()?;
    Ok(Value::Object(
        object! { "records": Value::count(tree.size()), "bytes": Value::count(bytes), "bundle": manifest.digest },
    ))
}
