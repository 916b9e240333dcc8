"""The command as a person uses it: exit codes, what is said, and what is never done."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXECERT = os.environ.get("EXECERT_COMMAND", str(ROOT / "build" / "execert"))
GOLDEN = ROOT / "tests" / "vectors" / "golden"


class Shell:
    """A folder and a home of its own."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder / "work"
        self.home = folder / "home"
        self.folder.mkdir()
        self.home.mkdir()
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "LANG": "C.UTF-8",
        }

    def __call__(self, *args: str, code: int | None = 0, **env: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [EXECERT, *args],
            cwd=self.folder,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        if code is not None:
            assert done.returncode == code, (args, done.returncode, done.stdout, done.stderr)
        return done


@pytest.fixture
def shell(tmp_path: pathlib.Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def made(shell: Shell) -> Shell:
    shell("init", "--example", "refunds")
    return shell


def policy(shell: Shell, *rules: dict, **members: object) -> str:
    (shell.folder / "rules.json").write_text(
        json.dumps({"policy": 1, "default": "deny", "rules": list(rules), **members})
    )
    return "rules.json"


def test_help_and_version_and_wrong_usage(shell: Shell) -> None:
    assert "Exit codes (frozen)" in shell("--help").stdout
    assert re.fullmatch(r"execert \d+\.\d+\.\d+\n", shell("--version").stdout)
    assert "unexpected" in shell("verify", "--nonsense", code=2).stderr
    shell("verify", code=2)
    shell("frobnicate", code=2)


def test_every_verb_has_help(shell: Shell) -> None:
    listed = re.findall(r"^  ([a-z]+)  ", shell("--help").stdout, re.M)
    assert {"init", "run", "verify", "show", "explain", "diff", "redact", "reveal", "doctor", "man"} <= set(listed)
    for verb in listed:
        if verb != "help":
            assert "Usage:" in shell(verb, "--help").stdout


def test_demo(shell: Shell) -> None:
    text = shell("demo").stdout
    assert "payments.refund" in text and "policy.approval_missing" in text
    assert "unchanged, and signed by a key you trust" in text
    assert "this copy was altered after it was sealed" in text
    assert "`/output/paid` is not what was sealed" in text
    assert list(shell.folder.iterdir()) == [], "the demo leaves nothing"


def test_init_writes_once(made: Shell) -> None:
    assert (made.folder / "recorder.key").stat().st_mode & 0o777 == 0o600
    assert (made.folder / "acme.ledger").stat().st_mode & 0o777 == 0o700
    before = (made.folder / "recorder.key").read_bytes()
    again = made("init", code=2)
    assert "recorder.key" in again.stderr and "hint:" in again.stderr
    assert (made.folder / "recorder.key").read_bytes() == before


def test_run_record_verify(made: Shell) -> None:
    ran = made("run", "-o", "hello.execert", "--", "sh", "-c", "echo out; echo err >&2; exit 3", code=3)
    assert ran.stdout == "out\n" and "err" in ran.stderr and "recorded:" in ran.stderr
    shown = made("verify", "hello.execert").stdout
    assert shown.startswith("i unchanged, and signed by your own key")
    story = made("show", "hello.execert").stdout
    assert story.startswith("not verified: run `execert verify hello.execert`")
    assert "sh: failed" in story


def test_run_denied_is_recorded_and_does_not_run(made: Shell) -> None:
    rules = policy(
        made, {"id": "no-touch", "tool": "touch", "verdict": "deny"}, {"id": "rest", "tool": "echo", "verdict": "allow"}
    )
    refused = made("run", "--policy", rules, "-o", "no.execert", "--", "touch", "made", code=9)
    assert "not run:" in refused.stderr and "policy.denied" in refused.stderr
    assert not (made.folder / "made").exists()
    assert "was refused" in made("show", "no.execert").stdout
    made("verify", "no.execert")


def test_approval_from_the_command_line(made: Shell) -> None:
    lead = made("keys", "new", "lead.key").stdout
    fingerprint = re.search(r"fingerprint ((?:[0-9a-f]{4} ?){16})", lead)[1].replace(" ", "")
    keyid = __import__("base64").b64encode(bytes.fromhex(fingerprint)).decode()
    rules = policy(
        made, {"id": "ask", "tool": "touch", "verdict": "approve"}, approvers=[{"key": keyid, "role": "lead"}]
    )
    asked = made("run", "--policy", rules, "--", "touch", "made", code=10)
    request = re.search(r"sha256:[0-9a-f]{64}", asked.stderr)[0]
    assert request in made("approve").stdout
    assert not (made.folder / "made").exists()
    made("approve", request, "--key", "lead.key")
    # Another command under the same approval is refused; the approved one runs, once.
    changed = made("run", "--policy", rules, "--approval", request, "--", "touch", "other", code=9)
    assert "gate.permit_mismatch" in changed.stderr
    assert not (made.folder / "other").exists()
    made("run", "--policy", rules, "--approval", request, "--", "touch", "made")
    assert (made.folder / "made").exists()
    assert made("run", "--policy", rules, "--approval", request, "--", "touch", "made", code=None).returncode in (9, 10)


def test_split_and_join(made: Shell) -> None:
    runs = []
    for word in ("one", "two"):
        made("run", "-o", f"{word}.execert", "--", "echo", word)
        runs.append(re.search(r"run ([0-9a-f-]{36})", made("show", f"{word}.execert").stdout)[1])
    made("bundle", "join", "one.execert", "two.execert", "-o", "both.execert")
    made("verify", "both.execert")
    made("bundle", "split", "both.execert", "--run", runs[1], "-o", "second.execert")
    made("verify", "second.execert")
    assert "0 of" in made("diff", "two.execert", "second.execert").stdout


def test_several_commands_in_one_run(made: Shell) -> None:
    run = made("run", "open", "deploy").stdout.strip()
    made("run", "--", "echo", "one", EXECERT_RUN=run)
    made("run", "--", "echo", "two", EXECERT_RUN=run)
    made("run", "close", "-o", "deploy.execert", EXECERT_RUN=run)
    story = made("show", "deploy.execert").stdout
    assert story.count(" may run") == 2 and f"run {run}" in story
    made("verify", "deploy.execert")
    assert run in made("ledger", "list").stdout


def test_dry_run_does_not_run(made: Shell) -> None:
    made("run", "--dry-run", "-o", "dry.execert", "--", "touch", "made")
    assert not (made.folder / "made").exists()
    assert "would have run" in made("show", "dry.execert").stdout


def test_no_key_nothing_runs(shell: Shell) -> None:
    assert "there is no" in shell("run", "--", "touch", "made", code=2).stderr
    assert not (shell.folder / "made").exists()


def test_key_that_others_can_read(made: Shell) -> None:
    (made.folder / "recorder.key").chmod(0o644)
    assert "key.permissions" in made("run", "--", "touch", "made", code=2).stderr
    assert not (made.folder / "made").exists()


@pytest.mark.parametrize(
    "folder",
    sorted(
        p.name
        for area in ("bundle", "bad", "control")
        for p in (GOLDEN / area).iterdir()
        if (p / "input.execert").exists()
    ),
)
def test_golden_exit_codes(shell: Shell, folder: str) -> None:
    where = next(GOLDEN / area / folder for area in ("bundle", "bad", "control") if (GOLDEN / area / folder).exists())
    report = json.loads((where / "report.json").read_text())
    options = json.loads((where / "options.json").read_text())
    args = ["verify", str(where / "input.execert"), "--trust", str(where / "trust.json"), "--at", options["now"]]
    if options.get("allow_open"):
        args.append("--allow-open")
    for item in options.get("require", []):
        args += ["--require", item]
    if "mac_key" in options:
        (shell.folder / "auditor").write_text(options["mac_key"])
        args += ["--auditor", "auditor"]
    done = shell(*args, code=report["exit"])
    failing = report["exit"] != 0
    if failing:  # no tick in a failing report
        assert "✓" not in done.stdout
    assert "checked by" in done.stdout
    if report["not_shown"]:
        assert "not shown" in done.stdout
    again = json.loads(shell(*args, "--format", "json", code=report["exit"]).stdout)
    again.pop("verifier")
    assert again == report
    plain = shell("--plain", *args, code=report["exit"]).stdout.splitlines()[0]
    assert plain.startswith("[") and plain.isascii()


def test_what_a_report_does_not_list_is_counted(shell: Shell) -> None:
    sys.path.insert(0, str(ROOT / "tests" / "hostile"))
    import made as hostile

    (shell.folder / "crowd.execert").write_bytes(b"".join(hostile.withheld(300_000)))
    (shell.folder / "t.trust").write_text(json.dumps(hostile.TRUST))
    args = ("verify", "crowd.execert", "--trust", "t.trust")
    report = json.loads(shell(*args, "--format", "json", code=1).stdout)
    listed = sum(finding["code"] == "record.withheld" for finding in report["findings"])
    withheld = report["disclosure"]["recordsWithheld"]
    assert listed == 1_000 < withheld
    assert {"code": "record.withheld", "severity": "warning", "count": withheld - 1_000} in report["unlisted"]
    text = shell(*args, code=1).stdout
    assert f"({withheld} times)" in text
    sarif = json.loads(shell(*args, "--format", "sarif", code=1).stdout)["runs"][0]["results"]
    told = [result["message"]["text"] for result in sarif if result["ruleId"] == "record.withheld"]
    assert len(told) == 1_001
    assert told[-1] == f"and {withheld - 1_000} more, which the report does not list"
    # Where errors are left out, a record without a mark may differ.
    (shell.folder / "crowd.execert").write_bytes(b"".join(hostile.other_contents(200_000)))
    report = json.loads(shell(*args, "--format", "json", code=1).stdout)
    assert report["shows"] == ["original_sealed"]
    (left,) = report["unlisted"]
    assert (left["code"], left["severity"]) == ("content.changed", "error")
    text = shell(*args, code=1).stdout
    assert (
        f"and {len(report['findings']) - 12 + left['count']} more; `--format json` lists the first of each code" in text
    )


def test_sarif_names_line_and_code(shell: Shell) -> None:
    where = GOLDEN / "bundle" / "content-changed_fail"
    done = shell(
        "verify", str(where / "input.execert"), "--trust", str(where / "trust.json"), "--format", "sarif", code=1
    )
    log = json.loads(done.stdout)
    assert log["version"] == "2.1.0"
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["content.changed"]


def test_same_input_same_bytes(shell: Shell) -> None:
    where = GOLDEN / "bundle" / "six"
    args = [
        "verify",
        str(where / "input.execert"),
        "--trust",
        str(where / "trust.json"),
        "--at",
        "2026-03-07T09:00:00.000Z",
    ]
    assert shell(*args).stdout == shell(*args, LANG="de_DE.UTF-8", TZ="Asia/Tokyo").stdout


def test_several_files_answer_the_worst(shell: Shell) -> None:
    good, bad = GOLDEN / "bundle" / "six", GOLDEN / "bundle" / "content-changed_fail"
    shell(
        "verify", str(good / "input.execert"), str(bad / "input.execert"), "--trust", str(good / "trust.json"), code=1
    )


def test_redact_reveal_diff(made: Shell) -> None:
    made("run", "-o", "a.execert", "--", "echo", "secret-word-1")
    before = made("verify", "a.execert").stdout.splitlines()[0].split("  ")[0]
    made("redact", "a.execert", "--hide", "*:/input/argv/1", "--hide", "*:/output/stdout", "-o", "b.execert")
    assert "secret-word-1" not in (made.folder / "b.execert").read_text()
    after = made("verify", "b.execert").stdout
    assert after.splitlines()[0].split("  ")[0] == before and "2 of" in after
    assert "secret-word-1" not in after
    made("reveal", "b.execert", "--from", "a.execert", "--show", "*:/output/stdout", "-o", "c.execert", code=None)
    made("diff", "a.execert", "b.execert", code=1)
    assert "0 of" in made("diff", "a.execert", "a.execert").stdout
    # Nothing matched is wrong usage, and nothing is written.
    made("redact", "a.execert", "--hide", "99:/output", "-o", "d.execert", code=2)
    assert not (made.folder / "d.execert").exists()
    made("redact", "a.execert", "--withhold", "2", "-o", "b.execert", code=74)  # never over another file


def test_trust_is_the_users_own(made: Shell) -> None:
    made("run", "-o", "a.execert", "--", "true")
    shutil.rmtree(made.home / ".config")
    unknown = made("verify", "a.execert", code=3).stdout
    assert "you have not said you trust this signer" in unknown and "execert trust add" in unknown
    # A key beside the evidence is not read.
    shutil.copytree(made.folder, made.home / "unpacked")
    made("verify", "a.execert", code=3)
    fingerprint = re.search(r"((?:[0-9a-f]{4} ?){16})", made("keys", "list", "recorder.key").stdout)[1]
    made("trust", "add", fingerprint, "--as", "acme")
    assert "acme (your label)" in made("verify", "a.execert").stdout
    made("trust", "remove", "acme")
    made("verify", "a.execert", code=3)
    made("verify", "a.execert", "--trust", fingerprint.replace(" ", ""))


def test_explain_knows_every_code(shell: Shell) -> None:
    codes = json.loads((ROOT / "tests" / "vectors" / "codes.json").read_text())
    names = [entry["code"] for entry in (codes["codes"] if isinstance(codes, dict) else codes)]
    for name in names[:: max(1, len(names) // 12)]:
        assert "next" in shell("explain", name).stdout
    shell("explain", "no.such_code", code=2)


def test_policy_check_and_test(made: Shell) -> None:
    assert "digest sha256:" in made("policy", "check", "policy.json").stdout
    cases = [
        {"name": "small", "tool": "payments.refund", "arguments": {"amount": 40}, "expect": "allow"},
        {
            "name": "large",
            "tool": "payments.refund",
            "arguments": {"amount": 900},
            "expect": "approve",
            "rule": "refund-limit",
        },
    ]
    (made.folder / "cases.jsonl").write_text("\n".join(json.dumps(case) for case in cases))
    assert made("policy", "test", "cases.jsonl").stdout.endswith("2 passed, 0 failed\n")
    cases[0]["expect"] = "deny"
    (made.folder / "cases.json").write_text(json.dumps(cases))
    assert "differs  small" in made("policy", "test", "cases.json", code=1).stdout
    (made.folder / "bad.json").write_text(
        '{"policy":1,"default":"deny","rules":[{"id":"x","tool":"y","verdict":"perhaps"}]}'
    )
    assert "/rules/0/verdict" in made("policy", "check", "bad.json", code=2).stderr


def test_ledger_look_after(made: Shell) -> None:
    made("run", "--", "true")
    assert "chain" in made("ledger", "head").stdout
    made("ledger", "check")
    made("ledger", "backup", "../copy.ledger")
    made("ledger", "check", "--ledger", "../copy.ledger")
    made("bundle", "make", "acme.ledger", "--chain", "-o", "open.execert")
    assert made("verify", "open.execert", code=4).stdout.startswith("! part of the record is not in this file")
    made("ledger", "seal")
    made("bundle", "make", "acme.ledger", "--chain", "-o", "sealed.execert")
    made("verify", "sealed.execert")
    made("run", "--", "touch", "made", code=None)
    assert not (made.folder / "made").exists(), "nothing runs when nothing can be recorded"


def test_doctor_completions_man(made: Shell) -> None:
    assert json.loads(made("doctor", "--json").stdout)["doctor"] == 1
    assert "complete" in made("completions", "bash").stdout
    assert ".TH" in made("man").stdout


def test_record_text_is_inert(made: Shell) -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07\u202eevil"
    made("run", "-o", "h.execert", "--", "echo", hostile)
    for out in (made("show", "h.execert").stdout, made("verify", "h.execert").stdout):
        assert "\x1b" not in out and "\u202e" not in out
    assert "u001b" in made("show", "h.execert").stdout, "shown, as text"


def test_colour_only_where_asked(made: Shell) -> None:
    made("run", "-o", "a.execert", "--", "true")
    assert "\x1b[" not in made("verify", "a.execert").stdout
    assert "\x1b[" in made("--color", "always", "verify", "a.execert").stdout
