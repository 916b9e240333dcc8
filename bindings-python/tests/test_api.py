"""The surface: guarded entries, types, documentation, and what an import costs."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import execert
from execert import InternalError, Key, Recorder, Trust, _execert
from execert.codes import CODES

HERE = Path(__file__).parent


@pytest.fixture
def calls(recorder: Recorder, tmp_path: Path) -> dict[str, Callable[[], object]]:
    """A call of every entry of the native half, ready to be made."""
    native = recorder._native
    run = native.run_open({"name": "r"})
    step, _ = native.run_open({"name": "s"}).step_open({"op": "step", "name": "s"})
    key = Key.generate()
    report = execert.check(b"", Trust()).to_json()
    out = str(tmp_path / "out")
    n = _execert
    return {
        "canonical": lambda: n.canonical(1),
        "check": lambda: n.check(b"", {"trust": 1, "keys": []}, {}),
        "convert": lambda: n.convert(1, ""),
        "ident": lambda: n.ident("a"),
        "main": lambda: n.main(["execert", "--version"]),
        "parse": lambda: n.parse(b"1"),
        "plain": lambda: n.plain(1),
        "redact": lambda: n.redact(b"", {"redact": 1}, out),
        "render_text": lambda: n.render_text(report, "", "", False),
        "reveal": lambda: n.reveal(b"", b"", {"redact": 1}, out),
        "snapshot": lambda: n.snapshot(1, ""),
        "trust_build": lambda: n.trust_build({}),
        "user_trust": n.user_trust,
        "verify": lambda: n.verify(b"", {"trust": 1, "keys": []}, {}),
        "Key.generate": Key.generate,
        "Key.load": lambda: Key.load(tmp_path / "absent"),
        "Key.from_pem": lambda: Key.from_pem(""),
        "Key.save": lambda: key.save(tmp_path / "k.key"),
        "Key.id": lambda: key.id,
        "Key.fingerprint": lambda: key.fingerprint,
        "Key.public_pem": lambda: key.public_pem,
        "Recorder": lambda: n.Recorder(str(tmp_path / "other.ledger"), {}, key),
        "Recorder.tenant": lambda: native.tenant,
        "Recorder.gate": lambda: native.gate,
        "Recorder.origin": lambda: native.origin,
        "Recorder.head": native.head,
        "Recorder.run_open": lambda: native.run_open({"name": "q"}),
        "Recorder.run_join": lambda: native.run_join("x"),
        "Recorder.note": lambda: native.note({"event": "e"}),
        "Recorder.approve": lambda: native.approve({"approve": "x"}, key),
        "Recorder.find": lambda: native.find({"runs": {}}),
        "Recorder.export": lambda: native.export({"chain": True}, out),
        "Recorder.feed": lambda: native.feed({}),
        "Recorder.erase": lambda: native.erase({}),
        "Recorder.seal": native.seal,
        "Recorder.heartbeat": native.heartbeat,
        "Recorder.close": native.close,
        "Recorder.before_fork": native.before_fork,
        "Recorder.after_fork": lambda: native.after_fork(False),
        "Run.id": lambda: run.id,
        "Run.name": lambda: run.name,
        "Run.step_open": lambda: run.step_open({"op": "step", "name": "t"}),
        "Run.note": lambda: run.note({"event": "e"}),
        "Run.close": lambda: run.close({}),
        "Run.bundle": lambda: run.bundle(out),
        "Step.input": step.input,
        "Step.claim": step.claim,
        "Step.close": lambda: step.close({}),
    }


def entries() -> set[str]:
    """Every public entry of the native half, by looking at it."""
    out = set()
    for name in vars(_execert)["__all__"]:
        member = getattr(_execert, name)
        if inspect.isclass(member):
            own = {f"{name}.{part}" for part in vars(member) if not part.startswith("_")}
            # A class that Python code can call has a constructor of its own.
            out |= own | ({name} if name == "Recorder" else set())
        elif callable(member):
            out.add(name)
    return out


@pytest.mark.skipif(not hasattr(_execert, "_arm_panic"), reason="this wheel was built without its test hook")
def test_a_panic_is_an_exception_and_the_next_call_works(calls: dict[str, Callable[[], object]]) -> None:
    assert entries() - set(calls) == set(), "an entry has no call here"
    for name, call in calls.items():
        if name == "main" and not hasattr(_execert, "main"):
            continue
        _execert._arm_panic()
        with pytest.raises(InternalError) as caught:
            call()
        assert (caught.value.code, caught.value.exit) == ("internal.panic", 70), name
        assert isinstance(caught.value, RuntimeError)
        assert _execert.canonical(1) == b"1"


def test_every_public_name_is_documented() -> None:
    missing = []
    for name in execert.__all__:
        member = getattr(execert, name)
        if not (inspect.isclass(member) or inspect.isroutine(member)):
            continue
        if not inspect.getdoc(member):
            missing.append(name)
        if inspect.isclass(member):
            for part, value in vars(member).items():
                shown = callable(value) or isinstance(value, (property, classmethod, staticmethod))
                if shown and not part.startswith("_") and not inspect.getdoc(value):
                    missing.append(f"{name}.{part}")
    assert missing == []


def test_errors_are_the_classes_that_callers_know() -> None:
    bases = {
        execert.InvalidInput: ValueError,
        execert.Denied: PermissionError,
        execert.Untrusted: Exception,
        execert.Conflict: Exception,
        execert.Unavailable: OSError,
        execert.InternalError: RuntimeError,
    }
    for kind, base in bases.items():
        assert issubclass(kind, (execert.ExecertError, base))
        assert issubclass(kind, base)
        assert kind.__module__ == "execert.errors"
    assert {entry.kind for entry in CODES.values()} == {
        {"InvalidInput": "Invalid", "InternalError": "Internal"}.get(kind.__name__, kind.__name__) for kind in bases
    }


def run(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, **more)


def test_types_are_strict() -> None:
    done = run("-m", "mypy", "--strict", "-p", "execert")
    assert done.returncode == 0, done.stdout


def test_stubs_are_true() -> None:
    done = run("-m", "mypy.stubtest", "execert")
    assert done.returncode == 0, done.stdout


def test_the_program_of_a_user_is_checked(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(
        "from execert import Recorder\n"
        "r = Recorder('l')\n"
        "@r.tool\n"
        "def f(a: int) -> str: return ''\n"
        "reveal_type(f(1))\n"
        "with r.run('n') as run:\n"
        "    reveal_type(run.tool('t', call=lambda: 3))\n"
        "    with run.tool('t') as call: reveal_type(call)\n"
        "async def main() -> None:\n"
        "    async with r.run('n') as run:\n"
        "        reveal_type(await run.tool('t', call=f))\n"
        "        reveal_type(await run.tool('t', call=g))\n"
        "        reveal_type(await run.model('m', call=g))\n"
        "        reveal_type(await (await run.permit('t')).run(g))\n"
        "async def g(a: int) -> bytes: return b''\n"
    )
    done = run("-m", "mypy", "--strict", str(tmp_path / "program.py"))
    assert done.returncode == 0, done.stdout
    kinds = [line.partition("Revealed type is ")[2].strip('"') for line in done.stdout.splitlines() if "Revealed" in line]
    assert [kind.replace("builtins.", "") for kind in kinds] == [
        "str", "int", "execert.step.Step", "str", "bytes", "bytes", "bytes",
    ]  # fmt: skip


def test_an_import_is_cheap() -> None:
    """At most 30 ms of CPU time beyond the interpreter's own start; the least of ten, since machines are shared."""
    program = "import time; t = time.process_time(); import execert; print(time.process_time() - t)"
    least = min(float(run("-c", program).stdout) for _ in range(10))
    assert least < float(os.environ.get("EXECERT_IMPORT_SECONDS", "0.030"))


def test_an_import_loads_no_framework_and_starts_no_thread() -> None:
    program = "import sys, threading, execert; print(threading.active_count(), *sys.modules)"
    count, *modules = run("-c", program).stdout.split()
    assert count == "1"
    assert not {"asyncio", "concurrent.futures", "inspect", "dataclasses", "json"} & set(modules)


def test_one_version() -> None:
    import importlib.metadata

    assert importlib.metadata.version("execert") == execert.__version__


@pytest.mark.skipif(not hasattr(_execert, "main"), reason="this wheel was built without the command")
def test_the_command() -> None:
    command = Path(sys.executable).with_name("execert")
    done = subprocess.run([command, "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stdout.split()[-1]) == (0, execert.__version__)
    assert subprocess.run([command, "no-such-verb"], capture_output=True).returncode == 2
