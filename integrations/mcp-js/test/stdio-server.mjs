// The server as a process of its own; notes go to a file, since its output is the wire.

import { appendFileSync } from "node:fs";

import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

import { makeServer } from "./desk.mjs";

const [, , notes, description] = process.argv;
appendFileSync(notes, "");
await makeServer({ push: (note) => appendFileSync(notes, `${JSON.stringify(note)}\n`) }, description).connect(new StdioServerTransport());
