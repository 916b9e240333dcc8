"""The published test keys of the vectors: seed = SHA-256("execert test key " + NAME)."""

import hashlib

from execert_verify import ed25519
from execert_verify.encodings import ED25519_SPKI, b64
from execert_verify.keys import keyid_of

try:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
except ImportError:
    Ed25519PrivateKey = None

NAMES = ("record", "log", "record-2", "mallory", "mallory-log", "north", "south", "south-2", "revocation", "stranger")


class TestKey:
    """One named key."""

    def __init__(self, name):
        self.name = name
        self.seed = hashlib.sha256(b"execert test key " + name.encode()).digest()
        self.public = ed25519.public_of(self.seed)
        self.spki = b64(ED25519_SPKI + self.public)
        self.keyid = keyid_of(self.spki)

    def sign(self, message):
        """An Ed25519 signature."""
        if Ed25519PrivateKey is None:
            return ed25519.sign(self.seed, message)
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


KEYS = {name: TestKey(name) for name in NAMES}
BY_KEYID = {key.keyid: key for key in KEYS.values()}
