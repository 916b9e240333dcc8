"""Members that every predicate has (docs/spec/02-envelope), and forms used by several documents."""

import re

from .pointer import join
from .shapes import base64_16, keyid, malformed, need_object, time

_LABEL = "[a-z0-9]+(?:-+[a-z0-9]+)*"
_EXT_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})+(?:/[a-z0-9_][a-z0-9_.-]*)?")
_REL_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})+/[a-z0-9_][a-z0-9_.-]*")
VERDICTS = ("approved", "refused", "delegated")
TIERS = ("low", "moderate", "high", "critical")


def version(value, path, area):
    """`version` is 1; another int was refused before (1.6)."""
    if value != 1 or isinstance(value, bool):
        raise malformed(path, area)


def ext(value, path, area):
    """`ext`: names `com.example` or `com.example/x`, any values."""
    need_object(value, path, area)
    for name in sorted(value):
        if not _EXT_NAME.fullmatch(name):
            raise malformed(join(path, name), area)


def is_own_rel(value):
    """A relation of somebody else: `com.example/x`."""
    return _REL_NAME.fullmatch(value) is not None


REQUIRED = {"version": version, "recorded_at": time, "key": keyid, "nonce": base64_16}
OPTIONAL = {"ext": ext}
ORIGIN_BEGINNINGS = ("DSSEv1", "cosignature/", "execert/")


def is_origin(value):
    """An origin: ASCII without space and `+`, at most 400, not like another domain of chapter 10."""
    return (
        isinstance(value, str)
        and 1 <= len(value) <= 400
        and all(0x21 <= ord(c) <= 0x7E and c != "+" for c in value)
        and not value.startswith(ORIGIN_BEGINNINGS)
    )


def is_origin_of(value, chain):
    """Log domain, a slash, chain id."""
    return is_origin(value) and value.endswith("/" + chain) and len(value) > len(chain) + 1
