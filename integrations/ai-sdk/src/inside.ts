// What the parts know of each other, so that a call is asked for once and a model call is one record.

import { AsyncLocalStorage } from "node:async_hooks";

import type { Recorder } from "execert";

/** The call of a tool that this code is in, and that was asked for already. */
export const insideTool = new AsyncLocalStorage<{ recorder: Recorder; call: string }>();

/** Telemetry tells of the model call that this code is in. */
export const insideModel = new AsyncLocalStorage<Recorder>();

const INPUTS = 1_000;
const inputs = new WeakMap<Recorder, Map<string, unknown>>();

/** Keeps the arguments of a call that is about to run: with `recordInputs: false` telemetry does not show them. */
export function keepInput(recorder: Recorder, call: string, input: unknown): void {
  const kept = inputs.get(recorder) ?? new Map<string, unknown>();
  inputs.set(recorder, kept);
  kept.set(call, input);
  // Calls that never ran.
  if (kept.size > INPUTS) {
    kept.delete(kept.keys().next().value as string);
  }
}

export function takeInput(recorder: Recorder, call: string): unknown {
  const kept = inputs.get(recorder);
  const input = kept?.get(call);
  kept?.delete(call);
  return input;
}
