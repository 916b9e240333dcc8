"""Changes of what the reader gives: trust and options."""

import base64

from execert_verify import jcs, tree
from execert_verify.encodings import b64
from execert_verify.keys import keyid_of
from execert_verify.note import key_id

from .model import Line
from .ops_records import shift
from .relink import digests_by_seq
from .testkeys import BY_KEYID, KEYS

REQUIREMENTS = ("sealed", "timestamp", "no-withheld", "plan", "revocation", "witness:1", "witness:2", "witness:3")
QUORUMS = ("none", "n1", "s1", "north", "south", "q")


def trust(work, rng):
    """One change of the trust document."""
    how = rng.choice(("role", "remove", "own", "operator", "published", "quorum", "known", "list", "log", "fingerprint",
                      "add", "age", "no policy", "threshold"))
    keys = work.trust["keys"]
    key = rng.choice(keys) if keys else None
    if how == "remove" and key:
        keys.remove(key)
    elif how == "role" and key:
        key["role"] = rng.choice(("record", "log", "validator", "attestor", "approver", "tool", "revocation"))
    elif how == "own" and key:
        key["own"] = True
    elif how == "operator" and key:
        key["operator"] = rng.choice(("north", "south", "other"))
        if rng.random() < 0.3:
            del key["operator"]
    elif how == "published" and key:
        key.pop("revocation", None)
    elif how == "quorum":
        _policy(work, "quorum q", "quorum " + rng.choice(QUORUMS))
    elif how == "threshold":
        _policy(work, "group q all", "group q " + rng.choice(("any", "1", "2")))
    elif how == "no policy":
        work.trust.pop("policy", None)
    elif how == "log":
        _log(work, rng)
    elif how == "known":
        _known(work, rng)
    elif how == "list":
        _list(work, rng)
    elif how == "fingerprint" and key and "spki" in key:
        key["keyid"] = keyid_of(key.pop("spki"))
    elif how == "add":
        one = rng.choice(list(KEYS.values()))
        if all(k.get("spki") != one.spki for k in keys):
            keys.append({"spki": one.spki, "role": "record", "label": one.name, "revocation": "none"})
    elif how == "age":
        work.trust["max_age_s"] = rng.choice((0, 3600, 10**9))
    return f"trust {how}"


def _policy(work, old, new):
    if "policy" in work.trust:
        work.trust["policy"] = work.trust["policy"].replace(old, new)


def _log(work, rng):
    origin = rng.choice(work.manifest.predicate["chains"])["origin"]
    key = KEYS[rng.choice(("log", "mallory-log"))]
    line = f"log {origin}+{key_id(origin, 1, key.public).hex()}+{b64(bytes([1]) + key.public)}\n"
    work.trust["policy"] = work.trust.get("policy", "quorum none\n") + line


def _known(work, rng):
    chain = rng.choice(work.manifest.predicate["chains"])
    known = digests_by_seq(work, chain["id"])
    size = rng.randrange(0, len(known) + 3)
    root = bytes(32)
    if rng.random() < 0.5 and all(seq in known for seq in range(size)):
        root = tree.root([known[seq] for seq in range(size)])
    work.trust.setdefault("known", []).append({"origin": chain["origin"], "size": size, "root": root.hex()})


def _list(work, rng):
    """A revocation list, signed by the revocation key, which is added to the trust."""
    chain = rng.choice(work.manifest.predicate["chains"])
    entry = {"key": rng.choice(list(BY_KEYID)), "reason": "stolen", "revoked_at": "2026-03-06T00:00:00.000Z"}
    if rng.random() < 0.6:
        entry["key"] = work.manifest.predicate["key"]
    if rng.random() < 0.6:
        entry["last_valid"] = {"origin": chain["origin"], "size": rng.randrange(0, 16)}
    signer = KEYS[rng.choice(("revocation", "revocation", "revocation", "stranger"))]
    updated = shift(work.options["now"], -rng.choice((60, 46_800, 1_000_000)))
    predicate = {"version": 1, "recorded_at": updated, "key": signer.keyid, "nonce": b64(bytes(16)), "number": 1,
                 "this_update": updated, "next_update": shift(updated, rng.choice((3600, 700_000))),
                 "entries": [entry] if entry["key"] != signer.keyid else []}
    statement = {"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://execert.dev/revocation-list/v1",
                 "predicate": predicate,
                 "subject": [{"name": "issuer", "digest": {"sha256": base64.b64decode(signer.keyid).hex()}}]}
    line = Line({"payloadType": "application/vnd.in-toto+json", "payload": b64(jcs.write(statement)),
                 "signatures": []})
    line.sign(signer.keyid)
    work.trust.setdefault("lists", []).append(line.value)
    revocation = KEYS["revocation"]
    if all(key.get("spki") != revocation.spki for key in work.trust["keys"]):
        work.trust["keys"].append({"spki": revocation.spki, "role": "revocation", "label": "rev",
                                   "operator": rng.choice(("acme", "acme", "acme", "other"))})
    if rng.random() < 0.5:
        for key in work.trust["keys"]:
            key.pop("revocation", None)


def options(work, rng):
    """One change of the options."""
    how = rng.choice(("open", "require", "require", "now", "mac"))
    if how == "open":
        work.options["allow_open"] = rng.random() < 0.8
    elif how == "require":
        work.options["require"] = rng.sample(REQUIREMENTS, rng.choice((1, 2, 3)))
    elif how == "now":
        work.options["now"] = shift(work.options["now"], rng.choice((-90_000, -70_000, 700_000, 40_000_000)))
    elif "mac_key" in work.options or rng.random() < 0.2:
        work.options["mac_key"] = b64(bytes(32))
    return f"options {how}"
