// For integrations: what each of them needs to tell a recorder what its framework did, and to stand before its tools.
// Applications do not need this.

export { content, ident } from "./content.js";
export { Feed, type EventMembers } from "./feed.js";
export { Gate, type GatedCall } from "./gate.js";
