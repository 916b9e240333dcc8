// One format, several languages: what one seals another verifies, and the same calls give the same bytes.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { COMMAND, caught, execert, folder, node, python, records, recorder as made, run as process_ } from "./support.mjs";

const { Key, Recorder, Untrusted, verify } = execert;

test("sealed in Node, verified by Python and by the command; a changed copy by neither", async (t) => {
  const { recorder, key, path } = await made(t);
  const run = await recorder.run("r", { word: "é\u{1f600}", n: 1e21 }, (run) =>
    run.tool("t", { a: [1, null, "x"] }, () => ({ tier: "gold" })),
  );
  const [file, altered, pem] = [join(path, "r.execert"), join(path, "altered.execert"), join(path, "acme.pub")];
  await run.save(file);
  writeFileSync(altered, readFileSync(file, "utf8").replace('"tier":"gold"', '"tier":"iron"'));
  writeFileSync(pem, key.publicPem);
  const program =
    "import sys, execert\ntrust = execert.Trust([sys.argv[2]])\n" +
    "print(execert.check(sys.argv[1], trust, now='2030-01-01T00:00:00.000Z').to_json().decode())";
  for (const [bundle, exit] of [[file, 0], [altered, 1]]) {
    const theirs = await python(program, [bundle, pem]);
    assert.equal(theirs.code, 0, theirs.err);
    const ours = await execert.check(bundle, { keys: [pem] }, { now: "2030-01-01T00:00:00.000Z" });
    assert.equal(theirs.out.trim(), ours.toBytes().toString(), "the whole report is the same");
    assert.equal(ours.exit, exit);
    assert.equal((await process_(COMMAND, ["verify", bundle, "--trust", pem])).code, exit);
  }
});

test("sealed by Python and by the command, verified in Node", async (t) => {
  const path = folder(t);
  const program = `
import sys, execert
folder = sys.argv[1]
key = execert.Key.generate()
open(folder + "/acme.pub", "w").write(key.public_pem)
with execert.Recorder(folder + "/p.ledger", key=key) as recorder:
    with recorder.run("r", {"word": "é😀", "n": 1e21}) as run:
        run.tool("t", {"a": 1}, call=lambda a: {"tier": "gold"})
    run.save(folder + "/p.execert")
`;
  const made = await python(program, [path]);
  assert.equal(made.code, 0, made.err);
  const trust = { keys: [join(path, "acme.pub")] };
  assert.equal((await verify(join(path, "p.execert"), trust)).verdict, "intact-warnings");
  const altered = readFileSync(join(path, "p.execert"), "utf8").replace('"tier":"gold"', '"tier":"iron"');
  assert.ok((await caught(verify(Buffer.from(altered), trust))) instanceof Untrusted);
  const env = { ...process.env, XDG_CONFIG_HOME: join(path, "config") };
  for (const args of [["init"], ["run", "--ledger", "acme.ledger", "--key", "recorder.key", "--", "true"]]) {
    const done = await process_(COMMAND, args, { cwd: path, env });
    assert.equal(done.code, 0, done.out + done.err);
  }
  const recorder = await Recorder.open(join(path, "acme.ledger"), { key: Key.load(join(path, "recorder.key")) });
  const [entry] = await recorder.runs();
  const bundle = await recorder.bundle({ run: entry.id });
  assert.equal((await verify(bundle, { keys: [Key.load(join(path, "recorder.key"))] })).exit, 0);
  await recorder.close();
});

test("one ledger, written in turns by Node and Python", async (t) => {
  const { recorder, key, path } = await made(t);
  key.save(join(path, "r.key"));
  const program = `
import sys, execert
folder = sys.argv[1]
with execert.Recorder(folder + "/acme.ledger", key=execert.Key.load(folder + "/r.key")) as recorder:
    for n in range(20):
        recorder.note("python", text=str(n))
`;
  const theirs = python(program, [path]);
  for (let n = 0; n < 20; n += 1) {
    await recorder.note("node", { text: String(n) });
  }
  const done = await theirs;
  assert.equal(done.code, 0, done.err);
  const bundle = await recorder.bundle({ chain: true });
  assert.equal((await execert.check(bundle, { keys: [key] }, { allowOpen: true })).exit, 0);
  const notes = records(bundle).filter((one) => one.kind === "note");
  assert.equal(notes.length, 40);
  assert.deepEqual(notes.map((one) => one.seq), notes.map((one) => one.seq).sort((a, b) => a - b));
});

