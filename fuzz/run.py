#!/usr/bin/env python3
"""Runs the checks of this folder under libFuzzer and adds up what ran in build/results/fuzz.json.

    python3 fuzz/run.py --seconds 900 [--targets "canon bundle"] [--asan] [--minimise]

Needs a nightly compiler. Time is split by what an execution costs, so that each check comes far. What is new goes to
build/fuzz/corpus; `--minimise` puts the least of it that reaches as much into fuzz/corpus, which is committed.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
COMMITTED = ROOT / "fuzz" / "corpus"
# Shares of the time.
TARGETS = {
    "canon": 5,
    "content": 4,
    "bundle": 3,
    "envelope": 3,
    "disclose": 2,
    "trust": 4,
    "checkpoint": 6,
    "recover": 1,
}
# An input is at most so long: what a check says of short ones it says of long ones, slower.
LONGEST = {"canon": 512, "content": 512}
# Without counts of how often an edge was taken it is twice as fast where a check takes microseconds.
FAST = {"canon", "content"}
TRIPLE = "x86_64-unknown-linux-gnu"
# What cargo-fuzz sets too. Coverage is counted in our crates and those we use alike.
COVERAGE = "-Cpasses=sancov-module " + " ".join(f"-Cllvm-args=-sanitizer-coverage-{name}" for name in (
    "level=4", "inline-8bit-counters", "pc-table", "trace-compares")) + " --cfg fuzzing"
DONE = re.compile(r"stat::number_of_executed_units:\s+(\d+)")
PULSE = re.compile(r"^#(\d+)\s", re.MULTILINE)


def build(asan: bool) -> pathlib.Path:
    """The folder of the binaries."""
    target = pathlib.Path(os.environ.get("FUZZ_TARGET_DIR") or BUILD / "fuzz-target") / ("asan" if asan else "plain")
    flags = COVERAGE + (" -Zsanitizer=address" if asan else "")
    env = {**os.environ, "CARGO_TARGET_DIR": str(target), "RUSTFLAGS": flags}
    command = ["cargo", "+nightly", "build", "--quiet", "--locked", "--release", "--target", TRIPLE, "--bins"]
    subprocess.run(command, cwd=ROOT / "fuzz" / "libfuzzer", env=env, check=True)
    return target / TRIPLE / "release"


def fuzz(binary: pathlib.Path, seconds: int, seed: int) -> dict:
    """One check for so long."""
    name = binary.name
    grown, crashes = BUILD / "fuzz" / "corpus" / name, BUILD / "fuzz" / "crashes" / name
    for folder in (grown, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    log = BUILD / "fuzz" / f"{name}.log"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [str(binary), f"-max_total_time={seconds}", f"-seed={seed}", "-print_final_stats=1", "-timeout=60",
               f"-max_len={LONGEST.get(name, 4096)}", "-rss_limit_mb=4096", f"-use_counters={int(name not in FAST)}",
               f"-artifact_prefix={crashes}/", str(grown), str(COMMITTED / name)]
    with log.open("wb") as out:
        code = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, check=False).returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    text = log.read_text(errors="replace")
    found = DONE.search(text)
    executions = int(found[1]) if found else max((int(number) for number in PULSE.findall(text)), default=0)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if code != 0:
        print(text[-4000:])
    return {"name": name, "executions": executions, "crashes": int(code != 0), "cpu_seconds": round(took, 1)}


def add(results: list[dict]) -> dict:
    """Adds to what ran before."""
    path = BUILD / "results" / "fuzz.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    old = json.loads(path.read_text())["targets"] if path.exists() else []
    rows = {row["name"]: row for row in old}
    for result in results:
        row = rows.setdefault(result["name"], {"name": result["name"], "executions": 0, "crashes": 0, "cpu_seconds": 0})
        for member in ("executions", "crashes", "cpu_seconds"):
            row[member] = round(row[member] + result[member], 1)
    targets = [rows[name] for name in sorted(rows)]
    total = {
        member: round(sum(row[member] for row in targets), 1) for member in ("executions", "crashes", "cpu_seconds")
    }
    path.write_text(json.dumps({**total, "targets": targets}, indent=1) + "\n")
    return total


def minimise(binary: pathlib.Path) -> None:
    """The committed corpus anew: its regressions, and the least of everything that reaches as much as everything."""
    name = binary.name
    fresh = BUILD / "fuzz" / "least" / name
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    sources = [COMMITTED / name, BUILD / "fuzz" / "corpus" / name]
    command = [str(binary), "-merge=1", "-max_len=4096", str(fresh), *map(str, filter(pathlib.Path.exists, sources))]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # What was found once stays, whatever it reaches.
    for kept in (COMMITTED / name).glob("found-*"):
        shutil.copyfile(kept, fresh / kept.name)
    shutil.rmtree(COMMITTED / name)
    shutil.copytree(fresh, COMMITTED / name)
    size = sum(file.stat().st_size for file in (COMMITTED / name).iterdir())
    print(f"{name}: {len(list((COMMITTED / name).iterdir()))} files, {size} bytes")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=900)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--targets", default=" ".join(TARGETS))
    parser.add_argument("--asan", action="store_true")
    parser.add_argument("--minimise", action="store_true")
    given = parser.parse_args()
    if subprocess.run(["cargo", "+nightly", "--version"], capture_output=True, check=False).returncode != 0:
        print("no nightly compiler: `rustup toolchain install nightly`; 0 passed, 0 failed, 1 skipped")
        return 0
    binaries = build(given.asan)
    names = given.targets.split()
    if given.minimise:
        for name in names:
            minimise(binaries / name)
        return 0
    shares = sum(TARGETS[name] for name in names)
    print(f"seed {given.seed}, {given.seconds} s for {len(names)} targets", flush=True)
    results = []
    for name in names:
        result = fuzz(binaries / name, max(1, given.seconds * TARGETS[name] // shares), given.seed)
        print(
            f"{name}: {result['executions']:,} executions in {result['cpu_seconds']} s, {result['crashes']} crashes",
            flush=True,
        )
        total = add([result])
        results.append(result)
    print(
        f"in all {total['executions']:,.0f} executions, {total['crashes']:.0f} crashes, {total['cpu_seconds']:.0f} s of a core"
    )
    failed = sum(result["crashes"] for result in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
