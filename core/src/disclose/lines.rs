//! A bundle as lines that can be changed one at a time; what is not changed stays as it is.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};

use crate::bundle::withheld_line;
use crate::canon::{Object, Value, parse, to_jcs};
use crate::codes::Code;
use crate::content::{Form, Open};
use crate::digest::{Digest, b64, unb64};
use crate::error::{Error, Result};
use crate::id::Uuid;
use crate::limits::{self, Limits};

/// Which record of a bundle: by seq, by run and `run.seq`, or all of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    chain: Option<Uuid>,
    seq: Option<u64>,
    run: Option<(Uuid, u64)>,
}

impl Place {
    /// Reads `{"chain" o, "seq" o, "run" {"id","seq"} o}`; `more` are members that belong to someone else.
    pub(super) fn parse(value: &Value, more: &[&str]) -> Option<Self> {
        let object = value.as_object()?;
        let known = |name: &str| ["chain", "seq", "run"].contains(&name) || more.contains(&name);
        if !object.iter().all(|(name, _)| known(name)) {
            return None;
        }
        let chain = match object.get("chain") {
            Some(chain) => Some(Uuid::parse(chain.as_str()?)?),
            None => None,
        };
        let seq = match object.get("seq") {
            Some(seq) => Some(seq.as_int()?),
            None => None,
        };
        let run = match object.get("run") {
            Some(run) => Some(run_of(run)?),
            None => None,
        };
        (seq.is_none() || run.is_none()).then_some(Place { chain, seq, run })
    }

    pub(super) fn is_all(&self) -> bool {
        self.seq.is_none() && self.run.is_none()
    }

    fn fits(&self, line: &Line) -> bool {
        self.chain.is_none_or(|chain| chain == line.chain)
            && self.seq.is_none_or(|seq| line.seq == Some(seq))
            && self.run.is_none_or(|run| line.run == Some(run))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.seq, self.run) {
            (Some(seq), _) => write!(f, "record {seq}"),
            (_, Some((id, seq))) => write!(f, "record {seq} of run {id}"),
            _ => f.write_str("any record"),
        }
    }
}

fn run_of(value: &Value) -> Option<(Uuid, u64)> {
    Some((Uuid::parse(value.get("id")?.as_str()?)?, value.get("seq")?.as_int()?))
}

/// A record line, or the line of a record that was withheld.
pub(super) struct Line {
    pub(super) chain: Uuid,
    pub(super) seq: Option<u64>,
    pub(super) run: Option<(Uuid, u64)>,
    pub(super) digest: Digest,
    /// The members of the envelope; none for a withheld record.
    pub(super) envelope: Option<Object>,
    pub(super) content: Option<(Value, Form)>,
    pub(super) index: Option<Value>,
    pub(super) changed: bool,
}

enum Kept {
    /// Manifest, material, documents: as they are.
    Other(Vec<u8>),
    Record(Box<Line>, Vec<u8>),
}

/// A whole bundle in memory.
pub(super) struct File {
    lines: Vec<Kept>,
    scope_runs: bool,
    chains: usize,
}

impl File {
    pub(super) fn read(bundle: &mut dyn Read) -> Result<Self> {
        let mut reader = BufReader::new(bundle);
        let mut file = File {
            lines: Vec::new(),
            scope_runs: false,
            chains: 0,
        };
        loop {
            let number = u64::try_from(file.lines.len()).unwrap_or(u64::MAX).saturating_add(1);
            let mut bytes = Vec::new();
            let limit = u64::try_from(limits::LINE_BYTES).unwrap_or(u64::MAX).saturating_add(2);
            let read = (&mut reader).take(limit).read_until(b'\n', &mut bytes);
            read.map_err(|_| Error::new(Code::StoreIo, "the bundle could not be read"))?;
            if bytes.is_empty() {
                break;
            }
            if bytes.last() == Some(&b'\n') {
                bytes.pop();
            }
            let kept = file.line(bytes).map_err(|error| match error.line() {
                Some((_, column)) => error.on_line(number, column),
                None => error.on_line(number, 1),
            })?;
            file.lines.push(kept);
        }
        if file.lines.is_empty() {
            return Err(Error::new(Code::CanonEmpty, "the bundle is empty"));
        }
        Ok(file)
    }

