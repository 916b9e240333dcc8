// The recorder: one ledger, one chain, and what is written to it.

import { inspect } from "node:util";

import { misuse, taken } from "./errors.js";
import { pathOf, stoppable, type PathLike } from "./files.js";
import { document, parse, snapshot } from "./json.js";
import { keyArgument, type Key } from "./key.js";
import { native, type NativeRecorder } from "./native.js";
import { noted, Run, type Saved } from "./run.js";
import { converted } from "./plain.js";
import { currentRun } from "./run.js";
import type { Record, Result, Step, Tier, ToolOptions } from "./step.js";
import type { PolicyDocument, ProfileDocument } from "./types.js";

/** How a ledger is opened. Fixed when it is made: `gate`, `durability`, `profile`, `keep`, `tenant`, `logDomain`. */
export interface RecorderOptions {
  /** A `Key`, or the path or text of a PEM file. Without one nothing is recorded and nothing runs (`key.not_found`). */
  readonly key?: Key | PathLike;
  /** A path or document. */
  readonly policy?: PathLike | PolicyDocument;
  /** Enforces by default where there is a policy, and observes otherwise. */
  readonly gate?: "enforce" | "observe";
  readonly durability?: "durable" | "process" | "memory";
  /** `full`, `evidence`, `commit-only`, or a document. */
  readonly profile?: string | ProfileDocument;
  /** Pointers kept under `evidence`. */
  readonly keep?: Iterable<string>;
  readonly tenant?: string;
  readonly logDomain?: string;
  readonly headFile?: PathLike;
  /** Names of variables of which only the presence is recorded. */
  readonly environment?: Iterable<string>;
  /** Member names whose values are never kept. */
  readonly redactNames?: Iterable<string>;
  readonly tier?: Tier;
  readonly deadlineMs?: number;
  readonly allowVolume?: boolean;
}

/** How a run begins. */
export interface RunOptions {
  /** Joins runs of one conversation. */
  readonly thread?: string;
  /** It can be joined by other processes that show its id. */
  readonly detached?: boolean;
  readonly mode?: "live" | "dry-run" | "replay";
  readonly params?: unknown;
  readonly links?: readonly object[];
  readonly actor?: Readonly<{ [name: string]: string }>;
  readonly principal?: Readonly<{ [name: string]: string }>;
  readonly names?: unknown;
  readonly text?: unknown;
  /** A W3C traceparent. */
  readonly trace?: string;
}

/** The last record of a ledger. */
export interface Head {
  readonly chain: string;
  readonly seq: number;
  readonly digest: string;
  readonly epoch: number;
}

/** A run in the ledger's index. */
export interface RunEntry {
  readonly id: string;
  readonly name?: string;
  readonly thread?: string;
  readonly state: "open" | "closed";
  /** How it ended: `ok`, `failed`, `cancelled`, `unknown` or `incomplete`. */
  readonly status?: string;
  /** Sequence number of its first record. */
  readonly first: number;
  /** Of its last record, once it is closed. */
  readonly last?: number;
}

/** A request for approval, and what is to be approved. */
export interface Request {
  /** What `recorder.approve` and `approval` take. */
  readonly digest: string;
  readonly seq: number;
  readonly tool?: string;
  readonly thread?: string;
  readonly call_id?: string;
  readonly expires?: string;
  readonly state: string;
  /** The arguments exactly as recorded: what an approver has to look at. */
  readonly input: any;
}

/** What a request for approval is answered with. */
export interface ApproveOptions {
  readonly verdict?: "approved" | "refused" | "delegated";
  readonly expiresAt?: Date | string;
  readonly role?: string;
  readonly text?: string;
  /** To whom: `to` (key id), `tools`, `tier`, `depth`. */
  readonly delegation?: Readonly<{ [name: string]: unknown }>;
}

/**
 * What goes into a bundle: a run by id or name, several by id, a thread, or the chain. Exactly one of the three. Without
 * `index` it is smaller, and a later change is noticed but not located.
 */
export type Export = { readonly index?: boolean } & (
  | { readonly run: string | Iterable<string>; readonly thread?: never; readonly chain?: never }
  | { readonly thread: string; readonly run?: never; readonly chain?: never }
  | {
      readonly chain: true;
      readonly first?: number;
      readonly last?: number;
      readonly run?: never;
      readonly thread?: never;
    }
);

