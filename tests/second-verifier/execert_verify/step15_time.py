"""Step 15 (format 11.2; trust.md 5): claimed times against the interval that notes give."""

import hashlib

from .encodings import millis
from .findings import place_of

STEP = 15
TOLERANCE_MS = 120_000


def check(case):
    """`recorded_at` of each record more than 120 s outside its interval."""
    texts = {}
    for seen in case.coverage.seen:
        moment = case.coverage.time(seen) if seen.sound else None
        if moment is not None:
            digest = "sha256:" + hashlib.sha256(seen.note.text).hexdigest()
            texts[digest] = min(moment, texts.get(digest, moment))
    for chain in case.chains.values():
        earliest = None
        for _, record in chain.all():
            if record.withheld:
                continue
            if record.kind == "heartbeat" and "beacon" in record.predicate["body"]:
                earliest = texts.get(record.predicate["body"]["beacon"], earliest)
            latest = case.coverage.earliest(record)
            claimed = millis(record.predicate["recorded_at"])
            late = latest is not None and claimed > latest + TOLERANCE_MS
            if late or (earliest is not None and claimed < earliest - TOLERANCE_MS):
                case.findings.warning(STEP, "time.claim_contradicted", place_of(record))
