// Approvals in LangGraph's own manner: the graph pauses before the tool, and goes on when it is resumed.
//
// What opens the gate is never the answer given to the framework, which nobody signed, but an approval in the ledger.

import { isDeepStrictEqual } from "node:util";

import { Command, interrupt, isGraphInterrupt, type Interrupt } from "@langchain/langgraph";
import type { Key, PathLike, Recorder, Request } from "execert";
import { ident } from "execert/integration";

import { told, type Told } from "./events.js";

/** A call that may have to wait. */
export interface Waiting {
  readonly recorder: Recorder;
  readonly thread: string | undefined;
  readonly name: string;
  /** The framework's id of the call; without one nothing can be found again. */
  readonly call: string | undefined;
  /** As recorded. */
  readonly arguments: unknown;
}

/** A request in one of these states belongs to a pause that LangGraph counts. */
const PENDING = ["waiting", "approved", "refused"];

/** The interrupts that requests wait in, by digest: to answer several at once LangGraph asks for their ids. */
const KNOWN = new WeakMap<Recorder, Map<string, string>>();

function known(recorder: Recorder): Map<string, string> {
  const ids = KNOWN.get(recorder) ?? new Map<string, string>();
  KNOWN.set(recorder, ids);
  return ids;
}

/** The request that this call paused for before, if any: when the graph goes on, the tool's node starts again. */
export async function pending({ recorder, thread, call }: Waiting): Promise<Request | undefined> {
  if (call === undefined) {
    return undefined;
  }
  // A ledger that cannot be read decides nothing here: the gate does, or lets pass where it only observes.
  const found = await recorder.requests({ callId: call, ...(thread === undefined ? {} : { thread }) }).catch(() => []);
  return found.reverse().find((request) => PENDING.includes(request.state) && request.thread === thread);
}

/**
 * Repeats the pause for that request and gives the approval to use. What was approved with other arguments does not wait
 * again: the gate refuses it.
 */
export function again(call: Waiting, asked: Request | undefined): string | undefined {
  if (asked !== undefined && (asked.state !== "approved" || isDeepStrictEqual(asked.input, call.arguments))) {
    pause(call, asked.digest);
  }
  return asked?.state === "approved" ? asked.digest : undefined;
}

/**
 * Pauses the graph before the tool. When it was resumed this returns: LangGraph answers the pauses of a node by their
 * order, so a pause has to be repeated even when its answer is known.
 */
export function pause({ recorder, name, call, arguments: input }: Waiting, request: string): void {
  try {
    interrupt({ execert: 1, request, tool: name, call, arguments: input });
  } catch (paused) {
    const id = isGraphInterrupt(paused) ? paused.interrupts[0]?.id : undefined;
    if (id !== undefined) {
      known(recorder).set(request, id);
    }
    throw paused;
  }
}

/** How `resume` answers. */
export interface ResumeOptions {
  readonly thread: string;
  /** The approver's key. Without one the graph goes on with what was approved or refused elsewhere. */
  readonly key?: Key | PathLike;
  /** One verdict for all, or one for each call id; calls left out go on waiting. */
  readonly verdict?: "approved" | "refused" | { readonly [call: string]: "approved" | "refused" };
  /**
   * What the graph waits in: `output.__interrupt__`. Needed in another process than the one that paused if more than one
   * is pending; those of `humanInTheLoopMiddleware` among them are answered too, which opens no gate.
   */
  readonly interrupts?: Iterable<Interrupt>;
}

/** Answers what a thread waits for, signed with the approver's key; gives the `Command` to invoke the graph with. */
export async function resume(recorder: Recorder, options: ResumeOptions): Promise<Command> {
  const { thread, key, verdict = "approved", interrupts = [] } = options;
  const ids = known(recorder);
  const answers: { [id: string]: unknown } = {};
  for (const { id, value } of interrupts) {
    const request = told(value, "request");
    const actions = told(value, "actionRequests");
    if (id !== undefined && typeof request === "string" && told(value, "execert") === 1) {
      ids.set(request, id);
    } else if (id !== undefined && Array.isArray(actions)) {
      const decision: Told = { type: verdict === "approved" ? "approve" : "reject" };
      answers[id] = { decisions: actions.map(() => decision) };
    }
  }
  const unplaced: unknown[] = [];
  for (const request of await recorder.requests({ thread: ident(thread) })) {
    let said: string | undefined = request.state;
    if (request.state === "waiting") {
      const one = typeof verdict === "string" ? verdict : verdict[request.call_id ?? ""];
      if (key === undefined || one === undefined) {
        continue;
      }
      await recorder.approve(request.digest, key, { verdict: one });
      said = one;
    } else if (!PENDING.includes(request.state)) {
      continue;
    }
    const id = ids.get(request.digest);
    if (id === undefined) {
      unplaced.push(said);
    } else {
      ids.delete(request.digest);
      answers[id] = said;
    }
  }
  const placed = Object.keys(answers).length > 0;
  return new Command({ resume: placed ? answers : unplaced.length === 1 ? unplaced[0] : unplaced });
}