/**
 * Records runs into a ledger, a folder that is made if there is none. Disk work happens on libuv's threads. Worker
 * threads and other processes open the same ledger with recorders of their own.
 */
export class Recorder implements AsyncDisposable {
  readonly #native: NativeRecorder;
  readonly #tenant: string;
  readonly #origin: string;
  #closed = false;

  private constructor(opened: NativeRecorder) {
    this.#native = opened;
    this.#tenant = taken(opened.tenant());
    this.#origin = taken(opened.origin());
  }

  /** Opens or makes the ledger: a folder, or `memory:`. Rejects with `InvalidInput`, `Conflict`, `Unavailable`. */
  static async open(ledger: PathLike, options: RecorderOptions = {}): Promise<Recorder> {
    const { policy, headFile } = options;
    const asked = document({
      policy: typeof policy === "string" || policy instanceof URL ? pathOf(policy) : policy,
      gate: options.gate,
      durability: options.durability,
      profile: options.profile,
      keep: list(options.keep),
      tenant: options.tenant,
      log_domain: options.logDomain,
      head_file: headFile === undefined ? undefined : pathOf(headFile),
      environment: list(options.environment),
      redact_names: list(options.redactNames),
      tier: options.tier,
      deadline_ms: options.deadlineMs,
      allow_volume: options.allowVolume,
    });
    return new Recorder(taken(await native.recorderOpen(pathOf(ledger), asked, keyArgument(options.key))));
  }

  /** Whose ledger it is: a pseudonym. */
  get tenant(): string {
    return this.#tenant;
  }

  /** The name of the ledger's log. */
  get origin(): string {
    return this.#origin;
  }

