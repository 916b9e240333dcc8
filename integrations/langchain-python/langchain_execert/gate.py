"""The gate: it stands between the framework and a tool, and can stop it. Sync and async do the same."""

from __future__ import annotations

import asyncio
import functools
import warnings
from typing import Any, Literal

from execert import Denied, ExecertError, Recorder, Request, Run, Step, plain
from execert.aio import _off_loop
from execert.integration import content, ident
from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import ToolMessage

from .approvals import again, pause, pending
from .events import ending, feed, invalid_arguments, thread_of, unknown_tool

Approvals = Literal["interrupt"] | None
OnDeny = Literal["message", "raise"]


def gate(recorder: Recorder, approvals: Approvals = None, on_deny: OnDeny = "message") -> dict[str, Any]:
    """The gate for LangGraph: `ToolNode(tools, **gate(recorder))`."""
    made = Middleware(recorder, approvals, on_deny)
    return {"wrap_tool_call": made.wrap_tool_call, "awrap_tool_call": made.awrap_tool_call}


class Middleware(AgentMiddleware):
    """The gate for `create_agent`. Give it last: the last one is innermost, and sees the arguments that really run.

    With `approvals="interrupt"` a call that needs approval pauses the graph; without, it is refused. A refusal is an
    error message to the model, or raised with `on_deny="raise"`.
    """

    def __init__(self, recorder: Recorder, approvals: Approvals = None, on_deny: OnDeny = "message") -> None:
        if approvals not in (None, "interrupt") or on_deny not in ("message", "raise"):
            raise ValueError('approvals is "interrupt" or None, on_deny is "message" or "raise"')
        super().__init__()
        self._recorder, self._approvals, self._on_deny = recorder, approvals, on_deny

    def wrap_tool_call(self, request: Any, handler: Any) -> Any:
        call = Call(self._recorder, request)
        if request.tool is None:
            return call.unknown(handler(request))
        try:
            asked = pending(call) if self._approvals else None
            call.approval = again(call, asked)
            try:
                step = call.open()
            except Denied as refusal:
                self._wait(call, refusal, asked)
                step = call.open()
        except Denied as refusal:
            return self._denied(call, refusal)
        try:
            output = handler(call.permitted(step))
        except BaseException as error:
            call.close(step, error=error)
            raise
        call.close(step, output)
        return output

    async def awrap_tool_call(self, request: Any, handler: Any) -> Any:
        # The disk is worked on elsewhere; a cancellation waits for what is being written.
        call = Call(self._recorder, request)
        if request.tool is None:
            return call.unknown(await handler(request))
        try:
            asked = (await _off_loop(lambda: pending(call)))[0] if self._approvals else None
            call.approval = again(call, asked)
            try:
                step = await _opened(call)
            except Denied as refusal:
                self._wait(call, refusal, asked)
                step = await _opened(call)
        except Denied as refusal:
            return self._denied(call, refusal)
        try:
            output = await handler(call.permitted(step))
        except BaseException as error:
            await _off_loop(functools.partial(call.close, step, error=error))
            raise
        if (await _off_loop(lambda: call.close(step, output)))[1]:
            raise asyncio.CancelledError
        return output

    def _wait(self, call: Call, refusal: Denied, asked: Request | None) -> None:
        """Pauses for an approval that is asked for newly; any other refusal stands."""
        new = refusal.request not in (None, asked and asked.digest) and refusal.code == "policy.approval_missing"
        if not self._approvals or not new:
            raise refusal
        pause(call, str(refusal.request))

    def _denied(self, call: Call, refusal: Denied) -> ToolMessage:
        call.end()
        if self._on_deny == "raise":
            raise refusal
        told = call.request.tool_call
        return ToolMessage(str(refusal), name=told["name"], tool_call_id=told.get("id") or "", status="error")


class Call:
    """One call of a tool, on its way through the gate."""

    def __init__(self, recorder: Recorder, request: Any) -> None:
        self.recorder, self.request, told = recorder, request, request.tool_call
        config = getattr(request.runtime, "config", None) or {}
        self.thread = thread_of(config.get("configurable"), config.get("metadata"))
        self.parent = getattr(config.get("callbacks"), "parent_run_id", None)
        self.name, self.call_id = ident(told["name"]), ident(told["id"]) if told.get("id") else None
        self.input, self.conversions = plain(told.get("args") or {})
        self.approval: str | None = None
        self._own: Run | None = None

    def open(self) -> Step:
        """Asks the gate; the intent is durable when this returns. Raises `Denied`."""
        details: Any = {"call_id": self.call_id} if self.call_id else {}
        if self.conversions:
            told = [["/input" + pointer, word] for pointer, word in self.conversions]
            details.update(conversions=told, live_arguments=True)
        # In the run that the handler opened for this graph; without a handler, in a run of this call alone.
        if run := feed(self.recorder).run_of(self.parent):
            place = self.recorder.join(run)
        else:
            place = self._own = self._own or self.recorder.run(self.name, thread=self.thread)
        definition = _definition(self.request.tool)
        return place.tool(self.name, self.input, approval=self.approval, definition=definition, details=details)

    def permitted(self, step: Step) -> Any:
        """The request as recorded: the tool gets a copy of what was decided on, not an object that may change."""
        told = self.request.tool_call
        return self.request if self.conversions else self.request.override(tool_call={**told, "args": step.input})

    def close(self, step: Step, output: Any = None, error: BaseException | None = None) -> None:
        """Records the outcome. The act is done: if that cannot be written, the next opening says `unknown`."""
        status = "failed" if getattr(output, "status", None) == "error" else "ok"
        status = status if error is None else ending(error)
        shown = {"output": output} if error is None else {"error": error if status == "failed" else None}
        told = content(**shown, text="invalid-arguments" if invalid_arguments(error) else None)
        self._quietly(lambda: step._finish({**told, "status": status}))
        self.end()

    def end(self) -> None:
        if self._own is not None:
            self._quietly(self._own.close)

    def _quietly(self, close: Any) -> None:
        try:
            close()
        except ExecertError as failed:
            warnings.warn(f"the outcome of {self.name} could not be recorded: {failed}", RuntimeWarning, stacklevel=2)

    def unknown(self, answer: Any) -> Any:
        """A tool that the framework does not have: its own answer, recorded as its refusal. A middleware inside ours may
        have brought the tool along, and then its answer is another one."""
        if not unknown_tool(answer):
            return answer
        feed(self.recorder).send(
            "message", f"{self.parent}:{self.call_id}", self.parent, call=self.call_id, name=self.name, status="failed",
            content=content(input=self.input, output=answer), framework={"refused": "unknown-tool"},
        )  # fmt: skip
        return answer


async def _opened(call: Call) -> Step:
    step, cancelled = await _off_loop(call.open)
    if cancelled:
        await _off_loop(lambda: call.close(step, error=asyncio.CancelledError()))
        raise asyncio.CancelledError
    return step


@functools.lru_cache(maxsize=1_000)
def _schema(schema: Any) -> Any:
    try:
        return plain(schema.model_json_schema())[0]
    except Exception:  # what cannot be shown as JSON has no parameters
        return None


def _definition(tool: Any) -> dict[str, Any]:
    """Name, description and parameters that the model sees."""
    told, schema = {"name": tool.name, "description": tool.description or ""}, tool.tool_call_schema
    parameters = plain(schema)[0] if isinstance(schema, dict) else _schema(schema)
    return told if parameters is None else {**told, "parameters": parameters}
