// Certify execution, in n8n's own engine. What a record says is compared with what the nodes noted that they did; the
// evidence is judged by the native core with the public key alone.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { mock, test } from "node:test";

import { calls } from "../../engine/nodes.mjs";
import { engine, evidence, execert, keys, KEYS, N8N, native, records, skip, workflow } from "./harness.mjs";

const { DateTime } = createRequire(join(N8N, "engine/package.json"))("luxon");
const start = { type: "engine.start" };
const set = (values, rest) => ({ type: "engine.set", parameters: { values }, ...rest });
const code = (f) => ({ description: { ...describe, name: "code" }, execute: f });
const describe = { displayName: "code", group: ["transform"], version: 1, description: "code", defaults: { name: "code" }, inputs: ["main"], outputs: ["main"], properties: [] };

const nodesOf = (all) => all.filter(({ kind }) => kind === "workflow.node");
const nameOf = (record) => record.told.names.node;
const items = (record, output = 0) => record.told.output.main[output].map(({ json }) => json);

/** Runs a workflow with and without the node at its end: what the other nodes do is the same. */
async function both(definition, options, types) {
  const run = async (given) => {
    calls.length = 0;
    const result = await engine(types).run(given, options);
    return { result, did: structuredClone(calls) };
  };
  const plain = await run({ ...definition, nodes: definition.nodes.map((each) => (each.name === "Certify" ? { ...each, type: "engine.set", parameters: {} } : each)) });
  const told = await run(definition);
  assert.equal(told.result.status, plain.result.status);
  assert.deepEqual(told.did, plain.did.filter(({ node }) => node !== "Certify"));
  return told;
}

