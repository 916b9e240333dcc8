// A thin loader: WebAssembly that imports nothing, and buffers in and out. Documents are JSON text; what is not there
// (a clock, randomness, files) is handed in. It runs wherever WebAssembly does, and needs nothing of its surroundings.

/** Why a call has no answer; `code` is stable, the text is not. */
export class WasmError extends Error {
  /** Stable `area.reason`. */
  readonly code: string;
  /** `invalid`, `denied`, `untrusted`, `conflict`, `unavailable` or `internal`. */
  readonly kind: string;
  /** JSON Pointer of the value at fault. */
  readonly path: string | undefined;
  /** What to do next. */
  readonly hint: string;
  /** The exit code of a command that ends with it. */
  readonly exit: number;
  /** Digest of the approval request that waits. */
  readonly request: string | undefined;

  constructor(told: Told) {
    super(`${told.message} [${told.code}]. ${told.hint}`);
    this.name = "WasmError";
    this.code = told.code;
    this.kind = told.kind;
    this.path = told.path;
    this.hint = told.hint;
    this.exit = told.exit;
    this.request = told.request;
  }
}

interface Told {
  readonly code: string;
  readonly kind: string;
  readonly message: string;
  readonly hint: string;
  readonly exit: number;
  readonly path?: string;
  readonly request?: string;
}

type Call = (...numbers: number[]) => number;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly execert_new: (length: number) => number;
  readonly execert_at: (buffer: number) => number;
  readonly execert_length: (buffer: number) => number;
  readonly execert_free: (buffer: number) => void;
  readonly execert_time?: (millis: bigint) => void;
  readonly execert_random?: (buffer: number) => number;
  readonly [name: string]: unknown;
}

/** A JSON text. */
export type Text = string;

/** How a report's text names things. */
export interface Subject {
  readonly name?: string;
  readonly trust?: string;
  readonly plain?: boolean;
}

/** Where time and randomness come from; for tests and for pages that bring their own. */
export interface World {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Fills the bytes. */
  readonly random?: (bytes: Uint8Array<ArrayBuffer>) => void;
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true });
/** Randomness that is ready before each call: more than any call draws. */
const RANDOM = 4_096;

/** Loads the core. An instance is single-threaded; its memory grows with what it reads and is freed with it. */
export async function load(source: BufferSource | WebAssembly.Module, world: World = {}): Promise<Execert> {
  const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source);
  return new Execert(await WebAssembly.instantiate(module, {}), world);
}

/** The same at once, for places that have the module already. */
export function loadSync(module: WebAssembly.Module, world: World = {}): Execert {
  return new Execert(new WebAssembly.Instance(module, {}), world);
}

/** The core. */
export class Execert {
  readonly #exports: Exports;
  readonly #world: Required<World>;
  #broken = false;

