// A model without a provider, tools that note what they really did, and evidence read as anyone with the key can.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, AIMessageChunk, BaseMessage } from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import { check, Key, Recorder } from "execert";
import { Feed } from "execert/integration";
import { createAgent, tool } from "langchain";
import { z } from "zod";

import { execertMiddleware, ExecertHandler, gate } from "../dist/index.js";

export const HELLO = { messages: [{ role: "user", content: "refund order o-9" }] };
export const ALLOW = { policy: 1, default: "allow", rules: [{ id: "all", tool: "*", verdict: "allow" }] };

/** A tool call as a model proposes it. */
export const call = (name, id, args) => ({ name, args, id, type: "tool_call" });

/** An answer of the model. */
export function turn(...calls) {
  const content = typeof calls.at(-1) === "string" ? calls.pop() : "";
  const usage = { input_tokens: 11, output_tokens: 7, total_tokens: 18 };
  return new AIMessage({ content, tool_calls: calls, usage_metadata: usage, response_metadata: { model_name: "fake-1" } });
}

export const DONE = turn("all done");

/** Answers by turn: as many answers as the conversation has already. An error as an answer is thrown. */
export class FakeModel extends BaseChatModel {
  constructor({ turns, fails = [], name = "fake-1", secret = "" }) {
    super({});
    Object.assign(this, { turns, fails, model: name, apiKey: secret });
  }

  _llmType() {
    return "fake";
  }

  bindTools(tools, options) {
    return this.withConfig({ ...options, tools: tools.map((one) => convertToOpenAITool(one)) });
  }

  invocationParams(options) {
    return { model: this.model, temperature: 0, ...(options?.tools === undefined ? {} : { tools: options.tools }) };
  }

  #answer(messages) {
    if (this.fails.length > 0) throw this.fails.shift();
    const answered = messages.filter((message) => AIMessage.isInstance(message)).length;
    const answer = this.turns[Math.min(answered, this.turns.length - 1)];
    if (answer instanceof Error) throw answer;
    const { content, tool_calls, usage_metadata, response_metadata } = answer;
    return { content, tool_calls: structuredClone(tool_calls), usage_metadata, response_metadata };
  }

  async _generate(messages) {
    const message = new AIMessage(this.#answer(messages));
    return { generations: [{ message, text: message.text }], llmOutput: { model_name: "fake-1" } };
  }

  async *_streamResponseChunks(messages, options, manager) {
    const { content, tool_calls } = this.#answer(messages);
    for (const word of content === "" ? [] : content.split(" ")) {
      const part = new ChatGenerationChunk({ text: `${word} `, message: new AIMessageChunk({ content: `${word} ` }) });
      yield part;
      await manager?.handleLLMNewToken(part.text, undefined, undefined, undefined, undefined, { chunk: part });
    }
    const chunks = tool_calls.map(({ name, args, id }, index) => ({ name, args: JSON.stringify(args), id, index, type: "tool_call_chunk" }));
    yield new ChatGenerationChunk({ text: "", message: new AIMessageChunk({ content: "", tool_call_chunks: chunks }) });
  }
}

/** What the tools did: began, ended, failed, with their arguments. */
export class Truth {
  done = [];

  #of(event) {
    const found = this.done.filter(([what]) => what === event).map(([, name, args]) => [name, args]);
    return sorted(found);
  }

  /** Bodies that began, sorted: the order of parallel calls is open. */
  ran() {
    return this.#of("began");
  }

  ended() {
    return this.#of("ended");
  }

  failed() {
    return this.#of("failed");
  }

  tool(name, body, schema = z.object({ x: z.number() }), more = {}) {
    const noted = async (args, config) => {
      this.done.push(["began", name, structuredClone(args)]);
      try {
        const answer = await body(args, config);
        this.done.push(["ended", name, args]);
        return answer;
      } catch (error) {
        this.done.push(["failed", name, args]);
        throw error;
      }
    };
    return tool(noted, { name, description: `Does ${name}.`, schema, ...more });
  }

  tools() {
    return [
      this.tool("look", ({ x }) => `order ${x}: paid`),
      this.tool("pay", ({ x }) => ({ refunded: x })),
      this.tool("boom", ({ x }) => { throw new RangeError(`boom ${x}`); }),
    ];
  }
}

