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

    def on_chain_start(
        self, serialized: Any, inputs: Any, *, run_id: Any, parent_run_id: Any = None, metadata: Any = None,
        name: Any = None, **_: Any,
    ) -> None:  # fmt: skip
        name = ident(name or (serialized or {}).get("name") or "chain")
        if parent_run_id is None:
            self._send(
                "run-start", run_id, None, name=name, thread=thread_of(metadata), content=content(input=inputs),
                framework=_framework(metadata),
            )  # fmt: skip
            return
        # Steps inside a run are told by name: their content is what the model and tool records hold.
        self._send("node-start", run_id, parent_run_id, name=name, framework=_framework(metadata, name))

    def on_chain_end(self, outputs: Any, *, run_id: Any, parent_run_id: Any = None, inputs: Any = None, **_: Any) -> None:
        if parent_run_id is None:
            # A run over a generator tells its input only now.
            late = inputs if inputs not in (None, "", {"input": ""}) else None
            self._send("run-end", run_id, status="ok", content=content(output=outputs, input=late))
            return
        for message in tool_messages(outputs):
            self._send(
                "message", run_id, parent_run_id, call=ident(message.tool_call_id),
                name=ident(getattr(message, "name", None) or "tool"),
                status="failed" if getattr(message, "status", None) == "error" else "ok",
                content=content(output=message),
            )  # fmt: skip
        self._send("node-end", run_id, parent_run_id, status="ok")

    def on_chain_error(self, error: BaseException, *, run_id: Any, parent_run_id: Any = None, **_: Any) -> None:
        event = "run-error" if parent_run_id is None else "node-error"
        self._error(event, run_id, parent_run_id, error)

    def on_chat_model_start(
        self, serialized: Any, messages: Any, *, run_id: Any, parent_run_id: Any = None, metadata: Any = None, **kwargs: Any
    ) -> None:
        flat = messages[0] if isinstance(messages, list) and len(messages) == 1 else messages
        self._model_start(serialized, {"messages": flat}, run_id, parent_run_id, metadata, kwargs)

    def on_llm_start(
        self, serialized: Any, prompts: Any, *, run_id: Any, parent_run_id: Any = None, metadata: Any = None, **kwargs: Any
    ) -> None:
        self._model_start(serialized, {"prompts": prompts}, run_id, parent_run_id, metadata, kwargs)

    def _model_start(
        self, serialized: Any, given: dict[str, Any], run_id: Any, parent: Any, metadata: Any, kwargs: dict[str, Any]
    ) -> None:
        # `serialized` holds the whole configuration, keys included: only its class name is used.
        params = dict(kwargs.get("invocation_params") or {})
        given = {**given, "tools": params.pop("tools", None)}
        told = metadata or {}
        name = params.get("model") or params.get("model_name") or told.get("ls_model_name") or params.get("_type")
        name = name or ((serialized or {}).get("id") or ["model"])[-1]
        self._send(
            "model-start", run_id, parent, name=ident(name), thread=thread_of(told),
            content=content(input={key: value for key, value in given.items() if value is not None}, params=params),
            framework={**_framework(told), "provider": ident(told.get("ls_provider") or params.get("_type") or "unknown")},
        )  # fmt: skip

    def on_llm_end(self, response: Any, *, run_id: Any, parent_run_id: Any = None, **_: Any) -> None:
        generations = [item for batch in getattr(response, "generations", []) for item in batch]
        answers = [getattr(item, "message", None) or getattr(item, "text", None) for item in generations]
        told = getattr(response, "llm_output", None) or {}
        message = getattr(generations[0], "message", None) if generations else None
        about = {**told, **(getattr(message, "response_metadata", None) or {})} if isinstance(told, dict) else {}
        framework: dict[str, Any] = {"usage": _usage(message), "served": about.get("model_name"), "response_id": about.get("id")}
        framework = {key: value for key, value in framework.items() if value}
        self._send(
            "model-end", run_id, parent_run_id, status="ok", framework=framework,
            content=content(output=answers[0] if len(answers) == 1 else answers),
        )  # fmt: skip

    def on_llm_error(self, error: BaseException, *, run_id: Any, parent_run_id: Any = None, **_: Any) -> None:
        self._error("model-error", run_id, parent_run_id, error)

    def on_tool_start(
        self, serialized: Any, input_str: str, *, run_id: Any, parent_run_id: Any = None, metadata: Any = None,
        inputs: Any = None, tool_call_id: Any = None, name: Any = None, **_: Any,
    ) -> None:  # fmt: skip
        # `input_str` is a repr of Python; the arguments are `inputs`.
        self._send(
            "tool-start", run_id, parent_run_id, name=ident((serialized or {}).get("name") or name or "tool"),
            thread=thread_of(metadata), call=None if tool_call_id is None else ident(tool_call_id),
            content=content(input=input_str if inputs is None else inputs), framework=_framework(metadata),
        )  # fmt: skip

    def on_tool_end(self, output: Any, *, run_id: Any, parent_run_id: Any = None, **_: Any) -> None:
        status = "failed" if getattr(output, "status", None) == "error" else "ok"
        self._send("tool-end", run_id, parent_run_id, status=status, content=content(output=output))

    def on_tool_error(self, error: BaseException, *, run_id: Any, parent_run_id: Any = None, **_: Any) -> None:
        refused = {"refused": "invalid-arguments"} if invalid_arguments(error) else None
        self._error("tool-error", run_id, parent_run_id, error, refused)

    def on_retriever_start(
        self, serialized: Any, query: str, *, run_id: Any, parent_run_id: Any = None, metadata: Any = None, **kwargs: Any
    ) -> None:
        name = kwargs.get("name") or (serialized or {}).get("name") or "retriever"
        self._send(
            "retrieval", run_id, parent_run_id, name=ident(name), thread=thread_of(metadata), content=content(input=query)
        )

    def on_retriever_end(self, documents: Any, *, run_id: Any, parent_run_id: Any = None, **_: Any) -> None:
        self._send("retrieval", run_id, parent_run_id, status="ok", content=content(output=documents))

    def on_retriever_error(self, error: BaseException, *, run_id: Any, parent_run_id: Any = None, **_: Any) -> None:
        self._error("retrieval", run_id, parent_run_id, error)

    def on_interrupt(self, event: Any) -> None:
        """LangGraph 1.1.10 and newer: a run pauses for people."""
        self._send(
            "interrupt", event.run_id, content=content(input=[[item.id, item.value] for item in event.interrupts]),
            framework={"checkpoint": event.checkpoint_id, "namespace": "/".join(event.checkpoint_ns)},
        )  # fmt: skip

    def on_resume(self, event: Any) -> None:
        """LangGraph 1.1.10 and newer: a run goes on from a checkpoint."""
        framework = {"checkpoint": event.checkpoint_id, "namespace": "/".join(event.checkpoint_ns)}
        self._send("resume", event.run_id, framework=framework)

    def _error(self, event: str, run_id: Any, parent: Any, error: BaseException, framework: Any = None) -> None:
        status = ending(error)
        told = content(error=error) if status == "failed" else None
        self._send(event, run_id, parent, status=status, content=told, framework=framework)


def _framework(metadata: Any, name: str | None = None) -> dict[str, Any]:
    """Ids and positions of the framework, which differ from run to run. A node of the graph has its own name; what
    runs inside it is plumbing."""
    told = metadata or {}
    found = {key: told[key] for key in ("langgraph_step", "langgraph_node", "langgraph_checkpoint_ns") if key in told}
    if name is not None and name != told.get("langgraph_node"):
        found["plumbing"] = True
    return found


def _usage(message: Any) -> dict[str, int]:
    told = getattr(message, "usage_metadata", None) or {}
    return {key: told[key] for key in ("input_tokens", "output_tokens") if isinstance(told.get(key), int)}
