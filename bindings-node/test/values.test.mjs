// Values: what is not plain JSON is refused with its path, or converted and listed. Nothing is lost without a word.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as vm from "node:vm";

import * as values from "./values.mjs";
import { VECTORS, dice, execert, native } from "./support.mjs";

const { InvalidInput, canonical, plain } = execert;

const CASES = readdirSync(join(VECTORS, "plain"))
  .filter((file) => file.endsWith(".json"))
  .flatMap((file) => JSON.parse(readFileSync(join(VECTORS, "plain", file), "utf8")).map((one) => ({ file, ...one })))
  .filter((one) => one.javascript !== undefined);

function valueOf(expression) {
  return new Function(...Object.keys(values), `return ${expression}`)(...Object.values(values));
}

test("conversion: every row that JavaScript has", () => {
  assert.ok(CASES.length >= 60, `${CASES.length} cases`);
  for (const one of CASES) {
    const { json, conversions } = plain(valueOf(one.javascript));
    assert.deepEqual(conversions, one.conversions, `${one.file}: ${one.name}`);
    assert.equal(canonical(json).toString(), canonical(one.json).toString(), `${one.file}: ${one.name}`);
  }
});

test("conversion: every word has a case", () => {
  const words = new Set(CASES.flatMap((one) => one.conversions.map(([, word]) => word.split(":")[0])));
  const table =
    "accessor array bigint bytes cycle date datetime exception failed float hole map message object omitted opaque secret set " +
    "surrogate symbols undefined url";
  assert.deepEqual([...words].sort(), table.split(" "));
});

const throws = () => {
  throw new Error("called");
};

// What is refused, its code, and where.
const REFUSED = {
  undefined: [() => ({ a: [undefined] }), "canon.unsupported_type", "/a/0"],
  "undefined alone": [() => undefined, "canon.unsupported_type", ""],
  BigInt: [() => ({ "a/b": 1n }), "canon.unsupported_type", "/a~1b"],
  Date: [() => [new Date(0)], "canon.unsupported_type", "/0"],
  Map: [() => new Map(), "canon.unsupported_type", ""],
  Set: [() => ({ a: new Set() }), "canon.unsupported_type", "/a"],
  Symbol: [() => [Symbol("x")], "canon.unsupported_type", "/0"],
  "a name that is a symbol": [() => ({ a: { [Symbol("x")]: 1 } }), "canon.unsupported_type", "/a"],
  function: [() => ({ a: () => 1 }), "canon.unsupported_type", "/a"],
  "a getter that throws": [() => values.accessor(), "canon.unsupported_type", "/b"],
  NaN: [() => [NaN], "canon.not_finite", "/0"],
  infinity: [() => -Infinity, "canon.not_finite", ""],
  "a lone surrogate": [() => ({ a: "\ud800" }), "canon.lone_surrogate", "/a"],
  "a lone surrogate in a name": [() => ({ a: { "\udfff": 1 } }), "canon.lone_surrogate", "/a"],
  Buffer: [() => [Buffer.from("x")], "canon.unsupported_type", "/0"],
  "typed array": [() => new Float32Array(1), "canon.unsupported_type", ""],
  "class instance": [() => [new values.Plain(1)], "canon.unsupported_type", "/0"],
  "class instance without members": [() => [new (class {})()], "canon.unsupported_type", "/0"],
  "object made of an object": [() => Object.create({ a: 1 }), "canon.unsupported_type", ""],
  "subclass of Array": [() => new values.Items(), "canon.unsupported_type", ""],
  "toJSON of its own": [() => ({ a: 1, toJSON: () => 2 }), "canon.unsupported_type", "/toJSON"],
  "toJSON of its class": [() => new values.Hostile(), "canon.unsupported_type", ""],
  proxy: [() => [new Proxy({ a: 1 }, {})], "canon.unsupported_type", "/0"],
  "proxy that throws": [() => [values.proxy()], "canon.unsupported_type", "/0"],
  promise: [() => [Promise.resolve(1)], "canon.unsupported_type", "/0"],
  "regular expression": [() => /x/, "canon.unsupported_type", ""],
  error: [() => [new Error("x")], "canon.unsupported_type", "/0"],
  "boxed string": [() => [new String("x")], "canon.unsupported_type", "/0"],
  "a hole": [() => [1, , 3], "canon.unsupported_type", "/1"],
  "members beside the items": [() => ({ a: "x".match(/x/) }), "canon.unsupported_type", "/a/index"],
  cycle: [() => values.cycle(), "canon.cycle", "/a/1"],
  "depth 65": [() => values.nested(65), "canon.too_deep", "/0".repeat(64)],
  "5,000 levels": [() => values.nested(5_000), "canon.too_deep", "/0".repeat(64)],
  "1,000,000 levels": [() => values.nested(1_000_000), "canon.too_deep", "/0".repeat(64)],
  "10,001 members": [
    () => Object.fromEntries(Array.from({ length: 10_001 }, (_, n) => [n, 0])), "canon.too_many", "",
  ],
  "200,001 values": [() => new Array(200_000).fill(0), "canon.too_many", "/199999"],
  "1,000,000 items": [() => new Array(1_000_000).fill(0), "canon.too_many", ""],
  "a length without items": [() => new Array(4_294_967_295), "canon.too_many", ""],
  "string over 8 MiB": [() => ["x".repeat(8_388_609)], "canon.too_large", "/0"],
  "string over 8 MiB in UTF-8 only": [() => ["é".repeat(4_194_305)], "canon.too_large", "/0"],
  "name over 1 KiB": [() => ({ ["k".repeat(1_025)]: 1 }), "canon.too_large", ""],
};

