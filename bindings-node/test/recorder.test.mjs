// Recording: runs, steps, the gate, approvals, notes, and what is read out again.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { caught, execert, folder, integration, native, records, recorder as made } from "./support.mjs";

const {
  Conflict, Denied, ExecertError, InternalError, InvalidInput, Key, Recorder, Report, Trust, Unavailable, Untrusted, check,
  currentRun, redact, reveal, verify,
} = execert;

const POLICY = {
  policy: 1,
  default: "deny",
  rules: [
    { id: "read", tool: "crm.*", verdict: "allow" },
    { id: "pay", tool: "payments.refund", verdict: "approve", reason: "over-limit" },
  ],
};

function approvedBy(approver) {
  return { ...POLICY, approvers: [{ key: approver.id, role: "approver" }] };
}

/** All records of the chain, without the heartbeat that an export ends with. */
async function all(recorder) {
  return records(await recorder.bundle({ chain: true })).filter((one) => one.kind !== "heartbeat");
}

test("a run from start to end", async (t) => {
  const { recorder, key, path } = await made(t);
  const run = await recorder.run("refund-4471", { order: "o-9" }, async (run) => {
    assert.equal(currentRun(), run);
    const tier = await run.tool("crm.lookup", { customer: "c-17" }, (input) => ({ of: input.customer }));
    assert.deepEqual(tier, { of: "c-17" });
    await run.step("parse", { mail: "m" }, (input, step) => {
      step.output = input.mail.toUpperCase();
    });
    await run.model("gpt-4.1", { messages: [] }, async () => "hello", { provider: "openai" });
    await run.note("checked", { text: "by hand" });
    return { tier: "gold" };
  });
  assert.equal(currentRun(), undefined);
  assert.deepEqual(run.output, { tier: "gold" });
  assert.equal(run.end.run, run.id);
  const seen = records(await run.bundle());
  assert.deepEqual(seen.map((one) => `${one.kind} ${one.phase}`), [
    "run.start single", "tool.call intent", "tool.call outcome", "code intent", "code outcome", "model.call intent",
    "model.call outcome", "note single", "run.end single",
  ]);
  assert.equal(run.end.records, seen.length);
  assert.deepEqual(seen[1].content, { input: { customer: "c-17" } });
  assert.deepEqual(seen[2].content, { output: { of: "c-17" } });
  const report = await verify(await run.bundle(), { keys: [{ key, label: "acme" }] });
  assert.equal(report.verdict, "intact-warnings");
  assert.match(String(report), /acme \(your label\)/);
  assert.match(report.text({ plain: true }), /^\[!\] /);
  const saved = await run.save(join(path, "r.execert"));
  assert.equal(saved.records, seen.length);
  assert.equal((await verify(pathToFileURL(join(path, "r.execert")), { keys: [key] })).exit, 0);
});

test("what runs is given the recorded input, and cannot change it", async (t) => {
  const { recorder } = await made(t);
  const given = { list: [1] };
  await recorder.run("r", undefined, async (run) => {
    await run.tool("t", given, (input) => {
      input.list.push(2);
      given.list.push(3);
    });
  });
  const [, intent] = await all(recorder).then((seen) => seen.filter((one) => one.kind !== "chain.open"));
  assert.deepEqual(intent.content.input, { list: [1] });
});

test("a failure is recorded and passes unchanged", async (t) => {
  const { recorder } = await made(t);
  const mine = new RangeError("no such order", { cause: new Error("gone") });
  const error = await caught(recorder.run("r", undefined, (run) => run.tool("t", { a: 1 }, () => { throw mine; })));
  assert.equal(error, mine);
  const outcome = (await all(recorder)).find((one) => one.phase === "outcome");
  assert.equal(outcome.status, "failed");
  assert.deepEqual(outcome.content.error, {
    type: "RangeError", message: "no such order", cause: { type: "Error", message: "gone" },
  });
  assert.deepEqual(outcome.content.conversions, [["/error", "exception:RangeError"], ["/error/cause", "exception:Error"]]);
  assert.equal((await all(recorder)).at(-1).status, "failed");
  const thrown = await caught(recorder.run("r", undefined, () => { throw "a word"; }));
  assert.equal(thrown, "a word");
  assert.deepEqual((await all(recorder)).at(-1).content.error, { type: "string", value: "a word" });
});

