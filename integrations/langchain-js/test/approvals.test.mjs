// An approval is for exact arguments, signed, used once. What the framework was told opens nothing.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

import { AIMessage } from "@langchain/core/messages";
import { Command, END, interrupt, MemorySaver, MessagesAnnotation, Send, START, StateGraph } from "@langchain/langgraph";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { Denied, Key } from "execert";
import { createMiddleware, humanInTheLoopMiddleware } from "langchain";

import { gate, resume } from "../dist/index.js";
import { agentOf, ALLOW, approving, call, config, DONE, FakeModel, folder, HELLO, ledger, texts, Truth, turn } from "./support.mjs";

const ASKS = [turn(call("pay", "c1", { x: 9 })), DONE];
const THREE = [turn(call("pay", "c1", { x: 1 }), call("look", "c2", { x: 2 }), call("pay", "c3", { x: 3 })), DONE];
const WAYS = ["middleware", "tools"];

/** A ledger in which `pay` needs approval, and an agent that pauses for it. */
async function desk(t, turns, { way = "middleware", rules = [], gate: more, ...options } = {}) {
  const lead = Key.generate();
  const made = await ledger(t, { lead, policy: approving(lead, ...rules) });
  const truth = new Truth();
  const { recorder } = made;
  const agent = agentOf(turns, truth, {
    recorder, way, gate: { approvals: "interrupt", ...more }, checkpointer: new MemorySaver(), ...options,
  });
  return { ...made, lead, truth, agent, cfg: config(recorder, "t1") };
}

