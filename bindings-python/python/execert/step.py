"""A step of a run: opened before it happens, closed with what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Literal, NamedTuple, TypedDict, TypeVar

from . import _execert
from .errors import ExecertError, InvalidInput

__all__ = ["Details", "Permit", "Record", "Step"]

T = TypeVar("T")


class Record(NamedTuple):
    """One record of the ledger."""

    seq: int
    """Its place in the chain."""
    digest: str
    """What identifies it: `sha256:` and 64 hex digits."""
    id: str | None
    """UUIDv7, a label only."""


class Details(TypedDict, total=False):
    """What a step may say about itself beyond name and input; frameworks know these, people rarely need them."""

    kind: str
    """The kind of record; by default that of the method."""
    params: object
    """Parameters, such as a model's temperature."""
    call_id: str
    """The framework's or provider's id of this call."""
    step: str
    """UUID of the step, for another attempt at it."""
    attempt: int
    tier: Literal["low", "moderate", "high", "critical"]
    links: list[dict[str, Any]]
    actor: dict[str, str]
    principal: dict[str, str]
    names: object
    """People and display names: content, so that it can be withheld."""
    text: object
    """Free text, reasons."""
    request_id: str
    """Idempotency: the same id again answers with the first record."""


def _present(**members: object) -> dict[str, object]:
    return {name: member for name, member in members.items() if member is not None}


def _misuse(message: str, path: str, hint: str) -> InvalidInput:
    return InvalidInput(message, code="wire.bad_argument", path=path, hint=hint, exit=2)


def _given(value: object) -> _execert.Snapshot | None:
    """A snapshot of an input, taken when the call is made."""
    return None if value is None else _execert.snapshot(value, "/input")


def _answered(output: object) -> dict[str, object]:
    """`output` and `conversions` of a result that came from a call: what happened is kept, converted if need be."""
    snapshot, conversions = _execert.convert(output, "/output")
    return _present(output=snapshot, conversions=conversions)


def _failed(error: BaseException) -> dict[str, object]:
    """How a step or run ends with this exception. An interrupt or a cancellation is not a failure."""
    if not isinstance(error, Exception):
        return {"status": "cancelled"}
    snapshot, conversions = _execert.convert(error, "/error")
    return _present(status="failed", error=snapshot, conversions=conversions)


def _apply(call: Callable[..., T], given: object) -> T:
    """Calls with the recorded input: an object by name, anything else as the one argument, nothing without."""
    if isinstance(given, dict):
        return call(**given)
    return call() if given is None else call(given)


def _is_async(call: object) -> bool:
    """Whether calling this makes a coroutine."""
    import inspect

    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None))


