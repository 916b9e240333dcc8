"""Runs a case plain and with execert, and compares all that an application can see."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Any

from execert import Recorder
from fakes import FakeModel, Truth
from langchain.agents import create_agent
from langchain_core.messages import BaseMessage
from langchain_execert import Handler, Middleware

Agent = Any
HELLO = {"messages": [("user", "refund order o-9")]}


def told(message: BaseMessage) -> tuple[Any, ...]:
    """A message without the ids that differ from run to run."""
    calls = tuple((it["name"], repr(it["args"]), it["id"]) for it in getattr(message, "tool_calls", []))
    about = (getattr(message, "name", None), getattr(message, "tool_call_id", None), getattr(message, "status", None))
    return (message.type, str(message.content), calls, *about)


def plain(value: Any) -> Any:
    """What an application got back, without ids."""
    if isinstance(value, BaseMessage):
        return told(value)
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if type(value).__name__ == "Interrupt":
        return ("interrupt", repr(value.value))
    return value


@dataclasses.dataclass
class Seen:
    """All that an application can see of a run."""

    output: Any = None
    error: tuple[type, str] | None = None
    began: Any = None
    ended: Any = None
    failed: Any = None


def observe(truth: Truth, run: Callable[[], Any]) -> Seen:
    seen = Seen()
    try:
        seen.output = plain(run())
    except BaseException as error:
        seen.error = (type(error), str(error))
    seen.began, seen.ended, seen.failed = truth.ran(), truth.ended("ended"), truth.ended("ValueError")
    return seen


def agent_of(turns: list[Any], truth: Truth, recorder: Recorder | None, **options: Any) -> Agent:
    """An agent over the test tools, with our middleware innermost if there is a recorder."""
    mine = options.pop("middleware", [])
    last = [Middleware(recorder)] if recorder is not None else []
    tools = options.pop("tools", None) or truth.tools()
    model = options.pop("model", None) or FakeModel(turns=turns)
    return create_agent(model, tools, middleware=[*mine, *last], **options)


def config(recorder: Recorder | None, thread: str | None = None, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = dict(more)
    if recorder is not None:
        made["callbacks"] = [Handler(recorder)]
    if thread is not None:
        made["configurable"] = {"thread_id": thread}
    return made


def both(case: Callable[[Recorder | None, Truth], Any], recorder: Recorder) -> tuple[Seen, Truth]:
    """Runs the case plain and recorded; the two must not differ. Answers what was seen, and the recorded truth."""
    before, after = Truth(), Truth()
    plainly = observe(before, lambda: case(None, before))
    recorded = observe(after, lambda: case(recorder, after))
    assert recorded == plainly
    return recorded, after


def run_async(work: Callable[[], Any]) -> Any:
    return asyncio.run(work())
