//! Reading the lines that are no envelopes: material, and records that were withheld.

use super::{BasisLine, Material, Scope, Withheld, WithheldAt};
use crate::canon::Value;
use crate::canon::fields::{Codes, Node};
use crate::checkpoint::{Checkpoint, Receipt};
use crate::codes::Code;
use crate::envelope::{self, Envelope};
use crate::error::{Error, Result};
use crate::id::Uuid;
use crate::record::{Kind, Record};
use crate::statement::{self, DocumentKind};

/// What a line says it is by its member `execert`.
pub(super) enum Other {
    Material(Material),
    Withheld(Withheld),
}

/// Reads a line with the member `execert`. The value of a basis payload is left in `payload`, for the names in it.
pub(super) fn read_other(line: &Value, scope: &Scope, payload: &mut Option<Value>) -> Result<Other> {
    let node = Node::root(line, "", Codes::BUNDLE);
    let members = node.any_object()?;
    let execert = members.need("execert")?;
    match execert.value().as_str() {
        Some("material/1") => read_material(&node, scope, payload).map(Other::Material),
        Some("withheld/1") => read_withheld(&node, scope).map(Other::Withheld),
        _ => Err(Error::new(Code::BundleVersionUnknown, "this kind of line is not known").at(execert.path())),
    }
}

fn read_material(node: &Node<'_>, scope: &Scope, payload: &mut Option<Value>) -> Result<Material> {
    let only = |name: &'static str| node.object(&["execert", name, "type"], &[]);
    let members = node.any_object()?;
    let kind = members.need("type")?;
    match kind.value().as_str() {
        Some("key") => Ok(Material::Key(only("spki")?.need("spki")?.spki()?)),
        Some("basis") => {
            let all = only("envelope")?;
            let basis = read_basis(&all.need("envelope")?, scope, payload)?;
            Ok(Material::Basis(Box::new(basis)))
        }
        Some("checkpoint") => {
            // Errors inside notes and proofs say themselves whether they are of `/note` or `/proof`.
            Ok(Material::Checkpoint(Checkpoint::parse(
                only("note")?.need("note")?.text()?,
            )?))
        }
        Some("receipt") => Ok(Material::Receipt(Box::new(Receipt::parse(
            only("proof")?.need("proof")?.text()?,
        )?))),
        Some("x509") => Ok(Material::X509(only("chain")?.need("chain")?.list(|item| item.b64())?)),
        Some("timestamp") => Ok(Material::Timestamp(only("token")?.need("token")?.b64()?)),
        Some("artefact") => Ok(Material::Artefact(only("data")?.need("data")?.b64()?)),
        Some("proof-lines") => {
            let lines = only("lines")?
                .need("lines")?
                .list(|item| item.text().map(str::to_owned))?;
            Ok(Material::ProofLines(lines))
        }
        _ => Err(kind.fail("this type of material is not known")),
    }
}

/// A basis: record 0, a key record or an erasure of a chain of the manifest, from outside what the file shows of it.
fn read_basis(node: &Node<'_>, scope: &Scope, payload: &mut Option<Value>) -> Result<BasisLine> {
    envelope::check_type(node)?;
    let envelope = Envelope::read(&node.object(envelope::MEMBERS, &[])?)?;
    let prefix = format!("{}/payload", node.path());
    let value = payload.insert(envelope.payload_value(&prefix)?);
    let statement = Node::root(value, &prefix, Codes::RECORD);
    if statement::kind_of(&statement)? != DocumentKind::Record {
        return Err(node.fail("a basis is a record"));
    }
    let record = Record::read(&statement)?;
    let kinds = [
        Kind::ChainOpen,
        Kind::KeyAdd,
        Kind::KeyRetire,
        Kind::KeyRevoke,
        Kind::Erasure,
    ];
    if !kinds.contains(&record.kind) {
        return Err(node.fail("a basis is record 0, a key record or an erasure"));
    }
    let (id, seq) = (record.chain.id, record.chain.seq);
    let fits = match scope {
        Scope::Chain(chains) => chains
            .iter()
            .any(|chain| chain.id == id && !(chain.first..=chain.last).contains(&seq)),
        Scope::Runs { chains, .. } => chains.iter().any(|chain| chain.id == id),
    };
    if !fits {
        return Err(node.fail("a basis is of a chain of the manifest, from outside its range"));
    }
    Ok(BasisLine {
        digest: envelope.digest(),
        envelope,
        record,
    })
}

fn read_withheld(node: &Node<'_>, scope: &Scope) -> Result<Withheld> {
    let in_chain = matches!(scope, Scope::Chain(_));
    let all = match in_chain {
        true => node.object(&["chain", "digest", "execert", "seq"], &["run"])?,
        false => node.object(&["chain", "digest", "execert", "run"], &[])?,
    };
    let chain = all.need("chain")?.uuid()?;
    let digest = all.need("digest")?.digest()?;
    let run = all.maybe("run", |node| read_run(&node))?;
    let seq = all.maybe("seq", |node| node.int())?;
    let at = match (seq, run) {
        (Some(seq), run) => WithheldAt::Chain { seq, run },
        (None, Some((id, seq))) => WithheldAt::Run { id, seq },
        (None, None) => return Err(node.fail("a withheld record has a place")),
    };
    Ok(Withheld { chain, digest, at })
}

fn read_run(node: &Node<'_>) -> Result<(Uuid, u64)> {
    let all = node.object(&["id", "seq"], &[])?;
    Ok((all.need("id")?.uuid()?, all.need("seq")?.int()?))
}
