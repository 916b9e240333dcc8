"""Redacted content (docs/spec/04-content): the walk that checks an opening, and the walk that makes one."""

from . import content
from .content import children, container_hash, half, h, is_leaf, item_hash
from .encodings import b64, unb64
from .errors import Refused
from .pointer import join

UNUSED, MISMATCH = "disclose.material_unused", "disclose.commitment_mismatch"


def commit(value, opened, hashes=None):
    """The root that a redacted form gives; `hashes` takes the value hash of each node."""
    walk = _Check(opened, hashes)
    found = walk.node(value, "")
    walk.finish()
    return found


def _touched(hidden):
    """All pointers above the hidden ones."""
    above = set()
    for pointer in hidden:
        while pointer:
            pointer = pointer[: pointer.rindex("/")]
            above.add(pointer)
    return above


class _Check:
    def __init__(self, opened, hashes):
        self.hidden = list(opened["hidden"])
        self.set = set(self.hidden)
        self.above = _touched(self.hidden)
        self.hashes = hashes
        self.value_hashes = _split(opened["hashes"])
        self.seeds = _split(opened["seeds"])
        self.taken = [0, 0]
        self.not_null = False
        if not self.hidden or "" in self.set or len(self.set) != len(self.hidden) or self.set & self.above:
            raise Refused(UNUSED)

    def take(self, which):
        source = (self.value_hashes, self.seeds)[which]
        if self.taken[which] >= len(source):
            raise Refused(UNUSED)
        self.taken[which] += 1
        return source[self.taken[which] - 1]

    def node(self, value, path):
        """A node on the walk: hidden, wholly open, or partly."""
        if path in self.set:
            if self.hidden[self.taken[0]: self.taken[0] + 1] != [path]:
                raise Refused(UNUSED)
            self.not_null = self.not_null or value is not None
            found = self.take(0)
        elif path not in self.above:
            return content.commit(value, self.take(1), path, self.hashes)
        elif is_leaf(value):
            raise Refused(UNUSED)  # a hidden pointer below it is not in the content
        else:
            found = container_hash(value, self.range(children(value), path))
        if self.hashes is not None:
            self.hashes[path] = found
        return found

    def range(self, items, path):
        if not self.touches(items, path):
            return content.commit_range(items, self.take(1), path, self.hashes)
        if len(items) == 1:
            name, value = items[0]
            return item_hash(name, self.node(value, join(path, name)))
        k = half(len(items))
        return h(b"n", self.range(items[:k], path), self.range(items[k:], path))

    def touches(self, items, path):
        return any(join(path, name) in self.set or join(path, name) in self.above for name, _ in items)

    def finish(self):
        """Everything used, and null at each hidden place."""
        if self.taken != [len(self.value_hashes), len(self.seeds)] or self.taken[0] != len(self.hidden):
            raise Refused(UNUSED)
        if self.not_null:
            raise Refused(MISMATCH)


def _split(text):
    data = unb64(text)
    if len(data) % 32:
        raise Refused(UNUSED)
    return [data[at: at + 32] for at in range(0, len(data), 32)]


def redact(value, seed, hide):
    """(content, open) with the places `hide` of a whole form hidden."""
    hide = {p for p in hide if p and not any(p.startswith(q + "/") for q in hide if q)}
    above = _touched(hide)
    hidden, hashes, seeds = [], [], []

    def node(one, s, path):
        if path in hide:
            hidden.append(path)
            hashes.append(content.commit(one, s))
            return None
        if path not in above:
            seeds.append(s)
            return one
        shown = [pair for pair in ranges(children(one), s, path)]
        return dict(shown) if isinstance(one, dict) else [below for _, below in shown]

    def ranges(items, s, path):
        if not any(join(path, n) in hide or join(path, n) in above for n, _ in items):
            seeds.append(s)
            return items
        if len(items) == 1:
            return [(items[0][0], node(items[0][1], s, join(path, items[0][0])))]
        k = half(len(items))
        return ranges(items[:k], h(b"L", s), path) + ranges(items[k:], h(b"R", s), path)

    shown = node(value, seed, "")
    return shown, {"hidden": hidden, "hashes": b64(b"".join(hashes)), "seeds": b64(b"".join(seeds))}
