"""Step 11 (docs/spec/09-verifying): notes, witnesses, quorum."""

from .coverage import Coverage
from .findings import ERROR, WARNING

STEP = 11


def look(case):
    """Checks the notes; what they cover is needed from step 7 on."""
    case.coverage = Coverage(case)


def check(case):
    """Findings of step 11; leaves `case.witnesses`, `case.through` and `case.times`."""
    for seen in case.coverage.seen:
        _note(case, seen)
    none = case.trust.policy.quorum == "none"
    case.through = [_through(case, unit) for unit in case.units()]
    for unit, through in zip(case.units(), case.through):
        if not none and through != unit.last:
            case.findings.error(STEP, "witness.quorum_not_met", unit.last_place())
    counted = case.coverage.counted()
    if none and not counted:
        case.findings.warning(STEP, "witness.none")
    own = signer_operators(case)
    operators = {case.trust.policy.operator(label) for label in counted}
    if operators and operators <= own:
        case.findings.warning(STEP, "witness.same_operator")
    case.witnesses = _witnesses(case, own)
    case.times = _times(case)


def _note(case, seen):
    """Findings of one note: at size - 1, those of a receipt at its record."""
    at_size = case.spot(seen.chain.id, seen.note.size - 1)
    place = at_size
    if seen.receipt is not None:
        place = case.spot(seen.chain.id, seen.receipt.index)
    if not seen.sound:
        case.findings.error(STEP, "witness.signature_mismatch", place)
        return
    if seen.root_differs:
        case.findings.error(STEP, "witness.other_content", at_size)
    if seen.proof_fails:
        case.findings.error(STEP, "witness.other_content", place)
    if seen.impossible:
        severity = WARNING if case.trust.policy.met_by(seen.cosigned) else ERROR
        case.findings.add(STEP, "witness.time_impossible", severity, place)


def _through(case, unit):
    """The last number up to which all is covered with a quorum, or None."""
    through = None
    for number in range(unit.first, unit.last + 1):
        line = unit.line(number)
        if line is None or not case.coverage.met(line):
            break
        through = number
    return through


def signer_operators(case):
    """Operators of the trusted signers."""
    return {entry.operator for signer in case.signers.values() for entry in signer.entries if entry.operator}


def _witnesses(case, own):
    """The report's `witnesses`, by label."""
    rows = []
    for label in sorted(case.trust.policy.witnesses, key=lambda name: name.encode("utf-16-be")):
        on = [seen for seen in case.coverage.seen if seen.sound and label in seen.cosigned]
        state = "none"
        if any(seen.root_differs or seen.proof_fails for seen in on):
            state = "other"
        elif any(seen.covers for seen in on):
            state = "same"
        operator = case.trust.policy.operator(label)
        rows.append({"label": label, "operator": operator, "independent": operator not in own, "state": state})
    return rows


def _times(case):
    """Earliest quorum time that covers the last record of each chain or run."""
    rows = []
    for unit in case.units():
        line = unit.line(unit.last)
        moment = case.coverage.earliest(line) if line is not None else None
        if moment is not None:
            rows.append((unit.what, moment))
    return rows
