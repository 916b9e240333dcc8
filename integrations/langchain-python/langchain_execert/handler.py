"""The observer: LangChain's callbacks as events of the feed. It watches, and never stops anything."""

from __future__ import annotations

import os
import warnings
from contextvars import ContextVar
from typing import Any

from execert import Recorder
from execert.integration import content, ident
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.tracers.context import register_configure_hook

from .events import ending, feed, invalid_arguments, thread_of, tool_messages

try:
    from langgraph.callbacks import GraphCallbackHandler as _Base
except ImportError:  # LangGraph before 1.1.10, or none
    _Base = BaseCallbackHandler  # type: ignore[misc, assignment]

_ENABLED = "EXECERT_LANGCHAIN"
_shared: Handler | None = None
_hook: ContextVar[BaseCallbackHandler | None] = ContextVar("execert.langchain", default=None)


def instrument(recorder: Recorder) -> None:
    """Observes every run of this process, also those of threads that carry no context. Once in a process."""
    global _shared
    if _shared is not None:
        warnings.warn("this process is instrumented already; the second call does nothing", RuntimeWarning, stacklevel=2)
        return
    _shared = Handler(recorder)
    register_configure_hook(_hook, True, Handler, _ENABLED)
    # A context variable does not reach bare threads; the environment does.
    os.environ[_ENABLED] = "true"


