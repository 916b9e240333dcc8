"""Writes docs/benchmarks.md: ratios to peers, each figure beside its target, what bounds a miss, all figures."""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any, NamedTuple


class Target(NamedTuple):
    what: str
    figure: str
    unit: str
    aim: float
    at_least: bool = False
    """A rate: more is better."""
    scale: float = 1.0
    """What the figure is divided by."""
    places: int = 0


TARGETS = [
    Target("seal 1 KB through Python, ledger in memory", "seal memory 1 KB", "µs CPU", 45),
    Target("seal 10 KB", "seal memory 10 KB", "µs CPU", 160),
    Target("seal a text of 1 MB", "seal memory 1 MB", "ms CPU", 8, scale=1e3, places=1),
    Target("append, one writer, durable", "append 1 writer per s", "records/s", 3_000, at_least=True),
    Target("append, 64 threads, durable", "append 64 threads per s", "records/s", 10_000, at_least=True),
    Target("append, 8 processes on one ledger, durable", "append 8 processes per s", "records/s", 3_000, at_least=True),
    Target(
        "8 processes: slowest to fastest", "append 8 processes slowest to fastest", "", 0.5, at_least=True, places=2
    ),
    Target("append to 100,000 records over append to 100", "append growth", "times", 1.2, places=2),
    Target("verify 10,000 records of 1 KB, one thread", "verify 10000", "s CPU", 0.6, scale=1e6, places=2),
    Target("the same: most memory", "verify 10000 peak MB", "MB", 60),
    Target("verify 1,000 records", "verify 1000", "ms CPU", 100, scale=1e3),
    Target("verify 100,000 records over 100 times 1,000", "verify growth", "times", 1.2, places=2),
    Target("export of a run of 50 out of 100,000", "export of 50 out of 100000", "ms CPU", 200, scale=1e3, places=1),
    Target("export of a run of 50 out of 1,000,000", "export of 50 out of 1000000", "ms CPU", 200, scale=1e3, places=1),
    Target("open a ledger of 100,000", "open 100000 wall ms", "ms", 2_000),
    Target("open a ledger of 1,000,000", "open 1000000 wall ms", "ms", 2_000),
    Target("LangChain: added to a turn of text", "turn text memory added", "ms CPU", 1, scale=1e3, places=2),
    Target("LangChain: added to a turn with one tool", "turn one tool memory added", "ms CPU", 1, scale=1e3, places=2),
    Target("evidence of a turn of text", "turn text bytes", "KB", 6, scale=1024, places=1),
    Target("evidence of a turn with one tool", "turn one tool bytes", "KB", 14, scale=1024, places=1),
    Target("`import execert`", "import ms", "ms CPU", 30, places=1),
    Target("`execert --version`", "version ms", "ms CPU", 15, places=1),
    Target("seal 1 KB through Node, ledger in memory", "node seal memory 1 KB", "µs CPU", 50),
    Target("verify 10,000 records through Node", "node verify 10000", "s CPU", 0.65, scale=1e6, places=2),
    Target("verify 1,000 records in WebAssembly", "wasm verify 1000", "ms CPU", 250, scale=1e3),
    Target("AI SDK: added to a call of a tool", "ai-sdk tool call added", "ms CPU", 0.5, scale=1e3, places=2),
    Target("a step of 1 KB, opened and closed through C, ledger in memory", "c step memory 1 KB", "µs CPU", 60),
    Target("instructions of checking through C over those in Rust", "c verify over rust", "times", 1.05, places=2),
    Target("Go: added to a call of C", "go added ns", "ns", 1_000),
    Target("wheel", "wheel MB", "MB", 5, places=2),
]
PEERS = ["provedex", "agent-receipts", "heso"]
NODE = "nexart"
SIZES = ["1 KB", "10 KB", "1 MB"]
COUNTS = [10, 100, 1_000, 10_000]

# Why a target is missed: measured facts, by the figure. An entry is shown only while its target is missed.
BOUNDS = json.loads((pathlib.Path(__file__).parent / "bounds.json").read_text())

ABOUT = """
Same payload, same machine, CPU time, least of several rounds. Each peer does the nearest that it does: provedex signs
an event with the text in it; agent-receipts signs a receipt with a hash of it and keeps no content; heso signs an
action with the text among its fields, and its gate reads policy and key anew for each. execert commits to each value
by itself, so that any can be withheld, scans for secrets, and keeps the content.
""".strip()


def number(value: float) -> str:
    """Three digits that count, with a unit."""
    for limit, scale, unit in ((1e3, 1, "µs"), (1e6, 1e3, "ms"), (float("inf"), 1e6, "s")):
        if value < limit:
            digits = 2 if value / scale < 10 else 1 if value / scale < 100 else 0
            return f"{value / scale:.{digits}f} {unit}"
    raise AssertionError


def versus(ours: float | None, theirs: float | None) -> str:
    if ours is None or theirs is None:
        return "–"
    ratio = theirs / ours
    return f"**{ratio:.1f} times faster**" if ratio >= 1 else f"{1 / ratio:.1f} times slower"


