"""Runs and steps: what is recorded, in which order, and what is refused."""

from __future__ import annotations

import base64
import io
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from conftest import everything, records

import execert
from execert import InvalidInput, Key, Recorder


def test_a_run_from_start_to_end(recorder: Recorder) -> None:
    with recorder.run("refund-4471", {"ticket": 4471}, thread="t1") as run:
        with run.step("parse", {"mail": "x"}) as step:
            step.output = {"order": "o-9"}
        answer = run.tool("crm.lookup", {"customer": "c-17"}, call=lambda customer: {"tier": "gold", "of": customer})
        run.output = {"tier": answer["tier"]}
    assert answer == {"tier": "gold", "of": "c-17"}
    seen = records(run.bundle())
    assert [(r.kind, r.phase, r.status, r.name) for r in seen] == [
        ("run.start", "single", "ok", "refund-4471"),
        ("code", "intent", None, "parse"),
        ("code", "outcome", "ok", "parse"),
        ("tool.call", "intent", None, "crm.lookup"),
        ("tool.call", "outcome", "ok", "crm.lookup"),
        ("run.end", "single", "ok", "refund-4471"),
    ]
    assert [r.content.get("input") for r in seen] == [
        {"ticket": 4471}, None or {"mail": "x"}, None, {"customer": "c-17"}, None, None,
    ]  # fmt: skip
    assert [r.content.get("output") for r in seen[2:]] == [{"order": "o-9"}, None, {"tier": "gold", "of": "c-17"}, {"tier": "gold"}]
    assert seen[0].predicate["body"]["thread"] == "t1"
    assert seen[0].content["runtime"]["language"] == "python"
    assert run.end is not None
    assert (run.end.records, run.end.run) == (6, run.id)


def test_what_runs_is_given_the_recorded_input(recorder: Recorder) -> None:
    given = {"order": {"items": [1]}}
    got: list[Any] = []

    def act(order: dict[str, Any]) -> None:
        given["order"]["items"].append(2)
        got.append(order)

    with recorder.run("copy") as run:
        run.tool("act", given, call=act)
    assert got == [{"items": [1]}]
    assert records(run.bundle())[1].content["input"] == {"order": {"items": [1]}}


def test_an_input_that_is_no_object_is_the_one_argument(recorder: Recorder) -> None:
    with recorder.run("shapes") as run:
        assert run.tool("one", [1, 2], call=lambda items: items) == [1, 2]
        assert run.tool("none", call=lambda: "nothing") == "nothing"


@pytest.mark.parametrize("how", ["call", "with"])
def test_a_failure_is_recorded_and_passes_unchanged(recorder: Recorder, how: str) -> None:
    error = LookupError("no such order", 7)

    def fail() -> None:
        raise error

    with pytest.raises(LookupError) as caught, recorder.run("fails") as run:
        if how == "call":
            run.tool("crm.lookup", call=fail)
        else:
            with run.tool("crm.lookup"):
                fail()
    assert caught.value is error
    seen = records(run.bundle())
    assert [(r.kind, r.status) for r in seen[1:]] == [("tool.call", None), ("tool.call", "failed"), ("run.end", "failed")]
    assert seen[2].content["error"] == {"type": "LookupError", "message": "no such order, 7"}
    assert seen[2].content["conversions"] == [["/error", "exception:LookupError"]]
    assert seen[2].predicate["failure"] == "tool.error"


def test_an_interrupt_is_not_a_failure(recorder: Recorder) -> None:
    with pytest.raises(KeyboardInterrupt), recorder.run("stopped") as run, run.step("s"):
        raise KeyboardInterrupt
    assert [r.status for r in records(run.bundle())] == ["ok", None, "cancelled", "cancelled"]


def test_the_output_of_a_call_is_kept_even_if_it_is_not_json(recorder: Recorder) -> None:
    with recorder.run("objects") as run:
        answer = run.tool("t", call=lambda: {"at": b"raw"})
    assert answer == {"at": b"raw"}
    outcome = records(run.bundle())[2]
    assert outcome.content["output"] == {"at": "cmF3"}
    assert outcome.content["conversions"] == [["/output/at", "bytes"]]


def test_what_is_not_json_is_refused_before_anything_happens(recorder: Recorder) -> None:
    called: list[object] = []
    with recorder.run("strict") as run:
        with pytest.raises(InvalidInput) as caught:
            run.tool("t", {"a": [b"x"]}, call=called.append)
        assert (caught.value.code, caught.value.path) == ("canon.unsupported_type", "/input/a/0")
        with run.step("s") as step, pytest.raises(InvalidInput) as caught:
            step.output = {1: 2}
        assert (caught.value.code, caught.value.path) == ("canon.unsupported_type", "/output")
    assert called == []
    assert [r.kind for r in records(run.bundle())] == ["run.start", "code", "code", "run.end"]