  /** What happens when something cannot be recorded: nothing runs, or what runs is told as a gap. */
  get gate(): "enforce" | "observe" {
    return taken(this.#native.gate()) as "enforce" | "observe";
  }

  /** The last record. */
  async head(): Promise<Head> {
    return parse<Head>(taken(await this.#native.head()));
  }

  /**
   * A new run. With a body, the run ends with what the body returns or throws, and the promise gives the closed run;
   * without, it is open, for `close` or `await using`.
   */
  run(name: string, input?: unknown, options?: RunOptions): Promise<Run>;
  run(name: string, input: unknown, body: (run: Run) => unknown): Promise<Run>;
  run(name: string, input: unknown, options: RunOptions, body: (run: Run) => unknown): Promise<Run>;
  async run(
    name: string, input?: unknown, options: RunOptions | ((run: Run) => unknown) = {}, body?: (run: Run) => unknown,
  ): Promise<Run> {
    if (typeof options === "function") {
      return this.run(name, input, {}, options);
    }
    const { detached, params, ...same } = options;
    const asked = document({
      name,
      input: input === undefined ? undefined : snapshot(input, "/input"),
      params: params === undefined ? undefined : snapshot(params, "/params"),
      detached: detached === true ? true : undefined,
      ...same,
    });
    const run = new Run(this, taken(await this.#native.runOpen(asked)), false);
    return body === undefined ? run : run.within(body);
  }

  /** Joins a detached run by its id, from any process. Disposing it does not end it: `close` does. */
  async join(id: string): Promise<Run> {
    return new Run(this, taken(await this.#native.runJoin(id)), true);
  }

  /**
   * Gates a function of one argument: the argument is recorded, converted where it is not plain JSON, before the
   * function runs. Inside a run's body the call is a step of that run, outside it opens a run of its own. The function
   * that comes back rejects with `Denied` instead of calling.
   */
  tool<A, T>(
    name: string, call: (input: A) => T | PromiseLike<T>, options: ToolOptions = {},
  ): (input: A) => Promise<T> {
    return async (input) => {
      const { value, conversions } = converted(input, "/input");
      const run = currentRun();
      const details = {
        ...options.details,
        // What needed conversion is handed over as it is, and the record says so.
        ...(conversions === undefined
          ? {}
          : { conversions: JSON.parse(conversions.text) as [string, string][], liveArguments: true }),
      };
      const given = input === undefined ? undefined : value;
      const act = (recorded: A, _step: Step): T | PromiseLike<T> => call(conversions === undefined ? recorded : input);
      if (run !== undefined && run.recorder === this) {
        return run.tool(name, given, act, { ...options, details });
      }
      let output: T | undefined;
      await this.run(name, given === undefined ? undefined : value, async (own) => {
        output = await own.tool(name, given, act, { ...options, details });
      });
      return output as T;
    };
  }

  /**
   * Answers a request for approval with the approver's own key; from any process. `request` is the digest that
   * `Denied.request` or `requests()` gives. An approval is used once and ends within 24 hours, by default after one.
   */
  async approve(request: string, key: Key | PathLike, options: ApproveOptions = {}): Promise<Record> {
    const { expiresAt } = options;
    const answer = document({
      approve: request,
      verdict: options.verdict ?? "approved",
      expires_at: expiresAt instanceof Date ? expiresAt.toISOString() : expiresAt,
      role: options.role,
      text: options.text,
      ...options.delegation,
    });
    return noted(await this.#native.approve(answer, keyArgument(key)));
  }

  /**
   * Writes what is one record of the ledger and belongs to no run: a note of an event, a link, a gap, a change of
   * keys. `members` are those of the kind.
   */
  async note(event: string | undefined, members: Result = {}): Promise<Record> {
    return noted(await this.#native.note(document({ kind: "note", event, ...members })));
  }

  /** The runs of the ledger, by its index. */
  async runs(
    query: { readonly name?: string; readonly thread?: string; readonly state?: "open" | "closed"; readonly id?: string } = {},
  ): Promise<RunEntry[]> {
    const found = taken(await this.#native.find(document({ runs: snapshot(defined(query)) })));
    return parse<{ runs: RunEntry[] }>(found).runs;
  }

  /** Requests for approval, waiting or answered, with the arguments that wait. */
  async requests(
    query: { readonly state?: string; readonly thread?: string; readonly callId?: string; readonly digest?: string } = {},
  ): Promise<Request[]> {
    const { callId, ...same } = query;
    const found = taken(await this.#native.find(document({ requests: snapshot(defined({ ...same, call_id: callId })) })));
    return parse<{ requests: Request[] }>(found).requests;
  }

  /** Writes a bundle to a file, replaced whole or not at all. */
  async export(path: PathLike, what: Export, options: { readonly signal?: AbortSignal } = {}): Promise<Saved> {
    const query = exported(what);
    return parse<Saved>(await stoppable(options.signal, (stop) => this.#native.export(query, pathOf(path), stop)));
  }

  /** The bytes of a bundle. */
  async bundle(what: Export): Promise<Buffer> {
    return taken(await this.#native.bundle(exported(what)));
  }

  /** Deletes the content of records for good and records that it was done, why, and by whose authority. */
  async erase(records: Iterable<number>, why: { readonly reason: string; readonly authority: string }): Promise<Record> {
    const sorted = [...new Set(records)].sort((a, b) => a - b);
    return noted(await this.#native.erase(document({ records: sorted, ...why })));
  }

  /** Ends the chain for good: open runs end as incomplete, and nothing can be appended after it. */
  async seal(): Promise<Head> {
    return parse<Head>(taken(await this.#native.seal()));
  }

  /** Ends an epoch: a checkpoint of the tree so far, and the next key of the internal tags. */
  async heartbeat(): Promise<Head> {
    return parse<Head>(taken(await this.#native.heartbeat()));
  }

  /** Takes one event of a framework and answers where it went; for integrations (`execert/integration`). */
  async feed(event: Result): Promise<{ readonly [name: string]: unknown }> {
    return parse(taken(await this.#native.feed(document(event))));
  }

  /** Closes the ledger. Runs that are still open end as incomplete. */
  async close(): Promise<void> {
    taken(await this.#native.close());
    this.#closed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) {
      await this.close();
    }
  }

  [inspect.custom](): string {
    return `Recorder { ${this.#origin} }`;
  }
}

function list(items: Iterable<string> | undefined): string[] | undefined {
  return items === undefined ? undefined : [...items];
}

function defined(members: Result): Result {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));
}

function exported(what: Export): Buffer {
  const given = [what.run !== undefined, what.thread !== undefined, what.chain === true].filter(Boolean);
  if (given.length !== 1) {
    throw misuse("what to export is not clear", "", "give exactly one of `run`, `thread`, `chain`");
  }
  const { run, ...same } = what;
  return document({ ...same, run: run === undefined || typeof run === "string" ? run : [...run] });
}
