"""Locating a change by the index (docs/spec/04-content)."""

from .content import children, container_hash, h, half, is_leaf, item_hash
from .encodings import b64, unb64
from .jcs import sorted_names
from .pointer import join

FIRST = 100


class NoCommitment(Exception):
    """The index is no document whose commitment can be computed."""


def index_of(value, hashes, hidden=frozenset(), path=""):
    """The index that belongs to content with these value hashes."""
    if path in hidden or is_leaf(value):
        return b64(hashes[path])
    if isinstance(value, dict):
        return {name: index_of(below, hashes, hidden, join(path, name)) for name, below in value.items()}
    return [index_of(below, hashes, hidden, join(path, name)) for name, below in enumerate(value)]


def same(index, wanted):
    """Whether two indexes are one JSON document."""
    if isinstance(wanted, str) or isinstance(index, str):
        return index == wanted
    if isinstance(wanted, dict):
        return isinstance(index, dict) and index.keys() == wanted.keys() and all(
            same(index[name], below) for name, below in wanted.items())
    return isinstance(index, list) and len(index) == len(wanted) and all(map(same, index, wanted))


def commit(index, path="", hashes=None):
    """commit over an index: a string counts as the value hash of its node."""
    if isinstance(index, str):
        found = unb64(index)
        if found is None or len(found) != 32:
            raise NoCommitment
    elif is_leaf(index):
        raise NoCommitment
    else:
        found = container_hash(index, _range(children(index), path, hashes))
    if hashes is not None:
        hashes[path] = found
    return found


def _range(items, path, hashes):
    if len(items) == 1:
        name, below = items[0]
        return item_hash(name, commit(below, join(path, name), hashes))
    k = half(len(items))
    return h(b"n", _range(items[:k], path, hashes), _range(items[k:], path, hashes))


def differing(index, value, hashes, hidden=frozenset(), path=""):
    """Pointers where content (with its value hashes) is not what the index says, in walk order."""
    if isinstance(index, str):
        return [] if unb64(index) == hashes[path] else [path]
    if path in hidden or is_leaf(value) or type(index) is not type(value):
        return [path]
    if isinstance(index, dict):
        if index.keys() != value.keys():
            return [join(path, name) for name in sorted_names(index.keys() ^ value.keys())]
        names = sorted_names(index)
    else:
        if len(index) != len(value):
            return [f"{path}/{n}" for n in range(min(len(index), len(value)), max(len(index), len(value)))]
        names = range(len(index))
    found = []
    for name in names:
        found += differing(index[name], value[name], hashes, hidden, join(path, name))
    return found
