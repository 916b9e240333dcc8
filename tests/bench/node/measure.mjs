// What it costs through Node: one record sealed, many checked, in the addon and in WebAssembly; one call of a tool of the
// AI SDK with and without; the nearest that @nexart/ai-execution does. CPU microseconds, the least of some rounds.
//
//   node measure.mjs WASM    WASM: the folder of execert.wasm and its loader

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { createSnapshot, sealCer, verifyCer } from "@nexart/ai-execution";
import { generateText, jsonSchema, stepCountIs, tool } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { check, Key, Recorder, Trust } from "execert";
import { gated } from "@execert/ai-sdk";

const [wasm] = process.argv.slice(2);
const FOLDER = process.env.EXECERT_BENCH_WORK ?? dirname(fileURLToPath(import.meta.url));
const ROUNDS = 7;
const LINE = "The committee agreed, after a long discussion, that the report on order 4471 is to be published in March. ";
const prose = (size) => LINE.repeat(Math.ceil(size / LINE.length)).slice(0, size);
const TEXT = { text: prose(1 << 10) };
const figures = {};

async function least(call, times, rounds = ROUNDS) {
  await call();
  let best = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const began = process.cpuUsage();
    for (let at = 0; at < times; at += 1) {
      await call();
    }
    const took = process.cpuUsage(began);
    best = Math.min(best, (took.user + took.system) / times);
  }
  return best;
}

const key = Key.generate();
const trust = new Trust({ keys: [{ key: key.publicPem, label: "bench" }] });

for (const [where, url] of [["memory", "memory:"], ["sqlite", join(FOLDER, "a.ledger")]]) {
  const recorder = await Recorder.open(url, { key, allowVolume: true });
  const run = await recorder.run("bench");
  figures[`node seal ${where} 1 KB`] = await least(() => run.note("seen", { input: TEXT }), 300);
  figures[`node step ${where} 1 KB`] = await least(() => run.step("look", TEXT, () => ({ tier: "gold" })), 200);
  await run.close();
  await recorder.close();
}

async function bundle(count) {
  const recorder = await Recorder.open("memory:", { key });
  const run = await recorder.run("bench");
  for (let at = 0; at < count - 2; at += 1) {
    await run.note("seen", { input: TEXT });
  }
  await run.close();
  const path = join(FOLDER, `${count}.execert`);
  await recorder.export(path, { run: run.id });
  await recorder.close();
  return path;
}

for (const [count, rounds] of [[1_000, 7], [10_000, 3]]) {
  const path = await bundle(count);
  const report = await check(path, trust);
  if (report.exit !== 0) throw new Error(report.toString());
  figures[`node verify ${count}`] = await least(() => check(path, trust), 1, rounds);
}

const { load } = await import(pathToFileURL(join(wasm, "index.js")).href);
const core = await load(readFileSync(join(wasm, "execert-verify.wasm")));
const bytes = readFileSync(join(FOLDER, "1000.execert"));
const keys = trust.toBytes().toString();
const options = JSON.stringify({ now: new Date().toISOString() });
figures["wasm verify 1000"] = await least(() => core.check(bytes, keys, options), 1, 7);

const nexart = () =>
  sealCer(
    createSnapshot({
      executionId: "e", provider: "p", model: "m", prompt: "bench", input: TEXT, output: "ok",
      parameters: { temperature: 0, maxTokens: 1, topP: null, seed: null },
    }),
  );
figures["nexart seal 1 KB"] = await least(nexart, 300);
const sealed = Array.from({ length: 10_000 }, nexart);
figures["nexart verify 10000"] = await least(
  () => sealed.forEach((record) => { if (!verifyCer(record).ok) throw new Error("nexart"); }), 1, 3,
);

const USAGE = { inputTokens: { total: 9, noCache: 9 }, outputTokens: { total: 3, text: 3 } };
const answers = [
  { content: [{ type: "tool-call", toolCallId: "c1", toolName: "lookup", input: '{"customer":"c-17"}' }], finishReason: { unified: "tool-calls", raw: "t" } },
  { content: [{ type: "text", text: "done" }], finishReason: { unified: "stop", raw: "s" } },
].map((answer) => ({ ...answer, usage: USAGE, warnings: [] }));
const lookup = tool({
  description: "looks a customer up",
  inputSchema: jsonSchema({ type: "object", properties: { customer: { type: "string" } } }),
  execute: ({ customer }) => ({ tier: "gold", customer }),
});
const recorder = await Recorder.open("memory:", { key });
const turn = async (tools) => {
  let at = 0;
  const model = new MockLanguageModelV4({ provider: "mock", modelId: "m", doGenerate: async () => answers[at++] });
  await generateText({ model, tools, prompt: "tier of c-17?", stopWhen: stepCountIs(2), telemetry: { isEnabled: false } });
};
const within = gated(recorder, { lookup });
await recorder.run("bench", undefined, async () => {
  // In turn, so that whatever the machine does meanwhile meets both.
  let [plain, ours] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round += 1) {
    plain = Math.min(plain, await least(() => turn({ lookup }), 60, 1));
    ours = Math.min(ours, await least(() => turn(within), 60, 1));
  }
  figures["ai-sdk tool call plain"] = plain;
  figures["ai-sdk tool call added"] = ours - plain;
});
console.log(JSON.stringify(figures));
