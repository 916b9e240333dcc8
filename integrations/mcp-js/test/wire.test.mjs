// The transport itself: what passes goes on unchanged and in its order, and everything else of it works as before.

import assert from "node:assert/strict";
import { test } from "node:test";

import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";

import { settled, wrapTransport } from "../dist/index.js";
import { ALLOW, calls, evidence, JOINS, ledger, shape } from "./support.mjs";

const DENY = { policy: 1, default: "deny", rules: [{ id: "read", tool: "lookup", verdict: "allow" }] };

/** A transport by hand: what is sent is kept, and each send ends when the test says so. */
class Wire {
  sent = [];
  started = 0;
  sessionId = undefined;
  #secret = "own";
  #ends = [];
  get secret() {
    return this.#secret;
  }
  async start() {
    this.started += 1;
  }
  send(message, options) {
    this.sent.push([message, options]);
    return new Promise((resolve, reject) => this.#ends.push({ resolve, reject }));
  }
  end(at = 0, error) {
    const [one] = this.#ends.splice(at, 1);
    error === undefined ? one.resolve() : one.reject(error);
  }
  async close() {
    this.onclose?.();
  }
}

async function raw(t, options = { policy: ALLOW }) {
  const { recorder, key } = await ledger(t, options);
  const wire = new Wire();
  const got = [];
  const transport = wrapTransport(wire, recorder);
  transport.onmessage = (message) => got.push(message);
  await transport.start();
  return { wire, transport, got, recorder, key };
}

const request = (id, name = "lookup", args = { customer: "c" }) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } });
const note = (n) => ({ jsonrpc: "2.0", method: "notifications/message", params: { n } });
const idle = () => new Promise((resolve) => setImmediate(resolve));
async function until(holds) {
  while (!holds()) await idle();
}

test("messages keep their order, and one that waits for the gate holds back what comes after it", async (t) => {
  const { wire, transport, got, recorder, key } = await raw(t);
  const all = [note(1), request(1), note(2), request(2), { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 2 } }, note(3)];
  for (const message of all) void transport.send(message);
  assert.deepEqual(wire.sent.map(([message]) => message), [all[0]], "nothing that waits was sent, what need not wait was sent at once");
  await until(() => wire.sent.length === all.length);
  assert.deepEqual(wire.sent.map(([message]) => message), all);
  const back = [note(1), { jsonrpc: "2.0", id: 1, result: { content: [] } }, note(2), request(7), note(3)];
  for (const message of back) wire.onmessage(message);
  assert.deepEqual(got, [back[0]]);
  await until(() => got.length === back.length);
  assert.deepEqual(got, back);
  await transport.close();
  await settled(transport);
  assert.deepEqual(shape(calls(await evidence(recorder, key))).sort(), [
    "tool.call intent lookup", "tool.call intent lookup", "tool.call intent lookup",
    "tool.call outcome lookup cancelled", "tool.call outcome lookup ok", "tool.call outcome lookup unknown",
  ]);
});

test("back-pressure and errors of the transport are those of the transport, options too", async (t) => {
  const { wire, transport } = await raw(t);
  const options = { relatedRequestId: 4 };
  for (const message of [note(1), request(1)]) {
    let done = false;
    const sent = transport.send(message, options).then(() => (done = true));
    await until(() => wire.sent.length === 1);
    for (let n = 0; n < 20; n += 1) await idle();
    assert.equal(done, false, "it waits for the transport");
    assert.equal(wire.sent.pop()[1], options);
    wire.end();
    await sent;
    const refused = transport.send(message);
    await until(() => wire.sent.length === 1);
    wire.sent.pop();
    const error = new Error("gone");
    wire.end(0, error);
    await assert.rejects(refused, (it) => it === error);
  }
});

test("a message that was changed after it was sent goes on as it was recorded", async (t) => {
  const { wire, transport, recorder, key } = await raw(t, { policy: DENY });
  const message = request(1);
  void transport.send(message);
  message.params.name = "refund";
  message.params.arguments.customer = "mallory";
  await until(() => wire.sent.length === 1);
  assert.deepEqual(wire.sent[0][0], request(1));
  await transport.close();
  assert.deepEqual(calls(await evidence(recorder, key))[0].content.input, { customer: "c" });
});

