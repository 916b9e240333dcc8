// Names and content as records hold them.

import { createHash } from "node:crypto";

import { plain } from "./plain.js";

/**
 * A name, call id or thread as records hold it. Where a letter had to be replaced, or the end was cut off, a hash keeps
 * names apart. The core has the same; this one also serves where there is no addon, and both pass the same vectors.
 */
export function ident(text: unknown): string {
  const given = String(text).toWellFormed();
  if (/^[A-Za-z0-9_][A-Za-z0-9_.:/@+#=-]{0,199}$/.test(given)) {
    return given;
  }
  const name = [...given.replace(/[^A-Za-z0-9_.:/@+#=-]/gu, "_")].slice(0, 180).join("");
  const short = createHash("sha256").update(given).digest("hex").slice(0, 8);
  return `${/^[A-Za-z0-9_]/.test(name) ? "" : "_"}${name}#${short}`;
}

/** Content of plain JSON. What had to be converted is listed beside it; members that are undefined are left out. */
export function content(members: Readonly<Record<string, unknown>>): { readonly [name: string]: unknown } {
  const given = Object.entries(members).filter(([, member]) => member !== undefined && member !== null);
  const { json, conversions } = plain(Object.fromEntries(given));
  const out = json as { readonly [name: string]: unknown };
  return conversions.length === 0 ? out : { ...out, conversions };
}
