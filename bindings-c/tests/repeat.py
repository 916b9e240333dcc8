"""The run of repeat.c through the wheel."""

import sys

from execert import Denied, Key, Recorder, _execert

folder = sys.argv[1]
_execert._repeat(4471)
key = Key.generate()
rules = [{"id": "all", "tool": "crm.*", "verdict": "allow"}, {"id": "models", "tool": "gpt-*", "verdict": "allow"}]
policy = {"policy": 1, "default": "deny", "rules": rules}
with Recorder(folder + "/acme.ledger", key=key, policy=policy, tenant="acme", redact_names=["password"]) as recorder:
    run = recorder.run("refund-4471", {"order": "o-9", "password": "hunter2"}, thread="t1")
    items = [1, 1.5, 1e21, -0.0, None, True, "é😀"]
    run.tool("crm.lookup", {"customer": "c-17", "list": items}, call=lambda customer, list: {"tier": "gold"})
    try:
        run.tool("rm", {"path": "/"}, call=lambda path: 1)
    except Denied:
        pass
    with run.step("parse", {"b": 2, "a": {"z": 1, "y": []}}) as step:
        step.output = {"ok": True}
    asked = {"messages": [{"role": "user", "content": "hi"}]}
    run.model("gpt-4.1", asked, call=lambda messages: "hello", provider="openai")
    run.note("checked", text="by hand")
    run.output = {"tier": "gold"}
    run.close()
    run.save(folder + "/run.execert")
    recorder.seal()
    recorder.export(folder + "/chain.execert", chain=True)
