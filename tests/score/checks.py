"""The thirty checks of what people see. One counts only if every test named beside it exists and passed."""

from __future__ import annotations

from typing import NamedTuple


class Check(NamedTuple):
    number: int
    claim: str
    tests: tuple[str, ...] = ()
    missing: str = ""
    """What does not exist yet; such a check never counts."""


CLI = "tests/cli/test_cli.py::"
PY = "bindings-python/tests/test_evidence.py::"
PAGE = "there is no verification page yet"
CHECKS = [
    Check(
        1,
        "one command installs it, for Python and for Node",
        ("tests/supply/check.py::wheel_installs_without_a_network", "bindings-node/test/packages.test.mjs"),
    ),
    Check(2, "the demo alters a field and catches it, within a minute, without a network", (CLI + "test_demo",)),
    Check(
        3,
        "a run of one's own in ten lines or fewer, in five languages",
        ("tests/newcomer/run.py",),
        "Python and TypeScript; Go, Kotlin and C need more lines",
    ),
    Check(4, "nothing uses a network", ("tests/supply/check.py::nothing_opens_a_network",)),
    Check(
        5,
        "`verify` fails closed by its type: evidence that does not hold is an exception",
        (PY + "test_a_changed_field_is_named", PY + "test_what_cannot_be_read_is_untrusted"),
    ),
    Check(
        6,
        "an exit code for each verdict, frozen",
        (CLI + "test_golden_exit_codes", CLI + "test_several_files_answer_the_worst"),
    ),
    Check(
        7,
        "a finding names the record and the place in it",
        (PY + "test_a_changed_field_is_named", CLI + "test_sarif_names_line_and_code"),
    ),
    Check(
        8,
        "every failure says what to do next",
        (CLI + "test_explain_knows_every_code", "tests/cli/test_words.py::test_every_failure_says_what_to_do_next"),
    ),
    Check(9, "an unknown signer is a state of its own", (PY + "test_a_stranger_is_a_state_of_its_own",)),
    Check(
        10,
        "data without a signature is never called verified",
        ("core/tests/golden.rs::bad", "tests/vectors/golden/bad/unsigned_fail/expect.json"),
    ),
    Check(
        11,
        "nothing in the file can make a sign of success appear",
        (CLI + "test_record_text_is_inert", "core/tests/tamper/controls.rs::a_hidden_place_cannot_be_filled"),
    ),
    Check(
        12,
        "no green and no tick in a report that fails",
        ("tests/cli/test_words.py::test_no_green_and_no_tick_where_it_fails",),
    ),
    Check(
        13,
        "beside each verdict stands what it does not show",
        (PY + "test_what_was_recorded_holds", CLI + "test_golden_exit_codes"),
    ),
    Check(
        14,
        "absent, not checked and not applicable are three things",
        ("core/tests/golden.rs::bundle", "tests/second-verifier/run_vectors.py"),
    ),
    Check(
        15, "the age of revocation lists is shown", (), "lists are judged by age; the text does not show the age yet"
    ),
    Check(16, "the verification page is one file, without a server and without rights", (), PAGE),
    Check(17, "the page's report and the command's are the same bytes", (), PAGE),
    Check(18, "a verifier inside a pack says that it is not independent", (), "there are no packs yet"),
    Check(19, "page and command read every pack", (), "there are no packs yet"),
    Check(
        20,
        "hostile text does nothing wherever it is shown",
        (
            "core/src/render/clean.rs::each_sink_escapes_its_own",
            "core/src/render/clean.rs::nothing_steers_the_terminal",
            CLI + "test_record_text_is_inert",
            PY + "test_the_notebook_shows_text_only",
        ),
    ),
    Check(21, "the page is accessible in every state and prints well", (), PAGE),
    Check(22, "the words were reviewed in three languages", (), "English only"),
    Check(23, "the certificate as a page and as text has the same leaves", (), "there are no plan certificates yet"),
    Check(24, "what was required stands apart from what is only reported", (PY + "test_requirements",)),
    Check(25, "seven questions about lineage are answered without a click", (), "there is no lineage view yet"),
    Check(26, "20,000 records open and 100,000 scroll", (), "there is no lineage view yet"),
    Check(27, "a PDF with the bundle inside", (), "there is no PDF yet"),
    Check(
        28,
        "every code has a page, a test that gives it, and a place",
        (CLI + "test_explain_knows_every_code", "bindings-python/tests/test_negative.py::test_bundle"),
        "not every code has a test that gives it",
    ),
    Check(
        29,
        "what documentation shows was run, and there is one version",
        ("scripts/docs", "bindings-python/tests/test_api.py::test_one_version"),
    ),
    Check(30, "every format of the past is still read", (), "there is no past format yet"),
]
