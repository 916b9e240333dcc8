"""JSON Pointer (RFC 6901)."""

import re

_BAD_TILDE = re.compile(r"~(?![01])")


def escape(name):
    """One reference token of a pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def join(path, name):
    """The pointer of member or position `name` below `path`."""
    return f"{path}/{escape(name)}" if isinstance(name, str) else f"{path}/{name}"


def is_pointer(text):
    """Whether `text` is a pointer: empty, or tokens that each begin with a slash."""
    return text == "" or (text.startswith("/") and not _BAD_TILDE.search(text))


def tokens(text):
    """The unescaped tokens of a pointer."""
    return [t.replace("~1", "/").replace("~0", "~") for t in text.split("/")[1:]]


def utf16(text):
    """Sort key: UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")