for (const way of WAYS) {
  test(`pause, sign, resume: ${way}`, async (t) => {
    const { recorder, lead, truth, agent, cfg, evidence } = await desk(t, ASKS, { way });
    const paused = await agent.invoke(HELLO, cfg);
    assert.deepEqual([truth.ran(), paused.__interrupt__.length], [[], 1]);
    const asked = paused.__interrupt__[0].value;
    assert.deepEqual([asked.tool, asked.arguments], ["pay", { x: 9 }]);
    const [request] = await recorder.requests({ state: "waiting", thread: "t1" });
    assert.deepEqual([request.digest, request.input], [asked.request, { x: 9 }]);
    const output = await agent.invoke(await resume(recorder, { thread: "t1", key: lead }), cfg);
    assert.deepEqual(truth.ran(), [["pay", { x: 9 }]]);
    assert.deepEqual(texts(output), { c1: ["success", '{"refunded":9}'] });
    const seen = await evidence({ thread: "t1" });
    assert.equal(seen.runs().length, 2, "the resumed run is a run of its own, joined by its thread");
    assert.deepEqual(seen.intents(), truth.ran());
    assert.equal(seen.of("approval.request").length, 1);
    const rels = Object.fromEntries(seen.of("tool.call", "intent")[0].links.map(({ rel, digest }) => [rel, digest]));
    assert.equal(rels["authorised-by"], request.digest);
    assert.ok("approved-by" in rels);
    assert.deepEqual(seen.ends(), ["ok", "ok"], "a pause is no failure");
    assert.deepEqual(seen.lines.filter((line) => ["interrupt", "resume"].includes(line.body?.event)).map((line) => line.body.event), ["interrupt", "resume"]);
    assert.deepEqual((await evidence()).of("approval").map((line) => line.body.verdict), ["approved"]);
  });

  test(`parallel calls are answered apart: ${way}`, async (t) => {
    const { recorder, lead, truth, agent, cfg, evidence } = await desk(t, THREE, { way });
    const paused = await agent.invoke(HELLO, cfg);
    assert.deepEqual([truth.ran(), paused.__interrupt__.length], [[["look", { x: 2 }]], 2]);
    const verdict = { c1: "approved", c3: "refused" };
    const output = await agent.invoke(await resume(recorder, { thread: "t1", key: lead, verdict }), cfg);
    assert.deepEqual(truth.ran(), [["look", { x: 2 }], ["pay", { x: 1 }]], "no body ran twice");
    const told = texts(output);
    assert.deepEqual(told.c1, ["success", '{"refunded":1}']);
    assert.equal(told.c3[0], "error");
    assert.match(told.c3[1], /\[policy\.denied\]/);
    const seen = await evidence({ thread: "t1" });
    assert.deepEqual(seen.intents(), truth.ran());
    assert.deepEqual(seen.refused().filter(([, id]) => id === "c3").map((it) => it[2]), ["approval-refused"]);
  });

  test(`approved in part, the rest goes on waiting: ${way}`, async (t) => {
    const { recorder, lead, truth, agent, cfg, evidence } = await desk(t, THREE, { way });
    await agent.invoke(HELLO, cfg);
    const first = await agent.invoke(await resume(recorder, { thread: "t1", key: lead, verdict: { c1: "approved" } }), cfg);
    assert.deepEqual([truth.ran(), first.__interrupt__.length], [[["look", { x: 2 }], ["pay", { x: 1 }]], 1]);
    await agent.invoke(await resume(recorder, { thread: "t1", key: lead }), cfg);
    assert.deepEqual(truth.ran(), [["look", { x: 2 }], ["pay", { x: 1 }], ["pay", { x: 3 }]]);
    assert.deepEqual((await evidence({ thread: "t1" })).intents(), truth.ran());
  });

  test(`arguments changed after the approval are refused: ${way}`, async (t) => {
    const { recorder, lead, truth, agent, cfg, evidence } = await desk(t, ASKS, { way });
    await agent.invoke(HELLO, cfg);
    const answer = await resume(recorder, { thread: "t1", key: lead });
    await change(agent, cfg, { x: 9_000 });
    const output = await agent.invoke(answer, cfg);
    assert.deepEqual(truth.ran(), []);
    assert.equal(texts(output).c1[0], "error");
    assert.match(texts(output).c1[1], /\[gate\.permit_mismatch\]/);
    const seen = await evidence({ thread: "t1" });
    assert.deepEqual(seen.intents(), []);
    const refused = seen.of("tool.call").filter((line) => line.decision?.reason === "permit-mismatch");
    assert.deepEqual(refused.map((line) => line.content.input), [{ x: 9_000 }]);
    assert.deepEqual(seen.of("approval.request").map((line) => line.content.input), [{ x: 9 }], "both are in the evidence");
  });

  for (const onDeny of ["message", "raise"]) {
    test(`denied: ${onDeny}, ${way}`, async (t) => {
      const small = { id: "small", tool: "look", when: [["/x", ">", 5]], verdict: "deny" };
      const turns = [turn(call("look", "c1", { x: 6 }), call("look", "c2", { x: 5 })), DONE];
      const { truth, agent, cfg, evidence } = await desk(t, turns, { way, rules: [small], gate: { onDeny } });
      const seen = await agent.invoke(HELLO, cfg).then(texts, (error) => error);
      if (onDeny === "message") {
        assert.deepEqual([seen.c1[0], seen.c2], ["error", ["success", "order 5: paid"]]);
        assert.match(seen.c1[1], /\[policy\.denied\]/);
      } else if (way === "middleware") {
        assert.deepEqual([seen.name, seen.cause instanceof Denied, seen.cause?.code], ["Denied", true, "policy.denied"]);
      } else {
        // The node of the agent turns what a tool throws into a message: raised inside it, this is one of them.
        assert.match(seen.c1[1], /^Denied: .*\[policy\.denied\]/);
      }
      assert.ok(!truth.ran().some(([, { x }]) => x === 6));
      const found = await evidence({ thread: "t1" });
      assert.deepEqual(found.refused().map(([name, id]) => [name, id]), [["look", "c1"]]);
      assert.deepEqual(found.intents(), truth.ran());
    });
  }
}

/** Changes the checkpoint between pause and resume, as anyone with the store can. */
async function change(agent, cfg, args) {
  const graph = agent.graph ?? agent;
  const { values } = await graph.getState(cfg);
  const message = values.messages.findLast((it) => AIMessage.isInstance(it));
  const changed = new AIMessage({ ...message, tool_calls: message.tool_calls.map((one) => ({ ...one, args })) });
  await graph.updateState(cfg, { messages: [changed] }, "model_request");
}

test("trap: LangGraph runs arguments that were changed while it waited", async () => {
  const truth = new Truth();
  const middleware = [humanInTheLoopMiddleware({ interruptOn: { pay: true } })];
  const agent = agentOf(ASKS, truth, { middleware, checkpointer: new MemorySaver() });
  await agent.invoke(HELLO, config(undefined, "t1"));
  await change(agent, config(undefined, "t1"), { x: 9_000 });
  await agent.invoke(new Command({ resume: { decisions: [{ type: "approve" }] } }), config(undefined, "t1"));
  assert.deepEqual(truth.ran(), [["pay", { x: 9_000 }]], "if this fails, LangGraph binds its pauses, and the guide has to say so");
});

