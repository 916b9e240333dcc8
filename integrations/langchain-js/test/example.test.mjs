// The refund desk in TypeScript, as a reader of it would run it: type checked, run, and its evidence verified.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { verify } from "execert";

import { folder } from "./support.mjs";

const HERE = dirname(import.meta.dirname);
const ROOT = dirname(dirname(HERE));
const TOOLS = join(ROOT, "bindings-node/tools/node_modules");

/** A folder in which the package and what it is tested with are installed. */
export function installed() {
  const path = folder();
  const modules = join(path, "node_modules");
  mkdirSync(join(modules, "@execert"), { recursive: true });
  for (const name of ["@langchain", "langchain", "zod", "execert"]) symlinkSync(join(HERE, "node_modules", name), join(modules, name));
  symlinkSync(HERE, join(modules, "@execert/langchain"));
  return path;
}

function run(path, command, ...args) {
  const done = spawnSync(command, args, { cwd: path, encoding: "utf8" });
  assert.equal(done.status, 0, `${done.stdout}\n${done.stderr}`);
  return done.stdout;
}

test("the refund desk", async () => {
  const path = installed();
  for (const name of ["desk.mts", "langchain.mts", "tsconfig.json"]) copyFileSync(join(ROOT, "examples/refund-triage-js", name), join(path, name));
  run(path, join(TOOLS, ".bin/tsc"), "-p", ".", "--outDir", "out", "--typeRoots", join(TOOLS, "@types"));
  const shown = run(path, process.execPath, "out/langchain.mjs");
  assert.match(shown, /payments_refund: .*\[policy\.denied\]/);
  assert.match(shown, /waiting for the manager: payments_refund \{"amount":900,"order":"o-9"\}|waiting for the manager: payments_refund \{"order":"o-9","amount":900\}/);
  assert.match(shown, /noted by themselves:\n {2}crm_lookup c-17\n {2}order_get o-9\n {2}payments_refund o-9 900\n\n/);
  assert.match(shown, /verdict: intact-warnings\n/);
  const bundle = join(path, /evidence: (\S+) /.exec(shown)[1]);
  const report = await verify(bundle, join(dirname(bundle), "acme.trust"));
  assert.equal(report.exit, 0);
});
