from execert import Key, Recorder, verify
from fake_model import model, refund
from langchain.agents import create_agent
from langchain_execert import Handler, Middleware

recorder = Recorder("acme.ledger", key=Key.load("recorder.key"), policy="policy.json")
agent = create_agent(model, [refund], middleware=[Middleware(recorder)])  # give it last: it is innermost
cfg = {"callbacks": [Handler(recorder)], "configurable": {"thread_id": "t1"}}
agent.invoke({"messages": [("user", "refund order o-9")]}, cfg)
recorder.export("t1.execert", thread="t1")
print(verify("t1.execert"))
