"""Hostile text through every sink: N29, and the rules for record text. The corpus is tests/negative/hostile.py."""

from __future__ import annotations

import html.parser
import io
import json
import os
import pathlib
import re
import subprocess
import sys
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "negative"))

import execert  # noqa: E402
from execert import Key, Recorder, Trust  # noqa: E402
from hostile import LONG, LOOK_ALIKES, TEXTS, inert  # noqa: E402

EXECERT = os.environ.get("EXECERT_COMMAND", str(ROOT / "build" / "execert"))


class Made:
    """A bundle with the corpus in every place that takes free text, and a copy with every such value changed."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder, self.key = folder, Key.generate()
        self.key.save(folder / "recorder.key")
        everything = {text: text for text in TEXTS}
        with Recorder(folder / "acme.ledger", key=self.key) as recorder:
            with recorder.run("r", everything, names={"people": list(TEXTS)}, text="\n".join(TEXTS)) as run:
                run.tool("t", {"q": 1}, call=lambda q: {"long": LONG, "kept": q})
                for text in TEXTS:
                    run.tool("t", {"said": text, text: {"deep": [text]}}, call=lambda **_: {"kept": 1})
                try:
                    with run.step("fails"):
                        raise ValueError("".join(TEXTS))
                except ValueError:
                    pass
            run.save(folder / "good.execert")
        lines = [json.loads(line) for line in (folder / "good.execert").read_bytes().splitlines()]
        for line in lines:
            given = line.get("content", {}).get("input")
            for name in list(given or ()):
                if name != "said":
                    given[name] = "x"
        (folder / "bad.execert").write_bytes(b"\n".join(json.dumps(line).encode() for line in lines))
        trust = Trust([self.key])
        trust.save(folder / "t.trust")
        self.trust = trust

    def __call__(self, *args: str) -> str:
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}
        done = subprocess.run(
            [EXECERT, *args], cwd=self.folder, env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=300
        )
        return (done.stdout + done.stderr).decode()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("sinks"))


def plain(page: str) -> None:
    """Nothing that steers a terminal; nothing of a record that begins a line as a verdict does; no line without end."""
    assert inert(page) == []
    for line in page.splitlines():
        assert len(line) < 5_000


TERMINAL: list[tuple[str, ...]] = [
    ("verify", "good.execert", "--trust", "t.trust"),
    ("verify", "good.execert", "--trust", "t.trust", "-v"),
    ("verify", "bad.execert", "--trust", "t.trust"),
    ("--plain", "verify", "bad.execert", "--trust", "t.trust"),
    ("--color", "never", "verify", "bad.execert"),
    ("show", "good.execert"),
    ("show", "bad.execert"),
    ("diff", "good.execert", "bad.execert"),
    ("redact", "good.execert", "--hide", "*:/nothing", "-o", "no.execert"),
    ("reveal", "good.execert", "--from", "bad.execert", "--show", "1:/input", "-o", "no.execert"),
    ("ledger", "list", "--ledger", "acme.ledger", "--key", "recorder.key"),
    ("ledger", "head", "--ledger", "acme.ledger", "--key", "recorder.key"),
]


@pytest.mark.parametrize("args", TERMINAL, ids=[" ".join(args[:3]) for args in TERMINAL])
def test_terminal(made: Made, args: tuple[str, ...]) -> None:
    page = made(*args)
    assert page.strip()
    plain(page)
    if "bad.execert" in args and "verify" in args:
        assert "content.changed" in page
        assert "✓" not in page and "[ok]" not in page, "no mark that a record made stands in a failing report"
    for sentence in LOOK_ALIKES:
        assert not re.search(rf"(?m)^{re.escape(sentence.strip())}", page)


@pytest.mark.parametrize("text", TEXTS[::4], ids=range(len(TEXTS[::4])))
def test_what_the_caller_names(made: Made, text: str) -> None:
    """Names of files, codes, members of documents: somebody else may have chosen them."""
    name = text.replace("\0", "").replace("/", "_") or "x"
    pages = [made("explain", name), made("verify", name, "--trust", "t.trust")]
    path = made.folder / f"f{name[:60]}"
    path.write_bytes((made.folder / "bad.execert").read_bytes()[:3_000])
    pages.append(made("verify", path.name, "--trust", "t.trust"))
    (made.folder / "policy.json").write_text(json.dumps({"policy": 1, "default": "deny", "rules": [], text: 1}))
    pages += [made("policy", "check", "policy.json")]
    (made.folder / "odd.trust").write_text(json.dumps({"trust": 1, "keys": [], text: 1}))
    pages += [made("verify", "good.execert", "--trust", "odd.trust")]
    for page in pages:
        assert page
        plain(page)
    path.unlink()


def test_sarif(made: Made) -> None:
    for bundle in ("good.execert", "bad.execert"):
        log = json.loads(made("verify", bundle, "--trust", "t.trust", "--format", "sarif"))
        for text in strings(log):
            assert inert(text, lines=False) == []
            assert "<script" not in text and "](" not in text


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.items() for part in item for text in strings(part)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


def test_json(made: Made) -> None:
    page = made("verify", "bad.execert", "--trust", "t.trust", "--format", "json")
    assert not any(ord(letter) < 0x20 and letter != "\n" for letter in page)
    paths = [one["path"] for one in json.loads(page)["findings"] if one["code"] == "content.changed"]
    # The scanner takes one or two for secrets: those are hidden places of another code.
    assert len(paths) >= len(TEXTS) - 4, "exact, for programs"


class Tags(html.parser.HTMLParser):
    """The tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.append((tag, attrs))


