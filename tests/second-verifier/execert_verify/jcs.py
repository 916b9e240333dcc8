"""The canonical writer (docs/spec/01-json, RFC 8785), and reading a payload, which must already be canonical."""

import re

from . import numbers, reader
from .errors import Refused
from .pointer import utf16

_ESCAPED = re.compile(r'["\\\x00-\x1f]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def _escape(match):
    sign = match.group()
    return _SHORT.get(sign) or f"\\u{ord(sign):04x}"


def sorted_names(members):
    """Member names in UTF-16 order."""
    names = list(members)
    if all(name.isascii() for name in names):
        return sorted(names)
    return sorted(names, key=utf16)


def text(value):
    """The canonical text of a value."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return f'"{_ESCAPED.sub(_escape, value)}"'
    if isinstance(value, (int, float)):
        return numbers.spell(value)
    if isinstance(value, list):
        return "[" + ",".join([text(v) for v in value]) + "]"
    return "{" + ",".join([f"{text(name)}:{text(value[name])}" for name in sorted_names(value)]) + "}"


def write(value):
    """The canonical bytes of a value."""
    return text(value).encode()


def read_payload(data):
    """A payload: read strictly, written again, equal byte for byte."""
    value = reader.read(data)
    if write(value) != data:
        raise Refused("canon.not_canonical")
    return value
