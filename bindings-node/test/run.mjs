// Runs the tests of the npm packages and counts them; the last line is `N passed, N failed, N skipped`. The addon is
// tested with the other versions of Node as well, where npm has them for this platform.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const top = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** The folders of a folder, by their paths below the top. */
const below = (folder) =>
  readdirSync(join(top, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
    .map((entry) => join(folder, entry.name));
const integrations = below("integrations").flatMap((folder) => [folder, ...below(folder)]);
const wasm = existsSync(join(top, "build/wasm/execert.wasm"));
const alone = process.argv.includes("--addon");
const folders = ["bindings-node", ...(alone ? [] : [...(wasm ? ["bindings-wasm"] : []), ...integrations])].map((name) =>
  join(top, name, "test"),
);
const files = folders
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith(".test.mjs") && !(alone && path.endsWith("packages.test.mjs")));
const counts = { passed: 0, failed: 0, skipped: wasm || alone ? 0 : 1 };

const stream = run({ files, concurrency: 2 });
stream.on("test:pass", ({ name, skip }) => {
  if (!files.includes(name)) {
    counts[skip === undefined ? "passed" : "skipped"] += 1;
  }
});
stream.on("test:fail", ({ todo }) => (counts[todo === undefined ? "failed" : "skipped"] += 1));
stream.compose(spec).pipe(process.stdout, { end: false });
stream.on("end", () => setImmediate(() => void ended()));

async function ended() {
  for (const version of alone ? [] : ["node-22", "node-24"]) {
    await other(version);
  }
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
}

/** The same tests of the addon under another Node; what fails is shown whole. */
async function other(version) {
  const command = join(top, "bindings-node/tools/node_modules", version, "bin/node");
  if (!existsSync(command)) {
    console.log(`${version} is not on npm for this platform`);
    counts.skipped += 1;
    return;
  }
  const child = spawn(command, [fileURLToPath(import.meta.url), "--addon"], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part) => (text += part));
  const [code] = await once(child, "close");
  const told = /(\d+) passed, (\d+) failed, (\d+) skipped\s*$/.exec(text);
  const [passed, failed, skipped] = told === null ? [0, 1, 0] : told.slice(1).map(Number);
  if (code !== 0 || failed > 0) {
    console.log(text);
  }
  console.log(`${version}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  counts.passed += passed;
  counts.failed += code === 0 ? failed : Math.max(1, failed);
  counts.skipped += skipped;
}
