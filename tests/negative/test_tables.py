"""The tables of tests/negative.md and tests/lessons.md are true: every number, every test that they name is there."""

from __future__ import annotations

import json
import pathlib
import re

from parts import CASES

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHORT = {
    "core": "core/tests",
    "py": "bindings-python/tests",
    "lc": "integrations/langchain-python/tests",
    "faults": "tests/faults/rig",
}


def rows(page: str, letter: str) -> dict[str, str]:
    return dict(re.findall(rf"(?m)^\| ({letter}\d+) \|(.*)\|$", (ROOT / page).read_text()))


def named(text: str) -> list[tuple[pathlib.Path, str | None]]:
    """Files, and the test in them, that a text names."""
    found = []
    for file, test in re.findall(r"`([\w./-]+\.(?:rs|py))(?:::(\w+))?`", text):
        first, _, rest = file.partition("/")
        found.append((ROOT / (f"{SHORT[first]}/{rest}" if first in SHORT else file), test or None))
    return found


def test_every_test_that_is_named_exists() -> None:
    count = 0
    for page in ("tests/negative.md", "tests/lessons.md"):
        for file, test in named((ROOT / page).read_text()):
            assert file.is_file(), f"{page}: {file.relative_to(ROOT)}"
            if test:
                assert re.search(rf'(?:fn|def) {test}\(|"{test}"', file.read_text()), f"{page}: {file.name}::{test}"
                count += 1
    assert count > 80


def test_no_number_is_missing() -> None:
    assert set(rows("tests/negative.md", "N")) == {f"N{n:02}" for n in range(1, 61)}
    assert set(rows("tests/lessons.md", "L")) == {f"L{n}" for n in range(1, 32)}


def test_every_row_has_tests_or_says_why_not() -> None:
    made = {json.loads(line)["n"] for line in CASES.read_text().splitlines()}
    for page, letter in (("tests/negative.md", "N"), ("tests/lessons.md", "L")):
        for number, row in rows(page, letter).items():
            tests = row.split("|", 1)[1]
            assert named(tests) or "cases" in tests or " in this version" in tests, number
            for case in [number] if letter == "N" and "cases" in tests else re.findall(r"[NL]\d+", tests):
                assert case in made, f"{page}, {number}: there are no cases of {case}"
    table = rows("tests/negative.md", "N") | rows("tests/lessons.md", "L")
    assert all("cases" in table[number] for number in made)
