// With and without us, observed and enforced: the application sees the same, the tools do the same, the wire carries the same.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ALLOW, calls, evidence, JOINS, ledger, seen } from "./support.mjs";
import { settled, wrapTransport } from "../dist/index.js";

const deep = (levels) => (levels === 0 ? "end" : { in: deep(levels - 1) });
const call = (client, name, args, options) => seen(client.callTool({ name, arguments: args }, undefined, options));

/** What an application does; each gives what it saw. */
const CASES = {
  "a call": ({ client }) => call(client, "lookup", { customer: "c-17" }),
  "a list, then a call": async ({ client }) => [await client.listTools(), await call(client, "refund", { order: "o-9", amount: 40 })],
  "a tool that fails": ({ client }) => call(client, "broken", { order: "o-9" }),
  "an unknown tool": ({ client }) => call(client, "nope", { a: 1 }),
  "invalid arguments": ({ client }) => call(client, "lookup", { customer: 3 }),
  "no arguments": ({ client }) => call(client, "lookup"),
  "parallel calls, answered out of order": async ({ client }) => {
    const order = [];
    const all = [["after", "x"], ["lookup", "c"], ["broken", "b"], ["before", "x"]].map(async ([name, word]) => {
      const result = await call(client, name, { customer: word, order: word, name: word });
      order.push(name);
      return result;
    });
    return [await Promise.all(all), order.indexOf("after") > order.indexOf("before")];
  },
  "resources and prompts": async ({ client }) => [
    await seen(client.readResource({ uri: "desk://orders/o-9" })), await seen(client.readResource({ uri: "desk://orders/none" })),
    await seen(client.readResource({ uri: "desk://other" })), await seen(client.getPrompt({ name: "greet", arguments: { name: "Ann" } })),
    await seen(client.getPrompt({ name: "nope" })),
  ],
  "progress": async ({ client }) => {
    const told = [];
    return [await call(client, "steps", { count: 3 }, { onprogress: (it) => told.push(it) }), told];
  },
  "a server that asks": ({ client }) => call(client, "asks", { about: "o-9" }),
  "ping, an unknown method, a log level": async ({ client }) => [
    await seen(client.ping()), await seen(client.request({ method: "x/y" }, { parse: (it) => it })), await seen(client.setLoggingLevel("error")),
  ],
  "strange values": async ({ client }) => {
    const values = [
      null, "", 0, 1e308, 1.5, 12345678901234567890, "\u0000\u2028\ud83d\ude00", [[], {}, [null]], { "": { "/": 1, "~": 2 }, zebra: 1, apple: 2, 10: 3, 9: 4 },
      JSON.parse('{"__proto__": {"x": 1}, "constructor": 2, "toString": null}'), "x".repeat(300_000), deep(120), { $schema: "x", conversions: [["/a", "date"]] },
    ];
    const out = [];
    for (const value of values) out.push(await call(client, "echo", { value }));
    return out;
  },
  "given up by the caller": async ({ client, did }) => {
    const controller = new AbortController();
    const pending = call(client, "hang", { name: "a" }, { signal: controller.signal });
    await until(() => did().length === 1);
    controller.abort(new Error("enough"));
    const result = await pending;
    await until(() => did().length === 2);
    return [result, await call(client, "lookup", { customer: "c" })];
  },
  "given up before it is sent": async ({ client }) => {
    const controller = new AbortController();
    controller.abort(new Error("enough"));
    return call(client, "lookup", { customer: "c" }, { signal: controller.signal });
  },
  "given up at once": async ({ client }) => {
    const controller = new AbortController();
    const pending = call(client, "hang", { name: "a" }, { signal: controller.signal });
    controller.abort(new Error("enough"));
    return [await pending, await call(client, "lookup", { customer: "c" })];
  },
  "a timeout": async ({ client, did }) => {
    const result = await call(client, "hang", { name: "a" }, { timeout: 50 });
    await until(() => did().length === 2);
    return result;
  },
};

async function until(holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Ids of sessions differ from run to run. */
const stable = (value) => JSON.parse(JSON.stringify(value));

async function once(t, name, join, wraps) {
  const joined = await JOINS[join](t, wraps);
  const result = stable(await CASES[name](joined));
  await joined.client.close();
  return { result, did: stable(joined.did()), wire: stable(joined.wire) };
}

const OVER = { memory: Object.keys(CASES), stdio: ["a call", "parallel calls, answered out of order", "a server that asks", "strange values", "given up by the caller"], http: ["a list, then a call", "parallel calls, answered out of order", "a server that asks", "progress", "resources and prompts", "a timeout"] };

for (const [join, names] of Object.entries(OVER)) {
  for (const name of names) {
    test(`${join}: ${name}`, async (t) => {
      const plain = await once(t, name, join, {});
      if (name.includes("parallel")) assert.ok(plain.result[1], "the answers are out of order");
      for (const [mode, options] of [["observe", {}], ["enforce", { policy: ALLOW }]]) {
        for (const side of join === "stdio" ? ["client"] : ["client", "server"]) {
          const { recorder, key } = await ledger(t, { ...options, gate: mode });
          const transports = [];
          const wrap = (transport) => (transports.push(wrapTransport(transport, recorder)), transports.at(-1));
          const run = await once(t, name, join, { [side]: wrap });
          for (const one of transports) await settled(one);
          // Streams of HTTP deliver in parallel, and so do tools that run in parallel, with us or without.
          if (join === "http" || name.includes("parallel")) for (const it of [run, plain]) for (const way of ["in", "out"]) it.wire[way].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
          assert.deepEqual(run, plain, `${side}, ${mode}`);
          await truth(await evidence(recorder, key), plain, name, `${side}, ${mode}`);
        }
      }
    });
  }
}

/** The records say what the tools say: what did not run does not read as run, and what ran reads so. */
async function truth(records, { did }, name, where) {
  const tools = did.filter(([tool, input]) => !["resource", "prompt"].includes(tool) && typeof input === "object");
  const ok = calls(records).filter((one) => one.status === "ok");
  for (const one of ok) {
    const intent = calls(records).find((it) => it.step === one.step && it.phase === "intent");
    assert.ok(tools.some(([tool, input]) => tool === one.name && same(input, intent.content.input)), `${where}: ${one.name} ran`);
  }
  const intents = calls(records).filter((one) => one.phase === "intent");
  assert.equal(intents.length, calls(records).filter((one) => one.phase === "outcome").length, where);
  assert.ok(intents.length >= tools.length, where);
  for (const [tool, input] of tools) {
    // What is nested too deeply is left out, and listed as such.
    const cut = (one) => one.content.conversions?.some(([, word]) => word === "omitted:depth");
    assert.ok(intents.some((one) => one.name === tool && (cut(one) || same(input, one.content.input))), `${where}: the intent of ${tool}`);
  }
  for (const end of records.filter((one) => one.kind === "run.end")) {
    assert.equal(end.status, "ok", `${where}: ${name}`);
  }
}

function same(a, b) {
  // Long texts are committed to and not kept; zod leaves out members that it does not know.
  return b !== undefined && Object.keys(a).every((key) => JSON.stringify(a[key]).length > 100_000 || JSON.stringify(sorted(a[key])) === JSON.stringify(sorted(b[key])));
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.keys(value).sort().map((key) => [key, sorted(value[key])]);
}
