// One execution while it runs: each node is asked for at the gate before it runs, and recorded when it has.

import { isDeepStrictEqual } from "node:util";

import { Denied, plain, type Plain, type Record as Written, type Recorder, type Run, type Step } from "execert";
import { ident } from "execert/integration";

import { nodesOf, type Context, type Data, type Ended, type NodeContext, type Task, type Workflow } from "./n8n";
import { argumentsGiven, errorOf, isError, itemsGiven, nodeInput, originsOf, outputOf, statusOf, toolOf, workflowInput } from "./words";

/** A node that was permitted and has not ended. */
interface Open {
  readonly node: string;
  readonly step: Step;
  /** What a tool was to be given, as text. */
  readonly given: string | undefined;
}

interface Link {
  readonly rel: string;
  readonly digest: string;
  readonly seq: number;
}

export class Execution {
  /** Runs of sub-workflows, for the bundle. */
  readonly children: Execution[] = [];
  /** The outermost execution: what runs of one execution are found by. */
  readonly thread: string;
  readonly #recorder: Recorder;
  readonly #asks: boolean;
  readonly #earlier: readonly string[];
  readonly #data: Data | undefined;
  readonly #run: Run;
  /** Open nodes by n8n's number of their execution. */
  readonly #open = new Map<number, Open>();
  /** The last record of each run of a node. */
  readonly #records = new Map<string, Written>();
  #last: Promise<void> = Promise.resolve();
  #nodes = 0;
  /** The node at which an execution waited: n8n disables it in its own data and passes over it when it goes on. */
  #waited: string | undefined;
  /** Why the evidence is not whole. */
  #failure: Error | undefined;

  private constructor(recorder: Recorder, run: Run, data: Data | undefined, thread: string, asks: boolean, earlier: readonly string[]) {
    this.#earlier = earlier;
    this.#recorder = recorder;
    this.#asks = asks;
    this.#run = run;
    this.#data = data;
    const next = data?.executionData?.nodeExecutionStack?.[0]?.node;
    this.#waited = next?.disabled === true ? next.name : undefined;
    this.thread = thread;
  }

