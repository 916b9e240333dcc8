"""Numbers (docs/spec/01-json): from a token to a value, and from a value to its JCS spelling.

A value is an int when it is an integer of at most 2^53-1, else a float; so `1`, `1.0` and `1e0` are one value.
"""

from .errors import Refused

LARGEST = 2**53 - 1


def spell(value):
    """ECMAScript Number::toString; `-0` is `0`."""
    if isinstance(value, int):
        return str(value)
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, part = mantissa.partition(".")
    digits = whole + part
    point = len(whole) + int(exponent or 0)
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    n = len(digits)
    if n <= point <= 21:
        return sign + digits + "0" * (point - n)
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    e = point - 1
    tail = f"e{'+' if e > 0 else '-'}{abs(e)}"
    return sign + digits[0] + ("." + digits[1:] if n > 1 else "") + tail


def parse(token, path):
    """The value of a number token that fits the grammar, by the table of 1.3."""
    if "." not in token and "e" not in token and "E" not in token:
        if len(token) <= 17:
            value = int(token)
            if -LARGEST <= value <= LARGEST:
                return value
        if len(token) <= 22:
            value = float(token)
            if spell(value) == token:
                return value
        raise Refused("canon.number_not_exact", path)
    value = float(token)
    if value in (float("inf"), float("-inf")):
        raise Refused("canon.not_finite", path)
    if value == 0:
        if any(c in "123456789" for c in token.replace("E", "e").partition("e")[0]):
            raise Refused("canon.number_not_exact", path)
        return 0
    if value.is_integer() and abs(value) <= LARGEST:
        return int(value)
    return value
