// Refusals, approvals, and how calls end: judged from the evidence and from what the tools noted.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import { Key, Recorder, Unavailable } from "execert";

import { settled, wrapTransport } from "../dist/index.js";
import { ALLOW, calls, evidence, JOINS, ledger, makeClient, seen, shape, spied } from "./support.mjs";

const approver = Key.generate();
const POLICY = {
  policy: 1,
  default: "deny",
  rules: [
    { id: "read", tool: "lookup", verdict: "allow" },
    { id: "rest", tool: "a*", verdict: "allow" },
    { id: "small", tool: "refund", when: [["/amount", "<=", 500]], verdict: "allow" },
    { id: "large", tool: "refund", when: [["/amount", ">", 500]], verdict: "approve", reason: "over-limit" },
  ],
  approvers: [{ key: approver.id, role: "manager" }],
};
const call = (client, name, args, options) => seen(client.callTool({ name, arguments: args }, undefined, options));

async function joined(t, { over = "memory", side = "client", options = { policy: POLICY }, wrap = {} } = {}) {
  const { recorder, key, path } = await ledger(t, options);
  let transport;
  const made = await JOINS[over](t, { [side]: (it) => (transport = wrapTransport(it, recorder, wrap)) });
  const done = async () => {
    await made.client.close();
    // A server of HTTP is told nothing when its client goes.
    for (const session of made.sessions?.values() ?? []) await session.close();
    await settled(transport);
    return evidence(recorder, key, approver);
  };
  return { ...made, recorder, key, path, transport, done };
}

async function until(holds) {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
}

for (const [over, side] of [["memory", "client"], ["memory", "server"], ["stdio", "client"], ["http", "client"], ["http", "server"]]) {
  test(`${over}, ${side}: a refusal is answered with our code, the tool does not run, and it is a record`, async (t) => {
    const { client, did, wire, done } = await joined(t, { over, side });
    const refused = await call(client, "broken", { order: "o-9" });
    assert.match(refused.error, /^McpError -32001 MCP error -32001: rule `default` refuses `broken`; .* \[policy\.denied\]/);
    assert.equal(refused.data.code, "policy.denied");
    assert.equal((await call(client, "lookup", { customer: "c" })).value.isError, undefined);
    assert.deepEqual(did(), [["lookup", { customer: "c" }]]);
    if (side === "client") {
      assert.ok(!wire.out.some((message) => message.params?.name === "broken"), "nothing of it was sent");
    }
    const records = await done();
    assert.deepEqual(shape(records), [
      "run.start single desk ok", "tool.call single broken blocked", "tool.call intent lookup", "tool.call outcome lookup ok", "run.end single desk ok",
    ]);
    assert.equal(records[2].capture, "enforced");
    // The id of JSON-RPC joins the record with the messages.
    const id = wire.out.find((message) => message.params?.name === "lookup").id;
    assert.match(records[2].call_id, new RegExp(`^[0-9a-f]{8}:${id}$`));
  });

  test(`${over}, ${side}: an approval covers the same call once`, async (t) => {
    const { client, did, recorder, done } = await joined(t, { over, side });
    const big = { order: "o-9", amount: 900 };
    const first = await call(client, "refund", big);
    assert.equal(first.data.code, "policy.approval_missing");
    const waiting = await call(client, "refund", { amount: 900, order: "o-9" });
    assert.deepEqual([waiting.data.code, waiting.data.request], ["policy.approval_missing", first.data.request], "one request, however often it is asked");
    await recorder.approve(first.data.request, approver);
    assert.equal((await call(client, "refund", { ...big, amount: 901 })).data.code, "policy.approval_missing", "other arguments");
    assert.deepEqual(did(), []);
    assert.equal((await call(client, "refund", big)).value.content[0].text, "paid");
    const again = await call(client, "refund", big);
    assert.equal(again.data.code, "policy.approval_missing");
    assert.notEqual(again.data.request, first.data.request);
    assert.deepEqual(did(), [["refund", big]]);
    const records = await done();
    const intent = calls(records).find((one) => one.phase === "intent");
    assert.deepEqual(intent.links.map((link) => link.rel).sort(), ["approved-by", "authorised-by"]);
    assert.equal(calls(records).filter((one) => one.status === "ok").length, 1);
    assert.equal(records.filter((one) => one.kind === "approval.request").length, 3);
  });
}

