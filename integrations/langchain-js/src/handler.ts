// The observer: LangChain's callbacks as events of the feed. It watches, and never stops anything.

import { GraphCallbackHandler, type GraphInterruptEvent, type GraphResumeEvent } from "@langchain/langgraph";
import type { Recorder } from "execert";
import { content, ident, type Feed } from "execert/integration";

import { definitionOf, ending, feedOf, last, refusedBy, statusOf, text, threadOf, told, toolMessages, type Told } from "./events.js";
import { INSIDE, stopped } from "./gate.js";

/** Give it in `callbacks`. Reads each payload at the time of its event: payloads change afterwards. */
export class ExecertHandler extends GraphCallbackHandler {
  override name = "ExecertHandler";
  // In the background events would come late and after their run; a handler that raises changes what the agent does.
  override awaitHandlers = true;
  override raiseError = false;
  readonly #recorder: Recorder;
  readonly #feed: Feed;

  constructor(recorder: Recorder) {
    super();
    // Kept, so that the recorder lives as long as something may still be recorded.
    this.#recorder = recorder;
    this.#feed = feedOf(recorder);
  }

  override copy(): this {
    return this;
  }

  // The declared order of the parameters is not the one in which LangChain gives them: the parent is the fourth.
  override handleChainStart(
    _: unknown, inputs: unknown, id: string, parent?: string, _tags?: string[], about?: Told, _type?: string, name?: string,
  ): void {
    const named = ident(name ?? "chain");
    if (parent === undefined) {
      const given = { name: named, thread: threadOf(about), content: content({ input: inputs }), framework: framework(about) };
      this.#send("run-start", id, given);
    } else {
      // Steps inside a run are told by name: what they carry stands in the records of models and tools.
      this.#send("node-start", id, { parent, name: named, framework: framework(about, name ?? "") });
    }
  }

