// The telemetry integration: observes operations and model calls, and stands before each tool.

import type { Recorder } from "execert";
import { content, Feed, Gate, ident } from "execert/integration";
import type { Telemetry } from "ai";

import { contentOf, isAbort, isText, refusalsOf, usageOf, type Event } from "./events.js";
import { insideModel, insideTool, takeInput } from "./inside.js";

/** What `execert` may be told. */
export interface ExecertOptions {
  /** The conversation that a call belongs to; by default each call is alone. */
  readonly thread?: string;
}

/** Operations whose end may never be told, since streams can be abandoned; the oldest beyond these are forgotten. */
const OPERATIONS = 10_000;

/** The telemetry integration: give it to `registerTelemetry`, or to one call as `telemetry: { integrations: [...] }`. */
export function execert(recorder: Recorder, options: ExecertOptions = {}): Telemetry {
  const feed = Feed.of(recorder, "ai-sdk-js");
  const thread = options.thread === undefined ? undefined : ident(options.thread);
  /** Model calls so far of each operation: their events have no id of their own. */
  const models = new Map<string, number>();
  /** Steps that were permitted and wait for the tool's output, which comes with a later event. */
  const open = new Map<string, Gate>();
  const send = (event: string, id: string, members: Event = {}): void => void feed.send(event, id, members);

  const began = (id: string): void => {
    models.set(id, 0);
    if (models.size > OPERATIONS) {
      models.delete(models.keys().next().value as string);
    }
  };

  /** The operation ends when its end is written: what comes after it in the program may be the end of the process. */
  const end = async (event: Event, name: "run-end" | "run-error", members: Event): Promise<void> => {
    const id = String(event.callId);
    if (models.delete(id)) {
      for (const [key, gate] of open) {
        if (key.startsWith(`${id} `)) {
          open.delete(key);
          void gate.close({ status: "unknown" });
        }
      }
      await feed.send(name, id, members);
    }
  };

  const modelStart = (event: Event, input: Event): void => {
    const id = String(event.callId);
    const count = (models.get(id) ?? 0) + 1;
    models.set(id, count);
    send("model-start", `${id}:${count}`, {
      parent: id,
      name: ident(event.modelId),
      content: content({ input: contentOf(input) }),
      framework: { provider: ident(event.provider) },
    });
  };

  const modelEnd = (event: Event, output: Event, response: unknown): void => {
    const id = String(event.callId);
    send("model-end", `${id}:${models.get(id) ?? 0}`, {
      content: content({ output: contentOf({ ...output, finishReason: event.finishReason }) }),
      framework: contentOf({
        served: ident(event.modelId),
        response_id: response === undefined ? undefined : ident(response),
        usage: usageOf(event.usage),
      }),
    });
  };

  return {
    onStart(event: Event) {
      if (isText(event)) {
        const input = contentOf({ instructions: event.instructions ?? event.system, prompt: event.prompt, messages: event.messages });
        began(String(event.callId));
        send("run-start", String(event.callId), {
          name: ident(event.functionId ?? event.operationId),
          thread,
          content: content({ input, params: { ai: event.aiVersion ?? null } }),
          framework: contentOf({ telemetry: event.recordInputs === false ? "transformed-upstream" : undefined }),
        });
      }
    },
    onLanguageModelCallStart(event: Event) {
      modelStart(event, { instructions: event.instructions, messages: event.messages, tools: event.tools });
    },
    onLanguageModelCallEnd(event: Event) {
      modelEnd(event, { content: event.content }, event.responseId);
    },
    onObjectStepStart(event: Event) {
      modelStart(event, { messages: event.promptMessages });
    },
    onObjectStepEnd(event: Event) {
      modelEnd(event, { text: event.objectText }, (event.response as Event | undefined)?.id);
    },
    executeLanguageModelCall({ execute }: { execute: () => PromiseLike<any> }) {
      return insideModel.run(recorder, execute);
    },
    async executeTool({ execute, ...event }: Event & { execute: () => PromiseLike<unknown> }): Promise<any> {
      const told = event.toolCall as Event | undefined;
      const call = String(event.toolCallId);
      const key = `${String(event.callId)} ${call}`;
      // What telemetry does not show, `gated` has seen. Without it the gate knows no arguments, and rules that ask for them refuse.
      const kept = takeInput(recorder, call);
      const withheld = event.recordInputs === false && kept === undefined;
      const input = event.recordInputs === false ? kept : told?.input;
      const gate = await Gate.inTurn(recorder, async () => {
        await feed.settled();
        const run = feed.runOf(event.callId);
        // The SDK calls the tool with its own arguments.
        const made = new Gate(recorder, { name: told?.toolName, input, call, run, handed: false });
        // Nobody can tell that it is the same call without its arguments.
        await made.open(withheld ? undefined : await made.earlier());
        return made;
      });
      open.set(key, gate);
      try {
        return await insideTool.run({ recorder, call }, execute);
      } catch (error) {
        if (open.delete(key)) {
          await gate.close({ error });
        }
        throw error;
      }
    },
    async onToolExecutionEnd(event: Event) {
      const key = `${String(event.callId)} ${String((event.toolCall as Event).toolCallId)}`;
      const gate = open.get(key);
      open.delete(key);
      await gate?.close({ status: "ok", output: (event.toolOutput as Event).output });
    },
    onStepEnd(event: Event) {
      for (const [name, members] of refusalsOf(event)) {
        send("message", `${String(event.callId)}:${name}`, { parent: String(event.callId), ...members });
      }
    },
    onEnd(event: Event) {
      const output = contentOf({ text: event.text, object: event.object, finishReason: event.finishReason });
      const failed = event.error !== undefined && event.error !== null;
      return end(event, failed ? "run-error" : "run-end", { content: content({ output, ...(failed ? { error: event.error } : {}) }) });
    },
    onAbort(event: Event) {
      return end(event, "run-end", { status: "cancelled", content: content({ text: event.reason }) });
    },
    onError(given: unknown) {
      const event = given as Event;
      const error = event?.error ?? given;
      return isAbort(error)
        ? end(event, "run-end", { status: "cancelled", content: content({ text: String((error as Error).message) }) })
        : end(event, "run-error", { content: content({ error }) });
    },
  } as unknown as Telemetry;
}
