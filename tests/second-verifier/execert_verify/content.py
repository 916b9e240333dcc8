"""The content tree (docs/spec/04-content): commitments, and value hashes of every node."""

import hashlib

from . import jcs
from .pointer import join, utf16

DOMAIN = b"execert/content/v1\0"


def h(letter, *parts):
    """`h(t, x…)`."""
    return hashlib.sha256(DOMAIN + letter + b"".join(parts)).digest()


def u64(number):
    """Eight bytes, big-endian."""
    return number.to_bytes(8, "big")


def is_leaf(value):
    """A scalar, or an empty container."""
    return not isinstance(value, (dict, list)) or not value


def children(value):
    """(name or position, value) of a container, in the order of the tree."""
    if isinstance(value, dict):
        return [(name, value[name]) for name in sorted(value, key=utf16)]
    return list(enumerate(value))


def half(count):
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def leaf_hash(value, seed):
    """commit of a scalar or empty container."""
    text = jcs.write(value)
    if isinstance(value, (dict, list)):
        return h(b"e", h(b"S", seed), text)
    return h(b"s", h(b"S", seed), text)


def item_hash(name, value_hash):
    """One member or element of a range."""
    if isinstance(name, str):
        encoded = name.encode()
        return h(b"i", u64(len(encoded)), encoded, value_hash)
    return h(b"j", value_hash)


def container_hash(value, inner):
    """commit of a container from its range."""
    return h(b"o" if isinstance(value, dict) else b"a", u64(len(value)), inner)


def commit(value, seed, path="", hashes=None):
    """commit(v, s); `hashes` takes the value hash of each node by pointer."""
    if is_leaf(value):
        found = leaf_hash(value, seed)
    else:
        found = container_hash(value, commit_range(children(value), seed, path, hashes))
    if hashes is not None:
        hashes[path] = found
    return found


def commit_range(items, seed, path, hashes):
    if len(items) == 1:
        name, value = items[0]
        return item_hash(name, commit(value, seed, join(path, name), hashes))
    k = half(len(items))
    left = commit_range(items[:k], h(b"L", seed), path, hashes)
    return h(b"n", left, commit_range(items[k:], h(b"R", seed), path, hashes))


def leaves(value, hidden=frozenset(), path=""):
    """Number of leaves, hidden places included."""
    if path in hidden or is_leaf(value):
        return 1
    return sum(leaves(below, hidden, join(path, name)) for name, below in children(value))
