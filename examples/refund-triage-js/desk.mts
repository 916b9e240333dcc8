// The refund desk: what the agents of this folder share. No framework is used here; each agent brings its own.

import { mkdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";

import { Key, Recorder, Trust, verify, type PolicyDocument } from "execert";

/** The arguments of the tools, all in one. */
export interface DeskInput {
  readonly customer: string;
  readonly order: string;
  readonly amount: number;
}

/** A tool, in the words that every framework knows. */
export interface DeskTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: { readonly type: "object"; readonly [name: string]: unknown };
  run(input: DeskInput): unknown;
}

/** A call as the scripted model asks for it. */
export interface DeskCall {
  readonly id: string;
  readonly name: string;
  readonly input: { readonly [name: string]: string | number };
}

/** What the tools really did, noted by themselves. */
export const DID: string[] = [];

const object = (properties: { [name: string]: { type: string } }): DeskTool["parameters"] => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

export const TOOLS: readonly DeskTool[] = [
  {
    name: "crm_lookup",
    description: "Looks up a customer.",
    parameters: object({ customer: { type: "string" } }),
    run({ customer }) {
      DID.push(`crm_lookup ${customer}`);
      return { customer, tier: "gold", since: "2019" };
    },
  },
  {
    name: "order_get",
    description: "Gets an order.",
    parameters: object({ order: { type: "string" } }),
    run({ order }) {
      DID.push(`order_get ${order}`);
      return { order, total: 940, delivered: false };
    },
  },
  {
    name: "payments_refund",
    description: "Pays money back.",
    parameters: object({ order: { type: "string" }, amount: { type: "number" } }),
    run({ order, amount }) {
      DID.push(`payments_refund ${order} ${amount}`);
      return `refunded ${amount}`;
    },
  },
];

/** What the customer wants. */
export const QUESTION = "Refund order o-9 of customer c-17.";

/** What the model asks for, turn by turn: look, then far too much, then what a manager may allow. */
export const SCRIPT: readonly (readonly DeskCall[])[] = [
  [
    { id: "call-1", name: "crm_lookup", input: { customer: "c-17" } },
    { id: "call-2", name: "order_get", input: { order: "o-9" } },
  ],
  [{ id: "call-3", name: "payments_refund", input: { order: "o-9", amount: 9000 } }],
  [{ id: "call-4", name: "payments_refund", input: { order: "o-9", amount: 900 } }],
];

/** What the model says when the script is at its end. */
export const CLOSING = "Order o-9: 9000 was refused, 900 was refunded after the manager approved.";

/** Lookups may run, refunds up to 500 too; up to 5000 a manager has to approve, and more is never paid. */
export function policy(manager: Key): PolicyDocument {
  return {
    policy: 1,
    default: "deny",
    rules: [
      { id: "lookups", tool: "crm_*", verdict: "allow" },
      { id: "orders", tool: "order_*", verdict: "allow" },
      { id: "small-refunds", tool: "payments_refund", when: [["/amount", "<=", 500]], verdict: "allow" },
      {
        id: "refund-limit", tool: "payments_refund", when: [["/amount", ">", 500], ["/amount", "<=", 5000]],
        verdict: "approve", reason: "over-limit",
      },
      { id: "never", tool: "payments_refund", when: [["/amount", ">", 5000]], verdict: "deny", reason: "too-much" },
    ],
    approvers: [{ key: manager.id, role: "manager" }],
  };
}

/** A ledger with the two keys that count. */
export interface Desk {
  readonly recorder: Recorder;
  /** The manager's key: what it signs, the policy takes as an approval. In earnest it is on the manager's machine. */
  readonly manager: Key;
  readonly trust: Trust;
  readonly folder: string;
}

/** Makes everything anew in a folder, by default `build/NAME`. */
export async function openDesk(name: string, folder: string = process.argv[2] ?? join("build", name)): Promise<Desk> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const [key, manager] = [Key.generate(), Key.generate()];
  key.save(join(folder, "recorder.key"));
  const recorder = await Recorder.open(join(folder, "acme.ledger"), { key, policy: policy(manager) });
  const trust = new Trust({
    keys: [
      { key, label: "acme-refunds", revocation: "none" },
      { key: manager, role: "approver", label: "refund-manager", revocation: "none" },
    ],
  });
  trust.save(join(folder, "acme.trust"));
  return { recorder, manager, trust, folder };
}

/** Saves the evidence of a thread, and lets the verifier judge it. */
export async function closeDesk({ recorder, trust, folder }: Desk, thread: string): Promise<void> {
  console.log("\nWhat the tools really did, noted by themselves:");
  for (const line of DID) {
    console.log(`  ${line}`);
  }
  const path = join(folder, "refund-triage.execert");
  const saved = await recorder.export(path, { thread });
  await recorder.close();
  // Rejects with `Untrusted` if anything was changed since.
  const report = await verify(path, trust);
  console.log(`\n${report.text({ plain: true })}`);
  console.log(`verdict: ${report.verdict}`);
  console.log(`evidence: ${relative(".", path)} (${saved.records} records, ${saved.bytes} bytes)`);
}
