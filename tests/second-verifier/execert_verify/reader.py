"""The strict JSON reader (docs/spec/01-json): the first error from the left, with its JSON Pointer."""

import re
from dataclasses import dataclass

from . import numbers
from .errors import Refused
from .pointer import join

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_CHUNK = re.compile(r'[^"\\\x00-\x1f]*')
_HEX4 = re.compile(r"[0-9a-fA-F]{4}")
_LOW = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_SHORT = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = (("true", True), ("false", False), ("null", None))


@dataclass(frozen=True)
class Limits:
    """Limits of 1.4; `size` in bytes of the text."""

    size: int = 2**31
    depth: int = 64
    values: int = 200_000
    members: int = 10_000
    name: int = 1_024
    string: int = 8_388_608


DOCUMENT = Limits()
LINE = Limits(depth=66, values=600_000)


def read(data, limits=DOCUMENT):
    """The value of one JSON text given as bytes."""
    if not data:
        raise Refused("canon.empty")
    if len(data) > limits.size:
        raise Refused("canon.too_large")
    if data.startswith(b"\xef\xbb\xbf"):
        raise Refused("canon.bom")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("canon.not_utf8") from None
    reader = _Reader(text, limits)
    value = reader.value("", 1)
    reader.space()
    if reader.at != len(text):
        raise Refused("canon.trailing_bytes")
    return value


class _Reader:
    def __init__(self, text, limits):
        self.text = text
        self.at = 0
        self.limits = limits
        self.values = 0

    def space(self):
        self.at = _SPACE.match(self.text, self.at).end()

    def peek(self):
        return self.text[self.at:self.at + 1]

    def value(self, path, depth):
        self.space()
        first = self.peek()
        if not first or first not in '{["-0123456789tfn':
            raise Refused("canon.syntax", path)
        if first in "{[" and depth > self.limits.depth:
            raise Refused("canon.too_deep", path)
        self.count(path)
        if first in "{[":
            return self.object(path, depth) if first == "{" else self.array(path, depth)
        if first == '"':
            value = self.string(path)
            if len(value) * 4 > self.limits.string and len(value.encode()) > self.limits.string:
                raise Refused("canon.too_large", path)
            return value
        for word, meaning in _WORDS:
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return meaning
        match = _NUMBER.match(self.text, self.at)
        if not match:
            raise Refused("canon.syntax", path)
        self.at = match.end()
        return numbers.parse(match.group(), path)

    def count(self, path):
        self.values += 1
        if self.values > self.limits.values:
            raise Refused("canon.too_many", path)

    def object(self, path, depth):
        self.at += 1
        members = {}
        self.space()
        if self.peek() == "}":
            self.at += 1
            return members
        while True:
            self.space()
            if self.peek() != '"':
                raise Refused("canon.syntax", path)
            name = self.string(path)
            if len(name.encode()) > self.limits.name:
                raise Refused("canon.too_large", path)
            if name in members:
                raise Refused("canon.duplicate_key", path)
            if len(members) >= self.limits.members:
                raise Refused("canon.too_many", path)
            self.space()
            if self.peek() != ":":
                raise Refused("canon.syntax", path)
            self.at += 1
            members[name] = self.value(join(path, name), depth + 1)
            if self.ends("}", path):
                return members

    def array(self, path, depth):
        self.at += 1
        elements = []
        self.space()
        if self.peek() == "]":
            self.at += 1
            return elements
        while True:
            elements.append(self.value(f"{path}/{len(elements)}", depth + 1))
            if self.ends("]", path):
                return elements

    def ends(self, closing, path):
        """After a value: the end of the container, or a comma and more."""
        self.space()
        sign = self.peek()
        self.at += 1
        if sign == closing:
            return True
        if sign != ",":
            raise Refused("canon.syntax", path)
        return False

    def string(self, path):
        self.at += 1
        parts = []
        while True:
            match = _CHUNK.match(self.text, self.at)
            parts.append(match.group())
            self.at = match.end()
            sign = self.peek()
            if sign == '"':
                self.at += 1
                return "".join(parts) if len(parts) > 1 else parts[0]
            if sign != "\\":  # the end of the text, or a raw control character
                raise Refused("canon.syntax", path)
            parts.append(self.escape(path))

    def escape(self, path):
        sign = self.text[self.at + 1:self.at + 2]
        if sign in _SHORT:
            self.at += 2
            return _SHORT[sign]
        match = _HEX4.match(self.text, self.at + 2) if sign == "u" else None
        if not match:
            raise Refused("canon.syntax", path)
        unit = int(match.group(), 16)
        self.at = match.end()
        if not 0xD800 <= unit <= 0xDFFF:
            return chr(unit)
        low = _LOW.match(self.text, self.at) if unit < 0xDC00 else None
        if not low:
            raise Refused("canon.lone_surrogate", path)
        self.at = low.end()
        return chr(0x10000 + ((unit - 0xD800) << 10) + int(low.group(1), 16) - 0xDC00)
