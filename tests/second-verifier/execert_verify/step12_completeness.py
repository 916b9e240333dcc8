"""Step 12 (docs/spec/09-verifying): ends, starts, totals of runs, known heads."""

from . import tree
from .coverage import root_of_run
from .findings import ERROR, WARNING, Place, place_of

STEP = 12
BODY = "/payload/predicate/body"
CAPTURES = ("enforced", "observed", "reported")


def check(case):
    """All of step 12; leaves `case.states`."""
    lax = case.options.allow_open and "sealed" not in case.options.require
    severity = WARNING if lax else ERROR
    case.states = []
    for unit, through in zip(case.units(), case.through):
        last = unit.last_record()
        if unit.run_id is None:
            state = _chain_state(unit, last, through)
            if state == "tail_unproven":
                case.findings.add(STEP, "chain.tail_unproven", severity, unit.last_place())
            if unit.first > 0:
                case.findings.error(STEP, "chain.start_absent", Place(unit.chain_id, 0))
        else:
            state = "closed" if last is not None and last.kind == "run.end" else "open"
            if state == "open":
                case.findings.add(STEP, "run.open", severity, unit.last_place())
        case.states.append(state)
    for run in case.runs.values():
        for line in run.values():
            if line.kind == "run.end" and not _totals_fit(case, line, run):
                case.findings.error(STEP, "chain.foreign_record", place_of(line), path=BODY)
    for head in case.trust.known:
        _known(case, head)


def _chain_state(unit, last, through):
    if last is not None and last.kind == "chain.seal":
        return "sealed"
    return "witnessed" if through == unit.last else "tail_unproven"


def _totals_fit(case, end, run):
    """Totals and root of a run.end whose run is wholly here; withheld lines make up what is missing."""
    if any(number not in run for number in range(end.run[1])):
        return True
    earlier = [run[number] for number in range(end.run[1])]
    shown = [line.predicate for line in earlier if not line.withheld]
    spare, body = len(earlier) - len(shown), end.predicate["body"]
    missing = [body[name] - sum(p["capture"] == name for p in shown) for name in CAPTURES]
    steps = body["steps"] - len({p["step"] for p in shown if "step" in p})
    if min(missing) < 0 or sum(missing) != spare or not 0 <= steps <= spare:
        return False
    return case.chain(end.chain).hash_mismatch or root_of_run(case, end) == body["root"]


def _known(case, head):
    """A head that the reader remembers."""
    for chain in case.listed_chains():
        if chain.entry["origin"] != head["origin"]:
            continue
        size, last = head["size"], chain.entry.get("last")
        if chain.entry.get("first") == 0 and size > last + 1:
            case.findings.error(STEP, "chain.rolled_back", case.spot(chain.id, last), sealed=str(size))
        elif size <= chain.from_zero() and tree.root(chain.digests(size)).hex() != head["root"]:
            case.findings.error(STEP, "chain.forked", case.spot(chain.id, size - 1) if size else Place(chain.id))
