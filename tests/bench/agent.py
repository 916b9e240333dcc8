"""What recording adds to a turn of a LangChain agent: CPU, and bytes of evidence.

The model answers at once, so what is measured is the difference that the callback and the gate make: the same agent
with and without them, in turn.
"""

from __future__ import annotations

import json
import pathlib
import sys
import tempfile
import time
from typing import Any

from execert import Key, Recorder
from measure import FOLDER, tell

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "integrations" / "langchain-python" / "tests"))

from fakes import FakeModel, Truth, call, turn  # noqa: E402
from langchain.agents import create_agent  # noqa: E402
from langchain_execert import Handler, Middleware  # noqa: E402
from langgraph.checkpoint.memory import InMemorySaver  # noqa: E402

ROUNDS = 7
TURNS = 20
CONVERSATION = 50
TEXT = "The refund of order 4471 was approved; it takes three days to arrive."
ASKED = {"messages": [("user", "Where is my refund for order 4471?")]}
TURN = {
    "text": [turn(text=TEXT)],
    "one tool": [turn(call("look", "c1", x=4471)), turn(text=TEXT)],
}
POLICY = {"policy": 1, "default": "allow", "rules": [{"id": "all", "tool": "*", "verdict": "allow"}]}


def cpu(agent: Any, config: Any) -> float:
    began = time.process_time_ns()
    for _ in range(TURNS):
        agent.invoke(ASKED, config)
    return (time.process_time_ns() - began) / TURNS / 1_000


def evidence(name: str, folder: pathlib.Path) -> dict[str, float]:
    """What a turn of a conversation of 50 adds to the evidence: records, and bytes without the index of hashes."""
    saved = []
    with Recorder("memory:", key=Key.generate(), policy=POLICY) as recorder:
        config = {"callbacks": [Handler(recorder)], "configurable": {"thread_id": "t"}}
        memory, turns = InMemorySaver(), []
        for number in range(CONVERSATION + 1):
            asks = [] if name == "text" else [turn(call("look", f"c{number}", x=number))]
            turns += [*asks, turn(text=f"{TEXT} ({number})")]
            agent = create_agent(
                FakeModel(turns=turns), Truth().tools()[:1], middleware=[Middleware(recorder)], checkpointer=memory
            )
            agent.invoke(ASKED, config)
            if number in (0, CONVERSATION):
                out = folder / f"{number}.execert"
                saved.append((recorder.export(out, chain=True).records, sum(map(without_index, out.open("rb")))))
    (first, before), (last, after) = saved
    return {
        f"turn {name} records": (last - first) / CONVERSATION,
        f"turn {name} bytes": (after - before) / CONVERSATION,
    }


def without_index(line: bytes) -> int:
    """The bytes of a line of a bundle without the hashes that only help to find a change."""
    index = json.loads(line).get("index")
    return len(line) - (len(json.dumps({"index": index}, separators=(",", ":"))) - 1 if index else 0)


def main() -> None:
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        for where, url in (("memory", "memory:"), ("sqlite", f"{folder}/a.ledger")):
            with Recorder(url, key=Key.generate(), policy=POLICY, allow_volume=True) as recorder:
                for name, turns in TURN.items():
                    tools = Truth().tools()[:1]
                    plain = create_agent(FakeModel(turns=turns), tools)
                    recorded = create_agent(FakeModel(turns=turns), tools, middleware=[Middleware(recorder)])
                    config = {"callbacks": [Handler(recorder)]}
                    recorded.invoke(ASKED, config)
                    without, within = zip(*((cpu(plain, {}), cpu(recorded, config)) for _ in range(ROUNDS)))
                    figures[f"turn {name} without us"] = min(without)
                    figures[f"turn {name} {where} added"] = min(within) - min(without)
        for name in TURN:
            figures |= evidence(name, pathlib.Path(folder))
    tell(figures)


if __name__ == "__main__":
    main()