def test_notebook_and_exceptions(made: Made) -> None:
    for bundle in ("good.execert", "bad.execert"):
        report = execert.check(made.folder / bundle, made.trust)
        page = report._repr_html_()
        tags = Tags()
        tags.feed(page)
        assert tags.seen == [("pre", [])]
        for text in (page, str(report), repr(report), report.text(plain=True)):
            plain(text)
    with pytest.raises(execert.Untrusted) as caught:
        execert.verify(made.folder / "bad.execert", made.trust)
    plain(str(caught.value))
    for text in TEXTS:
        for call in (
            lambda text=text: execert.canonical({text: {"x": object()}}),
            lambda text=text: execert.check(made.folder / "good.execert", {"trust": 1, "keys": [], text: 1}),
            lambda text=text: execert.redact(
                (made.folder / "good.execert").read_bytes(), {"hide": [{text: 1}]}, io.BytesIO()
            ),
        ):
            with pytest.raises(execert.ExecertError) as told:
                call()
            plain(str(told.value))


def test_names_of_a_megabyte(made: Made) -> None:
    with pytest.raises(execert.InvalidInput) as caught:
        execert.canonical({LONG: 1})
    assert caught.value.code == "canon.too_large" and len(str(caught.value)) < 2_000
    with pytest.raises(execert.InvalidInput) as caught:
        execert.canonical({LONG[:1_024]: {"x": object()}})
    assert len(str(caught.value)) < 2_000
    (made.folder / "policy.json").write_text(json.dumps({"policy": 1, LONG: 1}))
    assert len(made("policy", "check", "policy.json")) < 2_000
    assert len(made("explain", "x" * 100_000)) < 10_000


def test_names_of_runs(tmp_path: pathlib.Path) -> None:
    """A run's name is an identifier: hostile ones are refused before anything is written."""
    with Recorder(tmp_path / "l.ledger", key=Key.generate()) as recorder:
        for text in TEXTS:
            try:
                with recorder.run(text):
                    pass
            except execert.InvalidInput as refused:
                plain(str(refused))
        for run in recorder.runs():
            assert run.name is not None and inert(run.name, lines=False) == []
