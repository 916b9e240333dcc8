"""Forms of values (docs/spec/01-json): names not on the page, then missing ones, then each value, depth first.

A shape is a function `shape(value, path, area)`; it raises `Refused` with `area.unknown_member` or `area.malformed`.
"""

from . import encodings
from .errors import Refused
from .jcs import sorted_names
from .pointer import join


def malformed(path, area):
    """The refusal of a value that is not as the page says."""
    return Refused(f"{area}.malformed", path)


def test(predicate):
    """A shape from a yes-or-no function."""

    def shape(value, path, area):
        if not predicate(value):
            raise malformed(path, area)

    return shape


digest = test(encodings.is_digest)
hex64 = test(encodings.is_hex64)
keyid = test(encodings.is_keyid)
ident = test(encodings.is_ident)
uuid = test(encodings.is_uuid)
integer = test(encodings.is_int)
positive = test(lambda v: encodings.is_int(v) and v >= 1)
time = test(encodings.is_time)
base64 = test(encodings.is_b64)
base64_16 = test(lambda v: encodings.is_b64(v, 16))
base64_32 = test(lambda v: encodings.is_b64(v, 32))
spki = test(lambda v: encodings.ed25519_key(v) is not None)
string = test(lambda v: isinstance(v, str))
boolean = test(lambda v: isinstance(v, bool))
true = test(lambda v: v is True)
anything = test(lambda v: True)
digest_or_null = test(lambda v: v is None or encodings.is_digest(v))


def word(*words):
    """One of some words."""
    return test(lambda v: isinstance(v, str) and v in words)


def need_object(value, path, area):
    """The value has to be an object."""
    if not isinstance(value, dict):
        raise malformed(path, area)


def no_unknown(value, names, path, area):
    """Only these names; the first other one in UTF-16 order is refused."""
    for name in sorted_names(value):
        if name not in names:
            raise Refused(f"{area}.unknown_member", join(path, name))


def obj(required, optional=None, missing_here=False):
    """An object with required and optional members. `missing_here`: a missing one is named by the object's path."""
    optional = optional or {}
    known = {**required, **optional}

    def shape(value, path, area):
        need_object(value, path, area)
        no_unknown(value, known, path, area)
        for name in sorted_names(required):
            if name not in value:
                raise malformed(path if missing_here else join(path, name), area)
        for name in sorted_names(value):
            known[name](value[name], join(path, name), area)

    return shape


def items(element, order=None, empty=False):
    """A list of such elements, strictly ascending by `order`, not empty unless said."""

    def shape(value, path, area):
        if not isinstance(value, list) or (not value and not empty):
            raise malformed(path, area)
        for position, one in enumerate(value):
            element(one, f"{path}/{position}", area)
        if order:
            keys = [order(one) for one in value]
            if any(a >= b for a, b in zip(keys, keys[1:])):
                raise malformed(path, area)

    return shape
