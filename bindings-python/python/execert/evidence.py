"""Reading evidence: is it unchanged, whose is it, is it whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from . import _execert
from .report import Report
from .run import _target
from .trust import TrustLike, _trust_of

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Evidence", "check", "redact", "reveal", "verify"]

Evidence: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO
"""A bundle: the path of a file, its bytes, or an open binary file, read once."""


def check(
    evidence: Evidence,
    trust: TrustLike = None,
    *,
    now: datetime | str | None = None,
    require: Iterable[str] = (),
    allow_open: bool = False,
    mac_key: bytes | None = None,
) -> Report:
    """Reads evidence and answers with the report, whatever it says. The report is true only if its exit code is 0.

    `trust` is the user's own store if left out. `require` holds any of `sealed`, `timestamp`, `plan`, `no-withheld`,
    `revocation`, `witness:N`; `allow_open` makes the open end of a run or chain a warning; `mac_key` (32 bytes) checks
    the internal tags too; `now` is the time of judgement.
    """
    return _judged(_execert.check, evidence, trust, now, require, allow_open, mac_key)


def verify(
    evidence: Evidence,
    trust: TrustLike = None,
    *,
    now: datetime | str | None = None,
    require: Iterable[str] = (),
    allow_open: bool = False,
    mac_key: bytes | None = None,
) -> Report:
    """As `check`, but raises `Untrusted`, which carries the report, unless the evidence holds under this trust."""
    return _judged(_execert.verify, evidence, trust, now, require, allow_open, mac_key)


def _judged(
    judge: Any,
    evidence: Evidence,
    trust: TrustLike,
    now: datetime | str | None,
    require: Iterable[str],
    allow_open: bool,
    mac_key: bytes | None,
) -> Report:
    import base64

    options: dict[str, object] = {"require": list(require), "allow_open": allow_open}
    if now is not None:
        options["now"] = now if isinstance(now, str) else _time(now)
    if mac_key is not None:
        options["mac_key"] = base64.b64encode(mac_key).decode("ascii")
    given = _trust_of(trust)
    report: bytes = judge(_source(evidence), given._document, options)
    return Report(report, name=_name(evidence), trust=given.name)


def redact(
    evidence: Evidence, request: Mapping[str, object], out: str | os.PathLike[str] | BinaryIO
) -> dict[str, Any]:
    """Writes a copy with places hidden or records withheld; signatures and order stay.

    `request` is `{"hide": [{"chain", "seq" or "run", "paths"}], "withhold": [{"chain", "seq" or "run"}]}`.
    """
    return _execert.redact(_source(evidence), {"redact": 1, **request}, _target(out))


def reveal(
    evidence: Evidence, source: Evidence, request: Mapping[str, object], out: str | os.PathLike[str] | BinaryIO
) -> dict[str, Any]:
    """Writes a copy with places shown again, out of a fuller copy.

    `request` is `{"show": [{"chain", "seq" or "run", "paths"}]}`; without `paths` all that the fuller copy shows.
    """
    return _execert.reveal(_source(evidence), _source(source), {"reveal": 1, **request}, _target(out))


def _source(evidence: Evidence) -> Any:
    if isinstance(evidence, (bytes, bytearray, memoryview)):
        return bytes(evidence)
    return evidence if hasattr(evidence, "read") else os.fspath(evidence)


def _name(evidence: Evidence) -> str:
    return os.path.basename(os.fspath(evidence)) if isinstance(evidence, (str, os.PathLike)) else ""


def _time(moment: datetime) -> str:
    from datetime import timezone

    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
