// A step of a run: opened before it happens, closed with what came of it.

import { misuse, taken, ExecertError } from "./errors.js";
import { document, parse, snapshot, Snapshot } from "./json.js";
import type { NativeRun, NativeStep } from "./native.js";
import { converted } from "./plain.js";

/** One record of the ledger. */
export interface Record {
  /** Its place in the chain. */
  readonly seq: number;
  /** What identifies it: `sha256:` and 64 hex digits. */
  readonly digest: string;
  /** UUIDv7, a label only. */
  readonly id?: string;
}

/** How a step or run ended. */
export type Status = "ok" | "failed" | "cancelled" | "unknown";

/** A tier of risk. */
export type Tier = "low" | "moderate" | "high" | "critical";

/** What a step may say about itself beyond name and input; frameworks know these, people rarely need them. */
export interface Details {
  /** The kind of record; by default that of the method. */
  readonly kind?: string;
  /** Parameters, such as a model's temperature. */
  readonly params?: unknown;
  /** The framework's or provider's id of this call. */
  readonly callId?: string;
  /** UUID of the step, for another attempt at it. */
  readonly step?: string;
  readonly attempt?: number;
  readonly tier?: Tier;
  readonly links?: readonly object[];
  readonly actor?: Readonly<{ [name: string]: string }>;
  readonly principal?: Readonly<{ [name: string]: string }>;
  /** People and display names: content, so that it can be withheld. */
  readonly names?: unknown;
  /** Free text, reasons. */
  readonly text?: unknown;
  /** Idempotency: the same id again answers with the first record. */
  readonly requestId?: string;
  /** What was converted in the input, as pairs of pointer and word. */
  readonly conversions?: readonly (readonly [string, string])[];
  /** The arguments that run are the caller's own: the recorded ones are their conversion. */
  readonly liveArguments?: boolean;
}

/** What a step that records and does not ask may be told. */
export interface StepOptions {
  readonly details?: Details;
  /** Aborted before the call: nothing is recorded. While the intent is being written: the outcome is `cancelled`. */
  readonly signal?: AbortSignal;
}

/** What a gated step may be told. */
export interface ToolOptions extends StepOptions {
  /** The digest of an approved request. */
  readonly approval?: string;
  /** The tool's name, description and parameters. */
  readonly definition?: object;
  /** Nothing is called. */
  readonly dryRun?: boolean;
}

/** What a model call may be told. */
export interface ModelOptions extends StepOptions {
  readonly provider?: string;
}

/** How a step is closed. */
export interface Outcome {
  readonly status?: Status;
  /** What came of it, converted where it is not plain JSON; setting `output` instead refuses such values. */
  readonly output?: unknown;
  readonly error?: unknown;
  readonly failure?: string;
  /** Tokens and cost: `input_tokens`, `output_tokens`, `duration_us`, … */
  readonly usage?: Readonly<{ [name: string]: unknown }>;
  /** What was served: `served`, `response_id`. */
  readonly model?: Readonly<{ [name: string]: string }>;
  /** RFC 3339 UTC with milliseconds. */
  readonly startedAt?: string;
  readonly endedAt?: string;
}

interface Answer {
  readonly step: string;
  readonly record?: Record;
  readonly input?: unknown;
  readonly decision?: Readonly<{ [name: string]: unknown }>;
  readonly not_run?: boolean;
}

/** Members of a document that say how something ended. */
export type Result = Readonly<{ [name: string]: unknown }>;

/**
 * A step that was opened: an intent on disk, waiting for its outcome. Close it with `close`, or declare it with
 * `await using`: then it ends `ok` if `output` was set and `unknown` otherwise, since a disposal is not told of errors.
 */
export class Step implements AsyncDisposable {
  readonly #native: NativeStep;
  readonly #answer: Answer;
  #result: Result = {};
  #output: unknown;
  #outcome: Record | undefined;
  #ended = false;

  /** Not for callers: `run.step`, `run.tool`, `run.model`. */
  constructor(native: NativeStep) {
    this.#native = native;
    this.#answer = parse<Answer>(native.answer());
  }

  /** UUID of the step. */
  get id(): string {
    return this.#answer.step;
  }

  /** The record that opened it; none if a recorder that only observes could not write it. */
  get record(): Record | undefined {
    return this.#answer.record;
  }

  /** The record that closed it. */
  get outcome(): Record | undefined {
    return this.#outcome;
  }

