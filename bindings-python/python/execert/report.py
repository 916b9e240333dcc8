"""What a verifier found. A report is data: every line that people read is made from it."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from . import _execert

__all__ = ["Completeness", "Disclosure", "Finding", "Report", "Verdict"]

Verdict = Literal[
    "unreadable",
    "altered",
    "forked",
    "revoked",
    "unsigned",
    "unknown-signer",
    "incomplete",
    "expired",
    "requirement-missing",
] | Literal["own-key", "intact-warnings", "intact"]
"""The closed list of verdicts, the first that applies; the last three hold (exit code 0)."""


class Finding(NamedTuple):
    """One thing that the verifier found, with its place."""

    code: str
    severity: str
    """`error` or `warning`."""
    step: int
    """The numbered step of the verifier."""
    record: int | None
    """Sequence number in its chain."""
    chain: str | None
    run: dict[str, Any] | None
    """`{"id", "seq"}` of the record in its run."""
    path: str | None
    """JSON Pointer inside the record's content or line."""
    sealed: str | None
    """What was sealed: a hash, a digest or a count."""
    found: str | None
    """What this copy has."""
    line: int | None
    """Line of the file, from 1, where reading stopped."""


class Completeness(NamedTuple):
    """How much of a chain or run is here."""

    chain: str
    run: str | None
    first: int
    last: int
    state: str
    """`closed`, `open`, `sealed`, `witnessed` or `tail_unproven`."""
    through: int | None
    """The last record that a quorum of witnesses covers."""


class Disclosure(NamedTuple):
    """How many fields are shown, withheld and erased."""

    fields: int
    withheld: int
    erased: int
    records_withheld: int


class Report:
    """A report (`execert/report/v1`). True only if its exit code is 0; `repr` is the first line of `execert verify`."""

    __slots__ = ("_bytes", "_name", "_trust", "_value")

    def __init__(self, jcs: bytes, *, name: str = "", trust: str = "") -> None:
        """Reads a report from its JSON bytes; `name` and `trust` are what its text calls them."""
        self._bytes = jcs
        self._name = name
        self._trust = trust
        self._value: dict[str, Any] = _execert.parse(jcs)

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        verdict: Verdict = self._value["verdict"]
        return verdict

    @property
    def exit(self) -> int:
        """The exit code that `execert verify` ends with: 0 only if the evidence holds."""
        return int(self._value["exit"])

    @property
    def findings(self) -> list[Finding]:
        """What was found, errors and warnings, in order of the verifier's steps: the first of each code (`unlisted`)."""
        names = Finding._fields
        return [Finding(**{name: found.get(name) for name in names}) for found in self._value["findings"]]

    @property
    def unlisted(self) -> list[dict[str, Any]]:
        """`code`, `severity`, `count` of findings beyond those that a report lists; empty for nearly every file."""
        return list(self._value.get("unlisted", []))

    @property
    def axes(self) -> dict[str, str]:
        """Each question and its answer: pass, warn, fail, absent, not_checked or n/a."""
        return dict(self._value["axes"])

    @property
    def completeness(self) -> list[Completeness]:
        """How much of each chain or run is here."""
        names = Completeness._fields
        return [Completeness(**{name: entry.get(name) for name in names}) for entry in self._value["completeness"]]

    @property
    def disclosure(self) -> Disclosure:
        """How much of the content is shown."""
        counts = self._value["disclosure"]
        return Disclosure(counts["fields"], counts["withheld"], counts["erased"], counts["recordsWithheld"])

    @property
    def signers(self) -> list[dict[str, Any]]:
        """`keyid`, `label`, `role`, `trusted` of each signer, in order of first use."""
        return list(self._value["signers"])

    @property
    def witnesses(self) -> list[dict[str, Any]]:
        """`label`, `operator`, `independent`, `state` of each witness."""
        return list(self._value["witnesses"])

    @property
    def times(self) -> list[dict[str, Any]]:
        """Times that someone other than the signer vouches for."""
        return list(self._value["times"])

    @property
    def shows(self) -> list[str]:
        """Ids of what this verdict shows."""
        return list(self._value["shows"])

    @property
    def not_shown(self) -> list[str]:
        """Ids of what no verdict of this tool shows, whatever its colour."""
        return list(self._value["not_shown"])

    @property
    def subject(self) -> dict[str, Any]:
        """Kind, digest and size of the evidence."""
        return dict(self._value["subject"])

    def to_dict(self) -> dict[str, Any]:
        """A copy of the whole document."""
        value: dict[str, Any] = _execert.parse(self._bytes)
        return value

    def to_json(self) -> bytes:
        """The document as RFC 8785 bytes."""
        return self._bytes

    def text(self, *, plain: bool = False) -> str:
        """The lines that `execert verify` prints; `plain` for ASCII marks."""
        return _execert.render_text(self._bytes, self._name, self._trust, plain)

    def __bool__(self) -> bool:
        return self.exit == 0

    def __repr__(self) -> str:
        return self.text().partition("\n")[0].rstrip()

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        # Record text is hostile: text only, no attribute and no style from it.
        import html

        return f"<pre>{html.escape(self.text())}</pre>"
