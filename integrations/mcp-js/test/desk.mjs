// The server of the tests: its tools note what they really did.

import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";

export function makeServer(did, description = "Pays money back.") {
  const server = new McpServer({ name: "desk", version: "1" }, { capabilities: { logging: {} } });
  const latch = new Map();
  const opened = (name) => {
    if (!latch.has(name)) {
      let open;
      latch.set(name, Object.assign(new Promise((resolve) => (open = resolve)), { open: () => open() }));
    }
    return latch.get(name);
  };
  const say = (value) => ({ content: [{ type: "text", text: typeof value === "string" ? value : JSON.stringify(value) }] });
  const tool = (name, about, inputSchema, run) =>
    server.registerTool(name, { description: about, inputSchema }, async (input, extra) => {
      did.push([name, input]);
      return run(input, extra);
    });
  tool("lookup", "Looks up a customer.", { customer: z.string() }, ({ customer }) => say({ customer, tier: "gold" }));
  tool("refund", description, { order: z.string(), amount: z.number() }, () => say("paid"));
  tool("broken", "Fails.", { order: z.string() }, ({ order }) => {
    throw new RangeError(`no order ${order}`);
  });
  tool("echo", "Says what it got, as text.", { value: z.any() }, (input) => say(JSON.stringify(input)));
  tool("login", "Takes a secret.", { user: z.string(), password: z.string() }, ({ user }) => say(`hello ${user}`));
  // Answers only after another call: the order of answers is not that of the calls.
  tool("after", "Waits for `before`.", { name: z.string() }, async ({ name }) => {
    await opened(name);
    return say(`after ${name}`);
  });
  tool("before", "Lets `after` go on.", { name: z.string() }, ({ name }) => {
    opened(name).open();
    return say(`before ${name}`);
  });
  tool("hang", "Waits until it is given up.", { name: z.string() }, async (_, { signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    did.push(["hang", "given up"]);
    return say("never seen");
  });
  tool("steps", "Tells of its progress.", { count: z.number() }, async ({ count }, extra) => {
    for (let n = 1; n <= count; n += 1) {
      await extra.sendNotification({ method: "notifications/progress", params: { progressToken: extra._meta.progressToken, progress: n, total: count } });
    }
    return say("done");
  });
  tool("asks", "Asks the person and a model.", { about: z.string() }, async ({ about }) => {
    const person = await server.server.elicitInput({ message: `Sure about ${about}?`, requestedSchema: { type: "object", properties: { sure: { type: "boolean" } } } });
    const model = await server.server.createMessage({ messages: [{ role: "user", content: { type: "text", text: about } }], maxTokens: 9 });
    return say([person.action, model.content.text]);
  });
  tool("crash", "Ends the process.", { code: z.number() }, ({ code }) => process.exit(code));
  server.registerResource("order", new ResourceTemplate("desk://orders/{id}", { list: undefined }), {}, (uri, { id }) => {
    did.push(["resource", id]);
    if (id === "none") throw new Error("no such order");
    return { contents: [{ uri: uri.href, text: `order ${id}` }] };
  });
  server.registerPrompt("greet", { argsSchema: { name: z.string() } }, ({ name }) => {
    did.push(["prompt", name]);
    return { messages: [{ role: "user", content: { type: "text", text: `hello ${name}` } }] };
  });
  return server;
}
