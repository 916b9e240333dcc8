// What is published: n8n's own checks of community nodes, the files of the tarball, and how n8n loads them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { installed, loaded, N8N, PACKAGE, skip, tarball, TOP } from "./harness.mjs";

const LINT = join(N8N, "lint/node_modules");

if (!existsSync(join(LINT, "n8n-workflow"))) {
  // The lint reads the words of n8n's own package, which is installed once.
  symlinkSync(join(N8N, "engine/node_modules/n8n-workflow"), join(LINT, "n8n-workflow"));
}

/** A copy of the sources where n8n's lint finds what it needs. */
function copied(change = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), "n8n-lint-"));
  for (const name of ["nodes", "credentials", "package.json", "eslint.config.mjs", "tsconfig.json"]) {
    cpSync(join(PACKAGE, name), join(folder, name), { recursive: true });
  }
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  for (const name of readdirSync(LINT)) {
    symlinkSync(join(LINT, name), join(modules, name));
  }
  change(folder);
  return folder;
}

function lint(folder) {
  try {
    return { code: 0, said: execFileSync(join(LINT, ".bin/n8n-node"), ["lint"], { cwd: folder, encoding: "utf8", stdio: "pipe" }) };
  } catch (error) {
    return { code: error.status, said: `${error.stdout}${error.stderr}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("n8n's strict lint finds what it is made to find here, and nothing else; generated files too", { skip }, () => {
  const { code, said } = lint(copied((folder) => {
    assert.ok(existsSync(join(folder, "nodes/Execert/generated/plain.ts")));
    writeFileSync(join(folder, "nodes/Execert/bad.ts"), "export const home = process.env.HOME;\n");
  }));
  assert.equal(code, 1, said);
  assert.match(said, /✖ 1 problem \(1 error, 0 warnings\)/, said);
  assert.match(said, /no-restricted-globals/);
  assert.equal(JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")).n8n.strict, true);
});

test("the published JavaScript passes the rules that n8n's scanner applies to it", { skip }, async () => {
  const require = createRequire(join(LINT, "x.js"));
  const { ESLint } = require("eslint");
  const { n8nCommunityNodesPlugin } = await import(join(LINT, "@n8n/eslint-plugin-community-nodes/dist/plugin.js"));
  const parser = createRequire(require.resolve("typescript-eslint"))("@typescript-eslint/parser");
  const base = require("eslint-plugin-n8n-nodes-base");
  const eslint = new ESLint({
    cwd: installed,
    allowInlineConfig: false,
    overrideConfigFile: true,
    overrideConfig: [
      n8nCommunityNodesPlugin.configs.recommended,
      { rules: { "no-console": "error" } },
      { plugins: { "n8n-nodes-base": base } },
      { files: ["package.json"], rules: base.configs.community.rules },
      { files: ["**/*.json"], languageOptions: { parser } },
    ],
  });
  const results = await eslint.lintFiles(["**/*.js", "package.json"]);
  assert.ok(results.length > 10);
  assert.deepEqual(results.flatMap(({ filePath, messages }) => messages.map(({ ruleId, message }) => `${filePath}: ${ruleId} ${message}`)), []);
});

test("the tarball: these files and no others, no dependency, nothing that runs at installation", { skip }, () => {
  const files = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const names = files.map((each) => join(each.parentPath ?? each.path, each.name).slice(installed.length + 1)).sort();
  assert.deepEqual(names, [
    "LICENSE",
    "README.md",
    "dist/credentials/ExecertKeyApi.credentials.js",
    ...["Execert.node.js", "Execert.node.json", "certify.js", "core.js", "evidence.js", "execert.dark.svg", "execert.svg"].map((name) => `dist/nodes/Execert/${name}`),
    ...["content.js", "json.js", "loader.js", "look.js", "plain.js", "wasm.js"].map((name) => `dist/nodes/Execert/generated/${name}`),
    ...["inspect.js", "operations.js", "refused.js"].map((name) => `dist/nodes/Execert/${name}`),
    "package.json",
  ].sort());
  const about = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  assert.equal(about.license, "MIT");
  assert.match(readFileSync(join(installed, "LICENSE"), "utf8"), /^MIT License/);
  for (const member of ["dependencies", "devDependencies", "optionalDependencies", "overrides", "bundledDependencies"]) {
    assert.equal(about[member], undefined, member);
  }
  assert.deepEqual(Object.keys(about.scripts).filter((name) => /install|prepare|publish/.test(name)), []);
  const size = statSync(tarball).size;
  const core = gzipSync(readFileSync(join(TOP, "build/wasm/execert.wasm")), { level: 9 }).length;
  console.log(`tarball ${size} bytes; the core in it ${core} gzipped`);
  assert.ok(size < 1_200_000, `${size} bytes`);
  const code = names.filter((name) => name.endsWith(".js")).map((name) => readFileSync(join(installed, name), "utf8")).join("\n");
  assert.deepEqual([...new Set([...code.matchAll(/(?:require|import)\("([^"./][^"]*)"\)/g)].map(([, name]) => name))].sort(), ["n8n-workflow", "node:crypto"]);
});

test("n8n loads it from a folder of custom extensions", { skip }, async () => {
  const loader = await loaded();
  assert.deepEqual(loader.types.nodes.map(({ name }) => `${loader.packageName}.${name}`), ["CUSTOM.execert"]);
  assert.deepEqual(loader.types.credentials.map(({ name }) => name), ["execertKeyApi"]);
  const { type } = loader.getNode("execert");
  assert.ok(type.description.codex.categories.includes("Development"));
  assert.equal(type.description.usableAsTool, true);
  for (const url of Object.values(type.description.iconUrl)) {
    assert.ok(existsSync(join(installed, url.replace("icons/CUSTOM/", ""))), url);
  }
  assert.deepEqual(loader.known.credentials.execertKeyApi.supportedNodes, ["execert"]);
});

test("n8n loads it as a package, too", { skip }, async () => {
  const { core } = await import("./harness.mjs");
  const loader = new core.PackageDirectoryLoader(installed);
  await loader.loadAll();
  assert.equal(loader.packageName, "n8n-nodes-execert");
  assert.deepEqual(loader.types.nodes.map(({ name }) => name), ["execert"]);
});
