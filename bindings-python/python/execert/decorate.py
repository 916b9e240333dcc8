"""`@recorder.tool`: the gate around a function, whatever kind of function it is."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from . import _execert
from .run import Run, _current
from .step import Step, _answered, _close_failed, _failed, _present, _quietly

if TYPE_CHECKING:
    from .recorder import Recorder

__all__ = ["gated"]

# What is kept of what a generator yields.
YIELDS = 10_000
YIELD_BYTES = 1_048_576
YIELD_VALUES = 100_000
YIELD_CONVERSIONS = 10_000


def gated(recorder: Recorder, function: Any, name: str | None, definition: Mapping[str, object] | None) -> Any:
    """The function behind the gate, of the same kind and with the same signature."""
    if not callable(function):
        raise TypeError(f"recorder.tool decorates a function, not {function!r}: a name is given as name=…")
    tool = _Tool(recorder, function, name or function.__name__, definition)
    wrap: Callable[[_Tool], Any]
    if inspect.isasyncgenfunction(function):
        wrap = _async_generator
    elif inspect.isgeneratorfunction(function):
        wrap = _generator
    elif inspect.iscoroutinefunction(function):
        wrap = _coroutine
    else:
        wrap = _function
    return functools.wraps(function)(wrap(tool))


class _Tool:
    """A function behind the gate."""

    def __init__(
        self, recorder: Recorder, function: Any, name: str, definition: Mapping[str, object] | None
    ) -> None:
        self.recorder = recorder
        self.function = function
        self.name = name
        self.definition = None if definition is None else dict(definition)
        self.signature = inspect.signature(function)
        # A method's own object is no argument.
        owner = function.__qualname__.rpartition(".")[0]
        first = next(iter(self.signature.parameters), None)
        is_method = bool(owner) and not owner.endswith("<locals>") and first in ("self", "cls")
        self.hidden = first if is_method else None

    def run(self) -> tuple[Run, bool]:
        """The run that this code is in; outside one, a new run of the tool's name. The flag says that it is new."""
        run = _current.get()
        if run is not None and run.recorder is self.recorder and run.end is None:
            return run, False
        return self.recorder.run(self.name), True


