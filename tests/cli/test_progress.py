"""The bar of a long check: drawn on a terminal once a second has gone by, cleared at the end, and never elsewhere."""

from __future__ import annotations

import fcntl
import os
import pathlib
import pty
import shutil
import struct
import subprocess
import termios
import threading
import time

import pytest
from test_cli import EXECERT, GOLDEN, Shell, shell  # noqa: F401

CASE = GOLDEN / "bundle" / "six"
CHECK = ["verify", "slow.execert", "--trust", str(CASE / "trust.json"), "--at", "2026-03-07T09:00:00.000Z"]
# Return to the first column, clear the line: how a bar goes away.
CLEARED = b"\r\x1b[2K"


class Terminal:
    """A terminal of 100 columns; what is written to it is collected."""

    def __init__(self) -> None:
        self._ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
        self.seen = b""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                part = os.read(self._ours, 4096)
            except OSError:  # the other side is closed
                return
            if not part:
                return
            self.seen += part

    def end(self) -> bytes:
        os.close(self.theirs)
        self._reader.join()
        os.close(self._ours)
        return self.seen


def feed(pipe: pathlib.Path, bundle: bytes, pause: float) -> None:
    """Writes half of the bundle, waits, and writes the rest: a check that takes so long on any machine."""
    with open(pipe, "wb", buffering=0) as out:
        out.write(bundle[: len(bundle) // 2])
        time.sleep(pause)
        out.write(bundle[len(bundle) // 2 :])


def run(shell: Shell, pause: float, terminal: Terminal | None) -> subprocess.CompletedProcess[bytes]:  # noqa: F811
    pipe = shell.folder / "slow.execert"
    os.mkfifo(pipe)
    writer = threading.Thread(target=feed, args=(pipe, (CASE / "input.execert").read_bytes(), pause))
    writer.start()
    try:
        return subprocess.run(
            [EXECERT, *CHECK], cwd=shell.folder, env={**shell.env, "TERM": "xterm"}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE if terminal is None else terminal.theirs, timeout=60,
        )  # fmt: skip
    finally:
        writer.join()


def test_drawn_and_cleared(shell: Shell) -> None:  # noqa: F811
    terminal = Terminal()
    try:
        done = run(shell, 1.5, terminal)
    finally:
        seen = terminal.end()
    assert done.returncode == 0, (done.stdout, seen)
    assert b"checking" in seen, seen
    # Nothing of it is left on the screen, and nothing of it is in what a program reads.
    assert seen.rindex(CLEARED) > seen.rindex(b"checking"), seen
    assert b"checking" not in done.stdout


def test_short_work_draws_nothing(shell: Shell) -> None:  # noqa: F811
    terminal = Terminal()
    try:
        done = run(shell, 0, terminal)
    finally:
        seen = terminal.end()
    assert done.returncode == 0 and b"records" in done.stdout, (done.stdout, seen)


def test_without_a_terminal_nothing_is_drawn(shell: Shell) -> None:  # noqa: F811
    done = run(shell, 1.5, None)
    assert (done.returncode, done.stderr) == (0, b""), done


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: it makes reading a file slow")
def test_a_file_shows_how_much_is_left(shell: Shell) -> None:  # noqa: F811
    path = shell.folder / "slow.execert"
    path.write_bytes((CASE / "input.execert").read_bytes())
    slow = [
        "strace",
        "-f",
        "-o",
        "/dev/null",
        "-P",
        str(path),
        "-e",
        "trace=read",
        "-e",
        "inject=read:delay_exit=700000",
    ]
    if subprocess.run([*slow, "true"], capture_output=True).returncode != 0:
        pytest.skip("strace may not trace here")
    terminal = Terminal()
    try:
        done = subprocess.run(
            [*slow, EXECERT, *CHECK], cwd=shell.folder, env={**shell.env, "TERM": "xterm"}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=terminal.theirs, timeout=60,
        )  # fmt: skip
    finally:
        seen = terminal.end()
    assert done.returncode == 0, (done.stdout, seen)
    size = path.stat().st_size / 1024
    assert f"of {size:.2f} KiB".encode() in seen, seen
    assert seen.rindex(CLEARED) > seen.rindex(b"checking"), seen
