//! Reading the bodies, each by its kind (docs/spec/03-record.md).

use super::{
    ApprovalVerdict, Body, ChainOpen, ChainSeal, Continues, Durability, GateMode, Heartbeat, KeyEntry, KeyRole, Kind,
    PlanEvent, RunEnd, RunStart, Software, WitnessNeed,
};
use crate::canon::fields::{Fields, Node};
use crate::error::Result;

/// Reads the body of a kind that has one.
pub(super) fn read_body(kind: Kind, node: &Node<'_>) -> Result<Body> {
    match kind {
        Kind::ChainOpen => Ok(Body::ChainOpen(Box::new(read_chain_open(node)?))),
        Kind::ChainSeal => read_chain_seal(node),
        Kind::Heartbeat => read_heartbeat(node),
        Kind::KeyAdd => Ok(Body::KeyAdd(read_key(node)?)),
        Kind::KeyRetire => Ok(Body::KeyRetire {
            keyid: node.object(&["keyid"], &[])?.need("keyid")?.keyid()?,
        }),
        Kind::KeyRevoke => read_key_revoke(node),
        Kind::RunStart => read_run_start(node),
        Kind::RunEnd => read_run_end(node),
        Kind::Plan => read_plan(node),
        Kind::ApprovalRequest => read_approval_request(node),
        Kind::Approval => read_approval(node),
        Kind::Escalation => read_escalation(node),
        Kind::Note => Ok(Body::Note {
            event: node.object(&["event"], &[])?.need("event")?.ident()?,
        }),
        Kind::Gap => read_gap(node),
        Kind::ClockStep => read_clock_step(node),
        Kind::Erasure => read_erasure(node),
        _ => Ok(Body::None),
    }
}

fn read_chain_open(node: &Node<'_>) -> Result<ChainOpen> {
    let required = &[
        "durability",
        "gate",
        "keys",
        "mac",
        "origin",
        "profile",
        "software",
        "witness",
    ];
    let all = node.object(required, &["continues", "policies"])?;
    Ok(ChainOpen {
        continues: all.maybe("continues", |node| read_continues(&node))?,
        durability: all.need("durability")?.word(Durability::parse)?,
        gate: all.need("gate")?.word(GateMode::parse)?,
        keys: all.need("keys")?.list(|item| read_key(&item))?,
        mac: all.need("mac")?.digest()?,
        origin: all.need("origin")?.text()?.to_owned(),
        policies: all
            .maybe("policies", |node| node.list(|item| item.digest()))?
            .unwrap_or_default(),
        profile: all.need("profile")?.digest()?,
        software: read_software(&all.need("software")?)?,
        witness: all.need("witness")?.word(WitnessNeed::parse)?,
    })
}

fn read_continues(node: &Node<'_>) -> Result<Continues> {
    let all = node.object(&["chain", "digest", "reason", "seq"], &["highest"])?;
    Ok(Continues {
        chain: all.need("chain")?.uuid()?,
        digest: all.need("digest")?.digest()?,
        highest: all.maybe("highest", |node| node.int())?,
        reason: all.need("reason")?.ident()?,
        seq: all.need("seq")?.int()?,
    })
}

fn read_software(node: &Node<'_>) -> Result<Software> {
    let all = node.object(&["name", "version"], &[])?;
    Ok(Software {
        name: all.need("name")?.ident()?,
        version: all.need("version")?.ident()?,
    })
}

fn read_key(node: &Node<'_>) -> Result<KeyEntry> {
    let all = node.object(&["role", "spki"], &["not_after"])?;
    Ok(KeyEntry {
        not_after: all.maybe("not_after", |node| node.time())?,
        role: all.need("role")?.word(KeyRole::parse)?,
        spki: all.need("spki")?.spki()?,
    })
}

fn read_chain_seal(node: &Node<'_>) -> Result<Body> {
    let all = node.object(&["count", "head", "open_intents", "runs"], &[])?;
    Ok(Body::ChainSeal(ChainSeal {
        count: int(&all, "count")?,
        head: all.need("head")?.digest()?,
        open_intents: int(&all, "open_intents")?,
        runs: int(&all, "runs")?,
    }))
}

