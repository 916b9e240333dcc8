"""How many records a ledger takes in a second, each acknowledged only when it is on the disk; and how they wait.

Rates are wall clock: the best of three tries of a second and a half, for other work on the machine only makes them
lower.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time

from execert import Key, Recorder
from measure import FOLDER, prose, tell

SECONDS = 1.5
# On a machine that is busy with other work a turn may be long in coming; that shows in the figures.
DEADLINE_MS = 60_000
CONTENT = {"text": prose(1 << 10)}


def write(recorder: Recorder, seconds: float, waits: list[float]) -> None:
    """Appends until the time is over; notes how long each took."""
    with recorder.run("bench") as run:
        now = time.perf_counter()
        end = now + seconds
        while now < end:
            run.note("seen", input=CONTENT)
            then, now = now, time.perf_counter()
            waits.append(now - then)


def threads(recorder: Recorder, number: int) -> list[float]:
    waits: list[float] = []
    if number == 1:
        write(recorder, SECONDS, waits)
        return waits
    lists: list[list[float]] = [[] for _ in range(number)]
    pool = [threading.Thread(target=write, args=(recorder, SECONDS, it)) for it in lists]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join()
    return [wait for it in lists for wait in it]


def processes(ledger: str, key: str, number: int) -> list[int]:
    """Records of each of some processes on one ledger. They begin together, when all have opened it."""
    command = [sys.executable, __file__, ledger, key]
    pool = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(number)]
    for child in pool:
        assert child.stdout is not None and child.stdout.readline() == "open\n"
    for child in pool:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    return [int(child.communicate()[0]) for child in pool]


def child(ledger: str, key: str) -> None:
    with Recorder(ledger, key=key, deadline_ms=DEADLINE_MS) as recorder:
        print("open", flush=True)
        sys.stdin.readline()
        waits: list[float] = []
        write(recorder, SECONDS, waits)
    print(len(waits))


def main() -> None:
    if len(sys.argv) == 3:
        child(sys.argv[1], sys.argv[2])
        return
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        key = Key.generate()
        key.save(f"{folder}/key.pem")
        with Recorder(f"{folder}/a.ledger", key=key, allow_volume=True, deadline_ms=DEADLINE_MS) as recorder:
            for number, name in ((1, "1 writer"), (64, "64 threads")):
                best: list[float] = []
                for _ in range(3):
                    cpu = time.process_time()
                    waits = threads(recorder, number)
                    cpu = (time.process_time() - cpu) / len(waits) * 1e6
                    if len(waits) > len(best):
                        best = waits
                        figures[f"append {name} CPU"] = cpu
                best.sort()
                figures[f"append {name} per s"] = len(best) / SECONDS
                figures[f"append {name} p50 ms"] = best[len(best) // 2] * 1e3
                figures[f"append {name} p99 ms"] = best[len(best) * 99 // 100] * 1e3
        counts = max((processes(f"{folder}/a.ledger", f"{folder}/key.pem", 8) for _ in range(2)), key=sum)
        figures["append 8 processes per s"] = sum(counts) / SECONDS
        figures["append 8 processes slowest to fastest"] = min(counts) / max(counts)
    tell(figures)


if __name__ == "__main__":
    main()
