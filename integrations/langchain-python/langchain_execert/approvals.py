"""Approvals in LangGraph's own manner: the graph pauses before the tool, and goes on when it is resumed.

What opens the gate is never the answer given to the framework, which nobody signed, but an approval in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from execert import Recorder, Request
from execert.integration import ident
from langgraph.errors import GraphInterrupt
from langgraph.types import Command, interrupt

from .events import feed

if TYPE_CHECKING:
    from .gate import Call

# A request in one of these states belongs to a pause that LangGraph counts.
_PENDING = ("waiting", "approved", "refused")


def pending(call: Call) -> Request | None:
    """The request that this call paused for before, if any: when the graph goes on, the tool's node starts again."""
    if call.call_id is None:
        return None
    found = call.recorder.requests(thread=call.thread, call_id=call.call_id)
    return next((it for it in reversed(found) if it.state in _PENDING and it.thread == call.thread), None)


def again(call: Call, asked: Request | None) -> str | None:
    """Repeats the pause for that request and gives the approval to use. What was approved with other arguments does not
    wait again: the gate refuses it."""
    if asked is not None and (asked.state != "approved" or asked.input == call.input):
        pause(call, asked.digest)
    return asked.digest if asked is not None and asked.state == "approved" else None


def pause(call: Call, request: str) -> None:
    """Pauses the graph before the tool. When it was resumed this returns: LangGraph answers its pauses by their order,
    so a pause has to be repeated even when its answer is known."""
    try:
        interrupt({"execert": 1, "request": request, "tool": call.name, "call": call.call_id, "arguments": call.input})
    except GraphInterrupt as paused:
        feed(call.recorder).known[request] = paused.args[0][0].id
        raise


def resume(
    recorder: Recorder, *, thread: str, key: Any = None, verdict: str | Mapping[str, str] = "approved",
    interrupts: Iterable[Any] = (),
) -> Command[Any]:  # fmt: skip
    """Answers what a thread waits for, signed with the approver's key; gives the `Command` to invoke the graph with.

    `verdict` is `approved` or `refused`, or one for each call id; calls left out go on waiting. Without a key the graph
    goes on with what was approved or refused elsewhere. In another process than the one that paused, give
    `interrupts=graph.get_state(config).interrupts` if more than one is pending; those of `HumanInTheLoopMiddleware`
    among them are answered too, which opens no gate.
    """
    ids = feed(recorder).known
    answers: dict[str, Any] = {}
    for pending in interrupts:
        value = pending.value if isinstance(pending.value, dict) else {}
        if "execert" in value:
            ids[value["request"]] = pending.id
        elif "action_requests" in value:
            one = {"type": "approve" if verdict == "approved" else "reject"}
            answers[pending.id] = {"decisions": [one for _ in value["action_requests"]]}
    unplaced = []
    for request in recorder.requests(thread=ident(thread)):
        said: Any = request.state
        if request.state == "waiting":
            said = verdict if isinstance(verdict, str) else verdict.get(request.call_id or "")
            if key is None or said is None:
                continue
            recorder.approve(request.digest, key, verdict=said)
        elif request.state not in _PENDING:
            continue
        if request.digest in ids:
            answers[ids.pop(request.digest)] = said
        else:
            unplaced.append(said)
    return Command(resume=answers or (unplaced[0] if len(unplaced) == 1 else unplaced))
