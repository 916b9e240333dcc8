// n8n's own engine with the hooks: what ran is in the evidence with what fed it, and runs the same with and without us.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Key, Recorder } from "execert";

import { ALLOW, MODES, WHOLE, agent, calls, evidence, files, line, node, plainEngine, ran, setup } from "./support.mjs";

const INPUT = { input: [{ big: true }, { big: false }] };
/** All that n8n keeps of an execution, times apart. */
const whole = ({ status, run }) => JSON.parse(JSON.stringify({ status, data: run.data.resultData }, (name, value) => (["startTime", "executionTime", "executionId", "stack", "timestamp"].includes(name) ? undefined : value)));
const deny = (...rules) => ({ policy: 1, default: "allow", rules: rules.map((rule, at) => ({ id: `no-${at}`, verdict: "deny", ...rule })) });

for (const [name, mode] of MODES) {
  test(`branches, merge, loop, errors, sub-workflow: ${name}`, async (t) => {
    const plain = await plainEngine().run(WHOLE, INPUT);
    const without = structuredClone(calls);
    const { engine, evidence } = setup(t, mode);
    const result = await engine.run(WHOLE, INPUT);
    assert.equal(result.status, "success");
    assert.deepEqual(whole(result), whole(plain));
    assert.deepEqual(calls, without);

    const records = await evidence(result);
    const steps = ran(records);
    const own = without.filter((call) => mode.live || !call.node.startsWith("Sub "));
    assert.deepEqual(steps.map((step) => step.node), own.map((call) => call.node));
    assert.ok(!steps.some((step) => step.node === "Never"));
    for (const [at, step] of steps.entries()) {
      assert.equal(step.status, "ok");
      assert.deepEqual(step.input.items ?? own[at].input, own[at].input, step.node);
      assert.equal(step.record.kind, "workflow.node");
      assert.equal(step.record.capture, mode.live ? (mode.policy === undefined ? "observed" : "enforced") : "reported");
      // What fed it: the output of the node that is named has these items, and the record of that node is named too.
      const items = (step.input.from ?? []).flatMap(({ node, run, output }) => {
        const source = steps.filter((other) => other.node === node)[run];
        return source.output.outputs[output];
      });
      assert.deepEqual(items, step.input.items ?? [], step.node);
      const named = mode.live ? step.record.links?.map((link) => link.seq) ?? [] : (step.input.from ?? []).map(({ record }) => records.find((one) => one.digest === record)?.chain.seq);
      const meant = (step.input.from ?? []).map(({ node, run }) => steps.filter((other) => other.node === node)[run].end.chain.seq);
      assert.deepEqual([...named].sort(), [...meant].sort(), step.node);
    }
    assert.deepEqual(steps.find((step) => step.node === "Merge").input.from.map(({ input, node }) => [input, node]), [[0, "A"], [1, "B"]]);
    assert.deepEqual(steps.filter((step) => step.node === "Loop").map((step) => step.input.from[0].node), ["Merge", "Body", "Body"]);
    assert.equal(steps.find((step) => step.node === "Err").input.from[0].output, 1);
    const child = records.find((one) => one.kind === "run.start" && one.name === "sub");
    if (mode.live) {
      const caller = steps.find((step) => step.node === "Sub").record;
      assert.deepEqual(child.links, [{ rel: "child-of", digest: caller.digest, seq: caller.chain.seq }]);
      assert.equal(child.body.thread, records[0].body.thread);
    } else {
      assert.equal(child, undefined);
      assert.equal(steps.find((step) => step.node === "Sub").output.execution, String(Number(result.executionId) + 1));
    }
    assert.deepEqual(records.filter((one) => one.kind === "run.end").map((one) => one.status), mode.live ? ["ok", "ok"] : ["ok"]);
  });

  test(`an agent with a model and a tool that it calls twice: ${name}`, async (t) => {
    const plain = await plainEngine().run(agent(4, 5));
    const without = structuredClone(calls);
    const { engine, evidence } = setup(t, mode);
    const result = await engine.run(agent(4, 5));
    assert.deepEqual(whole(result), whole(plain));
    assert.deepEqual(calls, without);
    const steps = ran(await evidence(result));
    assert.deepEqual(steps.map((step) => step.node).sort(), ["Agent", "End", "Model", "Pay", "Pay", "Start"]);
    assert.ok(steps.every((step) => step.status === "ok"));
    const pays = steps.filter((step) => step.node === "Pay");
    assert.deepEqual(pays.map((step) => step.input.arguments), [{ amount: 4 }, { amount: 5 }]);
    assert.deepEqual(pays.map((step) => step.output.outputs[0][0].answer), ["done", "done"]);
    const model = steps.find((step) => step.node === "Model");
    assert.deepEqual([model.input.arguments, model.output.outputs[0][0]], [{ messages: ["what now?"] }, { response: "use the tools" }]);
    if (mode.live) {
      const asked = steps.find((step) => step.node === "Agent").record;
      for (const step of [model, ...pays]) {
        assert.deepEqual(step.record.links, [{ rel: "triggered-by", digest: asked.digest, seq: asked.chain.seq }]);
      }
      assert.deepEqual(pays.map((step) => [step.record.kind, step.record.call_id]), [["tool.call", "call_0"], ["tool.call", "call_1"]]);
      assert.deepEqual([model.record.kind, model.record.capture], ["model.call", "observed"]);
    }
  });

  test(`a node that fails ends the run: ${name}`, async (t) => {
    const workflow = line(node("Bad", "fail", { message: "no such order" }), node("Later", "set"));
    const plain = await plainEngine().run(workflow);
    const { engine, evidence } = setup(t, mode);
    const result = await engine.run(workflow);
    assert.deepEqual([result.status, result.error.message], ["error", plain.error.message]);
    assert.deepEqual(whole(result), whole(plain));
    const records = await evidence(result);
    assert.deepEqual(ran(records).map((step) => [step.node, step.status]), [["Start", "ok"], ["Bad", "failed"]]);
    assert.equal(ran(records)[1].error.message, "no such order");
    assert.equal(records.at(-1).status, "failed");
  });

  test(`pinned and disabled nodes do not read as run: ${name}`, async (t) => {
    const workflow = line(node("Pinned", "set", { values: { a: 1 } }), node("Off", "set", {}, { disabled: true }), node("On", "set"));
    const { engine, evidence } = setup(t, mode);
    const result = await engine.run(workflow, { pinData: { Pinned: [{ pinned: 1 }] } });
    assert.deepEqual(calls.map((call) => call.node), ["Start", "On"]);
    const records = await evidence(result);
    assert.deepEqual(ran(records).map((step) => step.node), ["Start", "On"]);
    assert.deepEqual(ran(records)[1].input.items, [{ pinned: 1 }]);
    if (mode.live) {
      const notes = records.filter((one) => one.kind === "note");
      assert.deepEqual(notes.map((one) => [one.body.event, one.content.input.node]), [["node-pinned", "Pinned"], ["node-disabled", "Off"]]);
    }
  });

  test(`secrets of a webhook are in no file: ${name}`, async (t) => {
    const secrets = ["s3cr3t-basic", "s3cr3t-cookie", "s3cr3t-key", "s3cr3t-query", "s3cr3t-password", "s3cr3t-own", "s3cr3tErrorA1b2C3d4E5f6G7h8I9j0K1l2"];
    const [basic, cookie, key, token, password, own, error] = secrets;
    const input = [{ headers: { Authorization: `Basic ${basic}`, cookie: `sid=${cookie}`, "X-Api-Key": key, host: "kept.example" }, query: { access_token: token }, body: { user: { password }, pin: own } }];
    const { engine, folder, evidence } = setup(t, { ...mode, redact: ["pin"] });
    const result = await engine.run(line(node("Set", "set", { values: { clientSecret: "s3cr3t-parameter" } }), node("Bad", "fail", { message: `refused: Authorization: Bearer ${error}` })), { input });
    assert.equal(result.status, "error");
    assert.ok(JSON.stringify(await evidence(result)).includes("kept.example"));
    for (const file of files(folder)) {
      const bytes = readFileSync(file);
      for (const secret of [...secrets, "s3cr3t-parameter"]) {
        assert.ok(!bytes.includes(secret) && !bytes.includes(Buffer.from(secret).toString("base64")), `${secret} is in ${file}`);
      }
    }
  });

  test(`evidence that cannot be exported makes the execution an error: ${name}`, async (t) => {
    const { engine, folder } = setup(t, mode);
    writeFileSync(join(folder, "evidence"), "a file where the folder should be");
    const result = await engine.run(line(node("Set", "set")));
    assert.equal(result.status, "error");
    assert.match(result.error.message, /evidence of execution \d+ is not whole/);
  });
}

