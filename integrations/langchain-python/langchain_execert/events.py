"""What LangChain's values say, in the words of the feed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from execert import Recorder
from execert.integration import Feed, ident
from langgraph.errors import GraphBubbleUp


def feed(recorder: Recorder) -> Feed:
    """The feed of a recorder, shared by its handlers and gates."""
    return Feed.of(recorder, "langchain-py", ("langchain", "langchain-core", "langgraph"))


def thread_of(*places: Any) -> str | None:
    """The thread of a conversation, from a config's `configurable` or an event's metadata."""
    found = (place.get("thread_id") for place in places if isinstance(place, dict))
    return next((ident(thread) for thread in found if thread is not None), None)


def ending(error: BaseException) -> str:
    """The status that an exception stands for. A pause, a jump to another graph and a cancellation are no failure."""
    return "cancelled" if isinstance(error, GraphBubbleUp) or not isinstance(error, Exception) else "failed"


def invalid_arguments(error: BaseException | None) -> bool:
    """Whether a tool's arguments were refused before its body began. A body may raise the same class: the traceback
    says which it was."""
    for _ in range(4):
        frame = None if error is None else error.__traceback__
        while frame is not None:
            if frame.tb_frame.f_code.co_name == "_parse_input":
                return True
            frame = frame.tb_next
        error = None if error is None else error.__cause__
    return False


def unknown_tool(answer: Any) -> bool:
    """Whether this is the framework's own answer to a call of a tool that it does not have."""
    text = str(getattr(answer, "content", ""))
    return getattr(answer, "status", None) == "error" and re.match(r"Error: .* is not a valid tool\b", text) is not None


def tool_messages(output: Any, depth: int = 0) -> Iterator[Any]:
    """The tool messages that a node answers with: a list, an update of the state, or commands."""
    if isinstance(output, list) and depth < 4:
        for item in output:
            yield from tool_messages(item, depth + 1)
    elif isinstance(output, dict) and depth < 4:
        yield from tool_messages(output.get("messages"), depth + 1)
    elif getattr(output, "type", None) == "tool" and getattr(output, "tool_call_id", None):
        yield output
    elif type(output).__name__ == "Command" and depth < 4:
        yield from tool_messages(getattr(output, "update", None), depth + 1)