def peers(figures: dict[str, Any]) -> list[str]:
    out = [
        "## Beside peers",
        "",
        ABOUT,
        "",
        "execert is, beside each:",
        "",
        "| | execert | " + " | ".join(PEERS) + " |",
        "|---|---|" + "---|" * len(PEERS),
    ]
    rows = [(f"seal {size}, in memory", f"seal memory {size}", f"seal memory {size}") for size in SIZES]
    rows += [(f"seal {size}, to disk", f"seal sqlite {size}", f"seal disk {size}") for size in SIZES]
    rows += [(f"verify {count:,} of 1 KB", f"verify {count}", f"verify {count}") for count in COUNTS]
    for name, ours, theirs in rows:
        mine = figures.get(ours)
        cells = []
        for peer in PEERS:
            value = figures.get(f"{peer} {theirs}")
            cells.append("–" if value is None or mine is None else f"{versus(mine, value)} ({number(value)})")
        out.append(f"| {name} | {'–' if mine is None else number(mine)} | " + " | ".join(cells) + " |")
    rows = [("seal 1 KB", "node seal memory 1 KB", "seal 1 KB"), ("verify 10,000 of 1 KB", "node verify 10000", "verify 10000")]
    out += [
        "",
        "On Node, beside `@nexart/ai-execution`, which hashes a record, signs nothing and keeps no chain:",
        "",
        "| | execert | @nexart/ai-execution |",
        "|---|---|---|",
    ]
    for name, ours, theirs in rows:
        mine, value = figures.get(ours), figures.get(f"{NODE} {theirs}")
        cell = "–" if value is None or mine is None else f"{versus(mine, value)} ({number(value)})"
        out.append(f"| {name} | {'–' if mine is None else number(mine)} | {cell} |")
    wrong = [
        f"{peer} could not be measured: `{figures[f'{peer} error']}`." for peer in PEERS if f"{peer} error" in figures
    ]
    return [*out, "", *wrong, *([""] if wrong else [])]


def targets(figures: dict[str, Any]) -> tuple[list[str], list[Target]]:
    out = ["| | measured | target | |", "|---|---|---|---|"]
    missed = []
    for target in TARGETS:
        value = figures.get(target.figure)
        aim = f"{'≥' if target.at_least else '≤'} {target.aim:,g} {target.unit}".strip()
        if value is None:
            out.append(f"| {target.what} | – | {aim} | not run |")
            continue
        value /= target.scale
        met = value >= target.aim if target.at_least else value <= target.aim
        if not met:
            missed.append(target)
        out.append(
            f"| {target.what} | {value:,.{target.places}f} {target.unit} | {aim} | {'met' if met else '**missed**'} |"
        )
    return out, missed


# What a figure counts, by the end of its name; all else is time in microseconds.
UNITS = {
    " per s": "records/s",
    " peak MB": "MB",
    " ms": "ms",
    " bytes a record": "bytes",
    " bytes": "bytes",
    " records": "",
    " fastest": "",
    " growth": "times",
    " ns": "ns",
    "wheel MB": "MB",
    "binary MB": "MB",
}


def others(figures: dict[str, Any]) -> list[str]:
    known = {target.figure for target in TARGETS}
    out = ["| | |", "|---|---|"]
    for name, value in figures.items():
        if name in known or name.startswith((*PEERS, NODE)) or not isinstance(value, (int, float)):
            continue
        unit = next((unit for end, unit in UNITS.items() if name.endswith(end)), None)
        if unit is None and name.startswith("library in"):
            unit = "MB"
        out.append(f"| {name} | {number(value) if unit is None else f'{value:,.1f} {unit}'.strip()} |")
    return out


def derived(figures: dict[str, Any]) -> None:
    for name, over, under, factor in (
        ("append growth", "append at 100000", "append at 100", 1),
        ("verify growth", "verify 100000", "verify 1000", 100),
    ):
        if over in figures and under in figures:
            figures[name] = figures[over] / figures[under] / factor


def main() -> None:
    found = json.loads(pathlib.Path(sys.argv[1]).read_text())
    figures: dict[str, Any] = found["figures"]
    derived(figures)
    where, before, after = found["machine"], found["before"], found["after"]
    table, missed = targets(figures)
    drift = (
        ", so the machine changed while this was measured: read the figures as upper bounds" if found["drifted"] else ""
    )
    lines = [
        "# Benchmarks",
        "",
        f"`{found['command']}` measured this at {where['at']}: release build of {where['commit']}, "
        f"Rust {where['rust']}, Python {where['python']}, {where['cores']} cores ({where['model']}), "
        f"{where['memory_gb']} GB, disk {where['disk']}.",
        "Written by that command; do not edit."
        + (" Parts that it does not name were measured before, on earlier builds." if "ONLY=" in found["command"] else ""),
        "",
        "Costs are CPU time, the least of several rounds, in one thread unless said; rates are wall clock.",
        f"Load {before['load']} before and {after['load']} after; a thread got {before['share']:.0%} of a core before "
        f"and {after['share']:.0%} after. Probe, before and after: {before['synced']:,} and {after['synced']:,} synced "
        f"writes of 1 KB a second, {before['sha256']:,} and {after['sha256']:,} MB of SHA-256 a CPU second{drift}.",
        "",
        *peers(figures),
        "![Cost of sealing against size, of checking against number](benchmarks.svg)",
        "",
        "## Against targets",
        "",
        *table,
        "",
    ]
    if missed:
        lines += ["## What bounds each miss", ""]
        for target in missed:
            why = BOUNDS.get(target.figure, "not yet explained")
            lines.append(f"- **{target.what}**: {why}")
        lines.append("")
    lines += [
        "## All figures",
        "",
        *others(figures),
        "",
        "## Instructions",
        "",
        "Time on a shared machine says little about a change of 3 %. `make check` counts the instructions of work that",
        "is the same each time (`tests/instructions.json`) and fails where one kind of work needs 3 % more.",
        "",
    ]
    pathlib.Path(sys.argv[2]).write_text("\n".join(lines))


if __name__ == "__main__":
    main()
