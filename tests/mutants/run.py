#!/usr/bin/env python3
"""Tries the mutants of the core that cargo-mutants names, all out of one build.

    python3 tests/mutants/run.py [--shard K/N] [--only NUMBER,...]

Each mutant stands in the sources behind a number of the environment (src/plant.rs). Each test runs once alone, to see
which mutants it reaches and how long it takes; then each mutant meets the tests that reach it, the quickest first,
until one fails. A mutant that no test reaches has survived without a run. The last line is `N passed, N failed`.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HERE = ROOT / "tests" / "mutants"
WORK = ROOT / "build" / "mutants"
TREE = WORK / "tree"
FILES = ["canon/*.rs", "content/*.rs", "record/*.rs", "chain.rs", "disclose/*.rs", "verify/*.rs"]
# The tests of what is mutated; the others of the core take more time than they add.
TESTS = ["canon", "certificates", "content", "differences", "disclose", "disclose_refused", "edges", "forms", "golden",
         "input_errors", "keys", "lessons", "limits", "log", "policy", "tags", "threads", "trust", "values", "verify",
         "verify_reader"]
# With what only a command and a wheel switch on: lines are judged side by side.
FEATURES = ["--features", "parallel"]
# What takes longer than this tests figures and sizes, not branches.
SLOWEST = 8.0
# What waits for ever uses no processor time.
LONGEST = 300


def environment() -> dict[str, str]:
    """The core is optimised, since it is built once and run often; what it uses stays as it is built for the tests."""
    own = {"CARGO_TARGET_DIR": str(WORK / "target"), "RUSTC_WORKSPACE_WRAPPER": str(WORK / "rustc"),
           "CARGO_PROFILE_CI_OPT_LEVEL": "1"}
    return {**os.environ, **own}


def cargo(*arguments: str, check: bool = True, tree: pathlib.Path = TREE) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["cargo", *arguments], cwd=tree, env=environment(), stdout=subprocess.PIPE, check=check)


def copied() -> None:
    """The sources as git knows them. Files that did not change keep their times: cargo builds less."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    for name in names.decode().split("\0"):
        source, target = ROOT / name, TREE / name
        if name and source.is_file() and not (target.exists() and target.read_bytes() == source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def planted() -> list[dict]:
    """The list of mutants, after they stand in TREE and TREE compiles."""
    copied()
    # Nobody reads the warnings of these sources.
    wrapper = WORK / "rustc"
    wrapper.write_text('#!/bin/sh\nexec "$@" --cap-lints warn -Awarnings\n')
    wrapper.chmod(0o755)
    files = [word for file in FILES for word in ("--file", f"core/src/{file}")]
    listed = cargo("mutants", "--list", "--json", "--package", "execert", *files).stdout
    listing, skip, clean = WORK / "list.json", WORK / "skip", WORK / "clean"
    # What did not compile last time does not compile now, if the list is the same.
    if not (skip.exists() and listing.exists() and listing.read_bytes() == listed):
        listing.write_bytes(listed)
        skip.write_text("")
    shutil.rmtree(clean, ignore_errors=True)
    shutil.copytree(TREE / "core" / "src", clean)
    tool_target = WORK / "tool"
    subprocess.run(["cargo", "build", "--quiet", "--locked", "--manifest-path", str(HERE / "Cargo.toml")], check=True,
                   env={**os.environ, "CARGO_TARGET_DIR": str(tool_target)})
    plant = [str(tool_target / "debug" / "execert-mutants"), "plant", str(listing), str(skip), str(TREE)]
    while True:
        shutil.copytree(clean, TREE / "core" / "src", dirs_exist_ok=True)
        subprocess.run(plant, check=True)
        built = cargo("build", "--quiet", "--locked", "--profile", "ci", "-p", "execert", *FEATURES,
                      "--message-format", "json", check=False)
        if built.returncode == 0:
            return json.loads(listed)
        subprocess.run([plant[0], "blame", *plant[2:]], input=built.stdout, check=True)


def limits(seconds: float):
    """Processor time, not time: a busy machine makes nothing slower."""
    def limit() -> None:
        most = int(seconds * 10) + 5
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    return limit


def run(binary: str, test: str, seconds: float, **more: str) -> tuple[str, float]:
    """`passed`, `failed` or `timeout`, and the processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        code = subprocess.run([binary, "--exact", test, "--test-threads", "1"], cwd=TREE / "core", timeout=LONGEST,
                              env={**environment(), **more}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              stdin=subprocess.DEVNULL, preexec_fn=limits(seconds)).returncode
    except subprocess.TimeoutExpired:
        return "timeout", float(LONGEST)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if code == 0:
        return "passed", took
    # SIGXCPU, or SIGKILL at the hard limit.
    return ("timeout" if code in (-24, -9) else "failed"), took


def tests() -> list[tuple[float, str, str, set[int]]]:
    """Every test of the core that passes here: time, binary, name, and the mutants that it reaches."""
    built = cargo("test", "--quiet", "--locked", "--profile", "ci", "-p", "execert", *FEATURES, "--lib", "--no-run",
                  "--message-format", "json", *(word for test in TESTS for word in ("--test", test))).stdout
    binaries = [message["executable"] for message in map(json.loads, built.splitlines())
                if message.get("executable") and message.get("profile", {}).get("test")]
    found = []
    seen = WORK / "seen"
    for binary in binaries:
        listing = [binary, "--list", "--format", "terse"]
        listed = subprocess.run(listing, stdout=subprocess.PIPE, check=True, cwd=TREE / "core")
        for line in listed.stdout.decode().splitlines():
            test, _, kind = line.rpartition(": ")
            if kind != "test":
                continue
            seen.unlink(missing_ok=True)
            said, took = run(binary, test, SLOWEST, EXECERT_MUTANTS_SEEN=str(seen))
            if said != "passed" or took > SLOWEST:
                print(f"left out: {test} ({said}, {took:.0f} s)", flush=True)
                continue
            reached = {int(number) for number in seen.read_text().split()} if seen.exists() else set()
            if reached:
                found.append((took, binary, test, reached))
    return sorted(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shard", default="0/1", help="K/N: every N-th mutant, from the K-th, counted from 0")
    parser.add_argument("--only", help="numbers of mutants, with commas")
    given = parser.parse_args()
    part, parts = map(int, given.shard.split("/"))
    began = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    mutants = planted()
    alive = {int(number) for number in (TREE / "planted").read_text().split()}
    asked = {int(number) for number in given.only.split(",")} if given.only else None
    ready = tests()
    print(f"{len(mutants)} mutants, {len(alive)} compile; {len(ready)} tests reach them", flush=True)
    counts: collections.Counter[str] = collections.Counter()
    missed, modules = [], collections.defaultdict(collections.Counter)
    for number, mutant in enumerate(mutants, 1):
        if number % parts != part or (asked is not None and number not in asked):
            continue
        outcome = "unviable" if number not in alive else "missed"
        for took, binary, test, reached in ready if outcome == "missed" else []:
            if number in reached:
                said, _ = run(binary, test, took, EXECERT_MUTANT=str(number))
                if said != "passed":
                    outcome = "caught" if said == "failed" else "timeout"
                    break
        counts[outcome] += 1
        modules[mutant["file"].removeprefix("core/src/")][outcome] += 1
        if outcome == "missed":
            missed.append(f"{number} {mutant['name']}")
            print(f"missed: {missed[-1]}", flush=True)
        if sum(counts.values()) % 100 == 0:
            print(f"{sum(counts.values())} tried: {dict(counts)}", flush=True)
    write(given.shard, counts, missed, modules, began)
    print(f"{counts['caught'] + counts['timeout']} passed, {counts['missed']} failed")
    return 0


def write(shard: str, counts: collections.Counter[str], missed: list[str], modules: dict, began: tuple) -> None:
    """build/results/mutants.json."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = ended.ru_utime + ended.ru_stime - began[1].ru_utime - began[1].ru_stime
    tested = counts["caught"] + counts["missed"] + counts["timeout"]
    result = {
        "tested": tested, "caught": counts["caught"], "missed": counts["missed"], "unviable": counts["unviable"],
        "timeout": counts["timeout"], "shard": shard, "cpu_seconds": round(seconds),
        "percent": round(100 * (tested - counts["missed"]) / max(tested, 1), 1),
        "modules": {name: dict(found) for name, found in sorted(modules.items())}, "survivors": missed,
    }
    results = ROOT / "build" / "results"
    results.mkdir(parents=True, exist_ok=True)
    (results / "mutants.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
