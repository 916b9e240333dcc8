"""Step 13 (docs/spec/09-verifying): other documents. Plan proofs, X.509 paths and timestamps are not looked at."""

from .encodings import millis
from .findings import place_of

STEP = 13


def check(case):
    """Approvals against the records that name them; plan certificates by their dates."""
    documents = {document.digest: document for document in case.documents}
    for line in case.bundle.records:
        body = {} if line.withheld else line.predicate.get("body", {})
        document = documents.get(body.get("document"))
        if line.kind == "approval" and document is not None and document.kind == "approval/v1":
            p = document.predicate
            if p["request"] != body["request"] or p["verdict"] != body["verdict"]:
                case.findings.error(STEP, "chain.foreign_record", place_of(line))
    case.bad_certificates = set()
    for document in case.documents:
        if document.kind == "plan-certificate/v1":
            _certificate(case, document)


def _certificate(case, document):
    """docs/spec/08-documents.md: issued <= now < expires, signed by a validator."""
    p, now = document.predicate, case.options.now
    if not document.holds:
        case.bad_certificates.add(document.digest)
    if now < millis(p["issued"]):
        case.bad_certificates.add(document.digest)
        case.findings.error(STEP, "certificate.not_yet_valid")
    elif now >= millis(p["expires"]):
        case.bad_certificates.add(document.digest)
        case.findings.error(STEP, "certificate.expired")
