// The names that the expressions of `tests/vectors/plain` use: values of every kind, some of them hostile.

function called() {
  throw new Error("called");
}

export class Items extends Array {}

export class Odd extends Set {
  [Symbol.iterator]() {
    return called();
  }
}

export class OddMap extends Map {
  get size() {
    return called();
  }
  entries() {
    return called();
  }
}

export class Stamp extends Date {
  toISOString() {
    return called();
  }
  toJSON() {
    return called();
  }
}

export class Plain {
  #hidden = 1;
  constructor(a) {
    this.a = a;
    this._b = a + 1;
  }
  get c() {
    return called();
  }
}

/** Every hook that a serialiser would call. */
export class Hostile {
  constructor() {
    this.a = 1;
  }
  toJSON() {
    return called();
  }
  toString() {
    return called();
  }
  valueOf() {
    return called();
  }
  [Symbol.toPrimitive]() {
    return called();
  }
  [Symbol.iterator]() {
    return called();
  }
  get [Symbol.toStringTag]() {
    return called();
  }
  static get [Symbol.species]() {
    return called();
  }
  static [Symbol.hasInstance]() {
    return called();
  }
}

export class AIMessage {
  constructor(content, tool_calls) {
    Object.assign(this, { content, tool_calls, type: "ai", id: "run-1" });
  }
}

export class Loud extends Error {
  toString() {
    return called();
  }
}

export class SecretStr {
  constructor() {
    this.value = "s";
  }
}

export class Cursor {
  rows = [1];
  next() {
    return called();
  }
}

export class Node {
  items = [];
}

export function accessor() {
  return Object.defineProperty({ a: 1 }, "b", { enumerable: true, get: called });
}

export function caused(count) {
  let error = new RangeError(String(count));
  for (let number = count - 1; number >= 0; number -= 1) {
    error = new RangeError(String(number), { cause: error });
  }
  return error;
}

export function cycle() {
  const out = {};
  out.a = [1, out];
  out.a.push(out.a);
  return out;
}

export function setCycle() {
  const node = new Node();
  const out = new Set([node, 2]);
  node.items = [node, out];
  return out;
}

export function twice(value) {
  return [value, value];
}

export function nested(depth) {
  let out = null;
  for (let n = 0; n < depth; n += 1) {
    out = [out];
  }
  return out;
}

export function transferred() {
  const bytes = new Uint8Array([1, 2, 3]);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

/** A proxy whose every trap throws. */
export function proxy() {
  return new Proxy({}, new Proxy({}, { get: called }));
}
