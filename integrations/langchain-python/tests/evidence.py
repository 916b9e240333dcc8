"""Reads what was exported, as anyone with the public key can: the tests look at nothing else."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from execert import Key, Recorder, Report, Trust, TrustKey, check


class Line(NamedTuple):
    """A record and what is shown of its content."""

    seq: int
    kind: str
    phase: str
    status: str | None
    name: str | None
    call: str | None
    capture: str
    told: dict[str, Any]
    content: dict[str, Any]

    @property
    def reason(self) -> str | None:
        reason: str | None = (self.told.get("decision") or {}).get("reason")
        return reason

    @property
    def run(self) -> str | None:
        run: str | None = (self.told.get("run") or {}).get("id")
        return run


class Evidence:
    """A bundle that the verifier was asked about."""

    def __init__(self, bundle: bytes, key: Key, lead: Key) -> None:
        self.bundle = bundle
        trust = Trust([key, TrustKey(lead, role="approver")])
        self.report: Report = check(bundle, trust, allow_open=True)
        self.lines = list(_lines(bundle))

    def of(self, kind: str, *phases: str) -> list[Line]:
        return [line for line in self.lines if line.kind == kind and (not phases or line.phase in phases)]

    def runs(self) -> list[str]:
        return [line.run or "" for line in self.of("run.start")]

    def intents(self) -> list[tuple[str, Any]]:
        """What was to run: name and arguments, sorted."""
        return _acts(self.of("tool.call", "intent"))

    def outcomes(self, status: str) -> list[tuple[str | None, str | None]]:
        """Name and call id of the tools that ended so, sorted."""
        found = [line for line in self.of("tool.call", "outcome", "single") if line.status == status]
        return sorted(((line.name, line.call) for line in found), key=repr)

    def refused(self) -> list[tuple[str | None, str | None, str | None]]:
        """Name, call id and reason of what did not run."""
        blocked = [line for line in self.of("tool.call") if line.status == "blocked"]
        return sorted(((line.name, line.call, line.reason) for line in blocked), key=repr)


def _acts(lines: list[Line]) -> list[tuple[str, Any]]:
    return sorted(((line.name or "", line.content.get("input")) for line in lines), key=repr)


def _lines(bundle: bytes) -> Iterator[Line]:
    for text in bundle.splitlines():
        line = json.loads(text)
        payload = line.get("payload")
        told = json.loads(base64.b64decode(payload))["predicate"] if payload else {}
        if "kind" in told:
            yield Line(
                told["chain"]["seq"], told["kind"], told["phase"], told.get("status"), told.get("name"), told.get("call_id"),
                told["capture"], told, line.get("content") or {},
            )  # fmt: skip


def export(recorder: Recorder, key: Key, lead: Key, **what: Any) -> Evidence:
    """The evidence of a ledger: the whole chain, unless told otherwise. The verifier has to find it unchanged."""
    out = io.BytesIO()
    recorder.export(out, **(what or {"chain": True}))
    evidence = Evidence(out.getvalue(), key, lead)
    assert evidence.report.exit == 0, str(evidence.report)
    return evidence
