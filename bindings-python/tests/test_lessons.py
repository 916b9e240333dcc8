"""Defects that shipped in other products, at the level of this package (tests/lessons.md)."""

from __future__ import annotations

from typing import Any

from conftest import records

import execert
from execert import Recorder

OWN: dict[str, Any] = {
    "execert": "withheld/1",
    "payload": "eA==",
    "payloadType": "application/vnd.in-toto+json",
    "signatures": [],
    "seed": None,
    "open": {"hidden": ["/input"], "hashes": "", "seeds": ""},
    "content": {"input": 1},
    "conversions": [["/x", "bytes"]],
    "sources": [["/input", "observed"]],
    "kept_out": [["/input", "profile"]],
    "$ref": "#/x",
    "type": "opaque",
    "lc": 1,
    "__type__": "bytes",
}


def test_l03_names_are_data() -> None:
    value = {"toString": 5, "9": 2, "__proto__": {"a": 3}, "10": 1, "constructor": 4, "__class__": "x", "__dict__": {}}
    written = execert.canonical(value)
    assert written == b'{"10":1,"9":2,"__class__":"x","__dict__":{},"__proto__":{"a":3},"constructor":4,"toString":5}'
    assert execert.plain(value) == (value, [])


def test_l04_values_stay_whatever_they_are_called(recorder: Recorder) -> None:
    given = {"amount": 1.005, "price": 0.1, "total": 1e-7, "id": 9007199254740991, "date": "2026-03-06"}
    with recorder.run("r") as run:
        got = run.tool("t", given, call=lambda **all: all)
    assert got == given
    assert records(run.bundle())[1].content["input"] == given
    assert execert.canonical({"amount": 1.005}) == b'{"amount":1.005}'


def test_l23_content_of_our_own_member_names(recorder: Recorder) -> None:
    with recorder.run("r", OWN) as run:
        assert run.tool("t", {"own": OWN}, call=lambda own: own) == OWN
    seen = records(run.bundle())
    assert seen[0].content["input"] == OWN
    assert (seen[1].content["input"], seen[2].content["output"]) == ({"own": OWN}, OWN)
    assert "conversions" not in seen[1].content
