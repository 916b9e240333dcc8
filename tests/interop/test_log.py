"""Checkpoints and proofs of a real ledger, checked by Go's own sumdb/note and sumdb/tlog."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
from typing import Any

import pytest
from conftest import Written

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def checker(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    if shutil.which("go") is None:
        pytest.skip("go is not installed")
    target = tmp_path_factory.mktemp("go") / "tlog"
    # go.sum says which bytes the module has; the toolchain that is here builds it.
    environment = {**os.environ, "GOFLAGS": "-mod=readonly -buildvcs=false", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    built = subprocess.run(
        ["go", "build", "-o", str(target), "."], cwd=HERE / "tlog", env=environment, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    return target


def vkey(written: Written) -> str:
    """The verifier key of the log (c2sp.org/signed-note)."""
    key = b"\x01" + written.log_key
    number = hashlib.sha256(written.origin.encode() + b"\n" + key).digest()[:4]
    return f"{written.origin}+{number.hex()}+{base64.b64encode(key).decode()}"


def question(written: Written) -> dict[str, Any]:
    """What the checker is asked about the newest checkpoint and the receipts of a run's bundle."""
    proofs = [line["proof"] for line in written.lines if line.get("type") == "receipt"]
    assert proofs
    return {
        "vkey": vkey(written),
        "note": written.checkpoints[-1],
        "digests": [digest.hex() for digest in written.digests],
        "proofs": proofs,
    }


def ask(checker: pathlib.Path, asked: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(checker)], input=json.dumps(asked), capture_output=True, text=True)


def test_checkpoints_and_proofs_hold(written: Written, checker: pathlib.Path) -> None:
    for note in written.checkpoints:
        found = ask(checker, {**question(written), "note": note})
        assert found.returncode == 0, found.stderr
    print(found.stdout.strip())


def test_another_history_does_not(written: Written, checker: pathlib.Path) -> None:
    good = question(written)
    other = list(good["digests"])
    other[3] = hashlib.sha256(b"another").hexdigest()
    assert "root" in ask(checker, {**good, "digests": other}).stderr
    swapped = good["proofs"][0].replace("index ", "index 1", 1)
    assert ask(checker, {**good, "proofs": [swapped]}).returncode != 0
    unsigned = good["note"].replace(good["note"].splitlines()[1], "1", 1)
    assert ask(checker, {**good, "note": unsigned}).returncode != 0


def test_a_bundle_holds_the_stored_checkpoint_or_one_like_it(written: Written) -> None:
    for line in written.lines:
        if line.get("type") == "receipt":
            head, _, note = line["proof"].partition("\n\n")
            assert head.startswith("c2sp.org/tlog-proof@v1\nindex ")
            assert note.splitlines()[0] == written.origin
