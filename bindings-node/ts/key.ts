// Signing keys. The secret half never becomes a JavaScript value.

import { inspect } from "node:util";

import { taken } from "./errors.js";
import { native, type NativeKey } from "./native.js";
import { pathOf, type PathLike } from "./files.js";

const HANDLE = new WeakMap<Key, NativeKey>();
const OURS = Symbol("made by this class");

/** An Ed25519 key that signs. It can be saved, but is never shown and never serialised. */
export class Key {
  /** Not for callers: `Key.generate`, `Key.load`, `Key.fromPem`. */
  private constructor(ours: symbol, handle: NativeKey) {
    if (ours !== OURS) {
      throw new TypeError("a key is made by Key.generate, Key.load or Key.fromPem");
    }
    HANDLE.set(this, handle);
  }

  /** A new key. Nothing is written until `save`. */
  static generate(): Key {
    return new Key(OURS, taken(native.keyGenerate()));
  }

  /** Reads a PEM file (PKCS#8) that only its owner can read. */
  static load(path: PathLike): Key {
    return new Key(OURS, taken(native.keyLoad(pathOf(path))));
  }

  /** Reads PEM text (PKCS#8). */
  static fromPem(text: string): Key {
    return new Key(OURS, taken(native.keyFromPem(text)));
  }

  /** Writes a PEM file that only its owner can read. A file that exists is never overwritten. */
  save(path: PathLike): void {
    taken(handleOf(this).save(pathOf(path)));
  }

  /** The key id: base64 of the SHA-256 of the public half. */
  get id(): string {
    return handleOf(this).id();
  }

  /** The fingerprint that people compare: hexadecimal digits in groups of four. */
  get fingerprint(): string {
    return handleOf(this).fingerprint();
  }

  /** The public half as PEM text, to hand to others. */
  get publicPem(): string {
    return taken(handleOf(this).publicPem());
  }

  toJSON(): never {
    throw new TypeError("a secret key is not serialised; `save` writes it to a file, `publicPem` is its public half");
  }

  [inspect.custom](): string {
    return `Key { ${this.fingerprint} }`;
  }
}

function handleOf(key: Key): NativeKey {
  const handle = HANDLE.get(key);
  if (handle === undefined) {
    throw new TypeError("this is not a key");
  }
  return handle;
}

/** A key as the addon takes it: a handle, the text or path of a PEM file, or none. */
export function keyArgument(key: Key | PathLike | undefined): NativeKey | string | undefined {
  if (key === undefined) {
    return undefined;
  }
  return key instanceof Key ? handleOf(key) : pathOf(key);
}