test("an abort is not a failure", async (t) => {
  const { recorder } = await made(t);
  const controller = new AbortController();
  const run = await recorder.run("r");
  const error = await caught(
    run.tool("t", {}, () => {
      controller.abort();
      controller.signal.throwIfAborted();
    }, { signal: controller.signal }),
  );
  assert.equal(error, controller.signal.reason);
  assert.equal((await all(recorder)).at(-1).status, "cancelled");
  const before = (await all(recorder)).length;
  assert.equal((await caught(run.tool("t", {}, () => 1, { signal: controller.signal }))).name, "AbortError");
  assert.equal((await all(recorder)).length, before, "aborted before: nothing is recorded");
  const late = new AbortController();
  const opening = run.tool("t", {}, () => assert.fail("called"), { signal: late.signal });
  late.abort();
  assert.equal((await caught(opening)).name, "AbortError");
  const seen = (await all(recorder)).slice(before);
  assert.deepEqual(seen.map((one) => one.status), [undefined, "cancelled"], "what was being written counts");
  await run.close();
});

test("the output of a call is kept even if it is not JSON", async (t) => {
  const { recorder } = await made(t);
  const run = await recorder.run("r", undefined, (run) => run.tool("t", {}, () => new Map([[1, new Date(0)]])));
  const outcome = records(await run.bundle()).find((one) => one.phase === "outcome");
  assert.deepEqual(outcome.content, {
    output: [[1, "1970-01-01T00:00:00.000Z"]],
    conversions: [["/output", "map"], ["/output/0/1", "datetime"]],
  });
});

test("what is not JSON is refused before anything happens", async (t) => {
  const { recorder } = await made(t);
  const run = await recorder.run("r");
  const before = (await recorder.head()).seq;
  for (const [action, path] of [
    [() => run.tool("t", { a: 1n }, () => assert.fail("called")), "/input/a"],
    [() => run.tool("t", {}, () => assert.fail("called"), { details: { params: { a: undefined } } }), "/params/a"],
    [() => run.note("e", { text: new Date() }), "/text"],
    [() => { run.output = Symbol("x"); }, "/output"],
    [() => recorder.run("r", { a: [NaN] }), "/input/a/0"],
    [() => recorder.feed({ feed: 1n }), "/feed"],
  ]) {
    const error = await caught(action);
    assert.ok(error instanceof InvalidInput);
    assert.equal(error.path, path);
  }
  assert.equal((await recorder.head()).seq, before);
  await run.close();
});

test("a refusal is a record and nothing runs", async (t) => {
  const { recorder } = await made(t, { policy: POLICY });
  const run = await recorder.run("r");
  const error = await caught(run.tool("files.delete", { path: "/" }, () => assert.fail("called")));
  assert.ok(error instanceof Denied && error instanceof ExecertError && error instanceof Error);
  assert.equal(error.name, "Denied");
  assert.equal(error.exit, 9);
  const last = (await all(recorder)).at(-1);
  assert.deepEqual([last.kind, last.status, last.decision.verdict], ["tool.call", "blocked", "deny"]);
  assert.deepEqual(last.content.input, { path: "/" });
  assert.equal(await run.tool("crm.lookup", {}, () => 7), 7);
  await run.close();
});

test("approval by another key, once", async (t) => {
  const approver = Key.generate();
  const { recorder } = await made(t, { policy: approvedBy(approver) });
  const run = await recorder.run("r");
  const input = { order: "o-9", amount: 900 };
  const error = await caught(run.tool("payments.refund", input, () => assert.fail("called")));
  assert.equal(error.code, "policy.approval_missing");
  assert.equal(error.exit, 10);
  const [request] = await recorder.requests();
  assert.equal(request.digest, error.request);
  assert.deepEqual(request.input, input);
  await recorder.approve(error.request, approver, { text: "seen" });
  const mismatch = await caught(
    run.tool("payments.refund", { ...input, amount: 901 }, () => assert.fail("called"), { approval: error.request }),
  );
  assert.equal(mismatch.code, "gate.permit_mismatch");
  assert.equal(await run.tool("payments.refund", input, () => "paid", { approval: error.request }), "paid");
  const again = await caught(run.tool("payments.refund", input, () => assert.fail("called"), { approval: error.request }));
  assert.equal(again.code, "gate.permit_reused");
  const other = await caught(run.permit("payments.refund", { amount: 1 }));
  await recorder.approve(other.request, approver, { verdict: "refused" });
  const refused = await caught(run.permit("payments.refund", { amount: 1 }, { approval: other.request }));
  assert.equal(refused.code, "policy.denied");
  await run.close();
});

