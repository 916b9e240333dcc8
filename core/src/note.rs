//! C2SP signed notes: a text, an empty line, signature lines (<https://c2sp.org/signed-note>).
//!
//! ```text
//! log.example/0197b8c2-…
//! 6
//! dXWI86PY5acDZct3A7mkgd8Z0nGA/3fNifQ6KSG71w8=
//!
//! — log.example/0197b8c2-… +ScvrV4o…
//! — north.example/w1 Ha+O4QAAAABpqssg…
//! ```
//!
//! A line is `— NAME b64(id[4] ‖ body)`. Two kinds of line are known here: the log's own signature (type 0x01) and
//! the timestamped cosignature of a witness (type 0x04, <https://c2sp.org/tlog-cosignature>). All others are kept, never read.

use core::fmt;

use crate::codes::Code;
use crate::digest::{Digest, b64, unb64};
use crate::error::{Error, Result};
use crate::key::{PublicKey, Signer};
use crate::limits::NOTE_SIGNATURES;

const DASH: &str = "— ";
const COSIGNATURE: &str = "cosignature/v1\n";

/// A signed note as it was read: the text with its final newline, and the signature lines in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    lines: Vec<Line>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// Key name.
    pub name: String,
    /// First four bytes of H(name ‖ LF ‖ type ‖ public key): a label, not a proof.
    pub id: [u8; 4],
    /// What follows the id: for a log 64 bytes, for a witness 8 of time and 64 of signature.
    pub body: Vec<u8>,
}

/// What a note holds of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signed {
    /// No line with this name and id.
    Absent,
    /// A line with this name and id that does not verify: the note is not to be believed.
    Bad,
    /// Every such line verifies. The times of the cosignatures in seconds since 1970; for a log key one 0.
    Good(Vec<u64>),
}

impl Note {
    /// Reads a note. Refused: control characters other than LF, no empty line, no signature line, a line of another
    /// shape (`bundle.malformed`), more than 64 signature lines (`bundle.too_many`).
    pub fn parse(note: &str) -> Result<Note> {
        if note.bytes().any(|b| b < 0x20 && b != b'\n') {
            return Err(malformed("a note holds no control characters but line feeds"));
        }
        let (text, rest) = note
            .rsplit_once("\n\n")
            .ok_or_else(|| malformed("a note has an empty line before its signatures"))?;
        let rest = rest
            .strip_suffix('\n')
            .ok_or_else(|| malformed("every signature line ends with a line feed"))?;
        if rest.split('\n').nth(NOTE_SIGNATURES).is_some() {
            return Err(Error::new(Code::BundleTooMany, "a note has at most 64 signature lines").at("/note"));
        }
        let lines = rest.split('\n').map(Line::parse).collect::<Result<Vec<Line>>>()?;
        Ok(Note {
            text: format!("{text}\n"),
            lines,
        })
    }

    /// A note without signatures yet; `text` ends with LF.
    #[must_use]
    pub fn unsigned(text: String) -> Note {
        Note {
            text,
            lines: Vec::new(),
        }
    }

    /// The signed text, final newline included.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in order.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Keeps only the lines of these names, for whoever holds many notes.
    pub(crate) fn keep(&mut self, wanted: impl Fn(&str) -> bool) {
        self.lines.retain(|line| wanted(&line.name));
        self.lines.shrink_to_fit();
    }

    /// Adds a line.
    pub fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// What this note holds of `key`.
    #[must_use]
    pub fn check(&self, key: &Vkey) -> Signed {
        let mut times = Vec::new();
        for line in self.lines.iter().filter(|l| l.id == key.id && l.name == key.name) {
            match key.verify(&self.text, &line.body) {
                Some(time) => times.push(time),
                None => return Signed::Bad,
            }
        }
        if times.is_empty() {
            Signed::Absent
        } else {
            Signed::Good(times)
        }
    }

    /// Signs as the log called `name` (type 0x01: Ed25519 over the text).
    pub fn sign(&mut self, name: &str, signer: &dyn Signer) -> Result<()> {
        let body = signer.sign(self.text.as_bytes())?.to_vec();
        self.lines.push(Line {
            name: name.to_owned(),
            id: id(name, Kind::Log, signer.key()),
            body,
        });
        Ok(())
    }

