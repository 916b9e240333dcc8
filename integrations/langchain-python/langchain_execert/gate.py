"""The gate: it stands between the framework and a tool, and can stop it. Sync and async do the same."""

from __future__ import annotations

import asyncio
import functools
import warnings
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from execert import Denied, ExecertError, Recorder, Request, Run, Step, plain
from execert.aio import _off_loop
from execert.integration import content, ident
from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import ToolMessage

from .approvals import again, pause, pending
from .events import ending, feed, invalid_arguments, thread_of

Approvals = Literal["interrupt"] | None
OnDeny = Literal["message", "raise"]


class Middleware(AgentMiddleware):
    """The gate for `create_agent`. Give it last: the last one is innermost, and sees the arguments that really run."""

    def __init__(self, recorder: Recorder, approvals: Approvals = None, on_deny: OnDeny = "message") -> None:
        super().__init__()
        self._gate = _Gate(recorder, approvals, on_deny)

    def wrap_tool_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        return self._gate.sync(request, handler)

    async def awrap_tool_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        return await self._gate.asynchronous(request, handler)


def gate(recorder: Recorder, approvals: Approvals = None, on_deny: OnDeny = "message") -> dict[str, Any]:
    """The gate for LangGraph: `ToolNode(tools, **gate(recorder))`."""
    made = _Gate(recorder, approvals, on_deny)
    return {"wrap_tool_call": made.sync, "awrap_tool_call": made.asynchronous}


class Call:
    """One call of a tool, on its way through the gate."""

    def __init__(self, gate: _Gate, request: Any) -> None:
        self.gate = gate
        self.request = request
        self.call = request.tool_call
        config = getattr(request.runtime, "config", None) or {}
        self.config = config
        self.thread = thread_of(config.get("configurable"), config.get("metadata"))
        self.parent = getattr(config.get("callbacks"), "parent_run_id", None)
        self.name = ident(self.call["name"])
        self.call_id = ident(self.call["id"]) if self.call.get("id") else None
        self.input, self.conversions = plain(self.call.get("args") or {})
        self.own: Run | None = None
        self.approval: str | None = None

    def open(self) -> Step:
        """Asks the gate; the intent is durable when this returns. Raises `Denied`."""
        details: Any = {"call_id": self.call_id} if self.call_id else {}
        if self.conversions:
            details["conversions"] = [["/input" + pointer, word] for pointer, word in self.conversions]
            details["live_arguments"] = True
        definition = _definition(self.request.tool)
        return self._run().tool(self.name, self.input, approval=self.approval, definition=definition, details=details)

    def _run(self) -> Run:
        """The run that the handler opened for this graph; without a handler, a run of this call alone."""
        run = feed(self.gate.recorder).run_of(self.parent)
        if run is not None:
            return self.gate.recorder.join(run)
        self.own = self.own or self.gate.recorder.run(self.name, thread=self.thread)
        return self.own

    def permitted(self, step: Step) -> Any:
        """The request as recorded: the tool gets a copy of what was decided on, not an object that may change."""
        if self.conversions:
            return self.request
        return self.request.override(tool_call={**self.call, "args": step.input})

    def close(self, step: Step, output: Any = None, error: BaseException | None = None) -> None:
        """Records the outcome. The act is done: if that cannot be written, the next opening says `unknown`."""
        if error is not None:
            status = ending(error)
            result = content(error=error) if status == "failed" else {}
        else:
            status = "failed" if getattr(output, "status", None) == "error" else "ok"
            result = content(output=output)
        if invalid_arguments(error):
            result["text"] = "invalid-arguments"
        self._quietly(lambda: step._finish({**result, "status": status}))
        self.end()

    def end(self) -> None:
        if self.own is not None:
            self._quietly(self.own.close)

    def _quietly(self, close: Callable[[], object]) -> None:
        try:
            close()
        except ExecertError as failed:
            warnings.warn(f"the outcome of {self.name} could not be recorded: {failed}", RuntimeWarning, stacklevel=2)

    def unknown(self, answer: Any) -> Any:
        """A tool that the framework does not have: its own answer, recorded as its refusal."""
        feed(self.gate.recorder).send(
            "message", f"{self.parent}:{self.call_id}", self.parent, call=self.call_id, name=self.name, status="failed",
            content=content(input=self.input, output=answer), framework={"refused": "unknown-tool"},
        )  # fmt: skip
        return answer

    def denied(self, refusal: Denied) -> ToolMessage:
        self.end()
        if self.gate.on_deny == "raise":
            raise refusal
        return ToolMessage(str(refusal), name=self.call["name"], tool_call_id=self.call.get("id") or "", status="error")


class _Gate:
    def __init__(self, recorder: Recorder, approvals: Approvals, on_deny: OnDeny) -> None:
        if approvals not in (None, "interrupt") or on_deny not in ("message", "raise"):
            raise ValueError('approvals is "interrupt" or None, on_deny is "message" or "raise"')
        self.recorder = recorder
        self.approvals = approvals
        self.on_deny = on_deny

    def sync(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """`wrap_tool_call`."""
        call = Call(self, request)
        if request.tool is None:
            return call.unknown(handler(request))
        try:
            asked = pending(call) if self.approvals else None
            call.approval = again(call, asked)
            try:
                step = call.open()
            except Denied as refusal:
                self.wait(call, refusal, asked)
                step = call.open()
        except Denied as refusal:
            return call.denied(refusal)
        try:
            output = handler(call.permitted(step))
        except BaseException as error:
            call.close(step, error=error)
            raise
        call.close(step, output)
        return output

    async def asynchronous(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """`awrap_tool_call`. The disk is worked on elsewhere; a cancellation waits for what is being written."""
        call = Call(self, request)
        if request.tool is None:
            return call.unknown(await handler(request))
        try:
            asked = (await _off_loop(lambda: pending(call)))[0] if self.approvals else None
            call.approval = again(call, asked)
            try:
                step = await _opened(call)
            except Denied as refusal:
                self.wait(call, refusal, asked)
                step = await _opened(call)
        except Denied as refusal:
            return call.denied(refusal)
        try:
            output = await handler(call.permitted(step))
        except BaseException as error:
            await _off_loop(functools.partial(call.close, step, error=error))
            raise
        _, cancelled = await _off_loop(lambda: call.close(step, output))
        if cancelled:
            raise asyncio.CancelledError
        return output

    def wait(self, call: Call, refusal: Denied, asked: Request | None) -> None:
        """Pauses for an approval that is asked for newly; any other refusal stands."""
        if not self.approvals or refusal.code != "policy.approval_missing" or refusal.request in (None, asked and asked.digest):
            raise refusal
        pause(call, refusal.request)


async def _opened(call: Call) -> Step:
    step, cancelled = await _off_loop(call.open)
    if cancelled:
        error = asyncio.CancelledError()
        await _off_loop(functools.partial(call.close, step, error=error))
        raise error
    return step


_definitions: dict[tuple[Any, ...], dict[str, Any]] = {}


def _definition(tool: Any) -> dict[str, Any]:
    """Name, description and parameters that the model sees. Kept by what it is made of: making it is slow."""
    told = {"name": tool.name, "description": tool.description or ""}
    key = (id(tool), tool.name, told["description"], id(getattr(tool, "args_schema", None)))
    found = _definitions.get(key)
    if found is None:
        try:
            schema = tool.tool_call_schema
            told["parameters"] = plain(schema if isinstance(schema, dict) else schema.model_json_schema())[0]
        except Exception:  # a schema that cannot be shown as JSON is none
            pass
        if len(_definitions) > 1_000:
            _definitions.clear()
        found = _definitions[key] = told
    return found