  override handleChainEnd(outputs: unknown, id: string, parent?: string, _tags?: string[], more?: Told): Promise<void> | void {
    if (parent === undefined) {
      // A run over a generator tells its input only now. After this the process may end, so the record is waited for.
      return this.#send("run-end", id, { status: "ok", content: content({ output: outputs, input: told(more, "inputs") }) });
    }
    for (const message of toolMessages(outputs)) {
      this.#send("message", id, {
        parent,
        call: ident(message.tool_call_id),
        name: ident(text(message.name) ?? "tool"),
        status: statusOf(message),
        content: content({ output: message }),
        framework: { refused: refusedBy(message) },
      });
    }
    void this.#send("node-end", id, { parent, status: "ok" });
  }

  override handleChainError(error: unknown, id: string, parent?: string): Promise<void> | void {
    const sent = this.#error(parent === undefined ? "run-error" : "node-error", error, id, parent);
    return parent === undefined ? sent : undefined;
  }

  override handleChatModelStart(
    model: unknown, messages: unknown, id: string, parent?: string, extra?: Told, _tags?: string[], about?: Told,
  ): void {
    const given: unknown = Array.isArray(messages) && messages.length === 1 ? messages[0] : messages;
    this.#modelStart(model, { messages: given }, id, parent, extra, about);
  }

  override handleLLMStart(
    model: unknown, prompts: unknown, id: string, parent?: string, extra?: Told, _tags?: string[], about?: Told,
  ): void {
    this.#modelStart(model, { prompts }, id, parent, extra, about);
  }

  #modelStart(model: unknown, given: Told, id: string, parent?: string, extra?: Told, about?: Told): void {
    const { tools: bound, ...params } = (told(extra, "invocation_params") ?? {}) as Told;
    const offered = bound ?? told(extra, "options", "tools");
    const shown = (tool: unknown): unknown => (told(tool, "schema") === undefined ? tool : definitionOf(tool));
    const tools: unknown = Array.isArray(offered) ? offered.map(shown) : offered;
    // `model` holds the whole configuration: only the name of its class is used.
    const name = text(params.model, params.model_name, told(about, "ls_model_name"), params._type, last(told(model, "id")));
    void this.#send("model-start", id, {
      parent,
      name: ident(name ?? "model"),
      thread: threadOf(about),
      content: content({ input: { ...given, ...(tools === undefined ? {} : { tools }) }, params }),
      framework: { ...framework(about), provider: ident(text(told(about, "ls_provider"), params._type) ?? "unknown") },
    });
  }

  override handleLLMEnd(result: unknown, id: string, parent?: string): void {
    const found = [told(result, "generations")].flat(2).filter((item) => item !== undefined);
    const answers = found.map((item) => told(item, "message") ?? told(item, "text"));
    const about = { ...(told(result, "llmOutput") as Told), ...(told(answers[0], "response_metadata") as Told) };
    const used = (name: string, other: string): number | undefined => {
      const count = told(answers[0], "usage_metadata", name) ?? told(about.tokenUsage, other);
      return Number.isSafeInteger(count) ? (count as number) : undefined;
    };
    const usage = { input_tokens: used("input_tokens", "promptTokens"), output_tokens: used("output_tokens", "completionTokens") };
    const [served, response] = [text(about.model_name, about.model), text(about.id)];
    void this.#send("model-end", id, {
      parent,
      status: "ok",
      content: content({ output: answers.length === 1 ? answers[0] : answers }),
      framework: {
        usage: present(usage),
        served: served === undefined ? undefined : ident(served),
        response_id: response === undefined ? undefined : ident(response),
      },
    });
  }

  override handleLLMError(error: unknown, id: string, parent?: string): void {
    void this.#error("model-error", error, id, parent);
  }

  override handleToolStart(
    tool: unknown, input: string, id: string, parent?: string, _tags?: string[], about?: Told, name?: string, call?: string,
  ): void {
    const named = ident(text(name, told(tool, "name"), last(told(tool, "id"))) ?? "tool");
    const inside = INSIDE.getStore();
    if (inside?.recorder === this.#recorder && inside.parent === parent && inside.tool === undefined) {
      inside.tool = id;
    }
    void this.#send("tool-start", id, {
      parent,
      name: named,
      call: call === undefined ? undefined : ident(call),
      thread: threadOf(about),
      content: content({ input: parsed(input) }),
      framework: framework(about),
    });
  }

  override handleToolEnd(output: unknown, id: string, parent?: string): void {
    void this.#send("tool-end", id, { parent, status: statusOf(output), content: content({ output }) });
  }

  override handleToolError(error: unknown, id: string, parent?: string): void {
    void this.#error("tool-error", error, id, parent);
  }

  override handleRetrieverStart(
    retriever: unknown, query: string, id: string, parent?: string, _tags?: string[], about?: Told, name?: string,
  ): void {
    const named = ident(text(name, last(told(retriever, "id"))) ?? "retriever");
    void this.#send("retrieval", id, { parent, name: named, thread: threadOf(about), content: content({ input: query }) });
  }

  override handleRetrieverEnd(documents: unknown, id: string, parent?: string): void {
    void this.#send("retrieval", id, { parent, status: "ok", content: content({ output: documents }) });
  }

  override handleRetrieverError(error: unknown, id: string, parent?: string): void {
    void this.#error("retrieval", error, id, parent);
  }

  /** A run pauses for people. */
  override handleInterrupt(event: GraphInterruptEvent): void {
    this.#pause("interrupt", event, content({ input: event.interrupts.map(({ id, value }) => [id, value]) }));
  }

  /** And goes on from a checkpoint. */
  override handleResume(event: GraphResumeEvent): void {
    this.#pause("resume", event);
  }

  #pause(name: string, event: GraphResumeEvent, given?: Told): void {
    const place = { checkpoint: event.checkpointId, namespace: event.checkpointNs.join("/") };
    void this.#send(name, event.runId ?? event.checkpointId, { content: given, framework: place });
  }

  #error(event: string, error: unknown, id: string, parent?: string): Promise<void> {
    // LangGraph tells an aborted run as an error that only says so.
    const aborted = /^(run|node)-/.test(event) && /^Abort(ed)?$/.test(String(told(error, "message")));
    const status = aborted ? "cancelled" : ending(error);
    return this.#send(event, id, { parent, status, content: status === "failed" ? content({ error }) : undefined });
  }

  #send(event: string, id: string, members: { [name: string]: unknown; framework?: Told }): Promise<void> {
    const inside = INSIDE.getStore();
    const { framework: about, ...same } = members;
    if (inside?.recorder === this.#recorder && inside.tool !== undefined) {
      if (inside.tool === id) {
        // The gate has the record of this call.
        return Promise.resolve();
      }
      // What the call does stands where the call stands.
      same.parent = same.parent === inside.tool ? inside.parent : same.parent;
    }
    const after = event.startsWith("run-e") ? stopped(this.#recorder) : undefined;
    return this.#feed.send(event, id, about === undefined ? same : { ...same, framework: present(about) }, after);
  }
}

function present(members: Told): Told {
  const empty = (member: unknown): boolean => typeof member === "object" && Object.keys(member ?? {}).length === 0;
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined && !empty(member)));
}

/** Arguments come as a JSON text; a tool of one text gets that text. */
function parsed(input: string): unknown {
  try {
    return JSON.parse(input) as unknown;
  } catch {
    return input;
  }
}

/**
 * Positions of the framework, which differ from run to run. A node of the graph has its own name; what runs inside it is
 * plumbing, and so are the entry of a graph and the two nodes of an agent that only call its model and its tools.
 */
function framework(about: Told | undefined, name?: string): Told {
  const positions = ["langgraph_step", "langgraph_node", "langgraph_checkpoint_ns"] as const;
  const found: Told = Object.fromEntries(positions.map((key) => [key, about?.[key]]).filter(([, value]) => value !== undefined));
  if (name === undefined) {
    return found;
  }
  const agent = about?.ls_integration === "langchain_create_agent" && ["model_request", "tools"].includes(name);
  return agent || name === "__start__" || name !== about?.langgraph_node ? { ...found, plumbing: true } : found;
}
