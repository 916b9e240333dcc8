"""An approval is for exact arguments, signed, used once. What the framework was told opens nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from typing import Any

import pytest
from conftest import ALLOW, Ledger, Runner
from execert import Denied, Key, Recorder
from fakes import Truth, call, turn
from langchain.agents.middleware import wrap_tool_call
from langchain_core.messages import AIMessage, ToolMessage
from langchain_execert import Middleware, resume
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from same import HELLO, agent_of, config

DONE = turn(text="all done")
ASKS = [turn(call("pay", "c1", x=9)), DONE]
THREE = [turn(call("pay", "c1", x=1), call("look", "c2", x=2), call("pay", "c3", x=3)), DONE]


def asking(turns: list[Any], truth: Truth, recorder: Recorder, **options: Any) -> Any:
    """An agent that pauses for approvals."""
    from fakes import FakeModel
    from langchain.agents import create_agent

    mine = options.pop("middleware", [])
    last = Middleware(recorder, approvals="interrupt", **options)
    return create_agent(FakeModel(turns=turns), truth.tools(), middleware=[*mine, last], checkpointer=InMemorySaver())


def tool_texts(output: dict[str, Any]) -> dict[str, tuple[str, str]]:
    found = [it for it in output["messages"] if isinstance(it, ToolMessage)]
    return {it.tool_call_id: (it.status, str(it.content)) for it in found}


def test_pause_sign_resume(ledger: Ledger, invoke: Runner) -> None:
    recorder, truth = ledger.open(ledger.approving()), Truth()
    agent = asking(ASKS, truth, recorder)
    paused = invoke(agent, HELLO, config(recorder, "t1"))
    assert truth.ran() == [] and len(paused["__interrupt__"]) == 1
    asked = paused["__interrupt__"][0].value
    assert (asked["tool"], asked["arguments"]) == ("pay", {"x": 9})
    (request,) = recorder.requests(state="waiting", thread="t1")
    assert (request.digest, request.input) == (asked["request"], {"x": 9})
    output = invoke(agent, resume(recorder, thread="t1", key=ledger.lead), config(recorder, "t1"))
    assert truth.ran() == [("pay", {"x": 9})]
    assert tool_texts(output) == {"c1": ("success", "refunded 9")}
    evidence = ledger.evidence(thread="t1")
    assert len(evidence.runs()) == 2, "the resumed run is a run of its own, joined by its thread"
    assert evidence.intents() == truth.ran()
    assert len(evidence.of("approval.request")) == 1
    rels = {link["rel"]: link["digest"] for link in evidence.of("tool.call", "intent")[0].told["links"]}
    assert rels["authorised-by"] == request.digest and "approved-by" in rels
    assert [line.status for line in evidence.of("run.end")][-1] == "ok"
    assert [line.told["body"]["verdict"] for line in ledger.evidence().of("approval")] == ["approved"]


def test_parallel_calls_are_answered_apart(ledger: Ledger, invoke: Runner) -> None:
    recorder, truth = ledger.open(ledger.approving()), Truth()
    agent = asking(THREE, truth, recorder)
    paused = invoke(agent, HELLO, config(recorder, "t1"))
    assert truth.ran() == [("look", {"x": 2})] and len(paused["__interrupt__"]) == 2
    answers = {"c1": "approved", "c3": "refused"}
    output = invoke(agent, resume(recorder, thread="t1", key=ledger.lead, verdict=answers), config(recorder, "t1"))
    assert truth.ran() == [("look", {"x": 2}), ("pay", {"x": 1})], "no body ran twice"
    told = tool_texts(output)
    assert told["c1"] == ("success", "refunded 1") and told["c3"][0] == "error" and "[policy.denied]" in told["c3"][1]
    evidence = ledger.evidence(thread="t1")
    assert evidence.intents() == truth.ran()
    assert ("pay", "c3", "approval-refused") in evidence.refused()


def test_approved_in_part_goes_on_waiting(ledger: Ledger) -> None:
    recorder, truth = ledger.open(ledger.approving()), Truth()
    agent = asking(THREE, truth, recorder)
    agent.invoke(HELLO, config(recorder, "t1"))
    first = agent.invoke(resume(recorder, thread="t1", key=ledger.lead, verdict={"c1": "approved"}), config(recorder, "t1"))
    assert ("pay", {"x": 1}) in truth.ran() and ("pay", {"x": 3}) not in truth.ran()
    assert len(first["__interrupt__"]) == 1
    agent.invoke(resume(recorder, thread="t1", key=ledger.lead), config(recorder, "t1"))
    assert truth.ran() == [("look", {"x": 2}), ("pay", {"x": 1}), ("pay", {"x": 3})]
    assert ledger.evidence(thread="t1").intents() == truth.ran()


def test_changed_arguments_are_refused(ledger: Ledger, invoke: Runner) -> None:
    """LangGraph runs them as changed, without a word (trap F2 of approvals)."""
    recorder, truth = ledger.open(ledger.approving()), Truth()
    agent = asking(ASKS, truth, recorder)
    invoke(agent, HELLO, config(recorder, "t1"))
    answer = resume(recorder, thread="t1", key=ledger.lead)
    change_arguments(agent, config(recorder, "t1"), x=9_000)
    output = invoke(agent, answer, config(recorder, "t1"))
    assert truth.ran() == []
    status, text = tool_texts(output)["c1"]
    assert status == "error" and "[gate.permit_mismatch]" in text
    evidence = ledger.evidence(thread="t1")
    assert evidence.intents() == []
    (refused,) = [line for line in evidence.of("tool.call") if line.reason == "permit-mismatch"]
    assert refused.content["input"] == {"x": 9_000}
    assert evidence.of("approval.request")[0].content["input"] == {"x": 9}, "both are in the evidence"


def test_trap_langgraph_runs_changed_arguments() -> None:
    """The plain framework: if this fails, LangGraph binds its pauses, and the page has to say so."""
    from langchain.agents.middleware import HumanInTheLoopMiddleware

    truth = Truth()
    human = HumanInTheLoopMiddleware(interrupt_on={"pay": True})
    agent = agent_of(ASKS, truth, None, middleware=[human], checkpointer=InMemorySaver())
    agent.invoke(HELLO, config(None, "t1"))
    change_arguments(agent, config(None, "t1"), x=9_000)
    agent.invoke(Command(resume={"decisions": [{"type": "approve"}]}), config(None, "t1"))
    assert truth.ran() == [("pay", {"x": 9_000})]


def test_edited_while_waiting_is_a_new_request(ledger: Ledger) -> None:
    recorder, truth = ledger.open(ledger.approving()), Truth()
    agent = asking(ASKS, truth, recorder)
    agent.invoke(HELLO, config(recorder, "t1"))
    change_arguments(agent, config(recorder, "t1"), x=40)
    (first,) = recorder.requests(state="waiting", thread="t1")
    again = agent.invoke(Command(resume="go on"), config(recorder, "t1"))
    assert again["__interrupt__"][0].value["arguments"] == {"x": 40} and truth.ran() == []
    (second,) = recorder.requests(state="waiting", thread="t1")
    assert second.digest != first.digest and second.input == {"x": 40}
    agent.invoke(resume(recorder, thread="t1", key=ledger.lead), config(recorder, "t1"))
    assert truth.ran() == [("pay", {"x": 40})]
    requests = ledger.evidence(thread="t1").of("approval.request")
    assert [link["rel"] for link in requests[1].told["links"]] == ["supersedes"]


@pytest.mark.parametrize("answer", ["approve", {"decisions": [{"type": "approve"}]}, True])
def test_unsigned_answer_opens_nothing(ledger: Ledger, answer: Any) -> None:
    recorder, truth = ledger.open(ledger.approving()), Truth()
    agent = asking(ASKS, truth, recorder)
    agent.invoke(HELLO, config(recorder, "t1"))
    output = agent.invoke(Command(resume=answer), config(recorder, "t1"))
    assert truth.ran() == []
    assert "[policy.approval_missing]" in tool_texts(output)["c1"][1]
    assert ledger.evidence(thread="t1").intents() == []


def test_approver_without_standing_opens_nothing(ledger: Ledger) -> None:
    recorder, truth = ledger.open(ledger.approving()), Truth()
    agent = asking(ASKS, truth, recorder)
    agent.invoke(HELLO, config(recorder, "t1"))
    output = agent.invoke(resume(recorder, thread="t1", key=Key.generate()), config(recorder, "t1"))
    assert truth.ran() == [] and tool_texts(output)["c1"][0] == "error"


def test_an_approval_is_used_once(ledger: Ledger) -> None:
    recorder, truth = ledger.open(ledger.approving()), Truth()
    agent = asking(ASKS, truth, recorder)
    agent.invoke(HELLO, config(recorder, "t1"))
    (request,) = recorder.requests(thread="t1")
    agent.invoke(resume(recorder, thread="t1", key=ledger.lead), config(recorder, "t1"))
    assert truth.ran() == [("pay", {"x": 9})]
    with recorder.run("again", thread="t1") as run, pytest.raises(Denied) as refusal:
        run.tool("pay", {"x": 9}, approval=request.digest)
    assert refusal.value.code == "gate.permit_reused"


def test_no_pause_without_the_option(ledger: Ledger, invoke: Runner) -> None:
    recorder, truth = ledger.open(ledger.approving()), Truth()
    output = invoke(agent_of(ASKS, truth, recorder, checkpointer=InMemorySaver()), HELLO, config(recorder, "t1"))
    assert truth.ran() == [] and "[policy.approval_missing]" in tool_texts(output)["c1"][1]


@pytest.mark.parametrize("on_deny", ["message", "raise"])
def test_denied(ledger: Ledger, invoke: Runner, on_deny: Any) -> None:
    small = {"id": "small", "tool": "look", "when": [["/x", ">", 5]], "verdict": "deny"}
    recorder, truth = ledger.open(ledger.approving(small)), Truth()
    agent = asking([turn(call("look", "c1", x=6), call("look", "c2", x=5)), DONE], truth, recorder, on_deny=on_deny)
    if on_deny == "raise":
        with pytest.raises(Denied):
            invoke(agent, HELLO, config(recorder, "t1"))
    else:
        told = tool_texts(invoke(agent, HELLO, config(recorder, "t1")))
        assert told["c1"][0] == "error" and "[policy.denied]" in told["c1"][1]
        assert told["c2"] == ("success", "order 5: paid")
    evidence = ledger.evidence(thread="t1")
    assert ("look", {"x": 6}) not in truth.ran()
    assert [name for name, id, _ in evidence.refused() if id == "c1"] == ["look"]
    # A raised refusal cancels the call beside it, wherever that is: before its intent, before its start, or inside.
    stopped = evidence.outcomes("cancelled")
    assert evidence.intents() == (truth.ran() or [("look", {"x": 5})] * len(stopped))
    assert on_deny == "raise" or not stopped


def test_human_edit_before_the_gate(ledger: Ledger) -> None:
    """After an edit the model's message shows the old arguments and the tool gets the new: the gate sees the new."""

    @wrap_tool_call
    def edits(request: Any, handler: Any) -> Any:
        return handler(request.override(tool_call={**request.tool_call, "args": {"x": 7}}))

    recorder, truth = ledger.open(ledger.approving()), Truth()
    agent = asking(ASKS, truth, recorder, middleware=[edits])
    paused = agent.invoke(HELLO, config(recorder, "t1"))
    assert paused["__interrupt__"][0].value["arguments"] == {"x": 7}
    agent.invoke(resume(recorder, thread="t1", key=ledger.lead), config(recorder, "t1"))
    assert truth.ran() == [("pay", {"x": 7})]
    evidence = ledger.evidence(thread="t1")
    assert evidence.intents() == truth.ran()
    assert json.dumps({"x": 9}) in json.dumps([line.content for line in evidence.of("model.call")]), "what was proposed"