test("branches, a merge and a branch that was not taken", { skip }, async () => {
  const { result, did } = await both(
    workflow(
      { Start: start, If: { type: "engine.if", parameters: { field: "gold" } }, "Fetch order": set({ tier: 1 }), Poor: set({ tier: 0 }), Merge: { type: "engine.merge" }, Certify: execert("certify") },
      ["Start > If", "If:0 > Fetch order", "If:1 > Poor", "Fetch order > Merge", "Poor > Merge:1", "Merge > Certify"],
    ),
    { input: [{ gold: true, n: 1 }], executionId: "77" },
  );
  assert.equal(result.status, "success");
  const all = await records(evidence(result, "Certify"));
  assert.deepEqual(all.map(({ kind }) => kind), ["run.start", ...Array(4).fill("workflow.node"), "run.end"]);
  const [began, ended] = [all[0], all.at(-1)];
  assert.equal(began.name, "orders");
  assert.deepEqual(began.told.params.framework, { execution: "77" });
  assert.match(began.told.text, /keeps no ledger/);
  assert.deepEqual(nodesOf(all).map(nameOf).sort(), did.map(({ node }) => node).sort());
  for (const record of nodesOf(all)) {
    assert.deepEqual([record.capture, record.status], ["reported", "unknown"]);
    assert.equal(record.content.sources, undefined, "not sealed as seen by the recorder");
  }
  assert.deepEqual(ended.told.output.not_executed, ["Poor"]);
  assert.deepEqual([ended.body.reported, ended.body.enforced, ended.body.observed], [4, 1, 0]);
  const [gold] = nodesOf(all).filter((record) => nameOf(record) === "Fetch order");
  assert.deepEqual(items(gold), [{ gold: true, n: 1, tier: 1 }]);
  assert.match(gold.name, /^Fetch_order#[0-9a-f]{8}$/);
  const [condition] = nodesOf(all).filter((record) => nameOf(record) === "If");
  assert.deepEqual([items(condition, 0), items(condition, 1)], [[{ gold: true, n: 1 }], []]);
  const [{ json, pairedItem }] = result.runs("Certify")[0].data.main[0];
  assert.deepEqual([json.records, json.executions, json.execution], [6, 4, "77"]);
  assert.deepEqual(pairedItem, [{ item: 0 }]);
});

test("a loop: every execution of each node is a record of its own", { skip }, async () => {
  const { result, did } = await both(
    workflow(
      { Start: start, Loop: { type: "engine.loop" }, Step: set({ seen: true }), Certify: execert("certify") },
      ["Start > Loop", "Loop:1 > Step", "Step > Loop", "Loop:0 > Certify"],
    ),
    { input: [{ n: 1 }, { n: 2 }, { n: 3 }] },
  );
  const all = nodesOf(await records(evidence(result, "Certify")));
  const count = (name) => all.filter((record) => nameOf(record) === name).length;
  assert.deepEqual([count("Start"), count("Loop"), count("Step")], [1, 4, 3]);
  assert.equal(all.length, did.length);
  const steps = all.filter((record) => nameOf(record) === "Step");
  assert.deepEqual(steps.map((record) => items(record)[0].n), [1, 2, 3]);
  assert.deepEqual(steps.map((record) => record.told.params.given.execution), [0, 1, 2]);
});

test("inside a loop it does not certify itself", { skip }, async () => {
  const result = await engine().run(
    workflow({ Start: start, Loop: { type: "engine.loop" }, Certify: execert("certify") }, ["Start > Loop", "Loop:1 > Certify", "Certify > Loop"]),
    { input: [{ n: 1 }, { n: 2 }] },
  );
  assert.equal(result.runs("Certify").length, 2);
  for (const run of [0, 1]) {
    const all = nodesOf(await records(evidence(result, "Certify", run)));
    assert.deepEqual(new Set(all.map(nameOf)), new Set(["Start", "Loop"]));
    assert.equal(all.length, 2 + run);
  }
});

test("a node that failed and was told to go on never reads as one that succeeded", { skip }, async () => {
  for (const [onError, line] of [["continueErrorOutput", "Fail:1 > Certify"], ["continueRegularOutput", "Fail > Certify"]]) {
    const { result } = await both(
      workflow({ Start: start, Fail: { type: "engine.fail", onError, parameters: { message: "no such order" } }, Certify: execert("certify") }, ["Start > Fail", line]),
      { input: [{ order: "o-9" }] },
    );
    const [failed] = nodesOf(await records(evidence(result, "Certify"))).filter((record) => nameOf(record) === "Fail");
    assert.equal(failed.status, "unknown");
    assert.match(JSON.stringify(failed.told.output), /no such order/);
  }
  // The trap: this node throws, and n8n hands its input on as if it were its output.
  const types = { "my.throws": code(async function () { throw new Error("broken"); }) };
  const result = await engine(types).run(
    workflow({ Start: start, Throws: { type: "my.throws", onError: "continueRegularOutput" }, Certify: execert("certify") }, ["Start > Throws", "Throws > Certify"]),
    { input: [{ order: "o-9" }] },
  );
  const [thrown] = nodesOf(await records(evidence(result, "Certify"))).filter((record) => nameOf(record) === "Throws");
  assert.deepEqual(items(thrown), [{ order: "o-9" }]);
  assert.equal(thrown.status, "unknown");
  assert.equal(result.runs("Throws")[0].executionStatus, "error");
});

test("a disabled node is named, and has no record", { skip }, async () => {
  const { result, did } = await both(
    workflow({ Start: start, Off: set({ never: true }, { disabled: true }), Certify: execert("certify") }, ["Start > Off", "Off > Certify"]),
    { input: [{ n: 1 }] },
  );
  const all = await records(evidence(result, "Certify"));
  assert.ok(!did.some(({ node }) => node === "Off"));
  assert.deepEqual(nodesOf(all).map(nameOf), ["Start"]);
  assert.deepEqual(all.at(-1).told.output.disabled, ["Off"]);
});

test("an agent, its model and its tools", { skip }, async () => {
  const { result, did } = await both(
    workflow(
      { Start: start, Agent: { type: "engine.agent", parameters: { calls: [{ node: "Lookup", input: { id: "c-17" } }] } }, Model: { type: "engine.model" }, Lookup: { type: "engine.tool" }, Unused: { type: "engine.tool" }, Certify: execert("certify") },
      ["Start > Agent", "Model > Agent:ai_languageModel", "Lookup > Agent:ai_tool", "Unused > Agent:ai_tool", "Agent > Certify"],
    ),
  );
  const all = await records(evidence(result, "Certify"));
  assert.deepEqual(new Set(nodesOf(all).map(nameOf)), new Set(did.map(({ node }) => node)));
  assert.deepEqual(all.at(-1).told.output.not_executed, ["Unused"]);
  for (const record of nodesOf(all).filter((each) => ["Model", "Lookup"].includes(nameOf(each)))) {
    // n8n tells other nodes that a sub-node ran, not what it answered.
    assert.equal(record.told.output, undefined);
    assert.match(record.told.text, /hands no output/);
  }
  assert.equal(all.at(-1).told.output.without_output, 2);
});

test("altered evidence, and another key, are found out; report and text are the native ones", { skip }, async () => {
  const result = await engine().run(
    workflow({ Start: start, Set: set({ tier: "gold" }), Certify: execert("certify") }, ["Start > Set", "Set > Certify"]),
    { input: [{ n: 1 }] },
  );
  const bundle = evidence(result, "Certify");
  const altered = Buffer.from(bundle.toString().replace('"tier":"gold"', '"tier":"iron"'));
  assert.notDeepEqual(altered, bundle);
  for (const [bytes, pem, verdict] of [[bundle, KEYS.pem, "intact-warnings"], [altered, KEYS.pem, "altered"], [bundle, keys().pem, "unknown-signer"], [bundle, "", "unknown-signer"]]) {
    const checked = await engine().run(
      workflow({ Start: start, Verify: execert("verify", { evidenceSource: "text", evidenceText: bytes.toString(), publicKeys: pem, stop: false }) }, ["Start > Verify"]),
    );
    const { execert: judged } = checked.items("Verify")[0];
    const { at, ...report } = judged.report;
    const theirs = await native.check(bytes, { keys: pem === "" ? [] : [pem] }, { now: at });
    assert.deepEqual({ at, ...report }, JSON.parse(theirs.toBytes().toString()));
    assert.deepEqual([judged.verdict, judged.exit, judged.holds], [theirs.verdict, theirs.exit, theirs.exit === 0]);
    assert.ok(judged.verdict === verdict, judged.verdict);
    assert.equal(judged.text, new native.Report(theirs.toBytes(), "text", "the keys given").text());
  }
});

test("the same time and randomness give the same bytes", { skip }, async () => {
  const definition = workflow({ Start: start, Certify: execert("certify"), Seal: execert("seal") }, ["Start > Certify", "Certify > Seal"]);
  const once = async () => {
    let state = 1;
    const random = mock.method(crypto, "getRandomValues", (bytes) => {
      for (let at = 0; at < bytes.length; at += 1) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        bytes[at] = state >>> 24;
      }
      return bytes;
    });
    const now = mock.method(Date, "now", () => 1_772_800_000_000);
    try {
      const result = await engine().run(definition, { executionId: "5" });
      return [evidence(result, "Certify"), evidence(result, "Seal")];
    } finally {
      random.mock.restore();
      now.mock.restore();
    }
  };
  const [first, second] = [await once(), await once()];
  assert.deepEqual(second, first);
});

