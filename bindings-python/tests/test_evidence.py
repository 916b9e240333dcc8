"""Reading evidence: the golden vectors, and a report that fails closed."""

from __future__ import annotations

import base64
import html
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

import execert
from execert import InvalidInput, Key, Recorder, Trust, TrustKey, Untrusted, check, redact, reveal, verify

GOLDEN = Path(__file__).parents[2] / "tests" / "vectors" / "golden"
CASES = sorted(path.parent for path in GOLDEN.glob("*/*/report.json"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_golden(case: Path) -> None:
    trust = json.loads((case / "trust.json").read_bytes())
    options = json.loads((case / "options.json").read_bytes())
    if "mac_key" in options:
        options["mac_key"] = base64.b64decode(options["mac_key"])
    report = check(case / "input.execert", trust, **options)
    found = report.to_dict()
    del found["verifier"]
    assert execert.canonical(found) == (case / "report.json").read_bytes().strip()
    assert bool(report) is not case.name.endswith("_fail")
    if report:
        assert verify(case / "input.execert", trust, **options).to_json() == report.to_json()
        return
    with pytest.raises(Untrusted) as caught:
        verify(case / "input.execert", trust, **options)
    error = caught.value
    assert error.report is not None
    assert error.report.to_json() == report.to_json()
    assert (error.verdict, error.exit) == (report.verdict, report.exit)
    assert error.code in {finding.code for finding in report.findings}


def test_there_are_vectors() -> None:
    assert len(CASES) >= 165


@pytest.fixture
def bundle(recorder: Recorder) -> bytes:
    with recorder.run("refund-4471", {"order": "<b>o-9</b>"}) as run:
        run.tool("crm.lookup", {"customer": "c-17"}, call=lambda customer: {"tier": "gold"})
    return run.bundle()


@pytest.fixture
def trust(key: Key) -> Trust:
    return Trust([TrustKey(key, label="acme-claims")])


def test_what_was_recorded_holds(bundle: bytes, trust: Trust) -> None:
    report = verify(bundle, trust)
    assert (report.verdict, report.exit) == ("intact-warnings", 0)
    assert repr(report).startswith("! unchanged, and signed by a key you trust, with 2 things to know")
    assert str(report).count("\n") > 10
    assert "acme-claims (your label)" in str(report)
    assert report.text(plain=True).startswith("[!] ")
    assert [finding.code for finding in report.findings] == ["witness.none", "revocation.not_checked"]
    (completeness,) = report.completeness
    assert (completeness.state, completeness.first, completeness.last) == ("closed", 0, 3)
    assert report.disclosure.withheld == 0
    assert report.signers[0]["trusted"] is True
    assert {"outcome_quality", "input_truth", "nothing_else_ran", "key_holder"} <= set(report.not_shown)
    assert "records_as_signed" in report.shows
    assert report.axes["content"] == "pass"


def test_the_same_from_bytes_path_and_stream(bundle: bytes, trust: Trust, tmp_path: Path) -> None:
    path = tmp_path / "r.execert"
    path.write_bytes(bundle)
    now = "2030-01-01T00:00:00.000Z"
    with path.open("rb") as file:
        reports = [check(source, trust, now=now).to_json() for source in (bundle, path, str(path), file)]
    assert len(set(reports)) == 1


def test_a_changed_field_is_named(bundle: bytes, trust: Trust) -> None:
    changed = bundle.replace(b'"tier":"gold"', b'"tier":"iron"')
    assert changed != bundle
    with pytest.raises(Untrusted) as caught:
        verify(changed, trust)
    error = caught.value
    assert (error.verdict, error.code, error.path, error.exit) == ("altered", "content.changed", "/output/tier", 1)
    assert error.record == 3
    report = check(changed, trust)
    assert not report
    assert "✓" not in str(report)


def test_a_stranger_is_a_state_of_its_own(bundle: bytes) -> None:
    report = check(bundle, Trust())
    assert (report.verdict, report.exit, bool(report)) == ("unknown-signer", 3, False)


def test_whole_fingerprints_are_trusted(bundle: bytes, key: Key) -> None:
    assert verify(bundle, Trust([key.fingerprint])).exit == 0
    with pytest.raises(InvalidInput):
        Trust([key.fingerprint[:19]])


def test_keys_by_file_and_text(bundle: bytes, key: Key, tmp_path: Path) -> None:
    (tmp_path / "acme.pub").write_text(key.public_pem)
    for given in (tmp_path / "acme.pub", str(tmp_path / "acme.pub"), key.public_pem, key.id, {"key": key.id, "role": "record"}):
        assert verify(bundle, Trust([given])).exit == 0
    with pytest.raises(InvalidInput) as caught:
        Trust(["absent.pub"])
    assert caught.value.code == "key.not_found"


def test_trust_documents(bundle: bytes, trust: Trust, tmp_path: Path) -> None:
    trust.save(tmp_path / "acme.trust")
    assert Trust.load(tmp_path / "acme.trust").to_dict() == trust.to_dict()
    report = check(bundle, tmp_path / "acme.trust")
    assert report.exit == 0
    assert "trust acme.trust" in str(report)
    assert repr(trust) == "Trust(1 key)"


def test_without_trust_the_users_own_store_counts(bundle: bytes, trust: Trust, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("EXECERT_TRUST", raising=False)
    assert check(bundle).verdict == "unknown-signer"
    (tmp_path / "execert").mkdir()
    trust.save(tmp_path / "execert" / "trust.json")
    assert check(bundle).exit == 0


def test_requirements(bundle: bytes, trust: Trust) -> None:
    report = check(bundle, trust, require=["witness:2"])
    assert (report.verdict, report.exit) == ("requirement-missing", 8)
    with pytest.raises(InvalidInput):
        check(bundle, trust, require=["luck"])


def test_an_open_run_is_incomplete(recorder: Recorder, trust: Trust) -> None:
    run = recorder.run("open")
    run.tool("t", call=lambda: None)
    assert check(run.bundle(), trust).verdict == "incomplete"
    assert check(run.bundle(), trust, allow_open=True).exit == 0


@pytest.mark.parametrize("evidence", [b"", b"\xef\xbb\xbf{}", b"not json", b"\x1f\x8b\x08\x00", b"{}\n"])
def test_what_cannot_be_read_is_untrusted(evidence: bytes, trust: Trust) -> None:
    report = check(evidence, trust)
    assert (report.verdict, report.exit, bool(report)) == ("unreadable", 7, False)
    with pytest.raises(Untrusted):
        verify(evidence, trust)


def test_a_missing_file_is_an_os_error(trust: Trust) -> None:
    with pytest.raises(OSError, match=r"absent\.execert"):
        verify("absent.execert", trust)


def test_what_is_no_evidence_is_a_usage_error(trust: Trust) -> None:
    with pytest.raises((InvalidInput, TypeError)):
        check(42, trust)  # type: ignore[arg-type]


def test_an_exception_of_the_callers_file_passes(trust: Trust) -> None:
    class Broken:
        def read(self, _: int) -> bytes:
            raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError, match="gone"):
        check(Broken(), trust)  # type: ignore[arg-type]


def test_the_notebook_shows_text_only(recorder: Recorder, key: Key) -> None:
    label = "<img src=x onerror=alert(1)>"
    with recorder.run("r", {"a": "<script>alert(1)</script>"}) as run:
        pass
    shown = check(run.bundle(), Trust([TrustKey(key, label=label)]))._repr_html_()
    assert shown.startswith("<pre>")
    assert shown.endswith("</pre>")
    inside = shown.removeprefix("<pre>").removesuffix("</pre>")
    assert "<" not in inside
    assert html.unescape(inside) == str(check(run.bundle(), Trust([TrustKey(key, label=label)])))


def test_redact_and_reveal(bundle: bytes, trust: Trust, tmp_path: Path) -> None:
    (completeness,) = check(bundle, trust).completeness
    place = [{"chain": completeness.chain, "seq": 2, "paths": ["/input"]}]
    redact(bundle, {"hide": place}, tmp_path / "less.execert")
    less = (tmp_path / "less.execert").read_bytes()
    assert b"c-17" in bundle
    assert b"c-17" not in less
    report = verify(less, trust)
    assert report.disclosure.withheld == 1
    assert check(less, trust, require=["no-withheld"]).verdict == "requirement-missing"
    reveal(less, bundle, {"show": place}, tmp_path / "again.execert")
    assert b"c-17" in (tmp_path / "again.execert").read_bytes()
    assert verify(tmp_path / "again.execert", trust).disclosure.withheld == 0


def test_errors_can_be_pickled(bundle: bytes) -> None:
    with pytest.raises(Untrusted) as caught:
        verify(bundle, Trust())
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is Untrusted
    assert (str(again), again.code, again.verdict) == (str(caught.value), caught.value.code, "unknown-signer")
    assert again.report.to_json() == caught.value.report.to_json()  # type: ignore[union-attr]
