// Values that are hard, secrets, ledgers that fail, streams and processes that end: records stay true, applications whole.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { HumanMessage } from "@langchain/core/messages";
import { RunnableLambda } from "@langchain/core/runnables";
import { MemorySaver } from "@langchain/langgraph";
import { Key, Recorder } from "execert";
import { Feed, Gate } from "execert/integration";
import { createMiddleware } from "langchain";
import { z } from "zod";

import { agentOf, ALLOW, call, config, DONE, evidence as evidenceOf, folder, HELLO, ledger, seenOf, Truth, turn } from "./support.mjs";

const TWO = [turn(call("look", "c1", { x: 1 }), call("pay", "c2", { x: 2 })), DONE];
const WAYS = [["middleware", undefined], ["middleware", ALLOW], ["tools", undefined], ["tools", ALLOW]];

/** A promise, and what ends it. */
function gateway() {
  let open;
  const passed = new Promise((resolve) => (open = resolve));
  return { passed, open };
}

/** One of each kind that serialisers trip over. */
function strange() {
  const cyclic = [1];
  cyclic.push(cyclic);
  let deep = [];
  for (let n = 0; n < 500; n += 1) deep = [deep];
  return {
    bytes: Buffer.from([0, 255]), nan: NaN, big: 2n ** 80n, set: new Set([3, 1]), map: new Map([[{}, 1]]), when: new Date(0), lone: "\ud800",
    cyclic, deep, get raises() { throw new Error("no"); }, promise: Promise.resolve(1), f() {}, error: new RangeError("e"), huge: "x".repeat(2_000_000),
  };
}

