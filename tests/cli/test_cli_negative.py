"""Wrong input, made once for every language (tests/vectors/negative): code, place and exit code of the command."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "negative"))

from hostile import inert  # noqa: E402
from parts import CASES, GOLDEN, build  # noqa: E402

EXECERT = os.environ.get("EXECERT_COMMAND", str(ROOT / "build" / "execert"))
ALL: list[dict[str, Any]] = [json.loads(line) for line in CASES.read_text().splitlines()]
SIX = GOLDEN / "bundle" / "six"
LARGE = 1_000_000


def named(what: str) -> Any:
    """The cases of a kind, each under its name."""
    found = [case for case in ALL if case["what"] == what]
    assert len(found) > 30
    return pytest.mark.parametrize("case", found, ids=[f"{case['n']} {case['name']}" for case in found])


def execert(folder: pathlib.Path, *args: str) -> subprocess.CompletedProcess[bytes]:
    """The command in an empty home."""
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    return subprocess.run(
        [EXECERT, *args], cwd=folder, env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=120
    )


@named("text")
def test_text(case: dict[str, Any], tmp_path: pathlib.Path) -> None:
    """A document of the reader's own that is no JSON: wrong usage, the code and the place, nothing else."""
    (tmp_path / "policy.json").write_bytes(build(case["parts"]))
    done = execert(tmp_path, "policy", "check", "policy.json")
    told = done.stderr.decode()
    assert (done.returncode, done.stdout) == (2, b"")
    assert len(told) < 3_000 and inert(told) == []
    # A text that is JSON is no policy all the same.
    assert case.get("code", "policy.malformed") in told
    if case["path"] is not None:
        assert case["path"] in told


@named("bundle")
def test_bundle(case: dict[str, Any], tmp_path: pathlib.Path) -> None:
    (tmp_path / "input.execert").write_bytes(data := build(case["parts"]))
    options = case.get("options") or json.loads((SIX / "options.json").read_text())
    (tmp_path / "t.trust").write_text(
        json.dumps(case["trust"]) if "trust" in case else (SIX / "trust.json").read_text()
    )
    args = ["verify", "input.execert", "--trust", "t.trust", "--at", options["now"]]
    args += ["--allow-open"] if options.get("allow_open") else []
    for name in options.get("require", []):
        args += ["--require", name]
    if "mac_key" in options:
        (tmp_path / "auditor").write_text(options["mac_key"])
        args += ["--auditor", "auditor"]
    done = execert(tmp_path, *args, "--format", "json")
    assert done.returncode == case["exit"], (done.stdout[:2_000], done.stderr)
    if "refused" in case:
        assert case["refused"] in done.stderr.decode() and done.stdout == b""
        return
    report = json.loads(done.stdout)
    errors = [one for one in report["findings"] if one["severity"] == "error"]
    assert report["exit"] == case["exit"]
    assert [one["code"] for one in errors[:1]] == ([case["code"]] if "code" in case else [])
    if "codes" in case:
        assert sorted({one["code"] for one in errors}) == case["codes"]
    if case["path"] is not None or case["line"] is not None:
        assert (errors[0]["path"], errors[0]["line"]) == (case["path"], case["line"])
    if case["n"] == "N21" and "six" not in case["name"] or len(data) > LARGE:
        return  # the rest is the same for all of them
    shown = execert(tmp_path, *args)
    assert shown.returncode == case["exit"]
    page = shown.stdout.decode()
    assert inert(page) == []
    if "code" in case:
        assert case["code"] in page and "✓" not in page
        if case["line"] is not None:
            assert f"line {case['line']}" in page
        sarif = json.loads(execert(tmp_path, *args, "--format", "sarif").stdout)
        assert case["code"] in [result["ruleId"] for result in sarif["runs"][0]["results"]]


@pytest.mark.parametrize("text", [None, b"", b"{", b'{"policy":1}', b'{"policy":1,"default":"deny","rules":[{}]}'])
def test_n49_no_policy_nothing_runs(tmp_path: pathlib.Path, text: bytes | None) -> None:
    assert execert(tmp_path, "init").returncode == 0
    if text is not None:
        (tmp_path / "rules.json").write_bytes(text)
    done = execert(tmp_path, "run", "--policy", "rules.json", "--", "touch", "made")
    assert done.returncode != 0 and not (tmp_path / "made").exists()
    assert b"hint:" in done.stderr
