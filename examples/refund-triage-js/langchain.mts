// The refund desk as a LangChain.js agent behind the gate. What is ours is marked so; the rest is LangChain's.

import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import { MemorySaver } from "@langchain/langgraph";
import { createAgent, tool } from "langchain";

import { execertMiddleware, ExecertHandler, resume } from "@execert/langchain";

import { CLOSING, closeDesk, openDesk, QUESTION, SCRIPT, TOOLS, type DeskInput } from "./desk.mts";

const THREAD = "ticket-4471";

/** Plays the script: one turn of it for each answer, then the closing sentence. */
class ScriptedModel extends BaseChatModel {
  override _llmType(): string {
    return "scripted";
  }

  override bindTools(): this {
    return this;
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const answered = messages.filter((message) => AIMessage.isInstance(message)).length;
    const calls = (SCRIPT[answered] ?? []).map(({ id, name, input }) => ({ id, name, args: { ...input }, type: "tool_call" as const }));
    const message = new AIMessage({ content: calls.length === 0 ? CLOSING : "", tool_calls: calls });
    return { generations: [{ text: message.text, message }] };
  }
}

const desk = await openDesk("refund-triage-langchain");

const agent = createAgent({
  model: new ScriptedModel({}),
  tools: TOOLS.map(({ name, description, parameters, run }) =>
    tool(async (input) => run(input as DeskInput), { name, description, schema: parameters }),
  ),
  // execert: the gate stands before each tool; what needs approval pauses the agent. Last, so that it is innermost.
  middleware: [execertMiddleware(desk.recorder, { approvals: "interrupt" })],
  checkpointer: new MemorySaver(),
});
// execert: the handler observes runs and models.
const config = { callbacks: [new ExecertHandler(desk.recorder)], configurable: { thread_id: THREAD } };

const paused = await agent.invoke({ messages: [{ role: "user", content: QUESTION }] }, config);
for (const message of paused.messages) {
  if (message.type === "tool") {
    console.log(`${message.name}: ${message.text}`);
  }
}
const [request] = await desk.recorder.requests({ state: "waiting", thread: THREAD });
console.log(`waiting for the manager: ${request?.tool} ${JSON.stringify(request?.input)}`);

// execert: the manager signs exactly these arguments, and the agent goes on.
const output = await agent.invoke(await resume(desk.recorder, { thread: THREAD, verdict: "approved", key: desk.manager }), config);
console.log(`agent: ${output.messages.at(-1)?.text}`);

await closeDesk(desk, THREAD);
