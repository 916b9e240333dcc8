// What `n8n execute` is to n8n: runs the workflow of a file, with the hooks of EXTERNAL_HOOK_FILES, and prints how it ended.
//   EXTERNAL_HOOK_FILES=hook.js node main.cjs workflow.json

"use strict";

const { readFileSync } = require("node:fs");

const external = (process.env.EXTERNAL_HOOK_FILES ?? "").split(":").filter(Boolean).map((file) => require(file.trim()));

import("./index.mjs").then(async ({ Engine }) => {
  const merged = { workflow: { preExecute: [], postExecute: [] } };
  for (const { workflow = {} } of external) {
    merged.workflow.preExecute.push(...(workflow.preExecute ?? []));
    merged.workflow.postExecute.push(...(workflow.postExecute ?? []));
  }
  const result = await new Engine({ external: merged }).run(JSON.parse(readFileSync(process.argv[2], "utf8")));
  for (const stop of external.flatMap((file) => file.n8n?.stop ?? [])) {
    await stop();
  }
  console.log(JSON.stringify({ status: result.status, error: result.error?.message, executionId: result.executionId }));
});
