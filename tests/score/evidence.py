"""Where a claim of the score sheet is shown: a test that exists and whose run went well, or a file of results."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import re
import sys
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Which step of `make test` runs what lies there; the first that fits.
STEPS = {
    "tests/faults/": "faults",
    "core/": "rust",
    "store/": "rust",
    "cli/": "rust",
    "fuzz/": "rust",
    "bindings-python/": "python",
    "bindings-node/": "node",
    "bindings-c/": "c",
    "bindings-go/": "go",
    "bindings-uniffi/": "jvm",
    "tests/cli/": "cli",
    "tests/newcomer/": "newcomer",
    "tests/guide/": "guide",
    "tests/interop/": "interop",
    "tests/agreement/": "agreement",
    "tests/negative/": "negative",
    "tests/second-verifier/": "second-verifier",
    "tests/supply/": "supply",
    "tests/schemas/": "schemas",
    "integrations/langchain-python/": "langchain",
    "scripts/docs": "docs",
    "tests/docs/": "links",
    "tests/hostile/": "hostile",
    "tests/vectors/": "rust",
}


def _runner() -> Any:
    spec = importlib.util.spec_from_file_location("runner", ROOT / "tests" / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


RUNNER = _runner()
COMMANDS = {step.name: " ".join(map(str, step.command)) for step in RUNNER.STEPS}


def exists(witness: str) -> bool:
    """Whether a test `FILE::NAME`, or a file alone, is there."""
    file, _, name = witness.partition("::")
    path = ROOT / file
    if not path.is_file():
        return False
    return (
        not name or re.search(rf'(?:\bfn|\bdef) {re.escape(name)}\b|"{re.escape(name)}"', path.read_text()) is not None
    )


def step_of(witness: str) -> str | None:
    return next((step for prefix, step in STEPS.items() if witness.startswith(prefix)), None)


def outcome(witness: str) -> str:
    """`passed`, `failed` or `not run`: what the last `make test` says of the step that runs it."""
    step = step_of(witness)
    log = ROOT / "build" / "logs" / f"{step}.log"
    if step not in COMMANDS or not log.exists():
        return "not run"
    passed, failed, _, closing = RUNNER.count(log.read_text(errors="replace").splitlines())
    if failed or not (passed and closing):
        return "failed" if failed else "not run"
    return "passed"


def numbers(step: str) -> tuple[int, int, int] | None:
    """Passed, failed and skipped of a step of the last `make test`."""
    log = ROOT / "build" / "logs" / f"{step}.log"
    if not log.exists():
        return None
    passed, failed, skipped, closing = RUNNER.count(log.read_text(errors="replace").splitlines())
    return (passed, failed, skipped) if closing else None


def results(name: str) -> dict[str, Any] | None:
    """Figures that a run wrote: of this machine, or else committed with their date."""
    for path in (ROOT / "build" / "results" / f"{name}.json", ROOT / "docs" / "scores" / f"{name}.json"):
        if path.exists():
            found: dict[str, Any] = json.loads(path.read_text())
            return found
    return None