  /** The recorded input, anew each time; what runs should use this. */
  get input(): any {
    return parse(taken(this.#native.input()));
  }

  /** What the gate decided and why; none for a step that is not gated. */
  get decision(): Readonly<{ [name: string]: unknown }> | undefined {
    return this.#answer.decision;
  }

  /** True in a dry run: it would have been allowed, and must not be done. */
  get notRun(): boolean {
    return this.#answer.not_run ?? false;
  }

  /** What came of it. Setting it takes a snapshot; what is not plain JSON is refused (see `plain`). */
  get output(): unknown {
    return this.#output;
  }

  set output(value: unknown) {
    this.#result = { output: snapshot(value, "/output") };
    this.#output = value;
  }

  /** Records the outcome, once. */
  async close(outcome: Outcome = {}): Promise<Record | undefined> {
    return this.finish({
      ...this.#result,
      ...("output" in outcome ? answered(outcome.output) : {}),
      ...(outcome.error === undefined ? {} : failed(outcome.error)),
      ...present({
        status: outcome.status,
        failure: outcome.failure,
        usage: outcome.usage,
        model: outcome.model,
        started_at: outcome.startedAt,
        ended_at: outcome.endedAt,
      }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended && !this.notRun) {
      await this.finish("output" in this.#result ? this.#result : { status: "unknown" });
    }
  }

  /** @internal */
  async finish(result: Result): Promise<Record | undefined> {
    const answer = parse<{ record?: Record }>(taken(await this.#native.close(document(result))));
    this.#ended = true;
    // A dry run has no outcome.
    this.#outcome = answer.record;
    return this.#outcome;
  }

  /** @internal Does what was permitted, with the recorded input, and records what came of it. */
  async through<T>(call: (input: any, step: Step) => T | PromiseLike<T>, signal?: AbortSignal): Promise<T> {
    if (this.notRun) {
      return undefined as T;
    }
    let output: T;
    try {
      output = await call(this.input, this);
    } catch (error) {
      await this.#fail(error, signal);
      throw error;
    }
    if (!this.#ended) {
      this.#output = output;
      await this.finish(answered(output));
    }
    return output;
  }

  async #fail(error: unknown, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#ended) {
      await quietly(async () => this.finish({ ...this.#result, ...failed(error, signal) }));
    }
  }

  /** @internal */
  async claim(): Promise<void> {
    taken(await this.#native.claim());
  }
}

/** Leave to do one thing once, within 60 seconds. Nothing runs without it. */
export class Permit {
  readonly #step: Step;

  /** Not for callers: `run.permit`. */
  constructor(step: Step) {
    this.#step = step;
  }

  /** The recorded input: what was permitted. */
  get input(): any {
    return this.#step.input;
  }

  /** The permit itself: the intent record. */
  get record(): Record | undefined {
    return this.#step.record;
  }

  /** True in a dry run: `run` then calls nothing. */
  get notRun(): boolean {
    return this.#step.notRun;
  }

  /**
   * Calls with the permitted input and records the outcome. Rejects with `Denied` if the permit was used
   * (`gate.permit_reused`) or is too old (`gate.permit_expired`).
   */
  async run<T>(call: (input: any, step: Step) => T | PromiseLike<T>, signal?: AbortSignal): Promise<T> {
    await this.#step.claim();
    return this.#step.through(call, signal);
  }
}

/** Opens a step. Aborted while the intent is being written: the write is awaited and the outcome is `cancelled`. */
export async function opened(run: NativeRun, arguments_: Buffer, signal: AbortSignal | undefined): Promise<Step> {
  signal?.throwIfAborted();
  const step = new Step(taken(await run.stepOpen(arguments_)));
  if (signal?.aborted === true) {
    await quietly(async () => step.finish({ status: "cancelled" }));
    signal.throwIfAborted();
  }
  return step;
}

/** The document that opens a step; the input is read now. */
export function opening(
  op: string, name: string, input: unknown, details: Details | undefined, members: Result,
): Buffer {
  return document({
    op,
    name,
    input: input === undefined || input instanceof Snapshot ? input : snapshot(input, "/input"),
    ...members,
    ...detailed(details),
  });
}

function detailed(details: Details = {}): Result {
  const { callId, requestId, liveArguments, ...same } = details;
  return present({ ...same, call_id: callId, request_id: requestId, live_arguments: liveArguments });
}

/** `output` and `conversions` of a result that came from a call: what happened is kept, converted if need be. */
export function answered(output: unknown): Result {
  const { value, conversions } = converted(output, "/output");
  return present({ output: value, conversions });
}

/** How a step or run ends with this error. An abort is not a failure. */
export function failed(error: unknown, signal?: AbortSignal): Result {
  const aborted = signal?.aborted === true && error === signal.reason;
  if (aborted || (error instanceof DOMException && error.name === "AbortError")) {
    return { status: "cancelled" };
  }
  let told = converted(error, "/error");
  if (!told.value.text.startsWith("{")) {
    // Anything can be thrown; the record holds an object.
    told = converted({ type: typeof error, value: error }, "/error");
  }
  return present({ status: "failed", error: told.value, conversions: told.conversions });
}

/** Members that are not undefined. */
export function present(members: Result): Result {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));
}

/**
 * Records an end while another error passes. If that fails too, the intent stays open and the next opening of the
 * ledger says `unknown`: the caller's own error matters more.
 */
export async function quietly(close: () => Promise<unknown>): Promise<void> {
  try {
    await close();
  } catch (error) {
    if (!(error instanceof ExecertError)) {
      throw error;
    }
    process.emitWarning(`the outcome could not be recorded: ${error.message}`, "ExecertWarning");
  }
}

/** The call of a method that takes one, wherever it stands. */
export function callOf<C, O>(call: C | O | undefined, options: O | undefined): [C | undefined, O | undefined] {
  if (typeof call === "function") {
    return [call as C, options];
  }
  if (call !== undefined && (call === null || typeof call !== "object")) {
    throw misuse("what to call is not a function", "/call", "give a function, or options, or nothing");
  }
  return [undefined, call as O | undefined];
}
