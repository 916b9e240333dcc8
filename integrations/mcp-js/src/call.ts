// One call of a tool on its way through the gate.

import { isDeepStrictEqual } from "node:util";

import { Denied, ExecertError, type Outcome, type Recorder } from "execert";
import { Gate, ident, type GatedCall } from "execert/integration";

import { object, outcomeOf, REFUSED, type Message } from "./words.js";

/** Asked for and still of use: the same call again is for this request. */
const STATES = ["waiting", "approved", "refused"];

export class Call {
  readonly #recorder: Recorder;
  readonly #told: GatedCall;
  readonly #message: Message;
  readonly #params: Message;
  readonly #gate: Gate;
  #opened: Promise<unknown> = Promise.resolve();
  #end: Promise<void> | undefined;

  constructor(recorder: Recorder, message: Message, told: GatedCall) {
    this.#recorder = recorder;
    this.#message = message;
    // A copy: what was decided on is what goes on, whatever becomes of the caller's object meanwhile.
    this.#params = { ...object(message.params) };
    this.#told = told;
    this.#gate = new Gate(recorder, told);
  }

  /** Asks; the intent is durable when this gives nothing. Else it gives why the call must not go on. */
  open(): Promise<unknown> {
    this.#opened = this.#ask().then(
      () => undefined,
      (error: unknown) => error ?? new Error("refused"),
    );
    return this.#opened;
  }

  async #ask(): Promise<void> {
    await this.#gate.open(await this.#request());
  }

  /**
   * The request that this call was refused for before: same tool, same arguments, same thread. JSON-RPC ids begin anew
   * with each session, so they cannot name it.
   */
  async #request(): Promise<string | undefined> {
    const { thread } = this.#told;
    const query = thread === undefined ? {} : { thread };
    try {
      const found = (await Promise.all(STATES.map((state) => this.#recorder.requests({ ...query, state })))).flat();
      const now = new Date().toISOString();
      return found
        .filter((it) => it.tool === ident(this.#told.name) && it.thread === thread && (it.expires ?? "") > now)
        .filter((it) => isDeepStrictEqual(it.input, this.#gate.arguments))
        .sort((a, b) => b.seq - a.seq)[0]?.digest;
    } catch {
      // What fails here fails at the gate too, where it is clear what follows from it.
      return undefined;
    }
  }

  /** What goes on: the arguments as they were recorded. */
  permitted(): Message {
    const { arguments: own } = this.#params;
    const params = own === undefined ? this.#params : { ...this.#params, arguments: this.#gate.input(own) };
    return this.#message.params === object(this.#message.params) ? { ...this.#message, params } : this.#message;
  }

  /** The answer came. */
  answered(answer: Message): Promise<void> {
    return this.close(outcomeOf(answer, this.#message));
  }

  /** Records how it ended, once, after it began. */
  close(outcome: Outcome): Promise<void> {
    this.#end ??= this.#opened.then(async (refusal) => {
      if (refusal === undefined) {
        await this.#gate.close(outcome);
      }
    });
    return this.#end;
  }
}

/** What the caller is answered instead. */
export function refusal(id: unknown, error: unknown): Message {
  const ours = error instanceof ExecertError ? error : undefined;
  const data = {
    code: ours?.code ?? "internal.panic",
    ...(error instanceof Denied && error.request !== undefined ? { request: error.request } : {}),
  };
  return { jsonrpc: "2.0", id, error: { code: REFUSED, message: ours?.message ?? "the call could not be recorded", data } };
}
