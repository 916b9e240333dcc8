// The feed: what a framework did, told to a recorder event by event, in order.

import { ExecertError } from "./errors.js";
import { snapshot } from "./json.js";
import type { Recorder } from "./recorder.js";

/** Framework ids that the gate may ask for; the oldest beyond these are of runs that never ended. */
const OPEN_IDS = 100_000;
const STARTS = new Set(["run-start", "node-start"]);
const ENDS = new Set(["run-end", "run-error", "node-end", "node-error"]);

/** What one event says besides its name. */
export interface EventMembers {
  readonly parent?: unknown;
  readonly [name: string]: unknown;
}

/**
 * The way of a framework's events to one recorder, in the order in which they were sent. It never rejects with what
 * the recorder refuses: what is lost is counted, and told with the next event that passes.
 */
export class Feed {
  static readonly #all = new WeakMap<Recorder, Map<string, Feed>>();

  readonly #recorder: WeakRef<Recorder>;
  readonly #about: { readonly [name: string]: unknown };
  readonly #runs = new Map<string, string>();
  #lost = 0;
  #last: Promise<void> = Promise.resolve();

  private constructor(recorder: Recorder, stack: string, versions: Readonly<Record<string, string>>) {
    this.#recorder = new WeakRef(recorder);
    this.#about = { feed: 1, stack, versions };
  }

  /** The feed of a recorder and a stack: one, however many observers and gates use it. */
  static of(recorder: Recorder, stack: string, versions: Readonly<Record<string, string>> = {}): Feed {
    let feeds = Feed.#all.get(recorder);
    if (feeds === undefined) {
      feeds = new Map();
      Feed.#all.set(recorder, feeds);
    }
    let feed = feeds.get(stack);
    if (feed === undefined) {
      feed = new Feed(recorder, stack, versions);
      feeds.set(stack, feed);
    }
    return feed;
  }

  /**
   * Sends one event; members that are undefined, null or an empty object are left out. The values are read now, and told
   * when `after` is settled: the end of a run may have to wait for what ends in it.
   */
  send(event: string, id: unknown, members: EventMembers = {}, after?: Promise<unknown>): Promise<void> {
    const recorder = this.#recorder.deref();
    if (recorder === undefined) {
      return this.#last;
    }
    let document: Record<string, unknown> | undefined;
    try {
      document = this.#document(event, id, members);
    } catch (error) {
      if (!(error instanceof ExecertError)) {
        throw error;
      }
    }
    const ready = after?.catch(() => undefined);
    const turn = ready === undefined ? this.#last : this.#last.then(() => ready);
    this.#last = turn.then(async () => this.#pass(recorder, event, String(id), document));
    return this.#last;
  }

  /** When everything that was sent so far is written, or counted as lost. */
  settled(): Promise<void> {
    return this.#last;
  }

  /** The id of the run that a framework's id belongs to, while it is open. */
  runOf(id: unknown): string | undefined {
    return this.#runs.get(String(id));
  }

  #document(event: string, id: unknown, members: EventMembers): Record<string, unknown> {
    const document: Record<string, unknown> = { ...this.#about, event, id: String(id) };
    for (const [name, member] of Object.entries(members)) {
      if (member !== undefined && member !== null && !isEmpty(member)) {
        document[name] = name === "parent" ? String(member) : snapshot(member, `/${name}`);
      }
    }
    return document;
  }

  async #pass(recorder: Recorder, event: string, id: string, document: Record<string, unknown> | undefined): Promise<void> {
    try {
      await this.#tellLost(recorder);
      if (document === undefined) {
        this.#lost += 1;
        return;
      }
      const { run } = await recorder.feed(document);
      if (ENDS.has(event)) {
        this.#runs.delete(id);
      } else if (typeof run === "string" && STARTS.has(event)) {
        this.#runs.set(id, run);
        const oldest = this.#runs.keys().next();
        if (this.#runs.size > OPEN_IDS && oldest.done !== true) {
          this.#runs.delete(oldest.value);
        }
      }
    } catch (error) {
      if (!(error instanceof ExecertError)) {
        throw error;
      }
      this.#lost += 1;
    }
  }

  async #tellLost(recorder: Recorder): Promise<void> {
    const count = this.#lost;
    if (count === 0) {
      return;
    }
    await recorder.feed({ ...this.#about, event: "lost", id: "lost", framework: { count } });
    this.#lost -= count;
  }
}

function isEmpty(member: unknown): boolean {
  return typeof member === "object" && Object.keys(member as object).length === 0;
}
