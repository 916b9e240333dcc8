"""A run: what happens, recorded while it happens."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeVar, overload

from . import _execert
from .step import Details, Permit, Record, Step, _failed, _is_async, _misuse, _present, _quietly, _record, _through

if TYPE_CHECKING:
    from .aio import AsyncRun
    from .recorder import Recorder

__all__ = ["Run", "RunEnd", "Saved", "current_run"]

T = TypeVar("T")

_current: ContextVar[Run | None] = ContextVar("execert.run", default=None)


def current_run() -> Run | None:
    """The run whose `with` block this code is in, if any. A bare thread starts without one."""
    return _current.get()


class RunEnd(NamedTuple):
    """The end of a run, as recorded."""

    run: str
    records: int | None
    head: str | None
    """Digest of the last record."""
    seq: int | None
    """None, like `records` and `head`, if a recorder that only observes could not write it."""


class Saved(NamedTuple):
    """A bundle that was written."""

    records: int
    bytes: int
    bundle: str
    """Digest of its manifest."""


class Run:
    """A run: a chain of its own inside the ledger's chain, closed by its totals.

    Use it with `with` (or `async with`, which gives an `AsyncRun`); it opens there, or at first use, and closes at the
    end of the block. `output` is what the run answers.
    """

    def __init__(self, recorder: Recorder, document: dict[str, object] | None, native: _execert.Run | None) -> None:
        self._recorder = recorder
        self._document = document
        self._opened = native
        self._joined = native is not None
        self._output: object = None
        self._result: dict[str, object] = {}
        self._tokens: list[Token[Run | None]] = []
        self.end: RunEnd | None = None

    @property
    def _native(self) -> _execert.Run:
        if self._opened is None:
            self._opened = self._recorder._native.run_open(self._document)
            self._document = None
        return self._opened

    @property
    def recorder(self) -> Recorder:
        """The recorder it belongs to."""
        return self._recorder

    @property
    def id(self) -> str:
        """UUIDv7; for a detached run this is the token that `recorder.join` takes."""
        return self._native.id

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._native.name

    @property
    def output(self) -> object:
        """What the run answers. Setting it takes a snapshot; what is not plain JSON is refused (see `execert.plain`)."""
        return self._output

    @output.setter
    def output(self, value: object) -> None:
        self._result = {"output": _execert.snapshot(value, "/output")}
        self._output = value

    def _open(self, op: str, name: str, input: object, details: Details | None, members: dict[str, object]) -> Step:
        document = {"op": op, "name": name, **_present(input=input, **members), **(details or {})}
        return Step(*self._native.step_open(document))

    def _step(
        self, call: Callable[..., Any] | None, op: str, name: str, input: object, details: Details | None,
        members: dict[str, object],
    ) -> Any:  # fmt: skip
        if call is None:
            return self._open(op, name, input, details, members)
        if _is_async(call):
            raise _misuse("`call` is a coroutine function", "/call", "use `async with recorder.run(…)`")
        return _through(self._open(op, name, input, details, members), call)

    @overload
    def step(self, name: str, input: object = None, *, call: None = None, details: Details | None = None) -> Step: ...
    @overload
    def step(
        self, name: str, input: object = None, *, call: Callable[..., T], details: Details | None = None
    ) -> T: ...
    def step(
        self, name: str, input: object = None, *, call: Callable[..., Any] | None = None, details: Details | None = None
    ) -> Any:
        """Records a step that needs no permission.

        With `call`, calls it with the recorded input and answers what it returns; without, gives a `Step` for `with`.
        """
        return self._step(call, "step", name, input, details, {})

    @overload
    def tool(
        self, name: str, input: object = None, *, call: None = None, approval: str | None = None,
        definition: Mapping[str, object] | None = None, dry_run: bool = False, details: Details | None = None,
    ) -> Step: ...  # fmt: skip
    @overload
    def tool(
        self, name: str, input: object = None, *, call: Callable[..., T], approval: str | None = None,
        definition: Mapping[str, object] | None = None, dry_run: bool = False, details: Details | None = None,
    ) -> T: ...  # fmt: skip
    def tool(
        self, name: str, input: object = None, *, call: Callable[..., Any] | None = None, approval: str | None = None,
        definition: Mapping[str, object] | None = None, dry_run: bool = False, details: Details | None = None,
    ) -> Any:  # fmt: skip
        """Asks the gate, records the intent durably, and only then acts.

        With `call`, calls it with the recorded input and answers what it returns; without, gives a `Step` for `with`.
        `approval` is the digest of an approved request; `definition` is the tool's name, description and parameters;
        in a dry run nothing is called and the answer is None. Raises `Denied`, which is recorded too; with
        `policy.approval_missing` its `request` is what an approver answers.
        """
        return self._step(call, "tool", name, input, details, _gate(approval, definition, dry_run))

    @overload
    def model(
        self, name: str, input: object = None, *, call: None = None, provider: str | None = None,
        details: Details | None = None,
    ) -> Step: ...  # fmt: skip
    @overload
    def model(
        self, name: str, input: object = None, *, call: Callable[..., T], provider: str | None = None,
        details: Details | None = None,
    ) -> T: ...  # fmt: skip
    def model(
        self, name: str, input: object = None, *, call: Callable[..., Any] | None = None, provider: str | None = None,
        details: Details | None = None,
    ) -> Any:  # fmt: skip
        """Records a call of a model; gated like a tool. `name` is the model asked for."""
        return self._step(call, "model", name, input, details, _model(provider, name))

    def permit(
        self, name: str, input: object = None, *, approval: str | None = None,
        definition: Mapping[str, object] | None = None, dry_run: bool = False, details: Details | None = None,
    ) -> Permit:  # fmt: skip
        """Asks the gate for leave to call a tool once; `permit.run(f)` then does it. Raises `Denied`."""
        return Permit(self._open("permit", name, input, details, _gate(approval, definition, dry_run)))

    def note(self, event: str | None = None, *, kind: str = "note", **members: object) -> Record:
        """Writes what is one record of this run: a note of an event, an escalation, a decision. `members` are those of
        the kind, and content: `input`, `output`, `text`."""
        return _record(self._native.note(_present(kind=kind, event=event, **members))["record"])

    def close(self, *, status: str | None = None, error: BaseException | None = None) -> RunEnd:
        """Ends the run with its totals. Cheap: a bundle is made only when asked for."""
        ended = {} if error is None else _failed(error)
        return self._finish({**self._result, **ended, **_present(status=status)})

    def _finish(self, result: dict[str, object]) -> RunEnd:
        answer = self._native.close(result)
        self.end = RunEnd(answer["run"], answer.get("records"), answer.get("head"), answer.get("seq"))
        return self.end

    def bundle(self) -> bytes:
        """The evidence of this run, as the bytes of a bundle."""
        import io

        out = io.BytesIO()
        self._native.bundle(out)
        return out.getvalue()

    def save(self, path: str | os.PathLike[str] | BinaryIO) -> Saved:
        """Writes the evidence of this run: to a file, replaced whole or not at all, or to an open binary file."""
        return _saved(self._native.bundle(_target(path)))

    def __enter__(self) -> Run:
        assert self._native is not None  # opens it
        self._tokens.append(_current.set(self))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        _current.reset(self._tokens.pop())
        if self.end is not None or self._joined:
            return
        if error is None:
            self._finish(self._result)
        else:
            _quietly(lambda: self._finish({**self._result, **_failed(error)}))

    async def __aenter__(self) -> AsyncRun:
        from .aio import AsyncRun

        run = AsyncRun(self)
        await run._enter()
        return run

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        from .aio import AsyncRun

        await AsyncRun(self)._exit(error)


def _saved(answer: Mapping[str, Any]) -> Saved:
    return Saved(answer["records"], answer["bytes"], answer["bundle"])


def _target(path: str | os.PathLike[str] | BinaryIO) -> str | BinaryIO:
    return os.fspath(path) if isinstance(path, (str, os.PathLike)) else path


def _gate(approval: str | None, definition: Mapping[str, object] | None, dry_run: bool) -> dict[str, object]:
    return {
        "approval": approval,
        "definition": None if definition is None else dict(definition),
        "dry_run": dry_run or None,
    }


def _model(provider: str | None, name: str) -> dict[str, object]:
    return {"model": None if provider is None else {"provider": provider, "requested": name}}
