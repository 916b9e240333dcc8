// Evidence of the Vercel AI SDK: `registerTelemetry(execert(recorder))` observes every call of the process and gates every
// tool; `gated(recorder, tools)` and `execertModel(recorder)` do so also where telemetry is switched off.

export { execertModel, type ModelRecordOptions } from "./model.js";
export { execert, type ExecertOptions } from "./telemetry.js";
export { gated } from "./tools.js";
