"""The DSSE envelope and the lines built on it (docs/spec/02-envelope): members, then the payload."""

import hashlib

from . import content_form, jcs, statement
from .encodings import unb64
from .errors import Refused
from .jcs import sorted_names
from .shapes import base64, keyid, malformed, need_object, no_unknown, obj

PAYLOAD_TYPE = "application/vnd.in-toto+json"
MEMBERS = ("payload", "payloadType", "signatures")
CONTENT_MEMBERS = ("content", "index", "open", "seed")
MAX_PAYLOAD = 524_288
SIGNATURE = obj({"keyid": keyid, "sig": base64}, missing_here=True)


class Envelope:
    """A read envelope. `form` holds the content members of its line."""

    def __init__(self, value, payload, body, kind):
        self.signatures = [(s["keyid"], unb64(s["sig"])) for s in value["signatures"]]
        self.payload = payload
        self.statement = body
        self.kind = kind
        self.predicate = body["predicate"]
        self.digest = "sha256:" + hashlib.sha256(payload).hexdigest()
        self.form = {name: value[name] for name in CONTENT_MEMBERS if name in value}

    @property
    def signed_bytes(self):
        """What a signature is over: DSSE's pre-authentication encoding."""
        return b"DSSEv1 28 " + PAYLOAD_TYPE.encode() + f" {len(self.payload)} ".encode() + self.payload


def check(value, path="", area="record", with_content=True, kinds=statement.KINDS):
    """Members of an envelope at `path`, then its payload: canonical, one of `kinds`, statement, predicate."""
    need_object(value, path, area)
    _members(value, path, area, with_content)
    payload = unb64(value["payload"])
    body = read_payload(payload, path + "/payload")
    kind = statement.check(body, path + "/payload", kinds, path)
    if any(name in value for name in CONTENT_MEMBERS) and kind not in statement.WITH_CONTENT:
        raise Refused("record.malformed", path)
    return Envelope(value, payload, body, kind)


def read_payload(payload, path):
    """The canonical value of payload bytes; errors point below `path`."""
    if len(payload) > MAX_PAYLOAD:
        raise Refused("record.too_large", path)
    try:
        return jcs.read_payload(payload)
    except Refused as refused:
        raise Refused(refused.code, path + refused.path) from None


def _members(value, path, area, with_content):
    if "payloadType" in value and value["payloadType"] != PAYLOAD_TYPE:
        raise Refused("record.version_unknown", path + "/payloadType")
    no_unknown(value, MEMBERS + (CONTENT_MEMBERS if with_content else ()), path, area)
    for name in MEMBERS:
        if name not in value:
            raise malformed(f"{path}/{name}", area)
    for name in sorted_names(value):
        if name == "payload":
            base64(value[name], path + "/payload", area)
        elif name == "signatures":
            signatures(value[name], path + "/signatures", area)
        elif name in CONTENT_MEMBERS:
            content_form.member(name, value, f"{path}/{name}")
    content_form.combination(value, path)


def signatures(value, path, area):
    """At most 16 signatures, no keyid twice. Inside, the codes are those of a record."""
    if not isinstance(value, list):
        raise malformed(path, area)
    if len(value) > 16:
        raise Refused("bundle.too_many", path)
    seen = set()
    for position, signature in enumerate(value):
        SIGNATURE(signature, f"{path}/{position}", "record")
        if signature["keyid"] in seen:
            raise Refused("record.malformed", f"{path}/{position}/keyid")
        seen.add(signature["keyid"])