def test_model_calls(recorder: Recorder) -> None:
    with recorder.run("chat") as run:
        assert run.model("gpt-4.1", {"messages": []}, call=lambda messages: "hi", provider="openai") == "hi"
        with run.model("gpt-4.1", {"messages": []}) as call:
            call.output = "hi"
            call.close(usage={"input_tokens": 3, "output_tokens": 1}, model={"served": "gpt-4.1-2025-04-14"})
    seen = records(run.bundle())
    assert seen[1].kind == "model.call"
    assert seen[1].predicate["model"] == {"provider": "openai", "requested": "gpt-4.1"}
    assert seen[4].predicate["usage"] == {"input_tokens": 3, "output_tokens": 1}
    assert seen[4].predicate["model"]["served"] == "gpt-4.1-2025-04-14"
    assert seen[4].content["output"] == "hi"


def test_an_error_shows_no_secret_that_is_a_member_name(recorder: Recorder) -> None:
    secret = "sk-ant-api03-AbCdEf0123456789AbCdEf0123456789AbCdEf0123456789"
    told: list[str] = []
    with recorder.run("r") as run:
        for wrong in ({secret: float("nan")}, {"a": {secret: complex(1)}}, {secret: {"b": 2**64}}, {secret: "\ud800"}):
            with pytest.raises(InvalidInput) as caught:
                run.tool("crm.lookup", wrong, call=lambda **given: given)
            told += [str(caught.value), repr(caught.value), str(caught.value.path)]
            assert caught.value.path is not None and "…" in caught.value.path
    with pytest.raises(InvalidInput) as caught:
        execert.canonical({secret: float("inf")})
    told.append(str(caught.value))
    assert not any("AbCdEf" in text for text in told)


@pytest.mark.parametrize("name", ["seq", "prev", "digest", "chain"])
def test_only_the_recorder_says_where_a_record_stands(recorder: Recorder, name: str) -> None:
    with recorder.run("r") as run:
        with pytest.raises(InvalidInput) as caught:
            run.tool("t", {}, call=dict, details={name: 1})  # type: ignore[misc]
        assert (caught.value.code, caught.value.path) == ("recorder.reserved_member", f"/{name}")
        with pytest.raises(InvalidInput) as caught:
            recorder.note("x", **{name: 1})
        assert caught.value.code == "recorder.reserved_member"
        # Inside content it is data.
        run.tool("t", {name: 1}, call=lambda **_: None)


@pytest.mark.parametrize("name", ["source", "sources", "capture"])
def test_only_the_recorder_says_how_a_value_came(recorder: Recorder, name: str) -> None:
    with recorder.run("r") as run, pytest.raises(InvalidInput) as caught:
        run.tool("t", {}, call=dict, details={name: "observed"})  # type: ignore[misc]
    assert (caught.value.code, caught.value.path) == ("recorder.source_refused", f"/{name}")


def test_after_close_nothing_is_taken(tmp_path: Path, key: Key) -> None:
    recorder = Recorder(tmp_path / "l.ledger", key=key)
    run = recorder.run("r")
    step = run.tool("t", {})
    run.close()
    for use in (lambda: run.tool("t", {}), lambda: run.close(), lambda: step.close()):
        with pytest.raises(InvalidInput) as caught:
            use()
        assert caught.value.code == "recorder.closed"
    recorder.close()
    uses = (lambda: recorder.head, lambda: recorder.run("r").id, lambda: recorder.note("x"), lambda: run.bundle(), recorder.close)
    for use in uses:
        with pytest.raises(InvalidInput) as caught:
            use()
        assert caught.value.code == "recorder.closed"


def test_open_steps_are_unknown_at_the_end_of_their_run(recorder: Recorder) -> None:
    with recorder.run("r") as run:
        run.tool("t", {"a": 1})
    assert [(r.kind, r.phase, r.status) for r in records(run.bundle())[1:]] == [
        ("tool.call", "intent", None),
        ("tool.call", "outcome", "unknown"),
        ("run.end", "single", "ok"),
    ]


def test_notes(recorder: Recorder) -> None:
    with recorder.run("r") as run:
        record = run.note("handoff", text="to second line")
    noted = records(run.bundle())[1]
    assert (noted.kind, noted.predicate["body"], noted.content["text"]) == ("note", {"event": "handoff"}, "to second line")
    assert record.seq == noted.seq
    assert recorder.note("maintenance").seq == recorder.head.seq
    with pytest.raises(InvalidInput) as caught:
        recorder.note("x", colour="red")
    assert (caught.value.code, caught.value.path) == ("wire.bad_argument", "/colour")


