"""`@recorder.tool` on every kind of function: same behaviour, same signature, and a record of each call."""

from __future__ import annotations

import gc
import inspect
from collections.abc import AsyncIterator, Generator, Iterator
from typing import Any

import pytest
from conftest import everything, records

import execert
from execert import Denied, Key, Recorder


def outcomes(recorder: Recorder) -> list[tuple[str | None, str | None]]:
    return [(r.name, r.status) for r in everything(recorder) if r.phase == "outcome"]


def test_arguments_by_name(recorder: Recorder) -> None:
    @recorder.tool
    def lookup(customer: str, *rest: int, limit: int = 3, **more: Any) -> tuple[Any, ...]:
        """Looks up."""
        return customer, rest, limit, more

    with recorder.run("r") as run:
        assert lookup("c-17", 1, 2, deep=True) == ("c-17", (1, 2), 3, {"deep": True})
    intent = records(run.bundle())[1]
    assert intent.content["input"] == {"customer": "c-17", "rest": [1, 2], "limit": 3, "more": {"deep": True}}
    assert (lookup.__name__, lookup.__doc__) == ("lookup", "Looks up.")
    assert str(inspect.signature(lookup)).startswith("(customer: 'str', *rest: 'int', limit: 'int' = 3")


def test_the_body_gets_a_copy_of_what_was_recorded(recorder: Recorder) -> None:
    @recorder.tool
    def act(order: dict[str, Any]) -> dict[str, Any]:
        return order

    given = {"items": [1]}
    assert act(given) == given
    assert act(given) is not given


def test_live_arguments_are_noted(recorder: Recorder) -> None:
    class Client:
        def __init__(self) -> None:
            self.calls = 0

    @recorder.tool
    def act(client: Client) -> None:
        client.calls += 1

    client = Client()
    with recorder.run("r") as run:
        act(client)
    assert client.calls == 1
    intent = records(run.bundle())[1]
    assert intent.content["conversions"] == [["/input/client", "object:Client"]]
    assert intent.predicate["ext"] == {"dev.execert/live-arguments": True}


def test_methods_do_not_record_their_object(recorder: Recorder) -> None:
    class Shop:
        @recorder.tool
        def refund(self, amount: int) -> int:
            return amount

    with recorder.run("r") as run:
        assert Shop().refund(4) == 4
    assert records(run.bundle())[1].content["input"] == {"amount": 4}


def test_outside_a_run_it_opens_one(recorder: Recorder) -> None:
    @recorder.tool
    def act() -> str:
        return "done"

    assert act() == "done"
    (entry,) = recorder.runs()
    assert (entry.name, entry.state, entry.status) == ("act", "closed", "ok")


def test_names_and_definitions(recorder: Recorder) -> None:
    @recorder.tool(name="crm.lookup", definition={"name": "crm.lookup", "description": "finds"})
    def act() -> None:
        pass

    with recorder.run("r") as run:
        act()
    intent = records(run.bundle())[1]
    assert intent.name == "crm.lookup"
    assert intent.predicate["tool"]["definition"].startswith("sha256:")


def test_a_refused_call_does_not_run(tmp_path: Any, key: Key) -> None:
    rules = {"policy": 1, "default": "deny", "rules": [{"id": "x", "tool": "x", "verdict": "allow"}]}
    with Recorder(tmp_path / "l.ledger", key=key, policy=rules) as recorder:

        @recorder.tool
        def act() -> None:
            raise AssertionError("it ran")

        @recorder.tool
        def many() -> Iterator[int]:
            raise AssertionError("it ran")
            yield 1

        with pytest.raises(Denied):
            act()
        with pytest.raises(Denied):
            next(many())
        assert [r.status for r in everything(recorder) if r.kind == "tool.call"] == ["blocked", "blocked"]


def test_wrong_arguments_are_the_callers_error(recorder: Recorder) -> None:
    @recorder.tool
    def act(a: int) -> None:
        pass

    with pytest.raises(TypeError):
        act()  # type: ignore[call-arg]
    assert [r.kind for r in everything(recorder)][:1] == ["chain.open"]
    assert recorder.runs() == []


def numbers(recorder: Recorder) -> Any:
    @recorder.tool
    def numbers(count: int) -> Generator[int, str | None, str]:
        got: list[str] = []
        for number in range(count):
            try:
                sent = yield number
            except LookupError:
                sent = "caught"
            if sent is not None:
                got.append(sent)
        return "+".join(got)

    assert inspect.isgeneratorfunction(numbers)
    return numbers


