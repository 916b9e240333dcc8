// Every vector of the project through the installed package.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";

import { GOLDEN, VECTORS, caught, execert, folder, integration, json, lines, native } from "./support.mjs";

const { Trust, Untrusted, canonical, check, parseStrict, verify } = execert;

const CASES = readdirSync(GOLDEN)
  .filter((area) => !area.endsWith(".md"))
  .flatMap((area) => readdirSync(join(GOLDEN, area)).map((name) => join(GOLDEN, area, name)))
  .filter((path) => existsSync(join(path, "report.json")));

function judged({ mac_key, allow_open, ...options }) {
  return { ...options, allowOpen: allow_open, macKey: mac_key === undefined ? undefined : Buffer.from(mac_key, "base64") };
}

test("golden: the whole report, byte for byte", async () => {
  assert.ok(CASES.length >= 165, `${CASES.length} cases`);
  for (const path of CASES) {
    const [trust, options] = [json(join(path, "trust.json")), judged(json(join(path, "options.json")))];
    const input = join(path, "input.execert");
    const report = await check(input, trust, options);
    const { verifier, ...found } = report.toJSON();
    assert.equal(verifier.version, execert.VERSION);
    assert.equal(canonical(found).toString(), readFileSync(join(path, "report.json"), "utf8").trim(), path);
    assert.equal(report.exit === 0, !path.endsWith("_fail"), path);
    if (report.exit === 0) {
      assert.deepEqual((await verify(input, trust, options)).toBytes(), report.toBytes());
      continue;
    }
    const error = await caught(verify(input, trust, options));
    assert.ok(error instanceof Untrusted, path);
    assert.deepEqual(error.report.toBytes(), report.toBytes(), path);
    assert.deepEqual([error.verdict, error.exit], [report.verdict, report.exit]);
    assert.ok(report.findings.some((finding) => finding.code === error.code), path);
  }
});

test("golden: texts of JSON", () => {
  let seen = 0;
  for (const name of readdirSync(join(GOLDEN, "canon"))) {
    const path = join(GOLDEN, "canon", name);
    const options = existsSync(join(path, "options.json")) ? json(join(path, "options.json")) : {};
    const input = readdirSync(path).find((file) => file.startsWith("input"));
    if (options.payload === true || input === undefined) {
      continue;
    }
    const text = readFileSync(join(path, input));
    if (name.endsWith("_fail")) {
      assert.throws(() => parseStrict(text), (error) => error.code === json(join(path, "expect.json")).code, name);
    } else {
      parseStrict(text);
    }
    seen += 1;
  }
  assert.ok(seen > 15, `${seen} texts`);
});

test("forms: records alone", () => {
  const cases = lines(join(GOLDEN, "record/forms.jsonl"));
  assert.equal(cases.length, 976);
  for (const { name, line, code, path } of cases) {
    const found = native.recordLine(Buffer.from(line));
    assert.deepEqual([found?.code ?? null, found?.path || null], [code, path], name);
  }
});

test("forms: whole bundles", async () => {
  const cases = lines(join(GOLDEN, "bundle/forms.jsonl"));
  assert.equal(cases.length, 217);
  for (const { name, file, file64, code, path, at } of cases) {
    const bytes = file === undefined ? Buffer.from(file64, "base64") : Buffer.from(file);
    const report = await check(bytes, {}, { now: "2026-03-06T12:00:00.000Z" });
    if (code === null) {
      assert.notEqual(report.verdict, "unreadable", name);
      continue;
    }
    const [first] = report.findings;
    assert.deepEqual([first.code, first.path, first.line], [code, path, at], name);
    assert.equal(report.verdict, "unreadable", name);
  }
});

const NEGATIVE = lines(join(VECTORS, "negative/cases.jsonl"));
const SIX = { trust: json(join(GOLDEN, "bundle/six/trust.json")), options: json(join(GOLDEN, "bundle/six/options.json")) };

const goldenLines = new Map();
function golden(name) {
  if (!goldenLines.has(name)) {
    goldenLines.set(name, readFileSync(join(GOLDEN, name), "latin1").split("\n"));
  }
  return goldenLines.get(name);
}

function build(parts) {
  const out = [];
  for (const part of parts) {
    let one;
    if ("text" in part) {
      one = Buffer.from(part.text);
    } else if ("b64" in part) {
      one = Buffer.from(part.b64, "base64");
    } else if ("golden" in part) {
      const [first, last] = part.lines;
      one = Buffer.from(golden(part.golden).slice(first - 1, last).map((line) => `${line}\n`).join(""), "latin1");
    } else {
      const each = Array.from({ length: part.times }, (_, n) => part.each.replaceAll("%", String(n)));
      out.push(Buffer.from(each.join(part.join)));
      continue;
    }
    for (let n = 0; n < (part.times ?? 1); n += 1) {
      out.push(one);
    }
  }
  return Buffer.concat(out);
}

test("negative: texts", () => {
  const cases = NEGATIVE.filter((one) => one.what === "text");
  assert.ok(cases.length > 30);
  for (const { name, parts, code, path } of cases) {
    const text = build(parts);
    if (code === undefined) {
      parseStrict(text);
      continue;
    }
    assert.throws(
      () => parseStrict(text),
      (error) => {
        assert.deepEqual([error.code, error.path || null], [code, path], name);
        assert.ok(error.hint !== "" && error.message.includes(code), name);
        assert.ok(error.message.length < 2_000, "an error is a line, whatever it is about");
        return true;
      },
      name,
    );
  }
});

test("negative: bundles, from bytes, a file and a stream", async (t) => {
  const [path, cases] = [join(folder(t), "input.execert"), NEGATIVE.filter((one) => one.what === "bundle")];
  assert.ok(cases.length > 30);
  for (const one of cases) {
    const data = build(one.parts);
    const options = judged({ require: [], ...(one.options ?? SIX.options) });
    const trust = one.trust ?? SIX.trust;
    if (one.refused !== undefined) {
      for (const judge of [check, verify]) {
        const error = await caught(async () => judge(data, new Trust(trust), options));
        assert.equal(error.code, one.refused, one.name);
      }
      continue;
    }
    const report = await check(data, trust, options);
    assert.equal(report.exit, one.exit, one.name);
    const errors = report.findings.filter((finding) => finding.severity === "error");
    assert.equal(errors[0]?.code, one.code, one.name);
    if (one.codes !== undefined) {
      assert.deepEqual([...new Set(errors.map((finding) => finding.code))].sort(), one.codes, one.name);
    }
    if (one.code !== undefined && (one.path !== null || one.line !== null)) {
      assert.deepEqual([errors[0].path, errors[0].line], [one.path, one.line], one.name);
    }
    writeFileSync(path, data);
    for (const evidence of [path, Readable.from(data.length === 0 ? [] : [data.subarray(0, 7), data.subarray(7)])]) {
      assert.deepEqual((await check(evidence, trust, options)).toBytes(), report.toBytes(), one.name);
    }
    if (one.exit !== 0) {
      const error = await caught(verify(data, trust, options));
      assert.ok(error instanceof Untrusted && error.exit === one.exit, one.name);
    }
  }
});

test("names of frameworks as records hold them", () => {
  const cases = json(join(VECTORS, "idents.json"));
  assert.ok(cases.length > 10);
  for (const { text, ident } of cases) {
    assert.equal(integration.ident(text), ident);
  }
  assert.equal(integration.ident("\ud800 lone"), integration.ident("\ufffd lone"), "half a surrogate pair is no text");
});
