"""The encodings of docs/spec/01-json: each test says whether a value has the form."""

import base64
import binascii
import datetime
import re

from .ed25519 import is_point as _is_point

_HEX64 = re.compile(r"[0-9a-f]{64}")
_IDENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/@+#=-]{0,199}")
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_B64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_EPOCH = datetime.datetime(1970, 1, 1)
ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")


def unb64(value):
    """Bytes of a *b64* value, or None: padded, unused bits zero."""
    if not isinstance(value, str) or not _B64.fullmatch(value):
        return None
    try:
        data = base64.b64decode(value, validate=True)
    except binascii.Error:
        return None
    return data if base64.b64encode(data).decode() == value else None


def b64(data):
    """The *b64* of bytes."""
    return base64.b64encode(data).decode()


def is_b64(value, length=None):
    """*b64*, of so many bytes."""
    data = unb64(value)
    return data is not None and (length is None or len(data) == length)


def is_hex64(value):
    """64 lower-case hexadecimal digits."""
    return isinstance(value, str) and _HEX64.fullmatch(value) is not None


def is_digest(value):
    """*digest*: `sha256:` and 64 hexadecimal digits."""
    return isinstance(value, str) and value.startswith("sha256:") and is_hex64(value[7:])


def is_keyid(value):
    """*keyid*: b64 of 32 bytes."""
    return is_b64(value, 32)


def is_ident(value):
    """*ident*."""
    return isinstance(value, str) and _IDENT.fullmatch(value) is not None


def is_uuid(value):
    """*uuid*: UUIDv7."""
    return isinstance(value, str) and _UUID7.fullmatch(value) is not None


def is_int(value):
    """*int*: 0 to 2^53-1."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 2**53 - 1


def is_time(value):
    """*time*: a real date, years 1970 to 9999."""
    return isinstance(value, str) and _TIME.fullmatch(value) is not None and _parse(value) is not None


def _parse(value):
    try:
        moment = datetime.datetime.strptime(value[:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None
    if moment.year < 1970 or value[17:19] > "59":
        return None
    return moment


def millis(value):
    """Milliseconds since 1970 of a *time*."""
    return int((_parse(value) - _EPOCH).total_seconds()) * 1000 + int(value[20:23])


def time_text(milliseconds):
    """The *time* of milliseconds since 1970."""
    moment = _EPOCH + datetime.timedelta(milliseconds=milliseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def ed25519_key(spki):
    """The 32 key bytes of an Ed25519 SPKI given as b64, or None; no point of the curve is no key."""
    data = unb64(spki)
    if data is None or len(data) != 44 or not data.startswith(ED25519_SPKI) or not _is_point(data[12:]):
        return None
    return data[12:]
