"""Step 4 (docs/spec/09-verifying): the set of record lines against the manifest."""

from . import tree
from .findings import Place, place_of

STEP = 4


def sort_lines(case):
    """First half: foreign, repeated, reordered and forked lines; fills chains and runs with the kept ones."""
    seen, last_seq, last_run = set(), {}, {}
    for line in case.bundle.records:
        where = place_of(line)
        if _is_foreign(case, line):
            case.findings.error(STEP, "chain.foreign_record", where)
        again = line.digest in seen
        seen.add(line.digest)
        run = line.run and (line.chain, line.run[0])
        lower = line.seq is not None and line.seq < last_seq.get(line.chain, 0)
        lower = lower or (run is not None and line.run[1] < last_run.get(run, 0))
        if again or lower:
            case.findings.error(STEP, "chain.reordered", where)
        if line.seq is not None:
            last_seq[line.chain] = line.seq
        if run is not None:
            last_run[run] = max(last_run.get(run, 0), line.run[1])
        if again:
            case.left_out.add(id(line))
        else:
            _keep(case, line, where)


def _is_foreign(case, line):
    """Chain not in the manifest, other tenant, in scope runs no run or one not listed there."""
    entry = case.chain(line.chain).entry
    if entry is None or (not line.withheld and line.predicate["tenant"] != entry["tenant"]):
        return True
    if not case.scope_runs:
        return False
    listed = {(run["chain"], run["id"]) for run in case.manifest["runs"]}
    return line.run is None or (line.chain, line.run[0]) not in listed


def _keep(case, line, where):
    lines = case.chain(line.chain).lines
    first = lines.get(line.seq) if line.seq is not None else None
    if first is not None:
        case.left_out.add(id(line))
        case.findings.error(STEP, "chain.forked", where, sealed=first.digest, found=line.digest)
        return
    if line.seq is not None:
        lines[line.seq] = line
    if line.run is None:
        return
    run = case.run_lines(line.chain, line.run[0])
    first = run.get(line.run[1])
    if first is not None:
        case.findings.error(STEP, "chain.forked", where, sealed=first.digest, found=line.digest)
        return
    run[line.run[1]] = line


def check(case):
    """Second half: holes, ends, counts, root, heads."""
    for unit in case.units():
        _holes(case, unit)
    if not case.scope_runs:
        for chain in case.listed_chains():
            _runs_of_chain(case, chain)
    _against_manifest(case)
    if not case.bundle.records:
        case.findings.error(STEP, "chain.empty")


def _holes(case, unit):
    """Missing numbers before the last line (of a run up to `last`): a gap each; after it: truncated."""
    code = "chain" if unit.run_id is None else "run"
    expected = unit.first
    for number in sorted(_numbers(case, unit)):
        if number < unit.first or (unit.run_id is not None and expected > unit.last):
            continue
        if number > expected:
            case.findings.error(STEP, f"{code}.gap", _missing_place(unit, expected))
        expected = number + 1
    if expected <= unit.last:
        case.findings.error(STEP, f"{code}.truncated", _missing_place(unit, expected))


def _numbers(case, unit):
    if unit.run_id is None:
        return case.chain(unit.chain_id).lines
    return case.run_lines(unit.chain_id, unit.run_id)


def _missing_place(unit, number):
    if unit.run_id is None:
        return Place(unit.chain_id, number)
    return Place(unit.chain_id, None, (unit.run_id, number))


def _runs_of_chain(case, chain):
    """Scope chain: holes in runs where the chain is here from 0; withheld lines that claim a run."""
    whole = chain.from_zero()
    for (chain_id, run_id), run in sorted(case.runs.items()):
        if chain_id != chain.id:
            continue
        last_whole = max((n for n, line in run.items() if line.seq < whole), default=-1)
        expected = 0
        for number in sorted(n for n in run if n <= last_whole):
            if number > expected:
                case.findings.error(STEP, "run.gap", Place(chain.id, None, (run_id, expected)))
            expected = number + 1
    for line in case.bundle.records:
        if line.withheld and line.chain == chain.id and line.run:
            run = case.runs.get((chain.id, line.run[0]), {})
            if line.seq >= max((later.seq for later in run.values() if not later.withheld), default=-1):
                case.findings.error(STEP, "chain.foreign_record", place_of(line))


def _against_manifest(case):
    """Count, root, and of each chain or run range, head and whether it is sealed or closed."""
    lines, wanted = case.bundle.records, case.manifest["records"]
    if len(lines) < wanted["count"]:
        case.findings.error(STEP, "bundle.record_missing", sealed=str(wanted["count"]), found=str(len(lines)))
        return
    differs = len(lines) > wanted["count"] or tree.root([line.digest for line in lines]).hex() != wanted["root"]
    entries = case.manifest["runs" if case.scope_runs else "chains"]
    for unit, entry in zip(case.units(), entries):
        differs = differs or _unit_differs(case, unit, entry)
    if differs:
        case.findings.error(STEP, "bundle.root_mismatch")


def _unit_differs(case, unit, entry):
    if any(not unit.first <= number <= unit.last for number in _numbers(case, unit)):
        return True
    line = unit.line(unit.last)
    if line is None:
        return False
    if line.digest != entry["head"]:
        return True
    if line.withheld:
        return False
    if unit.run_id is None:
        return entry["sealed"] != (line.kind == "chain.seal")
    return entry["closed"] != (line.kind == "run.end")