def test_interrupt_inside_a_tool_runs_its_body_twice(ledger: Ledger) -> None:
    from langchain_core.tools import tool
    from langgraph.types import interrupt

    recorder, bodies = ledger.open(ALLOW), []

    @tool
    def confirm(x: int) -> str:
        """Asks in its body."""
        bodies.append(x)
        return f"{interrupt('sure?')} {x}"

    agent = agent_of([turn(call("confirm", "c1", x=1)), DONE], Truth(), recorder, tools=[confirm], checkpointer=InMemorySaver())
    agent.invoke(HELLO, config(recorder, "t1"))
    output = agent.invoke(Command(resume="yes"), config(recorder, "t1"))
    assert tool_texts(output)["c1"] == ("success", "yes 1") and bodies == [1, 1]
    evidence = ledger.evidence(thread="t1")
    assert evidence.intents() == [("confirm", {"x": 1})] * 2
    assert evidence.outcomes("cancelled") == evidence.outcomes("ok") == [("confirm", "c1")]


def test_a_pause_keeps_its_place_before_the_tools_own(ledger: Ledger) -> None:
    """LangGraph answers pauses by their order: ours must not take the answer of the tool's own."""
    from langchain_core.tools import tool
    from langgraph.types import interrupt

    recorder = ledger.open(ledger.approving())

    @tool
    def pay(x: int) -> str:
        """Asks in its body, too."""
        return f"told {interrupt('which account?')!r} {x}"

    from fakes import FakeModel
    from langchain.agents import create_agent

    gate = Middleware(recorder, approvals="interrupt")
    agent = create_agent(FakeModel(turns=ASKS), [pay], middleware=[gate], checkpointer=InMemorySaver())
    agent.invoke(HELLO, config(recorder, "t1"))
    paused = agent.invoke(resume(recorder, thread="t1", key=ledger.lead), config(recorder, "t1"))
    assert [it.value for it in paused["__interrupt__"]] == ["which account?"]


