// With and without us: the application sees the same, in the same order, and the records say what the tools say.

import assert from "node:assert/strict";
import { test } from "node:test";

import { generateObject, generateText, jsonSchema, stepCountIs, streamObject, streamText, wrapLanguageModel } from "ai";
import { Feed } from "execert/integration";

import { execert, execertModel, gated } from "../dist/index.js";
import { ALLOW, ask, calls, evidence, ledger, model, say, tools } from "./support.mjs";

const OFF = { isEnabled: false };
/** The ways to use us: what is handed to the SDK in place of tools, telemetry and model. */
const WAYS = {
  telemetry: (r) => ({ telemetry: { integrations: [execert(r)] } }),
  gated: (r) => ({ telemetry: OFF, tools: (it) => gated(r, it) }),
  both: (r) => ({ telemetry: { integrations: [execert(r)] }, tools: (it) => gated(r, it) }),
  "inputs withheld": (r) => ({ telemetry: { integrations: [execert(r)], recordInputs: false }, tools: (it) => gated(r, it) }),
  "model too": (r) => ({ telemetry: OFF, tools: (it) => gated(r, it), model: (it) => wrapLanguageModel({ model: it, middleware: execertModel(r) }) }),
};

const BOOK = jsonSchema({ type: "object", properties: { title: { type: "string" } }, required: ["title"] });
const text = (...answers) => ({ model: () => model(...answers), stopWhen: stepCountIs(5), prompt: "hi" });
const CASES = {
  "an answer": text(say("hello there")),
  "a tool": text(ask(["lookup", { customer: "a" }]), say("done")),
  "parallel tools": text(ask(["lookup", { customer: "a" }], ["broken", { customer: "b" }], ["refund", { customer: "c" }]), say("done")),
  "a tool that yields": text(ask(["yields", { customer: "a" }]), say("done")),
  "a tool that fails while it yields": text(ask(["halfway", { customer: "a" }]), say("done")),
  "arguments in an order of their own": text(ask(["order", '{"zebra":1,"customer":"a","apple":{"y":1,"b":2}}']), say("done")),
  "an unknown tool": text(ask(["nope", { customer: "a" }]), say("oh")),
  "invalid arguments": text(ask(["lookup", { customer: 3 }]), say("oh")),
  "arguments that are no JSON": text(ask(["lookup", "{"]), say("oh")),
  "a tool that runs elsewhere": text(ask(["client", { customer: "a" }])),
  "a tool that a person has to approve": text(ask(["asked", { customer: "a" }])),
  "an approval by function": { ...text(ask(["lookup", { customer: "a" }], ["refund", { customer: "b" }]), say("done")), toolApproval: ({ toolCall }) => (toolCall.toolName === "lookup" ? "approved" : "denied") },
  "a tool that the provider ran": text({
    ...ask(["search", { q: "x" }, { providerExecuted: true, dynamic: true }]),
    content: [
      ...ask(["search", { q: "x" }, { providerExecuted: true, dynamic: true }]).content,
      { type: "tool-result", toolCallId: "c0-search", toolName: "search", result: { hits: 2 }, providerExecuted: true, dynamic: true },
      { type: "text", text: "found" },
    ],
    finishReason: { unified: "stop", raw: "stop" },
  }),
  "a model that fails": { ...text(new TypeError("no route")), maxRetries: 0 },
  "a model that fails after a tool": { ...text(ask(["lookup", { customer: "a" }]), new TypeError("no route")), maxRetries: 0 },
};
/** What an application does with a call. */
const RUNS = {
  async generate(options) {
    const result = await generateText(options);
    return { text: result.text, content: result.content, steps: result.steps, messages: result.response.messages };
  },
  async stream(options) {
    const result = streamText({ ...options, onError: () => {} });
    const parts = [];
    for await (const part of result.fullStream) parts.push(part);
    return { parts, text: await result.text, messages: (await result.response).messages };
  },
  async abandon(options) {
    const result = streamText({ ...options, onError: () => {} });
    for await (const part of result.fullStream) {
      if (part.type === "text-delta" || part.type === "tool-call" || part.type === "error") return { part };
    }
    return {};
  },
};

/** Without what differs from run to run: ids, times, errors as objects. */
function stable(value) {
  const volatile = /^(id|timestamp|response|request|performance|callId|messageId|approvalId|headers|body|startTime|.*Ms)$/;
  return JSON.parse(JSON.stringify(value ?? null, (key, it) => (volatile.test(key) ? undefined : it instanceof Error ? `${it.name}: ${it.message}` : it)));
}

