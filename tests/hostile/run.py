#!/usr/bin/env python3
"""Hostile bundles, each kind from a file and from a pipe: the verdict, its time, and the memory it took.

    python tests/hostile/run.py                 1 MB each, file and pipe by turns; under a ceiling of memory
    python tests/hostile/run.py --full          256 MB each, both ways, and what is just within a limit; writes
                                                build/results/hostile.json
    python tests/hostile/run.py --kind records  one kind

`--command` names the program; the figures of `--full` are those of an optimised build. Time is told, not judged, but
with `--full`, where each verdict has 30 s and 100 MB."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any

import made

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SMALL, FULL = 1 << 20, 256 << 20
# An optimised build needs less; what counts is that it does not grow with the file.
CEILING_MB, SECONDS = 100, 30
ADDRESS_SPACE = 1 << 30


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--size", type=int, help="MB, instead of 1 or 256")
    parser.add_argument("--kind", action="append", choices=sorted(made.KINDS))
    parser.add_argument("--command", default=os.environ.get("EXECERT_COMMAND", str(ROOT / "build" / "execert")))
    given = parser.parse_args()
    size = given.size << 20 if given.size else FULL if given.full else SMALL
    rows, failed = [], 0
    with tempfile.TemporaryDirectory(prefix="execert-hostile-") as folder:
        work = pathlib.Path(folder)
        (work / "t.trust").write_text(json.dumps(made.TRUST))
        for number, (kind, size) in enumerate(plan(given.kind or list(made.KINDS), size, given.full)):
            _, exit, code, most, over = made.KINDS[kind]
            if over and size > most:
                exit, code = 7, over
            path = work / "hostile.execert"
            # In a process of its own: a child begins with the peak of the process that it was forked from.
            subprocess.run([sys.executable, str(HERE / "made.py"), kind, str(size), str(path)], check=True)
            ways = ("file", "pipe")
            for way in ways if given.full or given.kind else ways[number % 2 :][:1]:
                row = {"kind": kind, "way": way, "bytes": path.stat().st_size, **judge(given.command, path, work, way)}
                wrong = faults(row, exit, code, given.full)
                failed += bool(wrong)
                rows.append(row)
                print(
                    f"   {kind:<16} {way}  {row['bytes'] >> 20:>4} MB  exit {row['exit']}  {row['code']:<28} "
                    f"{row['seconds']:6.1f} s {row['peak_mb']:>5} MB  {'; '.join(wrong)}",
                    flush=True,
                )
            path.unlink()
    if given.full and not given.kind:
        results = ROOT / "build" / "results"
        results.mkdir(parents=True, exist_ok=True)
        (results / "hostile.json").write_text(
            json.dumps({"hostile": 1, "command": given.command, "rows": rows}, indent=1) + "\n"
        )
    print(f"{len(rows) - failed} passed, {failed} failed")
    return 1 if failed else 0


def plan(kinds: list[str], size: int, full: bool) -> list[tuple[str, int]]:
    """What is tried: with `full` also as much as there may be of what has a limit, since all of that is judged."""
    all = []
    for kind in kinds:
        most = made.KINDS[kind][3]
        all += [(kind, most)] if full and 0 < most < size else []
        all.append((kind, size))
    return all


def faults(row: dict[str, Any], exit: int, code: str, full: bool) -> list[str]:
    """What is not as it should be."""
    wrong = []
    if (row["exit"], row["code"]) != (exit, code):
        wrong.append(f"expected exit {exit}, {code}")
    if row["peak_mb"] > CEILING_MB:
        wrong.append(f"more than {CEILING_MB} MB")
    if full and row["seconds"] > SECONDS:
        wrong.append(f"more than {SECONDS} s")
    return wrong


def judge(command: str, path: pathlib.Path, work: pathlib.Path, way: str) -> dict[str, Any]:
    """Runs `verify`; exit code, first error, CPU and wall time, peak memory of that process alone."""
    name = str(path) if way == "file" else "/dev/stdin"
    args = [command, "verify", name, "--trust", "t.trust", "--at", "2026-03-07T09:00:00.000Z", "--format", "json"]
    report = work / "report.json"
    stdin = subprocess.DEVNULL if way == "file" else subprocess.PIPE
    began = time.monotonic()
    with report.open("wb") as out:
        child = subprocess.Popen(
            args,
            cwd=work,
            stdin=stdin,
            stdout=out,
            stderr=subprocess.PIPE,
            env={"HOME": str(work)},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE)),
        )
        feeder = threading.Thread(target=feed, args=(path, child)) if way == "pipe" else None
        if feeder:
            feeder.start()
        told = child.stderr.read() if child.stderr else b""
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if feeder:
            feeder.join()
    seconds = time.monotonic() - began
    try:
        found = json.loads(report.read_bytes())
        first = next((one["code"] for one in found["findings"] if one["severity"] == "error"), "none")
    except ValueError:
        first = told.decode(errors="replace")[-200:] or "no report"
    return {
        "exit": child.returncode,
        "code": first,
        "seconds": round(seconds, 2),
        "cpu": round(used.ru_utime + used.ru_stime, 2),
        "peak_mb": used.ru_maxrss >> 10,
        "report_kb": report.stat().st_size >> 10,
    }


def feed(path: pathlib.Path, child: subprocess.Popen[bytes]) -> None:
    """Writes the file into the pipe, until it ends or nobody reads on."""
    assert child.stdin
    try:
        with path.open("rb") as source:
            while block := source.read(1 << 20):
                child.stdin.write(block)
        child.stdin.close()
    except BrokenPipeError:
        pass


if __name__ == "__main__":
    sys.exit(main())
