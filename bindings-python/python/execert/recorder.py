"""The recorder: one ledger, one chain, and what is written to it."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, TypeVar, overload

from . import _execert
from .run import Run, Saved, _saved, _target
from .step import Record, _misuse, _present, _record

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Head", "Recorder", "Request", "RunEntry"]

F = TypeVar("F", bound=Callable[..., Any])


class Head(NamedTuple):
    """The last record of a ledger."""

    chain: str
    seq: int
    digest: str
    epoch: int


class RunEntry(NamedTuple):
    """A run in the ledger's index."""

    id: str
    name: str | None
    thread: str | None
    state: Literal["open", "closed"]
    status: str | None
    """How it ended: `ok`, `failed`, `cancelled`, `unknown` or `incomplete`."""
    first: int
    """Sequence number of its first record."""
    last: int | None
    """Of its last record, once it is closed."""


class Request(NamedTuple):
    """A request for approval, and what is to be approved."""

    digest: str
    """What `recorder.approve` and `approval=` take."""
    seq: int
    tool: str | None
    thread: str | None
    call_id: str | None
    expires: str | None
    state: str
    input: Any
    """The arguments exactly as recorded: what an approver has to look at."""


class Recorder:
    """Records runs into a ledger, a folder that is made if there is none.

    A recorder is safe to share between threads. After a fork, parent and child go on as two recorders; runs opened
    before the fork belong to the parent. Without a key nothing is recorded and nothing runs (`key.not_found`).
    """

    def __init__(
        self,
        ledger: str | os.PathLike[str],
        *,
        key: _execert.Key | str | os.PathLike[str] | None = None,
        policy: str | os.PathLike[str] | Mapping[str, object] | None = None,
        gate: Literal["enforce", "observe"] | None = None,
        durability: Literal["durable", "process", "memory"] | None = None,
        profile: str | Mapping[str, object] | None = None,
        keep: Iterable[str] | None = None,
        tenant: str | None = None,
        log_domain: str | None = None,
        head_file: str | os.PathLike[str] | None = None,
        environment: Iterable[str] | None = None,
        redact_names: Iterable[str] | None = None,
        tier: Literal["low", "moderate", "high", "critical"] | None = None,
        deadline_ms: int | None = None,
        allow_volume: bool | None = None,
    ) -> None:
        """Opens or makes the ledger.

        `key` is a `Key`, or the path or text of a PEM file; `policy` a path or document; `gate` enforces by default
        where there is a policy and observes otherwise. Fixed when the ledger is made: `gate`, `durability`, `profile`
        (`full`, `evidence`, `commit-only` or a document), `keep` (pointers kept under `evidence`), `tenant`,
        `log_domain`. `environment` names variables of which only the presence is recorded; `redact_names` are member
        names whose values are never kept. Raises `InvalidInput`, `Conflict`, `Unavailable`.
        """
        options = _present(
            policy=_path_or_document(policy), gate=gate, durability=durability,
            profile=dict(profile) if isinstance(profile, Mapping) else profile, keep=_list(keep), tenant=tenant,
            log_domain=log_domain, head_file=None if head_file is None else os.fspath(head_file),
            environment=_list(environment), redact_names=_list(redact_names), tier=tier, deadline_ms=deadline_ms,
            allow_volume=allow_volume,
        )  # fmt: skip
        self._native = _execert.Recorder(os.fspath(ledger), options, _key(key))
        _watch_forks(self)

    @property
    def tenant(self) -> str:
        """Whose ledger it is: a pseudonym."""
        return self._native.tenant

    @property
    def origin(self) -> str:
        """The name of the ledger's log."""
        return self._native.origin

    @property
    def gate(self) -> Literal["enforce", "observe"]:
        """What happens when something cannot be recorded: nothing runs, or what runs is told as a gap."""
        return self._native.gate

    @property
    def head(self) -> Head:
        """The last record."""
        return _head(self._native.head())

    def run(
        self,
        name: str,
        input: object = None,
        *,
        thread: str | None = None,
        detached: bool = False,
        mode: Literal["live", "dry-run", "replay"] | None = None,
        params: object = None,
        links: list[dict[str, Any]] | None = None,
        actor: Mapping[str, str] | None = None,
        principal: Mapping[str, str] | None = None,
        names: object = None,
        text: object = None,
        trace: str | None = None,
    ) -> Run:
        """A new run, for `with` or `async with`. The input is read now; the run opens with the block or at first use.

        `thread` joins runs of one conversation; a `detached` run can be joined by other processes that show its id;
        `trace` is a W3C traceparent. What is not plain JSON is refused (see `execert.plain`).
        """
        document = _present(
            name=name,
            input=None if input is None else _execert.snapshot(input, "/input"),
            thread=thread,
            detached=detached or None,
            mode=mode,
            params=None if params is None else _execert.snapshot(params, "/params"),
            links=links,
            actor=None if actor is None else dict(actor),
            principal=None if principal is None else dict(principal),
            names=names,
            text=text,
            trace=trace,
        )
        return Run(self, document, None)

    def join(self, id: str) -> Run:
        """Joins a detached run by its id, from any process. Its `with` block does not end it: `close` does."""
        return Run(self, None, self._native.run_join(id))

    @overload
    def tool(self, function: F, /) -> F: ...
    @overload
    def tool(
        self, function: None = None, /, *, name: str | None = None, definition: Mapping[str, object] | None = None
    ) -> Callable[[F], F]: ...
    def tool(
        self, function: F | None = None, /, *, name: str | None = None, definition: Mapping[str, object] | None = None
    ) -> Any:
        """Gates a function: `@recorder.tool`. Functions, coroutine functions, generators and async generators.

        The arguments are recorded by name, converted where they are not plain JSON, before the body runs; inside a run
        the call is a step of it, outside it opens a run of its own. Raises `Denied` instead of calling.
        """
        from .decorate import gated

        if function is None:
            return lambda function: gated(self, function, name, definition)
        return gated(self, function, name, definition)

    def approve(
        self,
        request: str,
        key: _execert.Key | str | os.PathLike[str],
        *,
        verdict: Literal["approved", "refused", "delegated"] = "approved",
        expires_at: datetime | str | None = None,
        role: str | None = None,
        text: str | None = None,
        delegation: Mapping[str, object] | None = None,
    ) -> Record:
        """Answers a request for approval with the approver's own key; from any process.

        `request` is the digest that `Denied.request` or `requests()` gives. An approval is used once and ends within
        24 hours, by default after one. With `delegated`, `delegation` says to whom: `to` (key id), `tools`, `tier`,
        `depth`.
        """
        from .evidence import _time

        expires = expires_at if expires_at is None or isinstance(expires_at, str) else _time(expires_at)
        document = _present(approve=request, verdict=verdict, expires_at=expires, role=role, text=text)
        document.update(delegation or {})
        return _record(self._native.approve(document, _key(key))["record"])

    def note(self, event: str | None = None, *, kind: str = "note", **members: object) -> Record:
        """Writes what is one record of the ledger and belongs to no run: a note of an event, a link, a gap, a change
        of keys. `members` are those of the kind."""
        return _record(self._native.note(_present(kind=kind, event=event, **members))["record"])

    def runs(
        self, *, name: str | None = None, thread: str | None = None, state: Literal["open", "closed"] | None = None, id: str | None = None
    ) -> list[RunEntry]:
        """The runs of the ledger, by its index."""
        found = self._native.find({"runs": _present(name=name, thread=thread, state=state, id=id)})
        names = RunEntry._fields
        return [RunEntry(**{name: entry.get(name) for name in names}) for entry in found["runs"]]

    def requests(
        self,
        *,
        state: str | None = None,
        thread: str | None = None,
        call_id: str | None = None,
        digest: str | None = None,
    ) -> list[Request]:
        """Requests for approval, waiting or answered, with the arguments that wait."""
        query = _present(state=state, thread=thread, call_id=call_id, digest=digest)
        names = Request._fields
        found = self._native.find({"requests": query})["requests"]
        return [Request(**{name: entry.get(name) for name in names}) for entry in found]

    def export(
        self,
        path: str | os.PathLike[str] | BinaryIO,
        *,
        run: str | Iterable[str] | None = None,
        thread: str | None = None,
        chain: bool = False,
        first: int | None = None,
        last: int | None = None,
        index: bool = True,
    ) -> Saved:
        """Writes a bundle: of a run by id or name, of several by id, of a thread, or of the chain (from `first` to
        `last`). Exactly one of `run`, `thread`, `chain`. Without `index` it is smaller, and a later change is noticed
        but not located."""
        if sum((run is not None, thread is not None, chain)) != 1:
            raise _misuse("what to export is not clear", "", "give exactly one of `run`, `thread`, `chain`")
        query = _present(
            run=run if run is None or isinstance(run, str) else list(run), thread=thread, chain=chain or None,
            first=first, last=last, index=index,
        )  # fmt: skip
        return _saved(self._native.export(query, _target(path)))

    def erase(self, records: Iterable[int], *, reason: str, authority: str) -> Record:
        """Deletes the content of records for good and records that it was done, why, and by whose authority."""
        answer = self._native.erase({"records": sorted(set(records)), "reason": reason, "authority": authority})
        return _record(answer["record"])

    def seal(self) -> Head:
        """Ends the chain for good: open runs end as incomplete, and nothing can be appended after it."""
        return _head(self._native.seal())

    def heartbeat(self) -> Head:
        """Ends an epoch: a checkpoint of the tree so far, and the next key of the internal tags. Call it about every
        ten minutes of use."""
        return _head(self._native.heartbeat())

    def feed(self, event: Mapping[str, object]) -> dict[str, Any]:
        """Takes one event of a framework and answers where it went; for integrations (`execert.integration`)."""
        return self._native.feed(dict(event))

    def close(self) -> None:
        """Closes the ledger. Runs that are still open end as incomplete."""
        self._native.close()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Recorder({self.origin!r})"


