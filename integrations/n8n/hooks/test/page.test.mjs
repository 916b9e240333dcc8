// The guide's policy and its lines of shell, as they stand there; and the example's workflow and policy.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { Key } from "execert";

import { types } from "../../engine/nodes.mjs";
import { agent, calls, evidence, line, main, node, ran, setup } from "./support.mjs";

const top = fileURLToPath(new URL("../../../..", import.meta.url));
const page = readFileSync(join(top, "docs/guide/n8n.md"), "utf8");
/** The block of a file that the page names. */
const block = (name) => {
  const found = page.split(`<!-- file: ${name} -->\n`)[1];
  assert.ok(found, `the page has no ${name}`);
  return /^```\w+\n(.*?)^```$/ms.exec(found)[1];
};
const command = join(top, "integrations/n8n/hooks/bin/execert-n8n-hooks.js");

test("the page's lines start n8n with the hooks", async (t) => {
  const path = mkdtempSync(join(tmpdir(), "execert-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  mkdirSync(join(path, "node_modules/.bin"), { recursive: true });
  symlinkSync(command, join(path, "node_modules/.bin/execert-n8n-hooks"));
  mkdirSync(join(path, "bin"));
  // The engine stands in for the server.
  writeFileSync(join(path, "bin/n8n"), `#!/bin/sh\nexec "${process.execPath}" "${main}" workflow.json\n`, { mode: 0o755 });
  const key = Key.generate();
  key.save(join(path, "recorder.key"));
  writeFileSync(join(path, "policy.json"), block("policy.json"));
  writeFileSync(join(path, "workflow.json"), JSON.stringify(line(node("Set", "set", { values: { a: 1 } }))));
  const { status, stdout, stderr } = spawnSync("sh", ["-euc", block("start.sh")], {
    cwd: path, encoding: "utf8", env: { PATH: `${join(path, "bin")}:${dirname(process.execPath)}:${process.env.PATH}`, HOME: path, npm_config_offline: "true" },
  });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /the hooks can record and export/);
  assert.equal(JSON.parse(stdout.trim().split("\n").at(-1)).status, "success");
  const steps = ran(await evidence(join(path, "evidence/1.execert"), key));
  assert.deepEqual(steps.map((step) => [step.node, step.record.capture]), [["Start", "enforced"], ["Set", "enforced"]]);
});

/** The engine's agent and tool under the names of n8n's own. */
const named = (workflow) => ({ ...workflow, nodes: workflow.nodes.map((one) => ({ ...one, type: one.name === "Pay" ? "n8n-nodes-base.httpRequestTool" : one.type })) });

test("the page's policy refuses what it says", async (t) => {
  const { engine, folder } = setup(t, { policy: JSON.parse(block("policy.json")), types: { "n8n-nodes-base.httpRequestTool": types["engine.tool"], "n8n-nodes-base.executeCommand": types["engine.set"] } });
  assert.ok(folder);
  assert.equal((await engine.run(named(agent(500)))).status, "success");
  assert.match((await engine.run(named(agent(501)))).error.message, /node Pay .*refund-limit/);
  assert.equal((await engine.run(line(node("Shell", "n8n-nodes-base.executeCommand")))).status, "error");
  assert.deepEqual(calls.filter((call) => ["Pay", "Shell"].includes(call.node)).map((call) => call.input[0].amount), [500]);
});

test("the example's policy allows each type of its workflow, and its connections lead somewhere", () => {
  const read = (name) => JSON.parse(readFileSync(join(top, "examples/n8n", name), "utf8"));
  const [workflow, policy] = [read("workflow.json"), read("policy.json")];
  const rules = new Set(policy.rules.filter((rule) => rule.verdict === "allow").map((rule) => rule.tool));
  // Models are observed: no rule can stop them.
  for (const { type } of workflow.nodes.filter(({ name }) => name !== "Model")) {
    assert.ok(rules.has(type.replace(/^@/, "")), type);
  }
  const names = new Set(workflow.nodes.map(({ name }) => name));
  const targets = Object.values(workflow.connections).flatMap((kinds) => Object.values(kinds).flat(2));
  for (const name of [...Object.keys(workflow.connections), ...targets.map((target) => target.node)]) {
    assert.ok(names.has(name), name);
  }
  assert.ok(workflow.nodes.some(({ type, typeVersion }) => type.endsWith(".agent") && typeVersion >= 3));
});
