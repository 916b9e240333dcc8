// The gate for `createAgent`.

import { ToolMessage } from "@langchain/core/messages";
import { isGraphInterrupt } from "@langchain/langgraph";
import type { Recorder } from "execert";
import { content, ident } from "execert/integration";
import { createMiddleware, ToolInvocationError } from "langchain";

import { feedOf, placeOf, refusedBy } from "./events.js";
import { checked, gated, OURS, type GateOptions } from "./gate.js";

/** What the middleware may be told. */
export interface MiddlewareOptions extends GateOptions {
  /**
   * What becomes of a tool's error. `message`, the default: the message that an agent without tool middleware makes of it.
   * `raise`: it goes on to the other tool middleware of this agent, and ends the run if none takes it.
   */
  readonly toolErrors?: "message" | "raise";
}

/** The gate for `createAgent`. Give it last: the last one is innermost, and sees the arguments that really run. */
export function execertMiddleware(recorder: Recorder, options: MiddlewareOptions = {}) {
  checked(options);
  const { toolErrors = "message" } = options;
  if (toolErrors !== "message" && toolErrors !== "raise") {
    throw new TypeError('toolErrors is "message" or "raise"');
  }
  return createMiddleware({
    name: "execert",
    async wrapToolCall(request, handler) {
      const { tool, toolCall } = request;
      if (tool === undefined) {
        return unknown(recorder, toolCall, await handler(request));
      }
      try {
        return await handler({ ...request, tool: gated(recorder, tool, options) });
      } catch (error) {
        const ours = typeof error === "object" && error !== null && OURS.has(error);
        if (ours || toolErrors === "raise" || isGraphInterrupt(error)) {
          throw error;
        }
        return failure(error, toolCall);
      }
    },
  });
}

interface Call {
  readonly name: string;
  readonly id?: string | undefined;
  readonly args?: unknown;
}

/**
 * The message that an agent without tool middleware makes of a tool's error. With any, it ends the run instead: an agent
 * that was given a gate would stop where it went on before.
 */
function failure(error: unknown, { name, id }: Call): ToolMessage {
  const told = error instanceof ToolInvocationError ? error.message : `${String(error)}\n Please fix your mistakes.`;
  return new ToolMessage({ content: told, tool_call_id: id as string, name });
}

/**
 * A tool that the framework does not have: its own answer, recorded as its refusal. A middleware inside ours may have
 * brought the tool along, and then its answer is another one.
 */
function unknown<T>(recorder: Recorder, { name, id, args }: Call, answer: T): T {
  if (refusedBy(answer) === "unknown-tool") {
    const { parent } = placeOf(undefined);
    void feedOf(recorder).send("message", `${String(parent)}:${String(id)}`, {
      parent,
      call: id === undefined ? undefined : ident(id),
      name: ident(name),
      status: "failed",
      content: content({ input: args, output: answer }),
      framework: { refused: "unknown-tool" },
    });
  }
  return answer;
}
