"""The trust document and the options (docs/spec/09-verifying)."""

import hashlib

from . import ed25519, envelope, jcs, policy
from .encodings import ed25519_key, is_int, is_time, millis, unb64
from .errors import BadArgument, Refused
from .keys import keyid_of
from .shapes import (base64, boolean, hex64, integer, items, keyid, need_object, obj, string, test, word)

ROLES = ("record", "log", "validator", "attestor", "approver", "tool", "revocation")
DAY = 86_400
ENTRY = obj({"role": word(*ROLES), "label": string},
            {"spki": string, "keyid": keyid, "operator": string, "own": boolean, "revocation": word("none")})
TRUST = obj(
    {"trust": test(lambda v: v == 1 and not isinstance(v, bool)), "keys": items(ENTRY, empty=True)},
    {
        "roots": items(base64, empty=True),
        "tsa": items(base64, empty=True),
        "policy": string,
        "known": items(
            obj({"origin": string, "size": test(lambda v: is_int(v) and v >= 1), "root": hex64}), empty=True
        ),
        "lists": items(need_object, empty=True),
        "max_age_s": integer,
    },
)
OPTIONS = obj({"now": test(is_time)}, {"allow_open": boolean, "require": items(string, empty=True),
                                       "mac_key": test(lambda v: len(unb64(v) or b"") == 32)})
REQUIREMENTS = ("sealed", "timestamp", "no-withheld", "plan", "revocation")


class Entry:
    """One key of the trust document."""

    def __init__(self, value):
        self.keyid = keyid_of(value["spki"]) if "spki" in value else value["keyid"]
        self.public = ed25519_key(value["spki"]) if "spki" in value else None
        self.role = value["role"]
        self.label = value["label"]
        self.operator = value.get("operator")
        self.own = value.get("own", False)
        self.publishes_none = "revocation" in value


class Trust:
    """Keys, policy, known heads, revocation lists, all from outside the evidence."""

    def __init__(self, value):
        try:
            TRUST(value, "", "trust")
            for key in value["keys"]:
                if "spki" in key and ed25519_key(key["spki"]) is None:
                    raise BadArgument("trust: this is no Ed25519 key", "key.malformed")
            if any(("spki" in key) == ("keyid" in key) for key in value["keys"]):
                raise BadArgument("trust: a key is `spki` or `keyid`")
            self.entries = [Entry(key) for key in value["keys"]]
            self.lists = [envelope.check(one, with_content=False) for one in value.get("lists", [])]
        except Refused as refused:
            raise BadArgument(f"trust: {refused}") from None
        if any(entry.public is not None and ed25519.is_small_order(entry.public) for entry in self.entries):
            raise BadArgument("trust: a key of small order fits signatures that nobody made", "key.weak")
        if len({(entry.keyid, entry.role) for entry in self.entries}) != len(self.entries):
            raise BadArgument("trust: a key is there twice with one role")
        self.digest = "sha256:" + hashlib.sha256(jcs.write(value)).hexdigest()
        self.policy = policy.parse(value["policy"] if "policy" in value else "quorum none\n")
        self.known = value.get("known", [])
        self.max_age_ms = value.get("max_age_s", 7 * DAY) * 1000

    def entry(self, key, role):
        """The entry of a keyid with a role, or None."""
        return next((e for e in self.entries if e.keyid == key and e.role == role), None)

    def other_role(self, key, role):
        """Whether the key is in the trust for something else only."""
        return self.entry(key, role) is None and any(e.keyid == key for e in self.entries)


class Options:
    """`now`, `allow_open`, `require`, `mac_key`."""

    def __init__(self, value):
        try:
            OPTIONS(value, "", "options")
        except Refused as refused:
            raise BadArgument(f"options: {refused}") from None
        self.at = value["now"]
        self.now = millis(value["now"])
        self.allow_open = value.get("allow_open", False)
        self.mac_key = unb64(value["mac_key"]) if "mac_key" in value else None
        self.require = value.get("require", [])
        self.witnesses = 0
        for one in self.require:
            count = one.removeprefix("witness:")
            if count != one and count.isascii() and count.isdigit() and count == str(int(count)):
                self.witnesses = max(self.witnesses, int(count))
            elif one not in REQUIREMENTS:
                raise BadArgument(f"options: unknown requirement {one}")
