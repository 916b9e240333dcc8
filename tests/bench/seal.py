"""What it costs to seal one record through Python: on a ledger in memory, and on a real one."""

from __future__ import annotations

import tempfile
import time

from execert import Key, Recorder
from measure import FOLDER, least, prose, rows, tell

SIZES = [("1 KB", prose(1 << 10), 300), ("10 KB", prose(10 << 10), 100), ("1 MB", prose(1 << 20), 5)]


def main() -> None:
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        for where, url in (("memory", "memory:"), ("sqlite", f"{folder}/a.ledger")):
            with Recorder(url, key=Key.generate(), allow_volume=True) as recorder, recorder.run("bench") as run:
                for name, text, times in SIZES:
                    content = {"text": text}
                    figures[f"seal {where} {name}"] = least(lambda: run.note("seen", input=content), times)
                data = rows(10 << 10)
                figures[f"seal {where} 10 KB of members"] = least(lambda: run.note("seen", input=data), 60)
                content = {"text": prose(1 << 10)}
                call = lambda text: {"tier": "gold"}  # noqa: E731
                figures[f"step {where} 1 KB"] = least(lambda: run.step("look", content, call=call), 200)
                if where == "sqlite":
                    figures["seal sqlite 1 KB wall"] = least(
                        lambda: run.note("seen", input=content), 300, 5, time.perf_counter_ns
                    )
    tell(figures)


if __name__ == "__main__":
    main()
