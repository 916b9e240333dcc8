// An execution told of when it is over: for releases of n8n without the registry, and executions that began before us.

import { randomUUID } from "node:crypto";

import type { Recorder } from "execert";
import { content, ident } from "execert/integration";

import { threadOf } from "./execution";
import { nodesOf, type Ended, type Task, type Workflow } from "./n8n";
import { argumentsGiven, errorOf, isError, itemsGiven, nodeInput, originsOf, outputOf, statusOf, toolOf, workflowInput } from "./words";

/** Records all nodes of an execution that n8n says have run. Answers the run's id; rejects if anything is not written. */
export async function reported(recorder: Recorder, ended: Ended, workflow: Workflow, executionId: string): Promise<string> {
  // An execution that waited is told again, as a whole.
  const root = `${executionId} ${randomUUID()}`;
  const tell = async (event: string, id: string, members: object): Promise<{ readonly run?: unknown; readonly record?: unknown }> =>
    recorder.feed({ feed: 1, stack: "n8n", event, id, capture: "reported", ...members });
  const { data } = ended;
  const { run } = await tell("run-start", root, {
    name: ident(workflow.name ?? workflow.id ?? "workflow"),
    thread: threadOf(executionId),
    content: content({ input: workflowInput(workflow, ended.mode ?? "unknown") }),
    framework: { execution: executionId, ...(data?.parentExecution?.executionId === undefined ? {} : { parent: data.parentExecution.executionId }) },
  });
  const records = new Map<string, string>();
  for (const [name, at, task] of inOrder(ended)) {
    const node = nodesOf(workflow).find((one) => one.name === name);
    if (node?.disabled === true) {
      continue;
    }
    const sources = task.source ?? [];
    const given = task.inputOverride === undefined ? itemsGiven(data, sources) : argumentsGiven(task.inputOverride);
    const input = nodeInput(name, node, originsOf(sources, (source, index) => records.get(`${index} ${source}`)), given);
    const { record } = await tell(statusOf(task) === "failed" ? "node-error" : "node-end", `${root} ${at} ${name}`, {
      parent: root,
      name: toolOf(node),
      status: statusOf(task),
      content: content({ input, output: outputOf(task), error: statusOf(task) === "failed" ? errorOf(task.error) : undefined }),
    });
    const { digest } = (record ?? {}) as { readonly digest?: string };
    if (digest === undefined) {
      throw new Error(`execert: the record of node ${name} could not be written`);
    }
    records.set(`${at} ${name}`, digest);
  }
  const error = data?.resultData?.error;
  const failed = isError(error);
  await tell(failed ? "run-error" : "run-end", root, {
    status: ended.status === "canceled" ? "cancelled" : failed ? "failed" : ended.waitTill === undefined || ended.waitTill === null ? "ok" : "unknown",
    content: content({ output: { status: ended.status, nodes: records.size }, error: failed ? errorOf(error) : undefined }),
  });
  return String(run);
}

/** Executions of nodes in the order in which n8n began them, without those that it passed over or was kept from. */
function inOrder({ data }: Ended): [string, number, Task][] {
  const { runData = {}, pinData } = data?.resultData ?? {};
  return Object.entries(runData)
    .flatMap(([name, tasks]) => (tasks ?? []).map((task, at): [string, number, Task] => [name, at, task]))
    .filter(([name, , task]) => pinData?.[name] === undefined && task.executionStatus !== undefined && !refused(task))
    .sort(([, , a], [, , b]) => (a.executionIndex ?? 0) - (b.executionIndex ?? 0));
}

function refused(task: Task): boolean {
  return typeof task.error === "object" && task.error !== null && "execert" in task.error;
}
