"""A ledger for each test, and the ways in which an agent is run."""

from __future__ import annotations

import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from evidence import Evidence, export  # noqa: E402
from execert import Key, Recorder  # noqa: E402

ALLOW = {"policy": 1, "default": "allow", "rules": [{"id": "all", "tool": "*", "verdict": "allow"}]}


class Ledger:
    """One ledger with the keys of its recorder and of an approver."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.path = folder / "acme.ledger"
        self.key, self.lead = Key.generate(), Key.generate()
        self.opened: list[Recorder] = []

    def open(self, policy: Any = None, **options: Any) -> Recorder:
        recorder = Recorder(self.path, key=self.key, policy=policy, **options)
        self.opened.append(recorder)
        return recorder

    def approving(self, *rules: dict[str, Any]) -> dict[str, Any]:
        """A policy in which `pay` needs the lead's approval."""
        pay = {"id": "pay-needs-lead", "tool": "pay", "verdict": "approve"}
        approvers = [{"key": self.lead.id, "role": "lead"}]
        return {"policy": 1, "default": "allow", "rules": [pay, *rules], "approvers": approvers}

    def evidence(self, **what: Any) -> Evidence:
        return export(self.opened[-1], self.key, self.lead, **what)


@pytest.fixture
def ledger(tmp_path: pathlib.Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path)
    yield made
    for recorder in made.opened:
        recorder.close()


@pytest.fixture(params=["observe", "enforce"])
def recorder(request: pytest.FixtureRequest, ledger: Ledger) -> Recorder:
    """Observing without a policy; enforcing one that allows all."""
    return ledger.open() if request.param == "observe" else ledger.open(ALLOW)


Runner = Callable[..., Any]


@pytest.fixture(params=["sync", "async"])
def invoke(request: pytest.FixtureRequest) -> Runner:
    """Invokes an agent, in both ways that there are."""
    import asyncio

    if request.param == "sync":
        return lambda agent, given, config=None: agent.invoke(given, config)
    return lambda agent, given, config=None: asyncio.run(agent.ainvoke(given, config))
