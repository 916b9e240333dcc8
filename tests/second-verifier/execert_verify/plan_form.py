"""Plan documents at envelope level (docs/spec/08-documents.md): members as their examples show them."""

import re

from .record_form import FAILURES
from .shapes import (boolean, digest, hex64, ident, integer, items, malformed, need_object, obj, string, test, time,
                     uuid, word)

CHECKS = ("no_cycles", "type_safe", "policy", "credentials", "inputs_consumed", "deterministic")
_CTC = re.compile(r"ctc_[a-z2-7]{26}")

ctc = test(lambda v: isinstance(v, str) and _CTC.fullmatch(v) is not None)


def nullable(shape):
    """Null, or this form."""

    def either(value, path, area):
        if value is not None:
            shape(value, path, area)

    return either


def counted(value, path, area):
    """Failure classes and how often each was seen."""
    need_object(value, path, area)
    for name in sorted(value):
        if name not in FAILURES:
            raise malformed(f"{path}/{name}", area)
        integer(value[name], f"{path}/{name}", area)


ASSURANCE = obj({"ok": boolean, "checked": integer, "ground": word("proved", "attested"),
                 "lines": items(integer, empty=True)})
_COMMON = {
    "context": obj({name: digest for name in ("catalogue", "policy", "credentials", "rules", "facts")} | {"at": time}),
    "validator": obj({"name": ident, "version": ident}),
    "required": items(word(*CHECKS)),
    "assurances": obj({name: ASSURANCE for name in CHECKS}),
    "proof": obj({"lines": integer, "root": digest}),
    "cost": obj({"unit": ident, "estimate": integer, "worst_case": integer, "buffer_bp": integer, "minimum": integer}),
    "children": items(obj({"id": ctc, "digest": digest}), empty=True),
    "supersedes": nullable(digest),
    "delta": nullable(obj({"from": digest, "unchanged": items(string, empty=True),
                           "changed": items(string, empty=True)})),
    "issued": time,
    "content": obj({"root": hex64}),
}
CERTIFICATE = ({**_COMMON, "expires": time, "revocation": obj({"list": ident, "max_age_s": integer})}, {})
REFUSAL = (_COMMON, {})
PROFILE = (
    {"ctc": ctc, "through": obj({"chain": uuid, "seq": integer, "head": digest}), "runs": integer, "runs_root": digest,
     "ok": integer, "open": integer, "success_bp": integer, "wilson95_bp": items(integer), "failures": counted,
     "cost": obj({name: integer for name in ("est_sum", "act_sum", "abs_err_sum", "sq_err_sum", "over_minimum")}),
     "latency_us": obj({"k": integer, "buckets": items(items(integer), empty=True)}),
     "drift": obj({"open": boolean, "cusum": integer, "ph": integer},
                  {"schema": obj({"tool": ident, "from": digest, "to": digest, "at_run": integer})}),
     "level": word("untested", "proven", "established", "trusted")},
    {"first_success": digest})
