// The gate around tools, whatever telemetry says.

import type { Recorder } from "execert";
import { Gate } from "execert/integration";
import type { ToolSet } from "ai";

import type { Event } from "./events.js";
import { insideTool, keepInput, takeInput } from "./inside.js";

type Execute = (input: unknown, options: Event) => unknown;

/**
 * The same tools, each behind the gate, whatever telemetry says. What runs is given the recorded arguments. A call is a
 * step of the run that this code is in (`recorder.run`), or of a run of its own.
 */
export function gated<T extends ToolSet>(recorder: Recorder, tools: T): T {
  const entries = Object.entries(tools).map(([name, tool]) => [name, wrapped(recorder, name, tool as unknown as Event)]);
  return Object.fromEntries(entries) as T;
}

function wrapped(recorder: Recorder, name: string, tool: Event): Event {
  const execute = tool.execute as Execute | undefined;
  if (typeof execute !== "function") {
    return tool;
  }
  const permitted = async (input: unknown, options: Event): Promise<Gate> => {
    takeInput(recorder, String(options?.toolCallId));
    const gate = new Gate(recorder, { name, input, call: options?.toolCallId });
    await Gate.inTurn(recorder, async () => gate.open(await gate.earlier()));
    return gate;
  };
  const own = {
    ...tool,
    onInputAvailable(told: Event) {
      keepInput(recorder, String(told.toolCallId), told.input);
      return (tool.onInputAvailable as ((told: Event) => unknown) | undefined)?.call(tool, told);
    },
  };
  /** Telemetry has asked already: the tool answers the SDK itself, parts and all. */
  const asked = (options: Event): boolean => {
    const around = insideTool.getStore();
    return around?.recorder === recorder && around.call === String(options?.toolCallId);
  };
  if (isGenerator(execute)) {
    return {
      ...own,
      execute(input: unknown, options: Event): unknown {
        return asked(options) ? execute.call(tool, input, options) : parts(input, options);
      },
    };
  }
  async function* parts(input: unknown, options: Event): AsyncGenerator<unknown> {
    const gate = await permitted(input, options);
    let last: unknown;
    let ended = false;
    try {
      for await (const part of (execute as Execute).call(tool, gate.input(input), options) as AsyncIterable<unknown>) {
        last = part;
        yield part;
      }
      ended = true;
    } catch (error) {
      ended = true;
      await gate.close({ error });
      throw error;
    } finally {
      // Abandoned half-way.
      if (!ended) await gate.close({ status: "cancelled" });
    }
    await gate.close({ status: "ok", output: last });
  }
  const whole = async (input: unknown, options: Event): Promise<unknown> => {
    const gate = await permitted(input, options);
    let output: unknown;
    try {
      output = await lastOf(execute.call(tool, gate.input(input), options));
    } catch (error) {
      await gate.close({ error });
      throw error;
    }
    await gate.close({ status: "ok", output });
    return output;
  };
  return {
    ...own,
    execute(input: unknown, options: Event): unknown {
      return asked(options) ? execute.call(tool, input, options) : whole(input, options);
    },
  };
}

/**
 * Whether a tool yields has to be known before the gate has opened, so before the tool is called: by the kind of its
 * function. Of another function that returns something iterable the SDK is handed the last part, which is its output.
 */
function isGenerator(execute: Execute): boolean {
  return Object.prototype.toString.call(execute) === "[object AsyncGeneratorFunction]";
}

async function lastOf(result: unknown): Promise<unknown> {
  if (typeof (result as Partial<AsyncIterable<unknown>> | null | undefined)?.[Symbol.asyncIterator] !== "function") {
    return result;
  }
  let last: unknown;
  for await (const part of result as AsyncIterable<unknown>) {
    last = part;
  }
  return last;
}
