// The real AI SDK with a fake model: what it did is in the evidence, and it does the same with and without us.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
import { MockLanguageModelV4, simulateReadableStream } from "ai/test";
import { Key, Recorder, verify } from "execert";

import { Feed } from "execert/integration";

import { execert, gated } from "../dist/index.js";

const USAGE = { inputTokens: { total: 9, noCache: 9 }, outputTokens: { total: 3, text: 3 } };
const say = (text) => ({ content: [{ type: "text", text }], finishReason: { unified: "stop", raw: "stop" }, usage: USAGE, warnings: [] });
const ask = (...calls) => ({
  content: calls.map(([name, input], n) => ({
    type: "tool-call", toolCallId: `c${n}-${name}`, toolName: name, input: typeof input === "string" ? input : JSON.stringify(input),
  })),
  finishReason: { unified: "tool-calls", raw: "tool_calls" },
  usage: USAGE,
  warnings: [],
});

/** A model that answers in this order. */
function model(...answers) {
  let at = 0;
  return new MockLanguageModelV4({ provider: "mock", modelId: "mock-1", doGenerate: async () => answers[at++] });
}

const POLICY = {
  policy: 1,
  default: "deny",
  rules: [
    { id: "read", tool: "lookup", verdict: "allow" },
    { id: "break", tool: "broken", verdict: "allow" },
  ],
};

function tools(seen = []) {
  const schema = jsonSchema({ type: "object", properties: { customer: { type: "string" } }, required: ["customer"] }, {
    validate: (value) =>
      typeof value?.customer === "string" ? { success: true, value } : { success: false, error: new Error("no customer") },
  });
  const made = (name, execute) => tool({ description: name, inputSchema: schema, execute: (input, options) => { seen.push(name); return execute(input, options); } });
  return {
    lookup: made("lookup", ({ customer }) => ({ tier: "gold", customer })),
    refund: made("refund", () => "paid"),
    broken: made("broken", () => { throw new RangeError("no such order"); }),
  };
}

async function ledger(t, options = { policy: POLICY }) {
  const path = mkdtempSync(join(tmpdir(), "execert-"));
  const key = Key.generate();
  const recorder = await Recorder.open(join(path, "l.ledger"), { key, ...options });
  t.after(async () => {
    await recorder[Symbol.asyncDispose]();
    rmSync(path, { recursive: true, force: true });
  });
  return { recorder, key };
}

/** Everything but the opening and the heartbeat, after it was verified. */
async function evidence(recorder, key) {
  const bundle = await recorder.bundle({ chain: true });
  await verify(bundle, { keys: [key] }, { allowOpen: true });
  return bundle.toString().trimEnd().split("\n").slice(1).map((line) => JSON.parse(line)).filter((line) => "payload" in line)
    .map((line) => ({ ...JSON.parse(Buffer.from(line.payload, "base64")).predicate, content: line.content ?? {} }))
    .filter((one) => !["chain.open", "heartbeat"].includes(one.kind));
}

const shape = (seen) => seen.map((one) => [one.kind, one.phase, one.name ?? "", one.status ?? ""].join(" ").trimEnd());

test("a turn with one tool", async (t) => {
  const { recorder, key } = await ledger(t);
  const result = await generateText({
    model: model(ask(["lookup", { customer: "c-17" }]), say("done")), prompt: "hi", tools: tools(), stopWhen: stepCountIs(5),
    telemetry: { integrations: [execert(recorder, { thread: "t1" })], functionId: "support" },
  });
  assert.equal(result.text, "done");
  const seen = await evidence(recorder, key);
  assert.deepEqual(shape(seen), [
    "run.start single support ok", "model.call single mock-1 ok", "tool.call intent lookup", "tool.call outcome lookup ok",
    "model.call single mock-1 ok", "run.end single support ok",
  ]);
  assert.deepEqual(seen[2].content.input, { customer: "c-17" });
  assert.deepEqual(seen[3].content.output, { tier: "gold", customer: "c-17" });
  assert.equal(seen[2].capture, "enforced");
  assert.deepEqual(seen[1].usage, { input_tokens: 9, output_tokens: 3 });
  assert.equal((await recorder.runs({ thread: "t1" })).length, 1);
});

