"""Step 15 (docs/spec/09-verifying.md): claimed times against the interval that notes give."""

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
    beacons = {chain.id: _beacons(chain, texts) for chain in case.chains.values()}
    for record in [
        line for line in case.bundle.records if not line.withheld and id(line) not in case.left_out
    ] + case.basis():
        earliest = [moment for seq, moment in beacons[record.chain] if seq <= record.seq][-1:]
        latest = case.coverage.earliest(record)
        claimed = millis(record.predicate["recorded_at"])
        late = latest is not None and claimed > latest + TOLERANCE_MS
        if late or any(claimed < moment - TOLERANCE_MS for moment in earliest):
            case.findings.warning(STEP, "time.claim_contradicted", place_of(record))


def _beacons(chain, texts):
    """(seq, time) of heartbeats whose beacon is a note of the file, in order of seq."""
    found = []
    for seq, record in chain.all():
        if record.kind == "heartbeat" and record.predicate["body"].get("beacon") in texts:
            found.append((seq, texts[record.predicate["body"]["beacon"]]))
    return found
