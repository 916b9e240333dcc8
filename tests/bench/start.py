"""How long it takes until something happens: the import, the command; and how large it is."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import zipfile

from measure import ROUNDS, tell


def cpu(command: list[str]) -> tuple[float, float]:
    """Milliseconds of CPU of a command, least of some runs, and its most memory in MB."""
    best = memory = float("inf")
    for _ in range(ROUNDS * 3):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0, command
        best = min(best, (used.ru_utime + used.ru_stime) * 1_000)
        memory = min(memory, used.ru_maxrss / 1024)
    return best, memory


def main() -> None:
    binary, wheel = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    figures: dict[str, float] = {}
    plain, _ = cpu([sys.executable, "-c", "pass"])
    with_us, _ = cpu([sys.executable, "-c", "import execert"])
    recorder, _ = cpu([sys.executable, "-c", "from execert import Recorder"])
    figures["import ms"] = with_us - plain
    figures["import Recorder ms"] = recorder - plain
    figures["python alone ms"] = plain
    figures["version ms"], figures["version peak MB"] = cpu([str(binary), "--version"])
    console = pathlib.Path(sys.executable).with_name("execert")
    figures["version of the wheel's command ms"], _ = cpu([str(console), "--version"])
    figures["wheel MB"] = wheel.stat().st_size / 1e6
    figures["binary MB"] = binary.stat().st_size / 1e6
    with zipfile.ZipFile(wheel) as archive:
        figures["library in the wheel MB"] = max(item.file_size for item in archive.infolist()) / 1e6
    tell(figures)


if __name__ == "__main__":
    main()
