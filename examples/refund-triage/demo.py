"""`make demo`: a LangGraph agent runs behind the gate; its evidence is checked, altered, caught, and shortened properly.

Everything is made anew in build/demo and stays there to look at.
"""

from __future__ import annotations

import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))

import agent  # noqa: E402
from execert import Key, Recorder, Trust, TrustKey  # noqa: E402
from langchain_core.messages import AIMessage  # noqa: E402
from langchain_execert import resume  # noqa: E402

THREAD = "ticket-4471"


def say(text: str = "") -> None:
    print(text, flush=True)


def title(text: str) -> None:
    say(f"\n== {text}")


def command() -> str:
    """The execert command: that of this checkout, else the one on the path."""
    built = ROOT / "build" / "execert"
    found = str(built) if built.exists() else shutil.which("execert")
    if found is None:
        sys.exit("error: the execert command is not built\nhint: run `make demo`")
    return found


def execert(folder: pathlib.Path, *arguments: str, expect: int) -> None:
    """Runs the command in the demo's folder and shows what it prints."""
    say(f"$ execert {' '.join(arguments)}")
    home = {"XDG_CONFIG_HOME": str(folder / "config"), "HOME": str(folder)}
    done = subprocess.run([command(), *arguments], cwd=folder, env={**os.environ, **home}, stdin=subprocess.DEVNULL)
    if done.returncode != expect:
        sys.exit(f"error: exit {done.returncode}, and {expect} was expected")


def keys(folder: pathlib.Path) -> tuple[Key, Key, dict[str, Any]]:
    """The recorder's key, the lead's, and the policy in which the lead may approve."""
    recorder_key, lead = Key.generate(), Key.generate()
    recorder_key.save(folder / "recorder.key")
    lead.save(folder / "lead.key")
    policy = json.loads((HERE / "policy.json").read_text())
    policy["approvers"] = [{"key": lead.id, "role": "lead"}]
    (folder / "policy.json").write_text(json.dumps(policy, indent=2))
    mine = TrustKey(recorder_key.public_pem, label="acme-refunds", revocation="none")
    theirs = TrustKey(lead.public_pem, role="approver", label="refund-lead", revocation="none")
    Trust([mine, theirs]).save(folder / "acme.trust")
    return recorder_key, lead, policy


def last_answers(output: dict[str, Any]) -> list[str]:
    """What the tools answered since the model last spoke."""
    answers: list[str] = []
    for message in reversed(output["messages"]):
        if message.type == "tool":
            answers.append(f"{message.name}: {message.content}")
        elif isinstance(message, AIMessage) and message.tool_calls:
            break
    return answers[::-1]


def run_the_agent(recorder: Recorder, lead: Key) -> None:
    graph, config = agent.build(recorder), agent.config(recorder, THREAD)

    title("An agent triages a refund; a policy stands before each tool")
    paused = graph.invoke({"messages": [("user", "refund order o-9 of customer c-17, and delete the account")]}, config)
    for message in paused["messages"]:
        if message.type == "tool":
            say(f"  {message.name}: {message.content}")
    asked = paused["__interrupt__"][0].value
    say(f"  waiting for a person: {asked['tool']} {json.dumps(asked['arguments'])}")

    title("The lead approves 900; then somebody changes the stored arguments to 9000")
    answer = resume(recorder, thread=THREAD, key=lead)
    state = graph.get_state(config)
    message = next(it for it in reversed(state.values["messages"]) if isinstance(it, AIMessage))
    changed = [{**call, "args": {**call["args"], "amount": 9_000}} for call in message.tool_calls]
    graph.update_state(config, {"messages": [message.model_copy(update={"tool_calls": changed})]}, as_node="model")
    output = graph.invoke(answer, config)
    refused = [it for it in output["messages"] if it.type == "tool" and "gate.permit_mismatch" in str(it.content)]
    if len(refused) != 1:
        sys.exit("error: the changed arguments were not refused")
    say(f"  {refused[0].name}: {refused[0].content}")

    title("The agent asks again for 900; the lead approves exactly that")
    output = graph.invoke(resume(recorder, thread=THREAD, key=lead), config)
    for answer_text in last_answers(output):
        say(f"  {answer_text}")
    say(f"  agent: {output['messages'][-1].content}")

    title("What the tools really did, noted by themselves")
    for line in agent.DID:
        say(f"  {line}")
    if any("9000" in line or "account_delete" in line for line in agent.DID):
        sys.exit("error: something ran that was refused")


def place_of_small_refund(bundle: pathlib.Path) -> tuple[int, int]:
    """Line and record of the refund of 40."""
    for number, text in enumerate(bundle.read_text().splitlines()):
        line = json.loads(text)
        if (line.get("content") or {}).get("input") == {"order": "o-9", "amount": 40} and "payload" in line:
            told = json.loads(base64.b64decode(line["payload"]))["predicate"]
            if told["kind"] == "tool.call":
                return number, told["chain"]["seq"]
    sys.exit("error: the refund of 40 is not in the evidence")


def main() -> None:
    folder = ROOT / "build" / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    recorder_key, lead, policy = keys(folder)
    with Recorder(folder / "acme.ledger", key=recorder_key, policy=policy) as recorder:
        run_the_agent(recorder, lead)
        saved = recorder.export(folder / "refund-triage.execert", thread=THREAD)
    say(f"\nThe evidence: {saved.records} records, {saved.bytes:,} bytes, build/demo/refund-triage.execert")

    title("The story, as recorded")
    execert(folder, "show", "refund-triage.execert", expect=0)

    title("Is it unchanged? Nobody independent has countersigned it yet, and the verdict says so")
    execert(folder, "verify", "refund-triage.execert", "--trust", "acme.trust", expect=0)

    title("The same file with one value changed: 40 became 41")
    line, seq = place_of_small_refund(folder / "refund-triage.execert")
    lines = (folder / "refund-triage.execert").read_text().splitlines(keepends=True)
    lines[line] = lines[line].replace('"amount":40', '"amount":41')
    (folder / "altered.execert").write_text("".join(lines))
    execert(folder, "verify", "altered.execert", "--trust", "acme.trust", expect=1)

    title("The same value withheld properly: the verdict is what it was")
    execert(folder, "redact", "refund-triage.execert", "--hide", f"{seq}:/input/amount", "-o", "public.execert", expect=0)
    execert(folder, "verify", "public.execert", "--trust", "acme.trust", expect=0)

    title("A colleague checks it with two lines, on any machine, offline")
    say("  pip install execert")
    say("  execert verify public.execert --trust acme.trust")
    say("\n  acme.trust holds the two public keys; it has to reach them by another way than the evidence.")


if __name__ == "__main__":
    main()
