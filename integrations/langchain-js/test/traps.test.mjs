// What this package works around in LangChain.js. Each test fails when upstream changes it: then the code can go.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { ToolMessage } from "@langchain/core/messages";
import { RunnableLambda } from "@langchain/core/runnables";
import { StructuredTool } from "@langchain/core/tools";
import { GraphCallbackHandler, interrupt, MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { createAgent, createMiddleware, MiddlewareError, toolRetryMiddleware } from "langchain";
import { z } from "zod";

import { execertMiddleware, ExecertHandler, gate } from "../dist/index.js";
import { agentOf, call, config, DONE, FakeModel, HELLO, ledger, texts, Truth, turn } from "./support.mjs";

const ONE = [turn(call("look", "c1", { x: 1 })), DONE];
const BOOM = [turn(call("boom", "c1", { x: 1 })), DONE];
const through = createMiddleware({ name: "through", wrapToolCall: (request, handler) => handler(request) });
const EVENTS = ["ChainStart", "ChainEnd", "ChainError", "ChatModelStart", "ToolStart", "ToolEnd", "ToolError"];

/** Notes what callbacks are given. */
class Spy extends GraphCallbackHandler {
  name = "spy";
  awaitHandlers = true;
  seen = [];

  constructor() {
    super();
    for (const event of EVENTS) this[`handle${event}`] = (...given) => void this.seen.push([event, given]);
  }

  of(event) {
    return this.seen.filter(([name]) => name === event).map(([, given]) => given);
  }
}

async function spied(turns = ONE, options = {}) {
  const spy = new Spy();
  const truth = new Truth();
  const output = await agentOf(turns, truth, options).invoke(HELLO, { callbacks: [spy], configurable: { thread_id: "t1" } });
  return { spy, truth, output };
}

test("a start of a chain tells its parent fourth, and its name eighth, whatever is declared", async () => {
  const { spy } = await spied();
  const [root, , node] = spy.of("ChainStart");
  assert.deepEqual([root[3], root[7]], [undefined, "LangGraph"]);
  assert.deepEqual([node[3], node[7], node[5].langgraph_node], [root[2], "model_request", "model_request"]);
});

test("nodes that are plumbing: the entry of a graph, what runs inside a node, and an agent's own two", async (t) => {
  const { spy } = await spied();
  const names = new Set(spy.of("ChainStart").map((given) => given[7]));
  assert.deepEqual([...names], ["LangGraph", "__start__", "model_request", "RunnableLambda", "tools"]);
  const { recorder, evidence } = await ledger(t);
  await agentOf(ONE, new Truth()).invoke(HELLO, config(recorder, "t1"));
  assert.deepEqual((await evidence()).of("workflow.node"), [], "none of them is a record");
  const graph = new StateGraph(MessagesAnnotation).addNode("mine", () => ({})).addEdge(START, "mine").compile();
  await graph.invoke(HELLO, config(recorder, "t2"));
  assert.deepEqual((await evidence()).of("workflow.node").map((line) => line.name), ["mine"], "a node of one's own is");
});

test("a tool's start tells arguments as a JSON text, its name seventh and the call id eighth", async () => {
  const { spy } = await spied();
  const [given] = spy.of("ToolStart");
  assert.deepEqual([given[1], given[6], given[7]], ['{"x":1}', "look", "c1"]);
});

test("a tool that is a class tells no name; its gate knows it", async (t) => {
  class Look extends StructuredTool {
    name = "look";
    description = "Looks.";
    schema = z.object({ x: z.number() });

    async _call({ x }) {
      return `order ${x}`;
    }
  }
  const { spy } = await spied(ONE, { tools: [new Look()] });
  assert.equal(spy.of("ToolStart")[0][6], undefined);
  for (const way of ["plain", "tools", "middleware"]) {
    const { recorder, evidence } = await ledger(t);
    const output = await agentOf(ONE, new Truth(), { recorder, way, tools: [new Look()] }).invoke(HELLO, config(recorder, "t1"));
    assert.deepEqual(texts(output).c1, ["success", "order 1"]);
    assert.deepEqual((await evidence()).intents(), [[way === "plain" ? "Look" : "look", { x: 1 }]]);
  }
});

test("an unknown tool, invalid arguments and another middleware's answer give no event of a tool", async () => {
  const blocks = createMiddleware({ name: "blocks", wrapToolCall: ({ toolCall }) => new ToolMessage({ content: "no", tool_call_id: toolCall.id }) });
  for (const [turns, options] of [
    [[turn(call("nope", "c1", { x: 1 })), DONE], {}],
    [[turn(call("look", "c1", { x: "no" })), DONE], {}],
    [ONE, { middleware: [blocks] }],
  ]) {
    const { spy, truth } = await spied(turns, options);
    assert.deepEqual([spy.of("ToolStart"), truth.ran()], [[], []]);
  }
});

test("handlers run in the background unless they say otherwise, and one that raises changes what the agent does", async () => {
  assert.deepEqual([new (class extends BaseCallbackHandler { name = "n"; })().awaitHandlers], [false]);
  class Raises extends BaseCallbackHandler {
    name = "raises";
    awaitHandlers = true;
    raiseError = true;

    handleToolStart() {
      throw new Error("stop");
    }
  }
  const truth = new Truth();
  const output = await agentOf(ONE, truth).invoke(HELLO, { callbacks: [new Raises()] });
  assert.deepEqual(truth.ran(), []);
  assert.match(texts(output).c1[1], /stop/);
});

test("the handler is awaited, raises nothing, and is one however it is copied", async (t) => {
  const { recorder } = await ledger(t);
  const handler = new ExecertHandler(recorder);
  assert.deepEqual([handler.awaitHandlers, handler.raiseError, handler.copy() === handler], [true, false, true]);
  assert.ok(!JSON.stringify(handler).includes("ecorder"), "nothing of the recorder is serialised with it");
});

test("a pass-through wrapToolCall ends the run where the agent went on before", async () => {
  const { output } = await spied(BOOM);
  assert.deepEqual(texts(output).c1, [undefined, "RangeError: boom 1\n Please fix your mistakes."]);
  await assert.rejects(spied(BOOM, { middleware: [through] }), (error) => error instanceof MiddlewareError && error.message === "boom 1");
});

test("with our middleware inside it, toolRetryMiddleware would see no error: gated tools let it", async (t) => {
  const { recorder } = await ledger(t);
  const counts = [];
  for (const way of ["plain", "middleware", "tools"]) {
    const truth = new Truth();
    const middleware = [toolRetryMiddleware({ maxRetries: 2, initialDelayMs: 0, jitter: false })];
    await agentOf(BOOM, truth, { recorder, way, middleware }).invoke(HELLO);
    counts.push(truth.ran().length);
  }
  assert.deepEqual(counts, [3, 1, 3]);
});

test("an error arrives at an outer middleware wrapped, once for each layer", async () => {
  const seen = [];
  const looks = createMiddleware({
    name: "looks",
    wrapToolCall: async (request, handler) => {
      try {
        return await handler(request);
      } catch (error) {
        seen.push([error.constructor.name, error.name, error.cause?.constructor.name]);
        throw error;
      }
    },
  });
  await assert.rejects(spied(BOOM, { middleware: [looks, through] }));
  await assert.rejects(spied(BOOM, { middleware: [looks] }));
  assert.deepEqual(seen, [["MiddlewareError", "RangeError", "RangeError"], ["RangeError", "RangeError", undefined]]);
});

test("invalid arguments are told to the model with a stack: where a call came from is in it", async () => {
  const { output } = await spied([turn(call("look", "c1", { x: "no" })), DONE]);
  assert.match(texts(output).c1[1], /^Error invoking tool 'look' with kwargs \{"x":"no"\} with error: [^]*\n {4}at /);
});

test("LangGraph's ToolNode takes no wrapper", async () => {
  const truth = new Truth();
  const wrapToolCall = () => assert.fail("it would be used");
  const node = new ToolNode(truth.tools(), { wrapToolCall });
  await node.invoke({ messages: [turn(call("look", "c1", { x: 1 }))] });
  assert.deepEqual(truth.ran(), [["look", { x: 1 }]]);
});

test("a pause comes as an error that is to bubble up, and as an event of the graph", async () => {
  const spy = new Spy();
  const paused = [];
  spy.handleInterrupt = (event) => void paused.push(event);
  const truth = new Truth();
  const agent = agentOf([turn(call("ask", "c1", { x: 1 })), DONE], truth, {
    tools: [truth.tool("ask", () => interrupt("sure?"))], checkpointer: new MemorySaver(),
  });
  await agent.invoke(HELLO, { callbacks: [spy], configurable: { thread_id: "t1" } });
  assert.deepEqual(spy.of("ToolError").map(([error]) => [error.name, error.is_bubble_up]), [["GraphInterrupt", true]]);
  assert.deepEqual(spy.of("ChainError").map(([error, , parent]) => [error.is_bubble_up, parent !== undefined]), [[true, true]], "the root ends well");
  assert.deepEqual(paused.map((event) => event.interrupts[0].value), ["sure?"]);
});

test("pauses of one node have one id, and a node with several calls starts all of them again", async (t) => {
  const { recorder, evidence } = await ledger(t, { policy: { policy: 1, default: "allow", rules: [{ id: "pay", tool: "pay", verdict: "approve" }] } });
  const truth = new Truth();
  const tools = gate(recorder, truth.tools(), { approvals: "interrupt" });
  const model = new FakeModel({ turns: [turn(call("look", "c1", { x: 1 }), call("pay", "c2", { x: 2 })), DONE] }).bindTools(tools);
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("model", async (state) => ({ messages: [await model.invoke(state.messages)] }))
    .addNode("tools", new ToolNode(tools)).addEdge(START, "model").addEdge("model", "tools").compile({ checkpointer: new MemorySaver() });
  const cfg = config(recorder, "t1");
  await graph.invoke(HELLO, cfg);
  await graph.invoke(null, cfg);
  assert.deepEqual(truth.ran(), [["look", { x: 1 }], ["look", { x: 1 }]], "LangGraph's way");
  assert.deepEqual((await evidence()).intents(), truth.ran(), "and the records say it");
});

test("an aborted run is told as an error that only says so", async () => {
  const spy = new Spy();
  const stop = new AbortController();
  const truth = new Truth();
  const slow = truth.tool("slow", async () => stop.abort());
  const agent = agentOf([turn(call("slow", "c1", { x: 1 })), DONE], truth, { tools: [slow] });
  await assert.rejects(agent.invoke(HELLO, { callbacks: [spy], signal: stop.signal }), { name: "AbortError" });
  const [error] = spy.of("ChainError").find((given) => given[2] === undefined);
  assert.deepEqual([error.name, error.message], ["Error", "Abort"]);
});

test("arguments that JSON cannot hold lose the observer's event, not the gate's record", async (t) => {
  const warned = [];
  t.mock.method(console, "warn", (text) => warned.push(text));
  const { recorder, evidence } = await ledger(t);
  const truth = new Truth();
  const big = truth.tool("big", () => "ok", z.object({ n: z.any() }));
  await RunnableLambda.from(() => big.invoke({ n: 1n })).invoke("x", config(recorder));
  assert.match(warned.join(), /handleToolStart: TypeError/);
  await gate(recorder, [big])[0].invoke({ n: 1n });
  assert.deepEqual((await evidence()).intents(), [["big", { n: "1" }]]);
});

test("a model's configuration is no record", async (t) => {
  const secret = "configuration-that-must-not-be-recorded";
  const { recorder, evidence } = await ledger(t);
  await agentOf(ONE, new Truth(), { model: new FakeModel({ turns: ONE, secret }) }).invoke(HELLO, config(recorder, "t1"));
  assert.ok(!(await evidence()).bundle.includes(secret));
});

test("what an earlier run did is not refused by a later one that hands on the conversation", async (t) => {
  const { recorder, evidence } = await ledger(t);
  const truth = new Truth();
  const turns = [turn(call("look", "c1", { x: 1 }), call("nope", "c2", { x: 2 })), DONE, turn("more")];
  const inner = agentOf(turns, truth, { recorder, way: "tools" });
  const graph = new StateGraph(MessagesAnnotation).addNode("helper", inner.graph).addEdge(START, "helper").compile({ checkpointer: new MemorySaver() });
  await graph.invoke(HELLO, config(recorder, "t1"));
  await graph.invoke(HELLO, config(recorder, "t1"));
  const seen = await evidence();
  assert.deepEqual([seen.runs().length, seen.outcomes("ok"), seen.refused()], [2, [["look", "c1"]], [["nope", "c2", "unknown-tool"]]]);
});

test("a gated tool is the tool in everything but its calls", async (t) => {
  const { recorder } = await ledger(t);
  const provider = { type: "web_search" };
  const [look] = new Truth().tools();
  const [gated, same] = gate(recorder, [look, provider]);
  assert.deepEqual([gated.name, gated.description, gated.schema === look.schema, gated instanceof look.constructor], ["look", "Does look.", true, true]);
  assert.equal(same, provider, "what a provider runs is not called here");
  assert.equal(await gated.call({ x: 2 }), "order 2: paid");
  assert.deepEqual(await gated.batch([{ x: 3 }, { x: 4 }]), ["order 3: paid", "order 4: paid"]);
});

test("a schema that is no JSON, an output that throws when it is looked at", async (t) => {
  for (const schema of [z.object({ at: z.any().default(() => new Date(0)) }), { type: "object", properties: { at: { default: undefined, format: 1n } } }]) {
    const { recorder, evidence } = await ledger(t);
    const truth = new Truth();
    const odd = truth.tool("odd", () => ({ get status() { throw new Error("no"); } }), schema);
    const [gated] = gate(recorder, [odd]);
    await gated.invoke({}, config(recorder));
    const seen = await evidence();
    assert.deepEqual([seen.intents(), seen.outcomes("ok")], [[["odd", {}]], [["odd", undefined]]]);
  }
});

test("wrong options", async (t) => {
  const { recorder } = await ledger(t);
  for (const options of [{ approvals: "always" }, { onDeny: "shrug" }, { toolErrors: "hide" }]) {
    assert.throws(() => execertMiddleware(recorder, options), TypeError);
  }
  assert.throws(() => gate(recorder, [], { approvals: true }), TypeError);
  assert.throws(() => createAgent({ model: new FakeModel({ turns: ONE }), tools: [], middleware: [execertMiddleware(recorder), execertMiddleware(recorder)] }), /multiple times/);
});