class _Call:
    """One call: its arguments by name."""

    def __init__(self, tool: _Tool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.tool = tool
        self.bound = tool.signature.bind(*args, **kwargs)
        self.bound.apply_defaults()
        named = {
            name: list(value) if self._is_rest(name) else value
            for name, value in self.bound.arguments.items()
            if name != tool.hidden
        }
        self.snapshot, self.conversions = _execert.convert(named, "/input")

    def _is_rest(self, name: str) -> bool:
        return self.tool.signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL

    def open(self, run: Run) -> Step:
        """Asks the gate. What runs gets the recorded arguments, or, if they needed conversion, the live ones."""
        step = run._open("tool", self.tool.name, self.snapshot, None, {
            "conversions": self.conversions,
            "definition": self.tool.definition,
            "live_arguments": True if self.conversions is not None else None,
        })  # fmt: skip
        if self.conversions is None:
            for name, value in step.input.items():
                self.bound.arguments[name] = tuple(value) if self._is_rest(name) else value
        return step

    def __call__(self) -> Any:
        return self.tool.function(*self.bound.args, **self.bound.kwargs)


def _function(tool: _Tool) -> Any:
    def call_function(*args: Any, **kwargs: Any) -> Any:
        call = _Call(tool, args, kwargs)
        run, new = tool.run()
        if new:
            with run:
                return _do(call, run)
        return _do(call, run)

    return call_function


def _do(call: _Call, run: Run) -> Any:
    step = call.open(run)
    if step.not_run:
        return None
    try:
        output = call()
    except BaseException as error:
        _close_failed(step, error)
        raise
    step._finish(_answered(output))
    return output


def _coroutine(tool: _Tool) -> Any:
    from . import aio

    async def do(call: _Call, run: Run) -> Any:
        step = await aio._opened(lambda: call.open(run))
        if step.not_run:
            return None
        try:
            output = await call()
        except BaseException as error:
            await aio._finish_failed(step, error)
            raise
        await aio._finish(step, _answered(output))
        return output

    async def call_coroutine(*args: Any, **kwargs: Any) -> Any:
        call = _Call(tool, args, kwargs)
        run, new = tool.run()
        if new:
            async with run:
                return await do(call, run)
        return await do(call, run)

    return call_coroutine


class _Yields:
    """What a generator yields, converted, up to a limit; all of it is counted."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.conversions: list[list[str]] = []
        self.count = self.bytes = self.values = 0
        self.full = False

    def add(self, item: object) -> None:
        self.count += 1
        if self.full:
            return
        value, conversions = _execert.plain(item)
        text = _execert.canonical(value)
        self.bytes += len(text)
        # Every value but the first follows a comma or opens a container: at most this many.
        self.values += 1 + sum(text.count(mark) for mark in (b",", b"[", b"{"))
        if (
            len(self.items) >= YIELDS
            or self.bytes > YIELD_BYTES
            or self.values > YIELD_VALUES
            or len(self.conversions) + len(conversions) > YIELD_CONVERSIONS
        ):
            self.full = True
            return
        at = f"/output/items/{len(self.items)}"
        self.conversions += [[at + pointer, word] for pointer, word in conversions]
        self.items.append(value)

    def result(self, returned: object = None) -> dict[str, object]:
        """`{"count", "items", "returned"}` and the conversions, sorted as the format wants them."""
        output: dict[str, object] = {"count": self.count, "items": self.items}
        conversions = list(self.conversions)
        if returned is not None:
            output["returned"], more = _execert.plain(returned)
            conversions += [["/output/returned" + pointer, word] for pointer, word in more]
        conversions.sort(key=lambda pair: pair[0].encode("utf-16-be"))
        return _present(output=output, conversions=conversions or None)


def _in_run(run: Run, resume: Callable[..., Any], *given: Any) -> Any:
    """Goes on with a generator. The run is current only meanwhile: between two yields other code runs."""
    token = _current.set(run)
    try:
        return resume(*given)
    finally:
        _current.reset(token)


def _generator(tool: _Tool) -> Any:
    def call_generator(*args: Any, **kwargs: Any) -> Any:
        call = _Call(tool, args, kwargs)
        run, new = tool.run()
        try:
            step = call.open(run)
            if step.not_run:
                return None
            returned = yield from _relay(call, run, step)
        except BaseException as error:
            if new:
                ended = _failed(error)
                _quietly(lambda: run._finish(ended))
            raise
        if new:
            run._finish({})
        return returned

    return call_generator


def _relay(call: _Call, run: Run, step: Step) -> Any:
    """`yield from` that also records: values, `send`, `throw` and the return value pass through unchanged."""
    yields = _Yields()
    try:
        inner = call()
        resume: Any = inner.__next__
        given: tuple[Any, ...] = ()
        while True:
            try:
                item = _in_run(run, resume, *given)
            except StopIteration as stop:
                step._finish(yields.result(stop.value))
                return stop.value
            yields.add(item)
            try:
                sent = yield item
            except GeneratorExit:
                inner.close()
                raise
            except BaseException as error:
                resume, given = inner.throw, (error,)
            else:
                resume, given = (inner.__next__, ()) if sent is None else (inner.send, (sent,))
    except BaseException as error:
        if not step._ended:
            step._result = yields.result()
            _close_failed(step, error)
        raise


def _async_generator(tool: _Tool) -> Any:
    from . import aio

    async def call_async_generator(*args: Any, **kwargs: Any) -> Any:
        call = _Call(tool, args, kwargs)
        run, new = tool.run()
        step = await aio._opened(lambda: call.open(run))
        if step.not_run:
            if new:
                await aio._settled(lambda: run._finish({}))
            return
        yields = _Yields()
        try:
            inner = call()
            resume: Any = inner.__anext__
            given: tuple[Any, ...] = ()
            while True:
                token = _current.set(run)
                try:
                    item = await resume(*given)
                except StopAsyncIteration:
                    break
                finally:
                    _current.reset(token)
                yields.add(item)
                try:
                    sent = yield item
                except GeneratorExit:
                    await inner.aclose()
                    raise
                except BaseException as error:
                    resume, given = inner.athrow, (error,)
                else:
                    resume, given = inner.asend, (sent,)
        except BaseException as error:
            step._result = yields.result()
            await aio._finish_failed(step, error)
            if new:
                await aio._end_failed(run, error)
            raise
        await aio._finish(step, yields.result())
        if new:
            await aio._settled(lambda: run._finish({}))

    return call_async_generator
