"""Certified execution records: what an agent or a workflow did, signed, chained, and checked offline.

`Recorder` records, `verify` and `check` read evidence, `Trust` says whose keys count. A verdict is about what was
recorded: never that an output was right, an input true, or that nothing else ran.
"""

from ._execert import __version__, canonical, plain
from .errors import Conflict, Denied, ExecertError, InternalError, InvalidInput, Unavailable, Untrusted
from .report import Completeness, Disclosure, Finding, Report

__all__ = [
    "Completeness",
    "Conflict",
    "Denied",
    "Disclosure",
    "ExecertError",
    "Finding",
    "InternalError",
    "InvalidInput",
    "Report",
    "Unavailable",
    "Untrusted",
    "__version__",
    "canonical",
    "plain",
]
