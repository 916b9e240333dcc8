"""Certified execution records: what an agent or a workflow did, signed, chained, and checked offline.

`Recorder` records, `verify` and `check` read evidence, `Trust` says whose keys count. A verdict is about what was
recorded: never that an output was right, an input true, or that nothing else ran.
"""

from ._execert import Key, __version__, canonical, plain

# Importing `typing` costs more than all of this package; type checkers take this name as true.
TYPE_CHECKING = False
if TYPE_CHECKING:
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

_MODULES = {
    "errors": "Conflict Denied ExecertError InternalError InvalidInput Unavailable Untrusted",
    "evidence": "check redact reveal verify",
    "recorder": "Head Recorder Request RunEntry",
    "report": "Completeness Disclosure Finding Report Verdict",
    "run": "Run RunEnd Saved current_run",
    "step": "Details Permit Record Step",
    "trust": "Trust TrustKey",
}
_HOME = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Loads a public name at its first use, so that an import stays cheap."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'execert' has no attribute {name!r}")
    from importlib import import_module

    member: object = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = member
    return member


def __dir__() -> list[str]:
    return __all__
