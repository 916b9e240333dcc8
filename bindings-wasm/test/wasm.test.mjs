// The core as WebAssembly: no imports, small, and the same bytes as the native core on every vector.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const GOLDEN = join(ROOT, "tests/vectors/golden");
const BUILT = join(ROOT, "build/wasm");
const { load, loadSync, WasmError } = await import(join(BUILT, "index.js"));
const native = createRequire(join(ROOT, "build/node/package.json"))("execert");

const FILES = ["execert-verify.wasm", "execert.wasm"];
const MODULES = Object.fromEntries(FILES.map((name) => [name, new WebAssembly.Module(readFileSync(join(BUILT, name)))]));

/** Time and randomness that repeat. */
function world(seed = 1) {
  let [now, state] = [1_772_800_000_000, seed];
  return {
    now: () => (now += 1),
    random: (bytes) => {
      for (let at = 0; at < bytes.length; at += 1) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        bytes[at] = state >>> 24;
      }
    },
  };
}

for (const name of FILES) {
  test(`${name}: nothing is imported`, () => {
    assert.deepEqual(WebAssembly.Module.imports(MODULES[name]), []);
  });
}

const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;

test("the verifier grows no further", () => {
  const [small, all] = FILES.map((name) => readFileSync(join(BUILT, name)));
  console.log(`verifier ${small.length} bytes, ${gzipped(small)} gzipped; with recording ${all.length}, ${gzipped(all)}`);
  assert.ok(small.length <= 800_000 && gzipped(small) <= 345_000, "more than it was");
});

test("the aim: 200,000 bytes, 90,000 gzipped", { todo: "the checker of the whole format is three times that" }, () => {
  const small = readFileSync(join(BUILT, FILES[0]));
  assert.ok(small.length <= 200_000 && gzipped(small) <= 90_000, `${small.length} bytes, ${gzipped(small)} gzipped`);
});

const CASES = readdirSync(GOLDEN)
  .filter((area) => !area.endsWith(".md"))
  .flatMap((area) => readdirSync(join(GOLDEN, area)).map((name) => join(GOLDEN, area, name)))
  .filter((path) => existsSync(join(path, "report.json")));

for (const name of FILES) {
  test(`${name}: golden vectors, the whole report as the native core writes it`, async () => {
    const core = loadSync(MODULES[name]);
    assert.equal(core.version, native.VERSION);
    assert.ok(CASES.length >= 165);
    for (const path of CASES) {
      const [trust, options] = ["trust.json", "options.json"].map((file) => readFileSync(join(path, file), "utf8"));
      const bundle = readFileSync(join(path, "input.execert"));
      const report = core.check(bundle, trust, options);
      const { mac_key, allow_open, ...same } = JSON.parse(options);
      const macKey = mac_key === undefined ? undefined : Buffer.from(mac_key, "base64");
      const theirs = await native.check(bundle, JSON.parse(trust), { ...same, allowOpen: allow_open, macKey });
      assert.equal(Buffer.from(report).toString(), theirs.toBytes().toString(), path);
      assert.equal(core.render(report, { name: "a", trust: "b" }), new native.Report(report, "a", "b").text(), path);
    }
  });
}

