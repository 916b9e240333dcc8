#!/usr/bin/env python3
"""Runs every check and test of the project and counts them.

    python tests/run.py                 everything that `make test` runs
    python tests/run.py --only check    one group: check, test
    python tests/run.py --only NAME     one step

The output of a step goes to build/logs; its closing lines are shown, and all of it when it fails. The last line of the
whole run is `N passed, N failed, N skipped`.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PY = sys.executable
CARGO = ["--locked", "--profile", "ci"]
# What a test may do and a library may not: stop where something is not as it has to be.
IN_TESTS = [
    word
    for lint in ("unwrap_used", "expect_used", "panic", "indexing_slicing", "string_slice", "as_conversions",
                 "arithmetic_side_effects", "disallowed_methods", "print_stdout")
    for word in ("-A", f"clippy::{lint}")
] + ["-A", "unfulfilled_lint_expectations"]
# These have steps of their own.
APART = ["python", "node", "c", "uniffi", "faults", "fuzz"]
RUST = ["--workspace", *(word for name in APART for word in ("--exclude", f"execert-{name}"))]


@dataclasses.dataclass(frozen=True)
class Step:
    name: str
    group: str
    command: list[str]


STEPS = [
    Step("format", "check", ["cargo", "fmt", "--all", "--check"]),
    Step("lint", "check", ["cargo", "clippy", "--quiet", *CARGO, "--workspace", "--", "-D", "warnings"]),
    # The verifier alone, without what only a recorder needs.
    Step(
        "lint-verifier",
        "check",
        ["cargo", "clippy", "--quiet", *CARGO, "-p", "execert", "--no-default-features", "--", "-D", "warnings"],
    ),
    Step(
        "lint-tests",
        "check",
        ["cargo", "clippy", "--quiet", *CARGO, "--workspace", "--tests", "--benches", "--examples", "--"]
        + ["-D", "warnings", *IN_TESTS],
    ),
    Step("generated", "check", ["cargo", "run", "--quiet", *CARGO, "-p", "xtask", "--", "generate", "--check"]),
    Step("generated-uniffi", "check", ["bash", "scripts/generate-uniffi", "--check"]),
    Step("instructions", "check", [PY, "tests/bench/instructions.py"]),
    Step("supply", "check", [PY, "tests/supply/check.py"]),
    Step("score", "check", [PY, "tests/score/run.py", "--check"]),
    Step("rust", "test", ["cargo", "test", "--quiet", "--no-fail-fast", *CARGO, *RUST]),
    # By itself: the fail points of its store are in no other build.
    Step("faults", "test", ["cargo", "test", "--quiet", *CARGO, "-p", "execert-faults"]),
    Step("fuzz-smoke", "test", ["cargo", "test", "--quiet", *CARGO, "-p", "execert-fuzz"]),
    Step("python", "test", [PY, "-m", "pytest", "-q", "bindings-python/tests"]),
    Step("node", "test", ["bash", "bindings-node/test/run.sh"]),
    Step("c", "test", ["bash", "bindings-c/tests/run.sh"]),
    Step("go", "test", ["bash", "bindings-go/test.sh"]),
    Step("jvm", "test", ["bash", "bindings-uniffi/test.sh"]),
    Step("stubs", "test", [PY, "-m", "mypy.stubtest", "execert"]),
    Step("schemas", "test", [PY, "tests/schemas/check.py"]),
    Step("links", "test", [PY, "tests/docs/links.py"]),
    Step("worked-example", "test", [PY, "docs/spec/example.py", "--check"]),
    Step("guide", "test", ["bash", "tests/guide/check.sh"]),
    Step("second-verifier", "test", [PY, "tests/second-verifier/run_vectors.py", "tests/vectors/golden"]),
    Step("negative-made", "test", [PY, "tests/negative/cases.py", "--check"]),
    Step("negative", "test", [PY, "-m", "pytest", "-q", "tests/negative"]),
    Step("hostile", "test", [PY, "tests/hostile/run.py"]),
    Step("agreement", "test", [PY, "tests/agreement/run.py", "--count", "2000"]),
    Step("interop", "test", [PY, "-m", "pytest", "-q", "tests/interop"]),
    Step("cli", "test", [PY, "-m", "pytest", "-q", "tests/cli"]),
    Step("langchain", "test", [PY, "-m", "pytest", "--no-header", "integrations/langchain-python/tests"]),
    Step("docs", "test", [PY, "scripts/docs", "--check"]),
    Step("newcomer", "test", [PY, "tests/newcomer/run.py"]),
]

# The closing lines of the runners, and how each counts.
CARGO_LINE = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored")
PLAIN_LINE = re.compile(r"^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")
PYTEST_WORD = re.compile(r"(\d+) (passed|failed|skipped|error|errors|xfailed)")
PYTEST_LINE = re.compile(r"^=* ?(?:\d+ \w+(?:, )?)+.* in [\d.]+s")


def count(lines: list[str]) -> tuple[int, int, int, list[str]]:
    passed = failed = skipped = 0
    closing = []
    for line in lines:
        if match := CARGO_LINE.match(line) or PLAIN_LINE.match(line):
            numbers = [int(group or 0) for group in match.groups()]
            if not any(numbers):
                continue
            passed, failed, skipped = (a + b for a, b in zip((passed, failed, skipped), numbers))
            closing.append(line)
        elif PYTEST_LINE.match(line):
            for number, word in PYTEST_WORD.findall(line):
                if word == "passed":
                    passed += int(number)
                elif word in ("failed", "error", "errors"):
                    failed += int(number)
                else:
                    skipped += int(number)
            closing.append(line)
    return passed, failed, skipped, closing


def run(step: Step) -> tuple[int, int, int]:
    logs = ROOT / "build" / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    print(f"== {step.name}", flush=True)
    log = logs / f"{step.name}.log"
    with log.open("wb") as out:
        code = subprocess.run(
            step.command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        ).returncode
    lines = log.read_text(errors="replace").splitlines()
    passed, failed, skipped, closing = count(lines)
    if code != 0:
        failed = max(failed, 1)
        print("\n".join(lines[-400:]))
    else:
        for line in closing[-12:]:
            print(f"   {line}")
        # A check that counts nothing is one test: it passed.
        passed = passed or 1
    print(f"   {time.monotonic() - started:.0f} s", flush=True)
    return passed, failed, skipped


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="a group or a step")
    only = parser.parse_args().only
    steps = [s for s in STEPS if only in (s.name, s.group) or (only is None and s.group in ("check", "test"))]
    if not steps:
        print(f"there is no group or step called {only}", file=sys.stderr)
        return 2
    totals = [0, 0, 0]
    shares = []
    for step in steps:
        started = time.monotonic()
        totals = [a + b for a, b in zip(totals, run(step))]
        shares.append((time.monotonic() - started, step.name))
    whole = sum(seconds for seconds, _ in shares)
    print(
        "time: " + ", ".join(f"{name} {seconds:.0f} s" for seconds, name in sorted(shares, reverse=True)),
        f"(in all {whole:.0f} s)",
    )
    print(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    return 1 if totals[1] else 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    sys.exit(main())
