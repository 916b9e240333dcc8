// A middleware around a language model: its calls are records also where telemetry is switched off.

import { currentRun, plain, type Outcome, type Recorder, type Run, type Step } from "execert";
import { ident } from "execert/integration";
import type { LanguageModelMiddleware } from "ai";

import { contentOf, isAbort, usageOf, type Event } from "./events.js";
import { insideModel } from "./inside.js";

/** What `execertModel` may be told. */
export interface ModelRecordOptions {
  /** The conversation of a call that is in no run of the application. */
  readonly thread?: string;
}

/**
 * `wrapLanguageModel({ model, middleware: execertModel(recorder) })`: each call of the model is a step of the run that this
 * code is in (`recorder.run`), or of a run of its own. It watches, and never stops anything.
 */
export function execertModel(recorder: Recorder, options: ModelRecordOptions = {}): LanguageModelMiddleware {
  const begin = async (model: Event, params: Event): Promise<Told | undefined> =>
    insideModel.getStore() === recorder ? undefined : Told.begin(recorder, options.thread, model, params);
  const middleware = {
    specificationVersion: "v4",
    async wrapGenerate({ doGenerate, params, model }: { doGenerate: () => PromiseLike<Event>; params: Event; model: Event }) {
      const told = await begin(model, params);
      try {
        const result = await doGenerate();
        await told?.end(result.content, result.finishReason, result);
        return result;
      } catch (error) {
        await told?.fail(error);
        throw error;
      }
    },
    async wrapStream({ doStream, params, model }: { doStream: () => PromiseLike<Event>; params: Event; model: Event }) {
      const told = await begin(model, params);
      try {
        const result = await doStream();
        return told === undefined ? result : { ...result, stream: watched(result.stream as ReadableStream<Event>, told) };
      } catch (error) {
        await told?.fail(error);
        throw error;
      }
    },
  };
  return middleware as unknown as LanguageModelMiddleware;
}

/** One call of a model, as far as it can be recorded. */
class Told {
  readonly #step: Step;
  readonly #own: Run | undefined;
  #ended = false;

  private constructor(step: Step, own: Run | undefined) {
    this.#step = step;
    this.#own = own;
  }

  static async begin(recorder: Recorder, thread: string | undefined, model: Event, params: Event): Promise<Told | undefined> {
    const { prompt, tools, abortSignal, headers, includeRawChunks, providerOptions, ...settings } = params;
    const name = ident(model.modelId);
    const { json, conversions } = plain({ input: contentOf({ messages: prompt, tools }), params: contentOf({ provider: model.provider, ...settings }) });
    const told = json as { input: unknown; params: unknown };
    try {
      const inside = currentRun(recorder);
      const own = inside === undefined ? await recorder.run(name, undefined, thread === undefined ? {} : { thread: ident(thread) }) : undefined;
      const details = { kind: "model.call", params: told.params, ...(conversions.length === 0 ? {} : { conversions }) };
      return new Told(await ((inside ?? own) as Run).step(name, told.input, { details }), own);
    } catch (error) {
      lost(error);
      return undefined;
    }
  }

  async end(content: unknown, finish: unknown, about: Event): Promise<void> {
    const response = about.response as Event | undefined;
    const model = contentOf({
      served: response?.modelId === undefined ? undefined : ident(response.modelId),
      response_id: response?.id === undefined ? undefined : ident(response.id),
    });
    await this.close({
      status: "ok",
      output: contentOf({ content, finishReason: (finish as Event | undefined)?.unified ?? finish }),
      ...contentOf({ usage: usageOf(about.usage), model: Object.keys(model).length === 0 ? undefined : model }),
    });
  }

  fail(error: unknown): Promise<void> {
    return this.close(isAbort(error) ? { status: "cancelled" } : { error });
  }

  async close(outcome: Outcome): Promise<void> {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    try {
      await this.#step.close(outcome);
      await this.#own?.close();
    } catch (error) {
      lost(error);
    }
  }
}

/** The same stream, part by part when it is read; what came of it is recorded at its end. */
function watched(stream: ReadableStream<Event>, told: Told): ReadableStream<Event> {
  const reader = stream.getReader();
  const content: Event[] = [];
  const texts = new Map<string, { type: string; text: string }>();
  let finish: Event = {};
  let response: Event = {};
  let failure: unknown;
  const note = (part: Event): void => {
    const type = String(part.type);
    if (type === "text-start" || type === "reasoning-start") {
      const text = { type: type.slice(0, -6), text: "" };
      texts.set(`${text.type} ${String(part.id)}`, text);
      content.push(text);
    } else if (type === "text-delta" || type === "reasoning-delta") {
      const text = texts.get(`${type.slice(0, -6)} ${String(part.id)}`);
      if (text !== undefined) text.text += String(part.delta);
    } else if (type === "finish") {
      finish = part;
    } else if (type === "response-metadata") {
      response = part;
    } else if (type === "error") {
      failure = part.error ?? part;
    } else if (["tool-call", "tool-result", "source", "file"].includes(type)) {
      content.push(part);
    }
  };
  const ended = (): Promise<void> =>
    failure === undefined ? told.end(content, finish.finishReason, { usage: finish.usage, response }) : told.fail(failure);
  return new ReadableStream<Event>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            await ended();
            controller.close();
          } else {
            note(value);
            controller.enqueue(value);
          }
        } catch (error) {
          await told.fail(error);
          throw error;
        }
      },
      async cancel(reason) {
        await told.close({ status: "cancelled", output: contentOf({ content }) });
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function lost(error: unknown): void {
  process.emitWarning(`a model call could not be recorded: ${String(error)}`, "ExecertWarning");
}