def test_another_process_answers(ledger: Ledger, tmp_path: Any) -> None:
    """The pause, the approval and the resumed run, each in a process of its own."""
    pytest.importorskip("langgraph.checkpoint.memory")
    for name, key in (("recorder.key", ledger.key), ("lead.key", ledger.lead)):
        key.save(tmp_path / name)
    policy = json.dumps(ledger.approving())
    setup = textwrap.dedent(
        f"""
        import sys, pickle, pathlib
        sys.path.insert(0, {str(__import__("pathlib").Path(__file__).parent)!r})
        from execert import Key, Recorder
        from fakes import *; from same import *; from test_approvals import asking, ASKS
        from langchain_execert import resume
        folder = pathlib.Path({str(tmp_path)!r})
        recorder = Recorder(folder / "acme.ledger", key=Key.load(folder / "recorder.key"), policy={policy})
        truth = Truth()
        agent = asking(ASKS, truth, recorder)
        kept = folder / "checkpoints"
        saver = agent.checkpointer
        def keep(): kept.write_bytes(pickle.dumps((plain_dict(saver.storage), dict(saver.writes), dict(saver.blobs))))
        def plain_dict(it): return {{k: plain_dict(v) for k, v in it.items()}} if isinstance(it, dict) else it
        def load():
            storage, writes, blobs = pickle.loads(kept.read_bytes())
            for t, ns in storage.items():
                for n, c in ns.items(): saver.storage[t][n] = c
            saver.writes.update(writes); saver.blobs.update(blobs)
        """
    )
    one = "agent.invoke(HELLO, config(recorder, 't1')); keep(); assert truth.ran() == []"
    two = "(it,) = recorder.requests(state='waiting', thread='t1'); recorder.approve(it.digest, Key.load(folder / 'lead.key'))"
    three = (
        "load(); pending = agent.get_state(config(recorder, 't1')).interrupts\n"
        "out = agent.invoke(resume(recorder, thread='t1', key=folder / 'lead.key', interrupts=pending), config(recorder, 't1'))\n"
        "assert truth.ran() == [('pay', {'x': 9})], truth.ran()"
    )
    for part in (one, two, three):
        done = subprocess.run([sys.executable, "-c", f"{setup}\n{part}\nrecorder.close()"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    recorder = ledger.open(ledger.approving())
    assert recorder is not None
    evidence = ledger.evidence(thread="t1")
    assert evidence.intents() == [("pay", {"x": 9})]


def change_arguments(agent: Any, made: dict[str, Any], **args: Any) -> None:
    """Changes the checkpoint between pause and resume, as anyone with the store can."""
    state = agent.get_state(made)
    message = next(it for it in reversed(state.values["messages"]) if isinstance(it, AIMessage))
    calls = [{**it, "args": args} for it in message.tool_calls]
    agent.update_state(made, {"messages": [message.model_copy(update={"tool_calls": calls})]}, as_node="model")
