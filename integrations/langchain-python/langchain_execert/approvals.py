"""Approvals in LangGraph's own manner: the graph pauses before the tool, and goes on when it is resumed.

What opens the gate is never the answer given to the framework, which nobody signed, but an approval in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from execert import Key, Recorder
from execert.integration import ident

from .events import feed

if TYPE_CHECKING:
    from .gate import Call

# A request in one of these states belongs to a pause that LangGraph counts.
_PENDING = ("waiting", "approved", "refused")


def pending(call: Call) -> str | None:
    """The request that this call paused for before, if any: when the graph goes on, the tool's node starts again."""
    if call.call_id is None:
        return None
    found = call.gate.recorder.requests(thread=call.thread, call_id=call.call_id)
    return next((it.digest for it in reversed(found) if it.state in _PENDING and it.thread == call.thread), None)


def pause(call: Call, request: str) -> None:
    """Pauses the graph before the tool. When it was resumed this returns: LangGraph answers its pauses by their order,
    so a pause has to be repeated even when its answer is known."""
    from langgraph.errors import GraphInterrupt
    from langgraph.types import interrupt

    try:
        interrupt({"execert": 1, "request": request, "tool": call.name, "call": call.call_id, "arguments": call.input})
    except GraphInterrupt as paused:
        for raised in paused.args[0]:
            feed(call.gate.recorder).known[request] = raised.id
        raise


def resume(
    recorder: Recorder,
    *,
    thread: str,
    key: Any,
    verdict: str | Mapping[str, str] = "approved",
    interrupts: Iterable[Any] | None = None,
) -> Any:
    """Answers what a thread waits for, signed with the approver's key; gives the `Command` to invoke the graph with.

    `verdict` is `approved` or `refused`, or one for each call id; calls left out go on waiting. In another process than
    the one that paused, give `interrupts=graph.get_state(config).interrupts` if more than one is pending; those of
    `HumanInTheLoopMiddleware` among them are answered too, which opens no gate.
    """
    from langgraph.types import Command

    if not isinstance(key, Key):
        key = Key.load(key)
    ids = dict(feed(recorder).known)
    others = {}
    for pending in interrupts or ():
        value = pending.value if isinstance(pending.value, dict) else {}
        if "request" in value:
            ids[value["request"]] = pending.id
        elif "action_requests" in value:
            others[pending.id] = _decisions(value["action_requests"], verdict)
    answers: dict[str, Any] = {}
    unplaced = []
    for request in recorder.requests(state="waiting", thread=ident(thread)):
        said = verdict if isinstance(verdict, str) else verdict.get(request.call_id or "")
        if said is None:
            continue
        recorder.approve(request.digest, key, verdict=said)  # type: ignore[arg-type]
        answer = {"request": request.digest, "verdict": said}
        if request.digest in ids:
            answers[ids[request.digest]] = answer
        else:
            unplaced.append(answer)
    if unplaced and not answers and not others:
        return Command(resume=unplaced[0] if len(unplaced) == 1 else unplaced)
    return Command(resume={**others, **answers})


def _decisions(actions: list[Any], verdict: str | Mapping[str, str]) -> dict[str, Any]:
    """The answer of `HumanInTheLoopMiddleware`: one decision for each action, in its order."""
    approved = verdict == "approved"
    return {"decisions": [{"type": "approve"} if approved else {"type": "reject"} for _ in actions]}
