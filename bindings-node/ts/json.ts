// Values that are plain JSON, read once and written as text. What is not plain JSON is refused with its path, never
// converted: `JSON.stringify` would drop, round and rename without a word.

import { types } from "node:util";

import type { Code } from "./codes.js";
import { InvalidInput } from "./errors.js";

const DEPTH = 64;
const VALUES = 200_000;
const MEMBERS = 10_000;
const NAME_BYTES = 1_024;
const STRING_BYTES = 8 * 1024 * 1024;

/** JSON that was read once: what the caller changes later does not change it. */
export class Snapshot {
  constructor(readonly text: string) {}
}

/** The text of a value that is plain JSON, which will stand at `path` of its document. */
export function snapshot(value: unknown, path = ""): Snapshot {
  return new Snapshot(new Walk(path, snapshot).value(value));
}

/** A document of this layer as bytes for the core; members that are undefined are left out. */
export function document(members: Readonly<Record<string, unknown>>): Buffer {
  let text = "{";
  for (const name of Object.keys(members)) {
    const member = members[name];
    if (member !== undefined) {
      const item = member instanceof Snapshot ? member.text : new Walk(`/${token(name)}`, document).value(member);
      text += `${text === "{" ? "" : ","}${JSON.stringify(name)}:${item}`;
    }
  }
  return Buffer.from(`${text}}`);
}

/** A document of the core. Members named `__proto__` become own members, as everywhere in `JSON.parse`. */
export function parse<T>(bytes: Buffer): T {
  return JSON.parse(bytes.toString()) as T;
}

/** A name in a JSON Pointer. */
export function token(name: string): string {
  return name.includes("~") || name.includes("/") ? name.replaceAll("~", "~0").replaceAll("/", "~1") : name;
}

/** Whether an object is one of literals: its own members are all there is. Objects of other realms count. */
export function isLiteral(value: object): boolean {
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto === Object.prototype || proto === null) {
    return true;
  }
  return Object.getPrototypeOf(proto) === null && Object.hasOwn(proto as object, "isPrototypeOf");
}

/** Whether an array is of `Array` itself. */
export function isList(value: readonly unknown[]): boolean {
  const proto: unknown = Object.getPrototypeOf(value);
  // `Array.prototype` of every realm is an array; the prototype of a subclass is not.
  return proto === Array.prototype || Array.isArray(proto);
}

class Walk {
  readonly #path: string;
  /** Where an error's stack begins: below the walk. */
  readonly #above: (...arguments_: never[]) => unknown;
  /** Containers around the value being read, and the names on the way to it. */
  readonly #open: object[] = [];
  readonly #names: (string | number)[] = [];
  #values = 0;

  constructor(path: string, above: (...arguments_: never[]) => unknown) {
    this.#path = path;
    this.#above = above;
  }

  value(value: unknown): string {
    this.#values += 1;
    if (this.#values > VALUES) {
      this.#fail("canon.too_many", "a document holds more than 200,000 values");
    }
    switch (typeof value) {
      case "string":
        return this.#string(value);
      case "number":
        if (!Number.isFinite(value)) {
          this.#fail("canon.not_finite", "a number is not finite");
        }
        return String(value);
      case "boolean":
        return value ? "true" : "false";
      case "object":
        return value === null ? "null" : this.#object(value);
      case "bigint":
        return this.#fail("canon.unsupported_type", "a value of type `bigint` is not plain JSON");
      case "undefined":
        return this.#fail("canon.unsupported_type", "a value is undefined, which JSON does not have");
      default:
        return this.#fail("canon.unsupported_type", `a value of type \`${typeof value}\` is not plain JSON`);
    }
  }

