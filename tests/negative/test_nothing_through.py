"""Nothing through: planted secrets, values under the profiles, erased text. Every file and every output is searched."""

from __future__ import annotations

import base64
import io
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "negative"), str(ROOT / "integrations" / "langchain-python" / "tests")]

import execert  # noqa: E402
from execert import Key, Recorder, Trust  # noqa: E402
from planted import Dice, core, forms, found, secrets  # noqa: E402

EXECERT = os.environ.get("EXECERT_COMMAND", str(ROOT / "build" / "execert"))
SEED = int(os.environ.get("EXECERT_SEED", "58"))
# Of each of the forty formats: 2,000 secrets with EXECERT_DEEP=1, 400 in every run.
EACH = 50 if os.environ.get("EXECERT_DEEP") else 10


class Work:
    """A folder, and everything that anything told about what happened in it."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.key = Key.generate()
        self.key.save(folder / "recorder.key")
        self.ledger = folder / "acme.ledger"
        self.told: list[bytes] = []

    def tell(self, text: object) -> None:
        self.told.append(text if isinstance(text, bytes) else str(text).encode())

    def command(self, *args: str, output: bool = True, code: int | None = None) -> subprocess.CompletedProcess[bytes]:
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}
        done = subprocess.run(
            [EXECERT, *args], cwd=self.folder, env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=300
        )
        self.tell(done.stderr)
        if output:
            self.tell(done.stdout)
        if code is not None:
            assert done.returncode == code, (args[:2], done.stderr[-500:])
        return done

    def bytes(self) -> bytes:
        """All that was written or told."""
        files = [path.read_bytes() for path in self.folder.rglob("*") if path.is_file()]
        assert len(files) > 2
        return b"\n".join([*files, *self.told])

    def look(self, bundle: str) -> None:
        """The bundle through every command that shows something of it."""
        (self.folder / "t.trust").write_bytes(execert.canonical(Trust([self.key]).to_dict()))
        for args in (
            ["verify", "-v", bundle],
            ["verify", bundle, "--format", "json"],
            ["verify", bundle, "--format", "sarif"],
        ):
            self.command(*args, "--trust", "t.trust", "--allow-open", code=0)
        self.command("show", bundle, code=0)
        self.command("ledger", "list", "--ledger", str(self.ledger), "--key", "recorder.key", code=0)
        self.command("redact", bundle, "--hide", "*:/output", "-o", f"{bundle}.redacted")
        self.command("diff", bundle, f"{bundle}.redacted")
        for trust in (Trust([self.key]), Trust([])):
            report = execert.check(self.folder / bundle, trust)
            for text in (report, report.text(plain=True), repr(report), report._repr_html_(), report.to_json()):
                self.tell(text)


@pytest.fixture
def work(tmp_path: pathlib.Path) -> Work:
    return Work(tmp_path)


def needles(planted: list[str]) -> Iterator[tuple[str, bytes]]:
    for number, secret in enumerate(planted):
        for text in {secret, core(secret)}:
            for form in forms(text):
                yield f"kind {number // EACH}", form


def nothing(planted: list[str], work: Work) -> None:
    everything = work.bytes()
    hits = found(needles(planted), everything)
    assert not hits, f"seed {SEED}: {len(hits)} hits, of {sorted({name for name, _ in hits})}"
    # The search itself: one that is there is found, in each of its forms.
    probe = planted[len(planted) // 2]
    planted_forms = [("probe", form) for form in forms(probe)]
    hay = everything[:4_096] + b"?".join(form for _, form in planted_forms) + everything[-4_096:]
    assert {form for _, form in found(planted_forms, hay)} == {form for _, form in planted_forms}


def places(secret: str, other: str) -> list[Any]:
    """A value with the secret where secrets get."""
    return [
        {"q": secret},
        {"messages": [{"role": "user", "content": f"use {secret} please"}]},
        {"url": f"https://api.example.com/v1?key={secret}&page=2"},
        {"headers": {"Authorization": secret, "X-Custom": f"v {other}"}},
        {"headers": [["X-Custom", secret], ["Cookie", other]]},
        {"body": json.dumps({"a": {"deep": json.dumps({"token": secret})}})},
        {"argv": ["psql", "--password", other, f"--dsn={secret}"]},
        {"by": {secret: 1}, "text": f"({other})"},
        {"blob": f"key: {secret}\n".encode()},
    ]


def test_secrets_through_the_recorder(work: Work) -> None:
    planted = secrets(EACH, SEED)
    with Recorder(work.ledger, key=work.key) as recorder:
        for part in range(0, len(planted), 200):
            with recorder.run(f"run-{part}") as run:
                for at in range(part, part + 200, 8):
                    one(run, planted[at : at + 8], work)
            run.save(work.folder / f"{part}.execert")
        out = io.BytesIO()
        recorder.export(out, chain=True)
        (work.folder / "chain.execert").write_bytes(out.getvalue())
        work.look("chain.execert")
        # While it is open there is a WAL.
        assert any(path.name.endswith("-wal") for path in work.ledger.rglob("*"))
        nothing(planted, work)


def one(run: Any, eight: list[str], work: Work) -> None:
    """Eight secrets through one tool: in the arguments, the output, the error, the message to the caller."""
    # Each secret in three of the nine kinds of place; which ones goes on from call to call.
    some = [
        places(secret, eight[(at + 1) % 8])[(at + part) % 9] for at, secret in enumerate(eight) for part in (0, 3, 7)
    ]
    # Bytes are no JSON: as an argument they are refused, in an answer they are converted, and looked into.
    given = [place for place in some if "blob" not in place]
    run.tool("crm.lookup", {"all": given}, call=lambda all: {"echo": some[::3], "token": eight[0]})

    def fails(q: str) -> None:
        raise ValueError(f"401 for url: https://api.example.com/?key={q}", eight[5])

    with pytest.raises(ValueError):
        run.tool("http.get", {"q": eight[4]}, call=fails)
    for secret in eight[6:]:
        with pytest.raises(execert.InvalidInput) as caught:
            run.tool("crm.lookup", {"a": secret, "b": object()})
        work.tell(caught.value)
        work.tell(repr(caught.value))
        with run.step("s", {"line": f"x {secret} y"}) as step:
            step.output = [secret]


def test_secrets_through_langchain(work: Work) -> None:
    from fakes import FakeModel, call, turn
    from langchain.agents import create_agent
    from langchain_core.tools import tool
    from langchain_execert import Handler, Middleware

    planted = secrets(EACH, SEED + 1)

    @tool
    def login(token: str, more: list[str]) -> dict[str, Any]:
        """Answers with what it was given."""
        return {"authorization": f"Bearer {token}", "rest": [f"see {word}" for word in more]}

    @tool
    def fails(token: str, more: list[str]) -> str:
        """Tells its secret in an error."""
        raise ValueError(f"bad token {token} at https://x.example/?k={more[0]}")

    with Recorder(work.ledger, key=work.key) as recorder:
        for part in range(0, len(planted), 100):
            hundred = planted[part : part + 100]
            turns = [
                turn(
                    call("login", f"c{part + at}", token=hundred[at], more=hundred[at + 1 : at + 20]),
                    text=f"I use {hundred[at]}",
                )
                for at in range(0, 80, 20)
            ]
            turns += [turn(call("fails", f"f{part}", token=hundred[80], more=hundred[81:]))]
            agent = create_agent(
                FakeModel(turns=turns, api_key=hundred[3]), [login, fails], middleware=[Middleware(recorder)]
            )
            with pytest.raises(ValueError, match="bad token"):
                agent.invoke(
                    {"messages": [("user", "log in with " + " and ".join(hundred[81:85]))]},
                    {"callbacks": [Handler(recorder)], "configurable": {"thread_id": f"t{part}"}},
                )
        out = io.BytesIO()
        recorder.export(out, chain=True)
        (work.folder / "chain.execert").write_bytes(out.getvalue())
        work.look("chain.execert")
    nothing(planted, work)


def test_secrets_through_the_command(work: Work) -> None:
    planted = secrets(1, SEED + 2)
    (work.folder / "recorder.key").unlink()  # `init` makes its own
    work.command("init", code=0)
    for at in range(0, len(planted), 4):
        some = [secret.replace("\n", " ") for secret in planted[at : at + 4]]
        # What the command itself printed passes through: that is not ours to hide.
        work.command("run", "-o", f"{at}.execert", "--", "echo", *some, output=False, code=0)
        work.command("show", f"{at}.execert", code=0)
    hits = found(
        ((str(number), form) for number, secret in enumerate(planted) for form in forms(core(secret))), work.bytes()
    )
    assert not hits, {name for name, _ in hits}


@pytest.mark.parametrize("profile", ["full", "evidence", "commit-only"])
def test_no_digest_of_plaintext(work: Work, profile: str) -> None:
    """Values that are no secrets: kept as they are or not at all; a plain digest would be as good as the value."""
    dice = Dice(SEED)
    words = [dice.of("abcdefghijklmnopqrstuvwxyz", 12) for _ in range(300)]
    keep = ["/input/kept"] if profile == "evidence" else None
    with Recorder(work.ledger, key=work.key, profile=profile, keep=keep) as recorder:
        with recorder.run("r", {"kept": words[0], "other": words[1]}, thread="t") as run:
            for at in range(2, 300, 2):
                run.tool(
                    "t",
                    {"kept": words[at], "amount": at * 7919},
                    call=lambda **_: {"mail": f"{words[at + 1]}@example.org"},
                )
        run.save(work.folder / "r.execert")
        work.look("r.execert")
    kept = (
        set(words)
        if profile == "full"
        else {word for at, word in enumerate(words) if at % 2 == 0 and profile == "evidence"}
    )
    everything = work.bytes()
    for word in words:
        assert (word.encode() in everything) == (word in kept), f"seed {SEED}: {profile}"
    texts = [*words, *(f"{word}@example.org" for word in words)]
    plain = {
        form
        for text in texts
        for form in (text.encode(), text.encode().hex().encode(), text.encode().hex().upper().encode())
    }
    digests = [
        (text, form) for text in texts for form in forms(text) if form not in plain and text.encode() not in form
    ]
    if profile == "full":
        # Base64 of what is kept may stand in a file; its digest may not.
        digests = [(text, form) for text, form in digests if len(form) >= 16 and form not in _encoded(text)]
    assert not found(digests, everything), f"seed {SEED}: {profile}"
    whole = [
        {"kept": words[0], "other": words[1]},
        *({"kept": words[at], "amount": at * 7919} for at in range(2, 300, 2)),
    ]
    texts = [execert.canonical(document).decode() for document in whole]
    assert not found(
        [("document", form) for text in texts for form in forms(text) if form not in _encoded(text) | {text.encode()}],
        everything,
    )


def _encoded(text: str) -> set[bytes]:
    return {
        base64.b64encode(bytes(shift) + text.encode() + bytes(3))[4 if shift else 0 : (shift + len(text)) // 3 * 4]
        for shift in range(3)
    }


def test_erased_text_is_gone(work: Work) -> None:
    """Erase, verify, reveal: green and "erased", `disclose.erased`, and nothing of text or seed in any file."""
    text = "zoe " + Dice(SEED).of("abcdefghijklmnopqrstuvwxyz", 20)
    with Recorder(work.ledger, key=work.key) as recorder:
        with recorder.run("r", {"mail": text}) as run:
            run.tool("t", {"mail": text}, call=lambda mail: mail)
        before = io.BytesIO()
        recorder.export(before, chain=True)
        lines = [json.loads(line) for line in before.getvalue().splitlines()]
        holding = [line for line in lines if text in json.dumps(line.get("content", ""))]
        assert len(holding) == 3
        seqs = [json.loads(base64.b64decode(line["payload"]))["predicate"]["chain"]["seq"] for line in holding]
        recorder.erase(seqs, reason="request", authority="dpo")
        run.save(work.folder / "r.execert")
        out = io.BytesIO()
        recorder.export(out, chain=True)
        (work.folder / "chain.execert").write_bytes(out.getvalue())
        work.look("r.execert")
        planted = [(text, form) for form in forms(text)]
        for line in holding:
            seed = base64.b64decode(line["seed"])
            planted += [("seed", form) for form in (seed, seed.hex().encode(), line["seed"].encode())]
        assert found(planted, before.getvalue()), "the search finds what was there"
        assert not found(planted, work.bytes()), "while the ledger is open: database and WAL"
        work.command("ledger", "backup", "copy.ledger", "--ledger", str(work.ledger), "--key", "recorder.key", code=0)
    assert not found(planted, work.bytes()), "closed, and the backup"
    report = execert.check(work.folder / "r.execert", Trust([work.key]))
    assert report.exit == 0 and "erased" in str(report) and report.disclosure.erased > 0
    with pytest.raises(execert.ExecertError) as caught:
        # The ledger has it no more; a copy handed out before would still show it, and that nobody can prevent.
        execert.reveal(
            (work.folder / "r.execert").read_bytes(),
            out.getvalue(),
            {"show": [{"chain": recorder_chain(lines), "seq": seqs[0]}]},
            io.BytesIO(),
        )
    assert caught.value.code == "disclose.erased"


def recorder_chain(lines: list[dict[str, Any]]) -> str:
    return str(json.loads(base64.b64decode(lines[-1]["payload"]))["predicate"]["chain"]["id"])
