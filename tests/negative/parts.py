"""Inputs written small: a list of parts, which every language puts together in a few lines (tests/vectors/negative)."""

from __future__ import annotations

import base64
import functools
import pathlib
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"
CASES = VECTORS / "negative" / "cases.jsonl"
GOLDEN = VECTORS / "golden"

Part = dict[str, Any]


@functools.cache
def golden_lines(name: str) -> list[bytes]:
    """The lines of a golden file, without their ends."""
    return (GOLDEN / name).read_bytes().split(b"\n")


def build(parts: list[Part]) -> bytes:
    """The bytes that the parts describe."""
    out = []
    for part in parts:
        if "text" in part:
            one = part["text"].encode()
        elif "b64" in part:
            one = base64.b64decode(part["b64"])
        elif "golden" in part:
            first, last = part["lines"]
            one = b"".join(line + b"\n" for line in golden_lines(part["golden"])[first - 1 : last])
        elif "each" in part:
            one = part["join"].join(part["each"].replace("%", str(n)) for n in range(part["times"])).encode()
            out.append(one)
            continue
        else:
            raise ValueError(f"no part of this kind is known: {sorted(part)}")
        out.append(one * part.get("times", 1))
    return b"".join(out)
