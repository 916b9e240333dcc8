// The package as users get it: both kinds of module, types, the command, and what the checkers of packages say.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { INSTALLED, ROOT, execert, folder, node, run as process_ } from "./support.mjs";

const TOOLS = join(ROOT, "bindings-node/tools/node_modules/.bin");
const PACKAGES = join(ROOT, "build/npm");

test("both kinds of module give the same classes", async () => {
  const done = await node(`
    import * as esm from "execert";
    import * as parts from "execert/integration";
    import { createRequire } from "node:module";
    const cjs = createRequire(process.cwd() + "/x")("execert");
    for (const name of Object.keys(cjs)) if (cjs[name] !== esm[name]) throw new Error(name);
    console.log(Object.keys(cjs).sort().join(" ") + " | " + Object.keys(parts).filter((name) => !["default", "__esModule", "module.exports"].includes(name)).sort().join(" "));`);
  assert.equal(done.code, 0, done.err);
  assert.equal(
    done.out.trim(),
    "CODES Conflict Denied ExecertError InternalError InvalidInput Key Permit Recorder Report Run Step Trust Unavailable " +
      "Untrusted VERSION canonical check currentRun parseStrict plain redact reveal verify | Feed Gate content ident",
  );
});

test("one version everywhere", () => {
  const main = JSON.parse(readFileSync(join(INSTALLED, "node_modules/execert/package.json"), "utf8"));
  const cargo = readFileSync(join(ROOT, "Cargo.toml"), "utf8").match(/^version = "(.*)"$/m)[1];
  assert.equal(main.version, cargo);
  assert.equal(execert.VERSION, cargo);
  assert.deepEqual(new Set(Object.values(main.optionalDependencies)), new Set([cargo]));
  assert.equal(main.scripts, undefined, "nothing runs at installation");
  assert.equal(main.dependencies, undefined);
});

test("the command", async (t) => {
  const path = folder(t);
  const env = { ...process.env, XDG_CONFIG_HOME: join(path, "config") };
  const command = (args) => process_(process.execPath, [join(INSTALLED, "node_modules/.bin/execert"), ...args], { cwd: path, env });
  assert.match((await command(["--version"])).out, /^execert \d+\.\d+\.\d+$/m);
  assert.equal((await command(["init", "--example", "refunds"])).code, 0);
  assert.equal((await command(["verify", "absent.execert"])).code, 74);
  assert.equal((await command(["no-such-verb"])).code, 2);
});

test("the lines of the README run", async (t) => {
  const path = folder(t);
  const env = { ...process.env, XDG_CONFIG_HOME: join(path, "config") };
  const command = join(INSTALLED, "node_modules/.bin/execert");
  await process_(process.execPath, [command, "init", "--example", "refunds"], { cwd: path, env });
  const [, lines] = readFileSync(join(ROOT, "bindings-node/README.md"), "utf8").match(/```ts\n(.*?)```/s);
  const program = lines.replace('from "execert"', `from ${JSON.stringify(join(INSTALLED, "node_modules/execert/dist/index.mjs"))}`);
  writeFileSync(join(path, "first.mjs"), program);
  const done = await process_(process.execPath, ["first.mjs"], { cwd: path, env });
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /^policy\.approval_missing\ni unchanged, and signed by your own key/);
});

const PROGRAM = `
import { check, Denied, Key, Recorder, verify, type Code, type Report, type Verdict } from "execert";
import { Feed } from "execert/integration";
const recorder: Recorder = await Recorder.open("l", { key: Key.generate(), policy: { policy: 1, default: "deny", rules: [{ id: "a", tool: "t", verdict: "allow" }] } });
await using run = await recorder.run("r", { a: 1 });
const n: number = await run.tool("t", {}, async () => 3);
const s: string = await run.step("s", {}, (_input, step) => step.id);
const step = await run.tool("t", {}, { dryRun: true });
step.output = 1;
const closed = await recorder.run("r", undefined, async (run) => run.id);
const end: string | undefined = closed.end?.head;
const report: Report = await check("x", { keys: ["k"] }, { require: ["sealed"] });
function colour(verdict: Verdict): number {
  switch (verdict) {
    case "unreadable": case "altered": case "forked": case "revoked": case "unsigned": case "unknown-signer":
    case "incomplete": case "expired": case "requirement-missing": return 1;
    case "own-key": case "intact-warnings": case "intact": return 0;
  }
}
try { await verify("x"); } catch (error) { if (error instanceof Denied) { const code: Code = error.code; void code; } }
// @ts-expect-error a word that is no verdict
const wrong: Verdict = "valid";
// @ts-expect-error a report is not a boolean
const holds: boolean = report;
// @ts-expect-error exactly one of run, thread, chain
await recorder.bundle({ run: "a", chain: true });
// @ts-expect-error no such option
await Recorder.open("l", { polcy: "x" });
// @ts-expect-error a key is not made by hand
new Key();
// @ts-expect-error a tier that does not exist
await run.tool("t", {}, () => 1, { details: { tier: "huge" } });
void [n, s, end, colour, wrong, holds, Feed];
`;

test("types: tsc strict, in every way a program may resolve modules", async () => {
  for (const [name, module, resolution] of [
    ["a.mts", "node16", "node16"], ["b.mts", "nodenext", "nodenext"], ["c.ts", "preserve", "bundler"],
  ]) {
    writeFileSync(join(INSTALLED, name), PROGRAM);
    const done = await process_(join(TOOLS, "tsc"), [
      "--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--target", "es2022", "--lib",
      "es2022,esnext.disposable", "--module", module, "--moduleResolution", resolution, "--types", "node", "--typeRoots",
      join(ROOT, "bindings-node/tools/node_modules/@types"), "--skipLibCheck", "false", name,
    ], { cwd: INSTALLED });
    const ours = done.out.split("\n").filter((line) => !line.includes("@types/node") && !line.startsWith("  ") && line !== "");
    assert.deepEqual(ours, [], name);
  }
});

test("publint and arethetypeswrong find nothing", async () => {
  const [tarball] = readdirSync(PACKAGES).filter((name) => /^execert-\d/.test(name));
  const lint = await process_(join(TOOLS, "publint"), [join(PACKAGES, tarball), "--strict"]);
  assert.equal(lint.code, 0, lint.out + lint.err);
  assert.match(lint.out, /All good/);
  const types = await process_(join(TOOLS, "attw"), [join(PACKAGES, tarball), "--profile", "node16", "--no-color"]);
  assert.equal(types.code, 0, types.out + types.err);
});
