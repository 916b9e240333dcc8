"""Wrong input, made once for every language (tests/vectors/negative), through the second verifier."""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "negative"), str(ROOT / "tests" / "second-verifier")]

from execert_verify import reader  # noqa: E402
from execert_verify.errors import BadArgument, Refused  # noqa: E402
from execert_verify.verify import verify  # noqa: E402
from parts import CASES, GOLDEN, build  # noqa: E402

ALL: list[dict[str, Any]] = [json.loads(line) for line in CASES.read_text().splitlines()]
SIX = {name: json.loads((GOLDEN / f"bundle/six/{name}.json").read_text()) for name in ("trust", "options")}


@pytest.mark.parametrize("case", ALL, ids=[f"{case['what']} {case['n']} {case['name']}" for case in ALL])
def test_case(case: dict[str, Any]) -> None:
    data = build(case["parts"])
    if case["what"] == "text":
        try:
            reader.read(data)
        except Refused as refused:
            assert (refused.code, refused.path or None) == (case.get("code"), case["path"])
        else:
            assert "code" not in case
        return
    try:
        report = verify(data, case.get("trust", SIX["trust"]), case.get("options", SIX["options"]))
    except BadArgument as refused:
        assert refused.code == case.get("refused")
        return
    errors = [one for one in report["findings"] if one["severity"] == "error"]
    assert report["exit"] == case["exit"]
    assert [one["code"] for one in errors[:1]] == ([case["code"]] if "code" in case else [])
    if "codes" in case:
        assert sorted({one["code"] for one in errors}) == case["codes"]
    if case["path"] is not None or case["line"] is not None:
        assert (errors[0]["path"], errors[0]["line"]) == (case["path"], case["line"])
