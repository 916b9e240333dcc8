// Certified execution records: what an agent or a workflow did, signed, chained, and checked offline.
//
// `Recorder` records, `verify` and `check` read evidence, `Trust` says whose keys count. A verdict is about what was
// recorded: never that an output was right, an input true, or that nothing else ran.

import { native } from "./native.js";

export { CODES, type Code, type Entry } from "./codes.js";
export {
  Conflict, Denied, ExecertError, InternalError, InvalidInput, Unavailable, Untrusted, type ErrorMembers,
} from "./errors.js";
export {
  canonical, check, parseStrict, redact, reveal, verify, type Changed, type CheckOptions, type RedactRequest,
  type RevealRequest, type Stoppable,
} from "./evidence.js";
export type { Evidence, PathLike } from "./files.js";
export { Key } from "./key.js";
export { plain, type Conversion, type Plain } from "./plain.js";
export {
  Recorder, type ApproveOptions, type Export, type Head, type RecorderOptions, type Request, type RunEntry,
  type RunOptions,
} from "./recorder.js";
export { Report, type Completeness, type Finding, type Verdict } from "./report.js";
export { currentRun, Run, type Call, type RunEnd, type Saved } from "./run.js";
export {
  Permit, Step, type Details, type ModelOptions, type Outcome, type Record, type Result, type Status,
  type StepOptions, type Tier, type ToolOptions,
} from "./step.js";
export { Trust, type TrustKey, type TrustLike, type TrustRequest } from "./trust.js";
export type * from "./types.js";

/** The version of the package, of the core and of the command line. */
export const VERSION: string = native.VERSION;