test("secrets are not in the evidence, whatever file they came in", { skip }, async () => {
  const secret = "s3cr3t-VALUE-1234567890";
  const types = {
    "my.secrets": code(async function () {
      return [[{ json: { headers: { authorization: `Bearer ${secret}`, cookie: `session=${secret}` }, password: secret, iban: "DE02 1203", keep: "me" } }]];
    }),
  };
  const result = await engine(types).run(
    workflow({ Start: start, Webhook: { type: "my.secrets" }, Certify: execert("certify", { options: { redact: "iban, birthday" } }) }, ["Start > Webhook", "Webhook > Certify"]),
  );
  const bundle = evidence(result, "Certify");
  const [record] = nodesOf(await records(bundle)).filter((each) => nameOf(each) === "Webhook");
  assert.deepEqual(items(record), [{ headers: { authorization: null, cookie: null }, iban: null, keep: "me", password: null }]);
  assert.ok(!bundle.includes(secret) && !bundle.includes(Buffer.from(secret).toString("base64")) && !bundle.includes("DE02"));
  assert.ok(!bundle.includes("PRIVATE KEY"));
});

test("what is not plain JSON is converted and listed, never lost without a word", { skip }, async () => {
  const cycle = { name: "a" };
  cycle.self = cycle;
  const types = {
    "my.strange": code(async function () {
      return [[{
        json: { at: new Date(0), when: DateTime.fromMillis(0, { zone: "utc" }), none: undefined, nan: Number.NaN, big: 10n ** 20n, map: new Map([["a", 1]]), set: new Set([2, 1]), f: () => 1, cycle, bytes: Buffer.from("hi"), error: new TypeError("no"), lone: "\ud800" },
        binary: { file: { data: Buffer.from("the file").toString("base64"), mimeType: "text/plain", fileName: "a.txt", fileSize: "8 B" }, kept: { data: "filesystem-v2", id: "filesystem-v2:w/1", mimeType: "application/pdf" } },
      }]];
    }),
  };
  const result = await engine(types).run(
    workflow({ Start: start, Strange: { type: "my.strange" }, Certify: execert("certify") }, ["Start > Strange", "Strange > Certify"]),
  );
  const [record] = nodesOf(await records(evidence(result, "Certify"))).filter((each) => nameOf(each) === "Strange");
  const [{ json, binary }] = record.told.output.main[0];
  const words = Object.fromEntries(record.told.conversions.map(([pointer, word]) => [pointer.replace("/output/main/0/0/json/", ""), word]));
  const { when, ...rest } = json;
  assert.deepEqual(rest, { at: "1970-01-01T00:00:00.000Z", none: null, nan: "NaN", big: "100000000000000000000", map: [["a", 1]], set: [1, 2], f: null, cycle: { name: "a", self: "/output/main/0/0/json/cycle" }, bytes: "aGk=", error: { type: "TypeError", message: "no" }, lone: "\\ud800" });
  assert.equal(when.ts, 0);
  for (const [place, word] of Object.entries({ at: "datetime", when: "object:DateTime", none: "undefined", nan: "float", big: "bigint", map: "map", set: "set", f: "opaque:function", "cycle/self": "cycle", bytes: "bytes", error: "exception:TypeError", lone: "surrogate" })) {
    assert.equal(words[place], word, place);
  }
  const sha256 = createHash("sha256").update("the file").digest("hex");
  assert.deepEqual(binary.file, { mimeType: "text/plain", fileName: "a.txt", fileSize: "8 B", bytes: 8, sha256 });
  assert.deepEqual(binary.kept, { id: "filesystem-v2:w/1", mimeType: "application/pdf" });
});

