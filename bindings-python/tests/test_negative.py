"""Wrong input, made once for every language (tests/vectors/negative): the code and the place, through the Python package."""

from __future__ import annotations

import base64
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import execert
from execert import _execert

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "negative"))

from parts import CASES, GOLDEN, build  # noqa: E402

ALL: list[dict[str, Any]] = [json.loads(line) for line in CASES.read_text().splitlines()]
TRUST = json.loads((GOLDEN / "bundle/six/trust.json").read_text())
OPTIONS = json.loads((GOLDEN / "bundle/six/options.json").read_text())


def named(what: str) -> Any:
    """The cases of a kind, each under its name."""
    found = [case for case in ALL if case["what"] == what]
    assert len(found) > 30
    return pytest.mark.parametrize("case", found, ids=[f"{case['n']} {case['name']}" for case in found])


@named("text")
def test_text(case: dict[str, Any]) -> None:
    text = build(case["parts"])
    if "code" not in case:
        _execert.parse(text)
        return
    with pytest.raises(execert.InvalidInput) as caught:
        _execert.parse(text)
    assert (caught.value.code, caught.value.path or None) == (case["code"], case["path"])
    assert caught.value.hint
    assert case["code"] in str(caught.value)
    assert len(str(caught.value)) < 2_000, "an error is a line, whatever it is about"


@named("bundle")
def test_bundle(case: dict[str, Any], tmp_path: Path) -> None:
    data = build(case["parts"])
    options = case.get("options", OPTIONS)
    given: dict[str, Any] = {
        "trust": execert.Trust.load(_file(tmp_path / "trust.json", case["trust"]))
        if "trust" in case
        else _six(tmp_path),
        "now": options["now"],
        "allow_open": options.get("allow_open", False),
        "require": options.get("require", []),
        "mac_key": base64.b64decode(options["mac_key"]) if "mac_key" in options else None,
    }
    if "refused" in case:
        for judge in (execert.check, execert.verify):
            with pytest.raises(execert.ExecertError) as refused:
                judge(data, **given)
            assert refused.value.code == case["refused"]
        return
    report = execert.check(data, **given)
    seen(case, report)
    path = tmp_path / "input.execert"
    path.write_bytes(data)
    for evidence in (path, io.BytesIO(data)):
        assert execert.check(evidence, **given).to_json() == report.to_json(), "the same from a file and a stream"
    if case["exit"] == 0:
        assert execert.verify(data, **given).exit == 0
        return
    with pytest.raises(execert.Untrusted) as caught:
        execert.verify(data, **given)
    assert caught.value.report.to_json() == report.to_json()
    assert caught.value.exit == case["exit"]


def seen(case: dict[str, Any], report: execert.Report) -> None:
    """The exit code and the first error are the expected ones."""
    assert report.exit == case["exit"], str(report)
    found = [one for one in report.findings if one.severity == "error"]
    if "code" not in case:
        assert found == []
        return
    assert found[0].code == case["code"], str(report)
    if "codes" in case:
        assert sorted({one.code for one in found}) == case["codes"], str(report)
    if case["path"] is not None or case["line"] is not None:
        assert (found[0].path, found[0].line) == (case["path"], case["line"]), str(report)
    assert case["code"] in str(report)


def _file(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document))
    return path


def _six(folder: Path) -> execert.Trust:
    return execert.Trust.load(_file(folder / "trust.json", TRUST))


@pytest.mark.parametrize("text", [None, b"", b"{", b'{"policy":1}', b'{"policy":1,"default":"deny","rules":[{}]}'])
def test_n49_no_policy_nothing_runs(tmp_path: Path, text: bytes | None) -> None:
    """A policy that is not there or cannot be read: there is no recorder, so that nothing is called."""
    path = tmp_path / "policy.json"
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(execert.ExecertError) as caught:
        execert.Recorder(tmp_path / "l.ledger", key=execert.Key.generate(), policy=path)
    assert caught.value.code.startswith(("policy.", "canon.")), caught.value.code
    assert caught.value.hint
