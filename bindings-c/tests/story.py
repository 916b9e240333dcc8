"""The stories of `tests/vectors/feed`, played through the wheel with a seed: C has to write the same bytes."""

from __future__ import annotations

import io
import pathlib
from collections.abc import Iterator
from typing import Any

from cases import VECTORS, Case, jcs, load, need, utf8
from execert import _execert

# As core/tests has it.
POLICY = {
    "policy": 1,
    "default": "deny",
    "rules": [
        {"id": "lookups", "tool": "crm.*", "verdict": "allow"},
        {"id": "models", "tool": "gpt-*", "verdict": "allow"},
        {"id": "small-refunds", "tool": "payments.refund", "when": [["/amount", "<=", 500]], "verdict": "allow"},
    ],
}


def play(recorder: Any, story: list[dict[str, Any]], options: dict[str, Any]) -> Iterator[list[bytes]]:
    """Of each line: word, run, document, answer, code, path."""
    runs: dict[str, str] = {}
    steps = []
    for line in story:
        answer, code, path = b"", "", ""
        if "open" in line:
            word, run, document = "open", runs[line["in"]], line["open"]
            try:
                steps.append(recorder.run_join(run).step_open(document)[0])
            except Exception as error:  # whichever of ours it is
                code, path = error.code, error.path
        elif "close" in line:
            word, run, document = "close", "", line["close"]
            step = steps.pop()
            step.claim()
            step.close(document)
        elif "end" in line:
            word, run, document = "end", "", {}
            recorder.close()
        else:
            word, run, document = "feed", "", {"feed": 1, "stack": "test", **line}
            try:
                found = recorder.feed(document)
                answer = jcs(found)
                if isinstance(found.get("run"), str):
                    runs[line.get("id", "")] = found["run"]
            except Exception as error:  # whichever of ours it is
                code, path = error.code, error.path
        yield [utf8(word), utf8(run), jcs(document), answer, utf8(code), utf8(path)]


def feed(folder: pathlib.Path) -> Iterator[Case]:
    paths = sorted(path for path in (VECTORS / "feed").iterdir() if path.is_dir())
    need(len(paths) >= 12, len(paths))
    for seed, path in enumerate(paths, 4471):
        vector = load(path / "input.json")
        options = {"tenant": "acme", **({"policy": POLICY} if "policy" in vector else {})}
        _execert._repeat(seed)
        key = _execert.Key.generate()
        ledger = str(folder / f"{path.name}-wheel.ledger")
        recorder = _execert.Recorder(ledger, options, key)
        told = list(play(recorder, vector["story"], options))
        if any(line[0] == b"end" for line in told):
            recorder = _execert.Recorder(ledger, options, key)
        bundle = io.BytesIO()
        recorder.export({"chain": True}, bundle)
        recorder.close()
        ours = str(folder / f"{path.name}-c.ledger")
        fields = [utf8(ours), jcs(options), utf8(str(seed)), bundle.getvalue()]
        yield "feed", f"feed/{path.name}", fields + [field for line in told for field in line]
