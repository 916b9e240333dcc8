// The gate of an integration: one call of a tool on its way from a framework through the recorder. Applications use
// `run.tool` and `run.permit`.

import { isDeepStrictEqual } from "node:util";

import { ident } from "./content.js";
import { Denied, ExecertError } from "./errors.js";
import { plain } from "./plain.js";
import type { Recorder } from "./recorder.js";
import { currentRun, type Run } from "./run.js";
import type { Outcome, Step } from "./step.js";

/** States of a request that the same call again is for. */
const OF_USE = ["waiting", "approved", "refused"];

/** A call that a framework is about to make. */
export interface GatedCall {
  /** The tool's name, as the framework says it. */
  readonly name: unknown;
  readonly input: unknown;
  /** The framework's id of the call. */
  readonly call?: unknown;
  /** The run that it belongs to (`Feed.runOf`). Without, the run that this code is in, or one of its own. */
  readonly run?: string | undefined;
  /** The conversation, for a run of its own. */
  readonly thread?: string | undefined;
  /** The tool's name, description and parameters. */
  readonly definition?: object | undefined;
  /** What runs will be what `input` gives; false where the framework keeps its own arguments. */
  readonly handed?: boolean;
}

/** One call of a tool: opened before it runs, closed once with what came of it. */
export class Gate {
  /** The last opening of each recorder. */
  static readonly #last = new WeakMap<Recorder, Promise<unknown>>();

  /** The arguments as they are recorded. */
  readonly arguments: unknown;
  readonly #recorder: Recorder;
  readonly #told: GatedCall;
  readonly #conversions: readonly (readonly [string, string])[];
  readonly #live: boolean;
  #step: Step | undefined;
  #own: Run | undefined;

  constructor(recorder: Recorder, told: GatedCall) {
    const { json, conversions } = plain(told.input ?? {});
    this.#recorder = recorder;
    this.#told = told;
    this.arguments = json;
    this.#conversions = conversions;
    this.#live = told.handed === false || conversions.length > 0;
  }

  /** Opens one gate after the other: tools that are called together begin in that order, as they do without a gate. */
  static inTurn<T>(recorder: Recorder, opening: () => Promise<T>): Promise<T> {
    const turn = (Gate.#last.get(recorder) ?? Promise.resolve()).then(opening);
    Gate.#last.set(
      recorder,
      turn.catch(() => undefined),
    );
    return turn;
  }

  /**
   * The request that the same call was refused for before, while it is of use: same tool, same arguments, same thread. For
   * frameworks where a second call has another id than the first.
   */
  async earlier(): Promise<string | undefined> {
    try {
      const run = this.#told.run ?? currentRun(this.#recorder)?.id;
      const thread = run === undefined ? this.#told.thread : (await this.#recorder.runs({ id: run }))[0]?.thread;
      const query = thread === undefined ? {} : { thread };
      const found = await Promise.all(OF_USE.map(async (state) => this.#recorder.requests({ ...query, state })));
      const [name, now] = [ident(this.#told.name), new Date().toISOString()];
      return found
        .flat()
        .filter((it) => it.tool === name && it.thread === thread && (it.expires ?? "") > now)
        .filter((it) => isDeepStrictEqual(it.input, this.arguments))
        .sort((a, b) => b.seq - a.seq)[0]?.digest;
    } catch (error) {
      if (!(error instanceof ExecertError)) {
        throw error;
      }
      // What fails here fails when the gate is asked, where it is clear what follows from it.
      return undefined;
    }
  }

  /** Asks; the intent is durable when this resolves. Rejects with `Denied`, which is recorded. */
  async open(approval?: string): Promise<void> {
    const { name, call, definition } = this.#told;
    const conversions = this.#conversions.map(([pointer, word]) => [`/input${pointer}`, word] as const);
    try {
      const place = await this.#place();
      this.#step = await place.tool(ident(name), this.arguments, {
        ...(approval === undefined ? {} : { approval }),
        ...(definition === undefined ? {} : { definition }),
        details: {
          ...(call === undefined ? {} : { callId: ident(call) }),
          ...(this.#live ? { liveArguments: true } : {}),
          ...(conversions.length === 0 ? {} : { conversions }),
        },
      });
    } catch (error) {
      await this.#end(error instanceof Denied ? {} : { error });
      throw error;
    }
  }

  async #place(): Promise<Run> {
    if (this.#told.run !== undefined) {
      try {
        return await this.#recorder.join(this.#told.run);
      } catch (error) {
        // It has ended meanwhile, or cannot be read: a run of its own says so in the ledger's own way.
        if (!(error instanceof ExecertError)) {
          throw error;
        }
      }
    }
    const around = currentRun(this.#recorder);
    if (around !== undefined) {
      return around;
    }
    const { name, thread } = this.#told;
    this.#own = await this.#recorder.run(ident(name), undefined, thread === undefined ? {} : { thread });
    return this.#own;
  }

  /**
   * What is to run: a copy of the recorded arguments, or the caller's own where those needed conversion. The members of
   * `Step.input` are sorted; here they stand in the caller's order, which a tool may show.
   */
  input<T>(own: T): T {
    return this.#live || this.#step === undefined ? own : (structuredClone(this.arguments) as T);
  }

  /** Records what came of it. The act is done: if this cannot be written, the next opening of the ledger says `unknown`. */
  async close(outcome: Outcome): Promise<void> {
    await this.#quietly("the outcome", () => this.#step?.close(outcome));
    await this.#end({});
  }

  async #end(options: { readonly error?: unknown }): Promise<void> {
    await this.#quietly("the end of the run", () => this.#own?.close(options));
  }

  async #quietly(what: string, close: () => Promise<unknown> | undefined): Promise<void> {
    try {
      await close();
    } catch (error) {
      process.emitWarning(`${what} of ${String(this.#told.name)} could not be recorded: ${String(error)}`, "ExecertWarning");
    }
  }
}
