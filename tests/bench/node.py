"""The npm package: it is measured by a program of its own kind, in release build."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from measure import FOLDER


def main() -> None:
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        environment = {**os.environ, "EXECERT_BENCH_WORK": folder}
        packages, wasm = sys.argv[1:]
        subprocess.run(["node", f"{packages}/measure.mjs", wasm], check=True, env=environment)


if __name__ == "__main__":
    main()
