//! Reading the manifest from line 1.

use super::beside::EnvelopeLine;
use super::{ChainName, ChainRange, Manifest, RunRange, Scope};
use crate::canon::Value;
use crate::canon::fields::{Codes, Fields, Node, is_sorted};
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::record::read::{check_version, read_ext};
use crate::record::rules::is_origin;
use crate::statement::{self, DocumentKind, Subject};

const REQUIRED: [&str; 9] = [
    "chains",
    "id",
    "index",
    "key",
    "nonce",
    "recorded_at",
    "records",
    "scope",
    "version",
];
const REQUIRED_RUNS: [&str; 10] = [
    "chains",
    "id",
    "index",
    "key",
    "nonce",
    "recorded_at",
    "records",
    "runs",
    "scope",
    "version",
];
const OPTIONAL: [&str; 3] = ["artefacts", "ext", "revocations"];

/// Reads the manifest out of line 1, whose payload is `payload`.
pub(super) fn read_manifest(line: EnvelopeLine, payload: &Value) -> Result<Manifest> {
    let payload = Node::root(payload, "/payload", Codes::RECORD);
    if statement::kind_of(&payload)? != DocumentKind::Bundle {
        return Err(not_first());
    }
    let members = statement::parts(&payload.with_codes(Codes::BUNDLE))?;
    let predicate = members.need("predicate")?;
    let runs = predicate.value().get("scope").and_then(Value::as_str) == Some("runs");
    let all = predicate.object(if runs { &REQUIRED_RUNS } else { &REQUIRED }, &OPTIONAL)?;
    let artefacts = read_digests(&all, "artefacts")?;
    let chains = all.need("chains")?;
    let (names, ranges) = if runs {
        (read_names(&chains)?, Vec::new())
    } else {
        (Vec::new(), read_ranges(&chains)?)
    };
    let ext = all.maybe("ext", |node| read_ext(&node))?;
    let id = all.need("id")?.uuid()?;
    let index = all.need("index")?.flag()?;
    let key = all.need("key")?.keyid()?;
    let nonce = all.need("nonce")?.bytes()?;
    let recorded_at = all.need("recorded_at")?.time()?;
    let (count, root) = {
        let both = all.need("records")?.object(&["count", "root"], &[])?;
        (both.need("count")?.int()?, both.need("root")?.hex32()?)
    };
    let revocations = read_digests(&all, "revocations")?;
    let run_list = all.maybe("runs", |node| read_runs(&node))?.unwrap_or_default();
    all.need("scope")?
        .word(|word| matches!(word, "chain" | "runs").then_some(()))?;
    check_version(&all)?;
    let about = Subject::sha256("records", Digest::from_bytes(root));
    let subjects = statement::read_subjects(&members, |first| *first == about)?;
    let scope = if runs {
        Scope::Runs {
            chains: names,
            runs: run_list,
        }
    } else {
        Scope::Chain(ranges)
    };
    check_scope(&scope, &all)?;
    if subjects.len() > 1 {
        return Err(members.fail_item("subject", 1, "a manifest has one subject"));
    }
    if !line.alone {
        let text = "nothing stands beside the envelope of a manifest";
        return Err(Error::new(Code::RecordMalformed, text).at(""));
    }
    let digest = line.envelope.digest();
    let envelope = line.envelope;
    Ok(Manifest {
        envelope,
        digest,
        recorded_at,
        key,
        nonce,
        ext,
        id,
        index,
        count,
        root,
        artefacts,
        revocations,
        scope,
    })
}

/// The error of a file whose first line is something else.
pub(super) fn not_first() -> Error {
    Error::new(Code::BundleMalformed, "the first line of a bundle is its manifest").at("")
}

/// The rules between chains and runs.
fn check_scope(scope: &Scope, all: &Fields<'_>) -> Result<()> {
    let wrong = |number: usize, text: &str| Err(all.fail_item("chains", number, text));
    let other_origin = "the origin of a chain ends with a slash and its id";
    match scope {
        Scope::Chain(chains) => {
            for (number, chain) in chains.iter().enumerate() {
                if !is_origin(&chain.origin, &chain.id.to_string()) {
                    return wrong(number, other_origin);
                }
                if chain.last < chain.first {
                    return wrong(number, "`last` is below `first`");
                }
            }
        }
        Scope::Runs { chains, runs } => {
            for (number, chain) in chains.iter().enumerate() {
                if !is_origin(&chain.origin, &chain.id.to_string()) {
                    return wrong(number, other_origin);
                }
                if !runs.iter().any(|run| run.chain == chain.id) {
                    return wrong(number, "no run of the bundle belongs to this chain");
                }
            }
            let stray = runs
                .iter()
                .position(|run| !chains.iter().any(|chain| chain.id == run.chain));
            if let Some(number) = stray {
                return Err(all.fail_item("runs", number, "the chain of this run is not in the manifest"));
            }
        }
    }
    Ok(())
}

fn read_names(node: &Node<'_>) -> Result<Vec<ChainName>> {
    let list = node.list(|item| {
        let all = item.object(&["id", "origin", "tenant"], &[])?;
        Ok(ChainName {
            id: all.need("id")?.uuid()?,
            origin: all.need("origin")?.text()?.to_owned(),
            tenant: all.need("tenant")?.ident()?,
        })
    })?;
    sorted_by_id(node, list.iter().map(|chain| chain.id.to_string()))?;
    Ok(list)
}

fn read_ranges(node: &Node<'_>) -> Result<Vec<ChainRange>> {
    let list = node.list_or_empty(|item| {
        let all = item.object(&["first", "head", "id", "last", "origin", "sealed", "tenant"], &[])?;
        Ok(ChainRange {
            first: all.need("first")?.int()?,
            head: all.need("head")?.digest()?,
            id: all.need("id")?.uuid()?,
            last: all.need("last")?.int()?,
            origin: all.need("origin")?.text()?.to_owned(),
            sealed: all.need("sealed")?.flag()?,
            tenant: all.need("tenant")?.ident()?,
        })
    })?;
    sorted_by_id(node, list.iter().map(|chain| chain.id.to_string()))?;
    Ok(list)
}

fn read_runs(node: &Node<'_>) -> Result<Vec<RunRange>> {
    let list = node.list(|item| {
        let all = item.object(&["chain", "closed", "head", "id", "records"], &[])?;
        Ok(RunRange {
            chain: all.need("chain")?.uuid()?,
            closed: all.need("closed")?.flag()?,
            head: all.need("head")?.digest()?,
            id: all.need("id")?.uuid()?,
            records: all.need("records")?.int_from(1)?,
        })
    })?;
    sorted_by_id(node, list.iter().map(|run| run.id.to_string()))?;
    Ok(list)
}

fn sorted_by_id(node: &Node<'_>, ids: impl Iterator<Item = String>) -> Result<()> {
    let ids: Vec<String> = ids.collect();
    match is_sorted(ids.iter().map(String::as_str)) {
        true => Ok(()),
        false => Err(node.fail("the entries are sorted by id, each once")),
    }
}

fn read_digests(all: &Fields<'_>, name: &str) -> Result<Vec<Digest>> {
    let Some(node) = all.get(name) else {
        return Ok(Vec::new());
    };
    let list = node.list(|item| item.digest())?;
    match list.is_sorted_by(|a, b| a < b) {
        true => Ok(list),
        false => Err(node.fail("the digests are sorted, each once")),
    }
}