for (const [way, policy] of WAYS) {
  const label = `${way}, ${policy === undefined ? "observed" : "enforced"}`;

  test(`strange values: ${label}`, async (t) => {
    const act = (truth, recorder) => {
      const odd = truth.tool("odd", () => strange());
      return agentOf([turn(call("odd", "c1", { x: 1 })), DONE], truth, { recorder, way: recorder && way, tools: [odd] }).invoke(HELLO, config(recorder, "t1"));
    };
    const before = new Truth();
    const plainly = await seenOf(before, () => act(before));
    const { recorder, evidence } = await ledger(t, { policy });
    const truth = new Truth();
    assert.deepEqual(await seenOf(truth, () => act(truth, recorder)), plainly);
    const seen = await evidence();
    assert.deepEqual([seen.intents(), seen.runs().length], [truth.ran(), 1]);
  });

  test(`aborted while a tool runs: ${label}`, async (t) => {
    const act = async (truth, recorder) => {
      const stop = new AbortController();
      const slow = truth.tool("slow", async (_, { signal }) => {
        stop.abort();
        signal.throwIfAborted();
      });
      const agent = agentOf([turn(call("slow", "c1", { x: 1 })), DONE], truth, { recorder, way: recorder && way, tools: [slow] });
      return agent.invoke(HELLO, { ...config(recorder, "t1"), signal: stop.signal });
    };
    const before = new Truth();
    const plainly = await seenOf(before, () => act(before));
    assert.equal(plainly.error[1], "AbortError");
    const { recorder, evidence } = await ledger(t, { policy });
    const truth = new Truth();
    assert.deepEqual(await seenOf(truth, () => act(truth, recorder)), plainly);
    const seen = await evidence();
    assert.deepEqual([seen.intents(), seen.outcomes("cancelled"), seen.ends()], [truth.ran(), [["slow", "c1"]], ["cancelled"]]);
  });

  test(`a stream aborted by its signal: ${label}`, async (t) => {
    const act = async (truth, recorder) => {
      const stop = new AbortController();
      const agent = agentOf(TWO, truth, { recorder, way: recorder && way });
      for await (const _ of await agent.stream(HELLO, { ...config(recorder, "t1"), signal: stop.signal, streamMode: "updates" })) stop.abort();
    };
    const before = new Truth();
    const plainly = await seenOf(before, () => act(before));
    const { recorder, evidence } = await ledger(t, { policy });
    const truth = new Truth();
    const seen = await seenOf(truth, () => act(truth, recorder));
    assert.deepEqual(seen.error, plainly.error);
    const found = await evidence();
    assert.deepEqual(found.ends(), ["cancelled"]);
    assert.deepEqual(found.outcomes("failed"), []);
  });

  test(`a tool that begins when its run has failed: ${label}`, async (t) => {
    const act = async (truth, recorder) => {
      const [failed, begun] = [gateway(), gateway()];
      const waits = createMiddleware({
        name: "waits",
        wrapToolCall: async (request, handler) => {
          if (request.toolCall.name === "late") await failed.passed;
          return handler(request);
        },
      });
      const tools = [...truth.tools(), truth.tool("late", () => begun.open())];
      const agent = agentOf([turn(call("boom", "c1", { x: 1 }), call("late", "c2", { x: 2 })), DONE], truth, {
        recorder, way: recorder && way, tools, middleware: [waits], ...(way === "middleware" ? { gate: { toolErrors: "raise" } } : {}),
      });
      const error = await agent.invoke(HELLO, config(recorder, "t1")).catch((it) => it);
      failed.open();
      await begun.passed;
      return [error.name, error.message];
    };
    const before = new Truth();
    const plainly = await seenOf(before, () => act(before));
    assert.deepEqual([plainly.output, plainly.began.length], [["RangeError", "boom 1"], 2]);
    const { recorder, evidence } = await ledger(t, { policy });
    const truth = new Truth();
    const seen = await seenOf(truth, () => act(truth, recorder));
    assert.deepEqual([seen.output, seen.began], [plainly.output, plainly.began]);
    const found = await evidence();
    assert.deepEqual(found.intents(), truth.ran(), "it began, once, and the record says both");
    // LangChain never settles the call of a tool that began after the abort: no outcome is claimed.
    assert.deepEqual([found.outcomes("ok"), found.outcomes("failed"), found.ends()[0]], [[], [["boom", "c1"]], "failed"]);
  });

  test(`arguments that the tool changes: ${label}`, async (t) => {
    const { recorder, evidence } = await ledger(t, { policy });
    const truth = new Truth();
    const kept = [];
    const keeps = truth.tool("keeps", (args) => { kept.push(args); args.x.changed = true; return "kept"; }, z.any());
    await agentOf([turn(call("keeps", "c1", { x: { a: 1 } })), DONE], truth, { recorder, way, tools: [keeps] }).invoke(HELLO, config(recorder, "t1"));
    assert.deepEqual(kept, [{ x: { a: 1, changed: true } }]);
    const seen = await evidence();
    assert.deepEqual(seen.intents(), [["keeps", { x: { a: 1 } }]]);
    const [proposed] = seen.of("model.call")[0].content.output.tool_calls;
    assert.deepEqual(proposed.args, { x: { a: 1 } }, "the model's message is not the tool's object");
  });
}

test("messages that change after the event", async (t) => {
  const { recorder, evidence } = await ledger(t);
  const message = new HumanMessage("as it was");
  const late = RunnableLambda.from((given) => {
    given.messages[0].content = "changed";
    return given;
  });
  await late.invoke({ messages: [message] }, config(recorder));
  const text = JSON.stringify((await evidence()).of("run.start").map((line) => line.content));
  assert.ok(text.includes("as it was") && !text.includes("changed"));
});

test("a run of strange values", async (t) => {
  const { recorder, evidence } = await ledger(t);
  const given = strange();
  assert.equal(await RunnableLambda.from((value) => value).invoke(given, config(recorder)), given);
  const [end] = (await evidence()).of("run.end");
  const words = new Set(end.content.conversions.map(([, word]) => word));
  assert.equal(end.status, "ok");
  for (const word of ["bytes:Buffer", "bigint", "set", "cycle", "accessor", "exception:RangeError"]) assert.ok(words.has(word) || words.has(word.split(":")[0]), word);
});

