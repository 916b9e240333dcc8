"""Names of keys: keyid = b64 of H(SPKI DER)."""

import hashlib

from .encodings import b64, unb64


def keyid_of(spki):
    """The keyid of an SPKI given as b64."""
    return b64(hashlib.sha256(unb64(spki)).digest())
