#!/usr/bin/env python3
"""Prints the score sheet and writes docs/scores/VERSION.json.

python tests/score/run.py           out of the last `make test` and of what `make deep` and `make bench` wrote
python tests/score/run.py --check   only whether every test that it names exists; for `make check`
"""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys

from checks import CHECKS, Check
from evidence import COMMANDS, ROOT, exists, outcome, step_of
from figures import FIGURES

SOURCES = ROOT / "tests" / "score" / "figures.py"


def check() -> int:
    """A sheet that names what is not there would be worth nothing."""
    named = {witness for item in CHECKS for witness in item.tests}
    named |= set(
        re.findall(r'"((?:core|store|bindings-python|tests|integrations)/[^"]+\.(?:rs|py)::\w+)"', SOURCES.read_text())
    )
    wrong = [f"there is no {witness}" for witness in sorted(named) if not exists(witness)]
    wrong += [
        f"no step of tests/run.py runs {witness}" for witness in sorted(named) if step_of(witness) not in COMMANDS
    ]
    numbers = [item.number for item in CHECKS]
    wrong += [] if numbers == list(range(1, 31)) else ["the checks are not numbered 1 to 30"]
    wrong += [
        f"check {item.number} names neither a test nor what is missing"
        for item in CHECKS
        if not item.tests and not item.missing
    ]
    print("\n".join(wrong))
    print(f"{len(named)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


def state(item: Check) -> tuple[str, str]:
    """`counts`, `not yet`, `not run` or `failed`, and why."""
    if item.missing:
        return "not yet", item.missing
    absent = [witness for witness in item.tests if not exists(witness)]
    if absent:
        return "not yet", f"there is no {absent[0]}"
    found = {witness: outcome(witness) for witness in item.tests}
    for word in ("failed", "not run"):
        if bad := [witness for witness, said in found.items() if said == word]:
            return word, bad[0]
    return "counts", ", ".join(found)


def main() -> int:
    if "--check" in sys.argv[1:]:
        return check()
    git = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    version = re.search(r'^version = "([^"]+)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
    assert version is not None
    sheet = []
    print(f"execert {version[1]}, {git[:12]}\n")
    for item in FIGURES:
        text, value, met = item.answer()
        mark = {True: "met", False: "MISSED", None: ""}[met]
        print(f"  {item.name:<54} {text:<34} aim {item.aim:<16} {mark}")
        sheet.append({"figure": item.name, "aim": item.aim, "measured": text, "value": value, "met": met})
    print()
    checks = []
    for one in CHECKS:
        word, why = state(one)
        print(f"  {one.number:>2} {word:<8} {one.claim}" + ("" if word == "counts" else f": {why}"))
        checks.append(
            {
                "number": one.number,
                "claim": one.claim,
                "state": word,
                "shown_by" if word == "counts" else "because": why,
            }
        )
    counting = sum(it["state"] == "counts" for it in checks)
    met = sum(it["met"] is True for it in sheet)
    print(f"\n{met} of {len(sheet)} figures met, {counting} of {len(checks)} checks count")
    folder = ROOT / "docs" / "scores"
    folder.mkdir(parents=True, exist_ok=True)
    at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    document = {"version": version[1], "commit": git, "at": at, "figures": sheet, "checks": checks}
    (folder / f"{version[1]}.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    print(f"docs/scores/{version[1]}.json written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
