"""The six errors, named by what the caller has to do. All derive from `ExecertError`; `code` is stable, the text is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .codes import Code
    from .report import Report

__all__ = ["Conflict", "Denied", "ExecertError", "InternalError", "InvalidInput", "Unavailable", "Untrusted"]


class ExecertError(Exception):
    """Base of every error that execert raises.

    `str()` is one sentence with the place, the code and the next step; it never holds content or keys.
    """

    code: Code
    """Stable `area.reason`; `execert.codes.CODES[code]` says what it means and what it does not mean."""
    path: str | None
    """JSON Pointer (RFC 6901) of the value at fault; `""` is the whole value."""
    hint: str
    """What to do next."""
    exit: int
    """The exit code of a command that ends with this error."""
    record: int | None
    """Sequence number of the record at fault, where there is one."""
    request: str | None
    """Digest of the approval request that waits for an answer (`policy.approval_missing`)."""
    verdict: str | None
    """The verdict of the report, for `Untrusted`."""
    report: Report | None
    """The whole report, for `Untrusted`."""

    def __init__(
        self,
        message: str,
        *,
        code: Code = "internal.panic",
        path: str | None = None,
        hint: str = "",
        exit: int = 70,
        record: int | None = None,
        request: str | None = None,
        report: Report | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.path = path
        self.hint = hint
        self.exit = exit
        self.record = record
        self.request = request
        self.report = report
        self.verdict = None if report is None else report.verdict

    def __str__(self) -> str:
        after = f". {self.hint}" if self.hint else ""
        return f"{self.message} [{self.code}]{after}"

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.message, dict(self.__dict__))


class InvalidInput(ExecertError, ValueError):
    """The call or the document is wrong: correct it."""


class Denied(ExecertError, PermissionError):
    """Policy, approval, certificate or budget says no: do not run it. The refusal is recorded."""


class Untrusted(ExecertError):
    """The evidence does not hold, or cannot be read: do not rely on it. `report` says where."""


class Conflict(ExecertError):
    """Someone else moved first, or this process was forked: open again and repeat."""


class Unavailable(ExecertError, OSError):
    """Store, signer or witness failed: stop, and try later."""


class InternalError(ExecertError, RuntimeError):
    """A defect in execert: report it. The process is unharmed and the next call works."""


_CLASSES: dict[str, type[ExecertError]] = {
    "invalid": InvalidInput,
    "denied": Denied,
    "untrusted": Untrusted,
    "conflict": Conflict,
    "unavailable": Unavailable,
    "internal": InternalError,
}


def _of_core(
    code: Code,
    kind: str,
    message: str,
    path: str | None,
    hint: str,
    request: str | None,
    report: bytes | None,
    exit: int,
) -> ExecertError:
    """The exception for an error of the core; called from the native half."""
    whole: Report | None = None
    record: int | None = None
    if report is not None:
        from .report import Report

        whole = Report(report)
        first = next((finding for finding in whole.findings if finding.severity == "error"), None)
        if first is not None:
            record, path = first.record, first.path
    return _CLASSES.get(kind, InternalError)(
        message, code=code, path=path, hint=hint, exit=exit, record=record, request=request, report=whole
    )


def _again(kind: type[ExecertError], message: str, members: dict[str, object]) -> ExecertError:
    error = kind(message)
    error.__dict__.update(members)
    return error
