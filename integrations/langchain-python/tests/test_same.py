"""The same result with and without execert, and records that say what the tools really did."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from conftest import ALLOW, Ledger, Runner
from execert import Recorder
from fakes import FakeModel, Truth, call, turn
from langchain.agents.middleware import ModelFallbackMiddleware, ModelRetryMiddleware, ToolRetryMiddleware, wrap_tool_call
from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnableLambda
from langchain_execert import Handler, Middleware, gate
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from same import HELLO, agent_of, both, config

DONE = turn(text="all done")
TWO = turn(call("look", "c1", x=1), call("pay", "c2", x=2))


def test_parallel_tools(recorder: Recorder, ledger: Ledger, invoke: Runner) -> None:
    turns = [TWO, turn(call("look", "c3", x=3)), DONE]
    _, truth = both(lambda it, t: invoke(agent_of(turns, t, it), HELLO, config(it, "t1")), recorder)
    evidence = ledger.evidence(thread="t1")
    assert evidence.intents() == truth.ran()
    assert evidence.outcomes("ok") == [("look", "c1"), ("look", "c3"), ("pay", "c2")]
    assert len(evidence.runs()) == 1
    assert len(evidence.of("model.call")) == 3
    for line in evidence.of("tool.call", "outcome"):
        assert line.content["output"]["tool_call_id"] == line.call, "paired by call id"
    assert evidence.of("run.end")[0].status == "ok"


def test_capture_says_who_watched(ledger: Ledger) -> None:
    recorder = ledger.open(ALLOW)
    truth = Truth()
    agent_of([TWO, DONE], truth, recorder).invoke(HELLO, config(recorder, "t1"))
    evidence = ledger.evidence(thread="t1")
    assert {line.capture for line in evidence.of("tool.call")} == {"enforced"}
    assert {line.capture for line in evidence.of("model.call")} == {"observed"}


def test_observer_alone(ledger: Ledger, invoke: Runner) -> None:
    recorder = ledger.open()
    truth = Truth()
    invoke(agent_of([TWO, DONE], truth, None), HELLO, config(recorder, "t1"))
    evidence = ledger.evidence(thread="t1")
    assert evidence.intents() == truth.ran()
    assert evidence.outcomes("ok") == [("look", "c1"), ("pay", "c2")]
    assert {line.capture for line in evidence.of("tool.call")} == {"observed"}


def test_gate_alone(ledger: Ledger, invoke: Runner) -> None:
    recorder = ledger.open(ALLOW)
    truth = Truth()
    invoke(agent_of([TWO, DONE], truth, recorder), HELLO)
    evidence = ledger.evidence()
    assert evidence.intents() == truth.ran()
    assert len(evidence.runs()) == 2, "each call is a run of its own"


def test_exception_fails_the_run(recorder: Recorder, ledger: Ledger, invoke: Runner) -> None:
    turns = [turn(call("boom", "c1", x=1), call("slow", "c2", x=2)), DONE]
    seen, truth = both(lambda it, t: invoke(agent_of(turns, t, it), HELLO, config(it, "t1")), recorder)
    assert seen.error == (ValueError, "boom 1")
    evidence = ledger.evidence(thread="t1")
    assert evidence.outcomes("failed") == [("boom", "c1")]
    assert evidence.of("run.end")[0].status == "failed"
    # A sync sibling finishes, an async one is cancelled: the framework's ways, told apart.
    ended = truth.ended("ended")
    assert evidence.outcomes("ok") == [(name, "c2") for name, _ in ended]
    assert evidence.outcomes("cancelled") == [(name, "c2") for name, _ in truth.ended("CancelledError")]
    assert len(ended) + len(truth.ended("CancelledError")) == 1


def test_errors_that_the_node_handles(recorder: Recorder, ledger: Ledger, invoke: Runner) -> None:
    turns = [turn(call("boom", "c1", x=1), call("look", "c2", x=2)), DONE]
    _, _ = both(lambda it, t: invoke(_graph(turns, t, it, handle_tool_errors=True), HELLO, config(it, "t1")), recorder)
    evidence = ledger.evidence(thread="t1")
    assert evidence.outcomes("failed") == [("boom", "c1")]
    assert evidence.outcomes("ok") == [("look", "c2")]
    assert evidence.of("run.end")[0].status == "ok"


def test_invalid_arguments(recorder: Recorder, ledger: Ledger, invoke: Runner) -> None:
    turns = [turn(call("look", "c1", x="not a number")), DONE]
    _, truth = both(lambda it, t: invoke(agent_of(turns, t, it), HELLO, config(it, "t1")), recorder)
    evidence = ledger.evidence(thread="t1")
    assert truth.ran() == []
    assert evidence.outcomes("ok") == []


def test_unknown_tool(recorder: Recorder, ledger: Ledger, invoke: Runner) -> None:
    turns = [turn(call("nope", "c1", x=1), call("look", "c2", x=2)), DONE]
    _, truth = both(lambda it, t: invoke(agent_of(turns, t, it), HELLO, config(it, "t1")), recorder)
    evidence = ledger.evidence(thread="t1")
    assert evidence.intents() == truth.ran() == [("look", {"x": 2})]
    assert evidence.refused() == [("nope", "c1", "unknown-tool")]


def test_tool_that_another_middleware_brings_along(recorder: Recorder, ledger: Ledger) -> None:
    truth = Truth()
    extra = truth.tool("extra", lambda x, pause=0: "brought along")

    @wrap_tool_call
    def brings(request: Any, handler: Any) -> Any:
        return handler(request if request.tool is not None else request.override(tool=extra))

    turns = [turn(call("extra", "c1", x=1), call("look", "c2", x=2)), DONE]
    # Inside ours: what it brings is not gated, but it ran, so nothing may say that it was refused.
    agent = agent_of(turns, truth, None, middleware=[Middleware(recorder), brings])
    agent.invoke(HELLO, config(recorder, "t1"))
    evidence = ledger.evidence(thread="t1")
    assert ("extra", {"x": 1}) in truth.ran()
    assert evidence.intents() == truth.ran()
    assert evidence.refused() == []
    assert sorted(evidence.outcomes("ok")) == [("extra", "c1"), ("look", "c2")]


def test_blocked_by_other_middleware(recorder: Recorder, ledger: Ledger) -> None:
    @wrap_tool_call
    def blocks(request: Any, handler: Any) -> Any:
        if request.tool_call["name"] == "pay":
            return ToolMessage("not today", name="pay", tool_call_id=request.tool_call["id"])
        return handler(request)

    both(lambda it, t: agent_of([TWO, DONE], t, it, middleware=[blocks]).invoke(HELLO, config(it, "t1")), recorder)
    evidence = ledger.evidence(thread="t1")
    assert evidence.refused() == [("pay", "c2", "blocked-elsewhere")], "it looks like success, and nothing ran"
    assert evidence.outcomes("ok") == [("look", "c1")]


def test_tool_retries_are_attempts(recorder: Recorder, ledger: Ledger) -> None:
    retry = ToolRetryMiddleware(max_retries=2, initial_delay=0.0, jitter=False, on_failure="continue")
    turns = [turn(call("boom", "c1", x=1)), DONE]
    _, truth = both(lambda it, t: agent_of(turns, t, it, middleware=[retry]).invoke(HELLO, config(it, "t1")), recorder)
    evidence = ledger.evidence(thread="t1")
    assert len(truth.ran()) == 3
    assert evidence.intents() == truth.ran()
    assert evidence.outcomes("failed") == [("boom", "c1")] * 3


def test_model_retries_and_fallbacks(recorder: Recorder, ledger: Ledger) -> None:
    def case(it: Recorder | None, truth: Truth) -> Any:
        model = FakeModel(turns=[DONE], fails=[TimeoutError("slow model"), TimeoutError("still slow")])
        second = FakeModel(turns=[turn(text="from the second")], model_name="fake-2")
        mine = [ModelFallbackMiddleware(second), ModelRetryMiddleware(max_retries=1, initial_delay=0.0, jitter=False, on_failure="error")]
        return agent_of([], truth, it, model=model, middleware=mine).invoke(HELLO, config(it, "t1"))

    both(case, recorder)
    models = ledger.evidence(thread="t1").of("model.call", "single", "outcome")
    assert sorted((line.name, line.status) for line in models) == [("fake-1", "failed"), ("fake-1", "failed"), ("fake-2", "ok")]


def test_model_error(recorder: Recorder, ledger: Ledger, invoke: Runner) -> None:
    seen, _ = both(lambda it, t: invoke(agent_of([RuntimeError("no model")], t, it), HELLO, config(it, "t1")), recorder)
    assert seen.error == (RuntimeError, "no model")
    evidence = ledger.evidence(thread="t1")
    assert [line.status for line in evidence.of("model.call", "single", "outcome")] == ["failed"]
    assert evidence.of("run.end")[0].status == "failed"


def test_timeout_cancels(recorder: Recorder, ledger: Ledger) -> None:
    async def timed(agent: Any, made: dict[str, Any]) -> Any:
        return await asyncio.wait_for(agent.ainvoke(HELLO, made), 0.1)

    turns = [turn(call("slow", "c1", x=1)), DONE]
    seen, truth = both(lambda it, t: asyncio.run(timed(agent_of(turns, t, it), config(it, "t1"))), recorder)
    assert seen.error is not None and seen.error[0] is TimeoutError
    assert truth.ended("CancelledError") == [("slow", {"x": 1})]
    evidence = ledger.evidence(thread="t1")
    assert evidence.outcomes("cancelled") == [("slow", "c1")]
    assert evidence.outcomes("failed") == []
    assert evidence.of("run.end")[0].status == "cancelled"


@pytest.mark.parametrize("mode", ["updates", "messages", "values"])
def test_streams(recorder: Recorder, ledger: Ledger, mode: str) -> None:
    def case(it: Recorder | None, truth: Truth) -> Any:
        parts = agent_of([TWO, DONE], truth, it).stream(HELLO, config(it, "t1"), stream_mode=mode)
        # Updates of parallel tools and the pieces of metadata come in any order.
        return sorted((repr(_part(part)) for part in parts))

    _, truth = both(case, recorder)
    evidence = ledger.evidence(thread="t1")
    assert len(evidence.of("model.call")) == 2, "streamed tokens are no records"
    assert evidence.intents() == truth.ran()
    assert evidence.of("run.end")[0].status == "ok"


def test_stream_abandoned(recorder: Recorder, ledger: Ledger) -> None:
    def case(it: Recorder | None, truth: Truth) -> Any:
        stream = agent_of([TWO, DONE], truth, it).stream(HELLO, config(it, "t1"), stream_mode="updates")
        next(stream)
        stream.close()

    both(case, recorder)
    evidence = ledger.evidence(thread="t1")
    assert evidence.of("run.end")[0].status == "cancelled"
    assert evidence.outcomes("failed") == []


def test_batch(recorder: Recorder, ledger: Ledger) -> None:
    def case(it: Recorder | None, truth: Truth) -> Any:
        return agent_of([TWO, DONE], truth, it).batch([HELLO, HELLO, HELLO], config(it))

    _, truth = both(case, recorder)
    evidence = ledger.evidence()
    assert len(evidence.runs()) == 3
    assert evidence.intents() == truth.ran()


def test_nested_agents(recorder: Recorder, ledger: Ledger, invoke: Runner) -> None:
    def case(it: Recorder | None, truth: Truth) -> Any:
        inner = agent_of([turn(call("look", "i1", x=5)), turn(text="inner done")], truth, it, name="inner")
        graph = StateGraph(MessagesState)
        graph.add_node("helper", inner)
        graph.add_node("outer", agent_of([turn(call("pay", "o1", x=6)), turn(call("pay", "o1", x=6)), DONE], truth, it))
        graph.add_edge(START, "helper")
        graph.add_edge("helper", "outer")
        graph.add_edge("outer", END)
        return invoke(graph.compile(), HELLO, config(it, "t1"))

    _, truth = both(case, recorder)
    evidence = ledger.evidence(thread="t1")
    assert len(evidence.runs()) == 1, "a nested graph is part of its run"
    assert evidence.intents() == truth.ran()


def test_handler_twice(recorder: Recorder, ledger: Ledger) -> None:
    def case(it: Recorder | None, truth: Truth) -> Any:
        made = config(it, "t1")
        if it is not None:
            made["callbacks"].append(Handler(it))
        return agent_of([TWO, DONE], truth, it).invoke(HELLO, made)

    _, truth = both(case, recorder)
    evidence = ledger.evidence(thread="t1")
    assert len(evidence.runs()) == 1
    assert evidence.intents() == truth.ran()
    assert len(evidence.of("model.call")) == 2
    assert evidence.of("run.end")[0].told["body"]["duplicates"] > 0


def test_runnables_without_a_graph(recorder: Recorder, ledger: Ledger, invoke: Runner) -> None:
    def case(it: Recorder | None, truth: Truth) -> Any:
        tool = truth.tools()[0]
        chain = FakeModel(turns=[turn(call("look", "c1", x=1))]) | RunnableLambda(lambda message: message.tool_calls[0]) | tool
        return invoke(chain, "hello", config(it))

    _, truth = both(case, recorder)
    evidence = ledger.evidence()
    assert evidence.intents() == truth.ran()
    assert len(evidence.runs()) == 1


def test_tool_called_directly_in_a_run(ledger: Ledger) -> None:
    recorder, truth = ledger.open(), Truth()
    truth.tools()[0].invoke({"x": 1}, config(recorder))
    evidence = ledger.evidence()
    assert evidence.intents() == truth.ran() and evidence.outcomes("ok") == [("look", None)]


def _graph(turns: list[Any], truth: Truth, recorder: Recorder | None, **options: Any) -> Any:
    """A graph of one's own with a `ToolNode`."""
    model = FakeModel(turns=turns).bind_tools(truth.tools())
    wrappers = {} if recorder is None else gate(recorder)
    graph = StateGraph(MessagesState)
    graph.add_node("model", lambda state: {"messages": [model.invoke(state["messages"])]})
    graph.add_node("tools", ToolNode(truth.tools(), **options, **wrappers))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", lambda state: "tools" if state["messages"][-1].tool_calls else END)
    graph.add_edge("tools", "model")
    return graph.compile()


def _part(part: Any) -> Any:
    from same import plain

    if isinstance(part, tuple):  # a message and its metadata
        return type(part[0]).__name__, part[0].content
    return plain(part)
