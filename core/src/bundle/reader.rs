//! The streamed reader: one line at a time, each checked by itself and against the manifest.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};

use super::beside::{EnvelopeLine, read_envelope_line};
use super::manifest_read::{not_first, read_manifest};
use super::material::{Other, read_other};
use super::names::Names;
use super::{ContentForm, DocumentLine, Line, Manifest, Material, RecordLine, Scope};
use crate::canon::fields::{Codes, Node};
use crate::canon::{self, Value};
use crate::codes::Code;
use crate::content;
use crate::digest::Digest;
use crate::document::{Document, DocumentBody};
use crate::error::{Error, Result};
use crate::limits::{self, Limits};
use crate::record::Record;
use crate::statement::{self, DocumentKind};

/// Memory that is kept from line to line, in bytes.
const SPARE: usize = 64 * 1024;

/// Reads a bundle from front to back. What it holds at a time is one line, however long the file is, beside 32 bytes for
/// each material line, of which there are not many.
pub struct Reader<'r> {
    input: Input<'r>,
    scope: Scope,
    index: bool,
    names: Names,
    seen: BTreeSet<Digest>,
    /// Material and document lines, and their bytes.
    material: (u64, u64),
    records: u64,
    values: u64,
    step: u8,
    done: bool,
}

impl<'r> Reader<'r> {
    /// Reads the manifest, line 1, and leaves the reader before line 2.
    ///
    /// # Errors
    /// As [`Reader::manifest`].
    pub fn new(input: &'r mut dyn Read) -> Result<(Manifest, Reader<'r>)> {
        let mut reader = Reader::start(input);
        Ok((reader.manifest()?, reader))
    }

    /// A reader before line 1: [`Reader::manifest`] comes next, then the lines.
    pub fn start(input: &'r mut dyn Read) -> Reader<'r> {
        Reader {
            input: Input {
                bytes: BufReader::new(input),
                line: 0,
                read: 0,
                spare: Vec::new(),
            },
            scope: Scope::Chain(Vec::new()),
            index: false,
            names: Names::default(),
            seen: BTreeSet::new(),
            material: (0, 0),
            records: 0,
            values: 0,
            step: 1,
            done: false,
        }
    }

    /// Reads the manifest, line 1.
    ///
    /// # Errors
    /// Those of steps 1 and 2 of verifying (docs/spec/09-verifying.md) with the line number and the JSON Pointer in the
    /// line; inside a payload the pointer begins with `/payload`. `store.io` if the input cannot be read.
    pub fn manifest(&mut self) -> Result<Manifest> {
        let manifest = self.first();
        self.done = manifest.is_err();
        manifest.map_err(|error| on_line(error, 1))
    }

    /// How many values the content had that was read.
    #[must_use]
    pub fn values_read(&self) -> u64 {
        self.values
    }

    /// How many bytes were read.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.input.read
    }

    /// The step of verifying, 1 to 3, in which the last error arose.
    #[must_use]
    pub fn step(&self) -> u8 {
        self.step
    }

