// Whose keys and witnesses count: always given from outside the evidence.

import { readFileSync, statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { inspect } from "node:util";

import { InvalidInput, taken } from "./errors.js";
import { pathOf, type PathLike } from "./files.js";
import { document, parse, snapshot } from "./json.js";
import { Key } from "./key.js";
import { native } from "./native.js";
import type { TrustDocument } from "./types.js";

/** A key that counts, and for what. */
export interface TrustKey {
  /** A PEM file or text, the whole fingerprint, a key id, or a `Key` (its public half). */
  readonly key: PathLike | Key;
  readonly role?: "record" | "log" | "validator" | "attestor" | "approver" | "tool" | "revocation";
  /** Your own name for it; the only name that is shown plainly. */
  readonly label?: string;
  /** Who holds it; a witness of the same operator is not independent. */
  readonly operator?: string;
  /** Your own key: the verdict then says so. */
  readonly own?: boolean;
  /** `none`: its owner publishes no revocation list. */
  readonly revocation?: "none";
}

/** What a trust document is made of. */
export interface TrustRequest {
  readonly keys?: Iterable<PathLike | Key | TrustKey>;
  /** C2SP verifier keys, or objects with `key` and what is said about it. */
  readonly witnesses?: Iterable<PathLike | Readonly<Record<string, unknown>>>;
  /** How many witnesses have to agree; without witnesses none, with witnesses one, unless said. */
  readonly quorum?: number;
  /** C2SP verifier keys of logs. */
  readonly logs?: Iterable<PathLike>;
  /** A C2SP tlog-policy text, instead of witnesses and quorum. */
  readonly policy?: string;
  /** Heads seen before: `origin`, `size`, `root`. */
  readonly known?: Iterable<Readonly<Record<string, unknown>>>;
  /** Revocation lists. */
  readonly lists?: Iterable<Readonly<Record<string, unknown>>>;
  /** How old a list may be. */
  readonly maxAgeS?: number;
}

/**
 * Keys, witnesses and quorum under which evidence is judged. A string is PEM text, a fingerprint or a verifier key, or
 * the path of a file that holds one.
 */
export class Trust {
  readonly #document: Buffer;
  readonly #name: string;

  constructor(request: TrustRequest | TrustDocument = {}, name = "given by the program") {
    this.#name = name;
    this.#document = isDocument(request) ? Buffer.from(snapshot(request).text) : built(request);
  }

  /** Reads a trust document (`.trust`). */
  static async load(path: PathLike): Promise<Trust> {
    const bytes = await readFile(path);
    return new Trust(parse<TrustDocument>(taken(native.canonical(bytes))), basename(pathOf(path)));
  }

  /** Your own store, the one that `execert trust add` fills. Empty if there is none. */
  static async user(): Promise<Trust> {
    const bytes = taken(await native.userTrust());
    return new Trust(bytes.length === 0 ? {} : parse<TrustDocument>(bytes), "your own store");
  }

  /** What a report's text calls it. */
  get name(): string {
    return this.#name;
  }

  /** The document as RFC 8785 bytes. */
  toBytes(): Buffer {
    return taken(native.canonical(this.#document));
  }

  /** A copy of the trust document. */
  toJSON(): TrustDocument {
    return parse<TrustDocument>(this.#document);
  }

  /** Writes the trust document, as `execert verify --trust` takes it. */
  save(path: PathLike): void {
    writeFileSync(path, this.toBytes());
  }

  [inspect.custom](): string {
    const held = this.toJSON() as { keys?: unknown[]; policy?: unknown };
    const keys = held.keys?.length ?? 0;
    return `Trust { ${keys} key${keys === 1 ? "" : "s"}${held.policy === undefined ? "" : ", witnesses"} }`;
  }
}

/** A `Trust`, the path of a trust document, what one is made of, or nothing for the user's own store. */
export type TrustLike = Trust | PathLike | TrustRequest | TrustDocument | undefined;

/** The trust that a caller means. */
export async function trustOf(trust: TrustLike): Promise<Trust> {
  if (trust === undefined) {
    return Trust.user();
  }
  if (trust instanceof Trust) {
    return trust;
  }
  return typeof trust === "string" || trust instanceof URL ? Trust.load(trust) : new Trust(trust);
}

function isDocument(given: TrustRequest | TrustDocument): given is TrustDocument {
  return Object.hasOwn(given, "trust");
}

function built(request: TrustRequest): Buffer {
  const list = <T>(items: Iterable<T> | undefined, form: (item: T) => unknown): unknown[] | undefined => {
    const all = items === undefined ? [] : [...items].map(form);
    return all.length === 0 ? undefined : all;
  };
  const asked = document({
    keys: list(request.keys, keyOf),
    witnesses: list(request.witnesses, (one) => (isPath(one) ? textOf(one) : one)),
    logs: list(request.logs, textOf),
    known: list(request.known, (head) => head),
    lists: list(request.lists, (entry) => entry),
    quorum: request.quorum,
    policy: request.policy,
    max_age_s: request.maxAgeS,
  });
  return taken(native.trustBuild(asked));
}

function isPath(given: unknown): given is PathLike {
  return typeof given === "string" || given instanceof URL;
}

function keyOf(key: PathLike | Key | TrustKey): unknown {
  if (key instanceof Key) {
    return key.publicPem;
  }
  if (isPath(key)) {
    return textOf(key);
  }
  const given = Object.entries({ ...key, key: keyOf(key.key) });
  return Object.fromEntries(given.filter(([, member]) => member !== undefined && member !== false));
}

/** The text itself, or that of the file it names. */
function textOf(given: PathLike): string {
  const path = pathOf(given);
  const named = typeof given !== "string" || /\.(pub|pem|vkey)$/.test(path);
  if (!named && (path.length > 4096 || path.includes("\n") || !isFile(path))) {
    return path;
  }
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidInput(`a key or verifier key could not be read: ${why}`, {
      code: "key.not_found",
      hint: "give the path of a PEM file, its text, or the whole fingerprint",
      exit: 2,
    });
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
