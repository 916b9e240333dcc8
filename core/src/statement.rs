//! in-toto Statements v1: what a payload says it is about, and the kinds of document of the format (docs/spec/02-envelope.md).

use crate::canon::fields::{Fields, Node};
use crate::canon::{Hex, Jcs, members};
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::words::words;

/// `_type` of every statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

words! {
    /// The documents of the format, by `predicateType`.
    DocumentKind {
        /// A record of a chain.
        Record = "https://execert.dev/record/v1",
        /// The manifest of a bundle.
        Bundle = "https://execert.dev/bundle/v1",
        /// A plan that holds.
        PlanCertificate = "https://execert.dev/plan-certificate/v1",
        /// A plan that does not.
        PlanRefusal = "https://execert.dev/plan-refusal/v1",
        /// What the runs under a certificate came to.
        Profile = "https://execert.dev/profile/v1",
        /// Somebody checked a bundle or record.
        Attestation = "https://execert.dev/attestation/v1",
        /// The answer of an approver.
        Approval = "https://execert.dev/approval/v1",
        /// A tool signs a value.
        Countersign = "https://execert.dev/countersign/v1",
        /// Keys and documents that are revoked.
        RevocationList = "https://execert.dev/revocation-list/v1",
    }
}

/// A name and a digest: what a document is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The name.
    pub name: String,
    /// The digest.
    pub digest: SubjectDigest,
}

/// The two digests that a subject may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubjectDigest {
    /// Under `sha256`.
    Sha256(Digest),
    /// Under `execert-content-v1`: the salted root of content.
    Content([u8; 32]),
}

impl Subject {
    /// The subject of a statement with content: the salted root, never a digest of plaintext.
    #[must_use]
    pub fn content(root: [u8; 32]) -> Subject {
        Subject {
            name: "content".to_owned(),
            digest: SubjectDigest::Content(root),
        }
    }

    /// A subject with a SHA-256 digest.
    #[must_use]
    pub fn sha256(name: &str, digest: Digest) -> Subject {
        Subject {
            name: name.to_owned(),
            digest: SubjectDigest::Sha256(digest),
        }
    }
}

impl Jcs for Subject {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        members(out, |it| {
            it.object("digest", |it| match &self.digest {
                SubjectDigest::Sha256(digest) => it.put("sha256", Hex(digest.as_bytes())),
                SubjectDigest::Content(root) => it.put("execert-content-v1", Hex(root)),
            });
            it.put("name", self.name.as_str());
        });
    }
}

/// Writes a statement, as it is in a payload; `predicate` writes that member.
pub(crate) fn statement(
    kind: DocumentKind,
    subject: &[Subject],
    predicate: impl FnOnce(&mut Vec<u8>),
    out: &mut Vec<u8>,
) {
    members(out, |it| {
        it.put("_type", STATEMENT_TYPE);
        it.with("predicate", predicate);
        it.put("predicateType", kind.as_str());
        it.put("subject", subject);
    });
}

/// The members of every statement.
const MEMBERS: [&str; 4] = ["_type", "predicate", "predicateType", "subject"];

/// What kind of document a payload is; everything that names a version is checked first.
///
/// # Errors
/// `record.version_unknown` for another `_type`, `predicateType` or `version`. If it does not say what it is, what is wrong
/// with the names of its members: `record.unknown_member`, else `record.malformed`.
pub(crate) fn kind_of(payload: &Node<'_>) -> Result<DocumentKind> {
    let fields = payload.any_object()?;
    if let Some(node) = fields
        .get("_type")
        .filter(|node| node.value().as_str() != Some(STATEMENT_TYPE))
    {
        return Err(version_unknown(&node));
    }
    let kind = match fields.get("predicateType") {
        Some(node) => {
            let kind = node.value().as_str().and_then(DocumentKind::parse);
            Some(kind.ok_or_else(|| version_unknown(&node))?)
        }
        None => None,
    };
    if let Some(predicate) = fields.get("predicate") {
        let version = predicate.any_object().ok();
        let version = version.as_ref().and_then(|fields| fields.get("version"));
        if let Some(node) = version.filter(|node| node.value().as_int().is_some_and(|number| number != 1)) {
            return Err(version_unknown(&node));
        }
    }
    kind.ok_or_else(|| {
        let wrong = parts(payload).err();
        wrong.unwrap_or_else(|| payload.fail("the member `predicateType` is missing"))
    })
}

fn version_unknown(node: &Node<'_>) -> Error {
    Error::new(Code::RecordVersionUnknown, "this version of the format is not known").at(node.path())
}

/// The members of a statement whose kind is known.
///
/// # Errors
/// Unknown and missing members, with the codes of `payload`.
pub(crate) fn parts<'a>(payload: &Node<'a>) -> Result<Fields<'a>> {
    payload.whole(&MEMBERS, &[])
}

/// The subjects. The first has either digest and has to be one that `fits`; all others have `sha256`.
///
/// # Errors
/// Malformed ones; an empty list; a first one that does not fit, path `/subject/0`.
pub(crate) fn read_subjects(statement: &Fields<'_>, fits: impl Fn(&Subject) -> bool) -> Result<Vec<Subject>> {
    let mut first = true;
    statement.need("subject")?.list(|item| {
        let first = core::mem::take(&mut first);
        let fields = item.object(&["digest", "name"], &[])?;
        let digest = fields.need("digest")?;
        let digest = match first {
            true => digest.object(&[], &["execert-content-v1", "sha256"])?,
            false => digest.object(&["sha256"], &[])?,
        };
        let content = digest.maybe("execert-content-v1", |node| node.hex32())?;
        let sha256 = digest.maybe("sha256", |node| node.hex32())?;
        let name = fields.need("name")?.ident()?;
        let digest = match (content, sha256) {
            (Some(root), None) => Some(SubjectDigest::Content(root)),
            (None, Some(digest)) => Some(SubjectDigest::Sha256(Digest::from_bytes(digest))),
            _ => None,
        };
        let subject = digest.map(|digest| Subject { name, digest });
        let subject = subject.filter(|subject| !first || fits(subject));
        subject.ok_or_else(|| item.fail("the subject is not what this document is about"))
    })
}
