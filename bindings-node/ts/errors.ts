// The six errors, named by what the caller has to do. `code` is stable, the text is not.

import { CODES, type Code } from "./codes.js";
import type { Failure } from "./native.js";
import { Report, type Verdict } from "./report.js";

/** What an error is made of. */
export interface ErrorMembers {
  readonly code: Code;
  readonly path?: string | undefined;
  readonly hint?: string | undefined;
  readonly exit?: number | undefined;
  readonly record?: number | undefined;
  readonly request?: string | undefined;
  readonly report?: Report | undefined;
}

/**
 * Base of every error that execert raises. `message` is one sentence with the place, the code and the next step; it
 * never holds content or keys.
 */
export class ExecertError extends Error {
  /** Stable `area.reason`; `CODES[code]` says what it means and what it does not mean. */
  readonly code: Code;
  /** JSON Pointer (RFC 6901) of the value at fault; `""` is the whole value. */
  readonly path: string | undefined;
  /** What to do next. */
  readonly hint: string;
  /** The exit code of a command that ends with this error. */
  readonly exit: number;
  /** Sequence number of the record at fault, where there is one. */
  readonly record: number | undefined;
  /** Digest of the approval request that waits for an answer (`policy.approval_missing`). */
  readonly request: string | undefined;
  /** The whole report, for `Untrusted`. */
  readonly report: Report | undefined;

  constructor(reason: string, members: ErrorMembers) {
    const hint = members.hint ?? CODES[members.code].next;
    super(`${reason} [${members.code}]${hint === "" ? "" : `. ${hint}`}`);
    this.code = members.code;
    this.path = members.path;
    this.hint = hint;
    this.exit = members.exit ?? 70;
    this.record = members.record;
    this.request = members.request;
    this.report = members.report;
  }

  override get name(): string {
    return this.constructor.name;
  }

  /** The verdict of the report, for `Untrusted`. */
  get verdict(): Verdict | undefined {
    return this.report?.verdict;
  }
}

/** The call or the document is wrong: correct it. */
export class InvalidInput extends ExecertError {}

/** Policy, approval, certificate or budget says no: do not run it. The refusal is recorded. */
export class Denied extends ExecertError {}

/** The evidence does not hold, or cannot be read: do not rely on it. `report` says where. */
export class Untrusted extends ExecertError {}

/** Someone else moved first: open again and repeat. */
export class Conflict extends ExecertError {}

/** Store, signer or witness failed: stop, and try later. */
export class Unavailable extends ExecertError {}

/** A defect in execert: report it. The process is unharmed and the next call works. */
export class InternalError extends ExecertError {}

const CLASSES: Readonly<Record<string, typeof ExecertError>> = {
  invalid: InvalidInput,
  denied: Denied,
  untrusted: Untrusted,
  conflict: Conflict,
  unavailable: Unavailable,
  internal: InternalError,
};

/** The value that a call of the addon answered; what it refused is thrown. */
export function taken<T>(answer: T | Failure): T {
  if (isFailure(answer)) {
    throw errorOf(answer);
  }
  return answer;
}

/** Wrong use of this layer, found before the core is asked. */
export function misuse(reason: string, path: string, hint: string): InvalidInput {
  return new InvalidInput(reason, { code: "wire.bad_argument", path, hint, exit: 2 });
}

function isFailure(answer: unknown): answer is Failure {
  // Handles and buffers have no own `kind`.
  return typeof answer === "object" && answer !== null && Object.hasOwn(answer, "kind") && !Buffer.isBuffer(answer);
}

function errorOf(failure: Failure): ExecertError {
  const report = failure.report === undefined ? undefined : new Report(failure.report);
  const first = report?.findings.find((finding) => finding.severity === "error");
  const made = CLASSES[failure.kind] ?? InternalError;
  return new made(failure.message, {
    code: failure.code as Code,
    path: first === undefined ? failure.path : (first.path ?? undefined),
    hint: failure.hint,
    exit: failure.exit,
    record: first?.record ?? undefined,
    request: failure.request,
    report,
  });
}