function lines(path) {
  return readFileSync(path, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
}

test("forms: whole bundles", async () => {
  const core = loadSync(MODULES[FILES[0]]);
  for (const { name, file, file64 } of lines(join(GOLDEN, "bundle/forms.jsonl"))) {
    const bytes = file === undefined ? Buffer.from(file64, "base64") : Buffer.from(file);
    const report = core.check(bytes, core.trust("{}"), '{"now":"2026-03-06T12:00:00.000Z"}');
    const theirs = await native.check(bytes, {}, { now: "2026-03-06T12:00:00.000Z" });
    assert.equal(Buffer.from(report).toString(), theirs.toBytes().toString(), name);
  }
});

test("what is wrong is refused with its code and path", () => {
  const core = loadSync(MODULES[FILES[0]]);
  for (const [action, code, path] of [
    [() => core.canonical('{"a":[1,1e999]}'), "canon.not_finite", "/a/1"],
    [() => core.canonical(new Uint8Array([0xff])), "canon.not_utf8", undefined],
    [() => core.check(new Uint8Array(0), "{"), "canon.syntax", undefined],
    [() => core.trust('{"keys":["x"]}'), "key.malformed", "/keys/0"],
  ]) {
    assert.throws(action, (error) => {
      assert.ok(error instanceof WasmError);
      assert.equal(error.code, code);
      assert.ok(error.hint !== "" && error.message.includes(code));
      if (path !== undefined) assert.equal(error.path, path);
      return true;
    });
  }
  assert.throws(() => core.key(), /only verifies/);
  assert.equal(Buffer.from(core.canonical('{"b":1,"a":-0}')).toString(), '{"a":0,"b":1}');
});

const POLICY = { policy: 1, default: "deny", rules: [{ id: "a", tool: "crm.*", verdict: "allow" }] };

function sealed(core) {
  const key = core.key();
  const recorder = core.recorder(JSON.stringify({ key, policy: POLICY, tenant: "acme" }));
  const run = recorder.run(JSON.stringify({ name: "r", input: { order: "o-9" } }));
  const step = run.step(JSON.stringify({ op: "tool", name: "crm.lookup", input: { a: 1 } }));
  step.close(JSON.stringify({ output: { tier: "gold" } }));
  step.free();
  assert.throws(() => run.step(JSON.stringify({ op: "tool", name: "rm" })), (error) => error.kind === "denied");
  run.note(JSON.stringify({ kind: "note", event: "seen", text: "é\u{1f600}" }));
  const end = JSON.parse(run.close('{"output":1}'));
  const bundle = run.bundle();
  run.free();
  recorder.seal();
  const chain = recorder.export('{"chain":true}');
  recorder.free();
  return { key, bundle, chain, end };
}

test("sealed with key, time and randomness handed in; verified by the native core", async () => {
  const core = await load(MODULES[FILES[1]], world());
  assert.ok(core.seals);
  const { key, bundle, chain, end } = sealed(core);
  const trust = { keys: [core.publicKey(key)] };
  for (const bytes of [bundle, chain]) {
    const report = await native.verify(bytes, trust);
    assert.equal(report.exit, 0, String(report));
  }
  assert.equal((await native.verify(bundle, trust)).subject.records, end.records);
  const altered = Buffer.from(Buffer.from(bundle).toString().replace('"tier":"gold"', '"tier":"iron"'));
  assert.equal((await native.check(altered, trust)).verdict, "altered");
  const again = sealed(await load(MODULES[FILES[1]], world()));
  assert.deepEqual(again.chain, chain, "the same seeds, the same bytes");
  assert.notDeepEqual(sealed(await load(MODULES[FILES[1]], world(2))).chain, chain);
  assert.notDeepEqual(sealed(await load(MODULES[FILES[1]])).key, key, "without a world: real randomness");
});

test("events that were reported afterwards make a closed run; none of them reads as enforced", async () => {
  const core = await load(MODULES[FILES[1]], world());
  const key = core.key();
  const recorder = core.recorder(JSON.stringify({ key, gate: "observe" }));
  const feed = (event, id, members = {}) =>
    JSON.parse(recorder.feed(JSON.stringify({ feed: 1, stack: "t", event, id, capture: "reported", ...members })));
  const { run } = feed("run-start", "w", { name: "orders" });
  feed("node-end", "n", { parent: "w", name: "fetch", status: "unknown", content: { output: [1] } });
  assert.throws(() => feed("node-end", "m", { parent: "w", capture: "enforced" }), (error) => error.code === "recorder.source_refused");
  feed("run-end", "w", { status: "unknown" });
  const bundle = recorder.export(JSON.stringify({ run }));
  recorder.free();
  const report = await native.verify(bundle, { keys: [core.publicKey(key)] });
  assert.equal(report.exit, 0);
  const records = Buffer.from(bundle).toString().trim().split("\n").map((line) => JSON.parse(line))
    .filter((line) => line.content !== undefined)
    .map((line) => JSON.parse(Buffer.from(line.payload, "base64")).predicate);
  assert.deepEqual(records.map(({ kind }) => kind), ["run.start", "workflow.node", "run.end"]);
  assert.deepEqual([records[1].capture, records[1].status], ["reported", "unknown"]);
});

test("without randomness nothing is sealed", async () => {
  const core = await load(MODULES[FILES[1]], { ...world(), random: () => { throw new Error("no source"); } });
  assert.throws(() => core.key(), /no source/);
});

test("policies", () => {
  const core = loadSync(MODULES[FILES[1]], world());
  assert.match(core.policyCheck(JSON.stringify(POLICY)), /sha256:/);
  const cases = [{ name: "a", tool: "crm.x", arguments: {}, expect: "allow" }, { name: "b", tool: "rm", arguments: {}, expect: "deny" }];
  assert.equal(JSON.parse(core.policyTest(JSON.stringify(POLICY), JSON.stringify(cases))).passed, 2);
  assert.throws(() => core.policyCheck('{"policy":1}'), (error) => error.code === "policy.malformed");
});

test("an instance takes many bundles without growing", () => {
  const core = loadSync(MODULES[FILES[0]]);
  const path = join(GOLDEN, "bundle/six");
  const [trust, options] = ["trust.json", "options.json"].map((file) => readFileSync(join(path, file), "utf8"));
  const bundle = readFileSync(join(path, "input.execert"));
  const first = core.check(bundle, trust, options);
  for (let n = 0; n < 200; n += 1) {
    assert.deepEqual(core.check(bundle, trust, options), first);
  }
});
