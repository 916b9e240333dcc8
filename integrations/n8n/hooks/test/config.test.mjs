// The hook file as n8n loads it: in a process of its own, by EXTERNAL_HOOK_FILES. Wrong configuration stops that process.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { Key } from "execert";

import { evidence, files, hookPath, line, main, node, ran } from "./support.mjs";

const command = fileURLToPath(new URL("../bin/execert-n8n-hooks.js", import.meta.url));

function folder(t) {
  const path = mkdtempSync(join(tmpdir(), "execert-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  const key = Key.generate();
  key.save(join(path, "recorder.key"));
  writeFileSync(join(path, "workflow.json"), JSON.stringify(line(node("Set", "set"))));
  const env = { PATH: process.env.PATH, EXECERT_KEY: join(path, "recorder.key"), EXECERT_LEDGER: join(path, "l.ledger"), EXECERT_EXPORT: join(path, "evidence") };
  return { path, key, env };
}

/** What `n8n execute` would be. */
const execute = (path, env) => spawnSync(process.execPath, [main, join(path, "workflow.json")], { env: { ...env, EXTERNAL_HOOK_FILES: hookPath }, encoding: "utf8" });

test("the command prints the file that n8n loads, and whether it will work", (t) => {
  const { env } = folder(t);
  const path = spawnSync(process.execPath, [command, "path"], { encoding: "utf8" });
  assert.equal(path.stdout.trim(), hookPath);
  assert.ok(existsSync(hookPath));
  const good = spawnSync(process.execPath, [command, "check"], { env, encoding: "utf8" });
  assert.deepEqual([good.status, good.stdout], [0, "the hooks can record and export\n"]);
  const bad = spawnSync(process.execPath, [command, "check"], { env: { ...env, EXECERT_KEY: "" }, encoding: "utf8" });
  assert.deepEqual([bad.status, bad.stdout], [1, ""]);
  assert.match(bad.stderr, /EXECERT_KEY is empty/);
  assert.equal(spawnSync(process.execPath, [command], { encoding: "utf8" }).status, 2);
});

test("loaded as n8n loads it, it finds n8n's registry and records each node while it runs", async (t) => {
  const { path, key, env } = folder(t);
  const { status, stdout, stderr } = execute(path, env);
  assert.equal(status, 0, stderr);
  const ended = JSON.parse(stdout.trim().split("\n").at(-1));
  assert.equal(ended.status, "success");
  const steps = ran(await evidence(join(path, "evidence", `${ended.executionId}.execert`), key));
  assert.deepEqual(steps.map((step) => [step.node, step.status, step.record.phase]), [["Start", "ok", "intent"], ["Set", "ok", "intent"]]);
});

const WRONG = [
  ["no key", { EXECERT_KEY: undefined }, /EXECERT_KEY is not set: give the path/],
  ["no ledger", { EXECERT_LEDGER: undefined }, /EXECERT_LEDGER is not set/],
  ["a key that is not there", { EXECERT_KEY: "absent.key" }, /EXECERT_KEY cannot be used \(ENOENT\): .*absent\.key/],
  ["a key that is none", (path) => ({ EXECERT_KEY: join(path, "workflow.json") }), /EXECERT_KEY cannot be used: .*workflow\.json: .*\[key\./],
  ["an empty policy variable", { EXECERT_POLICY: " " }, /EXECERT_POLICY is empty/],
  ["a policy that is not there", { EXECERT_POLICY: "absent.json" }, /EXECERT_POLICY cannot be used \(ENOENT\)/],
  ["a policy that is none", (path) => ({ EXECERT_POLICY: join(path, "workflow.json") }), /EXECERT_POLICY cannot be used: .*workflow\.json: .*\[[a-z_.]+\]/],
  ["a folder that is a file", (path) => ({ EXECERT_EXPORT: join(path, "workflow.json") }), /EXECERT_EXPORT is no folder/],
  ["a ledger that is a file", (path) => ({ EXECERT_LEDGER: join(path, "workflow.json") }), /EXECERT_LEDGER cannot be used: .*workflow\.json/],
  ["a misspelt variable", { EXECERT_POLICY_FILE: "policy.json" }, /EXECERT_POLICY_FILE is not a variable of these hooks/],
];

for (const [name, change, message] of WRONG) {
  test(`it stops n8n: ${name}`, (t) => {
    const { path, env } = folder(t);
    const wrong = { ...env, ...(typeof change === "function" ? change(path) : change) };
    const { status, stdout, stderr } = execute(path, Object.fromEntries(Object.entries(wrong).filter(([, value]) => value !== undefined)));
    assert.notEqual(status, 0);
    assert.equal(stdout, "");
    assert.match(stderr, message);
    assert.match(stderr, /n8n does not start, since nothing would be recorded/);
    assert.ok(!files(path).some((file) => file.endsWith(".execert")));
  });
}

test("a ledger that was made without a policy does not silently go on with one", (t) => {
  const { path, env } = folder(t);
  assert.equal(execute(path, env).status, 0);
  writeFileSync(join(path, "policy.json"), JSON.stringify({ policy: 1, default: "deny", rules: [{ id: "none", tool: "nothing", verdict: "allow" }] }));
  const { status, stderr } = execute(path, { ...env, EXECERT_POLICY: join(path, "policy.json") });
  assert.notEqual(status, 0);
  assert.match(stderr, /EXECERT_POLICY cannot be used: .*the ledger was made with `gate` observe, which is fixed .*or make a new ledger/);
});
