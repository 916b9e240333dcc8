"""Other documents (docs/spec/08-documents): their forms and rules."""

from . import common_form, plan_form
from .encodings import unb64
from .shapes import (digest, hex64, ident, integer, items, keyid, malformed, obj, positive, test, time, word)

LAST_VALID = obj({"origin": test(common_form.is_origin), "size": integer})

SHAPES = {
    "plan-certificate/v1": plan_form.CERTIFICATE,
    "plan-refusal/v1": plan_form.REFUSAL,
    "profile/v1": plan_form.PROFILE,
    "attestation/v1": (
        {"verifier": obj({"id": ident, "version": ident}), "result": word("pass", "fail"),
         "properties": items(ident, order=lambda name: name),
         "checked": obj({"records": integer, "first": integer, "last": integer})},
        {"failures": items(obj({"code": ident, "digest": digest})),
         "checkpoint": obj({"origin": test(common_form.is_origin), "size": integer, "root": hex64})}),
    "approval/v1": (
        {"request": digest, "verdict": word(*common_form.VERDICTS), "expires_at": time, "role": ident},
        {"to": keyid, "tools": items(ident), "tier": word(*common_form.TIERS), "depth": integer}),
    "countersign/v1": ({}, {"permit": digest}),
    "revocation-list/v1": (
        {"number": positive, "this_update": time, "next_update": time,
         "entries": items(obj({"reason": ident, "revoked_at": time},
                              {"key": keyid, "document": digest, "last_valid": LAST_VALID}), empty=True)},
        {"prev": digest}),
}
SUBJECTS = {"plan-certificate/v1": "plan", "plan-refusal/v1": "plan", "profile/v1": "certificate",
            "approval/v1": "request", "revocation-list/v1": "issuer"}
ROLES = {"plan-certificate/v1": "validator", "plan-refusal/v1": "validator", "profile/v1": "record",
         "attestation/v1": "attestor", "approval/v1": "approver", "countersign/v1": "tool",
         "revocation-list/v1": "revocation"}
DELEGATION = ("to", "tools", "tier", "depth")


def predicate(kind, value, path, area):
    """The form of the predicate of such a document."""
    required, optional = SHAPES[kind]
    obj({**common_form.REQUIRED, **required}, {**common_form.OPTIONAL, **optional})(value, path, area)


def rules(kind, p, path, area):
    """Rules across the members of the predicate."""
    holds = True
    if kind == "approval/v1":
        present = [name in p for name in DELEGATION]
        holds = all(present) if p["verdict"] == "delegated" else not any(present)
        holds = holds and p.get("depth", 0) <= 3
    elif kind == "revocation-list/v1":
        holds = ("prev" in p) == (p["number"] > 1)
        for entry in p["entries"]:
            holds = holds and ("key" in entry) != ("document" in entry) and entry.get("key") != p["key"]
    if not holds:
        raise malformed(path, area)


def subject_value(kind, p):
    """What the subject's SHA-256 has to be, where the predicate says it; else None."""
    if kind == "approval/v1":
        return p["request"][7:]
    if kind == "revocation-list/v1":
        return unb64(p["key"]).hex()
    return None
