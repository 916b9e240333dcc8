// A session: what passes over one transport, told to the recorder. One run, opened with the first thing that is recorded.

import { createHash, randomUUID } from "node:crypto";

import { currentRun, Denied, type Recorder } from "execert";
import { content, Feed, ident } from "execert/integration";

import { Call, refusal } from "./call.js";
import { definitionOf, givenUp, isId, object, OBSERVED, text, type Id, type Message } from "./words.js";

export type Way = "in" | "out";

/** What becomes of a message that had to wait: it passes, perhaps with other bytes, or is answered. */
export interface Passage {
  readonly pass: readonly Message[];
  readonly replies: readonly Message[];
}

/** A request whose answer is of interest. */
interface Waiting {
  answered?(answer: Message): Promise<void> | void;
  /** No answer will come. */
  gone?(status: "cancelled" | "unknown", error?: unknown): Promise<void> | void;
}

export interface Place {
  readonly name?: string;
  readonly thread?: string;
  sessionId(): string | undefined;
}

export class Session {
  readonly #recorder: Recorder;
  readonly #place: Place;
  readonly #feed: Feed;
  readonly #waiting = new Map<string, Waiting>();
  readonly #definitions = new Map<string, object>();
  #hello: Record<string, unknown> = {};
  #key = randomUUID();
  #begun = false;
  #count = 0;

  constructor(recorder: Recorder, place: Place) {
    this.#recorder = recorder;
    this.#place = place;
    this.#feed = Feed.of(recorder, "mcp-js");
  }

  /** Looks at a message on its way; gives what it has to wait for, if anything. */
  look(way: Way, message: unknown): Promise<Passage> | undefined {
    const parts = (Array.isArray(message) ? message : [message]) as Message[];
    const looks = parts.map((part) => this.#look(way, object(part)));
    if (looks.every((look) => look === undefined)) {
      return undefined;
    }
    return Promise.all(looks.map(async (look, at) => (await look) ?? { pass: [parts[at] as Message], replies: [] })).then(
      (all) => ({ pass: all.flatMap((one) => one.pass), replies: all.flatMap((one) => one.replies) }),
    );
  }

  /** A message could not be sent: nobody knows whether it arrived. */
  async unsent(message: unknown, error: unknown): Promise<void> {
    const parts = (Array.isArray(message) ? message : [message]).map(object);
    await Promise.all(parts.map((part) => ("method" in part ? this.#take("out", part.id)?.gone?.("unknown", error) : undefined)));
  }

  /** Nothing more comes. */
  async end(): Promise<void> {
    const open = [...this.#waiting.values()];
    this.#waiting.clear();
    const id = this.#key;
    const begun = this.#begun;
    [this.#key, this.#begun] = [randomUUID(), false];
    const lost = await Promise.all(open.map(async ({ gone }) => (await gone?.("unknown"), gone !== undefined)));
    if (begun) {
      await this.#feed.send("run-end", id, { status: lost.includes(true) ? "unknown" : "ok" });
    }
  }

  /** When everything that was told so far is written. */
  settled(): Promise<void> {
    return this.#feed.settled();
  }

  #look(way: Way, message: Message): Promise<Passage> | undefined {
    const { method, id } = message;
    if (typeof method !== "string") {
      const waiting = "result" in message || "error" in message ? this.#take(way === "in" ? "out" : "in", id) : undefined;
      const written = waiting?.answered?.(message);
      return written?.then(() => ({ pass: [message], replies: [] }));
    }
    const params = object(message.params);
    if (method === "tools/call") {
      return this.#call(way, message);
    }
    if (method === "notifications/cancelled") {
      void this.#take(way, params.requestId)?.gone?.(givenUp(params.reason));
    } else if (isId(id) && method === "initialize") {
      this.#hello = { protocol: params.protocolVersion, client: params.clientInfo };
      this.#wait(way, id, { answered: ({ result }) => void (this.#hello = { ...this.#hello, ...said(object(result)) }) });
    } else if (isId(id) && method === "tools/list") {
      this.#wait(way, id, { answered: ({ result }) => this.#listed(object(result).tools) });
    } else if (isId(id) && OBSERVED[method] !== undefined) {
      this.#wait(way, id, this.#observed(OBSERVED[method], method, params));
    }
    return undefined;
  }

  /** A call of a tool: passes when its intent is durable, or is answered with the refusal. */
  async #call(way: Way, message: Message): Promise<Passage> {
    const { id, params } = message;
    const { name: called, arguments: input } = object(params);
    const name = text(called);
    const [feed, thread] = [this.#feed, this.#thread()];
    // Inside a run of the application it is a step of that run.
    const parent = currentRun(this.#recorder) === undefined ? this.#begin() : undefined;
    const call = new Call(this.#recorder, message, {
      name,
      input,
      // Ids of JSON-RPC are small numbers that every session has.
      call: isId(id) ? `${this.#key.slice(0, 8)}:${id}` : undefined,
      thread,
      definition: this.#definitions.get(name),
      get run() {
        return parent === undefined ? undefined : feed.runOf(parent);
      },
    });
    if (isId(id)) {
      this.#wait(way, id, {
        // After what was observed meanwhile.
        answered: (answer) => feed.settled().then(() => call.answered(answer)),
        gone: (status, error) => feed.settled().then(() => call.close(error === undefined ? { status } : { status, error })),
      });
    }
    await feed.settled();
    const refused = await call.open();
    if (refused === undefined) {
      if (!isId(id)) {
        // It wants no answer, so nobody will know.
        await call.close({ status: "unknown" });
      }
      return { pass: [call.permitted()], replies: [] };
    }
    this.#take(way, id);
    // A ledger that only observes holds no message back because of an error of ours.
    if (!(refused instanceof Denied) && this.#recorder.gate === "observe") {
      process.emitWarning(`a call of ${name} could not be recorded: ${String(refused)}`, "ExecertWarning");
      return { pass: [message], replies: [] };
    }
    return { pass: [], replies: isId(id) ? [refusal(id, refused)] : [] };
  }

  /** A request that is told to the recorder, and never held back. */
  #observed(kind: "retrieval" | "node" | "model", method: string, { _meta, ...input }: Message): Waiting {
    const parent = this.#begin();
    this.#count += 1;
    const id = `${parent}:${this.#count}`;
    const [start, end] = kind === "retrieval" ? [kind, kind] : [`${kind}-start`, `${kind}-end`];
    const told = kind === "model" ? { framework: { provider: "mcp" } } : {};
    void this.#feed.send(start, id, { parent, name: method, content: content({ input }), ...told });
    return {
      answered: ({ error, result }) => {
        const failed = error !== undefined;
        const served = kind === "model" ? object(result).model : undefined;
        void this.#feed.send(end, id, {
          status: failed ? "failed" : "ok",
          content: content(failed ? { error: object(error) } : { output: result }),
          ...(served === undefined ? {} : { framework: { served: ident(text(served)) } }),
        });
      },
      gone: (status, error) => void this.#feed.send(end, id, { status, content: content({ error: error && { message: String(error) } }) }),
    };
  }