    fn first(&mut self) -> Result<Manifest> {
        let Some(bytes) = self.input.line()? else {
            return Err(Error::new(Code::CanonEmpty, "there is no bundle here: the input is empty").at(""));
        };
        let magic: [&[u8]; 3] = [b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd"];
        if magic.iter().any(|magic| bytes.starts_with(magic)) {
            return Err(malformed("a bundle is not compressed").hint("Unpack the file and read what is in it."));
        }
        let line = canon::parse(&bytes, &Limits::LINE)?;
        self.step = 2;
        if line.get("payload").is_none() {
            return Err(not_first());
        }
        let line = read_envelope_line(line, bytes.len(), Codes::BUNDLE)?;
        let payload = line.envelope.payload_value("/payload")?;
        let manifest = read_manifest(line, &payload)?;
        self.names.read(&manifest.envelope, &payload);
        self.scope = manifest.scope.clone();
        self.index = manifest.index;
        Ok(manifest)
    }

    fn read_next(&mut self) -> Result<Option<(u64, Line)>> {
        loop {
            self.step = 1;
            let Some(bytes) = self.input.line()? else {
                return Ok(None);
            };
            let before = self.records == 0;
            if before && !self.seen.insert(Digest::of(&bytes)) {
                self.step = 3;
                self.count_material(bytes.len())?;
                continue;
            }
            let line = self.read_line(&bytes)?;
            let length = bytes.len();
            self.input.give_back(bytes);
            match &line {
                Line::Record(_) | Line::Withheld(_) if before => {
                    self.names.records_begin();
                    self.seen = BTreeSet::new();
                    self.records = 1;
                }
                Line::Record(_) | Line::Withheld(_) => self.records = self.records.saturating_add(1),
                _ if !before => return Err(malformed("material and documents come before the records")),
                _ => self.count_material(length)?,
            }
            if self.records > limits::BUNDLE_RECORDS {
                return Err(too_large("a bundle has more than 1,000,000 records"));
            }
            return Ok(Some((self.input.line, line)));
        }
    }

    /// One more line before the records. They are kept until the last line was read, records are not.
    fn count_material(&mut self, bytes: usize) -> Result<()> {
        let (lines, total) = self.material;
        let total = total.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        self.material = (lines.saturating_add(1), total);
        if self.material.0 > limits::BUNDLE_MATERIAL || total > limits::BUNDLE_MATERIAL_BYTES {
            return Err(too_large(
                "what stands before the records is more than 100,000 lines or 32 MiB",
            ));
        }
        Ok(())
    }

    fn read_line(&mut self, bytes: &[u8]) -> Result<Line> {
        let line = canon::parse(bytes, &Limits::LINE)?;
        self.step = 3;
        if line.get("payload").is_some() {
            return self.read_envelope(line, bytes.len());
        }
        if line.get("execert").is_none() {
            return Err(malformed("a line is an envelope or has the member `execert`"));
        }
        let mut payload = None;
        match read_other(&line, &self.scope, &mut payload)? {
            Other::Withheld(withheld) => Ok(Line::Withheld(withheld)),
            Other::Material(material) => {
                let number = self.input.line;
                match (&material, &payload) {
                    (Material::Key(key), _) => self.names.wait(*key.keyid().as_bytes(), number, "/spki"),
                    (Material::Artefact(data), _) => {
                        self.names.wait(*Digest::of(data).as_bytes(), number, "/data");
                    }
                    (Material::Basis(basis), Some(payload)) => self.names.read(&basis.envelope, payload),
                    _ => {}
                }
                Ok(Line::Material(material))
            }
        }
    }

    fn read_envelope(&mut self, line: Value, bytes: usize) -> Result<Line> {
        let line = read_envelope_line(line, bytes, Codes::RECORD)?;
        let payload = line.envelope.payload_value("/payload")?;
        let read = match document_kind(&payload)? {
            DocumentKind::Record => Line::Record(Box::new(record_line(line, &payload)?)),
            DocumentKind::Bundle => return Err(malformed("a bundle has one manifest, on line 1")),
            kind => Line::Document(Box::new(document_line(line, kind, &payload)?)),
        };
        let (envelope, content, index) = match &read {
            Line::Record(line) => (&line.envelope, &line.content, line.index.is_some()),
            Line::Document(line) => (&line.envelope, &line.content, line.index.is_some()),
            _ => return Ok(read),
        };
        if let ContentForm::Whole { content, .. } | ContentForm::Redacted { content, .. } = content {
            if index != self.index {
                let text = "every line with content has an index or none has, as the manifest says";
                return Err(malformed(text).at("/index"));
            }
            self.values = self.values.saturating_add(content::values(content));
            if self.values > limits::BUNDLE_VALUES {
                let text = "the content of a bundle holds more than 50,000,000 values";
                return Err(Error::new(Code::BundleTooMany, text).at(""));
            }
        }
        self.names.read(envelope, &payload);
        Ok(read)
    }
}

impl Iterator for Reader<'_> {
    /// Line number from 1, and the line. After an error nothing comes any more.
    type Item = Result<(u64, Line)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.read_next();
        self.done = !matches!(next, Ok(Some(_)));
        match next {
            Ok(Some(line)) => Some(Ok(line)),
            Ok(None) => {
                self.step = 3;
                let (line, member) = self.names.unnamed()?;
                Some(Err(on_line(
                    malformed("nothing in the bundle names this").at(member),
                    line,
                )))
            }
            Err(error) => Some(Err(on_line(error, self.input.line))),
        }
    }
}

