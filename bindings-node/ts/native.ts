// The addon: found beside this package or in the package of this platform, loaded once per process.

import * as fs from "node:fs";
import * as path from "node:path";

/** An error of the core as the addon tells it; `errors.ts` makes a class of it. */
export interface Failure {
  readonly code: string;
  readonly kind: string;
  readonly message: string;
  readonly path?: string;
  readonly hint: string;
  readonly request?: string;
  readonly report?: Buffer;
  readonly exit: number;
}

type Now<T> = T | Failure;
type Later<T> = Promise<T | Failure>;
type KeyArgument = NativeKey | string | undefined;
type EvidenceArgument = string | Buffer;

export interface NativeKey {
  id(): string;
  fingerprint(): string;
  publicPem(): Now<string>;
  save(path: string): Now<undefined>;
}

export interface NativeStop {
  stop(): void;
}

export interface NativeRecorder {
  tenant(): Now<string>;
  origin(): Now<string>;
  gate(): Now<string>;
  head(): Later<Buffer>;
  runOpen(document: Buffer): Later<NativeRun>;
  runJoin(id: string): Later<NativeRun>;
  note(document: Buffer): Later<Buffer>;
  approve(document: Buffer, key: KeyArgument): Later<Buffer>;
  find(query: Buffer): Later<Buffer>;
  export(query: Buffer, path: string, stop?: NativeStop): Later<Buffer>;
  bundle(query: Buffer): Later<Buffer>;
  erase(request: Buffer): Later<Buffer>;
  seal(): Later<Buffer>;
  heartbeat(): Later<Buffer>;
  feed(event: Buffer): Later<Buffer>;
  close(): Later<undefined>;
}

export interface NativeRun {
  id(): Now<string>;
  name(): Now<string>;
  stepOpen(document: Buffer): Later<NativeStep>;
  note(document: Buffer): Later<Buffer>;
  close(result: Buffer): Later<Buffer>;
  bundle(): Later<Buffer>;
  save(path: string, stop?: NativeStop): Later<Buffer>;
}

export interface NativeStep {
  answer(): Buffer;
  input(): Now<Buffer>;
  claim(): Later<undefined>;
  close(result: Buffer): Later<Buffer>;
}

export interface Native {
  VERSION: string;
  start(version: string, file: string): Now<undefined>;
  Stop: new () => NativeStop;
  keyGenerate(): Now<NativeKey>;
  keyLoad(path: string): Now<NativeKey>;
  keyFromPem(text: string): Now<NativeKey>;
  recorderOpen(ledger: string, options: Buffer, key: KeyArgument): Later<NativeRecorder>;
  canonical(text: Buffer): Now<Buffer>;
  trustBuild(request: Buffer): Now<Buffer>;
  userTrust(): Later<Buffer>;
  judge(evidence: EvidenceArgument, trust: Buffer, options: Buffer, hold: boolean, stop?: NativeStop): Later<Buffer>;
  redact(evidence: EvidenceArgument, request: Buffer, path: string, stop?: NativeStop): Later<Buffer>;
  redacted(evidence: EvidenceArgument, request: Buffer, stop?: NativeStop): Later<Buffer>;
  reveal(
    evidence: EvidenceArgument, fuller: EvidenceArgument, request: Buffer, path: string, stop?: NativeStop,
  ): Later<Buffer>;
  revealed(evidence: EvidenceArgument, fuller: EvidenceArgument, request: Buffer, stop?: NativeStop): Later<Buffer>;
  renderText(report: Buffer, name: string, trust: string, plain: boolean): Now<string>;
  main?(args: string[]): Now<number>;
  /** Test builds only. */
  armPanic?(): void;
  /** Test builds only. */
  repeat?(seed: number): void;
  /** Test builds only. */
  recordLine?(line: Buffer): Now<undefined>;
}

const VERSION = "0.1.0";
// A second copy of this package in the same thread uses the addon of the first.
const SHARED = Symbol.for("execert.native");

interface Shared {
  version: string;
  native: Native;
}

/** The addon of this process. */
export const native: Native = load();

function load(): Native {
  const all = globalThis as { [SHARED]?: Shared };
  const shared = all[SHARED];
  if (shared !== undefined) {
    if (shared.version !== VERSION) {
      throw new Error(
        `execert ${VERSION} and ${shared.version} cannot be used in one process; \`npm ls execert\` shows who brings them`,
      );
    }
    return shared.native;
  }
  const file = find();
  const found = require(file) as Native;
  if (found.VERSION !== VERSION) {
    throw new Error(`execert ${VERSION} found the addon of version ${found.VERSION} at ${file}; install both anew`);
  }
  const refused = found.start(process.versions.node, file);
  if (refused !== undefined) {
    throw Object.assign(new Error(`${refused.message} [${refused.code}]. ${refused.hint}`), { code: refused.code });
  }
  Object.defineProperty(globalThis, SHARED, { value: { version: VERSION, native: found } });
  return found;
}

function find(): string {
  const name = platform();
  const beside = path.join(__dirname, "..", `execert.${name}.node`);
  if (fs.existsSync(beside)) {
    return beside;
  }
  try {
    return require.resolve(`@execert/${name}/execert.${name}.node`);
  } catch {
    throw new Error(
      `execert has no addon for ${name}: the package @execert/${name} is not installed. ` +
        "Install with optional dependencies (npm install --include=optional), on the platform where it will run",
    );
  }
}

function platform(): string {
  const { platform: system, arch } = process;
  if (system === "linux") {
    return `linux-${arch}-${glibc() ? "gnu" : "musl"}`;
  }
  return system === "win32" ? `win32-${arch}-msvc` : `${system}-${arch}`;
}

/** Whether this Node uses glibc, read from the list of what is loaded: musl's loader has musl in its name. */
function glibc(): boolean {
  try {
    return !/\/ld-musl-|\/libc\.musl-/.test(fs.readFileSync("/proc/self/maps", "latin1"));
  } catch {
    return true;
  }
}