test("permits are single-use, and one that is dropped is cancelled", async (t) => {
  const { recorder } = await made(t, { policy: POLICY });
  const run = await recorder.run("r");
  const permit = await run.permit("crm.lookup", { a: 1 });
  assert.deepEqual(permit.input, { a: 1 });
  assert.equal(await permit.run((input) => input.a + 1), 2);
  assert.equal((await caught(permit.run(() => assert.fail("called")))).code, "gate.permit_reused");
  await run.permit("crm.lookup", { a: 2 });
  await run.close();
  await recorder.close();
});

test("a dry run calls nothing", async (t) => {
  const { recorder } = await made(t);
  const run = await recorder.run("r");
  assert.equal(await run.tool("t", {}, () => assert.fail("called"), { dryRun: true }), undefined);
  const step = await run.tool("t", {}, { dryRun: true });
  assert.equal(step.notRun, true);
  await run.close();
});

test("steps without a function", async (t) => {
  const { recorder } = await made(t);
  const run = await recorder.run("r");
  const step = await run.tool("t", { a: 1 });
  assert.deepEqual(step.input, { a: 1 });
  assert.notEqual(step.input, step.input);
  step.output = { b: 2 };
  const record = await step.close({ usage: { input_tokens: 3 } });
  assert.equal(step.outcome, record);
  assert.ok(record.seq > step.record.seq);
  assert.ok((await caught(step.close())) instanceof InvalidInput);
  const failed = await run.step("s");
  await failed.close({ error: new TypeError("x") });
  const outcomes = records(await run.bundle()).filter((one) => one.phase === "outcome");
  assert.deepEqual(outcomes.map((one) => one.status), ["ok", "failed"]);
  await run.close({ status: "cancelled" });
  assert.equal((await all(recorder)).at(-1).status, "cancelled");
});

test("disposal: ok with an output, else unknown; a run that was closed stays so", async (t) => {
  const { recorder } = await made(t);
  const run = await recorder.run("r");
  const [open, done, closed] = [await run.step("a"), await run.step("b"), await run.step("c")];
  done.output = 1;
  await closed.close();
  for (const step of [open, done, closed]) {
    await step[Symbol.asyncDispose]();
  }
  await run[Symbol.asyncDispose]();
  await run[Symbol.asyncDispose]();
  const seen = records(await run.bundle());
  const outcomes = seen.filter((one) => one.phase === "outcome").map((one) => one.status);
  assert.deepEqual(outcomes, ["ok", "unknown", "ok"]);
  assert.equal(seen.at(-1).status, "unknown");
  const good = await recorder.run("r");
  good.output = { a: 1 };
  await good[Symbol.asyncDispose]();
  assert.equal((await all(recorder)).at(-1).status, "ok");
});

test("a gated function", async (t) => {
  const { recorder } = await made(t, { policy: POLICY });
  const lookup = recorder.tool("crm.lookup", (input) => input);
  assert.deepEqual(await lookup({ a: 1 }), { a: 1 });
  const when = new Date(0);
  const run = await recorder.run("outer", undefined, async () => {
    assert.equal((await lookup({ when })).when, when, "what had to be converted is handed over as it is");
  });
  const intent = records(await run.bundle()).find((one) => one.phase === "intent");
  assert.deepEqual(intent.content.conversions, [["/input/when", "datetime"]]);
  assert.ok((await caught(recorder.tool("rm", () => assert.fail("called"))({}))) instanceof Denied);
  assert.equal((await recorder.runs({ state: "open" })).length, 0);
});

