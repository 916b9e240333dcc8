"""Whether the signatures of an envelope hold, with the keys that are held (docs/spec/09-verifying step 7)."""

from . import ed25519
from .keys import keyid_of

UNSIGNED, MISMATCH, WEAK = "record.unsigned", "record.signature_mismatch", "key.weak"


def wanted_keys(envelope):
    """The keyids that have to have signed: `key`, and for key.add the new key too."""
    p = envelope.predicate
    wanted = [p["key"]]
    if envelope.kind == "record/v1" and p["kind"] == "key.add":
        wanted.append(keyid_of(p["body"]["spki"]))
    return wanted


def judge(envelope, held):
    """A code if the signatures do not hold, else None. `held`: keyid to public key."""
    signed = dict(envelope.signatures)
    if not signed:
        return UNSIGNED
    if any(keyid not in signed for keyid in wanted_keys(envelope)):
        return MISMATCH
    message = envelope.signed_bytes
    weak = failed = False
    for keyid, signature in envelope.signatures:
        public = held.get(keyid)
        if public is None:
            continue
        if ed25519.is_small_order(public):
            weak = True
        elif not ed25519.verify(public, signature, message):
            failed = True
    if weak:
        return WEAK
    return MISMATCH if failed else None
