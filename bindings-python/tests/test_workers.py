"""Process pools and servers that fork: every call that was answered is in the ledger, or its caller got a code."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import records

from execert import Key, Recorder, Trust, Untrusted, check, verify

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

HEAD = """
import multiprocessing, os, sys
from execert import Conflict, Key, Recorder
folder = sys.argv[1]
def open_recorder(): return Recorder(folder + "/l.ledger", key=Key.load(folder + "/r.key"))
"""


@pytest.fixture
def folder(tmp_path: Path, key: Key) -> Path:
    key.save(tmp_path / "r.key")
    return tmp_path


def script(folder: Path, body: str) -> str:
    """Runs a program from a file: a spawned worker reads it again."""
    path = folder / "main.py"
    path.write_text(HEAD + body)
    command = [sys.executable, "-W", "ignore::DeprecationWarning", str(path), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def intents(folder: Path, key: Key) -> list[str]:
    """Verifies the whole ledger and answers the names of its tool calls."""
    with Recorder(folder / "l.ledger", key=key) as recorder:
        recorder.seal()
        recorder.export(folder / "all.execert", chain=True)
    verify(folder / "all.execert", Trust([key]))
    return [r.name or "" for r in records((folder / "all.execert").read_bytes()) if r.phase == "intent"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_f16_workers_of_multiprocessing(folder: Path, key: Key, method: str) -> None:
    """Workers append beside the parent, who closes first; what each of them counted is there."""
    body = f"""
def work(name):
    recorder = open_recorder()
    with recorder.run(name) as run:
        for n in range(10):
            run.tool(name, {{"n": n}}, call=lambda n: n)
    recorder.close()

if __name__ == "__main__":
    parent = open_recorder()
    with parent.run("before") as run:
        run.tool("parent", call=lambda: 1)
    context = multiprocessing.get_context("{method}")
    workers = [context.Process(target=work, args=(f"w{{n}}",)) for n in range(3)]
    for worker in workers: worker.start()
    parent.close()
    for worker in workers: worker.join(60)
    print([worker.exitcode for worker in workers])
"""
    assert script(folder, body) == "[0, 0, 0]\n"
    names = intents(folder, key)
    assert {name: names.count(name) for name in sorted(set(names))} == {"parent": 1, "w0": 10, "w1": 10, "w2": 10}


def test_f16_a_recorder_does_not_travel(folder: Path) -> None:
    """A spawned worker cannot be handed the parent's recorder: it is told so, in words, before anything runs."""
    body = """
def work(recorder): pass
if __name__ == "__main__":
    recorder = open_recorder()
    worker = multiprocessing.get_context("spawn").Process(target=work, args=(recorder,))
    try:
        worker.start()
    except TypeError as error:
        print("refused")
    recorder.close()
"""
    assert script(folder, body) == "refused\n"


def test_f16_a_forked_child_is_killed_and_the_parent_goes_on(folder: Path, key: Key) -> None:
    body = """
import signal, time
recorder = open_recorder()
run = recorder.run("parent")
acknowledged = 0
for n in range(5):
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        with recorder.run("child") as mine:
            while True:
                mine.tool("child", call=lambda: 1)
                os.write(writing, b".")
    os.close(writing)
    acknowledged += len(os.read(reading, 1))
    time.sleep(0.005 * n)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    while more := os.read(reading, 4096): acknowledged += len(more)
    os.close(reading)
    run.tool("parent", call=lambda: 1)
run.close()
recorder.close()
print(acknowledged)
"""
    acknowledged = int(script(folder, body))
    names = intents(folder, key)
    assert names.count("parent") == 5
    assert names.count("child") >= acknowledged >= 5


APP = """
import os
from execert import Key, Recorder
folder = os.environ["EXECERT_TEST_FOLDER"]
# Before the workers are forked: --preload.
recorder = Recorder(folder + "/l.ledger", key=Key.load(folder + "/r.key"))
with recorder.run("preload") as run:
    run.tool("preload", call=lambda: 1)

def app(environ, start_response):
    name = environ["PATH_INFO"].strip("/")
    with recorder.run("request") as run:
        run.tool(name, call=lambda: os.getpid())
    start_response("200 OK", [("content-type", "text/plain")])
    return [str(os.getpid()).encode()]
"""