export const sorted = (list) => [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** A ledger with the keys of its recorder and of an approver. */
export async function ledger(t, { policy, path = "memory:", key = Key.generate(), lead = Key.generate(), ...options } = {}) {
  const recorder = await Recorder.open(path, { key, ...(policy === undefined ? {} : { policy }), ...options });
  t.after(() => recorder[Symbol.asyncDispose]());
  return { recorder, key, lead, evidence: (what) => evidence(recorder, key, lead, what) };
}

/** A folder that goes at the end: after the recorders that tests close. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), "execert-"));
  process.once("exit", () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A policy in which `pay` needs the lead's approval. */
export function approving(lead, ...rules) {
  const pay = { id: "pay-needs-lead", tool: "pay", verdict: "approve" };
  return { policy: 1, default: "allow", rules: [pay, ...rules], approvers: [{ key: lead.id, role: "lead" }] };
}

/** The records of a ledger: the whole chain, unless told otherwise. The verifier has to find it unchanged. */
export async function evidence(recorder, key, lead, what = { chain: true }) {
  await Feed.of(recorder, "langchain-js").settled();
  const bundle = await recorder.bundle(what);
  const report = await check(bundle, { keys: [key, { key: lead, role: "approver" }] }, { allowOpen: true });
  assert.equal(report.exit, 0, String(report));
  const lines = bundle.toString().trimEnd().split("\n").slice(1).map((line) => JSON.parse(line)).filter((line) => "payload" in line)
    .map((line) => ({ ...JSON.parse(Buffer.from(line.payload, "base64")).predicate, content: line.content ?? {} }))
    .filter((line) => "kind" in line);
  const of = (kind, ...phases) => lines.filter((line) => line.kind === kind && (phases.length === 0 || phases.includes(line.phase)));
  return {
    bundle,
    lines,
    of,
    runs: () => of("run.start").map((line) => line.run.id),
    ends: () => of("run.end").map((line) => line.status),
    /** What was to run: name and arguments, sorted. */
    intents: () => sorted(of("tool.call", "intent").map((line) => [line.name, line.content.input])),
    /** Name and call id of the tools that ended so, sorted. */
    outcomes: (status) =>
      sorted(of("tool.call", "outcome", "single").filter((line) => line.status === status).map((line) => [line.name, line.call_id])),
    /** Name, call id and reason of what did not run. */
    refused: () =>
      sorted(of("tool.call").filter((line) => line.status === "blocked").map((line) => [line.name, line.call_id, line.decision?.reason])),
  };
}

/** A value without the ids that differ from run to run. */
export function visible(value) {
  if (BaseMessage.isInstance(value)) {
    const { type, content, name, tool_call_id, status, tool_calls = [] } = value;
    const calls = tool_calls.map((one) => [one.name, one.args, one.id]);
    // LangChain tells the model the stack of invalid arguments: where the call came from differs, as ids do.
    const said = typeof content === "string" ? content.replace(/\n {4}at .*/g, "") : content;
    return { type, content: said, calls, name, tool_call_id, status };
  }
  if (Array.isArray(value)) return value.map(visible);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const members = Object.entries(value).filter(([name]) => name !== "id");
    return Object.fromEntries(members.map(([name, member]) => [name, visible(member)]));
  }
  return value;
}

/** All that an application can see of a run. */
export async function seenOf(truth, run) {
  const seen = {};
  try {
    seen.output = visible(await run());
  } catch (error) {
    seen.error = [error?.constructor?.name, error?.name, error?.message];
  }
  // What began stands in the order in which it did; parallel calls end as they like.
  const began = truth.done.filter(([event]) => event === "began").map(([, name, args]) => [name, args]);
  return { ...seen, began, ended: truth.ended(), failed: truth.failed() };
}

/** How an agent is gated: not at all, by the middleware, by gated tools. */
export const GATES = {
  plain: (_, options) => options,
  middleware: (recorder, { middleware = [], ...same }, more) => ({ ...same, middleware: [...middleware, execertMiddleware(recorder, more)] }),
  tools: (recorder, { tools, ...same }, more) => ({ ...same, tools: gate(recorder, tools, more) }),
};

/** An agent over the test tools. */
export function agentOf(turns, truth, { recorder, way = recorder === undefined ? "plain" : "middleware", gate: more, ...options } = {}) {
  const made = { model: new FakeModel({ turns }), tools: truth.tools(), ...options };
  return createAgent(GATES[way](recorder, made, more));
}

export function config(recorder, thread, more = {}) {
  return {
    ...more,
    ...(recorder === undefined ? {} : { callbacks: [new ExecertHandler(recorder)] }),
    ...(thread === undefined ? {} : { configurable: { thread_id: thread } }),
  };
}

export const texts = (output) =>
  Object.fromEntries(output.messages.filter((it) => it.type === "tool").map((it) => [it.tool_call_id, [it.status, String(it.content)]]));
