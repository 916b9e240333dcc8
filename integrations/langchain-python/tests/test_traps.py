"""What this package works around in LangChain. Each test fails when upstream changes it: then the code can go."""

from __future__ import annotations

import asyncio
import inspect
import pathlib
import threading
from collections.abc import Iterator
from typing import Any

import langchain_execert.handler as module
import pytest
from conftest import ALLOW, Ledger
from fakes import FakeModel, Truth, call, turn
from langchain.agents.middleware import AgentMiddleware
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableGenerator
from langchain_execert import Handler, Middleware, instrument
from langchain_execert.events import invalid_arguments
from same import HELLO, agent_of, config

DONE = turn(text="all done")
ONE = [turn(call("look", "c1", x=1)), DONE]


class Spy(BaseCallbackHandler):
    """Notes what callbacks are given."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def on_chain_start(self, *args: Any, **kwargs: Any) -> None:
        self.seen.append(("chain_start", args, kwargs))

    def on_chain_end(self, *args: Any, **kwargs: Any) -> None:
        self.seen.append(("chain_end", args, kwargs))

    def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
        self.seen.append(("chat_model_start", args, kwargs))

    def on_tool_start(self, *args: Any, **kwargs: Any) -> None:
        self.seen.append(("tool_start", args, kwargs))

    def on_tool_end(self, *args: Any, **kwargs: Any) -> None:
        self.seen.append(("tool_end", args, kwargs))

    def of(self, event: str) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        return [(args, kwargs) for name, args, kwargs in self.seen if name == event]


SECRET = "configuration-that-must-not-be-recorded"


def spied(turns: list[Any] = ONE) -> Spy:
    spy = Spy()
    model = FakeModel(turns=turns, api_key=SECRET)
    agent_of(turns, Truth(), None, model=model).invoke(HELLO, {"callbacks": [spy]})
    return spy


def test_tool_arguments_are_a_repr_beside_the_real_ones() -> None:
    ((args, kwargs),) = spied().of("tool_start")
    assert args[1] == "{'x': 1}" and kwargs["inputs"] == {"x": 1} and kwargs["tool_call_id"] == "c1"
    assert args[0]["name"] == "look"


def test_the_serialised_model_leaks_its_configuration(ledger: Ledger) -> None:
    args, _ = spied().of("chat_model_start")[0]
    assert SECRET in args[0]["repr"]
    recorder = ledger.open()
    model = FakeModel(turns=ONE, api_key=SECRET)
    agent_of(ONE, Truth(), None, model=model).invoke(HELLO, config(recorder, "t1"))
    assert SECRET.encode() not in ledger.evidence(thread="t1").bundle


def test_a_generator_tells_its_input_at_its_end(ledger: Ledger) -> None:
    spy, recorder = Spy(), ledger.open()

    def twice(parts: Iterator[str]) -> Iterator[str]:
        yield from (part * 2 for part in parts)

    double = RunnableGenerator(twice)
    made = {"callbacks": [spy, Handler(recorder)]}
    assert list(double.transform(iter(["ab"]), made)) == ["abab"]
    assert spy.of("chain_start")[0][0][1] == {"input": ""}
    assert spy.of("chain_end")[0][1]["inputs"] == "ab"
    assert ledger.evidence().of("run.end")[0].status == "ok"


def test_unknown_tool_gives_no_tool_event() -> None:
    assert spied([turn(call("nope", "c1", x=1)), DONE]).of("tool_start") == []


def test_an_answer_in_the_tools_place_gives_no_tool_event() -> None:
    from langchain.agents.middleware import wrap_tool_call
    from langchain_core.messages import ToolMessage

    @wrap_tool_call
    def blocks(request: Any, handler: Any) -> Any:
        return ToolMessage("no", tool_call_id=request.tool_call["id"])

    spy = Spy()
    agent_of(ONE, Truth(), None, middleware=[blocks]).invoke(HELLO, {"callbacks": [spy]})
    assert spy.of("tool_start") == []


def test_sync_wrappers_alone_break_async_agents() -> None:
    class SyncOnly(AgentMiddleware):
        def wrap_tool_call(self, request: Any, handler: Any) -> Any:
            return handler(request)

    agent = agent_of(ONE, Truth(), None, middleware=[SyncOnly()])
    with pytest.raises(NotImplementedError):
        asyncio.run(agent.ainvoke(HELLO))


def test_async_handlers_do_not_stop_sync_tools() -> None:
    class Stops(BaseCallbackHandler):
        raise_error = True

        async def on_tool_start(self, *_: Any, **__: Any) -> None:
            raise RuntimeError("stop")

    truth = Truth()
    agent_of(ONE, truth, None).invoke(HELLO, {"callbacks": [Stops()]})
    assert truth.ran() == [("look", {"x": 1})]


def test_invalid_arguments_are_told_from_the_bodys_own_errors() -> None:
    from langchain_core.tools import tool
    from pydantic import BaseModel, ValidationError

    class Strict(BaseModel):
        y: int

    @tool
    def body(x: int) -> str:
        """Validates something of its own."""
        return str(Strict(y="no"))  # type: ignore[arg-type]

    for args, before in (({"x": "no"}, True), ({"x": 1}, False)):
        with pytest.raises(ValidationError) as raised:
            body.invoke(args)
        assert invalid_arguments(raised.value) is before


def test_the_hook_makes_many_handlers_of_one_class() -> None:
    from langchain_core.callbacks import manager

    source = inspect.getsource(manager._configure)
    assert "_configure_hooks" in source and "isinstance(handler, handler_class)" in source


def test_tokens_come_by_keyword() -> None:
    assert "token" in inspect.signature(BaseCallbackHandler.on_llm_new_token).parameters


def test_handler_does_not_run_on_the_loop(ledger: Ledger) -> None:
    recorder, threads = ledger.open(), []

    class Watching(Handler):
        def on_chain_start(self, *args: Any, **kwargs: Any) -> None:
            threads.append(threading.current_thread() is threading.main_thread())
            super().on_chain_start(*args, **kwargs)

    asyncio.run(agent_of(ONE, Truth(), None).ainvoke(HELLO, {"callbacks": [Watching(recorder)]}))
    assert threads and not any(threads)


def test_instrument_once_and_with_a_handler_of_ones_own(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Auto and by hand give no duplicates; a bare thread, which has no context, is observed too."""
    from langchain_core.tracers import context

    monkeypatch.setattr(module, "_shared", None)
    monkeypatch.setattr(context, "_configure_hooks", list(context._configure_hooks))
    monkeypatch.setenv("EXECERT_LANGCHAIN", "")
    recorder = ledger.open(ALLOW)
    instrument(recorder)
    with pytest.warns(RuntimeWarning, match="instrumented already"):
        instrument(recorder)
    truth = Truth()
    agent_of(ONE, truth, recorder).invoke(HELLO, config(recorder, "t1"))
    assert len(ledger.evidence().runs()) == 1
    assert (ledger.evidence().of("run.end")[0].told["body"].get("duplicates") or 0) == 2, "the gate's call, told again"
    thread = threading.Thread(target=lambda: agent_of(ONE, truth, recorder).invoke(HELLO))
    thread.start()
    thread.join()
    evidence = ledger.evidence()
    assert len(evidence.runs()) == 2 and evidence.intents() == truth.ran()


def test_the_example_of_the_guide_is_the_page() -> None:
    root = pathlib.Path(__file__).resolve().parents[3]
    example = (root / "docs" / "guide" / "examples" / "langchain_ten_lines.py").read_text()
    assert f"```python\n{example}```" in (root / "docs" / "guide" / "langchain.md").read_text()


def test_wrong_options() -> None:
    for options in ({"approvals": "always"}, {"on_deny": "shrug"}):
        with pytest.raises(ValueError, match="interrupt"):
            Middleware(None, **options)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="recorder"):
        Handler()
    assert FakeModel(turns=[]).turns == []