class Handler(_Base):
    """Give it in `config["callbacks"]`. Reads each payload at the time of its event: payloads change afterwards."""

    # Async graphs call a handler that is not inline on executor threads: the disk never holds the loop.
    run_inline = False
    raise_error = False

    def __new__(cls, recorder: Recorder | None = None) -> Handler:
        # LangChain makes one of the class given to it, several times in a run; they have to be one.
        if recorder is None:
            if _shared is None:
                raise TypeError("Handler() needs a recorder; without one, call instrument(recorder) first")
            return _shared
        return super().__new__(cls)

    def __init__(self, recorder: Recorder | None = None) -> None:
        if recorder is not None:
            super().__init__()
            # Kept, so that the recorder lives as long as something may still be recorded.
            self._recorder = recorder
            self._send = feed(recorder).send

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: Any, parent_run_id: Any = None, **told: Any) -> None:
        name, about = ident(told.get("name") or _name(serialized, told, "chain")), told.get("metadata")
        if parent_run_id is None:
            given, thread = content(input=inputs), thread_of(about)
            self._send("run-start", run_id, name=name, thread=thread, content=given, framework=_framework(about))
        else:
            # Steps inside a run are told by name: what they carry stands in the records of models and tools.
            self._send("node-start", run_id, parent_run_id, name=name, framework=_framework(about, name))

    def on_chain_end(self, outputs: Any, *, run_id: Any, parent_run_id: Any = None, **told: Any) -> None:
        if parent_run_id is None:
            # A run over a generator tells its input only now.
            self._send("run-end", run_id, status="ok", content=content(output=outputs, input=told.get("inputs")))
            return
        for it in tool_messages(outputs):
            about = {"call": ident(it.tool_call_id), "name": ident(it.name or "tool"), "status": _status(it)}
            self._send("message", run_id, parent_run_id, **about, content=content(output=it))
        self._send("node-end", run_id, parent_run_id, status="ok")

    def on_chain_error(self, error: BaseException, **told: Any) -> None:
        self._error("run-error" if told.get("parent_run_id") is None else "node-error", error, told)

    def on_chat_model_start(self, serialized: Any, messages: Any, *, run_id: Any, parent_run_id: Any = None, **told: Any) -> None:
        given = messages[0] if isinstance(messages, list) and len(messages) == 1 else messages
        self._model_start(serialized, {"messages": given}, run_id, parent_run_id, told)

    def on_llm_start(self, serialized: Any, prompts: Any, *, run_id: Any, parent_run_id: Any = None, **told: Any) -> None:
        self._model_start(serialized, {"prompts": prompts}, run_id, parent_run_id, told)

    def _model_start(self, serialized: Any, given: dict[str, Any], run_id: Any, parent: Any, told: dict[str, Any]) -> None:
        params, about = dict(told.get("invocation_params") or {}), told.get("metadata") or {}
        if tools := params.pop("tools", None):
            given["tools"] = tools
        # `serialized` holds the whole configuration, keys included: only the class name in it is used.
        name = params.get("model") or params.get("model_name") or about.get("ls_model_name") or params.get("_type")
        framework = {**_framework(about), "provider": ident(about.get("ls_provider") or params.get("_type") or "unknown")}
        self._send(
            "model-start", run_id, parent, name=ident(name or ((serialized or {}).get("id") or ["model"])[-1]),
            thread=thread_of(about), content=content(input=given, params=params), framework=framework,
        )  # fmt: skip

    def on_llm_end(self, response: Any, *, run_id: Any, parent_run_id: Any = None, **_: Any) -> None:
        found = [item for batch in getattr(response, "generations", []) for item in batch]
        answers = [getattr(item, "message", None) or getattr(item, "text", None) for item in found]
        message = getattr(found[0], "message", None) if found else None
        about = {**(getattr(response, "llm_output", None) or {}), **(getattr(message, "response_metadata", None) or {})}
        used = getattr(message, "usage_metadata", None) or {}
        usage = {key: used[key] for key in ("input_tokens", "output_tokens") if isinstance(used.get(key), int)}
        names = {"served": about.get("model_name"), "response_id": about.get("id")}
        framework = {**({"usage": usage} if usage else {}), **{key: ident(it) for key, it in names.items() if it}}
        output = content(output=answers[0] if len(answers) == 1 else answers)
        self._send("model-end", run_id, parent_run_id, status="ok", framework=framework, content=output)

    def on_llm_error(self, error: BaseException, **told: Any) -> None:
        self._error("model-error", error, told)

    def on_tool_start(self, serialized: Any, input_str: str, *, run_id: Any, parent_run_id: Any = None, **told: Any) -> None:
        # `input_str` is a repr of Python; the arguments are `inputs`.
        given, call, about = told.get("inputs"), told.get("tool_call_id"), told.get("metadata")
        of = {"name": _name(serialized, told, "tool"), "call": ident(call) if call else None, "thread": thread_of(about)}
        given = content(input=input_str if given is None else given)
        self._send("tool-start", run_id, parent_run_id, **of, content=given, framework=_framework(about))

    def on_tool_end(self, output: Any, *, run_id: Any, parent_run_id: Any = None, **_: Any) -> None:
        self._send("tool-end", run_id, parent_run_id, status=_status(output), content=content(output=output))

    def on_tool_error(self, error: BaseException, **told: Any) -> None:
        self._error("tool-error", error, told, {"refused": "invalid-arguments"} if invalid_arguments(error) else None)

    def on_retriever_start(self, serialized: Any, query: str, *, run_id: Any, parent_run_id: Any = None, **told: Any) -> None:
        name, thread = _name(serialized, told, "retriever"), thread_of(told.get("metadata"))
        self._send("retrieval", run_id, parent_run_id, name=name, thread=thread, content=content(input=query))

    def on_retriever_end(self, documents: Any, *, run_id: Any, parent_run_id: Any = None, **_: Any) -> None:
        self._send("retrieval", run_id, parent_run_id, status="ok", content=content(output=documents))

    def on_retriever_error(self, error: BaseException, **told: Any) -> None:
        self._error("retrieval", error, told)

    def on_interrupt(self, event: Any) -> None:  # LangGraph 1.1.10 and newer: a run pauses for people
        self._pause("interrupt", event, content(input=[[item.id, item.value] for item in event.interrupts]))

    def on_resume(self, event: Any) -> None:  # and goes on from a checkpoint
        self._pause("resume", event)

    def _pause(self, name: str, event: Any, given: Any = None) -> None:
        place = {"checkpoint": event.checkpoint_id, "namespace": "/".join(event.checkpoint_ns)}
        self._send(name, event.run_id, content=given, framework=place)

    def _error(self, event: str, error: BaseException, told: dict[str, Any], framework: Any = None) -> None:
        status, ids = ending(error), (told["run_id"], told.get("parent_run_id"))
        given = content(error=error) if status == "failed" else None
        self._send(event, *ids, status=status, content=given, framework=framework)


def _name(serialized: Any, told: dict[str, Any], other: str) -> str:
    return ident((serialized or {}).get("name") or told.get("name") or other)


def _status(output: Any) -> str:
    return "failed" if getattr(output, "status", None) == "error" else "ok"


def _framework(metadata: Any, name: str | None = None) -> dict[str, Any]:
    """Positions of the framework, which differ from run to run. A node of the graph has its own name; what runs inside
    it is plumbing, and so are the two nodes of an agent that only call its model and its tools."""
    told = metadata or {}
    found = {key: told[key] for key in ("langgraph_step", "langgraph_node", "langgraph_checkpoint_ns") if key in told}
    agents = told.get("ls_integration") == "langchain_create_agent" and name in ("model", "tools")
    return {**found, "plumbing": True} if agents or name not in (None, told.get("langgraph_node")) else found
