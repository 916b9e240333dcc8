"""The command `execert`, the same program as the standalone one."""

from __future__ import annotations

import signal
import sys

from . import _execert


def main() -> int:
    """Runs the command line of this process and answers its exit code."""
    # An interrupt ends the command at once, as it does the standalone one.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _execert.main(["execert", *sys.argv[1:]])
