//! Reading the predicates of the other documents, each member by its type, in the order of their names.

use super::plan::{CERTIFICATE, PROFILE, REFUSAL, read_certificate, read_profile};
use super::{Approval, Attestation, Delegation, Document, DocumentBody, Point, Revocation, RevocationList, Revoked};
use crate::canon::Object;
use crate::canon::fields::{Codes, Fields, Node, is_sorted};
use crate::digest::Digest;
use crate::envelope::Envelope;
use crate::error::{Error, Result};
use crate::key::KeyId;
use crate::record::read::{check_version, read_ext};
use crate::record::rules::is_origin_text;
use crate::record::{ApprovalVerdict, Tier};
use crate::statement::{self, DocumentKind, Subject, SubjectDigest};
use crate::time::Timestamp;

/// Members that every predicate has, beside those of its kind.
const COMMON: [&str; 4] = ["key", "nonce", "recorded_at", "version"];

impl Document {
    /// Reads the payload of a document that is neither record nor manifest.
    ///
    /// # Errors
    /// The `canon.*` codes, `record.version_unknown`, `record.unknown_member`, `record.malformed`; pointers begin with
    /// `/payload`.
    pub fn parse(envelope: &Envelope) -> Result<Document> {
        let payload = envelope.payload_value("/payload")?;
        let node = Node::root(&payload, "/payload", Codes::RECORD);
        Document::read(statement::kind_of(&node)?, &node)
    }

    /// Reads a document that is neither record nor manifest.
    ///
    /// # Errors
    /// `record.unknown_member`, `record.malformed`.
    pub(crate) fn read(kind: DocumentKind, payload: &Node<'_>) -> Result<Document> {
        let statement = statement::parts(payload)?;
        let predicate = statement.need("predicate")?;
        let (own, optional) = names(kind);
        let all = members(&predicate, own, optional)?;
        let (body, head) = match (read_body(kind, &all), Head::read(&all)) {
            (Ok(body), Ok(head)) => (body, head),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => return Err(error),
            (Err(one), Err(other)) => return Err(earlier(one, other, &predicate.path())),
        };
        let Head {
            ext,
            key,
            nonce,
            recorded_at,
        } = head;
        let issuer = Digest::from_bytes(*key.as_bytes());
        let subject = statement::read_subjects(&statement, |first| body.is_about(first, issuer))?;
        body.check(&all)?;
        let revoked = |list: &RevocationList| list.entries.iter().any(|entry| entry.target == Revoked::Key(key));
        if matches!(&body, DocumentBody::RevocationList(list) if revoked(list)) {
            return Err(all.fail("a list is never signed by a key in it"));
        }
        Ok(Document {
            kind,
            subject,
            recorded_at,
            key,
            nonce,
            ext,
            body,
        })
    }
}

/// The members that every predicate has, without `version`.
struct Head {
    ext: Option<Object>,
    key: KeyId,
    nonce: [u8; 16],
    recorded_at: Timestamp,
}

impl Head {
    fn read(all: &Fields<'_>) -> Result<Head> {
        let head = Head {
            ext: all.maybe("ext", |node| read_ext(&node))?,
            key: all.need("key")?.keyid()?,
            nonce: all.need("nonce")?.bytes()?,
            recorded_at: all.need("recorded_at")?.time()?,
        };
        check_version(all)?;
        Ok(head)
    }
}

/// Of two errors the one whose member comes first by name.
fn earlier(one: Error, other: Error, predicate: &str) -> Error {
    let member = |error: &Error| {
        let rest = error.path()?.strip_prefix(predicate)?.strip_prefix('/')?;
        rest.split('/').next().map(str::to_owned)
    };
    match (member(&one), member(&other)) {
        (Some(a), Some(b)) if a < b => one,
        (Some(_), None) => one,
        _ => other,
    }
}