def test_a_generator_that_is_never_iterated_leaves_no_record(recorder: Recorder) -> None:
    before = recorder.head.seq
    generator = numbers(recorder)(3)
    assert recorder.head.seq == before
    generator.close()
    assert recorder.head.seq == before


def test_a_generator_to_its_end(recorder: Recorder) -> None:
    with recorder.run("r") as run:
        generator = numbers(recorder)(3)
        assert next(generator) == 0
        assert generator.send("a") == 1
        assert generator.throw(LookupError()) == 2
        with pytest.raises(StopIteration) as stop:
            generator.send("b")
    assert stop.value.value == "a+caught+b"
    outcome = records(run.bundle())[2]
    assert outcome.status == "ok"
    assert outcome.content["output"] == {"count": 3, "items": [0, 1, 2], "returned": "a+caught+b"}


@pytest.mark.parametrize("how", ["close", "collected"])
def test_a_generator_that_is_given_up_is_cancelled(recorder: Recorder, how: str) -> None:
    with recorder.run("r") as run:
        generator = numbers(recorder)(3)
        next(generator)
        if how == "close":
            generator.close()
        del generator
        gc.collect()
        outcome = records(run.bundle())[2]
    assert (outcome.status, outcome.content["output"]) == ("cancelled", {"count": 1, "items": [0]})


def test_a_generator_that_fails(recorder: Recorder) -> None:
    @recorder.tool
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("bad")

    with pytest.raises(ValueError, match="bad"):
        list(broken())
    assert outcomes(recorder) == [("broken", "failed")]
    assert recorder.runs()[0].status == "failed"


def test_code_between_two_yields_is_not_in_the_run(recorder: Recorder) -> None:
    seen: list[object] = []

    @recorder.tool
    def inner() -> Iterator[int]:
        seen.append(execert.current_run())
        yield 1

    for _ in inner():
        seen.append(execert.current_run())
    assert seen[0] is not None
    assert seen[1] is None


def test_much_yielded_is_counted_and_cut(recorder: Recorder) -> None:
    @recorder.tool
    def many(size: int, count: int) -> Iterator[str]:
        for _ in range(count):
            yield "x" * size

    with recorder.run("r") as run:
        assert sum(1 for _ in many(100_000, 20)) == 20
        assert sum(1 for _ in many(1, 10_005)) == 10_005
    first, second = (r for r in records(run.bundle()) if r.phase == "outcome")
    assert (first.content["output"]["count"], len(first.content["output"]["items"])) == (20, 10)
    assert (second.content["output"]["count"], len(second.content["output"]["items"])) == (10_005, 10_000)


async def collect(items: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in items]


def test_coroutines(recorder: Recorder) -> None:
    import asyncio

    @recorder.tool
    async def act(value: int) -> int:
        await asyncio.sleep(0)
        return value + 1

    assert inspect.iscoroutinefunction(act)

    async def main() -> None:
        async with recorder.run("r"):
            assert await act(1) == 2
        assert await act(2) == 3

    asyncio.run(main())
    assert outcomes(recorder) == [("act", "ok"), ("act", "ok")]
    assert [(e.name, e.status) for e in recorder.runs()] == [("r", "ok"), ("act", "ok")]


def test_async_generators(recorder: Recorder) -> None:
    import asyncio

    @recorder.tool
    async def items(count: int) -> AsyncIterator[Any]:
        for number in range(count):
            got = yield number
            if got:
                yield got

    assert inspect.isasyncgenfunction(items)

    async def main() -> None:
        async with recorder.run("r"):
            assert await collect(items(3)) == [0, 1, 2]
            generator: Any = items(3)
            assert await generator.__anext__() == 0
            assert await generator.asend("sent") == "sent"
            await generator.aclose()
        assert await collect(items(1)) == [0]

    asyncio.run(main())
    assert outcomes(recorder) == [("items", "ok"), ("items", "cancelled"), ("items", "ok")]
    closed = [r for r in everything(recorder) if r.status == "cancelled"]
    assert closed[0].content["output"] == {"count": 2, "items": [0, "sent"]}


def test_yields_that_are_not_json(recorder: Recorder) -> None:
    @recorder.tool
    def raw() -> Iterator[object]:
        yield {"a": b"x"}
        yield (1,)

    with recorder.run("r") as run:
        list(raw())
    assert records(run.bundle())[2].content["conversions"] == [
        ["/output/items/0/a", "bytes"],
        ["/output/items/1", "tuple"],
    ]
