"""Step 8 (docs/spec/09-verifying): content forms, what is hidden, where a change is."""

from . import content, locate, redacted
from .encodings import b64, unb64
from .errors import Refused
from .findings import NOWHERE, place_of

STEP = 8
CHANGED, MISMATCH = "content.changed", "disclose.commitment_mismatch"


class Disclosure:
    """The numbers of the report's `disclosure`, and which records hide something."""

    def __init__(self):
        self.fields = self.withheld = self.erased = self.records_withheld = 0
        self.any_content = False
        self.places = []


def check(case):
    """All content of the file."""
    case.disclosure = shown = Disclosure()
    erased = _erased(case)
    for line in case.bundle.records:
        place = place_of(line)
        if line.withheld:
            case.findings.warning(STEP, "record.withheld", place)
            shown.records_withheld += 1
            shown.places.append(place)
        elif "content" in line.envelope.form:
            _form(case, line.envelope, place)
        elif (line.chain, line.seq) in erased:
            shown.erased += 1
        else:
            case.findings.warning(STEP, "content.absent", place)
            shown.places.append(place)
    for document in case.documents:
        if "content" in document.form:
            _form(case, document, NOWHERE)


def _erased(case):
    """(chain, seq) listed by erasure records, lines and counting basis."""
    records = [line for line in case.bundle.records if line.kind == "erasure"]
    records += [one for one in case.basis() if one.kind == "erasure"]
    return {(one.chain, seq) for one in records for seq in one.predicate["body"]["records"]}


def _form(case, envelope, place):
    """A whole or redacted form, and its index."""
    form, shown, root = envelope.form, case.disclosure, envelope.predicate["content"]["root"]
    value, hashes = form["content"], {}
    hidden = frozenset(form["open"]["hidden"]) if "open" in form else frozenset()
    shown.any_content = True
    shown.fields += content.leaves(value, hidden)
    shown.withheld += len(hidden)
    if hidden:
        shown.places.append(place)
    code = MISMATCH if "open" in form else CHANGED
    found = None
    try:
        if "open" in form:
            found = redacted.commit(value, form["open"], hashes)
        else:
            found = content.commit(value, unb64(form["seed"]), "", hashes)
    except Refused as refused:
        code, hashes = refused.code, hashes if refused.code == MISMATCH else {}
    if found is not None and found.hex() == root:
        if "index" in form and not locate.same(form["index"], locate.index_of(value, hashes, hidden)):
            case.findings.error(STEP, MISMATCH, place, path="/index")
        return
    sealed = _index_hashes(case, form, root, place)
    pointers = []
    if sealed and "" in hashes:
        pointers = locate.differing(form["index"], value, hashes, hidden)
    if not pointers or (len(pointers) > 1 and len(pointers) == content.leaves(value, hidden)):
        case.findings.error(STEP, code, place)
        return
    for pointer in pointers[: locate.FIRST]:
        case.findings.error(STEP, code, place, path=pointer, sealed=_text(sealed, pointer),
                            found=_text(hashes, pointer))


def _index_hashes(case, form, root, place):
    """Value hashes of the index's nodes, if it gives the signed root; else a finding of its own."""
    if "index" not in form:
        return None
    sealed = {}
    try:
        found = locate.commit(form["index"], "", sealed).hex()
    except locate.NoCommitment:
        found = None
    if found == root:
        return sealed
    case.findings.error(STEP, MISMATCH, place, path="/index")
    return None


def _text(hashes, pointer):
    return b64(hashes[pointer]) if pointer in hashes else None