/// The members of a predicate beside the common ones: those that it needs, and those that it may have.
fn names(kind: DocumentKind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        DocumentKind::PlanCertificate => (CERTIFICATE, &[]),
        DocumentKind::PlanRefusal => (REFUSAL, &[]),
        DocumentKind::Profile => (PROFILE, &[]),
        DocumentKind::Attestation => (
            &["checked", "properties", "result", "verifier"],
            &["checkpoint", "failures"],
        ),
        DocumentKind::Approval => (
            &["expires_at", "request", "role", "verdict"],
            &["depth", "tier", "to", "tools"],
        ),
        DocumentKind::RevocationList => (&["entries", "next_update", "number", "this_update"], &["prev"]),
        DocumentKind::Countersign => (&[], &["permit"]),
        DocumentKind::Record | DocumentKind::Bundle => (&[], &[]),
    }
}

fn read_body(kind: DocumentKind, all: &Fields<'_>) -> Result<DocumentBody> {
    match kind {
        DocumentKind::PlanCertificate | DocumentKind::PlanRefusal => read_certificate(all),
        DocumentKind::Profile => read_profile(all),
        DocumentKind::Attestation => read_attestation(all),
        DocumentKind::Approval => read_approval(all),
        DocumentKind::Countersign => {
            let permit = all.maybe("permit", |node| node.digest())?;
            Ok(DocumentBody::Countersign { permit })
        }
        DocumentKind::RevocationList => read_revocation_list(all),
        DocumentKind::Record | DocumentKind::Bundle => Err(all.fail("another document is expected")),
    }
}

impl DocumentBody {
    /// Whether a first subject is what a document of this kind is about.
    fn is_about(&self, first: &Subject, issuer: Digest) -> bool {
        let name = first.name.as_str();
        let sha256 = matches!(first.digest, SubjectDigest::Sha256(_));
        match self {
            DocumentBody::Plan(plan) => *first == Subject::content(plan.content),
            DocumentBody::Profile(_) => name == "certificate" && sha256,
            DocumentBody::Attestation(_) => matches!(name, "bundle" | "record") && sha256,
            DocumentBody::Approval(approval) => *first == Subject::sha256("request", approval.request),
            DocumentBody::Countersign { .. } => name == "content" && !sha256,
            DocumentBody::RevocationList(_) => *first == Subject::sha256("issuer", issuer),
        }
    }

    /// The rules between the members of the predicate.
    fn check(&self, all: &Fields<'_>) -> Result<()> {
        let right = match self {
            DocumentBody::Approval(approval) => {
                let delegated = approval.verdict == ApprovalVerdict::Delegated;
                let any = ["depth", "tier", "to", "tools"]
                    .iter()
                    .any(|name| all.object().contains(name));
                let depth = approval
                    .delegation
                    .as_ref()
                    .is_none_or(|delegation| delegation.depth <= 3);
                delegated == approval.delegation.is_some() && delegated == any && depth
            }
            DocumentBody::RevocationList(list) => (list.number == 1) == list.prev.is_none(),
            _ => true,
        };
        if right {
            Ok(())
        } else {
            Err(all.fail("the members of this document do not fit each other"))
        }
    }
}

/// The names of a predicate: its own and the common ones.
fn members<'a>(node: &Node<'a>, own: &[&'static str], optional: &[&'static str]) -> Result<Fields<'a>> {
    let mut required: Vec<&str> = own.iter().chain(COMMON.iter()).copied().collect();
    required.sort_unstable();
    let optional: Vec<&str> = optional.iter().copied().chain(["ext"]).collect();
    node.object(&required, &optional)
}

fn read_attestation(all: &Fields<'_>) -> Result<DocumentBody> {
    let checked = {
        let three = all.need("checked")?.object(&["first", "last", "records"], &[])?;
        let (first, last) = (three.need("first")?.int()?, three.need("last")?.int()?);
        (three.need("records")?.int()?, first, last)
    };
    let checkpoint = all.maybe("checkpoint", |node| read_point(&node))?;
    let failures = all.maybe("failures", |node| {
        node.list(|item| {
            let failure = item.object(&["code", "digest"], &[])?;
            Ok((failure.need("code")?.ident()?, failure.need("digest")?.digest()?))
        })
    })?;
    let properties = read_properties(&all.need("properties")?)?;
    let passed = all.need("result")?.word(|word| match word {
        "pass" => Some(true),
        "fail" => Some(false),
        _ => None,
    })?;
    let verifier = {
        let both = all.need("verifier")?.object(&["id", "version"], &[])?;
        (both.need("id")?.ident()?, both.need("version")?.ident()?)
    };
    let failures = failures.unwrap_or_default();
    let body = Attestation {
        verifier,
        passed,
        properties,
        checked,
        failures,
        checkpoint,
    };
    Ok(DocumentBody::Attestation(Box::new(body)))
}

