"""The verdict depends on the evidence and the trust given, on nothing else: N30, N18."""

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
sys.path.insert(0, str(ROOT / "tests" / "negative"))

from parts import CASES, GOLDEN, build  # noqa: E402

EXECERT = os.path.realpath(os.environ.get("EXECERT_COMMAND", str(ROOT / "build" / "execert")))
NOW = "2026-03-07T09:00:00.000Z"
NAMES = (
    "bundle/six",
    "bundle/content-changed_fail",
    "bundle/run-redacted",
    "bundle/outsider_fail",
    "bundle/quorum_fail",
)


@pytest.fixture
def calm(tmp_path: pathlib.Path) -> pathlib.Path:
    """Evidence and trust, in a folder of their own."""
    folder = tmp_path / "calm"
    folder.mkdir()
    for name in NAMES:
        for file in ("input.execert", "trust.json"):
            shutil.copy(GOLDEN / name / file, folder / f"{name.replace('/', '-')}.{file}")
    case = next(json.loads(line) for line in CASES.read_text().splitlines() if '"n":"N18"' in line)
    (folder / "paths.input.execert").write_bytes(build(case["parts"]))
    shutil.copy(GOLDEN / "bundle/six/trust.json", folder / "paths.trust.json")
    return folder


@pytest.fixture
def storm(tmp_path: pathlib.Path, calm: pathlib.Path) -> pathlib.Path:
    """A folder where everything waits that a careless reader would take: trust, keys, policies, ledgers, settings."""
    folder = tmp_path / "storm"
    outsider = json.loads((GOLDEN / "bundle/outsider_fail/trust.json").read_text())
    outsider["keys"][0]["label"] = "planted"
    for place in (".", ".config/execert", "execert", ".execert", "etc"):
        (folder / place).mkdir(parents=True, exist_ok=True)
        for name in ("trust.json", "execert.json", "config.json", "execert.toml", ".env", "policy.json"):
            path = folder / place / name
            if not path.is_dir():
                path.write_text(json.dumps(outsider))
    for name in calm.iterdir():
        (folder / f"{name.name}.trust").write_text(json.dumps(outsider))
    (folder / "acme.ledger").mkdir()
    (folder / "recorder.key").write_text("not a key")
    return folder


def environment(storm: pathlib.Path) -> dict[str, str]:
    """No HOME; every variable that anything might read says something else."""
    return {
        "PATH": "",
        "XDG_CONFIG_HOME": str(storm),
        "XDG_CONFIG_DIRS": str(storm),
        "EXECERT_LEDGER": str(storm / "acme.ledger"),
        "EXECERT_KEY": str(storm / "recorder.key"),
        "EXECERT_RUN": "x",
        "EXECERT_TRUST": str(storm / "trust.json"),
        "EXECERT_CONFIG": str(storm),
        "EXECERT_POLICY": "x",
        "EXECERT_NOW": "1970-01-01T00:00:00.000Z",
        "RUST_LOG": "trace",
        "RUST_BACKTRACE": "full",
        "TZ": "Asia/Kathmandu",
        "LANG": "tr_TR.UTF-8",
        "LC_ALL": "ar_EG",
        "TMPDIR": "/none/such",
        "COLUMNS": "1",
        "http_proxy": "http://127.0.0.1:9",
        "SOURCE_DATE_EPOCH": "0",
        "CLICOLOR_FORCE": "1",
        "TERM": "xterm-256color",
        "USER": "\x1b[2J",
        "RAYON_NUM_THREADS": "64",
        "PYTHONPATH": str(storm),
        "PAGER": "false",
    }


def verify(
    folder: pathlib.Path, name: str, form: str, cwd: pathlib.Path, env: dict[str, str], *before: str
) -> tuple[int, bytes]:
    args = [
        *before,
        EXECERT,
        "verify",
        str(folder / f"{name}.input.execert"),
        "--trust",
        str(folder / f"{name}.trust.json"),
        "--at",
        NOW,
        "--format",
        form,
    ]
    done = subprocess.run(args, cwd=cwd, env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=120)
    return done.returncode, done.stdout


EVIDENCE = [*(name.replace("/", "-") for name in NAMES), "paths"]


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_same_bytes_whatever_is_around(
    calm: pathlib.Path, storm: pathlib.Path, tmp_path: pathlib.Path, form: str
) -> None:
    home = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    bare = ["unshare", "-n"] if works("unshare", "-n", "true") else []
    exits = set()
    for name in EVIDENCE:
        expected = verify(calm, name, form, calm, home)
        exits.add(expected[0])
        assert expected[1]
        assert verify(calm, name, form, storm, environment(storm)) == expected
        assert verify(calm, name, form, storm, {}) == expected, "an empty environment"
        if bare:
            assert verify(calm, name, form, storm, home, *bare) == expected, "no network"
    assert exits == {0, 1, 3, 8}


def works(*command: str) -> bool:
    """Whether a tool is here and may do this."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True).returncode == 0


def test_nothing_else_is_opened(calm: pathlib.Path, storm: pathlib.Path, tmp_path: pathlib.Path) -> None:
    if not works("strace", "-o", "/dev/null", "true"):
        pytest.skip("strace is not installed, or may not trace")
    log = tmp_path / "calls"
    for name in EVIDENCE:
        verify(
            calm,
            name,
            "text",
            storm,
            environment(storm),
            "/usr/bin/env",
            "strace",
            "-f",
            "-e",
            "trace=network,%file",
            "-o",
            str(log),
        )
        if not log.exists():  # an empty PATH does not find strace
            verify(
                calm,
                name,
                "text",
                storm,
                environment(storm),
                str(shutil.which("strace")),
                "-f",
                "-e",
                "trace=network,%file",
                "-o",
                str(log),
            )
        calls = log.read_text()
        log.unlink()
        assert f"{name}.input.execert" in calls, "the log is one of this run"
        for call in ("socket(", "connect(", "bind(", "sendto(", "listen("):
            assert call not in calls, calls
        named = {str(calm / f"{name}.input.execert"), str(calm / f"{name}.trust.json")}
        system = re.compile(r"/(?:lib|usr/lib|etc/ld\.so|proc/self|proc/sys|sys/|dev/|usr/share/locale)")
        for path in re.findall(r'(?:open|openat|openat2)\([^"]*"([^"]*)"', calls):
            assert path in named or system.match(path), f"{path} was opened"
        # Looked at by name, though never opened: also nothing that the evidence or the folder names.
        assert "passwd" not in calls and str(storm / "trust.json") not in calls and ".config" not in calls


def test_python_says_the_same(calm: pathlib.Path, storm: pathlib.Path) -> None:
    program = (
        "import sys, execert\n"
        "report = execert.check(sys.argv[1], execert.Trust.load(sys.argv[2]), now=sys.argv[3])\n"
        "sys.stdout.buffer.write(report.to_json() + b'\\n'); sys.exit(report.exit)\n"
    )
    for name in EVIDENCE:
        expected = verify(calm, name, "json", calm, {"HOME": str(calm)})
        env = {**environment(storm), "PYTHONPATH": ""}
        args = [
            sys.executable,
            "-c",
            program,
            str(calm / f"{name}.input.execert"),
            str(calm / f"{name}.trust.json"),
            NOW,
        ]
        done = subprocess.run(args, cwd=storm, env=env, capture_output=True, timeout=120)
        assert (done.returncode, done.stdout) == expected, done.stderr
