// One call of a tool on its way through the gate.

import { Denied, ExecertError, type Outcome, type Recorder } from "execert";
import { Gate, type GatedCall } from "execert/integration";

import { object, outcomeOf, REFUSED, type Message } from "./words.js";

export class Call {
  readonly #message: Message;
  readonly #params: Message;
  readonly #gate: Gate;
  #opened: Promise<unknown> = Promise.resolve();
  #end: Promise<void> | undefined;

  constructor(recorder: Recorder, message: Message, told: GatedCall) {
    this.#message = message;
    // A copy: what was decided on is what goes on, whatever becomes of the caller's object meanwhile.
    this.#params = { ...object(message.params) };
    this.#gate = new Gate(recorder, told);
  }

  /** Asks; the intent is durable when this gives nothing. Else it gives why the call must not go on. */
  open(): Promise<unknown> {
    // JSON-RPC ids begin anew with each session, so they cannot name an approval: the same call does.
    const asked = this.#gate.earlier().then(async (request) => this.#gate.open(request));
    this.#opened = asked.then(
      () => undefined,
      (error: unknown) => error ?? new Error("refused"),
    );
    return this.#opened;
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