test("many at once, two runs in one process", async (t) => {
  const { recorder, key } = await made(t);
  const run = (name) => recorder.run(name, undefined, async (run) => {
    await Promise.all(Array.from({ length: 50 }, (_, n) => run.tool("t", { n }, async ({ n }) => {
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(currentRun(), run);
      return n;
    })));
  });
  const [a, b] = await Promise.all([run("a"), run("b")]);
  for (const one of [a, b]) {
    assert.equal((await verify(await one.bundle(), { keys: [key] })).exit, 0);
    assert.equal(records(await one.bundle()).length, 102);
  }
});

test("the event loop goes on while the disk is busy", async (t) => {
  const { recorder } = await made(t);
  const run = await recorder.run("r");
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 1);
  await Promise.all(Array.from({ length: 200 }, (_, n) => run.note("n", { text: { n } })));
  clearInterval(counting);
  assert.ok(turns > 0);
  await run.close();
});

test("find, export, join, erase, seal, heartbeat", async (t) => {
  const { recorder, key, path } = await made(t);
  const trust = { keys: [key] };
  const run = await recorder.run("a", { secret: 1 }, { thread: "t1" });
  await run.close();
  const detached = await recorder.run("d", undefined, { detached: true });
  const other = await Recorder.open(join(path, "acme.ledger"), { key });
  const joined = await other.join(detached.id);
  await joined.tool("t", {}, () => 1);
  await joined[Symbol.asyncDispose]();
  assert.equal((await recorder.runs({ state: "open" })).length, 1);
  await joined.close();
  await other.close();
  assert.deepEqual((await recorder.runs({ thread: "t1" })).map((one) => [one.id, one.name, one.status]), [[run.id, "a", "ok"]]);
  for (const what of [{ run: run.id }, { run: [run.id, detached.id] }, { thread: "t1" }, { chain: true }]) {
    const saved = await recorder.export(join(path, "e.execert"), what);
    assert.ok(saved.records > 0 && saved.bytes === statSync(join(path, "e.execert")).size);
    assert.equal((await check(join(path, "e.execert"), trust, { allowOpen: true })).exit, 0);
  }
  const [indexed, bare] = [await recorder.bundle({ run: run.id }), await recorder.bundle({ run: run.id, index: false })];
  assert.ok(indexed.includes('"index":{') && !bare.includes('"index":{') && bare.length < indexed.length);
  assert.ok((await caught(recorder.export("x", { run: "a", chain: true }))) instanceof InvalidInput);
  const [, first] = await all(recorder);
  await recorder.erase([first.seq], { reason: "art17", authority: "dpo" });
  const head = await recorder.heartbeat();
  assert.ok((await recorder.seal()).seq > head.seq);
  assert.equal((await verify(await recorder.bundle({ chain: true }), trust)).disclosure.erased > 0, true);
  assert.ok((await caught(recorder.run("late"))) instanceof ExecertError);
});

test("a file appears whole or not at all, and a signal stops it", async (t) => {
  const { recorder, path } = await made(t);
  const run = await recorder.run("r", undefined, () => {});
  const error = await caught(run.save(join(path, "absent", "r.execert")));
  assert.ok(error instanceof Unavailable);
  assert.equal(error.code, "store.io");
  assert.match(error.message, /absent/);
  const stopped = AbortSignal.abort(new Error("enough"));
  assert.equal((await caught(run.save(join(path, "r.execert"), { signal: stopped }))).message, "enough");
  const controller = new AbortController();
  const saving = run.save(join(path, "r.execert"), { signal: controller.signal });
  controller.abort(new Error("late"));
  assert.equal((await caught(saving)).message, "late");
  await run.save(join(path, "r.execert"));
  assert.deepEqual(readdirSync(path).filter((name) => name.includes("partial")), []);
});