const IN_NODE = `
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Denied, Key, Recorder } from "execert";
const { native } = createRequire(process.cwd() + "/x")("./node_modules/execert/dist/native.js");
const folder = process.argv[1];
native.repeat(4471);
const key = Key.generate();
const policy = {
  policy: 1, default: "deny",
  rules: [{ id: "all", tool: "crm.*", verdict: "allow" }, { id: "models", tool: "gpt-*", verdict: "allow" }],
};
const recorder = await Recorder.open(folder + "/acme.ledger", { key, policy, tenant: "acme", redactNames: ["password"] });
const run = await recorder.run("refund-4471", { order: "o-9", password: "hunter2" }, { thread: "t1" });
await run.tool("crm.lookup", { customer: "c-17", list: [1, 1.5, 1e21, -0, null, true, "\\u00e9\\ud83d\\ude00"] }, () => ({ tier: "gold" }));
try {
  await run.tool("rm", { path: "/" }, () => 1);
} catch (error) {
  if (!(error instanceof Denied)) throw error;
}
const step = await run.step("parse", { b: 2, a: { z: 1, y: [] } });
step.output = { ok: true };
await step.close();
await run.model("gpt-4.1", { messages: [{ role: "user", content: "hi" }] }, () => "hello", { provider: "openai" });
await run.note("checked", { text: "by hand" });
run.output = { tier: "gold" };
await run.close();
writeFileSync(folder + "/run.execert", await run.bundle());
await recorder.seal();
writeFileSync(folder + "/chain.execert", await recorder.bundle({ chain: true }));
await recorder.close();
`;

const IN_PYTHON = `
import sys
from execert import Denied, Key, Recorder, _execert
folder = sys.argv[1]
_execert._repeat(4471)
key = Key.generate()
policy = {
    "policy": 1, "default": "deny",
    "rules": [{"id": "all", "tool": "crm.*", "verdict": "allow"}, {"id": "models", "tool": "gpt-*", "verdict": "allow"}],
}
with Recorder(folder + "/acme.ledger", key=key, policy=policy, tenant="acme", redact_names=["password"]) as recorder:
    run = recorder.run("refund-4471", {"order": "o-9", "password": "hunter2"}, thread="t1")
    items = [1, 1.5, 1e21, -0.0, None, True, "é😀"]
    run.tool("crm.lookup", {"customer": "c-17", "list": items}, call=lambda customer, list: {"tier": "gold"})
    try:
        run.tool("rm", {"path": "/"}, call=lambda path: 1)
    except Denied:
        pass
    with run.step("parse", {"b": 2, "a": {"z": 1, "y": []}}) as step:
        step.output = {"ok": True}
    run.model("gpt-4.1", {"messages": [{"role": "user", "content": "hi"}]}, call=lambda messages: "hello", provider="openai")
    run.note("checked", text="by hand")
    run.output = {"tier": "gold"}
    run.close()
    run.save(folder + "/run.execert")
    recorder.seal()
    recorder.export(folder + "/chain.execert", chain=True)
`;

test("the same run with fixed seeds: identical bytes in both languages", async (t) => {
  const [ours, again, theirs] = [folder(t), folder(t), folder(t)];
  for (const path of [ours, again]) {
    const done = await node(IN_NODE, [path]);
    assert.equal(done.code, 0, done.err);
  }
  const done = await python(IN_PYTHON, [theirs]);
  assert.equal(done.code, 0, done.err);
  for (const name of ["run.execert", "chain.execert"]) {
    const bytes = readFileSync(join(ours, name));
    assert.ok(bytes.length > 5_000);
    assert.ok(!bytes.includes("hunter2"));
    assert.equal(readFileSync(join(again, name), "utf8"), bytes.toString(), `${name}: Node twice`);
    assert.equal(readFileSync(join(theirs, name), "utf8"), bytes.toString(), `${name}: Node and Python`);
  }
});
