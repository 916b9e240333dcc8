"""The report `execert/report/v1` (docs/spec/10-report)."""

from .encodings import time_text
from .findings import ERROR, LISTED
from .step17_verdict import etsi, verdict

VERIFIER = {"name": "second-verifier", "version": "1", "formats": [1]}
AXES = ("content", "order", "completeness", "signatures", "signer", "witness", "time", "revocation", "disclosure",
        "plan", "replay")
ALWAYS_NOT_SHOWN = ["outcome_quality", "input_truth", "nothing_else_ran", "key_holder"]
ORDER = {"chain.gap", "chain.reordered", "chain.forked", "chain.foreign_record", "run.gap", "record.hash_mismatch"}
REVOCATION = {"key.revoked", "key.revocation_disputed", "certificate.revoked", "certificate.child_revoked"}


def axes_of(code):
    """The axes that a code bears on."""
    area = code.partition(".")[0]
    if code in ORDER or area == "bundle":
        return ["order"]
    if code in ("content.changed", "content.absent") or area == "disclose":
        return ["content"]
    if area in ("chain", "run") or code in ("record.withheld", "record.outcome_absent"):
        return ["completeness"]
    found = {"record": ["signatures"], "key": ["signer"], "identity": ["signer"], "witness": ["witness"],
             "time": ["time"], "revocation": ["revocation"], "content": ["disclosure"],
             "certificate": ["plan"]}.get(area, [])
    return found + (["revocation"] if code in REVOCATION else [])


def _base(trust, options, findings):
    listed, unlisted = findings.listed()
    return {
        "report": 1,
        "subject": {"kind": "bundle", "records": 0, "chains": 0},
        **({"unlisted": unlisted} if unlisted else {}),
        "axes": {name: "not_checked" for name in AXES},
        "findings": listed,
        "completeness": [],
        "disclosure": {"fields": 0, "withheld": 0, "erased": 0, "recordsWithheld": 0},
        "times": [],
        "signers": [],
        "witnesses": [],
        "trust": {"digest": trust.digest, "quorum": trust.policy.quorum, "revocationAgeS": None},
        "shows": [],
        "not_shown": ALWAYS_NOT_SHOWN + ["when"],
        "verifier": VERIFIER,
        "at": options.at,
    }


def _conclude(report, findings, own, witnessed):
    name, code = verdict(findings, own)
    report["verdict"], report["exit"], report["etsi"] = name, code, etsi(name, findings, witnessed)
    if code in (0, 4, 5, 8):
        report["shows"] = ["records_as_signed", "none_added_removed_moved", "key_signed"]
    elif name == "altered":
        marked = all(left["severity"] != ERROR for left in report.get("unlisted", []))
        report["shows"] = ["original_sealed"] + (["unmarked_match"] if marked else [])
        report["not_shown"] = report["not_shown"] + ["author_of_change"]
    return report


def unreadable(trust, options, findings):
    """The report of a file that steps 1 to 3 refused."""
    return _conclude(_base(trust, options, findings), findings, False, False)


def full(case):
    """The report after all steps."""
    report = _base(case.trust, case.options, case.findings)
    witnessed = case.coverage.any_quorum()
    shown = case.disclosure
    models = any(not line.withheld and "model" in line.predicate for line in case.bundle.records)
    report["subject"] = {"kind": "bundle", "digest": case.bundle.manifest.digest,
                         "records": len(case.bundle.records), "chains": len(case.manifest["chains"])}
    report["axes"] = _axes(case, witnessed)
    report["completeness"] = [
        {"chain": unit.chain_id, "run": unit.run_id, "first": unit.first, "last": unit.last, "state": state,
         "through": through} for unit, state, through in zip(case.units(), case.states, case.through)]
    report["disclosure"] = {"fields": shown.fields, "withheld": shown.withheld, "erased": shown.erased,
                            "recordsWithheld": shown.records_withheld}
    report["times"] = [{"what": what, "at": time_text(moment), "by": "witnessed"} for what, moment in case.times]
    report["signers"] = [{"keyid": s.keyid, "label": s.label, "role": s.role, "trusted": s.trusted}
                         for s in list(case.signers.values())[:LISTED]]
    report["witnesses"] = case.witnesses
    report["trust"]["revocationAgeS"] = case.revocation_age
    report["not_shown"] = ALWAYS_NOT_SHOWN + ([] if witnessed else ["when"]) + (["model_identity"] if models else [])
    own = all(s.trusted and all(entry.own for entry in s.entries) for s in case.signers.values())
    return _conclude(report, case.findings, own, witnessed)


def _axes(case, witnessed):
    """fail on an error, warn on a warning among an axis's codes, else its base."""
    axes = {name: "pass" for name in AXES}
    axes["content"] = "pass" if case.disclosure.any_content else "absent"
    axes["witness"] = "pass" if case.coverage.counted() else "absent"
    axes["time"] = "pass" if witnessed else "absent"
    axes["revocation"] = "n/a" if case.all_publish_none else "pass"
    axes["plan"] = "pass" if any(d.kind == "plan-certificate/v1" for d in case.documents) else "n/a"
    axes["replay"] = "not_checked"
    if case.findings.has("revocation.not_checked"):
        axes["revocation"] = "not_checked"
    worst = {}
    for finding in case.findings.items:
        if finding["code"] in ("witness.none", "revocation.not_checked"):
            continue
        for axis in axes_of(finding["code"]):
            if finding["severity"] == ERROR or axis not in worst:
                worst[axis] = "fail" if finding["severity"] == ERROR else "warn"
    return {**axes, **worst}
