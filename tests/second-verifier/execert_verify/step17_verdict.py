"""Step 17 (docs/spec/10-report.md): the verdict, its exit and its ETSI words."""

from .findings import ERROR, WARNING


def _codes(area, names):
    return {f"{area}.{name}" for name in names.split()}


ROWS = (
    ("unreadable", 7,
     _codes("bundle", "malformed version_unknown unknown_member ambiguous_container too_large too_many")
     | _codes("record", "malformed version_unknown unknown_member too_large")
     | {"certificate.malformed", "identity.malformed"}),
    ("altered", 1, {"content.changed", "certificate.plan_changed"}
     | _codes("record", "hash_mismatch signature_mismatch tag_mismatch")
     | _codes("chain", "gap reordered truncated foreign_record") | _codes("run", "gap truncated")
     | _codes("bundle", "root_mismatch record_missing") | _codes("witness", "other_content signature_mismatch")),
    ("forked", 1, {"chain.forked"}),
    ("revoked", 6, {"key.revoked", "certificate.revoked", "certificate.child_revoked", "identity.revoked"}),
    ("unsigned", 3, {"record.unsigned"}),
    ("unknown-signer", 3, _codes("key", "unknown weak wrong_role") | _codes("identity", "wrong_use wrong_name")),
    ("incomplete", 4, _codes("chain", "start_absent tail_unproven empty rolled_back")
     | {"run.open", "certificate.status_unknown"}),
    ("expired", 5, {"key.expired", "certificate.expired", "certificate.not_yet_valid", "identity.expired",
                    "identity.early"}),
    ("requirement-missing", 8, _codes("witness", "quorum_not_met time_impossible")
     | {"time.not_timestamped", "revocation.stale", "content.withheld", "certificate.absent"}),
)
AREAS = {"unreadable": "canon.", "altered": "disclose."}
ETSI = {
    "unreadable": ("TOTAL-FAILED", "FORMAT_FAILURE"),
    "altered": ("TOTAL-FAILED", "HASH_FAILURE"),
    "forked": ("TOTAL-FAILED", "https://execert.dev/etsi/forked"),
    "revoked": ("TOTAL-FAILED", "REVOKED"),
    "unsigned": ("INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND"),
    "unknown-signer": ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND"),
    "incomplete": ("INDETERMINATE", "SIGNED_DATA_NOT_FOUND"),
    "expired": ("TOTAL-FAILED", "EXPIRED"),
    "requirement-missing": ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"),
    "own-key": ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND"),
    "intact-warnings": ("TOTAL-PASSED", ""),
    "intact": ("TOTAL-PASSED", ""),
}
NO_POE = {"revoked": "REVOKED_NO_POE", "expired": "OUT_OF_BOUNDS_NO_POE"}


def verdict(findings, own):
    """(verdict, exit): the first row with an error finding; `own`: every signer is the reader's own key."""
    errors = {f["code"] for f in findings.items if f["severity"] == ERROR}
    for name, code, codes in ROWS:
        if errors & codes or any(error.startswith(AREAS.get(name, "-")) for error in errors):
            return name, code
    if own:
        return "own-key", 0
    if any(f["severity"] == WARNING for f in findings.items):
        return "intact-warnings", 0
    return "intact", 0


def etsi(name, findings, witnessed):
    """The report's `etsi`."""
    main, sub = ETSI[name]
    if name == "altered" and findings.has("record.signature_mismatch"):
        sub = "SIG_CRYPTO_FAILURE"
    if name in NO_POE and not witnessed:
        main, sub = "INDETERMINATE", NO_POE[name]
    return {"main": main, "sub": sub}