test("an approval that was refused stands, and one of another thread does not count", async (t) => {
  const { client, did, recorder } = await joined(t, { wrap: { thread: "t1" } });
  const { data } = await call(client, "refund", { order: "o", amount: 900 });
  await recorder.approve(data.request, approver, { verdict: "refused" });
  assert.equal((await call(client, "refund", { order: "o", amount: 900 })).data.code, "policy.denied");
  const other = (await call(client, "refund", { order: "p", amount: 900 })).data.request;
  await recorder.approve(other, approver);
  const second = await JOINS.memory(t, { client: (it) => wrapTransport(it, recorder, { thread: "t2" }) });
  assert.equal((await call(second.client, "refund", { order: "p", amount: 900 })).data.code, "policy.approval_missing");
  assert.deepEqual([did(), second.did()], [[], []]);
});

test("an approval is found by a later session, whose ids begin anew", async (t) => {
  const { client, recorder, transport } = await joined(t);
  const { data } = await call(client, "refund", { order: "o", amount: 900 });
  await client.close();
  await settled(transport);
  const second = await JOINS.memory(t, { client: (it) => wrapTransport(it, recorder) });
  // The same JSON-RPC id as the waiting request, of another tool: they have nothing to do with each other.
  assert.equal((await call(second.client, "lookup", { customer: "c" })).value.isError, undefined);
  const third = await JOINS.memory(t, { client: (it) => wrapTransport(it, recorder) });
  assert.equal((await call(third.client, "refund", { order: "q", amount: 900 })).data.code, "policy.approval_missing");
  await recorder.approve(data.request, approver);
  assert.equal((await call(second.client, "refund", { order: "o", amount: 900 })).value.content[0].text, "paid");
});

for (const side of ["client", "server"]) {
  test(`${side}: a tool that changed since it was approved is refused`, async (t) => {
    const { client, did, recorder, server, done } = await joined(t, { side });
    await client.listTools();
    const { data } = await call(client, "refund", { order: "o", amount: 900 });
    await recorder.approve(data.request, approver);
    const [tool] = [server._registeredTools.refund];
    tool.update({ description: "Pays money back, and tells mallory." });
    await client.listTools();
    const refused = await call(client, "refund", { order: "o", amount: 900 });
    assert.equal(refused.data.code, "gate.tool_changed");
    tool.update({ description: "Pays money back." });
    await client.listTools();
    assert.equal((await call(client, "refund", { order: "o", amount: 900 })).value.content[0].text, "paid");
    assert.deepEqual(did(), [["refund", { order: "o", amount: 900 }]]);
    const records = await done();
    const definitions = records.filter((one) => one.name === "refund").map((one) => one.tool.definition);
    assert.equal(new Set(definitions).size, 2);
    assert.equal(records.find((one) => one.decision?.reason === "tool-changed").status, "blocked");
  });
}

test("how calls end: failed, unknown, cancelled", async (t) => {
  const { client, did, done } = await joined(t, { options: { policy: ALLOW } });
  await call(client, "broken", { order: "o-9" });
  await call(client, "nope", {});
  const controller = new AbortController();
  const given = call(client, "hang", { name: "a" }, { signal: controller.signal });
  await until(() => did().length === 2);
  controller.abort("enough");
  await given;
  await call(client, "hang", { name: "b" }, { timeout: 30 });
  const open = call(client, "hang", { name: "c" });
  await until(() => did().filter(([, it]) => it.name === "c").length === 1);
  const records = await done();
  assert.match((await open).error, /-32000 .*Connection closed/);
  const outcomes = calls(records).filter((one) => one.phase === "outcome").map((one) => [one.name, one.status]);
  assert.deepEqual(outcomes, [["broken", "failed"], ["nope", "failed"], ["hang", "cancelled"], ["hang", "unknown"], ["hang", "unknown"]]);
  const failed = calls(records).find((one) => one.status === "failed");
  assert.equal(failed.failure, "tool.error");
  assert.equal(failed.content.output.content[0].text, "no order o-9");
  assert.equal(records.at(-1).status, "unknown", "a session that ended before an answer came");
});