test("arguments edited while it waits are a new request", async (t) => {
  const { recorder, lead, truth, agent, cfg, evidence } = await desk(t, ASKS);
  await agent.invoke(HELLO, cfg);
  const [first] = await recorder.requests({ state: "waiting", thread: "t1" });
  await change(agent, cfg, { x: 40 });
  const again = await agent.invoke(new Command({ resume: "go on" }), cfg);
  assert.deepEqual([again.__interrupt__[0].value.arguments, truth.ran()], [{ x: 40 }, []]);
  const [second] = await recorder.requests({ state: "waiting", thread: "t1" });
  assert.notEqual(second.digest, first.digest);
  await agent.invoke(await resume(recorder, { thread: "t1", key: lead }), cfg);
  assert.deepEqual(truth.ran(), [["pay", { x: 40 }]]);
  const requests = (await evidence({ thread: "t1" })).of("approval.request");
  assert.deepEqual(requests[1].links.map((link) => link.rel), ["supersedes"]);
});

for (const answer of ["approve", { decisions: [{ type: "approve" }] }, true]) {
  test(`an answer that nobody signed opens nothing: ${JSON.stringify(answer)}`, async (t) => {
    const { truth, agent, cfg, evidence } = await desk(t, ASKS);
    await agent.invoke(HELLO, cfg);
    const output = await agent.invoke(new Command({ resume: answer }), cfg);
    assert.deepEqual(truth.ran(), []);
    assert.match(texts(output).c1[1], /\[policy\.approval_missing\]/);
    assert.deepEqual((await evidence({ thread: "t1" })).intents(), []);
  });
}

test("an approver without standing opens nothing", async (t) => {
  const { recorder, truth, agent, cfg } = await desk(t, ASKS);
  await agent.invoke(HELLO, cfg);
  const output = await agent.invoke(await resume(recorder, { thread: "t1", key: Key.generate() }), cfg);
  assert.deepEqual([truth.ran(), texts(output).c1[0]], [[], "error"]);
});

test("an approval is used once", async (t) => {
  const { recorder, lead, truth, agent, cfg } = await desk(t, ASKS);
  await agent.invoke(HELLO, cfg);
  const [request] = await recorder.requests({ thread: "t1" });
  await agent.invoke(await resume(recorder, { thread: "t1", key: lead }), cfg);
  assert.deepEqual(truth.ran(), [["pay", { x: 9 }]]);
  const run = await recorder.run("again", undefined, { thread: "t1" });
  await assert.rejects(run.tool("pay", { x: 9 }, { approval: request.digest }), { code: "gate.permit_reused" });
});

test("approved elsewhere, resumed without a key", async (t) => {
  const { recorder, lead, truth, agent, cfg } = await desk(t, ASKS);
  await agent.invoke(HELLO, cfg);
  const [request] = await recorder.requests({ state: "waiting" });
  await recorder.approve(request.digest, lead);
  await agent.invoke(await resume(recorder, { thread: "t1" }), cfg);
  assert.deepEqual(truth.ran(), [["pay", { x: 9 }]]);
});

test("pause and resume without the handler", async (t) => {
  const { recorder, lead, truth, agent, evidence } = await desk(t, ASKS);
  const cfg = config(undefined, "t1");
  await agent.invoke(HELLO, cfg);
  const output = await agent.invoke(await resume(recorder, { thread: "t1", key: lead }), cfg);
  assert.deepEqual([truth.ran(), texts(output).c1[0]], [[["pay", { x: 9 }]], "success"]);
  const seen = await evidence({ thread: "t1" });
  assert.deepEqual([seen.intents(), seen.outcomes("ok")], [truth.ran(), [["pay", "c1"]]]);
});

test("no pause without the option", async (t) => {
  const { truth, agent, cfg } = await desk(t, ASKS, { gate: { approvals: undefined } });
  const output = await agent.invoke(HELLO, cfg);
  assert.deepEqual(truth.ran(), []);
  assert.match(texts(output).c1[1], /\[policy\.approval_missing\]/);
});

test("edited by another middleware: the gate sees what will run", async (t) => {
  const edits = createMiddleware({
    name: "edits",
    wrapToolCall: (request, handler) => handler({ ...request, toolCall: { ...request.toolCall, args: { x: 7 } } }),
  });
  const { recorder, lead, truth, agent, cfg, evidence } = await desk(t, ASKS, { middleware: [edits] });
  const paused = await agent.invoke(HELLO, cfg);
  assert.deepEqual(paused.__interrupt__[0].value.arguments, { x: 7 });
  await agent.invoke(await resume(recorder, { thread: "t1", key: lead }), cfg);
  assert.deepEqual(truth.ran(), [["pay", { x: 7 }]]);
  const seen = await evidence({ thread: "t1" });
  assert.deepEqual(seen.intents(), truth.ran());
  assert.ok(JSON.stringify(seen.of("model.call").map((line) => line.content)).includes('{"x":9}'), "what was proposed");
});

