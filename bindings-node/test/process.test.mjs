// Workers, clusters, exits and signals: nothing acknowledged is lost, nothing hangs, nothing aborts.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { INSTALLED, execert, folder, node, records, run as process_ } from "./support.mjs";

const { Key, Recorder, check } = execert;

const HEAD = `
import { Key, Recorder } from "execert";
const folder = process.argv.at(-1);
const key = Key.load(folder + "/r.key");
const open = () => Recorder.open(folder + "/l.ledger", { key });
// What is acknowledged is told at once: the pipe is written before anything else happens.
import { writeSync } from "node:fs";
const tell = (text) => writeSync(1, text + "\\n");
`;

function ready(t) {
  const path = folder(t);
  const key = Key.generate();
  key.save(join(path, "r.key"));
  return { path, key };
}

/** Everything in the ledger holds, and each acknowledged note is there. */
async function whole(path, key, acknowledged) {
  const recorder = await Recorder.open(join(path, "l.ledger"), { key });
  await recorder.seal();
  const bundle = await recorder.bundle({ chain: true });
  await recorder.close();
  const report = await check(bundle, { keys: [key] });
  assert.equal(report.exit, 0, String(report));
  const seen = records(bundle);
  assert.deepEqual(seen.map((one) => one.seq), seen.map((_, n) => n));
  const notes = new Set(seen.filter((one) => one.kind === "note").map((one) => one.digest ?? one.content.text));
  for (const text of acknowledged) {
    assert.ok(notes.has(text), `${text} was acknowledged`);
  }
  return seen;
}

function told(out) {
  return out.split("\n").filter((line) => line !== "");
}

test("worker threads: each its own recorder, and one that is terminated while it writes", async (t) => {
  const { path, key } = ready(t);
  const worker = `
    const { Key, Recorder } = require("execert");
    const { parentPort, workerData } = require("node:worker_threads");
    (async () => {
      const recorder = await Recorder.open(workerData.folder + "/l.ledger", { key: Key.load(workerData.folder + "/r.key") });
      for (let n = 0; n < workerData.count; n += 1) {
        const text = workerData.name + n;
        await recorder.note("n", { text });
        parentPort.postMessage(text);
      }
      await recorder.close();
    })();
  `;
  const done = await node(
    `${HEAD}
    import { Worker } from "node:worker_threads";
    import { once } from "node:events";
    const start = (name, count) => new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [], workerData: { folder, name, count } })
      .on("message", tell).on("error", (error) => { throw error; });
    const workers = ["a", "b", "c"].map((name) => start(name, 20));
    const ends = workers.map((worker) => once(worker, "exit"));
    const endless = start("z", 1e9);
    await once(endless, "message");
    await endless.terminate();
    for (const [code] of await Promise.all(ends)) {
      if (code !== 0) throw new Error("exit " + code);
    }
    const recorder = await open();
    await recorder.note("n", { text: "main" });
    tell("main");
    await recorder.close();`,
    [path],
  );
  assert.equal(done.code, 0, done.err);
  assert.ok(told(done.out).length >= 62);
  await whole(path, key, told(done.out));
});

test("a cluster", async (t) => {
  const { path, key } = ready(t);
  const program = join(path, "cluster.cjs");
  writeFileSync(
    program,
    `
    const cluster = require("node:cluster");
    const { writeSync } = require("node:fs");
    const { Key, Recorder } = require(${JSON.stringify(join(INSTALLED, "node_modules/execert"))});
    const folder = ${JSON.stringify(path)};
    (async () => {
      const recorder = await Recorder.open(folder + "/l.ledger", { key: Key.load(folder + "/r.key") });
      if (cluster.isPrimary) {
        for (let n = 0; n < 3; n += 1) cluster.fork();
        let open = 3;
        cluster.on("exit", async (_, code) => {
          if (code !== 0) process.exit(code);
          open -= 1;
          if (open === 0) await recorder.close();
        });
        return;
      }
      for (let n = 0; n < 10; n += 1) {
        const text = process.pid + "-" + n;
        await recorder.note("n", { text });
        writeSync(1, text + "\\n");
      }
      await recorder.close();
      process.exit(0);
    })();`,
  );
  const done = await process_(process.execPath, [program]);
  assert.equal(done.code, 0, done.err);
  assert.equal(told(done.out).length, 30);
  await whole(path, key, told(done.out));
});

const WORK = `
const recorder = await open();
const run = await recorder.run("r");
run.note("n", { text: "first" }).then(() => tell("first"));
`;

const ENDS = {
  "process.exit inside a run": ["await run.tool('t', {}, () => process.exit(3));", 3],
  "process.exit while writes are under way": [
    "for (let n = 0; n < 50; n += 1) run.note('n', { text: 'w' + n }).then(() => tell('w' + n)); setTimeout(() => process.exit(3), 30); await new Promise(() => {});",
    3,
  ],
  "an uncaught exception": ["await run.tool('t', {}); setTimeout(() => { throw new Error('boom'); }); await new Promise(() => setInterval(() => {}, 1000));", 1],
  "an unhandled rejection": ["await run.tool('t', {}); Promise.reject(new Error('boom')); await new Promise(() => setInterval(() => {}, 1000));", 1],
  "a refusal that nobody handles": ["run.tool('t', { a: 1n }, () => 1); await new Promise(() => setInterval(() => {}, 1000));", 1],
  "the end of the program with everything open": ["await run.tool('t', {});", 0],
};

