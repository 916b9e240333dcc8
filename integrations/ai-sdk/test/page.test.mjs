// The guide's program, run as it stands there.

import assert from "node:assert/strict";
import { test } from "node:test";

import { runPage } from "../../../bindings-node/test/page.mjs";

test("docs/guide/ai-sdk.md prints what it shows", async (t) => {
  const own = "integrations/ai-sdk";
  const shown = await runPage(t, "docs/guide/ai-sdk.md", {
    "@execert/ai-sdk": own, execert: "build/node/node_modules/execert", ai: `${own}/node_modules/ai`,
  });
  assert.deepEqual(shown.map((one) => one.command), ["node desk.mjs"]);
  for (const one of shown) assert.equal(one.printed, one.shown);
});
