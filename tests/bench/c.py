"""The C library: what a call costs, one record, one step, and checking beside the same work in Rust; and Go over it."""

from __future__ import annotations

import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
from datetime import datetime, timezone

from execert import Key, Trust
from measure import FOLDER, tell
from verify import made

HERE = pathlib.Path(__file__).resolve().parent
COUNT = 10_000
ROUNDS = 7


def built(folder: pathlib.Path, prefix: pathlib.Path, name: str) -> pathlib.Path:
    """A program of C, against the installed library alone."""
    program = folder / name
    environment = {**os.environ, "PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig")}
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "execert"], env=environment, check=True, capture_output=True, text=True
    ).stdout.split()
    source = HERE / "c" / f"{name}.c"
    run = f"-Wl,-rpath,{prefix / 'lib'}"
    subprocess.run(["cc", "-std=c99", "-O2", "-o", program, source, *flags, run], check=True)
    return program


def cpu(command: list[str]) -> float:
    """Seconds of processor that a command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def checking(folder: pathlib.Path, programs: dict[str, pathlib.Path]) -> dict[str, float]:
    """One check of 10,000 records in each program, in turn, so that what the machine does meets both: the least that three
    take, less the least that one takes."""
    key = Key.generate()
    trust = folder / "keys.trust"
    Trust([key]).save(trust)
    bundle = made(folder, key, COUNT)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    least = dict.fromkeys(((name, times) for name in programs for times in "13"), float("inf"))
    for _ in range(ROUNDS):
        for name, times in least:
            least[name, times] = min(least[name, times], cpu([str(programs[name]), str(bundle), str(trust), now, times]))
    found = {name: (least[name, "3"] - least[name, "1"]) / 2 for name in programs}
    return {f"{name} verify {COUNT}": seconds * 1e6 for name, seconds in found.items()}


def over_rust(folder: pathlib.Path, programs: dict[str, pathlib.Path]) -> float:
    """Instructions of checking 1,000 records through C for each of Rust: no machine disturbs them."""
    key = Key.generate()
    trust = folder / "counted.trust"
    Trust([key]).save(trust)
    bundle = made(folder, key, 1_000)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]

    def counted(program: pathlib.Path, times: str) -> int:
        command = [*valgrind, str(program), str(bundle), str(trust), now, times]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
        return int(re.findall(r"Collected : (\d+)", said)[-1])

    c, rust = (counted(programs[name], "2") - counted(programs[name], "1") for name in ("c", "rust"))
    return c / rust


# A call through Go, and the same in a loop of C, by the benchmarks of the module.
PAIRS = {
    "call of nothing": ("Nothing", "InC/Nothing"),
    "key id": ("NothingThroughErrorAndAnswer", "InC/KeyID"),
    "canonical 1 KB": ("Canonical1KB", "InC/Canonical1KB"),
}


def go(prefix: pathlib.Path) -> dict[str, float]:
    """Nanoseconds that calls through Go take, and what they take more than in C; the least of some rounds."""
    library = prefix / "lib"
    environment = {**os.environ, "PKG_CONFIG_PATH": str(library / "pkgconfig"), "LD_LIBRARY_PATH": str(library)}
    command = ["go", "test", "-tags", "execert_bench", "-run", "^$", "-bench", "Nothing|Canonical|InC"]
    command += ["-benchtime", "0.2s", "-count", str(ROUNDS), "-cpu", "1", "."]
    folder = HERE.parent.parent / "bindings-go"
    printed = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout
    least: dict[str, float] = {}
    for name, taken in re.findall(r"^Benchmark(\S+)\s+\d+\s+([\d.]+) ns/op", printed, re.MULTILINE):
        least[name] = min(least.get(name, float("inf")), float(taken))
    figures = {f"go {name} ns": least[through] for name, (through, _) in PAIRS.items()}
    figures["go added ns"] = max(least[through] - least[within] for through, within in PAIRS.values())
    return figures


def main() -> None:
    prefix, rust = map(pathlib.Path, sys.argv[1:])
    with tempfile.TemporaryDirectory(dir=FOLDER) as name:
        folder = pathlib.Path(name).resolve()
        programs = {"c": built(folder, prefix, "checking"), "rust": rust}
        measure = built(folder, prefix, "measure")
        printed = subprocess.run([measure, folder], check=True, capture_output=True, text=True).stdout
        figures = json.loads(printed) | checking(folder, programs) | go(prefix)
        figures["c verify over rust"] = over_rust(folder, programs)
    tell(figures)


if __name__ == "__main__":
    main()