for (const [name, [body, code]] of Object.entries(ENDS)) {
  test(name, async (t) => {
    const { path, key } = ready(t);
    const done = await node(HEAD + WORK + body, [path]);
    assert.equal(done.signal, null, "no abort");
    assert.equal(done.code, code, done.err);
    const seen = await whole(path, key, told(done.out));
    const end = seen.find((one) => one.kind === "run.end");
    assert.equal(end.status, "incomplete", "the next opening says so");
  });
}

for (const signal of ["SIGTERM", "SIGKILL", "SIGINT"]) {
  test(`${signal} while it writes`, async (t) => {
    const { path, key } = ready(t);
    const body = "for (let n = 0; ; n += 1) { await run.note('n', { text: 's' + n }); tell('s' + n); }";
    const done = await node(HEAD + WORK + body, [path], {
      started: (child) => child.stdout.on("data", (part) => String(part).includes("s9") && child.kill(signal)),
    });
    assert.equal(done.signal, signal);
    await whole(path, key, told(done.out).slice(0, -1));
  });
}

test("SIGTERM that the program handles: the run is closed", async (t) => {
  const { path, key } = ready(t);
  const body = `
    process.on("SIGTERM", async () => { await run.close({ status: "cancelled" }); await recorder.close(); process.exit(0); });
    tell("ready");
    setInterval(() => {}, 1000);
    await new Promise(() => {});`;
  const done = await node(HEAD + WORK + body, [path], {
    started: (child) => child.stdout.on("data", (part) => String(part).includes("ready") && child.kill("SIGTERM")),
  });
  assert.equal(done.code, 0, done.err);
  const seen = await whole(path, key, []);
  assert.equal(seen.find((one) => one.kind === "run.end").status, "cancelled");
});

test("--enable-source-maps and other flags", async (t) => {
  const { path, key } = ready(t);
  const body = "await run.tool('t', {}, () => 1); await run.close(); await recorder.close(); tell('done');";
  const done = await node(HEAD + WORK + body, [path], { flags: ["--enable-source-maps", "--disable-proto=throw", "--frozen-intrinsics"] });
  assert.equal(done.code, 0, done.err);
  assert.ok(told(done.out).includes("done"));
  await whole(path, key, []);
});

test("loaded twice: a second copy uses the first addon; in another thread it is refused", async (t) => {
  const { path, key } = ready(t);
  const copy = join(path, "copy", "node_modules");
  mkdirSync(copy, { recursive: true });
  cpSync(join(INSTALLED, "node_modules"), copy, { recursive: true });
  const program = join(path, "twice.cjs");
  writeFileSync(
    program,
    `
    const { Worker } = require("node:worker_threads");
    const first = require(${JSON.stringify(join(INSTALLED, "node_modules/execert"))});
    const second = require(${JSON.stringify(join(copy, "execert"))});
    const folder = ${JSON.stringify(path)};
    (async () => {
      const open = (one) => one.Recorder.open(folder + "/l.ledger", { key: one.Key.load(folder + "/r.key") });
      const [a, b] = [await open(first), await open(second)];
      for (let n = 0; n < 10; n += 1) await Promise.all([a.note("n", { text: "a" + n }), b.note("n", { text: "b" + n })]);
      await b.close();
      await a.note("n", { text: "last" });
      await a.close();
      const worker = new Worker("require(" + JSON.stringify(${JSON.stringify(join(copy, "execert"))}) + ")", { eval: true });
      worker.on("error", (error) => console.log(error.code + " " + error.message));
      worker.on("exit", (code) => console.log("exit " + code));
    })();`,
  );
  const done = await process_(process.execPath, [program]);
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /wire\.bad_handle.*loaded in this process already, from .*node_modules.*exit 1/s);
  const acknowledged = ["last", ...Array.from({ length: 10 }, (_, n) => [`a${n}`, `b${n}`]).flat()];
  await whole(path, key, acknowledged);
});

test("a recorder does not travel to another thread", async () => {
  const done = await node(`
    import { Worker } from "node:worker_threads";
    import { Key } from "execert";
    const key = Key.generate();
    new Worker("console.log(Object.keys(require('node:worker_threads').workerData.key).length)", { eval: true, execArgv: [], workerData: { key } });`);
  assert.equal(done.code, 0, done.err);
  assert.equal(done.out.trim(), "0", "nothing of a key is cloned");
});

test("handles that are collected let go: no crash, no growth", async (t) => {
  const { path, key } = ready(t);
  const body = `
    for (let n = 0; n < 100; n += 1) { await run.permit("t", { n }); if (n % 20 === 0) gc(); }
    gc();
    await run.close();
    await recorder.close();
    tell("done");`;
  const done = await node(HEAD + WORK + body, [path], { flags: ["--expose-gc"] });
  assert.equal(done.code, 0, done.err);
  await whole(path, key, []);
});
