"""The vectors of the project as cases for `vectors`: words and lengths, so that C needs no reader of JSON.

What a vector states is checked here against what the wheel answers; the C library then has to give the same bytes.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import pathlib
from collections.abc import Iterator
from typing import Any

from execert import __version__, _execert

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"
GOLDEN = VECTORS / "golden"
FORMS_AT = "2026-03-06T12:00:00.000Z"
# What is larger is read once, not in four ways.
LARGE = 1_000_000
Case = tuple[str, str, list[bytes]]


def load(path: pathlib.Path) -> Any:
    return json.loads(path.read_text())


def lines(path: pathlib.Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def jcs(value: Any) -> bytes:
    return _execert.canonical(value)


def utf8(text: str | None) -> bytes:
    return (text or "").encode()


def need(holds: bool, *about: object) -> None:
    if not holds:
        raise AssertionError(about)


@functools.cache
def verifier() -> dict[str, Any]:
    one = GOLDEN / "bundle" / "six"
    report = _execert.check((one / "input.execert").read_bytes(), load(one / "trust.json"), load(one / "options.json"))
    found = json.loads(report)["verifier"]
    need(found["version"] == __version__, found)
    return found


def golden() -> Iterator[Case]:
    paths = sorted(path.parent for path in GOLDEN.glob("*/*/report.json"))
    need(len(paths) >= 165, len(paths))
    for path in paths:
        wanted = load(path / "report.json")
        need((wanted["exit"] == 0) == (not path.name.endswith("_fail")), path)
        given = [(path / name).read_bytes() for name in ("input.execert", "trust.json", "options.json")]
        report = jcs({**wanted, "verifier": verifier()})
        yield "judge", f"{path.parent.name}/{path.name}", [*given, report, utf8(str(wanted["exit"]))]
        for plain in (False, True):
            text = _execert.render_text(report, "file", "the trust given", plain)
            subject = jcs({"name": "file", "trust": "the trust given", "plain": plain})
            yield "render", f"{path.name} shown", [report, subject, text.encode()]


def texts() -> Iterator[Case]:
    seen = 0
    for path in sorted((GOLDEN / "canon").iterdir()):
        options = load(path / "options.json") if (path / "options.json").exists() else {}
        inputs = sorted(path.glob("input*"))
        if options.get("payload") is True or not inputs:
            continue
        seen += 1
        text = inputs[0].read_bytes()
        if path.name.endswith("_fail"):
            code = load(path / "expect.json")["code"]
            yield "text", path.name, [text, utf8(code), utf8(refusal(text)[1]), b""]
        else:
            yield "text", path.name, [text, b"", b"", jcs(_execert.parse(text))]
    need(seen > 15, seen)


def refusal(text: bytes) -> tuple[str, str | None]:
    try:
        _execert.parse(text)
    except Exception as error:  # whichever of ours it is
        return error.code, error.path or None
    raise AssertionError(text)


def forms() -> Iterator[Case]:
    cases = lines(GOLDEN / "record" / "forms.jsonl")
    need(len(cases) == 976, len(cases))
    for case in cases:
        yield "line", case["name"], [utf8(case["line"]), utf8(case["code"]), utf8(case["path"])]
    nobody = _execert.trust_build({})
    cases = lines(GOLDEN / "bundle" / "forms.jsonl")
    need(len(cases) == 217, len(cases))
    for case in cases:
        bundle = utf8(case["file"]) if "file" in case else base64.b64decode(case["file64"])
        options = {"now": FORMS_AT}
        report = _execert.check(bundle, nobody, options)
        found = json.loads(report)
        if case["code"] is None:
            need(found["verdict"] != "unreadable", case["name"])
        else:
            first = found["findings"][0]
            need(found["verdict"] == "unreadable", case["name"])
            place = [first[name] for name in ("code", "path", "line")]
            need(place == [case["code"], case["path"], case["at"]], case["name"], place)
        yield "judge", case["name"], [bundle, jcs(nobody), jcs(options), report, utf8(str(found["exit"]))]


@functools.cache
def golden_lines(name: str) -> list[bytes]:
    return (GOLDEN / name).read_bytes().split(b"\n")


def build(parts: list[dict[str, Any]]) -> bytes:
    out = []
    for part in parts:
        if "text" in part:
            one = utf8(part["text"])
        elif "b64" in part:
            one = base64.b64decode(part["b64"])
        elif "golden" in part:
            first, last = part["lines"]
            one = b"".join(line + b"\n" for line in golden_lines(part["golden"])[first - 1 : last])
        else:
            each = (part["each"].replace("%", str(number)) for number in range(part["times"]))
            out.append(utf8(part["join"].join(each)))
            continue
        out.append(one * part.get("times", 1))
    return b"".join(out)


def negative() -> Iterator[Case]:
    six = {name: load(GOLDEN / "bundle" / "six" / f"{name}.json") for name in ("trust", "options")}
    cases = lines(VECTORS / "negative" / "cases.jsonl")
    kinds = [case["what"] for case in cases]
    need(min(kinds.count("text"), kinds.count("bundle")) > 30, "too few")
    for case in cases:
        name = case["name"]
        if case["what"] == "text":
            text = build(case["parts"])
            if "code" in case:
                yield "text", name, [text, utf8(case["code"]), utf8(case["path"]), b""]
            else:
                yield "text", name, [text, b"", b"", jcs(_execert.parse(text))]
        elif case["what"] == "bundle":
            bundle, trust = build(case["parts"]), case.get("trust", six["trust"])
            options = {"require": [], **case.get("options", six["options"])}
            given = [bundle, jcs(trust), jcs(options)]
            if "refused" in case:
                yield "refused", name, [*given, utf8(case["refused"]), refused_at(bundle, trust, options)]
                continue
            report = _execert.check(bundle, trust, options)
            found = json.loads(report)
            errors = [finding for finding in found["findings"] if finding["severity"] == "error"]
            need(found["exit"] == case["exit"], name, found["exit"])
            need((errors[0]["code"] if errors else None) == case.get("code"), name)
            word = "judge" if len(bundle) < LARGE else "glance"
            yield word, name, [*given, report, utf8(str(case["exit"]))]


def refused_at(bundle: bytes, trust: Any, options: Any) -> bytes:
    try:
        _execert.check(bundle, trust, options)
    except Exception as error:  # whichever of ours it is
        return utf8(error.path)
    raise AssertionError("nothing was refused")


def policies() -> Iterator[Case]:
    """Whole policies that are refused, and what the gate says of steps."""
    seen = 0
    for path in sorted((VECTORS / "policy").iterdir()):
        vector = load(path)
        for policy, place in vector.get("malformed", []):
            if isinstance(policy, dict):
                seen += 1
                yield "options", path.name, [jcs({"policy": policy}), b"policy.malformed", utf8(place)]
        options = {"policy": vector["policy"]} if "policy" in vector else {}
        policy = options.get("policy")
        digest = {"policy": "sha256:" + hashlib.sha256(jcs(policy)).hexdigest()} if policy else {}
        fields = [jcs(options)]
        for case in vector.get("cases", []):
            # What a tool is declared as, and which tier the caller gives, is no matter of this interface alone.
            if "declared" in case or "given" in case:
                continue
            seen += 1
            step = {"op": "tool", "name": case["tool"], "input": case["arguments"]}
            decision = jcs({**case["decision"], **digest})
            fields += [jcs(step), b'"decision":' + decision, utf8(case.get("code"))]
        if len(fields) > 1:
            yield "decisions", path.name, fields
    need(seen > 30, seen)


def everything(folder: pathlib.Path) -> Iterator[Case]:
    import story

    for part in (golden(), texts(), forms(), negative(), policies(), story.feed(folder)):
        yield from part


def slow() -> Iterator[Case]:
    """Fewer, for a tool that makes all of it slow: what is read badly."""
    yield from texts()
    yield from policies()
    every = [*forms(), *golden()][::7]
    yield from every + [case for case in negative() if len(case[2][0]) < LARGE]


def written(cases: Iterator[Case]) -> bytes:
    out = []
    for word, name, fields in cases:
        label = name.replace("\n", " ").encode()[:200].decode(errors="ignore") or "-"
        out.append(f"{word} {len(fields)} {label}\n".encode())
        out += [b"%d\n%s\n" % (len(field), field) for field in fields]
    return b"".join(out)
