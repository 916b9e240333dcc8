#!/usr/bin/env python3
"""Holds the core against others: the second verifier on changed and on crowded bundles and on JSON texts, PyPI rfc8785
on documents.

    python tests/agreement/run.py --count 2000 --seed 1 --jobs 2

Two verifiers of one format have to give the same report, member for member, but for `verifier`, and the same refusal.
Where they do not, one has a defect or the specification is unclear: the files are kept, and the first member that
differs is printed. The last line is `N passed, N failed`."""

import argparse
import base64
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import rfc8785

import texts

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "hostile"))

import made  # noqa: E402

SECOND = ROOT / "tests/second-verifier"
VECTORS = pathlib.Path(os.environ.get("EXECERT_VECTORS") or ROOT / "tests/vectors/golden")
MISSING = "(absent)"
# Bytes of a bundle with more findings than a report lists.
CROWD = 3 << 19


def main():
    """Runs the comparisons."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000, help="changed bundles")
    parser.add_argument("--texts", type=int, default=20_000, help="JSON texts, good and broken")
    parser.add_argument("--documents", type=int, default=100_000, help="documents written by rfc8785 too")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--batch", help="a built example `batch` of the core, instead of building it")
    given = parser.parse_args()
    batch = given.batch or build()
    keep = pathlib.Path(tempfile.mkdtemp(prefix="execert-agreement-"))
    totals = [0, 0]
    for name, part in (("texts", canon), ("documents", documents), ("bundles", bundles), ("crowds", crowds)):
        passed, failed = part(given, batch, keep)
        print(f"   {name}: {passed} agree, {failed} do not", flush=True)
        totals = [totals[0] + passed, totals[1] + failed]
    if totals[1]:
        print(f"kept in {keep}")
    else:
        shutil.rmtree(keep)
    print(f"{totals[0]} passed, {totals[1]} failed")
    return 1 if totals[1] else 0


def build():
    """Builds the example and gives its path."""
    command = [
        "cargo",
        "build",
        "--quiet",
        "--locked",
        "--profile",
        "ci",
        "-p",
        "execert",
        "--example",
        "batch",
        "--message-format",
        "json",
    ]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found = [json.loads(line).get("executable") for line in built.stdout.splitlines()]
    return next(path for path in found if path)


def ask(command, lines, work):
    """Feeds lines to a program; one answer each. Both sides go through files: neither waits for a pipe."""
    question, answer = work / "question", work / "answer"
    question.write_bytes(b"".join(line + b"\n" for line in lines))
    with question.open("rb") as stdin, answer.open("wb") as stdout:
        subprocess.run(command, stdin=stdin, stdout=stdout, check=True)
    found = answer.read_bytes().splitlines()
    if len(found) != len(lines):
        raise SystemExit(f"{command[0]} answered {len(found)} of {len(lines)} lines")
    return found


def second(*arguments):
    """The command of the second verifier."""
    return [sys.executable, str(SECOND / "verify.py"), *arguments]


def compare(ours, theirs, show, keep_one):
    """Counts equal answers; prints the others."""
    passed = failed = 0
    for number, (one, other) in enumerate(zip(ours, theirs)):
        difference = differs(one, other, "")
        if difference is None:
            passed += 1
            continue
        failed += 1
        if failed <= 50:
            path, core, peer = difference
            print(f"{show(number)}: {path or '/'}: core {shorten(core)}, other {shorten(peer)}")
            keep_one(number)
    return passed, failed


def differs(one, other, path):
    """The first place where two JSON values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            found = differs(one.get(name, MISSING), other.get(name, MISSING), f"{path}/{name}")
            if found:
                return found
        return None
    if isinstance(one, list) and isinstance(other, list):
        for number, (left, right) in enumerate(zip(one, other)):
            found = differs(left, right, f"{path}/{number}")
            if found:
                return found
        if len(one) != len(other):
            longer = one if len(one) > len(other) else other
            at = min(len(one), len(other))
            pair = (longer[at], MISSING) if longer is one else (MISSING, longer[at])
            return (f"{path}/{at}", *pair)
        return None
    same = type(one) is type(other) and one == other
    return None if same else (path, one, other)


def shorten(value):
    """At most 300 letters of a value."""
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 300 else text[:300] + "..."


