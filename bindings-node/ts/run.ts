// A run: what happens, recorded while it happens.

import { AsyncLocalStorage } from "node:async_hooks";

import { taken } from "./errors.js";
import { pathOf, stoppable, type PathLike } from "./files.js";
import { document, parse, snapshot } from "./json.js";
import type { NativeRun } from "./native.js";
import type { Recorder } from "./recorder.js";
import {
  answered, callOf, failed, opened, opening, Permit, present, quietly, type ModelOptions, type Record, type Result,
  type Status, type Step, type StepOptions, type ToolOptions,
} from "./step.js";

/** What is called with the recorded input. */
export type Call<T> = (input: any, step: Step) => T | PromiseLike<T>;

/** The end of a run, as recorded; the numbers are missing if a recorder that only observes could not write it. */
export interface RunEnd {
  readonly run: string;
  readonly records?: number;
  /** Digest of the last record. */
  readonly head?: string;
  readonly seq?: number;
}

/** A bundle that was written. */
export interface Saved {
  readonly records: number;
  readonly bytes: number;
  /** Digest of its manifest. */
  readonly bundle: string;
}

const current = new AsyncLocalStorage<Run>();

/** The run whose body this code is in, if any. Of a recorder: only if it is one of this recorder's, and open. */
export function currentRun(of?: Recorder): Run | undefined {
  const run = current.getStore();
  return of === undefined || (run?.recorder === of && run.end === undefined) ? run : undefined;
}

/**
 * A run: a chain of its own inside the ledger's chain, closed by its totals. Close it with `close`, or declare it with
 * `await using`: then it ends `ok` if `output` was set and `unknown` otherwise, since a disposal is not told of errors.
 */
export class Run implements AsyncDisposable {
  readonly #recorder: Recorder;
  readonly #native: NativeRun;
  readonly #joined: boolean;
  readonly #id: string;
  #result: Result = {};
  #output: unknown;
  #end: RunEnd | undefined;

  /** Not for callers: `recorder.run`, `recorder.join`. */
  constructor(recorder: Recorder, native: NativeRun, joined: boolean) {
    this.#recorder = recorder;
    this.#native = native;
    this.#joined = joined;
    this.#id = taken(native.id());
  }

  /** The recorder it belongs to. */
  get recorder(): Recorder {
    return this.#recorder;
  }

  /** UUIDv7; for a detached run this is the token that `recorder.join` takes. */
  get id(): string {
    return this.#id;
  }

