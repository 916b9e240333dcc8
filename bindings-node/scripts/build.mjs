// Builds the npm packages: TypeScript to JavaScript, the addon beside it, and the tarballs that are tested and published.
//
//   node scripts/build.mjs ADDON OUT    ADDON: the library that cargo built; OUT: the folder for the tarballs

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { pack } from "./pack.mjs";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const [addon, out] = process.argv.slice(2).map((path) => resolve(path));
const main = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));

rmSync(join(here, "dist"), { recursive: true, force: true });
execFileSync(join(here, "tools/node_modules/.bin/tsc"), ["-p", here], { stdio: "inherit" });
// One implementation for both kinds of module, so that there is one of each class.
for (const name of ["index", "integration"]) {
  writeFileSync(join(here, `dist/${name}.mjs`), `export * from "./${name}.js";\n`);
  writeFileSync(join(here, `dist/${name}.d.mts`), `export * from "./${name}.js";\n`);
}

rmSync(out, { recursive: true, force: true });
const platform = join(out, "platform");
mkdirSync(platform, { recursive: true });
const name = `${process.platform}-${process.arch}${process.platform === "linux" ? "-gnu" : process.platform === "win32" ? "-msvc" : ""}`;
const file = `execert.${name}.node`;
cpSync(addon, join(platform, file));
const about = { version: main.version, license: main.license, repository: main.repository, engines: main.engines };
writeFileSync(
  join(platform, "package.json"),
  `${JSON.stringify(
    {
      name: `@execert/${name}`,
      description: `The addon of execert for ${name}`,
      ...about,
      os: [process.platform],
      cpu: [process.arch],
      ...(process.platform === "linux" ? { libc: ["glibc"] } : {}),
      main: file,
      files: [file, "LICENSE-APACHE", "LICENSE-MIT"],
    },
    null,
    2,
  )}\n`,
);

pack(here, out);
pack(platform, out);