def canon(given, batch, keep):
    """Random texts: the same canonical bytes, or the same code at the same path."""
    rng = random.Random(f"texts:{given.seed}")
    made = [texts.text(rng) for _ in range(given.texts)]
    lines = [base64.b64encode(text) for text in made]
    ours = [json.loads(line) for line in ask([batch, "canon"], lines, keep)]
    theirs = [json.loads(line) for line in ask(second("--canon", "--jobs", str(given.jobs)), lines, keep)]
    read = sum("jcs" in one for one in ours)
    codes = {one["code"] for one in ours if "code" in one}
    print(f"   texts: {read} are JSON, the rest is refused with {len(codes)} codes")
    if not (read and len(codes) >= 8):
        raise SystemExit("the texts are not what they are meant to be")
    return compare(ours, theirs, lambda n: f"text {n}", lambda n: (keep / f"text-{n}.json").write_bytes(made[n]))


def documents(given, batch, keep):
    """Random documents: the core's canonical bytes are those of rfc8785, which is right for these values."""
    rng = random.Random(f"documents:{given.seed}")
    made = [texts.value(rng) for _ in range(given.documents)]
    lines = [base64.b64encode(json.dumps(value, ensure_ascii=rng.random() < 0.5).encode()) for value in made]
    ours = [json.loads(line) for line in ask([batch, "canon"], lines, keep)]
    theirs = [{"jcs": base64.b64encode(rfc8785.dumps(value)).decode()} for value in made]
    return compare(ours, theirs, lambda n: f"document {n}", lambda n: (keep / f"document-{n}").write_bytes(lines[n]))


def bundles(given, batch, keep):
    """Changed bundles: the same report."""
    command = [
        sys.executable,
        str(SECOND / "mutate.py"),
        "--seed",
        str(given.seed),
        "--count",
        str(given.count),
        "--from",
        str(VECTORS),
        "--out",
        str(keep),
    ]
    subprocess.run(command, check=True)
    lines = (keep / "batch.jsonl").read_bytes().splitlines()
    ours = [report(line) for line in ask([batch, "verify"], lines, keep)]
    theirs = [report(line) for line in ask(second("--batch", "--jobs", str(given.jobs)), lines, keep)]
    verdicts = {one.get("verdict") for one in ours}
    print(f"   bundles: verdicts {', '.join(sorted(str(one) for one in verdicts))}")

    def show(number):
        about = json.loads((keep / f"{number:06d}/about.json").read_bytes())
        return f"{number:06d} ({about['from']}: {'; '.join(about['done'])})"

    def keep_one(number):
        (keep / f"{number:06d}/core.json").write_text(json.dumps(ours[number], indent=1))
        (keep / f"{number:06d}/second.json").write_text(json.dumps(theirs[number], indent=1))

    return compare(ours, theirs, show, keep_one)


def crowds(_given, batch, keep):
    """Bundles with more findings of a code than a report lists: the same ones are listed, as many are not."""
    kinds = ("withheld", "again", "other-contents", "long-paths", "checkpoints", "signers")
    lines = []
    (keep / "crowd.trust").write_text(json.dumps(made.TRUST))
    for kind in kinds:
        write = made.KINDS[kind][0]
        path = keep / f"{kind}.execert"
        with path.open("wb") as out:
            out.writelines(write(CROWD))
        options = {"now": "2026-03-07T09:00:00.000Z"}
        lines.append(json.dumps({"bundle": str(path), "trust": str(keep / "crowd.trust"), "options": options}).encode())
    ours = [report(line) for line in ask([batch, "verify"], lines, keep)]
    theirs = [report(line) for line in ask(second("--batch", "--jobs", "2"), lines, keep)]
    for kind, one in zip(kinds, ours):
        if not one.get("unlisted"):
            raise SystemExit(f"{kind}: its report lists everything, which it is not meant to")
    return compare(ours, theirs, lambda number: kinds[number], lambda _: None)


def report(line):
    """A report without `verifier`, or the code of why there is none."""
    found = json.loads(line)
    if "error" in found:
        return {"error": found["error"]["code"]}
    found.pop("verifier", None)
    return found


if __name__ == "__main__":
    sys.exit(main())