  /** Its run, those before it went to wait, and those of its sub-workflows. */
  runs(): string[] {
    return [...this.#earlier, this.#run.id, ...this.children.flatMap((child) => child.runs())];
  }

  /** Begins a run, below the node of another one if it is that of a sub-workflow. */
  static async begin(recorder: Recorder, context: Context, parent: Execution | undefined, asks: boolean, earlier: readonly string[] = []): Promise<Execution> {
    const { workflow, mode, executionId, executionData } = context;
    const thread = parent?.thread ?? threadOf(executionId);
    const caller = parent?.caller();
    const run = await recorder.run(ident(workflow.name ?? workflow.id ?? "workflow"), plain(workflowInput(workflow, mode)).json, {
      thread,
      params: { stack: "n8n", execution: executionId },
      ...(caller === undefined ? {} : { links: [{ rel: "child-of", ...caller }] }),
    });
    return new Execution(recorder, run, executionData, thread, asks, earlier);
  }

  /** Asks for a workflow before n8n has an execution for it; a run of its own. */
  static async alone(recorder: Recorder, workflow: Workflow, mode: string): Promise<void> {
    const context = { workflow, mode, executionId: "none" };
    const execution = await Execution.begin(recorder, context, undefined, true);
    try {
      await execution.ask(context);
    } catch (error) {
      await execution.end({ data: { resultData: { error } } });
      throw error;
    }
    await execution.end({ status: "permitted" });
  }

  /** The node that runs a sub-workflow: the one that was begun last. */
  caller(): { digest: string; seq: number } | undefined {
    const record = [...this.#open.values()].at(-1)?.step.record;
    return record === undefined ? undefined : { digest: record.digest, seq: record.seq };
  }

  /** Asks for the workflow itself. */
  async ask({ workflow, mode }: Context): Promise<void> {
    if (this.#asks) {
      const step = await this.#asked("n8n.workflow", `workflow ${workflow.name ?? ""}`, plain(workflowInput(workflow, mode)), { kind: "workflow.node" });
      await this.#written(step.close({ status: "ok" }));
    }
  }

  /** A node is about to run: what it is given is read now, since parts of agents do not wait for hooks. */
  before({ nodeName, taskData, workflow }: NodeContext): Promise<void> {
    const node = nodesOf(workflow).find(({ name }) => name === nodeName);
    if (node?.disabled === true || nodeName === this.#waited || this.#data?.resultData?.pinData?.[nodeName] !== undefined) {
      // n8n tells of it as of one that runs.
      return Promise.resolve();
    }
    const sources = taskData.source ?? [];
    const name = toolOf(node);
    const part = taskData.executionStatus === "running";
    const tool = part ? undefined : this.#toolCall(nodeName);
    const override = part ? taskData.inputOverride : tool?.task.inputOverride;
    const given = override === undefined ? itemsGiven(this.#data, sources) : argumentsGiven(override);
    const input = plain(nodeInput(nodeName, node, originsOf(sources), given));
    return this.#inTurn(async () => {
      const links = this.#links(sources);
      let step: Step;
      if (part) {
        // A model, a memory, a parser: an agent calls it by itself, and if a hook throws here n8n only warns.
        const kind = given["connection"] === "ai_languageModel" ? "model.call" : "workflow.node";
        step = await this.#guarded(this.#run.step(name, input.json, { details: { kind, links } }));
      } else {
        const call = tool?.call === undefined ? {} : { callId: ident(tool.call) };
        step = await this.#asked(name, `node ${nodeName} (${name})`, input, { kind: tool === undefined ? "workflow.node" : "tool.call", links, ...call });
      }
      this.#nodes += 1;
      this.#open.set(taskData.executionIndex ?? -1, { node: nodeName, step, given: tool === undefined ? undefined : JSON.stringify(override) });
    });
  }

  after({ nodeName, taskData, workflow, executionData }: NodeContext): Promise<void> {
    const run = (executionData ?? this.#data)?.resultData?.runData?.[nodeName]?.findIndex(({ executionIndex }) => executionIndex === taskData.executionIndex) ?? 0;
    const [status, output, resumed] = [statusOf(taskData), plain(outputOf(taskData)).json, taskData.metadata?.nodeWasResumed === true];
    const error = status === "failed" ? { error: errorOf(taskData.error), failure: "tool.error" } : {};
    const given = JSON.stringify(taskData.inputOverride);
    return this.#inTurn(async () => {
      const open = this.#take(nodeName, taskData.executionIndex ?? -1, resumed);
      if (open === undefined) {
        await this.#passed({ nodeName, taskData, workflow }, output, run);
        return;
      }
      const same = open.given === undefined || open.given === given;
      const record = await this.#written(open.step.close(same ? { status, output, ...error } : { status: "unknown", output }));
      if (record !== undefined) {
        this.#records.set(`${run} ${nodeName}`, record);
      }
      if (!same) {
        throw this.#failed(new Error(`n8n gave ${nodeName} other arguments than the gate was asked about: this release of n8n calls tools in another order, and is not supported`));
      }
    });
  }

