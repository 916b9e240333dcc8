"""The gate: refusals, approvals, permits and dry runs, each a record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import records

from execert import Denied, InvalidInput, Key, Recorder


def policy(approver: Key | None = None) -> dict[str, Any]:
    rules: dict[str, Any] = {
        "policy": 1,
        "default": "deny",
        "rules": [
            {"id": "lookups", "tool": "crm.*", "verdict": "allow"},
            {"id": "models", "tool": "gpt-*", "verdict": "allow"},
            {"id": "small", "tool": "payments.refund", "when": [["/amount", "<=", 500]], "verdict": "allow"},
            {"id": "large", "tool": "payments.refund", "when": [["/amount", ">", 500]], "verdict": "approve"},
        ],
    }
    if approver is not None:
        rules["approvers"] = [{"key": approver.id, "role": "approver"}]
    return rules


def test_a_refusal_is_a_record_and_nothing_runs(tmp_path: Path, key: Key) -> None:
    called: list[object] = []
    with Recorder(tmp_path / "l.ledger", key=key, policy=policy()) as recorder:
        with recorder.run("r") as run:
            with pytest.raises(Denied) as caught:
                run.tool("files.delete", {"path": "/"}, call=called.append)
            with pytest.raises(Denied), run.tool("files.delete", {"path": "/"}):
                called.append("with")
            with pytest.raises(Denied):
                run.permit("files.delete", {"path": "/"})
        seen = records(run.bundle())
    assert called == []
    assert caught.value.code == "policy.denied"
    assert caught.value.exit == 9
    assert isinstance(caught.value, PermissionError)
    assert [(r.kind, r.status) for r in seen[1:4]] == [("tool.call", "blocked")] * 3
    assert seen[1].capture == "enforced"
    assert seen[1].content["input"] == {"path": "/"}


def test_approval(tmp_path: Path, key: Key) -> None:
    approver = Key.generate()
    with Recorder(tmp_path / "l.ledger", key=key, policy=policy(approver)) as recorder, recorder.run("r") as run:
        with pytest.raises(Denied) as caught:
            run.tool("payments.refund", {"amount": 900}, call=lambda amount: "paid")
        assert caught.value.code == "policy.approval_missing"
        assert caught.value.exit == 10
        request = caught.value.request
        assert request is not None
        (waiting,) = recorder.requests(state="waiting")
        assert (waiting.digest, waiting.tool, waiting.input) == (request, "payments.refund", {"amount": 900})
        recorder.approve(request, approver, text="fine")
        # For other arguments it is worth nothing.
        with pytest.raises(Denied) as caught:
            run.tool("payments.refund", {"amount": 901}, call=lambda amount: "paid", approval=request)
        assert caught.value.code == "gate.permit_mismatch"
        paid = run.tool("payments.refund", {"amount": 900}, call=lambda amount: f"paid {amount}", approval=request)
        assert paid == "paid 900"
        with pytest.raises(Denied) as caught:
            run.tool("payments.refund", {"amount": 900}, call=lambda amount: "paid", approval=request)
        assert caught.value.code == "gate.permit_reused"


def test_n47_another_tool_definition_than_the_one_approved(tmp_path: Path, key: Key) -> None:
    approver = Key.generate()
    was = {"name": "payments.refund", "description": "pays back"}
    ran: list[int] = []
    with Recorder(tmp_path / "l.ledger", key=key, policy=policy(approver)) as recorder, recorder.run("r") as run:
        with pytest.raises(Denied) as caught:
            run.tool("payments.refund", {"amount": 900}, call=ran.append, definition=was)
        request = caught.value.request
        assert request is not None
        recorder.approve(request, approver)
        for now in ({**was, "description": "pays anybody"}, {**was, "parameters": {}}, None):
            with pytest.raises(Denied) as caught:
                run.tool("payments.refund", {"amount": 900}, call=ran.append, definition=now, approval=request)
            assert caught.value.code == "gate.tool_changed"
        assert ran == []
        run.tool("payments.refund", {"amount": 900}, call=lambda amount: ran.append(amount), definition=was, approval=request)
    assert ran == [900]


def test_a_refused_approval(tmp_path: Path, key: Key) -> None:
    approver = Key.generate()
    approver.save(tmp_path / "approver.key")
    with Recorder(tmp_path / "l.ledger", key=key, policy=policy(approver)) as recorder, recorder.run("r") as run:
        with pytest.raises(Denied) as caught:
            run.permit("payments.refund", {"amount": 900})
        request = caught.value.request
        assert request is not None
        recorder.approve(request, tmp_path / "approver.key", verdict="refused")
        with pytest.raises(Denied) as caught:
            run.permit("payments.refund", {"amount": 900}, approval=request)
        assert caught.value.code == "policy.denied"


def test_permits_are_single_use(tmp_path: Path, key: Key) -> None:
    with Recorder(tmp_path / "l.ledger", key=key, policy=policy()) as recorder, recorder.run("r") as run:
        permit = run.permit("payments.refund", {"amount": 40})
        assert permit.input == {"amount": 40}
        assert permit.run(lambda amount: amount + 1) == 41
        with pytest.raises(Denied) as caught:
            permit.run(lambda amount: amount)
        assert caught.value.code == "gate.permit_reused"
        assert [(r.phase, r.status) for r in records(run.bundle())[1:]] == [("intent", None), ("outcome", "ok")]


def test_a_permit_that_is_dropped_is_cancelled(tmp_path: Path, key: Key) -> None:
    with Recorder(tmp_path / "l.ledger", key=key, policy=policy()) as recorder, recorder.run("r") as run:
        permit = run.permit("payments.refund", {"amount": 40})
        del permit
        assert [(r.phase, r.status) for r in records(run.bundle())[1:]] == [("intent", None), ("outcome", "cancelled")]


def test_a_dry_run_calls_nothing(recorder: Recorder) -> None:
    called: list[object] = []
    with recorder.run("r") as run:
        assert run.tool("t", {"a": 1}, call=called.append, dry_run=True) is None
        assert run.permit("t", {"a": 1}, dry_run=True).run(called.append) is None
        step = run.tool("t", {"a": 1}, dry_run=True)
        assert step.not_run
        with pytest.raises(InvalidInput), step:
            called.append("with")
    with recorder.run("all", mode="dry-run") as dry:
        assert dry.tool("t", {"a": 1}, call=called.append) is None
    assert called == []
    assert [r.status for r in records(run.bundle())[1:4]] == ["not_run"] * 3
    assert records(dry.bundle())[1].predicate["mode"] == "dry-run"


def test_observe_never_breaks_the_application(tmp_path: Path, key: Key) -> None:
    """The gate of an observing recorder lets through what the policy refuses, and says so."""
    with Recorder(tmp_path / "l.ledger", key=key, policy=policy(), gate="observe") as recorder:
        with recorder.run("r") as run:
            assert run.tool("files.delete", {}, call=lambda: "done") == "done"
        seen = records(run.bundle())
    assert seen[1].capture == "observed"
    assert seen[1].predicate["decision"]["verdict"] == "deny"
