#!/usr/bin/env python3
"""Holds the JSON Schemas of core/schemas against the test vectors.

Good documents have to be accepted, and every document with a member that the format does not know refused: those of the
vectors, and every good document again with a strange member at each level.

    python3 tests/schemas/check.py          needs PyPI `jsonschema` (4.18 or newer)

Vectors: tests/vectors/golden, or the folder that EXECERT_VECTORS names.
"""

import base64
import binascii
import json
import os
import pathlib
import sys

import jsonschema

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
VECTORS = pathlib.Path(os.environ.get("EXECERT_VECTORS") or TOP / "tests/vectors/golden")
TYPES = {
    "record/v1": "record",
    "bundle/v1": "manifest",
    "approval/v1": "approval",
    "attestation/v1": "attestation",
    "countersign/v1": "countersign",
    "revocation-list/v1": "revocation-list",
}
# Which form a withheld line has goes by the scope, which stands in the manifest: a schema of one line cannot say it.
BY_SCOPE = ("withheld runs: form of the other scope", "withheld runs with run")
# Below these anything may stand: extensions, what users recorded, and its mirror image.
FREE = [("predicate", "ext"), ("index",), ("framework",)] + [
    ("content", name) for name in "input output error params request runtime names text".split()
]


def load_schemas():
    schemas = {}
    for path in sorted((TOP / "core/schemas").glob("*.schema.json")):
        schema = json.loads(path.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        name = path.name.removesuffix(".schema.json")
        assert schema["$id"] == f"https://execert.dev/schemas/{path.name}", path
        schemas[name] = jsonschema.Draft202012Validator(schema)
    return schemas


class Check:
    def __init__(self):
        self.schemas = load_schemas()
        self.passed, self.failed = 0, []
        self.seen = set()
        self.used = set()

    def expect(self, good, name, document, where):
        """The schema `name` accepts the document (or refuses it)."""
        self.used.add(name)
        error = jsonschema.exceptions.best_match(self.schemas[name].iter_errors(document))
        if (error is None) == good:
            self.passed += 1
        elif error is None:
            self.failed.append(f"{where}: {name} accepts it")
        else:
            self.failed.append(f"{where}: {name} refuses it at {error.json_path}: {error.message[:160]}")

    def good(self, name, document, where):
        self.expect(True, name, document, where)
        key = (name, shape(document))
        if key in self.seen:  # one of each shape is enough to try strange members on
            return
        self.seen.add(key)
        for path, strange in with_stranger(document):
            self.expect(False, name, strange, f"{where} with a strange member in {path or 'the root'}")

    def refuses(self, documents):
        """Whether at least one of the (name, document) pairs is refused."""
        return any(next(self.schemas[name].iter_errors(document), None) is not None for name, document in documents)

    def parts(self, line):
        """A line of a bundle and the statements in it: what has to be accepted each for itself."""
        found = [("line", line)]
        envelopes = [line] if "payload" in line else []
        envelopes += [line["envelope"]] if isinstance(line.get("envelope"), dict) else []
        content = line.get("content")
        if isinstance(content, dict):
            found_in = content.get("countersigns") or []
            envelopes += [entry["envelope"] for entry in found_in if isinstance(entry, dict) and "envelope" in entry]
        for envelope in envelopes:
            statement = json.loads(base64.b64decode(envelope["payload"]))
            kind = statement["predicateType"].removeprefix("https://execert.dev/")
            if kind in TYPES:
                found.append((TYPES[kind], statement))
        return found


def shape(value):
    if isinstance(value, dict):
        fixed = tuple(
            value.get(name)
            for name in ("kind", "type", "execert", "phase", "status")
            if isinstance(value.get(name), str)
        )
        return (fixed, tuple((name, shape(inner)) for name, inner in sorted(value.items())))
    if isinstance(value, list):
        return (shape(value[0]),) if value else ()
    return type(value).__name__


def with_stranger(document, path=()):
    if isinstance(document, dict):
        if any(path[-len(free) :] == free or path[: len(free)] == free for free in FREE):
            return
        yield "/".join(map(str, path)), {**document, "zz": 1}
        for name, inner in document.items():
            for where, strange in with_stranger(inner, (*path, name)):
                yield where, {**document, name: strange}
    elif isinstance(document, list) and document:
        for where, strange in with_stranger(document[0], (*path, 0)):
            yield where, [strange, *document[1:]]


def folders(check):
    for folder in sorted(VECTORS.glob("*/*/")):
        where = f"{folder.parent.name}/{folder.name}"
        bundle, report = folder / "input.execert", folder / "report.json"
        if not report.exists() or not bundle.exists():
            continue
        answer = json.loads(report.read_text())
        answer["verifier"] = {"name": "execert", "version": "0.1.0", "formats": [1]}
        check.good("report", answer, f"{where}/report.json")
        if not json.loads((folder / "expect.json").read_text()).get("verdict"):
            continue
        check.good("trust", json.loads((folder / "trust.json").read_text()), f"{where}/trust.json")
        if answer["verdict"] == "unreadable":
            continue
        for number, line in enumerate(bundle.read_bytes().split(b"\n"), 1):
            if line:
                for name, document in check.parts(json.loads(line)):
                    check.good(name, document, f"{where} line {number}")


def forms(check):
    """The forms: every line that is read, and every one that is refused for a strange member."""
    caught = missed = 0
    for path in ("record/forms.jsonl", "bundle/forms.jsonl"):
        for text in (VECTORS / path).read_text().splitlines():
            case = json.loads(text)
            lines = case["line"].split("\n") if "line" in case else case.get("file", "").split("\n")
            where = f"{path}: {case['name']}"
            if case["name"] in BY_SCOPE:
                continue
            if case["code"] is None:
                for line in filter(str.strip, lines):
                    for name, document in check.parts(json.loads(line)):
                        check.expect(True, name, document, where)
            elif case["code"] in (
                "record.unknown_member",
                "record.malformed",
                "bundle.unknown_member",
                "bundle.malformed",
            ):
                try:
                    parts = [part for line in filter(str.strip, lines) for part in check.parts(json.loads(line))]
                    refused = check.refuses(parts)
                except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
                    refused = True  # not even JSON, or no envelope at all: nothing for a schema to say
                if case["code"].endswith("unknown_member"):
                    check.passed += refused
                    check.failed += [] if refused else [f"{where}: accepted"]
                else:
                    caught, missed = caught + refused, missed + (not refused)
    print(f"malformed forms: {caught} refused by schema, {missed} need the rules that a schema cannot say")


SAMPLES = {
    "options": {
        "key": "recorder.key",
        "policy": "policy.json",
        "gate": "enforce",
        "tenant": "acme",
        "deadline_ms": 30000,
    },
    "policy": {
        "policy": 1,
        "default": "deny",
        "rules": [
            {"id": "small", "tool": "payments.refund", "when": [["/amount", "<=", 500]], "verdict": "allow"},
            {
                "id": "limit",
                "tool": "payments.*",
                "when": [["/amount", ">", 500]],
                "verdict": "approve",
                "reason": "over-limit",
            },
        ],
        "approvers": [{"key": "EfEnbkK0R/mCnUFFwWib8EUB8dzjE+cUnWvUCPPggFg=", "role": "refunds"}],
        "escalation": ["lead"],
    },
    "profile": {"profile": 1, "name": "evidence", "keep": ["/input/order"], "rules": "secrets/1"},
    "redact": {"redact": 1, "hide": [{"seq": 3, "paths": ["/input/email"]}]},
    "reveal": {"reveal": 1, "show": [{"run": {"id": "019cc320-58f8-7997-b93b-53b9524f4c73", "seq": 3}}]},
    "runtime": {
        "runtime": 1,
        "execert": "0.1.0",
        "language": "python",
        "language_version": "3.11.7",
        "os": "linux",
        "arch": "x86_64",
    },
    "tool-definition": {
        "tool": 1,
        "name": "crm.lookup",
        "description": "Looks a customer up",
        "parameters": {"type": "object"},
    },
    "event": {
        "feed": 1,
        "stack": "langchain-py",
        "versions": {"langchain": "1.4.7"},
        "event": "tool-end",
        "id": "run-1",
        "name": "crm.lookup",
        "call": "call_7",
        "status": "ok",
        "content": {"output": {"at": "2026-03-06T12:31:00Z"}, "conversions": [["/output/at", "datetime"]]},
        "framework": {"langgraph_step": 3},
    },
}
FREE += [("policy",), ("profile",), ("parameters",), ("versions",), ("libraries",), ("environment",)]


def main():
    check = Check()
    for name, document in SAMPLES.items():
        check.good(name, document, f"sample {name}")
    folders(check)
    forms(check)
    unused = set(check.schemas) - check.used
    if unused:
        check.failed.append(f"no document tried for {', '.join(sorted(unused))}")
    for text in check.failed[:40]:
        print(text)
    print(f"{check.passed} passed, {len(check.failed)} failed, 0 skipped")
    sys.exit(1 if check.failed else 0)


if __name__ == "__main__":
    main()
