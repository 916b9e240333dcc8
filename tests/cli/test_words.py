"""What is said when evidence does not hold: no sign of success anywhere, and always what to do next."""

from __future__ import annotations

import json
import pathlib
import re

import pytest
from test_cli import GOLDEN, Shell, shell  # noqa: F401

GREEN = re.compile(r"\x1b\[[\d;]*(?<!\d)(?:32|92|42|102)(?:;\d+)*m|\x1b\[[\d;]*[34]8;5;(?:2|10|28|34|40|46)m")
CASES = [path.parent for area in ("bundle", "bad", "control") for path in sorted((GOLDEN / area).glob("*/report.json"))]
# Those that fail as they are, without a requirement or another key.
FAILING = [
    path
    for path in CASES
    if json.loads((path / "report.json").read_text())["exit"] != 0
    and list(json.loads((path / "options.json").read_text())) == ["now"]
]


def told(shell: Shell, case: pathlib.Path, *more: str) -> str:  # noqa: F811
    options = json.loads((case / "options.json").read_text())
    args = ["verify", str(case / "input.execert"), "--trust", str(case / "trust.json"), "--at", options["now"], *more]
    done = shell(*args, code=None)
    assert done.returncode != 0, done.stdout
    return done.stdout + done.stderr


def test_there_are_cases() -> None:
    assert len(FAILING) > 100


def test_green_is_recognised(shell: Shell) -> None:  # noqa: F811
    """The control: where evidence holds, the two tests below would see the colour and the tick."""
    case = GOLDEN / "bundle" / "good"
    args = ["verify", str(case / "input.execert"), "--trust", str(case / "trust.json"), "--color", "always"]
    done = shell(*args, "--at", json.loads((case / "options.json").read_text())["now"])
    assert "✓" in done.stdout and GREEN.search(done.stdout), done.stdout


@pytest.mark.parametrize("case", FAILING[::4], ids=lambda path: path.name)
def test_no_green_and_no_tick_where_it_fails(shell: Shell, case: pathlib.Path) -> None:  # noqa: F811
    text = told(shell, case, "--color", "always")
    assert "✓" not in text and not GREEN.search(text), text


@pytest.mark.parametrize("case", FAILING[1::4], ids=lambda path: path.name)
def test_every_failure_says_what_to_do_next(shell: Shell, case: pathlib.Path) -> None:  # noqa: F811
    text = told(shell, case)
    assert re.search(r"^hint: \S+ \S+", text, re.MULTILINE), text
