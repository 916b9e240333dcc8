"""The reader's tlog-policy (C2SP): logs, witnesses, groups, quorum."""

from . import ed25519
from .encodings import unb64
from .errors import BadArgument
from .note import key_id

LOG, COSIGNATURE = 1, 4


class Policy:
    """`witnesses`: label to (name, key); `logs`: (origin, key); `groups`: label to (threshold, members)."""

    def __init__(self):
        self.logs = []
        self.witnesses = {}
        self.groups = {}
        self.quorum = None

    def met_by(self, labels, name=None):
        """Whether cosignatures of these witnesses satisfy the quorum."""
        name = name or self.quorum
        if name == "none":
            return True
        if name in self.witnesses:
            return name in labels
        threshold, members = self.groups[name]
        return sum(self.met_by(labels, member) for member in members) >= threshold

    def operator(self, label):
        """The operator of a witness: the first group that lists it, else itself."""
        for name, (_, members) in self.groups.items():
            if label in members:
                return name
        return label


def parse(text):
    """A policy from its text."""
    policy = Policy()
    if any(ord(c) < 0x20 and c not in "\t\n" or c == "\x7f" for c in text):
        raise BadArgument("policy: control character")
    used = set()
    for line in text.split("\n"):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if words and not words[0].startswith("#"):
            _line(policy, words, used)
    if policy.quorum is None:
        raise BadArgument("policy: no quorum")
    return policy


def _line(policy, words, used):
    kind, rest = words[0], words[1:]
    if kind == "log" and len(rest) in (1, 2):
        entry = vkey(rest[0], LOG)
        if any(entry[1] == key for _, key in policy.logs):
            raise BadArgument("policy: a log twice")
        policy.logs.append(entry)
    elif kind == "witness" and len(rest) in (2, 3):
        entry = vkey(rest[1], COSIGNATURE)
        _new_name(policy, rest[0])
        if any(entry[1] == key for _, key in policy.witnesses.values()):
            raise BadArgument("policy: a witness twice")
        policy.witnesses[rest[0]] = entry
    elif kind == "group" and len(rest) >= 3:
        _group(policy, rest[0], rest[1], rest[2:], used)
    elif kind == "quorum" and len(rest) == 1 and policy.quorum is None:
        if rest[0] != "none" and rest[0] not in policy.witnesses and rest[0] not in policy.groups:
            raise BadArgument("policy: unknown quorum")
        policy.quorum = rest[0]
    else:
        raise BadArgument("policy: bad line")


def _new_name(policy, name):
    if name == "none" or name in policy.witnesses or name in policy.groups:
        raise BadArgument("policy: name taken")


def _group(policy, name, threshold, members, used):
    _new_name(policy, name)
    for member in members:
        if member in used or (member not in policy.witnesses and member not in policy.groups):
            raise BadArgument("policy: bad group member")
        used.add(member)
    if threshold in ("any", "all"):
        count = 1 if threshold == "any" else len(members)
    elif threshold.isascii() and threshold.isdigit() and threshold[0] != "0" and len(threshold) < 10:
        count = int(threshold)
    else:
        raise BadArgument("policy: bad threshold")
    if not 1 <= count <= len(members):
        raise BadArgument("policy: bad threshold")
    policy.groups[name] = (count, members)


def vkey(text, kind):
    """(name, key) of `NAME+hex(id)+b64(type ‖ key)`."""
    parts = text.split("+", 2)
    data = unb64(parts[2]) if len(parts) == 3 else None
    if (
        data is None
        or len(data) != 33
        or data[0] not in (LOG, COSIGNATURE)
        or not parts[0]
        or not ed25519.is_point(data[1:])
    ):
        raise BadArgument("policy: bad vkey", "key.malformed")
    if ed25519.is_small_order(data[1:]):
        raise BadArgument("policy: a key of small order signs everything", "key.weak")
    if key_id(parts[0], data[0], data[1:]).hex() != parts[1]:
        raise BadArgument("policy: key id does not fit", "key.malformed")
    if data[0] != kind:
        raise BadArgument("policy: a key of another kind")
    return parts[0], data[1:]