for (const [name, [make, code, path]] of Object.entries(REFUSED)) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => canonical(make()),
      (error) => {
        assert.ok(error instanceof InvalidInput);
        assert.deepEqual([error.code, error.path], [code, path]);
        assert.ok(error.hint !== "" && error.message.includes(`[${code}]`));
        assert.ok(error.message.length < 2_000);
        assert.ok(!error.stack.includes("Walk"), "the stack begins with the call");
        return true;
      },
    );
  });
}

const ACCEPTED = [
  [values.nested(64), `${"[".repeat(64)}null${"]".repeat(64)}`],
  [[true, 1, 1.0, -0, null], "[true,1,1,0,null]"],
  [{ "\x00": "\x1b[31m", b: 1, a: 2 }, '{"\\u0000":"\\u001b[31m","a":2,"b":1}'],
  [{ "\ufb33": 1, "\u{1f600}": 2 }, '{"\u{1f600}":2,"\ufb33":1}'],
  [[2 ** 53 - 1, 1e21, 1e-7, 5e-324, 2 ** 60], "[9007199254740991,1e+21,1e-7,5e-324,1152921504606847000]"],
  [JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
  [Object.assign(Object.create(null), { constructor: 1, toString: "x" }), '{"constructor":1,"toString":"x"}'],
  [vm.runInNewContext("({a: [1, {b: 2}]})"), '{"a":[1,{"b":2}]}'],
  [Object.freeze({ a: Object.freeze([1]) }), '{"a":[1]}'],
  [{ get a() { return 1; } }, '{"a":1}'],
  [["x".repeat(8_388_608)], `["${"x".repeat(8_388_608)}"]`],
  [{ ["k".repeat(1_024)]: 1 }, `{"${"k".repeat(1_024)}":1}`],
];

test("accepted: what is plain JSON, as RFC 8785 writes it", () => {
  for (const [value, expected] of ACCEPTED) {
    assert.equal(canonical(value).toString(), expected);
  }
});

test("a getter is read once", () => {
  let count = 0;
  const value = { get a() { count += 1; return count; } };
  assert.equal(canonical(value).toString(), '{"a":1}');
  assert.equal(count, 1);
});

test("a changed prototype changes nothing", () => {
  Object.prototype.toJSON = throws;
  Array.prototype.toJSON = throws;
  String.prototype.toJSON = throws;
  Object.prototype.extra = 1;
  try {
    assert.equal(canonical({ a: ["x", 1] }).toString(), '{"a":["x",1]}');
    assert.deepEqual(plain({ a: ["x"] }).conversions, []);
  } finally {
    delete Object.prototype.toJSON;
    delete Array.prototype.toJSON;
    delete String.prototype.toJSON;
    delete Object.prototype.extra;
  }
});

test("a value that changes later does not change what was read", () => {
  const value = { a: [1] };
  const [before, { json }] = [canonical(value), plain(value)];
  value.a.push(2);
  assert.equal(before.toString(), '{"a":[1]}');
  assert.deepEqual(json, { a: [1] });
});

test("the whole world converts", () => {
  for (const value of [globalThis, process, process.binding, import.meta, vm]) {
    const { json, conversions } = plain({ value });
    canonical(json);
    assert.ok(conversions.length > 0);
  }
});

function someValue(draw, depth = 0) {
  const leaves = [
    () => null, () => true, () => draw(1 << 30) * 2 ** 30, () => draw(1000) / 7, () => NaN, () => -0, () => "t\ud800x",
    () => "é\x00", () => undefined, () => 10n ** 30n, () => Symbol("x"), () => throws, () => new Date(draw(1 << 30)),
    () => new Date(NaN), () => Buffer.from("raw"), () => new Float64Array(2), () => new values.Hostile(),
    () => new values.Loud("x"), () => values.proxy(), () => new Proxy([], {}), () => values.cycle(),
    () => values.setCycle(), () => values.caused(6), () => Promise.resolve(1), () => /x/g, () => new values.Cursor(),
    () => values.accessor(), () => new URL("https://a/b"), () => new values.AIMessage("hi", [1]),
    () => new values.SecretStr(), () => values.transferred(), () => new Error("x"), () => new WeakSet(), () => [1, , 2],
    () => Object.create(null), () => new (class extends Map {})(), () => structuredClone, () => new values.Plain(1),
    () => new AbortController().signal, () => new Intl.NumberFormat(), () => new String("b"),
  ];
  const kind = draw(10);
  if (depth > 4 || kind < 5) {
    return leaves[draw(leaves.length)]();
  }
  const children = Array.from({ length: draw(4) }, () => someValue(draw, depth + 1));
  switch (kind) {
    case 5:
      return new Set(children);
    case 6:
      return new Map(children.map((child) => [someValue(draw, 5), child]));
    case 7:
      return Object.fromEntries(children.map((child) => [["a", "b", "~/", "\udc00", "__proto__"][draw(5)], child]));
    default:
      return children;
  }
}

test("nothing is ever thrown by a conversion", () => {
  const count = Number(process.env.EXECERT_RANDOM_VALUES ?? 20_000);
  const draw = dice(4471);
  for (let n = 0; n < count; n += 1) {
    const value = someValue(draw);
    const { json, conversions } = plain(value);
    const pointers = conversions.map(([pointer]) => pointer);
    assert.deepEqual(pointers, [...new Set(pointers)].sort());
    canonical(json);
    const again = plain(value);
    assert.equal(JSON.stringify(again), JSON.stringify({ json, conversions }), "the same value converts the same");
  }
});

test("what the walk accepts, the core reads", () => {
  const draw = dice(8785);
  const some = (depth) => {
    const kind = draw(depth < 4 ? 8 : 6);
    if (kind < 2) return [null, true, draw(2 ** 31)][draw(3)];
    if (kind < 4) return (draw(2 ** 31) - 2 ** 30) * 2 ** (draw(600) - 300);
    if (kind < 6) return String.fromCodePoint(...Array.from({ length: 6 }, () => [draw(0xd800), 0xe000 + draw(0x102000)][draw(2)]));
    if (kind === 6) return Array.from({ length: draw(5) }, () => some(depth + 1));
    return Object.fromEntries(Array.from({ length: draw(5) }, () => [String.fromCodePoint(0xe000 + draw(0x102000)), some(depth + 1)]));
  };
  for (let n = 0; n < 5_000; n += 1) {
    const value = some(0);
    const bytes = canonical(value);
    assert.deepEqual(JSON.parse(bytes.toString()), value === null ? null : JSON.parse(JSON.stringify(value)));
    assert.deepEqual(native.canonical(bytes), bytes);
  }
});
