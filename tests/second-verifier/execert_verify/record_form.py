"""The form of a record's predicate (docs/spec/03-record): members and their values."""

import re

from . import common_form
from .encodings import is_ident
from .pointer import is_pointer, tokens, utf16
from .record_bodies import BODIES
from .shapes import (base64_32, digest, digest_or_null, hex64, ident, integer, items, malformed, obj, positive, test,
                     time, uuid, word)

STEP_KINDS = ("model.call", "tool.call", "retrieval", "embedding", "agent.call", "workflow.node", "http", "code",
              "human.input")
OTHER_KINDS = ("chain.open", "chain.seal", "heartbeat", "key.add", "key.retire", "key.revoke", "run.start", "run.end",
               "plan", "decision", "approval.request", "approval", "escalation", "note", "gap", "clock.step", "erasure",
               "link")
FAILURES = ("auth.expired auth.denied rate_limited timeout network upstream.error upstream.schema_changed "
            "input.invalid output.invalid policy.denied budget.insufficient approval.denied model.refusal "
            "model.invalid_output tool.error cancelled abandoned internal unknown").split()
RELATIONS = ("intent authorised-by governed-by approved-by consumed produced triggered-by child-of dry-run-of replays "
             "retry-of supersedes continues erases withdraws").split()
STATUSES = ("ok", "failed", "cancelled", "unknown", "blocked", "not_run", "incomplete")
_TRACE = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


def _pair(second):
    """`[pointer, word]`: the pointer at most two levels deep (4.1)."""

    def shape(value, path, area):
        if not isinstance(value, list) or len(value) != 2 or not isinstance(value[0], str):
            raise malformed(path, area)
        if not is_pointer(value[0]) or len(tokens(value[0])) > 2:
            raise malformed(path, area)
        second(value[1], path + "/1", area)

    return shape


def _is_trace(value):
    match = _TRACE.fullmatch(value) if isinstance(value, str) else None
    return match is not None and int(match[1], 16) != 0 and int(match[2], 16) != 0


def _is_relation(value):
    return isinstance(value, str) and (value in RELATIONS or common_form.is_own_rel(value))


PLACE = obj({"id": uuid, "seq": integer, "prev": digest_or_null})
WHO = obj({"type": word("agent", "human", "service"), "id": ident})
DECISION = obj(
    {"verdict": word("allow", "deny", "approve", "escalate"),
     "layer": word("store", "certificate", "plan", "tier", "policy", "budget", "approval", "framework"),
     "tier": word(*common_form.TIERS), "reason": ident},
    {"deciding": items(ident), "policy": digest, "schema": digest, "engine": ident, "engine_version": ident,
     "obligations": items(ident), "expires_at": time})
USAGE = obj({}, {**{name: integer for name in ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens",
                                               "duration_us", "cost_micros")}, "unit": ident})
CONTENT = obj({"root": hex64}, {
    "sources": items(_pair(word("observed", "countersigned", "claimed")), order=lambda pair: utf16(pair[0])),
    "kept_out": items(_pair(test(is_ident)), order=lambda pair: utf16(pair[0]))})
LINKS = items(obj({"rel": test(_is_relation), "digest": digest}, {"chain": uuid, "seq": integer}),
              order=lambda link: (link["rel"], link["digest"]))


def _body(kind):
    """The form of `body`; a kind without one has a rule of its own, so its body has no form here."""
    return BODIES.get(kind) or test(lambda value: True)


def predicate(value, path, area):
    """A record predicate: every member has its form."""
    kind = value.get("kind") if isinstance(value, dict) else None
    members = {
        "id": uuid, "tenant": ident, "chain": PLACE, "kind": word(*STEP_KINDS, *OTHER_KINDS),
        "phase": word("intent", "outcome", "single"), "mode": word("live", "dry-run", "replay"),
        "capture": word("enforced", "observed", "reported"), "content": CONTENT,
        "mac": obj({"epoch": integer, "tag": base64_32})}
    optional = {
        "status": word(*STATUSES), "failure": word(*FAILURES), "run": PLACE, "step": uuid, "attempt": positive,
        "name": ident, "call_id": ident, "actor": WHO, "principal": WHO, "tool": obj({"definition": digest}),
        "model": obj({"provider": ident, "requested": ident}, {"served": ident, "response_id": ident}),
        "decision": DECISION, "usage": USAGE, "started_at": time, "ended_at": time, "runtime": digest,
        "trace": obj({"traceparent": test(_is_trace)}), "links": LINKS,
        "body": _body(kind if isinstance(kind, str) else None)}
    obj({**common_form.REQUIRED, **members}, {**common_form.OPTIONAL, **optional})(value, path, area)