fn read_properties(node: &Node<'_>) -> Result<Vec<String>> {
    let list = node.list(|item| item.ident())?;
    match is_sorted(list.iter().map(String::as_str)) {
        true => Ok(list),
        false => Err(node.fail("the names are sorted, each once")),
    }
}

fn read_point(node: &Node<'_>) -> Result<Point> {
    let all = node.object(&["origin", "root", "size"], &[])?;
    Ok(Point {
        origin: read_origin(&all.need("origin")?)?,
        root: all.need("root")?.hex32()?,
        size: all.need("size")?.int()?,
    })
}

fn read_origin(node: &Node<'_>) -> Result<String> {
    node.parsed("the origin of a log is expected", |text| {
        is_origin_text(text).then(|| text.to_owned())
    })
}

fn read_approval(all: &Fields<'_>) -> Result<DocumentBody> {
    let depth = all.maybe("depth", |node| node.int())?;
    let expires_at = all.need("expires_at")?.time()?;
    let request = all.need("request")?.digest()?;
    let role = all.need("role")?.ident()?;
    let tier = all.maybe("tier", |node| node.word(Tier::parse))?;
    let to = all.maybe("to", |node| node.keyid())?;
    let tools = all.maybe("tools", |node| node.list(|item| item.ident()))?;
    let verdict = all.need("verdict")?.word(ApprovalVerdict::parse)?;
    let delegation = match (to, tools, tier, depth) {
        (Some(to), Some(tools), Some(tier), Some(depth)) => Some(Delegation { to, tools, tier, depth }),
        _ => None,
    };
    let body = Approval {
        request,
        verdict,
        expires_at,
        role,
        delegation,
    };
    Ok(DocumentBody::Approval(Box::new(body)))
}

fn read_revocation_list(all: &Fields<'_>) -> Result<DocumentBody> {
    // An entry that names both or neither breaks a rule of the whole list.
    let entries = all.need("entries")?.list_or_empty(|item| read_revocation(&item))?;
    let next_update = all.need("next_update")?.time()?;
    let number = all.need("number")?.int_from(1)?;
    let prev = all.maybe("prev", |node| node.digest())?;
    let this_update = all.need("this_update")?.time()?;
    let entries: Option<Vec<Revocation>> = entries.into_iter().collect();
    let entries = entries.ok_or_else(|| all.fail("an entry names either a key or a document"))?;
    let list = RevocationList {
        number,
        prev,
        this_update,
        next_update,
        entries,
    };
    Ok(DocumentBody::RevocationList(list))
}

fn read_revocation(node: &Node<'_>) -> Result<Option<Revocation>> {
    let all = node.object(&["reason", "revoked_at"], &["document", "key", "last_valid"])?;
    let document = all.maybe("document", |node| node.digest())?;
    let key = all.maybe("key", |node| node.keyid())?;
    let last_valid = all.maybe("last_valid", |node| {
        let both = node.object(&["origin", "size"], &[])?;
        Ok((read_origin(&both.need("origin")?)?, both.need("size")?.int()?))
    })?;
    let reason = all.need("reason")?.ident()?;
    let revoked_at = all.need("revoked_at")?.time()?;
    let target = match (key, document) {
        (Some(key), None) => Revoked::Key(key),
        (None, Some(document)) => Revoked::Document(document),
        _ => return Ok(None),
    };
    Ok(Some(Revocation {
        target,
        reason,
        revoked_at,
        last_valid,
    }))
}