impl RecordLine {
    /// Reads a record that stands alone, as in a `.execert-record` file.
    ///
    /// # Errors
    /// Those of one line of a bundle, with the JSON Pointer; inside the payload it begins with `/payload`.
    pub fn parse(bytes: &[u8]) -> Result<RecordLine> {
        if bytes.len() > limits::LINE_BYTES {
            return Err(too_large("a record is larger than 24 MiB"));
        }
        let line = canon::parse(bytes, &Limits::LINE)?;
        if line.get("payload").is_none() {
            return Err(malformed("a record is an envelope with the member `payload`"));
        }
        let line = read_envelope_line(line, bytes.len(), Codes::RECORD)?;
        let payload = line.envelope.payload_value("/payload")?;
        match document_kind(&payload)? {
            DocumentKind::Record => record_line(line, &payload),
            _ => Err(malformed("this is another document, not a record")),
        }
    }
}

fn document_kind(payload: &Value) -> Result<DocumentKind> {
    statement::kind_of(&Node::root(payload, "/payload", Codes::RECORD))
}

fn record_line(line: EnvelopeLine, payload: &Value) -> Result<RecordLine> {
    let record = Record::read(&Node::root(payload, "/payload", Codes::RECORD))?;
    let EnvelopeLine {
        envelope,
        content,
        index,
        ..
    } = line;
    Ok(RecordLine {
        digest: envelope.digest(),
        envelope,
        record,
        content,
        index,
    })
}

fn document_line(line: EnvelopeLine, kind: DocumentKind, payload: &Value) -> Result<DocumentLine> {
    let document = Document::read(kind, &Node::root(payload, "/payload", Codes::RECORD))?;
    if !line.alone && !matches!(document.body, DocumentBody::Plan(_)) {
        return Err(Error::new(Code::RecordMalformed, "a document of this kind has no content").at(""));
    }
    let EnvelopeLine {
        envelope,
        content,
        index,
        ..
    } = line;
    Ok(DocumentLine {
        digest: envelope.digest(),
        envelope,
        document,
        content,
        index,
    })
}

fn malformed(text: &str) -> Error {
    Error::new(Code::BundleMalformed, text).at("")
}

fn too_large(text: &str) -> Error {
    Error::new(Code::BundleTooLarge, text).at("")
}

/// Puts an error on its line of the file; the column is the reader's, where it has one.
fn on_line(error: Error, line: u64) -> Error {
    let column = error.line().map_or(1, |(_, column)| column);
    error.on_line(line, column)
}

/// The lines of the input, one at a time.
struct Input<'r> {
    bytes: BufReader<&'r mut dyn Read>,
    line: u64,
    read: u64,
    /// The memory of a line that was read, for the next one.
    spare: Vec<u8>,
}

impl Input<'_> {
    fn give_back(&mut self, mut bytes: Vec<u8>) {
        if bytes.capacity() <= SPARE {
            bytes.clear();
            self.spare = bytes;
        }
    }

    /// The next line without its LF; `None` at the end. A line of white space only is refused.
    fn line(&mut self) -> Result<Option<Vec<u8>>> {
        let most = u64::try_from(limits::LINE_BYTES).unwrap_or(u64::MAX).saturating_add(2);
        let mut bytes = core::mem::take(&mut self.spare);
        let read = self.bytes.by_ref().take(most).read_until(b'\n', &mut bytes);
        self.line = self.line.saturating_add(1);
        let read = read.map_err(|error| {
            Error::new(Code::StoreIo, format!("the bundle cannot be read: {}", error.kind())).at("")
        })?;
        if read == 0 {
            return Ok(None);
        }
        self.read = self.read.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        if bytes.len() > limits::LINE_BYTES {
            return Err(too_large("a line of a bundle is larger than 24 MiB"));
        }
        if self.read > limits::BUNDLE_BYTES {
            return Err(too_large("a bundle is larger than 2 GiB"));
        }
        if bytes.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
            return Err(malformed("a line of a bundle is empty"));
        }
        Ok(Some(bytes))
    }
}
