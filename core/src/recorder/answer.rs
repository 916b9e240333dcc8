//! The answer to a request for approval: a document of the approver's, and its record.

use super::Recorder;
use super::approve::{LIFE_MS, LONGEST_MS, state_at};
use super::args::members;
use super::open::predicate;
use super::pen::Receipt;
use crate::canon::Value;
use crate::codes::Code;
use crate::digest::{Digest, b64};
use crate::error::{Error, Result};
use crate::host::random;
use crate::key::Signer;
use crate::object;
use crate::record::{ApprovalVerdict, Body, Draft, Kind, Tier, seal_document};
use crate::statement::{DocumentKind, Subject};
use crate::store::{Request, RequestQuery, RequestState};
use crate::time::Timestamp;

const APPROVE: &[&str] = &[
    "key",
    "verdict",
    "expires_at",
    "role",
    "to",
    "tools",
    "tier",
    "depth",
    "text",
    "names",
];

impl Recorder {
    /// `{"approve": REQUEST, "key": PEM or path, "verdict"?: approved|refused|delegated, "expires_at"?, "role"?, "text"?,
    /// "names"?}`, with `delegated` also `"to"`, `"tools"`, `"tier"`, `"depth"`. Answers `{record, document}`.
    pub(super) fn approve(&self, arguments: &Value) -> Result<Value> {
        let core = &self.core;
        let fields = members(arguments, &["approve", "key"], APPROVE)?;
        let digest = fields.need("approve")?.digest()?;
        let key = core.key(fields.need("key")?.text()?)?;
        let verdict = fields
            .maybe("verdict", |it| it.word(ApprovalVerdict::parse))?
            .unwrap_or(ApprovalVerdict::Approved);
        let now = core.host.now();
        let until = |ms: i64| Timestamp::from_millis(now.millis().saturating_add(ms)).unwrap_or(now);
        let expires_at = fields
            .maybe("expires_at", |it| it.time())?
            .unwrap_or_else(|| until(LIFE_MS));
        if expires_at <= now || expires_at > until(LONGEST_MS) {
            let text = "an approval ends later than now and within 24 hours";
            return Err(Error::new(Code::WireBadArgument, text).at("/expires_at"));
        }
        let found = core.ledger.requests(&RequestQuery {
            digest: Some(digest),
            ..Default::default()
        })?;
        let unknown =
            || Error::new(Code::WireBadArgument, "this ledger has no request with this digest").at("/approve");
        let request = found.first().cloned().ok_or_else(unknown)?;
        still_open(&request, now)?;
        let asked = core.ledger.row(request.seq)?.ok_or_else(unknown)?;
        let asked = predicate(&asked.envelope)?;
        let role = fields.maybe("role", |it| it.ident())?.unwrap_or_else(|| {
            asked
                .get("body")
                .and_then(|body| body.get("role"))
                .and_then(Value::as_str)
                .unwrap_or("approver")
                .to_owned()
        });
        let keyid = key.key().keyid();
        let mut told = object! {
            "version": 1,
            "recorded_at": now,
            "key": keyid,
            "nonce": b64(&random::<16>(&*core.host)?),
            "request": digest,
            "verdict": verdict.as_str(),
            "expires_at": expires_at,
            "role": role,
        };
        let delegation = ["to", "tools", "tier", "depth"];
        if verdict == ApprovalVerdict::Delegated {
            let depth = fields.need("depth")?;
            let to = fields.need("to")?.keyid()?;
            let tools = fields.need("tools")?.list(|it| it.ident())?;
            let tier = fields.need("tier")?.word(Tier::parse)?;
            if depth.int_from(1)? > 3 {
                return Err(depth.fail("a delegation is at most 3 deep"));
            }
            told.insert("to", to);
            told.insert("tools", tools.into_iter().map(Value::from).collect::<Vec<_>>());
            told.insert("tier", tier.as_str());
            told.insert("depth", depth.value().clone());
        } else if let Some(name) = delegation.iter().find(|name| fields.get(name).is_some()) {
            return Err(Error::new(
                Code::WireBadArgument,
                format!("`{name}` stands with verdict `delegated` only"),
            )
            .at(format!("/{name}")));
        }
        let subject = [Subject::sha256("request", digest)];
        let document = seal_document(DocumentKind::Approval, &subject, &told, &key)?;
        let content = super::args::content(&fields, &["text", "names"])?;
        let mut draft = Draft::new(Kind::Approval, core.commit(content, Vec::new())?);
        draft.body = Body::Approval {
            verdict,
            request: digest,
            document: Some(document.digest),
        };
        let public = key.key().spki();
        let named = document.digest;
        let receipt = core.write(false, move |pen| {
            let mut request = pen.request(&digest)?.ok_or_else(unknown)?;
            still_open(&request, pen.core.host.now())?;
            let receipt: Receipt = pen.add(&draft)?;
            pen.keep(document.digest, document.envelope.clone());
            pen.keep(Digest::from_bytes(*keyid.as_bytes()), public.clone());
            request.approvals.push(document.digest);
            match verdict {
                ApprovalVerdict::Approved => request.state = RequestState::Approved,
                ApprovalVerdict::Refused => request.state = RequestState::Refused,
                ApprovalVerdict::Delegated => {}
            }
            pen.set_request(request);
            Ok(receipt)
        })?;
        Ok(Value::Object(
            object! { "record": receipt.to_value(), "document": named },
        ))
    }
}

/// Only a request that waits can be answered; one that was granted can still get a second approver's answer.
fn still_open(request: &Request, now: Timestamp) -> Result<()> {
    let state = state_at(request, now.millis());
    if matches!(state, RequestState::Waiting | RequestState::Approved) {
        return Ok(());
    }
    let text = format!("the request is {} and takes no answer", state.as_str());
    Err(Error::new(Code::WireBadArgument, text).at("/approve"))
}
