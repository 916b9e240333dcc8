"""Step 7 (docs/spec/09-verifying): signatures, rule 2 of chapter 6, signers, the manifest's revocations."""

from . import signatures
from .document_form import ROLES
from .encodings import millis
from .findings import NOWHERE, place_of
from .statement import RECORD

STEP = 7


class Signer:
    """One key in one role, in order of first use."""

    def __init__(self, keyid, role, label):
        self.keyid = keyid
        self.role = role
        self.label = label
        self.trusted = True
        self.entries = []


def check(case):
    """All of step 7; leaves `case.signers` and `case.documents` (those not ignored)."""
    case.signers = {}
    case.documents = []
    _manifest(case)
    for basis in case.bundle.basis:
        _signature(case, basis)
    for line in case.bundle.records:
        if not line.withheld:
            _signature(case, line)
            entry = case.keys.entry(line.predicate["key"], line.chain, line.seq)
            _signer(case, line.predicate["key"], "record", entry, place_of(line), case.keys.trusts(line))
    for document in case.bundle.documents:
        _document(case, document)
    for chain in case.chains.values():
        _rule_two(case, chain)
    _revocations(case)


def _signature(case, line):
    code = case.keys.verdict(line)
    if code:
        case.findings.error(STEP, code, place_of(line))


def _signer(case, keyid, role, entry, place, trusted):
    """Notes a signer; the first time it is not trusted is a finding."""
    label = case.trust.entry(keyid, role)
    signer = case.signers.setdefault((keyid, role), Signer(keyid, role, label.label if label else None))
    if trusted:
        if entry not in signer.entries:
            signer.entries.append(entry)
        return
    if signer.trusted:
        signer.trusted = False
        code = "key.wrong_role" if case.trust.other_role(keyid, role) and case.keys.is_held(keyid) else "key.unknown"
        case.findings.error(STEP, code, place)


def _manifest(case):
    """The manifest's signer: in the trust, or trusted through each of its chains."""
    found = case.bundle.manifest
    code = signatures.judge(found, case.keys.all)
    if code:
        case.findings.error(STEP, code)
    keyid = found.predicate["key"]
    entry = case.trust.entry(keyid, "record")
    if entry is None:
        entries = [case.keys.entry(keyid, chain.id) for chain in case.listed_chains()]
        entry = entries[0] if entries and all(entries) else None
    case.manifest_trusted = entry is not None and case.keys.is_held(keyid)
    case.manifest_entry = entry
    _signer(case, keyid, "record", entry, NOWHERE, case.manifest_trusted)


def named_documents(case):
    """Digests of documents that records name."""
    names = set()
    for line in case.bundle.records:
        if not line.withheld:
            body = line.predicate.get("body", {})
            names.update(body[name] for name in ("document", "certificate") if name in body)
            names.update(link["digest"] for link in line.predicate.get("links", []))
    return names


def _document(case, document):
    """A document; one of an untrusted signer counts only if a record names it."""
    role, keyid = ROLES[document.kind], document.predicate["key"]
    entry = case.trust.entry(keyid, role)
    if entry is None and role == "record":
        found = [case.keys.entry(keyid, chain.id) for chain in case.listed_chains()]
        entry = next((one for one in found if one), None)
    trusted = entry is not None and case.keys.is_held(keyid)
    if not trusted and document.digest not in named_documents(case):
        return
    code = signatures.judge(document, case.keys.all)
    if code:
        case.findings.error(STEP, code)
    _signer(case, keyid, role, entry, NOWHERE, trusted)
    document.holds = trusted and code is None
    case.documents.append(document)


def _rule_two(case, chain):
    """Chapter 6 rule 2: never added, expired, retired, revoked, disputed."""
    keys = case.keys.by_chain[chain.id]
    shown = {end: _shown(case, chain, end) for end in keys.ends if end[1] == "key.revoke"}
    whole = _all_records(chain)
    records = [line for line in case.bundle.records if line.chain == chain.id and not line.withheld]
    for record in records + list(chain.basis.values()):
        keyid, seq, place = record.predicate["key"], record.seq, place_of(record)
        if seq < whole and not keys.added.get(keyid, seq + 1) <= max(seq - 1, 0):
            case.findings.error(STEP, "chain.foreign_record", place)
        limit = keys.until.get(keyid)
        if limit is not None and millis(record.predicate["recorded_at"]) > millis(limit):
            case.findings.error(STEP, "key.expired", place)
        _dead(case, keys, record, shown)


def _all_records(chain):
    """How many records from 0 on are here and not withheld."""
    count = 0
    while chain.at(count) is not None and not chain.at(count).withheld:
        count += 1
    return count


def _dead(case, keys, record, shown):
    """Retired or revoked before, or taken back by a revocation."""
    keyid, seq, place = record.predicate["key"], record.seq, place_of(record)
    for end in sorted(keys.ends, key=lambda e: e[0]):
        at, kind, whose, as_of, _ = end
        if whose != keyid:
            continue
        taken_back = kind == "key.revoke" and seq < at and (as_of < seq or record.digest not in shown[end])
        if at < seq or taken_back:
            case.findings.error(STEP, "key.revoked", place, found=str(at))
            if taken_back and any(seen.note.size <= at for seen in case.coverage.met(record)):
                case.findings.warning(STEP, "key.revocation_disputed", place, found=str(at))
            return


def _shown(case, chain, end):
    """Records whose place something shows: covered, or led back to by `prev` from those or the revocation."""
    found = set()
    for seq, record in sorted(chain.all(), key=lambda pair: -pair[0]):
        start = record is end[4] or bool(case.coverage.met(record))
        if start:
            found.add(record.digest)
        before = chain.at(seq - 1) if seq else None
        if record.digest in found and before is not None and not record.withheld and not before.withheld:
            if record.predicate["chain"]["prev"] == before.digest:
                found.add(before.digest)
    return found


def _manifest_ended(case):
    """The seq at which a record of the file, of a chain that the manifest names or not, ended the manifest's key."""
    keyid = case.manifest["key"]
    for name, chain in case.chains.items():
        last = max(chain.lines, default=-1)
        for at, kind, whose, _, _ in sorted(case.keys.by_chain[name].ends, key=lambda e: e[0]):
            if whose == keyid and (kind == "key.revoke" or at <= last):
                return at
    return None


def _revocations(case):
    """The manifest's signer is dead; revocations that it names or does not name."""
    at = _manifest_ended(case)
    if at is not None:
        case.findings.error(STEP, "key.revoked", found=str(at))
    if not case.manifest_trusted:
        return
    lines = [line for line in case.bundle.records if not line.withheld and line.envelope.kind == RECORD]
    here = {line.digest for line in lines} | {one.digest for one in case.basis()}
    named = case.manifest.get("revocations", [])
    for digest in named:
        if digest not in here:
            case.findings.error(STEP, "bundle.record_missing", sealed=digest)
    for line in lines:
        if line.kind in ("key.retire", "key.revoke") and line.digest not in named:
            case.findings.error(STEP, "bundle.root_mismatch", place_of(line))
