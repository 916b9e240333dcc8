// Total, deterministic conversion of any JavaScript value to plain JSON, with a list of what was converted.
//
// It never throws, calls no code of the value (`toJSON`, getters, iterators, proxies' traps), consumes nothing. The
// table of words is docs/guide/conversion.md; `tests/vectors/plain` holds cases.

import { types } from "node:util";

import { clip, classOf, isLiteral, snapshot, Snapshot, token } from "./json.js";
import {
  bytesOf, fieldOf, hrefOf, inherited, isErrorLike, isIndex, isLive,
  kindOf, messageOf, ownMembers, textOf, unboxed, type Field,
} from "./look.js";
import type { Json } from "./types.js";

/** A converted value stands inside a content document, which is one level itself. */
const DEPTH = 63;
/** Values left to one conversion, so that with the list of conversions a document stays below 200,000. */
const NODES = 130_000;
const ENTRIES = 20_000;
/** Bytes of the converted value and of the list, so that content stays below its 16 MiB. */
const BYTES = 12 * 1024 * 1024;
const MEMBERS = 10_000;
const NAME_BYTES = 1_024;
const STRING_BYTES = 8 * 1024 * 1024;
const NUMBER = 25;
const CAUSES = 4;
/** Words that say why a value is not there: they stay, whatever is said of the place later. */
const LOST = ["omitted:", "cycle", "failed:", "opaque:", "secret", "accessor"];

/** What was converted: the JSON pointer of its place, and a word. */
export type Conversion = readonly [pointer: string, word: string];

/** Any value as plain JSON, and the list of what was converted, sorted by pointer. */
export interface Plain {
  readonly json: Json;
  readonly conversions: readonly Conversion[];
}

/** Converts any value to plain JSON. It never throws and calls no code of the value. */
export function plain(value: unknown): Plain {
  const walk = new Conversions();
  const json = walk.all(value);
  return { json, conversions: walk.list() };
}

/** Snapshots for a document: the value at `path`, and its conversions if there were any. */
export function converted(value: unknown, path: string): { value: Snapshot; conversions: Snapshot | undefined } {
  const { json, conversions } = plain(value);
  const moved = conversions.map(([pointer, word]) => [path + pointer, word]);
  return { value: snapshot(json), conversions: moved.length === 0 ? undefined : snapshot(moved) };
}

/** Why a container is left out whole. */
class Stop {
  constructor(readonly word: "omitted:nodes" | "omitted:bytes") {}

  /** What was caught, if it is one of these; anything else goes on. */
  static of(error: unknown): Stop {
    if (!(error instanceof Stop)) {
      throw error;
    }
    return error;
  }
}

/** Part of a container whose place is not known before all parts are sorted. */
interface Part {
  readonly value: Json;
  key: Buffer;
  readonly whole: Buffer;
  readonly entries: [string, string][];
}

class Conversions {
  #path = "";
  #open: { value: object; path: string }[] = [];
  #list: [string, string][] = [];
  #nodes = NODES;
  #bytes = BYTES;
  #levels = 0;
  #causes = 0;

  all(value: unknown): Json {
    try {
      return this.#value(value);
    } catch (error) {
      this.#list = [["", Stop.of(error).word]];
      return null;
    }
  }

  /** The list, sorted by UTF-16 code units, as strings compare. */
  list(): Conversion[] {
    return this.#list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }

  #value(value: unknown): Json {
    switch (typeof value) {
      case "string":
        return this.#string(value);
      case "number":
        return this.#number(value);
      case "boolean":
        this.#spend(5);
        return value;
      case "bigint":
        return this.#word(value.toString(), "bigint");
      case "undefined":
        return this.#null("undefined");
      case "symbol":
        return this.#null("opaque:symbol");
      case "function":
        return this.#null("opaque:function");
      default:
        if (value === null) {
          this.#spend(4);
          return null;
        }
        return this.#object(value as object);
    }
  }

