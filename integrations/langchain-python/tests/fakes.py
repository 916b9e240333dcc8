"""A model without a provider, and tools that note what they really did."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.tools import BaseTool, StructuredTool


def call(name: str, id: str, **args: Any) -> dict[str, Any]:
    """A tool call as a model proposes it."""
    return {"name": name, "args": args, "id": id, "type": "tool_call"}


def turn(*calls: dict[str, Any], text: str = "") -> AIMessage:
    """An answer of the model."""
    tokens = {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18}
    return AIMessage(text, tool_calls=list(calls), usage_metadata=tokens, response_metadata={"model_name": "fake-1"})


class FakeModel(BaseChatModel):
    """Answers by turn: as many answers as the conversation has answers already. An exception as an answer is raised."""

    turns: list[Any]
    fails: list[Any] = []
    model_name: str = "fake-1"
    api_key: str = ""

    @property
    def _llm_type(self) -> str:
        return "fake"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model_name, "temperature": 0}

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        from langchain_core.utils.function_calling import convert_to_openai_tool

        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _answer(self, messages: list[BaseMessage]) -> AIMessage:
        if self.fails:
            raise self.fails.pop(0)
        answered = sum(1 for message in messages if isinstance(message, AIMessage))
        answer = self.turns[min(answered, len(self.turns) - 1)]
        if isinstance(answer, BaseException):
            raise answer
        return answer.model_copy(deep=True)

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: CallbackManagerForLLMRun | None = None, **_: Any
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages))], llm_output={"model_name": "fake-1"})

    def _stream(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: CallbackManagerForLLMRun | None = None, **_: Any
    ) -> Iterator[ChatGenerationChunk]:
        answer = self._answer(messages)
        for word in str(answer.content).split(" ") if answer.content else []:
            yield ChatGenerationChunk(message=AIMessageChunk(content=word + " "))
        chunks = [
            {"name": it["name"], "args": __import__("json").dumps(it["args"]), "id": it["id"], "index": index}
            for index, it in enumerate(answer.tool_calls)
        ]
        yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=chunks))


class Truth:
    """What the tools did: begun, ended, failed, with their arguments."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str, Any]] = []
        self._lock = threading.Lock()

    def note(self, event: str, name: str, args: Any) -> None:
        with self._lock:
            self.done.append((event, name, args))

    def ran(self) -> list[tuple[str, Any]]:
        """Bodies that began, sorted: the order of parallel calls is open."""
        return sorted(((name, args) for event, name, args in self.done if event == "began"), key=repr)

    def ended(self, event: str) -> list[tuple[str, Any]]:
        return sorted(((name, args) for kind, name, args in self.done if kind == event), key=repr)

    def tools(self) -> list[BaseTool]:
        return [self.tool("look", _look), self.tool("pay", _pay), self.tool("boom", _boom), self.tool("slow", _slow)]

    def tool(self, name: str, body: Any) -> BaseTool:
        def sync(x: int) -> Any:
            self.note("began", name, {"x": x})
            try:
                answer = body(x)
            except BaseException as error:
                self.note(type(error).__name__, name, {"x": x})
                raise
            self.note("ended", name, {"x": x})
            return answer

        async def asynchronous(x: int) -> Any:
            self.note("began", name, {"x": x})
            try:
                await asyncio.sleep(0.2 if body is _slow else 0)
                answer = body(x, 0)
            except BaseException as error:
                self.note(type(error).__name__, name, {"x": x})
                raise
            self.note("ended", name, {"x": x})
            return answer

        return StructuredTool.from_function(func=sync, coroutine=asynchronous, name=name, description=f"Does {name}.")


def _look(x: int, pause: float = 0) -> str:
    return f"order {x}: paid"


def _pay(x: int, pause: float = 0) -> str:
    return f"refunded {x}"


def _boom(x: int, pause: float = 0) -> str:
    raise ValueError(f"boom {x}")


def _slow(x: int, pause: float = 0.05) -> str:
    time.sleep(pause)
    return f"slow {x}"
