#!/usr/bin/env python3
"""Counts the instructions of work that is the same each time, and fails where one kind of work needs 3 % more.

    python tests/bench/instructions.py            compares with tests/instructions.json
    python tests/bench/instructions.py --write    takes the counts of today as the new baseline

A count does not depend on what else the machine does. So that it does not depend on its model either, code that is
chosen by the features of the processor is left out: Ed25519, SHA-256, searches for bytes, the C library. The program
is `core/examples/instructions.rs`, optimised; the compiler is that of rust-toolchain.toml.
"""

from __future__ import annotations

import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BASELINE = ROOT / "tests" / "instructions.json"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
MARGIN = 0.03
MARK = "counted_"
# Where a line of code comes from, as the debug information says: crates that choose code at run time, and intrinsics.
CHOSEN = re.compile(
    r"/(curve25519-dalek|ed25519-dalek|sha2|cpufeatures|memchr|aho-corasick|subtle|zeroize|fiat-crypto)-\d"
    r"|/core_arch/|/core/src/stdarch|/std_detect/"
)


def count() -> dict[str, int]:
    """Instructions of each kind of work: one run, one dump after each."""
    build = [
        "cargo",
        "build",
        "--quiet",
        "--locked",
        "--profile",
        "count",
        "-p",
        "execert",
        "--example",
        "instructions",
    ]
    subprocess.run(build, cwd=ROOT, check=True)
    program = TARGET / "count" / "examples" / "instructions"
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "valgrind", "-q", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no",
            f"--dump-before=instructions::{MARK}*", f"--callgrind-out-file={folder}/out", str(program),
        ]  # fmt: skip
        # No variable of the caller is there: they would move what is on the stack.
        ran = subprocess.run(command, capture_output=True, text=True, env={"PATH": os.environ["PATH"], "HOME": folder})
        if ran.returncode != 0:
            sys.exit(f"instructions: {program.name} failed under valgrind\n{ran.stderr}")
        # A dump is written before each of the marked functions, with what was done since the one before: the work of a
        # function is in the dump that stands before the mark of its end.
        found: dict[str, int] = {}
        work = ""
        for number in range(1, len(list(pathlib.Path(folder).iterdir()))):
            text = (pathlib.Path(folder) / f"out.{number}").read_text(errors="replace")
            mark = re.search(rf"^desc: Trigger: --dump-before=.*{MARK}(\w+)", text, re.MULTILINE)
            name = mark[1] if mark else ""
            if name == "end":
                found[work] = ours(text)
            work = name
        return found


def ours(dump: str) -> int:
    """The sum over the lines of a dump that do not come from code chosen at run time."""
    total = 0
    counted = False
    skip = False
    for line in dump.splitlines():
        if line[:1].isdigit():
            if skip:
                # The line after `calls=` is what the callee cost: it is counted where the callee stands.
                skip = False
            elif counted:
                total += int(line.split()[1])
        elif line.startswith(("fl=", "fi=", "fe=")):
            file = line[3:]
            counted = file.endswith(".rs") and not CHOSEN.search(file)
        elif line.startswith("calls="):
            skip = True
    return total


def main() -> int:
    if shutil.which("valgrind") is None:
        print("valgrind is not installed, so no instructions were counted (scripts/setup installs it as root)")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    machine = platform.machine()
    found = count()
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if "--write" in sys.argv[1:]:
        BASELINE.write_text(json.dumps({**baseline, machine: found}, indent=2, sort_keys=True) + "\n")
        print(f"{BASELINE.relative_to(ROOT)}: {len(found)} counts written")
        return 0
    old: dict[str, int] = baseline.get(machine, {})
    if not old:
        print(f"there is no baseline for {machine}, so nothing was compared")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    failed = 0
    for name in sorted(old | found):
        was, now = old.get(name), found.get(name)
        if was is None or now is None:
            failed += 1
            print(f"  {name}: {'not in the baseline' if was is None else 'not counted any more'}: failed")
            continue
        change = now / was - 1
        bad = change > MARGIN
        failed += bad
        print(f"  {name:24} {was:>12,} {now:>12,}  {change:+.2%}{': failed' if bad else ''}")
    if failed:
        print("if that is what it has to cost: python tests/bench/instructions.py --write, and say why in the commit")
    print(f"{len(old | found) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