  /** From the most to the least particular; inner slots are asked, not methods that a class may change. */
  #object(value: object): Json {
    if (types.isProxy(value)) {
      return this.#null("opaque:Proxy");
    }
    if (Array.isArray(value)) {
      return this.#array(value);
    }
    if (isLiteral(value)) {
      const out = this.#record(value, ownMembers(value));
      return Object.getOwnPropertySymbols(value).length === 0 ? out : this.#converted(out, "symbols");
    }
    const name = classOf(value);
    if (/^_?Secret(Str|Bytes|Base|Field|Value)?$/.test(name)) {
      return this.#null("secret");
    }
    const known = this.#known(value);
    return known === undefined ? this.#other(value, name) : known;
  }

  /** Classes of the language that have a row of their own. */
  #known(value: object): Json | undefined {
    if (types.isDate(value)) {
      const time = Date.prototype.getTime.call(value);
      return Number.isNaN(time)
        ? this.#null("date:invalid")
        : this.#word(Date.prototype.toISOString.call(value), "datetime");
    }
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
      return this.#buffer(value);
    }
    if (types.isMap(value)) {
      return this.#map(value, [...Map.prototype.entries.call(value)] as [unknown, unknown][]);
    }
    if (types.isSet(value)) {
      return this.#set(value, [...Set.prototype.values.call(value)]);
    }
    if (types.isBoxedPrimitive(value)) {
      return this.#value(unboxed(value));
    }
    const href = value instanceof URL ? hrefOf(value) : undefined;
    return href === undefined ? undefined : this.#word(href, "url");
  }

  #other(value: object, name: string): Json {
    if (types.isNativeError(value) || isErrorLike(value)) {
      return this.#error(value, name);
    }
    if (isLive(value)) {
      return this.#null(`opaque:${name}`);
    }
    const members = ownMembers(value);
    const message = messageOf(name, members);
    if (message !== undefined) {
      return this.#converted(this.#record(value, message.members), `message:${clip(message.role)}`);
    }
    return this.#converted(this.#record(value, members), `object:${name}`);
  }

  #error(value: object, name: string): Json {
    const own = new Map(ownMembers(value));
    const message = own.get("message") ?? inherited(value, "message");
    const text = message !== undefined && "read" in message && typeof message.read === "string" ? message.read : "";
    const members: [string, Field][] = [
      ["type", { said: name }],
      ["message", { said: textOf(text) }],
    ];
    const cause = own.get("cause");
    if (cause !== undefined && this.#causes < CAUSES && !("read" in cause && cause.read === undefined)) {
      members.push(["cause", cause]);
    }
    const causes = this.#causes;
    this.#causes = causes + 1;
    const out = this.#record(value, members);
    this.#causes = causes;
    return this.#converted(out, `exception:${name}`);
  }

  #number(value: number): Json {
    this.#spend(NUMBER);
    if (!Number.isFinite(value)) {
      return this.#converted(String(value), "float");
    }
    return Object.is(value, -0) ? this.#converted(0, "float:-0") : value;
  }

  #string(value: string): Json {
    const out = this.#text(textOf(value));
    return value.isWellFormed() ? out : this.#converted(out, "surrogate");
  }

  /** A string of our own making, if there is room for it. */
  #text(text: string): Json {
    const length = Buffer.byteLength(JSON.stringify(text));
    if (length > this.#bytes || (text.length * 3 > STRING_BYTES && Buffer.byteLength(text) > STRING_BYTES)) {
      return this.#null("omitted:bytes");
    }
    this.#spend(length);
    return text;
  }

  #word(text: string, word: string): Json {
    return this.#converted(this.#text(text), word);
  }

  #buffer(value: ArrayBufferView | ArrayBufferLike): Json {
    const bytes = bytesOf(value);
    if (bytes === undefined) {
      return this.#null("failed:TypeError");
    }
    // The text is a third longer.
    if (bytes.length + Math.ceil(bytes.length / 3) > this.#bytes) {
      return this.#null("omitted:bytes");
    }
    const tag = kindOf(value);
    return this.#word(bytes.toString("base64"), tag === "" || tag === "Uint8Array" ? "bytes" : `bytes:${tag}`);
  }

  #array(value: readonly unknown[]): Json {
    const count = value.length;
    const out = this.#container(value, count, () => {
      const items: Json[] = [];
      const here = this.#path;
      for (let at = 0; at < count; at += 1) {
        this.#path = `${here}/${at}`;
        const slot = Object.getOwnPropertyDescriptor(value, at);
        items.push(slot === undefined ? this.#null("hole") : this.#field(fieldOf(slot)));
        this.#path = here;
      }
      return items;
    });
    if (out === null || typeof out === "string") {
      return out;
    }
    // Members beside the items, such as those of a match, are not in the array.
    const beside = Object.keys(value).some((name) => !isIndex(name, count));
    return beside ? this.#converted(out, "array:members") : out;
  }

  #set(value: object, items: unknown[]): Json {
    const out = this.#container(value, items.length, () =>
      this.#sorted(items.map((item) => this.#apart(() => this.#value(item)))),
    );
    return this.#converted(out, "set");
  }

  #map(value: object, pairs: [unknown, unknown][]): Json {
    if (this.#levels + 1 >= DEPTH) {
      return this.#null("omitted:depth");
    }
    const out = this.#container(value, pairs.length * 3, () =>
      this.#sorted(
        pairs.map((pair) => {
          const part = this.#apart(() => this.#pair(pair));
          part.key = jcs((part.value as readonly Json[])[0] ?? null);
          return part;
        }),
      ),
    );
    return this.#converted(out, "map");
  }

  #pair([key, item]: [unknown, unknown]): Json {
    const here = this.#path;
    this.#levels += 1;
    try {
      this.#path = `${here}/0`;
      const first = this.#value(key);
      this.#path = `${here}/1`;
      return [first, this.#value(item)];
    } finally {
      this.#path = here;
      this.#levels -= 1;
    }
  }

  #record(value: object, members: readonly (readonly [string, Field])[]): Json {
    if (members.length > MEMBERS) {
      return this.#null("omitted:nodes");
    }
    const names = new Set<string>();
    for (const [name] of members) {
      names.add(textOf(name));
      if (name.length * 3 > NAME_BYTES && Buffer.byteLength(textOf(name)) > NAME_BYTES) {
        return this.#pairsOf(value, members);
      }
    }
    if (names.size !== members.length || members.some(([name]) => !name.isWellFormed())) {
      return this.#pairsOf(value, members);
    }
    return this.#container(value, members.length, () => {
      const out: Record<string, Json> = {};
      const here = this.#path;
      for (const [name, field] of members) {
        this.#spend(Buffer.byteLength(JSON.stringify(name)) + 1);
        this.#path = `${here}/${token(name)}`;
        const item = this.#field(field);
        this.#path = here;
        // `__proto__` is a member like any other.
        Object.defineProperty(out, name, { value: item, enumerable: true, writable: true, configurable: true });
      }
      return out;
    });
  }

  /** Members whose names JSON cannot hold: pairs, as a map. */
  #pairsOf(value: object, members: readonly (readonly [string, Field])[]): Json {
    return this.#map(
      value,
      members.map(([name, field]) => [name, "read" in field ? field.read : null]),
    );
  }

  #field(field: Field): Json {
    if ("read" in field) {
      return this.#value(field.read);
    }
    return "said" in field ? this.#text(field.said) : this.#null(field.lost);
  }

  /** Opens a container of `count` values: cycles, depth and budgets. What a budget cuts off is left out whole. */
  #container(value: object, count: number, body: () => Json): Json {
    const around = this.#open.find((open) => open.value === value);
    if (around !== undefined) {
      return this.#converted(this.#text(around.path), "cycle");
    }
    if (this.#levels >= DEPTH) {
      return this.#null("omitted:depth");
    }
    if (count > this.#nodes) {
      return this.#null("omitted:nodes");
    }
    this.#nodes -= count;
    const [mark, bytes, path, levels] = [this.#list.length, this.#bytes, this.#path, this.#levels];
    this.#spend(count + 2);
    this.#levels += 1;
    this.#open.push({ value, path });
    try {
      return body();
    } catch (error) {
      const stop = Stop.of(error);
      this.#path = path;
      this.#list.length = mark;
      // Half of what there was: so many containers that fail one after the other cost no more than two.
      this.#bytes = bytes >> 1;
      return this.#null(stop.word);
    } finally {
      this.#open.pop();
      this.#levels = levels;
    }
  }

  #spend(bytes: number): void {
    if (this.#bytes < bytes) {
      throw new Stop("omitted:bytes");
    }
    this.#bytes -= bytes;
  }

  #null(word: string): Json {
    this.#spend(4);
    return this.#converted(null, word);
  }

  /** Notes what the value at this place was. A word already noted for it gives way, the outer one says more. */
  #converted(value: Json, word: string): Json {
    const last = this.#list.at(-1);
    if (last !== undefined && last[0] === this.#path) {
      if (LOST.some((lost) => last[1].startsWith(lost))) {
        return value;
      }
      this.#list.pop();
    }
    if (this.#list.length >= ENTRIES) {
      throw new Stop("omitted:nodes");
    }
    this.#spend(Buffer.byteLength(this.#path) + Buffer.byteLength(word) + 8);
    this.#list.push([this.#path, word]);
    return value;
  }

  /** Converts one part under the provisional token `*`. */
  #apart(body: () => Json): Part {
    const [here, mark] = [this.#path, this.#list.length];
    this.#path = `${here}/*`;
    const value = body();
    this.#path = here;
    const whole = jcs(value);
    return { value, key: whole, whole, entries: this.#list.splice(mark) };
  }

  /** The parts in order of their keys, each entry moved to its part's final place. */
  #sorted(parts: Part[]): Json {
    const entries = (part: Part): Buffer => Buffer.from(JSON.stringify(part.entries));
    parts.sort(
      (a, b) =>
        Buffer.compare(a.key, b.key) || Buffer.compare(a.whole, b.whole) || Buffer.compare(entries(a), entries(b)),
    );
    return parts.map((part, at) => {
      const provisional = `${this.#path}/*`;
      const place = `${this.#path}/${at}`;
      let { value } = part;
      for (const [pointer, word] of part.entries) {
        const rest = pointer.slice(provisional.length);
        if (word === "cycle") {
          value = movedCycle(value, rest, provisional, place);
        }
        this.#list.push([place + rest, word]);
      }
      return value;
    });
  }
}

/** The text of a cycle, an ancestor's pointer, whose provisional start is now known. */
function movedCycle(value: Json, pointer: string, provisional: string, place: string): Json {
  if (pointer === "") {
    const inside = typeof value === "string" && (value === provisional || value.startsWith(`${provisional}/`));
    return inside ? place + value.slice(provisional.length) : value;
  }
  const end = pointer.indexOf("/", 1);
  const name = pointer.slice(1, end < 0 ? undefined : end).replaceAll("~1", "/").replaceAll("~0", "~");
  const slot = Object.getOwnPropertyDescriptor(value ?? {}, name);
  if (slot !== undefined && typeof value === "object" && value !== null) {
    const item = movedCycle(slot.value as Json, end < 0 ? "" : pointer.slice(end), provisional, place);
    Object.defineProperty(value, name, { ...slot, value: item });
  }
  return value;
}

/** RFC 8785 bytes of plain JSON of our own making. */
function jcs(value: Json): Buffer {
  return Buffer.from(jcsText(value));
}

function jcsText(value: Json): string {
  if (Array.isArray(value)) {
    return `[${value.map(jcsText).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = value as Readonly<Record<string, Json>>;
    const names = Object.keys(members).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${jcsText(members[name] ?? null)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}