test("a stream abandoned half-way: what ran is told, and no end that was not", async (t) => {
  const path = join(folder(), "l.ledger");
  const [key, counts] = [Key.generate(), []];
  for (const recorded of [false, true]) {
    const recorder = recorded ? await Recorder.open(path, { key, policy: ALLOW }) : undefined;
    const truth = new Truth();
    const done = gateway();
    // LangGraph does not stop: it works on to the end, which nobody is told of.
    const last = truth.tool("last", () => done.open());
    const turns = [turn(call("look", "c1", { x: 1 })), turn(call("last", "c2", { x: 2 })), DONE];
    const agent = agentOf(turns, truth, { recorder, tools: [...truth.tools(), last] });
    for await (const _ of await agent.stream(HELLO, { ...config(recorder, "t1"), streamMode: "updates" })) break;
    await done.passed;
    counts.push(truth.ran());
    // The tool has begun; its outcome is on its way.
    const told = async () => (await evidenceOf(recorder, key, key)).outcomes("ok").length;
    for (let n = 0; recorded && n < 1_000 && (await told()) < 2; n += 1) await new Promise((resolve) => setTimeout(resolve, 5));
    await recorder?.close();
  }
  assert.deepEqual(counts[1], counts[0]);
  const { evidence } = await ledger(t, { path, key, policy: ALLOW });
  const seen = await evidence();
  assert.deepEqual([seen.intents(), seen.ends()], [counts[1], ["incomplete"]]);
});

test("secrets are in no file", async (t) => {
  const secret = "sk-" + "proj-A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0";
  const path = join(folder(), "l.ledger");
  const { recorder, evidence } = await ledger(t, { path, policy: ALLOW });
  const truth = new Truth();
  const schema = z.object({ token: z.string() });
  const login = truth.tool("login", ({ token }) => ({ authorization: `Bearer ${token}` }), schema);
  const fails = truth.tool("fails", ({ token }) => { throw new Error(`bad token ${token}`); }, schema);
  const turns = [turn(call("login", "c1", { token: secret })), turn(call("fails", "c2", { token: secret })), DONE];
  await agentOf(turns, truth, { recorder, tools: [login, fails] }).invoke(HELLO, config(recorder, "t1"));
  assert.equal(truth.ran().length, 2);
  assert.ok(!(await evidence()).bundle.includes(secret));
  await recorder.close();
  for (const file of readdirSync(path, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) assert.ok(!readFileSync(join(file.parentPath ?? file.path, file.name)).includes(secret), file.name);
  }
});

const lost = (seen) => seen.of("gap").reduce((sum, line) => sum + line.body.lost, 0);

for (const [way, policy] of WAYS) {
  test(`a ledger that fails: ${way}, ${policy === undefined ? "observed" : "enforced"}`, async (t) => {
    const ONE = [turn(call("look", "c1", { x: 1 })), DONE];
    const before = new Truth();
    const plainly = await seenOf(before, () => agentOf(ONE, before).invoke(HELLO));
    const path = join(folder(), "l.ledger");
    const { recorder, evidence } = await ledger(t, { path, policy });
    const truth = new Truth();
    renameSync(path, `${path}.away`);
    const seen = await seenOf(truth, () => agentOf(ONE, truth, { recorder, way, gate: { approvals: "interrupt" } }).invoke(HELLO, config(recorder, "t1")));
    await Feed.of(recorder, "langchain-js").settled();
    renameSync(`${path}.away`, path);
    if (policy === undefined) {
      assert.deepEqual(seen, plainly, "the application notices nothing");
    } else {
      assert.deepEqual(truth.ran(), [], "no record, no action");
      assert.match(JSON.stringify(seen), /store\.io/);
    }
    await agentOf([DONE], new Truth()).invoke(HELLO, config(recorder, "t2"));
    const found = await evidence();
    assert.ok(lost(found) > 0, "what was lost is told");
    assert.deepEqual(found.outcomes("ok"), []);
  });
}

