"""Step 5 (docs/spec/09-verifying): links to the record before, epochs, and what may not follow what."""

from . import tree
from .findings import place_of

STEP = 5


def check(case):
    """All checks of step 5, for kept lines and counting basis."""
    mismatched, told = set(), set()
    for chain in case.chains.values():
        _chain_links(case, chain, mismatched)
    for run in case.runs.values():
        _run_links(case, run, mismatched)
    for chain in case.chains.values():
        _epochs(case, chain, told)
        _order(case, chain, told)
        _opening(case, chain, told)
        _heartbeats(case, chain, told)
    for (chain_id, _), run in case.runs.items():
        _after_end(case, run, told)


def _foreign(case, record, told, path=None):
    """Once per record and path, however many rules it breaks."""
    if (id(record), path) not in told:
        told.add((id(record), path))
        case.findings.error(STEP, "chain.foreign_record", place_of(record), path=path)


def _chain_links(case, chain, mismatched):
    for seq, record in chain.all():
        before = chain.at(seq - 1) if seq else None
        if not record.withheld and before is not None:
            _link(case, record, record.predicate["chain"]["prev"], before, mismatched)


def _run_links(case, run, mismatched):
    for number, record in sorted(run.items()):
        before = run.get(number - 1)
        if not record.withheld and before is not None:
            _link(case, record, record.predicate["run"]["prev"], before, mismatched)


def _link(case, record, prev, before, mismatched):
    """`prev` is not the digest of the record before: there if that does not stand by itself, else here."""
    if prev == before.digest:
        return
    there = before.withheld or case.keys.fails(before)
    stands = before if there else record
    case.chain(record.chain).hash_mismatch = True
    if id(stands) not in mismatched:
        mismatched.add(id(stands))
        case.findings.error(STEP, "record.hash_mismatch", place_of(stands), sealed=prev if there else None,
                            found=before.digest)


def _epochs(case, chain, told):
    """`mac.epoch` grows by one after each heartbeat and only there; after a hole it does not fall."""
    last_seq, last = -1, None
    for seq, record in chain.all():
        if record.withheld:
            continue
        epoch = record.predicate["mac"]["epoch"]
        if seq == 0:
            holds = epoch == 0
        elif last is None:
            holds = True
        elif last_seq == seq - 1:
            holds = epoch == last[0] + last[1]
        else:
            holds = epoch >= last[0]
        if not holds:
            _foreign(case, record, told)
        last_seq, last = seq, (epoch, record.kind == "heartbeat")


def _order(case, chain, told):
    """Nothing after a seal; no revocation by the revoked key; no basis of another tenant."""
    sealed = False
    for seq, record in chain.all():
        if sealed:
            _foreign(case, record, told)
        if record.withheld:
            continue
        sealed = sealed or record.kind == "chain.seal"
        p = record.predicate
        if record.kind == "key.revoke" and p["body"]["keyid"] == p["key"]:
            _foreign(case, record, told)
        if seq not in chain.lines and chain.entry and p["tenant"] != chain.entry["tenant"]:
            _foreign(case, record, told)


def _opening(case, chain, told):
    """Record 0 names the manifest's origin."""
    opening = chain.opening()
    if opening is not None and chain.entry and opening.predicate["body"]["origin"] != chain.entry["origin"]:
        _foreign(case, opening, told, "/payload/predicate/body/origin")


def _heartbeats(case, chain, told):
    """Numbers and root of heartbeats, where the chain is here from 0."""
    if chain.hash_mismatch:
        return
    expected, withheld = {0}, []
    for seq in range(chain.from_zero()):
        record = chain.at(seq)
        if record.withheld:
            withheld.append(seq + 1)
        elif record.kind == "heartbeat":
            body = record.predicate["body"]
            fits = body["first"] in expected or body["first"] in withheld
            if not fits or tree.root(chain.digests(seq)).hex() != body["root"]:
                _foreign(case, record, told)
            expected, withheld = {seq + 1}, []


def _after_end(case, run, told):
    """Nothing of a run after its run.end."""
    ended = False
    for _, record in sorted(run.items()):
        if ended:
            _foreign(case, record, told)
        ended = ended or record.kind == "run.end"
