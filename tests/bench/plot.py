"""Draws cost against size and against number, ours and the peers', both axes logarithmic."""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any

import matplotlib

matplotlib.use("Agg")
# The same figures give the same file: no date in it, no random ids.
matplotlib.rcParams.update(
    {"svg.hashsalt": "execert", "svg.fonttype": "none", "font.size": 9, "axes.grid": True, "grid.alpha": 0.3}
)

from matplotlib import pyplot, ticker  # noqa: E402

SIZES = {"1 KB": 1, "10 KB": 10, "1 MB": 1024}
COUNTS = [10, 100, 1_000, 10_000, 100_000]
# Told apart without colour too.
LOOKS = {
    "execert": ("#0b5fa5", "o"),
    "provedex": ("#b3541e", "s"),
    "agent-receipts": ("#5c8a3a", "^"),
    "heso": ("#7a4b94", "D"),
}


def line(axes: Any, name: str, points: list[tuple[float, float]]) -> None:
    colour, mark = LOOKS[name]
    width = 2.2 if name == "execert" else 1.3
    if points:
        axes.plot(*zip(*points), color=colour, marker=mark, linewidth=width, label=name, markersize=5)


def main() -> None:
    figures: dict[str, Any] = json.loads(pathlib.Path(sys.argv[1]).read_text())["figures"]
    page, (seal, check, grow) = pyplot.subplots(1, 3, figsize=(12.5, 4.2))
    for name in LOOKS:
        before = "" if name == "execert" else f"{name} "
        line(
            seal,
            name,
            [
                (size, figures[key] / 1e3)
                for text, size in SIZES.items()
                if (key := f"{before}seal memory {text}") in figures
            ],
        )
        line(
            check,
            name,
            [(count, figures[key] / 1e3) for count in COUNTS if (key := f"{before}verify {count}") in figures],
        )
    powers = [10**it for it in range(2, 7)]
    colour, mark = LOOKS["execert"]
    for key, label, style in (
        ("append at {}", "append 1 KB", "-"),
        ("export of 50 out of {}", "export a run of 50", "--"),
    ):
        points = [(it, figures[key.format(it)] / 1e3) for it in powers if key.format(it) in figures]
        if points:
            grow.plot(*zip(*points), style, color=colour, marker=mark, label=label, markersize=5)
    titles = (
        ("Seal one record, in memory", "KB of text"),
        ("Check a chain of 1 KB records", "records"),
        ("A ledger that grows", "records in it"),
    )
    for axes, (title, below) in zip((seal, check, grow), titles):
        axes.set(xscale="log", yscale="log", title=title, xlabel=below, ylabel="ms of CPU")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda value, _: f"{value:,.10g}")
            axis.set_minor_formatter(ticker.NullFormatter())
        # At least three powers of ten: what is flat looks flat.
        low, high = axes.get_ylim()
        axes.set_ylim(low / max(1, (1e3 * low / high) ** 0.5), high * max(1, (1e3 * low / high) ** 0.5))
        axes.legend(frameon=False)
    page.tight_layout()
    page.savefig(sys.argv[2], metadata={"Date": None})
    pyplot.close(page)


if __name__ == "__main__":
    main()
