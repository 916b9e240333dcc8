// Runs the tests of the npm packages and counts them; the last line is `N passed, N failed, N skipped`.

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
const folders = ["bindings-node", ...(wasm ? ["bindings-wasm"] : []), ...integrations].map((name) => join(top, name, "test"));
const files = folders
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith(".test.mjs"));
const counts = { passed: 0, failed: 0, skipped: wasm ? 0 : 1 };

const stream = run({ files, concurrency: 2 });
stream.on("test:pass", ({ name, skip }) => {
  if (!files.includes(name)) {
    counts[skip === undefined ? "passed" : "skipped"] += 1;
  }
});
stream.on("test:fail", ({ todo }) => (counts[todo === undefined ? "failed" : "skipped"] += 1));
stream.compose(spec).pipe(process.stdout, { end: false });
stream.on("end", () => {
  setImmediate(() => {
    console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    process.exitCode = counts.failed === 0 ? 0 : 1;
  });
});