const DECISIONS = {
  approve: { decision: { type: "approve" }, ran: [["look", { x: 9 }]] },
  edit: { decision: { type: "edit", editedAction: { name: "look", args: { x: 8 } } }, ran: [["look", { x: 8 }]] },
  reject: { decision: { type: "reject", message: "not today" }, ran: [] },
};
for (const [name, { decision, ran }] of Object.entries(DECISIONS)) {
  test(`humanInTheLoopMiddleware is observed: ${name}`, async (t) => {
    const outputs = [];
    for (const recorded of [false, true]) {
      const { recorder, evidence } = await ledger(t, { policy: ALLOW });
      const truth = new Truth();
      const agent = agentOf([turn(call("look", "c1", { x: 9 })), DONE], truth, {
        recorder: recorded ? recorder : undefined, checkpointer: new MemorySaver(),
        middleware: [humanInTheLoopMiddleware({ interruptOn: { look: true } })],
      });
      const cfg = config(recorded ? recorder : undefined, "t1");
      await agent.invoke(HELLO, cfg);
      const output = await agent.invoke(new Command({ resume: { decisions: [decision] } }), cfg);
      outputs.push([texts(output), truth.ran()]);
      assert.deepEqual(truth.ran(), ran);
      if (recorded) {
        const seen = await evidence({ thread: "t1" });
        assert.deepEqual([seen.intents(), seen.ends()], [ran, ["ok", "ok"]]);
        assert.deepEqual(seen.refused(), name === "reject" ? [["look", "c1", "blocked-elsewhere"]] : []);
        const notes = seen.lines.filter((line) => line.body?.event === "interrupt");
        assert.ok(JSON.stringify(notes[0].content).includes('"actionRequests"'), "what was asked");
        const resumed = seen.of("run.start").at(-1);
        assert.ok(JSON.stringify(resumed.content).includes(`"type":"${name}"`), "what was answered");
      }
    }
    assert.deepEqual(outputs[1], outputs[0]);
  });
}

test("humanInTheLoopMiddleware opens no gate of ours; resume answers both", async (t) => {
  const middleware = [humanInTheLoopMiddleware({ interruptOn: { pay: true } })];
  const { recorder, lead, truth, agent, cfg } = await desk(t, ASKS, { middleware });
  const first = await agent.invoke(HELLO, cfg);
  const command = await resume(recorder, { thread: "t1", key: lead, interrupts: first.__interrupt__ });
  const second = await agent.invoke(command, cfg);
  assert.deepEqual([truth.ran(), second.__interrupt__[0].value.tool], [[], "pay"], "approved there, and waiting here");
  await agent.invoke(await resume(recorder, { thread: "t1", key: lead, interrupts: second.__interrupt__ }), cfg);
  assert.deepEqual(truth.ran(), [["pay", { x: 9 }]]);
});

test("a pause inside a tool runs its body twice, and both are recorded", async (t) => {
  const { recorder, evidence } = await ledger(t, { policy: ALLOW });
  const truth = new Truth();
  const confirm = truth.tool("confirm", ({ x }) => `${interrupt("sure?")} ${x}`);
  const agent = agentOf([turn(call("confirm", "c1", { x: 1 })), DONE], truth, { recorder, tools: [confirm], checkpointer: new MemorySaver() });
  const cfg = config(recorder, "t1");
  await agent.invoke(HELLO, cfg);
  const output = await agent.invoke(new Command({ resume: "yes" }), cfg);
  assert.deepEqual(texts(output).c1, ["success", "yes 1"]);
  const seen = await evidence({ thread: "t1" });
  assert.deepEqual([truth.ran().length, seen.intents()], [2, truth.ran()]);
  assert.deepEqual([seen.outcomes("cancelled"), seen.outcomes("ok"), seen.outcomes("failed")], [[["confirm", "c1"]], [["confirm", "c1"]], []]);
});

test("a pause of ours keeps its place before the tool's own", async (t) => {
  const truth = new Truth();
  const pay = truth.tool("pay", ({ x }) => `told ${interrupt("which account?")} ${x}`);
  const { recorder, lead, agent, cfg } = await desk(t, ASKS, { tools: [pay] });
  await agent.invoke(HELLO, cfg);
  const paused = await agent.invoke(await resume(recorder, { thread: "t1", key: lead }), cfg);
  assert.deepEqual(paused.__interrupt__.map((it) => it.value), ["which account?"]);
});