def test_find_and_export(recorder: Recorder, tmp_path: Path) -> None:
    runs = []
    for number in range(3):
        with recorder.run(f"job-{number % 2}", thread="t") as run:
            runs.append(run)
    assert [entry.id for entry in recorder.runs(thread="t")] == [run.id for run in runs]
    assert {entry.name for entry in recorder.runs(state="closed")} == {"job-0", "job-1"}
    assert [entry.id for entry in recorder.runs(name="job-1")] == [runs[1].id]
    saved = recorder.export(tmp_path / "one.execert", run=runs[0].id)
    assert saved.records == 2
    assert saved.bytes == (tmp_path / "one.execert").stat().st_size
    out = io.BytesIO()
    assert recorder.export(out, run=[run.id for run in runs]).records == 6
    assert recorder.export(io.BytesIO(), thread="t").records == 6
    assert recorder.export(io.BytesIO(), run="job-1").records == 2
    chain = recorder.export(tmp_path / "chain.execert", chain=True)
    assert chain.records == recorder.head.seq + 1
    bare = io.BytesIO()
    assert recorder.export(bare, chain=True, index=False).records == chain.records
    assert b'"content"' in bare.getvalue() and len(bare.getvalue()) < chain.bytes
    assert b'"index":{' in (tmp_path / "chain.execert").read_bytes() and b'"index":{' not in bare.getvalue()
    with pytest.raises(InvalidInput):
        recorder.export(out)
    with pytest.raises(InvalidInput):
        recorder.export(out, chain=True, thread="t")


def test_a_file_appears_whole_or_not_at_all(recorder: Recorder, tmp_path: Path) -> None:
    target = tmp_path / "run.execert"
    target.write_bytes(b"old")
    with pytest.raises(InvalidInput):
        recorder.export(target, run="no-such-run")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.glob("*.execert*")] == ["run.execert"]
    with pytest.raises(execert.Unavailable):
        recorder.export(tmp_path / "absent" / "run.execert", chain=True)


def test_an_exception_of_the_callers_file_passes(recorder: Recorder) -> None:
    class Full(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, _: object) -> int:
            raise BlockingIOError("no room")

    with pytest.raises(BlockingIOError, match="no room"):
        recorder.export(Full(), chain=True)  # type: ignore[arg-type]


def test_detached_runs_are_joined_by_id(tmp_path: Path, key: Key) -> None:
    first = Recorder(tmp_path / "l.ledger", key=key)
    run = first.run("deploy", detached=True)
    token = run.id
    second = Recorder(tmp_path / "l.ledger", key=key)
    with second.join(token) as joined:
        joined.tool("build", {}, call=lambda: None)
    assert joined.end is None
    run.tool("ship", {}, call=lambda: None)
    assert second.join(token).close().records == 6
    with pytest.raises(InvalidInput):
        second.join(token)
    first.close()
    second.close()


def test_erase(recorder: Recorder) -> None:
    with recorder.run("r") as run:
        run.tool("t", {"secret": "planted-4471"}, call=lambda secret: None)
    seq = records(run.bundle())[1].seq
    recorder.erase([seq], reason="request", authority="dpo")
    after = everything(recorder)
    assert next(r for r in after if r.seq == seq).content == {}
    assert next(r for r in after if r.kind == "erasure").predicate["body"]["records"] == [seq]
    assert b"planted-4471" not in run.bundle()


def test_seal(recorder: Recorder, tmp_path: Path, key: Key) -> None:
    recorder.run("r").close()
    head = recorder.seal()
    assert everything(recorder)[-1].kind == "chain.seal"
    assert head.seq == recorder.head.seq
    with pytest.raises(execert.ExecertError):
        recorder.run("late").id


def test_heartbeat(recorder: Recorder) -> None:
    recorder.run("r").close()
    assert recorder.heartbeat().epoch == 1


def test_without_a_key_nothing_is_recorded(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        Recorder(tmp_path / "l.ledger")
    assert caught.value.code == "key.not_found"
    assert not (tmp_path / "l.ledger").exists()


def test_options_that_do_not_exist_are_refused(tmp_path: Path, key: Key) -> None:
    with pytest.raises(InvalidInput) as caught:
        Recorder(tmp_path / "l.ledger", key=key, gate="perhaps")  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.path) == ("wire.bad_argument", "/gate")


