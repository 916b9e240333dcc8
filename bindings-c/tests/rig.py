"""What the tests of the C library share: counting, compilers, and programs that are built and run."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "bindings-c" / "tests"
PREFIX = ROOT / "build" / "c"
PYTHON = ROOT / "build" / "venv" / "bin" / "python"
COMMAND = ROOT / "build" / "execert"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
WARNINGS = ["-pedantic", "-Wall", "-Wextra", "-Wshadow", "-Werror"]
CLOSING = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.M)
COMPILERS = [pair for pair in (("gcc", "g++"), ("clang", "clang++")) if shutil.which(pair[0]) and shutil.which(pair[1])]

passed = failed = skipped = 0


def check(name: str, holds: object, about: object = "") -> bool:
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {name}\n{about}", flush=True)
    return bool(holds)


def skip(name: str, why: str) -> None:
    global skipped
    skipped += 1
    print(f"skipped {name}: {why}", flush=True)


def sh(
    *command: object, code: int | None = 0, stdin: bytes = b"", cwd: pathlib.Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Runs a program to its end; any other exit code than `code` is a failure, counted here."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, input=stdin, capture_output=True, cwd=cwd, env={**os.environ, **environment}, timeout=300
    )
    if code is not None and done.returncode != code:
        said = (done.stdout + done.stderr).decode(errors="replace")[-6000:]
        check(" ".join(words)[:300], False, f"exit {done.returncode}, not {code}\n{said}")
    return done


def flags(package: str, prefix: pathlib.Path = PREFIX) -> list[str]:
    where = str(prefix / "lib" / "pkgconfig")
    return sh("pkg-config", "--cflags", "--libs", package, PKG_CONFIG_PATH=where).stdout.decode().split()


def compiled(folder: pathlib.Path, name: str, compiler: str = "cc", extra: list[str] | None = None) -> pathlib.Path:
    program = folder / name
    linked = [*flags("execert"), f"-Wl,-rpath,{PREFIX / 'lib'}", "-pthread"]
    standard = "-std=c11" if name == "children" else "-std=c99"
    source = HERE / f"{name}.c"
    check(
        f"{name} compiles",
        sh(compiler, standard, *WARNINGS, "-g", *(extra or []), source, "-o", program, *linked).returncode == 0,
    )
    return program


def counted(name: str, done: subprocess.CompletedProcess[bytes]) -> None:
    """Takes over what a program counted in its last line; one that counted nothing failed."""
    global passed, failed, skipped
    said = (done.stdout + done.stderr).decode(errors="replace")
    found = CLOSING.findall(done.stdout.decode(errors="replace"))
    if not found or (done.returncode == 0) != (found[-1][1] == "0"):
        check(name, False, f"exit {done.returncode}\n{said[-6000:]}")
        return
    here = [int(number) for number in found[-1]]
    passed, failed, skipped = passed + here[0], failed + here[1], skipped + here[2]
    if here[1]:
        print(f"FAILED {name}\n{said[-6000:]}")


def part(name: str, body) -> None:
    """Runs a part; an exception is one failure, and the next part runs all the same."""
    began = time.monotonic()
    try:
        body()
    except Exception as error:  # of any kind: it is told
        import traceback

        traceback.print_exc(file=sys.stdout)
        check(name, False, error)
    print(f"{name}: {time.monotonic() - began:.1f} s", flush=True)


def end() -> int:
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0
