// n8n's own engine (n8n-core, n8n-workflow) without its server: runs a workflow, given as JSON, with real or local node
// types, real lifecycle hooks and external hooks, as n8n wires them.
//
//   const engine = new Engine({ types: { "my.node": MyNode }, credentials: { "my.api": { key: "k" } } });
//   const result = await engine.run(workflow, { input: [{ order: 1 }] });
//   result.status            "success" | "error" | "waiting" | "canceled"
//   result.error             what ended it, if anything
//   result.runs("If")        its task data, one per execution: source, data.main, executionStatus, error
//   result.items("If", 1)    the JSON of the items of output 1 of the last execution; [] if it did not run
//   result.executionId, result.run    the IRun as n8n has it
//   await engine.resume(workflow, result)    goes on with one that waits, as n8n does when its time has come
//
// new Engine(options), all optional
//   types         { NAME: INodeType class or instance, or a versioned one }; those of `./nodes.mjs` are always there
//   credentials   { TYPE: data } for `getCredentials(TYPE)`
//   workflows     { ID: workflow } for sub-workflows
//   external      hooks as a file of EXTERNAL_HOOK_FILES exports them: { workflow: { preExecute: [f], postExecute: [f] } }
//   registry      wire the handlers of n8n's LifecycleMetadata (what n8n does with those of its modules); default true
//   hooks         (hooks: ExecutionLifecycleHooks) => void, called for every execution, sub-workflows too
// engine.run(workflow, options), all optional
//   input         JSON of the items that the start node is given; startNode: its name (default: n8n's choice, else the first that has no input)
//   mode          "trigger" by default; executionId: a text; pinData: { NODE: items }; signal: cancels the execution
// Also exported: core, workflow (the packages), Container, LifecycleMetadata.

import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { types as own } from "./nodes.mjs";

const require = createRequire(import.meta.url);
if (process.env.N8N_USER_FOLDER === undefined) {
  // Else n8n writes its settings below the home folder.
  const folder = mkdtempSync(join(tmpdir(), "n8n-"));
  process.env.N8N_USER_FOLDER = folder;
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
}
export const { Container } = require("@n8n/di");
export const { LifecycleMetadata } = require("@n8n/decorators");
export const core = require("n8n-core");
export const workflow = require("n8n-workflow");

let executions = 0;

export class Engine {
  #types;
  #options;

  constructor(options = {}) {
    this.#options = options;
    this.#types = new Map(Object.entries({ ...own, ...options.types }).map(([name, type]) => [name, made(type)]));
  }

  async run(definition, options = {}) {
    return this.#run(definition, options);
  }

  async resume(definition, { run, executionId }) {
    // From the database, so no object is the same.
    return this.#run(definition, { executionId, mode: run.mode, waiting: structuredClone(run.data) });
  }

