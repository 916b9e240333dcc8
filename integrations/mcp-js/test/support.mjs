// A real server and a real client over real transports; what the tools did they note themselves.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { CreateMessageRequestSchema, ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

import { ledger } from "../../../bindings-node/test/ledger.mjs";
import { folder } from "../../../bindings-node/test/support.mjs";
import { makeServer } from "./desk.mjs";

export { calls, evidence, ledger, shape } from "../../../bindings-node/test/ledger.mjs";
export { folder };

export const ALLOW = { policy: 1, default: "deny", rules: [{ id: "all", tool: "*", verdict: "allow" }] };

/** A transport that notes what goes over the wire, below ours. */
export function spied(transport, wire) {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    wire.out.push(structuredClone(message));
    return send(message, options);
  };
  const start = transport.start.bind(transport);
  transport.start = () => {
    const deliver = transport.onmessage;
    transport.onmessage = (message, extra) => {
      wire.in.push(structuredClone(message));
      deliver?.(message, extra);
    };
    return start();
  };
  return transport;
}

/** A client that answers what servers ask. */
export function makeClient() {
  const client = new Client({ name: "agent", version: "1" }, { capabilities: { sampling: {}, elicitation: {} } });
  client.setRequestHandler(CreateMessageRequestSchema, async () => ({ model: "mock-1", role: "assistant", content: { type: "text", text: "summary" } }));
  client.setRequestHandler(ElicitRequestSchema, async () => ({ action: "accept", content: { sure: true } }));
  return client;
}

/** Client and server joined over a transport; `wrap` stands on one side. `did` is what the tools noted. */
export const JOINS = {
  async memory(t, { client: wrapClient = same, server: wrapServer = same }) {
    const [a, b] = InMemoryTransport.createLinkedPair();
    const [did, wire] = [[], { in: [], out: [] }];
    const server = makeServer(did);
    await server.connect(wrapServer(b));
    const [client, transport] = [makeClient(), wrapClient(spied(a, wire))];
    await client.connect(transport);
    t.after(() => client.close());
    return { client, transport, server, did: () => did, wire };
  },
  async stdio(t, { client: wrapClient = same }) {
    const [notes, wire] = [join(folder(t), "did.jsonl"), { in: [], out: [] }];
    const program = fileURLToPath(new URL("./stdio-server.mjs", import.meta.url));
    const inner = new StdioClientTransport({ command: process.execPath, args: [program, notes] });
    const [client, transport] = [makeClient(), wrapClient(spied(inner, wire))];
    await client.connect(transport);
    t.after(() => client.close());
    const did = () => readFileSync(notes, "utf8").trimEnd().split("\n").filter(Boolean).map((line) => JSON.parse(line));
    return { client, transport, inner, did, wire };
  },
  async http(t, { client: wrapClient = same, server: wrapServer = same }) {
    const [did, wire] = [[], { in: [], out: [] }];
    const sessions = new Map();
    const listener = createServer(async (request, response) => {
      let transport = sessions.get(request.headers["mcp-session-id"]);
      if (transport === undefined) {
        transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID, onsessioninitialized: (id) => sessions.set(id, transport) });
        await makeServer(did).connect(wrapServer(transport));
      }
      await transport.handleRequest(request, response);
    });
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const inner = new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${listener.address().port}/mcp`));
    const [client, transport] = [makeClient(), wrapClient(spied(inner, wire))];
    await client.connect(transport);
    t.after(async () => {
      await client.close();
      for (const one of sessions.values()) await one.close();
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
    });
    return { client, transport, inner, did: () => did, wire, sessions };
  },
};

const same = (transport) => transport;

/** What an application sees of a promise. */
export async function seen(promise) {
  try {
    return { value: await promise };
  } catch (error) {
    return { error: `${error.name} ${error.code ?? ""} ${error.message}`, data: error.data };
  }
}