test("a refusal: the tool does not run, the model is told, and it is a record", async (t) => {
  const { recorder, key } = await ledger(t);
  const ran = [];
  const result = await generateText({
    model: model(ask(["refund", { customer: "c-17" }]), say("sorry")), prompt: "hi", tools: tools(ran), stopWhen: stepCountIs(5),
    telemetry: { integrations: [execert(recorder)] },
  });
  assert.deepEqual(ran, []);
  const error = result.steps[0].content.find((part) => part.type === "tool-error");
  assert.equal(error.error.name, "Denied");
  const refused = (await evidence(recorder, key)).find((one) => one.kind === "tool.call");
  assert.deepEqual([refused.name, refused.status, refused.decision.verdict], ["refund", "blocked", "deny"]);
});

/** What an application sees. */
const visible = (result) => result.steps.map((step) =>
  step.content.map(({ type, toolName, output, error, text, invalid }) => ({ type, toolName, output, error: error && String(error), text, invalid })));

for (const [name, answers] of Object.entries({
  "a tool that fails": [ask(["broken", { customer: "a" }]), say("oh")],
  "parallel tools": [ask(["lookup", { customer: "a" }], ["broken", { customer: "b" }], ["lookup", { customer: "c" }]), say("oh")],
  "an unknown tool": [ask(["nope", { customer: "a" }]), say("oh")],
  "invalid arguments": [ask(["lookup", { customer: 3 }]), say("oh")],
  "arguments that are no JSON": [ask(["lookup", "{"]), say("oh")],
})) {
  test(`${name}: the application sees the same, and the evidence says it`, async (t) => {
    const { recorder, key } = await ledger(t);
    const run = (telemetry, made) => generateText({ model: model(...answers), prompt: "hi", tools: made, stopWhen: stepCountIs(5), telemetry });
    const plain = await run({ isEnabled: false }, tools());
    const observed = await run({ integrations: [execert(recorder)] }, tools());
    assert.deepEqual(visible(observed), visible(plain));
    assert.deepEqual(visible(await run({ isEnabled: false }, gated(recorder, tools()))), visible(plain));
    assert.deepEqual(visible(await run({ integrations: [execert(recorder)] }, gated(recorder, tools()))), visible(plain));
    const calls = (await evidence(recorder, key)).filter((one) => one.kind === "tool.call");
    assert.ok(calls.length > 0, "something is said of the calls");
    if (name === "a tool that fails") {
      assert.deepEqual(calls.map((one) => one.status ?? one.phase), ["intent", "failed", "intent", "failed", "intent", "failed"]);
      assert.deepEqual(calls[1].content.error, { type: "RangeError", message: "no such order" });
    }
    if (name === "an unknown tool") {
      assert.deepEqual([...new Set(calls.map((one) => `${one.status} ${one.decision.reason}`))], ["blocked unknown-tool"]);
    }
    if (name === "invalid arguments" || name === "arguments that are no JSON") {
      assert.deepEqual([...new Set(calls.map((one) => `${one.status} ${one.decision.reason}`))], ["blocked invalid-arguments"]);
    }
  });
}

test("telemetry switched off: gated tools are still gated, inside a run of ours or in runs of their own", async (t) => {
  const { recorder, key } = await ledger(t);
  const ran = [];
  const call = () => generateText({
    model: model(ask(["lookup", { customer: "a" }], ["refund", { customer: "a" }]), say("oh")), prompt: "hi",
    tools: gated(recorder, tools(ran)), stopWhen: stepCountIs(5), telemetry: { isEnabled: false },
  });
  await call();
  await recorder.run("outer", undefined, call);
  assert.deepEqual(ran, ["lookup", "lookup"]);
  const seen = await evidence(recorder, key);
  assert.equal(seen.filter((one) => one.kind === "run.start").length, 3);
  assert.equal(seen.filter((one) => one.status === "blocked").length, 2);
  assert.equal(seen.filter((one) => one.kind === "run.end").length, 3);
});

