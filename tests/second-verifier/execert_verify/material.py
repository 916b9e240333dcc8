"""Material and withheld lines (docs/spec/07-bundle): members and forms; repeats are told by their canonical text."""

from . import envelope, note
from .encodings import is_digest, unb64
from .shapes import base64, digest, integer, items, malformed, need_object, obj, spki, string, uuid

AREA = "bundle"
BASIS_KINDS = ("chain.open", "key.add", "key.retire", "key.revoke", "erasure")
TYPES = {
    "key": {"spki": spki},
    "basis": {"envelope": need_object},
    "checkpoint": {"note": string},
    "receipt": {"proof": string},
    "x509": {"chain": items(base64)},
    "timestamp": {"token": base64},
    "artefact": {"data": base64},
    "proof-lines": {"lines": items(string)},
}
RUN = obj({"id": uuid, "seq": integer})


def check(value, manifest):
    """A material line: (type, what is in it)."""
    kind = value.get("type")
    if "type" not in value or not isinstance(kind, str) or kind not in TYPES:
        raise malformed("/type", AREA)
    obj({"execert": string, "type": string, **TYPES[kind]})(value, "", AREA)
    if kind == "checkpoint":
        return kind, note.parse_note(value["note"], "/note")
    if kind == "receipt":
        return kind, note.parse_receipt(value["proof"], "/proof", "/note")
    if kind == "basis":
        return kind, _basis(value["envelope"], manifest)
    if kind == "artefact":
        return kind, unb64(value["data"])
    return kind, value[next(iter(TYPES[kind]))]


def _basis(value, manifest):
    """Record 0, a key.* or `erasure` record of a chain of the manifest; in scope chain outside its range."""
    found = envelope.check(value, "/envelope", AREA, with_content=False, kinds=("record/v1",))
    fits = found.predicate["kind"] in BASIS_KINDS
    if fits:
        place = found.predicate["chain"]
        chain = next((c for c in manifest["chains"] if c["id"] == place["id"]), None)
        fits = chain is not None
        if fits and manifest["scope"] == "chain":
            fits = not chain["first"] <= place["seq"] <= chain["last"]
    if not fits:
        raise malformed("/envelope", AREA)
    return found


def check_withheld(value, manifest):
    """`withheld/1`: scope chain has `seq` (and perhaps `run`), scope runs has `run` instead."""
    required = {"execert": string, "chain": uuid, "digest": digest}
    if manifest["scope"] == "runs":
        obj({**required, "run": RUN})(value, "", AREA)
    else:
        obj({**required, "seq": integer}, {"run": RUN})(value, "", AREA)


def names_in(value, digests, keyids, parent=""):
    """Collects from a payload what may name an artefact (digests) or a key line (keyids)."""
    if isinstance(value, dict):
        for name, below in value.items():
            if name == "sha256" and parent == "digest" and isinstance(below, str):
                digests.add("sha256:" + below)
            if name in ("key", "keyid", "to") and isinstance(below, str):
                keyids.add(below)
            names_in(below, digests, keyids, name)
    elif isinstance(value, list):
        for below in value:
            names_in(below, digests, keyids, parent)
    elif is_digest(value):
        digests.add(value)
