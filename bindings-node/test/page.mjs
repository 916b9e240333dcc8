// Runs what a page of the documentation shows: blocks after `<!-- file: NAME -->` are written to a folder where the packages
// are found, blocks of `console` with `$ node NAME` are run there, and what they print is compared.

import { existsSync, mkdirSync, readFileSync, rmSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { ROOT, run } from "./support.mjs";

const FENCE = /(?:<!-- (?<kind>file|not run): (?<what>.*?) -->\n)?```(?<lang>\w*)\n(?<body>[^]*?)```\n/g;
// Digests, ids and times differ from run to run.
const MASKS = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<id>"],
  [/\b[0-9a-f]{64}\b/g, "<digest>"],
  [/\b(?:[0-9a-f]{4} ){2,}(?:[0-9a-f]{4}\b|…)(?: …)?/g, "<hex>"],
];
const masked = (text) => MASKS.reduce((out, [pattern, name]) => out.replace(pattern, name), text).trimEnd();

/** What each command of the page shows and what it prints. `packages`: where packages are found, by name. */
export async function runPage(t, page, packages) {
  const folder = mkdtempSync(join(tmpdir(), "execert-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, path] of Object.entries(packages)) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, path), link);
  }
  const home = join(folder, "home");
  const shown = [];
  for (const { groups } of readFileSync(join(ROOT, page), "utf8").matchAll(FENCE)) {
    if (groups.kind === "file") {
      writeFileSync(join(folder, groups.what), groups.body);
    } else if (groups.lang === "console") {
      for (const part of groups.body.split(/^\$ /m).slice(1)) {
        const [command, ...lines] = part.split("\n");
        const [program, file] = command.split(" ");
        if (program === "node" && existsSync(join(folder, file))) {
          const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, ".config") };
          const { out, err } = await run(process.execPath, [file], { cwd: folder, env });
          shown.push({ command, shown: masked(lines.join("\n")), printed: masked(out + err), raw: out + err });
        }
      }
    }
  }
  return shown;
}
