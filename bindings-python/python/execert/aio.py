"""Runs inside asyncio. Everything that touches the disk happens on a small executor, so an fsync never holds the loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, BinaryIO, TypeVar, overload

from . import _execert
from .errors import ExecertError
from .run import Run, RunEnd, Saved, _current, _gate, _model
from .step import Details, Permit, Record, Step, _answered, _apply, _failed, _given, _is_async

__all__ = ["AsyncPermit", "AsyncRun", "AsyncStep"]

T = TypeVar("T")

_executor: ThreadPoolExecutor | None = None


def _forget_executor() -> None:
    """In a forked child: the threads of the parent's executor do not exist here."""
    global _executor
    _executor = None


async def _off_loop(work: Callable[[], T]) -> tuple[T, bool]:
    """Runs work of the recorder off the loop and waits for it whatever happens: what is written counts. The flag says
    that the task was cancelled meanwhile."""
    global _executor
    if _executor is None:
        _executor = ThreadPoolExecutor(max_workers=4, thread_name_prefix="execert")
    future = asyncio.get_running_loop().run_in_executor(_executor, work)
    cancelled = False
    while True:
        try:
            return await asyncio.shield(future), cancelled
        except asyncio.CancelledError:
            if future.cancelled():
                raise
            cancelled = True
        except BaseException:
            if cancelled:
                raise asyncio.CancelledError from None
            raise


async def _settled(work: Callable[[], T]) -> T:
    """The same; a cancellation is passed on once the work is done."""
    result, cancelled = await _off_loop(work)
    if cancelled:
        raise asyncio.CancelledError
    return result


async def _finish(step: Step, result: dict[str, object]) -> None:
    await _settled(lambda: step._finish(result))


async def _finish_failed(step: Step, error: BaseException) -> None:
    """Records the end while another exception passes; what fails now matters less than that exception."""
    try:
        await _off_loop(lambda: step._finish({**step._result, **_failed(error)}))
    except ExecertError as failed:
        import warnings

        warnings.warn(f"the outcome could not be recorded: {failed}", RuntimeWarning, stacklevel=2)


async def _end_failed(run: Run, error: BaseException) -> None:
    """The same for a run."""
    try:
        await _off_loop(lambda: run._finish({**run._result, **_failed(error)}))
    except ExecertError as failed:
        import warnings

        warnings.warn(f"the end of the run could not be recorded: {failed}", RuntimeWarning, stacklevel=2)


async def _opened(open: Callable[[], Step]) -> Step:
    """Opens a step. Cancelled while the intent is being written: the write is awaited and the outcome is `cancelled`."""
    step, cancelled = await _off_loop(open)
    if cancelled:
        error = asyncio.CancelledError()
        await _finish_failed(step, error)
        raise error
    return step


async def _call(call: Callable[..., Any], given: object) -> Any:
    """Awaits a coroutine function on the loop; runs any other function in a thread."""
    if _is_async(call):
        return await _apply(call, given)
    return await asyncio.to_thread(_apply, call, given)


async def _through(step: Step, call: Callable[..., Any]) -> Any:
    if step.not_run:
        return None
    try:
        output = await _call(call, step.input)
    except BaseException as error:
        await _finish_failed(step, error)
        raise
    step._output = output
    await _finish(step, _answered(output))
    return output


class AsyncStep:
    """An async context manager around a `Step`: opened at its start, closed at its end."""

    __slots__ = ("_open", "_step")

    def __init__(self, open: Callable[[], Step]) -> None:
        self._open = open
        self._step: Step | None = None

    async def __aenter__(self) -> Step:
        self._step = await _opened(self._open)
        return self._step

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        step = self._step
        if step is None or step._ended:
            return
        if error is None:
            await _finish(step, step._result)
        else:
            await _finish_failed(step, error)


class AsyncPermit:
    """Leave to do one thing once, within 60 seconds."""

    __slots__ = ("_permit",)

    def __init__(self, permit: Permit) -> None:
        self._permit = permit

    @property
    def input(self) -> Any:
        """The recorded input: what was permitted."""
        return self._permit.input

    @property
    def record(self) -> Record | None:
        """The permit itself: the intent record."""
        return self._permit.record

    @property
    def not_run(self) -> bool:
        """True in a dry run: `run` then calls nothing."""
        return self._permit.not_run

    @overload
    async def run(self, call: Callable[..., Awaitable[T]]) -> T: ...
    @overload
    async def run(self, call: Callable[..., T]) -> T: ...
    async def run(self, call: Callable[..., Any]) -> Any:
        """Calls with the permitted input and records the outcome. Raises `Denied` if used before or too old."""
        step = self._permit._step
        step._native.claim()
        return await _through(step, call)


