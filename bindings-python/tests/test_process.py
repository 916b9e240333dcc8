"""Forks, threads, crashes and exits: nothing acknowledged is lost, nothing hangs, nothing aborts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import everything, records

import execert
from execert import Conflict, Key, Recorder, Trust, verify

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

HEAD = """
import ctypes, os, sys, threading, time
import execert
from execert import Conflict, Key, Recorder
folder = sys.argv[1]
key = Key.load(folder + "/r.key")
recorder = Recorder(folder + "/l.ledger", key=key)
def act(n=None): return n
def wait(pid):
    _, status = os.waitpid(pid, 0)
    assert status == 0, status
"""


@pytest.fixture
def folder(tmp_path: Path, key: Key) -> Path:
    key.save(tmp_path / "r.key")
    return tmp_path


def script(folder: Path, body: str, *, timeout: float = 60) -> str:
    """Runs a program in a process of its own: a fork of the test runner would take its threads' locks along."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", HEAD + body, str(folder)],
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def whole_chain(folder: Path, key: Key) -> list[str]:
    """Verifies everything in the ledger and answers the names of its tool calls' intents."""
    with Recorder(folder / "l.ledger", key=key) as recorder:
        recorder.seal()
        recorder.export(folder / "all.execert", chain=True)
    verify(folder / "all.execert", Trust([key]))
    seen = records((folder / "all.execert").read_bytes())
    assert [r.seq for r in seen] == list(range(len(seen)))
    return [r.name or "" for r in seen if r.kind == "tool.call" and r.phase == "intent"]


def test_parent_and_child_go_on_as_two_recorders(folder: Path, key: Key) -> None:
    out = script(
        folder,
        """
run = recorder.run("before")
run.tool("parent-before", call=act)
step = run.tool("parent-open")
pid = os.fork()
if pid == 0:
    for use in (lambda: run.tool("x", call=act), lambda: step.close(), lambda: run.close()):
        try:
            use()
        except Conflict as error:
            assert error.code == "chain.forked_process", error.code
        else:
            os._exit(3)
    with recorder.run("child") as mine:
        for n in range(50):
            mine.tool("child", {"n": n}, call=act)
    os._exit(0)
for n in range(20):
    run.tool("parent", {"n": n}, call=act)
step.close()
run.close()
recorder.close()   # while the child writes
wait(pid)
print("done")
""",
    )
    assert out == "done\n"
    names = whole_chain(folder, key)
    assert names.count("child") == 50
    assert names.count("parent") == 20


def test_a_fork_while_another_thread_writes(folder: Path, key: Key) -> None:
    script(
        folder,
        """
stop = threading.Event()
done = []
def write():
    with recorder.run("thread") as run:
        while not stop.is_set():
            run.tool("thread", call=act)
            done.append(1)
writer = threading.Thread(target=write)
writer.start()
pids = []
while len(done) < 5: time.sleep(0.01)
for _ in range(5):
    pid = os.fork()
    if pid == 0:
        start = time.monotonic()
        with recorder.run("child") as run:
            run.tool("child", call=act)
        os._exit(0 if time.monotonic() - start < float(os.environ.get("EXECERT_FORK_SECONDS", "20")) else 4)
    pids.append(pid)
for pid in pids: wait(pid)
stop.set()
writer.join()
recorder.close()
print(len(done))
""",
    )
    names = whole_chain(folder, key)
    assert names.count("child") == 5
    assert names.count("thread") >= 5


def test_a_fork_that_runs_no_hooks(folder: Path, key: Key) -> None:
    """A raw fork, as a C library may do it: the child is refused, whatever it tries, and nothing is lost."""
    script(
        folder,
        """
run = recorder.run("before")
run.tool("parent-before", call=act)
pid = ctypes.PyDLL(None).fork()
if pid == 0:
    for use in (
        lambda: run.tool("x", call=act),
        lambda: recorder.head,
        lambda: recorder.run("y").id,
        lambda: Recorder(folder + "/l.ledger", key=key),
    ):
        try:
            use()
        except Conflict as error:
            if error.code != "chain.forked_process": os._exit(4)
        else:
            os._exit(3)
    os._exit(0)
wait(pid)
run.tool("parent-after", call=act)
run.close()
recorder.close()
""",
    )
    assert whole_chain(folder, key) == ["parent-before", "parent-after"]


