// The packages of the integrations as users get them: installed from their tarballs in an empty folder, beside the
// framework that each is for.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { ROOT, folder, run } from "./support.mjs";

const TOOLS = join(ROOT, "bindings-node/tools/node_modules/.bin");
const PACKAGES = join(ROOT, "build/packages");
const MAIN = readdirSync(join(ROOT, "build/npm"))
  .filter((name) => name.endsWith(".tgz"))
  .map((name) => join(ROOT, "build/npm", name));
/** What a module says that does its work, or refuses to, as soon as it is loaded; nobody imports names of it. */
const REFUSES = { "@execert/n8n-hooks/hook": /EXECERT_KEY is not set/ };

for (const name of existsSync(PACKAGES) ? readdirSync(PACKAGES) : []) {
  const tarball = join(PACKAGES, name, readdirSync(join(PACKAGES, name))[0]);
  const source = join(ROOT, "integrations", existsSync(join(ROOT, "integrations", name)) ? name : name.replace("-", "/"));
  const about = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const peers = Object.keys(about.peerDependencies ?? {}).filter((peer) => peer !== "execert");

  test(`${about.name}: installs from its tarball, and nothing of it runs there`, async (t) => {
    assert.equal(about.scripts?.install ?? about.scripts?.postinstall ?? about.scripts?.preinstall, undefined);
    const path = folder(t);
    writeFileSync(join(path, "package.json"), '{"private":true}');
    const ours = about.peerDependencies?.execert === undefined ? [] : MAIN;
    const done = await run("npm", [
      "install", "--offline", "--ignore-scripts", "--omit=optional", "--legacy-peer-deps", "--no-audit", "--no-fund", ...ours, tarball,
    ], { cwd: path });
    assert.equal(done.code, 0, done.err);
    const installed = join(path, "node_modules", about.name);
    for (const licence of readdirSync(installed).filter((file) => file.startsWith("LICENSE"))) {
      assert.ok(readFileSync(join(installed, licence), "utf8").length > 500, licence);
    }
    assert.ok(readdirSync(installed).some((file) => file.startsWith("LICENSE")), "no licence in the package");
    for (const peer of peers) {
      const at = join(path, "node_modules", peer);
      mkdirSync(join(at, ".."), { recursive: true });
      symlinkSync(join(source, "node_modules", peer), at);
    }
    for (const entry of Object.keys(about.exports ?? {}).filter((entry) => entry !== "./package.json")) {
      const module = join(about.name, entry);
      const loaded = await run(process.execPath, ["--input-type=module", "-e", `console.log(Object.keys(await import(${JSON.stringify(module)})).length)`], { cwd: path });
      if (module in REFUSES) {
        assert.match(loaded.err, REFUSES[module]);
        continue;
      }
      assert.equal(loaded.code, 0, loaded.err);
      assert.ok(Number(loaded.out) > 0, `${module} exports nothing`);
    }
  });

  test(`${about.name}: publint and arethetypeswrong find nothing`, async () => {
    const lint = await run(join(TOOLS, "publint"), [tarball, "--strict"]);
    assert.equal(lint.code, 0, lint.out + lint.err);
    assert.match(lint.out, /All good/);
    if (about.exports?.["."]?.types === undefined) {
      return;
    }
    const profile = about.type === "module" ? "esm-only" : "node16";
    const left = Object.keys(REFUSES).filter((module) => module.startsWith(`${about.name}/`)).map((module) => module.slice(about.name.length + 1));
    const types = await run(join(TOOLS, "attw"), [
      tarball, "--profile", profile, "--no-color", ...(left.length === 0 ? [] : ["--exclude-entrypoints", ...left]),
    ]);
    assert.equal(types.code, 0, types.out + types.err);
  });
}