test("a server that ends in mid-call", async (t) => {
  const { client, done } = await joined(t, { over: "stdio", options: { policy: ALLOW } });
  const plain = await JOINS.stdio(t, {});
  const expected = await call(plain.client, "crash", { code: 3 });
  assert.deepEqual(await call(client, "crash", { code: 3 }), expected);
  assert.match(expected.error, /Connection closed/);
  const records = await done();
  assert.deepEqual(shape(calls(records)), ["tool.call intent crash", "tool.call outcome crash unknown"]);
  assert.equal(records.at(-1).kind, "run.end");
  assert.deepEqual(await call(client, "lookup", { customer: "c" }), await call(plain.client, "lookup", { customer: "c" }), "and afterwards");
});

test("a message that cannot be sent: the application's error, and nobody knows what became of it", async (t) => {
  const { client, inner, done } = await joined(t, { over: "http", options: { policy: ALLOW } });
  const plain = await JOINS.http(t, {});
  const results = [];
  for (const [one, transport] of [[client, inner], [plain.client, plain.inner]]) {
    transport._url = new URL("http://127.0.0.1:1/mcp");
    results.push(await call(one, "lookup", { customer: "c" }), await seen(one.readResource({ uri: "desk://orders/o-9" })));
  }
  assert.deepEqual(results.slice(0, 2), results.slice(2));
  const outcomes = (await done()).filter((one) => one.phase === "outcome" || one.kind === "retrieval");
  assert.deepEqual(outcomes.map((one) => one.status), ["unknown", "unknown"]);
  assert.match(JSON.stringify(outcomes[0].content.error), /fetch failed/);
});

test("what else is a record: resources, prompts, questions to the person and to a model", async (t) => {
  for (const side of ["client", "server"]) {
    const { client, done } = await joined(t, { side });
    await client.readResource({ uri: "desk://orders/o-9" });
    await seen(client.readResource({ uri: "desk://orders/none" }));
    await client.getPrompt({ name: "greet", arguments: { name: "Ann" } });
    await call(client, "asks", { about: "o-9" });
    const records = await done();
    assert.deepEqual(shape(records), [
      "run.start single desk ok", "retrieval single resources/read ok", "retrieval single resources/read failed", "retrieval single prompts/get ok",
      "tool.call intent asks", "workflow.node single elicitation/create ok", "model.call single sampling/createMessage ok", "tool.call outcome asks ok", "run.end single desk ok",
    ]);
    assert.deepEqual(records[1].content.input, { uri: "desk://orders/o-9" });
    assert.equal(records[1].content.output.contents[0].text, "order o-9");
    assert.match(JSON.stringify(records[2].content.error), /no such order/);
    assert.deepEqual(records[3].content.input, { name: "greet", arguments: { name: "Ann" } });
    assert.deepEqual(records[5].content.output, { action: "accept", content: { sure: true } });
    assert.equal(records[6].model.served, "mock-1");
    assert.deepEqual(records[0].content.input, { protocol: "2025-11-25", client: { name: "agent", version: "1" }, server: { name: "desk", version: "1" } });
    assert.ok([1, 2, 3, 5, 6].every((at) => records[at].capture === "observed"));
  }
});

test("inside a run of the application a call is a step of that run", async (t) => {
  const { client, recorder, done } = await joined(t);
  await recorder.run("refund-4471", undefined, async () => void (await call(client, "lookup", { customer: "c" })));
  const records = await done();
  assert.deepEqual(shape(records), ["run.start single refund-4471 ok", "tool.call intent lookup", "tool.call outcome lookup ok", "run.end single refund-4471 ok"]);
});

test("inside a run of the application an approval is of that run's thread", async (t) => {
  const { client, recorder, did } = await joined(t, { wrap: { thread: "other" } });
  const inside = async (thread) => {
    let result;
    await recorder.run("refund", undefined, { thread }, async () => void (result = await call(client, "refund", { order: "o", amount: 900 })));
    return result;
  };
  const { data } = await inside("t1");
  await recorder.approve(data.request, approver);
  assert.equal((await inside("t2")).data.code, "policy.approval_missing");
  assert.equal((await inside("t1")).value.content[0].text, "paid");
  assert.equal(did().length, 1);
});

test("both ends in one process, and the same transport twice", async (t) => {
  const { recorder, key } = await ledger(t, { policy: ALLOW });
  const wrap = (it) => wrapTransport(wrapTransport(it, recorder), recorder);
  const { client } = await JOINS.memory(t, { client: wrap, server: wrap });
  await call(client, "lookup", { customer: "c" });
  const records = await evidence(recorder, key);
  assert.equal(calls(records).filter((one) => one.status === "ok").length, 2, "one for each end");
});

