"""The content members of a line (docs/spec/04-content): forms, limits, and which go together."""

from . import jcs
from .errors import Refused
from .pointer import is_pointer, join, utf16
from .reader import DOCUMENT
from .shapes import base64, base64_32, items, malformed, need_object, obj, string, test

MEMBERS = {"input", "output", "error", "params", "request", "runtime", "names", "text", "conversions", "countersigns"}
MAX_CONTENT = 16_777_216
POINTER = test(lambda v: isinstance(v, str) and is_pointer(v))
OPEN = obj({"hidden": items(POINTER, empty=True), "hashes": base64, "seeds": base64})
COUNTERSIGN = obj({"pointer": POINTER, "seed": base64_32, "envelope": need_object})
AREA = "record"


def member(name, line, path):
    """The form of one content member of a line."""
    value = line[name]
    if name == "seed":
        base64_32(value, path, AREA)
    elif name == "open":
        OPEN(value, path, AREA)
    elif name == "content":
        _limits(value, path)
        if len(jcs.write(value)) > MAX_CONTENT:
            raise Refused("canon.too_large", path)
        _content(value, path, _hidden(line))
    else:
        _limits(value, path)


def combination(line, path):
    """`content` with `seed` or `open`, and `index` only with `content`."""
    has = {name for name in ("content", "seed", "open", "index") if name in line}
    if has - {"index"} not in (set(), {"content", "seed"}, {"content", "open"}) or has == {"index"}:
        raise malformed(path, AREA)


def _hidden(line):
    opened = line.get("open")
    hidden = opened.get("hidden") if isinstance(opened, dict) else None
    return {p for p in hidden if isinstance(p, str)} if isinstance(hidden, list) else set()


def _content(value, path, hidden):
    """A content document has only the members of 4.1; null where something is hidden."""
    need_object(value, path, AREA)
    for name in jcs.sorted_names(value):
        if name not in MEMBERS:
            raise Refused("record.unknown_member", join(path, name))
    for name, element in (("conversions", _conversion), ("countersigns", COUNTERSIGN)):
        if name in value and not any(p == "/" + name or p.startswith(f"/{name}/") for p in hidden):
            order = (lambda pair: utf16(pair[0])) if name == "conversions" else None
            items(element, order=order)(value[name], join(path, name), AREA)


def _conversion(value, path, area):
    """A pair `[pointer, from]` (1.5)."""
    if not isinstance(value, list) or len(value) != 2:
        raise malformed(path, area)
    POINTER(value[0], path, area)
    string(value[1], path, area)


def _limits(value, path):
    """`content` and `index` keep the limits of a document of their own (1.4)."""
    count, depth, level = 0, 0, [value]
    while level:
        count += len(level)
        below = []
        for one in level:
            if isinstance(one, dict):
                below.extend(one.values())
            elif isinstance(one, list):
                below.extend(one)
        if any(isinstance(one, (dict, list)) for one in level):
            depth += 1
        level = below
    if depth > DOCUMENT.depth:
        raise Refused("canon.too_deep", path)
    if count > DOCUMENT.values:
        raise Refused("canon.too_many", path)
