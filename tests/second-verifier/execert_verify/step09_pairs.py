"""Step 9 (docs/spec/09-verifying): links to records that are here, intents and outcomes."""

from .findings import place_of

STEP = 9
LINKS = "/payload/predicate/links"


def check(case):
    """Links of kept records and counting basis, in order of chain and seq; then intents without outcome."""
    for chain in case.chains.values():
        answered = set()
        for _, record in chain.all():
            if not record.withheld and not _links_fit(case, chain, record, answered):
                case.findings.error(STEP, "chain.foreign_record", place_of(record), path=LINKS)
        for seq, record in chain.all():
            if not record.withheld and record.predicate["phase"] == "intent" and seq not in answered:
                case.findings.warning(STEP, "record.outcome_absent", place_of(record))


def _links_fit(case, chain, record, answered):
    fits = True
    for link in record.predicate.get("links", []):
        if "seq" in link:
            target_chain = case.chains.get(link.get("chain", chain.id))
            target = target_chain.at(link["seq"]) if target_chain else None
            if target is not None and target.digest != link["digest"] and not target_chain.hash_mismatch:
                fits = False
        if link["rel"] == "intent":
            fits = _intent_fits(case, chain, record, link) and fits
            fits = fits and link["seq"] not in answered
            answered.add(link["seq"])
    return fits


def _intent_fits(case, chain, record, link):
    """The target is an earlier intent of the same kind, run, step and attempt."""
    p = record.predicate
    target = chain.at(link["seq"]) or _withheld_by_digest(case, chain, p["run"]["id"], link["digest"])
    if target is None:
        run = case.run_lines(chain.id, p["run"]["id"])
        return not all(number in run for number in range(p["run"]["seq"]))
    if target.withheld:
        return True
    t = target.predicate
    return (t["phase"] == "intent" and target.seq < record.seq and t["run"]["id"] == p["run"]["id"]
            and all(t.get(name) == p.get(name) for name in ("kind", "step", "attempt")))


def _withheld_by_digest(case, chain, run, digest):
    """A withheld line of scope runs has no seq; its digest finds it, in the same run."""
    return next((line for line in case.kept() if line.withheld and line.seq is None and line.chain == chain.id
                 and line.run[0] == run and line.digest == digest), None)
