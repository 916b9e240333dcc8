"""Certified execution records: what an agent or a workflow did, signed, chained, and checked offline.

`Recorder` records, `verify` and `check` read evidence, `Trust` says whose keys count. A verdict is about what was
recorded: never that an output was right, an input true, or that nothing else ran.
"""

from ._execert import Key, __version__, canonical, plain
from .errors import Conflict, Denied, ExecertError, InternalError, InvalidInput, Unavailable, Untrusted
from .evidence import check, redact, reveal, verify
from .recorder import Head, Recorder, Request, RunEntry
from .report import Completeness, Disclosure, Finding, Report, Verdict
from .run import Run, RunEnd, Saved, current_run
from .step import Details, Permit, Record, Step
from .trust import Trust, TrustKey

__all__ = [
    "Completeness",
    "Conflict",
    "Denied",
    "Details",
    "Disclosure",
    "ExecertError",
    "Finding",
    "Head",
    "InternalError",
    "InvalidInput",
    "Key",
    "Permit",
    "Record",
    "Recorder",
    "Report",
    "Request",
    "Run",
    "RunEnd",
    "RunEntry",
    "Saved",
    "Step",
    "Trust",
    "TrustKey",
    "Unavailable",
    "Untrusted",
    "Verdict",
    "__version__",
    "canonical",
    "check",
    "current_run",
    "plain",
    "redact",
    "reveal",
    "verify",
]