class Step:
    """A step that was opened: an intent on disk, waiting for its outcome.

    Close it with `with`, or by `close`. In the `with` form the caller acts itself, so its arguments count as observed
    unless the body uses `input`.
    """

    __slots__ = ("_answer", "_ended", "_native", "_outcome", "_output", "_result")

    def __init__(self, native: _execert.Step, answer: dict[str, Any]) -> None:
        self._native = native
        self._answer = answer
        self._output: object = None
        self._result: dict[str, object] = {}
        self._ended = False
        self._outcome: Record | None = None

    @property
    def id(self) -> str:
        """UUID of the step."""
        return str(self._answer["step"])

    @property
    def record(self) -> Record | None:
        """The record that opened it; none if a recorder that only observes could not write it."""
        record = self._answer.get("record")
        return None if record is None else _record(record)

    @property
    def outcome(self) -> Record | None:
        """The record that closed it."""
        return self._outcome

    @property
    def input(self) -> Any:
        """The recorded input; what runs should use this."""
        return self._native.input()

    @property
    def decision(self) -> dict[str, Any] | None:
        """What the gate decided and why; none for a step that is not gated."""
        decision = self._answer.get("decision")
        return None if decision is None else dict(decision)

    @property
    def not_run(self) -> bool:
        """True in a dry run: it would have been allowed, and must not be done."""
        return bool(self._answer.get("not_run", False))

    @property
    def output(self) -> object:
        """What came of it. Setting it takes a snapshot; what is not plain JSON is refused (see `execert.plain`)."""
        return self._output

    @output.setter
    def output(self, value: object) -> None:
        self._result = {"output": _execert.snapshot(value, "/output")}
        self._output = value

    def close(
        self,
        *,
        status: Literal["ok", "failed", "cancelled", "unknown"] | None = None,
        error: BaseException | None = None,
        failure: str | None = None,
        usage: Mapping[str, object] | None = None,
        model: Mapping[str, str] | None = None,
        started_at: str | None = None,
        ended_at: str | None = None,
    ) -> Record | None:
        """Records the outcome, once.

        `usage` counts tokens and cost (`input_tokens`, `output_tokens`, `duration_us`, …); `model` says what was served
        (`served`, `response_id`); times are RFC 3339 UTC with milliseconds.
        """
        ended = {} if error is None else _failed(error)
        return self._finish({**self._result, **ended, **_present(
            status=status, failure=failure, usage=None if usage is None else dict(usage),
            model=None if model is None else dict(model), started_at=started_at, ended_at=ended_at,
        )})  # fmt: skip

    def _finish(self, result: dict[str, object]) -> Record | None:
        record = self._native.close(result).get("record")
        self._ended = True
        # A dry run has no outcome.
        self._outcome = None if record is None else _record(record)
        return self._outcome

    def __enter__(self) -> Step:
        if self.not_run:
            raise _misuse(
                "a `with` block cannot be skipped, and this is a dry run",
                "/dry_run",
                "use `call=`, or look at `not_run` without `with`",
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._ended:
            return
        if error is None:
            self._finish(self._result)
            return
        _quietly(lambda: self._finish({**self._result, **_failed(error)}))


class Permit:
    """Leave to do one thing once, within 60 seconds. Nothing runs without it."""

    __slots__ = ("_step",)

    def __init__(self, step: Step) -> None:
        self._step = step

    @property
    def input(self) -> Any:
        """The recorded input: what was permitted."""
        return self._step.input

    @property
    def record(self) -> Record | None:
        """The permit itself: the intent record."""
        return self._step.record

    @property
    def not_run(self) -> bool:
        """True in a dry run: `run` then calls nothing."""
        return self._step.not_run

    def run(self, call: Callable[..., T]) -> T:
        """Calls with the permitted input and records the outcome.

        Raises `Denied` if the permit was used (`gate.permit_reused`) or is too old (`gate.permit_expired`).
        """
        if _is_async(call):
            raise _misuse("`call` is a coroutine function", "/call", "use `async with recorder.run(…)`")
        self._step._native.claim()
        return _through(self._step, call)


def _through(step: Step, call: Callable[..., T]) -> T:
    """Does what was permitted, with the recorded input, and records what came of it."""
    if step.not_run:
        return None  # type: ignore[return-value]
    try:
        output = _apply(call, step.input)
    except BaseException as error:
        _close_failed(step, error)
        raise
    step._output = output
    step._finish(_answered(output))
    return output


def _close_failed(step: Step, error: BaseException) -> None:
    _quietly(lambda: step._finish({**step._result, **_failed(error)}))


def _quietly(close: Callable[[], object]) -> None:
    """Records an end while another exception passes. If that fails too, the intent stays open and the next opening of
    the ledger says `unknown`: the caller's own exception matters more."""
    try:
        close()
    except ExecertError as failed:
        import warnings

        warnings.warn(f"the outcome could not be recorded: {failed}", RuntimeWarning, stacklevel=3)


def _record(answer: Mapping[str, Any]) -> Record:
    return Record(int(answer["seq"]), str(answer["digest"]), answer.get("id"))