fn read_heartbeat(node: &Node<'_>) -> Result<Body> {
    let all = node.object(
        &["first", "last", "next_mac", "open_intents", "root", "size"],
        &["beacon"],
    )?;
    Ok(Body::Heartbeat(Heartbeat {
        beacon: all.maybe("beacon", |node| node.digest())?,
        first: int(&all, "first")?,
        last: int(&all, "last")?,
        next_mac: all.need("next_mac")?.digest()?,
        open_intents: int(&all, "open_intents")?,
        root: all.need("root")?.hex32()?,
        size: int(&all, "size")?,
    }))
}

fn read_key_revoke(node: &Node<'_>) -> Result<Body> {
    let all = node.object(&["as_of_seq", "keyid", "reason"], &[])?;
    Ok(Body::KeyRevoke {
        as_of_seq: int(&all, "as_of_seq")?,
        keyid: all.need("keyid")?.keyid()?,
        reason: all.need("reason")?.ident()?,
    })
}

fn read_run_start(node: &Node<'_>) -> Result<Body> {
    let all = node.object(&[], &["certificate", "previous", "run_no", "thread"])?;
    Ok(Body::RunStart(RunStart {
        certificate: all.maybe("certificate", |node| node.digest())?,
        previous: all.maybe("previous", |node| node.digest())?,
        run_no: all.maybe("run_no", |node| node.int())?,
        thread: all.maybe("thread", |node| node.ident())?,
    }))
}

fn read_run_end(node: &Node<'_>) -> Result<Body> {
    let required = &["enforced", "observed", "records", "reported", "root", "steps"];
    let all = node.object(required, &["duplicates", "sampled"])?;
    Ok(Body::RunEnd(RunEnd {
        duplicates: all.maybe("duplicates", |node| node.int())?,
        enforced: int(&all, "enforced")?,
        observed: int(&all, "observed")?,
        records: int(&all, "records")?,
        reported: int(&all, "reported")?,
        root: all.need("root")?.hex32()?,
        sampled: match all.get("sampled") {
            Some(node) if !node.flag()? => return Err(node.fail("what is not sampled says nothing about it")),
            sampled => sampled.is_some(),
        },
        steps: int(&all, "steps")?,
    }))
}

fn read_plan(node: &Node<'_>) -> Result<Body> {
    let all = node.object(&["event"], &["document"])?;
    Ok(Body::Plan {
        document: all.maybe("document", |node| node.digest())?,
        event: all.need("event")?.word(PlanEvent::parse)?,
    })
}

fn read_approval_request(node: &Node<'_>) -> Result<Body> {
    let all = node.object(&["expires_at", "quorum", "role"], &[])?;
    Ok(Body::ApprovalRequest {
        expires_at: all.need("expires_at")?.time()?,
        quorum: int(&all, "quorum")?,
        role: all.need("role")?.ident()?,
    })
}

fn read_approval(node: &Node<'_>) -> Result<Body> {
    let all = node.object(&["request", "verdict"], &["document"])?;
    Ok(Body::Approval {
        document: all.maybe("document", |node| node.digest())?,
        request: all.need("request")?.digest()?,
        verdict: all.need("verdict")?.word(ApprovalVerdict::parse)?,
    })
}

fn read_escalation(node: &Node<'_>) -> Result<Body> {
    let all = node.object(&["request", "to"], &[])?;
    Ok(Body::Escalation {
        request: all.need("request")?.digest()?,
        to: all.need("to")?.ident()?,
    })
}

fn read_gap(node: &Node<'_>) -> Result<Body> {
    let all = node.object(&["lost", "reason", "since"], &[])?;
    Ok(Body::Gap {
        lost: all.need("lost")?.int_from(1)?,
        reason: all.need("reason")?.ident()?,
        since: all.need("since")?.time()?,
    })
}

fn read_clock_step(node: &Node<'_>) -> Result<Body> {
    let all = node.object(&["from", "to"], &[])?;
    Ok(Body::ClockStep {
        from: all.need("from")?.time()?,
        to: all.need("to")?.time()?,
    })
}

fn read_erasure(node: &Node<'_>) -> Result<Body> {
    let all = node.object(&["authority", "reason", "records"], &[])?;
    Ok(Body::Erasure {
        authority: all.need("authority")?.ident()?,
        reason: all.need("reason")?.ident()?,
        records: all.need("records")?.list(|item| item.int())?,
    })
}

fn int(all: &Fields<'_>, name: &str) -> Result<u64> {
    all.need(name)?.int()
}
