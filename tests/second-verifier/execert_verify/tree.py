"""The digest tree (docs/spec/06-tree-and-log): RFC 6962 over record digests, and inclusion proofs of RFC 9162 2.1.3."""

import hashlib


def leaf(digest):
    """Leaf hash of `sha256:…`."""
    return hashlib.sha256(b"\0" + bytes.fromhex(digest[7:])).digest()


def node(left, right):
    """Hash of an inner node."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(digests):
    """The root over digests, 32 bytes."""
    level = [leaf(digest) for digest in digests]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        above = [node(a, b) for a, b in zip(level[::2], level[1::2])]
        level = above + level[len(level) & ~1:]
    return level[0]


def included(digest, index, size, hashes, wanted):
    """Whether the proof leads from the leaf to the wanted root (RFC 9162 2.1.3.2)."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf(digest)
    for sibling in hashes:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node(sibling, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == wanted