  /** Use `load`. */
  constructor(instance: WebAssembly.Instance, world: World) {
    this.#exports = instance.exports as Exports;
    this.#world = {
      now: world.now ?? Date.now,
      random: world.random ?? ((bytes) => void crypto.getRandomValues(bytes)),
    };
  }

  /** The version of the core. */
  get version(): string {
    return this.#text("execert_version");
  }

  /** Whether this build records: the verifier alone is a third of its size. */
  get seals(): boolean {
    return "execert_recorder_open" in this.#exports;
  }

  /** The report on a bundle, whatever it says, as JCS. Without `now` in the options the time is now. */
  check(bundle: Uint8Array, trust: Text, options: Text = "{}"): Uint8Array {
    const given = JSON.parse(options) as { now?: string };
    const timed = given.now === undefined ? { ...given, now: new Date(this.#world.now()).toISOString() } : given;
    return this.#bytes("execert_check", bundle, trust, JSON.stringify(timed));
  }

  /** A report as the lines that `execert verify` prints. */
  render(report: Uint8Array, subject: Subject = {}): string {
    return this.#text("execert_render", report, JSON.stringify(subject));
  }

  /** A copy of a bundle with places hidden or records withheld. */
  redact(bundle: Uint8Array, request: Text): Uint8Array {
    return this.#bytes("execert_redact", bundle, request);
  }

  /** A trust document out of key texts. */
  trust(request: Text): Text {
    return this.#text("execert_trust", request);
  }

  /** The RFC 8785 bytes of a JSON text. */
  canonical(text: Text | Uint8Array): Uint8Array {
    return this.#bytes("execert_canonical", text);
  }

  /** A new key as PKCS#8 PEM: secret, for the caller to keep. */
  key(): string {
    return this.#text("execert_key");
  }

  /** The public half of a key, as PEM. */
  publicKey(pem: string): string {
    return this.#text("execert_key_public", pem);
  }

  /** What a policy says about itself: its digest, and hints. */
  policyCheck(policy: Text): Text {
    return this.#text("execert_policy_check", policy);
  }

  /** Runs cases against a policy. */
  policyTest(policy: Text, cases: Text): Text {
    return this.#text("execert_policy_test", policy, cases);
  }

  /** A recorder of a new ledger in memory. The key is PEM text, in the options. */
  recorder(options: Text): Recorder {
    return new Recorder(this, this.call("execert_recorder_open", options));
  }

  /** @internal Calls a function with buffers and numbers; answers its number, or throws. */
  call(name: string, ...parts: (Text | Uint8Array | number)[]): number {
    const found = this.#exports[name];
    if (typeof found !== "function") {
      throw new Error(`this build of execert has no ${name}: it is the one that only verifies`);
    }
    if (this.#broken) {
      throw new Error("this instance of execert ended with an error of its own; load a new one");
    }
    this.#prepare();
    const numbers = parts.map((part) => (typeof part === "number" ? part : this.#put(part)));
    // A defect of ours that ends the call half-way: what the memory holds then is not to be relied on.
    this.#broken = true;
    const answer = (found as Call)(...numbers);
    this.#broken = false;
    if (answer < 0) {
      throw new WasmError(JSON.parse(DECODER.decode(this.#take(-answer))) as Told);
    }
    return answer;
  }

  /** @internal */
  bytes(name: string, ...parts: (Text | Uint8Array | number)[]): Uint8Array {
    return this.#take(this.call(name, ...parts));
  }

  /** @internal */
  text(name: string, ...parts: (Text | Uint8Array | number)[]): string {
    return DECODER.decode(this.bytes(name, ...parts));
  }

  #bytes(name: string, ...parts: (Text | Uint8Array)[]): Uint8Array {
    return this.bytes(name, ...parts);
  }

  #text(name: string, ...parts: (Text | Uint8Array)[]): string {
    return this.text(name, ...parts);
  }

  /** Time, and randomness up to the mark. */
  #prepare(): void {
    const { execert_time: time, execert_random: random } = this.#exports;
    if (time === undefined || random === undefined) {
      return;
    }
    time(BigInt(Math.trunc(this.#world.now())));
    const held = random(this.#put(new Uint8Array(0)));
    if (held < RANDOM) {
      const bytes = new Uint8Array(RANDOM - held);
      this.#world.random(bytes);
      random(this.#put(bytes));
      bytes.fill(0);
    }
  }

  #put(part: Text | Uint8Array): number {
    const bytes = typeof part === "string" ? ENCODER.encode(part) : part;
    const buffer = this.#exports.execert_new(bytes.length);
    // Looked up after the buffer was made: the memory may have moved.
    new Uint8Array(this.#exports.memory.buffer).set(bytes, this.#exports.execert_at(buffer));
    return buffer;
  }

  #take(buffer: number): Uint8Array {
    const { execert_at: at, execert_length: length, execert_free: free, memory } = this.#exports;
    const bytes = new Uint8Array(memory.buffer, at(buffer), length(buffer)).slice();
    free(buffer);
    return bytes;
  }
}

/** A recorder of a ledger in memory. Everything it is told and answers is JSON text. */
export class Recorder {
  readonly #core: Execert;
  readonly #number: number;

  /** Use `Execert.recorder`. */
  constructor(core: Execert, number: number) {
    this.#core = core;
    this.#number = number;
  }

  /** Begins a run: `{name, input?, …}`. */
  run(arguments_: Text): Run {
    return new Run(this.#core, this.#core.call("execert_run_open", this.#number, arguments_));
  }

  /** What is one record and belongs to no run; also an answer to a request. */
  note(note: Text): Text {
    return this.#core.text("execert_recorder_note", this.#number, note);
  }

  /** Takes one event of a framework; answers `{run?, record?, step?, duplicate?}`. */
  feed(event: Text): Text {
    return this.#core.text("execert_recorder_feed", this.#number, event);
  }

  /** A bundle of what the query names: `{"run":ID}`, `{"chain":true}`. */
  export(query: Text): Uint8Array {
    return this.#core.bytes("execert_recorder_export", this.#number, query);
  }

  /** Nothing may follow. */
  seal(): Text {
    return this.#core.text("execert_recorder_seal", this.#number);
  }

  /** Lets go of it; the ledger is gone with its last run. */
  free(): void {
    this.#core.call("execert_recorder_free", this.#number);
  }
}

/** A run. */
export class Run {
  readonly #core: Execert;
  readonly #number: number;

  /** Use `Recorder.run`. */
  constructor(core: Execert, number: number) {
    this.#core = core;
    this.#number = number;
  }

  /** UUIDv7. */
  get id(): string {
    return this.#core.text("execert_run_id", this.#number);
  }

  /** Opens a step: `{op, name, input?, …}`; throws `denied` after the refusal was recorded. */
  step(arguments_: Text): Step {
    return new Step(this.#core, this.#core.call("execert_step_open", this.#number, arguments_));
  }

  /** What is one record of the run. */
  note(note: Text): Text {
    return this.#core.text("execert_run_note", this.#number, note);
  }

  /** Ends the run with its totals. */
  close(result: Text = "{}"): Text {
    return this.#core.text("execert_run_close", this.#number, result);
  }

  /** The bytes of its bundle. */
  bundle(): Uint8Array {
    return this.#core.bytes("execert_run_bundle", this.#number);
  }

  /** Lets go of it. */
  free(): void {
    this.#core.call("execert_run_free", this.#number);
  }
}

/** A step that was opened. */
export class Step {
  readonly #core: Execert;
  readonly #number: number;

  /** Use `Run.step`. */
  constructor(core: Execert, number: number) {
    this.#core = core;
    this.#number = number;
  }

  /** `{record, step, input, decision?, not_run?}`. */
  get answer(): Text {
    return this.#core.text("execert_step_answer", this.#number);
  }

  /** Uses a permit, once. */
  claim(): void {
    this.#core.bytes("execert_step_claim", this.#number);
  }

  /** Records the outcome. */
  close(result: Text = "{}"): Text {
    return this.#core.text("execert_step_close", this.#number, result);
  }

  /** Lets go of it; a permit that was not used is recorded as cancelled. */
  free(): void {
    this.#core.call("execert_step_free", this.#number);
  }
}
