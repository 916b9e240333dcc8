// Reading evidence: is it unchanged, whose is it, is it whole.

import { taken } from "./errors.js";
import { evidenceOf, nameOf, pathOf, stoppable, type Evidence, type PathLike } from "./files.js";
import { document, parse, snapshot } from "./json.js";
import { native, type NativeStop } from "./native.js";
import { Report } from "./report.js";
import { trustOf, type TrustLike } from "./trust.js";
import type { RedactDocument, RevealDocument } from "./types.js";

/** How evidence is judged. */
export interface CheckOptions {
  /** The time of judgement; now, if left out. */
  readonly now?: Date | string;
  /** Any of `sealed`, `timestamp`, `plan`, `no-withheld`, `revocation`, `witness:N`. */
  readonly require?: Iterable<string>;
  /** The open end of a run or chain is a warning. */
  readonly allowOpen?: boolean;
  /** 32 bytes: the internal tags are checked too. */
  readonly macKey?: Uint8Array;
  /** Stops the reading; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a redaction or a revelation did. */
export interface Changed {
  readonly [name: string]: unknown;
}

/** Reads evidence and answers with the report, whatever it says. Without `trust` the user's own store counts. */
export async function check(evidence: Evidence, trust?: TrustLike, options: CheckOptions = {}): Promise<Report> {
  return judged(evidence, trust, options, false);
}

/** As `check`, but rejects with `Untrusted`, which carries the report, unless the evidence holds under this trust. */
export async function verify(evidence: Evidence, trust?: TrustLike, options: CheckOptions = {}): Promise<Report> {
  return judged(evidence, trust, options, true);
}

async function judged(evidence: Evidence, trust: TrustLike, options: CheckOptions, hold: boolean): Promise<Report> {
  const asked = document({
    require: [...(options.require ?? [])],
    allow_open: options.allowOpen ?? false,
    now: options.now instanceof Date ? options.now.toISOString() : options.now,
    mac_key: options.macKey === undefined ? undefined : Buffer.from(options.macKey).toString("base64"),
  });
  const given = await trustOf(trust);
  const source = await evidenceOf(evidence);
  const report = await stoppable(options.signal, (stop) => native.judge(source, given.toBytes(), asked, hold, stop));
  return new Report(report, nameOf(evidence), given.name);
}

/** What `redact` is asked; `redact: 1` may be left out. */
export type RedactRequest = Omit<RedactDocument, "redact">;

/** What `reveal` is asked; `reveal: 1` may be left out. */
export type RevealRequest = Omit<RevealDocument, "reveal">;

/** A way to stop. */
export interface Stoppable {
  readonly signal?: AbortSignal;
}

/** A copy with places hidden or records withheld, as bytes; signatures and order stay. */
export async function redact(evidence: Evidence, request: RedactRequest, options?: Stoppable): Promise<Buffer>;
/** The same into a file, replaced whole or not at all. */
export async function redact(
  evidence: Evidence, request: RedactRequest, out: PathLike, options?: Stoppable,
): Promise<Changed>;
export async function redact(
  evidence: Evidence, request: RedactRequest, out?: PathLike | Stoppable, options: Stoppable = {},
): Promise<Buffer | Changed> {
  const asked = document({ redact: 1, ...(request as object) });
  const source = await evidenceOf(evidence);
  return written(out, options, (path, stop) =>
    path === undefined ? native.redacted(source, asked, stop) : native.redact(source, asked, path, stop),
  );
}

/** A copy with places shown again, out of a fuller copy, as bytes. Without `paths` all that the fuller copy shows. */
export async function reveal(
  evidence: Evidence, fuller: Evidence, request: RevealRequest, options?: Stoppable,
): Promise<Buffer>;
/** The same into a file, replaced whole or not at all. */
export async function reveal(
  evidence: Evidence, fuller: Evidence, request: RevealRequest, out: PathLike, options?: Stoppable,
): Promise<Changed>;
export async function reveal(
  evidence: Evidence, fuller: Evidence, request: RevealRequest, out?: PathLike | Stoppable, options: Stoppable = {},
): Promise<Buffer | Changed> {
  const asked = document({ reveal: 1, ...(request as object) });
  const [source, from] = [await evidenceOf(evidence), await evidenceOf(fuller)];
  return written(out, options, (path, stop) =>
    path === undefined ? native.revealed(source, from, asked, stop) : native.reveal(source, from, asked, path, stop),
  );
}

async function written(
  out: PathLike | Stoppable | undefined,
  options: Stoppable,
  call: (path: string | undefined, stop: NativeStop | undefined) => ReturnType<typeof native.redacted>,
): Promise<Buffer | Changed> {
  const path = typeof out === "string" || out instanceof URL ? pathOf(out) : undefined;
  const signal = path === undefined ? (out as Stoppable | undefined)?.signal : options.signal;
  const answer = await stoppable(signal, (stop) => call(path, stop));
  return path === undefined ? answer : parse<Changed>(answer);
}

/** The RFC 8785 bytes of a value that is plain JSON. Throws `InvalidInput` with the path of what is not. */
export function canonical(value: unknown): Buffer {
  return taken(native.canonical(Buffer.from(snapshot(value).text)));
}

/** Reads one JSON text strictly (docs/spec/01-json.md). */
export function parseStrict(text: Uint8Array): unknown {
  return parse<unknown>(taken(native.canonical(Buffer.from(text))));
}
