"""For integrations: what each of them needs to tell a recorder what its framework did. Applications do not need this."""

from __future__ import annotations

import importlib.metadata
import threading
import weakref
from collections.abc import Iterable
from typing import Any

from ._execert import ident as _ident
from ._execert import plain
from .errors import ExecertError
from .recorder import Recorder

__all__ = ["Feed", "content", "ident"]

# Framework ids that the gate may ask for; the oldest beyond these are of runs that never ended.
_OPEN_IDS = 100_000
_STARTS = ("run-start", "node-start")
_ENDS = ("run-end", "run-error", "node-end", "node-error")


def ident(text: object) -> str:
    """A name, call id or thread as records hold it. Where a letter had to be replaced, a hash keeps names apart."""
    # A half of a surrogate pair is no text: it becomes U+FFFD, as everywhere.
    return _ident(str(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def content(**members: object) -> dict[str, Any]:
    """Content of plain JSON. What had to be converted is listed beside it; members that are None are left out."""
    value, conversions = plain({name: member for name, member in members.items() if member is not None})
    return {**value, "conversions": [list(pair) for pair in conversions]} if conversions else dict(value)


class Feed:
    """The way of a framework's events to one recorder. It never raises what the recorder raises: what is lost is
    counted, and told with the next event that passes."""

    _all: weakref.WeakKeyDictionary[Recorder, dict[str, Feed]] = weakref.WeakKeyDictionary()
    _all_lock = threading.Lock()

    def __init__(self, recorder: Recorder, stack: str, versions: dict[str, str]) -> None:
        self._recorder = weakref.ref(recorder)
        self._about = {"feed": 1, "stack": stack, "versions": versions}
        self._lock = threading.Lock()
        self._lost = 0
        self._runs: dict[str, str] = {}
        self.known: dict[str, Any] = {}
        """What an integration keeps for this recorder."""

    @classmethod
    def of(cls, recorder: Recorder, stack: str, packages: Iterable[str] = ()) -> Feed:
        """The feed of a recorder and a stack: one, however many observers and gates use it. `packages` are those whose
        versions are recorded."""
        with cls._all_lock:
            feeds = cls._all.setdefault(recorder, {})
            if stack not in feeds:
                feeds[stack] = cls(recorder, stack, _versions(packages))
            return feeds[stack]

    def send(self, event: str, id: object, parent: object = None, **members: Any) -> None:
        """Sends one event; members that are None or empty are left out."""
        recorder = self._recorder()
        if recorder is None:
            return
        given = {**members, "parent": None if parent is None else str(parent)}
        document = {**self._about, "event": event, "id": str(id)}
        document.update({name: member for name, member in given.items() if member not in (None, {})})
        try:
            self._tell_lost(recorder)
            answer = recorder.feed(document)
        except ExecertError:
            with self._lock:
                self._lost += 1
            return
        run = answer.get("run")
        with self._lock:
            if event in _ENDS:
                self._runs.pop(str(id), None)
            elif run is not None and event in _STARTS:
                self._runs[str(id)] = run
                if len(self._runs) > _OPEN_IDS:
                    del self._runs[next(iter(self._runs))]

    def _tell_lost(self, recorder: Recorder) -> None:
        with self._lock:
            count, self._lost = self._lost, 0
        if not count:
            return
        try:
            recorder.feed({**self._about, "event": "lost", "id": "lost", "framework": {"count": count}})
        except ExecertError:
            with self._lock:
                self._lost += count
            raise

    def run_of(self, id: object) -> str | None:
        """The id of the run that a framework's id belongs to, while it is open."""
        with self._lock:
            return self._runs.get(str(id))


def _versions(packages: Iterable[str]) -> dict[str, str]:
    found = {}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
