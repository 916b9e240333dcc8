// Paths, evidence, and signals that stop a long reading.

import { basename } from "node:path";
import { fileURLToPath } from "node:url";

import { misuse, taken } from "./errors.js";
import { native, type Failure, type NativeStop } from "./native.js";

/** The path of a file: text, or a `file:` URL. */
export type PathLike = string | URL;

/**
 * A bundle: the path of a file, its bytes, or a stream of bytes, which is read once and kept in memory meanwhile. A
 * path is read in blocks.
 */
export type Evidence = PathLike | Uint8Array | AsyncIterable<Uint8Array>;

/** The path as text. */
export function pathOf(path: PathLike): string {
  if (path instanceof URL) {
    return fileURLToPath(path);
  }
  if (typeof path !== "string") {
    throw misuse("a path is a string or a file: URL", "", "give the path of a file");
  }
  return path;
}

/** Evidence as the addon takes it. */
export async function evidenceOf(evidence: Evidence): Promise<string | Buffer> {
  if (typeof evidence === "string" || evidence instanceof URL) {
    return pathOf(evidence);
  }
  if (evidence instanceof Uint8Array) {
    return Buffer.from(evidence.buffer, evidence.byteOffset, evidence.byteLength);
  }
  if (typeof evidence === "object" && evidence !== null && Symbol.asyncIterator in evidence) {
    const parts: Uint8Array[] = [];
    for await (const part of evidence) {
      if (!(part instanceof Uint8Array)) {
        throw misuse("a stream of evidence gave something that is not bytes", "", "do not set an encoding on it");
      }
      parts.push(part);
    }
    return Buffer.concat(parts);
  }
  throw misuse("evidence is a path, bytes, or a stream of bytes", "", "give the path of a bundle or its bytes");
}

/** What a report calls the evidence. */
export function nameOf(evidence: Evidence): string {
  return typeof evidence === "string" || evidence instanceof URL ? basename(pathOf(evidence)) : "";
}

/** Runs a call that a signal may stop; then it rejects with the signal's reason, and a half-written file is gone. */
export async function stoppable<T>(
  signal: AbortSignal | undefined,
  call: (stop: NativeStop | undefined) => Promise<T | Failure>,
): Promise<T> {
  if (signal === undefined) {
    return taken(await call(undefined));
  }
  signal.throwIfAborted();
  const stop = new native.Stop();
  const stopped = (): void => stop.stop();
  signal.addEventListener("abort", stopped, { once: true });
  try {
    const answer = await call(stop);
    signal.throwIfAborted();
    return taken(answer);
  } finally {
    signal.removeEventListener("abort", stopped);
  }
}
