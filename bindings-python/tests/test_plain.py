"""Conversion: every row of the table, the same bytes in every process, and nothing ever raised."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import values

import execert
from execert.integration import ident

VECTORS = Path(__file__).parents[2] / "tests" / "vectors" / "plain"
CASES = [
    pytest.param(case, id=f"{file.stem}: {case['name']}")
    for file in sorted(VECTORS.glob("*.json"))
    for case in json.loads(file.read_text())
    if "python" in case
]


def value_of(case: dict[str, Any]) -> object:
    return eval(case["python"], dict(vars(values)))


@pytest.mark.parametrize("case", CASES)
def test_row(case: dict[str, Any]) -> None:
    converted, conversions = execert.plain(value_of(case))
    assert [list(pair) for pair in conversions] == case["conversions"]
    assert execert.canonical(converted) == execert.canonical(case["json"])


def test_every_word_has_a_case() -> None:
    words = {word.partition(":")[0] for case in CASES for _, word in case.values[0]["conversions"]}
    assert words == set(
        "bytes datetime date time duration decimal fraction float int numpy set tuple namedtuple map enum uuid path url"
        " dataclass pydantic object secret message exception cycle surrogate opaque failed omitted".split()
    )


def test_a_generator_is_not_consumed() -> None:
    generator = iter([1, 2, 3])
    execert.plain({"a": generator})
    assert next(generator) == 1


def test_the_result_is_a_snapshot() -> None:
    value = {"a": [1]}
    converted, _ = execert.plain(value)
    value["a"].append(2)
    assert converted == {"a": [1]}


def test_an_interrupt_while_a_field_is_read_reaches_the_program() -> None:
    class Interrupts(values.Raises):
        pass

    def interrupt(_: object) -> int:
        raise KeyboardInterrupt

    setattr(Interrupts, "b", property(interrupt))
    # A process that was started in the background ignores interrupts; this one must not.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            converted, conversions = execert.plain(Interrupts())
            assert converted == {"a": 1, "b": None}
            assert conversions[1] == ("/b", "failed:KeyboardInterrupt")
            for _ in range(100_000):
                pass
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_same_bytes_whatever_the_hash_seed() -> None:
    script = (
        "import json, execert, values, pathlib\n"
        "import hashlib; h = hashlib.sha256()\n"
        f"for file in sorted(pathlib.Path({str(VECTORS)!r}).glob('*.json')):\n"
        "    for case in json.loads(file.read_text()):\n"
        "        if 'python' not in case: continue\n"
        "        value, list_ = execert.plain(eval(case['python'], dict(vars(values))))\n"
        "        h.update(execert.canonical([value, [list(p) for p in list_]]))\n"
        "strings = {f'{i}:{i * i}' for i in range(2000)} | {(i, str(i)) for i in range(500)}\n"
        "h.update(execert.canonical(execert.plain([strings, {k: 1 for k in strings}])[0]))\n"
        "print(h.hexdigest())\n"
    )
    prints = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "424242")
    }
    assert len(prints) == 1


def some_value(dice: random.Random, depth: int = 0) -> object:
    """A random value: JSON, everything that is not, and objects that hold both."""
    leaves: list[Any] = [
        None, True, dice.getrandbits(70) - 2**69, dice.uniform(-1e20, 1e20), float("nan"), -0.0, "t\ud800x", "é\x00",
        b"raw", bytearray(2), memoryview(b"mm"), values.Decimal(dice.random()), values.Fraction(dice.randrange(9), 7),
        values.datetime.now(), values.date.today(), values.timedelta(dice.randrange(10**6)), values.Color.BLUE,
        values.UUID(int=dice.getrandbits(128)), values.PurePosixPath("/x"), values.SecretStr("s"), object(), print, ...,
        iter([1]), values.Lock(), values.Hostile(), values.Loud("x"), values.Cursor(), values.released(), type, values,
        values.Raises(), values.BrokenZone(), 1j, values.numpy.float32(1.1), values.numpy.array([1, 2]), values.cycle(),
        values.set_cycle(), values.caused(6), range(3), values.Slots(1), values.Model(a=1, b={1}), values.Word("w"),
    ]  # fmt: skip
    kind = dice.randrange(12)
    if depth > 4 or kind < 5:
        return dice.choice(leaves)
    children = [some_value(dice, depth + 1) for _ in range(dice.randrange(4))]
    if kind < 7:
        return children
    if kind == 7:
        return tuple(children)
    if kind == 8:
        return {dice.choice(["a", "b", "~/", "\udc00"]): child for child in children}
    if kind == 9:
        return {hashable(dice): child for child in children}
    if kind == 10:
        return {hashable(dice) for _ in children}
    return values.Order("o", children)


def hashable(dice: random.Random) -> Any:
    return dice.choice([1, "1", (1, "x"), None, frozenset([2, "y"]), values.Color.RED, b"k", 2.5, values.Node()])


def test_nothing_is_ever_raised() -> None:
    count = int(os.environ.get("EXECERT_RANDOM_VALUES", "100000"))
    dice = random.Random(4471)
    for _ in range(count):
        value = some_value(dice)
        converted, conversions = execert.plain(value)
        pointers = [pointer for pointer, _ in conversions]
        assert pointers == sorted(set(pointers), key=lambda text: text.encode("utf-16-be"))
        json.dumps(converted, allow_nan=False)
        assert b" at 0x" not in execert.canonical(converted)


class Tricky:
    """Fails in every way while it is looked at."""

    def __getattribute__(self, name: str) -> Any:
        raise SystemExit(name)


class Meta(type):
    """A metaclass that lies."""

    def __getattribute__(cls, name: str) -> Any:
        raise RuntimeError(name)

    def __instancecheck__(cls, _: object) -> bool:
        raise RuntimeError

    def __subclasscheck__(cls, _: type) -> bool:
        raise RuntimeError


class Lies(metaclass=Meta):
    """Its class cannot be asked anything."""


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: Tricky(), [{}]),
        (lambda: Lies(), [{}]),
        (lambda: Lies, [None]),
    ],
    ids=["instance", "metaclass", "class"],
)
def test_hostile_classes(make: Callable[[], object], expected: object) -> None:
    converted, _ = execert.plain([make()])
    assert converted == expected


def test_a_list_that_grows_while_it_is_read() -> None:
    items: list[object] = []

    class Grows(values.Raises):
        pass

    def grow(_: object) -> int:
        items.append(Grows())
        if len(items) > 300_000:
            raise AssertionError("read without end")
        return 1

    setattr(Grows, "b", property(grow))
    items.append(Grows())
    converted, _ = execert.plain(items)
    assert converted is None or isinstance(converted, list)


def test_deep_values_do_not_overflow_the_stack() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    converted, conversions = execert.plain(value)
    assert conversions == [("/0" * 63, "omitted:depth")]
    assert isinstance(converted, list)
    # Let go of it step by step: Python frees nested lists recursively.
    while value:
        value = value.pop()


def test_names_of_frameworks() -> None:
    cases = json.loads((VECTORS.parent / "idents.json").read_text())
    assert len(cases) > 10
    for case in cases:
        assert ident(case["text"]) == case["ident"]
    assert ident("\ud800 lone") == ident("\ufffd lone"), "half a surrogate pair is no text"
