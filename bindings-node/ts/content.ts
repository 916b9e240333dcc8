// Names and content as records hold them.

import { createHash } from "node:crypto";

import { plain } from "./plain.js";

/** A name, call id or thread as records hold it. Where a letter had to be replaced, a hash keeps names apart. */
export function ident(text: unknown): string {
  const given = String(text).toWellFormed();
  const name = [...given.replace(/[^A-Za-z0-9_.:/@+#=-]/gu, "_")].slice(0, 180).join("");
  const starts = /^[A-Za-z0-9_]/.test(name);
  if (name === given && starts) {
    return name;
  }
  const short = createHash("sha256").update(given).digest("hex").slice(0, 8);
  return `${starts ? "" : "_"}${name}#${short}`;
}

/** Content of plain JSON. What had to be converted is listed beside it; members that are undefined are left out. */
export function content(members: Readonly<Record<string, unknown>>): { readonly [name: string]: unknown } {
  const given = Object.entries(members).filter(([, member]) => member !== undefined && member !== null);
  const { json, conversions } = plain(Object.fromEntries(given));
  const out = json as { readonly [name: string]: unknown };
  return conversions.length === 0 ? out : { ...out, conversions };
}
