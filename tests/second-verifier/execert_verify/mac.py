"""The MAC of records (docs/spec/03-record)."""

import hashlib
import hmac

from . import jcs
from .encodings import b64


def commitment(key):
    """The commitment of a MAC key."""
    return "sha256:" + hashlib.sha256(b"execert/mac-commit/v1\0" + key).hexdigest()


def next_key(key):
    """k(i+1): HKDF-SHA256 without salt, 32 bytes."""
    extracted = hmac.digest(b"\0" * 32, key, "sha256")
    return hmac.digest(extracted, b"execert/mac-ratchet/v1\0\x01", "sha256")


def tag_input(statement):
    """What a tag is over: the statement without the tag."""
    predicate = dict(statement["predicate"])
    predicate["mac"] = {name: value for name, value in predicate["mac"].items() if name != "tag"}
    return b"execert/mac/v1\0" + jcs.write({**statement, "predicate": predicate})


def tag(key, statement):
    """The tag of a record's statement, as b64."""
    return b64(hmac.digest(key, tag_input(statement), "sha256"))
