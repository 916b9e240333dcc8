// What n8n hands to hooks, as far as it is read here. Releases add members; all of them may be missing.

/** One item on a connection. */
export interface Item {
  readonly json?: unknown;
  readonly binary?: Readonly<Record<string, { readonly mimeType?: string; readonly fileName?: string; readonly fileSize?: unknown; readonly data?: unknown }>>;
  readonly error?: unknown;
}

/** Items by kind of connection (`main`, `ai_tool`, …), then by output. */
export type Connections = Readonly<Record<string, readonly (readonly Item[] | null)[] | undefined>>;

export interface Source {
  readonly previousNode: string;
  readonly previousNodeOutput?: number;
  readonly previousNodeRun?: number;
}

/** One execution of a node: before it has run only the first four are there. */
export interface Task {
  readonly startTime?: number;
  readonly executionIndex?: number;
  readonly source?: readonly (Source | null)[];
  readonly inputOverride?: Connections;
  readonly executionTime?: number;
  readonly executionStatus?: string;
  readonly data?: Connections;
  readonly error?: unknown;
  readonly metadata?: {
    readonly nodeWasResumed?: boolean;
    readonly subExecution?: { readonly executionId?: string; readonly workflowId?: string };
  };
}

export interface Node {
  readonly name: string;
  readonly type: string;
  readonly typeVersion?: number;
  readonly parameters?: unknown;
  readonly credentials?: Readonly<Record<string, { readonly name?: string } | undefined>>;
  readonly disabled?: boolean;
}

export interface Workflow {
  readonly id?: string;
  readonly name?: string;
  /** A list in what is stored, an object by name in a `Workflow`. */
  readonly nodes?: readonly Node[] | Readonly<Record<string, Node>>;
  readonly connections?: unknown;
  readonly connectionsBySourceNode?: unknown;
}

interface Action {
  readonly nodeName?: string;
  readonly runIndex?: number;
  readonly action?: { readonly id?: string };
}

/** All data of an execution, alive while it runs. */
export interface Data {
  readonly parentExecution?: { readonly executionId?: string };
  readonly resultData?: {
    readonly runData?: Readonly<Record<string, readonly Task[] | undefined>>;
    readonly pinData?: Readonly<Record<string, unknown>>;
    readonly error?: unknown;
    readonly lastNodeExecuted?: string;
  };
  readonly executionData?: {
    readonly nodeExecutionStack?: readonly { readonly node?: Node; readonly metadata?: { readonly subNodeExecutionData?: { readonly actions?: readonly Action[] } } }[];
  };
}

/** What an execution came to. */
export interface Ended {
  readonly status?: string;
  readonly mode?: string;
  readonly waitTill?: unknown;
  readonly data?: Data;
}

/** The contexts of n8n's lifecycle handlers. */
export interface Context {
  readonly workflow: Workflow;
  readonly mode: string;
  readonly executionId: string;
  readonly executionData?: Data;
}

export interface NodeContext extends Context {
  readonly nodeName: string;
  readonly taskData: Task;
}

export function nodesOf(workflow: Workflow): readonly Node[] {
  return Array.isArray(workflow.nodes) ? (workflow.nodes as readonly Node[]) : Object.values(workflow.nodes ?? {});
}
