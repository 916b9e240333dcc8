"""Whose keys and witnesses count: always given from outside the evidence."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from . import _execert
from .errors import InvalidInput

__all__ = ["Trust", "TrustKey", "TrustLike"]

class TrustKey(NamedTuple):
    """A key that counts, and for what."""

    key: str | os.PathLike[str] | _execert.Key
    """A PEM file or text, the whole fingerprint, a key id, or a `Key` (its public half)."""
    role: Literal["record", "log", "validator", "attestor", "approver", "tool", "revocation"] = "record"
    label: str | None = None
    """Your own name for it; the only name that is shown plainly."""
    operator: str | None = None
    """Who holds it; a witness of the same operator is not independent."""
    own: bool = False
    """Your own key: the verdict then says so."""
    revocation: Literal["none"] | None = None
    """`none`: its owner publishes no revocation list."""


class Trust:
    """Keys, witnesses and quorum under which evidence is judged.

    A string is PEM text, a fingerprint or a verifier key, or the path of a file that holds one. Without witnesses the
    quorum is none; with witnesses it is one, unless said.
    """

    __slots__ = ("_document", "name")

    def __init__(
        self,
        keys: Iterable[str | os.PathLike[str] | _execert.Key | TrustKey | Mapping[str, object]] = (),
        witnesses: Iterable[str | os.PathLike[str] | Mapping[str, object]] = (),
        quorum: int | None = None,
        *,
        logs: Iterable[str | os.PathLike[str]] = (),
        policy: str | None = None,
        known: Iterable[Mapping[str, object]] = (),
        lists: Iterable[Mapping[str, object]] = (),
        max_age_s: int | None = None,
    ) -> None:
        """Builds a trust document.

        `witnesses` and `logs` are C2SP verifier keys; `policy` is a C2SP tlog-policy text instead of witnesses and
        quorum; `known` holds heads seen before (`origin`, `size`, `root`); `lists` holds revocation lists;
        `max_age_s` says how old a list may be. Raises `InvalidInput`.
        """
        request: dict[str, object] = {
            "keys": [_key(key) for key in keys],
            "witnesses": [_text(w) if isinstance(w, (str, os.PathLike)) else dict(w) for w in witnesses],
            "logs": [_text(log) for log in logs],
            "known": [dict(head) for head in known],
            "lists": [dict(entry) for entry in lists],
            "quorum": quorum,
            "policy": policy,
            "max_age_s": max_age_s,
        }
        given = {name: member for name, member in request.items() if member is not None and member != []}
        self._document: dict[str, Any] = _execert.trust_build(given)
        self.name = "given by the program"

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Trust:
        """Reads a trust document (`.trust`)."""
        with open(path, "rb") as file:
            trust = cls._of(_execert.parse(file.read()))
        trust.name = os.path.basename(os.fspath(path))
        return trust

    @classmethod
    def user(cls) -> Trust:
        """Your own store, the one that `execert trust add` fills. Empty if there is none."""
        document = _execert.user_trust()
        trust = cls() if document is None else cls._of(document)
        trust.name = "your own store"
        return trust

    @classmethod
    def _of(cls, document: dict[str, Any]) -> Trust:
        trust = cls.__new__(cls)
        trust._document = document
        trust.name = "given by the program"
        return trust

    def to_dict(self) -> dict[str, Any]:
        """A copy of the trust document."""
        document: dict[str, Any] = _execert.parse(_execert.canonical(self._document))
        return document

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the trust document, as `execert verify --trust` takes it."""
        with open(path, "wb") as file:
            file.write(_execert.canonical(self._document))

    def __repr__(self) -> str:
        keys = len(self._document.get("keys", []))
        return f"Trust({keys} key{'' if keys == 1 else 's'}{', witnesses' if 'policy' in self._document else ''})"


TrustLike: TypeAlias = Trust | str | os.PathLike[str] | Mapping[str, object] | None
"""A `Trust`, the path of a trust document, the document itself, or None for the user's own store."""


def _trust_of(trust: TrustLike) -> Trust:
    if trust is None:
        return Trust.user()
    if isinstance(trust, Trust):
        return trust
    if isinstance(trust, (str, os.PathLike)):
        return Trust.load(trust)
    return Trust._of(dict(trust))


def _key(key: str | os.PathLike[str] | _execert.Key | TrustKey | Mapping[str, object]) -> object:
    if isinstance(key, TrustKey):
        members = {name: member for name, member in key._asdict().items() if member}
        return {**members, "key": _key(key.key)}
    if isinstance(key, _execert.Key):
        return key.public_pem
    if isinstance(key, (str, os.PathLike)):
        return _text(key)
    return dict(key)


def _text(given: str | os.PathLike[str]) -> str:
    """The text itself, or that of the file it names."""
    path = os.fspath(given)
    named = not isinstance(given, str) or path.endswith((".pub", ".pem", ".vkey"))
    if not named and (len(path) > 4096 or "\n" in path or not os.path.isfile(path)):
        return path
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError as error:
        raise InvalidInput(
            f"a key or verifier key could not be read from {path!r}: {error.strerror}",
            code="key.not_found", hint="give the path of a PEM file, its text, or the whole fingerprint", exit=2,
        ) from error  # fmt: skip