test("a refused node does not run, and the run is an error", async (t) => {
  const { engine, evidence } = setup(t, { policy: deny({ tool: "engine.set", when: [["/node", "==", "B"]] }) });
  const result = await engine.run(WHOLE, INPUT);
  assert.equal(result.status, "error");
  assert.match(result.error.message, /node B \(engine.set\) was not run: .*\[policy.denied\]/);
  assert.deepEqual(calls.map((call) => call.node), ["Start", "If"]);
  const records = await evidence(result);
  assert.deepEqual(ran(records).map((step) => step.node), ["Start", "If"]);
  const blocked = records.filter((one) => one.status === "blocked");
  assert.deepEqual(blocked.map((one) => [one.content.input.node, one.decision.verdict, one.decision.deciding]), [["B", "deny", ["no-0"]]]);
  assert.deepEqual(blocked[0].content.input.items, [{ big: false }]);
  assert.equal(records.at(-1).status, "failed");
});

test("a tool is refused by the arguments that the model gave it", async (t) => {
  const { engine, evidence } = setup(t, { policy: deny({ tool: "engine.tool", when: [["/arguments/amount", ">", 4]] }) });
  const result = await engine.run(agent(4, 5));
  assert.equal(result.status, "error");
  assert.deepEqual(calls.filter((call) => call.node === "Pay").map((call) => call.input[0].amount), [4]);
  const records = await evidence(result);
  assert.deepEqual(records.filter((one) => one.status === "blocked").map((one) => [one.kind, one.content.input.arguments]), [["tool.call", { amount: 5 }]]);
  assert.deepEqual(ran(records).map((step) => [step.node, step.status]), [["Start", "ok"], ["Agent", "unknown"], ["Model", "ok"], ["Pay", "ok"]]);
});