test("batches pass as they are, without what is refused; a call that wants no answer is gated too", async (t) => {
  const { wire, transport, got, recorder, key } = await raw(t, { policy: DENY });
  const plain = [note(1), { jsonrpc: "2.0", id: 9, method: "ping" }];
  void transport.send(plain);
  assert.equal(wire.sent[0][0], plain, "the very same");
  void transport.send([note(2), request(1), request(2, "refund"), { jsonrpc: "2.0", method: "tools/call", params: { name: "refund" } }]);
  await until(() => wire.sent.length === 2);
  assert.deepEqual(wire.sent[1][0], [note(2), request(1)]);
  await until(() => got.length === 1);
  assert.deepEqual([got[0].id, got[0].error.code, got[0].error.data.code], [2, -32001, "policy.denied"]);
  void transport.send([request(3, "refund")]);
  await until(() => got.length === 2);
  assert.equal(wire.sent.length, 2, "an empty batch is not sent");
  // In the other direction: what is refused is answered, and does not arrive.
  wire.onmessage([request(5), request(6, "refund")]);
  await until(() => got.length === 3);
  assert.deepEqual(got[2], [request(5)]);
  assert.deepEqual([wire.sent[2][0].id, wire.sent[2][0].error.data.code], [6, "policy.denied"]);
  await transport.close();
  await settled(transport);
  const seen = calls(await evidence(recorder, key));
  assert.equal(seen.filter((one) => one.status === "blocked").length, 4);
  assert.equal(seen.filter((one) => one.phase === "intent").length, 2);
});

test("whatever comes over the wire, nothing of ours throws, and it arrives", async (t) => {
  for (const options of [{}, { policy: ALLOW }]) {
    const { wire, transport, got } = await raw(t, options);
    const odd = { toString: null, valueOf: 1 };
    const messages = [
      null, 7, "x", [], [null, 7], {}, { id: odd }, { method: odd }, { method: "tools/call" }, { method: "tools/call", id: 1 },
      { method: "tools/call", id: odd, params: odd }, { method: "tools/call", id: 2, params: { name: odd, arguments: odd } },
      { method: "tools/call", id: "3", params: { name: "", arguments: "text" } }, { method: "tools/call", id: 3, params: [1] },
      { method: "tools/call", id: 1, params: { name: "twice", arguments: {} } }, { method: "initialize", id: 4, params: { clientInfo: odd } },
      { id: 4, result: { serverInfo: odd } }, { method: "tools/list", id: 5 }, { id: 5, result: { tools: [null, odd, { name: odd, inputSchema: 7 }] } },
      { method: "notifications/cancelled", params: { requestId: odd, reason: odd } }, { method: "notifications/cancelled" },
      { method: "sampling/createMessage", id: 6, params: null }, { id: 6, result: { model: odd } }, { id: 6, error: "twice" },
      { method: "resources/read", id: 7, params: odd }, { id: 7, error: null }, { id: 1, error: 7 }, { id: "3", result: null }, { method: "__proto__", id: 8 },
    ];
    for (const message of messages) wire.onmessage(message);
    await until(() => got.length === messages.length);
    assert.deepEqual(got, messages);
    for (const message of messages) transport.send(message).catch(() => {});
    await until(() => wire.sent.length === messages.length);
    assert.deepEqual(wire.sent.map(([message]) => message), messages);
    await transport.close();
    await settled(transport);
  }
});

test("what a handler throws is told to the transport, or to onerror if it had to wait", async (t) => {
  const { wire, transport } = await raw(t);
  const [errors, thrown] = [[], new Error("handler")];
  transport.onerror = (error) => errors.push(error);
  transport.onmessage = () => {
    throw thrown;
  };
  assert.throws(() => wire.onmessage(note(1)), (error) => error === thrown);
  wire.onmessage(request(1));
  await until(() => errors.length === 1);
  assert.equal(errors[0], thrown);
  assert.equal(wire.onerror, transport.onerror, "nothing of ours stands before onerror");
});

