// What n8n's data says, in the words of a record.

import { createHash } from "node:crypto";

import { ident } from "execert/integration";

import { nodesOf, type Connections, type Data, type Item, type Node, type Source, type Task, type Workflow } from "./n8n";

/** Where data came from: which output of which run of which node; `record` names that run's record. */
export interface Origin {
  readonly input: number;
  readonly node: string;
  readonly run: number;
  readonly output: number;
  readonly record?: string;
}

type Json = Record<string, unknown>;

/** A workflow as the gate is asked about it: `n8n.workflow`. */
export function workflowInput(workflow: Workflow, mode: string): Json {
  const nodes = [...nodesOf(workflow)].sort((a, b) => (a.name < b.name ? -1 : 1));
  const types: Record<string, number> = {};
  for (const { type } of nodes) {
    types[type] = (types[type] ?? 0) + 1;
  }
  const shape = {
    nodes: nodes.map((node) => [node.name, node.type, node.typeVersion, node.parameters, accounts(node), node.disabled === true]),
    connections: workflow.connections ?? workflow.connectionsBySourceNode,
  };
  return told({
    workflow: workflow.id,
    name: workflow.name,
    mode,
    types,
    digest: `sha256:${createHash("sha256").update(JSON.stringify(sorted(shape))).digest("hex")}`,
  });
}

/** What a policy calls a node of this type: without the `@` of a scoped package, which no name of a record begins with. */
export function toolOf(node: Node | undefined): string {
  return ident((node?.type ?? "unknown").replace(/^@/, ""));
}

/** A node that is about to run, or ran: what the gate is asked, and the input of its record. */
export function nodeInput(name: string, node: Node | undefined, from: readonly Origin[], given: Json): Json {
  return told({
    node: name,
    type: node?.type,
    version: node?.typeVersion,
    parameters: node?.parameters,
    accounts: node === undefined ? undefined : accounts(node),
    from: from.length === 0 ? undefined : from,
    ...given,
  });
}

/** What a node is given by its sources, as far as their data is there. */
export function itemsGiven(data: Data | undefined, sources: readonly (Source | null)[]): Json {
  const items = sources.flatMap((source) => {
    const task = source === null ? undefined : data?.resultData?.runData?.[source.previousNode]?.[source.previousNodeRun ?? 0];
    return itemsOf(task?.data?.["main"]?.[source?.previousNodeOutput ?? 0]);
  });
  return sources.some((source) => source !== null) ? { count: items.length, items } : {};
}

/** What an agent hands to a tool, which n8n tells beside the data. */
export function argumentsGiven(override: Connections | undefined): Json {
  const [type, outputs] = first(override);
  return type === undefined ? {} : { connection: type, arguments: itemsOf(outputs?.[0])[0] ?? null };
}

/** What a node put on its outputs. */
export function outputOf(task: Task): unknown {
  const [type, outputs] = first(task.data);
  return told({
    outputs: outputs?.map(itemsOf),
    connection: type === "main" ? undefined : type,
    execution: task.metadata?.subExecution?.executionId,
  });
}

/** How a node ended. */
export function statusOf(task: Task): "ok" | "failed" | "cancelled" | "unknown" {
  switch (task.executionStatus) {
    case "success":
      return "ok";
    case "error":
    case "crashed":
      return "failed";
    case "canceled":
      return "cancelled";
    default:
      return "unknown";
  }
}

/** An error of n8n: it holds requests, with their headers, and traces, which say nothing to others. */
export function errorOf(error: unknown): Json {
  const given = (error ?? {}) as { readonly name?: unknown; readonly message?: unknown; readonly description?: unknown; readonly httpCode?: unknown };
  const text = (value: unknown): string | undefined => (value === undefined || value === null ? undefined : String(value));
  return told({
    type: text(given.name) ?? "Error",
    message: text(given.message) ?? "",
    description: text(given.description),
    http_code: text(given.httpCode),
  });
}

export function isError(error: unknown): boolean {
  return error !== undefined && error !== null;
}

export function originsOf(sources: readonly (Source | null)[], recordOf?: (node: string, run: number) => string | undefined): Origin[] {
  return sources.flatMap((source, input) => {
    if (source === null) {
      return [];
    }
    const run = source.previousNodeRun ?? 0;
    const record = recordOf?.(source.previousNode, run);
    return [{ input, node: source.previousNode, run, output: source.previousNodeOutput ?? 0, ...(record === undefined ? {} : { record }) }];
  });
}

/** Accounts by their names: what they hold is never read. (`credentials` would be withheld for its name.) */
function accounts(node: Node): Json | undefined {
  const used = Object.entries(node.credentials ?? {}).map(([type, account]) => [type, account?.name ?? null]);
  return used.length === 0 ? undefined : Object.fromEntries(used);
}

function itemsOf(items: readonly Item[] | null | undefined): unknown[] {
  return (items ?? []).map(({ json, binary, error }) => {
    if (binary === undefined && error === undefined) {
      return json ?? {};
    }
    const files = Object.entries(binary ?? {}).map(([name, file]) => [name, told({ type: file.mimeType, name: file.fileName, size: file.fileSize })]);
    return told({
      ...(typeof json === "object" ? json : { json }),
      ...(binary === undefined ? {} : { $binary: Object.fromEntries(files) }),
      ...(error === undefined ? {} : { $error: errorOf(error) }),
    });
  });
}

function first(connections: Connections | undefined): [string | undefined, Connections[string]] {
  return Object.entries(connections ?? {})[0] ?? [undefined, undefined];
}

function told(members: Json): Json {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));
}

/** The same value with the members of its objects in order: equal values give equal text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]));
  }
  return value;
}
