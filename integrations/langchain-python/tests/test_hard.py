"""Values that are hard, secrets, stores that fail, processes that end: records stay true, applications stay whole."""

from __future__ import annotations

import datetime
import os
import pathlib
import subprocess
import sys
import textwrap
import threading
import time
from typing import Any

import pytest
from conftest import ALLOW, Ledger, Runner
from execert import ExecertError, Recorder, Unavailable
from fakes import Truth, call, turn
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from same import HELLO, agent_of, both, config, observe

DONE = turn(text="all done")
TWO = [turn(call("look", "c1", x=1), call("pay", "c2", x=2)), DONE]
HERE = pathlib.Path(__file__).resolve().parent


def strange() -> dict[str, Any]:
    """One of each kind that serialisers trip over."""
    cyclic: list[Any] = [1]
    cyclic.append(cyclic)
    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]

    class Raises:
        @property
        def value(self) -> int:
            raise RuntimeError("no")

    return {
        "bytes": b"\x00\xff", "nan": float("nan"), "big": 2**80, "set": {3, 1}, "when": datetime.datetime(2026, 3, 6),
        "lone": "\ud800", "cycle": cyclic, "deep": deep, "raises": Raises(), "lock": threading.Lock(), 7: "number key",
        "generator": (n for n in range(3)), "huge": "x" * 2_000_000,
    }  # fmt: skip


def test_strange_values(recorder: Recorder, ledger: Ledger, invoke: Runner) -> None:
    def case(it: Recorder | None, truth: Truth) -> Any:
        @tool
        def odd(x: int) -> Any:
            """Answers with values that are hard."""
            truth.note("began", "odd", {"x": x})
            return strange()

        output = invoke(agent_of([turn(call("odd", "c1", x=1)), DONE], truth, it, tools=[odd]), HELLO, config(it, "t1"))
        return [type(message).__name__ for message in output["messages"]]

    _, truth = both(case, recorder)
    evidence = ledger.evidence(thread="t1")
    assert evidence.intents() == truth.ran() and evidence.outcomes("ok") == [("odd", "c1")]


def test_strange_values_of_a_run(ledger: Ledger) -> None:
    recorder = ledger.open()
    given = strange()
    assert RunnableLambda(lambda value: value).invoke(given, config(recorder)) is given
    (end,) = ledger.evidence().of("run.end")
    listed = {word for _, word in end.content["conversions"]}
    assert end.status == "ok" and {"map"} <= listed and any(word.startswith("opaque") for word in listed)


def test_objects_changed_later(ledger: Ledger) -> None:
    recorder, truth = ledger.open(ALLOW), Truth()
    kept: list[dict[str, Any]] = []

    @tool
    def keeps(x: dict[str, Any]) -> str:
        """Changes what it was given."""
        kept.append(x)
        x["changed"] = True
        return "kept"

    agent_of([turn(call("keeps", "c1", x={"a": 1})), DONE], truth, recorder, tools=[keeps]).invoke(HELLO, config(recorder, "t1"))
    assert kept == [{"a": 1, "changed": True}]
    assert ledger.evidence(thread="t1").intents() == [("keeps", {"x": {"a": 1}})]


def test_secrets_are_in_no_file(ledger: Ledger) -> None:
    secret = "sk-" + "proj-A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0"
    recorder, truth = ledger.open(ALLOW), Truth()

    @tool
    def login(token: str) -> dict[str, str]:
        """Answers with what it was given."""
        return {"authorization": f"Bearer {token}"}

    @tool
    def fails(token: str) -> str:
        """Tells its secret in an error."""
        raise ValueError(f"bad token {token}")

    turns = [turn(call("login", "c1", token=secret)), turn(call("fails", "c2", token=secret)), DONE]
    with pytest.raises(ValueError, match="bad token"):
        agent_of(turns, truth, recorder, tools=[login, fails]).invoke(HELLO, config(recorder, "t1"))
    evidence = ledger.evidence(thread="t1")
    assert secret.encode() not in evidence.bundle
    recorder.close()
    ledger.opened.clear()
    for path in ledger.path.rglob("*"):
        assert path.is_dir() or secret.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("mode", ["observe", "enforce"])
