// What the tests share: workflows, an engine with the hooks, and evidence read from the exported bundle alone.

import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Key, verify } from "execert";

import { Container, Engine, LifecycleMetadata } from "../../engine/index.mjs";
import { calls } from "../../engine/nodes.mjs";

const require = createRequire(import.meta.url);
export const { hooks, hookPath, configOf } = require("../dist/index.js");
const { registryOf } = require("../dist/registry.js");
export const main = fileURLToPath(new URL("../../engine/main.cjs", import.meta.url));

export const ALLOW = { policy: 1, default: "deny", rules: [{ id: "all", tool: "*", verdict: "allow" }] };
/** The three ways to run with the hooks. */
export const MODES = [
  ["live, observed", { live: true }],
  ["live, everything allowed", { live: true, policy: ALLOW }],
  ["after the fact", { live: false }],
];

export const node = (name, type, parameters = {}, more = {}) => ({
  id: name, name, type: type.includes(".") ? type : `engine.${type}`, typeVersion: 1, position: [0, 0], parameters, ...more,
});
const wire = (type) => (...targets) => targets.map((target) => (Array.isArray(target) ? { node: target[0], type, index: target[1] } : { node: target, type, index: 0 }));
/** The targets of one output. */
export const to = wire("main");

export const SUB = {
  name: "sub",
  nodes: [node("Sub start", "start"), node("Sub set", "set", { values: { sub: 1 } })],
  connections: { "Sub start": { main: [to("Sub set")] } },
};

/** Two branches, a merge, a loop, an output for errors, a sub-workflow. */
export const WHOLE = {
  name: "whole thing",
  nodes: [
    node("Start", "start"), node("If", "if", { field: "big" }), node("A", "set", { values: { a: 1 } }), node("B", "set", { values: { b: 1 } }),
    node("Merge", "merge"), node("Loop", "loop"), node("Body", "set", { values: { body: 1 } }),
    node("Bad", "fail", {}, { onError: "continueErrorOutput" }), node("Never", "set"), node("Err", "set"), node("Sub", "workflow", { id: "sub" }),
  ],
  connections: {
    Start: { main: [to("If")] }, If: { main: [to("A"), to("B")] }, A: { main: [to(["Merge", 0])] }, B: { main: [to(["Merge", 1])] },
    Merge: { main: [to("Loop")] }, Loop: { main: [to("Bad"), to("Body")] }, Body: { main: [to("Loop")] },
    Bad: { main: [to("Never"), to("Err")] }, Err: { main: [to("Sub")] },
  },
};

export const agent = (...amounts) => ({
  name: "agent",
  nodes: [node("Start", "start"), node("Agent", "agent", { calls: amounts.map((amount) => ({ node: "Pay", input: { amount } })) }), node("Pay", "tool"), node("Model", "model"), node("End", "set")],
  connections: {
    Start: { main: [to("Agent")] }, Agent: { main: [to("End")] },
    Pay: { ai_tool: [wire("ai_tool")("Agent")] }, Model: { ai_languageModel: [wire("ai_languageModel")("Agent")] },
  },
});

/** One node after the other. */
export const line = (...nodes) => ({
  name: "line",
  nodes: [node("Start", "start"), ...nodes],
  connections: Object.fromEntries(["Start", ...nodes.map(({ name }) => name)].slice(0, -1).map((name, at) => [name, { main: [to(nodes[at].name)] }])),
});

/** An engine without hooks, or with them. */
export function plainEngine(options = {}) {
  Container.set(LifecycleMetadata, new LifecycleMetadata());
  calls.length = 0;
  return new Engine({ workflows: { sub: SUB }, ...options });
}

export function setup(t, { live = true, policy, redact = [], ...options } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "execert-"));
  const key = Key.generate();
  key.save(join(folder, "recorder.key"));
  const engine = (more = {}) => {
    Container.set(LifecycleMetadata, new LifecycleMetadata());
    calls.length = 0;
    const made = hooks(
      { key: join(folder, "recorder.key"), ledger: join(folder, "l.ledger"), folder: join(folder, "evidence"), redact, ...(policy === undefined ? {} : { policy }) },
      live ? registryOf(main) : undefined,
    );
    stops.push(made.n8n.stop[0]);
    return { hooks: made, engine: new Engine({ workflows: { sub: SUB }, external: made, ...options, ...more }) };
  };
  const stops = [];
  t.after(async () => {
    for (const stop of stops) await stop().catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, key, again: engine, ...engine(), evidence: (result) => evidence(join(folder, "evidence", `${result.executionId}.execert`), key) };
}

/** The records of a bundle, after it was verified with the public key. */
export async function evidence(path, key, options = {}) {
  await verify(path, { keys: [key].flat() }, options);
  return readFileSync(path, "utf8").trimEnd().split("\n").slice(1).map((text) => JSON.parse(text)).filter((one) => "payload" in one)
    .map(({ payload, content = {} }) => {
      const bytes = Buffer.from(payload, "base64");
      return { ...JSON.parse(bytes).predicate, digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`, content };
    });
}

/** Steps that ran: name of the node, its input and output, what fed it, and how it ended. */
export function ran(records) {
  return records.filter((one) => one.step !== undefined && one.name !== "n8n.workflow" && one.phase !== "outcome" && one.status !== "blocked").map((one) => {
    const end = one.phase === "intent" ? records.find((other) => other.step === one.step && other.phase === "outcome") : one;
    return { node: one.content.input.node, input: one.content.input, output: end?.content.output, status: end?.status, error: end?.content.error, record: one, end };
  });
}

/** Every file below a folder. */
export function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

export { calls };
