"""Changes of signed payloads; signed again or not, the rest made consistent or not."""

import datetime

from . import ops_json
from .relink import relink
from .testkeys import KEYS

INTS = {"heartbeat": ("first", "last", "size", "open_intents"),
        "run.end": ("records", "steps", "enforced", "observed", "reported"),
        "chain.seal": ("count", "runs", "open_intents"), "key.revoke": ("as_of_seq",)}


def finish(work, line, rng):
    """Encodes the payload; about half are signed again, most of these with everything behind made consistent."""
    lot = rng.random()
    if lot < 0.4:
        line.encode()
        return "unsigned"
    if lot < 0.55:
        line.sign_again()
        return "signed"
    try:
        relink(work)
    except (KeyError, TypeError, ValueError, AttributeError):
        line.sign_again()
        return "signed (no relink)"
    return "relinked"


def _statements(work):
    return [line for line in work.lines if line.statement is not None]


def anywhere(work, rng):
    """A change anywhere in a payload."""
    line = rng.choice(_statements(work))
    pool = [text for other in _statements(work) for text in ops_json.strings(other.statement)]
    done = ops_json.change(line.statement, rng, pool)
    return f"payload {work.lines.index(line)} {done} {finish(work, line, rng)}"


def manifest(work, rng):
    """The manifest says something else."""
    p, line = work.manifest.predicate, work.manifest
    target = rng.choice([p, p["records"], *p["chains"], *p.get("runs", [])])
    names = [name for name in sorted(target) if name not in ("chains", "runs", "records", "ext", "nonce")]
    names = names or ["records"]
    name = rng.choice(names)
    value = target[name]
    if isinstance(value, bool):
        target[name] = not value
    elif isinstance(value, int):
        target[name] = max(0, value + rng.choice((1, -1, 2)))
    elif name == "key":
        target[name] = rng.choice(list(KEYS.values())).keyid
    elif isinstance(value, list):
        value.append("sha256:" + "%064x" % rng.getrandbits(255)) if rng.random() < 0.5 else value.pop()
        value.sort()
        if not value:
            del target[name]
    else:
        target[name] = ops_json.other_leaf(value, rng, ops_json.strings(work.manifest.statement))
    line.statement["subject"] = [{"name": "records", "digest": {"sha256": p["records"].get("root", "")}}]
    line.sign_again() if rng.random() < 0.9 else line.encode()
    return f"manifest {name}"


def meaning(work, rng):
    """A change of one record that keeps its form: numbers, times, keys, places, links."""
    lines = work.records + work.basis
    if not lines:
        return anywhere(work, rng)
    line = rng.choice(lines)
    p = line.predicate
    done = _meaning(p, rng, [one.predicate for one in lines])
    return f"record {p['chain'].get('seq')} {done} {finish(work, line, rng)}"


def _meaning(p, rng, others):
    kind = p["kind"]
    choices = ["epoch", "recorded_at", "capture", "tenant", "key", "seq", "prev", "chain"]
    choices += ["run.seq", "run.prev", "run.id"] if "run" in p else []
    choices += ["link"] * 3 if "links" in p else []
    choices += ["step", "attempt", "status"] if "step" in p else []
    choices += ["body"] * 4 if p.get("body") else []
    what = rng.choice(choices)
    other = rng.choice(others)
    if what == "epoch":
        p["mac"]["epoch"] = max(0, p["mac"]["epoch"] + rng.choice((1, -1, 3)))
    elif what == "recorded_at":
        p["recorded_at"] = shift(p["recorded_at"], rng.choice((-90000, -700, -100, 100, 700, 90000)))
    elif what == "capture":
        p["capture"] = rng.choice(("enforced", "observed", "reported"))
    elif what == "tenant":
        p["tenant"] = "other"
    elif what == "key":
        p["key"] = rng.choice(list(KEYS.values())).keyid
    elif what == "seq":
        p["chain"]["seq"] = max(1, p["chain"]["seq"] + rng.choice((1, -1, 2)))
    elif what == "prev":
        p["chain"]["prev"] = other["chain"]["prev"]
    elif what == "chain":
        p["chain"]["id"] = other.get("run", other["chain"])["id"]
    elif what.startswith("run."):
        _run(p, what, other, rng)
    elif what == "link":
        link = rng.choice(p["links"])
        _link(link, other, rng)
    elif what == "step":
        p["step"] = other.get("step", p["id"])
    elif what == "attempt":
        p["attempt"] = rng.choice((1, 2))
    elif what == "status":
        p["status"] = rng.choice(("ok", "cancelled", "unknown"))
    else:
        _body(p, kind, other, rng)
    return what


def _run(p, what, other, rng):
    if what == "run.seq":
        p["run"]["seq"] = max(1, p["run"]["seq"] + rng.choice((1, -1)))
    elif what == "run.prev":
        p["run"]["prev"] = other["chain"]["prev"]
    else:
        p["run"]["id"] = other.get("run", p["run"])["id"]
    if p["kind"] == "run.end":
        p["body"]["records"] = p["run"]["seq"] + 1


def _link(link, other, rng):
    if rng.random() < 0.5 and "seq" in link:
        link["seq"] = other["chain"]["seq"]
    else:
        link["digest"] = other["chain"]["prev"] or link["digest"]


def _body(p, kind, other, rng):
    body = p["body"]
    names = [name for name in INTS.get(kind, ()) if name in body]
    if kind == "erasure":
        body["records"] = sorted({rng.randrange(12) for _ in range(rng.choice((1, 2, 3)))})
    elif names:
        name = rng.choice(names)
        body[name] = max(0, body[name] + rng.choice((1, -1, 2, 5, -5)))
    elif "keyid" in body:
        body["keyid"] = other["key"]
    elif "spki" in body:
        body["spki"] = rng.choice(list(KEYS.values())).spki
    elif "keys" in body:
        for key in body["keys"]:
            key["not_after"] = shift(p["recorded_at"], rng.choice((-5, 2, 5, 90000)))


def shift(time, seconds):
    """A *time* moved by seconds."""
    moment = datetime.datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%fZ") + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
