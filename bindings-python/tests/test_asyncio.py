"""Runs inside asyncio: the loop is never held, and a cancellation is recorded as what it is."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from conftest import records

import execert
from execert import Denied, Key, Recorder, _execert


async def double(value: int) -> int:
    await asyncio.sleep(0)
    return 2 * value


def test_a_run(recorder: Recorder, tmp_path: Any) -> None:
    async def main() -> None:
        async with recorder.run("r", {"q": 1}) as run:
            assert await run.tool("double", {"value": 4}, call=double) == 8
            assert await run.tool("sync", {"value": 4}, call=lambda value: threading.current_thread().name) != "MainThread"
            assert await run.model("gpt-4.1", {"m": []}, call=lambda m: "hi", provider="openai") == "hi"
            async with run.step("parse", {"x": 1}) as step:
                step.output = step.input
            permit = await run.permit("pay", {"value": 1})
            assert await permit.run(double) == 2
            with pytest.raises(Denied):
                await permit.run(double)
            await run.note("handoff")
            run.output = {"ok": True}
            assert execert.current_run() is run.run
        assert execert.current_run() is None
        assert run.end is not None
        assert run.end.records == 13
        assert (await run.save(tmp_path / "r.execert")).records == 13
        seen = records(await run.bundle())
        assert [r.status for r in seen if r.phase == "outcome"] == ["ok"] * 5
        assert seen[-1].content["output"] == {"ok": True}

    asyncio.run(main())


def test_failures(recorder: Recorder) -> None:
    async def fail() -> None:
        raise LookupError("gone")

    async def main() -> bytes:
        run = recorder.run("r")
        with pytest.raises(LookupError):
            async with run as running:
                async with running.step("s"):
                    pass
                await running.tool("t", call=fail)
        return run.bundle()

    assert [r.status for r in records(asyncio.run(main()))] == ["ok", None, "ok", None, "failed", "failed"]


def test_what_is_not_json_is_refused_at_the_call(recorder: Recorder) -> None:
    async def main() -> None:
        async with recorder.run("r") as run:
            with pytest.raises(execert.InvalidInput) as caught:
                await run.tool("t", {"a": {1}}, call=double)
            assert caught.value.path == "/input/a"

    asyncio.run(main())


@pytest.fixture
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Opening a step takes 0.3 s; the event is set while it does."""
    writing = threading.Event()
    real = execert.Run._open

    def slow(*args: Any, **kwargs: Any) -> Any:
        writing.set()
        time.sleep(0.3)
        return real(*args, **kwargs)

    monkeypatch.setattr(execert.Run, "_open", slow)
    return writing


def test_the_loop_is_not_held(recorder: Recorder, slow_disk: threading.Event) -> None:
    async def main() -> float:
        ticks: list[float] = []

        async def tick() -> None:
            while True:
                ticks.append(time.monotonic())
                await asyncio.sleep(0.01)

        ticker = asyncio.create_task(tick())
        async with recorder.run("r") as run:
            await run.tool("double", {"value": 1}, call=double)
        ticker.cancel()
        return max(later - earlier for earlier, later in zip(ticks, ticks[1:], strict=False))

    assert asyncio.run(main()) < 0.2


def test_cancelled_while_the_intent_is_written(recorder: Recorder, slow_disk: threading.Event) -> None:
    called: list[int] = []

    async def main() -> bytes:
        run = recorder.run("r")

        async def work() -> None:
            async with run as running:
                await running.tool("act", {"value": 1}, call=called.append)

        task = asyncio.create_task(work())
        while not slow_disk.is_set():
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return run.bundle()

    seen = records(asyncio.run(main()))
    assert called == []
    assert [(r.kind, r.phase, r.status) for r in seen] == [
        ("run.start", "single", "ok"),
        ("tool.call", "intent", None),
        ("tool.call", "outcome", "cancelled"),
        ("run.end", "single", "cancelled"),
    ]


def test_cancelled_while_the_tool_runs(recorder: Recorder) -> None:
    async def main() -> bytes:
        run = recorder.run("r")
        started = asyncio.Event()

        async def forever() -> None:
            started.set()
            await asyncio.sleep(60)

        async def work() -> None:
            async with run as running:
                await running.tool("act", call=forever)

        task = asyncio.create_task(work())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return run.bundle()

    assert [r.status for r in records(asyncio.run(main()))] == ["ok", None, "cancelled", "cancelled"]


def test_a_timeout_is_no_failure_of_the_tool(recorder: Recorder) -> None:
    async def main() -> bytes:
        run = recorder.run("r")
        async with run as running:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(running.tool("act", call=lambda: time.sleep(0.3)), 0.1)
        return run.bundle()

    assert [r.status for r in records(asyncio.run(main()))] == ["ok", None, "cancelled", "ok"]


def test_many_at_once(recorder: Recorder) -> None:
    async def main() -> bytes:
        run = recorder.run("r")
        async with run as running:
            got = await asyncio.gather(*(running.tool("double", {"value": n}, call=double) for n in range(40)))
            assert got == [2 * n for n in range(40)]
        return run.bundle()

    seen = records(asyncio.run(main()))
    assert len(seen) == 82
    assert [r.predicate["run"]["seq"] for r in seen] == list(range(82))


def test_two_runs_in_two_tasks(recorder: Recorder) -> None:
    @recorder.tool
    async def act(n: int) -> int:
        return n

    async def main() -> None:
        async def one(name: str, n: int) -> None:
            async with recorder.run(name) as run:
                await act(n)
                await asyncio.sleep(0.01)
                await act(n)
            assert [r.content["input"]["n"] for r in records(await run.bundle()) if r.phase == "intent"] == [n, n]

        await asyncio.gather(one("a", 1), one("b", 2))

    asyncio.run(main())


def test_observed_denials(tmp_path: Any, key: Key) -> None:
    rules = {"policy": 1, "default": "deny", "rules": [{"id": "x", "tool": "x", "verdict": "allow"}]}

    async def main() -> None:
        with Recorder(tmp_path / "l.ledger", key=key, policy=rules) as recorder:
            async with recorder.run("r") as run:
                with pytest.raises(Denied):
                    await run.tool("double", {"value": 1}, call=double)
                with pytest.raises(Denied):
                    await run.permit("double", {"value": 1})

    asyncio.run(main())


def test_snapshots_are_opaque() -> None:
    assert not [name for name in dir(_execert.Snapshot) if not name.startswith("_")]
