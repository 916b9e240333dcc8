#!/usr/bin/env python3
"""Measures the release build beside peers and writes docs/benchmarks.md and its picture.

python tests/bench/run.py           about ten minutes on a quiet machine
python tests/bench/run.py --full    with a ledger of a million records
python tests/bench/run.py --only seal,verify   these parts again; the figures of the others stay
python tests/bench/run.py --page    only the page and the picture, out of build/results/bench.json
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
BUILD = ROOT / "build"
VENV = BUILD / "bench-venv"
PYTHON = VENV / "bin" / "python"
RESULTS = BUILD / "results" / "bench.json"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BINARY = TARGET / "release" / "execert"
PARTS = ["start", "seal", "append", "verify", "long", "agent", "node", "c", "peers"]
DRIFT = 0.2


def run(*command: str | pathlib.Path, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], cwd=more.pop("cwd", ROOT), check=True, text=True, **more)


def state(*paths: str) -> str:
    """A digest of these files as they are."""
    listed = run(
        "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *paths, capture_output=True
    ).stdout
    digest = hashlib.sha256()
    for path in sorted(filter(None, listed.split("\0"))):
        if (ROOT / path).is_file():
            digest.update(path.encode() + b"\0" + (ROOT / path).read_bytes())
    return digest.hexdigest()


def made(name: str, now: str, work: Callable[[], None]) -> None:
    """Does the work unless it was done for this state; notes it when it is done."""
    stamp = BUILD / "bench" / f"made-{name}"
    if not stamp.exists() or stamp.read_text() != now:
        work()
        stamp.write_text(now)


def set_up(parts: list[str]) -> pathlib.Path:
    """The release build, in a virtual environment beside the peers, and what these parts need. Answers the wheel."""
    (BUILD / "bench").mkdir(parents=True, exist_ok=True)
    uv = BUILD / "venv" / "bin" / "uv"
    if not PYTHON.exists():
        run(sys.executable, "-m", "venv", VENV)
    made("peers", state("tests/bench/requirements.txt"), lambda: install_peers(uv))
    made(
        "release",
        state("Cargo.toml", "Cargo.lock", "core/src", "core/Cargo.toml", "store", "cli", "bindings-python"),
        release,
    )
    rust = ["Cargo.toml", "Cargo.lock", "core", "store"]
    if "node" in parts:
        made("node", state(*rust, "cli", "bindings-node", "integrations/ai-sdk", "tests/bench/node"), node_package)
    if "c" in parts:
        made("c", state(*rust, "bindings-c", "scripts/setup-c"), c_library)
    wheel = next((BUILD / "bench").glob("execert-*.whl"))
    run(
        uv,
        "pip",
        "install",
        "-q",
        "--reinstall",
        "--no-deps",
        "--python",
        PYTHON,
        wheel,
        "./integrations/langchain-python",
    )
    return wheel


def install_peers(uv: pathlib.Path) -> None:
    run(uv, "pip", "install", "-q", "--python", PYTHON, "-r", "tests/bench/requirements.txt")


def node_package() -> None:
    """The npm packages in release build, installed beside their peer."""
    print("building the npm package for release", flush=True)
    run("scripts/setup-node", "test")
    run("cargo", "build", "--quiet", "--locked", "--release", "-p", "execert-node")
    run("node", "bindings-node/scripts/build.mjs", TARGET / "release" / "libexecert_node.so", BUILD / "bench" / "npm")
    folder = BUILD / "bench" / "node"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "node", folder)
    quiet = ["--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--silent"]
    run("npm", "ci", *quiet, cwd=folder)
    ours = folder / "node_modules" / "@execert"
    packed = [*(BUILD / "bench" / "npm").glob("*.tgz")]
    run("npm", "install", "--no-save", "--offline", "--omit=optional", *quiet, *packed, cwd=folder)
    shutil.copytree(ROOT / "integrations/ai-sdk/dist", ours / "ai-sdk" / "dist")
    shutil.copy(ROOT / "integrations/ai-sdk/package.json", ours / "ai-sdk" / "package.json")


def c_library() -> None:
    """The C library in release build, installed as anybody installs it, and the same work in Rust."""
    print("building the C library for release", flush=True)
    run("make", "install", f"PREFIX={BUILD / 'bench' / 'c'}")
    run("cargo", "build", "--quiet", "--locked", "--release", "-p", "execert", "--example", "checking")


def release() -> None:
    print("building for release: some minutes", flush=True)
    for old in (BUILD / "bench").glob("execert-*.whl"):
        old.unlink()
    maturin = BUILD / "venv" / "bin" / "maturin"
    folder = ROOT / "bindings-python"
    run(
        maturin,
        "build",
        "--quiet",
        "--locked",
        "--release",
        "--out",
        BUILD / "bench",
        "--interpreter",
        PYTHON,
        cwd=folder,
    )
    run("cargo", "build", "--quiet", "--locked", "--release", "-p", "execert-cli")


def measured(parts: list[str], full: bool, wheel: pathlib.Path) -> dict[str, Any]:
    environment = {**os.environ, "EXECERT_BENCH_FOLDER": str(BUILD / "bench"), "PYTHONDONTWRITEBYTECODE": "1"}
    flags = ["--full"] if full else []
    arguments = {
        "start": [str(BINARY), str(wheel)],
        "long": flags,
        "verify": flags,
        "node": [str(BUILD / "bench" / "node"), str(BUILD / "wasm")],
        "c": [str(BUILD / "bench" / "c"), str(TARGET / "release" / "examples" / "checking")],
    }

    def part(name: str) -> dict[str, Any]:
        print(f"== {name}", flush=True)
        done = run(PYTHON, HERE / f"{name}.py", *arguments.get(name, []), env=environment, stdout=subprocess.PIPE)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        for key, value in found.items():
            print(
                f"   {key:44} {value:>14,.2f}" if isinstance(value, (int, float)) else f"   {key}: {value}", flush=True
            )
        return found

    before = part("probe")
    figures: dict[str, Any] = {}
    for name in parts:
        figures |= part(name)
    return {"figures": figures, "before": before, "after": part("probe")}


def machine() -> dict[str, Any]:
    model = next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    disk = run("stat", "-f", "-c", "%T", BUILD / "bench", capture_output=True).stdout.strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    rust = run("rustc", "--version", capture_output=True).stdout.split()[1]
    commit = run("git", "rev-parse", "--short=12", "HEAD", capture_output=True).stdout.strip()
    return {
        "model": model,
        "cores": os.cpu_count(),
        "memory_gb": round(memory),
        "disk": disk,
        "python": platform.python_version(),
        "rust": rust,
        "commit": commit,
        "at": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="a ledger of a million records")
    parser.add_argument("--only", help="some parts: " + ",".join(PARTS))
    parser.add_argument("--page", action="store_true", help="only write the page")
    given = parser.parse_args()
    if not given.page:
        parts = given.only.split(",") if given.only else PARTS
        if unknown := set(parts) - set(PARTS):
            parser.error(f"there is no part called {', '.join(sorted(unknown))}")
        wheel = set_up(parts)
        found = measured(parts, given.full, wheel)
        old = json.loads(RESULTS.read_text()) if given.only and RESULTS.exists() else {"figures": {}}
        found["figures"] = {**old["figures"], **found["figures"]}
        found["machine"] = machine()
        found["command"] = (
            "make bench" + (" FULL=1" if given.full else "") + (f" ONLY={given.only}" if given.only else "")
        )
        found["drifted"] = any(abs(found["after"][it] / found["before"][it] - 1) > DRIFT for it in ("synced", "sha256"))
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    run(PYTHON, HERE / "plot.py", RESULTS, ROOT / "docs" / "benchmarks.svg")
    run(sys.executable, HERE / "page.py", RESULTS, ROOT / "docs" / "benchmarks.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
