"""Random JSON: values, texts that spell them in odd ways, and texts that are broken."""

import math
import struct

NAMES = ("", "a", "b", "10", "9", "1", "__proto__", "constructor", "toString", "\u20ac", "\ud7ff", "\ue000", "\uffff",
         "\U00010000", "\U0010ffff", "\r", "\x00", "\x1b[31m", '"', "\\", "/", "~0", "~1", "\u00e9", "e\u0301",
         "\u0130")
PIECES = ("a", "Z", " ", "0", '"', "\\", "/", "\b", "\f", "\n", "\r", "\t", "\x00", "\x1f", "\x7f", "\u0080", "\u00f6",
          "\u2028", "\ud7ff", "\ue000", "\ufffd", "\uffff", "\U00010000", "\U0001f600", "\U0010ffff", "</script>")
EDGES = (0, -0.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e21, 1e20, 999999999999999900000.0, 1e-6,
         1e-7, 123456789012345680000.0, 2**53 - 1, -(2**53 - 1), 2.0**53, 2.0**53 + 2, 0.1, 1.005, 333333333.33333329,
         1e23, 4.5)
# Spliced into texts: each is an edge of the grammar, of numbers or of strings.
SPLICES = (b"", b"-", b"+1", b"01", b"-0", b"-0.0", b"1.", b".5", b"1e", b"1e+", b"1E-2", b"0e1", b"0.0e400", b"1e400",
           b"-1e400", b"1e-400", b"5e-324", b"2e-324", b"3e-324", b"9007199254740991", b"9007199254740992",
           b"9007199254740993", b"-9007199254740993", b"100000000000000000000", b"1000000000000000000000",
           b"123456789012345678901", b"NaN", b"Infinity", b"-Infinity", b"tru", b"True", b"null", b"nul", b"[]", b"{}",
           b"[,]", b"[1,]", b'{"a":1,}', b"{,}", b'{"a" 1}', b'{"a":1,"a":2}', b'{"a":1,"\\u0061":2}', b'"\\ud800"',
           b'"\\udc00"', b'"\\ud800\\ud800"', b'"\\ud83d\\ude00"', b'"\\uD83D\\uDE00"', b'"\\ud83d\\u0041"', b'"\\u12"',
           b'"\\x41"', b'"\\', b'"\x00"', b'"\n"', b'"\x7f"', b"'a'", b"/*c*/", b"\xef\xbb\xbf", b"\xff", b"\xc0\x80",
           b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x0b", b"\xc2\xa0", b"\x00", b"  ", b"\t", b"\r\n",
           b":", b",", b"]", b"}", b"[", b"{", b'"', b"1 2", b"0x10", b"1_000", b"\\u0030")


def number(rng, whole=False):
    """A JSON number as Python value: an int within 2^53-1 or a finite float."""
    kind = rng.random()
    if kind < 0.25:
        return rng.choice(EDGES)
    if kind < 0.5 or whole:
        return rng.randint(-(2**53) + 1, 2**53 - 1) >> rng.randrange(0, 53)
    if kind < 0.65:
        return rng.uniform(-1, 1) * 10 ** rng.randint(-25, 25)
    while True:
        found = struct.unpack("<d", rng.randbytes(8))[0]
        if math.isfinite(found):
            return found


def string(rng):
    """A string of Unicode scalar values."""
    if rng.random() < 0.3:
        return rng.choice(NAMES)
    return "".join(rng.choice(PIECES) if rng.random() < 0.7 else scalar(rng) for _ in range(rng.randrange(0, 12)))


def scalar(rng):
    """One Unicode scalar value."""
    found = rng.randrange(0x110000 - 0x800)
    return chr(found if found < 0xD800 else found + 0x800)


def value(rng, depth=4):
    """A JSON value."""
    kind = rng.random()
    if depth and kind < 0.25:
        names = (rng.choice(NAMES) if rng.random() < 0.6 else string(rng) for _ in range(rng.randrange(0, 7)))
        return {name: value(rng, depth - 1) for name in names}
    if depth and kind < 0.42:
        return [value(rng, depth - 1) for _ in range(rng.randrange(0, 6))]
    if kind < 0.65:
        return string(rng)
    if kind < 0.9:
        return number(rng)
    return rng.choice((True, False, None))


