"""What recording adds to a turn of a LangChain agent: CPU, and bytes of evidence.

The model answers at once, so what is measured is the difference that the callback and the gate make: the same agent
with and without them, in turn.
"""

from __future__ import annotations

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

ROUNDS = 7
TURNS = 20
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
                    first = recorder.head.seq + 1
                    recorded.invoke(ASKED, config)
                    out = pathlib.Path(folder) / "turn.execert"
                    run = recorder.runs(state="closed")[-1]
                    assert run.first >= first, run
                    saved = recorder.export(out, run=run.id)
                    figures[f"turn {name} records"] = saved.records
                    figures[f"turn {name} bytes"] = saved.bytes
    tell(figures)


if __name__ == "__main__":
    main()
