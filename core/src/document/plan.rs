//! Documents about plans: certificate, refusal and profile (docs/spec/08-documents.md).

use super::{ChainPoint, DocumentBody};
use crate::canon::fields::{Fields, Node};
use crate::digest::Digest;
use crate::error::Result;
use crate::id::is_ident;
use crate::time::Timestamp;

/// `plan-certificate/v1` and `plan-refusal/v1`: what was checked of a plan, and how it came out.
#[derive(Debug, Clone, PartialEq)]
pub struct Certificate {
    /// Digests of catalogue, policy, credentials, rules and facts, in this order.
    pub context: [Digest; 5],
    /// When the plan was looked at.
    pub at: Timestamp,
    /// Name and version of the validator.
    pub validator: (String, String),
    /// The checks that have to hold.
    pub required: Vec<String>,
    /// The checks that were made, by name.
    pub assurances: Vec<(String, Assurance)>,
    /// Lines and root of the proof.
    pub proof: (u64, [u8; 32]),
    /// What the plan costs.
    pub cost: Cost,
    /// Id and digest of the certificates it rests on.
    pub children: Vec<(String, Digest)>,
    /// The certificate it takes the place of.
    pub supersedes: Option<Digest>,
    /// The certificate it was made from by difference, steps unchanged, and the steps that changed.
    pub delta: Option<(Digest, u64, Vec<String>)>,
    /// When it was made.
    pub issued: Timestamp,
    /// It counts until then; none for a refusal.
    pub expires: Option<Timestamp>,
    /// List and greatest age in seconds; none for a refusal.
    pub revocation: Option<(String, u64)>,
    /// Root of its content.
    pub content: [u8; 32],
}

/// One check of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assurance {
    /// It holds.
    pub ok: bool,
    /// How many things were checked.
    pub checked: u64,
    /// Proved by the rules; otherwise the issuer's word.
    pub proved: bool,
    /// Lines of the proof.
    pub lines: Vec<u64>,
}

/// What a plan costs, in `unit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// The unit, an ident.
    pub unit: String,
    /// As likely.
    pub estimate: u64,
    /// At worst.
    pub worst_case: u64,
    /// Reserve, in basis points.
    pub buffer_bp: u64,
    /// What has to be there before it begins.
    pub minimum: u64,
}

/// `profile/v1`: what the runs under a certificate came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Id of the certificate.
    pub ctc: String,
    /// The record up to which it counts.
    pub through: ChainPoint,
    /// How many runs.
    pub runs: u64,
    /// The whole predicate; its other numbers are recomputed, not believed.
    pub value: crate::canon::Object,
}

/// Members of a certificate.
pub(super) const CERTIFICATE: &[&str] = &[
    "assurances",
    "children",
    "content",
    "context",
    "cost",
    "delta",
    "expires",
    "issued",
    "proof",
    "required",
    "revocation",
    "supersedes",
    "validator",
];
/// Members of a refusal: those of a certificate without `expires` and `revocation`.
pub(super) const REFUSAL: &[&str] = &[
    "assurances",
    "children",
    "content",
    "context",
    "cost",
    "delta",
    "issued",
    "proof",
    "required",
    "supersedes",
    "validator",
];
/// Members of a profile.
pub(super) const PROFILE: &[&str] = &[
    "cost",
    "ctc",
    "drift",
    "failures",
    "first_success",
    "latency_us",
    "level",
    "ok",
    "open",
    "runs",
    "runs_root",
    "success_bp",
    "through",
    "wilson95_bp",
];

