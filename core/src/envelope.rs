//! DSSE v1.0.2 envelopes: a payload and who signed it (docs/spec/02-envelope.md).

use crate::canon::fields::{Codes, Fields, Node};
use crate::canon::{self, B64, Jcs, Members, Value, members, parse_canonical};
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::key::KeyId;
use crate::limits::{self, Limits};

/// The only `payloadType` there is.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// A payload with its signatures. The digest is that of the payload alone, so that a further signature changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The signed bytes: canonical JSON of a statement.
    pub payload: Vec<u8>,
    /// Key and signature, as many bytes as were given; nothing is checked here.
    pub signatures: Vec<(KeyId, Vec<u8>)>,
}

impl Envelope {
    /// H(payload), the digest of the document.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.payload)
    }

    /// The bytes that are signed: DSSE's pre-authentication encoding of the payload.
    #[must_use]
    pub fn pae(&self) -> Vec<u8> {
        pae(&self.payload)
    }

    /// The signature by a key, if there is one.
    #[must_use]
    pub fn signature_by(&self, key: &KeyId) -> Option<&[u8]> {
        self.signatures
            .iter()
            .find(|(id, _)| id == key)
            .map(|(_, sig)| sig.as_slice())
    }
}

/// DSSE's pre-authentication encoding: `DSSEv1 28 application/vnd.in-toto+json LENGTH PAYLOAD`.
#[must_use]
pub fn pae(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

impl Envelope {
    /// Reads the members of an envelope out of an object that may hold others.
    ///
    /// The caller has checked `payloadType` and the names. Only the form is checked: base64, key ids, how many.
    ///
    /// # Errors
    /// Those of `fields`; `record.*` inside `signatures`; `record.too_large`; `bundle.too_many` for more than 16
    /// signatures.
    pub(crate) fn read(fields: &Fields<'_>) -> Result<Envelope> {
        let node = fields.need("payload")?;
        let payload = node.b64()?;
        if payload.len() > limits::PAYLOAD_BYTES {
            return Err(Error::new(Code::RecordTooLarge, "a payload is larger than 512 KiB").at(node.path()));
        }
        let signatures = read_signatures(&fields.need("signatures")?)?;
        Ok(Envelope { payload, signatures })
    }

    /// The canonical JSON value of the payload, with paths below `prefix`.
    ///
    /// # Errors
    /// The `canon.*` codes.
    pub(crate) fn payload_value(&self, prefix: &str) -> Result<Value> {
        parse_canonical(&self.payload, &Limits::PAYLOAD).map_err(|error| {
            let path = format!("{prefix}{}", error.path().unwrap_or_default());
            // Line and column count in the payload, not in the file: they would mislead.
            error.at(path).on_line(1, 1)
        })
    }

    /// Parses an envelope that stands alone, without anything beside it.
    ///
    /// # Errors
    /// The `canon.*` codes and those of [`Envelope::from_value`].
    pub fn parse(bytes: &[u8]) -> Result<Envelope> {
        Envelope::from_value(&canon::parse(bytes, &Limits::LINE)?)
    }

    /// Reads an envelope that stands in another document, as in the lists of a trust. The payload is not read.
    ///
    /// # Errors
    /// `record.version_unknown`, `record.unknown_member`, `record.malformed`, `record.too_large`, `bundle.too_many`.
    pub fn from_value(value: &Value) -> Result<Envelope> {
        let node = Node::root(value, "", Codes::RECORD);
        check_type(&node)?;
        Envelope::read(&node.object(MEMBERS, &[])?)
    }

    /// Writes its members; none of them comes before `open` or after `seed`.
    pub(crate) fn members(&self, it: &mut Members<'_>, between: impl FnOnce(&mut Members<'_>)) {
        it.put("payload", B64(&self.payload));
        it.put("payloadType", PAYLOAD_TYPE);
        between(it);
        let signatures: Vec<_> = self.signatures.iter().map(Signature).collect();
        it.put("signatures", signatures.as_slice());
    }
}

impl Jcs for Envelope {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        members(out, |it| self.members(it, |_| {}));
    }
}

struct Signature<'a>(&'a (KeyId, Vec<u8>));

impl Jcs for Signature<'_> {
    fn write_jcs(&self, out: &mut Vec<u8>) {
        let (keyid, signature) = self.0;
        members(out, |it| {
            it.put("keyid", *keyid);
            it.put("sig", B64(signature));
        });
    }
}

/// The members of an envelope.
pub(crate) const MEMBERS: &[&str] = &["payload", "payloadType", "signatures"];

/// Refuses a `payloadType` other than [`PAYLOAD_TYPE`]; a missing one is left to the names.
///
/// # Errors
/// `record.version_unknown`
pub(crate) fn check_type(node: &Node<'_>) -> Result<()> {
    let Some(fields) = node.any_object().ok() else {
        return Ok(());
    };
    match fields.get("payloadType") {
        Some(kind) if kind.value().as_str() != Some(PAYLOAD_TYPE) => {
            Err(Error::new(Code::RecordVersionUnknown, "this payloadType is not known").at(kind.path()))
        }
        _ => Ok(()),
    }
}

fn read_signatures(node: &Node<'_>) -> Result<Vec<(KeyId, Vec<u8>)>> {
    if node
        .value()
        .as_array()
        .is_some_and(|list| list.len() > limits::SIGNATURES)
    {
        return Err(Error::new(Code::BundleTooMany, "an envelope has more than 16 signatures").at(node.path()));
    }
    let mut keys: Vec<KeyId> = Vec::new();
    node.list_or_empty(|item| {
        let fields = item.with_codes(Codes::RECORD).whole(&["keyid", "sig"], &[])?;
        let key = fields.need("keyid")?;
        let keyid = key.keyid()?;
        if keys.contains(&keyid) {
            return Err(key.fail("a key has signed twice"));
        }
        keys.push(keyid);
        Ok((keyid, fields.need("sig")?.b64()?))
    })
}
