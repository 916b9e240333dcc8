"""Steps 1 to 3 (docs/spec/09-verifying): a bundle line by line, stopping at the first error."""

import hashlib
import re

from . import envelope, jcs, material, reader, statement
from .encodings import b64, unb64
from .errors import Refused

MAX_MATERIAL, MAX_MATERIAL_BYTES = 100_000, 33_554_432
MAX_LINE, MAX_BUNDLE, MAX_RECORDS, MAX_CONTENT_VALUES = 25_165_824, 2**31, 1_000_000, 50_000_000
MAGIC = (b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"\x28\xb5\x2f\xfd")
_KNOWN = {"withheld/1", "material/1"}


class Unreadable(Exception):
    """The finding of steps 1 to 3."""

    def __init__(self, refused, step, line):
        super().__init__(str(refused))
        self.code = refused.code
        self.path = refused.path or None
        self.step = step
        self.line = line


class Bundle:
    """What was read: manifest, record lines (also withheld ones) in file order, documents, material."""

    def __init__(self, manifest):
        self.manifest = manifest
        self.records = []
        self.documents = []
        self.basis = []
        self.notes = []
        self.receipts = []
        self.spkis = []
        self.artefacts = []


class RecordLine:
    """A record line or, with `envelope` None, a withheld one; `seq` or `run` are None where not said."""

    def __init__(self, found, chain, seq, run, digest):
        self.envelope = found
        self.chain = chain
        self.seq = seq
        self.run = run
        self.digest = digest

    @property
    def withheld(self):
        return self.envelope is None

    @property
    def predicate(self):
        return None if self.envelope is None else self.envelope.predicate

    @property
    def kind(self):
        return None if self.envelope is None else self.envelope.predicate["kind"]


def record_line(found):
    """A record of a read envelope: of a record line, or of a basis line."""
    p = found.predicate
    run = (p["run"]["id"], p["run"]["seq"]) if "run" in p else None
    return RecordLine(found, p["chain"]["id"], p["chain"]["seq"], run, found.digest)


def read(data):
    """The whole bundle, or `Unreadable`."""
    reading = _Reading()
    lines = data.split(b"\n")
    if len(lines) > 1 and lines[-1] == b"":
        lines.pop()
    if len(data) > MAX_BUNDLE:
        raise Unreadable(Refused("bundle.too_large"), 1, 1)
    for number, line in enumerate(lines, 1):
        try:
            reading.step = 1
            if not line and data:
                raise Refused("bundle.malformed")
            reading.line(line, number)
        except Refused as refused:
            raise Unreadable(refused, reading.step, number) from None
    reading.after_all()
    return reading.bundle


class _Reading:
    def __init__(self):
        self.step = 1
        self.bundle = None
        self.seen = set()
        self.digests = set()
        self.keyids = set()
        self.to_be_named = []
        self.content_values = 0
        self.material_lines = self.material_bytes = 0

    def line(self, line, number):
        value = _value(line, number)
        self.step = 2 if number == 1 else 3
        if number == 1:
            self.manifest(value)
            return
        if not isinstance(value, dict) or not ("payload" in value or "execert" in value):
            raise Refused("bundle.malformed")
        if "payload" in value:
            self.envelope(value)
        elif not isinstance(value["execert"], str) or value["execert"] not in _KNOWN:
            raise Refused("bundle.version_unknown", "/execert")
        elif value["execert"] == "withheld/1":
            material.check_withheld(value, self.bundle.manifest.predicate)
            run = (value["run"]["id"], value["run"]["seq"]) if "run" in value else None
            self.record(RecordLine(None, value["chain"], value.get("seq"), run, value["digest"]))
        else:
            self.material(value, number)
        if not self.bundle.records:
            self.material_lines += 1
            self.material_bytes += len(line)
            if self.material_lines > MAX_MATERIAL or self.material_bytes > MAX_MATERIAL_BYTES:
                raise Refused("bundle.too_large")

    def manifest(self, value):
        """Step 2."""
        if not isinstance(value, dict) or "payload" not in value:
            raise Refused("bundle.malformed")
        found = envelope.check(value, area="bundle", kinds=(statement.BUNDLE,))
        self.bundle = Bundle(found)
        self.names(found)

    def envelope(self, value):
        """A record line, or another document."""
        found = envelope.check(value, kinds=[kind for kind in statement.KINDS if kind != statement.BUNDLE])
        if "content" in found.form:
            if ("index" in found.form) != self.bundle.manifest.predicate["index"]:
                raise Refused("bundle.malformed", "/index")
            self.content_values += count_values(found.form["content"])
            if self.content_values > MAX_CONTENT_VALUES:
                raise Refused("bundle.too_many", "/content")
        self.names(found)
        if found.kind == statement.RECORD:
            self.record(record_line(found))
        else:
            self.not_late()
            if self.is_new(value):
                self.bundle.documents.append(found)

    def record(self, line):
        self.bundle.records.append(line)
        if len(self.bundle.records) > MAX_RECORDS:
            raise Refused("bundle.too_large")

    def material(self, value, number):
        kind, part = material.check(value, self.bundle.manifest.predicate)
        self.not_late()
        if kind == "basis":
            self.names(part)
        if not self.is_new(value):
            return
        if kind == "checkpoint":
            self.bundle.notes.append(part)
        elif kind == "receipt":
            self.bundle.receipts.append(part)
        elif kind == "basis":
            self.bundle.basis.append(record_line(part))
        elif kind == "key":
            self.bundle.spkis.append(part)
            self.to_be_named.append((number, "/spki", b64(hashlib.sha256(unb64(part)).digest()), self.keyids))
        elif kind == "artefact":
            digest = "sha256:" + hashlib.sha256(part).hexdigest()
            self.bundle.artefacts.append(part)
            self.to_be_named.append((number, "/data", digest, self.digests))

    def not_late(self):
        """Material and documents come before the records."""
        if self.bundle.records:
            raise Refused("bundle.malformed")

    def is_new(self, value):
        """Whether this material or document line is no repeat."""
        text = jcs.write(value)
        if text in self.seen:
            return False
        self.seen.add(text)
        return True

    def names(self, found):
        """What a payload and its signatures name."""
        material.names_in(found.statement, self.digests, self.keyids)
        self.keyids.update(keyid for keyid, _ in found.signatures)

    def after_all(self):
        """Key and artefact lines that nothing names."""
        for number, path, name, names in self.to_be_named:
            if name not in names:
                raise Unreadable(Refused("bundle.malformed", path), 3, number)


def _value(line, number):
    """Step 1: one line of JSON."""
    if number == 1 and line.startswith(MAGIC):
        raise Refused("bundle.malformed")
    if len(line) > MAX_LINE:
        raise Refused("bundle.too_large")
    if re.fullmatch(rb"[ \t\r\n]+", line):
        raise Refused("bundle.malformed")
    return reader.read(line, reader.LINE)


def count_values(value):
    """Number of values in a JSON value."""
    if isinstance(value, dict):
        return 1 + sum(count_values(one) for one in value.values())
    if isinstance(value, list):
        return 1 + sum(count_values(one) for one in value)
    return 1