test("an outcome that cannot be written: the result goes on, and the record never says that it succeeded", async (t) => {
  const path = join(folder(), "l.ledger");
  const { recorder, key } = await ledger(t, { path, policy: ALLOW });
  const truth = new Truth();
  t.mock.method(Gate.prototype, "close", () => Promise.resolve());
  const output = await agentOf(TWO, truth, { recorder }).invoke(HELLO, config(recorder, "t1"));
  t.mock.restoreAll();
  assert.equal(output.messages.at(-1).content, "all done");
  await recorder.close();
  const again = await ledger(t, { path, key, policy: ALLOW });
  const seen = await again.evidence({ thread: "t1" });
  assert.deepEqual([seen.intents(), seen.outcomes("ok")], [truth.ran(), []]);
  assert.deepEqual(seen.outcomes("unknown"), [["look", "c1"], ["pay", "c2"]]);
});

/** Runs an agent in a process of its own. */
function child(path, body) {
  const program = `
    import { Recorder } from "execert";
    import { agentOf, ALLOW, call, config, DONE, HELLO, Truth, turn } from "./test/support.mjs";
    const recorder = await Recorder.open(${JSON.stringify(join(path, "l.ledger"))}, { key: ${JSON.stringify(join(path, "recorder.key"))}, policy: ALLOW });
    const truth = new Truth();
    ${body}`;
  return spawnSync(process.execPath, ["--input-type=module", "-e", program], { cwd: join(import.meta.dirname, ".."), encoding: "utf8" });
}

test("a process that exits without close, and one that dies in a call", async (t) => {
  const path = folder();
  const key = Key.generate();
  key.save(join(path, "recorder.key"));
  const exits = child(path, `
    await agentOf([turn(call("look", "c1", { x: 1 })), DONE], truth, { recorder }).invoke(HELLO, config(recorder, "t1"));
    process.exit(0);`);
  assert.equal(exits.status, 0, exits.stderr);
  const dies = child(path, `
    const dies = truth.tool("dies", () => process.kill(process.pid, "SIGKILL"));
    await agentOf([turn(call("dies", "c1", { x: 1 })), DONE], truth, { recorder, tools: [dies] }).invoke(HELLO, config(recorder, "t2"));`);
  assert.equal(dies.signal, "SIGKILL", dies.stderr);
  const { evidence } = await ledger(t, { path: join(path, "l.ledger"), key, policy: ALLOW });
  const [first, second] = [await evidence({ thread: "t1" }), await evidence({ thread: "t2" })];
  assert.deepEqual([first.outcomes("ok"), first.ends()], [[["look", "c1"]], ["ok"]]);
  assert.deepEqual([second.intents(), second.outcomes("unknown"), second.ends()], [[["dies", { x: 1 }]], [["dies", "c1"]], ["incomplete"]]);
});

test("many runs at once stay apart", async (t) => {
  const { recorder, evidence } = await ledger(t, { policy: ALLOW });
  const truth = new Truth();
  const agent = agentOf(TWO, truth, { recorder });
  await Promise.all(Array.from({ length: 8 }, (_, n) => agent.invoke(HELLO, config(recorder, `t${n}`))));
  const seen = await evidence();
  assert.deepEqual([seen.runs().length, seen.intents()], [8, truth.ran()]);
  for (let n = 0; n < 8; n += 1) {
    assert.deepEqual((await evidence({ thread: `t${n}` })).outcomes("ok"), [["look", "c1"], ["pay", "c2"]]);
  }
});

test("evidence grows with what is new, not with the length of the conversation", async (t) => {
  const { recorder, evidence } = await ledger(t, { policy: ALLOW });
  const turns = Array.from({ length: 40 }, (_, n) => turn(`answer ${n}: ${"word ".repeat(20)}`));
  const agent = agentOf(turns, new Truth(), { recorder, checkpointer: new MemorySaver() });
  const sizes = [];
  for (let n = 0; n < 30; n += 1) {
    await agent.invoke({ messages: [{ role: "user", content: `question ${n}: ${"text ".repeat(20)}` }] }, config(recorder, "t1"));
    if ([9, 19, 29].includes(n)) sizes.push((await evidence({ thread: "t1" })).bundle.length);
  }
  const [early, late] = [sizes[1] - sizes[0], sizes[2] - sizes[1]];
  assert.ok(late < early * 1.1, `ten turns cost the same late as early: ${early} and ${late} bytes`);
});
