"""The signature of a record, checked by tools that know nothing of execert."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import pathlib
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Written, payload
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1.statement_pb2 import Statement as StatementPb
from google.protobuf import json_format
from cryptography.hazmat.primitives import serialization
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

Line = dict[str, Any]
Check = Callable[[Line], bool]


def pae(line: Line) -> bytes:
    """What is signed (DSSE v1.0.2), put together by hand."""
    body = base64.b64decode(line["payload"])
    kind = line["payloadType"].encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)


def changed(line: Line) -> Line:
    """The record with one digit of its payload changed."""
    other = copy.deepcopy(line)
    body = base64.b64decode(line["payload"])
    other["payload"] = base64.b64encode(body.replace(b'"version":1', b'"version":2', 1)).decode()
    assert other != line
    return other


def needs(tool: str) -> str:
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not installed")
    return found


@pytest.fixture
def openssl(written: Written, tmp_path: pathlib.Path) -> Check:
    command = needs("openssl")
    (tmp_path / "key.pem").write_text(written.key_pem)

    def check(line: Line) -> bool:
        (tmp_path / "message").write_bytes(pae(line))
        (tmp_path / "sig").write_bytes(base64.b64decode(line["signatures"][0]["sig"]))
        arguments = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem", "-in", "message", "-sigfile", "sig"]
        return subprocess.run([command, *arguments], cwd=tmp_path, capture_output=True).returncode == 0

    return check


NODE = """
const crypto = require("node:crypto");
const { key, line } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const body = Buffer.from(line.payload, "base64");
const head = `DSSEv1 ${Buffer.byteLength(line.payloadType)} ${line.payloadType} ${body.length} `;
const spki = crypto.createPublicKey(key);
const keyid = crypto.createHash("sha256").update(spki.export({ type: "spki", format: "der" })).digest("base64");
const good = line.signatures.every((one) => one.keyid === keyid
  && crypto.verify(null, Buffer.concat([Buffer.from(head), body]), spki, Buffer.from(one.sig, "base64")));
process.exit(good ? 0 : 1);
"""


@pytest.fixture
def node(written: Written) -> Check:
    command = needs("node")

    def check(line: Line) -> bool:
        given = json.dumps({"key": written.key_pem, "line": line}).encode()
        return subprocess.run([command, "-e", NODE], input=given, capture_output=True).returncode == 0

    return check


@pytest.fixture
def securesystemslib(written: Written) -> Check:
    public = serialization.load_pem_public_key(written.key_pem.encode())
    spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    keyid = base64.b64encode(hashlib.sha256(spki).digest()).decode()
    key = SSlibKey(keyid, "ed25519", "ed25519", {"public": raw.hex()})

    def check(line: Line) -> bool:
        envelope = Envelope.from_dict(
            {name: copy.deepcopy(line[name]) for name in ("payload", "payloadType", "signatures")}
        )
        try:
            return list(envelope.verify([key], 1)) == [keyid]
        except VerificationError:
            return False

    return check


@pytest.mark.parametrize("tool", ["openssl", "node", "securesystemslib"])
def test_a_record_verifies(tool: str, written: Written, request: pytest.FixtureRequest) -> None:
    check: Check = request.getfixturevalue(tool)
    record = written.records[4]
    assert check(record)
    assert not check(changed(record))
    assert not check({**record, "signatures": written.records[5]["signatures"]})
    # The manifest of a bundle is signed the same way.
    assert check(written.lines[0])


def test_every_record_verifies(written: Written, securesystemslib: Check) -> None:
    assert all(securesystemslib(record) for record in written.records)
    assert not any(securesystemslib(changed(record)) for record in written.records)


def test_a_record_is_an_in_toto_statement(written: Written) -> None:
    for line in [*written.records, written.lines[0]]:
        assert line["payloadType"] == "application/vnd.in-toto+json"
        found = payload(line)
        parsed = json_format.ParseDict(found, StatementPb())
        Statement.copy_from_pb(parsed).validate()
        assert parsed.predicate_type.startswith("https://execert.dev/")
        assert json_format.MessageToDict(parsed)["predicate"]["key"] == found["predicate"]["key"]


def test_the_chain_is_that_of_the_digests(written: Written) -> None:
    before = None
    for record, digest in zip(written.records, written.digests, strict=True):
        assert hashlib.sha256(base64.b64decode(record["payload"])).digest() == digest
        assert payload(record)["predicate"]["chain"]["prev"] == before
        before = f"sha256:{digest.hex()}"
