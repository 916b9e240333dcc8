// Builds dist: the core as base64 in a module, its loader and the conversion of values from where they are kept, then the
// node itself. Needs build/wasm (scripts/setup-wasm), and n8n-workflow and tsc, which scripts/setup-node installs.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const TOP = join(HERE, "../../..");
const GENERATED = join(HERE, "nodes/Execert/generated");

/** What an import of the source becomes: what a verified node may not import has a stand-in of its own. */
const IMPORTS = {
  "node:util": "../inspect",
  "./codes.js": "../refused",
  "./errors.js": "../refused",
  "./types.js": "../refused",
  "./json.js": "./json",
  "./look.js": "./look",
  "./plain.js": "./plain",
  "node:crypto": "node:crypto",
};

function copied(source) {
  return readFileSync(join(TOP, source), "utf8").replace(/ from "([^"]+)";/g, (_, name) => {
    if (IMPORTS[name] === undefined) {
      throw new Error(`${source} imports ${name}, which build.mjs does not know: say in IMPORTS what stands for it`);
    }
    return ` from "${IMPORTS[name]}";`;
  });
}

rmSync(GENERATED, { recursive: true, force: true });
rmSync(join(HERE, "dist"), { recursive: true, force: true });
mkdirSync(GENERATED);
const { version } = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));
const wasm = readFileSync(join(TOP, "build/wasm/execert.wasm")).toString("base64");
for (const [name, text] of Object.entries({
  "loader.ts": copied("bindings-wasm/ts/index.ts"),
  "plain.ts": copied("bindings-node/ts/plain.ts"),
  "look.ts": copied("bindings-node/ts/look.ts"),
  "json.ts": copied("bindings-node/ts/json.ts"),
  "content.ts": copied("bindings-node/ts/content.ts"),
  "wasm.ts": `/** The core, with recording. */\nexport const WASM =\n  '${wasm}';\nexport const VERSION = '${version}';\n`,
})) {
  writeFileSync(join(GENERATED, name), text);
}
execFileSync(join(TOP, "bindings-node/tools/node_modules/.bin/tsc"), ["-p", HERE], { stdio: "inherit" });
for (const name of ["nodes/Execert/Execert.node.json", "nodes/Execert/execert.svg", "nodes/Execert/execert.dark.svg"]) {
  cpSync(join(HERE, name), join(HERE, "dist", name));
}