test("an approval that the application denies is said", async (t) => {
  const { recorder, key } = await ledger(t);
  const telemetry = { integrations: [execert(recorder)] };
  const made = tools();
  const first = await generateText({
    model: model(ask(["lookup", { customer: "a" }])), prompt: "hi", tools: made, toolApproval: { lookup: "user-approval" }, telemetry,
  });
  const request = first.content.find((part) => part.type === "tool-approval-request");
  assert.ok(request !== undefined, "the SDK asks");
  const messages = [
    { role: "user", content: "hi" }, ...first.response.messages,
    { role: "tool", content: [{ type: "tool-approval-response", approvalId: request.approvalId, approved: false }] },
  ];
  const second = await generateText({ model: model(say("then not")), messages, tools: made, toolApproval: { lookup: "user-approval" }, telemetry });
  assert.equal(second.text, "then not");
  const seen = await evidence(recorder, key);
  assert.equal(seen.filter((one) => one.kind === "tool.call" && one.phase === "outcome").length, 0, "nothing ran");
  assert.equal(seen.filter((one) => one.kind === "run.end").length, 2);
});

test("aborted while a tool runs: cancelled, and the application sees the abort", async (t) => {
  const { recorder, key } = await ledger(t);
  const controller = new AbortController();
  const made = tools();
  const slow = { lookup: { ...made.lookup, execute: async (_, { abortSignal }) => { controller.abort(); abortSignal.throwIfAborted(); } } };
  for (const set of [slow, gated(recorder, slow)]) {
    await generateText({
      model: model(ask(["lookup", { customer: "a" }]), say("x")), prompt: "hi", tools: set, abortSignal: controller.signal,
      telemetry: set === slow ? { integrations: [execert(recorder)] } : { isEnabled: false },
    }).catch((error) => error);
  }
  await Feed.of(recorder, "ai-sdk-js").settled();
  const outcomes = (await evidence(recorder, key)).filter((one) => one.kind === "tool.call" && one.phase === "outcome");
  assert.ok(outcomes.length >= 1 && outcomes.every((one) => one.status === "cancelled"), JSON.stringify(outcomes.map((one) => one.status)));
});

const stream = (...parts) => ({ stream: simulateReadableStream({ chunks: parts, chunkDelayInMs: 1 }) });
const finish = { type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage: USAGE };
const words = (count) => [
  { type: "stream-start", warnings: [] }, { type: "text-start", id: "1" },
  ...Array.from({ length: count }, (_, n) => ({ type: "text-delta", id: "1", delta: `w${n} ` })), { type: "text-end", id: "1" }, finish,
];

test("streams: read to the end, and aborted", async (t) => {
  const { recorder, key } = await ledger(t);
  const streaming = () => new MockLanguageModelV4({ modelId: "mock-1", doStream: async () => stream(...words(20)) });
  const telemetry = { integrations: [execert(recorder)] };
  const whole = streamText({ model: streaming(), prompt: "hi", telemetry });
  assert.match(await whole.text, /^w0 .*w19 $/);
  const controller = new AbortController();
  const aborted = streamText({ model: streaming(), prompt: "hi", telemetry, abortSignal: controller.signal, onError: () => {} });
  let count = 0;
  for await (const part of aborted.stream) {
    if (part.type === "text-delta" && (count += 1) === 3) controller.abort();
  }
  await Feed.of(recorder, "ai-sdk-js").settled();
  const ends = (await evidence(recorder, key)).filter((one) => one.kind === "run.end").map((one) => one.status);
  assert.deepEqual(ends, ["ok", "cancelled"]);
});