  /** The name it was given. */
  get name(): string {
    return taken(this.#native.name());
  }

  /** The end as recorded, once it is closed. */
  get end(): RunEnd | undefined {
    return this.#end;
  }

  /** What the run answers. Setting it takes a snapshot; what is not plain JSON is refused (see `plain`). */
  get output(): unknown {
    return this.#output;
  }

  set output(value: unknown) {
    this.#result = { output: snapshot(value, "/output") };
    this.#output = value;
  }

  /**
   * Records a step that needs no permission. With a function, calls it with the recorded input and answers what it
   * returns; without, gives a `Step` to close.
   */
  step(name: string, input?: unknown, options?: StepOptions): Promise<Step>;
  step<T>(name: string, input: unknown, call: Call<T>, options?: StepOptions): Promise<T>;
  async step<T>(
    name: string, input?: unknown, call?: Call<T> | StepOptions, options?: StepOptions,
  ): Promise<Step | T> {
    return this.#step("step", name, input, callOf<Call<T>, StepOptions>(call, options), {});
  }

  /**
   * Asks the gate, records the intent durably, and only then acts. With a function, calls it with the recorded input
   * and answers what it returns; without, gives a `Step` to close. Rejects with `Denied`, which is recorded too; with
   * `policy.approval_missing` its `request` is what an approver answers.
   */
  tool(name: string, input?: unknown, options?: ToolOptions): Promise<Step>;
  tool<T>(name: string, input: unknown, call: Call<T>, options?: ToolOptions): Promise<T>;
  async tool<T>(
    name: string, input?: unknown, call?: Call<T> | ToolOptions, options?: ToolOptions,
  ): Promise<Step | T> {
    const both = callOf<Call<T>, ToolOptions>(call, options);
    return this.#step("tool", name, input, both, gate(both[1]));
  }

  /** Records a call of a model; gated like a tool. `name` is the model asked for. */
  model(name: string, input?: unknown, options?: ModelOptions): Promise<Step>;
  model<T>(name: string, input: unknown, call: Call<T>, options?: ModelOptions): Promise<T>;
  async model<T>(
    name: string, input?: unknown, call?: Call<T> | ModelOptions, options?: ModelOptions,
  ): Promise<Step | T> {
    const both = callOf<Call<T>, ModelOptions>(call, options);
    const provider = both[1]?.provider;
    const model = provider === undefined ? undefined : { provider, requested: name };
    return this.#step("model", name, input, both, { model });
  }

  /** Asks the gate for leave to call a tool once; `await permit.run(f)` then does it. Rejects with `Denied`. */
  async permit(name: string, input?: unknown, options: ToolOptions = {}): Promise<Permit> {
    const asked = opening("permit", name, input, options.details, gate(options));
    return new Permit(await opened(this.#native, asked, options.signal));
  }

  async #step<T>(
    op: string, name: string, input: unknown, [call, options]: [Call<T> | undefined, StepOptions | undefined],
    members: Result,
  ): Promise<Step | T> {
    const asked = opening(op, name, input, options?.details, members);
    const step = await opened(this.#native, asked, options?.signal);
    return call === undefined ? step : step.through(call, options?.signal);
  }

  /**
   * Writes what is one record of this run: a note of an event, an escalation, a decision. `members` are those of the
   * kind, and content: `input`, `output`, `text`.
   */
  async note(event: string | undefined, members: Result = {}): Promise<Record> {
    return noted(await this.#native.note(document({ kind: "note", event, ...members })));
  }

  /** Ends the run with its totals. Cheap: a bundle is made only when asked for. */
  async close(options: { readonly status?: Status; readonly error?: unknown } = {}): Promise<RunEnd> {
    const ended = options.error === undefined ? {} : failed(options.error);
    return this.finish({ ...this.#result, ...ended, ...present({ status: options.status }) });
  }

  /** The evidence of this run, as the bytes of a bundle. */
  async bundle(): Promise<Buffer> {
    return taken(await this.#native.bundle());
  }

  /** Writes the evidence of this run to a file, replaced whole or not at all. */
  async save(path: PathLike, options: { readonly signal?: AbortSignal } = {}): Promise<Saved> {
    return parse<Saved>(await stoppable(options.signal, (stop) => this.#native.save(pathOf(path), stop)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#end === undefined && !this.#joined) {
      await this.finish("output" in this.#result ? this.#result : { status: "unknown" });
    }
  }

  /** @internal */
  async finish(result: Result): Promise<RunEnd> {
    this.#end = parse<RunEnd>(taken(await this.#native.close(document(result))));
    return this.#end;
  }

  /** @internal Runs the body, and ends the run with what came of it. A joined run is ended by `close` alone. */
  async within(body: (run: Run) => unknown): Promise<this> {
    return current.run(this, async () => {
      let output: unknown;
      try {
        output = await body(this);
      } catch (error) {
        if (this.#end === undefined && !this.#joined) {
          await quietly(async () => this.finish({ ...this.#result, ...failed(error) }));
        }
        throw error;
      }
      if (output !== undefined) {
        this.#output = output;
        this.#result = answered(output);
      }
      if (this.#end === undefined && !this.#joined) {
        await this.finish(this.#result);
      }
      return this;
    });
  }
}

/** The record that a note answers with. */
export function noted(answer: Parameters<typeof taken<Buffer>>[0]): Record {
  return parse<{ record: Record }>(taken(answer)).record;
}

function gate(options: ToolOptions = {}): Result {
  return {
    approval: options.approval,
    definition: options.definition,
    dry_run: options.dryRun === true ? true : undefined,
  };
}
