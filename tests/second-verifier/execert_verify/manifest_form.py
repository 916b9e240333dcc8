"""The manifest's predicate (docs/spec/07-bundle): form and rules."""

from . import common_form
from .shapes import (boolean, digest, hex64, ident, integer, items, malformed, obj, positive, string, uuid, word)

AREA = "bundle"
_LISTS = {"artefacts": items(digest, order=lambda d: d), "revocations": items(digest, order=lambda d: d)}
_BASE = {"id": uuid, "index": boolean, "records": obj({"count": integer, "root": hex64}),
         "scope": word("chain", "runs")}
_BY_ID = {"order": lambda entry: entry["id"]}
CHAINS = {
    "chain": items(obj({"id": uuid, "origin": string, "tenant": ident, "first": integer, "last": integer,
                        "head": digest, "sealed": boolean}), empty=True, **_BY_ID),
    "runs": items(obj({"id": uuid, "origin": string, "tenant": ident}), **_BY_ID),
}
RUNS = items(obj({"id": uuid, "chain": uuid, "records": positive, "head": digest, "closed": boolean}), **_BY_ID)


def predicate(value, path, area):
    """The manifest's predicate; anything but scope `runs` is looked at as scope `chain`."""
    runs = isinstance(value, dict) and value.get("scope") == "runs"
    members = {**common_form.REQUIRED, **_BASE, "chains": CHAINS["runs" if runs else "chain"]}
    if runs:
        members["runs"] = RUNS
    obj(members, {**common_form.OPTIONAL, **_LISTS})(value, path, area)


def rules(p, path, area):
    """Origins end with their chain; ranges; in scope runs the chains are exactly those of the runs."""
    named = {run["chain"] for run in p["runs"]} if p["scope"] == "runs" else None
    for position, chain in enumerate(p["chains"]):
        holds = common_form.is_origin_of(chain["origin"], chain["id"])
        holds = holds and (named is None or chain["id"] in named)
        if not holds or chain.get("first", 0) > chain.get("last", 0):
            raise malformed(f"{path}/chains/{position}", area)
    listed = {chain["id"] for chain in p["chains"]}
    for position, run in enumerate(p.get("runs", [])):
        if run["chain"] not in listed:
            raise malformed(f"{path}/runs/{position}", area)
