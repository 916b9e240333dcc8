// What LangChain's values say, in the words of the feed.

import { createRequire } from "node:module";

import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import { toJsonSchema } from "@langchain/core/utils/json_schema";
import { plain, type Recorder } from "execert";
import { Feed, ident } from "execert/integration";

/** Something of the framework, read member by member: releases add members. */
export type Told = { readonly [name: string]: unknown };

const VERSIONS = versions("langchain", "@langchain/core", "@langchain/langgraph");

/** The feed of a recorder, shared by its handlers and gates. */
export function feedOf(recorder: Recorder): Feed {
  return Feed.of(recorder, "langchain-js", VERSIONS);
}

function versions(...names: string[]): { [name: string]: string } {
  const require = createRequire(import.meta.url);
  const found: { [name: string]: string } = {};
  for (const name of names) {
    try {
      found[name] = String((require(`${name}/package.json`) as Told).version);
    } catch {
      // Bundled, or not installed: then the record does not say it.
    }
  }
  return found;
}

/** A member of a value that may be anything; what throws when it is read is not there. */
export function told(value: unknown, ...path: string[]): unknown {
  try {
    return path.reduce((at, name) => (typeof at === "object" && at !== null ? (at as Told)[name] : undefined), value);
  } catch {
    return undefined;
  }
}

/** The last of a list, which ends the id of a class. */
export function last(list: unknown): unknown {
  return Array.isArray(list) ? (list as unknown[]).at(-1) : undefined;
}

/** The first of these that is a text. */
export function text(...values: unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === "string" && value !== "");
}

/** Where a call of the framework is: in which run of it, and in which conversation. */
export function placeOf(config: unknown): { parent: string | undefined; thread: string | undefined } {
  // A tool that is called inside a node without a config belongs to that node.
  const known = told(config, "callbacks") === undefined && told(config, "configurable") === undefined;
  const around: unknown = known ? AsyncLocalStorageProviderSingleton.getRunnableConfig() : config;
  const manager = told(around, "callbacks") as { getParentRunId?: () => unknown } | undefined;
  return {
    parent: text(typeof manager?.getParentRunId === "function" ? manager.getParentRunId() : undefined),
    thread: threadOf(told(around, "configurable"), told(around, "metadata")),
  };
}

/** The thread of a conversation, from a config's `configurable` or an event's metadata. */
export function threadOf(...places: unknown[]): string | undefined {
  const thread = places.map((place) => told(place, "thread_id")).find((id) => id !== undefined && id !== null);
  return thread === undefined ? undefined : ident(thread);
}

/** The status that an error stands for. A pause, a jump to another graph and an abort are no failure. */
export function ending(error: unknown, signal?: unknown): "cancelled" | "failed" {
  const reason = told(signal, "reason");
  const stopped = told(signal, "aborted") === true && (error === reason || ["Aborted", reason].includes(told(error, "message")));
  return stopped || told(error, "name") === "AbortError" || told(error, "is_bubble_up") === true ? "cancelled" : "failed";
}

/** How a tool ended, by what it answered. */
export function statusOf(output: unknown): "failed" | "ok" {
  return told(output, "status") === "error" ? "failed" : "ok";
}

/** Name, description and parameters of a tool, as the model sees them; plain JSON, whatever its schema holds. */
export function definitionOf(tool: unknown): object {
  const shown = { name: told(tool, "name"), description: told(tool, "description") ?? "" };
  let parameters: unknown;
  try {
    const schema = told(tool, "schema") as Parameters<typeof toJsonSchema>[0] | undefined;
    parameters = schema === undefined ? undefined : toJsonSchema(schema);
  } catch {
    // What cannot be shown as JSON Schema has no parameters.
  }
  return plain(parameters === undefined ? shown : { ...shown, parameters }).json as object;
}

/** The tool messages that a node answers with: a list, an update of the state, or commands. */
export function* toolMessages(output: unknown, depth = 0): Generator<Told> {
  if (depth > 4) {
    return;
  }
  if (Array.isArray(output)) {
    for (const item of output) {
      yield* toolMessages(item, depth + 1);
    }
  } else if (told(output, "type") === "tool" && text(told(output, "tool_call_id")) !== undefined) {
    yield output as Told;
  } else if (typeof output === "object" && output !== null) {
    // A command holds an update; what is not an object is wrapped as `output`.
    for (const name of ["messages", "update", "output"]) {
      yield* toolMessages(told(output, name), depth + 1);
    }
  }
}

/** What the frameworks' own answers begin with when no tool ran. They are no errors and give no event of a tool. */
const ANSWERS: readonly (readonly [RegExp, string])[] = [
  [/^Error: (?:.* is not a valid tool, try one of \[|Tool ".*" not found\.)/, "unknown-tool"],
  [/^Error(?: invoking tool '.*' with kwargs |: Received tool input did not match expected schema)/, "invalid-arguments"],
];

/** Why the framework answered in a tool's place, if its text says so. */
export function refusedBy(message: unknown): string | undefined {
  const content = told(message, "content");
  return ANSWERS.find(([answer]) => typeof content === "string" && answer.test(content))?.[1];
}
