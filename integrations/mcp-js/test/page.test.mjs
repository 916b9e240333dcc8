// The guide's program, run as it stands there.

import assert from "node:assert/strict";
import { test } from "node:test";

import { runPage } from "../../../bindings-node/test/page.mjs";

const own = "integrations/mcp-js";

test("docs/guide/mcp-js.md prints what it shows", async (t) => {
  const shown = await runPage(t, "docs/guide/mcp-js.md", {
    "@execert/mcp": own, execert: "build/node/node_modules/execert", "@modelcontextprotocol/sdk": `${own}/node_modules/@modelcontextprotocol/sdk`,
    zod: `${own}/node_modules/zod`,
  });
  assert.deepEqual(shown.map((one) => one.command), ["node agent.mjs"]);
  for (const one of shown) assert.equal(one.printed, one.shown);
});
