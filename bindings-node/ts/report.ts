// What a verifier found. A report is data: every line that people read is made from it.

import { inspect } from "node:util";

import { native } from "./native.js";
import type { ReportDocument } from "./types.js";

/** The closed list of verdicts, the first that applies; the last three hold (exit code 0). */
export type Verdict = ReportDocument["verdict"];

/** One thing that the verifier found, with its place. */
export type Finding = Readonly<ReportDocument["findings"][number]>;

/** How much of a chain or run is here. */
export type Completeness = Readonly<ReportDocument["completeness"][number]>;

/** A report (`execert/report/v1`). There is no boolean: look at `verdict`, or call `verify`, which rejects. */
export class Report {
  readonly #bytes: Buffer;
  readonly #name: string;
  readonly #trust: string;
  readonly #value: ReportDocument;

  /** Reads a report from its JSON bytes; `name` and `trust` are what its text calls them. */
  constructor(bytes: Uint8Array, name = "", trust = "") {
    this.#bytes = Buffer.from(bytes);
    this.#name = name;
    this.#trust = trust;
    this.#value = JSON.parse(this.#bytes.toString()) as ReportDocument;
  }

  /** The verdict. */
  get verdict(): Verdict {
    return this.#value.verdict;
  }

  /** The exit code that `execert verify` ends with: 0 only if the evidence holds. */
  get exit(): ReportDocument["exit"] {
    return this.#value.exit;
  }

  /** Everything that was found, errors and warnings, in order of the verifier's steps. */
  get findings(): readonly Finding[] {
    return this.#value.findings;
  }

  /** Each question and its answer. */
  get axes(): Readonly<ReportDocument["axes"]> {
    return this.#value.axes;
  }

  /** How much of each chain or run is here. */
  get completeness(): readonly Completeness[] {
    return this.#value.completeness;
  }

  /** How many fields are shown, withheld and erased. */
  get disclosure(): Readonly<ReportDocument["disclosure"]> {
    return this.#value.disclosure;
  }

  /** Each signer, in order of first use. */
  get signers(): readonly Readonly<ReportDocument["signers"][number]>[] {
    return this.#value.signers;
  }

  /** Each witness, and whether it counts. */
  get witnesses(): readonly Readonly<ReportDocument["witnesses"][number]>[] {
    return this.#value.witnesses;
  }

  /** Times that someone other than the signer vouches for. */
  get times(): readonly Readonly<ReportDocument["times"][number]>[] {
    return this.#value.times;
  }

  /** Ids of what this verdict shows. */
  get shows(): readonly ReportDocument["shows"][number][] {
    return this.#value.shows;
  }

  /** Ids of what no verdict of this tool shows, whatever its colour. */
  get notShown(): readonly ReportDocument["not_shown"][number][] {
    return this.#value.not_shown;
  }

  /** Kind, digest and size of the evidence. */
  get subject(): Readonly<ReportDocument["subject"]> {
    return this.#value.subject;
  }

  /** The document as RFC 8785 bytes. */
  toBytes(): Buffer {
    return Buffer.from(this.#bytes);
  }

  /** A copy of the whole document; `JSON.stringify` uses it. */
  toJSON(): ReportDocument {
    return JSON.parse(this.#bytes.toString()) as ReportDocument;
  }

  /** The lines that `execert verify` prints; `plain` for ASCII marks. */
  text(options: { readonly plain?: boolean } = {}): string {
    const text = native.renderText(this.#bytes, this.#name, this.#trust, options.plain ?? false);
    if (typeof text !== "string") {
      throw new Error(`${text.message} [${text.code}]`);
    }
    return text;
  }

  toString(): string {
    return this.text();
  }

  /** The first line of `execert verify`. */
  [inspect.custom](): string {
    return `Report { ${this.text().split("\n", 1)[0]?.trimEnd() ?? ""} }`;
  }
}