for (const [name, live] of [["with the registry", true], ["without it, in workflow.preExecute", false]]) {
  test(`a refused workflow runs no node: ${name}`, async (t) => {
    const { engine, folder, key, hooks } = setup(t, { live, policy: deny({ tool: "n8n.workflow", when: [["/types/engine.fail", "exists", true]] }) });
    assert.equal((await engine.run(line(node("Set", "set")))).status, "success");
    calls.length = 0;
    const result = await engine.run(line(node("Bad", "fail")));
    assert.equal(result.status, "error");
    assert.match(result.error.message, /workflow line was not run: .*\[policy.denied\]/);
    assert.deepEqual(calls, []);
    await hooks.n8n.stop[0]();
    const recorder = await Recorder.open(join(folder, "l.ledger"), { key, policy: ALLOW });
    await recorder.export(join(folder, "all.execert"), { chain: true });
    await recorder.close();
    const records = await evidence(join(folder, "all.execert"), key, { allowOpen: true });
    assert.equal(records.filter((one) => one.status === "blocked" && one.name === "n8n.workflow").length, 1);
    assert.ok(!records.some((one) => one.content.input?.node === "Bad"));
  });
}

test("what needs approval runs once it is approved, and only as approved", async (t) => {
  const lead = Key.generate();
  const policy = { policy: 1, default: "allow", approvers: [{ key: lead.id, role: "lead" }], rules: [{ id: "lead", tool: "engine.set", when: [["/node", "==", "Pay"]], verdict: "approve" }] };
  const { engine, folder, key, hooks, again } = setup(t, { policy });
  const pay = (amount) => line(node("Pay", "set", { values: { amount } }));
  const asked = await engine.run(pay(5));
  assert.match(asked.error?.message ?? "", /Request sha256:[0-9a-f]{64}: approve it/);
  assert.deepEqual(calls.map((call) => call.node), ["Start"]);
  await hooks.n8n.stop[0]();
  const recorder = await Recorder.open(join(folder, "l.ledger"), { key, policy });
  await recorder.approve(/sha256:[0-9a-f]{64}/.exec(asked.error.message)[0], lead);
  await recorder.close();
  const second = again();
  assert.equal((await second.engine.run(pay(6))).status, "error");
  const done = await second.engine.run(pay(5));
  assert.equal(done.status, "success");
  assert.deepEqual(calls.filter((call) => call.node === "Pay").length, 1);
  const step = ran(await evidence(join(folder, "evidence", `${done.executionId}.execert`), [key, { key: lead, role: "approver" }])).find((one) => one.node === "Pay");
  assert.ok(step.record.links.some((link) => link.rel === "approved-by"));
  assert.equal((await second.engine.run(pay(5))).status, "error");
});

