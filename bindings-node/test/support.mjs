// What the tests share: the package as it was installed, folders of their own, and records read without our help.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Where the tarballs are installed. */
export const INSTALLED = join(ROOT, "build", "node");
export const VECTORS = join(ROOT, "tests", "vectors");
export const GOLDEN = join(VECTORS, "golden");
export const PYTHON = join(ROOT, "build", "venv", "bin", "python");
export const COMMAND = join(ROOT, "build", "execert");

const require = createRequire(join(INSTALLED, "package.json"));
export const execert = require("execert");
export const integration = require("execert/integration");
/** The addon itself, for what only test builds have. */
export const { native } = require(join(INSTALLED, "node_modules/execert/dist/native.js"));

/** A folder that goes with the test. */
export function folder(t) {
  const path = mkdtempSync(join(tmpdir(), "execert-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A recorder in a folder of its own, closed with the test. */
export async function recorder(t, options = {}) {
  const key = options.key ?? execert.Key.generate();
  const path = mkdtempSync(join(tmpdir(), "execert-"));
  const made = await execert.Recorder.open(join(path, "acme.ledger"), { ...options, key });
  t.after(async () => {
    await made[Symbol.asyncDispose]();
    rmSync(path, { recursive: true, force: true });
  });
  return { recorder: made, key, path };
}

export function json(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

export function lines(path) {
  return readFileSync(path, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** What the signed lines of a bundle say. */
export function records(bundle) {
  const members = bundle.toString().trimEnd().split("\n").slice(1).map((line) => JSON.parse(line));
  return members
    .filter((line) => "payload" in line)
    .map((line) => {
      const { predicate } = JSON.parse(Buffer.from(line.payload, "base64").toString());
      // Approvals are signed documents of their own, outside the chain.
      return { ...predicate, seq: predicate.chain?.seq, content: line.content ?? {} };
    });
}

/** The error of a promise, or of a function. */
export async function caught(action) {
  try {
    await (typeof action === "function" ? action() : action);
  } catch (error) {
    return error;
  }
  throw new Error("nothing was refused");
}

/** Runs a program to its end. */
export function run(command, args = [], options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let [out, err] = ["", ""];
    child.stdout.on("data", (part) => (out += part));
    child.stderr.on("data", (part) => (err += part));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, out, err }));
    options.started?.(child);
  });
}

/** Runs a program of Node beside the installed package. */
export function node(program, args = [], options = {}) {
  const { flags = [], ...rest } = options;
  return run(process.execPath, [...flags, "--input-type=module", "-e", program, "--", ...args], {
    cwd: INSTALLED,
    ...rest,
  });
}

/** Runs a program of Python with the wheel. */
export function python(program, args = []) {
  return run(PYTHON, ["-c", program, ...args]);
}

/** Numbers that repeat: xorshift. */
export function dice(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