  #listed(tools: unknown): void {
    for (const tool of (Array.isArray(tools) ? tools : []).map(object)) {
      this.#definitions.set(text(tool.name), definitionOf(tool));
    }
  }

  #begin(): string {
    if (!this.#begun) {
      this.#begun = true;
      const server = object(this.#hello.server).name;
      void this.#feed.send("run-start", this.#key, {
        name: ident(text(this.#place.name ?? server ?? "mcp")),
        thread: this.#thread(),
        content: content({ input: this.#hello }),
      });
    }
    return this.#key;
  }

  /** The conversation. The id of a session over HTTP lets its holder in, so that only its hash is recorded. */
  #thread(): string | undefined {
    const { thread } = this.#place;
    const id = this.#place.sessionId();
    if (thread !== undefined || id === undefined) {
      return thread === undefined ? undefined : ident(thread);
    }
    return `mcp-${createHash("sha256").update(id).digest("hex").slice(0, 16)}`;
  }

  #wait(way: Way, id: Id, waiting: Waiting): void {
    const key = keyOf(way, id);
    // An id that is used twice at a time: nobody can tell whose answer comes.
    void this.#waiting.get(key)?.gone?.("unknown");
    this.#waiting.set(key, waiting);
  }

  #take(way: Way, id: unknown): Waiting | undefined {
    const key = isId(id) ? keyOf(way, id) : "";
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    return waiting;
  }
}

function keyOf(way: Way, id: Id): string {
  return `${way} ${typeof id} ${id}`;
}

function said(result: Message): Message {
  return { server: result.serverInfo, ...(result.protocolVersion === undefined ? {} : { protocol: result.protocolVersion }) };
}
