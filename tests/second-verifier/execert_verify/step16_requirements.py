"""Step 16 (docs/spec/09-verifying): what the reader requires."""

from .findings import Place, place_of
from .step11_log import signer_operators

STEP = 16


def check(case):
    """Each requirement that is not met."""
    required = case.options.require
    for unit, state in zip(case.units(), case.states):
        if "sealed" in required and state == "witnessed":
            case.findings.error(STEP, "chain.tail_unproven", unit.last_place())
        if "timestamp" in required:
            case.findings.error(STEP, "time.not_timestamped", unit.last_place())
        if len(_operators(case, unit)) < case.options.witnesses:
            case.findings.error(STEP, "witness.quorum_not_met", unit.last_place())
    if "no-withheld" in required:
        for place in case.disclosure.places:
            case.findings.error(STEP, "content.withheld", place)
    if "plan" in required:
        _plan(case)


def _operators(case, unit):
    """Independent operators that cover the last record."""
    line = unit.line(unit.last)
    labels = {label for seen in case.coverage.seen if line is not None and line.digest in seen.covers
              for label in seen.cosigned}
    return {case.trust.policy.operator(label) for label in labels} - signer_operators(case)


def _plan(case):
    """A valid certificate named by each run.start."""
    valid = {d.digest for d in case.documents if d.kind == "plan-certificate/v1"} - case.bad_certificates
    started = set()
    for line in case.bundle.records:
        if line.kind == "run.start":
            started.add((line.chain, line.run[0]))
            if line.predicate["body"].get("certificate") not in valid:
                case.findings.error(STEP, "certificate.absent", place_of(line))
    for unit in case.units():
        if unit.run_id is not None and (unit.chain_id, unit.run_id) not in started:
            case.findings.error(STEP, "certificate.absent", Place(unit.chain_id, None, (unit.run_id, 0)))
