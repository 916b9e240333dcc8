#!/usr/bin/env node
// The command `execert`, the same program as the standalone one.
"use strict";

const { native } = require("../dist/native.js");

const answer = native.main(["execert", ...process.argv.slice(2)]);
if (typeof answer !== "number") {
  process.stderr.write(`error: ${answer.message} [${answer.code}]. ${answer.hint}\n`);
}
// What the command wrote went past Node's own streams: nothing waits for them.
process.exit(typeof answer === "number" ? answer : answer.exit);