def spell(found, rng):
    """A text of the value with white space, escapes and number spelling of its own."""
    if isinstance(found, dict):
        members = [space(rng) + spell(name, rng) + space(rng) + ":" + space(rng) + spell(below, rng) + space(rng)
                   for name, below in found.items()]
        return "{" + (",".join(members) or space(rng)) + "}"
    if isinstance(found, list):
        return "[" + (",".join(space(rng) + spell(below, rng) + space(rng) for below in found) or space(rng)) + "]"
    if isinstance(found, str):
        return '"' + "".join(letter(one, rng) for one in found) + '"'
    if found is None:
        return "null"
    if isinstance(found, bool):
        return "true" if found else "false"
    return spell_number(found, rng)


def spell_number(found, rng):
    """The shortest spelling that Python gives, or one that is as exact."""
    text = repr(found)
    if rng.random() < 0.3 and isinstance(found, float):
        text = rng.choice((f"{found:.17e}", f"{found:.16g}", f"{found:.25e}", text.upper()))
        text = text.upper() if rng.random() < 0.2 else text
        return text + ".0" if set(text) <= set("-0123456789") and len(text) > 15 else text
    if rng.random() < 0.15 and isinstance(found, int):
        return f"{found}" + rng.choice((".0", "e0", "E0", "e+0", ".000e-0"))
    return text


def space(rng):
    """White space, mostly none."""
    return "" if rng.random() < 0.8 else "".join(rng.choice(" \t\n\r") for _ in range(rng.randrange(1, 4)))


def letter(one, rng):
    """One letter in a string, escaped where it has to be, or may be."""
    short = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    if one in short and (one != "/" or rng.random() < 0.3) and rng.random() < 0.8:
        return short[one]
    if ord(one) < 0x20 or one in '"\\' or rng.random() < 0.05:
        units = one.encode("utf-16-be")
        codes = [units[n:n + 2].hex() for n in range(0, len(units), 2)]
        return "".join("\\u" + (code.upper() if rng.random() < 0.5 else code) for code in codes)
    return one


def text(rng):
    """A text, two times in three broken somewhere, or at an edge of a limit."""
    kind = rng.random()
    if kind < 0.002:
        return edge(rng)
    found = spell(value(rng), rng).encode()
    if kind < 0.34:
        return found
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(0, len(found) + 1)
        change = rng.random()
        if change < 0.5:
            found = found[:at] + rng.choice(SPLICES) + found[at + rng.choice((0, 0, 1)):]
        elif change < 0.65:
            found = found[:at] + found[at + rng.randrange(1, 4):]
        elif change < 0.8:
            found = found[:at] + rng.randbytes(1) + found[at + 1:]
        elif change < 0.9:
            found = found[:at]
        else:
            part = found[at:at + rng.randrange(1, 30)]
            found = found[:at] + part + found[at:]
    return found


def edge(rng):
    """A text at a limit of depth, members, values or length of a name, or one over it."""
    over = rng.randrange(-1, 2)
    kind = rng.randrange(5)
    if kind == 0:
        opening = rng.choice((b"[", b'{"a":'))
        return opening * (64 + over) + b"1" + (b"]" if opening == b"[" else b"}") * (64 + over)
    if kind == 1:
        return b"{" + b",".join(b'"%d":0' % n for n in range(10_000 + over)) + b"}"
    if kind == 2:
        return b"[" + b",".join(b"0" for _ in range(199_999 + over)) + b"]"
    if kind == 3:
        name = rng.choice((b"n", "\u20ac".encode(), b"\\n", b"\\ud83d\\ude00"))
        one = {b"n": 1, b"\\n": 1, b"\\ud83d\\ude00": 4}.get(name, 3)
        return b'{"' + name * (1_024 // one + over) + b'":[1,{"x":2}]}'
    return b"[" * rng.choice((100, 100_000)) + rng.choice((b"", b"1"))
