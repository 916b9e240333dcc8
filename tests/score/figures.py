"""The figures that every release states, each out of results that some run wrote; what did not run says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from evidence import ROOT, exists, numbers, outcome, results


class Answer(NamedTuple):
    text: str
    value: Any
    met: bool | None
    """None: there is nothing to judge."""


class Figure(NamedTuple):
    name: str
    aim: str
    answer: Callable[[], Answer]


FIGURES: list[Figure] = []
NOT_RUN = Answer("not run", None, None)


def figure(name: str, aim: str) -> Callable[[Callable[[], Answer]], Callable[[], Answer]]:
    def keep(answer: Callable[[], Answer]) -> Callable[[], Answer]:
        FIGURES.append(Figure(name, aim, answer))
        return answer

    return keep


def tests(*witnesses: str) -> Answer:
    """What some tests say together."""
    absent = [witness for witness in witnesses if not exists(witness)]
    if absent:
        return Answer(f"not run: there is no {absent[0]}", None, None)
    found = [outcome(witness) for witness in witnesses]
    if "failed" in found:
        return Answer("failed", False, False)
    return NOT_RUN if "not run" in found else Answer(f"{len(found)} tests passed", True, True)


def of(name: str, *members: str) -> list[Any] | None:
    found = results(name)
    return (
        None
        if found is None or any(member not in found for member in members)
        else [found[member] for member in members]
    )


@figure("acknowledged records lost, all fault runs", "0")
def lost() -> Answer:
    found = of("faults", "acknowledged_lost", "acknowledged")
    return NOT_RUN if found is None else Answer(f"{found[0]} of {found[1]:,}", found[0], found[0] == 0)


@figure("gated actions without a record", "0 of 10,000")
def gated() -> Answer:
    found = of("faults", "effects_without_intent", "gated_calls")
    return (
        NOT_RUN if found is None else Answer(f"{found[0]} of {found[1]:,}", found, found[0] == 0 and found[1] >= 10_000)
    )


@figure("faults survived", "1,000")
def survived() -> Answer:
    found = of("faults", "rounds", "faults_at_system_calls")
    return NOT_RUN if found is None else Answer(f"{sum(found):,}", sum(found), sum(found) >= 1_000)


@figure("bad inputs tried, crashes", "1,000,000, 0")
def inputs() -> Answer:
    found = of("fuzz", "executions", "crashes")
    return (
        NOT_RUN
        if found is None
        else Answer(f"{found[0]:,.0f}, {found[1]:.0f}", found, found[0] >= 1e6 and not found[1])
    )


@figure("changes of leaf and member noticed, controls green", "all")
def noticed() -> Answer:
    return tests(
        "core/tests/tamper/values.rs::of_a_chain",
        "core/tests/tamper/values.rs::of_two_runs",
        "core/tests/verify.rs::no_byte_can_be_changed_unseen",
        "core/tests/tamper/controls.rs::spelling_means_nothing",
        "core/tests/tamper/controls.rs::proper_redaction_holds",
    )


@figure("wrong inputs N01 to N60 that a test names", "60")
def negative() -> Answer:
    rows = re.findall(r"^\| N(\d\d) \|.*\| (.+) \|$", (ROOT / "tests" / "negative.md").read_text(), re.MULTILINE)
    # `cases`: the inputs that every language walks.
    named = {number for number, tests in rows if "`" in tests or tests.startswith("cases")}
    return Answer(f"{len(named)}", len(named), len(named) >= 60)


@figure("fuzzing: CPU hours, targets", "2, 4")
def fuzz() -> Answer:
    found = of("fuzz", "cpu_seconds", "targets")
    if found is None:
        return NOT_RUN
    hours, targets = found[0] / 3600, len(found[1])
    return Answer(f"{hours:.2f}, {targets}", [round(hours, 3), targets], hours >= 2 and targets >= 4)


@figure("verifiers that disagree, of generated bundles", "0 of 1,000")
def agreement() -> Answer:
    found = numbers("agreement")
    return (
        NOT_RUN
        if found is None
        else Answer(f"{found[1]} of {sum(found[:2]):,}", found[1], found[1] == 0 and found[0] >= 1_000)
    )


@figure("mutants killed", "80 %")
def mutants() -> Answer:
    found = of("mutants", "percent", "tested", "shard")
    if found is None:
        return NOT_RUN
    return Answer(f"{found[0]} % of {found[1]:,} (shard {found[2]})", found[0], found[0] >= 80)


@figure("lines of the verifier that tests reach", "85 %")
def coverage() -> Answer:
    found = of("coverage", "verify_lines_percent")
    return NOT_RUN if found is None else Answer(f"{found[0]} %", found[0], found[0] >= 85)


@figure("host processes brought down by us", "0")
def crashes() -> Answer:
    return tests(
        "bindings-python/tests/test_api.py::test_a_panic_is_an_exception_and_the_next_call_works",
        "bindings-python/tests/test_plain.py::test_deep_values_do_not_overflow_the_stack",
        "bindings-c/tests/panics.c",
        "bindings-c/tests/arguments.c",
    )


@figure("writers that fork and have threads", "correct")
def writers() -> Answer:
    return tests(
        "bindings-python/tests/test_process.py::test_parent_and_child_go_on_as_two_recorders",
        "bindings-python/tests/test_process.py::test_a_fork_while_another_thread_writes",
        "bindings-python/tests/test_process.py::test_two_processes_one_ledger",
        "tests/faults/rig/main.rs::f16_n40_a_fork_while_a_thread_appends",
        "bindings-c/tests/fork.c",
    )


@figure("planted secrets that were stored", "0 of 2,000")
def secrets() -> Answer:
    return tests(
        "core/tests/privacy.rs::no_secret_is_ever_stored",
        "core/tests/privacy.rs::unknown_secrets_look_random",
        "core/tests/tamper/controls.rs::withheld_values_appear_nowhere",
    )


@figure("open advisories", "0")
def advisories() -> Answer:
    found = of("advisories", "open", "advisories")
    return NOT_RUN if found is None else Answer(f"{found[0]} ({found[1]:,} in the database)", found[0], found[0] == 0)


@figure("unsafe code in core, store, command", "0")
def unsafe() -> Answer:
    roots = [ROOT / name / "src" / "lib.rs" for name in ("core", "store", "cli")]
    free = sum("#![forbid(unsafe_code)]" not in root.read_text() for root in roots)
    return Answer(str(free), free, free == 0)


@figure("crates that a verifier links", "25")
def crates() -> Answer:
    found = of("crates", "verifier", "core")
    return (
        NOT_RUN
        if found is None
        else Answer(f"{found[0]} ({found[1]} in the core as it comes)", found[0], found[0] <= 25)
    )


@figure("equal double builds", "command, C library, wheel")
def double() -> Answer:
    found = of("double-build", "equal", "different", "profile")
    return (
        NOT_RUN
        if found is None
        else Answer(f"{found[0]} of {found[0] + found[1]} files (profile {found[2]})", found[:2], found[1] == 0)
    )


@figure("hostile bundles of 256 MB: longest time to a verdict", "30 s")
def hostile() -> Answer:
    found = of("hostile", "rows")
    if not found or not found[0]:
        return NOT_RUN
    worst = max(row["seconds"] for row in found[0])
    return Answer(f"{worst:.1f} s over {len(found[0])} files", worst, worst <= 30)


@figure("speed targets met", "all")
def speed() -> Answer:
    page = ROOT / "docs" / "benchmarks.md"
    rows = re.findall(r"\| (met|\*\*missed\*\*|not run) \|$", page.read_text(), re.MULTILINE) if page.exists() else []
    met, missed = rows.count("met"), rows.count("**missed**")
    return Answer(f"{met} met, {missed} missed, {rows.count('not run')} not run", met, missed == 0) if rows else NOT_RUN
