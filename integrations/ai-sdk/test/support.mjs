// The real AI SDK with a fake model that says what a script says, generated or streamed; tools note what they really did.

import { jsonSchema, tool } from "ai";
import { MockLanguageModelV4, simulateReadableStream } from "ai/test";

export { calls, evidence, ledger, shape } from "../../../bindings-node/test/ledger.mjs";

export const USAGE = { inputTokens: { total: 9, noCache: 9 }, outputTokens: { total: 3, text: 3 } };
export const ALLOW = { policy: 1, default: "deny", rules: [{ id: "all", tool: "*", verdict: "allow" }] };

export const say = (text) => ({ content: [{ type: "text", text }], finishReason: { unified: "stop", raw: "stop" }, usage: USAGE, warnings: [] });
export const ask = (...calls) => ({
  content: calls.map(([name, input, more], n) => ({
    type: "tool-call", toolCallId: `c${n}-${name}`, toolName: name, input: typeof input === "string" ? input : JSON.stringify(input), ...more,
  })),
  finishReason: { unified: "tool-calls", raw: "tool_calls" },
  usage: USAGE,
  warnings: [],
});

/** The answer as a stream. */
function streamed({ content, finishReason, usage }) {
  const parts = content.flatMap((part, n) =>
    part.type !== "text"
      ? [part]
      : [{ type: "text-start", id: `${n}` }, ...part.text.split(/(?<= )/).map((delta) => ({ type: "text-delta", id: `${n}`, delta })), { type: "text-end", id: `${n}` }]);
  const meta = { type: "response-metadata", id: "r-1", modelId: "mock-1-large" };
  return [{ type: "stream-start", warnings: [] }, meta, ...parts, { type: "finish", finishReason, usage }];
}

/** A model that answers in this order; an error among the answers is thrown. */
export function model(...answers) {
  let at = 0;
  const next = () => {
    const answer = answers[at++];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return new MockLanguageModelV4({
    provider: "mock", modelId: "mock-1",
    doGenerate: async () => ({ ...next(), response: { id: "r-1", modelId: "mock-1-large" } }),
    doStream: async () => ({ stream: simulateReadableStream({ chunks: streamed(next()), initialDelayInMs: null, chunkDelayInMs: null }) }),
  });
}

/** Tools of each kind; `did` is what they noted. */
export function tools(did = [], hooks = {}) {
  const schema = jsonSchema({ type: "object", properties: { customer: { type: "string" } }, required: ["customer"] }, {
    validate: (value) => (typeof value?.customer === "string" ? { success: true, value } : { success: false, error: new Error("no customer") }),
  });
  const made = (name, execute, more = {}) => tool({ description: name, inputSchema: schema, execute, ...more });
  const noted = (name, act) => (input, options) => {
    did.push([name, JSON.stringify(input)]);
    return act(input, options);
  };
  return {
    lookup: made("lookup", noted("lookup", ({ customer }) => ({ tier: "gold", customer }))),
    refund: made("refund", noted("refund", async () => "paid")),
    broken: made("broken", noted("broken", () => { throw new RangeError("no such order"); })),
    yields: made("yields", async function* (input) {
      did.push(["yields", JSON.stringify(input)]);
      for (const n of [1, 2, 3]) yield { part: n };
    }),
    halfway: made("halfway", async function* (input) {
      did.push(["halfway", JSON.stringify(input)]);
      yield { part: 1 };
      throw new RangeError("half way");
    }),
    // What compilers make of a generator for old targets, and tools that hand on a stream.
    iterable: made("iterable", noted("iterable", () => ({ async *[Symbol.asyncIterator]() { yield "a"; yield "b"; } }))),
    order: made("order", noted("order", (input) => JSON.stringify(input))),
    asked: made("asked", noted("asked", ({ customer }) => `done for ${customer}`), { needsApproval: true }),
    slow: made("slow", noted("slow", (_, { abortSignal }) => new Promise((resolve, reject) => {
      const stop = () => reject(abortSignal.reason);
      if (abortSignal.aborted) stop();
      abortSignal.addEventListener("abort", stop);
      hooks.slow?.();
    }))),
    client: tool({ description: "runs elsewhere", inputSchema: schema }),
  };
}
