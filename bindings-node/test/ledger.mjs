// A ledger for the tests of an integration, and what its evidence says, judged with the public key alone.

import { execert, recorder, records } from "./support.mjs";

/** A recorder in a folder of its own, closed with the test. */
export async function ledger(t, options = {}) {
  return recorder(t, { durability: "process", ...options });
}

/** What the verifier accepts: all but the opening and the heartbeat. */
export async function evidence(made, key, ...approvers) {
  const bundle = await made.bundle({ chain: true });
  await execert.verify(bundle, { keys: [key, ...approvers.map((one) => ({ key: one, role: "approver" }))] }, { allowOpen: true });
  return records(bundle).filter((one) => !["chain.open", "heartbeat"].includes(one.kind));
}

export const shape = (seen) => seen.map((one) => [one.kind, one.phase, one.name ?? "", one.status ?? ""].join(" ").trimEnd());
export const calls = (seen) => seen.filter((one) => one.kind === "tool.call");