test("data beyond the bounds is left out, and the evidence says so", { skip }, async () => {
  const types = {
    "my.big": code(async function () {
      const text = "x".repeat(1024 * 1024);
      return [Array.from({ length: 20 }, (_, n) => ({ json: { n, text } }))];
    }),
  };
  const result = await engine(types).run(
    workflow({ Start: start, Big: { type: "my.big" }, Certify: execert("certify") }, ["Start > Big", "Big > Certify"]),
  );
  const bundle = evidence(result, "Certify");
  const all = await records(bundle);
  const [record] = nodesOf(all).filter((each) => nameOf(each) === "Big");
  assert.ok(record.told.conversions.some(([, word]) => word.startsWith("omitted:")));
  assert.equal(all.at(-1).told.output.omitted, 1);
  assert.equal(result.items("Certify")[0].omitted, 1);
  assert.ok(bundle.length < 40 * 1024 * 1024);
});

test("errors say what and what next; with continueOnFail they are items", { skip }, async () => {
  const definition = (rest) => workflow({ Start: start, Certify: execert("certify", {}, rest) }, ["Start > Certify"]);
  const broken = await engine({}, "not a key").run(definition());
  assert.equal(broken.status, "error");
  assert.equal(broken.error.name, "NodeOperationError");
  assert.match(broken.error.message, /key\.malformed/);
  assert.equal(broken.error.context.itemIndex, 0);
  assert.ok(broken.error.description.length > 10);
  const goes = await engine({}, "not a key").run(definition({ onError: "continueRegularOutput" }));
  assert.equal(goes.status, "success");
  const [item] = goes.runs("Certify")[0].data.main[0];
  assert.equal(item.json.error, broken.error.message);
});
