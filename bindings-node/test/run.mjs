// Runs the tests of the npm package and counts them; the last line is `N passed, N failed, N skipped`.

import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const files = readdirSync(here).filter((name) => name.endsWith(".test.mjs")).map((name) => join(here, name));
const counts = { passed: 0, failed: 0, skipped: 0 };

const stream = run({ files, concurrency: 2 });
stream.on("test:pass", ({ name, skip }) => {
  if (!files.includes(name)) {
    counts[skip === undefined ? "passed" : "skipped"] += 1;
  }
});
stream.on("test:fail", () => (counts.failed += 1));
stream.compose(spec).pipe(process.stdout, { end: false });
stream.on("end", () => {
  setImmediate(() => {
    console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    process.exitCode = counts.failed === 0 ? 0 : 1;
  });
});
