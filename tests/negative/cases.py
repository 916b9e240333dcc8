#!/usr/bin/env python3
"""Writes tests/vectors/negative/cases.jsonl: wrong input, made once, that every language is held to.

    python tests/negative/cases.py            write it
    python tests/negative/cases.py --check    fail if the file is not what this would write

What each input gives is said here, by the rules of docs/spec, before any verifier is asked. A case breaks one thing;
the rest is computed again and signed with the published test keys of the golden vectors."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from changes import FIRST_RECORD, MAC_KEY, NOW, SIX, Case, Made, bundle, six, text
from execert_verify import content, jcs
from hostile import TEXTS
from members import unknown_members
from mutation.model import Work
from mutation.relink import relink
from parts import CASES, GOLDEN, Part, golden_lines
from texts import lines_of_text, texts

SPKI = bytes.fromhex("302a300506032b6570032100")
NO_POINT = b"\x02" + bytes(31)  # no x of the curve goes with y = 2


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
        return (
            json.dumps({"execert": "material/1", "lines": [text], "type": "proof-lines"}, separators=(",", ":")) + "\n"
        )

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