def test_a_pool_of_forked_workers(folder: Path, key: Key) -> None:
    script(
        folder,
        """
import multiprocessing
@recorder.tool
def work(n): return n * n
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(4) as pool:
        assert pool.map(work, range(40)) == [n * n for n in range(40)]
    recorder.close()
""",
    )
    assert whole_chain(folder, key).count("work") == 40


def test_asyncio_after_a_fork(folder: Path, key: Key) -> None:
    """The threads of the parent's executor do not exist in the child."""
    script(
        folder,
        """
import asyncio
async def main(name):
    async with recorder.run(name) as run:
        await run.tool(name, call=act)
asyncio.run(main("parent"))
pid = os.fork()
if pid == 0:
    asyncio.run(main("child"))
    os._exit(0)
wait(pid)
recorder.close()
""",
    )
    assert whole_chain(folder, key) == ["parent", "child"]


def test_many_threads(folder: Path, key: Key) -> None:
    threads, each = 20, 20
    with Recorder(folder / "l.ledger", key=key) as recorder:
        failed: list[BaseException] = []

        def work(number: int) -> None:
            try:
                with recorder.run(f"run-{number}") as run:
                    for n in range(each):
                        run.tool("t", {"n": n}, call=lambda n: n)
            except BaseException as error:
                failed.append(error)

        workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert failed == []
        runs: dict[str, list[int]] = {}
        for record in everything(recorder):
            if "run" in record.predicate:
                runs.setdefault(record.predicate["run"]["id"], []).append(record.predicate["run"]["seq"])
    assert all(seqs == list(range(2 + 2 * each)) for seqs in runs.values())
    assert len(runs) == threads
    assert whole_chain(folder, key).count("t") == threads * each


def test_other_threads_run_while_the_disk_is_busy(recorder: Recorder) -> None:
    """The interpreter is released around hashing, signing and the disk."""
    ticks = 0
    stop = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not stop.is_set():
            ticks += 1
            time.sleep(0.0005)

    ticker = threading.Thread(target=tick)
    ticker.start()
    with recorder.run("r") as run:
        for _ in range(30):
            run.tool("t", {"text": "x" * 100_000}, call=lambda text: None)
    stop.set()
    ticker.join()
    assert ticks > 30


def test_exit_with_an_open_run(folder: Path, key: Key) -> None:
    script(folder, 'run = recorder.run("left open"[:4]); run.tool("t"); print("bye")')
    with Recorder(folder / "l.ledger", key=key) as recorder:
        (entry,) = recorder.runs()
        assert (entry.state, entry.status) == ("closed", "incomplete")
        outcome = next(r for r in everything(recorder) if r.phase == "outcome")
        assert outcome.status == "unknown"


def test_killed_while_it_writes(folder: Path, key: Key) -> None:
    """What was acknowledged before a kill is there afterwards."""
    for attempt in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", HEAD + """
run = recorder.run("victim")
while True:
    run.tool("t", call=act)
    print(recorder.head.seq, flush=True)
""", str(folder)],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        last = 0
        for line, _ in zip(process.stdout, range(5 + attempt), strict=False):
            last = int(line)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split("\n")
        process.wait()
        process.stdout.close()
        last = max([last, *(int(line) for line in rest[:-1] if line)])
        with Recorder(folder / "l.ledger", key=key) as recorder:
            assert recorder.head.seq >= last
    whole_chain(folder, key)


def test_two_processes_one_ledger(folder: Path, key: Key) -> None:
    body = """
with recorder.run("p") as run:
    for n in range(25): run.tool(sys.argv[2], {"n": n}, call=act)
recorder.close()
"""
    workers = [
        subprocess.Popen([sys.executable, "-c", HEAD + body, str(folder), f"p{n}"], stderr=subprocess.PIPE) for n in range(3)
    ]
    for worker in workers:
        _, errors = worker.communicate(timeout=60)
        assert worker.returncode == 0, errors
    names = whole_chain(folder, key)
    assert [names.count(f"p{n}") for n in range(3)] == [25, 25, 25]


def test_subinterpreters_are_refused() -> None:
    interpreters = pytest.importorskip("_xxsubinterpreters")
    other = interpreters.create()
    try:
        with pytest.raises(interpreters.RunFailedError, match="ImportError"):
            interpreters.run_string(other, "import execert")
    finally:
        interpreters.destroy(other)


