"""Texts that the strict reader refuses, alone and as lines of a bundle; beside them the longest that it takes."""

from __future__ import annotations

from collections.abc import Iterator

from changes import FIRST_RECORD, SIX, Case, bundle, raw, six, text
from parts import GOLDEN, Part


def texts() -> Iterator[Case]:
    """JSON texts for the strict reader. The path is that of the value being read; for a name, of its container."""

    def case(n: str, name: str, code: str | None, path: str | None, *parts: Part) -> Case:
        out: Case = {"n": n, "name": name, "what": "text", "parts": list(parts), "path": path or None}
        return out | ({"code": code} if code else {})

    yield case("N01", "nothing", "canon.empty", "", text(""))
    yield case("N01", "white space only", "canon.syntax", "", text(" \n\t "))
    yield case("N02", "byte order mark", "canon.bom", "", text("\ufeff{}"))
    yield case("N03", "a word after the value", "canon.trailing_bytes", "", text("{} x"))
    yield case("N03", "two values", "canon.trailing_bytes", "", text("1 2"))
    yield case("N03", "a zero byte after the value", "canon.trailing_bytes", "", text("{}\0"))
    yield case("N04", "duplicate member", "canon.duplicate_key", "/a", text('{"a":{"b":1,"c":2,"b":1}}'))
    yield case("N05", "duplicate spelled with an escape", "canon.duplicate_key", "/0", text(r'[{"ab":1,"\u0061b":2}]'))
    yield case(
        "N05",
        "duplicate beyond the basic plane",
        "canon.duplicate_key",
        "",
        text('{"\U0001f600":1,"\\ud83d\\ude00":2}'),
    )
    for name, wrong in {
        "high": r"\ud800",
        "low": r"\udc00",
        "high and letter": r"\ud800\u0041",
        "two high": r"\ud800\ud800",
    }.items():
        yield case("N06", f"lone surrogate, {name}", "canon.lone_surrogate", "/0", text(f'["{wrong}"]'))
    yield case("N06", "lone surrogate in a name", "canon.lone_surrogate", "", text(r'{"\udfff":1}'))
    wrong_bytes = {
        "ff": b'["\xff"]',
        "overlong": b'["\xc0\x80"]',
        "surrogate": b'["\xed\xa0\x80"]',
        "beyond": b'["\xf4\x90\x80\x80"]',
    }
    for name, bad in (wrong_bytes | {"cut": b'"\xe2\x82'}).items():
        yield case("N07", f"not UTF-8, {name}", "canon.not_utf8", "", raw(bad))
    yield case("N08", "control characters in names", None, None, text('{"\\u0000":1,"\\u001b[31m":2,"\\u202e":3}'))
    yield case("N08", "a raw control character", "canon.syntax", "/0", text('["\x1b"]'))
    yield case("N09", "depth 64", None, None, text("[", 64), text("1"), text("]", 64))
    yield case("N09", "depth 65", "canon.too_deep", "/0" * 64, text("[", 65), text("1"), text("]", 65))
    yield case("N10", "depth 100,000, lists", "canon.too_deep", "/0" * 64, text("[", 100_000))
    yield case("N10", "depth 100,000, objects", "canon.too_deep", "/a" * 64, text('{"a":', 100_000))

    def members(count: int) -> list[Part]:
        return [text("{"), {"each": '"%":0', "times": count, "join": ","}, text("}")]

    yield case("N11", "10,000 members", None, None, *members(10_000))
    yield case("N11", "10,001 members", "canon.too_many", "", *members(10_001))
    yield case("N11", "200,000 values", None, None, text("[0"), text(",0", 199_998), text("]"))
    yield case("N11", "200,001 values", "canon.too_many", "/199999", text("[0"), text(",0", 199_999), text("]"))
    yield case("N12", "longest string", None, None, text('["'), text("x", 8_388_608), text('"]'))
    yield case("N12", "string one byte over", "canon.too_large", "/0", text('["'), text("x", 8_388_609), text('"]'))
    yield case("N12", "longest name", None, None, text('{"'), text("x", 1_024), text('":1}'))
    yield case("N12", "name one byte over", "canon.too_large", "", text('{"'), text("x", 1_025), text('":1}'))
    yield case("N13", "integer that is no double", "canon.number_not_exact", "/n", text('{"n":9007199254740993}'))
    yield case(
        "N13", "negative integer that is no double", "canon.number_not_exact", "/n", text('{"n":-9007199254740993}')
    )
    yield case("N13", "large integer as JCS spells it", None, None, text("100000000000000000000"))
    yield case("N14", "1e400", "canon.not_finite", "/0", text("[1e400]"))
    yield case("N14", "NaN", "canon.syntax", "/0", text("[NaN]"))
    yield case("N14", "Infinity", "canon.syntax", "/0", text("[-Infinity]"))
    yield case("N14", "1e-400", "canon.number_not_exact", "/0", text("[1e-400]"))
    yield case("N14", "-0 is 0", None, None, text("[-0,-0.0]"))
    yield case("N19", "2^63", "canon.number_not_exact", "/n", text('{"n":9223372036854775809}'))