def test_ledger_that_fails(ledger: Ledger, invoke: Runner, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that fails before the tools: enforced, nothing runs; observed, the application notices nothing."""
    recorder = ledger.open(ALLOW) if mode == "enforce" else ledger.open()
    before, after = Truth(), Truth()
    plainly = observe(before, lambda: invoke(agent_of(TWO, before, None), HELLO))

    def full(*_: Any, **__: Any) -> Any:
        raise Unavailable("the disk is full", code="store.full", hint="", exit=74)

    monkeypatch.setattr(Recorder, "feed", full)
    if mode == "enforce":
        monkeypatch.setattr(Recorder, "run", full)
        seen = observe(after, lambda: invoke(agent_of(TWO, after, recorder), HELLO, config(recorder, "t1")))
        assert seen.error is not None and issubclass(seen.error[0], ExecertError) and after.ran() == []
    else:
        assert observe(after, lambda: invoke(agent_of(TWO, after, None), HELLO, config(recorder, "t1"))) == plainly
    monkeypatch.undo()
    agent_of([DONE], Truth(), None).invoke(HELLO, config(recorder, "t2"))
    assert sum(line.told["body"]["lost"] for line in ledger.evidence().of("gap")) > 0, "what was lost is told"


def test_outcome_that_cannot_be_written(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The act is done: its result goes on, and the record never says that it succeeded."""
    from execert import Step

    recorder, truth = ledger.open(ALLOW), Truth()

    def full(*_: Any) -> Any:
        raise Unavailable("the disk is full", code="store.full", hint="", exit=74)

    monkeypatch.setattr(Step, "_finish", full)
    with pytest.warns(RuntimeWarning, match="could not be recorded"):
        output = agent_of(TWO, truth, recorder).invoke(HELLO, config(recorder, "t1"))
    monkeypatch.undo()
    assert output["messages"][-1].content == "all done"
    evidence = ledger.evidence(thread="t1")
    assert evidence.intents() == truth.ran() and evidence.outcomes("ok") == []
    assert evidence.outcomes("unknown") == [("look", "c1"), ("pay", "c2")]


def script(ledger: Ledger, folder: pathlib.Path, body: str) -> subprocess.CompletedProcess[str]:
    """Runs an agent in a process of its own."""
    key = folder / "recorder.key"
    if not key.exists():
        ledger.key.save(key)
    setup = textwrap.dedent(
        f"""
        import os, sys, time
        sys.path.insert(0, {str(HERE)!r})
        from conftest import ALLOW
        from execert import Key, Recorder
        from fakes import *; from same import *
        recorder = Recorder({str(ledger.path)!r}, key=Key.load({str(key)!r}), policy=ALLOW)
        truth = Truth()
        TWO = [turn(call("look", "c1", x=1), call("pay", "c2", x=2)), turn(text="all done")]
        """
    )
    return subprocess.run([sys.executable, "-c", setup + textwrap.dedent(body)], capture_output=True, text=True, timeout=120)


def test_exit_without_close(ledger: Ledger, tmp_path: pathlib.Path) -> None:
    done = script(ledger, tmp_path, "agent_of(TWO, truth, recorder).invoke(HELLO, config(recorder, 't1')); os._exit(0)")
    assert done.returncode == 0, done.stderr
    ledger.open(ALLOW)
    evidence = ledger.evidence(thread="t1")
    assert evidence.outcomes("ok") == [("look", "c1"), ("pay", "c2")]


def test_killed_in_a_call(ledger: Ledger, tmp_path: pathlib.Path) -> None:
    body = """
    import signal
    from langchain_core.tools import StructuredTool
    def dies(x: int) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
    dies = StructuredTool.from_function(dies, name="dies", description="Dies.")
    turns = [turn(call("dies", "c1", x=1))]
    agent_of(turns, truth, recorder, tools=[dies]).invoke(HELLO, config(recorder, "t1"))
    """
    assert script(ledger, tmp_path, body).returncode == -9
    ledger.open(ALLOW)
    evidence = ledger.evidence(thread="t1")
    assert evidence.intents() == [("dies", {"x": 1})]
    assert evidence.outcomes("unknown") == [("dies", "c1")], "never success"
    assert evidence.of("run.end")[0].status == "incomplete"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_fork(ledger: Ledger, tmp_path: pathlib.Path) -> None:
    body = """
    agent_of(TWO, truth, recorder).invoke(HELLO, config(recorder, "t1"))
    child = os.fork()
    agent_of(TWO, truth, recorder).invoke(HELLO, config(recorder, "child" if child == 0 else "parent"))
    if child == 0:
        recorder.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    recorder.close()
    """
    done = script(ledger, tmp_path, body)
    assert done.returncode == 0, done.stderr
    ledger.open(ALLOW)
    for thread in ("t1", "child", "parent"):
        assert ledger.evidence(thread=thread).outcomes("ok") == [("look", "c1"), ("pay", "c2")]


def test_many_threads(ledger: Ledger) -> None:
    recorder, truth = ledger.open(ALLOW), Truth()
    work = [
        threading.Thread(target=lambda n=n: agent_of(TWO, truth, recorder).invoke(HELLO, config(recorder, f"t{n}")))
        for n in range(8)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    evidence = ledger.evidence()
    assert len(evidence.runs()) == 8 and evidence.intents() == truth.ran()
    for n in range(8):
        assert ledger.evidence(thread=f"t{n}").outcomes("ok") == [("look", "c1"), ("pay", "c2")]


def test_fifty_turns_grow_with_what_is_new(ledger: Ledger) -> None:
    """A conversation of 50 turns hands over its whole history each time; the evidence holds it once."""
    recorder, truth = ledger.open(ALLOW), Truth()
    turns = [turn(text=f"answer {n}: " + "word " * 20) for n in range(60)]
    agent = agent_of(turns, truth, recorder, checkpointer=InMemorySaver())
    sizes = []
    for n in range(50):
        agent.invoke({"messages": [("user", f"question {n}: " + "text " * 20)]}, config(recorder, "t1"))
        if n in (9, 24, 49):
            sizes.append(len(ledger.evidence(thread="t1").bundle))
    assert sizes[2] / 50 < 16_000, sizes
    late, early = (sizes[2] - sizes[1]) / 25, (sizes[1] - sizes[0]) / 15
    assert late < early * 1.1, f"a turn costs the same late as early: {early:.0f} and {late:.0f} bytes"


def test_cost_of_a_turn(ledger: Ledger) -> None:
    """A generous bound: it notices what is wrong by an order of magnitude, on a busy machine too."""
    recorder = ledger.open(ALLOW, durability="process")
    plain, recorded = Truth(), Truth()

    def mean(agent: Any, made: dict[str, Any]) -> float:
        agent.invoke(HELLO, made)
        began = time.process_time()
        for _ in range(20):
            agent.invoke(HELLO, made)
        return (time.process_time() - began) / 20

    extra = mean(agent_of(TWO, recorded, recorder), config(recorder)) - mean(agent_of(TWO, plain, None), {})
    assert extra < 0.15, f"{extra * 1000:.1f} ms for a turn with two tools"
