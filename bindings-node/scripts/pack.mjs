// Packs a folder of a package as it is published: what its `files` name, with the licences, and no script runs.
//
//   node scripts/pack.mjs FOLDER OUT

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const top = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Writes the tarball of a package into a folder. */
export function pack(folder, out) {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const whole = mkdtempSync(join(tmpdir(), "execert-pack-"));
  try {
    mkdirSync(out, { recursive: true });
    for (const part of ["package.json", "README.md", ...about.files]) {
      const own = join(folder, part);
      if (existsSync(own)) {
        cpSync(own, join(whole, part), { recursive: true });
      } else if (part.startsWith("LICENSE-")) {
        cpSync(join(top, part), join(whole, part));
      } else if (part !== "README.md") {
        throw new Error(`${own} is not there, and package.json names it: build the package first`);
      }
    }
    execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", out], { cwd: whole, stdio: ["ignore", "ignore", "inherit"] });
  } finally {
    rmSync(whole, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, out] = process.argv.slice(2).map((path) => resolve(path));
  pack(folder, out);
}