class OverSocket(http.client.HTTPConnection):
    """A connection to a socket file: no port that somebody else could have."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self.path))


def ask(path: Path, name: str) -> str:
    connection = OverSocket(path)
    connection.request("GET", f"/{name}")
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    assert answer.status == 200, body
    return body


@pytest.fixture
def server(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    pytest.importorskip("gunicorn")
    (folder / "served.py").write_text(APP)
    # The path of a socket may have 107 bytes; that of the test's folder may be longer.
    path = Path("served.sock")
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "3", "--bind", f"unix:{path}", "served:app"]
    environment = {**os.environ, "EXECERT_TEST_FOLDER": str(folder)}
    log = (folder / "gunicorn.log").open("wb")
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        yield process, folder / path
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def until_up(process: subprocess.Popen[bytes], folder: Path, path: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, (folder / "gunicorn.log").read_text()
        if path.exists():
            try:
                ask(path, "hello")
                return
            except OSError:
                pass
        time.sleep(0.05)
    raise AssertionError((folder / "gunicorn.log").read_text())


def test_f16_gunicorn_with_preload(folder: Path, key: Key, server: tuple[subprocess.Popen[bytes], Path]) -> None:
    """A recorder made before the fork serves in every worker, a killed worker is replaced, and all answers are kept."""
    process, path = server
    until_up(process, folder, path)
    answered = ["hello"]
    workers: set[str] = set()
    for n in range(40):
        try:
            workers.add(ask(path, f"call-{n}"))
            answered.append(f"call-{n}")
        except (OSError, http.client.HTTPException):
            pass  # the worker that had it was killed: nobody was answered
        if n == 20:
            os.kill(int(next(iter(workers))), signal.SIGKILL)
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    assert len(answered) >= 35
    assert len(workers) > 1, "one worker took everything"
    names = intents(folder, key)
    assert set(answered) <= set(names)
    assert names.count("preload") == 1


def test_n57_exit_with_an_open_run(folder: Path, key: Key) -> None:
    """No abort; what was acknowledged is there, the bundle says that the run was not closed, and nothing worse."""
    body = """
recorder = open_recorder()
run = recorder.run("left")
run.tool("done", call=lambda: 1)
step = run.tool("begun")
run.save(folder + "/open.execert")
print("bye")
"""
    assert script(folder, body) == "bye\n"
    with pytest.raises(Untrusted) as caught:
        verify(folder / "open.execert", Trust([key]))
    assert caught.value.code == "run.open"
    report = check(folder / "open.execert", Trust([key]))
    assert {finding.code for finding in report.findings if finding.severity == "error"} == {"run.open"}
    with Recorder(folder / "l.ledger", key=key) as recorder:
        (entry,) = recorder.runs()
        assert (entry.state, entry.status) == ("closed", "incomplete")
    assert sorted(intents(folder, key)) == ["begun", "done"]


@pytest.mark.parametrize("how", ["sys.exit(3)", "os._exit(3)", "os.kill(os.getpid(), 15)", "raise SystemExit(3)"])
def test_n57_a_worker_that_is_ended(folder: Path, key: Key, how: str) -> None:
    """However a process with an open run ends, it ends as told, without an abort, and the next opener says so once."""
    (folder / "main.py").write_text(HEAD + f"""
recorder = open_recorder()
run = recorder.run("left")
run.tool("done", call=lambda: 1)
step = run.tool("begun")
{how}
""")
    done = subprocess.run([sys.executable, str(folder / "main.py"), str(folder)], capture_output=True, text=True, timeout=60)
    assert done.returncode in (3, -15), done.stderr
    assert "panicked" not in done.stderr and "Fatal" not in done.stderr, done.stderr
    for _ in range(2):
        with Recorder(folder / "l.ledger", key=key) as recorder:
            recorder.export(folder / "all.execert", chain=True)
    seen = records((folder / "all.execert").read_bytes())
    assert [r.status for r in seen if r.phase == "outcome"] == ["ok", "unknown"]
    assert [r.status for r in seen if r.kind == "run.end"] == ["incomplete"]
