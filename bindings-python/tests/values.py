"""The names that the expressions of `tests/vectors/plain` use: values of every kind, some of them hostile."""

from __future__ import annotations

import enum
import json
import types
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal, localcontext
from fractions import Fraction
from io import StringIO
from math import inf, nan
from pathlib import PurePosixPath
from threading import Lock, Thread
from types import SimpleNamespace
from typing import Any, ClassVar
from uuid import UUID

import attrs
import numpy
from pydantic import AnyUrl, BaseModel, ConfigDict, SecretBytes, SecretStr, model_serializer

__all__ = [
    "AnyUrl", "Decimal", "Fraction", "Lock", "PurePosixPath", "SecretBytes", "SecretStr", "SimpleNamespace", "StringIO",
    "Thread", "UUID", "date", "inf", "json", "nan", "numpy", "time", "timezone", "types",
]  # fmt: skip


class Word(str):
    """A subclass of str."""


class Whole(int):
    """A subclass of int."""


class Items(list[int]):
    """A subclass of list."""


class Members(dict[str, int]):
    """A subclass of dict."""


class Odd(set[int]):
    """A set whose iterator lies."""

    def __iter__(self) -> Iterator[int]:
        raise AssertionError("called")


class Stamp(datetime):
    """A datetime with a text of its own."""

    def isoformat(self, *_: Any, **__: Any) -> str:
        raise AssertionError("called")


class BrokenZone(tzinfo):
    """A time zone that does not know."""

    def utcoffset(self, _: datetime | None) -> timedelta:
        raise LookupError("nowhere")


class Color(enum.Enum):
    """Plain and odd values."""

    RED = 1
    BLUE = (0, b"a")


class Word2(str, enum.Enum):
    """Members that are strings."""

    A = "a"


class Role(enum.Enum):
    """Roles of messages."""

    USER = "user"


class Access(enum.Flag):
    """Flags."""

    R = 1
    W = 2


Point = namedtuple("Point", ["x", "y"])  # noqa: PYI024


@dataclass
class Order:
    """A dataclass."""

    id: str
    parts: object


@dataclass(slots=True)
class Slotted:
    """A dataclass with slots."""

    a: int
    b: ClassVar[int] = 2


@dataclass(init=False)
class Raises:
    """A field that is a property in truth."""

    a: int
    b: int

    def __init__(self) -> None:
        self.__dict__["a"] = 1


def _raise(_: object) -> int:
    raise ValueError("secret text")


setattr(Raises, "b", property(_raise))


@attrs.define
class Attrs:
    """An attrs class."""

    a: int


class Model(BaseModel):
    """A pydantic model that keeps extras."""

    model_config = ConfigDict(extra="allow")
    a: int


class Dumper(BaseModel):
    """A pydantic model with a serialiser."""

    a: int

    @model_serializer
    def dump(self) -> dict[str, Any]:
        raise AssertionError("called")


class Plain:
    """Own data and a property."""

    def __init__(self, a: int) -> None:
        self.a = a
        self._b = a + 1

    @property
    def c(self) -> int:
        raise AssertionError("called")


class Slots:
    """Own data in slots, one of them never set."""

    __slots__ = ("a", "b")

    def __init__(self, a: int) -> None:
        self.a = a


class Hostile:
    """Every hook that a serialiser would call."""

    def __init__(self) -> None:
        self.a = 1

    def _called(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("called")

    __repr__ = __str__ = __len__ = __iter__ = __getitem__ = __bool__ = __format__ = __reduce_ex__ = _called
    __getstate__ = __dir__ = __sizeof__ = __json__ = to_json = model_dump = dict = _called
    __eq__ = __hash__ = _called  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


@dataclass
class AIMessage:
    """A message as frameworks shape it."""

    content: str
    tool_calls: list[Any]
    type: str = "ai"
    name: str | None = None
    id: str = "run-1"


@dataclass
class ChatMessage:
    """A message whose role is an enum member."""

    role: Role
    content: str


class Loud(Exception):
    """An exception with a text of its own."""

    def __str__(self) -> str:
        raise AssertionError("called")


class Cursor:
    """An iterator with data."""

    def __init__(self) -> None:
        self.rows = [1]

    def __next__(self) -> int:
        raise AssertionError("called")

    def __iter__(self) -> Cursor:
        return self


class Node:
    """Something hashable that can hold itself."""

    def __init__(self) -> None:
        self.items: list[object] = []


def released() -> memoryview:
    """A view that cannot be read any more."""
    view = memoryview(b"x")
    view.release()
    return view


def small_e(value: Decimal) -> Decimal:
    """The same value; the context of this thread now asks for a small `e`."""
    context = localcontext()
    context.__enter__().capitals = 0
    return value


def caused(count: int) -> ValueError:
    """An exception with that many causes."""
    error = ValueError(str(count))
    for number in range(count - 1, -1, -1):
        outer = ValueError(str(number))
        outer.__cause__ = error
        error = outer
    return error


def cycle() -> dict[str, Any]:
    """A value inside itself, twice."""
    out: dict[str, Any] = {}
    out["a"] = [1, out]
    out["a"].append(out["a"])
    return out


def set_cycle() -> set[object]:
    """A cycle through an element of a set, whose place is known only after sorting."""
    node = Node()
    out: set[object] = {node, 2}
    node.items = [node, out]
    return out


def twice(value: object) -> list[object]:
    """One object in two places."""
    return [value, value]


def nested(depth: int) -> Any:
    """Lists in lists."""
    out: Any = None
    for _ in range(depth):
        out = [out]
    return out
