// The refund desk with the Vercel AI SDK, behind the gate. What is ours is marked so; the rest is the SDK's.

import { generateText, jsonSchema, stepCountIs, tool, type ModelMessage } from "ai";
import { MockLanguageModelV4 } from "ai/test";

import { execert, gated } from "@execert/ai-sdk";

import { CLOSING, closeDesk, openDesk, QUESTION, SCRIPT, TOOLS, type DeskInput } from "./desk.mts";

const THREAD = "ticket-4471";

/** What the scripted model says, turn by turn; what waited for the manager it asks for again. */
const answers = [...SCRIPT, "This waits for the manager.", SCRIPT.at(-1), CLOSING];
const usage = { inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 0, text: 0, reasoning: 0 } };
let count = 0;

const model = new MockLanguageModelV4({
  provider: "scripted",
  modelId: "scripted-1",
  doGenerate: async () => {
    const answer = answers.shift() ?? CLOSING;
    return typeof answer === "string"
      ? { content: [{ type: "text", text: answer }], finishReason: { unified: "stop", raw: "stop" }, usage, warnings: [] }
      : {
          content: answer.map(({ name, input }) => ({
            type: "tool-call" as const, toolCallId: `call-${++count}`, toolName: name, input: JSON.stringify(input),
          })),
          finishReason: { unified: "tool-calls", raw: "tool_calls" },
          usage,
          warnings: [],
        };
  },
});

const desk = await openDesk("refund-triage-ai-sdk");

const tools = Object.fromEntries(
  TOOLS.map(({ name, description, parameters, run }) => [
    name,
    tool({ description, inputSchema: jsonSchema<DeskInput>(parameters as never), execute: async (input) => run(input) }),
  ]),
);
const settings = {
  model,
  // execert: the gate stands before each tool, also where telemetry is switched off.
  tools: gated(desk.recorder, tools),
  stopWhen: stepCountIs(5),
  // execert: the integration observes runs and models.
  telemetry: { integrations: [execert(desk.recorder, { thread: THREAD })], functionId: "refund-desk" },
};

const messages: ModelMessage[] = [{ role: "user", content: QUESTION }];
const first = await generateText({ ...settings, messages });
for (const part of first.steps.flatMap((step) => step.content)) {
  if (part.type === "tool-result") console.log(`${part.toolName}: ${JSON.stringify(part.output)}`);
  if (part.type === "tool-error") console.log(`${part.toolName}: ${String((part.error as Error).message)}`);
}
console.log(`agent: ${first.text}`);

// execert: the manager signs exactly these arguments; the same call, asked for again, then runs once.
const [request] = await desk.recorder.requests({ state: "waiting", thread: THREAD });
if (request === undefined) throw new Error("nothing waits for the manager");
console.log(`waiting for the manager: ${request.tool} ${JSON.stringify(request.input)}`);
await desk.recorder.approve(request.digest, desk.manager);

const second = await generateText({
  ...settings,
  messages: [...messages, ...first.response.messages, { role: "user", content: "The manager approved." }],
});
console.log(`agent: ${second.text}`);

await closeDesk(desk, THREAD);