def test_keys(tmp_path: Path) -> None:
    key = Key.generate()
    path = tmp_path / "recorder.key"
    key.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(execert.ExecertError):
        Key.generate().save(path)
    same = Key.load(path)
    assert (same.id, same.fingerprint) == (key.id, key.fingerprint)
    assert Key.from_pem(path.read_text()).id == key.id
    assert "PRIVATE" not in repr(key) + key.public_pem
    assert key.fingerprint in repr(key)
    assert base64.b64decode(key.id).hex() == key.fingerprint.replace(" ", "")
    path.chmod(0o644)
    with pytest.raises(InvalidInput) as caught:
        Key.load(path)
    assert caught.value.code == "key.permissions"
    with pytest.raises(InvalidInput) as caught:
        Key.load(tmp_path / "absent.key")
    assert caught.value.code == "key.not_found"
    with pytest.raises(InvalidInput) as caught:
        Key.from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")
    assert caught.value.code == "key.malformed"


def test_keys_are_not_pickled(key: Key) -> None:
    import pickle

    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_no_digest_of_plaintext_is_written(tmp_path: Path, key: Key) -> None:
    """Nothing that was written holds a hash of a short value, by which it could be guessed."""
    import hashlib

    planted = ["planted-o-9", "planted@example.com", 90017]
    ledger = tmp_path / "l.ledger"
    with Recorder(ledger, key=key) as recorder:
        with recorder.run("r", {"order": planted[0]}, thread="t") as run:
            run.tool("crm.lookup", {"mail": planted[1], "n": planted[2]}, call=lambda **_: {"ok": planted[0]},
                     details={"request_id": "req-planted"})  # fmt: skip
        run.save(tmp_path / "r.execert")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 2
    written = b"".join(path.read_bytes() for path in files)
    texts = [str(value).encode() for value in planted] + [b"req-planted"]
    texts += [execert.canonical(value) for value in planted]
    texts += [execert.canonical(v) for v in ({"order": planted[0]}, {"mail": planted[1], "n": planted[2]}, {"ok": planted[0]})]
    for text in texts:
        for name in ("sha256", "sha1", "md5", "blake2b", "sha512", "sha3_256"):
            digest = hashlib.new(name, text).digest()
            for form in (digest, digest.hex().encode(), base64.b64encode(digest), base64.urlsafe_b64encode(digest)):
                assert form.rstrip(b"=") not in written


def test_reentrant_getters(recorder: Recorder) -> None:
    """A value that calls the recorder again while it is converted: both are recorded, nothing waits for itself."""
    import values

    class Calls(values.Raises):
        pass

    def called(_: object) -> int:
        recorder.note("from-a-getter")
        return 7

    setattr(Calls, "b", property(called))

    @recorder.tool
    def act(value: object) -> None:
        pass

    with recorder.run("r") as run:
        act(Calls())
    intent = records(run.bundle())[1]
    assert intent.content["input"] == {"value": {"a": 1, "b": 7}}
    assert [r.kind for r in everything(recorder)].count("note") == 1


def test_a_step_inside_another(recorder: Recorder) -> None:
    with recorder.run("r") as run:

        def outer() -> str:
            return run.tool("inner", {}, call=lambda: "in")

        assert run.tool("outer", {}, call=outer) == "in"
    assert [r.name for r in records(run.bundle())] == ["r", "outer", "inner", "inner", "outer", "r"]


def test_the_current_run(recorder: Recorder) -> None:
    assert execert.current_run() is None
    with recorder.run("outer") as outer:
        with recorder.run("inner") as inner:
            assert execert.current_run() is inner
        assert execert.current_run() is outer
    assert execert.current_run() is None


def test_a_coroutine_function_is_refused_before_anything_happens(recorder: Recorder) -> None:
    async def act() -> None:
        raise AssertionError

    with recorder.run("r") as run:
        with pytest.raises(InvalidInput) as caught:
            run.tool("t", {}, call=act)
        assert caught.value.path == "/call"
    assert len(records(run.bundle())) == 2


def test_request_id_is_idempotent(tmp_path: Path, key: Key) -> None:
    with Recorder(tmp_path / "l.ledger", key=key, gate="enforce") as recorder, recorder.run("r") as run:
        first = run.tool("t", {"a": 1}, details={"request_id": "q1"})
        again = run.tool("t", {"a": 1}, details={"request_id": "q1"})
        assert first.record == again.record
        with pytest.raises(execert.Conflict) as caught:
            run.tool("t", {"a": 2}, details={"request_id": "q1"})
        assert caught.value.code == "store.request_reused"
        first.close()


def test_the_ledger_is_private(recorder: Recorder, tmp_path: Path) -> None:
    for path in (tmp_path / "acme.ledger").rglob("*"):
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path
    assert os.path.isdir(tmp_path / "acme.ledger")