/// Reads a certificate or a refusal.
pub(super) fn read_certificate(all: &Fields<'_>) -> Result<DocumentBody> {
    let assurances = read_assurances(&all.need("assurances")?)?;
    let children = all.need("children")?.list_or_empty(|item| {
        let child = item.object(&["digest", "id"], &[])?;
        let digest = child.need("digest")?.digest()?;
        Ok((
            child
                .need("id")?
                .parsed("the id of a certificate is expected", certificate_id)?,
            digest,
        ))
    })?;
    let content = all.need("content")?.object(&["root"], &[])?.need("root")?.hex32()?;
    let (context, at) = read_context(&all.need("context")?)?;
    let cost = read_cost(&all.need("cost")?)?;
    let delta = all.need("delta")?;
    let delta = if delta.value().is_null() {
        None
    } else {
        Some(read_delta(&delta)?)
    };
    let expires = all.maybe("expires", |node| node.time())?;
    let issued = all.need("issued")?.time()?;
    let proof = {
        let proof = all.need("proof")?.object(&["lines", "root"], &[])?;
        (proof.need("lines")?.int()?, *proof.need("root")?.digest()?.as_bytes())
    };
    let checks = all.need("required")?.list(|item| item.ident())?;
    let revocation = all.maybe("revocation", |node| {
        let both = node.object(&["list", "max_age_s"], &[])?;
        Ok((both.need("list")?.ident()?, both.need("max_age_s")?.int()?))
    })?;
    let supersedes = all.need("supersedes")?;
    let supersedes = if supersedes.value().is_null() {
        None
    } else {
        Some(supersedes.digest()?)
    };
    let validator = {
        let both = all.need("validator")?.object(&["name", "version"], &[])?;
        (both.need("name")?.ident()?, both.need("version")?.ident()?)
    };
    let body = Certificate {
        context,
        at,
        validator,
        required: checks,
        assurances,
        proof,
        cost,
        children,
        supersedes,
        delta,
        issued,
        expires,
        revocation,
        content,
    };
    Ok(DocumentBody::Plan(Box::new(body)))
}

/// `ctc_` and 26 letters of lower-case base32.
fn certificate_id(text: &str) -> Option<String> {
    let letters = text.strip_prefix("ctc_")?;
    let right = letters.len() == 26 && letters.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'));
    right.then(|| text.to_owned())
}

fn read_assurances(node: &Node<'_>) -> Result<Vec<(String, Assurance)>> {
    let all = node.any_object()?;
    let read = |(name, node): (&str, Node<'_>)| {
        let one = node.object(&["checked", "ground", "lines", "ok"], &[])?;
        if !is_ident(name) {
            return Err(node.fail("the name of a check is an identifier"));
        }
        let assurance = Assurance {
            checked: one.need("checked")?.int()?,
            proved: one.need("ground")?.word(|word| match word {
                "proved" => Some(true),
                "attested" => Some(false),
                _ => None,
            })?,
            lines: one.need("lines")?.list_or_empty(|item| item.int())?,
            ok: one.need("ok")?.flag()?,
        };
        Ok((name.to_owned(), assurance))
    };
    all.each().map(read).collect()
}

fn read_context(node: &Node<'_>) -> Result<([Digest; 5], Timestamp)> {
    let all = node.object(&["at", "catalogue", "credentials", "facts", "policy", "rules"], &[])?;
    let at = all.need("at")?.time()?;
    let digest = |name: &str| all.need(name)?.digest();
    let (catalogue, credentials) = (digest("catalogue")?, digest("credentials")?);
    let (facts, policy, rules) = (digest("facts")?, digest("policy")?, digest("rules")?);
    Ok(([catalogue, policy, credentials, rules, facts], at))
}

fn read_cost(node: &Node<'_>) -> Result<Cost> {
    let all = node.object(&["buffer_bp", "estimate", "minimum", "unit", "worst_case"], &[])?;
    let int = |name: &str| all.need(name)?.int();
    Ok(Cost {
        buffer_bp: int("buffer_bp")?,
        estimate: int("estimate")?,
        minimum: int("minimum")?,
        unit: all.need("unit")?.ident()?,
        worst_case: int("worst_case")?,
    })
}

fn read_delta(node: &Node<'_>) -> Result<(Digest, u64, Vec<String>)> {
    let all = node.object(&["changed", "from", "unchanged"], &[])?;
    let changed = all.need("changed")?.list_or_empty(|item| item.ident())?;
    Ok((all.need("from")?.digest()?, all.need("unchanged")?.int()?, changed))
}

/// Reads a profile. Its sums are recomputed from the records, so that only their names are held to here.
pub(super) fn read_profile(all: &Fields<'_>) -> Result<DocumentBody> {
    let ctc = all
        .need("ctc")?
        .parsed("the id of a certificate is expected", certificate_id)?;
    let runs = all.need("runs")?.int()?;
    let through = {
        let place = all.need("through")?.object(&["chain", "head", "seq"], &[])?;
        let (chain, head) = (place.need("chain")?.uuid()?, place.need("head")?.digest()?);
        ChainPoint {
            chain,
            head,
            seq: place.need("seq")?.int()?,
        }
    };
    let value = all.object().clone();
    Ok(DocumentBody::Profile(Box::new(Profile {
        ctc,
        through,
        runs,
        value,
    })))
}