test("redact and reveal", async (t) => {
  const { recorder, key, path } = await made(t);
  const run = await recorder.run("r", { customer: "c-17" }, () => {});
  const bundle = await run.bundle();
  const trust = new Trust({ keys: [key] });
  const [{ chain }] = (await check(bundle, trust)).completeness;
  const place = [{ chain, seq: records(bundle)[0].seq, paths: ["/input"] }];
  const less = await redact(bundle, { hide: place });
  assert.ok(bundle.includes("c-17") && !less.includes("c-17"));
  assert.equal((await verify(less, trust)).disclosure.withheld, 1);
  assert.equal((await check(less, trust, { require: ["no-withheld"] })).verdict, "requirement-missing");
  const again = await reveal(less, bundle, { show: place });
  assert.ok(again.includes("c-17"));
  assert.equal((await verify(again, trust)).disclosure.withheld, 0);
  await redact(bundle, { hide: place }, join(path, "less.execert"));
  await reveal(join(path, "less.execert"), bundle, { show: place }, join(path, "again.execert"));
  assert.equal((await verify(join(path, "again.execert"), trust)).exit, 0);
});

test("a changed field is named", async (t) => {
  const { recorder, key } = await made(t);
  const run = await recorder.run("r", undefined, (run) => run.tool("t", {}, () => ({ tier: "gold" })));
  const changed = Buffer.from((await run.bundle()).toString().replace('"tier":"gold"', '"tier":"iron"'));
  const error = await caught(verify(changed, { keys: [key] }));
  assert.ok(error instanceof Untrusted);
  assert.deepEqual([error.verdict, error.code, error.path, error.exit], ["altered", "content.changed", "/output/tier", 1]);
  assert.ok(error.report instanceof Report && typeof error.record === "number");
});

test("trust: keys by file, text and fingerprint; documents; the user's own store", async (t) => {
  const { recorder, key, path } = await made(t);
  const bundle = await (await recorder.run("r", undefined, () => {})).bundle();
  writeFileSync(join(path, "acme.pub"), key.publicPem);
  for (const given of [join(path, "acme.pub"), pathToFileURL(join(path, "acme.pub")), key.publicPem, key.id, key.fingerprint, key]) {
    assert.equal((await verify(bundle, { keys: [given] })).exit, 0);
  }
  assert.equal((await check(bundle, {})).verdict, "unknown-signer");
  assert.equal((await caught(() => new Trust({ keys: ["absent.pub"] }))).code, "key.not_found");
  assert.ok((await caught(() => new Trust({ keys: [key.fingerprint.slice(0, 19)] }))) instanceof InvalidInput);
  const trust = new Trust({ keys: [{ key, role: "record", label: "acme" }] });
  trust.save(join(path, "acme.trust"));
  const loaded = await Trust.load(join(path, "acme.trust"));
  assert.deepEqual(loaded.toJSON(), trust.toJSON());
  assert.match(String(await verify(bundle, join(path, "acme.trust"))), /trust acme\.trust/);
  assert.equal((await verify(bundle, loaded.toJSON())).exit, 0);
  const before = process.env.XDG_CONFIG_HOME;
  process.env.XDG_CONFIG_HOME = path;
  try {
    assert.equal((await check(bundle)).verdict, "unknown-signer");
    mkdirSync(join(path, "execert"));
    trust.save(join(path, "execert", "trust.json"));
    assert.match(String(await verify(bundle)), /trust your own store/);
  } finally {
    if (before === undefined) delete process.env.XDG_CONFIG_HOME;
    else process.env.XDG_CONFIG_HOME = before;
  }
});

test("keys are made, saved once, loaded, and never shown", async (t) => {
  const path = join(folder(t), "r.key");
  const key = Key.generate();
  key.save(path);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.ok((await caught(() => key.save(path))) instanceof ExecertError);
  assert.equal(Key.load(path).id, key.id);
  assert.equal((await caught(() => Key.load("absent.key"))).code, "key.not_found");
  assert.equal((await caught(() => Key.fromPem("x"))).code, "key.malformed");
  assert.throws(() => JSON.stringify({ key }), /not serialised/);
  assert.deepEqual(structuredClone(key), {});
  assert.throws(() => Reflect.construct(Key, []));
  assert.match(key.publicPem, /BEGIN PUBLIC KEY/);
});

