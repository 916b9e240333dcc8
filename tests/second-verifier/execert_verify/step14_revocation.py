"""Step 14 (docs/spec/09-verifying): revocation lists of the trust."""

from . import signatures
from .encodings import millis
from .findings import ERROR, NOWHERE, WARNING, place_of

STEP = 14


class List:
    """A revocation list signed by a key of role revocation."""

    def __init__(self, envelope, entry):
        p = envelope.predicate
        self.operator = entry.operator
        self.signer = entry.keyid
        self.number = p["number"]
        self.entries = p["entries"]
        self.this_update = millis(p["this_update"])
        self.next_update = millis(p["next_update"])


def check(case):
    """Entries, then the age of lists; leaves `case.revocation_age` and `case.all_publish_none`."""
    lists = _lists(case)
    for one in lists:
        for entry in one.entries:
            _entry(case, one, entry)
    signers = {id(e): e for s in case.signers.values() for e in s.entries}.values()
    used = [one for one in _newest(lists) if any(one.operator == entry.operator for entry in signers)]
    _age(case, signers, used)
    now = case.options.now
    oldest = min((one.this_update for one in used), default=None)
    case.revocation_age = None if oldest is None else max(now - oldest, 0) // 1000
    case.all_publish_none = not used and all(entry.publishes_none for entry in signers)


def _lists(case):
    """The lists that hold: signed by a key that the trust gives the role revocation."""
    found = []
    for envelope in case.trust.lists:
        entry = case.trust.entry(envelope.predicate["key"], "revocation")
        if envelope.kind == "revocation-list/v1" and entry and entry.keyid in case.keys.all:
            if signatures.judge(envelope, case.keys.all) is None:
                found.append(List(envelope, entry))
    return found


def _newest(lists):
    """The list with the highest number of each operator: its age counts."""
    newest = {}
    for one in lists:
        if one.operator not in newest or newest[one.operator].number <= one.number:
            newest[one.operator] = one
    return list(newest.values())


def _entry(case, one, entry):
    """All of a listed key's records, except those that the log had in time; listed certificates."""
    if "document" in entry:
        for document in case.documents:
            if document.digest == entry["document"] and document.kind == "plan-certificate/v1":
                case.bad_certificates.add(document.digest)
                case.findings.error(STEP, "certificate.revoked")
        return
    last = entry.get("last_valid")
    if entry["key"] == case.manifest["key"] and _covered_by(one, case.manifest_entry):
        case.findings.error(STEP, "key.revoked", NOWHERE)
    for record in [line for line in case.bundle.records if not line.withheld] + case.basis():
        if record.predicate["key"] != entry["key"]:
            continue
        if not _covered_by(one, case.keys.entry(entry["key"], record.chain, record.seq)):
            continue
        if not _in_time(case, record, last):
            case.findings.error(STEP, "key.revoked", place_of(record))


def _covered_by(one, signer):
    """A list covers signers with the same operator."""
    return signer is not None and signer.operator == one.operator


def _in_time(case, record, last):
    """A quorum checkpoint of at most the last good size covers the record."""
    chain = case.chain(record.chain)
    if last is None or chain.entry is None or chain.entry["origin"] != last["origin"]:
        return False
    return any(seen.note.size <= last["size"] for seen in case.coverage.met(record))


def _age(case, signers, used):
    """No list and none said not to be published; lists that are too old."""
    required, now = "revocation" in case.options.require, case.options.now
    operators = {one.operator for one in used}
    if any(not entry.publishes_none and entry.operator not in operators for entry in signers):
        if required:
            case.findings.error(STEP, "revocation.stale")
        else:
            case.findings.warning(STEP, "revocation.not_checked")
    if any(now > one.next_update or now - one.this_update > case.trust.max_age_ms for one in used):
        case.findings.add(STEP, "revocation.stale", ERROR if required else WARNING)