  async #run(definition, { input, startNode, mode = "trigger", executionId = String(++executions), pinData, signal, parent, waiting }) {
    const data = { id: "w", name: "workflow", active: false, settings: {}, ...definition };
    const subject = new workflow.Workflow({
      ...data,
      settings: { executionOrder: "v1", ...data.settings },
      nodeTypes: { getByNameAndVersion: (name, version) => this.#type(name, version), getByName: (name) => this.#type(name), getKnownTypes: () => ({}) },
    });
    const hooks = this.#hooks(new core.ExecutionLifecycleHooks(mode, executionId, data));
    const start = startNode === undefined ? (subject.getStartNode() ?? first(subject)) : subject.getNode(startNode);
    const runData = waiting ?? workflow.createRunExecutionData({
      ...(parent === undefined ? {} : { parentExecution: parent }),
      resultData: { pinData: pinData === undefined ? undefined : Object.fromEntries(Object.entries(pinData).map(([name, items]) => [name, items.map((json) => ({ json }))])) },
      executionData: { nodeExecutionStack: [{ node: start, data: { main: [(input ?? [{}]).map((json) => ({ json }))] }, source: null }] },
    });
    const execute = new core.WorkflowExecute({ ...this.#additional(data, hooks, executionId, mode), ...(waiting === undefined ? {} : { restartExecutionId: executionId }) }, mode, runData);
    const promise = execute.processRunExecutionData(subject);
    signal?.addEventListener("abort", () => promise.cancel());
    try {
      return new Result(await promise, executionId);
    } catch (error) {
      // What n8n does with an execution that ends in a throw, such as that of a hook at its end.
      return new Result({ status: "error", mode, data: { ...runData, resultData: { ...runData.resultData, error } } }, executionId);
    }
  }

  /** Handlers in n8n's order: those of modules, then external hooks. */
  #hooks(hooks) {
    const { external = {}, registry = true } = this.#options;
    if (registry) {
      wire(hooks);
    }
    for (const hook of external.workflow?.preExecute ?? []) {
      hooks.addHandler("workflowExecuteBefore", async function (subject) {
        await hook.call({}, subject, this.mode);
      });
    }
    for (const hook of external.workflow?.postExecute ?? []) {
      hooks.addHandler("workflowExecuteAfter", async function (data) {
        await hook.call({}, data, this.workflowData, this.executionId);
      });
    }
    this.#options.hooks?.(hooks);
    return hooks;
  }

  #additional(data, hooks, executionId, mode) {
    return {
      executionId,
      hooks,
      workflowId: data.id,
      currentNodeExecutionIndex: 0,
      variables: {},
      restApiUrl: "http://localhost/rest",
      instanceBaseUrl: "http://localhost/",
      webhookBaseUrl: "http://localhost/webhook",
      webhookWaitingBaseUrl: "http://localhost/webhook-waiting",
      webhookTestBaseUrl: "http://localhost/webhook-test",
      formBaseUrl: "http://localhost/form",
      formWaitingBaseUrl: "http://localhost/form-waiting",
      formTestBaseUrl: "http://localhost/form-test",
      mcpBaseUrl: "http://localhost/mcp",
      mcpTestBaseUrl: "http://localhost/mcp-test",
      credentialsHelper: new Credentials(this.#options.credentials ?? {}),
      getRunExecutionData: async () => undefined,
      logAiEvent: () => {},
      setExecutionStatus: () => {},
      sendDataToUI: () => {},
      executeWorkflow: async ({ id, code }, _additional, { inputData, parentWorkflowId }) => {
        const child = code ?? this.#options.workflows?.[id];
        if (child === undefined) {
          throw new Error(`there is no workflow ${id}: give it to the engine as one of workflows`);
        }
        const ended = await this.#run({ id, ...child }, {
          input: inputData?.map((item) => item.json),
          mode: "integrated",
          parent: { executionId, workflowId: parentWorkflowId ?? data.id },
        });
        if (ended.status !== "success") {
          throw ended.error;
        }
        return { executionId: ended.executionId, data: ended.runs(ended.run.data.resultData.lastNodeExecuted).at(-1)?.data?.main ?? [] };
      },
    };
  }

  #type(name, version) {
    const type = this.#types.get(name);
    if (type === undefined) {
      throw new Error(`the engine does not know nodes of type ${name}: give it as one of types`);
    }
    return typeof type.getNodeType === "function" ? type.getNodeType(version) : type;
  }
}

class Result {
  constructor(run, executionId) {
    this.run = run;
    this.executionId = executionId;
    this.error = run.data.resultData.error;
    // As n8n judges a run that ended by a throw.
    this.status = this.error !== undefined && run.status !== "canceled" ? "error" : run.status;
  }

  runs(node) {
    return this.run.data.resultData.runData[node] ?? [];
  }

  items(node, output = 0) {
    return (this.runs(node).at(-1)?.data?.main?.[output] ?? []).map((item) => item.json);
  }
}

class Credentials extends workflow.ICredentialsHelper {
  constructor(all) {
    super();
    this.all = all;
  }

  async getDecrypted(_additional, _credentials, type) {
    return this.all[type] ?? {};
  }

  async getCredentials(credentials, type) {
    return { id: credentials.id, name: credentials.name, type, data: {} };
  }

  async authenticate(_credentials, _type, request) {
    return request;
  }

  async preAuthentication() {
    return undefined;
  }

  getParentTypes() {
    return [];
  }

  getCredentialsProperties() {
    return [];
  }

  isCredentialTestable() {
    return false;
  }

  isCredentialUsableByNode() {
    return true;
  }

  async updateCredentials() {}

  async updateCredentialsOauthTokenData() {}
}

/** The first node that others are fed by and that is fed by none: where local types have no trigger. */
function first(subject) {
  return Object.values(subject.nodes).find(({ name }) => subject.connectionsBySourceNode[name]?.main !== undefined && subject.connectionsByDestinationNode[name] === undefined)
    ?? Object.values(subject.nodes)[0];
}

function made(type) {
  return typeof type === "function" ? new type() : type;
}

/** What n8n does with the handlers that its modules registered. */
function wire(hooks) {
  for (const { handlerClass, methodName, eventName } of Container.get(LifecycleMetadata).getHandlers()) {
    const call = (context) => Container.get(handlerClass)[methodName](context);
    const about = (self) => ({ type: eventName, workflow: self.workflowData, mode: self.mode, executionId: self.executionId });
    const handlers = {
      nodeExecuteBefore(nodeName, taskData) { return call({ ...about(this), nodeName, taskData }); },
      nodeExecuteAfter(nodeName, taskData, executionData) { return call({ ...about(this), nodeName, taskData, executionData }); },
      workflowExecuteBefore(workflowInstance, executionData) { return call({ ...about(this), workflowInstance, executionData }); },
      workflowExecuteAfter(runData, newStaticData) { return call({ ...about(this), runData, newStaticData }); },
      workflowExecuteResume(workflowInstance, executionData) { return call({ ...about(this), workflowInstance, executionData }); },
    };
    hooks.addHandler(eventName, handlers[eventName]);
  }
}
