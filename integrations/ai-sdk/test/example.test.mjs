// The refund desk with the AI SDK, as a reader of it would run it: type checked, run, and its evidence verified.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { verify } from "execert";

const HERE = dirname(import.meta.dirname);
const ROOT = dirname(dirname(HERE));
const TOOLS = join(ROOT, "bindings-node/tools/node_modules");

test("the refund desk", async (t) => {
  const path = mkdtempSync(join(tmpdir(), "execert-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  const modules = join(path, "node_modules");
  mkdirSync(join(modules, "@execert"), { recursive: true });
  for (const name of ["ai", "execert"]) symlinkSync(join(HERE, "node_modules", name), join(modules, name));
  symlinkSync(HERE, join(modules, "@execert/ai-sdk"));
  for (const name of ["desk.mts", "ai-sdk.mts", "tsconfig.json"]) copyFileSync(join(ROOT, "examples/refund-triage-js", name), join(path, name));
  const run = (command, ...args) => {
    const done = spawnSync(command, args, { cwd: path, encoding: "utf8" });
    assert.equal(done.status, 0, `${done.stdout}\n${done.stderr}`);
    return done.stdout;
  };
  run(join(TOOLS, ".bin/tsc"), "-p", ".", "--outDir", "out", "--typeRoots", join(TOOLS, "@types"));
  const shown = run(process.execPath, "out/ai-sdk.mjs");
  assert.match(shown, /payments_refund: .*\[policy\.denied\]/);
  assert.match(shown, /payments_refund: .*\[policy\.approval_missing\]/);
  assert.match(shown, /waiting for the manager: payments_refund \{"amount":900,"order":"o-9"\}/);
  assert.match(shown, /agent: Order o-9: 9000 was refused, 900 was refunded/);
  assert.match(shown, /noted by themselves:\n {2}crm_lookup c-17\n {2}order_get o-9\n {2}payments_refund o-9 900\n\n/);
  assert.match(shown, /verdict: intact-warnings\n/);
  const bundle = join(path, /evidence: (\S+) /.exec(shown)[1]);
  assert.equal((await verify(bundle, join(dirname(bundle), "acme.trust"))).exit, 0);
});
