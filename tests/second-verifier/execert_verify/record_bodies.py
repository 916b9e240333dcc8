"""The bodies of record kinds (docs/spec/03-record)."""

from .common_form import VERDICTS, is_origin
from .shapes import (digest, hex64, ident, integer, items, keyid, obj, positive, spki, test, time, true, uuid,
                     word)

ROLE = word("record", "log")
KEY = obj({"spki": spki, "role": ROLE}, {"not_after": time})

BODIES = {
    "chain.open": obj(
        {"origin": test(is_origin), "keys": items(KEY, order=lambda key: key["spki"]), "mac": digest,
         "gate": word("observe", "enforce"), "durability": word("durable", "process", "memory"),
         "witness": word("required", "optional"), "profile": digest,
         "software": obj({"name": ident, "version": ident})},
        {"policies": items(digest),
         "continues": obj({"chain": uuid, "seq": integer, "digest": digest, "reason": ident}, {"highest": integer})}),
    "chain.seal": obj({"count": integer, "head": digest, "runs": integer, "open_intents": integer}),
    "heartbeat": obj({"first": integer, "last": integer, "size": integer, "root": hex64, "next_mac": digest,
                      "open_intents": integer}, {"beacon": digest}),
    "key.add": KEY,
    "key.retire": obj({"keyid": keyid}),
    "key.revoke": obj({"keyid": keyid, "reason": ident, "as_of_seq": integer}),
    "run.start": obj({}, {"certificate": digest, "run_no": integer, "previous": digest, "thread": ident}),
    "run.end": obj({"records": integer, "root": hex64, "steps": integer, "enforced": integer, "observed": integer,
                    "reported": integer}, {"duplicates": integer, "sampled": true}),
    "plan": obj({"event": word("certified", "refused", "revoked", "imported")}, {"document": digest}),
    "approval.request": obj({"role": ident, "quorum": integer, "expires_at": time}),
    "approval": obj({"verdict": word(*VERDICTS), "request": digest}, {"document": digest}),
    "escalation": obj({"to": ident, "request": digest}),
    "note": obj({"event": ident}),
    "gap": obj({"lost": positive, "since": time, "reason": ident}),
    "clock.step": obj({"from": time, "to": time}),
    "erasure": obj({"records": items(integer, order=lambda seq: seq), "reason": ident, "authority": ident}),
}