async function seen(run) {
  try {
    return { value: stable(await run()) };
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
}

/** What the tools did; an abandoned stream goes on behind the application's back. */
async function once(name, how, way) {
  const did = [];
  const options = { ...CASES[name], telemetry: way?.telemetry ?? OFF };
  const result = await seen(() => RUNS[how]({ ...options, tools: (way?.tools ?? ((it) => it))(tools(did)), model: (way?.model ?? ((it) => it))(options.model()) }));
  return { result, did };
}

for (const how of Object.keys(RUNS)) {
  for (const name of how === "abandon" ? ["an answer", "a tool", "parallel tools", "a tool that yields", "a model that fails"] : Object.keys(CASES)) {
    test(`${how}: ${name}`, async (t) => {
      const plain = await once(name, how);
      for (const [mode, options] of [["observe", {}], ["enforce", { policy: ALLOW, gate: "enforce" }]]) {
        const { recorder, key } = await ledger(t, options);
        const all = [];
        for (const [way, made] of Object.entries(WAYS)) {
          if (mode === "observe" && !["both", "model too"].includes(way)) continue;
          const run = await once(name, how, made(recorder));
          // Tools that run in parallel begin and end in any order, with us or without.
          if (name.includes("parallel")) for (const it of [run, plain]) sortParallel(it);
          assert.deepEqual(run.result, plain.result, `${way}, ${mode}`);
          if (how !== "abandon") assert.deepEqual(run.did, plain.did, `${way}, ${mode}`);
          all.push(run.did);
        }
        await Feed.of(recorder, "ai-sdk-js").settled();
        const records = calls(await evidence(recorder, key));
        if (how !== "abandon") truth(records, all.flat(), mode);
        // Nothing that did not run reads as run.
        for (const one of records.filter((it) => it.status === "ok" || it.status === "failed")) {
          assert.ok(all.flat().some(([tool]) => tool === one.name), `${one.name} ran`);
        }
      }
    });
  }
}

function sortParallel({ result, did }) {
  did.sort();
  const ended = (part) => /^tool-(result|error)$/.test(part.type);
  const parts = result.value?.parts;
  if (parts !== undefined) result.value.parts = [...parts.filter((it) => !ended(it)), ...parts.filter(ended).sort((a, b) => (a.toolCallId < b.toolCallId ? -1 : 1))];
}

function truth(records, did, mode) {
  const sorted = (list) => list.map(([name, input]) => `${name} ${input}`).sort();
  const same = (value) => JSON.stringify(value, Object.keys(value).flatMap((key) => [key, ...Object.keys(Object(value[key]))]).sort());
  assert.deepEqual(
    sorted(records.filter((one) => one.phase === "intent").map((one) => [one.name, same(one.content.input)])),
    sorted(did.map(([name, input]) => [name, same(JSON.parse(input))])),
    mode,
  );
  const intents = records.filter((one) => one.phase === "intent").length;
  assert.equal(records.filter((one) => one.phase === "outcome").length, intents, "each has an outcome");
  const failed = did.filter(([name]) => name === "broken" || name === "halfway").length;
  assert.equal(records.filter((one) => one.status === "failed").length, failed);
}

for (const [name, answers] of Object.entries({ "an object": [say('{"title":"Dune"}')], "no object": [say("no idea")], "a wrong object": [say('{"title":3}')] })) {
  for (const how of ["generate", "stream"]) {
    test(`${how} objects: ${name}`, async (t) => {
      const run = (telemetry, wrap = (it) => it) => seen(async () => {
        const schema = jsonSchema(BOOK.jsonSchema, { validate: (value) => (typeof value?.title === "string" ? { success: true, value } : { success: false, error: new Error("no title") }) });
        const options = { model: wrap(model(...answers)), schema, prompt: "a book", telemetry };
        if (how === "generate") return (await generateObject(options)).object;
        const result = streamObject({ ...options, onError: () => {} });
        const parts = [];
        for await (const part of result.fullStream) parts.push(part);
        return [parts, await seen(async () => result.object)];
      });
      const plain = await run(OFF);
      const { recorder, key } = await ledger(t, { policy: ALLOW });
      assert.deepEqual(await run({ integrations: [execert(recorder)] }), plain);
      assert.deepEqual(await run(OFF, (it) => wrapLanguageModel({ model: it, middleware: execertModel(recorder) })), plain);
      await Feed.of(recorder, "ai-sdk-js").settled();
      const records = await evidence(recorder, key);
      const [first] = records.filter((one) => one.kind === "run.end");
      assert.equal(first.status, name === "an object" ? "ok" : "failed");
      const models = records.filter((one) => one.kind === "model.call" && one.status === "ok");
      assert.equal(models.length, 2, "the model answered in both");
      if (name === "an object") assert.deepEqual(first.content.output.object, { title: "Dune" });
    });
  }
}