class AsyncRun:
    """A run inside asyncio: `tool`, `model`, `permit`, `note`, `save` are coroutines, `step` an async context manager.

    `call` may be a coroutine function, or any other function, which then runs in a thread.
    """

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    def run(self) -> Run:
        """The run itself."""
        return self._run

    @property
    def id(self) -> str:
        """UUIDv7; for a detached run this is the token that `recorder.join` takes."""
        return self._run.id

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._run.name

    @property
    def end(self) -> RunEnd | None:
        """The end as recorded, once it is closed."""
        return self._run.end

    @property
    def output(self) -> object:
        """What the run answers. Setting it takes a snapshot; what is not plain JSON is refused (see `execert.plain`)."""
        return self._run.output

    @output.setter
    def output(self, value: object) -> None:
        self._run.output = value

    def step(self, name: str, input: object = None, *, details: Details | None = None) -> AsyncStep:
        """Records a step that needs no permission: `async with run.step(…) as step`."""
        given = _given(input)
        return AsyncStep(lambda: self._run._open("step", name, given, details, {}))

    async def _gated(
        self, call: Callable[..., Any], op: str, name: str, input: object, details: Details | None,
        members: dict[str, object],
    ) -> Any:  # fmt: skip
        given = _given(input)
        return await _through(await _opened(lambda: self._run._open(op, name, given, details, members)), call)

    @overload
    async def tool(
        self, name: str, input: object = None, *, call: Callable[..., Awaitable[T]], approval: str | None = None,
        definition: Mapping[str, object] | None = None, dry_run: bool = False, details: Details | None = None,
    ) -> T: ...  # fmt: skip
    @overload
    async def tool(
        self, name: str, input: object = None, *, call: Callable[..., T], approval: str | None = None,
        definition: Mapping[str, object] | None = None, dry_run: bool = False, details: Details | None = None,
    ) -> T: ...  # fmt: skip
    async def tool(
        self, name: str, input: object = None, *, call: Callable[..., Any], approval: str | None = None,
        definition: Mapping[str, object] | None = None, dry_run: bool = False, details: Details | None = None,
    ) -> Any:  # fmt: skip
        """Asks the gate, records the intent durably, then calls with the recorded input. Raises `Denied`."""
        return await self._gated(call, "tool", name, input, details, _gate(approval, definition, dry_run))

    @overload
    async def model(
        self, name: str, input: object = None, *, call: Callable[..., Awaitable[T]], provider: str | None = None,
        details: Details | None = None,
    ) -> T: ...  # fmt: skip
    @overload
    async def model(
        self, name: str, input: object = None, *, call: Callable[..., T], provider: str | None = None,
        details: Details | None = None,
    ) -> T: ...  # fmt: skip
    async def model(
        self, name: str, input: object = None, *, call: Callable[..., Any], provider: str | None = None,
        details: Details | None = None,
    ) -> Any:  # fmt: skip
        """Records a call of a model; gated like a tool. `name` is the model asked for."""
        return await self._gated(call, "model", name, input, details, _model(provider, name))

    async def permit(
        self, name: str, input: object = None, *, approval: str | None = None,
        definition: Mapping[str, object] | None = None, dry_run: bool = False, details: Details | None = None,
    ) -> AsyncPermit:  # fmt: skip
        """Asks the gate for leave to call a tool once; `await permit.run(f)` then does it. Raises `Denied`."""
        given = _given(input)
        members = _gate(approval, definition, dry_run)
        return AsyncPermit(Permit(await _opened(lambda: self._run._open("permit", name, given, details, members))))

    async def note(self, event: str | None = None, *, kind: str = "note", **members: object) -> Record:
        """Writes what is one record of this run."""
        return await _settled(lambda: self._run.note(event, kind=kind, **members))

    async def close(self, *, status: str | None = None, error: BaseException | None = None) -> RunEnd:
        """Ends the run with its totals."""
        return await _settled(lambda: self._run.close(status=status, error=error))

    async def bundle(self) -> bytes:
        """The evidence of this run, as the bytes of a bundle."""
        return await _settled(self._run.bundle)

    async def save(self, path: str | os.PathLike[str] | BinaryIO) -> Saved:
        """Writes the evidence of this run to a file."""
        return await _settled(lambda: self._run.save(path))

    async def _enter(self) -> None:
        run, cancelled = await _off_loop(lambda: self._run._native)
        assert run is not None
        if cancelled:
            await self._exit(asyncio.CancelledError())
            raise asyncio.CancelledError
        self._run._tokens.append(_current.set(self._run))

    async def _exit(self, error: BaseException | None) -> None:
        run = self._run
        if run._tokens:
            _current.reset(run._tokens.pop())
        if run.end is not None or run._joined:
            return
        if error is None:
            await _settled(lambda: run._finish(run._result))
            return
        await _end_failed(run, error)