    fn line(&mut self, bytes: Vec<u8>) -> Result<Kept> {
        let malformed = || Error::new(Code::BundleMalformed, "this is not a line of a bundle").at("");
        let value = parse(&bytes, &Limits::LINE)?;
        let object = value.as_object().ok_or_else(malformed)?;
        if self.lines.is_empty() {
            let manifest = payload(object).ok_or_else(malformed)?;
            let predicate = manifest.get("predicate").ok_or_else(malformed)?;
            self.scope_runs = predicate.get("scope").and_then(Value::as_str) == Some("runs");
            self.chains = predicate
                .get("chains")
                .and_then(Value::as_array)
                .map_or(0, <[Value]>::len);
            return Ok(Kept::Other(bytes));
        }
        if object.get("execert").and_then(Value::as_str) == Some("withheld/1") {
            let text = |name: &str| object.get(name).and_then(Value::as_str);
            let line = Line {
                chain: text("chain").and_then(Uuid::parse).ok_or_else(malformed)?,
                seq: object.get("seq").and_then(Value::as_int),
                run: object.get("run").and_then(run_of),
                digest: text("digest").and_then(Digest::parse).ok_or_else(malformed)?,
                envelope: None,
                content: None,
                index: None,
                changed: false,
            };
            return Ok(Kept::Record(Box::new(line), bytes));
        }
        let Some(statement) = payload(object) else {
            return Ok(Kept::Other(bytes));
        };
        let record = statement.get("predicateType").and_then(Value::as_str) == Some("https://execert.dev/record/v1");
        if !record {
            return Ok(Kept::Other(bytes));
        }
        let predicate = statement.get("predicate").ok_or_else(malformed)?;
        let mut envelope = object.clone();
        let mut take = |name: &str| envelope.remove(name);
        let (content, seed, open, index) = (take("content"), take("seed"), take("open"), take("index"));
        let content = match (content, seed, open) {
            (Some(content), Some(seed), None) => {
                let seed = seed.as_str().and_then(unb64).and_then(|bytes| bytes.try_into().ok());
                Some((content, Form::Whole(seed.ok_or_else(malformed)?)))
            }
            (Some(content), None, Some(open)) => {
                Some((content, Form::Redacted(Open::parse(&open).ok_or_else(malformed)?)))
            }
            (None, None, None) => None,
            _ => return Err(malformed()),
        };
        let line = Line {
            chain: predicate
                .pointer("/chain/id")
                .and_then(Value::as_str)
                .and_then(Uuid::parse)
                .ok_or_else(malformed)?,
            seq: Some(
                predicate
                    .pointer("/chain/seq")
                    .and_then(Value::as_int)
                    .ok_or_else(malformed)?,
            ),
            run: predicate.get("run").and_then(run_of),
            digest: Digest::of(&payload_bytes(object).ok_or_else(malformed)?),
            envelope: Some(envelope),
            content,
            index,
            changed: false,
        };
        Ok(Kept::Record(Box::new(line), bytes))
    }

    /// The records at a place that are here and not withheld.
    pub(super) fn records_at(&mut self, place: &Place) -> Result<Vec<&mut Line>> {
        self.one_chain(place)?;
        let lines = self.lines.iter_mut().filter_map(|kept| match kept {
            Kept::Record(line, _) if line.envelope.is_some() && place.fits(line) => Some(&mut **line),
            _ => None,
        });
        Ok(lines.collect())
    }

    fn one_chain(&self, place: &Place) -> Result<()> {
        if place.chain.is_none() && self.chains > 1 && place.run.is_none() && !place.is_all() {
            let text = "this bundle holds several chains: say which one, or name the record by run";
            return Err(Error::new(Code::WireBadArgument, text));
        }
        Ok(())
    }

    /// Withholds whole records; how many.
    pub(super) fn withhold(&mut self, place: &Place) -> Result<u64> {
        let mut count = 0u64;
        for line in self.records_at(place)? {
            line.envelope = None;
            line.content = None;
            line.index = None;
            line.changed = true;
            count = count.saturating_add(1);
        }
        Ok(count)
    }

    /// The line of the record with this digest, to change it.
    pub(super) fn by_digest(&self, digest: &Digest) -> Option<&Line> {
        self.lines.iter().find_map(|kept| match kept {
            Kept::Record(line, _) if line.digest == *digest => Some(&**line),
            _ => None,
        })
    }

    /// All record lines, withheld ones too, that fit a place.
    pub(super) fn all_at(&mut self, place: &Place) -> Result<Vec<&mut Line>> {
        self.one_chain(place)?;
        let lines = self.lines.iter_mut().filter_map(|kept| match kept {
            Kept::Record(line, _) if place.fits(line) => Some(&mut **line),
            _ => None,
        });
        Ok(lines.collect())
    }

    pub(super) fn write(&mut self, out: &mut dyn Write) -> Result<()> {
        // From the end: the runs of which a record has been seen are those that a withheld line may name.
        let mut later: Vec<(Uuid, Uuid)> = Vec::new();
        let mut texts: Vec<Vec<u8>> = Vec::with_capacity(self.lines.len());
        for kept in self.lines.iter().rev() {
            match kept {
                Kept::Other(bytes) => texts.push(bytes.clone()),
                Kept::Record(line, bytes) if line.envelope.is_some() => {
                    if let Some((run, _)) = line.run
                        && !later.contains(&(line.chain, run))
                    {
                        later.push((line.chain, run));
                    }
                    texts.push(if line.changed { line.text() } else { bytes.clone() });
                }
                Kept::Record(line, _) => {
                    let named = line.run.is_some_and(|(run, _)| later.contains(&(line.chain, run)));
                    texts.push(line.withheld(self.scope_runs, named));
                }
            }
        }
        for text in texts.iter().rev() {
            let written = out.write_all(text).and_then(|()| out.write_all(b"\n"));
            written.map_err(|_| Error::new(Code::StoreIo, "the bundle could not be written"))?;
        }
        Ok(())
    }
}

impl Line {
    fn text(&self) -> Vec<u8> {
        let mut object = self.envelope.clone().unwrap_or_default();
        if let Some((content, form)) = &self.content {
            object.insert("content", content.clone());
            match form {
                Form::Whole(seed) => object.insert("seed", b64(seed)),
                Form::Redacted(open) => object.insert("open", open.to_value()),
            };
            object.put("index", self.index.clone());
        }
        to_jcs(&Value::Object(object))
    }

    fn withheld(&self, scope_runs: bool, run_is_later: bool) -> Vec<u8> {
        let seq = self.seq.filter(|_| !scope_runs);
        let run = self.run.filter(|_| scope_runs || run_is_later);
        withheld_line(self.chain, &self.digest, seq, run)
    }
}

fn payload_bytes(line: &Object) -> Option<Vec<u8>> {
    unb64(line.get("payload")?.as_str()?)
}

fn payload(line: &Object) -> Option<Value> {
    parse(&payload_bytes(line)?, &Limits::PAYLOAD).ok()
}
