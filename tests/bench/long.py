"""A ledger that grows long: what an append costs on the way, then one small run out of it, and opening it."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from execert import Key, Recorder
from measure import FOLDER, least, peak_mb, prose, tell

CONTENT = {"text": prose(1 << 10)}
SMALL = {"customer": "c-17"}
FILLERS = 16


def small(recorder: Recorder) -> str:
    """A run of exactly 50 records: its start, 24 steps of two, its end."""
    with recorder.run("small") as run:
        for _ in range(24):
            run.tool("crm.lookup", SMALL, call=lambda customer: {"tier": "gold"})
    return run.id


def fill(recorder: Recorder, records: int) -> None:
    """Runs of 50 records, by some threads."""
    share = records // FILLERS

    def some() -> None:
        left = share
        while left > 0:
            with recorder.run("other") as run:
                for _ in range(min(left, 50) - 2):
                    run.note("seen", input=CONTENT)
            left -= 50

    pool = [threading.Thread(target=some) for _ in range(FILLERS)]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join()


def opened(ledger: str, key: str) -> None:
    """Opens the ledger in a process of its own."""
    cpu, wall = time.process_time(), time.perf_counter()
    recorder = Recorder(ledger, key=key)
    figures = {"cpu": (time.process_time() - cpu) * 1e3, "wall": (time.perf_counter() - wall) * 1e3, "peak": peak_mb()}
    recorder.close()
    tell(figures)


def main() -> None:
    if len(sys.argv) == 3:
        opened(sys.argv[1], sys.argv[2])
        return
    powers = [100, 1_000, 10_000, 100_000] + ([1_000_000] if "--full" in sys.argv else [])
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        key = Key.generate()
        key.save(f"{folder}/key.pem")
        ledger = f"{folder}/a.ledger"
        with Recorder(ledger, key=key, durability="process", allow_volume=True) as recorder:
            ours = small(recorder)
            for power in powers:
                if (missing := power - recorder.head.seq) > 0:
                    fill(recorder, missing)
                with recorder.run("bench") as run:
                    times = 20 if power == 100 else 200
                    figures[f"append at {power}"] = least(lambda: run.note("seen", input=CONTENT), times)
                out = pathlib.Path(folder) / "small.execert"
                assert recorder.export(out, run=ours).records == 50
                figures[f"export of 50 out of {power}"] = least(lambda: recorder.export(out, run=ours), 1)
        for power in powers[-1:]:
            tries = [
                json.loads(
                    subprocess.run(
                        [sys.executable, __file__, ledger, f"{folder}/key.pem"], check=True, capture_output=True
                    ).stdout
                )
                for _ in range(3)
            ]
            figures[f"open {power} ms"] = min(it["cpu"] for it in tries)
            figures[f"open {power} wall ms"] = min(it["wall"] for it in tries)
            figures[f"open {power} peak MB"] = min(it["peak"] for it in tries)
            size = sum(path.stat().st_size for path in pathlib.Path(ledger).rglob("*") if path.is_file())
            figures[f"ledger of {power} bytes a record"] = size / power
    tell(figures)


if __name__ == "__main__":
    main()