for (const policy of [undefined, ALLOW]) {
  test(`a ledger that fails in the middle makes the execution an error: ${policy === undefined ? "observed" : "enforced"}`, async (t) => {
    const breaking = { description: { ...node("x", "x"), displayName: "x", name: "x", group: ["transform"], version: 1, defaults: {}, inputs: ["main"], outputs: ["main"], properties: [] }, async execute() { calls.push({ node: "Break" }); await made.hooks.n8n.stop[0](); return [this.getInputData()]; } };
    const made = setup(t, { policy, types: { "engine.break": breaking } });
    const result = await made.engine.run(line(node("Break", "break"), node("Later", "set")));
    assert.equal(result.status, "error");
    assert.deepEqual(calls.map((call) => call.node), ["Start", "Break"]);
    assert.ok(!files(made.folder).some((file) => file.endsWith(".execert")));
  });
}

/** A node that waits until it is let go. */
function gate() {
  let open;
  let entered;
  const waits = new Promise((resolve) => (open = resolve));
  const inside = new Promise((resolve) => (entered = resolve));
  const type = { description: { displayName: "wait", name: "wait", group: ["transform"], version: 1, description: "", defaults: {}, inputs: ["main"], outputs: ["main"], properties: [] }, async execute() { entered(); await waits; return [this.getInputData()]; } };
  return { open, inside, types: { "engine.wait": type } };
}

test("a cancelled execution is recorded as cancelled, and its open node as unknown", async (t) => {
  const { open, inside, types } = gate();
  const { engine, evidence, folder } = setup(t, { types });
  const stop = new AbortController();
  const running = engine.run(line(node("Wait", "wait"), node("Later", "set")), { signal: stop.signal });
  await inside;
  stop.abort();
  open();
  const result = await running;
  assert.equal(result.status, "canceled");
  // n8n does not wait for its hooks here.
  while (!files(folder).some((file) => file.endsWith(".execert"))) await new Promise((next) => setImmediate(next));
  const records = await evidence(result);
  assert.deepEqual(ran(records).map((step) => [step.node, step.status]), [["Start", "ok"], ["Wait", "unknown"]]);
  assert.equal(records.at(-1).status, "cancelled");
});

test("evidence of a cancelled execution that fails is a warning, since n8n would end with an unhandled rejection", async (t) => {
  const { open, inside, types } = gate();
  const { engine, folder } = setup(t, { types });
  writeFileSync(join(folder, "evidence"), "a file where the folder should be");
  const warned = new Promise((resolve) => process.once("warning", resolve));
  const stop = new AbortController();
  const running = engine.run(line(node("Wait", "wait")), { signal: stop.signal });
  await inside;
  stop.abort();
  open();
  assert.equal((await running).status, "canceled");
  assert.match((await warned).message, /is not whole/);
});

for (const [name, mode] of MODES) {
  test(`an execution that waits and goes on is one bundle of two runs: ${name}`, async (t) => {
    const { engine, evidence } = setup(t, mode);
    const workflow = line(node("Pause", "pause"), node("Later", "set", { values: { later: 1 } }));
    const waits = await engine.run(workflow);
    assert.equal(waits.status, "waiting");
    assert.equal((await evidence(waits)).at(-1).status, "unknown");
    const done = await engine.resume(workflow, waits);
    assert.equal(done.status, "success");
    assert.deepEqual(calls.map((call) => call.node), ["Start", "Pause", "Later"]);
    const records = await evidence(done);
    const steps = ran(records);
    assert.deepEqual(steps.filter((step) => step.node === "Later").map((step) => step.status), ["ok"]);
    if (mode.live) {
      assert.deepEqual(records.filter((one) => one.kind === "run.end").map((one) => one.status), ["unknown", "ok"]);
      assert.equal(steps.filter((step) => step.node === "Pause").length, 1);
      assert.deepEqual(records.filter((one) => one.kind === "note").map((one) => [one.body.event, one.content.input.node]), [["node-waited", "Pause"]]);
    }
  });
}

