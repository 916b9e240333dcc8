"""The 17 steps of docs/spec/09-verifying, in an order in which each has what it needs."""

from . import (bundle, report, step04_set, step05_chain, step06_keys, step07_signatures, step08_content, step09_pairs,
               step10_mac, step11_log, step12_completeness, step13_documents, step14_revocation, step15_time,
               step16_requirements)
from .case import Case
from .findings import Findings
from .trust import Options, Trust


def verify(data, trust, options):
    """The report (a JSON value) of bundle bytes, under a trust document and options (JSON values)."""
    trust, options = Trust(trust), Options(options)
    try:
        read = bundle.read(data)
    except bundle.Unreadable as stop:
        findings = Findings()
        findings.error(stop.step, stop.code, path=stop.path, line=stop.line)
        return report.unreadable(trust, options, findings)
    case = Case(read, trust, options)
    step04_set.sort_lines(case)
    step06_keys.walk(case)       # which basis counts; steps 4 and 5 need it
    step11_log.look(case)        # what notes cover; step 7 needs it
    step04_set.check(case)
    step05_chain.check(case)
    step07_signatures.check(case)
    step08_content.check(case)
    step09_pairs.check(case)
    step10_mac.check(case)
    step11_log.check(case)
    step12_completeness.check(case)
    step13_documents.check(case)
    step14_revocation.check(case)
    step15_time.check(case)
    step16_requirements.check(case)
    return report.full(case)
