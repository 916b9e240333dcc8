// The gate: it stands between the framework and a tool, and can stop it.

import { AsyncLocalStorage } from "node:async_hooks";

import { ToolMessage } from "@langchain/core/messages";
import { ToolInputParsingException } from "@langchain/core/tools";
import { Denied, type Outcome, type Recorder } from "execert";
import { Gate, ident } from "execert/integration";

import { again, pause, pending, type Waiting } from "./approvals.js";
import { definitionOf, ending, feedOf, placeOf, statusOf, text, told } from "./events.js";

/** What a gate may be told. */
export interface GateOptions {
  /** `interrupt`: a call that needs approval pauses the graph. Without, it is refused. */
  readonly approvals?: "interrupt";
  /** How a refusal is told: an error message to the model, or an error. */
  readonly onDeny?: "message" | "raise";
}

/** Errors of the gate itself: they are not a tool's, and nobody may take them for one. */
export const OURS = new WeakSet<object>();

/** The call that this code is in. The observer is told of it too, under an id that it notes here. */
export interface Inside {
  readonly recorder: Recorder;
  readonly run: string | undefined;
  readonly parent: string | undefined;
  tool?: string;
}

export const INSIDE = new AsyncLocalStorage<Inside>();

const GATED = new WeakMap<object, Recorder>();

type Methods = { readonly [name in "invoke" | "call"]: (input: unknown, ...rest: unknown[]) => Promise<unknown> };

/**
 * The same tools, each behind the gate: for LangGraph's `ToolNode`, for an agent with other tool middleware, or to be
 * called directly. What is not called here, such as a tool of the model's provider, stays as it is.
 */
export function gate<T extends object>(recorder: Recorder, tools: readonly T[], options: GateOptions = {}): T[] {
  checked(options);
  return tools.map((tool) => gated(recorder, tool, options));
}

/** Refuses options that say nothing. */
export function checked({ approvals, onDeny }: GateOptions): void {
  if (!["interrupt", undefined].includes(approvals) || !["message", "raise", undefined].includes(onDeny)) {
    throw new TypeError('approvals is "interrupt" or left out, onDeny is "message" or "raise"');
  }
}

/** One tool behind the gate. Everything but its calls is the tool's own. */
export function gated<T extends object>(recorder: Recorder, tool: T, options: GateOptions): T {
  if (typeof told(tool, "invoke") !== "function" || GATED.get(tool) === recorder) {
    return tool;
  }
  const through = (method: "invoke" | "call"): PropertyDescriptor => ({
    value: (input: unknown, ...rest: unknown[]) =>
      passed(recorder, tool, options, input, rest[0], (given) => (tool as unknown as Methods)[method](given, ...rest)),
  });
  // `call` is an older name of `invoke`.
  const made = Object.create(tool, { invoke: through("invoke"), call: through("call") }) as T;
  GATED.set(made, recorder);
  return made;
}

/** Calls that were let through: what their outcome is waited for with, once it is being written. */
const RUNNING = new WeakMap<Recorder, Set<{ written?: Promise<void> }>>();

/** When the tools that were stopped together with their run have said how they ended: after its end they cannot. */
export async function stopped(recorder: Recorder): Promise<void> {
  const calls = RUNNING.get(recorder);
  if (calls !== undefined && calls.size > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([...calls].map(({ written }) => written));
  }
}

/** One call of a tool, on its way through the gate. */
async function passed(
  recorder: Recorder, tool: object, options: GateOptions, input: unknown, config: unknown, act: (input: unknown) => Promise<unknown>,
): Promise<unknown> {
  const asked = told(input, "type") === "tool_call" ? (input as { args?: unknown; id?: string }) : undefined;
  const own = asked === undefined ? input : asked.args;
  const id = text(asked?.id, told(config, "toolCall", "id"));
  const name = text(told(tool, "name")) ?? "tool";
  const { parent, thread } = placeOf(config);
  const open = async (): Promise<[Gate, string | undefined]> => {
    const feed = feedOf(recorder);
    await feed.settled();
    const around = INSIDE.getStore();
    // The run that the handler opened for this graph, or that of the tool that calls; without them, one of this call alone.
    const run = (parent === undefined ? undefined : feed.runOf(parent)) ?? (around?.recorder === recorder ? around.run : undefined);
    const gate = new Gate(recorder, { name, call: id, thread, run, input: own, definition: definitionOf(tool) });
    const call = { recorder, thread, name: ident(name), call: id === undefined ? undefined : ident(id), arguments: gate.arguments };
    await opened(gate, call, options);
    return [gate, run];
  };
  let gate: Gate;
  let run: string | undefined;
  try {
    [gate, run] = await Gate.inTurn(recorder, open);
  } catch (error) {
    if (error instanceof Denied && options.onDeny !== "raise" && asked !== undefined) {
      return new ToolMessage({ content: error.message, name, tool_call_id: id ?? "", status: "error" });
    }
    OURS.add(error as object);
    throw error;
  }
  const running: { written?: Promise<void> } = {};
  const calls = RUNNING.get(recorder) ?? new Set();
  RUNNING.set(recorder, calls.add(running));
  const close = async (outcome: Outcome): Promise<void> => {
    running.written = gate.close(outcome);
    await running.written;
    calls.delete(running);
  };
  let output: unknown;
  try {
    const permitted = gate.input(own);
    output = await INSIDE.run({ recorder, run, parent }, act, asked === undefined ? permitted : { ...asked, args: permitted });
  } catch (error) {
    const invalid = error instanceof ToolInputParsingException ? { failure: "input.invalid" } : {};
    const status = ending(error, told(config, "signal"));
    await close(status === "failed" ? { error, ...invalid } : { status });
    throw error;
  }
  await close({ status: statusOf(output), output });
  return output;
}

/** Asks; the intent is durable when this resolves. Rejects with `Denied`, or with the pause that waits for an approval. */
async function opened(gate: Gate, call: Waiting, { approvals }: GateOptions): Promise<void> {
  const before = approvals === undefined ? undefined : await pending(call);
  const approval = again(call, before);
  try {
    await gate.open(approval);
  } catch (refusal) {
    // Only an approval that is asked for newly is waited for; any other refusal stands.
    const request = refusal instanceof Denied && refusal.code === "policy.approval_missing" ? refusal.request : undefined;
    if (approvals === undefined || request === undefined || request === before?.digest) {
      throw refusal;
    }
    pause(call, request);
    await gate.open(approval);
  }
}