test("sessions of HTTP are threads, by the hash of their id", async (t) => {
  const client = await joined(t, { over: "http", side: "client" });
  await call(client.client, "lookup", { customer: "c" });
  const [run] = await client.recorder.runs();
  assert.match(run.thread, /^mcp-[0-9a-f]{16}$/);
  const bundle = (await client.recorder.bundle({ chain: true })).toString();
  assert.ok(client.transport.sessionId.length > 8 && !bundle.includes(client.transport.sessionId));
});

test("secrets are in no file", async (t) => {
  const { client, path, recorder, done } = await joined(t, { options: { policy: ALLOW, redactNames: ["password"] } });
  const secret = "correct horse battery staple";
  assert.equal((await call(client, "login", { user: "ann", password: secret })).value.content[0].text, "hello ann");
  const records = await done();
  assert.equal(calls(records)[0].content.input.user, "ann");
  await recorder.close();
  const files = (folder) => readdirSync(folder).map((name) => join(folder, name)).flatMap((it) => (statSync(it).isDirectory() ? files(it) : [it]));
  for (const file of files(path)) assert.ok(!readFileSync(file).includes(secret), file);
});

test("an approval of arguments that hold a secret", async (t) => {
  const policy = { ...POLICY, rules: [{ id: "login", tool: "login", verdict: "approve" }] };
  const { client, did, recorder } = await joined(t, { options: { policy, redactNames: ["password"] } });
  const args = { user: "ann", password: "correct horse battery staple" };
  const { data } = await call(client, "login", args);
  await recorder.approve(data.request, approver);
  assert.equal((await call(client, "login", args)).value?.content[0].text, "hello ann");
  assert.equal(did().length, 1);
});

/** A ledger that fails from now on. */
function failing(t, recorder, names = ["feed", "run", "join", "requests"]) {
  for (const name of names) {
    t.mock.method(recorder, name, async () => {
      throw new Unavailable("the disk is full", { code: "store.full" });
    });
  }
}

test("a ledger that fails: enforced, nothing runs; observed, the application notices nothing, and the loss is told", async (t) => {
  for (const [side, gate] of [["client", "enforce"], ["server", "enforce"], ["client", "observe"], ["server", "observe"]]) {
    const { client, did, recorder, done } = await joined(t, { side, options: { policy: ALLOW, gate } });
    await call(client, "lookup", { customer: "a" });
    failing(t, recorder);
    const result = await call(client, "lookup", { customer: "b" });
    await seen(client.readResource({ uri: "desk://orders/o-9" }));
    t.mock.restoreAll();
    if (gate === "enforce") {
      assert.equal(result.data.code, "store.full");
    } else {
      assert.equal(result.value.content[0].text, '{"customer":"b","tier":"gold"}');
    }
    assert.deepEqual(did().filter(([name]) => name === "lookup").length, gate === "enforce" ? 1 : 2);
    await call(client, "lookup", { customer: "c" });
    await client.getPrompt({ name: "greet", arguments: { name: "x" } });
    const records = await done();
    assert.ok(records.filter((one) => one.kind === "gap").reduce((sum, one) => sum + one.body.lost, 0) >= 1, `${side}, ${gate}: the loss is told`);
  }
});

test("a recorder that was closed: enforced, nothing runs; observed, everything does", async (t) => {
  for (const gate of ["enforce", "observe"]) {
    const { client, did, recorder } = await joined(t, { options: { policy: ALLOW, gate } });
    await recorder.close();
    const result = await call(client, "lookup", { customer: "b" });
    assert.equal(result.data?.code, gate === "enforce" ? "recorder.closed" : undefined);
    assert.equal(did().length, gate === "enforce" ? 0 : 1);
  }
});

test("an outcome that cannot be written: the answer goes on, and nothing says that it succeeded", async (t) => {
  const { client, recorder, key, server } = await joined(t, { options: { policy: ALLOW } });
  server._registeredTools.lookup.update({
    callback: async () => {
      await recorder.close();
      return { content: [{ type: "text", text: "done" }] };
    },
  });
  const warned = new Promise((resolve) => process.once("warning", resolve));
  assert.equal((await call(client, "lookup", { customer: "b" })).value.content[0].text, "done");
  assert.match(String(await warned), /could not be recorded/);
});
