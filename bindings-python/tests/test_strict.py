"""What is not plain JSON is refused with its code and path, never converted (N08 to N16 for live Python values)."""

from __future__ import annotations

import datetime
import decimal
import enum
import json
import math
import random
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
import values

import execert


def cycle() -> object:
    out: dict[str, Any] = {"a": [1]}
    out["a"].append(out)
    return out


def nested(depth: int) -> object:
    out: object = 1
    for _ in range(depth):
        out = [out]
    return out


class Text(str):
    """Not exactly a string."""


class Number(int):
    """Not exactly an integer."""


REFUSED: list[tuple[str, Callable[[], object], str, str]] = [
    ("decimal", lambda: {"a": decimal.Decimal(1)}, "canon.unsupported_type", "/a"),
    ("bytes", lambda: [b"x"], "canon.unsupported_type", "/0"),
    ("bytearray", lambda: bytearray(b"x"), "canon.unsupported_type", ""),
    ("set", lambda: {"a/b": [{1}]}, "canon.unsupported_type", "/a~1b/0"),
    ("tuple", lambda: {"a": (1, 2)}, "canon.unsupported_type", "/a"),
    ("datetime", lambda: {"at": datetime.datetime(2026, 3, 6)}, "canon.unsupported_type", "/at"),
    ("enum", lambda: [enum.IntEnum("E", "A")(1)], "canon.unsupported_type", "/0"),
    ("subclass of str", lambda: [Text("x")], "canon.unsupported_type", "/0"),
    ("subclass of int", lambda: [Number(1)], "canon.unsupported_type", "/0"),
    ("subclass of dict", lambda: [values.Members()], "canon.unsupported_type", "/0"),
    ("object", lambda: object(), "canon.unsupported_type", ""),
    ("numpy float", lambda: [values.numpy.float64(1)], "canon.unsupported_type", "/0"),
    ("key that is no string", lambda: {"a": {1: 2}}, "canon.unsupported_type", "/a"),
    ("key of a subclass", lambda: {Text("x"): 2}, "canon.unsupported_type", ""),
    ("NaN", lambda: {"a": [math.nan]}, "canon.not_finite", "/a/0"),
    ("infinity", lambda: -math.inf, "canon.not_finite", ""),
    ("integer beyond 2^53-1", lambda: [9007199254740993], "canon.number_not_exact", "/0"),
    ("integer beyond 64 bits", lambda: [-(2**70)], "canon.number_not_exact", "/0"),
    ("lone surrogate", lambda: {"a": "\ud800"}, "canon.lone_surrogate", "/a"),
    ("lone surrogate in a name", lambda: {"a": {"\udfff": 1}}, "canon.lone_surrogate", "/a"),
    ("cycle", cycle, "canon.cycle", "/a/1"),
    ("depth 65", lambda: nested(65), "canon.too_deep", "/0" * 64),
    ("depth 100,000", lambda: nested(100_000), "canon.too_deep", "/0" * 64),
    ("10,001 members", lambda: dict.fromkeys(map(str, range(10_001))), "canon.too_many", ""),
    ("200,001 values", lambda: [0] * 200_000, "canon.too_many", "/199999"),
    ("string over 8 MiB", lambda: ["x" * 8_388_609], "canon.too_large", "/0"),
    ("name over 1 KiB", lambda: {"k" * 1_025: 1}, "canon.too_large", ""),
]


@pytest.mark.parametrize(("make", "code", "path"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(make: Callable[[], object], code: str, path: str) -> None:
    value = make()
    with pytest.raises(execert.InvalidInput) as caught:
        execert.canonical(value)
    error = caught.value
    assert (error.code, error.path) == (code, path)
    assert isinstance(error, ValueError)
    assert error.hint
    assert f"[{code}]" in str(error)
    while isinstance(value, list) and value:
        value = value.pop()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (nested(64), b"[" * 64 + b"1" + b"]" * 64),
        ([True, 1, 1.0, -0.0, None], b"[true,1,1,0,null]"),
        ({"\x00": "\x1b[31m", "b": 1, "a": 2}, b'{"\\u0000":"\\u001b[31m","a":2,"b":1}'),
        ({"\ufb33": 1, "\U0001f600": 2}, '{"\U0001f600":2,"\ufb33":1}'.encode()),
        ([2**53 - 1, -(2**53 - 1), 1e21, 1e-7, 5e-324], b"[9007199254740991,-9007199254740991,1e+21,1e-7,5e-324]"),
        (["x" * 8_388_608], b'["' + b"x" * 8_388_608 + b'"]'),
        ({"k" * 1_024: 1}, b'{"' + b"k" * 1_024 + b'":1}'),
    ],
    ids=["depth 64", "scalars", "control characters are data", "UTF-16 order", "numbers", "8 MiB", "1 KiB"],
)
def test_accepted(value: object, expected: bytes) -> None:
    assert execert.canonical(value) == expected


def some_json(dice: random.Random, depth: int = 0) -> Any:
    kind = dice.randrange(8 if depth < 4 else 6)
    if kind == 0:
        return dice.choice([None, True, False])
    if kind == 1:
        return dice.randrange(-(2**53) + 1, 2**53)
    if kind < 4:
        return math.ldexp(dice.uniform(-1, 1), dice.randrange(-300, 300))
    if kind < 6:
        return "".join(chr(dice.choice([dice.randrange(0xD800), dice.randrange(0xE000, 0x110000)])) for _ in range(6))
    if kind == 6:
        return [some_json(dice, depth + 1) for _ in range(dice.randrange(5))]
    return {some_json(dice, 9) if dice.random() < 0.1 else str(dice.random()): 1 for _ in range(3)} | {
        chr(dice.randrange(0xE000, 0x110000)): some_json(dice, depth + 1) for _ in range(dice.randrange(5))
    }


def test_the_same_bytes_as_another_rfc_8785_writer() -> None:
    dice = random.Random(8785)
    compared = 0
    for _ in range(20_000):
        value = some_json(dice)
        try:
            ours = execert.canonical(value)
        except execert.InvalidInput as error:
            assert error.code == "canon.unsupported_type"  # a name that is no string
            continue
        assert ours == rfc8785.dumps(value)
        assert json.loads(ours, parse_int=float) == value
        compared += 1
    assert compared > 10_000


def test_a_value_that_changes_later_does_not_change_what_was_read() -> None:
    value = {"a": [1]}
    before = execert.canonical(value)
    value["a"].append(2)
    assert before == b'{"a":[1]}'