  #string(value: string): string {
    if (!value.isWellFormed()) {
      this.#fail("canon.lone_surrogate", "a string holds half of a surrogate pair");
    }
    // A UTF-16 unit is at most three bytes of UTF-8.
    if (value.length * 3 > STRING_BYTES && Buffer.byteLength(value) > STRING_BYTES) {
      this.#fail("canon.too_large", "a string is longer than 8 MiB");
    }
    return JSON.stringify(value);
  }

  #object(value: object): string {
    // First: anything else that is asked of a proxy runs its code.
    if (types.isProxy(value)) {
      this.#fail("canon.unsupported_type", "a value of type `Proxy` is not plain JSON");
    }
    if (value instanceof Snapshot) {
      return value.text;
    }
    const list = Array.isArray(value);
    if (list ? !isList(value) : !isLiteral(value)) {
      this.#fail("canon.unsupported_type", `a value of type \`${classOf(value)}\` is not plain JSON`);
    }
    if (this.#open.includes(value)) {
      this.#fail("canon.cycle", "a value contains itself");
    }
    if (this.#open.length >= DEPTH) {
      this.#fail("canon.too_deep", "a document is nested more than 64 deep");
    }
    this.#open.push(value);
    const text = list ? this.#array(value) : this.#members(value as Record<string, unknown>);
    this.#open.pop();
    return text;
  }

  #array(items: readonly unknown[]): string {
    const count = items.length;
    if (count > VALUES) {
      this.#fail("canon.too_many", "a document holds more than 200,000 values");
    }
    const names = Object.keys(items);
    if (names.length !== count || Object.getOwnPropertySymbols(items).length > 0) {
      this.#odd(items, names);
    }
    let text = "[";
    const place = this.#names.push(0) - 1;
    for (let at = 0; at < count; at += 1) {
      this.#names[place] = at;
      const item = this.value(this.#read(items, at));
      text += at === 0 ? item : `,${item}`;
    }
    this.#names.pop();
    return `${text}]`;
  }

  /** An array with holes, or with members beside its items: both would be lost. */
  #odd(items: readonly unknown[], names: readonly string[]): never {
    for (let at = 0; at < items.length; at += 1) {
      if (!Object.hasOwn(items, at)) {
        this.#names.push(at);
        this.#fail("canon.unsupported_type", "an array has a hole, which JSON does not have");
      }
    }
    const name = names[items.length];
    if (name !== undefined) {
      this.#names.push(name);
    }
    return this.#fail("canon.unsupported_type", "an array has a member beside its items");
  }

  #members(members: Record<string, unknown>): string {
    const names = Object.keys(members);
    if (names.length > MEMBERS) {
      this.#fail("canon.too_many", "an object has more than 10,000 members");
    }
    if (Object.getOwnPropertySymbols(members).length > 0) {
      this.#fail("canon.unsupported_type", "a member name is a symbol");
    }
    let text = "{";
    const place = this.#names.push("") - 1;
    for (const name of names) {
      if (name.length * 3 > NAME_BYTES && Buffer.byteLength(name) > NAME_BYTES) {
        this.#names.pop();
        this.#fail("canon.too_large", "a member name is longer than 1 KiB");
      }
      if (!name.isWellFormed()) {
        this.#names.pop();
        this.#fail("canon.lone_surrogate", "a string holds half of a surrogate pair");
      }
      this.#names[place] = name;
      const item = this.value(this.#read(members, name));
      text += `${text === "{" ? "" : ","}${JSON.stringify(name)}:${item}`;
    }
    this.#names.pop();
    return `${text}}`;
  }

  /** One reading: a getter is code, and may throw. */
  #read(from: object, name: string | number): unknown {
    try {
      return (from as Record<string | number, unknown>)[name];
    } catch {
      return this.#fail("canon.unsupported_type", "a member could not be read: its getter threw");
    }
  }

  #fail(code: Code, reason: string): never {
    const path = this.#path + this.#names.map((name) => `/${token(String(name))}`).join("");
    const shown = path === "" ? "" : ` (\`${shorten(path)}\`)`;
    const convertible = code === "canon.unsupported_type";
    const hint = convertible ? "convert it first: `plain` does, and lists what it converted" : undefined;
    const error = new InvalidInput(`${reason}${shown}`, { code, path, hint, exit: 2 });
    Error.captureStackTrace(error, this.#above);
    throw error;
  }
}

/** The name of a value's class, read without running code of that class. */
export function classOf(value: object): string {
  let proto: object | null = Object.getPrototypeOf(value) as object | null;
  while (proto !== null && !types.isProxy(proto)) {
    const maker: unknown = Object.getOwnPropertyDescriptor(proto, "constructor")?.value;
    if (typeof maker === "function" && !types.isProxy(maker)) {
      const name: unknown = Object.getOwnPropertyDescriptor(maker, "name")?.value;
      return typeof name === "string" ? clip(name) : "";
    }
    proto = Object.getPrototypeOf(proto) as object | null;
  }
  return "";
}

/** A name as a word may hold it. */
export function clip(name: string): string {
  return [...name.toWellFormed()].slice(0, 200).join("");
}

/** Names in a path come from whoever wrote the document. */
function shorten(path: string): string {
  const clean = path.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (letter) => `U+${hex(letter)}`);
  const letters = [...clean];
  return letters.length <= 300 ? clean : `${letters.slice(0, 300).join("")}… (${letters.length} letters)`;
}

function hex(letter: string): string {
  return (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