def _head(answer: Mapping[str, Any]) -> Head:
    return Head(answer["chain"], answer["seq"], answer["digest"], answer["epoch"])


def _key(key: _execert.Key | str | os.PathLike[str] | None) -> _execert.Key | str | None:
    return key if key is None or isinstance(key, _execert.Key) else os.fspath(key)


def _list(items: Iterable[str] | None) -> list[str] | None:
    return None if items is None else list(items)


def _path_or_document(given: str | os.PathLike[str] | Mapping[str, object] | None) -> object:
    if given is None or isinstance(given, str):
        return given
    return dict(given) if isinstance(given, Mapping) else os.fspath(given)


_living: weakref.WeakSet[Recorder] = weakref.WeakSet()
_forks_watched = False


def _watch_forks(recorder: Recorder) -> None:
    """SQLite connections must not cross a fork: they are closed before it, and both sides open their own."""
    global _forks_watched
    _living.add(recorder)
    if not _forks_watched and hasattr(os, "register_at_fork"):
        _forks_watched = True
        os.register_at_fork(
            before=lambda: _at_fork(lambda native: native.before_fork()),
            after_in_parent=lambda: _at_fork(lambda native: native.after_fork(False)),
            after_in_child=_in_child,
        )


def _at_fork(step: Callable[[_execert.Recorder], None]) -> None:
    for recorder in list(_living):
        step(recorder._native)


def _in_child() -> None:
    _at_fork(lambda native: native.after_fork(True))
    import sys

    aio = sys.modules.get("execert.aio")
    if aio is not None:
        aio._forget_executor()
