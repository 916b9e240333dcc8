"""A member that the format does not know, at every object that it gives members to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from changes import Case, bundle, text
from mutation.model import Line, Work
from parts import GOLDEN


def unknown_members() -> Iterator[Case]:
    """N21: a member `zz` at every object of every line that the specification gives members to."""
    for source, trust in (
        ("bundle/six", None),
        ("bundle/run-redacted", "own"),
        ("bundle/run-withheld", "own"),
        ("bundle/run-revoked_fail", "own"),
    ):
        folder = GOLDEN / source
        file = f"{source}/input.execert"
        total = len((folder / "input.execert").read_bytes().splitlines())
        more = (
            {
                "trust": json.loads((folder / "trust.json").read_text()),
                "options": json.loads((folder / "options.json").read_text()),
            }
            if trust
            else {}
        )
        kinds = set()
        for number in range(1, total + 1):
            probe = Work(str(folder)).lines[number - 1]
            kind = _kind(probe)
            if (kind in kinds) or (source != "bundle/six" and kind.startswith("record")):
                continue
            kinds.add(kind)
            for steps in _objects(probe):
                line = Work(str(folder)).lines[number - 1]
                if steps[0] == "payload":
                    _at(line.statement, steps[1:])["zz"] = 0
                    line.sign_again()
                else:
                    _at(line.value, steps[1:])["zz"] = 0
                pointer = "".join(
                    "/" + str(step).replace("~", "~0").replace("/", "~1")
                    for step in (*steps[(steps[0] == "line") :], "zz")
                )
                parts = [{"golden": file, "lines": [1, number - 1]}] if number > 1 else []
                parts += [text(line.bytes().decode() + "\n")]
                yield bundle(
                    "N21",
                    f"{source} line {number}, {pointer}",
                    7,
                    _area(line, number, steps),
                    pointer,
                    number,
                    parts,
                    **more,
                )


def _kind(line: Line) -> str:
    """Lines of one kind have the same members; records by kind and phase."""
    if line.statement is None:
        return str(line.value.get("execert")) + str(line.value.get("type", ""))
    predicate = line.predicate
    return (
        ("basis " if line.is_basis else "record ")
        + str(predicate.get("kind", line.statement["predicateType"]))
        + str(predicate.get("phase"))
    )


def _objects(line: Line) -> Iterator[tuple[Any, ...]]:
    """Steps to each object with fixed members: of the line and of the payload. Content and its index are data, but for
    the top level of content and for `open`."""

    def walk(value: Any, steps: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if isinstance(value, dict):
            yield steps
            for name in sorted(value):
                if not (name in ("index", "ext") or (name == "content" and steps == ("line",))):
                    yield from walk(value[name], (*steps, name))
        elif isinstance(value, list):
            for at, one in enumerate(value[:1]):
                yield from walk(one, (*steps, at))

    yield from walk(line.value, ("line",))
    if "content" in line.value:
        yield ("line", "content")
    if line.statement is not None:
        prefix = ("payload",) if "payload" in line.value else None
        if prefix:
            yield from walk(line.statement, prefix)


def _at(value: Any, steps: tuple[Any, ...]) -> Any:
    for step in steps:
        value = value[step]
    return value


def _area(line: Line, number: int, steps: tuple[Any, ...]) -> str:
    """Whose member it is: docs/spec/01-json, "Members"."""
    if "signatures" in steps:
        return "record.unknown_member"
    if number == 1 or line.value.get("execert"):
        inside_basis = steps[:2] == ("line", "envelope") and line.is_basis
        return "record.unknown_member" if inside_basis and "payload" in steps else "bundle.unknown_member"
    return "record.unknown_member"
