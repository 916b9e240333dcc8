"""A bundle taken apart so that it can be changed, and put together again."""

import base64
import copy
import hashlib
import os

from execert_verify import jcs, reader
from execert_verify.encodings import b64

from .testkeys import BY_KEYID

PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Line:
    """One line: its JSON value and, of an envelope, the decoded statement."""

    def __init__(self, value):
        self.value = value
        self.raw = None  # bytes that replace the line, for changes that are no JSON
        envelope = self.envelope
        self.statement = None
        if envelope is not None:
            self.statement = reader.read(base64.b64decode(envelope["payload"]))
            self.old_digest = self.digest

    @property
    def envelope(self):
        """The envelope in this line, of a record, document, manifest or basis."""
        if "payload" in self.value:
            return self.value
        return self.value.get("envelope") if isinstance(self.value.get("envelope"), dict) else None

    @property
    def digest(self):
        """Document digest of the payload as it is in the line."""
        return "sha256:" + hashlib.sha256(base64.b64decode(self.envelope["payload"])).hexdigest()

    @property
    def predicate(self):
        return self.statement["predicate"]

    @property
    def is_record(self):
        """A record line (not a basis, not a withheld line)."""
        return "payload" in self.value and self.statement["predicateType"].endswith("/record/v1")

    @property
    def is_basis(self):
        return self.value.get("type") == "basis"

    @property
    def is_withheld(self):
        return str(self.value.get("execert", "")).startswith("withheld")

    def encode(self):
        """The statement back into the payload."""
        self.envelope["payload"] = b64(jcs.write(self.statement))

    def sign(self, *names):
        """Signs the payload with these keyids; keys that are not test keys leave the old signature."""
        self.encode()
        payload = base64.b64decode(self.envelope["payload"])
        message = b"DSSEv1 28 " + PAYLOAD_TYPE.encode() + f" {len(payload)} ".encode() + payload
        signatures = []
        for name in names:
            if name in BY_KEYID:
                signatures.append({"keyid": name, "sig": b64(BY_KEYID[name].sign(message))})
        self.envelope["signatures"] = signatures

    def sign_again(self):
        """Signs with the keys that signed before, the named `key` first."""
        names = [s["keyid"] for s in self.envelope["signatures"]]
        key = self.predicate.get("key")
        if key in BY_KEYID and key not in names:
            names = [key] + names[1:]
        self.sign(*dict.fromkeys(names))

    def bytes(self):
        return self.raw if self.raw is not None else jcs.write(self.value)


class Work:
    """A bundle with trust and options, being changed."""

    def __init__(self, folder):
        def load(name):
            with open(os.path.join(folder, name), "rb") as stream:
                return stream.read()

        self.lines = [Line(reader.read(line)) for line in load("input.execert").split(b"\n") if line]
        self.trust = reader.read(load("trust.json"))
        self.options = reader.read(load("options.json"))
        self.after = []  # functions from bytes to bytes, on the finished file
        self.done = []

    @property
    def manifest(self):
        return self.lines[0]

    @property
    def records(self):
        return [line for line in self.lines[1:] if line.statement is not None and line.is_record]

    @property
    def record_lines(self):
        """Record lines, withheld ones too, in file order."""
        return [line for line in self.lines[1:] if line.is_withheld or (line.statement is not None and line.is_record)]

    @property
    def basis(self):
        return [line for line in self.lines if line.is_basis]

    @property
    def notes(self):
        return [line for line in self.lines if line.value.get("type") in ("checkpoint", "receipt")]

    @property
    def scope_runs(self):
        return self.manifest.predicate.get("scope") == "runs"

    def copy_line(self, line):
        return copy.deepcopy(line)

    def bytes(self):
        """The file."""
        data = b"".join(line.bytes() + b"\n" for line in self.lines)
        for change in self.after:
            data = change(data)
        return data