test("without a key, a policy or a known option there is no recorder", async (t) => {
  const path = folder(t);
  const error = await caught(Recorder.open(join(path, "l.ledger")));
  assert.deepEqual([error.code, error instanceof InvalidInput], ["key.not_found", true]);
  const key = Key.generate();
  for (const policy of [join(path, "absent.json"), { policy: 1 }, { policy: 1, default: "deny", rules: [{}] }]) {
    assert.match((await caught(Recorder.open(join(path, "l.ledger"), { key, policy }))).code, /^(policy|canon|store)\./);
  }
  assert.ok(!existsSync(join(path, "l.ledger", "ledger.db")));
  assert.ok((await caught(Recorder.open("", { key }))) instanceof ExecertError);
  assert.ok((await caught(Recorder.open(42, { key }))) instanceof InvalidInput);
  assert.ok((await caught(check(42, {}))) instanceof InvalidInput);
});

test("after close nothing is taken", async (t) => {
  const { recorder } = await made(t);
  const run = await recorder.run("r");
  await recorder.close();
  for (const action of [() => run.tool("t", {}, () => assert.fail("called")), () => recorder.run("x"), () => recorder.head()]) {
    assert.equal((await caught(action)).code, "recorder.closed");
  }
});

test("observe never breaks the application", async (t) => {
  const { recorder } = await made(t, { policy: POLICY, gate: "observe" });
  const run = await recorder.run("r");
  assert.equal(await run.tool("files.delete", {}, () => "done"), "done");
  await run.close();
});

test("the gate of an integration: what runs is a copy of the recorded arguments, in the caller's order", async (t) => {
  const { recorder } = await made(t);
  const own = { zebra: 1, apple: { q: [1], b: 2 } };
  const gate = new integration.Gate(recorder, { name: "t", input: own });
  const opened = gate.open();
  own.apple.q.push(2);
  await opened;
  assert.equal(JSON.stringify(gate.input(own)), '{"zebra":1,"apple":{"q":[1],"b":2}}');
  await gate.close({ status: "ok" });
  assert.deepEqual((await all(recorder)).find((one) => one.kind === "tool.call").content.input, { zebra: 1, apple: { q: [1], b: 2 } });
});

test("the gate of an integration: a call after the end of its run is a run of its own", async (t) => {
  const { recorder } = await made(t);
  const run = await recorder.run("r");
  await run.close();
  const gate = new integration.Gate(recorder, { name: "t", input: {}, run: run.id });
  await gate.open();
  await gate.close({ status: "ok" });
  assert.deepEqual((await recorder.runs()).map((one) => [one.name, one.status]), [["r", "ok"], ["t", "ok"]]);
});

test("the feed of an integration: the end of a run waits for what ends in it", async (t) => {
  const { recorder } = await made(t);
  const feed = integration.Feed.of(recorder, "test");
  await feed.send("run-start", "r", { name: "r" });
  const gate = new integration.Gate(recorder, { name: "t", input: {}, run: feed.runOf("r") });
  await gate.open();
  let finish;
  const ended = feed.send("run-end", "r", {}, new Promise((_, reject) => (finish = reject)));
  await gate.close({ status: "ok" });
  finish(new Error("however it ends"));
  await ended;
  const seen = (await all(recorder)).map((one) => [one.kind, one.status]);
  assert.deepEqual(seen.slice(-2), [["tool.call", "ok"], ["run.end", "ok"]]);
});

test("a panic is an error and the next call works", async (t) => {
  const { recorder } = await made(t);
  for (const action of [() => execert.canonical({}), () => recorder.head(), () => recorder.run("r"), () => Key.generate()]) {
    native.armPanic();
    const error = await caught(action);
    assert.ok(error instanceof InternalError);
    assert.equal(error.code, "internal.panic");
    await action();
  }
});

test("every code has an entry, and errors of every kind a class", () => {
  assert.ok(Object.keys(execert.CODES).length > 100);
  assert.deepEqual(
    [...new Set(Object.values(execert.CODES).map((entry) => entry.kind))].sort(),
    ["Conflict", "Denied", "Internal", "Invalid", "Unavailable", "Untrusted"],
  );
  assert.ok(new Conflict("x", { code: "chain.locked" }).message.includes("[chain.locked]"));
});
