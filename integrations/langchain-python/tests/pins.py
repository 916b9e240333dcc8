"""The tests on each row of versions, one virtual environment a row, under build/pins.

    python tests/pins.py              every row
    python tests/pins.py 1.2.18       the row of this LangChain version

Needs `uv` on the path or beside this Python, a package index, and the wheel of execert in build/wheels (`scripts/setup`).
Rows that do not install are named and skipped. The last line is `N passed, N failed, N skipped`, in rows.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
ROWS = [
    ["langchain==1.4.7", "langchain-core==1.7.2", "langgraph==1.2.22"],
    ["langchain==1.3.18", "langgraph==1.2.22"],
    ["langchain==1.2.18", "langgraph==1.1.10"],
    # It asks for a certifi that is not served yet: installed beside the newest row's dependencies.
    ["langchain==1.5.0", "langchain-core==1.8.1"],
]
NO_DEPENDENCIES = {"langchain==1.5.0": ROWS[0]}


def run(*command: str, quiet: bool = True) -> bool:
    done = subprocess.run(command, cwd=ROOT, capture_output=quiet, text=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    if quiet and done.returncode:
        print((done.stderr or done.stdout).strip()[-400:])
    return done.returncode == 0


def install(uv: str, row: list[str], venv: pathlib.Path, wheel: str) -> bool:
    python = str(venv / "bin" / "python")
    pip = [uv, "pip", "install", "-q", "--python", python]
    first = NO_DEPENDENCIES.get(row[0], row)
    return (
        (venv.exists() or run(uv, "venv", "-q", "--python", sys.executable, str(venv)))
        and run(*pip, *first, "pytest")
        and (first is row or run(*pip, "--no-deps", *row))
        and run(*pip, "--no-deps", "--reinstall", wheel, str(HERE.parent))
    )


def main() -> int:
    beside = pathlib.Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    wheels = sorted((ROOT / "build" / "wheels").glob("execert-*.whl"))
    if uv is None or not wheels:
        print("skipped: uv or the wheel of execert is missing; run `scripts/setup test`")
        print(f"0 passed, 0 failed, {len(ROWS)} skipped")
        return 0
    passed = failed = skipped = 0
    for row in ROWS:
        version = row[0].partition("==")[2]
        if sys.argv[1:] and version not in sys.argv[1:]:
            continue
        venv = ROOT / "build" / "pins" / version
        print(f"== {' '.join(row)}", flush=True)
        if not install(uv, row, venv, str(wheels[-1])):
            print("skipped: it does not install")
            skipped += 1
        elif run(str(venv / "bin" / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE), quiet=False):
            passed += 1
        else:
            failed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
