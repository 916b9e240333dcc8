// What a live object holds, looked at without running any code of it: no getter, no iterator, no trap of a proxy.

import { types } from "node:util";

/** Something that stands for a value: a member to read, or a word of ours. */
export type Field = { readonly read: unknown } | { readonly said: string } | { readonly lost: string };

/** The enumerable own members of an object, not through its getters. */
export function ownMembers(value: object): [string, Field][] {
  const out: [string, Field][] = [];
  const error = types.isNativeError(value);
  for (const [name, slot] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    if (slot.enumerable === true || (error && (name === "message" || name === "cause"))) {
      out.push([name, fieldOf(slot)]);
    }
  }
  return out;
}

export function fieldOf(slot: PropertyDescriptor): Field {
  return "value" in slot ? { read: slot.value as unknown } : { lost: "accessor" };
}

/** Data that an object's classes hold for it, such as the message of an error class. */
export function inherited(value: object, name: string): Field | undefined {
  let proto = Object.getPrototypeOf(value) as object | null;
  while (proto !== null && !types.isProxy(proto)) {
    const slot = Object.getOwnPropertyDescriptor(proto, name);
    if (slot !== undefined) {
      return fieldOf(slot);
    }
    proto = Object.getPrototypeOf(proto) as object | null;
  }
  return undefined;
}

/** Errors of other realms, and of libraries that imitate them. */
export function isErrorLike(value: object): boolean {
  return Object.prototype.hasOwnProperty.call(value, "stack") && Object.prototype.hasOwnProperty.call(value, "message");
}

/** What does something rather than hold something: reading its members would tell nothing, or consume it. */
export function isLive(value: object): boolean {
  const slots =
    types.isPromise(value) || types.isRegExp(value) || types.isWeakMap(value) || types.isWeakSet(value) ||
    types.isGeneratorObject(value) || types.isMapIterator(value) || types.isSetIterator(value) ||
    types.isArgumentsObject(value) || types.isExternal(value) || types.isModuleNamespaceObject(value) ||
    types.isKeyObject(value) || types.isCryptoKey(value);
  const methods = ["next", "then", "pipe", "getReader", "deref"];
  return slots || methods.some((name) => isMethod(value, name));
}

function isMethod(value: object, name: string): boolean {
  const slot = Object.getOwnPropertyDescriptor(value, name);
  const field = slot === undefined ? inherited(value, name) : fieldOf(slot);
  return field !== undefined && "read" in field && typeof field.read === "function";
}

/** A chat message of any framework: an object called a message, with a content and a role. */
export function messageOf(
  name: string, members: readonly [string, Field][],
): { role: string; members: [string, Field][] } | undefined {
  if (!/Message(Chunk)?$/.test(name)) {
    return undefined;
  }
  const own = new Map(members);
  const member = (wanted: string): unknown => {
    const field = own.get(wanted);
    return field !== undefined && "read" in field ? (field.read ?? undefined) : undefined;
  };
  const role = member("role") ?? member("type");
  const content = member("content");
  if (typeof role !== "string" || content === undefined) {
    return undefined;
  }
  const out: [string, Field][] = [
    ["role", { said: textOf(role) }],
    ["content", { read: content }],
  ];
  for (const wanted of ["name", "tool_calls", "tool_call_id", "status"]) {
    const item = member(wanted);
    if (item !== undefined && !(Array.isArray(item) && item.length === 0)) {
      out.push([wanted, { read: item }]);
    }
  }
  return { role: textOf(role), members: out };
}

/** A string as Unicode: with a lone surrogate `\` is doubled and the surrogate reads `\ud800`. */
export function textOf(text: string): string {
  if (text.isWellFormed()) {
    return text;
  }
  return text.replaceAll("\\", "\\\\").replace(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}

export function unboxed(value: object): unknown {
  if (types.isStringObject(value)) {
    return String.prototype.valueOf.call(value);
  }
  if (types.isNumberObject(value)) {
    return Number.prototype.valueOf.call(value);
  }
  if (types.isBooleanObject(value)) {
    return Boolean.prototype.valueOf.call(value);
  }
  return types.isBigIntObject(value) ? BigInt.prototype.valueOf.call(value) : Symbol.prototype.valueOf.call(value);
}

const HREF = Object.getOwnPropertyDescriptor(URL.prototype, "href")?.get;

export function hrefOf(value: URL): string | undefined {
  try {
    return HREF?.call(value) as string;
  } catch {
    // Something that only inherits from URL.
    return undefined;
  }
}

const TAG = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag)?.get;

/** The kind of a view, by its inner slot; empty for buffers and data views. */
export function kindOf(value: ArrayBufferView | ArrayBufferLike): string {
  return ((TAG?.call(value) as string | undefined) ?? "");
}

export function bytesOf(value: ArrayBufferView | ArrayBufferLike): Buffer | undefined {
  try {
    if (ArrayBuffer.isView(value)) {
      return Buffer.from(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
    }
    return Buffer.from(value as ArrayBuffer);
  } catch {
    // A buffer that was transferred away.
    return undefined;
  }
}

export function isIndex(name: string, count: number): boolean {
  const at = Number(name);
  return Number.isInteger(at) && at >= 0 && at < count && String(at) === name;
}