    /// Cosigns as the witness called `name` at `time` seconds since 1970 (type 0x04).
    pub fn cosign(&mut self, name: &str, time: u64, signer: &dyn Signer) -> Result<()> {
        let mut body = time.to_be_bytes().to_vec();
        body.extend_from_slice(&signer.sign(&cosigned(&self.text, time))?);
        self.lines.push(Line {
            name: name.to_owned(),
            id: id(name, Kind::Witness, signer.key()),
            body,
        });
        Ok(())
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Line {
    fn parse(line: &str) -> Result<Line> {
        let (name, signature) = line
            .strip_prefix(DASH)
            .and_then(|l| l.split_once(' '))
            .ok_or_else(|| malformed("a signature line is an em dash, a name and base64"))?;
        if !is_name(name) {
            return Err(malformed(
                "the name in a signature line is empty or holds a space or plus",
            ));
        }
        let bytes = unb64(signature).ok_or_else(|| malformed("a signature line holds wrong base64"))?;
        match bytes.split_first_chunk::<4>() {
            Some((id, body)) if !body.is_empty() => Ok(Line {
                name: name.to_owned(),
                id: *id,
                body: body.to_vec(),
            }),
            _ => Err(malformed("a signature line holds at least five bytes")),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{DASH}{} {}",
            self.name,
            b64(&[&self.id, self.body.as_slice()].concat())
        )
    }
}

/// What a key signs in notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// The log itself, type 0x01.
    Log,
    /// A witness, type 0x04: a cosignature with its time.
    Witness,
}

impl Kind {
    fn byte(self) -> u8 {
        match self {
            Kind::Log => 1,
            Kind::Witness => 4,
        }
    }
}

/// A verifier key: `NAME+hex(id)+b64(type ‖ public key)`.
#[derive(Clone, Debug)]
pub struct Vkey {
    name: String,
    kind: Kind,
    key: PublicKey,
    id: [u8; 4],
}

impl Vkey {
    /// The key of a log (`name` is its origin) or of a witness.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: Kind, key: PublicKey) -> Vkey {
        let name = name.into();
        let id = id(&name, kind, &key);
        Vkey { name, kind, key, id }
    }

    /// Reads the text form. Refused: another type than 0x01 and 0x04, an id that is not the key's (`key.malformed`),
    /// a small-order key (`key.weak`).
    pub fn parse(text: &str) -> Result<Vkey> {
        let bad = |what: &str| Error::new(Code::KeyMalformed, what);
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hex), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad("a verifier key is NAME+ID+KEY"));
        };
        if !is_name(name) {
            return Err(bad("the name in a verifier key is empty or holds a space"));
        }
        let bytes = unb64(key).ok_or_else(|| bad("the key in a verifier key is not base64"))?;
        let (kind, raw) = match bytes.split_first() {
            Some((1, raw)) => (Kind::Log, raw),
            Some((4, raw)) => (Kind::Witness, raw),
            _ => return Err(bad("a verifier key is of type 1 (log) or 4 (witness)")),
        };
        let raw = <[u8; 32]>::try_from(raw).map_err(|_| bad("an Ed25519 key has 32 bytes"))?;
        let key = PublicKey::from_raw(raw)?;
        if key.is_weak() {
            return Err(Error::new(
                Code::KeyWeak,
                "a verifier key of small order signs everything",
            ));
        }
        let vkey = Vkey::new(name, kind, key);
        if hex != vkey.id_hex() {
            return Err(bad("the id in a verifier key is not the id of its key"));
        }
        Ok(vkey)
    }

    /// Key name: of a log its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Log or witness.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The Ed25519 key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    fn id_hex(&self) -> String {
        format!("{:08x}", u32::from_be_bytes(self.id))
    }

    /// The time of the cosignature (0 for a log), if `body` signs `text`.
    fn verify(&self, text: &str, body: &[u8]) -> Option<u64> {
        match self.kind {
            Kind::Log => self.key.verify(text.as_bytes(), body).then_some(0),
            Kind::Witness => {
                let (time, signature) = body.split_first_chunk::<8>()?;
                let time = u64::from_be_bytes(*time);
                let sane = i64::try_from(time).is_ok();
                (sane && self.key.verify(&cosigned(text, time), signature)).then_some(time)
            }
        }
    }
}

impl fmt::Display for Vkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.kind.byte()][..], &self.key.raw()].concat();
        write!(f, "{}+{}+{}", self.name, self.id_hex(), b64(&key))
    }
}

/// A key name is not empty and holds no space and no plus.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+')
}

fn id(name: &str, kind: Kind, key: &PublicKey) -> [u8; 4] {
    let digest = Digest::of(&[name.as_bytes(), &[b'\n', kind.byte()], &key.raw()].concat());
    let [a, b, c, d, ..] = *digest.as_bytes();
    [a, b, c, d]
}

fn cosigned(text: &str, time: u64) -> Vec<u8> {
    format!("{COSIGNATURE}time {time}\n{text}").into_bytes()
}

fn malformed(message: &str) -> Error {
    Error::new(Code::BundleMalformed, message).at("/note")
}