test("handlers that were there before are called too, whoever sets them where", async (t) => {
  const { recorder } = await ledger(t);
  const all = [];
  for (const when of ["plain", "early", "late"]) {
    const [a, b] = InMemoryTransport.createLinkedPair();
    const seen = [];
    if (when !== "late") b.onclose = () => seen.push("closed");
    const transport = when === "plain" ? b : wrapTransport(b, recorder);
    if (when === "late") b.onclose = () => seen.push("closed");
    b.onmessage = (message) => seen.push(message.method);
    await transport.start();
    await a.start();
    await a.send(note(1));
    await transport.close();
    all.push(seen);
  }
  assert.deepEqual(all[0].slice(0, 2), ["notifications/message", "closed"]);
  assert.deepEqual(all, [all[0], all[0], all[0]]);
});

test("a transport stays what it is", async (t) => {
  const { recorder } = await ledger(t);
  const stdio = wrapTransport(new StdioClientTransport({ command: process.execPath, args: ["-e", ""] }), recorder);
  assert.ok(stdio instanceof StdioClientTransport);
  assert.equal(stdio.constructor, StdioClientTransport);
  assert.equal(stdio.pid, null);
  assert.equal("setProtocolVersion" in stdio, false);
  const http = wrapTransport(new StreamableHTTPClientTransport(new URL("http://127.0.0.1:1/"), { sessionId: "s-1" }), recorder);
  assert.equal(http.sessionId, "s-1");
  http.setProtocolVersion("2025-06-18");
  assert.equal(http.protocolVersion, "2025-06-18");
  assert.equal(typeof wrapTransport(new StreamableHTTPServerTransport(), recorder).handleRequest, "function");
  const wire = new Wire();
  const own = wrapTransport(wire, recorder);
  assert.equal(own.secret, "own", "private members work");
  assert.equal(own.end, own.end);
  own.extra = 1;
  assert.equal(wire.extra, 1);
  await own.start();
  assert.equal(wire.started, 1);
});

test("closing waits for what was sent before it, and for the end of the session", async (t) => {
  const { wire, transport, recorder, key } = await raw(t);
  const order = [];
  transport.onclose = () => order.push("closed");
  const send = wire.send.bind(wire);
  wire.send = (message, options) => (order.push(message.id), send(message, options));
  void transport.send(request(1));
  await transport.close();
  assert.deepEqual(order, [1, "closed"], "as without us");
  assert.deepEqual(shape(await evidence(recorder, key)), [
    "run.start single mcp ok", "tool.call intent lookup", "tool.call outcome lookup unknown", "run.end single mcp unknown",
  ]);
});

// What shaped this code; when the SDK changes, look again.

test("trap: the SDK's own timeout has our number, and says so in its text", async (t) => {
  assert.equal(ErrorCode.RequestTimeout, -32001);
  const { client, wire } = await JOINS.memory(t, {});
  const error = await client.callTool({ name: "hang", arguments: { name: "a" } }, undefined, { timeout: 20 }).catch((it) => it);
  assert.deepEqual([error.code, error.data?.code], [-32001, undefined], "`data.code` tells them apart");
  const given = wire.out.find((message) => message.method === "notifications/cancelled");
  assert.match(given.params.reason, /timed out/);
});

test("trap: ids of requests begin anew with each session", async (t) => {
  const ids = [];
  for (let n = 0; n < 2; n += 1) {
    const { client, wire } = await JOINS.memory(t, {});
    await client.ping();
    ids.push(wire.out.filter((message) => "id" in message).map((message) => message.id));
  }
  assert.deepEqual(ids[0], ids[1]);
});

test("trap: a tool that is unknown, or called with wrong arguments, answers as one that fails", async (t) => {
  const { client } = await JOINS.memory(t, {});
  for (const params of [{ name: "nope" }, { name: "lookup", arguments: { customer: 3 } }]) {
    assert.equal((await client.callTool(params)).isError, true);
  }
});