test("an execution that cannot be recorded is not begun, and nothing of it reads as run", async (t) => {
  const { engine, hooks, folder } = setup(t);
  await engine.run(line(node("Set", "set")));
  await hooks.n8n.stop[0]();
  calls.length = 0;
  const result = await engine.run(line(node("Set", "set")));
  assert.match(result.error.message, /cannot be recorded, so it was not begun/);
  assert.deepEqual(calls, []);
  assert.equal(files(join(folder, "evidence")).length, 1);
});

for (const [name, mode] of MODES) {
  test(`a hook file that is listed twice records once: ${name}`, async (t) => {
    const { engine, evidence, folder, hooks } = setup(t, mode);
    for (const list of Object.values(hooks.workflow)) list.push(...list);
    const result = await engine.run(line(node("Set", "set")));
    const records = await evidence(result);
    assert.deepEqual(ran(records).map((step) => step.node), ["Start", "Set"]);
    assert.equal(ran(records)[1].record.capture === "reported", !mode.live);
    rmSync(join(folder, "evidence"), { recursive: true });
    writeFileSync(join(folder, "evidence"), "a file");
    assert.equal((await engine.run(line(node("Set", "set")))).status, "error");
  });
}

test("executions at the same time do not mix", async (t) => {
  const { engine, evidence } = setup(t);
  const results = await Promise.all([1, 2, 3, 4].map((n) => engine.run(line(node(`Set ${n}`, "set", { values: { n } })), { input: [{ n: -n }] })));
  for (const [at, result] of results.entries()) {
    const steps = ran(await evidence(result));
    assert.deepEqual(steps.map((step) => step.node), ["Start", `Set ${at + 1}`]);
    assert.deepEqual(steps[1].output.outputs, [[{ n: at + 1 }]]);
  }
});

test("n8n calls the end again after it threw, and a repaired folder does not hide that", async (t) => {
  const { engine, folder, hooks } = setup(t);
  const seen = [];
  const own = hooks.workflow.postExecute[0];
  hooks.workflow.postExecute[0] = async (...given) => {
    seen.push(given[0].data.resultData.error?.message);
    await own(...given);
  };
  writeFileSync(join(folder, "evidence"), "a file");
  const result = await engine.run(line(node("Set", "set")));
  assert.equal(seen.length, 2);
  assert.match(seen[1], /is not whole/);
  assert.equal(result.status, "error");
  rmSync(join(folder, "evidence"));
  mkdirSync(join(folder, "evidence"));
  assert.equal((await engine.run(line(node("Set", "set")))).status, "success");
});

test("what n8n shows of its engine, on which the hooks rest", async () => {
  const told = [];
  const engine = plainEngine({
    hooks: (hooks) => {
      hooks.addHandler("workflowExecuteBefore", (_workflow, data) => told.push(["start", data]));
      hooks.addHandler("nodeExecuteBefore", (name, task) => told.push(["before", name, task.executionIndex, task.executionStatus]));
      hooks.addHandler("nodeExecuteAfter", (name, task, data) => told.push(["after", name, task.executionIndex, task.metadata?.nodeWasResumed, data]));
    },
  });
  const { run } = await engine.run(agent(4));
  const of = (kind, name) => told.find((one) => one[0] === kind && one[1] === name);
  // The data that is handed over at the start is that of the execution, alive.
  assert.equal(told[0][1].resultData, run.data.resultData);
  // Parts of an agent say that they run already; nodes of the engine do not say anything.
  assert.deepEqual([of("before", "Model")[3], of("before", "Pay")[3]], ["running", undefined]);
  // A node has one number before and after, except an agent that waited for its tools.
  assert.equal(of("before", "Pay")[2], of("after", "Pay")[2]);
  assert.notEqual(of("before", "Agent")[2], of("after", "Agent")[2]);
  assert.equal(of("after", "Agent")[3], true);
  // An error output is a success, with the errors in its items.
  const errors = await plainEngine().run(line(node("Bad", "fail", {}, { onError: "continueErrorOutput" })));
  assert.equal(errors.runs("Bad")[0].executionStatus, "success");
});