#[cfg(test)]
mod tests {
    use crate::canon::{self, Jcs, Object, Value};
    use crate::codes::Code;
    use crate::digest::b64;
    use crate::document::{Document, DocumentBody};
    use crate::envelope::Envelope;
    use crate::limits::Limits;
    use crate::statement::{DocumentKind, Subject, statement};

    const CERTIFICATE: &str = r#"{"assurances":{"deterministic":{"checked":2,"ground":"proved","lines":[22,23],
        "ok":false},"no_cycles":{"checked":2,"ground":"attested","lines":[],"ok":true}},
        "children":[{"digest":"sha256:D","id":"ctc_abcdefghijklmnopqrstuvwxyz"}],"content":{"root":"D"},
        "context":{"at":"2026-01-27T00:00:00.000Z","catalogue":"sha256:D","credentials":"sha256:D",
        "facts":"sha256:D","policy":"sha256:D","rules":"sha256:D"},"cost":{"buffer_bp":2000,"estimate":25,
        "minimum":30,"unit":"credit","worst_case":25},"delta":null,"expires":"2026-04-27T00:00:00.000Z",
        "issued":"2026-01-27T00:00:00.000Z","key":"K","nonce":"AAAAAAAAAAAAAAAAAAAAAA==",
        "proof":{"lines":24,"root":"sha256:D"},"recorded_at":"2026-01-27T00:00:00.000Z","required":["no_cycles"],
        "revocation":{"list":"list-1","max_age_s":86400},"supersedes":null,
        "validator":{"name":"execert","version":"0.1.0"},"version":1}"#;

    fn predicate() -> Object {
        let text = CERTIFICATE
            .replace('D', &"0".repeat(64))
            .replace("\"K\"", &format!("\"{}\"", b64(&[7; 32])));
        canon::parse(text.as_bytes(), &Limits::PAYLOAD)
            .unwrap()
            .as_object()
            .unwrap()
            .clone()
    }

    fn read(kind: DocumentKind, predicate: Object) -> Result<Document, (Code, String)> {
        let mut payload = Vec::new();
        statement(
            kind,
            &[Subject::content([0; 32])],
            |out| predicate.write_jcs(out),
            &mut payload,
        );
        let envelope = Envelope {
            payload,
            signatures: Vec::new(),
        };
        Document::parse(&envelope).map_err(|error| (error.code(), error.path().unwrap().to_owned()))
    }

    #[test]
    fn certificate_and_refusal() {
        let document = read(DocumentKind::PlanCertificate, predicate()).unwrap();
        let DocumentBody::Plan(plan) = document.body else {
            panic!("not a plan")
        };
        assert_eq!(plan.revocation, Some(("list-1".to_owned(), 86_400)));
        assert_eq!((plan.cost.estimate, plan.cost.minimum), (25, 30));
        assert_eq!(plan.assurances.len(), 2);
        let mut refusal = predicate();
        let unknown = (Code::RecordUnknownMember, "/payload/predicate/expires".to_owned());
        assert_eq!(read(DocumentKind::PlanRefusal, refusal.clone()), Err(unknown));
        refusal.remove("expires");
        refusal.remove("revocation");
        assert!(read(DocumentKind::PlanRefusal, refusal.clone()).is_ok());
        let missing = (Code::RecordMalformed, "/payload/predicate/expires".to_owned());
        assert_eq!(read(DocumentKind::PlanCertificate, refusal), Err(missing));
    }

    #[test]
    fn the_first_wrong_member_is_told() {
        // `key` stands between `issued` and `proof`, whichever part of the reader looks at it.
        for (wrong, told) in [
            (["issued", "key"], "issued"),
            (["key", "proof"], "key"),
            (["nonce", "assurances"], "assurances"),
            (["version", "validator"], "validator"),
        ] {
            let mut predicate = predicate();
            for name in wrong {
                predicate.insert(name, Value::Bool(true));
            }
            let path = format!("/payload/predicate/{told}");
            assert_eq!(
                read(DocumentKind::PlanCertificate, predicate),
                Err((Code::RecordMalformed, path))
            );
        }
    }
}