  /** Ends the run. Rejects if anything of it could not be written. */
  end(ended: Ended): Promise<void> {
    const error = ended.data?.resultData?.error;
    const waiting = ended.waitTill !== undefined && ended.waitTill !== null;
    return this.#inTurn(async () => {
      for (const { step } of this.#open.values()) {
        // It was permitted, and n8n has not said what came of it.
        await this.#written(step.close({ status: "unknown" }));
      }
      this.#open.clear();
      this.#run.output = plain({ status: ended.status, nodes: this.#nodes, last: ended.data?.resultData?.lastNodeExecuted ?? null }).json;
      const { head } = await this.#guarded(this.#run.close(ended.status === "canceled" ? { status: "cancelled" } : isError(error) ? { error: errorOf(error) } : waiting ? { status: "unknown" } : {}));
      if (head === undefined) {
        this.#failed(new Error("the end of the run could not be written"));
      }
      if (this.#failure !== undefined) {
        throw this.#failure;
      }
    });
  }

  /** A node that n8n passed over: disabled, its data pinned, or waited at before. Nothing ran, so it is no step. */
  async #passed({ nodeName, taskData, workflow }: Pick<NodeContext, "nodeName" | "taskData" | "workflow">, output: unknown, run: number): Promise<void> {
    const node = nodesOf(workflow).find(({ name }) => name === nodeName);
    const pinned = this.#data?.resultData?.pinData?.[nodeName] !== undefined;
    const waited = nodeName === this.#waited;
    this.#waited = undefined;
    const sources = taskData.source ?? [];
    const record = await this.#guarded(
      this.#run.note(node?.disabled === true ? "node-disabled" : waited ? "node-waited" : pinned ? "node-pinned" : "node-unasked", {
        input: plain(nodeInput(nodeName, node, originsOf(sources), {})).json,
        output,
        links: this.#links(sources),
      }),
    );
    this.#records.set(`${run} ${nodeName}`, record);
  }

  /** Opens a gated step; what refuses it becomes the error that n8n shows. */
  async #asked(name: string, what: string, { json, conversions }: Plain, details: object): Promise<Step> {
    const approval = this.#asks ? await this.#approval(name, json) : undefined;
    try {
      const step = await this.#run.tool(name, json, {
        ...(approval === undefined ? {} : { approval }),
        // n8n gives the node its own data.
        details: { ...details, liveArguments: true, ...(conversions.length === 0 ? {} : { conversions: conversions.map(([pointer, word]) => [`/input${pointer}`, word] as const) }) },
      });
      if (step.record === undefined) {
        this.#failed(new Error(`the intent of ${what} could not be written`));
      }
      return step;
    } catch (error) {
      if (!(error instanceof Denied)) {
        throw this.#failed(error);
      }
      const next = error.request === undefined ? "" : `. Request ${error.request}: approve it with \`execert approve\`, then run the workflow again`;
      throw Object.assign(new Error(`execert: ${what} was not run: ${error.message}${next}`), { execert: error.code });
    }
  }

  /** An approval of exactly this: the run that asked for it has ended. */
  async #approval(name: string, input: unknown): Promise<string | undefined> {
    const approved = await this.#guarded(this.#recorder.requests({ state: "approved" }));
    return approved.find(({ tool, input: asked }) => tool === name && isDeepStrictEqual(asked, input))?.digest;
  }

  /** The open node that ends now. An agent that waited for its tools has a new number when it ends. */
  #take(node: string, index: number, resumed: boolean): Open | undefined {
    const found = this.#open.get(index)?.node === node ? index : resumed ? [...this.#open].find(([, open]) => open.node === node)?.[0] : undefined;
    const open = found === undefined ? undefined : this.#open.get(found);
    this.#open.delete(found ?? -1);
    return open;
  }

  /** What an agent asked a tool for: the first call of this tool that has not begun. */
  #toolCall(node: string): { task: Task; call: string | undefined } | undefined {
    const tasks = this.#data?.resultData?.runData?.[node] ?? [];
    const at = tasks.findIndex((task) => task.executionStatus === undefined && task.inputOverride !== undefined);
    const task = tasks[at];
    const stack = this.#data?.executionData?.nodeExecutionStack ?? [];
    const actions = stack.flatMap((entry) => entry.metadata?.subNodeExecutionData?.actions ?? []);
    return task === undefined ? undefined : { task, call: actions.find((action) => action.nodeName === node && action.runIndex === at)?.action?.id };
  }

  /** Records whose data is used, or, for a part of an agent, the agent's intent. */
  #links(sources: NonNullable<Task["source"]>): Link[] {
    const links = new Map<string, Link>();
    for (const source of sources) {
      const record = source === null ? undefined : this.#records.get(`${source.previousNodeRun ?? 0} ${source.previousNode}`);
      const open = [...this.#open.values()].findLast(({ node }) => node === source?.previousNode)?.step.record;
      const target = open ?? record;
      if (target !== undefined) {
        links.set(target.digest, { rel: open === undefined ? "consumed" : "triggered-by", digest: target.digest, seq: target.seq });
      }
    }
    return [...links.values()].sort((a, b) => (a.rel + a.digest < b.rel + b.digest ? -1 : 1));
  }

  /** One after the other, in the order in which n8n told. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** The record of a close; one that could not be written makes the execution an error at its end. */
  async #written(close: Promise<Written | undefined>): Promise<Written | undefined> {
    const record = await this.#guarded(close);
    if (record === undefined) {
      this.#failed(new Error("an outcome could not be written"));
    }
    return record;
  }

  async #guarded<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): Error {
    const failure = error instanceof Error ? error : new Error(String(error));
    this.#failure ??= failure;
    return failure;
  }
}

/** What the runs of one execution have in common. */
export function threadOf(executionId: string): string {
  return ident(`n8n-${executionId}`);
}
