"""What the tests of the recorder share: a ledger in a fresh folder, and records read from bundles without our help."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import execert


class Seen(NamedTuple):
    """A record as a bundle shows it."""

    seq: int
    kind: str
    phase: str
    status: str | None
    name: str | None
    capture: str
    content: dict[str, Any]
    predicate: dict[str, Any]


def records(bundle: bytes) -> list[Seen]:
    """The record lines of a bundle, decoded with the standard library only."""
    out = []
    for line in bundle.splitlines()[1:]:
        members = json.loads(line)
        if "payload" not in members:
            continue
        p = json.loads(base64.b64decode(members["payload"]))["predicate"]
        out.append(
            Seen(
                p["chain"]["seq"], p["kind"], p["phase"], p.get("status"), p.get("name"), p["capture"],
                members.get("content", {}), p,
            )
        )  # fmt: skip
    return out


def everything(recorder: execert.Recorder) -> list[Seen]:
    """All records of the chain."""
    import io

    out = io.BytesIO()
    recorder.export(out, chain=True)
    return records(out.getvalue())


@pytest.fixture
def key() -> execert.Key:
    return execert.Key.generate()


@pytest.fixture
def recorder(tmp_path: Path, key: execert.Key) -> Iterator[execert.Recorder]:
    with execert.Recorder(tmp_path / "acme.ledger", key=key) as recorder:
        yield recorder


REFUNDS: dict[str, Any] = {
    "policy": 1,
    "default": "allow",
    "rules": [],
}
