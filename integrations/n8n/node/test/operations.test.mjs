// Seal data, verify evidence, check a policy; in a workflow, and as a tool of an agent.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { engine, evidence, execert, installed, KEYS, keys, native, node, records, skip, workflow } from "./harness.mjs";

const start = { type: "engine.start" };
const POLICY = {
  policy: 1,
  default: "deny",
  rules: [
    { id: "lookups", tool: "crm.*", verdict: "allow" },
    { id: "small", tool: "payments.refund", verdict: "allow" },
    { id: "large", tool: "payments.refund", verdict: "approve", reason: "over-50", when: [["/amount", ">", 50]] },
  ],
};

/** Runs one node behind a start with these items. */
async function alone(given, input = [{}], privateKey) {
  return await engine({}, privateKey).run(workflow({ Start: start, Node: given }, ["Start > Node"]), { input });
}

test("seal: each item a chain of its own, sealed; the item goes on with it", { skip }, async () => {
  const result = await alone(execert("seal", { options: { name: "order received" } }), [{ n: 1 }, { n: 2 }]);
  for (const item of [0, 1]) {
    const all = await records(evidence(result, "Node", -1, item));
    assert.deepEqual(all.map(({ kind }) => kind), ["chain.open", "note", "heartbeat", "chain.seal"]);
    const [opened, sealed] = all;
    assert.deepEqual(sealed.told.input.json, { n: item + 1 });
    assert.match(sealed.body.event, /^order_received#/);
    assert.match(sealed.told.text, /keeps no ledger/);
    assert.equal(opened.tenant, "acme");
    const { json, pairedItem } = result.runs("Node")[0].data.main[0][item];
    assert.deepEqual([json.n, json.execert.records, pairedItem.item], [item + 1, 4, item]);
    const der = Buffer.from(KEYS.pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
    assert.equal(json.execert.fingerprint.replaceAll(" ", ""), createHash("sha256").update(der).digest("hex"));
    assert.equal(json.execert.publicKey, KEYS.pem);
  }
});

test("seal, then verify, in one workflow; files of the item stay", { skip }, async () => {
  const run = (publicKeys, stop = true) => engine().run(
    workflow({ Start: start, Seal: execert("seal"), Verify: execert("verify", { publicKeys, stop }) }, ["Start > Seal", "Seal > Verify"]),
    { input: [{ order: "o-9" }] },
  );
  const good = await run(KEYS.pem);
  const [{ json, binary }] = good.runs("Verify")[0].data.main[0];
  assert.deepEqual([json.order, json.execert.holds, json.execert.verdict, json.execert.code], ["o-9", true, "intact-warnings", null]);
  assert.ok(binary.evidence);
  // As a field of one line gives it.
  assert.equal((await run(KEYS.pem.replaceAll("\n", " "))).items("Verify")[0].execert.holds, true);
  assert.equal((await run(`${keys().pem}${KEYS.pem}`)).items("Verify")[0].execert.holds, true);
  const trust = { trust: 1, keys: [{ label: "acme", role: "record", spki: KEYS.pem.replace(/-----[^-]+-----|\s/g, "") }] };
  assert.equal((await run(JSON.stringify(trust))).items("Verify")[0].execert.holds, true);
  const bad = await run(keys().pem);
  assert.equal(bad.error.name, "NodeOperationError");
  assert.match(bad.error.message, /does not hold: unknown-signer \(key\.unknown\)/);
  assert.match(bad.error.description, /trust/);
  assert.equal((await run(keys().pem, false)).items("Verify")[0].execert.holds, false);
  assert.match((await run("nonsense")).error.message, /key\.malformed/);
});

test("verify: what is no evidence, and a field that is not there, are errors that say so", { skip }, async () => {
  const text = (evidenceText, stop = false) => alone(execert("verify", { evidenceSource: "text", evidenceText, publicKeys: KEYS.pem, stop }));
  for (const given of ["hello", "{}\n", '{"payload":"e30="}\n']) {
    const theirs = await native.check(Buffer.from(given), { keys: [KEYS.pem] });
    const [{ execert: judged }] = (await text(given)).items("Node");
    assert.deepEqual([judged.verdict, judged.exit, judged.holds], [theirs.verdict, theirs.exit, false]);
  }
  const missing = await alone(execert("verify", { publicKeys: KEYS.pem }));
  assert.equal(missing.error.name, "NodeOperationError");
  assert.match(missing.error.message, /binary/i);
});

test("check policy: allow passes, anything else stops or says so", { skip }, async () => {
  const ask = async (tool, args, stop = false) => {
    const result = await alone(execert("checkPolicy", { policy: JSON.stringify(POLICY), tool, arguments: args, stop }), [{ keep: 1 }]);
    return result.status === "success" ? result.items("Node")[0] : result.error;
  };
  assert.deepEqual(await ask("crm.lookup", "{}", true), { keep: 1, execert: { allowed: true, verdict: "allow", reason: "lookups", rules: ["lookups"] } });
  assert.equal((await ask("payments.refund", '{"amount":40}')).execert.verdict, "allow");
  assert.deepEqual((await ask("payments.refund", '{"amount":900}')).execert, { allowed: false, verdict: "approve", reason: "over-50", rules: ["large"] });
  assert.deepEqual((await ask("rm", "{}")).execert, { allowed: false, verdict: "deny", reason: "default", rules: [] });
  const denied = await ask("rm", "{}", true);
  assert.equal(denied.name, "NodeOperationError");
  assert.match(denied.message, /does not allow rm: deny \(default\)/);
  assert.match(denied.description, /read the rule/);
  assert.match((await ask("payments.refund", '{"amount":900}', true)).description, /A person has to agree/);
});

test("check policy: arguments cannot reach beyond their place", { skip }, async () => {
  const forged = '{"amount":1}},{"name":"x","tool":"crm.x","expect":"allow","arguments":{"amount":900}';
  const result = await alone(execert("checkPolicy", { policy: JSON.stringify(POLICY), tool: "payments.refund", arguments: forged }));
  assert.match(result.error.message, /canon\./);
  const twice = await alone(execert("checkPolicy", { policy: JSON.stringify(POLICY), tool: "payments.refund", arguments: '{"amount":1,"amount":900}' }));
  assert.match(twice.error.message, /canon\./);
  const broken = await alone(execert("checkPolicy", { policy: '{"policy":1}', tool: "a", arguments: "{}" }));
  assert.match(broken.error.message, /policy\.malformed/);
});

test("one bad item among many: with continueOnFail the others go on, each beside its own input", { skip }, async () => {
  const result = await alone(
    execert("checkPolicy", { policy: JSON.stringify(POLICY), tool: "={{ $json.tool }}", arguments: "{}" }, { onError: "continueRegularOutput" }),
    [{ tool: "crm.a" }, { tool: "rm" }, { tool: "crm.b" }],
  );
  const out = result.runs("Node")[0].data.main[0];
  assert.deepEqual(out.map(({ json }) => json.execert?.verdict ?? "error"), ["allow", "error", "allow"]);
  assert.deepEqual(out.map(({ pairedItem }) => pairedItem.item), [0, 1, 2]);
  const stopped = await alone(execert("checkPolicy", { policy: JSON.stringify(POLICY), tool: "={{ $json.tool }}", arguments: "{}" }), [{ tool: "crm.a" }, { tool: "rm" }]);
  assert.equal(stopped.error.context.itemIndex, 1);
});

test("keys as n8n's fields give them: one line, or with line ends written out", { skip }, async () => {
  for (const given of [KEYS.secret, KEYS.secret.replaceAll("\n", " "), KEYS.secret.replaceAll("\n", "\\n"), `  ${KEYS.secret.trim()}  `]) {
    await records(evidence(await alone(execert("seal"), [{}], given), "Node"));
  }
});

test("the test of the credential", { skip }, async () => {
  const ask = (privateKey) => node.methods.credentialTest.keyTest.call({}, { id: "1", name: "key", type: "execertKeyApi", data: { privateKey } });
  assert.equal((await ask(KEYS.secret)).status, "OK");
  for (const given of [KEYS.pem, "", undefined, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]) {
    const answer = await ask(given);
    assert.equal(answer.status, "Error");
    assert.match(answer.message, /key/);
  }
});

const agent = (parameters) => ({ type: "engine.agent", parameters });
const asTool = (operation, parameters) => ({ ...execert(operation, parameters), type: "CUSTOM.execertTool" });

test("as a tool that the engine runs: the agent gets the summary, and the evidence as text", { skip }, async () => {
  const result = await engine().run(
    workflow({ Start: start, Agent: agent({ calls: [{ node: "Seal", input: { claim: "paid" } }] }), Seal: asTool("seal", { options: { text: true } }) }, ["Start > Agent", "Seal > Agent:ai_tool"]),
  );
  const [answer] = result.items("Agent")[0].answers;
  const all = await records(Buffer.from(answer.execert.evidence));
  assert.equal(all[1].told.input.json.claim, "paid");
});

test("as a tool that an agent calls itself", { skip }, async () => {
  const types = {
    "my.agent": {
      description: { displayName: "agent", name: "agent", group: ["transform"], version: 1, description: "agent", defaults: { name: "agent" }, inputs: ["main", "ai_tool"], outputs: ["main"], properties: [] },
      async execute() {
        const [tool] = await this.getInputConnectionData("ai_tool", 0);
        return [[{ json: { name: tool.name, answer: await tool.invoke({}) } }]];
      },
    },
  };
  const given = asTool("checkPolicy", { policy: JSON.stringify(POLICY), tool: "rm", arguments: "{}", stop: false });
  const result = await engine(types).run(workflow({ Start: start, Agent: { type: "my.agent" }, "May I": given }, ["Start > Agent", "May I > Agent:ai_tool"]));
  const [{ answer }] = result.items("Agent");
  assert.equal(JSON.parse(answer)[0].execert.verdict, "deny");
});

test("the whole conversion is the one of the npm package", { skip }, async () => {
  const { createRequire } = await import("node:module");
  const { plain } = createRequire(`${installed}/package.json`)("./dist/nodes/Execert/generated/plain.js");
  const { readFileSync, readdirSync } = await import("node:fs");
  const { join } = await import("node:path");
  const { TOP } = await import("./harness.mjs");
  const values = await import(join(TOP, "bindings-node/test/values.mjs"));
  const folder = join(TOP, "tests/vectors/plain");
  let count = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    for (const { name, javascript, json, conversions } of JSON.parse(readFileSync(join(folder, file), "utf8"))) {
      // A proxy cannot be known for one without node:util.
      if (javascript === undefined || /[Pp]roxy/.test(javascript) || /proxy/.test(name)) continue;
      const value = new Function(...Object.keys(values), `return (${javascript});`)(...Object.values(values));
      assert.deepEqual(plain(value), { json, conversions }, `${file}: ${name}`);
      count += 1;
    }
  }
  assert.ok(count >= 59, String(count));
});
