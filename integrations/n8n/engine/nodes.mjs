// Small node types with the behaviour that tests need. Types of n8n's own packages can be given beside them.
//   engine.start          passes its input on
//   engine.set            parameters.values merged into each item
//   engine.if             output 0 where item[parameters.field] is truthy, output 1 where not
//   engine.merge          both inputs, one after the other
//   engine.loop           output 0 at the end, output 1: the next parameters.size items (1)
//   engine.fail           fails with parameters.message, each item by itself where onError says to continue
//   engine.pause          the execution waits, and `engine.resume` goes on with the next node
//   engine.workflow       runs workflow parameters.id
//   engine.agent          asks its tools for parameters.calls [{node, input}], which the engine runs, then answers
//   engine.tool           answers with its arguments and parameters.answer; each call is noted in `calls` of this module
//   engine.model          sub-node: `ask(text)`, seen by the engine as n8n's chat models are
// Each type notes in `calls` that it ran: what really happened.

/** What ran, in order: { node, input }. Empty it in your test: `calls.length = 0`. */
export const calls = [];

const MAIN = "main";

function describe(name, members) {
  return { displayName: name, name, group: ["transform"], version: 1, description: name, defaults: { name }, inputs: [MAIN], outputs: [MAIN], properties: [], ...members };
}

function noted(self) {
  const input = self.getInputData().map((item) => item.json);
  calls.push({ node: self.getNode().name, input });
  return self.getInputData();
}

function type(name, members, execute) {
  return { description: describe(name, members), execute };
}

function parameter(self, name, otherwise) {
  return self.getNodeParameter(name, 0, otherwise);
}

const property = (name, type, value) => ({ displayName: name, name, type, default: value });

export const types = {
  "engine.start": type("start", { inputs: [], group: ["trigger"] }, async function () {
    return [noted(this)];
  }),
  "engine.set": type("set", { properties: [property("values", "json", {})] }, async function () {
    return [noted(this).map(({ json }, item) => ({ json: { ...json, ...this.getNodeParameter("values", item, {}) }, pairedItem: { item } }))];
  }),
  "engine.if": type("if", { outputs: [MAIN, MAIN], properties: [property("field", "string", "")] }, async function () {
    const items = noted(this).map((item, index) => ({ json: item.json, pairedItem: { item: index } }));
    const field = parameter(this, "field", "");
    return [items.filter(({ json }) => Boolean(json[field])), items.filter(({ json }) => !json[field])];
  }),
  "engine.merge": type("merge", { inputs: [MAIN, MAIN], requiredInputs: 1 }, async function () {
    const inputs = [0, 1].map((input) => this.getInputData(input).map(({ json }, item) => ({ json, pairedItem: { item, input } })));
    calls.push({ node: this.getNode().name, input: inputs.flat().map(({ json }) => json) });
    return [inputs.flat()];
  }),
  "engine.loop": type("loop", { outputs: [MAIN, MAIN], properties: [property("size", "number", 1)] }, async function () {
    const given = noted(this);
    const context = this.getContext("node");
    if (context.waiting === undefined) {
      context.waiting = [...given];
      context.done = [];
    } else {
      context.done.push(...given);
    }
    const next = context.waiting.splice(0, parameter(this, "size", 1));
    return next.length === 0 ? [context.done, []] : [[], next];
  }),
  "engine.fail": type("fail", { properties: [property("message", "string", "broken")] }, async function () {
    const items = noted(this);
    const message = parameter(this, "message", "broken");
    // As n8n's own nodes do: the engine then sends such items to the output for errors.
    if (this.continueOnFail()) {
      return [items.map((_, item) => ({ json: { error: message }, pairedItem: { item } }))];
    }
    throw new Error(message);
  }),
  "engine.pause": type("pause", {}, async function () {
    const items = noted(this);
    await this.putExecutionToWait(new Date(Date.now() + 3_600_000));
    return [items];
  }),
  "engine.workflow": type("workflow", { properties: [property("id", "string", "")] }, async function () {
    const { data, executionId } = await this.executeWorkflow({ id: parameter(this, "id", "") }, noted(this), undefined, {
      parentExecution: { executionId: this.getExecutionId(), workflowId: this.getWorkflow().id },
    });
    this.setMetadata({ subExecution: { executionId, workflowId: parameter(this, "id", "") }, subExecutionsCount: 1 });
    return data;
  }),
  "engine.agent": type("agent", { inputs: [MAIN, "ai_languageModel", "ai_tool"], properties: [property("calls", "json", [])] }, async function (response) {
    const asked = parameter(this, "calls", []);
    const had = response?.actionResponses?.length ?? 0;
    if (had === 0 && asked.length > 0) {
      noted(this);
      const model = await this.getInputConnectionData("ai_languageModel", 0);
      await (Array.isArray(model) ? model[0] : model)?.ask("what now?");
      return {
        actions: asked.map(({ node, input }, index) => ({ actionType: "ExecutionNodeAction", nodeName: node, input, type: "ai_tool", id: `call_${index}`, metadata: { itemIndex: 0 } })),
        metadata: {},
      };
    }
    if (had === 0) {
      noted(this);
    }
    return [[{ json: { answers: (response?.actionResponses ?? []).map(({ data }) => data?.data?.ai_tool?.[0]?.[0]?.json ?? null) } }]];
  }),
  "engine.tool": type("tool", { inputs: [], outputs: ["ai_tool"], properties: [property("answer", "string", "done")] }, async function () {
    return [noted(this).map(({ json }) => ({ json: { ...json, answer: parameter(this, "answer", "done") } }))];
  }),
  "engine.model": {
    description: describe("model", { inputs: [], outputs: ["ai_languageModel"] }),
    async supplyData() {
      const self = this;
      return {
        response: {
          async ask(text) {
            const { index } = self.addInputData("ai_languageModel", [[{ json: { messages: [text] } }]]);
            calls.push({ node: self.getNode().name, input: [{ text }] });
            self.addOutputData("ai_languageModel", index, [[{ json: { response: "use the tools" } }]]);
            return "use the tools";
          },
        },
      };
    },
  },
};
