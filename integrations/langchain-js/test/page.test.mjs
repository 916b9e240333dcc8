// The guide's program, run as it stands there.

import assert from "node:assert/strict";
import { test } from "node:test";

import { runPage } from "../../../bindings-node/test/page.mjs";

const own = "integrations/langchain-js";

test("docs/guide/langchain-js.md prints what it shows", async (t) => {
  const packages = Object.fromEntries(["langchain", "@langchain/core", "@langchain/langgraph", "zod"].map((name) => [name, `${own}/node_modules/${name}`]));
  const shown = await runPage(t, "docs/guide/langchain-js.md", { ...packages, "@execert/langchain": own, execert: "build/node/node_modules/execert" });
  assert.deepEqual(shown.map((one) => one.command), ["node agent.mjs"]);
  for (const one of shown) assert.equal(one.printed, one.shown);
});
