// Evidence of the Vercel AI SDK: `registerTelemetry(execert(recorder))` observes every call of the process and gates every
// tool; `gated(recorder, tools)` gates tools also where telemetry is switched off.

import { AsyncLocalStorage } from "node:async_hooks";

import type { Recorder } from "execert";
import { content, Feed, Gate, ident } from "execert/integration";
import type { Telemetry, ToolSet } from "ai";

import { contentOf, isText, refusalsOf, usageOf, type Event } from "./events.js";

/** The call of a tool that this code is in, so that two gates around one call ask once. */
const inside = new AsyncLocalStorage<{ recorder: Recorder; call: string }>();

/** What `execert` may be told. */
export interface ExecertOptions {
  /** The conversation that a call belongs to; by default each call is alone. */
  readonly thread?: string;
}

/** The telemetry integration: give it to `registerTelemetry`, or to one call as `telemetry: { integrations: [...] }`. */
export function execert(recorder: Recorder, options: ExecertOptions = {}): Telemetry {
  const feed = Feed.of(recorder, "ai-sdk-js");
  const thread = options.thread === undefined ? undefined : ident(options.thread);
  /** Model calls so far of each operation: their events have no id of their own. */
  const models = new Map<string, number>();
  /** Steps that were permitted and wait for the tool's output, which comes with a later event. */
  const open = new Map<string, Gate>();
  const send = (event: string, id: string, members: Event = {}): void => void feed.send(event, id, members);

  /** The operation ends when its end is written: what comes after it in the program may be the end of the process. */
  const end = (event: Event, name: "run-end" | "run-error", members: Event): Promise<void> => {
    const id = String(event.callId);
    for (const [key, gate] of open) {
      if (key.startsWith(`${id} `)) {
        open.delete(key);
        void gate.close({ status: "unknown" });
      }
    }
    models.delete(id);
    return feed.send(name, id, members);
  };

  return {
    onStart(event: Event) {
      if (isText(event)) {
        const input = contentOf({ instructions: event.instructions, messages: event.messages });
        models.set(String(event.callId), 0);
        send("run-start", String(event.callId), {
          name: ident(event.functionId ?? event.operationId),
          thread,
          content: content({ input, params: { ai: event.aiVersion ?? null } }),
          framework: contentOf({ telemetry: event.recordInputs === false ? "transformed-upstream" : undefined }),
        });
      }
    },
    onLanguageModelCallStart(event: Event) {
      const id = String(event.callId);
      const count = (models.get(id) ?? 0) + 1;
      models.set(id, count);
      send("model-start", `${id}:${count}`, {
        parent: id,
        name: ident(event.modelId),
        content: content({ input: contentOf({ instructions: event.instructions, messages: event.messages, tools: event.tools }) }),
        framework: { provider: ident(event.provider) },
      });
    },
    onLanguageModelCallEnd(event: Event) {
      const id = String(event.callId);
      send("model-end", `${id}:${models.get(id) ?? 0}`, {
        content: content({ output: contentOf({ content: event.content, finishReason: event.finishReason }) }),
        framework: contentOf({
          served: ident(event.modelId),
          response_id: event.responseId === undefined ? undefined : ident(event.responseId),
          usage: usageOf(event.usage),
        }),
      });
    },
    async executeTool({ execute, ...event }: Event & { execute: () => PromiseLike<unknown> }): Promise<any> {
      const call = event.toolCall as Event | undefined;
      const key = `${String(event.callId)} ${String(event.toolCallId)}`;
      await feed.settled();
      const run = feed.runOf(event.callId);
      // The SDK calls the tool with its own arguments.
      const gate = new Gate(recorder, { name: call?.toolName, input: call?.input, call: event.toolCallId, run, handed: false });
      await gate.open();
      open.set(key, gate);
      try {
        return await inside.run({ recorder, call: String(event.toolCallId) }, execute);
      } catch (error) {
        open.delete(key);
        await gate.close({ error });
        throw error;
      }
    },
    async onToolExecutionEnd(event: Event) {
      const call = event.toolCall as Event;
      const key = `${String(event.callId)} ${String(call.toolCallId)}`;
      const gate = open.get(key);
      open.delete(key);
      await gate?.close({ status: "ok", output: (event.toolOutput as Event).output });
    },
    onStepEnd(event: Event) {
      for (const [name, members] of refusalsOf(event)) {
        send("message", `${String(event.callId)}:${name}`, { parent: String(event.callId), ...members });
      }
    },
    async onEnd(event: Event) {
      if (isText(event)) {
        await end(event, "run-end", { content: content({ output: contentOf({ text: event.text, finishReason: event.finishReason }) }) });
      }
    },
    async onAbort(event: Event) {
      await end(event, "run-end", { status: "cancelled", content: content({ text: event.reason }) });
    },
    async onError(given: unknown) {
      const event = given as Event;
      if (typeof event?.callId === "string" && models.has(event.callId)) {
        await end(event, "run-error", { content: content({ error: event.error ?? given }) });
      }
    },
  } as Telemetry;
}

/**
 * The same tools, each behind the gate, whatever telemetry says. What runs is given the recorded arguments. A call is a
 * step of the run that this code is in (`recorder.run`), or of a run of its own.
 */
export function gated<T extends ToolSet>(recorder: Recorder, tools: T): T {
  const entries = Object.entries(tools).map(([name, tool]) => [name, wrapped(recorder, name, tool as unknown as Event)]);
  return Object.fromEntries(entries) as T;
}

type Execute = (input: unknown, options: Event) => unknown;

function wrapped(recorder: Recorder, name: string, tool: Event): Event {
  const execute = tool.execute as Execute | undefined;
  if (typeof execute !== "function") {
    return tool;
  }
  const opened = async (input: unknown, options: Event): Promise<Gate | undefined> => {
    const around = inside.getStore();
    const call = String(options?.toolCallId);
    if (around?.recorder === recorder && around.call === call) {
      return undefined;
    }
    const gate = new Gate(recorder, { name, input, call });
    await gate.open();
    return gate;
  };
  if (isGenerator(execute)) {
    return {
      ...tool,
      async *execute(input: unknown, options: Event): AsyncGenerator<unknown> {
        const gate = await opened(input, options);
        let last: unknown;
        let ended = false;
        try {
          for await (const part of execute.call(tool, gate?.input(input) ?? input, options) as AsyncIterable<unknown>) {
            last = part;
            yield part;
          }
          ended = true;
        } catch (error) {
          ended = true;
          await gate?.close({ error });
          throw error;
        } finally {
          // Abandoned half-way.
          if (!ended) await gate?.close({ status: "cancelled" });
        }
        await gate?.close({ status: "ok", output: last });
      },
    };
  }
  return {
    ...tool,
    async execute(input: unknown, options: Event): Promise<unknown> {
      const gate = await opened(input, options);
      let output: unknown;
      try {
        output = await execute.call(tool, gate === undefined ? input : gate.input(input), options);
      } catch (error) {
        await gate?.close({ error });
        throw error;
      }
      await gate?.close({ status: "ok", output });
      return output;
    },
  };
}

function isGenerator(execute: Execute): boolean {
  return Object.prototype.toString.call(execute) === "[object AsyncGeneratorFunction]";
}
