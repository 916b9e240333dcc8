// What JSON-RPC messages of MCP say, in the words of records.

import { plain, type Outcome } from "execert";

/** A JSON-RPC message, or anything else that came over the wire. */
export type Message = { readonly [name: string]: unknown };

export type Id = string | number;

/** A refusal as JSON-RPC error. The SDK makes errors of its own with this number (timeouts): `data.code` tells them apart. */
export const REFUSED = -32001;

/** Requests that are observed: what stands in the feed for them. */
export const OBSERVED: Readonly<Record<string, "retrieval" | "node" | "model">> = {
  "resources/read": "retrieval",
  "prompts/get": "retrieval",
  "elicitation/create": "node",
  "sampling/createMessage": "model",
};

export function object(value: unknown): Message {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Message) : {};
}

/** A name or reason as text, whatever was sent in its place. */
export function text(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}

export function isId(id: unknown): id is Id {
  return typeof id === "string" || typeof id === "number";
}

/** How a call of a tool ended, by its answer. */
export function outcomeOf(answer: Message, request: Message): Outcome {
  if ("error" in answer) {
    return { error: object(answer.error) };
  }
  const result = object(answer.result);
  if (result.isError === true) {
    return { status: "failed", failure: "tool.error", output: answer.result };
  }
  // A task was made; what becomes of it is asked for by other requests.
  const task = "task" in object(request.params) && "task" in result && !("content" in result);
  return { status: task ? "unknown" : "ok", output: answer.result };
}

/** How a request ends that its sender gave up: a timeout says that nobody knows, any other reason that it was meant. */
export function givenUp(reason: unknown): "cancelled" | "unknown" {
  return /\btime(d )?out\b/i.test(text(reason)) ? "unknown" : "cancelled";
}

/** A tool as `tools/list` shows it: what the digest of a definition is made of. */
export function definitionOf({ name, description, inputSchema }: Message): object {
  const told = {
    name: text(name),
    ...(typeof description === "string" ? { description } : {}),
    ...(typeof inputSchema === "object" && inputSchema !== null ? { parameters: inputSchema } : {}),
  };
  return plain(told).json as object;
}
