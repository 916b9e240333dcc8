"""One thing changed in a bundle of the vectors, the rest computed again and signed with their published test keys."""

from __future__ import annotations

import base64
import copy
import pathlib
import sys
from collections.abc import Callable
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "second-verifier")]

from execert_verify import content  # noqa: E402
from execert_verify.pointer import join  # noqa: E402
from mutation.model import Line, Work  # noqa: E402
from mutation.relink import relink  # noqa: E402

from parts import GOLDEN, Part  # noqa: E402

SIX = "bundle/six/input.execert"
SIX_LINES = len((GOLDEN / SIX).read_bytes().splitlines())
FIRST_RECORD = 3  # line of six: the manifest, a checkpoint, then records 0 to 5
NOW = {"now": "2026-03-07T09:00:00.000Z"}
MAC_KEY = "F5h7RF+LxnxPipE1eiRlKVuwiE+k3jhKOjUm6JgOn0g="
Case = dict[str, Any]


def text(value: str, times: int = 1) -> Part:
    return {"text": value} if times == 1 else {"text": value, "times": times}


def raw(value: bytes) -> Part:
    return {"b64": base64.b64encode(value).decode()}


def six(first: int = 1, last: int = SIX_LINES) -> Part:
    return {"golden": SIX, "lines": [first, last]}


class Made:
    """Changes of `bundle/six`, signed again."""

    def __init__(self) -> None:
        self.work = Work(str(GOLDEN / "bundle/six"))
        self.before = [line.bytes() for line in self.work.lines]
        # The golden file is not all written as JCS; a line that nothing changed is taken from there.
        self.golden = (GOLDEN / SIX).read_bytes().splitlines()

    def parts(self) -> list[Part]:
        """The file; unchanged lines by reference."""
        out: list[Part] = []
        for number, line in enumerate(self.work.lines):
            now = line.bytes()
            if number < len(self.before) and now == self.before[number] and self.golden[number] == now:
                out.append(six(number + 1, number + 1))
            else:
                out.append(text(now.decode()))
                out.append(text("\n"))
        return out

    def statement(self, line: int, change: Callable[[Any], object]) -> Made:
        """A statement changed and signed again; `line` from 1."""
        one = self.work.lines[line - 1]
        change(one.statement)
        one.sign_again()
        return self

    def payload_text(self, line: int, old: str, new: str) -> Made:
        """A payload changed as text and signed again: what no JSON writer would write."""
        one = self.work.lines[line - 1]
        names = [entry["keyid"] for entry in one.envelope["signatures"]]
        payload = base64.b64decode(one.envelope["payload"]).decode()
        assert payload.count(old) >= 1, (line, old)
        statement, one.statement = one.statement, None
        one.envelope["payload"] = base64.b64encode(payload.replace(old, new, 1).encode()).decode()
        one.encode = lambda: None  # type: ignore[method-assign]
        Line.sign(one, *names)
        one.statement = statement
        return self

    def contents(self, change: Callable[[int, Any], Any]) -> Made:
        """The contents of all records exchanged, committed to anew, everything after it made again."""
        for number, line in enumerate(self.work.records):
            if "content" not in line.value:
                continue
            document = change(number, copy.deepcopy(line.value["content"]))
            seed = base64.b64decode(line.value["seed"])
            hashes: dict[str, bytes] = {}
            root = content.commit(document, seed, "", hashes)
            line.value["content"] = document
            line.predicate["content"]["root"] = root.hex()
            line.statement["subject"][0]["digest"]["execert-content-v1"] = root.hex()
            line.value["index"] = index(document, "", hashes)
        self.work.options.setdefault("mac_key", MAC_KEY)
        relink(self.work)
        return self


def index(value: Any, path: str, hashes: dict[str, bytes]) -> Any:
    """The index that stands beside a content (docs/spec/04-content)."""
    if content.is_leaf(value):
        return base64.b64encode(hashes[path]).decode()
    if isinstance(value, dict):
        return {name: index(below, join(path, name), hashes) for name, below in value.items()}
    return [index(below, join(path, at), hashes) for at, below in enumerate(value)]


def bundle(
    n: str, name: str, exit: int, code: str | None, path: str | None, line: int | None, parts: list[Part], **more: Any
) -> Case:
    out: Case = {
        "n": n,
        "name": name,
        "what": "bundle",
        "parts": parts,
        "exit": exit,
        "path": path or None,
        "line": line,
    }
    return out | ({"code": code} if code else {}) | more
