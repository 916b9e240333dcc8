// The configuration: environment variables, read once when n8n loads the hook file.

import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

import { ExecertError, Recorder } from "execert";

export interface Config {
  readonly key: string;
  readonly ledger: string;
  /** Folder of the bundles; without it they are exported from the ledger when they are needed. */
  readonly folder?: string;
  readonly policy?: string;
  /** Names of members that are withheld, beside those that the recorder knows. */
  readonly redact: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const NAMES = ["EXECERT_KEY", "EXECERT_LEDGER", "EXECERT_EXPORT", "EXECERT_POLICY", "EXECERT_REDACT"];

/** Reads the variables. Throws with the name of the one that is wrong. */
export function configOf(env: Environment): Config {
  const stray = Object.keys(env).find((name) => /^EXECERT_(KEY|LEDGER|EXPORT|POLICY|REDACT)/.test(name) && !NAMES.includes(name));
  if (stray !== undefined) {
    throw wrong(stray, "is not a variable of these hooks", `they read ${NAMES.join(", ")}`);
  }
  const path = (name: string): string | undefined => {
    const text = env[name]?.trim();
    if (text === "") {
      throw wrong(name, "is empty", "give a path, or leave the variable out");
    }
    return text === undefined ? undefined : resolve(text);
  };
  const need = (name: string, what: string): string => {
    const found = path(name);
    if (found === undefined) {
      throw wrong(name, "is not set", what);
    }
    return found;
  };
  const key = need("EXECERT_KEY", "give the path of the recorder's key; `npx execert init` makes one");
  const ledger = need("EXECERT_LEDGER", "give the folder of the ledger; it is made if there is none");
  const [folder, policy] = [path("EXECERT_EXPORT"), path("EXECERT_POLICY")];
  for (const [name, file] of [["EXECERT_KEY", key], ["EXECERT_POLICY", policy]] as const) {
    reachable(name, file, constants.R_OK);
  }
  if (folder !== undefined) {
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw wrong("EXECERT_EXPORT", `is no folder that can be made (${String((error as NodeJS.ErrnoException).code)}): ${folder}`, "give another one");
    }
    reachable("EXECERT_EXPORT", folder, constants.W_OK);
  }
  const redact = (env["EXECERT_REDACT"] ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  return { key, ledger, redact, ...(folder === undefined ? {} : { folder }), ...(policy === undefined ? {} : { policy }) };
}

export async function open(config: Config): Promise<Recorder> {
  const { key, ledger, policy, redact } = config;
  try {
    return await Recorder.open(ledger, { key, redactNames: redact, ...(policy === undefined ? {} : { policy }) });
  } catch (error) {
    const code = error instanceof ExecertError ? error.code : "";
    const [name, path] = /^(policy|canon|wire)/.test(code) && policy !== undefined ? ["EXECERT_POLICY", policy] : code.startsWith("key.") ? ["EXECERT_KEY", key] : ["EXECERT_LEDGER", ledger];
    throw new Error(`execert: ${name} cannot be used: ${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/**
 * Opens and closes the ledger in a process of its own, which is waited for: n8n loads hook files at once, and what is
 * wrong must be known before the first workflow runs.
 */
export function tryOut(env: Environment): void {
  const command = join(__dirname, "..", "bin", "execert-n8n-hooks.js");
  const { status, stderr, error } = spawnSync(process.execPath, [command, "check"], { env: { ...env, NODE_OPTIONS: "" } as NodeJS.ProcessEnv, encoding: "utf8" });
  if (status !== 0) {
    throw new Error(stderr.trim() || `execert: the hooks could not be tried out: ${String(error ?? status)}`);
  }
}

function reachable(name: string, path: string | undefined, mode: number): void {
  try {
    accessSync(path ?? ".", mode);
  } catch (error) {
    throw wrong(name, `cannot be used (${String((error as NodeJS.ErrnoException).code)}): ${String(path)}`, "correct the path or its permissions");
  }
}

function wrong(name: string, what: string, next: string): Error {
  return new Error(`execert: ${name} ${what}: ${next}.`);
}