def lines_of_text() -> Iterator[Case]:
    """What is wrong with a text is wrong with a line: reading stops there, with verdict unreadable."""
    rest = six(2)
    record = (GOLDEN / SIX).read_bytes().splitlines()[FIRST_RECORD].decode()
    yield bundle("N01", "empty file", 7, "canon.empty", "", 1, [text("")])
    yield bundle("N01", "a blank line", 7, "bundle.malformed", "", 3, [six(1, 2), text(" \n"), six(3)])
    yield bundle("N02", "byte order mark before a bundle", 7, "canon.bom", "", 1, [text("\ufeff"), six()])
    yield bundle(
        "N03", "bytes after a record", 7, "canon.trailing_bytes", "", 4, [six(1, 3), text(record + " x\n"), six(5)]
    )
    yield bundle(
        "N04",
        "member of a line twice",
        7,
        "canon.duplicate_key",
        "",
        4,
        [six(1, 3), text(record[:-1] + ',"seed":"x"}\n'), six(5)],
    )
    yield bundle(
        "N05",
        "member of a line twice, escaped",
        7,
        "canon.duplicate_key",
        "",
        4,
        [six(1, 3), text(record[:-1] + ',"s\\u0065ed":"x"}\n'), six(5)],
    )
    head = record[:-1]
    for row, name, code, path, value in (
        ("N06", "lone surrogate in a line", "canon.lone_surrogate", "/zz/0", [text(r'["\ud800"]')]),
        ("N07", "a line that is not UTF-8", "canon.not_utf8", "", [raw(b'"\xc0\x80"')]),
        ("N09", "line 67 deep", "canon.too_deep", "/zz" + "/0" * 65, [text("[", 66), text("]", 66)]),
        ("N10", "line 100,000 deep", "canon.too_deep", "/zz" + "/0" * 65, [text("[", 100_000)]),
        (
            "N11",
            "10,001 members in a line",
            "canon.too_many",
            "/zz",
            [text("{"), {"each": '"%":0', "times": 10_001, "join": ","}, text("}")],
        ),
        (
            "N12",
            "string one byte over in a line",
            "canon.too_large",
            "/zz",
            [text('"'), text("x", 8_388_609), text('"')],
        ),
        ("N13", "integer that is no double in a line", "canon.number_not_exact", "/zz", [text("9007199254740993")]),
        ("N14", "1e400 in a line", "canon.not_finite", "/zz", [text("1e400")]),
        ("N14", "1e-400 in a line", "canon.number_not_exact", "/zz", [text("1e-400")]),
    ):
        yield bundle(row, name, 7, code, path, 4, [six(1, 3), text(head + ',"zz":'), *value, text("}\n"), six(5)])
    yield bundle(
        "N12",
        "a line of 24 MiB and a byte",
        7,
        "bundle.too_large",
        "",
        2,
        [six(1, 1), text(" ", 25_165_825), text("\n"), rest],
    )
    for name, magic in {"gzip": b"\x1f\x8b\x08\x00", "zip": b"PK\x03\x04", "zstd": b"\x28\xb5\x2f\xfd"}.items():
        yield bundle("N17", f"compressed with {name}", 7, "bundle.malformed", "", 1, [raw(magic), six()])
