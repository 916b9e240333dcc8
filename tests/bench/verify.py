"""What it costs to check records of 1 KB: CPU and memory, in a process of its own for each size."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import tempfile
import time

from execert import Key, Recorder, Trust, _execert, check, redact
from measure import FOLDER, least, peak_mb, prose, tell

COUNTS = [10, 100, 1_000, 10_000, 100_000]
# As many as a bundle may hold. With 1 KB of content each they would be larger than a bundle may be.
MOST = 1_000_000


def made(folder: pathlib.Path, key: Key, count: int) -> pathlib.Path:
    """The bundle of a closed run of so many records."""
    path = folder / f"{count}.execert"
    content = {"n": 1} if count == MOST else {"text": prose(1 << 10)}
    # The file is what is measured, not how it came about.
    with Recorder("memory:", key=key) as recorder:
        with recorder.run("bench") as run:
            # Its start and its end are records too.
            for _ in range(count - 2):
                run.note("seen", input=content)
        saved = recorder.export(path, run=run.id, index=count < MOST)
    assert saved.records == count, saved
    return path


def one(path: str, trust: str, rounds: int) -> None:
    """Checks one bundle in this process."""
    keys = Trust.load(trust)
    report = check(path, keys)
    assert report.exit == 0, report

    def judged(threads: int) -> None:
        options = {"require": [], "allow_open": False, "threads": threads}
        _execert.check(path, keys._document, options)

    figures = {
        "cpu": least(lambda: judged(1), 1, rounds, warm=False),
        "wall": least(lambda: judged(1), 1, min(rounds, 3), time.perf_counter_ns, warm=False),
        "two": least(lambda: judged(2), 1, min(rounds, 3), time.perf_counter_ns, warm=False),
        "peak": peak_mb(),
    }
    tell(figures)


def main() -> None:
    full = "--full" in sys.argv
    if len(sys.argv) == 4:
        one(sys.argv[1], sys.argv[2], int(sys.argv[3]))
        return
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=FOLDER) as name:
        folder = pathlib.Path(name)
        key = Key.generate()
        trust = folder / "keys.trust"
        Trust([key]).save(trust)
        for count in [*COUNTS, MOST] if full else COUNTS:
            path = made(folder, key, count)
            rounds = 7 if count <= 1_000 else 3 if count <= 10_000 else 1
            command = [sys.executable, __file__, str(path), str(trust), str(rounds)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            figures[f"verify {count}"] = found["cpu"]
            figures[f"verify {count} wall"] = found["wall"]
            figures[f"verify {count} two threads wall"] = found["two"]
            figures[f"verify {count} peak MB"] = found["peak"]
            figures[f"verify {count} bytes a record"] = path.stat().st_size / count
            if count in (100, 10_000):
                request = {"hide": [{"paths": ["/input/text"]}]}
                figures[f"redact {count}"] = least(lambda: redact(path, request, folder / "r.execert"), 1, 3)
    tell(figures)


if __name__ == "__main__":
    main()
