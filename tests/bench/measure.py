"""How a figure is taken: CPU time, least of seven, and what the machine did meanwhile."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import sys
import time
from collections.abc import Callable
from typing import Any

ROUNDS = 7
FOLDER = pathlib.Path(os.environ.get("EXECERT_BENCH_FOLDER", "build/bench"))


def least(
    call: Callable[[], object],
    times: int,
    rounds: int = ROUNDS,
    clock: Callable[[], int] = time.process_time_ns,
    warm: bool = True,
) -> float:
    """Microseconds of one call: the least of some rounds, for whatever disturbs a round makes it longer."""
    if warm:
        call()
    best = float("inf")
    for _ in range(rounds):
        began = clock()
        for _ in range(times):
            call()
        best = min(best, (clock() - began) / times / 1_000)
    return best


def prose(size: int) -> str:
    """A text of this many bytes."""
    line = "The committee agreed, after a long discussion, that the report on order 4471 is to be published in March. "
    return (line * (size // len(line) + 1))[:size]


def rows(size: int) -> list[dict[str, Any]]:
    """Data of about this many bytes as JSON: many short members."""
    out: list[dict[str, Any]] = []
    length = 2
    while length < size:
        out.append({"id": len(out), "name": f"customer {len(out)}", "city": "Ghent", "total": 12.5 * len(out)})
        length += len(json.dumps(out[-1])) + 2
    return out


def probe(folder: pathlib.Path) -> dict[str, float]:
    """What this machine can do at this moment: synced writes of 1 KB and SHA-256, a second of each."""
    block = bytes(1024)
    synced = 0
    path = folder / "probe"
    with open(path, "wb", buffering=0) as file:
        end = time.monotonic() + 1
        while time.monotonic() < end:
            file.write(block)
            os.fdatasync(file.fileno())
            synced += 1
    path.unlink()
    big = bytes(1 << 20)
    hashed = 0
    began, wall = time.process_time(), time.monotonic()
    while time.process_time() - began < 1:
        hashlib.sha256(big).digest()
        hashed += 1
    share = (time.process_time() - began) / (time.monotonic() - wall)
    return {"synced": synced, "sha256": hashed, "share": round(share, 2), "load": round(os.getloadavg()[0], 2)}


def tell(figures: dict[str, Any]) -> None:
    """The answer of a part: figures by name, for the program that called it."""
    json.dump(figures, sys.stdout)
    sys.stdout.write("\n")


def peak_mb() -> float:
    """The most memory that this process held, in megabytes. `getrusage` would count that of the parent at the fork too."""
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
