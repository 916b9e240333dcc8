"""One ledger, written with the wheel, that every other tool then reads."""

from __future__ import annotations

import base64
import io
import json
import pathlib
import sqlite3
from typing import Any, NamedTuple

import pytest

import execert

SPKI = bytes.fromhex("302a300506032b6570032100")


class Written(NamedTuple):
    """What the tools are given."""

    key_pem: str
    records: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    digests: list[bytes]
    checkpoints: list[str]
    origin: str
    log_key: bytes


def payload(line: dict[str, Any]) -> dict[str, Any]:
    """The statement in an envelope."""
    found: dict[str, Any] = json.loads(base64.b64decode(line["payload"]))
    return found


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("interop") / "acme.ledger"
    key = execert.Key.generate()
    with execert.Recorder(folder, key=key) as recorder:
        origin = recorder.origin
        with recorder.run("triage", input={"ticket": 4471}) as run:
            for number in range(9):
                run.tool("crm.lookup", {"customer": f"c-{number}", "amount": 1.5}, call=lambda **_: {"tier": "gold"})
        recorder.heartbeat()
        bundle = run.bundle()
        chain = io.BytesIO()
        recorder.export(chain, chain=True)
    lines = [json.loads(line) for line in bundle.splitlines()]
    records = [json.loads(line) for line in chain.getvalue().splitlines()[1:]]
    records = [line for line in records if "payload" in line]
    # The recorder is closed, so another SQLite may open its file.
    file = next(
        path
        for path in pathlib.Path(folder).rglob("*")
        if path.is_file() and path.read_bytes().startswith(b"SQLite format 3")
    )
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        digests = [row[0] for row in database.execute("SELECT digest FROM record ORDER BY seq")]
        checkpoints = [row[0].decode() for row in database.execute("SELECT note FROM checkpoint ORDER BY size")]
    keys = payload(records[0])["predicate"]["body"]["keys"]
    spki = base64.b64decode(next(one["spki"] for one in keys if one["role"] == "log"))
    assert spki.startswith(SPKI)
    assert len(records) >= 20 and checkpoints
    return Written(key.public_pem, records, lines, digests, checkpoints, origin, spki[len(SPKI):])
