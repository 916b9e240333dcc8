// What the AI SDK's events say, in the words of the feed.

import { content, ident } from "execert/integration";

/** An event, read member by member: releases add members. */
export type Event = { readonly [name: string]: unknown };

/** Whether an operation is one of text or objects; embeddings, speech and the like are not observed. */
export function isText({ operationId }: Event): boolean {
  return /^ai\.(generate|stream)(Text|Object)$/.test(String(operationId));
}

/** The caller gave up, or a time that it set was over: what the SDK itself takes for an abort. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && ["AbortError", "ResponseAborted", "TimeoutError"].includes(error.name);
}

/** Members that are there. */
export function contentOf(members: Event): Event {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined && member !== null));
}

/** Tokens, in the words of a record; providers tell totals with their parts. */
export function usageOf(given: unknown): Event | undefined {
  const usage = given as Event | undefined;
  const count = (value: unknown): number | undefined => {
    const total = typeof value === "object" ? (value as Event | null)?.total : value;
    return Number.isSafeInteger(total) ? (total as number) : undefined;
  };
  const told = contentOf({ input_tokens: count(usage?.inputTokens), output_tokens: count(usage?.outputTokens) });
  return Object.keys(told).length === 0 ? undefined : told;
}

/** Calls that the SDK itself did not let run: unknown tools, invalid arguments, approvals that are asked or denied. */
export function* refusalsOf(event: Event): Generator<[string, Event]> {
  for (const part of (event.content ?? []) as Event[]) {
    const call = (part.toolCall ?? part) as Event;
    const told = {
      call: ident(call.toolCallId),
      name: ident(call.toolName),
    };
    if (part.type === "tool-call" && part.invalid === true) {
      const error = part.error as { name?: string } | undefined;
      const unknown = String(error?.name).includes("NoSuchTool");
      yield [
        String(part.toolCallId),
        {
          ...told,
          status: "failed",
          content: content({ input: objectOf(part.input), output: String((error as Error | undefined)?.message ?? "") }),
          framework: { refused: unknown ? "unknown-tool" : "invalid-arguments" },
        },
      ];
    } else if (part.type === "tool-approval-response" && part.approved === false) {
      yield [
        String(call.toolCallId),
        { ...told, status: "failed", content: content({ input: objectOf(call.input) }), framework: { refused: "rejected" } },
      ];
    }
  }
}

function objectOf(input: unknown): unknown {
  return typeof input === "object" && input !== null ? input : { text: input ?? null };
}
