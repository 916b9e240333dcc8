// The package as it is published, loaded as n8n loads it, in n8n's own engine.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));
export const N8N = dirname(PACKAGE);
export const TOP = join(PACKAGE, "../../..");
/** Without WebAssembly there is no node to test. */
export const skip = existsSync(join(PACKAGE, "dist/nodes/Execert/Execert.node.json")) ? false : "the node was not built";

export const native = createRequire(join(TOP, "build/node/package.json"))("execert");
export const { Engine, core } = await import(join(N8N, "engine/index.mjs"));

const folder = mkdtempSync(join(tmpdir(), "n8n-node-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Unpacks what npm would publish, where `n8n-workflow` is n8n's own. */
function unpacked() {
  const [name] = execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], { cwd: PACKAGE, encoding: "utf8" }).trim().split("\n");
  execFileSync("tar", ["-xzf", join(folder, name), "-C", folder]);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(N8N, "engine/node_modules/n8n-workflow"), join(folder, "node_modules/n8n-workflow"));
  return { tarball: join(folder, name), installed: join(folder, "package") };
}

export const { tarball, installed } = skip ? {} : unpacked();

/** What `N8N_CUSTOM_EXTENSIONS` does with a folder. */
export async function loaded() {
  const loader = new core.CustomDirectoryLoader(installed);
  await loader.loadAll();
  return loader;
}

export const TYPE = "CUSTOM.execert";
export const node = skip ? undefined : (await loaded()).getNode("execert").type;
/** As n8n's server offers a node to agents that says `usableAsTool`. */
export const tool = skip ? undefined : {
  description: { ...node.description, name: "execertTool", inputs: [], outputs: ["ai_tool"] },
  execute: node.execute,
};

export function keys() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    secret: privateKey.export({ type: "pkcs8", format: "pem" }),
    pem: publicKey.export({ type: "spki", format: "pem" }),
  };
}

export const KEYS = keys();

export function engine(types = {}, privateKey = KEYS.secret) {
  return new Engine({
    types: { [TYPE]: node, "CUSTOM.execertTool": tool, ...types },
    credentials: { execertKeyApi: { privateKey, tenant: "acme" } },
  });
}

/** A workflow in few words: nodes by name, and lines such as "If:1 > Set" or "Tool > Agent:ai_tool". */
export function workflow(nodes, lines) {
  const connections = {};
  for (const line of lines) {
    const [from, to] = line.split(" > ");
    const [source, output = "0"] = from.split(":");
    const [target, input = "0"] = to.split(":");
    const type = /^\d+$/.test(input) ? "main" : input;
    const outputs = ((connections[source] ??= {})[type] ??= []);
    while (outputs.length <= Number(output)) outputs.push([]);
    outputs[Number(output)].push({ node: target, type, index: type === "main" ? Number(input) : 0 });
  }
  return {
    name: "orders",
    nodes: Object.entries(nodes).map(([name, { type, parameters = {}, ...rest }], at) => ({
      id: `n${at}`, name, type, typeVersion: 1, position: [0, 0], parameters, ...rest,
    })),
    connections,
  };
}

/** Our node in a workflow. */
export function execert(operation, parameters = {}, rest = {}) {
  return { type: TYPE, parameters: { operation, ...parameters }, credentials: { execertKeyApi: { id: "1", name: "key" } }, ...rest };
}

/** The evidence that an execution of a node gave. */
export function evidence(result, name, run = -1, item = 0, field = "evidence") {
  const { binary } = result.runs(name).at(run).data.main[0][item];
  assert.equal(binary[field].fileExtension, "execert");
  return Buffer.from(binary[field].data, "base64");
}

/** The records of a bundle, which the native core has found to hold with the public key alone. */
export async function records(bundle, pem = KEYS.pem) {
  const report = await native.verify(bundle, { keys: [pem] });
  assert.equal(report.exit, 0);
  return bundle.toString().trim().split("\n").map((line) => JSON.parse(line))
    .map(({ payload, content }) => ({ predicate: payload && JSON.parse(Buffer.from(payload, "base64")).predicate, content }))
    .filter(({ predicate }) => predicate?.kind !== undefined)
    .map(({ predicate, content }) => ({ ...predicate, told: content }));
}
