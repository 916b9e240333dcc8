#!/usr/bin/env python3
"""Writes tests/vectors/negative/cases.jsonl: wrong input, made once, that every language is held to.

    python tests/negative/cases.py            write it
    python tests/negative/cases.py --check    fail if the file is not what this would write

What each input gives is said here, by the rules of docs/spec, before any verifier is asked. A case breaks one thing; the rest
is computed again and signed with the published test keys of the golden vectors.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import os
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "second-verifier")]

from execert_verify import content, jcs  # noqa: E402
from mutation.model import Line, Work  # noqa: E402
from mutation.relink import relink  # noqa: E402

from hostile import TEXTS  # noqa: E402
from parts import CASES, GOLDEN, Part, golden_lines  # noqa: E402

SIX = "bundle/six/input.execert"
SIX_LINES = len((GOLDEN / SIX).read_bytes().splitlines())
FIRST_RECORD = 3  # line of six: the manifest, a checkpoint, then records 0 to 5
NOW = {"now": "2026-03-07T09:00:00.000Z"}
SPKI = bytes.fromhex("302a300506032b6570032100")
NO_POINT = b"\x02" + bytes(31)  # no x of the curve goes with y = 2
MAC_KEY = "F5h7RF+LxnxPipE1eiRlKVuwiE+k3jhKOjUm6JgOn0g="
Case = dict[str, Any]


def text(value: str, times: int = 1) -> Part:
    return {"text": value} if times == 1 else {"text": value, "times": times}


def raw(value: bytes) -> Part:
    return {"b64": base64.b64encode(value).decode()}


def six(first: int = 1, last: int = SIX_LINES) -> Part:
    return {"golden": SIX, "lines": [first, last]}


def texts() -> Iterator[Case]:
    """JSON texts for the strict reader. The path is that of the value being read; for a name, of its container."""

    def case(n: str, name: str, code: str | None, path: str | None, *parts: Part) -> Case:
        out: Case = {"n": n, "name": name, "what": "text", "parts": list(parts), "path": path or None}
        return out | ({"code": code} if code else {})

    yield case("N01", "nothing", "canon.empty", "", text(""))
    yield case("N01", "white space only", "canon.syntax", "", text(" \n\t "))
    yield case("N02", "byte order mark", "canon.bom", "", text("\ufeff{}"))
    yield case("N03", "a word after the value", "canon.trailing_bytes", "", text("{} x"))
    yield case("N03", "two values", "canon.trailing_bytes", "", text("1 2"))
    yield case("N03", "a zero byte after the value", "canon.trailing_bytes", "", text("{}\0"))
    yield case("N04", "duplicate member", "canon.duplicate_key", "/a", text('{"a":{"b":1,"c":2,"b":1}}'))
    yield case("N05", "duplicate spelled with an escape", "canon.duplicate_key", "/0", text(r'[{"ab":1,"\u0061b":2}]'))
    yield case(
        "N05",
        "duplicate beyond the basic plane",
        "canon.duplicate_key",
        "",
        text('{"\U0001f600":1,"\\ud83d\\ude00":2}'),
    )
    for name, wrong in {
        "high": r"\ud800",
        "low": r"\udc00",
        "high and letter": r"\ud800\u0041",
        "two high": r"\ud800\ud800",
    }.items():
        yield case("N06", f"lone surrogate, {name}", "canon.lone_surrogate", "/0", text(f'["{wrong}"]'))
    yield case("N06", "lone surrogate in a name", "canon.lone_surrogate", "", text(r'{"\udfff":1}'))
    wrong_bytes = {
        "ff": b'["\xff"]',
        "overlong": b'["\xc0\x80"]',
        "surrogate": b'["\xed\xa0\x80"]',
        "beyond": b'["\xf4\x90\x80\x80"]',
    }
    for name, bad in (wrong_bytes | {"cut": b'"\xe2\x82'}).items():
        yield case("N07", f"not UTF-8, {name}", "canon.not_utf8", "", raw(bad))
    yield case("N08", "control characters in names", None, None, text('{"\\u0000":1,"\\u001b[31m":2,"\\u202e":3}'))
    yield case("N08", "a raw control character", "canon.syntax", "/0", text('["\x1b"]'))
    yield case("N09", "depth 64", None, None, text("[", 64), text("1"), text("]", 64))
    yield case("N09", "depth 65", "canon.too_deep", "/0" * 64, text("[", 65), text("1"), text("]", 65))
    yield case("N10", "depth 100,000, lists", "canon.too_deep", "/0" * 64, text("[", 100_000))
    yield case("N10", "depth 100,000, objects", "canon.too_deep", "/a" * 64, text('{"a":', 100_000))

    def members(count: int) -> list[Part]:
        return [text("{"), {"each": '"%":0', "times": count, "join": ","}, text("}")]

    yield case("N11", "10,000 members", None, None, *members(10_000))
    yield case("N11", "10,001 members", "canon.too_many", "", *members(10_001))
    yield case("N11", "200,000 values", None, None, text("[0"), text(",0", 199_998), text("]"))
    yield case("N11", "200,001 values", "canon.too_many", "/199999", text("[0"), text(",0", 199_999), text("]"))
    yield case("N12", "longest string", None, None, text('["'), text("x", 8_388_608), text('"]'))
    yield case("N12", "string one byte over", "canon.too_large", "/0", text('["'), text("x", 8_388_609), text('"]'))
    yield case("N12", "longest name", None, None, text('{"'), text("x", 1_024), text('":1}'))
    yield case("N12", "name one byte over", "canon.too_large", "", text('{"'), text("x", 1_025), text('":1}'))
    yield case("N13", "integer that is no double", "canon.number_not_exact", "/n", text('{"n":9007199254740993}'))
    yield case(
        "N13", "negative integer that is no double", "canon.number_not_exact", "/n", text('{"n":-9007199254740993}')
    )
    yield case("N13", "large integer as JCS spells it", None, None, text("100000000000000000000"))
    yield case("N14", "1e400", "canon.not_finite", "/0", text("[1e400]"))
    yield case("N14", "NaN", "canon.syntax", "/0", text("[NaN]"))
    yield case("N14", "Infinity", "canon.syntax", "/0", text("[-Infinity]"))
    yield case("N14", "1e-400", "canon.number_not_exact", "/0", text("[1e-400]"))
    yield case("N14", "-0 is 0", None, None, text("[-0,-0.0]"))
    yield case("N19", "2^63", "canon.number_not_exact", "/n", text('{"n":9223372036854775809}'))


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
    from execert_verify.pointer import join

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


def lines_of_text() -> Iterator[Case]:
    """What is wrong with a text is wrong with a line: reading stops there, with verdict unreadable."""
    rest = six(2)
    record = (GOLDEN / SIX).read_bytes().splitlines()[FIRST_RECORD].decode()
    yield bundle("N01", "empty file", 7, "canon.empty", "", 1, [text("")])
    yield bundle("N01", "a blank line", 7, "bundle.malformed", "", 3, [six(1, 2), text(" \n"), six(3)])
    yield bundle("N02", "byte order mark before a bundle", 7, "canon.bom", "", 1, [text("\ufeff"), six()])
    yield bundle(
        "N03", "bytes after a record", 7, "canon.trailing_bytes", "", 4, [six(1, 3), text(record + " x\n"), six(5)]
    )
    yield bundle(
        "N04",
        "member of a line twice",
        7,
        "canon.duplicate_key",
        "",
        4,
        [six(1, 3), text(record[:-1] + ',"seed":"x"}\n'), six(5)],
    )
    yield bundle(
        "N05",
        "member of a line twice, escaped",
        7,
        "canon.duplicate_key",
        "",
        4,
        [six(1, 3), text(record[:-1] + ',"s\\u0065ed":"x"}\n'), six(5)],
    )
    head = record[:-1]
    for row, name, code, path, value in (
        ("N06", "lone surrogate in a line", "canon.lone_surrogate", "/zz/0", [text(r'["\ud800"]')]),
        ("N07", "a line that is not UTF-8", "canon.not_utf8", "", [raw(b'"\xc0\x80"')]),
        ("N09", "line 67 deep", "canon.too_deep", "/zz" + "/0" * 65, [text("[", 66), text("]", 66)]),
        ("N10", "line 100,000 deep", "canon.too_deep", "/zz" + "/0" * 65, [text("[", 100_000)]),
        (
            "N11",
            "10,001 members in a line",
            "canon.too_many",
            "/zz",
            [text("{"), {"each": '"%":0', "times": 10_001, "join": ","}, text("}")],
        ),
        (
            "N12",
            "string one byte over in a line",
            "canon.too_large",
            "/zz",
            [text('"'), text("x", 8_388_609), text('"')],
        ),
        ("N13", "integer that is no double in a line", "canon.number_not_exact", "/zz", [text("9007199254740993")]),
        ("N14", "1e400 in a line", "canon.not_finite", "/zz", [text("1e400")]),
        ("N14", "1e-400 in a line", "canon.number_not_exact", "/zz", [text("1e-400")]),
    ):
        yield bundle(row, name, 7, code, path, 4, [six(1, 3), text(head + ',"zz":'), *value, text("}\n"), six(5)])
    yield bundle(
        "N12",
        "a line of 24 MiB and a byte",
        7,
        "bundle.too_large",
        "",
        2,
        [six(1, 1), text(" ", 25_165_825), text("\n"), rest],
    )
    for name, magic in {"gzip": b"\x1f\x8b\x08\x00", "zip": b"PK\x03\x04", "zstd": b"\x28\xb5\x2f\xfd"}.items():
        yield bundle("N17", f"compressed with {name}", 7, "bundle.malformed", "", 1, [raw(magic), six()])


def contents() -> Iterator[Case]:
    """Contents over a limit, and hostile ones that are data: everything is signed properly."""

    def at(where: int, value: Any) -> list[Part]:
        def change(number: int, document: Any) -> Any:
            if number == where:
                document.setdefault("input", {})
                document["input"] = value
            return document

        return Made().contents(change).parts()

    deep: Any = 1
    for _ in range(62):
        deep = [deep]
    yield bundle("N09", "content 64 deep", 0, None, None, None, at(3, {"a": deep}))
    names = {"\0": 1, "\x1b[31m": "\x1b[2J", "\u202e": "\u2066", "\u2028": "\r\n", "a\tb": "\x7f\x9b"}
    yield bundle("N08", "control characters in names of content", 0, None, None, None, at(3, names))
    paths = {
        "../../etc/passwd": "file:///etc/passwd",
        "http://127.0.0.1:9/x": "https://169.254.169.254/",
        "include": "//host/share",
    }
    yield bundle("N18", "paths and addresses in content", 0, None, None, None, at(3, paths))
    hostile = {one: one for one in TEXTS}
    yield bundle(
        "N29",
        "hostile text in every name and value",
        0,
        None,
        None,
        None,
        Made()
        .contents(lambda number, document: document | {"input": hostile, "text": TEXTS[number % len(TEXTS)]})
        .parts(),
    )

    own = {
        "execert": "withheld/1",
        "payload": "eA==",
        "payloadType": "application/vnd.in-toto+json",
        "signatures": [],
        "seed": None,
        "open": {"hidden": ["/input"], "hashes": "", "seeds": ""},
        "hidden": True,
        "$ref": "#/x",
        "__proto__": {"a": 1},
        "content": {"input": 1},
        "conversions": [["/x", "bytes"]],
        "constructor": 1,
        "toString": 2,
        "10": 1,
        "9": 2,
    }
    yield bundle("L23", "content made of our own member names", 0, None, None, None, at(3, own))
    yield bundle("L5", "null is not absent", 1, "content.changed", "/input/gone", None, _null_for_absent())


def _null_for_absent() -> list[Part]:
    """Sealed with `gone` null; the copy leaves it out."""
    made = Made().contents(
        lambda number, document: document | {"input": {"gone": None, "stays": 1}} if number == 3 else document
    )
    line = made.work.records[3]
    del line.value["content"]["input"]["gone"]
    return made.parts()


def manifests() -> Iterator[Case]:
    """Numbers, versions, signatures."""
    count = "/payload/predicate/records/count"
    for name, value, code, path in (
        ("2^63 records", "9223372036854775809", "canon.number_not_exact", count),
        ("minus one records", "-1", "bundle.malformed", count),
        ("6.0 records", "6.0", "canon.not_canonical", "/payload"),
        ("6e0 records", "6e0", "canon.not_canonical", "/payload"),
    ):
        yield bundle("N19", name, 7, code, path, 1, Made().payload_text(1, '"count":6', f'"count":{value}').parts())
    yield bundle(
        "N14",
        "-0 in a payload",
        7,
        "canon.not_canonical",
        "/payload",
        FIRST_RECORD,
        Made().payload_text(FIRST_RECORD, '"seq":0', '"seq":-0').parts(),
    )
    made = Made()
    line = made.work.lines[4]
    line.envelope["signatures"] = line.envelope["signatures"] * 17
    yield bundle("N20", "17 signatures", 7, "bundle.too_many", "/signatures", 5, made.parts())
    yield bundle(
        "N20",
        "a million signatures",
        7,
        "canon.too_many",
        "/signatures/199998/sig",
        1,
        [
            text('{"payload":"","payloadType":"","signatures":[{"keyid":0,"sig":0}'),
            text(',{"keyid":0,"sig":0}', 999_999),
            text("]}\n"),
        ],
    )

    # A hyphen stands inside a label (docs/spec/02-envelope).
    good = {"a-b.example": 1, "x--y.9-9/_x.-": 1}
    made = Made()
    made.work.records[3].predicate["ext"] = good
    made.work.options.setdefault("mac_key", MAC_KEY)
    relink(made.work)
    yield bundle("N21", "ext names with hyphens", 0, None, None, None, made.parts())
    for wrong in ("-a.example", "a-.example", "a.-example/x", "a.example-", "-.-"):
        where = "/payload/predicate/ext/" + wrong.replace("/", "~1")
        made = Made().statement(6, lambda it, wrong=wrong: it["predicate"].update(ext={wrong: 1}))
        yield bundle("N21", f"ext name {wrong}", 7, "record.malformed", where, 6, made.parts())
    where = "/payload/predicate/links/0/rel"
    made = Made().statement(6, lambda it: it["predicate"]["links"][0].update(rel="-a.example/x"))
    yield bundle("N21", "relation -a.example/x", 7, "record.malformed", where, 6, made.parts())

    def proof_line(text: str) -> str:
        return json.dumps({"execert": "material/1", "lines": [text], "type": "proof-lines"}, separators=(",", ":")) + "\n"

    # Line 2 of the file is material too.
    own = len(golden_lines(SIX)[1])
    for over in (0, 1):
        refusal = (7, "bundle.too_large", None) if over else (0, None, None)
        many = [six(1, 1), {"each": proof_line("%"), "times": 99_999 + over, "join": ""}, six(2)]
        yield bundle("N20", f"{100_000 + over} lines before the records", *refusal, 100_002 if over else None, many)
        longest, shell = 8_388_608, len(proof_line("")) - 1
        last = 33_554_432 - 3 * (longest + shell) - own - shell + over
        before, after = proof_line("%").split("%")
        heavy = [six(1, 1)]
        # The same line three times: repeats are not read again, and count all the same.
        heavy += [text(before), text("x", longest), text(after)] * 3
        heavy += [text(before), text("y", last), text(after), six(2)]
        yield bundle("N20", f"{33_554_432 + over} bytes before the records", *refusal, 6 if over else None, heavy)

    def version(name: str, line: int, path: str, change: Callable[[Any], object]) -> Case:
        return bundle("N22", name, 7, "record.version_unknown", path, line, Made().statement(line, change).parts())

    for line, whose in ((1, "manifest"), (5, "record")):
        yield version(
            f"version 2 of a {whose}", line, "/payload/predicate/version", lambda it: it["predicate"].update(version=2)
        )
        yield version(
            f"Statement v2 of a {whose}",
            line,
            "/payload/_type",
            lambda it: it.update({"_type": "https://in-toto.io/Statement/v2"}),
        )
        yield version(
            f"predicate type of a {whose}",
            line,
            "/payload/predicateType",
            lambda it: it.update(predicateType="https://execert.dev/other/v1"),
        )
        made = Made()
        made.work.lines[line - 1].envelope["payloadType"] = "application/json"
        yield bundle(
            "N22", f"payload type of a {whose}", 7, "record.version_unknown", "/payloadType", line, made.parts()
        )
    made = Made()
    made.work.lines[1].value["execert"] = "material/2"
    yield bundle("N22", "version 2 of a material line", 7, "bundle.version_unknown", "/execert", 2, made.parts())


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
    """Steps to each object with fixed members: of the line and of the payload. Content and its index are data, but for the
    top level of content and for `open`."""

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


def trusts() -> Iterator[Case]:
    """Keys: none in the trust, weak ones in it."""
    yield bundle("N23", "nobody is trusted", 3, "key.unknown", None, None, [six()], trust={"trust": 1, "keys": []})
    order_8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
    weak = {
        "zero": "00" * 32,
        "one": "01" + "00" * 31,
        "minus one": "ec" + "ff" * 30 + "7f",
        "order 8": order_8,
        "zero with its sign": "00" * 31 + "80",
        "one, not canonical": "ee" + "ff" * 30 + "7f",
        "one with a sign": "01" + "00" * 30 + "80",
    }
    for name, point in weak.items():
        spki = base64.b64encode(SPKI + bytes.fromhex(point)).decode()
        trust = {"trust": 1, "keys": [{"spki": spki, "role": "record", "label": "weak"}]}
        yield bundle(
            "N24",
            f"small-order key in the trust, {name}",
            2,
            None,
            None,
            None,
            [six()],
            trust=trust,
            refused="key.weak",
        )

    def vkey(name: str, kind: int, point: bytes, number: bytes | None = None) -> str:
        number = number or hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + point).digest()[:4]
        return f"{name}+{number.hex()}+{base64.b64encode(bytes([kind]) + point).decode()}"

    six_trust = json.loads((GOLDEN / "bundle/six/trust.json").read_text())
    good = base64.b64decode(six_trust["keys"][0]["spki"])[-32:]
    for name, code, key in (
        ("of small order", "key.weak", vkey("w.example/w", 4, bytes(32))),
        ("that is no point", "key.malformed", vkey("w.example/w", 4, NO_POINT)),
        ("under another id", "key.malformed", vkey("w.example/w", 4, good, bytes(4))),
        ("of an unknown kind", "key.malformed", vkey("w.example/w", 6, good)),
        ("of a log", "wire.bad_argument", vkey("w.example/w", 1, good)),
    ):
        trust = six_trust | {"policy": f"witness w {key}\nquorum w\n"}
        yield bundle("N24", f"witness key {name}", 2, None, None, None, [six()], trust=trust, refused=code)
    spki = base64.b64encode(SPKI + NO_POINT).decode()
    yield bundle(
        "N24",
        "a key in the trust that is no point",
        2,
        None,
        None,
        None,
        [six()],
        refused="key.malformed",
        trust={"trust": 1, "keys": [{"spki": spki, "role": "record", "label": "x"}]},
    )
    key = six_trust["keys"][0]
    number = base64.b64encode(hashlib.sha256(base64.b64decode(key["spki"])).digest()).decode()
    by_number = {"keyid": number, "role": "record", "label": "the same"}
    yield bundle(
        "N24",
        "a key in the trust twice with one role",
        2,
        None,
        None,
        None,
        [six()],
        refused="wire.bad_argument",
        trust=six_trust | {"keys": [key, by_number]},
    )
    made = Made()
    last = len(made.work.records[0].predicate["body"]["keys"]) - 1

    def no_point(statement: Any) -> None:
        keys = statement["predicate"]["body"]["keys"]
        keys[last]["spki"] = base64.b64encode(SPKI + NO_POINT).decode()
        keys.sort(key=lambda one: one["spki"])

    made.statement(FIRST_RECORD, no_point)
    at = [one["spki"] for one in made.work.records[0].predicate["body"]["keys"]].index(spki)
    yield bundle(
        "N24",
        "a key in a record that is no point",
        7,
        "record.malformed",
        f"/payload/predicate/body/keys/{at}/spki",
        FIRST_RECORD,
        made.parts(),
    )
    for name in ("witness-other-content_fail",):
        folder = GOLDEN / "bundle" / name
        lines = len((folder / "input.execert").read_bytes().splitlines())
        yield bundle(
            "N25",
            "genuine cosignature over another head",
            1,
            "witness.other_content",
            None,
            None,
            [{"golden": f"bundle/{name}/input.execert", "lines": [1, lines]}],
            trust=json.loads((folder / "trust.json").read_text()),
            options=json.loads((folder / "options.json").read_text()),
        )


def places() -> Iterator[Case]:
    """What two verifiers once read in two ways."""
    key = {"mac_key": "F5h7RF+LxnxPipE1eiRlKVuwiE+k3jhKOjUm6JgOn0g="}
    made = Made()
    made.work.options.update(key)
    made.work.records[0].predicate["mac"]["epoch"] = 1
    relink(made.work)
    yield bundle(
        "L8",
        "a tag of an epoch that cannot have begun",
        1,
        "chain.foreign_record",
        None,
        None,
        made.parts(),
        options=NOW | key,
        codes=["chain.foreign_record", "record.tag_mismatch"],
    )
    # Record 3 withheld, said to stand in a run that is not listed; and record 3 itself after it.
    folder = GOLDEN / "bundle/run"
    given = {name: json.loads((folder / f"{name}.json").read_text()) for name in ("trust", "options")}
    lines = (folder / "input.execert").read_bytes().splitlines()
    work = Work(str(folder))
    at = next(
        n
        for n, line in enumerate(work.lines)
        if line.statement is not None and line.is_record and line.predicate["run"]["seq"] == 1
    )
    place = work.lines[at].predicate["chain"]
    withheld = {
        "chain": place["id"],
        "digest": work.lines[at].digest,
        "execert": "withheld/1",
        "run": {"id": place["id"], "seq": 1},
    }
    parts = [
        {"golden": "bundle/run/input.execert", "lines": [1, at]},
        text(jcs.text(withheld) + "\n"),
        {"golden": "bundle/run/input.execert", "lines": [at + 1, len(lines)]},
    ]
    yield bundle(
        "L14",
        "a record again, first withheld at another place",
        1,
        "bundle.root_mismatch",
        None,
        None,
        parts,
        **given,
        codes=["bundle.root_mismatch", "chain.foreign_record", "chain.reordered", "run.gap", "witness.quorum_not_met"],
    )


def everything() -> list[Case]:
    out = [*texts(), *places(), *lines_of_text(), *contents(), *manifests(), *unknown_members(), *trusts()]
    names = [(case["what"], case["name"]) for case in out]
    assert len(set(names)) == len(names), "names are unique"
    return out


def main() -> int:
    lines = [json.dumps(case, ensure_ascii=True, separators=(",", ":"), sort_keys=True) for case in everything()]
    made = "\n".join(lines) + "\n"
    if "--check" in sys.argv:
        if CASES.read_text() != made:
            print(f"{os.path.relpath(CASES)} is not what tests/negative/cases.py writes")
            return 1
        print(f"{len(lines)} passed, 0 failed")
        return 0
    CASES.write_text(made)
    print(f"{len(lines)} cases, {len(made)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
