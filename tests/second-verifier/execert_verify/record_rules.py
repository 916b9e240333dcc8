"""Rules across the members of one record (docs/spec/03-record), in the order in which they are looked at."""

from .common_form import is_origin_of
from .keys import keyid_of
from .record_bodies import BODIES
from .record_form import STEP_KINDS
from .shapes import malformed

NEVER_IN_RUN = ("heartbeat", "erasure", "clock.step")
DONE = ("ok", "failed", "cancelled", "unknown")


def check(p, path, area):
    """All rules; the first that breaks is refused."""

    def need(holds, where):
        if not holds:
            raise malformed(f"{path}/{where}", area)

    _place(p, need)
    _state(p, need)
    _rest(p, need)
    if "body" in p:
        _body(p, need)


def _place(p, need):
    kind, chain, run = p["kind"], p["chain"], p.get("run")
    need((chain["prev"] is None) == (chain["seq"] == 0), "chain")
    need((kind == "chain.open") == (chain["seq"] == 0), "chain")
    if kind in STEP_KINDS or kind.startswith("run."):
        need(run is not None, "run")
    if kind in NEVER_IN_RUN or kind.startswith(("chain.", "key.")):
        need(run is None, "run")
    if run is not None:
        need((run["prev"] is None) == (run["seq"] == 0), "run")
        need((kind == "run.start") == (run["seq"] == 0), "run")
    need(("body" in p) == (kind in BODIES), "body")
    if kind in STEP_KINDS:
        need("step" in p, "step")
        need("name" in p, "name")


def _state(p, need):
    """Phase, status, decision, failure (3.1, 3.2)."""
    kind, phase, status = p["kind"], p["phase"], p.get("status")
    verdict = p["decision"]["verdict"] if "decision" in p else None
    if kind not in STEP_KINDS:
        need(phase == "single", "phase")
    if phase == "intent":
        need(status is None, "status")
    elif phase == "outcome":
        need(status in DONE, "status")
    else:
        allowed = DONE + ("blocked", "not_run")
        if kind == "run.end":
            allowed += ("incomplete",)
        elif kind not in STEP_KINDS:
            allowed = ("ok",)
        need(status in allowed, "status")
    need(("failure" in p) == (status == "failed"), "failure")
    if phase == "intent" and p["capture"] == "enforced":
        need(verdict == "allow", "decision")
    if status == "blocked":
        need(verdict not in (None, "allow"), "decision")
    if status == "not_run":
        need(verdict == "allow" and p["mode"] == "dry-run", "decision")
    if kind in STEP_KINDS and p["mode"] == "dry-run":
        need(status in ("blocked", "not_run"), "status")
    if kind == "decision":
        need(verdict is not None, "decision")


def _rest(p, need):
    """Usage (3) and links (3.4)."""
    usage = p.get("usage")
    if usage is not None:
        need(usage != {} and ("cost_micros" in usage) == ("unit" in usage), "usage")
    if p["kind"] == "link":
        need("links" in p, "links")
    links = p.get("links", [])
    intents = [link for link in links if link["rel"] == "intent"]
    need(len(intents) == (1 if p["phase"] == "outcome" else 0), "links")
    need(all("seq" in link and "chain" not in link for link in intents), "links")
    for position, link in enumerate(links):
        if "chain" in link:
            need("seq" in link and link["chain"] != p["chain"]["id"], f"links/{position}")


def _body(p, need):
    """Equations within one record (3.1)."""
    kind, body, seq = p["kind"], p["body"], p["chain"]["seq"]
    if kind == "chain.open":
        own = [key for key in body["keys"] if keyid_of(key["spki"]) == p["key"] and key["role"] == "record"]
        need(own, "body/keys")
        need(is_origin_of(body["origin"], p["chain"]["id"]), "body/origin")
    elif kind == "chain.seal":
        need(body["count"] == seq + 1 and body["head"] == p["chain"]["prev"], "body")
    elif kind == "heartbeat":
        need(body["last"] == seq and body["size"] == seq, "body")
    elif kind == "run.end":
        need(body["records"] == p["run"]["seq"] + 1, "body")