test("a graph of one's own pauses for the gate, and goes on", async (t) => {
  const lead = Key.generate();
  const { recorder, evidence } = await ledger(t, { lead, policy: approving(lead) });
  const truth = new Truth();
  const tools = gate(recorder, truth.tools(), { approvals: "interrupt" });
  const model = new FakeModel({ turns: THREE }).bindTools(tools);
  // Each call is a task of its own: a node with several would start all of them again after a pause of one.
  const next = ({ messages }) =>
    messages.at(-1).tool_calls.length > 0 ? messages.at(-1).tool_calls.map((one) => new Send("tools", { lg_tool_call: one, messages })) : END;
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("model", async (state) => ({ messages: [await model.invoke(state.messages)] }))
    .addNode("tools", new ToolNode(tools))
    .addEdge(START, "model").addConditionalEdges("model", next, ["tools", END]).addEdge("tools", "model")
    .compile({ checkpointer: new MemorySaver() });
  const cfg = config(recorder, "t1");
  const paused = await graph.invoke(HELLO, cfg);
  assert.equal(paused.__interrupt__.length, 2);
  await graph.invoke(await resume(recorder, { thread: "t1", key: lead }), cfg);
  assert.deepEqual(truth.ran(), [["look", { x: 2 }], ["pay", { x: 1 }], ["pay", { x: 3 }]]);
  assert.deepEqual((await evidence({ thread: "t1" })).intents(), truth.ran());
});

test("another process answers, and a third one goes on", async (t) => {
  const path = folder();
  const [key, lead] = [Key.generate(), Key.generate()];
  key.save(join(path, "recorder.key"));
  lead.save(join(path, "lead.key"));
  const policy = approving(lead);
  const setup = `
    import { readFileSync, writeFileSync } from "node:fs";
    import { MemorySaver } from "@langchain/langgraph";
    import { Key, Recorder } from "execert";
    import { resume } from "./dist/index.js";
    import { agentOf, call, config, DONE, HELLO, Truth, turn } from "./test/support.mjs";
    const folder = ${JSON.stringify(path)};
    const recorder = await Recorder.open(folder + "/l.ledger", { key: folder + "/recorder.key", policy: ${JSON.stringify(policy)} });
    // The saver in memory, kept in a file: those with files need native addons.
    const checkpointer = new MemorySaver();
    const pack = (name, it) => (it instanceof Uint8Array ? { bytes: Buffer.from(it).toString("base64") } : it);
    const keep = () => writeFileSync(folder + "/saver", JSON.stringify([checkpointer.storage, checkpointer.writes], pack));
    const load = () => [checkpointer.storage, checkpointer.writes] = JSON.parse(readFileSync(folder + "/saver", "utf8"),
      (name, it) => (typeof it?.bytes === "string" ? new Uint8Array(Buffer.from(it.bytes, "base64")) : it));
    const truth = new Truth();
    const agent = agentOf(${JSON.stringify(THREE.map((it) => [it.content, it.tool_calls]))}.map(([text, calls]) => turn(...calls, text)), truth,
      { recorder, gate: { approvals: "interrupt" }, checkpointer });
    const cfg = config(recorder, "t1");
  `;
  const parts = [
    "await agent.invoke(HELLO, cfg); keep();",
    "for (const it of await recorder.requests({ state: 'waiting', thread: 't1' })) await recorder.approve(it.digest, folder + '/lead.key');",
    `load(); const { tasks } = await agent.graph.getState(cfg);
     await agent.invoke(await resume(recorder, { thread: "t1", interrupts: tasks.flatMap((it) => it.interrupts) }), cfg);`,
  ];
  const did = parts.map((part) => {
    const program = `${setup}${part}\nprocess.stdout.write(JSON.stringify(truth.ran())); await recorder.close();`;
    const done = spawnSync(process.execPath, ["--input-type=module", "-e", program], { cwd: join(import.meta.dirname, ".."), encoding: "utf8" });
    assert.equal(done.status, 0, done.stderr);
    return JSON.parse(done.stdout);
  });
  assert.deepEqual(did, [[["look", { x: 2 }]], [], [["pay", { x: 1 }], ["pay", { x: 3 }]]]);
  const { evidence } = await ledger(t, { path: join(path, "l.ledger"), key, lead, policy });
  assert.deepEqual((await evidence({ thread: "t1" })).intents(), [["look", { x: 2 }], ["pay", { x: 1 }], ["pay", { x: 3 }]]);
});
