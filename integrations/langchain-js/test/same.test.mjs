// The same result with and without execert, and records that say what the tools really did: a table of cases, each run
// plain, and then observed and enforced behind either gate.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Document } from "@langchain/core/documents";
import { ToolMessage } from "@langchain/core/messages";
import { RunnableLambda } from "@langchain/core/runnables";
import { FakeLLM, FakeRetriever } from "@langchain/core/utils/testing";
import { Annotation, Command, END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { createAgent, createMiddleware, modelFallbackMiddleware, modelRetryMiddleware, toolRetryMiddleware } from "langchain";

import { execertMiddleware, ExecertHandler, gate } from "../dist/index.js";
import { agentOf, ALLOW, call, config, DONE, FakeModel, HELLO, ledger, seenOf, sorted, Truth, turn } from "./support.mjs";

const TWO = turn(call("look", "c1", { x: 1 }), call("pay", "c2", { x: 2 }));
const retry = (options) => toolRetryMiddleware({ maxRetries: 2, initialDelayMs: 0, jitter: false, ...options });
const blocks = createMiddleware({
  name: "blocks",
  wrapToolCall: (request, handler) =>
    request.toolCall.name === "pay"
      ? new ToolMessage({ content: "not today", name: "pay", tool_call_id: request.toolCall.id })
      : handler(request),
});
const through = createMiddleware({ name: "through", wrapToolCall: (request, handler) => handler(request) });

/** Each case runs an agent and answers what an application sees; `told` looks at the evidence. */
const CASES = {
  "parallel tools": {
    turns: [TWO, turn(call("look", "c3", { x: 3 })), DONE],
    told(seen) {
      assert.deepEqual(seen.outcomes("ok"), [["look", "c1"], ["look", "c3"], ["pay", "c2"]]);
      assert.equal(seen.of("model.call").length, 3);
      assert.deepEqual(seen.ends(), ["ok"]);
      for (const line of seen.of("tool.call", "outcome")) assert.equal(line.content.output.tool_call_id, line.call_id);
      assert.deepEqual(seen.of("model.call").at(-1).usage, { input_tokens: 11, output_tokens: 7 });
    },
  },
  "a tool fails, the agent goes on": {
    turns: [turn(call("boom", "c1", { x: 1 }), call("look", "c2", { x: 2 })), DONE],
    told(seen) {
      assert.deepEqual([seen.outcomes("failed"), seen.outcomes("ok")], [[["boom", "c1"]], [["look", "c2"]]]);
      assert.deepEqual(seen.of("tool.call", "outcome").find((it) => it.status === "failed").content.error, { type: "RangeError", message: "boom 1" });
      assert.deepEqual(seen.ends(), ["ok"]);
    },
  },
  "an unknown tool": {
    turns: [turn(call("nope", "c1", { x: 1 }), call("look", "c2", { x: 2 })), DONE],
    told: (seen) => assert.deepEqual(seen.refused(), [["nope", "c1", "unknown-tool"]]),
  },
  "invalid arguments": {
    turns: [turn(call("look", "c1", { x: "no number" })), DONE],
    intents: [["look", { x: "no number" }]],
    told(seen) {
      const [end] = seen.of("tool.call", "outcome");
      assert.deepEqual([end.status, end.failure], ["failed", "input.invalid"], "nothing that did not run reads as run");
    },
  },
  "another middleware answers in the tool's place": {
    turns: [TWO, DONE],
    options: () => ({ middleware: [blocks] }),
    told(seen) {
      assert.deepEqual(seen.refused(), [["pay", "c2", "blocked-elsewhere"]], "it looks like success, and nothing ran");
      assert.deepEqual(seen.outcomes("ok"), [["look", "c1"]]);
    },
  },
  "retries of a tool": {
    turns: [turn(call("boom", "c1", { x: 1 })), DONE],
    options: () => ({ middleware: [retry({ onFailure: (error) => `gave up: ${error.message}` })] }),
    gate: { toolErrors: "raise" },
    told: (seen) => assert.deepEqual(seen.outcomes("failed"), [["boom", "c1"], ["boom", "c1"], ["boom", "c1"]]),
  },
  "retries of a tool, by the class of its error": {
    turns: [turn(call("boom", "c1", { x: 1 })), DONE],
    options: () => ({ middleware: [retry({ retryOn: [RangeError], onFailure: "continue" })] }),
    // Through another middleware an error arrives wrapped, whoever that is.
    ways: ["tools"],
    told: (seen) => assert.deepEqual(seen.outcomes("failed"), [["boom", "c1"], ["boom", "c1"], ["boom", "c1"]]),
  },
  "a tool fails behind another middleware, and the run with it": {
    turns: [turn(call("boom", "c1", { x: 1 })), DONE],
    options: () => ({ middleware: [through] }),
    gate: { toolErrors: "raise" },
    told(seen) {
      assert.deepEqual(seen.outcomes("failed"), [["boom", "c1"]]);
      assert.deepEqual(seen.ends(), ["failed"]);
    },
  },
  "retries and a fallback of the model": {
    options: () => ({
      model: new FakeModel({ turns: [DONE], fails: [new Error("slow model"), new Error("still slow")] }),
      middleware: [
        modelFallbackMiddleware(new FakeModel({ turns: [turn("from the second")], name: "fake-2" })),
        modelRetryMiddleware({ maxRetries: 1, initialDelayMs: 0, jitter: false, onFailure: "error" }),
      ],
    }),
    told(seen) {
      const models = seen.of("model.call").map((line) => [line.name, line.status]);
      assert.deepEqual(models, [["fake-1", "failed"], ["fake-1", "failed"], ["fake-2", "ok"]]);
    },
  },
  "the model fails": {
    turns: [new TypeError("no model")],
    told(seen) {
      assert.deepEqual(seen.of("model.call").map((line) => line.status), ["failed"]);
      assert.deepEqual(seen.ends(), ["failed"]);
    },
  },
  "a stream, read to its end": {
    turns: [TWO, DONE],
    run: async (agent, cfg) => sorted(await parts(agent, { ...cfg, streamMode: "updates" }, (part) => Object.keys(part))),
    told(seen) {
      assert.equal(seen.of("model.call").length, 2);
      assert.deepEqual(seen.ends(), ["ok"]);
    },
  },
  "a stream of tokens": {
    turns: [TWO, DONE],
    run: async (agent, cfg) => sorted(await parts(agent, { ...cfg, streamMode: "messages" }, ([part]) => [part.type, part.content])),
    told: (seen) => assert.equal(seen.of("model.call").length, 2, "streamed tokens are no records"),
  },
  "events of a stream": {
    turns: [TWO, DONE],
    run: async (agent, cfg) => {
      const out = [];
      for await (const { event, name } of agent.streamEvents(HELLO, { ...cfg, version: "v2" })) out.push([event, name]);
      return sorted(out);
    },
    told: (seen) => assert.deepEqual([seen.of("model.call").length, seen.ends()], [2, ["ok"]]),
  },
  "the handler given once and for all": {
    turns: [TWO, DONE],
    run: (agent, { callbacks, ...cfg }) => agent.withConfig({ callbacks }).invoke(HELLO, cfg),
    told: (seen) => assert.equal(seen.of("model.call").length, 2),
  },
  "a batch": {
    turns: [TWO, DONE],
    run: (agent, cfg) => agent.graph.batch([HELLO, HELLO, HELLO], cfg),
    thread: null,
    runs: 3,
  },
  "the handler given twice": {
    turns: [TWO, DONE],
    run: (agent, cfg, recorder) => agent.invoke(HELLO, { ...cfg, callbacks: cfg.callbacks?.flatMap((it) => [it, it, new ExecertHandler(recorder)]) }),
    told(seen) {
      assert.equal(seen.of("model.call").length, 2);
      assert.ok(seen.of("run.end")[0].body.duplicates > 0);
    },
  },
  "nested agents": {
    make(truth, options) {
      const inner = agentOf([turn(call("look", "i1", { x: 5 })), turn("inner done")], truth, { ...options, name: "inner" });
      const outer = agentOf([DONE, turn(call("pay", "o1", { x: 6 })), turn("outer done")], truth, options);
      const graph = new StateGraph(MessagesAnnotation).addNode("helper", inner.graph).addNode("outer", outer.graph);
      return graph.addEdge(START, "helper").addEdge("helper", "outer").addEdge("outer", END).compile();
    },
  },
  "an agent as a tool of another": {
    make(truth, options) {
      const inner = agentOf([turn(call("look", "i1", { x: 5 })), turn("inner done")], truth, { ...options, name: "inner" });
      const ask = truth.tool("ask", async (_, cfg) => (await inner.invoke(HELLO, cfg)).messages.at(-1).content);
      return agentOf([turn(call("ask", "o1", { x: 1 })), DONE], truth, { ...options, tools: [ask] });
    },
    told: (seen) => assert.deepEqual(seen.outcomes("ok"), [["ask", "o1"], ["look", "i1"]]),
  },
  "all calls in one node": {
    turns: [turn(call("look", "c1", { x: 1 }), call("boom", "c2", { x: 2 }), call("nope", "c3", { x: 3 })), DONE],
    options: () => ({ version: "v1" }),
    told(seen) {
      assert.deepEqual([seen.outcomes("ok"), seen.outcomes("failed")], [[["look", "c1"]], [["boom", "c2"]]]);
      assert.deepEqual(seen.refused(), [["nope", "c3", "unknown-tool"]]);
    },
  },
  "tools that answer with commands, artifacts, errors of their own, and end the run": {
    make(truth, options) {
      const command = truth.tool("command", (_, { toolCall }) => new Command({ update: { messages: [new ToolMessage({ content: "by command", tool_call_id: toolCall.id })] } }));
      const artifact = truth.tool("artifact", () => ["shown", { kept: 1 }], undefined, { responseFormat: "content_and_artifact" });
      const error = truth.tool("error", (_, { toolCall }) => new ToolMessage({ content: "no such order", tool_call_id: toolCall.id, status: "error" }));
      const last = truth.tool("last", () => "the end", undefined, { returnDirect: true });
      const turns = [turn(call("command", "c1", { x: 1 }), call("artifact", "c2", { x: 2 }), call("error", "c3", { x: 3 })), turn(call("last", "c4", { x: 4 })), DONE];
      return agentOf(turns, truth, { ...options, tools: [command, artifact, error, last] });
    },
    told(seen) {
      assert.deepEqual([seen.outcomes("ok"), seen.outcomes("failed")], [[["artifact", "c2"], ["command", "c1"], ["last", "c4"]], [["error", "c3"]]]);
      assert.deepEqual(seen.refused(), []);
    },
  },
  "a retriever and a model of texts, in a chain": {
    ways: ["plain"],
    make(truth) {
      const found = RunnableLambda.from((documents) => documents.map((it) => it.pageContent).join());
      return new FakeRetriever({ output: [new Document({ pageContent: "terms" })] }).pipe(found).pipe(new FakeLLM({ response: "answer" }));
    },
    run: (chain, cfg) => chain.invoke("what are the terms?", cfg),
    told(seen) {
      const [found] = seen.of("retrieval");
      assert.deepEqual([found.name, found.status, found.content.input], ["FakeRetriever", "ok", "what are the terms?"]);
      assert.match(JSON.stringify(found.content.output), /"terms"/);
      const [said] = seen.of("model.call");
      assert.deepEqual([said.status, said.content.input.prompts, said.content.output], ["ok", ["terms"], "answer"]);
    },
  },
  "a graph of one's own with a ToolNode": {
    ways: ["tools"],
    make: (truth, options) => graphOf([turn(call("boom", "c1", { x: 1 }), call("look", "c2", { x: 2 }), call("nope", "c3", { x: 3 })), DONE], truth, options),
    told(seen) {
      assert.deepEqual([seen.outcomes("failed"), seen.outcomes("ok")], [[["boom", "c1"]], [["look", "c2"]]]);
      assert.deepEqual(seen.refused(), [["nope", "c3", "unknown-tool"]]);
    },
  },
  "a ToolNode that does not handle errors": {
    ways: ["tools"],
    make: (truth, options) => graphOf([turn(call("boom", "c1", { x: 1 })), DONE], truth, options, { handleToolErrors: false }),
    told: (seen) => assert.deepEqual([seen.outcomes("failed"), seen.ends()], [[["boom", "c1"]], ["failed"]]),
  },
  "a tool called inside a node": {
    ways: ["tools"],
    make(truth, { recorder, way }) {
      const [look] = way === "tools" ? gate(recorder, truth.tools()) : truth.tools();
      const state = Annotation.Root({ said: Annotation() });
      const node = async () => ({ said: await look.invoke({ x: 4 }) });
      return new StateGraph(state).addNode("asks", node).addEdge(START, "asks").addEdge("asks", END).compile();
    },
    run: (graph, cfg) => graph.invoke({ said: "" }, cfg),
  },
  "a chain without a graph": {
    ways: ["tools"],
    make(truth, { recorder, way }) {
      const [look] = way === "tools" ? gate(recorder, truth.tools()) : truth.tools();
      const model = new FakeModel({ turns: [turn(call("look", "c1", { x: 1 }))] });
      return model.pipe(RunnableLambda.from((message) => message.tool_calls[0])).pipe(look);
    },
    run: (chain, cfg) => chain.invoke("hello", cfg),
  },
};

async function parts(agent, cfg, form) {
  const out = [];
  for await (const part of await agent.stream(HELLO, cfg)) out.push(form(part));
  return out;
}

function graphOf(turns, truth, { recorder, way }, options) {
  const tools = way === "tools" ? gate(recorder, truth.tools()) : truth.tools();
  const model = new FakeModel({ turns }).bindTools(tools);
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("model", async (state) => ({ messages: [await model.invoke(state.messages)] }))
    .addNode("tools", new ToolNode(tools, options));
  const next = ({ messages }) => (messages.at(-1).tool_calls.length > 0 ? "tools" : END);
  return graph.addEdge(START, "model").addConditionalEdges("model", next, ["tools", END]).addEdge("tools", "model").compile();
}

for (const [name, one] of Object.entries(CASES)) {
  test(name, async (t) => {
    const ways = one.ways ?? ["middleware", "tools"];
    const act = async (truth, recorder, way) => {
      const options = { recorder, way, ...(way === "middleware" ? { gate: one.gate } : {}), ...one.options?.() };
      const agent = one.make?.(truth, options) ?? agentOf(one.turns, truth, options);
      const cfg = config(recorder, one.thread === null ? undefined : "t1");
      return (one.run ?? ((it, made) => it.invoke(HELLO, made)))(agent, cfg, recorder);
    };
    const before = new Truth();
    const plainly = await seenOf(before, () => act(before, undefined, "plain"));
    assert.ok(plainly.error === undefined || /fails|not handle/.test(name), `plain: ${plainly.error}`);
    for (const way of ways) {
      for (const policy of [undefined, ALLOW]) {
        const { recorder, evidence } = await ledger(t, { policy });
        const truth = new Truth();
        const seen = await seenOf(truth, () => act(truth, recorder, way));
        const label = `${way}, ${policy === undefined ? "observed" : "enforced"}`;
        // Runs side by side begin their tools as they like.
        const apart = (it) => (one.runs === undefined ? it : { ...it, began: sorted(it.began) });
        assert.deepEqual(apart(seen), apart(plainly), label);
        const found = await evidence();
        assert.deepEqual(found.intents(), one.intents ?? truth.ran(), label);
        assert.equal(found.runs().length, one.runs ?? 1, label);
        for (const line of found.of("tool.call", "intent")) assert.equal(line.capture, policy === undefined ? "observed" : "enforced");
        one.told?.(found);
      }
    }
  });
}

test("the observer alone", async (t) => {
  const { recorder, evidence } = await ledger(t);
  const truth = new Truth();
  const turns = [turn(call("look", "c1", { x: 1 }), call("boom", "c2", { x: 2 }), call("nope", "c3", { x: 3 }), call("look", "c4", { x: "no" })), DONE];
  await agentOf(turns, truth).invoke(HELLO, config(recorder, "t1"));
  const seen = await evidence();
  assert.deepEqual(seen.intents(), truth.ran());
  assert.deepEqual([seen.outcomes("ok"), seen.outcomes("failed")], [[["look", "c1"]], [["boom", "c2"]]]);
  assert.deepEqual(seen.refused(), [["look", "c4", "invalid-arguments"], ["nope", "c3", "unknown-tool"]]);
  assert.deepEqual([...new Set(seen.of("tool.call").map((line) => line.capture))], ["observed"]);
});

for (const way of ["middleware", "tools"]) {
  test(`the gate alone: ${way}`, async (t) => {
    const { recorder, evidence } = await ledger(t, { policy: ALLOW });
    const truth = new Truth();
    await agentOf([TWO, DONE], truth, { recorder, way }).invoke(HELLO);
    const seen = await evidence();
    assert.deepEqual(seen.intents(), truth.ran());
    assert.equal(seen.runs().length, 2, "each call is a run of its own");
  });
}

test("a middleware inside ours brings a tool along: it ran, so nothing says that it was refused", async (t) => {
  const { recorder, evidence } = await ledger(t);
  const truth = new Truth();
  const extra = truth.tool("extra", () => "brought along");
  const brings = createMiddleware({ name: "brings", wrapToolCall: (request, handler) => handler({ ...request, tool: request.tool ?? extra }) });
  const agent = createAgent({
    model: new FakeModel({ turns: [turn(call("extra", "c1", { x: 1 }), call("look", "c2", { x: 2 })), DONE] }),
    tools: truth.tools(), middleware: [execertMiddleware(recorder), brings],
  });
  await agent.invoke(HELLO, config(recorder, "t1"));
  const seen = await evidence();
  assert.deepEqual([seen.intents(), seen.refused()], [truth.ran(), []]);
  assert.deepEqual(seen.outcomes("ok"), [["extra", "c1"], ["look", "c2"]]);
});

test("both gates around one call ask once", async (t) => {
  const { recorder, evidence } = await ledger(t, { policy: ALLOW });
  const truth = new Truth();
  const agent = agentOf([TWO, DONE], truth, { recorder, tools: gate(recorder, gate(recorder, truth.tools())) });
  await agent.invoke(HELLO, config(recorder, "t1"));
  assert.deepEqual((await evidence()).intents(), truth.ran());
});

test("inside a run of the program, calls are its steps", async (t) => {
  const { recorder, evidence } = await ledger(t, { policy: ALLOW });
  const truth = new Truth();
  const [look] = gate(recorder, truth.tools());
  await recorder.run("outer", undefined, async () => look.invoke({ x: 1 }));
  const seen = await evidence();
  assert.deepEqual([seen.runs().length, seen.intents()], [1, truth.ran()]);
});
