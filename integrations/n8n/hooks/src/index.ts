// The hooks: what n8n calls at the start and end of executions and, where its registry is there, around every node.

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import type { Recorder } from "execert";
import { ident } from "execert/integration";

import { reported } from "./after";
import { configOf, open, type Config } from "./config";
import { Execution, threadOf } from "./execution";
import type { Context, Ended, NodeContext, Workflow } from "./n8n";

export { configOf, type Config } from "./config";

/** The file for EXTERNAL_HOOK_FILES. */
export const hookPath = join(__dirname, "hook.js");

/** What a file of EXTERNAL_HOOK_FILES exports. */
export interface Hooks {
  readonly workflow: {
    readonly preExecute: readonly ((workflow: Workflow, mode: string) => Promise<void>)[];
    readonly postExecute: readonly ((ended: Ended | undefined, workflow: Workflow, executionId: string) => Promise<void>)[];
  };
  readonly n8n: { readonly stop: readonly (() => Promise<void>)[] };
}

/** n8n's registry of handlers (`LifecycleMetadata`) and its container. */
export interface Registry {
  register(handler: { handlerClass: unknown; methodName: string; eventName: string }): void;
  set(handlerClass: unknown, instance: unknown): void;
}

/** Whether what is configured will do. Rejects with what is wrong. */
export async function check(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const recorder = await open(configOf(env));
  await recorder.close();
}

/** The hooks of one n8n process. Without a registry nodes are told of when the execution is over. */
export function hooks(config: Config, registry: Registry | undefined): Hooks {
  let opened: Promise<Recorder> | undefined;
  const recorder = (): Promise<Recorder> => (opened ??= open(config));
  const running = new Map<string, Execution>();
  /** Executions whose end failed: n8n calls again after a throw. */
  const ended = new Set<string>();
  /** Ends that were told: a file that is listed twice is called twice. */
  const seen = new WeakSet<Ended>();

  const begin = async (context: Context, earlier: readonly string[] = []): Promise<void> => {
    const parent = running.get(context.executionData?.parentExecution?.executionId ?? "");
    let execution: Execution;
    try {
      execution = await Execution.begin(await recorder(), context, parent, config.policy !== undefined, earlier);
    } catch (error) {
      // n8n puts this down as an error of the first node, which has not run.
      throw Object.assign(new Error(`execert: execution ${context.executionId} cannot be recorded, so it was not begun: ${textOf(error)}`, { cause: error }), { execert: "not-begun" });
    }
    parent?.children.push(execution);
    running.set(context.executionId, execution);
    await execution.ask(context);
  };

  if (registry !== undefined) {
    class ExecertHandler {
      async workflowExecuteBefore(context: Context): Promise<void> {
        await begin(context);
      }
      async workflowExecuteResume(context: Context): Promise<void> {
        const found = await (await recorder()).runs({ thread: threadOf(context.executionId) });
        await begin(context, found.map(({ id }) => id));
      }
      async nodeExecuteBefore(context: NodeContext): Promise<void> {
        const execution = running.get(context.executionId);
        if (execution === undefined) {
          throw new Error(`execert: execution ${context.executionId} was not begun here, so node ${context.nodeName} was not run`);
        }
        await execution.before(context);
      }
      async nodeExecuteAfter(context: NodeContext): Promise<void> {
        // What ends after a cancelled execution has ended is told by no one: its outcome is unknown already.
        await running.get(context.executionId)?.after(context);
      }
    }
    registry.set(ExecertHandler, new ExecertHandler());
    for (const eventName of ["workflowExecuteBefore", "workflowExecuteResume", "nodeExecuteBefore", "nodeExecuteAfter"]) {
      registry.register({ handlerClass: ExecertHandler, methodName: eventName, eventName });
    }
  }

  const end = async (told: Ended, workflow: Workflow, executionId: string): Promise<void> => {
    const execution = running.get(executionId);
    running.delete(executionId);
    let runs: string[];
    if (execution === undefined) {
      runs = [await reported(await recorder(), told, workflow, executionId)];
    } else {
      await execution.end(told);
      runs = execution.runs();
    }
    if (config.folder !== undefined) {
      await mkdir(config.folder, { recursive: true });
      await (await recorder()).export(bundlePath(config.folder, executionId), { run: runs });
    }
  };

  return {
    workflow: {
      preExecute: [
        async (workflow, mode) => {
          if (registry === undefined && config.policy !== undefined) {
            await Execution.alone(await recorder(), workflow, mode);
          }
        },
      ],
      postExecute: [
        async (told, workflow, executionId) => {
          if (told === undefined || seen.has(told)) {
            return;
          }
          seen.add(told);
          if (ended.delete(executionId)) {
            return;
          }
          try {
            await end(told, workflow, executionId);
          } catch (error) {
            if (config.folder !== undefined) {
              // Evidence of an earlier part of this execution is not that of the whole.
              await rm(bundlePath(config.folder, executionId), { force: true }).catch(() => {});
            }
            const text = `execert: the evidence of execution ${executionId} is not whole: ${textOf(error)}`;
            if (told.status === "canceled") {
              // n8n does not wait for this, and would end with an unhandled rejection.
              process.emitWarning(text, "ExecertWarning");
              return;
            }
            ended.add(executionId);
            throw new Error(text, { cause: error });
          }
        },
      ],
    },
    n8n: {
      stop: [
        async () => {
          await (await opened)?.close();
        },
      ],
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function bundlePath(folder: string, executionId: string): string {
  return join(folder, `${ident(executionId).replaceAll(/[^\w.-]/g, "_")}.execert`);
}
